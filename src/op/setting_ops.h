/*
 * setting_ops - the settings as people see and change them; each change waits for a second person (op/change.h).
 */
#ifndef OP_SETTING_OPS_H
#define OP_SETTING_OPS_H

#include "op/op.h"

extern const struct op *const setting_ops[]; /* ends with NULL */

#endif
