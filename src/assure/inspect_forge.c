#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assure/inspect_forge.h"
#include "crypto/crypto.h"
#include "ledger/event.h"
#include "ledger/heads.h"

#define ORIGIN "sekimori.example/copy"

const char *const inspect_forge_words_ja[FORGE_COUNT] = {
	[FORGE_NOTHING] = "手を加えない写しを検証した",
	[FORGE_EDIT] = "写しの記録を1件書き換えて検証した",
	[FORGE_DELETE] = "写しの記録を1件抜いて詰め、検証した",
	[FORGE_SWAP] = "写しの記録2件を入れ替えて検証した",
	[FORGE_INSERT] = "写しの途中に偽の記録を入れて検証した",
	[FORGE_TRUNCATE] = "写しの末尾を切り落として検証した",
	[FORGE_ROLL_BACK] = "写し全体を以前の状態に戻して検証した",
	[FORGE_FORK] = "写しの途中から別の歴史を作り、正規の鍵で署名し直して検証した",
};
const char *const inspect_forge_words_en[FORGE_COUNT] = {
	[FORGE_NOTHING] = "Verified a copy as it is",
	[FORGE_EDIT] = "Rewrote one entry of the copy and verified it",
	[FORGE_DELETE] = "Took one entry out of the copy, closed the gap, and verified it",
	[FORGE_SWAP] = "Let two entries of the copy change places and verified it",
	[FORGE_INSERT] = "Put a false entry into the copy and verified it",
	[FORGE_TRUNCATE] = "Cut off the end of the copy and verified it",
	[FORGE_ROLL_BACK] = "Put the whole copy back to an earlier state and verified it",
	[FORGE_FORK] = "Gave the copy another past from one entry on, signed with the true key, and verified it",
};

struct forge {
	char database[FORGE_PATH_MAX], kept[FORGE_PATH_MAX], own[FORGE_PATH_MAX]; /* heads: those that left the machine, those on it */
	const struct bytes *leaves;
	size_t count;
	struct note_key key;
	struct signer *signer;
	struct bytes *forged;          /* borrow from leaves and changed */
	size_t forged_count;
	struct buf changed;
	struct chain_memory memory;
	struct db *db;
};

static void forget_database(const struct forge *f)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[FORGE_PATH_MAX + 8];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", f->database, ends[i]);
		(void)unlink(path); /* may not be there */
	}
}

static bool join(char out[static FORGE_PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, FORGE_PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < FORGE_PATH_MAX;
}

/* ---- Making a ledger ---- */

static err write_file(const char *path, struct bytes content)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool whole;

	if (file < 0)
		return FAIL(UNAVAILABLE);
	whole = write(file, content.ptr, content.len) == (ssize_t)content.len;
	if (close(file) != 0)
		whole = false;
	return whole ? OK : FAIL(UNAVAILABLE);
}

static err append_head(const struct forge *f, const struct ledger_head *head, struct buf *heads)
{
	uint8_t signature[SIGN_LEN];
	OWN(buf) note = {0};

	TRY(note_checkpoint_text(ORIGIN, head, &note));
	TRY(signer_sign(f->signer, bytes_of(&note), signature));
	TRY(note_sign_line(&f->key, signature, &note));
	return heads_record(bytes_of(&note), heads);
}

static err leaf_time(struct bytes leaf, int64_t *time_out)
{
	uint64_t time;
	uint8_t version;

	TRY(cut_u8(&leaf, &version));
	TRY(cut_u64(&leaf, &time));
	*time_out = time > INT64_MAX ? INT64_MAX : (int64_t)time;
	return OK;
}

/* One row an entry, one signed head each. */
static err append_all(const struct forge *f, struct ledger *ledger, struct db *db, const struct bytes *leaves, size_t count, struct buf *heads)
{
	for (size_t i = 0; i < count; i++) {
		struct ledger_head head;
		int64_t time = 0;
		uint64_t index;

		TRY(leaf_time(leaves[i], &time));
		if (time < ledger_last_us(ledger))
			time = ledger_last_us(ledger);
		TRY(ledger_append(ledger, leaves[i], time, &index));
		TRY(ledger_flush(ledger, db));
		ledger_settle(ledger, true);
		ledger_head(ledger, &head);
		TRY(append_head(f, &head, heads));
	}
	return OK;
}

