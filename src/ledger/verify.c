/*
 * verify - the ledger computed anew from its entries, and compared with all that was stored or signed.
 *
 *   spans of whole bundles, one thread each: read, decode, hash, compare level 0 ──▶ roots of bundles, roots inside bundles
 *   then, in order: levels 1 to 7 from the bundles' roots, heads from both
 *
 * Every difference names the lowest index it can be tied to; the lowest of all is reported. What only a signed head shows
 * lies between the last head that agrees and the first that does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/heads.h"
#include "ledger/ledger_int.h"
#include "ledger/tilepath.h"
#include "ledger/tree.h"
#include "ledger/verify.h"

#define LEN LEDGER_HASH_LEN
#define NOWHERE UINT64_MAX
#define THREADS_MAX 4
#define SPAN_MIN 64                          /* bundles worth a thread */
#define HEADS_FILE_MAX ((size_t)1 << 32)
#define FILE_MAX ((size_t)LEDGER_BUNDLE * (EVENT_MAX + 2))

struct finding {
	uint64_t index;                      /* NOWHERE: none */
	char what[256];
};

struct head {
	uint64_t size;
	uint8_t root[LEN];
	struct bytes note;                   /* empty: not from the file, only to be computed */
	bool forged;                         /* its signature does not verify */
	uint8_t partial[LEN];                /* root of the entries behind the last full bundle */
};

struct walk {
	const char *path;                    /* database file or directory */
	bool files;                          /* a directory */
	const struct note_key *key;
	verify_visit visit;
	void *context;
	uint64_t size;
	struct head *heads;                  /* by size */
	size_t head_count;
	struct finding finding;
};

struct span {
	struct walk *walk;
	struct db *db;
	uint64_t first, end;                 /* entries; first begins a bundle */
	size_t head_first, head_end;         /* whose signatures this span checks */
	size_t head_next;                    /* whose size comes next */
	err outcome;

	struct finding finding;
	uint64_t next;                       /* index expected */
	int64_t first_us, last_us;
	uint8_t *roots;                      /* of the full bundles, in order */
	size_t root_count, root_max;
	struct tree_edge edge;               /* inside the bundle at hand */
	uint8_t hashes[LEDGER_TILE_LEN];
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
};

static void __attribute__((format(printf, 3, 4))) find(struct finding *finding, uint64_t index, const char *format, ...)
{
	va_list list;

	if (index >= finding->index)
		return;
	finding->index = index;
	va_start(list, format);
	if (vsnprintf(finding->what, sizeof(finding->what), format, list) < 0)
		finding->what[0] = '\0';
	va_end(list);
}

/* ---- Files of an export ---- */

static err read_open(int file, size_t max, struct buf *out)
{
	struct stat about;

	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
		return FAIL(UNAVAILABLE);
	if (about.st_size < 0 || (uint64_t)about.st_size > max)
		return FAIL(TOO_LARGE);
	TRY(buf_reserve(out, (size_t)about.st_size));
	while (out->len < (size_t)about.st_size) {
		ssize_t got = read(file, out->ptr + out->len, (size_t)about.st_size - out->len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return FAIL(UNAVAILABLE);
		out->len += (size_t)got;
	}
	return OK;
}

/* NOT_FOUND: there is no such file. */
static err read_file(const char *path, size_t max, struct buf *out)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	err e;

	if (file < 0)
		return errno == ENOENT || errno == ENOTDIR ? FAIL(NOT_FOUND) : FAIL(UNAVAILABLE);
	e = read_open(file, max, out);
	(void)close(file); /* only read */
	return e;
}

static err read_tile_file(const struct walk *walk, const struct tilepath *tile, size_t max, struct buf *out)
{
	char name[TILEPATH_MAX];
	OWN(buf) path = {0};

	tilepath_format(tile, name);
	TRY(buf_printf(&path, "%s/tile/%s", walk->path, name));
	TRY(buf_u8(&path, 0));
	return read_file((const char *)path.ptr, max, out);
}

/* ---- Tiles ---- */

