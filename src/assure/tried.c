#include <stdio.h>
#include <string.h>

#include "assure/tried.h"

#define LOOKS 3          /* a second apart: who reads may see the record as it was a moment ago */
#define ITEM_HEAD "{\"index\":"
#define PAGES_MAX 12     /* of the record, of 200 entries each: what is looked for is of this run */

err tried_answered(struct trial *trial, const struct seen *seen)
{
	if (seen->status != 0 && seen->status != 429 && seen->status != 503)
		return OK;
	trial_unable(trial, "サービスが応答しないか、混み合っていました。", "The service did not answer, or was too busy.");
	return FAIL(UNAVAILABLE);
}

err tried_ask(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out)
{
	TRY(trial_ask(trial, who, method, path, json, out));
	return tried_answered(trial, out);
}

err tried_confirmed(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out)
{
	struct wish wish = {.who = who, .method = method, .path = path, .json = json};
	char token[96];
	char phrase[160];

	TRY(tried_ask(trial, who, method, path, json, out));
	if (out->status == 403 && strcmp(out->type, "step-up-required") == 0) {
		TRY(trial_prove(trial, who));
		TRY(tried_ask(trial, who, method, path, json, out));
	}
	if (out->status != 428)
		return OK;
	(void)snprintf(token, sizeof(token), "%s", trial_json_text(out, "confirm.token"));
	(void)snprintf(phrase, sizeof(phrase), "%s", trial_json_text(out, "confirm.phrase"));
	wish.confirm = token;
	wish.phrase = phrase[0] == '\0' ? NULL : phrase;
	TRY(trial_ask_raw(trial, &wish, out));
	return tried_answered(trial, out);
}

bool tried_is_refusal(const struct seen *seen)
{
	return seen->status == 403 || seen->status == 404;
}

/* One without a number is kept as well: it cannot be found, and is missed. */
void tried_note(struct tried *tried, const struct seen *seen)
{
	if (tried->count == TRIED_MAX)
		return;
	(void)snprintf(tried->entries[tried->count].request, sizeof(tried->entries[0].request), "%s", seen->request);
	tried->entries[tried->count++].status = seen->status;
}

err tried_fact(struct trial *trial, const char *name, char out[static TRIED_FACT_MAX])
{
	const char *text = trial_fact(trial, name);

	if (text == NULL)
		return FAIL(UNAVAILABLE);
	(void)snprintf(out, TRIED_FACT_MAX, "%s", text);
	return OK;
}

/* ---- lists ---- */

