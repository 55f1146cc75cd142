#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/person.h"
#include "govern/recordpost.h"

#include "govern/record.h"

#define TITLE_MAX 200           /* characters */
#define TODO_WORDS_MAX 600      /* bytes */
#define BATCH_MAX 400

const char *const record_states[] = {
	[RECORD_WAITING] = "waiting", [RECORD_IN_FORCE] = "in-force", [RECORD_EXPIRED] = "expired", [RECORD_WITHDRAWN] = "withdrawn",
	[RECORD_REJECTED] = "rejected", NULL,
};
static const char *const edition_states[] = {
	[EDITION_WAITING] = "waiting", [EDITION_APPROVED] = "approved", [EDITION_REJECTED] = "rejected", [EDITION_REPLACED] = "replaced", NULL,
};

#define SEALED .grade = GRADE_3B, .personal = true, .sealed = true
#define TITLE .name = "title", .ja = "件名", .en = "Title", .type = FIELD_TEXT, SEALED, .max = TITLE_MAX
#define BODY .name = "body", .ja = "内容", .en = "Content", .type = FIELD_FORM, SEALED, .group = "inner"
#define NAME(member, words_ja, words_en) {.name = #member, .ja = words_ja, .en = words_en, .type = FIELD_TEXT, SEALED, .max = 100, .group = "inner", AT(member)}
#define WHO(member, words_ja, words_en) \
	{.name = #member, .ja = words_ja, .en = words_en, .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .group = "inner", AT(member)}
#define WHEN(member, words_ja, words_en) {.name = #member, .ja = words_ja, .en = words_en, .type = FIELD_TIME, .grade = GRADE_2, AT(member)}
#define DAY(member, words_ja, words_en) {.name = #member, .ja = words_ja, .en = words_en, .type = FIELD_DATE, .grade = GRADE_2, AT(member)}
#define COUNT(member, words_ja, words_en, ...) {.name = #member, .ja = words_ja, .en = words_en, .type = FIELD_INT, .grade = GRADE_2, __VA_ARGS__ AT(member)}
#define INNER .group = "inner",

#define AT(member) .offset = offsetof(struct record, member)
static const struct field fields[] = {
	{.name = "description", .ja = "台帳", .en = "Register", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description", INNER AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, INNER AT(probe)},
	WHO(opener, "登録した人", "Filed by"),
	{.name = "origin", .ja = "送り元", .en = "Sent by", .type = FIELD_TEXT, .grade = GRADE_2, .max = 31, AT(origin)},
	COUNT(number, "番号", "Number"),
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = record_states, AT(state)},
	COUNT(edition, "版", "Edition"),
	COUNT(editions, "版の数", "Editions", INNER),
	COUNT(waiting, "承認を待つ版", "Edition that waits", INNER),
	{.name = "batch", .ja = "取り込み", .en = "File it came by", .type = FIELD_ID, .grade = GRADE_2, INNER AT(batch)},
	WHEN(filed_at, "登録日時", "Filed at"),
	WHO(approved_by, "承認した人", "Approved by"),
	WHEN(approved_at, "承認日時", "Approved at"),
	WHO(confirmed_by, "確認した人", "Confirmed by"),
	WHEN(confirmed_at, "確認日時", "Confirmed at"),
	DAY(valid_from, "有効期間の始め", "Valid from"),
	DAY(valid_until, "有効期限", "Valid until"),
	{.name = "expires_at", .ja = "失効する日時", .en = "Ends at", .type = FIELD_TIME, .grade = GRADE_2, INNER AT(expires_at)},
	{.name = "renew_at", .ja = "更新を促し始める日時", .en = "To be renewed from", .type = FIELD_TIME, .grade = GRADE_2, INNER AT(renew_at)},
	{TITLE, AT(title)},
	{BODY, AT(body)},
	NAME(opener_name, "登録した人の氏名", "Name of who filed it"),
	NAME(approved_name, "承認した人の氏名", "Name of who approved it"),
	NAME(confirmed_name, "確認した人の氏名", "Name of who confirmed it"),
};
#undef AT

static const char *const indexes[] = {"description,state", "description,number", "batch", "state,expires_at", "state,renew_at", NULL};

const struct entity record_entity = {
	.name = "record", .ja = "台帳の登録", .en = "Record", .size = sizeof(struct record), .seal = SEAL_CUSTOMER, .facility = "facility",
	.indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#define AT(member) .offset = offsetof(struct record_edition, member)
static const struct field edition_fields[] = {
	{.name = "record", .ja = "登録", .en = "Record", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "record", AT(record)},
	COUNT(number, "版", "Edition"),
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = edition_states, AT(state)},
	WHO(opener, "登録した人", "Filed by"),
	WHEN(filed_at, "登録日時", "Filed at"),
	WHO(approved_by, "決定した人", "Decided by"),
	WHEN(approved_at, "決定日時", "Decided at"),
	DAY(valid_from, "有効期間の始め", "Valid from"),
	DAY(valid_until, "有効期限", "Valid until"),
	{TITLE, AT(title)},
	{BODY, AT(body)},
	NAME(opener_name, "登録した人の氏名", "Name of who filed it"),
	NAME(approved_name, "決定した人の氏名", "Name of who decided"),
	{.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, SEALED, .multiline = true, .max = RECORD_REASON_MAX, INNER AT(reason)},
};
#undef AT

static const char *const edition_unique[] = {"record,number", NULL};

const struct entity record_edition_entity = {
	.name = "record_edition", .ja = "登録の版", .en = "Edition of a record", .size = sizeof(struct record_edition), .seal = SEAL_CUSTOMER,
	.unique = edition_unique, .fields = edition_fields, .field_count = sizeof(edition_fields) / sizeof(edition_fields[0]),
};

static struct row_list one_edition = {"record.edition", &record_edition_entity, "record = :record AND number = :number", NULL};
static struct row_list all_editions = {"record.editions", &record_edition_entity, "record = :record ORDER BY number DESC LIMIT :limit", NULL};
static struct row_list of_batch = {"record.batch", &record_entity, "batch = :batch AND waiting > 0 ORDER BY number LIMIT :limit", NULL};
static struct row_list by_number = {
	"record.numbered", &record_entity, "description = :description AND number = :number AND probe = :probe AND origin = ''", NULL,
};

const struct statement record_next_number = {"record.next-number",
    "SELECT COALESCE(MAX(number), 0) + 1 FROM record WHERE description = :description"};

err record_start(void)
{
	TRY(row_list_make(&one_edition));
	TRY(row_list_make(&all_editions));
	TRY(row_list_make(&by_number));
	return row_list_make(&of_batch);
}

/* ---- reading ---- */

err record_edition_get(struct row_context *c, struct id record, int64_t number, struct record_edition *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, one_edition.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "record", &record);
	if (err_is_ok(e))
		e = query_int(query, "number", number);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &record_edition_entity, query, false, out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err record_editions_get(struct row_context *c, struct id record, struct record_edition **list_out, size_t *count_out)
{
	struct record_edition *list = arena_alloc(c->arena, RECORD_EDITIONS_MAX * sizeof(*list));
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(c->db, all_editions.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "record", &record);
	if (err_is_ok(e))
		e = query_int(query, "limit", RECORD_EDITIONS_MAX);
	while (err_is_ok(e) && count < RECORD_EDITIONS_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &record_edition_entity, query, false, &list[count++]);
	}
	query_end(&query);
	TRY(e);
	*list_out = list;
	*count_out = count;
	return OK;
}

