#include <stdio.h>
#include <string.h>

#include "assure/cast.h"
#include "assure/tried.h"
#include "base/clock.h"

#include "assure/knock.h"

#define PATH_TEXT_MAX 512
#define STRANGE "no-such-member"
#define STRANGE_ID "0123456789abcdefghjkmnpqrs"

const char *const knock_answers[] = {
	[KNOCK_ENTERED] = "entered", [KNOCK_STRANGER] = "401", [KNOCK_DENIED] = "403", [KNOCK_ABSENT] = "404", [KNOCK_OTHER] = "other",
};

const char *const knock_names[] = {
	[KNOCK_ACCOUNT] = "account", [KNOCK_MEMBERSHIP] = "membership", [KNOCK_SESSION] = "session", [KNOCK_FACILITY] = "facility",
	[KNOCK_DEVICE] = "device", [KNOCK_CLASS] = "class", [KNOCK_CHILD] = "child", [KNOCK_GUARDIANSHIP] = "guardianship",
	[KNOCK_ABSENCE] = "absence", [KNOCK_ATTENDANCE] = "attendance", [KNOCK_RECOVERY] = "recovery", [KNOCK_IMPORT] = "import",
	[KNOCK_CHANGE] = "change", [KNOCK_LOG] = "log", [KNOCK_INDEX] = "index", [KNOCK_THINGS] = NULL,
};

/* ---- the things ---- */

static bool put(struct knock_things *things, enum knock_thing kind, const char *text)
{
	if (text != NULL)
		(void)snprintf(things->text[kind], KNOCK_TEXT_MAX, "%s", text);
	return things->text[kind][0] != '\0';
}

/* The first of a list; made by a POST when there is none and a body is given. */
static err first_of(struct trial *trial, const struct person *who, const char *list, const char *member, const char *make_at, const char *json,
    struct knock_things *things, enum knock_thing kind)
{
	struct seen seen;

	TRY(trial_ask(trial, who, "GET", list, NULL, &seen));
	if (seen.status != 200 || put(things, kind, trial_json_text(&seen, member)) || make_at == NULL)
		return OK;
	TRY(trial_ask(trial, who, "POST", make_at, json, &seen));
	if (seen.status == 201)
		(void)put(things, kind, trial_json_text(&seen, "id"));
	return OK;
}

static const char *fact(struct trial *trial, const char *of, const char *name)
{
	return trial_fact(trial, trial_text(trial, "%s%s", of, name));
}

static err gather_of_child(struct trial *trial, const struct person *principal, struct knock_things *things)
{
	const char *child = things->text[KNOCK_CHILD];
	struct seen seen;

	TRY(first_of(trial, principal, trial_text(trial, "/v1/children/%s/guardians?limit=1", child), "items.0.id", NULL, NULL, things, KNOCK_GUARDIANSHIP));
	TRY(first_of(trial, principal, trial_text(trial, "/v1/children/%s/attendance?limit=1", child), "items.0.id",
	    trial_text(trial, "/v1/facilities/%s/attendance", things->text[KNOCK_FACILITY]),
	    trial_text(trial, "{\"child\":\"%s\",\"kind\":\"in\"}", child), things, KNOCK_ATTENDANCE));
	TRY(trial_ask(trial, principal, "GET", trial_text(trial, "/v1/children/%s/history?limit=1", child), NULL, &seen));
	if (trial_json_has(&seen, "items.0.index"))
		(void)put(things, KNOCK_INDEX, trial_text(trial, "%lld", (long long)trial_json_int(&seen, "items.0.index")));
	return OK;
}

