/*
 * import_pupils - what a facility has when a file about its children is compared: classes of the school year, children found
 * by number, and who is guardian of whom.
 */
#ifndef KINDER_IMPORT_PUPILS_H
#define KINDER_IMPORT_PUPILS_H

#include "kinder/child.h"
#include "kinder/guardianship.h"
#include "kinder/import_kind.h"

struct import_pupils {
	struct class *classes;            /* of the year */
	size_t class_count;
	struct child *unnumbered;         /* enrolled children without a number */
	size_t unnumbered_count;
	struct guardianship *links;       /* of all children of the facility, by child */
	size_t link_count;
	const struct guardianship **by_person; /* the same by name and telephone */
};

MUST_USE err import_pupils_start(void);
/* Reads it all into c->stored; c->own. */
MUST_USE err import_pupils_open(struct import_compare *c);
/* A class of the facility and the year of c->day; NULL: there is none. */
const struct class *import_pupils_class(const struct import_compare *c, struct bytes name);
/* By number, whatever its state; texts in rows->arena. */
MUST_USE err import_pupils_find(struct row_context *rows, struct id facility, struct bytes code, struct child *child_out, bool *found_out);
/* The first link of the child; *count_out: how many there are from it on. */
const struct guardianship *import_pupils_links(const struct import_pupils *pupils, const struct id *child, size_t *count_out);
/* A guardian in the facility with this name and telephone; NULL. */
const struct guardianship *import_pupils_person(const struct import_pupils *pupils, struct bytes name, struct bytes telephone);
/* The key of a number, by which numbers are the same. */
MUST_USE err import_pupils_key(struct row_context *rows, struct bytes code, uint8_t key_out[static 32]);
/* School year of a date: April to March. */
int import_pupils_year(int32_t date);

#endif
