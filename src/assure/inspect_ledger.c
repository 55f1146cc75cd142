#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assure/inspect_forge.h"
#include "assure/inspect_ledger.h"
#include "assure/inspect_rows.h"
#include "base/clock.h"
#include "ledger/blob.h"
#include "ledger/chain.h"
#include "ledger/event.h"
#include "op/compartment.h"
#include "op/contract.h"
#include "op/head_signer.h"

#define PATH_LEN 512

/* ---- ledger-chain-verifies ---- */

#define PART_BUNDLES 8
#define ROUND_RUNS 24          /* a round over everything takes as many runs: a day */
#define ROUND_BUNDLES_MIN 64

/* Kept from run to run: one compartment in a core, one thread that asks. */
static struct watch {
	struct id compartment;
	struct chain *ahead;       /* from the last verified entry to the newest */
	struct chain *round;       /* everything again, a part a run */
	struct chain_memory memory;
} *watch;

void inspect_ledger_forget(void)
{
	if (watch == NULL)
		return;
	chain_free(&watch->ahead);
	chain_free(&watch->round);
	free(watch);
	watch = NULL;
}

static err watch_begin(struct inspect *in)
{
	struct note_key key;
	err e;

	if (watch != NULL && id_equal(watch->compartment, in->compartment->id))
		return OK;
	inspect_ledger_forget();
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		return FAIL(UNAVAILABLE);
	watch->compartment = in->compartment->id;
	e = head_signer_key(in->compartment->signer, &key);
	if (err_is_ok(e))
		e = chain_new(&key, &watch->memory, &watch->ahead);
	if (err_is_ok(e))
		e = chain_new(&key, &watch->memory, &watch->round);
	if (!err_is_ok(e))
		inspect_ledger_forget();
	return e;
}

struct verified {
	uint64_t entries, heads;
	struct chain_report last;
};

/* At most so many bundles, or until the end or a difference. */
static err verify_parts(struct inspect *in, struct chain *chain, uint64_t bundles, struct verified *v)
{
	char heads[PATH_LEN];
	uint64_t done = 0;

	(void)snprintf(heads, sizeof(heads), "%s/%s", in->compartment->directory, COMPARTMENT_HEADS);
	do {
		int64_t end = 0;

		TRY(chain_heads_end(heads, &end)); /* before the snapshot: no head may be newer than that */
		TRY(inspect_breathe(in));
		TRY(chain_part(chain, in->rows.db, heads, end, PART_BUNDLES, &v->last));
		v->entries += v->last.entries;
		v->heads += v->last.heads;
		done += PART_BUNDLES;
	} while (v->last.first_bad == UINT64_MAX && !v->last.whole && done < bundles);
	return OK;
}

static unsigned few(uint64_t count)
{
	return count > UINT32_MAX ? UINT32_MAX : (unsigned)count;
}

static void tell_verified(struct inspect *in, const struct verified *v, const char *ja, const char *en, uint64_t size)
{
	if (v->last.first_bad == UINT64_MAX)
		inspect_step(in, true, few(v->entries), ja, en, "entries %llu, signed heads %llu, up to entry %llu", (unsigned long long)v->entries,
		    (unsigned long long)v->heads, (unsigned long long)size);
	else
		inspect_step(in, false, few(v->entries), ja, en, "entry %llu: %.120s", (unsigned long long)v->last.first_bad, v->last.what);
}

static err chain_verifies(struct inspect *in)
{
	struct verified ahead = {0}, round = {0};
	uint64_t size = 0, bundles;

	TRY(watch_begin(in));
	TRY(ledger_size(in->rows.db, &size));
	if (size == 0) {
		inspect_unable(in, "記録がまだない。", "There is no entry yet.");
		return OK;
	}
	TRY(verify_parts(in, watch->ahead, UINT64_MAX, &ahead));
	tell_verified(in, &ahead, "前回検証した所から最新の記録まで、ハッシュの連鎖と署名を計算し直した",
	    "Computed hashes and signatures anew from the last verified entry to the newest", size);
	bundles = size / LEDGER_BUNDLE / ROUND_RUNS + 1;
	if (bundles < ROUND_BUNDLES_MIN)
		bundles = ROUND_BUNDLES_MIN;
	TRY(verify_parts(in, watch->round, bundles, &round));
	tell_verified(in, &round, "最初の記録からの一巡検証（1日で一巡）の今回分を計算し直した",
	    "Computed this run's part of a round over everything from the first entry on (a round a day) anew", chain_size(watch->round));
	if (round.last.whole || round.last.first_bad != UINT64_MAX)
		chain_again(watch->round);
	if (ahead.last.first_bad != UINT64_MAX)
		chain_again(watch->ahead); /* what is mended is to be seen mended */
	return OK;
}

