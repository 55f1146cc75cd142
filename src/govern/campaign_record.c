#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "op/label.h"

#include "govern/campaign_record.h"
#include "govern/record.h"

#define NUMBER_TEXT_MAX 32

/* ---- before anything is filed: do the descriptions fit? ---- */

static bool gives(const struct campaignkind *kind, const char *field)
{
	for (size_t i = 0; i < kind->value_count; i++)
		if (strcmp(kind->values[i].field, field) == 0)
			return true;
	return false;
}

static err fits(const struct campaignkind *kind)
{
	const struct recordkind *into = recordkind_find(describe_id(RECORDKIND, kind->register_code));

	if (into == NULL || into->entity) {
		log_error("campaign %s files into %s, which is no register of records", kind->described.code, kind->register_code);
		return FAIL(INVALID);
	}
	for (size_t i = 0; i < into->form.count; i++)
		if (into->form.fields[i].required && !gives(kind, into->form.fields[i].name)) {
			log_error("campaign %s gives no %s, which register %s requires", kind->described.code, into->form.fields[i].name, kind->register_code);
			return FAIL(INVALID);
		}
	for (size_t i = 0; i < kind->value_count; i++)
		if (form_find(&into->form, bytes_str(kind->values[i].field)) == NULL) {
			log_error("campaign %s gives %s, which register %s does not have", kind->described.code, kind->values[i].field, kind->register_code);
			return FAIL(INVALID);
		}
	return OK;
}

err campaign_record_start(void)
{
	const struct campaignkind *kind;

	for (size_t i = 0; (kind = campaignkind_at(i)) != NULL; i++)
		if (kind->register_code != NULL)
			TRY(fits(kind));
	return OK;
}

/* ---- what goes in ---- */

struct filing {
	struct call *call;
	const struct campaignkind *kind;
	const struct campaign_task *task;
	struct campaign campaign;
	char text[NUMBER_TEXT_MAX];
};

static struct bytes number(struct filing *f, int64_t value)
{
	(void)snprintf(f->text, sizeof(f->text), "%" PRId64, value);
	return bytes_str(f->text);
}

static struct bytes day(struct filing *f, int64_t at_us)
{
	int32_t date = clock_date_jst(at_us);

	(void)snprintf(f->text, sizeof(f->text), "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
	return bytes_str(f->text);
}

static err unit_name(struct filing *f, struct bytes *out)
{
	if (id_is_zero(f->task->facility)) {
		*out = bytes_str(f->call->compartment->title_ja);
		return OK;
	}
	return label_of(&f->call->rows, "facility", f->task->facility, out);
}

static err login_of(struct filing *f, struct bytes *out)
{
	const struct entity *account = entity_find(BYTES_LIT("account"));
	const struct field *login = account != NULL ? entity_field(account, "login") : NULL;
	void *row;

	REQUIRE(login != NULL && login->type == FIELD_TEXT);
	row = arena_alloc(f->call->arena, account->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&f->call->rows, account, f->task->done_by, row));
	*out = *(const struct bytes *)field_in(row, login);
	return OK;
}

static err value_of(struct filing *f, const char *source, struct bytes *out)
{
	const struct { const char *name; int64_t number; } numbers[] = {
		{"count", f->task->examined}, {"keep", f->task->kept}, {"change", f->task->changed}, {"delete", f->task->deleted},
	};
	const struct { const char *name; int64_t at_us; } days[] = {
		{"started", f->task->started_at}, {"due", f->task->due_at}, {"done", f->task->done_at},
	};

	if (source[0] == '=')
		*out = bytes_str(source + 1);
	else if (source[0] == '.')
		*out = form_get(f->task->body, source + 1);
	else if (strcmp(source, "unit") == 0)
		return unit_name(f, out);
	else if (strcmp(source, "round") == 0)
		*out = f->campaign.title;
	else if (strcmp(source, "person") == 0)
		return label_of(&f->call->rows, "account", f->task->done_by, out);
	else if (strcmp(source, "login") == 0)
		return login_of(f, out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(source, numbers[i].name) == 0)
			*out = number(f, numbers[i].number);
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (strcmp(source, days[i].name) == 0)
			*out = day(f, days[i].at_us);
	return OK;
}

static err body_of(struct filing *f, const struct recordkind *into, struct buf *body)
{
	OWN(buf) given = {0};

	for (size_t i = 0; i < f->kind->value_count; i++) {
		struct bytes text = {0};

		TRY(value_of(f, f->kind->values[i].source, &text));
		if (text.len > 0)
			TRY(form_put(&given, f->kind->values[i].field, text));
	}
	return form_judge(&into->form, bytes_of(&given), true, f->call->arena, f->call->problems, body);
}

/* What one facility did in one campaign waits together: one thing to do for whoever approves it. */
static err batch_of(const struct filing *f, struct id *batch_out)
{
	uint8_t both[2 * ID_LEN], hash[HASH_LEN];

	memcpy(both, f->campaign.row.id.b, ID_LEN);
	memcpy(both + ID_LEN, f->task->facility.b, ID_LEN);
	TRY(hash_sha256((struct bytes){both, sizeof(both)}, hash));
	memcpy(batch_out->b, hash, ID_LEN);
	return OK;
}

static err file(struct filing *f, const struct recordkind *into, struct bytes body, struct record *record_out)
{
	struct record waiting = {0};
	size_t count = 0;
	struct record_filing filing = {
		.kind = into, .facility = f->task->facility, .probe = f->task->probe, .opener = f->task->done_by, .body = body,
	};

	TRY(batch_of(f, &filing.batch));
	TRY(record_batch_get(&f->call->rows, filing.batch, &waiting, 1, &count));
	filing.quiet = count > 0;
	return record_file(&f->call->rows, &filing, f->call->now_us, record_out);
}

err campaign_record_file(struct call *call, const struct campaignkind *kind, struct campaign_task *task)
{
	const struct recordkind *into = kind->register_code == NULL ? NULL : recordkind_find(describe_id(RECORDKIND, kind->register_code));
	struct filing f = {.call = call, .kind = kind, .task = task};
	struct record record = {0};
	OWN(buf) body = {0};

	if (into == NULL || !describe_here(&into->described, call->compartment) || describe_sent(&into->described, call->compartment))
		return OK;
	TRY(row_get(&call->rows, &campaign_entity, task->campaign, &f.campaign));
	TRY(body_of(&f, into, &body));
	TRY(file(&f, into, bytes_of(&body), &record));
	task->record = record.row.id;
	return call_object(call, record_entity.name, record.row.id);
}
