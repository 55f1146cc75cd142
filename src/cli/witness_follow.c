/*
 * witness_follow - one look at the log.
 *
 *   fetch the head ──▶ signed? ──▶ compare with the head kept ──▶ fetch hashes ──▶ do they make up this head, and the kept one?
 *        ──▶ (entries: does each have its hash?) ──▶ keep, durable ──▶ cosign ──▶ hand in
 *
 * Consistency is not believed from a proof: the roots of both heads are computed from the same hashes.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/witness_int.h"
#include "entity/json.h"
#include "ledger/heads.h"
#include "op/export.h"

#define LEN LEDGER_HASH_LEN

void witness_follow_say(struct witness_finding *finding, enum witness_outcome outcome, const char *ja, const char *en, ...)
{
	va_list list, again;

	finding->outcome = outcome;
	va_start(list, en);
	va_copy(again, list);
	if (vsnprintf(finding->ja, sizeof(finding->ja), ja, list) < 0 || vsnprintf(finding->en, sizeof(finding->en), en, again) < 0)
		finding->ja[0] = finding->en[0] = '\0';
	va_end(again);
	va_end(list);
}

static void say_unreached(struct witness_finding *finding, err e)
{
	finding->outcome = WITNESS_UNREACHED;
	(void)snprintf(finding->ja, sizeof(finding->ja), "記録簿に届きませんでした: %s", err_row(e)->ja);
	(void)snprintf(finding->en, sizeof(finding->en), "The log could not be reached: %s", err_row(e)->en);
}

static void say_storage(struct witness_finding *finding)
{
	witness_follow_say(finding, WITNESS_STORAGE, "控えのフォルダに書き込めません。何も認めずに終わります。",
	    "The folder cannot be written to. Nothing is accepted; this ends.");
}

/* Our own folder against the log's replies: which of the two failed? */
static void say_trouble(struct witness_finding *finding, err e)
{
	if (err_is(e, ERR_CORRUPT))
		witness_follow_say(finding, WITNESS_STORAGE, "控えのフォルダのハッシュが壊れています。", "The hashes kept in the folder are damaged.");
	else if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_INVALID))
		witness_follow_say(finding, WITNESS_UNREACHED, "記録簿は、署名した先頭までのハッシュや記録を渡しません。確かめられないので、認めません。",
		    "The log does not give the hashes or entries of the head it has signed. What cannot be verified is not accepted.");
	else
		say_unreached(finding, e);
}

/* ---- cosigning ---- */

err witness_follow_cosign(struct witness *witness, struct bytes note, struct buf *cosigned_out)
{
	uint64_t time_s = (uint64_t)(clock_now_us() / 1000000);
	uint8_t signature[SIGN_LEN];
	OWN(buf) message = {0};
	OWN(buf) cosigned = {0};
	struct bytes text;

	TRY(note_text(note, &text));
	TRY(note_cosign_text(time_s, text, &message));
	TRY(signer_sign(witness->signer, bytes_of(&message), signature));
	TRY(buf_append(&cosigned, text));
	TRY(buf_append_str(&cosigned, "\n"));
	TRY(note_lines_of(note, &witness->log, false, &cosigned));
	TRY(note_cosign_line(&witness->me, time_s, signature, &cosigned));
	return buf_append(cosigned_out, bytes_of(&cosigned));
}

static void hand_in(struct witness *witness, struct bytes cosigned)
{
	struct ask_reply reply;
	OWN(buf) body = {0};
	struct json json;
	err e;

	json_init(&json, &body);
	json_object(&json, NULL);
	json_text(&json, "checkpoint", cosigned);
	json_object_end(&json);
	e = json.state;
	if (err_is_ok(e))
		e = door_post(&witness->door, "/cosignatures", bytes_of(&body), &reply);
	if (!err_is_ok(e))
		log_warn("the cosignature could not be handed in: %s", err_row(e)->en);
	else if (reply.status >= 300)
		log_warn("the ledger did not take the cosignature (%d): is this witness's key the one that the contract names?", reply.status);
}

/* The newest head that is kept and whose hashes are here. */
static void give(struct witness *witness, struct bytes note, struct witness_finding *finding)
{
	OWN(buf) cosigned = {0};
	err e = witness_follow_cosign(witness, note, &cosigned);

	pthread_mutex_lock(&witness->lock);
	if (err_is_ok(e) && witness_folder_head(witness->folder)->size <= finding->size) /* else a newer one has been given away */
		e = witness_folder_cosigned(witness->folder, bytes_of(&cosigned));
	pthread_mutex_unlock(&witness->lock);
	if (!err_is_ok(e)) {
		say_storage(finding);
		return;
	}
	hand_in(witness, bytes_of(&cosigned));
}

