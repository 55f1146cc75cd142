#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#include "govern/recordpost.h"

#define FIELD_PREFIX "f_"
#define NUMBER_MAX 24

static err put_text(struct buf *out, const char *name, struct bytes text)
{
	return text.len == 0 ? OK : form_put(out, name, text);
}

static err put_number(struct buf *out, const char *name, int64_t number)
{
	char text[NUMBER_MAX];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	return form_put(out, name, bytes_str(text));
}

static err put_fields(struct bytes body, struct buf *out)
{
	struct member member;

	while (err_is_ok(members_next(&body, &member))) {
		char name[sizeof(FIELD_PREFIX) + MEMBERS_NAME_MAX];

		(void)snprintf(name, sizeof(name), FIELD_PREFIX "%.*s", (int)member.name.len, (const char *)member.name.ptr);
		TRY(form_put(out, name, member.text));
	}
	return OK;
}

err recordpost_send(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us)
{
	struct bytes customer = form_get(record->body, RECORDKIND_CUSTOMER);
	struct post_letter letter = {
		.to = POST_ALL, .kind = recordpost_kind.kind, .object = record->row.id, .edition = record->row.version, .probe = record->probe,
	};
	char name[40];
	OWN(buf) body = {0};

	if (kind->share == RECORDKIND_OWN)
		return OK;
	if (kind->share == RECORDKIND_NAMED) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)customer.len, (const char *)customer.ptr);
		letter.to = name;
	}
	TRY(form_put(&body, "register", bytes_str(kind->described.code)));
	TRY(form_put(&body, "state", bytes_str(record_states[record->state])));
	TRY(put_number(&body, "number", record->number));
	TRY(put_number(&body, "edition", record->edition));
	TRY(put_number(&body, "filed_at", record->filed_at));
	TRY(put_number(&body, "approved_at", record->approved_at));
	TRY(put_number(&body, "valid_from", record->valid_from));
	TRY(put_number(&body, "valid_until", record->valid_until));
	TRY(put_number(&body, "expires_at", record->expires_at));
	TRY(put_text(&body, "title", record->title));
	TRY(put_fields(record->body, &body));
	letter.body = bytes_of(&body);
	return post_put(c, &letter, now_us);
}

/* ---- here ---- */

static err take_number(struct bytes body, const char *name, int64_t max, int64_t *out)
{
	struct bytes text = form_get(body, name);
	char digits[NUMBER_MAX];
	char *end = NULL;
	long long number;

	if (text.len == 0 || text.len >= sizeof(digits))
		return FAIL(INVALID);
	memcpy(digits, text.ptr, text.len);
	digits[text.len] = '\0';
	number = strtoll(digits, &end, 10);
	if (*end != '\0' || number < 0 || number > max)
		return FAIL(INVALID);
	*out = number;
	return OK;
}

static err take_date(struct bytes body, const char *name, int32_t *out)
{
	int64_t number = 0;

	TRY(take_number(body, name, 99991231, &number));
	*out = (int32_t)number;
	return number == 0 || clock_weekday(*out) >= 0 ? OK : FAIL(INVALID);
}

static err take_state(struct bytes body, int32_t *out)
{
	static const enum record_state sent[] = {RECORD_IN_FORCE, RECORD_EXPIRED, RECORD_WITHDRAWN};
	struct bytes text = form_get(body, "state");

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
		if (bytes_is(text, record_states[sent[i]])) {
			*out = (int32_t)sent[i];
			return OK;
		}
	return FAIL(INVALID);
}

/* What the other side sends is judged by the description here, as if somebody had filled it in. */
static err take_fields(struct call *call, const struct recordkind *kind, struct bytes body, struct record *record)
{
	struct problems problems = {.language = LANGUAGE_EN};
	struct member member;
	OWN(buf) given = {0};
	OWN(buf) clean = {0};

	while (err_is_ok(members_next(&body, &member)))
		if (member.name.len > strlen(FIELD_PREFIX) && memcmp(member.name.ptr, FIELD_PREFIX, strlen(FIELD_PREFIX)) == 0)
			TRY(members_put(&given, (struct bytes){member.name.ptr + strlen(FIELD_PREFIX), member.name.len - strlen(FIELD_PREFIX)},
			    member.text));
	TRY(form_judge(&kind->form, bytes_of(&given), false, call->arena, &problems, &clean));
	return arena_copy(call->arena, bytes_of(&clean), &record->body);
}

static err take_all(struct call *call, const struct recordkind *kind, struct bytes body, struct record *record)
{
	TRY(take_state(body, &record->state));
	TRY(take_number(body, "number", INT32_MAX, &record->number));
	TRY(take_number(body, "edition", RECORD_EDITIONS_MAX, &record->edition));
	TRY(take_number(body, "filed_at", INT64_MAX, &record->filed_at));
	TRY(take_number(body, "approved_at", INT64_MAX, &record->approved_at));
	TRY(take_number(body, "expires_at", INT64_MAX, &record->expires_at));
	TRY(take_date(body, "valid_from", &record->valid_from));
	TRY(take_date(body, "valid_until", &record->valid_until));
	record->title = form_get(body, "title");
	record->editions = record->edition;
	return take_fields(call, kind, body, record);
}

static const struct recordkind *kind_of(const struct call *call, struct bytes code)
{
	char text[DESCRIBE_CODE_MAX + 1];
	const struct recordkind *kind;

	if (code.len == 0 || code.len > DESCRIBE_CODE_MAX)
		return NULL;
	(void)snprintf(text, sizeof(text), "%.*s", (int)code.len, (const char *)code.ptr);
	kind = recordkind_find(describe_id(RECORDKIND, text));
	return kind != NULL && describe_sent(&kind->described, call->compartment) ? kind : NULL;
}

/* What was confirmed was the edition that had come before. */
static void forget_confirmation(struct record *record)
{
	record->confirmed_at = 0;
	record->confirmed_by = (struct id){{0}};
	record->confirmed_name = (struct bytes){0};
}

static err take(struct call *call, const struct post_item *item)
{
	const struct recordkind *kind = kind_of(call, form_get(item->body, "register"));
	struct record record = {0};
	int64_t edition;
	err e;

	if (kind == NULL || !item->from_provider)
		return FAIL(INVALID);
	e = row_get(&call->rows, &record_entity, item->object, &record);
	if (err_is(e, ERR_NOT_FOUND))
		record = (struct record){.row.id = item->object, .origin = item->from, .probe = item->probe};
	else
		TRY(e);
	/* R3, and an id that was chosen to be one of ours */
	if (!bytes_equal(record.origin, item->from) || record.probe != item->probe)
		return FAIL(INVALID);
	record.description = describe_id(RECORDKIND, kind->described.code);
	edition = record.edition;
	TRY(take_all(call, kind, item->body, &record));
	if (record.edition != edition)
		forget_confirmation(&record);
	if (record.row.version == 0)
		TRY(row_insert(&call->rows, &record_entity, &record));
	else
		TRY(row_update(&call->rows, &record_entity, &record));
	return record_confirmation(&call->rows, kind, &record, call->now_us);
}

const struct post_kind recordpost_kind = {"record", take};
