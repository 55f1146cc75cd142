/*
 * Rows against a real database: what is written comes back; what is changed behind the engine does not.
 *
 * The keys process is played by a table in this file: one data key an owner and kind.
 */
#include "entity/example.h"
#include "entity/row.h"
#include "entity/value.h"
#include "store/temp_test.h"

const struct entity *const *const entities = example_entities;

#define KEY_MAX 64

struct keys {
	size_t count;
	struct data_key list[KEY_MAX];
	struct aead *aeads[KEY_MAX];
	struct mac *macs[KEY_MAX];
	bool destroyed[KEY_MAX];
};

static struct keys keys;

err keys_active(struct keys *from, enum key_kind kind, struct id owner, struct data_key *key_out)
{
	for (size_t i = 0; i < from->count; i++) {
		if (from->list[i].kind != kind || !id_equal(from->list[i].owner, owner) || from->destroyed[i])
			continue;
		*key_out = from->list[i];
		return OK;
	}
	return FAIL(NOT_FOUND);
}

err keys_by_id(struct keys *from, struct id key, struct data_key *key_out)
{
	for (size_t i = 0; i < from->count; i++) {
		if (!id_equal(from->list[i].id, key) || from->destroyed[i])
			continue;
		*key_out = from->list[i];
		return OK;
	}
	return FAIL(NOT_FOUND);
}

static void add_key(enum key_kind kind, struct id owner)
{
	size_t at = keys.count++;
	uint8_t raw[AEAD_KEY_LEN];

	assert_true(at < KEY_MAX);
	assert_ok(random_bytes(raw, sizeof(raw)));
	assert_ok(aead_new(raw, &keys.aeads[at]));
	assert_ok(mac_new(raw, sizeof(raw), &keys.macs[at]));
	keys.list[at] = (struct data_key){.kind = kind, .state = KEY_ACTIVE, .owner = owner, .aead = keys.aeads[at], .mac = keys.macs[at]};
	assert_ok(id_new(&keys.list[at].id));
}

static struct db *db;
static struct arena arena;
static struct change_list changes;
static struct row_context c;

/* The ledger's side of a row. */
static struct {
	bool known;
	int64_t version;
	uint8_t digest[8];
} newest;

static bool tell_newest(void *context, const struct entity *entity, struct id id, int64_t *version_out, uint8_t digest_out[static 8])
{
	(void)context;
	(void)entity;
	(void)id;
	*version_out = newest.version;
	memcpy(digest_out, newest.digest, 8);
	return newest.known;
}

static int set_up(void **state)
{
	char path[128];
	OWN(buf) ddl = {0};

	assert_int_equal(temp_make(state), 0);
	(void)snprintf(path, sizeof(path), "%s/rows.db", temp_path);
	assert_ok(db_open(path, DB_WRITE, &db));
	assert_ok(row_plan_make(example_entities, "sqlite"));
	assert_ok(row_ddl(&example, "sqlite", &ddl));
	assert_ok(row_ddl(&place, "sqlite", &ddl));
	assert_ok(buf_u8(&ddl, '\0'));
	assert_ok(db_script(db, (const char *)ddl.ptr));
	assert_ok(db_script(db, (const char *)ddl.ptr)); /* made once, found afterwards */
	arena_init(&arena, (size_t)4 << 20);
	memset(&changes, 0, sizeof(changes));
	memset(&newest, 0, sizeof(newest));
	c = (struct row_context){.db = db, .keys = &keys, .arena = &arena, .changes = &changes};
	add_key(KEY_CUSTOMER, (struct id){{0}});
	add_key(KEY_INDEX, (struct id){{0}});
	add_key(KEY_DIGEST, (struct id){{0}});
	return 0;
}

static int tear_down(void **state)
{
	db_close(&db);
	arena_free(&arena);
	for (size_t i = 0; i < keys.count; i++) {
		aead_free(&keys.aeads[i]);
		mac_free(&keys.macs[i]);
	}
	keys = (struct keys){0};
	return temp_remove(state);
}