/* A fresh database of these leaves; its heads to `heads`, NULL: nowhere. */
static err make(struct forge *f, const struct bytes *leaves, size_t count, const char *heads)
{
	struct ledger *ledger = NULL;
	OWN(buf) signed_heads = {0};
	err e;

	db_close(&f->db);
	forget_database(f);
	TRY(db_open(f->database, DB_WRITE, &f->db));
	TRY(db_begin(f->db, DB_WRITE));
	TRY(db_script(f->db, ledger_schema));
	TRY(ledger_open(f->db, &ledger));
	e = append_all(f, ledger, f->db, leaves, count, &signed_heads);
	ledger_close(&ledger);
	TRY(e);
	TRY(db_commit(f->db));
	return heads == NULL ? OK : write_file(heads, bytes_of(&signed_heads));
}

/* ---- Forging ---- */

/* The same leaf, saying something else in its sealed part. */
static err falsify(struct forge *f, struct bytes leaf, struct bytes *forged_out)
{
	size_t at = f->changed.len;

	TRY(buf_append(&f->changed, leaf)); /* reserved before */
	f->changed.ptr[f->changed.len - 1] ^= 1;
	*forged_out = (struct bytes){f->changed.ptr + at, leaf.len};
	return OK;
}

static err reserve(struct forge *f)
{
	size_t total = 0;

	for (size_t i = 0; i < f->count; i++)
		total += f->leaves[i].len;
	buf_clear(&f->changed);
	return buf_reserve(&f->changed, total + EVENT_MAX);
}

static void close_gap(struct forge *f, size_t at)
{
	memmove(f->forged + at, f->forged + at + 1, (f->forged_count - at - 1) * sizeof(*f->forged));
	f->forged_count--;
}

static err forge_leaves(struct forge *f, enum forgery kind, size_t at)
{
	struct bytes swapped;

	TRY(reserve(f));
	memcpy(f->forged, f->leaves, f->count * sizeof(*f->forged));
	f->forged_count = f->count;
	switch (kind) {
	case FORGE_EDIT:
		return falsify(f, f->leaves[at], &f->forged[at]);
	case FORGE_DELETE:
		close_gap(f, at);
		return OK;
	case FORGE_SWAP:
		swapped = f->forged[at];
		f->forged[at] = f->forged[at + 1];
		f->forged[at + 1] = swapped;
		return OK;
	case FORGE_INSERT:
		memmove(f->forged + at + 1, f->forged + at, (f->count - at) * sizeof(*f->forged));
		f->forged_count++;
		return falsify(f, f->leaves[at], &f->forged[at]);
	case FORGE_ROLL_BACK:
		f->forged_count = at;
		return OK;
	case FORGE_FORK:
		for (size_t i = at; i < f->count; i++)
			TRY(falsify(f, f->leaves[i], &f->forged[i]));
		return OK;
	case FORGE_NOTHING:
	case FORGE_TRUNCATE:
	case FORGE_COUNT:
		break;
	}
	return OK;
}

static const struct statement cut_off = {"inspect.forge-cut", "DELETE FROM ledger_blob WHERE first >= :first"};

static err truncate_rows(struct forge *f, size_t at)
{
	struct query *query;
	err e;

	TRY(query_start(f->db, &cut_off, &query));
	e = query_int(query, "first", (int64_t)at);
	if (err_is_ok(e))
		return query_run(&query);
	query_end(&query);
	return e;
}

/* ---- Verifying ---- */

static err chain_says(struct forge *f, struct chain *chain, const char *heads, uint64_t *bad_out)
{
	struct chain_report report = {0};
	int64_t end = 0;

	TRY(chain_heads_end(heads, &end));
	TRY(chain_part(chain, f->db, heads, end, UINT32_MAX, &report));
	*bad_out = report.first_bad;
	return report.whole ? OK : FAIL(INTERNAL);
}

