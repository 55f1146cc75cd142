#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/rows_int.h"
#include "entity/row.h"
#include "ledger/event.h"
#include "op/keyhold.h"
#include "op/newest.h"

static struct keyhold *hold;
static struct newest *known;    /* what the ledger says */
static struct newest *seen;     /* rows found in the database */

err rows_open(const char *directory, struct note_key *key_out)
{
	TRY(keyhold_open(directory, &hold));
	TRY(newest_new(&known));
	TRY(newest_new(&seen));
	(void)snprintf(key_out->name, sizeof(key_out->name), "%s", keyhold_origin(hold));
	return keys_ledger_public(keyhold_keys(hold), key_out->public_key);
}

void rows_close(void)
{
	newest_free(&known);
	newest_free(&seen);
	keyhold_close(&hold);
}

err rows_visit(void *context, uint64_t index, struct bytes leaf)
{
	static struct event_row rows[EVENT_ROW_MAX]; /* one verification at a time */
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event event;

	(void)context;
	(void)index;
	TRY(event_decode(leaf, &event, objects, rows));
	for (size_t i = 0; i < event.row_count; i++)
		TRY(newest_learn(known, event.rows[i].id, event.rows[i].version, event.rows[i].after));
	return OK;
}

static void blame(struct rows_report *report, const char *entity, struct id id, const char *what)
{
	char text[ID_TEXT_MAX];

	id_format(id, text);
	if (report->bad++ == 0)
		(void)snprintf(report->what, sizeof(report->what), "%s %s: %s", entity, text, what);
}

static bool newest_of(void *context, const struct entity *entity, struct id id, int64_t *version_out, uint8_t digest_out[static 8])
{
	(void)context;
	(void)entity;
	return newest_find(known, id, version_out, digest_out);
}

static err compare_entity(struct row_context *c, const struct entity *entity, struct rows_report *report)
{
	static const uint8_t there[32] = {1};
	struct query *query = NULL;
	struct row *row = malloc(entity->size);
	bool more = true;
	err e = row == NULL ? FAIL(UNAVAILABLE) : query_start(c->db, row_statement(entity, "all"), &query);

	while (err_is_ok(e) && more) {
		struct id id = {{0}};
		int64_t version;
		uint8_t digest[8];

		e = query_step(query, &more);
		if (!err_is_ok(e) || !more)
			break;
		report->rows++;
		if (!err_is_ok(column_id(query, 0, &id))) {
			blame(report, entity->name, id, "the row's id is damaged");
			continue;
		}
		if (!err_is_ok(row_read(c, entity, query, false, row)))
			blame(report, entity->name, id, "the stored row differs from the event that wrote it");
		else if (!newest_find(known, id, &version, digest))
			blame(report, entity->name, id, "no event wrote this row");
		e = newest_learn(seen, id, 1, there);
		arena_reset(c->arena);
	}
	query_end(&query);
	free(row);
	return e;
}

struct missing {
	struct rows_report *report;
};

static void look_for(void *context, struct id id, uint64_t version, const uint8_t digest[static 8])
{
	struct missing *missing = context;
	int64_t found_version;
	uint8_t found[8];

	(void)version;
	(void)digest;
	if (!newest_find(seen, id, &found_version, found))
		blame(missing->report, "row", id, "the ledger knows this row, the database does not");
}

err rows_compare(const char *database, struct rows_report *report_out)
{
	struct rows_report report = {0};
	struct missing missing = {&report};
	struct arena arena = {0};
	struct row_context context = {.keys = keyhold_keys(hold), .arena = &arena, .newest = newest_of};
	err e = db_open(database, DB_READ, &context.db);

	arena_init(&arena, (size_t)8 << 20);
	newest_complete(known);
	for (size_t i = 0; err_is_ok(e) && entities[i] != NULL; i++)
		e = compare_entity(&context, entities[i], &report);
	newest_complete(seen);
	if (err_is_ok(e))
		newest_each(known, look_for, &missing);
	db_close(&context.db);
	arena_free(&arena);
	TRY(e);
	*report_out = report;
	return OK;
}