static struct example child(const char *code, const char *name)
{
	struct example row = {
		.facility = {{[15] = 1}},
		.kind = EXAMPLE_HALF,
		.seat = -5,
		.active = true,
		.seen_us = 1795219200000000,
		.code = bytes_str(code),
		.name = bytes_str(name),
		.kana = bytes_str("あおい"),
		.birth_date = 20220401,
		.address = bytes_str("札幌市中央区"),
		.allergies = bytes_str("卵\n乳"),
		.blood = -1,
		.photo = {(const uint8_t *)"\0\xff", 2},
	};

	assert_ok(id_new(&row.row.id));
	add_key(KEY_PERSON, row.row.id);
	return row;
}

static struct example inserted(const char *code, const char *name)
{
	struct example row = child(code, name);

	assert_ok(row_insert(&c, &example, &row));
	return row;
}

static void assert_same(const struct example *a, const struct example *b)
{
	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++) {
		OWN(buf) one = {0};
		OWN(buf) two = {0};
		struct value value;

		value_load(&example_fields[i], a, &value);
		assert_ok(value_encode(&example_fields[i], &value, &one));
		value_load(&example_fields[i], b, &value);
		assert_ok(value_encode(&example_fields[i], &value, &two));
		assert_bytes(bytes_of(&one), bytes_of(&two));
	}
}

/* Statements of an attacker with the file in hand. */
static void tamper(const char *sql)
{
	assert_ok(db_script(db, sql));
}

static void test_write_and_read(void **state)
{
	struct example row = inserted("A1", "髙橋 あおい");
	struct example back;
	struct place spot = {.title = bytes_str("あけぼの")};
	struct place spot_back;

	(void)state;
	assert_int_equal(row.row.version, 1);
	assert_ok(row_get(&c, &example, row.row.id, &back));
	assert_same(&row, &back);
	assert_int_equal(back.row.version, 1);
	assert_memory_equal(back.row.digest, row.row.digest, 32);
	assert_int_equal(changes.count, 1);
	assert_true(changes.authority);
	assert_true(bytes_is(changes.rows[0].entity, "example"));
	assert_memory_equal(changes.rows[0].after, row.row.digest, 32);
	assert_memory_equal(changes.rows[0].before, (uint8_t[32]){0}, 32);

	assert_ok(row_insert(&c, &place, &spot));
	assert_false(id_is_zero(spot.row.id));
	assert_ok(row_get(&c, &place, spot.row.id, &spot_back));
	assert_true(bytes_is(spot_back.title, "あけぼの"));
	assert_err(NOT_FOUND, row_get(&c, &place, row.row.id, &spot_back));
}

static void test_update_and_delete(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct example stale = row;
	struct example back;
	uint8_t before[32];

	(void)state;
	memcpy(before, row.row.digest, 32);
	row.name = bytes_str("葵");
	row.class_ = (struct id){{9}};
	assert_ok(row_update(&c, &example, &row));
	assert_int_equal(row.row.version, 2);
	assert_memory_equal(changes.rows[1].before, before, 32);
	assert_memory_equal(changes.rows[1].after, row.row.digest, 32);
	assert_int_equal(changes.rows[1].version, 2);
	assert_ok(row_get(&c, &example, row.row.id, &back));
	assert_same(&row, &back);

	stale.name = bytes_str("遅い");
	assert_err(CONFLICT, row_update(&c, &example, &stale));
	assert_int_equal(stale.row.version, 1);
	assert_err(CONFLICT, row_delete(&c, &example, &stale));
	assert_int_equal(changes.count, 2);

	assert_ok(row_delete(&c, &example, &back));
	assert_memory_equal(changes.rows[2].after, (uint8_t[32]){0}, 32);
	assert_err(NOT_FOUND, row_get(&c, &example, row.row.id, &back));
}

