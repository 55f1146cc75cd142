#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "op/sweep.h"

#define SWEEP_ARENA_MAX ((size_t)8 << 20)
#define SECOND_LOOKS 3
#define LOOK_AGAIN_NS 50000000

struct sweep {
	struct row_context rows;
	struct db *again;            /* a connection for second looks: a snapshot of now */
	struct newest *known;        /* what the ledger says */
	struct newest *seen;         /* rows found in the database */
	struct arena arena;
	struct sweep_report report;
};

static void blame(struct sweep *s, const char *entity, struct id id, const char *what)
{
	char text[ID_TEXT_MAX];

	id_format(id, text);
	if (s->report.bad++ == 0)
		(void)snprintf(s->report.what, sizeof(s->report.what), "%s %s: %s", entity, text, what);
}

static bool newest_of(void *context, const struct entity *entity, struct id id, int64_t *version_out, uint8_t digest_out[static 8])
{
	(void)entity;
	return newest_find(context, id, version_out, digest_out);
}

/* The committer may have written this row after our snapshot: then it is sound in a newer one. */
static bool sound_now(struct sweep *s, const struct entity *entity, struct id id, struct row *row)
{
	const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
	struct row_context c = s->rows;

	c.db = s->again;
	for (int i = 0; i < SECOND_LOOKS; i++) {
		err e = row_get(&c, entity, id, row);
		bool expected = newest_stands(s->known, id);

		if (err_is_ok(e) && expected)
			return true;
		if (err_is(e, ERR_NOT_FOUND) && !expected)
			return true; /* deleted meanwhile */
		(void)nanosleep(&pause, NULL); /* the event of a write is known a moment before its commit */
	}
	return false;
}

static err compare_row(struct sweep *s, const struct entity *entity, struct query *query, struct row *row)
{
	static const uint8_t there[32] = {1};
	struct id id = {{0}};

	s->report.rows++;
	if (!err_is_ok(column_id(query, 0, &id))) {
		blame(s, entity->name, id, "the row's id is damaged");
		return OK;
	}
	/* The digest covers the sealed columns as they are stored: nothing need be opened. */
	if (!err_is_ok(row_read(&s->rows, entity, query, true, row))) {
		if (!sound_now(s, entity, id, row))
			blame(s, entity->name, id, "the stored row differs from the event that wrote it");
	} else if (!newest_stands(s->known, id)) {
		if (!sound_now(s, entity, id, row))
			blame(s, entity->name, id, "no event wrote this row");
	}
	arena_reset(&s->arena);
	return newest_learn(s->seen, id, 1, there);
}

static err compare_entity(struct sweep *s, const struct entity *entity, const _Atomic bool *stop)
{
	struct query *query = NULL;
	struct row *row = malloc(entity->size);
	bool more = true;
	err e = row == NULL ? FAIL(UNAVAILABLE) : query_start(s->rows.db, row_statement(entity, "all"), &query);

	while (err_is_ok(e) && more) {
		e = query_step(query, &more);
		if (err_is_ok(e) && more)
			e = compare_row(s, entity, query, row);
		if (stop != NULL && atomic_load(stop))
			e = FAIL(UNAVAILABLE);
	}
	query_end(&query);
	free(row);
	return e;
}

static bool stands_anywhere(struct sweep *s, struct id id)
{
	for (size_t i = 0; entities[i] != NULL; i++) {
		struct row *row = arena_alloc(&s->arena, entities[i]->size);
		struct row_context c = s->rows;

		c.db = s->again;
		if (row == NULL || err_is_ok(row_get(&c, entities[i], id, row)))
			return true;
		arena_reset(&s->arena);
	}
	return false;
}

struct missing {
	struct sweep *sweep;
	struct id list[64];   /* more are counted by what follows from the first */
	size_t count;
};

static void collect_missing(void *context, struct id id, uint64_t version, const uint8_t digest[static 8])
{
	struct missing *m = context;

	(void)version;
	(void)digest;
	if (!newest_stands(m->sweep->seen, id) && m->count < sizeof(m->list) / sizeof(m->list[0]))
		m->list[m->count++] = id;
}

/* Rows that the ledger knows and the database does not; one inserted after our snapshot stands by now, one deleted is unknown. */
static void compare_missing(struct sweep *s)
{
	struct missing missing = {.sweep = s};

	newest_each(s->known, collect_missing, &missing);
	for (size_t i = 0; i < missing.count; i++) {
		if (newest_stands(s->known, missing.list[i]) && !stands_anywhere(s, missing.list[i]))
			blame(s, "row", missing.list[i], "the ledger knows this row, the database does not");
	}
}

static err compare_all(struct sweep *s, const _Atomic bool *stop)
{
	for (size_t i = 0; entities[i] != NULL; i++)
		TRY(compare_entity(s, entities[i], stop));
	compare_missing(s);
	return OK;
}

err sweep_run(const char *database, struct keys *keys, struct newest *known, const _Atomic bool *stop,
    struct sweep_report *report_out)
{
	struct sweep s = {.known = known, .rows = {.keys = keys, .newest = newest_of, .newest_context = known, .tentative = true}};
	err e;

	arena_init(&s.arena, SWEEP_ARENA_MAX);
	s.rows.arena = &s.arena;
	e = newest_new(&s.seen);
	if (err_is_ok(e))
		e = db_open(database, DB_READ, &s.rows.db);
	if (err_is_ok(e))
		e = db_open(database, DB_READ, &s.again);
	if (err_is_ok(e))
		e = compare_all(&s, stop);
	db_close(&s.again);
	db_close(&s.rows.db);
	newest_free(&s.seen);
	arena_free(&s.arena);
	TRY(e);
	*report_out = s.report;
	return OK;
}
