/*
 * join - a further membership for somebody who has an account: the person shows a code, whoever looks after the role types it.
 *
 * So a teacher who is also a guardian, or a child at two facilities, needs no second account, and nobody is added anywhere
 * without having asked for it.
 * J1  A code lives fifteen minutes, is used once, and a new one voids the former; of it only a keyed hash is kept.
 * J2  A code with which a change was filed stays good for that change alone, until it is decided or JOIN_RESERVED_US is over.
 */
#ifndef IDENTITY_JOIN_H
#define IDENTITY_JOIN_H

#include "op/op.h"

#define JOIN_CODE_US ((int64_t)15 * 60 * 1000000)
#define JOIN_RESERVED_US ((int64_t)7 * 24 * 3600 * 1000000)

struct join_code {
	struct row row;
	struct id account;
	struct bytes code_hash;
	int64_t expires;
	int64_t used;           /* 0: not */
	struct id reserved_by;  /* who filed a change with it; zero: nobody */
};

extern const struct entity join_code_entity;
extern const struct op join_code_issue;   /* POST /v1/me/link-code */
extern const struct op join_add;         /* POST /v1/memberships */
extern const struct op join_end;
extern const struct statement join_children_here;         /* POST /v1/accounts/{account}/memberships/{membership}/end */

MUST_USE err join_start(void);

#endif