static void test_unique(void **state)
{
	struct example first = inserted("A1", "あおい");
	struct example same_code = child("A1", "べつ");
	struct example same_name = child("A2", " ＡＯＩ");
	struct example other_name = child("A3", "aoi ");

	(void)state;
	assert_err(CONFLICT, row_insert(&c, &example, &same_code));
	assert_int_equal(same_code.row.version, 0);
	assert_ok(row_insert(&c, &example, &same_name));
	assert_err(CONFLICT, row_insert(&c, &example, &other_name)); /* the same under NFKC and case folding */
	assert_int_equal(changes.count, 2);
	(void)first;
}

static struct example partial;

static void update_partial(void)
{
	err_ignore(row_update(&c, &example, &partial)); /* it does not come back */
}

static void test_lookup(void **state)
{
	struct example row = inserted("A1", "Aoi");
	struct row_list list = {.name = "example.by_name", .entity = &example, .where = "name_ix = :name_ix LIMIT :limit"};
	uint8_t index[32];
	uint8_t other[32];
	struct query *query;
	struct example back;
	bool found;

	(void)state;
	assert_ok(row_list_make(&list));
	assert_ok(row_lookup(&c, &example, entity_field(&example, "name"), bytes_str(" AOI"), index));
	assert_ok(row_lookup(&c, &example, entity_field(&example, "kana"), bytes_str(" AOI"), other));
	assert_memory_not_equal(index, other, 32);
	assert_err(INVALID, row_lookup(&c, &example, entity_field(&example, "name"), bytes_str("\xff"), other));
	assert_ok(query_start(db, list.statement, &query));
	assert_ok(query_blob(query, "name_ix", (struct bytes){index, 32}));
	assert_ok(query_int(query, "limit", 2));
	assert_ok(query_step(query, &found));
	assert_true(found);
	assert_ok(row_read(&c, &example, query, false, &back));
	assert_same(&row, &back);
	assert_ok(row_read(&c, &example, query, true, &back));
	assert_int_equal(back.name.len + back.notes.len, 0);
	assert_int_equal(back.blood, -1);
	assert_true(bytes_is(back.code, "A1"));
	assert_ok(query_step(query, &found));
	assert_false(found);
	query_end(&query);
	partial = back;
	assert_stops(update_partial); /* half a row is never written back */
	assert_ok(row_delete(&c, &example, &back));
	free((void *)(uintptr_t)list.statement);
}

static void test_nothing_in_clear(void **state)
{
	struct query *query;
	bool found;

	(void)state;
	REQ("CR-2 K-6");
	inserted("A1", "髙橋葵の名前");
	assert_ok(query_start(db, row_statement(&example, "all"), &query));
	assert_ok(query_step(query, &found));
	for (int i = 0; i < 15; i++) {
		struct bytes stored = column_bytes(query, i);

		assert_true(stored.len == 0 || memmem(stored.ptr, stored.len, "髙橋", strlen("髙橋")) == NULL);
		assert_true(stored.len == 0 || memmem(stored.ptr, stored.len, "札幌", strlen("札幌")) == NULL);
	}
	query_end(&query);
}

/* Every column of the row by itself; where it can be NULL, that too. */
static const char *const changes_behind[] = {
	"UPDATE example SET version = version + 1",
	"UPDATE example SET facility = x'000102030405060708090a0b0c0d0e0f'",
	"UPDATE example SET facility = NULL",
	"UPDATE example SET facility = x'00'",
	"UPDATE example SET class = x'000102030405060708090a0b0c0d0e0f'",
	"UPDATE example SET kind = 0",
	"UPDATE example SET kind = NULL",
	"UPDATE example SET seat = 0",
	"UPDATE example SET active = 0",
	"UPDATE example SET seen = NULL",
	"UPDATE example SET entry_date = 20200101",
	"UPDATE example SET code = ''",
	"UPDATE example SET code = 'A2'",
	"UPDATE example SET name_ix = NULL",
	"UPDATE example SET name_ix = zeroblob(32)",
	"UPDATE example SET sealed_3a = NULL",
	"UPDATE example SET sealed_3b = x'01'",
	"UPDATE example SET sealed_3c = sealed_3b",
	"UPDATE example SET digest = zeroblob(32)",
	"UPDATE example SET digest = x''",
	"UPDATE example SET id = x'000102030405060708090a0b0c0d0e0f'",
};

