/*
 * The jobs behind attachments. Scanning goes on for as long as it takes: without a scanner a file waits, is tried again every
 * second, and says that it waits. A file at which the scanner breaks off time and again is kept away like one in which it finds something.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "govern/alert.h"
#include "govern/attachment_int.h"
#include "op/scanner.h"
#include "op/schedule.h"

struct scanning {
	struct scanner_verdict verdict;
	char digest[HASH_LEN * 2 + 1];
};

/* Of the file under way: one thread runs all jobs of a kind, one after the other. */
static struct {
	struct id attachment;
	unsigned times;
} broken;

static err digest_of(struct bytes file, char out[static HASH_LEN * 2 + 1])
{
	uint8_t digest[HASH_LEN];
	OWN(buf) hex = {0};

	TRY(hash_sha256(file, digest));
	TRY(hex_append(&hex, (struct bytes){digest, sizeof(digest)}));
	memcpy(out, hex.ptr, HASH_LEN * 2);
	out[HASH_LEN * 2] = '\0';
	return OK;
}

static err judge(struct job_run *run, const struct attachment *attachment, struct scanning *scanning)
{
	const struct stream stream = {.owner = attachment->row.id, .size = attachment->size, .received = attachment->received};
	OWN(buf) file = {0};

	TRY(stream_read(&run->rows, &stream, &file));
	TRY(digest_of(bytes_of(&file), scanning->digest));
	TRY(scanner_ask(run->compartment, bytes_of(&file), &scanning->verdict));
	if (scanning->verdict.verdict != SCANWIRE_BROKEN)
		return OK;
	if (!id_equal(broken.attachment, attachment->row.id)) {
		broken.attachment = attachment->row.id;
		broken.times = 0;
	}
	return ++broken.times < ATTACHMENT_BROKEN_MAX ? FAIL(UNAVAILABLE) : OK;
}

/* The scanner is asked for itself first: a file is not opened every second for nobody. */
static err look(struct job_run *run, const struct attachment *attachment, struct scanning *scanning)
{
	err e = scanner_ask(run->compartment, (struct bytes){0}, &scanning->verdict);

	if (err_is_ok(e) && scanning->verdict.verdict == SCANWIRE_PASSED)
		e = judge(run, attachment, scanning);
	if (err_is_ok(e) && scanning->verdict.verdict != SCANWIRE_ABSENT)
		return OK;
	if (!err_is_ok(e) && !err_is(e, ERR_UNAVAILABLE))
		return e;
	scanning->verdict = (struct scanner_verdict){.verdict = SCANWIRE_ABSENT};
	return attachment->waiting ? FAIL(UNAVAILABLE) : OK; /* that it waits is said once */
}

static err scan_gather(struct job_run *run)
{
	struct attachment attachment = {0};
	struct scanning *scanning;
	err e;

	if (run->state != NULL)
		return OK;
	e = row_get(&run->rows, &attachment_entity, run->job.object, &attachment);
	if (err_is(e, ERR_NOT_FOUND))
		return OK; /* the step ends the job */
	TRY(e);
	if (attachment.state != ATTACHMENT_SCANNING)
		return OK;
	scanning = calloc(1, sizeof(*scanning));
	if (scanning == NULL)
		return FAIL(UNAVAILABLE);
	e = look(run, &attachment, scanning);
	if (err_is_ok(e))
		run->state = scanning;
	else
		free(scanning);
	return e;
}

static void scan_forget(struct job_run *run)
{
	free(run->state);
	run->state = NULL;
}

static void take_verdict(const struct scanning *scanning, int64_t now_us, struct attachment *attachment)
{
	static const enum attachment_state states[SCANWIRE_VERDICT_COUNT] = {
		[SCANWIRE_ABSENT] = ATTACHMENT_SCANNING, [SCANWIRE_BROKEN] = ATTACHMENT_INFECTED, [SCANWIRE_FOUND] = ATTACHMENT_INFECTED,
		[SCANWIRE_FAILED] = ATTACHMENT_INFECTED, [SCANWIRE_TYPE] = ATTACHMENT_REFUSED, [SCANWIRE_PASSED] = ATTACHMENT_CLEAN,
	};
	const struct scanner_verdict *verdict = &scanning->verdict;

	attachment->state = (int32_t)states[verdict->verdict];
	attachment->waiting = verdict->verdict == SCANWIRE_ABSENT;
	if (attachment->waiting)
		return;
	attachment->media = (int32_t)verdict->media;
	attachment->digest = bytes_str(scanning->digest);
	attachment->engine = bytes_str(verdict->engine);
	attachment->found = bytes_str(verdict->verdict == SCANWIRE_BROKEN ? "the scanner breaks off" : verdict->found);
	attachment->signatures_at = verdict->signatures_us;
	attachment->scanned_at = now_us;
}

