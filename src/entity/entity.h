/*
 * entity - what a thing consists of, declared once.
 *
 * From a descriptor are derived: table and statements (entity/sql), sealing and row digests (entity/row), validation and
 * values on the wire (entity/value), JSON (entity/json), CSV (entity/csv), OpenAPI schema and data dictionary (entity/schema).
 */
#ifndef ENTITY_ENTITY_H
#define ENTITY_ENTITY_H

#include "base/bytes.h"
#include "base/id.h"

enum field_type {
	FIELD_TEXT,   /* struct bytes; UTF-8, NFC, no control characters but \n in multi-line ones */
	FIELD_ID,     /* struct id; zero = none */
	FIELD_DATE,   /* int32_t yyyymmdd; 0 = none */
	FIELD_TIME,   /* int64_t microseconds UTC; 0 = none */
	FIELD_INT,    /* int64_t */
	FIELD_BOOL,   /* bool */
	FIELD_CHOICE, /* int32_t index into choices; -1 = none (optional ones) */
	FIELD_BYTES,  /* struct bytes, internal only: never in JSON or CSV */
	FIELD_FORM,   /* struct bytes (entity/members): what a description says the fields of; an object of JSON, never in CSV */
	FIELD_TYPE_COUNT
};

/* Confidentiality, highest first: 3A names with care data .. 1 public. 3x is sealed when personal or marked so. */
enum grade { GRADE_3A, GRADE_3B, GRADE_3C, GRADE_2, GRADE_1, GRADE_COUNT };

#define FIELD_MAX 40            /* fields of one entity or inputs of one operation */
#define TEXT_MAX 10000          /* characters of the longest text field */

struct entity;

struct field {
	const char *name;           /* JSON and SQL name */
	const char *ja, *en;        /* labels */
	const char *column;         /* CSV heading if it differs from ja (imports), else NULL */
	enum field_type type;
	enum grade grade;
	bool personal;              /* about a person */
	bool sealed;                /* stored inside the row's sealed group of its grade */
	bool required;
	bool lookup;                /* also a column <name>_ix = HMAC of the normalised value under the index key */
	bool sort;                  /* lists are opened and sorted by it in memory */
	bool multiline;
	bool secret;                /* input only: passwords, codes; never out, never logged */
	int64_t min, max;           /* characters, value, or yyyymmdd; max 0 for text = 200 */
	const char *const *choices; /* FIELD_CHOICE: ends with NULL */
	const char *refers;         /* FIELD_ID: name of the entity */
	const char *group;          /* field group of the access policy; NULL = every reader */
	size_t offset;              /* in the entity's C struct; for inputs unused */
};

/* Which key seals a row: the person's, the facility's or the customer's. */
enum seal_scope { SEAL_NONE, SEAL_PERSON, SEAL_FACILITY, SEAL_CUSTOMER };

/* Every entity's C struct begins with this. */
struct row {
	struct id id;
	int64_t version;            /* 1 when inserted, +1 with each update */
	uint8_t digest[32];         /* keyed digest of the stored row */
	bool partial;               /* read without its sealed fields: may be deleted, not updated */
};

struct row_context;

struct entity {
	const char *name;           /* "child"; table name is the same */
	const char *ja, *en;
	size_t size;                /* of the C struct */
	enum seal_scope seal;
	const char *owner;          /* SEAL_PERSON: name of the FIELD_ID field that names the person, or "id" */
	const char *facility;       /* name of the FIELD_ID field that names the facility, "id", or NULL */
	bool authority;             /* rows decide who may do what: a change moves authority_version */
	bool strict;                /* files only: a column that names no field is a problem, not passed over */
	const char *const *unique;  /* comma-separated column lists (lookup columns as name_ix), ends with NULL; may be NULL */
	const char *const *indexes; /* likewise */
	const struct field *fields; /* without id and version */
	size_t field_count;
	/* After each insert and update, with them or not at all: writes what has to follow in rows of other entities. NULL = nothing. */
	err (*follow)(struct row_context *c, const void *row);
};

/* All entities of the program; filled by the list in cli/tables.c. */
extern const struct entity *const *const entities; /* ends with NULL */
const struct entity *entity_find(struct bytes name);                         /* NULL */
const struct field *entity_field(const struct entity *entity, const char *name); /* NULL */
/* Our own mistakes in descriptors, found at start: duplicate names, offsets, unknown references, unsealed personal 3x fields. */
MUST_USE err entity_check(const struct entity *const *list);

static inline void *field_at(void *row, const struct field *field) { return (char *)row + field->offset; }
static inline const void *field_in(const void *row, const struct field *field) { return (const char *)row + field->offset; }

#endif