static void test_changed_behind(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct example back;

	(void)state;
	REQ("CR-2 K-6");
	c.changes = NULL; /* the digest alone must find it */
	for (size_t i = 0; i < COUNT_OF(changes_behind); i++) {
		struct id id = row.row.id;
		err e;

		assert_ok(db_begin(db, DB_WRITE));
		tamper(changes_behind[i]);
		if (strstr(changes_behind[i], "SET id") != NULL)
			for (uint8_t j = 0; j < 16; j++)
				id.b[j] = j;
		e = row_get(&c, &example, id, &back);
		if (!err_is(e, ERR_CORRUPT))
			fail_msg("%s: %s", changes_behind[i], err_row(e)->name);
		db_rollback(db);
	}
	assert_ok(row_get(&c, &example, row.row.id, &back));
}

static const struct statement put_sealed = {"test.put_sealed", "UPDATE example SET sealed_3a = :sealed"};

static void test_flipped_bits(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct example back;
	OWN(buf) sealed = {0};
	struct query *query;
	bool found;

	(void)state;
	REQ("CR-2 K-6");
	c.changes = NULL;
	assert_ok(query_start(db, row_statement(&example, "get"), &query));
	assert_ok(query_id(query, "id", &row.row.id));
	assert_ok(query_step(query, &found));
	assert_ok(buf_append(&sealed, column_bytes(query, 11)));
	query_end(&query);
	assert_true(sealed.len > 1 + 16 + 28);
	for (size_t i = 0; i < sealed.len * 8; i += 3) {
		sealed.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_ok(query_start(db, &put_sealed, &query));
		assert_ok(query_blob(query, "sealed", bytes_of(&sealed)));
		assert_ok(query_run(&query));
		assert_err(CORRUPT, row_get(&c, &example, row.row.id, &back));
		sealed.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
		arena_reset(&arena);
	}
}

/*
 * With the digest key in hand as well: the digest is computed anew over the changed row, so that only the associated data
 * is left to find it.
 */
static void forge_digest(struct id id)
{
	static const struct statement put = {"test.put_digest", "UPDATE example SET digest = :digest WHERE id = :id"};
	static const char *const names[] = {"facility", "class", "kind", "seat", "active", "seen", "entry_date", "code", "name_ix",
		"sealed_3a", "sealed_3b", "sealed_3c"};
	OWN(buf) text = {0};
	struct query *query;
	uint8_t digest[32];
	struct data_key key;
	bool found;

	assert_ok(query_start(db, row_statement(&example, "get"), &query));
	assert_ok(query_id(query, "id", &id));
	assert_ok(query_step(query, &found));
	assert_true(found);
	assert_ok(buf_u8(&text, 1));
	assert_ok(buf_blob(&text, bytes_str("example")));
	assert_ok(buf_append(&text, id_bytes(&id)));
	assert_ok(buf_u64(&text, (uint64_t)column_int(query, 1)));
	for (int i = 0; i < (int)COUNT_OF(names); i++) {
		bool number = i >= 2 && i <= 6;

		if (column_null(query, i + 2) || (number && i >= 3 && column_int(query, i + 2) == 0) ||
		    (!number && column_bytes(query, i + 2).len == 0))
			continue;
		assert_ok(buf_blob(&text, bytes_str(names[i])));
		if (number) {
			assert_ok(buf_u32(&text, 8));
			assert_ok(buf_u64(&text, (uint64_t)column_int(query, i + 2)));
		} else {
			assert_ok(buf_blob(&text, column_bytes(query, i + 2)));
		}
	}
	query_end(&query);
	assert_ok(keys_active(&keys, KEY_DIGEST, (struct id){{0}}, &key));
	assert_ok(mac_compute(key.mac, bytes_of(&text), digest));
	assert_ok(query_start(db, &put, &query));
	assert_ok(query_blob(query, "digest", (struct bytes){digest, 32}));
	assert_ok(query_id(query, "id", &id));
	assert_ok(query_run(&query));
}