/* ---- forgeries ---- */

static void on_file(struct witness *witness, struct bytes shown, struct witness_finding *finding)
{
	char words[sizeof(finding->ja) + sizeof(finding->en) + 2];

	(void)snprintf(words, sizeof(words), "%s\n%s\n", finding->ja, finding->en);
	pthread_mutex_lock(&witness->lock);
	if (!err_is_ok(witness_folder_fork(witness->folder, shown, words)))
		log_error("both heads could not be kept; the one shown was:\n%.*s", (int)shown.len, (const char *)shown.ptr);
	pthread_mutex_unlock(&witness->lock);
}

/* The log shows fewer entries than it has signed before. */
static void went_back(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	const struct ledger_head *kept = &witness->kept;
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	uint8_t root[LEN];
	uint64_t index = WITNESS_NOWHERE;

	if (shown->size <= followed->size && err_is_ok(witness_tiles_root(witness, followed->size, shown->size, root)) &&
	    memcmp(root, shown->root, LEN) == 0)
		index = shown->size; /* what stands before is the same */
	else if (!err_is_ok(witness_tiles_locate(witness, followed->size, shown->size, &index)))
		index = WITNESS_NOWHERE; /* it cannot be named; the fact stands */
	finding->index = index;
	if (index == shown->size)
		witness_follow_say(finding, WITNESS_FORGED, "記録簿が %" PRIu64 " 件から %" PRIu64 " 件に戻りました。番号 %" PRIu64 " から後の記録が消されています。",
		    "The log went back from %" PRIu64 " to %" PRIu64 " entries: the entries from index %" PRIu64 " on have been taken away.",
		    kept->size, shown->size, shown->size);
	else if (index != WITNESS_NOWHERE)
		witness_follow_say(finding, WITNESS_FORGED, "記録簿が %" PRIu64 " 件から %" PRIu64 " 件に戻り、番号 %" PRIu64 " から書き換えられています。",
		    "The log went back from %" PRIu64 " to %" PRIu64 " entries, and differs from index %" PRIu64 " on.", kept->size, shown->size, index);
	else
		witness_follow_say(finding, WITNESS_FORGED, "記録簿が %" PRIu64 " 件から %" PRIu64 " 件に戻りました。", "The log went back from %" PRIu64 " to %" PRIu64 " entries.",
		    kept->size, shown->size);
	on_file(witness, note, finding);
}

/* The same or a larger number of entries, but not the ones that were signed before. */
static void another_past(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	const struct ledger_head *kept = &witness->kept;
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	uint64_t index = WITNESS_NOWHERE;

	if (!err_is_ok(witness_tiles_locate(witness, followed->size, shown->size, &index)))
		index = WITNESS_NOWHERE; /* likewise */
	finding->index = index;
	if (index != WITNESS_NOWHERE)
		witness_follow_say(finding, WITNESS_FORGED, "%" PRIu64 " 件の先頭は、前に署名された %" PRIu64 " 件の先頭の続きではありません。番号 %" PRIu64 " から違います。",
		    "The head of %" PRIu64 " entries does not continue the head of %" PRIu64 " entries signed before: they differ from index %" PRIu64 " on.",
		    shown->size, kept->size, index);
	else
		witness_follow_say(finding, WITNESS_FORGED, "%" PRIu64 " 件の先頭は、前に署名された %" PRIu64 " 件の先頭の続きではありません。",
		    "The head of %" PRIu64 " entries does not continue the head of %" PRIu64 " entries signed before.", shown->size, kept->size);
	on_file(witness, note, finding);
}

/* The hashes given do not make up the head that was signed. */
static void not_made_of(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	uint64_t index = WITNESS_NOWHERE;

	if (!err_is_ok(witness_tiles_locate(witness, followed->size, shown->size, &index)))
		index = WITNESS_NOWHERE; /* likewise */
	if (index != WITNESS_NOWHERE) {
		another_past(witness, shown, note, finding);
		return;
	}
	witness_follow_say(finding, WITNESS_FORGED, "記録簿が渡したハッシュは、署名された %" PRIu64 " 件の先頭になりません。違いは番号 %" PRIu64 " から後にあります。",
	    "The hashes that the log gives do not make up the signed head of %" PRIu64 " entries. The difference lies at index %" PRIu64 " or later.",
	    shown->size, followed->size);
	finding->index = followed->size;
}

