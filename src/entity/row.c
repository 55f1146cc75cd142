/*
 * row - entities in the store.
 *
 * Every way in and out goes through take (check, open) and prepare (seal, digest).
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "entity/row_cell_int.h"
#include "entity/text_int.h"

#define LOOKUP_FOLD_MAX 65536

err row_ddl(const struct entity *entity, const char *driver, struct buf *sql_out)
{
	enum sql_driver known;

	TRY(sql_driver_find(driver, &known));
	return sql_ddl(entity, known, sql_out);
}

const struct statement *row_statement(const struct entity *entity, const char *which)
{
	static const char *const names[ROW_VERB_COUNT] = {"get", "insert", "update", "delete", "all"};
	size_t verb = 0;

	while (verb < ROW_VERB_COUNT && strcmp(names[verb], which) != 0)
		verb++;
	REQUIRE(verb < ROW_VERB_COUNT);
	return &row_plan_of(entity)->statements[verb];
}

const char *row_columns(const struct entity *entity)
{
	return row_plan_of(entity)->select_columns;
}

/* Statements live as long as the process. */
struct kept_statement {
	struct statement statement;
	char sql[];
};

err row_list_make(struct row_list *list)
{
	OWN(buf) sql = {0};
	struct kept_statement *kept;

	if (list->statement != NULL)
		return OK; /* made when an engine was started before */
	TRY(buf_printf(&sql, "SELECT %s FROM \"%s\" WHERE %s", row_columns(list->entity), list->entity->name, list->where));
	kept = malloc(sizeof(*kept) + sql.len + 1);
	if (kept == NULL)
		return FAIL(UNAVAILABLE);
	memcpy(kept->sql, sql.ptr, sql.len);
	kept->sql[sql.len] = '\0';
	kept->statement = (struct statement){.name = list->name, .sql = kept->sql};
	list->statement = &kept->statement;
	return OK;
}

static void load(const struct row_plan *plan, struct query *query, struct row_cell *cells)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct column *column = &plan->columns[i];
		enum field_type type = column->kind == COLUMN_FIELD ? column->field->type : FIELD_BYTES;

		cells[i] = (struct row_cell){0};
		if (column->kind != COLUMN_VERSION && (value_borrows(type) || type == FIELD_ID)) {
			cells[i].bytes = column_bytes(query, (int)i);
			continue;
		}
		cells[i].number = true;
		cells[i].integer = column_int(query, (int)i);
		cells[i].null = cells[i].integer == 0 && column_null(query, (int)i);
	}
}

/* What this call itself has written stands in its changes; the ledger learns of it later. */
static const struct event_row *find_change(const struct row_context *c, const struct entity *entity, struct id id)
{
	for (size_t i = c->changes == NULL ? 0 : c->changes->count; i-- > 0;) {
		const struct event_row *row = &c->changes->rows[i];

		if (memcmp(row->id.b, id.b, ID_LEN) == 0 && bytes_is(row->entity, entity->name))
			return row;
	}
	return NULL;
}

static err check_newest(const struct row_context *c, const struct entity *entity, struct id id, int64_t version,
    const uint8_t digest[static HASH_LEN])
{
	const struct event_row *change = find_change(c, entity, id);
	uint8_t newest[8];
	int64_t known;

	if (change != NULL)
		return (int64_t)change->version == version && ct_equal(change->after, digest, HASH_LEN) ? OK : FAIL(CORRUPT);
	if (c->newest == NULL || !c->newest(c->newest_context, entity, id, &known, newest))
		return OK;
	return known == version && ct_equal(newest, digest, sizeof(newest)) ? OK : FAIL(CORRUPT);
}

static err check(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells)
{
	struct bytes stored = cells[plan->count - 1].bytes;
	uint8_t digest[HASH_LEN];
	struct id id;

	if (cells[0].bytes.len != ID_LEN || stored.len != HASH_LEN)
		return FAIL(CORRUPT);
	TRY(row_cell_digest(c, plan, cells, digest));
	if (!ct_equal(digest, stored.ptr, HASH_LEN))
		return FAIL(CORRUPT);
	memcpy(id.b, cells[0].bytes.ptr, ID_LEN);
	return check_newest(c, plan->entity, id, cells[1].integer, digest);
}

static void log_corrupt(const struct entity *entity, struct bytes stored)
{
	char text[ID_TEXT_MAX] = "?";
	struct id id;

	if (stored.len == ID_LEN) {
		memcpy(id.b, stored.ptr, ID_LEN);
		id_format(id, text);
	}
	log_error("row %s %s failed its check", entity->name, text);
}

