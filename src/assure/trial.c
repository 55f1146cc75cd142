#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "assure/trial.h"
#include "assure/trial_int.h"
#include "assure/trial_link.h"
#include "base/clock.h"
#include "entity/json.h"

#define PROOF_FRESH_US INT64_C(480000000)  /* a step-up is asked for after 15 minutes at the soonest */
#define LINES_MAX 24                       /* header lines of one request */
#define LINE_MAX 1024
#define CODE_TRIES 4

/* ---- what was tried and seen ---- */

void trial_step(struct trial *trial, bool ok, unsigned objects, const char *ja, const char *en, const char *seen_format, ...)
{
	va_list words;

	va_start(words, seen_format);
	steps_add_format(&trial->steps, ok, objects, ja, en, seen_format, words);
	va_end(words);
}

void trial_unable(struct trial *trial, const char *ja, const char *en)
{
	steps_unable(&trial->steps, ja, en);
}

bool trial_expect(struct trial *trial, const struct seen *seen, int status, const char *type, const char *ja, const char *en)
{
	bool ok = seen->status == status && (type == NULL || strcmp(seen->type, type) == 0);

	trial_step(trial, ok, 1, ja, en, "%d%s%s", seen->status, seen->type[0] == '\0' ? "" : " ", seen->type);
	return ok;
}

const char *trial_text(struct trial *trial, const char *format, ...)
{
	char *text = trial->texts[trial->next_text++ % TRIAL_TEXTS];
	va_list words;
	int len;

	va_start(words, format);
	len = vsnprintf(text, TRIAL_TEXT_MAX, format, words);
	va_end(words);
	REQUIRE(len >= 0 && len < TRIAL_TEXT_MAX);
	return text;
}

/* ---- where we are ---- */

const char *trial_compartment(const struct trial *trial)
{
	return trial->compartment;
}

unsigned trial_where(const struct trial *trial)
{
	return trial->where;
}

bool trial_is_demo(const struct trial *trial)
{
	return trial->demo;
}

const char *trial_known(const struct trial *trial, const char *name)
{
	for (size_t i = 0; i < trial->fact_count; i++)
		if (strcmp(trial->facts[i].name, name) == 0)
			return trial->facts[i].text;
	return NULL;
}

const char *trial_fact(struct trial *trial, const char *name)
{
	const char *text = trial_known(trial, name);

	if (text == NULL)
		trial_unable(trial, trial_text(trial, "検査に使うもの（%s）がまだ用意できていません。", name),
		    trial_text(trial, "What this check works with (%s) has not been made yet.", name));
	return text;
}

static err fact_keep(struct trial *trial, const char *name, const char *text)
{
	struct trial_fact *fact = NULL;

	for (size_t i = 0; i < trial->fact_count; i++)
		if (strcmp(trial->facts[i].name, name) == 0)
			fact = &trial->facts[i];
	if (fact == NULL) {
		if (trial->fact_count == TRIAL_FACTS)
			return FAIL(TOO_LARGE);
		fact = &trial->facts[trial->fact_count++];
	}
	if (snprintf(fact->name, sizeof(fact->name), "%s", name) >= (int)sizeof(fact->name) ||
	    snprintf(fact->text, sizeof(fact->text), "%s", text) >= (int)sizeof(fact->text))
		return FAIL(TOO_LARGE);
	return OK;
}

err trial_know(struct trial *trial, const char *name, const char *text)
{
	TRY(fact_keep(trial, name, text));
	return trial_link_say(trial, &(struct provewire){.kind = PROVEWIRE_FACT, .name = bytes_str(name), .text = bytes_str(text)});
}

const char *trial_setting(const struct trial *trial, const char *name)
{
	for (size_t i = 0; i < trial->setting_count; i++)
		if (strcmp(trial->settings[i].name, name) == 0)
			return trial->settings[i].text;
	return NULL;
}

