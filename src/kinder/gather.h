/*
 * gather - the rows of a list as a whole, in the call's arena.
 */
#ifndef KINDER_GATHER_H
#define KINDER_GATHER_H

#include "op/op.h"

struct gather {
	void **rows;
	size_t count, cap;
};

/* What lists are asked with; each takes what it names. Ids of zero are bound as none. */
struct gather_scope {
	struct id facility, class, child, membership;
	int32_t date, first, last;
	int year;
	bool probe;             /* which side of what is made for checks */
};

/* TOO_LARGE: more than max rows. skip_sealed: as row_read. */
MUST_USE err gather_rows(struct call *call, const struct row_list *list, const struct gather_scope *scope, size_t max,
    bool skip_sealed, struct gather *gather_out);

#endif
