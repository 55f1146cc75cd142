/*
 * world - what the checks work with: at each facility for checks a class and children, their guardians, an absence each; made through
 * the doors as anybody would, and found again after a restart.
 */
#ifndef ASSURE_WORLD_H
#define ASSURE_WORLD_H

#include "assure/trial.h"

MUST_USE err world_make(struct trial *trial);

#endif
