#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "govern/letter.h"
#include "govern/letter_template.h"
#include "govern/letterwire.h"
#include "govern/target.h"
#include "proc/core_courier.h"

#define LOOK_MS 500
#define UNDER_WAY_MAX 8
#define NOTES_MAX 16
#define LEASE_US (INT64_C(10) * 60 * 1000000)
#define PAUSE_FIRST_US INT64_C(2000000)
#define PAUSE_MOST_US (INT64_C(5) * 60 * 1000000)

/* What is to be recorded of a letter that was looked at. */
struct note {
	struct id letter;
	bool spread;
	const char *words;      /* it can never be sent */
};

struct lease {
	struct id letter;
	bool mail;
	int64_t until_us;       /* monotonic */
};

struct core_courier {
	unsigned able;
	struct lease leases[UNDER_WAY_MAX];
	size_t lease_count;
	struct note notes[NOTES_MAX];
	size_t note_count;
	int64_t pause_us, mail_at_us;
};

struct looking {
	struct core_teller *teller;
	struct core_courier *courier;
	struct row_context rows;
};

/* ---- leases ---- */

static struct lease *lease_find(struct core_courier *courier, struct id letter)
{
	for (size_t i = 0; i < courier->lease_count; i++)
		if (id_equal(courier->leases[i].letter, letter))
			return &courier->leases[i];
	return NULL;
}

static void leases_expire(struct core_courier *courier)
{
	for (size_t i = 0; i < courier->lease_count;)
		if (clock_mono_us() >= courier->leases[i].until_us)
			courier->leases[i] = courier->leases[--courier->lease_count];
		else
			i++;
}

static void note(struct core_courier *courier, struct id letter, bool spread, const char *words)
{
	if (courier->note_count < NOTES_MAX) /* else the next look */
		courier->notes[courier->note_count++] = (struct note){letter, spread, words};
}

/* ---- sending ---- */

static err say(struct looking *looking, const struct letterwire *frame)
{
	struct core_courier *courier = looking->courier;
	OWN(buf) message = {0};

	TRY(letterwire_put(&message, frame));
	TRY(core_teller_say(looking->teller, bytes_of(&message)));
	courier->leases[courier->lease_count++] = (struct lease){
		.letter = frame->letter, .mail = frame->kind == LETTERWIRE_MAIL, .until_us = clock_mono_us() + LEASE_US,
	};
	return OK;
}

static struct letter_service service_of(const struct core_teller *teller)
{
	const struct compartment *compartment = core_teller_compartment(teller);

	return (struct letter_service){.url = compartment->url, .ja = compartment->title_ja, .en = compartment->title_en};
}

static err send_mail(void *context, const struct letter *letter)
{
	struct looking *looking = context;
	const struct letter_template *template = letter_template_of(letter->kind);
	const struct letter_service service = service_of(looking->teller);
	struct letterwire frame = {.kind = LETTERWIRE_MAIL, .letter = letter->row.id, .at_us = letter->created_at};
	OWN(buf) subject = {0};
	OWN(buf) body = {0};
	err e;

	if (letter->roles != 0) {
		note(looking->courier, letter->row.id, true, NULL);
		return OK;
	}
	if (lease_find(looking->courier, letter->row.id) != NULL || looking->courier->lease_count == UNDER_WAY_MAX)
		return OK;
	e = template == NULL ? FAIL(NOT_FOUND) : letter_address(&looking->rows, letter, &frame.name);
	if (err_is(e, ERR_NOT_FOUND)) {
		note(looking->courier, letter->row.id, false, template == NULL ? "no such letter any more" : "no address");
		return OK;
	}
	TRY(e);
	e = letter_template_fill(template, letter->values, &service, &subject, &body);
	frame.text = bytes_of(&subject);
	frame.body = bytes_of(&body);
	if (err_is_ok(e))
		e = say(looking, &frame);
	if (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE)) {
		note(looking->courier, letter->row.id, false, "cannot be written");
		return OK;
	}
	return e;
}

static err send_hook(void *context, const struct letter *letter)
{
	struct looking *looking = context;
	const struct letter_template *template = letter_template_of(letter->kind);
	const struct letter_service service = service_of(looking->teller);
	struct letterwire frame = {.kind = LETTERWIRE_HOOK, .letter = letter->row.id, .at_us = letter->created_at, .topic = letter->kind};
	struct target target = {0};
	OWN(buf) body = {0};
	err e;

	if (lease_find(looking->courier, letter->row.id) != NULL || looking->courier->lease_count == UNDER_WAY_MAX)
		return OK;
	e = template == NULL ? FAIL(NOT_FOUND) : row_get(&looking->rows, &target_entity, letter->hook, &target);
	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && target.state != TARGET_ACTIVE)) {
		note(looking->courier, letter->row.id, false, "no such target any more");
		return OK;
	}
	TRY(e);
	TRY(letter_template_json(template, letter, &service, &body));
	frame.text = target.url;
	frame.data = target.secret;
	frame.body = bytes_of(&body);
	return say(looking, &frame);
}

/* ---- the record ---- */