/* NOT_FOUND: missing. CORRUPT: of another length. A database keeps no partial tiles: there, hashes themselves. */
static err load_tile(struct span *span, unsigned level, uint64_t number, unsigned width, uint8_t *hashes_out)
{
	struct tilepath tile = {.level = level, .number = number, .width = width};
	OWN(buf) content = {0};
	bool found;
	err e;

	if (!span->walk->files) {
		TRY(ledger_tile_load(span->db, level, number, hashes_out, &found));
		return found ? OK : FAIL(NOT_FOUND);
	}
	e = read_tile_file(span->walk, &tile, LEDGER_TILE_LEN, &content);
	if (err_is(e, ERR_TOO_LARGE) || (err_is_ok(e) && content.len != (size_t)width * LEN))
		return FAIL(CORRUPT);
	TRY(e);
	memcpy(hashes_out, content.ptr, content.len);
	return OK;
}

/* Stored hashes against those of the entries; only the first `known` were computed. */
static err compare_tile(struct span *span, unsigned level, uint64_t number, unsigned width, const uint8_t *hashes, unsigned known)
{
	uint8_t stored[LEDGER_TILE_LEN];
	uint64_t first = number << 8 << (8 * level);
	err e;

	if (width == 0 || (width < LEDGER_BUNDLE && !span->walk->files))
		return OK;
	e = load_tile(span, level, number, width, stored);
	if (err_is(e, ERR_NOT_FOUND)) {
		find(&span->finding, first, "tile %u/%" PRIu64 " is missing", level, number);
		return OK;
	}
	if (err_is(e, ERR_CORRUPT)) {
		find(&span->finding, first, "tile %u/%" PRIu64 " is damaged", level, number);
		return OK;
	}
	TRY(e);
	for (unsigned i = 0; i < known; i++) {
		if (memcmp(stored + i * LEN, hashes + i * LEN, LEN) == 0)
			continue;
		find(&span->finding, first + ((uint64_t)i << (8 * level)), level == 0 ?
		    "the entry does not have the hash stored in tile %u/%" PRIu64 : "tile %u/%" PRIu64 " does not follow from the entries",
		    level, number);
		return OK;
	}
	return OK;
}

/* ---- Entries, in order ---- */

static err add_root(struct span *span, const uint8_t *root)
{
	if (span->root_count == span->root_max) {
		size_t max = span->root_max == 0 ? 1024 : 2 * span->root_max;
		uint8_t *roots = reallocarray(span->roots, max, LEN);

		if (roots == NULL)
			return FAIL(UNAVAILABLE);
		span->roots = roots;
		span->root_max = max;
	}
	memcpy(span->roots + span->root_count * LEN, root, LEN);
	span->root_count++;
	return OK;
}

/* Width of the level-0 tile over the bundle at hand, in the tree as it should be. */
static unsigned width_here(const struct span *span, uint64_t number)
{
	uint64_t rest = span->walk->size - number * LEDGER_BUNDLE;

	return rest < LEDGER_BUNDLE ? (unsigned)rest : LEDGER_BUNDLE;
}

/* Also before giving up in the middle of a bundle: the stored tile may show an earlier difference. */
static err close_bundle(struct span *span)
{
	uint64_t number = (span->next - span->edge.size) / LEDGER_BUNDLE;
	unsigned known = (unsigned)span->edge.size;

	if (known == 0)
		return OK;
	TRY(compare_tile(span, 0, number, width_here(span, number), span->hashes, known));
	if (known == LEDGER_BUNDLE)
		TRY(add_root(span, span->edge.hash[8]));
	span->edge.size = 0;
	return OK;
}

static err note_heads(struct span *span)
{
	struct walk *walk = span->walk;

	while (span->head_next < walk->head_count && walk->heads[span->head_next].size <= span->next) {
		struct head *head = &walk->heads[span->head_next++];

		if (head->size == span->next && head->size % LEDGER_BUNDLE != 0)
			TRY(tree_edge_root(&span->edge, head->partial));
	}
	return OK;
}