static err take(struct row_context *c, const struct row_plan *plan, struct query *query, bool skip_sealed, void *row_out)
{
	struct row_cell cells[COLUMN_MAX];
	struct row *head = row_out;
	err e;

	load(plan, query, cells);
	e = check(c, plan, cells);
	if (err_is_ok(e))
		e = row_cell_open(c, plan, cells, skip_sealed, row_out);
	if (err_is(e, ERR_CORRUPT) && !c->tentative)
		log_corrupt(plan->entity, cells[0].bytes);
	if (!err_is_ok(e)) {
		memset(row_out, 0, plan->entity->size);
		return e;
	}
	memcpy(head->digest, cells[plan->count - 1].bytes.ptr, HASH_LEN);
	head->partial = skip_sealed && plan->sealed;
	return OK;
}

static err get(struct row_context *c, const struct row_plan *plan, struct id id, struct query *query, void *row_out)
{
	bool found;

	TRY(query_id(query, "id", &id));
	TRY(query_step(query, &found));
	if (!found)
		return FAIL(NOT_FOUND);
	TRY(take(c, plan, query, false, row_out));
	return id_equal(((struct row *)row_out)->id, id) ? OK : FAIL(CORRUPT);
}

err row_get(struct row_context *c, const struct entity *entity, struct id id, void *row_out)
{
	const struct row_plan *plan = row_plan_of(entity);
	struct query *query;
	err e;

	TRY(query_start(c->db, &plan->statements[ROW_GET], &query));
	e = get(c, plan, id, query, row_out);
	query_end(&query);
	return e;
}

err row_read(struct row_context *c, const struct entity *entity, struct query *query, bool skip_sealed, void *row_out)
{
	return take(c, row_plan_of(entity), query, skip_sealed, row_out);
}

static err bind_cell(struct query *query, const struct column *column, const struct row_cell *cell, int parameter)
{
	if (cell->null)
		return query_null(query, column->name);
	if (cell->number)
		return query_int_at(query, parameter, cell->integer);
	if (column->kind == COLUMN_FIELD && column->field->type == FIELD_TEXT)
		return query_text_at(query, parameter, cell->bytes);
	return query_blob_at(query, parameter, cell->bytes);
}

static err bind_all(struct row_plan *plan, enum row_verb verb, struct query *query, const struct row_cell *cells)
{
	for (size_t i = 0; i < plan->count; i++)
		TRY(bind_cell(query, &plan->columns[i], &cells[i], row_plan_parameter(plan, verb, i, query)));
	return OK;
}

static err bind_as_read(struct query *query, const struct row *row)
{
	TRY(query_int(query, "version_was", row->version));
	return query_blob(query, "digest_was", (struct bytes){row->digest, HASH_LEN});
}

/* Seals the row as it will be and computes its digest into the last cell. */
static err prepare(struct row_context *c, const struct row_plan *plan, const void *row, struct row_cell *cells,
    uint8_t digest_out[static HASH_LEN])
{
	err e = row_cell_seal(c, plan, row, cells);

	if (err_is(e, ERR_INTERNAL))
		log_error("row %s: its owner has no key", plan->entity->name);
	TRY(e);
	TRY(row_cell_digest(c, plan, cells, digest_out));
	cells[plan->count - 1] = (struct row_cell){.bytes = {digest_out, HASH_LEN}};
	return OK;
}

static bool has_room(const struct row_context *c)
{
	REQUIRE(c->changes != NULL);
	return c->changes->count < CHANGE_ROW_MAX;
}

static const uint8_t no_digest[HASH_LEN];

static void note(struct row_context *c, const struct entity *entity, const struct row *row, const uint8_t *before,
    const uint8_t *after)
{
	struct event_row *entry = &c->changes->rows[c->changes->count++];

	*entry = (struct event_row){.entity = bytes_str(entity->name), .id = row->id, .version = (uint64_t)row->version};
	memcpy(entry->before, before, HASH_LEN);
	memcpy(entry->after, after, HASH_LEN);
	c->changes->authority = c->changes->authority || entity->authority;
}

/* One row, as it was read, or CONFLICT. */
static err run_once(struct query *query)
{
	bool row;

	TRY(query_step(query, &row));
	return query_changes(query) == 1 ? OK : FAIL(CONFLICT);
}

static err insert(struct row_context *c, struct row_plan *plan, const struct row_cell *cells)
{
	struct query *query;
	err e;

	TRY(query_start(c->db, &plan->statements[ROW_INSERT], &query));
	e = bind_all(plan, ROW_INSERT, query, cells);
	if (err_is_ok(e))
		e = run_once(query);
	query_end(&query);
	return e;
}

err row_insert(struct row_context *c, const struct entity *entity, void *row)
{
	struct row_plan *plan = row_plan_of(entity);
	struct row_cell cells[COLUMN_MAX];
	struct row *head = row;
	struct row was = *head;
	uint8_t digest[HASH_LEN];
	err e = OK;

	if (!has_room(c))
		return FAIL(TOO_LARGE);
	if (id_is_zero(head->id))
		TRY(id_new(&head->id));
	head->version = 1;
	e = prepare(c, plan, row, cells, digest);
	if (err_is_ok(e))
		e = insert(c, plan, cells);
	if (!err_is_ok(e)) {
		*head = was;
		return e;
	}
	memcpy(head->digest, digest, HASH_LEN);
	note(c, entity, head, no_digest, digest);
	return entity->follow != NULL ? entity->follow(c, row) : OK;
}