/* ---- entries ---- */

static err sign_in(struct witness *witness)
{
	return witness->door.cookie[0] != '\0' ? OK : door_sign_in(&witness->door, witness->login, witness->password, "");
}

static err fetch_bundle(struct witness *witness, uint64_t number, uint64_t size, uint64_t *bad_out)
{
	err e;

	TRY(sign_in(witness));
	e = witness_tiles_entries(witness, number, size, bad_out);
	if (!err_is(e, ERR_UNAUTHENTICATED))
		return e;
	witness->door.cookie[0] = '\0'; /* the session has ended meanwhile */
	TRY(sign_in(witness));
	return witness_tiles_entries(witness, number, size, bad_out);
}

/* Those that are not here yet, all of them in an audit, else one old bundle besides. */
static err fetch_entries(struct witness *witness, uint64_t size, uint64_t *bad_out)
{
	uint64_t bundles = (size + LEDGER_BUNDLE - 1) / LEDGER_BUNDLE;

	*bad_out = WITNESS_NOWHERE;
	if (witness->login[0] == '\0')
		return OK;
	for (uint64_t number = 0; number < bundles && *bad_out == WITNESS_NOWHERE; number++) {
		uint64_t rest = size - number * LEDGER_BUNDLE;
		const struct tilepath tile = {.entries = true, .number = number, .width = rest < LEDGER_BUNDLE ? (unsigned)rest : LEDGER_BUNDLE};

		if (witness->audit || number == witness->recheck % bundles || !witness_folder_has(witness->folder, &tile))
			TRY(fetch_bundle(witness, number, size, bad_out));
	}
	witness->recheck++;
	return OK;
}

static void say_entry(struct witness_finding *finding, uint64_t bad)
{
	witness_follow_say(finding, WITNESS_FORGED, "番号 %" PRIu64 " の記録は、署名された先頭に含まれるものと違います。",
	    "The entry at index %" PRIu64 " is not the one that the signed head contains.", bad);
	finding->index = bad;
}

/* ---- one look ---- */

/* With entries the folder is an export as the server's own: it says how to verify it. */
static err put_texts(struct witness *witness)
{
	OWN(buf) vkey = {0};

	if (witness->login[0] == '\0')
		return OK;
	TRY(note_vkey_format(&witness->log, &vkey));
	for (unsigned i = 0; i < EXPORT_TEXTS; i++) {
		OWN(buf) text = {0};
		const char *name;

		TRY(export_text(i, witness->log.name, bytes_of(&vkey), &name, &text));
		TRY(witness_folder_text(witness->folder, name, bytes_of(&text)));
	}
	return OK;
}

/* The head follows from what is kept: it becomes what is kept. */
static bool accept_head(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	const struct ledger_head *now = witness_folder_head(witness->folder);
	err e = witness_folder_sync(witness->folder);

	pthread_mutex_lock(&witness->lock);
	if (witness_folder_forked(witness->folder) || now->size != witness->kept.size) { /* somebody else has shown more meanwhile */
		pthread_mutex_unlock(&witness->lock);
		witness_follow_say(finding, WITNESS_UNCHANGED, "確かめている間に、より新しい先頭を受け取りました。次の回に確かめます。",
		    "A newer head came in meanwhile; it is verified at the next turn.");
		return false;
	}
	if (err_is_ok(e) && now->size < shown->size)
		e = witness_folder_keep(witness->folder, note, shown);
	if (err_is_ok(e))
		e = witness_folder_follow(witness->folder, note, shown);
	pthread_mutex_unlock(&witness->lock);
	if (!err_is_ok(e))
		say_storage(finding);
	return err_is_ok(e);
}