static err take_entry(struct span *span, struct bytes entry)
{
	struct event event;
	uint8_t *hash = span->hashes + span->next % LEDGER_BUNDLE * LEN;

	if (!err_is_ok(event_decode(entry, &event, span->objects, span->rows))) {
		find(&span->finding, span->next, "the entry is not an event");
		return OK;
	}
	if (event.time_us < span->last_us) {
		find(&span->finding, span->next, "the entry's time is before that of the entry before it");
		return OK;
	}
	if (span->next == span->first)
		span->first_us = event.time_us;
	span->last_us = event.time_us;
	TRY(tree_leaf(entry, hash));
	TRY(tree_edge_add(&span->edge, 0, hash));
	if (span->walk->visit != NULL) {
		err e = span->walk->visit(span->walk->context, span->next, entry);

		if (err_is(e, ERR_CORRUPT))
			find(&span->finding, span->next, "the entry does not fit the data");
		else
			TRY(e);
	}
	span->next++;
	TRY(note_heads(span));
	return span->next % LEDGER_BUNDLE == 0 ? close_bundle(span) : OK;
}

/* Exactly `count` entries. */
static err take_entries(struct span *span, struct bytes rest, unsigned count)
{
	struct bytes entry;

	for (unsigned i = 0; i < count; i++) {
		if (!err_is_ok(blob_next(&rest, &entry))) {
			find(&span->finding, span->next, "the entry is cut off");
			return OK;
		}
		TRY(take_entry(span, entry));
		if (span->finding.index != NOWHERE)
			return OK;
	}
	if (rest.len != 0)
		find(&span->finding, span->next, "there are more entries than their row or file says");
	return OK;
}

static err take_blob(struct span *span, struct query *query)
{
	int64_t first = column_int(query, 0);
	int64_t count = column_int(query, 1);

	if (first < 0) {
		find(&span->finding, 0, "a row says it begins at %" PRId64, first);
		return OK;
	}
	if ((uint64_t)first > span->next) {
		find(&span->finding, span->next, "entries %" PRIu64 " to %" PRId64 " are missing", span->next, first - 1);
		return OK;
	}
	if ((uint64_t)first < span->next) {
		find(&span->finding, (uint64_t)first, "entries from %" PRId64 " on stand there twice", first);
		return OK;
	}
	if (count < 1 || first % LEDGER_BUNDLE + count > LEDGER_BUNDLE) {
		find(&span->finding, span->next, "a row says it holds %" PRId64 " entries", count);
		return OK;
	}
	TRY(take_entries(span, column_bytes(query, 3), (unsigned)count));
	if (span->finding.index == NOWHERE && column_int(query, 2) != span->last_us)
		find(&span->finding, span->next - 1, "the row says another time than its last entry");
	return OK;
}

static err scan_blobs(struct span *span, struct query *query)
{
	bool row = true;

	TRY(query_int(query, "first", span->first == 0 ? INT64_MIN : (int64_t)span->first));
	TRY(query_int(query, "end", (int64_t)span->end));
	while (span->finding.index == NOWHERE) {
		TRY(query_step(query, &row));
		if (!row)
			break;
		TRY(take_blob(span, query));
	}
	return OK;
}

static err read_blobs(struct span *span)
{
	struct query *query;
	err e;

	TRY(query_start(span->db, &ledger_scan, &query));
	e = scan_blobs(span, query);
	query_end(&query);
	if (err_is(e, ERR_CORRUPT)) {
		find(&span->finding, span->next, "the database is damaged here");
		e = OK;
	}
	return e;
}

static err read_bundles(struct span *span)
{
	while (span->finding.index == NOWHERE && span->next < span->end) {
		struct tilepath tile = {.entries = true, .number = span->next / LEDGER_BUNDLE};
		OWN(buf) bundle = {0};
		err e;

		tile.width = width_here(span, tile.number);
		e = read_tile_file(span->walk, &tile, FILE_MAX, &bundle);
		if (err_is(e, ERR_TOO_LARGE) || err_is(e, ERR_NOT_FOUND)) {
			find(&span->finding, span->next, "entry bundle %" PRIu64 " is %s", tile.number,
			    err_is(e, ERR_NOT_FOUND) ? "missing" : "damaged");
			return OK;
		}
		TRY(e);
		TRY(take_entries(span, bytes_of(&bundle), tile.width));
	}
	return OK;
}

/* ---- One span, one thread ---- */

static void check_heads(struct span *span)
{
	for (size_t i = span->head_first; i < span->head_end; i++) {
		struct head *head = &span->walk->heads[i];
		struct ledger_head said;

		if (head->note.len > 0 && span->walk->key != NULL)
			head->forged = !err_is_ok(heads_check(head->note, span->walk->key, &said));
	}
}