static err update(struct row_context *c, struct row_plan *plan, const struct row_cell *cells, const struct row *was)
{
	struct query *query;
	err e;

	TRY(query_start(c->db, &plan->statements[ROW_UPDATE], &query));
	e = bind_all(plan, ROW_UPDATE, query, cells);
	if (err_is_ok(e))
		e = bind_as_read(query, was);
	if (err_is_ok(e))
		e = run_once(query);
	query_end(&query);
	return e;
}

err row_update(struct row_context *c, const struct entity *entity, void *row)
{
	struct row_plan *plan = row_plan_of(entity);
	struct row_cell cells[COLUMN_MAX];
	struct row *head = row;
	struct row was = *head;
	uint8_t digest[HASH_LEN];
	err e;

	if (!has_room(c))
		return FAIL(TOO_LARGE);
	REQUIRE(!head->partial && head->version > 0 && head->version < INT64_MAX);
	head->version++;
	e = prepare(c, plan, row, cells, digest);
	if (err_is_ok(e))
		e = update(c, plan, cells, &was);
	if (!err_is_ok(e)) {
		*head = was;
		return e;
	}
	memcpy(head->digest, digest, HASH_LEN);
	note(c, entity, head, was.digest, digest);
	return entity->follow != NULL ? entity->follow(c, row) : OK;
}

err row_delete(struct row_context *c, const struct entity *entity, const void *row)
{
	const struct row_plan *plan = row_plan_of(entity);
	const struct row *head = row;
	struct query *query;
	err e;

	if (!has_room(c))
		return FAIL(TOO_LARGE);
	TRY(query_start(c->db, &plan->statements[ROW_DELETE], &query));
	e = query_id(query, "id", &head->id);
	if (err_is_ok(e))
		e = bind_as_read(query, head);
	if (err_is_ok(e))
		e = run_once(query);
	query_end(&query);
	if (err_is_ok(e))
		note(c, entity, head, head->digest, no_digest);
	return e;
}

size_t row_column_count(const struct entity *entity)
{
	return row_plan_of(entity)->count;
}

err row_groups(struct row_context *c, const struct entity *entity, struct query *query,
    struct row_group groups_out[static GRADE_COUNT], size_t *count_out)
{
	const struct row_plan *plan = row_plan_of(entity);
	struct row_cell cells[COLUMN_MAX];

	load(plan, query, cells);
	return row_cell_groups(c, plan, cells, groups_out, count_out);
}

/* changed: holds the bytes with the one bit changed. */
static err flip_cell(struct row_cell *cell, struct buf *changed, bool *flipped_out)
{
	*flipped_out = !cell->null && (cell->number || cell->bytes.len > 0);
	if (!*flipped_out)
		return OK;
	if (cell->number) {
		cell->integer ^= 1;
		return OK;
	}
	TRY(buf_append(changed, cell->bytes));
	changed->ptr[changed->len / 2] ^= 1;
	cell->bytes = bytes_of(changed);
	return OK;
}

err row_copy(struct db *to, const struct entity *entity, struct query *query, size_t flip, bool *flipped_out)
{
	struct row_plan *plan = row_plan_of(entity);
	struct row_cell cells[COLUMN_MAX];
	struct query *insertion;
	OWN(buf) changed = {0};
	bool flipped = false;
	err e = OK;

	load(plan, query, cells);
	REQUIRE(flip == SIZE_MAX || flip < plan->count);
	if (flip != SIZE_MAX)
		TRY(flip_cell(&cells[flip], &changed, &flipped));
	TRY(query_start(to, &plan->statements[ROW_INSERT], &insertion));
	e = bind_all(plan, ROW_INSERT, insertion, cells);
	if (err_is_ok(e))
		e = run_once(insertion);
	query_end(&insertion);
	TRY(e);
	*flipped_out = flipped;
	return OK;
}

err row_lookup(struct row_context *c, const struct entity *entity, const struct field *field, struct bytes value,
    uint8_t index_out[static 32])
{
	OWN(buf) text = {0};
	struct bytes folded;
	struct data_key key;

	if (value.len > LOOKUP_FOLD_MAX)
		return FAIL(INVALID);
	TRY(text_fold(value, c->arena, &folded));
	TRY(buf_blob(&text, bytes_str(entity->name)));
	TRY(buf_blob(&text, bytes_str(field->name)));
	TRY(buf_append(&text, folded));
	TRY(keys_active(c->keys, KEY_INDEX, (struct id){{0}}, &key));
	return mac_compute(key.mac, bytes_of(&text), index_out);
}
