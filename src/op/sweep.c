#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "op/sweep.h"

#define SWEEP_ARENA_MAX ((size_t)8 << 20)
#define SECOND_LOOKS 100
#define SETTLE_LOOKS 10000
#define SETTLE_PAUSE_NS 1000000

struct sweep {
	struct row_context rows;
	struct db *again;            /* a connection for second looks: a snapshot of now */
	struct newest *known;        /* what the ledger says */
	struct newest *seen;         /* rows found in the database */
	const _Atomic bool *stop;
	bool unsure;                 /* something could not be read */
	struct arena arena;
	struct sweep_report report;
};

/* What the ledger says about one row at one moment. */
struct word {
	bool known;
	int64_t version;
	uint8_t digest[8];
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

static bool stopped(const struct sweep *s)
{
	return s->stop != NULL && atomic_load(s->stop);
}

static struct word word_of(struct sweep *s, struct id id)
{
	struct word word = {0};

	word.known = newest_find(s->known, id, &word.version, word.digest);
	return word;
}

static bool same_word(const struct word *a, const struct word *b)
{
	return a->known == b->known && a->version == b->version && memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

/* The event of a write is known a moment before its commit. False: it does not come to an end, or we are to. */
static bool wait_settled(struct sweep *s, struct id id)
{
	const struct timespec pause = {.tv_nsec = SETTLE_PAUSE_NS};

	for (int i = 0; i < SETTLE_LOOKS && !stopped(s); i++) {
		if (newest_settled(s->known, id))
			return true;
		(void)nanosleep(&pause, NULL); /* cut short by a signal: looks again sooner */
	}
	return false;
}

/* NOT_FOUND: in no table. */
static err get_anywhere(struct sweep *s, struct row_context *c, struct id id)
{
	for (size_t i = 0; entities[i] != NULL; i++) {
		struct row *row = arena_alloc(&s->arena, entities[i]->size);
		err e = row == NULL ? FAIL(UNAVAILABLE) : row_get(c, entities[i], id, row);

		arena_reset(&s->arena);
		if (!err_is(e, ERR_NOT_FOUND))
			return e;
	}
	return FAIL(NOT_FOUND);
}

/*
 * What differs may only have been written after our snapshot: it is read again, in a newer one, until nothing was
 * written meanwhile. entity NULL: a row of any. A row that is written all the time is left to its writers and the next sweep.
 */
static bool sound_now(struct sweep *s, const struct entity *entity, struct id id, struct row *row)
{
	struct row_context c = s->rows;

	c.db = s->again;
	for (int i = 0; i < SECOND_LOOKS && wait_settled(s, id); i++) {
		struct word before = word_of(s, id);
		bool expected = newest_stands(s->known, id);
		err e = entity == NULL ? get_anywhere(s, &c, id) : row_get(&c, entity, id, row);
		struct word after = word_of(s, id);

		if (err_is(e, ERR_UNAVAILABLE))
			s->unsure = true; /* the keys process or the disk: no fault of the row's */
		if (s->unsure || err_is(e, expected ? ERR_OK : ERR_NOT_FOUND))
			return true;
		if (newest_settled(s->known, id) && same_word(&before, &after))
			return false;
	}
	return true;
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

static err compare_entity(struct sweep *s, const struct entity *entity)
{
	struct query *query = NULL;
	struct row *row = malloc(entity->size);
	bool more = true;
	err e = row == NULL ? FAIL(UNAVAILABLE) : query_start(s->rows.db, row_statement(entity, "all"), &query);

	while (err_is_ok(e) && more) {
		e = query_step(query, &more);
		if (err_is_ok(e) && more)
			e = compare_row(s, entity, query, row);
		if (stopped(s))
			e = FAIL(UNAVAILABLE);
	}
	query_end(&query);
	free(row);
	return e;
}

struct missing {
	struct sweep *sweep;
	struct id *list;
	size_t count, cap;
	bool full;
};

static void collect_missing(void *context, struct id id, uint64_t version, const uint8_t digest[static 8])
{
	struct missing *m = context;

	(void)version;
	(void)digest;
	if (m->full || newest_stands(m->sweep->seen, id))
		return;
	if (m->count == m->cap) {
		size_t cap = m->cap == 0 ? 64 : m->cap * 2;
		struct id *list = reallocarray(m->list, cap, sizeof(*list));

		m->full = list == NULL;
		if (m->full)
			return;
		m->list = list;
		m->cap = cap;
	}
	m->list[m->count++] = id;
}

/* Rows that the ledger knows and the database does not; those inserted after our snapshot are among them at first. */
static err compare_missing(struct sweep *s)
{
	struct missing missing = {.sweep = s};

	newest_each(s->known, collect_missing, &missing);
	for (size_t i = 0; i < missing.count && !stopped(s); i++)
		if (!sound_now(s, NULL, missing.list[i], NULL))
			blame(s, "row", missing.list[i], "the ledger knows this row, the database does not");
	free(missing.list);
	return missing.full || s->unsure || stopped(s) ? FAIL(UNAVAILABLE) : OK;
}

static err compare_all(struct sweep *s)
{
	for (size_t i = 0; entities[i] != NULL; i++)
		TRY(compare_entity(s, entities[i]));
	return compare_missing(s);
}

err sweep_run(const char *database, struct keys *keys, struct newest *known, const _Atomic bool *stop,
    struct sweep_report *report_out)
{
	struct sweep s = {.known = known, .rows = {.keys = keys, .newest = newest_of, .newest_context = known, .tentative = true}, .stop = stop};
	err e;

	arena_init(&s.arena, SWEEP_ARENA_MAX);
	s.rows.arena = &s.arena;
	e = newest_new(&s.seen);
	if (err_is_ok(e))
		e = db_open(database, DB_READ, &s.rows.db);
	if (err_is_ok(e))
		e = db_open(database, DB_READ, &s.again);
	if (err_is_ok(e))
		e = compare_all(&s);
	db_close(&s.again);
	db_close(&s.rows.db);
	newest_free(&s.seen);
	arena_free(&s.arena);
	TRY(e);
	*report_out = s.report;
	return OK;
}
