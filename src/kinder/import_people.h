/*
 * import_people - the guardians of a roster: who of them is known, and who is to be made, each person once.
 *
 * A person is the same as another when the login is; without a login, when name and telephone are (siblings in two rows).
 */
#ifndef KINDER_IMPORT_PEOPLE_H
#define KINDER_IMPORT_PEOPLE_H

#include "kinder/import_pupils.h"

/* One guardian's cells, and in which columns they stand. */
struct import_person {
	uint8_t place;              /* 1 or 2 */
	size_t column;              /* of the name; relation, login, telephone and mail follow */
	struct bytes name, relation, login, telephone, mail;
};

struct import_people;

MUST_USE err import_people_new(struct import_compare *c, struct import_people **people_out); /* in c->stored */
/* Tells problems, or what is to be done; nothing when the guardian is as the file says. links: the child's. */
MUST_USE err import_people_take(struct import_compare *c, struct import_people *people, uint32_t row, const struct import_person *person,
    const struct guardianship *links, size_t link_count, struct import_content *content);

#endif