static err span_run(struct span *span)
{
	const struct walk *walk = span->walk;

	span->next = span->first;
	span->finding.index = NOWHERE;
	while (span->head_next < walk->head_count && walk->heads[span->head_next].size <= span->first)
		span->head_next++;
	TRY(walk->files ? read_bundles(span) : read_blobs(span));
	if (span->finding.index == NOWHERE && span->next < span->end)
		find(&span->finding, span->next, "entries %" PRIu64 " to %" PRIu64 " are missing", span->next, span->end - 1);
	TRY(close_bundle(span));
	check_heads(span);
	return OK;
}

static void *span_thread(void *context)
{
	struct span *span = context;

	span->outcome = span->walk->files ? OK : db_open(span->walk->path, DB_READ, &span->db);
	if (!err_is_ok(span->outcome))
		return NULL;
	span->outcome = span->walk->files ? OK : db_begin(span->db, DB_READ);
	if (err_is_ok(span->outcome))
		span->outcome = span_run(span);
	return NULL;
}

/* ---- What follows from the spans together ---- */

static void join_spans(struct walk *walk, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct span *span = &spans[i];

		if (i > 0 && span->next > span->first && span->first_us < spans[i - 1].last_us)
			find(&walk->finding, span->first, "the entry's time is before that of the entry before it");
		find(&walk->finding, span->finding.index, "%s", span->finding.what);
	}
}

/* Roots of full bundles up to the first that is not known. */
static err gather_roots(const struct span *spans, size_t count, uint8_t **roots_out, size_t *root_count_out)
{
	size_t total = 0;
	uint8_t *roots;

	for (size_t i = 0; i < count; i++)
		total += spans[i].root_count;
	roots = calloc(total + 1, LEN);
	if (roots == NULL)
		return FAIL(UNAVAILABLE);
	total = 0;
	for (size_t i = 0; i < count; i++) {
		if (spans[i].root_count > 0)
			memcpy(roots + total * LEN, spans[i].roots, spans[i].root_count * LEN);
		total += spans[i].root_count;
		if (spans[i].root_count != (spans[i].end - spans[i].first) / LEDGER_BUNDLE)
			break;
	}
	*roots_out = roots;
	*root_count_out = total;
	return OK;
}

/* One level above the bundles: compares its tiles and replaces hashes by the tiles' roots. */
static err compare_level(struct span *span, unsigned level, uint8_t *hashes, size_t *count)
{
	size_t full = *count / LEDGER_BUNDLE;
	uint64_t stored = full;

	for (size_t number = 0; number <= full; number++) {
		size_t rest = *count - number * LEDGER_BUNDLE;
		unsigned width = rest < LEDGER_BUNDLE ? (unsigned)rest : LEDGER_BUNDLE;

		TRY(compare_tile(span, level, number, width, hashes + number * LEDGER_TILE_LEN, width));
	}
	if (!span->walk->files)
		TRY(ledger_tile_count(span->db, level, &stored));
	if (stored > full)
		find(&span->finding, span->walk->size, "tile %u/%" PRIu64 " stands for entries that are missing", level, stored - 1);
	for (size_t number = 0; number < full; number++)
		TRY(tree_fold(hashes + number * LEDGER_TILE_LEN, 8, hashes + number * LEN));
	*count = full;
	return OK;
}

static err compare_levels(struct span *span, const uint8_t *roots, size_t root_count)
{
	uint8_t *hashes = calloc(root_count + 1, LEN);
	size_t count = root_count;
	uint64_t stored = 0;
	err e = OK;

	if (hashes == NULL)
		return FAIL(UNAVAILABLE);
	if (root_count > 0)
		memcpy(hashes, roots, root_count * LEN);
	if (!span->walk->files)
		e = ledger_tile_count(span->db, 0, &stored);
	if (err_is_ok(e) && stored > root_count)
		find(&span->finding, span->walk->size, "tile 0/%" PRIu64 " stands for entries that are missing", stored - 1);
	for (unsigned level = 1; err_is_ok(e) && level < LEDGER_LEVELS; level++)
		e = compare_level(span, level, hashes, &count);
	free(hashes);
	return e;
}

