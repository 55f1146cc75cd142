/*
 * row - entities in the store: sealing, digests, derived statements.
 *
 * R1  Sealed fields of one row and grade are one sealed value: u8 version=1 | key id | nonce | ciphertext | tag,
 *     associated data length-prefixed: format, entity, grade, row id, row version, key id. The key is the owner's;
 *     where the owning id is none, the customer's.
 * R2  Every write computes the row's keyed digest over all stored columns and notes before and after in the change list.
 * R3  Reading checks the digest and opens sealed groups; CORRUPT names the row in the log by entity and id only.
 * R4  Columns: id, version, the unsealed fields by name, <name>_ix, sealed_3a/_3b/_3c/_2, digest. "None" of an id, date, time
 *     or choice is NULL; a choice is its index (lists of choices only grow); a bool is 0 or 1; an empty text is ''.
 * R5  A sealed group's plain text is its fields in the descriptor's order; fields are added at the end of their grade.
 */
#ifndef ENTITY_ROW_H
#define ENTITY_ROW_H

#include "base/arena.h"
#include "entity/entity.h"
#include "keys/keys.h"
#include "ledger/event.h"
#include "store/store.h"

/* Derived statements of one entity, made once at start. */
struct row_plan;
MUST_USE err row_plan_make(const struct entity *const *list, const char *driver /* "sqlite" or "postgresql" */); /* process-wide, before threads */
MUST_USE err row_ddl(const struct entity *entity, const char *driver, struct buf *sql_out);
const struct statement *row_statement(const struct entity *entity, const char *which); /* "get", "insert", "update", "delete", "all" */

/* What a SELECT of the entity begins with so that row_read can take its rows: columns with the table's name, comma-separated. */
const char *row_columns(const struct entity *entity);

/* A list: WHERE part over the entity's stored columns (alias = table name), named statement made at start by row_list_make. */
struct row_list {
	const char *name;
	const struct entity *entity;
	const char *where;              /* after WHERE, may have ORDER BY and LIMIT :limit */
	const struct statement *statement; /* set by row_list_make */
};
MUST_USE err row_list_make(struct row_list *list);

#define CHANGE_ROW_MAX 10240            /* rows that one call may write; more than EVENT_ROW_MAX go on in further leaves */
struct change_list {                    /* of one call */
	struct event_row rows[CHANGE_ROW_MAX];
	size_t count;
	bool authority;                 /* a row of an authority entity changed */
};

/* What reading and writing rows needs; changes NULL for reads. */
struct row_context {
	struct db *db;
	struct keys *keys;
	struct arena *arena;
	struct change_list *changes;
	/* The newest digest known for a row, from the ledger; NULL = not checked. Returns false when the row is unknown to it: then
	 * the row passes. A deleted row is known by a zero digest. Rows changed by this call are compared with `changes` first. */
	bool (*newest)(void *context, const struct entity *entity, struct id id, int64_t *version_out, uint8_t digest_out[static 8]);
	void *newest_context;
	bool tentative;                 /* the caller looks again where it matters: CORRUPT is not logged here */
};

/* NOT_FOUND: no such row, or its key has been destroyed. CORRUPT: failed its check. */
MUST_USE err row_get(struct row_context *c, const struct entity *entity, struct id id, void *row_out);
/* id is kept when set, else made; version 1. CONFLICT: a unique column; TOO_LARGE: CHANGE_ROW_MAX rows.
 * The owner's key must exist (keys_create): INTERNAL otherwise. */
MUST_USE err row_insert(struct row_context *c, const struct entity *entity, void *row);
/* row as read (version and digest those of the stored row) and not partial, changed; version+1. CONFLICT: somebody else changed it. */
MUST_USE err row_update(struct row_context *c, const struct entity *entity, void *row);
MUST_USE err row_delete(struct row_context *c, const struct entity *entity, const void *row);
/* Reads the current row of a running list into row_out (arena-owned texts). skip_sealed: leave sealed fields empty (faster);
 * such a row is partial and cannot be updated. */
MUST_USE err row_read(struct row_context *c, const struct entity *entity, struct query *query, bool skip_sealed, void *row_out);
/* How many columns row_columns names. */
size_t row_column_count(const struct entity *entity);

/* ---- for those who look at what is stored, not at what it says ---- */

#define ROW_FORMAT_SEALED 1 /* AES-256-GCM under the named key */

struct row_group {
	enum grade grade;
	uint8_t format;             /* ROW_FORMAT_… */
	struct id key;
	struct bytes sealed;        /* nonce, ciphertext, tag; borrowed from the query */
	struct bytes bound;         /* associated data; in the arena */
};

/* The sealed groups of the current row of a running list, unopened; those that are younger than the row are left out.
 * CORRUPT: there stands what is no envelope. */
MUST_USE err row_groups(struct row_context *c, const struct entity *entity, struct query *query,
    struct row_group groups_out[static GRADE_COUNT], size_t *count_out);
/* The current row of a running list into another database, as it is stored. Of column `flip` (SIZE_MAX: of none) one bit is
 * changed on the way; flipped_out false: it holds nothing that could be. */
MUST_USE err row_copy(struct db *to, const struct entity *entity, struct query *query, size_t flip, bool *flipped_out);

/* HMAC of the normalised value (NFKC, lower case, trimmed) for lookup columns, under the customer's index key. */
MUST_USE err row_lookup(struct row_context *c, const struct entity *entity, const struct field *field, struct bytes value, uint8_t index_out[static 32]);

#endif
