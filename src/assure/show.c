#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "assure/steps.h"
#include "assure/waits.h"

#include "assure/show.h"

#define SECOND_US INT64_C(1000000)

static const char *const leads[] = {
	"clock-offset-within", "listener-equals-allow-list", "crypto-known-answers-pass", "unlisted-algorithm-refused",
	"stored-algorithms-all-listed", "tls-only-cryptrec-suites", "tls-certificate-days-left", "compartment-breach-contained",
	"direct-database-read-refused", "outbound-unlisted-refused", "program-digest-equals-release", "setting-without-change-record-none",
};

#define LEAD_COUNT (sizeof(leads) / sizeof(leads[0]))

size_t show_lead_count(void)
{
	return LEAD_COUNT;
}

const struct catalogue_check *show_lead(size_t index)
{
	return catalogue_check_find(leads[index]);
}

bool show_leads(const struct catalogue_check *check)
{
	for (size_t i = 0; i < LEAD_COUNT; i++)
		if (strcmp(leads[i], check->id) == 0)
			return true;
	return false;
}

void show_words(struct json *json, const char *name, const struct catalogue_words *words)
{
	json_object(json, name);
	json_str(json, "ja", words->ja);
	json_str(json, "en", words->en);
	json_object_end(json);
}

enum matrix_check show_check_state(const struct facts *facts, const struct catalogue_check *check)
{
	return matrix_check(check, &facts->known.runs[catalogue_check_index(check)], facts->known.now_us);
}

enum matrix_register show_register_state(const struct facts *facts, const struct catalogue_need *need)
{
	return matrix_register(need, &facts->known.books[catalogue_register_index(need->of)], facts->known.now_us);
}

static void show_step(struct json *json, const json_t *step)
{
	static const char *const texts[] = {"ja", "en", "seen"};

	json_object(json, NULL);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = json_string_value(json_object_get(step, texts[i]));

		json_str(json, texts[i], text != NULL ? text : "");
	}
	json_bool(json, "ok", json_is_true(json_object_get(step, "ok")));
	json_int(json, "count", json_integer_value(json_object_get(step, "count")));
	json_object_end(json);
}

void show_steps(struct json *json, struct bytes steps)
{
	json_t *list = steps.len == 0 ? NULL : json_loadb((const char *)steps.ptr, steps.len, 0, NULL);

	json_array(json, "steps");
	for (size_t i = 0; json_is_array(list) && i < json_array_size(list); i++)
		show_step(json, json_array_get(list, i));
	json_array_end(json);
	json_decref(list);
}

static void show_waits(struct json *json, bool waits, const struct waits_words *words)
{
	if (!waits) {
		json_null(json, "waits_for");
		return;
	}
	json_object(json, "waits_for");
	json_str(json, "ja", words->ja);
	json_str(json, "en", words->en);
	json_object_end(json);
}

static void number_or_null(struct json *json, const char *name, bool there, int64_t value)
{
	if (there)
		json_int(json, name, value);
	else
		json_null(json, name);
}

void show_check(struct json *json, const struct facts *facts, const struct catalogue_check *check, enum show_depth depth)
{
	const size_t at = catalogue_check_index(check);
	const struct checkrow *row = &facts->rows[at];
	const bool ran = row->last_at != 0;
	struct waits_words words;
	bool waits = waits_for(check->id, &words);

	json_str(json, "id", check->id);
	json_str(json, "control", check->control->id);
	json_int(json, "every_s", check->every_s);
	json_str(json, "what", check->what);
	json_str(json, "state", matrix_check_names[show_check_state(facts, check)]);
	json_int(json, "objects", row->objects);
	json_time(json, "last_at", row->last_at);
	json_time(json, "next_at", ran ? row->last_at + check->every_s * SECOND_US : 0);
	number_or_null(json, "took_ms", ran, row->took_ms);
	json_time(json, "since", row->since);
	json_bool(json, "asked", checkrow_waiting(row, facts->known.now_us));
	json_bool(json, "runnable", facts->known.runs[at].subject);
	json_bool(json, "lead", show_leads(check));
	show_waits(json, waits, &words);
	number_or_null(json, "event", ran, row->event);
	if (depth == SHOW_STEPS)
		show_steps(json, row->steps);
}

