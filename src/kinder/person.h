/*
 * person - the name and contacts of an account, which another module keeps.
 */
#ifndef KINDER_PERSON_H
#define KINDER_PERSON_H

#include "entity/row.h"

struct kinder_person {
	struct bytes name;
	struct bytes telephone;
	struct bytes mail;
};

/* How people are made, found and joined to a facility, which another module does; cli/person.c. */
struct person_desk {
	bool (*login_fits)(struct bytes login);
	/* NOT_FOUND: nobody has this login. */
	err (*find)(struct row_context *c, struct bytes login, struct id *account_out);
	/* Guardian or teacher of the facility, now. */
	err (*is_at)(struct row_context *c, struct id account, struct id facility, bool *at_out);
	/* An invited account, on the side of the facility it is made for; its key exists (keys_create). CONFLICT: the login is taken. */
	err (*make)(struct row_context *c, struct id id, struct id facility, struct bytes login, const struct kinder_person *person);
	/* Undoes make, unless the account has been used. */
	err (*unmake)(struct row_context *c, struct id account);
	/* Guardian of the facility from a day on, or no longer; what is so already stays. */
	err (*join)(struct row_context *c, struct id account, struct id facility, int32_t since);
	err (*part)(struct row_context *c, struct id account, struct id facility, int32_t today);
};
extern const struct person_desk *const person_desk;

MUST_USE err kinder_person_get(struct row_context *c, struct id account, struct kinder_person *person_out);

#endif