/* From a brace to the one that closes it; 0: it is not closed. What stands in strings does not count. */
static size_t object_len(struct bytes text)
{
	bool string = false;
	int depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (string) {
			i += c == '\\' ? 1 : 0;
			string = c != '"';
			continue;
		}
		string = c == '"';
		depth += c == '{' ? 1 : c == '}' ? -1 : 0;
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

bool tried_item(const struct seen *list, size_t *at, struct seen *item_out)
{
	static const char head[] = "\"items\":[";
	const uint8_t *start;
	struct bytes rest;
	size_t len;

	if (*at == 0) {
		start = list->body.len == 0 ? NULL : memmem(list->body.ptr, list->body.len, head, sizeof(head) - 1);
		if (start == NULL)
			return false;
		*at = (size_t)(start - list->body.ptr) + sizeof(head) - 1;
	}
	if (*at < list->body.len && list->body.ptr[*at] == ',')
		(*at)++;
	rest = (struct bytes){list->body.ptr + *at, list->body.len - *at};
	if (rest.len == 0 || rest.ptr[0] != '{' || (len = object_len(rest)) == 0)
		return false;
	*item_out = (struct seen){.body = {rest.ptr, len}};
	*at += len;
	return true;
}

/* ---- the record ---- */

err tried_overseer(struct trial *trial, const struct person **out)
{
	return trial_person(trial, trial_where(trial) == CHECK_PROVIDER ? "operator-admin" : "auditor", out);
}

static err page_of(struct trial *trial, const struct person *overseer, int64_t below, struct seen *out)
{
	const char *path = below < 0 ? "/v1/events?probe=yes&limit=200" :
	    trial_text(trial, "/v1/events?probe=yes&limit=200&cursor=%lld", (long long)below);

	TRY(tried_ask(trial, overseer, "GET", path, NULL, out));
	if (out->status == 200)
		return OK;
	trial_unable(trial, "記録簿を読めませんでした。", "The record could not be read.");
	return FAIL(UNAVAILABLE);
}

/* The item of a page in which `at` stands. */
static struct seen item_around(const struct seen *page, const uint8_t *at)
{
	const uint8_t *from = at;
	const uint8_t *end = page->body.ptr + page->body.len;
	struct seen item = {0};

	while (from > page->body.ptr && (end - from < (ptrdiff_t)sizeof(ITEM_HEAD) || memcmp(from, ITEM_HEAD, sizeof(ITEM_HEAD) - 1) != 0))
		from--;
	item.body = (struct bytes){from, (size_t)(end - from)};
	item.body.len = object_len(item.body);
	return item;
}

static void read_event(const struct seen *item, struct tried_event *out)
{
	*out = (struct tried_event){.index = trial_json_int(item, "index"), .outcome = (int)trial_json_int(item, "outcome")};
	(void)snprintf(out->operation, sizeof(out->operation), "%s", trial_json_text(item, "operation"));
	(void)snprintf(out->rule, sizeof(out->rule), "%s", trial_json_text(item, "rule"));
	(void)snprintf(out->actor, sizeof(out->actor), "%s", trial_json_text(item, "actor"));
	(void)snprintf(out->time, sizeof(out->time), "%s", trial_json_text(item, "time"));
}

/* A slow request leaves two: that it has begun (102), and what came of it, which is the one that counts. */
static bool event_on(const struct seen *page, const char *request, struct tried_event *out)
{
	struct bytes rest = page->body;
	char wanted[48];

	(void)snprintf(wanted, sizeof(wanted), "\"request\":\"%s\"", request);
	while (rest.len > 0) {
		const uint8_t *at = memmem(rest.ptr, rest.len, wanted, strlen(wanted));
		struct seen item;

		if (at == NULL)
			return false;
		item = item_around(page, at);
		read_event(&item, out);
		if (out->outcome >= 200)
			return true;
		at += strlen(wanted);
		rest = (struct bytes){at, (size_t)(page->body.ptr + page->body.len - at)};
	}
	return false;
}

static int64_t next_of(const struct seen *page)
{
	return trial_json_has(page, "next") ? trial_json_int(page, "next") : 0;
}

static err look_for(struct trial *trial, const struct person *viewer, const char *request, struct tried_event *out)
{
	struct seen page;
	int64_t below = -1;

	for (unsigned i = 0; i < PAGES_MAX && below != 0; i++) {
		TRY(page_of(trial, viewer, below, &page));
		if (event_on(&page, request, out))
			return OK;
		below = next_of(&page);
	}
	return FAIL(NOT_FOUND);
}

err tried_event(struct trial *trial, const struct person *viewer, const char *request, struct tried_event *out)
{
	err e;

	if (viewer == NULL)
		TRY(tried_overseer(trial, &viewer));
	e = look_for(trial, viewer, request, out);
	for (unsigned i = 0; i < LOOKS && err_is(e, ERR_NOT_FOUND); i++) {
		TRY(trial_wait(trial, 1));
		e = look_for(trial, viewer, request, out);
	}
	return e;
}

/* How many of the requests are on this page as they should; what was found is not looked for again. */
static void strike(const struct seen *page, const struct tried *tried, bool found[static TRIED_MAX], size_t *right, size_t *wrong)
{
	struct tried_event event;

	for (size_t i = 0; i < tried->count; i++) {
		if (found[i] || !event_on(page, tried->entries[i].request, &event))
			continue;
		found[i] = true;
		*(event.outcome == tried->entries[i].status ? right : wrong) += 1;
	}
}

struct count { size_t right, wrong; };

static err look_for_all(struct trial *trial, const struct person *overseer, const struct tried *tried, struct count *count)
{
	bool found[TRIED_MAX] = {false};
	struct seen page;
	int64_t below = -1;

	*count = (struct count){0, 0};
	for (unsigned i = 0; i < PAGES_MAX && below != 0 && count->right + count->wrong < tried->count; i++) {
		TRY(page_of(trial, overseer, below, &page));
		strike(&page, tried, found, &count->right, &count->wrong);
		below = next_of(&page);
	}
	return OK;
}

err tried_recorded(struct trial *trial, const struct tried *tried, const char *ja, const char *en)
{
	const struct person *overseer = NULL;
	struct count count;

	if (tried->count == 0)
		return OK;
	TRY(tried_overseer(trial, &overseer));
	TRY(look_for_all(trial, overseer, tried, &count));
	for (unsigned i = 0; i < LOOKS && count.right + count.wrong < tried->count; i++) {
		TRY(trial_wait(trial, 1));
		TRY(look_for_all(trial, overseer, tried, &count));
	}
	trial_step(trial, count.right == tried->count, 0, ja, en, "%zu/%zu", count.right, tried->count);
	return OK;
}

/* ---- what stands about one thing ---- */

err tried_events_of(struct trial *trial, const char *object, struct tried_event *list, size_t max, size_t *count_out)
{
	const struct person *overseer = NULL;
	struct seen page;
	struct seen item;
	size_t at = 0;
	size_t count = 0;

	TRY(tried_overseer(trial, &overseer));
	TRY(tried_ask(trial, overseer, "GET", trial_text(trial, "/v1/events?probe=yes&limit=200&object=%s", object), NULL, &page));
	while (count < max && tried_item(&page, &at, &item))
		read_event(&item, &list[count++]);
	for (size_t i = 0; i < count / 2; i++) { /* they came newest first */
		struct tried_event other = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = other;
	}
	*count_out = count;
	return OK;
}