err record_batch_get(struct row_context *c, struct id batch, struct record *list_out, size_t max, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(c->db, of_batch.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "batch", &batch);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	while (err_is_ok(e) && count < max) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &record_entity, query, false, &list_out[count++]);
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

err record_numbered(struct row_context *c, struct id description, bool probe, int64_t number, struct record *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, by_number.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_int(query, "number", number);
	if (err_is_ok(e))
		e = query_int(query, "probe", probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &record_entity, query, false, out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

static err next_number(struct row_context *c, struct id description, int64_t *number_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, &record_next_number, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		*number_out = column_int(query, 0);
	query_end(&query);
	return e;
}

/* ---- days ---- */

struct record_days record_days(const struct recordkind *kind, int32_t today, int32_t valid_from, int32_t valid_until)
{
	struct record_days days = {valid_from != 0 ? valid_from : today, valid_until};

	if (days.until == 0 && kind->valid_days > 0 && kind->valid_days < 100000)
		days.until = clock_date_add(days.from, (int32_t)kind->valid_days - 1);
	return days;
}

static err end_of(int32_t until, int64_t *expires_out)
{
	*expires_out = 0;
	return until == 0 ? OK : clock_midnight(clock_date_add(until, 1), expires_out);
}

/* ---- words ---- */

/* As many letters as a title has room for, without lines. */
static err title_of(struct row_context *c, const struct recordkind *kind, struct bytes body, struct bytes *title_out)
{
	struct bytes text = form_get(body, kind->title->name);
	size_t len = 0, letters = 0;

	for (size_t i = 0; i < kind->title->choice_count; i++)
		if (bytes_is(text, kind->title->choices[i].code))
			text = bytes_str(kind->title->choices[i].ja);
	while (len < text.len && text.ptr[len] != '\n' && letters < TITLE_MAX) {
		len++;
		while (len < text.len && (text.ptr[len] & 0xc0) == 0x80)
			len++;
		letters++;
	}
	return arena_copy(c->arena, (struct bytes){text.ptr, len}, title_out);
}

/* ---- things to do ---- */

/* The words name the register and the number, nothing of what stands in the record. */
static const struct record_todo { const char *kind, *ja, *en; bool dated; } approval = {
	"record-approve", "の登録を承認してください", "approve what was filed", false,
}, renewal = {
	"record-renew", "の有効期限までに更新してください", "renew it before it ends", true,
}, confirmation = {
	"record-confirm", "を確認してください（事業者から届きました）", "confirm what the provider has sent", false,
};

static err put_todo(struct row_context *c, const struct recordkind *kind, const struct record *record, const struct record_todo *todo,
    unsigned roles, int64_t now_us)
{
	char ja[TODO_WORDS_MAX], en[TODO_WORDS_MAX];
	struct todo_spec spec = {
		.kind = todo->kind, .object_kind = record_entity.name, .object = record->row.id, .facility = record->facility, .probe = record->probe,
		.roles = roles, .link = "/records/", .mail = true, .grade = GRADE_2,
	};

	if (roles == 0)
		return OK;
	(void)snprintf(ja, sizeof(ja), "「%s」第%lld号%s", kind->described.title.ja, (long long)record->number, todo->ja);
	(void)snprintf(en, sizeof(en), "%s, no. %lld: %s", kind->described.title.en, (long long)record->number, todo->en);
	spec.ja = bytes_str(ja);
	spec.en = bytes_str(en);
	if (todo->dated) {
		spec.due_us = record->expires_at;
		spec.reminders_us = kind->reminders_us;
		spec.escalate = kind->described.approve;
	}
	return todo_put(c, &spec, now_us);
}

err record_ask(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us)
{
	return put_todo(c, kind, record, &approval, kind->described.approve, now_us);
}

static err end_todo(struct row_context *c, const struct record_todo *todo, const struct record *record, enum todo_state state, int64_t now_us)
{
	return todo_done(c, todo->kind, record->row.id, (struct id){{0}}, state, now_us);
}

/* Whoever keeps a record in force renews it; one that came by post is renewed by its sender. */
err record_renewal(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us)
{
	if (record->state == RECORD_IN_FORCE && record->renew_at > now_us)
		return end_todo(c, &renewal, record, TODO_DONE, now_us); /* not yet again */
	if (record->state == RECORD_IN_FORCE && record->expires_at > now_us && record->origin.len == 0)
		return put_todo(c, kind, record, &renewal, kind->described.file, now_us);
	if (record->state == RECORD_EXPIRED)
		return OK; /* it is still to be renewed, or withdrawn: overdue, and those above are told */
	return end_todo(c, &renewal, record, record->state == RECORD_IN_FORCE ? TODO_DONE : TODO_VOID, now_us);
}

err record_confirmation(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us)
{
	if (record->state == RECORD_IN_FORCE && record->confirmed_at == 0)
		return put_todo(c, kind, record, &confirmation, kind->confirm, now_us);
	return end_todo(c, &confirmation, record, record->confirmed_at != 0 ? TODO_DONE : TODO_VOID, now_us);
}

/* ---- filing ---- */

/* What stands in the record as an edition says it. */
static void take_edition(struct record *record, const struct record_edition *edition)
{
	record->edition = edition->number;
	record->title = edition->title;
	record->body = edition->body;
	record->valid_from = edition->valid_from;
	record->valid_until = edition->valid_until;
	record->approved_by = edition->approved_by;
	record->approved_at = edition->approved_at;
	record->approved_name = edition->approved_name;
}

/* From now on it counts; its last day may be over already. */
static err come_in_force(const struct recordkind *kind, struct record *record, struct record_edition *edition, int64_t now_us)
{
	int32_t today = clock_date_jst(now_us);
	struct record_days days = record_days(kind, today, edition->valid_from, edition->valid_until);

	edition->state = EDITION_APPROVED;
	edition->valid_from = days.from;
	edition->valid_until = days.until;
	take_edition(record, edition);
	record->waiting = 0;
	record->batch = (struct id){{0}};
	record->state = days.until != 0 && days.until < today ? RECORD_EXPIRED : RECORD_IN_FORCE;
	TRY(end_of(days.until, &record->expires_at));
	record->renew_at = record->expires_at == 0 ? 0 : record->expires_at - recordkind_notice(kind);
	if (record->renew_at <= now_us)
		record->renew_at = 0; /* at once */
	return OK;
}

/* An edition that waited while another was filed. */
static err replace_waiting(struct row_context *c, struct record *record)
{
	struct record_edition edition = {0};

	if (record->waiting == 0)
		return OK;
	TRY(record_edition_get(c, record->row.id, record->waiting, &edition));
	edition.state = EDITION_REPLACED;
	record->waiting = 0;
	return row_update(c, &record_edition_entity, &edition);
}

/* The newest come first where rows are listed by their ids. */
static err new_id(int64_t now_us, int64_t number, struct id *id_out)
{
	uint64_t down = UINT64_MAX - ((uint64_t)now_us + (uint64_t)number % 1000);

	TRY(id_new(id_out));
	for (size_t i = 0; i < 8; i++)
		id_out->b[i] = (uint8_t)(down >> (56 - 8 * i));
	return OK;
}

static err begin(struct row_context *c, const struct record_filing *filing, int64_t now_us, struct record *record)
{
	if (filing->old != NULL) {
		*record = *filing->old;
		if (record->state == RECORD_WITHDRAWN || record->origin.len > 0 || record->editions >= RECORD_EDITIONS_MAX)
			return FAIL(CONFLICT);
		return replace_waiting(c, record);
	}
	*record = (struct record){
		.description = describe_id(RECORDKIND, filing->kind->described.code), .facility = filing->facility, .probe = filing->probe,
	};
	TRY(next_number(c, record->description, &record->number));
	return new_id(now_us, record->number, &record->row.id);
}

static err write_both(struct row_context *c, struct record *record, struct record_edition *edition)
{
	if (record->row.version == 0)
		TRY(row_insert(c, &record_entity, record));
	else
		TRY(row_update(c, &record_entity, record));
	edition->record = record->row.id;
	return edition->row.version == 0 ? row_insert(c, &record_edition_entity, edition) : row_update(c, &record_edition_entity, edition);
}

/* What follows from a record in its new state: what waits for people, and what others are sent. */
static err follow(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us)
{
	TRY(record_renewal(c, kind, record, now_us));
	return recordpost_send(c, kind, record, now_us);
}

err record_file(struct row_context *c, const struct record_filing *filing, int64_t now_us, struct record *record_out)
{
	const struct recordkind *kind = filing->kind;
	struct record record;
	struct record_edition edition = {
		.opener = filing->opener, .filed_at = now_us, .body = filing->body, .valid_from = filing->valid_from, .valid_until = filing->valid_until,
	};
	bool at_once = kind->described.approve == 0;

	TRY(begin(c, filing, now_us, &record));
	TRY(person_name(c, filing->opener, &edition.opener_name));
	TRY(title_of(c, kind, filing->body, &edition.title));
	edition.number = ++record.editions;
	record.opener = filing->opener;
	record.opener_name = edition.opener_name;
	record.filed_at = now_us;
	record.batch = filing->batch;
	record.waiting = edition.number;
	/* R1: until it is approved, what is shown stays; there may be nothing yet. */
	if (record.state != RECORD_IN_FORCE && record.state != RECORD_EXPIRED) {
		take_edition(&record, &edition);
		record.state = RECORD_WAITING;
	}
	if (at_once) {
		edition.approved_at = now_us;
		TRY(come_in_force(kind, &record, &edition, now_us));
	}
	TRY(write_both(c, &record, &edition));
	if (at_once)
		TRY(follow(c, kind, &record, now_us));
	else if (!filing->quiet)
		TRY(record_ask(c, kind, &record, now_us));
	*record_out = record;
	return OK;
}

/* ---- deciding ---- */

err record_decide(struct row_context *c, struct record *record, const struct record_decision *decision, int64_t now_us)
{
	struct record_edition edition = {0};

	if (record->waiting == 0 || record->origin.len > 0 || record->state == RECORD_WITHDRAWN)
		return FAIL(CONFLICT);
	TRY(record_edition_get(c, record->row.id, record->waiting, &edition));
	edition.approved_by = decision->by;
	edition.approved_name = decision->name;
	edition.approved_at = now_us;
	edition.reason = decision->reason;
	if (decision->approve) {
		TRY(come_in_force(decision->kind, record, &edition, now_us));
	} else {
		edition.state = EDITION_REJECTED;
		record->waiting = 0;
		record->batch = (struct id){{0}};
		if (record->state == RECORD_WAITING)
			record->state = RECORD_REJECTED;
	}
	if (decision->approve) { /* what was confirmed was the edition before */
		record->confirmed_at = 0;
		record->confirmed_by = (struct id){{0}};
		record->confirmed_name = (struct bytes){0};
	}
	TRY(write_both(c, record, &edition));
	TRY(end_todo(c, &approval, record, TODO_DONE, now_us));
	return decision->approve ? follow(c, decision->kind, record, now_us) : OK;
}

err record_withdraw(struct row_context *c, struct record *record, const struct record_decision *decision, int64_t now_us)
{
	struct record_edition edition = {0};
	bool known = record->state == RECORD_IN_FORCE || record->state == RECORD_EXPIRED;

	if (record->state == RECORD_WITHDRAWN || record->origin.len > 0)
		return FAIL(CONFLICT);
	TRY(replace_waiting(c, record));
	TRY(record_edition_get(c, record->row.id, record->edition, &edition));
	edition.reason = decision->reason;
	record->state = RECORD_WITHDRAWN;
	record->batch = (struct id){{0}};
	record->expires_at = record->renew_at = 0;
	TRY(write_both(c, record, &edition));
	TRY(end_todo(c, &approval, record, TODO_VOID, now_us));
	TRY(record_renewal(c, decision->kind, record, now_us));
	return known ? recordpost_send(c, decision->kind, record, now_us) : OK;
}

err record_remind(struct row_context *c, struct record *record, int64_t now_us)
{
	const struct recordkind *kind = recordkind_find(record->description);

	if (record->state != RECORD_IN_FORCE || record->renew_at == 0 || record->renew_at > now_us)
		return FAIL(CONFLICT);
	record->renew_at = 0;
	TRY(row_update(c, &record_entity, record));
	return kind != NULL ? record_renewal(c, kind, record, now_us) : OK;
}

err record_expire(struct row_context *c, struct record *record, int64_t now_us)
{
	const struct recordkind *kind = recordkind_find(record->description);

	if (record->state != RECORD_IN_FORCE || record->expires_at == 0 || record->expires_at > now_us)
		return FAIL(CONFLICT);
	record->state = RECORD_EXPIRED;
	TRY(row_update(c, &record_entity, record));
	TRY(end_todo(c, &confirmation, record, TODO_VOID, now_us));
	return kind != NULL && record->origin.len == 0 ? recordpost_send(c, kind, record, now_us) : OK;
}