static void assert_forged(struct id id, const char *sql)
{
	struct example back;
	err e;

	assert_ok(db_begin(db, DB_WRITE));
	tamper(sql);
	forge_digest(id);
	e = row_get(&c, &example, id, &back);
	if (!err_is(e, ERR_CORRUPT))
		fail_msg("%s: %s", sql, err_row(e)->name);
	db_rollback(db);
}

static void test_moved_values(void **state)
{
	struct example one = inserted("A1", "いち");
	struct example two = inserted("A2", "に");
	struct example back;
	err e;

	(void)state;
	REQ("CR-2 K-6");
	c.changes = NULL;
	assert_ok(db_begin(db, DB_WRITE));
	forge_digest(one.row.id); /* the forgery itself is good */
	assert_ok(row_get(&c, &example, one.row.id, &back));
	db_rollback(db);
	/* from another row, another grade, and a row's value under another row's number */
	assert_forged(one.row.id, "UPDATE example SET sealed_3a = (SELECT sealed_3a FROM example o WHERE o.code = 'A2') WHERE code = 'A1'");
	assert_forged(one.row.id, "UPDATE example SET sealed_3a = sealed_3b, sealed_3b = sealed_3a WHERE code = 'A1'");
	assert_forged(one.row.id, "UPDATE example SET sealed_3b = sealed_3c WHERE code = 'A1'");
	/* put back in time */
	c.changes = &changes;
	tamper("CREATE TABLE kept AS SELECT * FROM example");
	one.name = bytes_str("新しい");
	assert_ok(row_update(&c, &example, &one));
	c.changes = NULL;
	assert_forged(one.row.id, "UPDATE example SET sealed_3a = (SELECT sealed_3a FROM kept WHERE code = 'A1') WHERE code = 'A1'");
	/* the whole old row, as it was: only the ledger knows */
	tamper("DELETE FROM example WHERE code = 'A1'");
	tamper("INSERT INTO example SELECT * FROM kept WHERE code = 'A1'");
	assert_ok(row_get(&c, &example, one.row.id, &back));
	c.newest = tell_newest;
	newest.known = true;
	newest.version = 2;
	memcpy(newest.digest, one.row.digest, 8);
	assert_err(CORRUPT, row_get(&c, &example, one.row.id, &back));
	newest.version = 1;
	assert_err(CORRUPT, row_get(&c, &example, one.row.id, &back));
	memcpy(newest.digest, (uint8_t[8]){0}, 8); /* deleted, and put back */
	e = row_get(&c, &example, one.row.id, &back);
	assert_true(err_is(e, ERR_CORRUPT));
	newest.known = false;
	assert_ok(row_get(&c, &example, one.row.id, &back));
	(void)two;
}

static void test_newest(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct example back;

	(void)state;
	c.newest = tell_newest;
	newest.known = true;
	/* the ledger is behind this call's own changes */
	assert_ok(row_get(&c, &example, row.row.id, &back));
	assert_ok(row_update(&c, &example, &row));
	assert_ok(row_get(&c, &example, row.row.id, &back));
	c.changes = NULL;
	assert_err(CORRUPT, row_get(&c, &example, row.row.id, &back));
	newest.version = 2;
	memcpy(newest.digest, row.row.digest, 8);
	assert_ok(row_get(&c, &example, row.row.id, &back));
}

