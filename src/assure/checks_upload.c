/*
 * checks_upload - files that people attach: tried on a draft that is made for checks, by the ordinary way.
 *
 * Without a scanner nothing is shown here: then the check is unable, never passed.
 */
#include <stdio.h>
#include <string.h>

#include "assure/tried.h"
#include "base/clock.h"

#include "assure/checks_upload.h"

#define ID_TEXT 40
#define WAIT_S 40
#define TITLE "検査用の添付先"
#define FRESH_US (INT64_C(24) * 3600 * 1000000)
#define TEST_LEN 68
#define NAME "eicar.com"
#define FILE_MAX (TEST_LEN + 256)

/* The test file of the industry (EICAR), in two pieces, so that no scanner stumbles over this program. */
static void put_test(uint8_t out[static TEST_LEN])
{
	static const char *const pieces[] = {"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"};

	memcpy(out, pieces[0], strlen(pieces[0]));
	memcpy(out + strlen(pieces[0]), pieces[1], strlen(pieces[1]));
}

static uint32_t crc32_of(const uint8_t *bytes, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & (0u - (crc & 1)));
	}
	return ~crc;
}

static void little(struct buf *out, uint32_t value, size_t bytes, err *e)
{
	for (size_t i = 0; i < bytes; i++)
		if (err_is_ok(*e))
			*e = buf_u8(out, (uint8_t)(i < sizeof(value) ? value >> 8 * i : 0));
}

/* What the entry of an archive and the head of its part have in common: version, flags, method, time, date, sum, sizes, lengths. */
static void common(struct buf *out, uint32_t crc, err *e)
{
	little(out, 20, 2, e);
	little(out, 0, 8, e);
	little(out, crc, 4, e);
	little(out, TEST_LEN, 4, e);
	little(out, TEST_LEN, 4, e);
	little(out, sizeof(NAME) - 1, 2, e);
	little(out, 0, 2, e);
}

static void words(struct buf *out, const char *text, size_t len, err *e)
{
	if (err_is_ok(*e))
		*e = buf_append(out, (struct bytes){(const uint8_t *)text, len});
}

/* An archive (ZIP) that holds it, stored as it is. */
static err put_archive(const uint8_t *test, struct buf *out)
{
	uint32_t crc = crc32_of(test, TEST_LEN);
	size_t directory, end;
	err e = OK;

	words(out, "PK\3\4", 4, &e);
	common(out, crc, &e);
	words(out, NAME, sizeof(NAME) - 1, &e);
	words(out, (const char *)test, TEST_LEN, &e);
	directory = out->len;
	words(out, "PK\1\2", 4, &e);
	little(out, 20, 2, &e);
	common(out, crc, &e);
	little(out, 0, 10, &e);
	little(out, 0, 4, &e);
	words(out, NAME, sizeof(NAME) - 1, &e);
	end = out->len;
	words(out, "PK\5\6", 4, &e);
	little(out, 0, 4, &e);
	little(out, 1, 2, &e);
	little(out, 1, 2, &e);
	little(out, (uint32_t)(end - directory), 4, &e);
	little(out, (uint32_t)directory, 4, &e);
	little(out, 0, 2, &e);
	return e;
}

/* ---- the draft, and a file on it ---- */

struct uploading {
	const struct person *who;
	char draft[ID_TEXT];
	struct tried tried;
};

static err find_id(struct trial *trial, const struct person *who, const char *path, const char *member, const char *value, char id[static ID_TEXT])
{
	struct seen seen, item;
	size_t at = 0;

	id[0] = '\0';
	TRY(tried_ask(trial, who, "GET", path, NULL, &seen));
	while (id[0] == '\0' && tried_item(&seen, &at, &item))
		if (strcmp(trial_json_text(&item, member), value) == 0)
			(void)snprintf(id, ID_TEXT, "%s", trial_json_text(&item, "id"));
	return OK;
}

