/*
 * books - registers as checks read them: the records in force, opened, with their dates as days.
 *
 * In force is what is approved, not past its end, and not made for checks. What else the program keeps is no book here.
 */
#ifndef ASSURE_BOOKS_H
#define ASSURE_BOOKS_H

#include "assure/inspect.h"

#define BOOKS_ENTRIES_MAX 5000  /* of one register; more is TOO_LARGE */

struct books_entry {
	struct bytes body;              /* members (entity/members.h); in the arena */
	int64_t approved_us, confirmed_us;
};

struct books {
	const struct books_entry *entries;
	size_t count;
};

extern const struct statement *const books_statements[]; /* ends with NULL */

/* register: its name in controls.yaml. Valid until inspect_breathe. */
MUST_USE err books_read(struct inspect *in, const char *name, struct books *books_out);
/* What a field says; empty: nothing. */
struct bytes books_text(const struct books_entry *entry, const char *field);
/* A date or a time as the day in Japan; 0: none. */
int32_t books_day(const struct books_entry *entry, const char *field);
int64_t books_time(const struct books_entry *entry, const char *field); /* 0: none */
int64_t books_number(const struct books_entry *entry, const char *field); /* 0: none */
bool books_is(const struct books_entry *entry, const char *field, const char *value);
/* The entry in which the field says exactly this; NULL: in none. */
const struct books_entry *books_find(const struct books *books, const char *field, struct bytes value);

#endif