static err gather_of_facility(struct trial *trial, const struct person *principal, struct knock_things *things)
{
	const char *devices = trial_text(trial, "/v1/facilities/%s/devices", things->text[KNOCK_FACILITY]);

	TRY(first_of(trial, principal, devices, "items.0.id", devices, "{\"name\":\"検査用\"}", things, KNOCK_DEVICE));
	TRY(first_of(trial, principal, "/v1/sessions", "items.0.id", NULL, NULL, things, KNOCK_SESSION));
	TRY(first_of(trial, principal, "/v1/recoveries?limit=1", "items.0.id", NULL, NULL, things, KNOCK_RECOVERY));
	return first_of(trial, principal, "/v1/changes?limit=1", "items.0.id", NULL, NULL, things, KNOCK_CHANGE);
}

err knock_gather(struct trial *trial, const char *of, struct knock_things *out)
{
	const struct person *principal = NULL;
	const char *name = trial_text(trial, "%scompartment", of);

	memset(out, 0, sizeof(*out));
	if (!put(out, KNOCK_FACILITY, fact(trial, of, "facility-a")) || !put(out, KNOCK_CHILD, fact(trial, of, "child-a1")) ||
	    !put(out, KNOCK_CLASS, fact(trial, of, "class-a")) || !put(out, KNOCK_ABSENCE, fact(trial, of, "absence-a1")) ||
	    !put(out, KNOCK_ACCOUNT, fact(trial, of, "guardian-a1.account")) || !put(out, KNOCK_MEMBERSHIP, fact(trial, of, "guardian-a1.membership")))
		return FAIL(UNAVAILABLE);
	(void)put(out, KNOCK_LOG, of[0] == '\0' ? trial_compartment(trial) : trial_fact(trial, name));
	TRY(trial_person(trial, trial_text(trial, "%sprincipal-a", of), &principal));
	TRY(gather_of_child(trial, principal, out));
	return gather_of_facility(trial, principal, out);
}

/* ---- the address ---- */

static const char *today(struct trial *trial, bool month)
{
	int32_t date = clock_date_jst(clock_now_us());

	if (month)
		return trial_text(trial, "%04d-%02d", (int)(date / 10000), (int)(date / 100 % 100));
	return trial_text(trial, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

/* A value that fits an input which is no thing. */
static const char *some(struct trial *trial, const struct field *field)
{
	static const struct { const char *name, *value; } words[] = {
		{"tile", "0/000.p/1"}, {"bundle", "000.p/1"}, {"check", "proof-not-stale"}, {"requirement", "K-1"}, {"catalogue", "K"},
	};

	if (field->type == FIELD_DATE)
		return today(trial, false);
	if (field->type == FIELD_TIME)
		return trial_text(trial, "%sT00:00:00Z", today(trial, false));
	if (field->type == FIELD_ID)
		return STRANGE_ID;
	if (field->type == FIELD_INT)
		return trial_text(trial, "%lld", (long long)(field->min > 0 ? field->min : 0));
	if (field->type == FIELD_CHOICE)
		return field->choices[0];
	if (strcmp(field->name, "month") == 0)
		return today(trial, true);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, field->name) == 0)
			return words[i].value;
	return "-";
}

static const char *value_of(struct trial *trial, const struct field *field, const struct knock_things *things)
{
	for (size_t i = 0; knock_names[i] != NULL; i++)
		if (strcmp(knock_names[i], field->name) == 0)
			return things->text[i][0] == '\0' ? NULL : things->text[i];
	return field->refers != NULL ? NULL : some(trial, field);
}

static const struct input *input_of(const struct op *op, const char *name, size_t len)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->place == IN_PATH && strlen(in->field.name) == len && memcmp(in->field.name, name, len) == 0)
			return in;
	return NULL;
}

/* Appends; false: it does not fit. */
static bool append(char out[static PATH_TEXT_MAX], const char *text, size_t len)
{
	size_t at = strlen(out);

	if (len >= PATH_TEXT_MAX - at)
		return false;
	memcpy(out + at, text, len);
	out[at + len] = '\0';
	return true;
}