err trial_wait(struct trial *trial, unsigned seconds)
{
	struct timespec rest = {.tv_sec = (time_t)seconds};

	if (clock_mono_us() + (int64_t)seconds * 1000000 > trial->until_us)
		return FAIL(INVALID);
	while (nanosleep(&rest, &rest) != 0)
		;
	return OK;
}

/* ---- requests ---- */

struct lines {
	const char *at[LINES_MAX + 1];
	char own[6][LINE_MAX];
	size_t count, own_count;
};

static err line_add(struct lines *lines, const char *name, const char *value)
{
	char *own;

	if (value == NULL)
		return OK;
	if (lines->count == LINES_MAX || lines->own_count == sizeof(lines->own) / sizeof(lines->own[0]))
		return FAIL(TOO_LARGE);
	own = lines->own[lines->own_count++];
	if (snprintf(own, LINE_MAX, "%s: %s", name, value) >= LINE_MAX)
		return FAIL(TOO_LARGE);
	lines->at[lines->count++] = own;
	return OK;
}

static err lines_of(const struct wish *wish, bool cookie, struct lines *lines)
{
	TRY(line_add(lines, "Accept-Language", "en"));
	TRY(line_add(lines, "Sec-Fetch-Site", wish->site != NULL ? wish->site : cookie ? "same-origin" : NULL));
	TRY(line_add(lines, "Confirm", wish->confirm));
	TRY(line_add(lines, "Confirm-Phrase", wish->phrase));
	TRY(line_add(lines, "Idempotency-Key", wish->key));
	for (size_t i = 0; wish->headers != NULL && wish->headers[i] != NULL; i++) {
		if (lines->count == LINES_MAX)
			return FAIL(TOO_LARGE);
		lines->at[lines->count++] = wish->headers[i];
	}
	return OK;
}

static err lone_connection(struct trial *trial, const struct wish *wish, struct ask **ask_out)
{
	struct tlsclient_target *target = &trial->lone_target;

	ask_free(&trial->lone);
	*target = trial->target;
	target->source = wish->source;
	if (wish->tls != NULL) {
		target->version_min = target->version_max = wish->tls->versions;
		if (wish->tls->versions != NULL && strcmp(wish->tls->versions, "1.3") == 0)
			target->suites_13 = wish->tls->suites;
		else
			target->suites = wish->tls->suites;
		target->groups = wish->tls->groups;
		if (wish->tls->name != NULL) {
			target->name = wish->tls->name;
			target->any_name = true;
		}
	}
	TRY(ask_open(target, TRIAL_ASK_MS, &trial->lone));
	*ask_out = trial->lone;
	return OK;
}

const struct tlsclient_info *trial_connection(const struct trial *trial)
{
	return ask_info(trial->lone != NULL ? trial->lone : trial->ask);
}

err trial_knock(struct trial *trial, struct bytes first, uint8_t *out, size_t max, size_t *got_out)
{
	return tlsclient_knock(&trial->target, first, clock_mono_us() + INT64_C(3000000), out, max, got_out);
}

/* The last segment of the problem's type. */
static void type_of(const struct ask_reply *reply, struct seen *seen)
{
	const char *type;
	const char *slash;

	if (strncmp(reply->type, "application/problem+json", 24) != 0)
		return;
	type = trial_json_text(seen, "type");
	slash = strrchr(type, '/');
	(void)snprintf(seen->type, sizeof(seen->type), "%s", slash == NULL ? type : slash + 1);
}

static void keep_head(const struct ask_reply *reply, struct seen *seen)
{
	size_t len = reply->head.len < sizeof(seen->headers) - 1 ? reply->head.len : sizeof(seen->headers) - 1;

	memcpy(seen->headers, reply->head.ptr, len);
	while (len < reply->head.len && len > 0 && seen->headers[len - 1] != '\n')
		len--;
	seen->headers[len] = '\0';
}