static void settle(struct core_teller *teller, struct id letter, enum letter_outcome outcome, struct bytes words, struct bytes remote)
{
	struct value values[FIELD_MAX] = {{0}};
	int status;

	words.len = words.len > LETTER_WORDS_MAX ? LETTER_WORDS_MAX : words.len;
	remote.len = remote.len > LETTER_WORDS_MAX ? LETTER_WORDS_MAX : remote.len;
	core_teller_value(&letter_settle, values, "letter")->as.id = letter;
	core_teller_value(&letter_settle, values, "outcome")->as.choice = (int32_t)outcome;
	core_teller_value(&letter_settle, values, "words")->as.text = words;
	core_teller_value(&letter_settle, values, "remote")->as.text = remote;
	core_teller_carry_out(teller, &letter_settle, values, &status);
	if (status >= 400)
		log_warn("what became of a letter could not be recorded (%d); it is sent again", status);
}

static void spread(struct core_teller *teller, struct id letter)
{
	struct value values[FIELD_MAX] = {{0}};
	int status;

	core_teller_value(&letter_spread, values, "letter")->as.id = letter;
	core_teller_carry_out(teller, &letter_spread, values, &status);
	if (status >= 400)
		log_warn("a letter to many could not be spread (%d); it is tried again", status);
}

static void record_notes(struct core_teller *teller)
{
	struct core_courier *courier = core_teller_context(teller);

	for (size_t i = 0; i < courier->note_count; i++)
		if (courier->notes[i].spread)
			spread(teller, courier->notes[i].letter);
		else
			settle(teller, courier->notes[i].letter, LETTER_HAS_FAILED, bytes_str(courier->notes[i].words), (struct bytes){0});
	if (courier->note_count > 0)
		core_teller_soon(teller);
	courier->note_count = 0;
}

static err look(struct core_teller *teller)
{
	struct core_courier *courier = core_teller_context(teller);
	struct looking looking = {.teller = teller, .courier = courier};
	int64_t now_us = clock_now_us();
	err e = OK;

	if (core_teller_compartment(teller)->probe) /* T4: nothing of it leaves */
		return OK;
	leases_expire(courier);
	TRY(core_teller_read(teller, &looking.rows));
	if ((courier->able & LETTERWIRE_MAILS) != 0 && clock_mono_us() >= courier->mail_at_us)
		e = letter_due(&looking.rows, LETTER_MAIL, now_us, UNDER_WAY_MAX * 2, send_mail, &looking);
	if (err_is_ok(e) && (courier->able & LETTERWIRE_HOOKS) != 0)
		e = letter_due(&looking.rows, LETTER_WEBHOOK, now_us, UNDER_WAY_MAX * 2, send_hook, &looking);
	core_teller_read_end(teller);
	record_notes(teller);
	return e;
}

/* ---- what comes back ---- */

/* The relay is not there: a while, then one letter tries. */
static void relay_absent(struct core_courier *courier)
{
	courier->pause_us = courier->pause_us == 0 ? PAUSE_FIRST_US : courier->pause_us * 2;
	if (courier->pause_us > PAUSE_MOST_US)
		courier->pause_us = PAUSE_MOST_US;
	courier->mail_at_us = clock_mono_us() + courier->pause_us;
}

static err take_result(struct core_teller *teller, const struct letterwire *frame)
{
	struct core_courier *courier = core_teller_context(teller);
	struct lease *lease = lease_find(courier, frame->letter);
	enum letter_outcome outcome = LETTER_NOT_YET;
	bool mail;

	if (lease == NULL) /* said twice, or too late: then it goes again */
		return OK;
	mail = lease->mail;
	*lease = courier->leases[--courier->lease_count];
	if (frame->outcome == LETTERWIRE_TAKEN)
		outcome = mail ? LETTER_IS_SENT : LETTER_IS_DELIVERED;
	if (frame->outcome == LETTERWIRE_REFUSED)
		outcome = LETTER_HAS_FAILED;
	if (mail && frame->outcome == LETTERWIRE_ABSENT)
		relay_absent(courier);
	else if (mail)
		courier->pause_us = 0;
	settle(teller, frame->letter, outcome, frame->text, frame->name);
	core_teller_soon(teller);
	return OK;
}

static err take_able(struct core_teller *teller, const struct letterwire *frame)
{
	struct core_courier *courier = core_teller_context(teller);

	if ((frame->flags & ~(LETTERWIRE_MAILS | LETTERWIRE_HOOKS)) != 0)
		return FAIL(INVALID);
	courier->able = frame->flags;
	letter_leaves((frame->flags & LETTERWIRE_MAILS) != 0, (frame->flags & LETTERWIRE_HOOKS) != 0);
	core_teller_soon(teller);
	return OK;
}

static err take(struct core_teller *teller, struct bytes message)
{
	struct letterwire frame;

	TRY(letterwire_cut(message, &frame));
	switch (frame.kind) {
	case LETTERWIRE_ABLE:
		return take_able(teller, &frame);
	case LETTERWIRE_RESULT:
		return take_result(teller, &frame);
	case LETTERWIRE_BOUNCE:
		settle(teller, frame.letter, LETTER_HAS_BOUNCED, frame.text, (struct bytes){0});
		return OK;
	default:
		return FAIL(INVALID);
	}
}

static void lost(struct core_teller *teller)
{
	struct core_courier *courier = core_teller_context(teller);

	courier->able = 0;
	courier->lease_count = 0;
}

err core_courier_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_teller **out)
{
	struct core_teller_word word = {
		.peer = "courier", .message_max = LETTERWIRE_MAX, .look_ms = LOOK_MS, .take = take, .look = look, .lost = lost,
	};

	word.context = calloc(1, sizeof(struct core_courier)); /* as long as the process */
	return word.context != NULL ? core_teller_start(compartment, engine, channel, &word, out) : FAIL(UNAVAILABLE);
}
