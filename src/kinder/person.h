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

MUST_USE err kinder_person_get(struct row_context *c, struct id account, struct kinder_person *person_out);

#endif
