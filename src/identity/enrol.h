/*
 * enrol - how people get, change and give up their second factor.
 */
#ifndef IDENTITY_ENROL_H
#define IDENTITY_ENROL_H

#include "op/op.h"

extern const struct op enrol_see;
extern const struct op enrol_begin;
extern const struct op enrol_confirm;
extern const struct op enrol_remove;
extern const struct op enrol_codes;
extern const struct op enrol_install;

#endif