static void see(const struct ask_reply *reply, struct seen *seen)
{
	seen->status = reply->status;
	seen->body = reply->body;
	seen->cookie_set = reply->cookie_set && reply->cookie[0] != '\0';
	memcpy(seen->cookie, reply->cookie, sizeof(seen->cookie));
	memcpy(seen->request, reply->request, sizeof(seen->request));
	keep_head(reply, seen);
	type_of(reply, seen);
}

static err person_cookie(struct trial *trial, struct person *person, const char *cookie, bool proved)
{
	(void)snprintf(person->cookie, sizeof(person->cookie), "%s", cookie);
	person->alive = cookie[0] != '\0';
	if (proved)
		person->proved_us = clock_now_us();
	return trial_link_say(trial, &(struct provewire){
		.kind = PROVEWIRE_COOKIE, .at_us = person->proved_us, .name = bytes_str(person->cast), .text = bytes_str(person->cookie)});
}

/* A session's token may change at any reply: whoever has it next must know. */
static err follow(struct trial *trial, const struct person *who, const struct seen *seen)
{
	struct person *person;

	if (who == NULL || !seen->cookie_set || strcmp(who->cookie, seen->cookie) == 0)
		return OK;
	person = &trial->people[who - trial->people];
	return person_cookie(trial, person, seen->cookie, false);
}

err trial_ask_raw(struct trial *trial, const struct wish *wish, struct seen *out)
{
	struct lines lines = {.count = 0};
	const char *cookie = wish->cookie != NULL ? wish->cookie : wish->who != NULL ? wish->who->cookie : NULL;
	struct ask *ask = trial->ask;
	struct ask_reply reply;
	struct ask_request request = {.method = wish->method, .path = wish->path, .cookie = cookie};
	struct seen seen = {0};
	err e;

	*out = seen;
	TRY(lines_of(wish, cookie != NULL, &lines));
	request.headers = lines.at;
	if (wish->json != NULL) {
		request.body = bytes_str(wish->json);
		request.with_body = true;
	} else if (wish->raw_type != NULL) {
		request.body = wish->raw;
		request.type = wish->raw_type;
		request.with_body = true;
	}
	if (wish->source != NULL || wish->tls != NULL || wish->alone)
		TRY(lone_connection(trial, wish, &ask));
	e = ask_do(ask, &request, &reply);
	if (err_is(e, ERR_INVALID))
		return e; /* our own mistake, or an address that we may not come from */
	if (!err_is_ok(e))
		return FAIL(UNAVAILABLE);
	see(&reply, &seen);
	*out = seen;
	return wish->cookie != NULL ? OK : follow(trial, wish->who, out);
}

err trial_ask(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out)
{
	return trial_ask_raw(trial, &(struct wish){.who = who, .method = method, .path = path, .json = json}, out);
}

/* ---- people ---- */

static void take_text(char *out, size_t max, struct bytes text)
{
	size_t len = text.len < max - 1 ? text.len : max - 1;

	if (len > 0)
		memcpy(out, text.ptr, len);
	out[len] = '\0';
}

/* account and membership, in one text */
static err person_take(struct trial *trial, struct person *person, const char *cast, const struct provewire *told)
{
	if (told->outcome != CHECK_PASSED || told->body.len >= sizeof(person->password) || told->data.len >= sizeof(person->cookie))
		return FAIL(UNAVAILABLE);
	(void)trial;
	(void)snprintf(person->cast, sizeof(person->cast), "%s", cast);
	take_text(person->login, sizeof(person->login), told->text);
	take_text(person->password, sizeof(person->password), told->body);
	take_text(person->cookie, sizeof(person->cookie), told->data);
	person->factor = (told->flags & PROVEWIRE_FACTOR) != 0;
	person->proved_us = told->at_us;
	person->alive = false;
	person->known = true;
	return OK;
}

