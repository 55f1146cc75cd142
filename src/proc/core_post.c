#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "govern/letter.h"
#include "govern/letterwire.h"
#include "govern/post.h"
#include "proc/core_post.h"

#define LOOK_MS 250
#define PLACES_MAX 64
#define WAYS_MAX 512
#define SPREADS_MAX 16
#define ANSWER_US INT64_C(30000000)     /* then it is sent again, with the same id */
#define PAUSE_MOST_US INT64_C(30000000)
#define PAUSE_FIRST_US INT64_C(250000)
#define AT_ONCE 16

struct way {
	struct id letter;
	char place[LETTER_NAME_MAX + 1];
	int64_t until_us;       /* monotonic */
};

struct place {
	char name[LETTER_NAME_MAX + 1];
	int64_t pause_us;       /* how long it is left alone; 0: it is there */
	int64_t until_us;
};

struct core_post {
	bool places_known;
	char customers[LETTERWIRE_TEXT_MAX + 1], probe[LETTERWIRE_TOPIC_MAX + 1];
	struct place places[PLACES_MAX];
	size_t place_count;
	struct way ways[WAYS_MAX];
	size_t way_count;
	struct id spreads[SPREADS_MAX];
	bool spread_probe[SPREADS_MAX];
	size_t spread_count;
};