static bool write_path(struct trial *trial, const struct op *op, const struct knock_things *things, char out[static PATH_TEXT_MAX])
{
	for (const char *at = op->path; *at != '\0';) {
		size_t plain = strcspn(at, "{");
		const struct input *in;
		const char *value;
		size_t name;

		if (!append(out, at, plain))
			return false;
		at += plain;
		if (*at == '\0')
			break;
		name = strcspn(at + 1, "}");
		in = input_of(op, at + 1, name);
		value = in == NULL ? NULL : value_of(trial, &in->field, things);
		if (value == NULL || !append(out, value, strlen(value)))
			return false;
		at += name + 2;
	}
	return true;
}

static bool write_query(struct trial *trial, const struct op *op, const struct knock_things *things, char out[static PATH_TEXT_MAX])
{
	char mark = '?';

	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++) {
		const char *value;
		const char *one;

		if (in->place != IN_QUERY || !in->field.required)
			continue;
		value = value_of(trial, &in->field, things);
		if (value == NULL)
			return false;
		one = trial_text(trial, "%c%s=%s", mark, in->field.name, value);
		if (!append(out, one, strlen(one)))
			return false;
		mark = '&';
	}
	return true;
}

const char *knock_path(struct trial *trial, const struct op *op, const struct knock_things *things)
{
	char path[PATH_TEXT_MAX] = "";

	if (!write_path(trial, op, things, path) || !write_query(trial, op, things, path))
		return NULL;
	return trial_text(trial, "%s", path);
}

bool knock_about(const struct op *op)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->place == IN_PATH && (in->field.refers != NULL || strcmp(in->field.name, "log") == 0))
			return true;
	return false;
}

/* ---- asking ---- */

static bool takes_raw(const struct op *op)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->raw)
			return true;
	return false;
}

static bool told_of_strange(const struct seen *seen)
{
	return seen->status == 400 && memmem(seen->body.ptr, seen->body.len, STRANGE, strlen(STRANGE)) != NULL;
}

static enum knock_answer answer_of(const struct op *op, const struct seen *seen)
{
	if (op->kind == OP_READ ? seen->status >= 200 && seen->status < 300 : told_of_strange(seen))
		return KNOCK_ENTERED;
	/* Let in, but the last proof of who it is was too long ago for this one. */
	if (seen->status == 403 && strcmp(seen->type, "step-up-required") == 0)
		return KNOCK_ENTERED;
	switch (seen->status) {
	case 401: return KNOCK_STRANGER;
	case 403: return KNOCK_DENIED;
	case 404: return KNOCK_ABSENT;
	default: return KNOCK_OTHER;
	}
}

err knock(struct trial *trial, const struct op *op, const struct person *who, const char *path, struct seen *out, enum knock_answer *answer_out)
{
	struct wish wish = {.who = who, .method = op->method, .path = path};

	if (op->kind == OP_WRITE && takes_raw(op)) {
		wish.path = trial_text(trial, "%s%c" STRANGE "=1", path, strchr(path, '?') == NULL ? '?' : '&');
		wish.raw = BYTES_LIT("x");
		wish.raw_type = "application/octet-stream";
	} else if (op->kind == OP_WRITE) {
		wish.json = "{\"" STRANGE "\":1}";
	}
	TRY(trial_ask_raw(trial, &wish, out));
	TRY(tried_answered(trial, out));
	*answer_out = answer_of(op, out);
	return OK;
}

const char *knock_holder(const struct trial *trial, const struct op *op)
{
	static const char *const codes[] = {"principal-a", "officer-admin", "staff-a", "guardian-a1", "officer", "auditor", "operator-admin", "operator", NULL};

	for (size_t i = 0; codes[i] != NULL; i++) {
		const struct cast *cast = cast_find(codes[i], trial_where(trial));

		for (const struct grant *grant = op->grants; cast != NULL && grant != NULL && grant->roles != 0; grant++)
			if ((grant->roles & (1u << cast->role)) != 0)
				return codes[i];
	}
	return NULL;
}