static err cannot(struct trial *trial, const char *cast)
{
	trial_unable(trial, trial_text(trial, "検査用のアカウント（%s）を使えません。", cast),
	    trial_text(trial, "The account made for checks (%s) cannot be used.", cast));
	return FAIL(UNAVAILABLE);
}

static err person_ask(struct trial *trial, const char *cast, enum provewire_kind question, struct person *person)
{
	struct provewire told;

	if (!err_is_ok(trial_link_ask(trial, &(struct provewire){.kind = question, .name = bytes_str(cast)}, PROVEWIRE_PERSON, &told)) ||
	    !err_is_ok(person_take(trial, person, cast, &told)))
		return cannot(trial, cast);
	return OK;
}

static err person_get(struct trial *trial, const char *cast, struct person **out)
{
	struct person *free_one = NULL;

	REQUIRE(strlen(cast) < TRIAL_CAST_MAX);
	for (size_t i = 0; i < TRIAL_PEOPLE; i++) {
		if (trial->people[i].known && strcmp(trial->people[i].cast, cast) == 0) {
			*out = &trial->people[i];
			return OK;
		}
		if (free_one == NULL && !trial->people[i].known)
			free_one = &trial->people[i];
	}
	if (free_one == NULL)
		return cannot(trial, cast);
	TRY(person_ask(trial, cast, PROVEWIRE_WHO, free_one));
	*out = free_one;
	return OK;
}

err trial_password(struct trial *trial, const char *cast, const char **password_out)
{
	struct person *person;

	TRY(person_get(trial, cast, &person));
	*password_out = person->password;
	return OK;
}

err trial_renew(struct trial *trial, const char *cast)
{
	struct person *person;

	TRY(person_get(trial, cast, &person));
	return person_ask(trial, cast, PROVEWIRE_RENEW, person);
}

void trial_forget(struct trial *trial, const char *cast)
{
	struct person *person;

	if (err_is_ok(person_get(trial, cast, &person)))
		err_ignore(person_cookie(trial, person, "", false)); /* the next one finds out by itself */
}

const char *trial_cookie(const struct person *who)
{
	return who->cookie;
}

/* "12": so many seconds until there is one that was not used. */
static unsigned seconds_to_wait(struct bytes text)
{
	unsigned seconds = 0;

	for (size_t i = 0; i < text.len && i < 3; i++)
		seconds = seconds * 10 + (unsigned)(text.ptr[i] - '0') % 10;
	return seconds == 0 ? 1 : seconds;
}

err trial_code(struct trial *trial, const char *cast, char code_out[static 16])
{
	struct person *person;
	struct provewire told;

	TRY(person_get(trial, cast, &person));
	for (int i = 0; i < CODE_TRIES; i++) {
		TRY(trial_link_ask(trial, &(struct provewire){.kind = PROVEWIRE_ASK_CODE, .name = bytes_str(cast)}, PROVEWIRE_CODE, &told));
		if (told.outcome == CHECK_PASSED) {
			take_text(code_out, 16, told.text);
			return OK;
		}
		if (told.outcome == CHECK_FAILED)
			break; /* it has no factor */
		TRY(trial_wait(trial, seconds_to_wait(told.text)));
	}
	return FAIL(UNAVAILABLE);
}

static err proof_json(struct trial *trial, const struct person *person, const struct sign_in *how, bool login, struct buf *body)
{
	char code[16] = "";
	struct json json;

	if (how->code != NULL)
		(void)snprintf(code, sizeof(code), "%s", how->code);
	else if (person->factor)
		TRY(trial_code(trial, person->cast, code));
	json_init(&json, body);
	json_object(&json, NULL);
	if (login)
		json_str(&json, "login", how->login != NULL ? how->login : person->login);
	json_str(&json, "password", how->password != NULL ? how->password : person->password);
	if (code[0] != '\0')
		json_str(&json, "totp", code);
	json_object_end(&json);
	TRY(json.state);
	return buf_u8(body, 0);
}