static bool copy(char *out, size_t max, struct bytes text)
{
	if (text.len >= max)
		return false;
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

/* ---- places ---- */

/* NULL: there is no room; then it waits. */
static struct place *place_of(struct core_post *post, struct bytes name)
{
	struct place *place;

	for (size_t i = 0; i < post->place_count; i++)
		if (bytes_is(name, post->places[i].name))
			return &post->places[i];
	if (post->place_count == PLACES_MAX)
		return NULL;
	place = &post->places[post->place_count];
	*place = (struct place){.pause_us = 0};
	if (!copy(place->name, sizeof(place->name), name))
		return NULL;
	post->place_count++;
	return place;
}

static void place_absent(struct place *place)
{
	place->pause_us = place->pause_us == 0 ? PAUSE_FIRST_US : place->pause_us * 2;
	if (place->pause_us > PAUSE_MOST_US)
		place->pause_us = PAUSE_MOST_US;
	place->until_us = clock_mono_us() + place->pause_us;
}

/* ---- what is under way ---- */

static struct way *way_find(struct core_post *post, struct id letter)
{
	for (size_t i = 0; i < post->way_count; i++)
		if (id_equal(post->ways[i].letter, letter))
			return &post->ways[i];
	return NULL;
}

static void way_end(struct core_post *post, struct way *way)
{
	*way = post->ways[--post->way_count];
}

static err send_letter(void *context, const struct letter *letter)
{
	struct core_teller *teller = context;
	struct core_post *post = core_teller_context(teller);
	struct letterwire frame = {
		.kind = LETTERWIRE_PARCEL, .letter = letter->row.id, .object = letter->object, .edition = letter->edition,
		.flags = letter->probe ? LETTERWIRE_PROBE : 0, .name = letter->place, .topic = letter->kind, .body = letter->values,
	};
	struct way *way = way_find(post, letter->row.id);
	OWN(buf) message = {0};

	if (way != NULL && clock_mono_us() < way->until_us)
		return OK;
	if (way == NULL) {
		if (post->way_count == WAYS_MAX)
			return OK;
		way = &post->ways[post->way_count];
		if (!copy(way->place, sizeof(way->place), letter->place))
			return OK;
		way->letter = letter->row.id;
		post->way_count++;
	}
	way->until_us = clock_mono_us() + ANSWER_US;
	TRY(letterwire_put(&message, &frame));
	return core_teller_say(teller, bytes_of(&message));
}

static err keep_spread(void *context, const struct letter *letter)
{
	struct core_post *post = core_teller_context(context);

	post->spread_probe[post->spread_count] = letter->probe;
	post->spreads[post->spread_count++] = letter->row.id;
	return OK;
}

struct looking {
	struct core_teller *teller;
	struct row_context rows;
	int64_t now_us;
};

static err look_at(void *context, struct bytes name)
{
	struct looking *looking = context;
	struct core_post *post = core_teller_context(looking->teller);
	struct place *place;

	if (bytes_is(name, POST_ALL))
		return letter_due_at(&looking->rows, name, looking->now_us, SPREADS_MAX, keep_spread, looking->teller);
	place = place_of(post, name);
	if (place == NULL || clock_mono_us() < place->until_us)
		return OK;
	return letter_due_at(&looking->rows, name, looking->now_us, AT_ONCE, send_letter, looking->teller);
}

/* ---- the record ---- */

static void settle(struct core_teller *teller, struct id letter, enum letter_outcome outcome, const char *words)
{
	struct value values[FIELD_MAX] = {{0}};
	int status;

	core_teller_value(&letter_settle, values, "letter")->as.id = letter;
	core_teller_value(&letter_settle, values, "outcome")->as.choice = (int32_t)outcome;
	core_teller_value(&letter_settle, values, "words")->as.text = bytes_str(words);
	core_teller_carry_out(teller, &letter_settle, values, &status);
	if (status >= 400)
		log_warn("what became of a letter could not be recorded (%d); it is sent again", status);
}

/* A customer has nobody to spread to. */
static void spread(struct core_teller *teller, struct id letter, bool probe)
{
	const struct core_post *post = core_teller_context(teller);
	struct value values[FIELD_MAX] = {{0}};
	int status;

	if (!core_teller_compartment(teller)->provider) {
		settle(teller, letter, LETTER_HAS_FAILED, "refused");
		return;
	}
	core_teller_value(&letter_spread, values, "letter")->as.id = letter;
	core_teller_value(&letter_spread, values, "places")->as.text = bytes_str(probe ? post->probe : post->customers); /* O4 */
	core_teller_carry_out(teller, &letter_spread, values, &status);
	if (status >= 400)
		log_warn("a letter to all could not be spread (%d); it is tried again", status);
}

static err look(struct core_teller *teller)
{
	struct core_post *post = core_teller_context(teller);
	struct looking looking = {.teller = teller, .now_us = clock_now_us()};
	err e;

	if (!post->places_known)
		return OK;
	post->spread_count = 0;
	TRY(core_teller_read(teller, &looking.rows));
	e = letter_places(&looking.rows, look_at, &looking);
	core_teller_read_end(teller);
	for (size_t i = 0; err_is_ok(e) && i < post->spread_count; i++)
		spread(teller, post->spreads[i], post->spread_probe[i]);
	return e;
}

/* ---- what comes ---- */

static err take_answer(struct core_teller *teller, const struct letterwire *answer)
{
	struct core_post *post = core_teller_context(teller);
	struct way *way = way_find(post, answer->letter);
	struct place *place;

	if (way == NULL) /* said twice, or too late */
		return OK;
	place = place_of(post, bytes_str(way->place));
	way_end(post, way);
	if (place != NULL && answer->outcome == LETTERWIRE_ABSENT) {
		place_absent(place);
		return OK;
	}
	if (place != NULL)
		place->pause_us = 0;
	if (answer->outcome == LETTERWIRE_TAKEN)
		settle(teller, answer->letter, LETTER_IS_DELIVERED, "");
	else
		settle(teller, answer->letter, answer->outcome == LETTERWIRE_LATER ? LETTER_NOT_YET : LETTER_HAS_FAILED,
		    answer->outcome == LETTERWIRE_LATER ? "later" : "refused");
	core_teller_soon(teller);
	return OK;
}

static enum letterwire_outcome receive(struct core_teller *teller, const struct letterwire *parcel)
{
	const struct op *op = &post_receive;
	struct value values[FIELD_MAX] = {{0}};
	int status;

	if (parcel->body.len > POST_BODY_MAX || parcel->edition < 1)
		return LETTERWIRE_REFUSED;
	core_teller_value(op, values, "from")->as.text = parcel->name;
	core_teller_value(op, values, "from_provider")->as.boolean = (parcel->flags & LETTERWIRE_PROVIDER) != 0;
	core_teller_value(op, values, "kind")->as.text = parcel->topic;
	core_teller_value(op, values, "object")->as.id = parcel->object;
	core_teller_value(op, values, "edition")->as.integer = parcel->edition;
	core_teller_value(op, values, "probe")->as.boolean = (parcel->flags & LETTERWIRE_PROBE) != 0;
	core_teller_value(op, values, "body")->as.text = parcel->body;
	core_teller_carry_out(teller, op, values, &status);
	if (status < 400)
		return LETTERWIRE_TAKEN;
	return status >= 500 || status == 429 || status == 408 ? LETTERWIRE_LATER : LETTERWIRE_REFUSED;
}

static err take_parcel(struct core_teller *teller, const struct letterwire *parcel)
{
	const struct letterwire frame = {
		.kind = LETTERWIRE_ANSWER, .letter = parcel->letter, .outcome = receive(teller, parcel), .name = parcel->name,
	};
	OWN(buf) message = {0};

	TRY(letterwire_put(&message, &frame));
	return core_teller_say(teller, bytes_of(&message));
}

static err take_places(struct core_teller *teller, const struct letterwire *frame)
{
	struct core_post *post = core_teller_context(teller);

	if (!bytes_is(frame->name, core_teller_compartment(teller)->name) ||
	    !copy(post->customers, sizeof(post->customers), frame->text) || !copy(post->probe, sizeof(post->probe), frame->topic))
		return FAIL(INVALID);
	post->places_known = true;
	core_teller_soon(teller);
	return OK;
}

static err take(struct core_teller *teller, struct bytes message)
{
	struct letterwire frame;

	TRY(letterwire_cut(message, &frame));
	switch (frame.kind) {
	case LETTERWIRE_PLACES:
		return take_places(teller, &frame);
	case LETTERWIRE_PARCEL:
		return take_parcel(teller, &frame);
	case LETTERWIRE_ANSWER:
		return take_answer(teller, &frame);
	default:
		return FAIL(INVALID);
	}
}

static void lost(struct core_teller *teller)
{
	struct core_post *post = core_teller_context(teller);

	post->way_count = 0;
	post->place_count = 0;
	post->places_known = false;
}

err core_post_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_teller **out)
{
	struct core_teller_word word = {
		.peer = "post", .message_max = LETTERWIRE_MAX, .look_ms = LOOK_MS, .take = take, .look = look, .lost = lost,
	};

	word.context = calloc(1, sizeof(struct core_post)); /* as long as the process */
	return word.context != NULL ? core_teller_start(compartment, engine, channel, &word, out) : FAIL(UNAVAILABLE);
}