/* ---- ledger-tamper-located ---- */

#define COPY_ENTRIES 300       /* more than a bundle, so that stored hashes are among what is forged */
#define COPY_MIN 8

struct newest_entries {
	struct buf texts[COPY_ENTRIES / LEDGER_BUNDLE + 2];
	struct bytes leaves[COPY_ENTRIES];
	size_t count;
	uint64_t first;            /* index of leaves[0] in the ledger itself */
};

static void newest_free_texts(struct newest_entries *n)
{
	for (size_t i = 0; i < sizeof(n->texts) / sizeof(n->texts[0]); i++)
		buf_free(&n->texts[i]);
}

static err take_leaves(struct newest_entries *n, const struct buf *text)
{
	struct bytes rest = bytes_of(text);

	while (rest.len > 0 && n->count < COPY_ENTRIES)
		TRY(blob_next(&rest, &n->leaves[n->count++]));
	return OK;
}

static err newest_entries(struct inspect *in, struct newest_entries *n)
{
	uint64_t size = 0, at;

	TRY(ledger_size(in->rows.db, &size));
	n->first = size > COPY_ENTRIES ? size - COPY_ENTRIES : 0;
	at = n->first;
	for (size_t i = 0; at < size; i++) {
		uint64_t end = (at / LEDGER_BUNDLE + 1) * LEDGER_BUNDLE;

		if (end > size)
			end = size;
		TRY(ledger_entries(in->rows.db, at, (unsigned)(end - at), &n->texts[i]));
		TRY(take_leaves(n, &n->texts[i]));
		at = end;
	}
	return OK;
}

struct located {
	unsigned tried, found;
	uint64_t first_missed;
	uint64_t said;
};

static err locate(struct inspect *in, struct forge *forge, const struct newest_entries *n, enum forgery kind, size_t at, struct located *l)
{
	struct forge_found found;

	TRY(inspect_breathe(in));
	TRY(inspect_forge_try(forge, kind, at, &found));
	l->tried++;
	if (found.verifier == found.expected && found.check == found.expected) {
		l->found++;
		return OK;
	}
	l->first_missed = n->first + at;
	l->said = found.verifier == found.expected ? found.check : found.verifier;
	return OK;
}

/* At its beginning, around the edge of a bundle, and somewhere that is another place each time. */
static err locate_kind(struct inspect *in, struct forge *forge, const struct newest_entries *n, enum forgery kind)
{
	struct located l = {0};
	uint8_t somewhere = 0;
	size_t places[3];

	TRY(random_bytes(&somewhere, 1));
	places[0] = 1;
	places[1] = (size_t)somewhere % (n->count - 1);
	places[2] = n->count > LEDGER_BUNDLE + 1 ? LEDGER_BUNDLE : n->count - 2;
	for (size_t i = 0; i < (kind == FORGE_NOTHING ? 1 : 3); i++)
		TRY(locate(in, forge, n, kind, places[i], &l));
	if (l.found == l.tried)
		inspect_step(in, true, l.tried, inspect_forge_words_ja[kind], inspect_forge_words_en[kind], kind == FORGE_NOTHING ?
		    "genuine, as it is %u/%u" : "index named by both verifiers %u/%u", l.found, l.tried);
	else
		inspect_step(in, false, l.tried, inspect_forge_words_ja[kind], inspect_forge_words_en[kind], "entry %llu: a verifier said %lld",
		    (unsigned long long)l.first_missed, (long long)l.said);
	return OK;
}

static err locate_all(struct inspect *in, const struct newest_entries *n)
{
	struct forge *forge = NULL;
	err e;

	TRY(inspect_forge_begin(in->compartment->directory, n->leaves, n->count, &forge));
	e = OK;
	for (enum forgery kind = FORGE_NOTHING; err_is_ok(e) && kind < FORGE_COUNT; kind++)
		e = locate_kind(in, forge, n, kind);
	inspect_forge_end(&forge);
	return e;
}

