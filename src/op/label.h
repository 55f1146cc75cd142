/*
 * label - the name of a thing that another module keeps: of an account, a facility, a class.
 */
#ifndef OP_LABEL_H
#define OP_LABEL_H

#include "entity/row.h"

/* In c->arena. Empty: it has no name, is none, or is not there any more. */
MUST_USE err label_of(struct row_context *c, const char *entity, struct id id, struct bytes *name_out);

#endif