/* The same one every time; it is never published. */
static err find_draft(struct trial *trial, struct uploading *u)
{
	char kind[ID_TEXT];
	struct seen seen;

	TRY(trial_person(trial, "officer-admin", &u->who));
	TRY(find_id(trial, u->who, "/v1/announcement-kinds", "code", "city-notice", kind));
	if (kind[0] == '\0') {
		trial_unable(trial, "添付先にできる告知の種類が、ここにはありません。", "There is no kind of announcement here to attach anything to.");
		return FAIL(UNAVAILABLE);
	}
	TRY(find_id(trial, u->who, trial_text(trial, "/v1/announcements?kind=%s&state=draft&limit=200", kind), "title", TITLE, u->draft));
	if (u->draft[0] != '\0')
		return OK;
	TRY(tried_ask(trial, u->who, "POST", trial_text(trial, "/v1/announcement-kinds/%s/announcements", kind),
	    "{\"title\":\"" TITLE "\",\"body\":\"ファイルの検査を確かめるための下書きです。公開しません。\"}", &seen));
	trial_step(trial, seen.status == 201, 0, "検査用の下書きを用意した", "Made a draft for the check", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	(void)snprintf(u->draft, sizeof(u->draft), "%s", seen.status == 201 ? trial_json_text(&seen, "id") : "");
	return u->draft[0] != '\0' ? OK : FAIL(UNAVAILABLE);
}

static err send(struct trial *trial, const struct uploading *u, const char *name, struct bytes file, char id[static ID_TEXT])
{
	struct seen seen;
	struct wish put = {.who = u->who, .method = "PUT", .raw = file, .raw_type = "application/octet-stream"};

	id[0] = '\0';
	TRY(tried_ask(trial, u->who, "POST", "/v1/attachments",
	    trial_text(trial, "{\"object_kind\":\"announcement\",\"object\":\"%s\",\"name\":\"%s\",\"size\":%zu}", u->draft, name, file.len), &seen));
	if (seen.status == 201)
		(void)snprintf(id, ID_TEXT, "%s", trial_json_text(&seen, "id"));
	if (id[0] != '\0') {
		put.path = trial_text(trial, "/v1/attachments/%s/content?offset=0", id);
		TRY(trial_ask_raw(trial, &put, &seen));
		TRY(tried_answered(trial, &seen));
	}
	if (seen.status == 200)
		TRY(tried_ask(trial, u->who, "POST", trial_text(trial, "/v1/attachments/%s/finish", id), "{}", &seen));
	trial_step(trial, seen.status == 202, 0, "検査用のファイルを添付した", "Attached a file made for the check", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return seen.status == 202 ? OK : FAIL(UNAVAILABLE);
}

/* Its last state stands in `out`. UNAVAILABLE: there is no scanner, and the trial has said so. */
static err wait_verdict(struct trial *trial, const struct uploading *u, const char *id, struct seen *out)
{
	for (unsigned i = 0; i < WAIT_S; i++) {
		TRY(tried_ask(trial, u->who, "GET", trial_text(trial, "/v1/attachments/%s", id), NULL, out));
		if (strcmp(trial_json_text(out, "state"), "scanning") != 0)
			return OK;
		if (trial_json_bool(out, "waiting"))
			break;
		TRY(trial_wait(trial, 1));
	}
	trial_unable(trial, "ウイルス検査のソフト（ClamAV）が応答しません。ファイルは検査を待ち、だれも開けません。",
	    "The scanner (ClamAV) does not answer; files wait for it, and nobody can open them.");
	return FAIL(UNAVAILABLE);
}

static err take_away(struct trial *trial, const struct uploading *u, const char *id)
{
	struct seen seen;

	if (id[0] == '\0')
		return OK;
	TRY(tried_ask(trial, u->who, "DELETE", trial_text(trial, "/v1/attachments/%s", id), NULL, &seen));
	trial_step(trial, seen.status == 204, 0, "検査用のファイルを取り除いた", "Removed the file made for the check", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

/* ---- DT-7: upload-test-malware-refused ---- */

static err must_be_kept_away(struct trial *trial, struct uploading *u, const char *name, const char *id)
{
	struct seen seen;

	TRY(wait_verdict(trial, u, id, &seen));
	trial_step(trial, strcmp(trial_json_text(&seen, "state"), "infected") == 0 && trial_json_text(&seen, "found")[0] != '\0' &&
	    trial_json_text(&seen, "scanned_at")[0] != '\0', 1, "検査用の有害ファイルは、そのままでも、名前を変えても、圧縮しても、隔離される",
	    "The harmless test file is kept away: plain, under another name and in an archive", "%s: %s %s", name, trial_json_text(&seen, "state"),
	    trial_json_text(&seen, "found"));
	TRY(tried_ask(trial, u->who, "GET", trial_text(trial, "/v1/attachments/%s/content", id), NULL, &seen));
	trial_step(trial, seen.status == 409 && memmem(seen.body.ptr, seen.body.len, "EICAR", 5) == NULL, 1, "隔離されたファイルは受け取れない",
	    "What is kept away cannot be retrieved", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	tried_note(&u->tried, &seen);
	return OK;
}

static err try_test(struct trial *trial, struct uploading *u, const char *name, struct bytes file)
{
	char id[ID_TEXT];
	err e = send(trial, u, name, file, id);

	if (err_is_ok(e))
		e = must_be_kept_away(trial, u, name, id);
	if (err_is_ok(take_away(trial, u, id)))
		return e;
	return err_is_ok(e) ? FAIL(UNAVAILABLE) : e;
}

/* D1: the same way lets through what is harmless. */
static err must_pass(struct trial *trial, const struct uploading *u, const char *id, struct bytes file, struct seen *judged_out)
{
	struct seen seen;

	TRY(wait_verdict(trial, u, id, judged_out));
	trial_step(trial, strcmp(trial_json_text(judged_out, "state"), "clean") == 0, 0, "害のないファイルは、検査を通る", "A harmless file passes the scan", "%s",
	    trial_json_text(judged_out, "state"));
	TRY(tried_ask(trial, u->who, "GET", trial_text(trial, "/v1/attachments/%s/content", id), NULL, &seen));
	trial_step(trial, seen.status == 200 && bytes_equal(seen.body, file), 0, "検査を通ったファイルは、そのまま受け取れる",
	    "What has passed can be retrieved as it was", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

#define HARMLESS BYTES_LIT("検査のための文です。\n")

static err harmless(struct trial *trial, struct uploading *u)
{
	char id[ID_TEXT];
	struct seen judged;
	err e = send(trial, u, "harmless.txt", HARMLESS, id);

	if (err_is_ok(e))
		e = must_pass(trial, u, id, HARMLESS, &judged);
	if (err_is_ok(take_away(trial, u, id)))
		return e;
	return err_is_ok(e) ? FAIL(UNAVAILABLE) : e;
}

static err malware_refused(struct trial *trial)
{
	static struct uploading u; /* one run a process */
	uint8_t test[TEST_LEN];
	OWN(buf) archive = {0};

	put_test(test);
	TRY(put_archive(test, &archive));
	TRY(find_draft(trial, &u));
	TRY(harmless(trial, &u));
	TRY(try_test(trial, &u, NAME, (struct bytes){test, sizeof(test)}));
	TRY(try_test(trial, &u, "report.pdf", (struct bytes){test, sizeof(test)}));
	TRY(try_test(trial, &u, "files.zip", bytes_of(&archive)));
	return tried_recorded(trial, &u.tried, "隔離したファイルを求めたことは記録簿に残っている", "That what is kept away was asked for stands in the record");
}

/* ---- DT-7: scanner-signatures-newer-than ---- */

/* judged: what the service says of a file that has just been scanned. */
static void look_at_age(struct trial *trial, const struct seen *judged)
{
	const char *engine = trial_text(trial, "%s", trial_json_text(judged, "engine"));
	const char *of = trial_json_text(judged, "signatures_at");
	int64_t at_us = 0;

	if (of[0] == '\0' || !err_is_ok(clock_time_parse(bytes_str(of), &at_us))) {
		trial_unable(trial, trial_text(trial, "ウイルス検査のソフト（%s）が、定義ファイルの日時を示しません。", engine),
		    trial_text(trial, "The scanner (%s) does not say how old its definitions are.", engine));
		return;
	}
	trial_step(trial, at_us > clock_now_us() - FRESH_US, 1, "ウイルスの定義ファイルは24時間以内のもの", "The scanner's definitions are not older than 24 hours", "%s, %s",
	    engine, of);
}

static err signatures_fresh(struct trial *trial)
{
	static struct uploading u; /* one run a process */
	char id[ID_TEXT];
	struct seen judged;
	err e;

	TRY(find_draft(trial, &u));
	e = send(trial, &u, "harmless.txt", HARMLESS, id);
	if (err_is_ok(e))
		e = wait_verdict(trial, &u, id, &judged);
	if (err_is_ok(e))
		look_at_age(trial, &judged);
	if (err_is_ok(take_away(trial, &u, id)))
		return e;
	return err_is_ok(e) ? FAIL(UNAVAILABLE) : e;
}

/* Signatures are the machine's: asked for once. */
const struct check checks_upload[] = {
	{.id = "upload-test-malware-refused", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = malware_refused, .seconds = 240}, /* K-52 S-71 T-6.5 */
	{.id = "scanner-signatures-newer-than", .where = CHECK_PROBE, .run = signatures_fresh, .seconds = 90},                /* K-52 S-71 T-6.5 */
	{0},
};
