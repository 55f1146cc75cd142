/*
 * me - what signed-in persons ask about themselves.
 */
#ifndef IDENTITY_ME_H
#define IDENTITY_ME_H

#include "op/op.h"

extern const struct op me_see;
extern const struct op me_operations;
extern const struct op me_password;

#endif