static void test_keys(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct example orphan = {.kind = -1, .blood = -1, .code = bytes_str("A9"), .name = bytes_str("x")};
	struct example back;
	size_t at = keys.count - 1;

	(void)state;
	assert_err(INTERNAL, row_insert(&c, &example, &orphan));
	assert_true(id_is_zero(orphan.row.id));
	keys.destroyed[at] = true;
	memset(&back, 1, sizeof(back));
	assert_err(NOT_FOUND, row_get(&c, &example, row.row.id, &back));
	assert_null(back.name.ptr);
	keys.destroyed[at] = false;
	/* a key that is somebody else's */
	keys.list[at].owner = (struct id){{7}};
	assert_err(CORRUPT, row_get(&c, &example, row.row.id, &back));
}

static void test_change_limit(void **state)
{
	struct place spot = {.title = bytes_str("x")};

	(void)state;
	assert_ok(db_begin(db, DB_WRITE));
	for (size_t i = 0; i < CHANGE_ROW_MAX; i++) {
		spot.row = (struct row){0};
		assert_ok(row_insert(&c, &place, &spot));
	}
	assert_err(TOO_LARGE, row_update(&c, &place, &spot));
	assert_err(TOO_LARGE, row_delete(&c, &place, &spot));
	spot.row = (struct row){0};
	assert_err(TOO_LARGE, row_insert(&c, &place, &spot));
	db_rollback(db);
	assert_false(changes.authority);
}

static void test_large_texts(void **state)
{
	struct example row = child("A1", "あおい");
	struct example back;
	OWN(buf) text = {0};

	(void)state;
	for (int i = 0; i < TEXT_MAX; i++)
		assert_ok(buf_append_str(&text, "\xf0\x9f\x8c\xb8"));
	row.notes = bytes_of(&text);
	assert_ok(row_insert(&c, &example, &row));
	assert_ok(row_get(&c, &example, row.row.id, &back));
	assert_same(&row, &back);
}

/* With less memory than it takes, nothing is written and nothing half done is handed out. */
static void test_small_arena(void **state)
{
	struct example row = child("A1", "あおい");
	struct example back;
	size_t max = 0;
	err e;

	(void)state;
	do {
		arena_free(&arena);
		arena_init(&arena, max += 16);
		e = row_insert(&c, &example, &row);
		assert_int_equal(changes.count, err_is_ok(e));
		assert_int_equal(row.row.version, err_is_ok(e));
	} while (err_is(e, ERR_UNAVAILABLE));
	assert_ok(e);
	assert_true(max > 16);
	max = 0;
	do {
		arena_free(&arena);
		arena_init(&arena, max += 16);
		memset(&back, 1, sizeof(back));
		e = row_get(&c, &example, row.row.id, &back);
		assert_true(err_is_ok(e) || back.name.ptr == NULL);
	} while (err_is(e, ERR_UNAVAILABLE));
	assert_ok(e);
	assert_same(&row, &back);
}

static void get_unknown(void)
{
	err_ignore(row_get(&c, &(const struct entity){.name = "x"}, (struct id){{1}}, &partial)); /* it does not come back */
}

static void test_trips(void **state)
{
	(void)state;
	assert_stops(get_unknown);
}

static void test_statements(void **state)
{
	OWN(buf) sqlite = {0};
	OWN(buf) postgresql = {0};

	(void)state;
	assert_err(INVALID, row_ddl(&place, "oracle", &sqlite));
	assert_ok(row_ddl(&place, "sqlite", &sqlite));
	assert_true(bytes_is(bytes_of(&sqlite),
	    "CREATE TABLE IF NOT EXISTS \"place\" (\n\t\"id\" BLOB NOT NULL PRIMARY KEY,\n\t\"version\" INTEGER NOT NULL,\n"
	    "\t\"title\" TEXT NOT NULL,\n\t\"digest\" BLOB NOT NULL\n) STRICT, WITHOUT ROWID;\n"));
	assert_ok(row_ddl(&place, "postgresql", &postgresql));
	assert_true(bytes_is(bytes_of(&postgresql),
	    "CREATE TABLE IF NOT EXISTS \"place\" (\n\t\"id\" BYTEA NOT NULL PRIMARY KEY,\n\t\"version\" BIGINT NOT NULL,\n"
	    "\t\"title\" TEXT NOT NULL,\n\t\"digest\" BYTEA NOT NULL\n);\n"));
	assert_string_equal(row_statement(&place, "update")->sql,
	    "UPDATE \"place\" SET \"version\" = :version, \"title\" = :title, \"digest\" = :digest"
	    " WHERE \"id\" = :id AND \"version\" = :version_was AND \"digest\" = :digest_was");
	assert_string_equal(row_statement(&place, "insert")->name, "place.insert");
	assert_string_equal(row_columns(&place), "\"place\".\"id\",\"place\".\"version\",\"place\".\"title\",\"place\".\"digest\"");
}