static err root_of(const struct tree_edge *bundles, const struct head *head, uint8_t root_out[static LEN])
{
	if (head->size % LEDGER_BUNDLE == 0)
		return tree_edge_root(bundles, root_out);
	memcpy(root_out, head->partial, LEN);
	for (unsigned at = 8; at < 64; at++) {
		if ((bundles->size >> at & 1) != 0)
			TRY(tree_node(bundles->hash[at], root_out, root_out));
	}
	return OK;
}

static err compare_heads(struct walk *walk, const uint8_t *roots, size_t root_count, struct verify_report *report)
{
	struct tree_edge *bundles = calloc(1, sizeof(*bundles));
	uint64_t known = walk->finding.index < walk->size ? walk->finding.index : walk->size;
	uint64_t agreed = 0, agreed_before = 0; /* the largest agreeing size, and the largest below it */
	err e = OK;

	if (bundles == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; err_is_ok(e) && i < walk->head_count; i++) {
		const struct head *head = &walk->heads[i];
		uint64_t below = agreed < head->size ? agreed : agreed_before;
		uint8_t root[LEN];

		report->heads += head->note.len > 0;
		if (head->forged)
			find(&walk->finding, below, "the head of %" PRIu64 " entries has no valid signature", head->size);
		if (head->size > walk->size)
			find(&walk->finding, walk->size, "a signed head says %" PRIu64 " entries, but there are %" PRIu64, head->size, walk->size);
		if (head->size > known || head->size / LEDGER_BUNDLE > root_count)
			continue;
		while (err_is_ok(e) && bundles->size < head->size - head->size % LEDGER_BUNDLE)
			e = tree_edge_add(bundles, 8, roots + bundles->size / LEDGER_BUNDLE * LEN);
		if (err_is_ok(e))
			e = root_of(bundles, head, root);
		if (!err_is_ok(e))
			break;
		if (head->note.len == 0) {
			memcpy(report->root, root, LEN);
		} else if (memcmp(root, head->root, LEN) != 0) {
			find(&walk->finding, below, "the entries differ from the signed head of %" PRIu64 " entries, from this index on or later",
			    head->size);
		} else if (!head->forged && head->size > agreed) {
			agreed_before = agreed;
			agreed = head->size;
		}
	}
	free(bundles);
	return e;
}

static err judge(struct walk *walk, struct span *spans, size_t count, struct verify_report *report)
{
	uint8_t *roots = NULL;
	size_t root_count = 0;
	err e;

	join_spans(walk, spans, count);
	TRY(gather_roots(spans, count, &roots, &root_count));
	e = OK;
	if (walk->finding.index == NOWHERE) {
		e = compare_levels(&spans[0], roots, root_count);
		find(&walk->finding, spans[0].finding.index, "%s", spans[0].finding.what);
	}
	if (err_is_ok(e))
		e = compare_heads(walk, roots, root_count, report);
	free(roots);
	return e;
}

/* ---- The whole ---- */

static size_t thread_count(const struct walk *walk)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t worth = walk->size / LEDGER_BUNDLE / SPAN_MIN;

	if (walk->visit != NULL || processors < 2 || worth < 2) /* visits come in order */
		return 1;
	if (worth > THREADS_MAX)
		worth = THREADS_MAX;
	return (uint64_t)processors < worth ? (size_t)processors : (size_t)worth;
}

static void share_out(struct walk *walk, struct span *spans, size_t count)
{
	uint64_t bundles = walk->size / LEDGER_BUNDLE;

	for (size_t i = 0; i < count; i++) {
		spans[i].walk = walk;
		spans[i].first = bundles / count * i * LEDGER_BUNDLE;
		spans[i].end = i + 1 < count ? bundles / count * (i + 1) * LEDGER_BUNDLE : walk->size;
		spans[i].head_first = walk->head_count / count * i;
		spans[i].head_end = i + 1 < count ? walk->head_count / count * (i + 1) : walk->head_count;
		spans[i].outcome = FAIL(UNAVAILABLE);
	}
}