err trial_sign_in(struct trial *trial, const char *cast, const struct sign_in *how, struct seen *out, const struct person **person_out)
{
	struct wish wish = {
		.method = "POST", .path = "/v1/session", .source = how->source, .headers = how->headers, .site = how->site,
	};
	struct person *person;
	OWN(buf) body = {0};

	if (person_out != NULL)
		*person_out = NULL;
	TRY(person_get(trial, cast, &person));
	TRY(proof_json(trial, person, how, true, &body));
	wish.json = (const char *)body.ptr;
	TRY(trial_ask_raw(trial, &wish, out));
	if (out->status != 201 || !out->cookie_set)
		return OK;
	TRY(person_cookie(trial, person, out->cookie, true));
	if (person_out != NULL)
		*person_out = person;
	return OK;
}

/* A session from an earlier run, if it still answers. */
static err still_signed_in(struct trial *trial, struct person *person)
{
	struct seen seen;

	if (person->cookie[0] == '\0' || person->alive)
		return OK;
	TRY(trial_ask(trial, person, "GET", "/v1/me/operations", NULL, &seen));
	person->alive = seen.status == 200;
	return OK;
}

err trial_person(struct trial *trial, const char *cast, const struct person **out)
{
	struct person *person;
	struct seen seen;

	TRY(person_get(trial, cast, &person));
	TRY(still_signed_in(trial, person));
	if (!person->alive) {
		TRY(trial_sign_in(trial, cast, &(struct sign_in){0}, &seen, out));
		if (*out == NULL) {
			trial_unable(trial, trial_text(trial, "検査用のアカウント（%s）でサインインできません。", cast),
			    trial_text(trial, "The account made for checks (%s) cannot sign in (%d %s).", cast, seen.status, seen.type));
			return FAIL(UNAVAILABLE);
		}
	}
	*out = person;
	return OK;
}

err trial_prove(struct trial *trial, const struct person *who)
{
	struct person *person = &trial->people[who - trial->people];
	struct seen seen;
	OWN(buf) body = {0};

	if (clock_now_us() - person->proved_us < PROOF_FRESH_US)
		return OK;
	TRY(proof_json(trial, person, &(struct sign_in){0}, false, &body));
	TRY(trial_ask(trial, who, "POST", "/v1/session/step-up", (const char *)body.ptr, &seen));
	if (seen.status != 200)
		return cannot(trial, person->cast);
	return person_cookie(trial, person, seen.cookie_set ? seen.cookie : person->cookie, true);
}

/* ---- the core ---- */

static void steps_take(struct trial *trial, const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		for (unsigned n = 0; n < steps->lines[i].count && n < 10000; n++)
			steps_add(&trial->steps, steps->lines[i].ok, 0, steps->lines[i].ja, steps->lines[i].en, steps->lines[i].seen);
	/* Lines that are not well because something could not be tried have not failed. */
	trial->steps.failed = steps->failed;
	trial->steps.unable = trial->steps.unable || steps->unable;
	trial->steps.objects += steps->objects;
}

err trial_inspect(struct trial *trial, const char *name, struct bytes params, struct inspected *out)
{
	struct provewire told;
	struct steps steps;
	bool failed = trial->steps.failed;

	TRY(trial_link_ask(trial, &(struct provewire){.kind = PROVEWIRE_INSPECT, .name = bytes_str(name), .text = bytes_str(trial->name), .body = params},
	    PROVEWIRE_INSPECTED, &told));
	if (told.body.len == 0)
		return FAIL(UNAVAILABLE);
	TRY(provewire_cut_steps(told.body, &steps));
	steps_take(trial, &steps);
	trial->steps.failed = trial->steps.failed || failed;
	buf_clear(&trial->data);
	TRY(buf_append(&trial->data, told.data));
	*out = (struct inspected){.outcome = told.outcome, .objects = told.objects, .data = bytes_of(&trial->data)};
	return OK;
}