static err tamper_located(struct inspect *in)
{
	struct newest_entries *n = calloc(1, sizeof(*n));
	err e = n == NULL ? FAIL(UNAVAILABLE) : newest_entries(in, n);

	if (err_is_ok(e) && n->count < COPY_MIN)
		inspect_unable(in, "記録がまだ少ない。", "There are too few entries yet.");
	else if (err_is_ok(e))
		e = locate_all(in, n);
	if (n != NULL)
		newest_free_texts(n);
	free(n);
	return e;
}

/* ---- ledger-reaches-contract-start ---- */

#define BLOBS_PART 2000

static const struct statement blob_rows = {"inspect.ledger-rows",
    "SELECT first, count FROM ledger_blob WHERE first >= :first ORDER BY first LIMIT :limit"};

/* From the first number on without a gap; next_out: where the numbers end, or the first that is missing. */
static err count_part(struct inspect *in, uint64_t *next, bool *whole_out, bool *gap_out)
{
	struct query *query;
	unsigned rows = 0;
	bool row = true;
	err e;

	TRY(query_start(in->rows.db, &blob_rows, &query));
	e = query_int(query, "first", (int64_t)*next);
	if (err_is_ok(e))
		e = query_int(query, "limit", BLOBS_PART);
	while (err_is_ok(e) && !*gap_out) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		*gap_out = column_int(query, 0) != (int64_t)*next || column_int(query, 1) < 1;
		if (!*gap_out)
			*next += (uint64_t)column_int(query, 1);
		rows++;
	}
	query_end(&query);
	*whole_out = rows < BLOBS_PART;
	return e;
}

static err first_time(struct inspect *in, int64_t *time_out)
{
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row *rows = arena_alloc(in->rows.arena, EVENT_ROW_MAX * sizeof(*rows));
	OWN(buf) entries = {0};
	struct bytes rest, leaf;
	struct event event;

	if (rows == NULL)
		return FAIL(UNAVAILABLE);
	TRY(ledger_entries(in->rows.db, 0, 1, &entries));
	rest = bytes_of(&entries);
	TRY(blob_next(&rest, &leaf));
	TRY(event_decode(leaf, &event, objects, rows));
	*time_out = event.time_us;
	return OK;
}

static err reaches_start(struct inspect *in)
{
	static const struct id compartment_wide;
	struct contract contract = {0};
	char date[CLOCK_TEXT_MAX], start[CLOCK_TEXT_MAX];
	bool whole = false, gap = false;
	int64_t oldest = 0;
	uint64_t next = 0;
	int32_t started;
	err e = contract_of(&in->rows, compartment_wide, &contract);

	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && contract.started == 0)) {
		inspect_unable(in, "契約の開始日が登録されていない。", "The start of the contract is not registered.");
		return OK;
	}
	TRY(e);
	started = contract.started;
	e = first_time(in, &oldest);
	if (err_is(e, ERR_NOT_FOUND)) {
		inspect_unable(in, "記録がまだない。", "There is no entry yet.");
		return OK;
	}
	TRY(e);
	clock_date_format(clock_date_jst(oldest), date);
	clock_date_format(started, start);
	inspect_step(in, clock_date_jst(oldest) <= started, 1, "最も古い記録の日付を、契約の開始日と比べた",
	    "Compared the date of the oldest entry with the start of the contract", "oldest %s, contract from %s", date, start);
	while (!whole && !gap) {
		TRY(count_part(in, &next, &whole, &gap));
		TRY(inspect_breathe(in));
	}
	inspect_step(in, !gap, few(next), "記録の番号が最初から最新まで途切れていないかを数えた", "Counted whether the numbers run from the first to the newest without a gap",
	    gap ? "entry %llu is missing" : "entries %llu", (unsigned long long)next);
	return OK;
}

/* ---- ledger-delete-refused ---- */

#define TRIGGERS 4

static err look_trigger(void *context, struct bytes table, struct bytes sql)
{
	unsigned *found = context;

	(void)table;
	*found += sql.len > 0 && memmem(ledger_triggers, strlen(ledger_triggers), sql.ptr, sql.len) != NULL;
	return OK;
}