/* It has seen the genuine ledger; then it looks at the forged one from the beginning, as once a day. */
static err check_says(struct forge *f, enum forgery kind, size_t at, uint64_t *bad_out)
{
	/* Whoever rolls everything back or signs anew replaces the heads on the machine too. */
	bool own = kind == FORGE_ROLL_BACK || kind == FORGE_FORK;
	struct chain *chain = NULL;
	uint64_t bad = 0;
	err e;

	f->memory.size = 0;
	TRY(make(f, f->leaves, f->count, f->own));
	TRY(chain_new(&f->key, &f->memory, &chain));
	e = chain_says(f, chain, f->own, &bad);
	if (err_is_ok(e) && bad != UINT64_MAX)
		e = FAIL(INTERNAL);
	if (err_is_ok(e) && kind != FORGE_TRUNCATE)
		e = make(f, f->forged, f->forged_count, own ? f->own : NULL);
	if (err_is_ok(e) && kind == FORGE_TRUNCATE)
		e = truncate_rows(f, at);
	chain_again(chain);
	if (err_is_ok(e))
		e = chain_says(f, chain, own ? f->own : f->kept, bad_out);
	chain_free(&chain);
	return e;
}

err inspect_forge_try(struct forge *f, enum forgery kind, size_t at, struct forge_found *found_out)
{
	struct verify_report report = {0};
	struct forge_found found = {.expected = kind == FORGE_NOTHING ? UINT64_MAX : (uint64_t)at};

	REQUIRE((unsigned)kind < FORGE_COUNT && at < f->count && (kind != FORGE_SWAP || at + 1 < f->count));
	TRY(forge_leaves(f, kind, at));
	TRY(check_says(f, kind, at, &found.check));
	/* What check_says left is the forged database. */
	TRY(verify_database(f->database, f->kept, &f->key, NULL, NULL, &report));
	found.verifier = report.first_bad;
	*found_out = found;
	return OK;
}

/* ---- Beginning and end ---- */

static err begin(struct forge *f, const char *folder)
{
	uint8_t seed[SIGN_SEED_LEN];
	err e = random_bytes(seed, sizeof(seed));

	if (err_is_ok(e))
		e = signer_new(seed, &f->signer);
	wipe(seed, sizeof(seed));
	TRY(e);
	(void)snprintf(f->key.name, sizeof(f->key.name), "%s", ORIGIN);
	signer_public(f->signer, f->key.public_key);
	f->forged = calloc(f->count + 1, sizeof(*f->forged));
	if (f->forged == NULL)
		return FAIL(UNAVAILABLE);
	if (!join(f->database, folder, "copy.db") || !join(f->kept, folder, "copy.kept") || !join(f->own, folder, "copy.heads"))
		return FAIL(TOO_LARGE);
	return make(f, f->leaves, f->count, f->kept);
}

err inspect_forge_begin(const char *folder, const struct bytes *leaves, size_t count, struct forge **forge_out)
{
	struct forge *f = calloc(1, sizeof(*f));
	err e;

	REQUIRE(count >= 2);
	if (f == NULL)
		return FAIL(UNAVAILABLE);
	f->leaves = leaves;
	f->count = count;
	e = begin(f, folder);
	if (!err_is_ok(e)) {
		inspect_forge_end(&f);
		return e;
	}
	*forge_out = f;
	return OK;
}

void inspect_forge_end(struct forge **forge)
{
	struct forge *f = *forge;

	if (f == NULL)
		return;
	db_close(&f->db);
	if (f->database[0] != '\0')
		forget_database(f);
	if (f->kept[0] != '\0')
		(void)unlink(f->kept);
	if (f->own[0] != '\0')
		(void)unlink(f->own);
	signer_free(&f->signer);
	buf_free(&f->changed);
	free(f->forged);
	free(f);
	*forge = NULL;
}
