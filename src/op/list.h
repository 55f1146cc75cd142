/*
 * list - the statements behind call_list, one for each listing operation and role.
 */
#ifndef OP_LIST_H
#define OP_LIST_H

#include "op/op.h"

/* Derives them all; once, before threads. */
MUST_USE err list_start(void);
/* What call_list (op.h) does. */
MUST_USE err list_rows(struct call *call, err (*each)(struct call *call, const void *row, const char *groups));
/* Visits each. */
MUST_USE err list_statements(void (*visit)(void *context, const struct statement *statement), void *context);

#endif
