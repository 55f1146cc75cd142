/*
 * named - the names of people, which another module keeps, and who may be given something to do.
 */
#ifndef GOVERN_NAMED_H
#define GOVERN_NAMED_H

#include "op/op.h"

#define NAMED_LIST_MAX 60

struct named {
	struct id account;
	struct bytes name;          /* in the arena; empty: the account's key is gone */
};

MUST_USE err named_account(struct row_context *c, struct id account, struct bytes *name_out);
/*
 * Active accounts of a side that hold one of the roles (mask) in force, for the whole compartment or at the facility (zero: at any).
 * The first NAMED_LIST_MAX; account not zero: that one alone, if it is among them. For whoever does without the names, names false.
 */
struct named_wish { unsigned roles; struct id facility, account; bool probe, names; };
MUST_USE err named_list(struct row_context *c, const struct named_wish *wish, int64_t now_us, struct named list_out[static NAMED_LIST_MAX], size_t *count_out);

#endif