static void grow(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	const struct ledger_head *kept = &witness->kept;
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	uint8_t root[LEN], before[LEN];
	uint64_t bad = WITNESS_NOWHERE;
	err e = witness_tiles_fetch(witness, followed->size, shown->size);

	if (err_is_ok(e))
		e = witness_tiles_root(witness, shown->size, shown->size, root);
	if (err_is_ok(e))
		e = witness_tiles_root(witness, shown->size, kept->size, before);
	if (!err_is_ok(e)) {
		say_trouble(finding, e);
		return;
	}
	if (memcmp(root, shown->root, LEN) != 0) {
		not_made_of(witness, shown, note, finding);
		return;
	}
	if (kept->size > 0 && memcmp(before, kept->root, LEN) != 0) {
		another_past(witness, shown, note, finding);
		return;
	}
	e = fetch_entries(witness, shown->size, &bad);
	if (!err_is_ok(e)) {
		say_trouble(finding, e);
		return;
	}
	if (bad != WITNESS_NOWHERE) {
		say_entry(finding, bad);
		return;
	}
	if (!accept_head(witness, shown, note, finding))
		return;
	if (!err_is_ok(put_texts(witness))) {
		say_storage(finding);
		return;
	}
	witness_follow_say(finding, WITNESS_FOLLOWED, "%" PRIu64 " 件まで確かめ、署名しました。", "Verified and cosigned up to %" PRIu64 " entries.", shown->size);
	give(witness, note, finding);
}

/* Nothing new: the entries may be looked at again, and the cosignature says that we still look. */
static void stay(struct witness *witness, const struct ledger_head *shown, struct bytes note, struct witness_finding *finding)
{
	uint64_t bad = WITNESS_NOWHERE;
	err e = shown->size > 0 ? fetch_entries(witness, shown->size, &bad) : OK;

	if (!err_is_ok(e)) {
		say_trouble(finding, e);
		return;
	}
	if (bad != WITNESS_NOWHERE) {
		say_entry(finding, bad);
		return;
	}
	witness_follow_say(finding, WITNESS_UNCHANGED, "%" PRIu64 " 件から変わっていません。", "Unchanged since %" PRIu64 " entries.", shown->size);
	if (shown->size > 0)
		give(witness, note, finding);
}

/* The folder against itself: nobody has touched what was verified. */
static err check_folder(struct witness *witness)
{
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	uint8_t root[LEN];
	err e;

	if (followed->size == 0)
		return OK;
	e = witness_tiles_root(witness, followed->size, followed->size, root);
	if (err_is_ok(e) && memcmp(root, followed->root, LEN) == 0)
		return OK;
	return FAIL(CORRUPT);
}

static err fetch_head(struct witness *witness, struct buf *note, struct witness_finding *finding)
{
	struct ask_reply reply;

	TRY(door_get(&witness->door, "/checkpoint", &reply));
	if (reply.status != 200 || reply.body.len > HEADS_NOTE_MAX)
		return FAIL(UNAVAILABLE);
	finding->size = 0;
	return buf_append(note, reply.body);
}

void witness_follow(struct witness *witness, struct witness_finding *finding_out)
{
	struct witness_finding *finding = finding_out;
	const struct ledger_head *kept = &witness->kept;
	const struct ledger_head *followed = witness_folder_followed(witness->folder);
	struct ledger_head shown;
	bool forked;
	OWN(buf) note = {0};
	err e;

	*finding = (struct witness_finding){.index = WITNESS_NOWHERE};
	pthread_mutex_lock(&witness->lock);
	witness->kept = *witness_folder_head(witness->folder);
	forked = witness_folder_forked(witness->folder);
	pthread_mutex_unlock(&witness->lock);
	if (forked) {
		witness_follow_say(finding, WITNESS_FORGED, "食い違う先頭が forks に控えてあります。人が調べて移すまで、何も認めません。",
		    "Heads that cannot both be true are kept in forks. Nothing is accepted until a person has looked into it and moved them away.");
		return;
	}
	if (!err_is_ok(check_folder(witness))) {
		say_trouble(finding, FAIL(CORRUPT));
		return;
	}
	e = fetch_head(witness, &note, finding);
	if (!err_is_ok(e)) {
		say_unreached(finding, e);
		return;
	}
	if (!err_is_ok(heads_check(bytes_of(&note), &witness->log, &shown))) {
		witness_follow_say(finding, WITNESS_FORGED, "記録簿の先頭に、この鍵の正しい署名がありません。", "The head of the log has no valid signature of this key.");
		return;
	}
	finding->size = shown.size;
	if (shown.size < kept->size)
		went_back(witness, &shown, bytes_of(&note), finding);
	else if (shown.size == kept->size && shown.size > 0 && memcmp(shown.root, kept->root, LEN) != 0)
		another_past(witness, &shown, bytes_of(&note), finding);
	else if (shown.size == followed->size)
		stay(witness, &shown, bytes_of(&note), finding);
	else
		grow(witness, &shown, bytes_of(&note), finding);
}
