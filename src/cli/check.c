/*
 * check - what the annex demands and how it is met, from a terminal or a script: through the same door as everybody.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/check_table.h"
#include "cli/cli.h"
#include "cli/door.h"
#include "cli/prompt.h"
#include "crypto/crypto.h"

#define SECRET_MAX 256
#define WAIT_US INT64_C(180000000)
#define POLL_NS 500000000

static const char help[] =
    "usage: sekimori check --url https://HOST[:PORT] --login NAME@CITY [--ca FILE] [--json] [--requirement ID | --run CHECK]\n"
    "Password and, when asked for, a code of the second factor are read from standard input, a line each.\n"
    "Exit: 0 all proven (or: the check passed), 1 something is failing, 3 something is out of date, 4 something is not proven yet\n"
    "(or: the check could not run), 2 wrong usage, 5 not reached or not signed in.\n";

struct session {
	const struct cli_options *options;
	struct door door;
	bool ja;
};

static int complain(const char *what)
{
	(void)fprintf(stderr, "check: %s\n%s", what, help);
	return CLI_USAGE;
}

static err sign_in(struct session *s)
{
	char password[SECRET_MAX] = "";
	char code[SECRET_MAX] = "";
	err e;

	if (!prompt_line(s->ja ? "パスワード" : "Password", password, sizeof(password)))
		return FAIL(UNAUTHENTICATED);
	e = door_sign_in(&s->door, s->options->login, password, "");
	if (err_is(e, ERR_SECOND_FACTOR) && prompt_line(s->ja ? "確認コード" : "Code of the second factor", code, sizeof(code)))
		e = door_sign_in(&s->door, s->options->login, password, code);
	wipe(password, sizeof(password));
	wipe(code, sizeof(code));
	return e;
}

/* ---- replies ---- */

/* NOT_FOUND, DENIED, CONFLICT as the server says; anything else that is no success: UNAVAILABLE. */
static err parse(const struct ask_reply *reply, json_t **json_out)
{
	json_t *json;

	switch (reply->status) {
	case 200: case 202: break;
	case 404: return FAIL(NOT_FOUND);
	case 403: return FAIL(DENIED);
	case 409: return FAIL(CONFLICT);
	default: return FAIL(UNAVAILABLE);
	}
	json = json_loadb((const char *)reply->body.ptr, reply->body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json)) {
		json_decref(json);
		return FAIL(UNAVAILABLE);
	}
	*json_out = json;
	return OK;
}

static err fetch(struct session *s, const char *path, json_t **json_out)
{
	struct ask_reply reply;

	TRY(door_get(&s->door, path, &reply));
	return parse(&reply, json_out);
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static void tell(const struct session *s, const json_t *reply, void (*table)(const json_t *reply, bool ja))
{
	char *text;

	if (!s->options->json) {
		table(reply, s->ja);
		return;
	}
	text = json_dumps(reply, JSON_COMPACT);
	printf("%s\n", text != NULL ? text : "{}");
	free(text);
}

/* ---- exit status ---- */

struct outcome {
	const char *name;
	int status;
};

/* The worst comes first. */
static const struct outcome outcomes[] = {
	{"failing", CLI_WRONG}, {"stale", CLI_STALE}, {"open", CLI_OPEN}, {"proven", CLI_DONE},
};
static const struct outcome states[] = {
	{"failed", CLI_WRONG}, {"stale", CLI_STALE}, {"passed", CLI_DONE},
};

static int status_of(const json_t *requirement)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(text_of(requirement, "status"), outcomes[i].name) == 0)
			return outcomes[i].status;
	return CLI_OPEN; /* a status that we do not know proves nothing */
}

static int status_of_all(const json_t *reply)
{
	const json_t *item;
	size_t index;
	bool seen[CLI_OPEN + 1] = {false};

	json_array_foreach(json_object_get(reply, "items"), index, item)
		seen[status_of(item)] = true;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (seen[outcomes[i].status])
			return outcomes[i].status;
	return CLI_OPEN; /* no demands: nothing is proven */
}

static int status_of_check(const json_t *check)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(text_of(check, "state"), states[i].name) == 0)
			return states[i].status;
	return CLI_OPEN;
}

/* ---- what is asked ---- */

static err see_all(struct session *s, int *status)
{
	json_t *reply;

	TRY(fetch(s, "/v1/requirements", &reply));
	tell(s, reply, check_table_all);
	*status = status_of_all(reply);
	json_decref(reply);
	return OK;
}

