#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/blob.h"
#include "ledger/ledger.h"
#include "op/history_int.h"

#define LINK_MAX 64
#define FOUND_FIRST 64

const char history_schema[] =
    "CREATE TABLE history_trace (object BLOB NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (object, event));"
    "CREATE TABLE history_version (object BLOB NOT NULL, version INTEGER NOT NULL, event INTEGER NOT NULL,"
    " PRIMARY KEY (object, version));"
    "CREATE TABLE history_position (one INTEGER PRIMARY KEY, next INTEGER NOT NULL, traces INTEGER NOT NULL);";

static const struct statement get_position = {"history.position", "SELECT next FROM history_position WHERE one = 1"};
static const struct statement get_version = {"history.version",
    "SELECT event FROM history_version WHERE object = :object AND version = :version"};
static const struct statement get_traces = {"history.traces",
    "SELECT event FROM history_trace WHERE object = :object AND event >= :from AND event < :until"
    " ORDER BY event DESC LIMIT :limit"};

struct history_found {
	uint64_t event;
	struct history_about about;
};

/* ---- whom an event is about ---- */

/* SELECT of the child and the account that a row names. */
static struct {
	const struct entity *entity;
	struct statement statement;
} links[LINK_MAX];
static size_t link_count;

/* A person's own session and kept replies are written by whatever the person does: they tell nothing about it. */
static bool tells_nothing(const struct entity *entity)
{
	return strcmp(entity->name, "session") == 0 || strcmp(entity->name, "kept_reply") == 0;
}

static const char *column_of(const struct entity *entity, const char *name)
{
	const struct field *field = entity_field(entity, name);

	if (field == NULL || field->type != FIELD_ID || field->sealed || field->refers == NULL || strcmp(field->refers, name) != 0)
		return NULL;
	return name;
}

err history_start(void)
{
	if (link_count > 0)
		return OK;
	for (size_t i = 0; entities[i] != NULL; i++) {
		const char *child = column_of(entities[i], "child");
		const char *account = column_of(entities[i], "account");
		char *sql = NULL;
		char *name = NULL;

		if ((child == NULL && account == NULL) || tells_nothing(entities[i]))
			continue;
		REQUIRE(link_count < LINK_MAX);
		if (asprintf(&sql, "SELECT %s, %s FROM %s WHERE id = :id", child != NULL ? child : "NULL",
		    account != NULL ? account : "NULL", entities[i]->name) < 0)
			return FAIL(UNAVAILABLE);
		if (asprintf(&name, "history.%s", entities[i]->name) < 0) {
			free(sql);
			return FAIL(UNAVAILABLE);
		}
		links[link_count].entity = entities[i];
		links[link_count++].statement = (struct statement){name, sql};
	}
	return OK;
}

static void add(struct history_scratch *scratch, struct id object, int64_t version)
{
	if (id_is_zero(object))
		return;
	for (size_t i = scratch->count; i > 0 && version == 0; i--)
		if (id_equal(scratch->about[i - 1].object, object))
			return;
	REQUIRE(scratch->count < HISTORY_ABOUT_MAX);
	scratch->about[scratch->count++] = (struct history_about){object, version};
}

static err add_linked(struct db *db, struct bytes entity, struct id id, struct history_scratch *scratch)
{
	const struct statement *statement = NULL;
	struct query *query = NULL;
	bool row = false;
	err e;

	for (size_t i = 0; i < link_count && statement == NULL; i++)
		if (bytes_is(entity, links[i].entity->name))
			statement = &links[i].statement;
	if (statement == NULL)
		return OK;
	e = query_start(db, statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "id", &id);
	if (err_is_ok(e))
		e = query_step(query, &row);
	for (int column = 0; err_is_ok(e) && row && column < 2; column++) {
		struct id named = {{0}};

		if (column_null(query, column))
			continue;
		e = column_id(query, column, &named);
		if (err_is_ok(e))
			add(scratch, named, 0);
	}
	query_end(&query);
	return e;
}

