/*
 * person - the name of an account, which another module keeps.
 */
#ifndef GOVERN_PERSON_H
#define GOVERN_PERSON_H

#include "entity/row.h"

/* In c->arena. Nobody (zero): empty. */
MUST_USE err person_name(struct row_context *c, struct id account, struct bytes *name_out);

#endif