/* Ids are letters, digits, '.' and '-': anything else is not asked for. */
static bool is_id(const char *text)
{
	return text[0] != '\0' && strlen(text) <= 48 &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == strlen(text);
}

static err see_one(struct session *s, int *status)
{
	char path[128];
	json_t *reply;

	(void)snprintf(path, sizeof(path), "/v1/requirements/%s", s->options->requirement);
	TRY(fetch(s, path, &reply));
	tell(s, reply, check_table_requirement);
	*status = status_of(reply);
	json_decref(reply);
	return OK;
}

/* The result that came after it was asked for. TIMEOUT: none. */
static err wait_for(struct session *s, const char *path, const char *asked_at, json_t **check_out)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	int64_t end_us = clock_mono_us() + WAIT_US;

	do {
		json_t *check;

		TRY(fetch(s, path, &check));
		if (!json_is_true(json_object_get(check, "asked")) && strcmp(text_of(check, "last_at"), asked_at) >= 0) {
			*check_out = check;
			return OK;
		}
		json_decref(check);
		(void)nanosleep(&pause, NULL); /* the run is another process's; there is no event to wait for here */
	} while (clock_mono_us() < end_us);
	return FAIL(TIMEOUT);
}

/* When somebody else has asked for it, their result is awaited. What cannot run says so in its state. */
static err run_one(struct session *s, int *status)
{
	char path[128], run[160], asked_at[64];
	struct ask_reply reply;
	json_t *check = NULL;
	json_t *asked = NULL;
	err e;

	(void)snprintf(path, sizeof(path), "/v1/checks/%s", s->options->run);
	(void)snprintf(run, sizeof(run), "%s/run", path);
	TRY(fetch(s, path, &check)); /* it is known, and may be seen */
	TRY(door_post(&s->door, run, BYTES_LIT("{}"), &reply));
	e = parse(&reply, &asked);
	(void)snprintf(asked_at, sizeof(asked_at), "%s", err_is_ok(e) ? text_of(asked, "asked_at") : "");
	json_decref(asked);
	if (err_is_ok(e) || (err_is(e, ERR_CONFLICT) && json_is_true(json_object_get(check, "asked")))) {
		json_decref(check);
		check = NULL;
		e = wait_for(s, path, asked_at, &check);
	} else if (err_is(e, ERR_CONFLICT)) {
		e = OK; /* carried out a moment ago, or without a program yet */
	}
	if (err_is_ok(e)) {
		tell(s, check, check_table_check);
		*status = status_of_check(check);
	}
	json_decref(check);
	return e;
}

/* ---- all of it ---- */

static int say_trouble(const struct session *s, err e)
{
	if (err_is(e, ERR_NOT_FOUND))
		return complain(s->ja ? "そのような要件または検査はありません" : "there is no such requirement or check");
	(void)fprintf(stderr, "check: %s\n", s->ja ? err_row(e)->ja : err_row(e)->en);
	return CLI_UNREACHED;
}

static int carry_out(struct session *s)
{
	int status = CLI_UNREACHED;
	err e = sign_in(s);

	if (err_is_ok(e) && s->options->requirement != NULL)
		e = see_one(s, &status);
	else if (err_is_ok(e) && s->options->run != NULL)
		e = run_one(s, &status);
	else if (err_is_ok(e))
		e = see_all(s, &status);
	return err_is_ok(e) ? status : say_trouble(s, e);
}

int cli_check(const struct cli_options *options)
{
	static struct session s;
	struct ask_reply reply;
	struct ask_request leave = {.method = "DELETE", .path = "/v1/session"};
	int status;

	s = (struct session){.options = options, .ja = prompt_japanese()};
	if (options->url == NULL || options->login == NULL || (options->requirement != NULL && options->run != NULL))
		return complain("--url and --login are needed, and not both of --requirement and --run");
	if ((options->requirement != NULL && !is_id(options->requirement)) || (options->run != NULL && !is_id(options->run)))
		return complain("this is not an id");
	if (!err_is_ok(crypto_start()) || sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) != 0)
		return CLI_WRONG;
	if (!err_is_ok(door_open(options->url, options->ca, &s.door)))
		return complain("--url is not an address like https://HOST:PORT");
	status = carry_out(&s);
	leave.bearer = s.door.cookie;
	if (s.door.cookie[0] != '\0')
		err_ignore(ask_do(s.door.ask, &leave, &reply)); /* a session that is left ends by itself */
	door_close(&s.door);
	return status;
}