static err add_named(struct db *db, struct bytes entity, struct id id, int64_t version, struct history_scratch *scratch)
{
	if (bytes_is(entity, "child") || bytes_is(entity, "account")) {
		add(scratch, id, version);
		return OK;
	}
	return add_linked(db, entity, id, scratch);
}

static bool names(const struct event *event, const char *entity)
{
	for (size_t i = 0; i < event->object_count; i++)
		if (bytes_is(event->objects[i].entity, entity))
			return true;
	return false;
}

/* "principal facility *": was it decided by the whole facility? */
static bool by_facility(struct bytes rule)
{
	static const char word[] = " facility ";

	for (size_t at = 0; at + sizeof(word) - 1 <= rule.len; at++)
		if (memcmp(rule.ptr + at, word, sizeof(word) - 1) == 0)
			return true;
	return false;
}

/* A list names where its children are, not each of them. */
static void add_place(const struct event *event, struct history_scratch *scratch)
{
	const struct op *op;
	char id[EVENT_TEXT_MAX + 1] = "";

	if (event->outcome < 200 || event->outcome > 299 || event->operation.len > EVENT_TEXT_MAX)
		return;
	memcpy(id, event->operation.ptr, event->operation.len);
	op = op_find(id);
	if (op == NULL || op->reveals == NULL || names(event, "child"))
		return;
	if (!names(event, "class") && by_facility(event->rule))
		add(scratch, event->facility, 0);
	for (size_t i = 0; i < event->object_count; i++)
		if (bytes_is(event->objects[i].entity, "class"))
			add(scratch, event->objects[i].id, 0);
}

err history_read(struct db *db, struct bytes leaf, struct history_scratch *scratch)
{
	struct event event;

	if (!err_is_ok(event_decode(leaf, &event, scratch->objects, scratch->rows)))
		return FAIL(CORRUPT);
	scratch->count = 0;
	for (size_t i = 0; i < event.object_count; i++)
		TRY(add_named(db, event.objects[i].entity, event.objects[i].id, 0, scratch));
	for (size_t i = 0; i < event.row_count; i++)
		TRY(add_named(db, event.rows[i].entity, event.rows[i].id, (int64_t)event.rows[i].version, scratch));
	add_place(&event, scratch);
	return OK;
}

/* ---- asking ---- */