static err triggers_stand(struct inspect *in)
{
	unsigned found = 0;

	TRY(db_triggers(in->rows.db, look_trigger, &found));
	inspect_step(in, found == TRIGGERS, TRIGGERS, "稼働中のデータベースで、記録の変更と削除を拒む仕掛けを確かめた",
	    "Looked whether the running database refuses change and removal of entries", "guards in place %u of %u", found, TRIGGERS);
	return OK;
}

static const char *const removals[] = {
	"UPDATE ledger_blob SET entries = zeroblob(3)",
	"UPDATE ledger_blob SET first = first + 1",
	"UPDATE ledger_blob SET last_us = 0 WHERE first = 0",
	"DELETE FROM ledger_blob",
	"DELETE FROM ledger_blob WHERE first = 0",
	"UPDATE ledger_tile SET hashes = zeroblob(8192)",
	"DELETE FROM ledger_tile",
};
#define REMOVALS (sizeof(removals) / sizeof(removals[0]))

/* Two entries and a tile: not a ledger, but rows as one has them. */
static const char copy_rows[] =
    "INSERT INTO ledger_blob (first, count, last_us, entries) VALUES (0, 1, 1, x'000101'), (1, 1, 2, x'000102');"
    "INSERT INTO ledger_tile (level, number, hashes) VALUES (0, 0, zeroblob(8192));";

static err try_removals(struct db *db, unsigned *refused_out)
{
	TRY(db_script(db, ledger_schema));
	TRY(db_script(db, ledger_triggers));
	TRY(db_script(db, copy_rows));
	for (size_t i = 0; i < REMOVALS; i++)
		*refused_out += err_is(db_script(db, removals[i]), ERR_CONFLICT);
	return OK;
}

static void forget_copy(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[PATH_LEN + 8];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name); /* may not be there */
	}
}

static err copy_refuses(struct inspect *in)
{
	char path[PATH_LEN];
	struct db *db = NULL;
	unsigned refused = 0;
	err e;

	(void)snprintf(path, sizeof(path), "%s/removal.db", in->compartment->directory);
	forget_copy(path);
	e = db_open(path, DB_WRITE, &db);
	if (err_is_ok(e))
		e = try_removals(db, &refused);
	db_close(&db);
	forget_copy(path);
	TRY(e);
	inspect_step(in, refused == REMOVALS, REMOVALS, "写しのデータベースで、記録の変更と削除の命令を実行した",
	    "Ran statements that change or remove entries on a copy of the database", "statements %u, refused %u", (unsigned)REMOVALS, refused);
	return OK;
}

static bool about_ledger(const char *policy)
{
	return strncmp(policy, "event ", 6) == 0 || strncmp(policy, "ledger ", 7) == 0;
}

/* Whoever may do something with events may look at them, or add a signature beside them. */
static void operations_only_read(struct inspect *in)
{
	unsigned about = 0, other = 0;
	const char *first = "";

	for (size_t i = 0; ops[i] != NULL; i++) {
		if (!about_ledger(ops[i]->policy))
			continue;
		about++;
		if (ops[i]->kind != OP_READ && strcmp(ops[i]->method, "POST") != 0 && other++ == 0)
			first = ops[i]->id;
	}
	for (size_t i = 0; entities[i] != NULL; i++)
		if (strncmp(entities[i]->name, "ledger", 6) == 0 && other++ == 0)
			first = entities[i]->name;
	inspect_step(in, other == 0 && about > 0, about, "記録を扱う全操作が、見るか署名を添えるだけのものかを調べた",
	    "Looked whether every operation on events only reads, or adds a signature beside them", "operations %u, others %u %s", about, other, first);
}

static err delete_refused(struct inspect *in)
{
	operations_only_read(in);
	TRY(triggers_stand(in));
	return copy_refuses(in);
}

const struct inspection inspect_ledger[] = {
	{"ledger-chain-verifies", chain_verifies},
	{"ledger-tamper-located", tamper_located},
	{"ledger-reaches-contract-start", reaches_start},
	{"ledger-delete-refused", delete_refused},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_ledger_checks[] = {
	{.id = "ledger-chain-verifies", .where = EVERYWHERE, .inspection = "ledger-chain-verifies", .seconds = 600}, /* K-55 P-3.13 */
	{.id = "ledger-tamper-located", .where = EVERYWHERE, .inspection = "ledger-tamper-located", .seconds = 120},
	{.id = "ledger-reaches-contract-start", .where = EVERYWHERE, .inspection = "ledger-reaches-contract-start", .seconds = 120},
	{0},
};
