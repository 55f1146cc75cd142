/*
 * child - a child of a facility; everything about it is sealed under its own key.
 */
#ifndef KINDER_CHILD_H
#define KINDER_CHILD_H

#include "op/op.h"

struct child {
	struct row row;
	struct id facility;
	struct id class;
	struct bytes name;
	struct bytes kana;
	int32_t birth_date;
	struct bytes address;
	int32_t entry_date;
	int32_t leaving_date;
	struct bytes allergies;
	struct bytes medical;
	struct bytes emergency_contacts;
	struct bytes fetchers;       /* who fetches the child */
	struct bytes notes;
};

extern const struct entity child_entity;
extern const struct op child_list;
extern const struct op child_see;
extern const struct op child_enrol;

MUST_USE err child_start(void);
/* Only what is not sealed: where it is. NOT_FOUND. */
MUST_USE err child_place(struct row_context *c, struct id id, struct child *child_out);

#endif
