/*
 * The desk at which the kindergarten's module has people made, found and joined: what it asks for, as identity does it.
 */
#include "identity/enlist.h"
#include "kinder/person.h"

static err make(struct row_context *c, struct id id, struct id facility, struct bytes login, const struct kinder_person *person)
{
	const struct enlist_person one = {
		.id = id, .facility = facility, .login = login, .name = person->name, .mail = person->mail, .telephone = person->telephone,
	};

	return enlist_make(c, &one);
}

static const struct person_desk desk = {
	.login_fits = enlist_login_fits,
	.find = enlist_find,
	.is_at = enlist_is_at,
	.make = make,
	.unmake = enlist_unmake,
	.join = enlist_join,
	.part = enlist_part,
};

const struct person_desk *const person_desk = &desk;