static err run_spans(struct walk *walk, struct verify_report *report)
{
	pthread_t threads[THREADS_MAX];
	size_t count = thread_count(walk);
	struct span *spans = calloc(count, sizeof(*spans));
	size_t started = 1;
	err e = OK;

	if (spans == NULL)
		return FAIL(UNAVAILABLE);
	share_out(walk, spans, count);
	while (started < count && pthread_create(&threads[started], NULL, span_thread, &spans[started]) == 0)
		started++;
	(void)span_thread(&spans[0]); /* its outcome is in the span */
	for (size_t i = 1; i < started; i++)
		REQUIRE(pthread_join(threads[i], NULL) == 0);
	for (size_t i = 0; i < count; i++) {
		report->entries += spans[i].next - spans[i].first;
		if (err_is_ok(e))
			e = spans[i].outcome;
	}
	if (err_is_ok(e))
		e = judge(walk, spans, count, report);
	for (size_t i = 0; i < count; i++) {
		db_close(&spans[i].db);
		free(spans[i].roots);
	}
	free(spans);
	return e;
}

static int by_size(const void *a, const void *b)
{
	const struct head *left = a, *right = b;

	return (left->size > right->size) - (left->size < right->size);
}

static err finish(struct walk *walk, struct verify_report *report)
{
	if (walk->finding.index > 0) { /* nothing comes before 0 */
		qsort(walk->heads, walk->head_count, sizeof(*walk->heads), by_size);
		TRY(run_spans(walk, report));
	}
	report->first_bad = walk->finding.index;
	memcpy(report->what, walk->finding.what, sizeof(report->what));
	return OK;
}

/* Room for one head more, which is zeroed. */
static err add_head(struct walk *walk, size_t *max, struct head **head_out)
{
	if (walk->head_count == *max) {
		size_t more = *max == 0 ? 256 : 2 * *max;
		struct head *heads = reallocarray(walk->heads, more, sizeof(*heads));

		if (heads == NULL)
			return FAIL(UNAVAILABLE);
		walk->heads = heads;
		*max = more;
	}
	*head_out = &walk->heads[walk->head_count++];
	**head_out = (struct head){0};
	return OK;
}

/* Every record of the heads file; the signatures are checked by the spans. */
static err list_heads(struct walk *walk, struct bytes rest, size_t *max)
{
	uint64_t before = 0;

	for (;;) {
		struct head *head;
		struct ledger_head said;
		struct bytes note;
		err e = heads_next(&rest, &note);

		if (err_is(e, ERR_NOT_FOUND))
			return OK; /* the end, or a record torn by a crash */
		if (err_is_ok(e))
			e = heads_check(note, NULL, &said);
		if (err_is(e, ERR_INVALID)) {
			find(&walk->finding, before, "the heads file is damaged behind the head of %" PRIu64 " entries", before);
			return OK;
		}
		TRY(e);
		if (said.size < before)
			find(&walk->finding, said.size, "the heads file goes back from %" PRIu64 " to %" PRIu64 " entries", before, said.size);
		TRY(add_head(walk, max, &head));
		head->size = said.size;
		memcpy(head->root, said.root, LEN);
		head->note = note;
		before = said.size;
	}
}

