/*
 * membership - in which role, and at which facility, an account acts.
 */
#ifndef IDENTITY_MEMBERSHIP_H
#define IDENTITY_MEMBERSHIP_H

#include "entity/row.h"

enum membership_state { MEMBERSHIP_ACTIVE, MEMBERSHIP_ENDED };

struct membership {
	struct row row;
	struct id account;
	int32_t role;        /* enum role */
	struct id facility;  /* zero: the whole compartment */
	int32_t state;       /* enum membership_state */
	int32_t since;
	int32_t until;       /* last day; 0 = open */
};

extern const struct entity membership_entity;

MUST_USE err membership_start(void);
bool membership_in_force(const struct membership *membership, int64_t now_us);
MUST_USE err membership_by_id(struct row_context *c, struct id id, struct membership *membership_out);
/* The first in force. NOT_FOUND. */
MUST_USE err membership_of(struct row_context *c, struct id account, int64_t now_us, struct membership *membership_out);
/* Of an account, ended ones after the others, each oldest first. */
#define MEMBERSHIP_MAX 24
MUST_USE err membership_all(struct row_context *c, struct id account, struct membership list_out[static MEMBERSHIP_MAX], size_t *count_out);
/* Does the account hold a privileged role? */
MUST_USE err membership_privileged(struct row_context *c, struct id account, int64_t now_us, bool *privileged_out);

#endif
