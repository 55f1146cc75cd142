/*
 * me_history - what happened to one's own account: who looked at it or changed it, sign-ins that were refused too.
 *
 * What has to do with a child stands in the child's history, where its rules hold; it is left out here.
 */
#ifndef IDENTITY_ME_HISTORY_H
#define IDENTITY_ME_HISTORY_H

#include "op/op.h"

extern const struct op me_history;

#endif