/* Larger than a buf may be. */
static err read_heads(const char *path, struct bytes *content_out)
{
	struct stat about;
	uint8_t *content;
	size_t len = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return FAIL(UNAVAILABLE);
	if (fstat(file, &about) != 0 || about.st_size < 0 || (uint64_t)about.st_size > HEADS_FILE_MAX ||
	    (content = malloc((size_t)about.st_size + 1)) == NULL) {
		(void)close(file); /* only read */
		return FAIL(UNAVAILABLE);
	}
	while (len < (size_t)about.st_size) {
		ssize_t got = read(file, content + len, (size_t)about.st_size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	(void)close(file); /* only read */
	if (len < (size_t)about.st_size) {
		free(content);
		return FAIL(UNAVAILABLE);
	}
	*content_out = (struct bytes){content, len};
	return OK;
}

/* The heads first, then the size: a ledger in use may grow in between, never shrink. */
static err database_size(struct walk *walk)
{
	struct db *db = NULL;
	struct query *query = NULL;
	int64_t first = 0, count = 0;
	bool row = false;
	err e = db_open(walk->path, DB_READ, &db);

	if (err_is_ok(e))
		e = query_start(db, &ledger_last, &query);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		first = column_int(query, 0);
		count = column_int(query, 1);
	}
	query_end(&query);
	db_close(&db);
	if (err_is(e, ERR_CORRUPT)) {
		find(&walk->finding, 0, "the database is damaged");
		return OK;
	}
	TRY(err_is_ok(e) ? OK : FAIL(UNAVAILABLE));
	if (first < 0 || count < 0 || count > LEDGER_BUNDLE || first > INT64_MAX - LEDGER_BUNDLE)
		find(&walk->finding, 0, "the last row says it begins at %" PRId64 " and holds %" PRId64 " entries", first, count);
	else
		walk->size = (uint64_t)(first + count);
	return OK;
}

err verify_database(const char *database, const char *heads, const struct note_key *key,
    verify_visit visit, void *context, struct verify_report *report_out)
{
	struct walk walk = {.path = database, .key = key, .visit = visit, .context = context, .finding = {.index = NOWHERE}};
	struct verify_report report = {.first_bad = NOWHERE};
	struct bytes content = {0};
	struct head *whole;
	size_t max = 0;
	err e = OK;

	if (heads != NULL)
		e = read_heads(heads, &content);
	if (err_is_ok(e))
		e = list_heads(&walk, content, &max);
	if (err_is_ok(e))
		e = database_size(&walk);
	if (err_is_ok(e))
		e = add_head(&walk, &max, &whole);
	if (err_is_ok(e)) {
		whole->size = walk.size;
		e = finish(&walk, &report);
	}
	free(walk.heads);
	free((void *)(uintptr_t)content.ptr);
	TRY(e);
	*report_out = report;
	return OK;
}

/* The head of the checkpoint, computed and compared. */
static err add_checkpoint(struct walk *walk, struct bytes note, size_t *max)
{
	struct ledger_head said;
	struct head *head;

	TRY(heads_check(note, NULL, &said));
	walk->size = said.size;
	TRY(add_head(walk, max, &head));
	head->size = said.size;
	TRY(add_head(walk, max, &head));
	head->size = said.size;
	head->note = note;
	memcpy(head->root, said.root, LEN);
	return OK;
}

/* NOT_FOUND: no such file in the directory. */
static err path_in(const char *directory, const char *name, struct buf *path)
{
	TRY(buf_printf(path, "%s/%s", directory, name));
	TRY(buf_u8(path, 0));
	return access((const char *)path->ptr, F_OK) == 0 ? OK : FAIL(NOT_FOUND);
}

/* Heads signed after this export speak of entries that are not in it. */
static void drop_later(struct walk *walk)
{
	size_t kept = 0;

	for (size_t i = 0; i < walk->head_count; i++)
		if (walk->heads[i].size <= walk->size)
			walk->heads[kept++] = walk->heads[i];
	walk->head_count = kept;
}

err verify_export(const char *directory, const struct note_key *key, struct verify_report *report_out)
{
	struct walk walk = {.path = directory, .files = true, .key = key, .finding = {.index = NOWHERE}};
	struct verify_report report = {.first_bad = NOWHERE};
	struct bytes content = {0};
	size_t max = 0;
	OWN(buf) path = {0};
	OWN(buf) list = {0};
	OWN(buf) note = {0};
	err e = path_in(directory, "checkpoint", &path);

	if (err_is_ok(e))
		e = read_file((const char *)path.ptr, HEADS_NOTE_MAX, &note);
	if (err_is(e, ERR_NOT_FOUND))
		return FAIL(UNAVAILABLE);
	if (err_is_ok(e))
		e = add_checkpoint(&walk, bytes_of(&note), &max);
	if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE)) {
		find(&walk.finding, 0, "the checkpoint is malformed");
		e = OK;
	}
	if (err_is_ok(e) && walk.finding.index != 0 && err_is_ok(path_in(directory, "heads", &list)))
		e = read_heads((const char *)list.ptr, &content);
	if (err_is_ok(e) && content.len > 0)
		e = list_heads(&walk, content, &max);
	drop_later(&walk);
	if (err_is_ok(e))
		e = finish(&walk, &report);
	free(walk.heads);
	free((void *)(uintptr_t)content.ptr);
	TRY(e);
	*report_out = report;
	return OK;
}
