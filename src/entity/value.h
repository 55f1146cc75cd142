/*
 * value - one typed field value on its way in: validated from JSON, path, query or CSV; carried over the wire; put into a row.
 */
#ifndef ENTITY_VALUE_H
#define ENTITY_VALUE_H

#include "base/arena.h"
#include "entity/entity.h"

struct value {
	bool present;        /* given and not null */
	bool null;           /* given as null */
	union {
		struct bytes text;   /* FIELD_TEXT, FIELD_BYTES, FIELD_FORM */
		struct id id;
		int32_t date;
		int64_t time_us;
		int64_t integer;
		bool boolean;
		int32_t choice;
	} as;
};

enum flaw {
	FLAW_NONE, FLAW_MISSING, FLAW_TYPE, FLAW_TOO_LONG, FLAW_TOO_SHORT, FLAW_TOO_LARGE, FLAW_TOO_SMALL, FLAW_FORMAT,
	FLAW_CHOICE, FLAW_UNKNOWN, FLAW_DUPLICATE, FLAW_ENCODING, FLAW_CONTROL, FLAW_RULE, FLAW_COUNT
};
enum language { LANGUAGE_JA, LANGUAGE_EN };

/* What is wrong with which field; message filled from the table of flaws in both languages or by the rule's own words. */
struct problem_field {
	char field[64];
	enum flaw flaw;
	char message[240];   /* in the user's language, names the limit; never echoes a secret */
};
#define PROBLEM_FIELD_MAX 32
struct problems {
	enum language language;
	size_t count;
	struct problem_field list[PROBLEM_FIELD_MAX];
};

const char *flaw_code(enum flaw flaw); /* "too-long" */
/* Adds an entry (silently ignored beyond the maximum). words may be NULL: the table's text with the field's label and limit. */
void problems_add(struct problems *problems, const char *name, const struct field *field, enum flaw flaw, const char *words);

/* Text form (path, query, CSV) or JSON string content -> value. Text is normalised to NFC, copied into arena. FLAW_NONE on success. */
enum flaw value_parse(const struct field *field, struct bytes text, struct arena *arena, struct value *value_out);
/* Limits and kind of an already typed value: what the core re-checks of every frame. */
enum flaw value_check(const struct field *field, const struct value *value);

/* Wire form: u8 flags, then canonical big-endian content. */
MUST_USE err value_encode(const struct field *field, const struct value *value, struct buf *out);
MUST_USE err value_decode(const struct field *field, struct bytes *from, struct value *value_out); /* text borrows; INVALID */

/* A struct bytes, which somebody else owns. */
static inline bool value_borrows(enum field_type type) { return type == FIELD_TEXT || type == FIELD_BYTES || type == FIELD_FORM; }
/* Between values and the C struct. */
void value_store(const struct field *field, const struct value *value, void *row);
void value_load(const struct field *field, const void *row, struct value *value_out);
bool value_empty(const struct field *field, const void *row);
/* Human text form (CSV, events): date as YYYY-MM-DD, choice by name. */
MUST_USE err value_text(const struct field *field, const struct value *value, struct buf *out);

#endif
