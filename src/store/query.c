/*
 * query - prepared statements.
 *
 * A connection keeps every statement it has ever run, prepared, in a hash table keyed by the statement's address.
 * A query is one prepared statement in use; the same statement started again while in use gets a second one.
 */
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "store/store.h"
#include "store/store_int.h"

#define SLOTS_FIRST 128
#define SAME_MAX 16              /* one statement in use at once */
#define NAME_LEN_MAX 62

static size_t slot_of(const struct slot *slots, size_t count, const struct statement *statement)
{
	uint64_t mixed = (uint64_t)(uintptr_t)statement * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(mixed >> 32) & (count - 1);

	while (slots[at].statement != NULL && slots[at].statement != statement)
		at = (at + 1) & (count - 1);
	return at;
}

static err grow(struct db *db)
{
	size_t count = db->slot_count == 0 ? SLOTS_FIRST : db->slot_count * 2;
	struct slot *slots = calloc(count, sizeof(*slots));

	if (slots == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < db->slot_count; i++) {
		if (db->slots[i].statement != NULL)
			slots[slot_of(slots, count, db->slots[i].statement)] = db->slots[i];
	}
	free(db->slots);
	db->slots = slots;
	db->slot_count = count;
	return OK;
}

static err prepare(struct db *db, const struct statement *statement, struct query **query_out)
{
	struct query *query = calloc(1, sizeof(*query));
	const char *rest = NULL;
	int code;

	if (query == NULL)
		return FAIL(UNAVAILABLE);
	code = sqlite3_prepare_v3(db->handle, statement->sql, -1, SQLITE_PREPARE_PERSISTENT, &query->handle, &rest);
	if (code != SQLITE_OK) {
		free(query);
		return db_failure(db, code, statement->name);
	}
	REQUIRE(query->handle != NULL && rest[strspn(rest, " \t\n;")] == '\0'); /* one statement, not none, not two */
	query->db = db;
	query->statement = statement;
	*query_out = query;
	return OK;
}

void query_forget_all(struct db *db)
{
	for (size_t i = 0; i < db->slot_count; i++) {
		struct query *query = db->slots[i].first;

		while (query != NULL) {
			struct query *same = query->same;

			(void)sqlite3_finalize(query->handle); /* repeats the last step's error, which was reported then */
			free(query);
			query = same;
		}
	}
	free(db->slots);
	db->slots = NULL;
	db->slot_count = db->slot_used = 0;
}

err query_start(struct db *db, const struct statement *statement, struct query **query_out)
{
	struct query **link;
	unsigned same = 0;
	size_t at;

	if (db->slot_used * 2 >= db->slot_count)
		TRY(grow(db));
	at = slot_of(db->slots, db->slot_count, statement);
	link = &db->slots[at].first;
	while (*link != NULL && (*link)->used) {
		link = &(*link)->same;
		same++;
	}
	REQUIRE(same < SAME_MAX); /* somebody forgot query_end */
	if (*link == NULL) {
		struct query *query = NULL;

		TRY(prepare(db, statement, &query));
		if (db->slots[at].statement == NULL)
			db->slot_used++;
		db->slots[at].statement = statement;
		*link = query;
	}
	(*link)->used = true;
	(*link)->ended = false;
	(*link)->failed = OK;
	(*link)->changes = 0;
	*query_out = *link;
	return OK;
}

void query_end(struct query **owner)
{
	struct query *query = *owner;

	*owner = NULL;
	if (query == NULL)
		return;
	(void)sqlite3_reset(query->handle);          /* repeats the last step's error */
	(void)sqlite3_clear_bindings(query->handle); /* what it borrowed may go now */
	query->used = false;
}

static int find_parameter(const struct query *query, const char *name)
{
	char text[NAME_LEN_MAX + 2];
	size_t len = strlen(name);

	REQUIRE(len <= NAME_LEN_MAX);
	text[0] = ':';
	memcpy(text + 1, name, len + 1);
	return sqlite3_bind_parameter_index(query->handle, text);
}

bool query_has(const struct query *query, const char *name)
{
	return find_parameter(query, name) > 0;
}

int query_parameter(const struct query *query, const char *name)
{
	int parameter = find_parameter(query, name);

	REQUIRE(parameter > 0);
	return parameter;
}

static err bound(struct query *query, int code)
{
	REQUIRE(code != SQLITE_RANGE && code != SQLITE_MISUSE);
	return code == SQLITE_OK ? OK : db_failure(query->db, code, query->statement->name);
}

err query_int_at(struct query *query, int parameter, int64_t value)
{
	return bound(query, sqlite3_bind_int64(query->handle, parameter, value));
}

err query_blob_at(struct query *query, int parameter, struct bytes value)
{
	/* A NULL pointer would bind NULL; empty is not absent. */
	return bound(query, sqlite3_bind_blob64(query->handle, parameter,
	    value.ptr == NULL ? (const void *)"" : (const void *)value.ptr, value.len, SQLITE_STATIC));
}

err query_text_at(struct query *query, int parameter, struct bytes value)
{
	return bound(query, sqlite3_bind_text64(query->handle, parameter,
	    value.ptr == NULL ? "" : (const char *)value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8));
}

err query_int(struct query *query, const char *name, int64_t value)
{
	return query_int_at(query, query_parameter(query, name), value);
}

err query_blob(struct query *query, const char *name, struct bytes value)
{
	return query_blob_at(query, query_parameter(query, name), value);
}

err query_text(struct query *query, const char *name, struct bytes value)
{
	return query_text_at(query, query_parameter(query, name), value);
}

err query_null(struct query *query, const char *name)
{
	return bound(query, sqlite3_bind_null(query->handle, query_parameter(query, name)));
}

err query_step(struct query *query, bool *row_out)
{
	int code;

	TRY(query->failed);
	if (query->ended) { /* a further step would begin anew */
		*row_out = false;
		return OK;
	}
	code = sqlite3_step(query->handle);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		query->failed = db_failure(query->db, code, query->statement->name);
		return query->failed;
	}
	query->ended = code == SQLITE_DONE;
	query->changes = sqlite3_changes64(query->db->handle);
	*row_out = code == SQLITE_ROW;
	return OK;
}

err query_run(struct query **owner)
{
	bool row = true;
	err e = OK;

	while (err_is_ok(e) && row)
		e = query_step(*owner, &row);
	query_end(owner);
	return e;
}

int64_t
query_changes(const struct query *query)
{
	return query->changes;
}
