/*
 * enlist - people who are made, found and joined to a facility in numbers, by another module's import.
 *
 * The keys of new people are made by the caller, durable before the rows (keys_create).
 */
#ifndef IDENTITY_ENLIST_H
#define IDENTITY_ENLIST_H

#include "entity/row.h"

struct enlist_person {
	struct id id;
	struct id facility;     /* it is made for */
	struct bytes login, name, mail, telephone;
};

MUST_USE err enlist_start(void);
bool enlist_login_fits(struct bytes login);
/* NOT_FOUND: nobody has this login. */
MUST_USE err enlist_find(struct row_context *c, struct bytes login, struct id *account_out);
/* Guardian or teacher of the facility, now, and not gone. */
MUST_USE err enlist_is_at(struct row_context *c, struct id account, struct id facility, bool *at_out);
/* An invited account without a membership. CONFLICT: the login is taken. */
MUST_USE err enlist_make(struct row_context *c, const struct enlist_person *person);
/* Undoes enlist_make; an account that is not there, has a membership or has been used stays as it is. */
MUST_USE err enlist_unmake(struct row_context *c, struct id account);
/* A guardian of the facility from a day on; whoever is one stays one. */
MUST_USE err enlist_join(struct row_context *c, struct id account, struct id facility, int32_t since);
/* No guardian of the facility any more; whoever was none is not touched. */
MUST_USE err enlist_part(struct row_context *c, struct id account, struct id facility, int32_t today);

#endif