/* What is stored, without what it says; and a copy of it, whole and with one bit changed in each column. */
static void test_stored_form(void **state)
{
	struct example row = inserted("A1", "あおい");
	struct row_group groups[GRADE_COUNT];
	struct example back;
	struct row_context copied = c;
	struct db *copy = NULL;
	struct query *query;
	size_t count = 0;
	bool found, flipped;
	char path[128];
	OWN(buf) ddl = {0};

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/copy.db", temp_path);
	assert_ok(db_open(path, DB_WRITE, &copy));
	assert_ok(row_ddl(&example, "sqlite", &ddl));
	assert_ok(buf_u8(&ddl, '\0'));
	assert_ok(db_script(copy, (const char *)ddl.ptr));
	copied.db = copy;
	assert_ok(query_start(db, row_statement(&example, "all"), &query));
	assert_ok(query_step(query, &found));
	assert_true(found);
	assert_ok(row_groups(&c, &example, query, groups, &count));
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++) {
		struct data_key key, other;
		OWN(buf) plain = {0};

		assert_int_equal(groups[i].format, ROW_FORMAT_SEALED);
		assert_ok(keys_by_id(&keys, groups[i].key, &key));
		assert_true(id_equal(key.owner, row.row.id));
		assert_ok(aead_open(key.aead, groups[i].bound, groups[i].sealed, &plain));
		assert_ok(keys_active(&keys, KEY_CUSTOMER, (struct id){{0}}, &other));
		assert_err(CORRUPT, aead_open(other.aead, groups[i].bound, groups[i].sealed, &plain));
	}
	for (size_t i = 0; i <= row_column_count(&example); i++) {
		size_t flip = i == 0 ? SIZE_MAX : i - 1;

		assert_ok(db_begin(copy, DB_WRITE));
		assert_ok(row_copy(copy, &example, query, flip, &flipped));
		if (flip == SIZE_MAX) {
			assert_false(flipped);
			assert_ok(row_get(&copied, &example, row.row.id, &back));
			assert_same(&row, &back);
		} else if (flipped && flip > 0) {
			assert_err(CORRUPT, row_get(&copied, &example, row.row.id, &back));
		}
		db_rollback(copy);
	}
	query_end(&query);
	tamper("UPDATE example SET sealed_3a = CAST(x'02' || substr(sealed_3a, 2) AS BLOB)");
	assert_ok(query_start(db, row_statement(&example, "all"), &query));
	assert_ok(query_step(query, &found));
	assert_err(CORRUPT, row_groups(&c, &example, query, groups, &count));
	query_end(&query);
	db_close(&copy);
}

#define ROW_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW_TEST(test_write_and_read),
		ROW_TEST(test_update_and_delete),
		ROW_TEST(test_unique),
		ROW_TEST(test_lookup),
		ROW_TEST(test_nothing_in_clear),
		ROW_TEST(test_changed_behind),
		ROW_TEST(test_flipped_bits),
		ROW_TEST(test_moved_values),
		ROW_TEST(test_newest),
		ROW_TEST(test_keys),
		ROW_TEST(test_change_limit),
		ROW_TEST(test_large_texts),
		ROW_TEST(test_small_arena),
		ROW_TEST(test_trips),
		ROW_TEST(test_statements),
		ROW_TEST(test_stored_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