void show_register(struct json *json, const struct facts *facts, const struct catalogue_need *need)
{
	const struct matrix_book *book = &facts->known.books[catalogue_register_index(need->of)];
	struct waits_words words;

	waits_for_register(need->of, &words);
	json_object(json, NULL);
	json_str(json, "name", need->of->name);
	show_words(json, "title", &need->of->title);
	json_str(json, "holds", need->of->holds);
	number_or_null(json, "valid_s", need->valid_s > 0, need->valid_s);
	json_str(json, "state", matrix_register_names[show_register_state(facts, need)]);
	json_int(json, "records", book->records);
	json_time(json, "oldest_at", book->oldest_us);
	show_waits(json, !book->kept, &words);
	json_object_end(json);
}

void show_say_check(const char *check, enum matrix_check state, struct show_said *said_out)
{
	static const struct catalogue_words reasons[MATRIX_CHECK_COUNT] = {
		[MATRIX_PASSED] = {"検査に合格しています。", "The check passes."},
		[MATRIX_FAILED] = {"直近の検査が不合格でした。", "The check failed on its last run."},
		[MATRIX_UNABLE] = {"直近の検査を行えませんでした。", "The check could not be carried out on its last run."},
		[MATRIX_PASSED_LONG_AGO] = {"合格した検査が古くなりました。", "The check passed too long ago."},
		[MATRIX_NEVER] = {"検査をまだ一度も行っていません。", "The check has not run yet."},
		[MATRIX_OFF] = {"検査が止められています。", "The check is switched off."},
		[MATRIX_NO_SUBJECT] = {"検査の対象がまだありません。", "What the check is about does not exist yet."},
	};
	struct waits_words words;

	(void)snprintf(said_out->ja, sizeof(said_out->ja), "%s", reasons[state].ja);
	(void)snprintf(said_out->en, sizeof(said_out->en), "%s", reasons[state].en);
	if (state == MATRIX_NO_SUBJECT && waits_for(check, &words)) {
		(void)snprintf(said_out->ja, sizeof(said_out->ja), "%sができるのを待っています。", words.ja);
		(void)snprintf(said_out->en, sizeof(said_out->en), "It waits for %s.", words.en);
	}
}

static void show_said(struct json *json, const struct show_said *said)
{
	json_str(json, "ja", said->ja);
	json_str(json, "en", said->en);
}

void show_reason(struct json *json, const char *check, enum matrix_check state)
{
	struct show_said said;

	show_say_check(check, state, &said);
	show_said(json, &said);
}

/* words with the register's title in place of its one %s */
static void fill(const char *words, const char *title, char text_out[static 400])
{
	const char *hole = strstr(words, "%s");

	(void)snprintf(text_out, 400, "%.*s%s%s", (int)(hole - words), words, title, hole + 2);
}

void show_say_register(const struct catalogue_register *of, enum matrix_register state, struct show_said *said_out)
{
	static const struct catalogue_words reasons[MATRIX_REGISTER_COUNT] = {
		[MATRIX_HELD] = {"「%s」の記録がそろっています。", "The register \"%s\" is in order."},
		[MATRIX_EMPTY] = {"「%s」に記録がありません。", "The register \"%s\" has no record."},
		[MATRIX_UNAPPROVED] = {"「%s」に承認されていない記録があります。", "The register \"%s\" has a record that is not approved."},
		[MATRIX_EXPIRED] = {"「%s」に確認の期限を過ぎた記録があります。", "The register \"%s\" has a record that was confirmed too long ago."},
		[MATRIX_NO_REGISTER] = {"登録簿「%s」の仕組みができるのを待っています。", "It waits for the register \"%s\"."},
	};

	fill(reasons[state].ja, of->title.ja, said_out->ja);
	fill(reasons[state].en, of->title.en, said_out->en);
}

void show_register_reason(struct json *json, const struct catalogue_register *of, enum matrix_register state)
{
	struct show_said said;

	show_say_register(of, state, &said);
	show_said(json, &said);
}