static err tell_infected(struct job_run *run, const struct attachment *attachment)
{
	struct alert_told told = {.on = ALERT_ON_UPLOAD, .what = "infected", .facility = attachment->facility, .probe = attachment->probe};
	char id[ID_TEXT_MAX];

	id_format(attachment->row.id, id);
	told.subject = bytes_str(id);
	return alert_tell(&run->rows, &told, run->now_us);
}

static err scan_step(struct job_run *run)
{
	struct scanning *scanning = run->state;
	struct attachment attachment = {0};
	err e = row_get(&run->rows, &attachment_entity, run->job.object, &attachment);

	run->done = err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && attachment.state != ATTACHMENT_SCANNING);
	if (run->done)
		return OK;
	TRY(e);
	if (scanning == NULL)
		return OK; /* the next gather looks */
	take_verdict(scanning, run->now_us, &attachment);
	run->done = !attachment.waiting;
	e = row_update(&run->rows, &attachment_entity, &attachment);
	if (err_is_ok(e) && attachment.state == ATTACHMENT_INFECTED)
		e = tell_infected(run, &attachment);
	scan_forget(run); /* its texts stood in the row until here */
	return e;
}

/* Its stored bytes are not what was received, or something of ours is wrong: nobody gets it. */
static err scan_fail(struct job_run *run)
{
	struct attachment attachment = {0};

	TRY(row_get(&run->rows, &attachment_entity, run->job.object, &attachment));
	if (attachment.state != ATTACHMENT_SCANNING)
		return OK;
	attachment.state = ATTACHMENT_REFUSED;
	attachment.waiting = false;
	attachment.found = BYTES_LIT("damaged");
	attachment.scanned_at = run->now_us;
	return row_update(&run->rows, &attachment_entity, &attachment);
}

/* Those whose job was lost with something else. state 1 = scanning */
static const struct statement not_scanned = {"attachment.not-scanned",
    "SELECT id FROM attachment WHERE state = 1 AND finished_at + 60000000 < :now"};

static const struct schedule scan_plan = {
	.ja = "検査されていない添付ファイルを検査に回す", .en = "Have attached files scanned that were not", .every_s = 60, .limit_s = 900,
	.missed = SCHEDULE_ONCE,
};

const struct job_kind attachment_job_scan = {
	.name = "attachment.scan-step",
	.overdue = &not_scanned,
	.schedule = &scan_plan,
	.patient = true,
	.gather = scan_gather,
	.step = scan_step,
	.fail = scan_fail,
	.forget = scan_forget,
};

/* ---- what nobody can read any more ---- */

/* state 0 = uploading, 3 = infected, 4 = refused, 5 = removed. A day, and thirty days. */
static const struct statement to_clean = {"attachment.to-clean",
    "SELECT id FROM attachment WHERE (state = 0 AND opened_at + 86400000000 < :now) OR state = 5"
    " OR (state IN (3, 4) AND received > 0 AND scanned_at + 2592000000000 < :now)"};

static err clean_end(struct job_run *run, struct attachment *attachment)
{
	run->done = true;
	if (attachment->state == ATTACHMENT_UPLOADING || attachment->state == ATTACHMENT_REMOVED)
		return row_delete(&run->rows, &attachment_entity, attachment);
	attachment->received = 0; /* that it was kept away stays known */
	return row_update(&run->rows, &attachment_entity, attachment);
}

static err clean_step(struct job_run *run)
{
	struct attachment attachment = {0};
	size_t chunks = 0;
	err e = row_get(&run->rows, &attachment_entity, run->job.object, &attachment);

	run->done = err_is(e, ERR_NOT_FOUND) ||
	    (err_is_ok(e) && (attachment.state == ATTACHMENT_CLEAN || attachment.state == ATTACHMENT_SCANNING));
	if (run->done)
		return OK;
	TRY(e);
	TRY(stream_remove(&run->rows, run->job.object, STREAM_REMOVE_MAX, &chunks));
	run->job.position += (int64_t)chunks;
	return chunks > 0 ? OK : clean_end(run, &attachment);
}

static const struct schedule clean_plan = {
	.ja = "だれも開けないファイルの中身を消す", .en = "Delete what nobody can open any more", .every_s = 600, .limit_s = 900,
	.missed = SCHEDULE_ONCE,
};

const struct job_kind attachment_job_clean = {
	.name = "attachment.clean-step",
	.overdue = &to_clean,
	.schedule = &clean_plan,
	.step = clean_step,
};