err history_position(struct db *db, uint64_t *next_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &get_position, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*next_out = row ? (uint64_t)column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

struct gathering {
	struct history *history;
	const struct id *about;
	size_t about_count;
	size_t room;
	struct history_scratch *scratch;
};

static bool asked_for(const struct gathering *g, struct id object)
{
	for (size_t i = 0; i < g->about_count; i++)
		if (id_equal(g->about[i], object))
			return true;
	return false;
}

static err keep(struct gathering *g, uint64_t event, const struct history_about *about)
{
	struct history *h = g->history;

	if (h->tail_count == g->room) {
		size_t room = g->room == 0 ? FOUND_FIRST : g->room * 2;
		struct history_found *tail = arena_alloc(h->rows->arena, room * sizeof(*tail));

		if (tail == NULL)
			return FAIL(UNAVAILABLE);
		if (h->tail_count > 0)
			memcpy(tail, h->tail, h->tail_count * sizeof(*tail));
		h->tail = tail;
		g->room = room;
	}
	h->tail[h->tail_count++] = (struct history_found){event, *about};
	return OK;
}

static err gather_bundle(struct gathering *g, uint64_t first, unsigned count)
{
	OWN(buf) entries = {0};
	struct bytes rest, leaf;

	TRY(ledger_entries(g->history->rows->db, first, count, &entries));
	rest = bytes_of(&entries);
	for (unsigned i = 0; i < count; i++) {
		TRY(blob_next(&rest, &leaf));
		TRY(history_read(g->history->rows->db, leaf, g->scratch));
		for (size_t k = 0; k < g->scratch->count; k++)
			if (asked_for(g, g->scratch->about[k].object))
				TRY(keep(g, first + i, &g->scratch->about[k]));
	}
	return OK;
}

static unsigned bundle_part(uint64_t first, uint64_t end)
{
	uint64_t next = (first / LEDGER_BUNDLE + 1) * LEDGER_BUNDLE;

	return (unsigned)((next < end ? next : end) - first);
}

err history_begin(struct row_context *rows, const struct id *about, size_t about_count, struct history *history_out)
{
	struct history h = {.rows = rows};
	struct gathering g = {.history = &h, .about = about, .about_count = about_count};

	TRY(history_position(rows->db, &h.position));
	TRY(ledger_size(rows->db, &h.size));
	if (h.position > h.size)
		return FAIL(CORRUPT);
	if (h.size - h.position > HISTORY_TAIL_MAX)
		return FAIL(UNAVAILABLE); /* H1 */
	g.scratch = arena_alloc(rows->arena, sizeof(*g.scratch));
	if (g.scratch == NULL)
		return FAIL(UNAVAILABLE);
	for (uint64_t at = h.position; at < h.size; at += bundle_part(at, h.size))
		TRY(gather_bundle(&g, at, bundle_part(at, h.size)));
	*history_out = h;
	return OK;
}

err history_version(const struct history *history, struct id object, int64_t version, uint64_t *event_out)
{
	struct query *query = NULL;
	bool row = false;
	err e;

	for (size_t i = 0; i < history->tail_count; i++)
		if (history->tail[i].about.version == version && id_equal(history->tail[i].about.object, object)) {
			*event_out = history->tail[i].event;
			return OK;
		}
	e = query_start(history->rows->db, &get_version, &query);
	if (err_is_ok(e))
		e = query_id(query, "object", &object);
	if (err_is_ok(e))
		e = query_int(query, "version", version);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*event_out = row ? (uint64_t)column_int(query, 0) : history->size;
	query_end(&query);
	return e;
}

static err page_of_index(const struct history *history, const struct history_span *span, uint64_t until, size_t max,
    uint64_t *events, size_t *count)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(history->rows->db, &get_traces, &query);

	if (err_is_ok(e))
		e = query_id(query, "object", &span->object);
	if (err_is_ok(e))
		e = query_int(query, "from", (int64_t)span->from);
	if (err_is_ok(e))
		e = query_int(query, "until", (int64_t)until);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	while (err_is_ok(e)) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		events[(*count)++] = (uint64_t)column_int(query, 0);
	}
	query_end(&query);
	return e;
}

static void page_of_tail(const struct history *history, const struct history_span *span, uint64_t until, size_t max,
    uint64_t *events, size_t *count)
{
	size_t taken = 0;

	for (size_t i = history->tail_count; i > 0 && taken < max; i--) {
		const struct history_found *found = &history->tail[i - 1];

		if (found->event < span->from || found->event >= until || !id_equal(found->about.object, span->object))
			continue;
		events[(*count)++] = found->event;
		taken++;
	}
}

static int newest_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

err history_page(const struct history *history, const struct history_span *spans, size_t count, uint64_t below,
    uint64_t *events_out, size_t max, size_t *count_out)
{
	size_t found = 0, taken = 0;
	uint64_t *events;

	REQUIRE(max <= HISTORY_PAGE_MAX + 1 && count < 1000);
	events = arena_alloc(history->rows->arena, (2 * max * count + 1) * sizeof(*events));
	if (events == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++) {
		uint64_t until = spans[i].until < below ? spans[i].until : below;

		page_of_tail(history, &spans[i], until, max, events, &found);
		TRY(page_of_index(history, &spans[i], until < history->position ? until : history->position, max, events, &found));
	}
	if (found > 1)
		qsort(events, found, sizeof(*events), newest_first);
	for (size_t i = 0; i < found && taken < max; i++)
		if (i == 0 || events[i] != events[i - 1])
			events_out[taken++] = events[i];
	*count_out = taken;
	return OK;
}

err history_has(const struct history *history, const struct history_span *spans, size_t count, uint64_t event, bool *has_out)
{
	uint64_t found = 0;
	size_t hits = 0;

	if (event >= history->size) {
		*has_out = false;
		return OK;
	}
	TRY(history_page(history, spans, count, event + 1, &found, 1, &hits));
	*has_out = hits == 1 && found == event;
	return OK;
}
