#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "ledger/note.h"
#include "op/contract.h"

#define SECOND_US ((int64_t)1000000)
#define DAY_S (24 * 3600)
#define IDLE_MIN_S 60
#define TOTAL_MIN_S 240
#define ATTEMPTS_MIN 3
#define ATTEMPTS_MAX 10

#define AT(member) .offset = offsetof(struct contract, member)

#define ANNEXES .name = "annexes", .ja = "適用する別紙", .en = "Annexes that apply", .type = FIELD_TEXT, .grade = GRADE_2, \
	.max = CONTRACT_ANNEXES_MAX
#define STARTED .name = "started", .ja = "契約開始日", .en = "Started", .type = FIELD_DATE, .grade = GRADE_2
#define IDLE .name = "session_idle_s", .ja = "操作がないときの期限（秒）", .en = "Session's idle limit in seconds", .type = FIELD_INT, \
	.grade = GRADE_2, .max = 30 * DAY_S
#define TOTAL .name = "session_total_s", .ja = "サインインの期限（秒）", .en = "Session's total limit in seconds", .type = FIELD_INT, \
	.grade = GRADE_2, .max = 180 * DAY_S
#define ATTEMPTS .name = "lock_attempts", .ja = "ロックまでの誤りの回数", .en = "Failures until an account is locked", .type = FIELD_INT, \
	.grade = GRADE_2, .max = ATTEMPTS_MAX
#define WEEKDAYS .name = "closed_weekdays", .ja = "休みの曜日", .en = "Closed days of the week", .type = FIELD_INT, .grade = GRADE_2, .max = 127
#define CONTACT .name = "contact", .ja = "契約の連絡先", .en = "Contact", .type = FIELD_TEXT, .grade = GRADE_2, .max = 200
#define WITNESS .name = "witness", .ja = "立会人の検証鍵", .en = "Key of the witness", .type = FIELD_TEXT, .grade = GRADE_2, .max = 240
#define NOTICE_END .name = "notice_end_months", .ja = "サービス終了の告知（か月前）", .en = "Notice of the service's end, months ahead", .type = FIELD_INT, \
	.grade = GRADE_2, .max = 60
#define NOTICE_CHANGE .name = "notice_change_days", .ja = "サービス変更の告知（日前）", .en = "Notice of a change, days ahead", .type = FIELD_INT, \
	.grade = GRADE_2, .max = 365
#define NOTICE_TERMS .name = "notice_terms_months", .ja = "規約・設定の変更の告知（か月前）", .en = "Notice of changed terms or settings, months ahead", \
	.type = FIELD_INT, .grade = GRADE_2, .max = 60
#define FIRST_REPLY .name = "first_reply_hours", .ja = "問合せの一次回答（時間以内）", .en = "First reply to inquiries, within hours", .type = FIELD_INT, \
	.grade = GRADE_2, .max = 400 * 24
#define READING .name = "clock_reading", .ja = "時間の数え方", .en = "How such hours are counted", .type = FIELD_CHOICE, .grade = GRADE_2, \
	.choices = clock_readings
#define FACILITY .name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2

static const char *const clock_readings[] = {"sum", "end-of-day", NULL};

static const struct field fields[] = {
	{FACILITY, .refers = "facility", AT(facility)},
	{ANNEXES, AT(annexes)},
	{STARTED, AT(started)},
	{IDLE, AT(session_idle_s)},
	{TOTAL, AT(session_total_s)},
	{ATTEMPTS, AT(lock_attempts)},
	{WEEKDAYS, AT(closed_weekdays)},
	{CONTACT, AT(contact)},
	{WITNESS, AT(witness)},
	{NOTICE_END, AT(notice_end_months)},
	{NOTICE_CHANGE, AT(notice_change_days)},
	{NOTICE_TERMS, AT(notice_terms_months)},
	{FIRST_REPLY, AT(first_reply_hours)},
	{READING, AT(clock_reading)},
};

static const char *const indexes[] = {"facility", NULL};

const struct entity contract_entity = {
	.name = "contract",
	.ja = "契約",
	.en = "Contract",
	.size = sizeof(struct contract),
	.facility = "facility",
	.authority = true,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

const struct entity *const contract_entities[] = {&contract_entity, NULL};

static struct row_list of_facility = {"contract.of-facility", &contract_entity, "facility = :facility LIMIT 1", NULL};
static struct row_list of_compartment = {"contract.of-compartment", &contract_entity, "facility IS NULL LIMIT 1", NULL};
static struct row_list all = {"contract.all", &contract_entity, "id > :cursor ORDER BY id LIMIT :limit", NULL};

err contract_start(void)
{
	TRY(row_list_make(&of_facility));
	TRY(row_list_make(&of_compartment));
	return row_list_make(&all);
}

err contract_of(struct row_context *c, struct id facility, struct contract *contract_out)
{
	bool whole = id_is_zero(facility);
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, whole ? of_compartment.statement : of_facility.statement, &query);

	if (err_is_ok(e) && !whole)
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &contract_entity, query, false, contract_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

/* Whoever has read before this looks again, before a second is over. */
static _Atomic unsigned writes;

err contract_put(struct row_context *c, const struct contract *contract)
{
	struct contract old = {0};
	struct contract new = *contract;
	err e = contract_of(c, contract->facility, &old);

	atomic_fetch_add(&writes, 1);
	new.row = old.row;
	if (err_is(e, ERR_NOT_FOUND))
		return row_insert(c, &contract_entity, &new);
	TRY(e);
	return row_update(c, &contract_entity, &new);
}

/* ---- the numbers, as each thread keeps them ---- */

struct kept {
	struct id compartment;
	int64_t read_us;
	unsigned writes;
	size_t count;
	struct {
		struct id facility;
		struct contract_limits limits;
	} rows[CONTRACT_ROWS_MAX];
};

static err keep_row(struct kept *kept, const struct contract *contract)
{
	if (kept->count == CONTRACT_ROWS_MAX)
		return FAIL(TOO_LARGE);
	kept->rows[kept->count].facility = contract->facility;
	kept->rows[kept->count++].limits = (struct contract_limits){
		.idle_us = contract->session_idle_s * SECOND_US,
		.total_us = contract->session_total_s * SECOND_US,
		.lock_attempts = contract->lock_attempts,
		.closed_weekdays = contract->closed_weekdays,
	};
	return OK;
}

static err read_all(struct call *call, struct kept *kept)
{
	const struct id first = {{0}};
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, all.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "cursor", &first);
	if (err_is_ok(e))
		e = query_int(query, "limit", CONTRACT_ROWS_MAX + 1);
	while (err_is_ok(e)) {
		struct contract contract = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &contract_entity, query, false, &contract);
		if (err_is_ok(e))
			e = keep_row(kept, &contract);
	}
	query_end(&query);
	return e;
}

static int64_t stricter(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static void apply_limits(struct contract_limits *limits, const struct contract_limits *row, bool own)
{
	limits->idle_us = stricter(limits->idle_us, row->idle_us);
	limits->total_us = stricter(limits->total_us, row->total_us);
	limits->lock_attempts = stricter(limits->lock_attempts, row->lock_attempts);
	if (row->closed_weekdays != 0 && (own || limits->closed_weekdays == 0))
		limits->closed_weekdays = row->closed_weekdays;
}

/* G2 */
err contract_limits(struct call *call, struct id facility, struct contract_limits *limits_out)
{
	static _Thread_local struct kept kept;
	int64_t age = call->now_us - kept.read_us;
	unsigned written = atomic_load(&writes);
	struct contract_limits limits = {0};

	if (age < 0 || age >= CONTRACT_FRESH_US || kept.writes != written || !id_equal(kept.compartment, call->compartment->id)) {
		kept = (struct kept){.compartment = call->compartment->id};
		TRY(read_all(call, &kept)); /* on failure it stays too old to be used */
		kept.read_us = call->now_us;
		kept.writes = written;
	}
	for (size_t i = 0; i < kept.count; i++)
		if (id_is_zero(kept.rows[i].facility) || id_equal(kept.rows[i].facility, facility))
			apply_limits(&limits, &kept.rows[i].limits, !id_is_zero(kept.rows[i].facility));
	*limits_out = limits;
	return OK;
}

/* ---- what may be agreed ---- */

static struct bytes next_word(struct bytes *rest)
{
	const uint8_t *space = rest->len == 0 ? NULL : memchr(rest->ptr, ' ', rest->len);
	struct bytes word = {rest->ptr, space == NULL ? rest->len : (size_t)(space - rest->ptr)};
	size_t used = word.len + (space != NULL ? 1 : 0);

	*rest = (struct bytes){rest->ptr + used, rest->len - used};
	return word;
}

bool contract_names(struct bytes annexes, struct bytes catalogue)
{
	while (annexes.len > 0)
		if (bytes_equal(next_word(&annexes), catalogue))
			return true;
	return false;
}

static bool word_fits(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if ((word.ptr[i] < 'A' || word.ptr[i] > 'Z') && (word.ptr[i] < '0' || word.ptr[i] > '9'))
			return false;
	return word.len >= 1 && word.len <= 8;
}

bool contract_annexes_fit(struct bytes annexes)
{
	struct bytes rest = annexes;

	if (annexes.len > 0 && annexes.ptr[annexes.len - 1] == ' ')
		return false;
	while (rest.len > 0) {
		struct bytes word = next_word(&rest);

		if (!word_fits(word) || contract_names(rest, word))
			return false;
	}
	return true;
}

static bool (*catalogue_known)(struct bytes catalogue);

void contract_catalogue(bool (*known)(struct bytes catalogue))
{
	catalogue_known = known;
}

bool contract_annexes_known(struct bytes annexes)
{
	while (annexes.len > 0 && catalogue_known != NULL)
		if (!catalogue_known(next_word(&annexes)))
			return false;
	return true;
}

static int64_t number(const struct call *call, const char *name)
{
	return call_value(call, name)->present ? call_value(call, name)->as.integer : 0;
}

static err check_numbers(struct call *call)
{
	int64_t idle = number(call, "session_idle_s");
	int64_t total = number(call, "session_total_s");
	int64_t attempts = number(call, "lock_attempts");

	if (idle != 0 && idle < IDLE_MIN_S)
		return call_flaw(call, "session_idle_s", FLAW_TOO_SMALL, "60秒以上にしてください。0は標準どおりです。",
		    "At least 60 seconds; 0 stands for the product's own.");
	if (total != 0 && total < TOTAL_MIN_S)
		return call_flaw(call, "session_total_s", FLAW_TOO_SMALL, "240秒以上にしてください。0は標準どおりです。",
		    "At least 240 seconds; 0 stands for the product's own.");
	if (attempts != 0 && attempts < ATTEMPTS_MIN)
		return call_flaw(call, "lock_attempts", FLAW_TOO_SMALL, "3回から10回までにしてください。0は標準どおりです。",
		    "From 3 to 10; 0 stands for the product's own.");
	return OK;
}

static err check(struct call *call)
{
	struct bytes witness = call_text(call, "witness");
	struct note_key key;

	if (!contract_annexes_fit(call_text(call, "annexes")))
		return call_flaw(call, "annexes", FLAW_FORMAT, "別紙の記号を「K P」のように空白で区切って書いてください。",
		    "Write the annexes like \"K P\".");
	if (!contract_annexes_known(call_text(call, "annexes")))
		return call_flaw(call, "annexes", FLAW_CHOICE, "この記号の別紙はありません。", "There is no annex of this name.");
	if (witness.len > 0 && !err_is_ok(note_cosigner_parse(witness, &key)))
		return call_flaw(call, "witness", FLAW_FORMAT, "立会人の検証鍵の形が正しくありません。", "This is not the key of a witness.");
	return check_numbers(call);
}

/* ---- operations ---- */

static err put_row(struct call *call, const struct contract *contract)
{
	if (!id_is_zero(contract->row.id)) {
		json_row(&call->out, &contract_entity, contract, "*");
		return OK;
	}
	json_null(&call->out, "id");
	for (size_t i = 0; i < contract_entity.field_count; i++)
		json_field(&call->out, &fields[i], contract);
	return OK;
}

static err see_apply(struct call *call)
{
	struct contract contract = {0};
	err e = contract_of(&call->rows, (struct id){{0}}, &contract);

	if (!err_is(e, ERR_NOT_FOUND)) /* nothing is agreed yet: the product's own numbers hold */
		TRY(e);
	return put_row(call, &contract);
}

static err write_new(struct call *call, struct id facility)
{
	struct contract contract = {.facility = facility};
	struct contract now = {0};

	TRY(check(call));
	call_store(call, &contract_entity, &contract);
	contract.facility = facility;
	TRY(contract_put(&call->rows, &contract));
	TRY(contract_of(&call->rows, facility, &now));
	call->event_facility = facility;
	TRY(call_object(call, "contract", now.row.id));
	return put_row(call, &now);
}

static err change_apply(struct call *call)
{
	return write_new(call, (struct id){{0}});
}

static err change_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct bytes annexes = call_text(call, "annexes");
	struct contract now = {0};
	err e = contract_of(&call->rows, (struct id){{0}}, &now);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	TRY(check(call));
	(void)snprintf(words_out, words_max, call->language == LANGUAGE_EN ?
	    "Annexes: %.*s, so far %.*s. Idle limit %lld s, so far %lld; total %lld s, so far %lld; failures until a lock %lld, so far %lld (0: the product's own)." :
	    "適用する別紙は「%.*s」（これまで「%.*s」）。操作がないときの期限 %lld秒（これまで %lld）、サインインの期限 %lld秒（%lld）、ロックまで %lld回（%lld）。0は標準どおりです。",
	    (int)annexes.len, (const char *)annexes.ptr, (int)now.annexes.len, (const char *)now.annexes.ptr,
	    (long long)number(call, "session_idle_s"), (long long)now.session_idle_s, (long long)number(call, "session_total_s"),
	    (long long)now.session_total_s, (long long)number(call, "lock_attempts"), (long long)now.lock_attempts);
	*objects_out = 1;
	return OK;
}

static err change_current(struct call *call, struct value *values_out)
{
	struct contract now = {0};
	err e = contract_of(&call->rows, (struct id){{0}}, &now);

	if (!err_is(e, ERR_NOT_FOUND)) /* nothing is agreed yet */
		TRY(e);
	for (int i = 0; call->op->inputs[i].field.name != NULL; i++) {
		const struct field *field = entity_field(&contract_entity, call->op->inputs[i].field.name);

		if (field != NULL)
			value_load(field, &now, &values_out[i]);
	}
	return OK;
}

/* The first one, and those of facilities that are made for checks. */
static err install_apply(struct call *call)
{
	return write_new(call, call_id(call, "facility"));
}

static const struct grant see_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct grant change_grants[] = {{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"}, {0}};

#define AGREED                                                                                                       \
	{.place = IN_BODY, .field = {STARTED}}, {.place = IN_BODY, .field = {IDLE}}, {.place = IN_BODY, .field = {TOTAL}},   \
	{.place = IN_BODY, .field = {ATTEMPTS}}, {.place = IN_BODY, .field = {WEEKDAYS}}, {.place = IN_BODY, .field = {CONTACT}}, \
	{.place = IN_BODY, .field = {WITNESS}}, {.place = IN_BODY, .field = {NOTICE_END}}, {.place = IN_BODY, .field = {NOTICE_CHANGE}}, \
	{.place = IN_BODY, .field = {NOTICE_TERMS}}, \
	{.place = IN_BODY, .field = {FIRST_REPLY}}, {.place = IN_BODY, .field = {READING}}

static const struct input no_inputs[] = {{0}};
static const struct input change_inputs[] = {{.place = IN_BODY, .field = {ANNEXES, .required = true}}, AGREED,
	OP_INPUT_EFFECTIVE, OP_INPUT_WHY, {0}};
/* Nobody acts, so there is nobody whose reach the facility could be checked against. */
static const struct input install_inputs[] = {{.place = IN_BODY, .field = {ANNEXES}}, AGREED, {.place = IN_BODY, .field = {FACILITY}}, {0}};

static const struct op see_op = {
	.id = "contract.see", .ja = "契約の内容を見る", .en = "See the contract's profile", .method = "GET", .path = "/v1/contract",
	.kind = OP_READ, .grants = see_grants, .policy = "contract see", .inputs = no_inputs, .entity = &contract_entity,
	.output = &contract_entity, .status = 200, .grade = GRADE_2, .requirements = "K-1 K-27", .apply = see_apply,
};
static const struct op change_op = {
	.id = "contract.change", .ja = "契約の内容を変える", .en = "Change the contract's profile", .method = "PUT", .path = "/v1/contract",
	.kind = OP_WRITE, .guard = GUARD_APPROVE, .approver = ROLE(OFFICER_ADMIN), .undo = "contract.change",
	.manual = "doc/manual/contract.md", .impact = change_impact, .current = change_current, .grants = change_grants, .policy = "contract change",
	.inputs = change_inputs, .entity = &contract_entity, .output = &contract_entity, .status = 202, .step_up_s = OP_STEP_UP_S,
	.event = true, .grade = GRADE_2, .requirements = "K-1 K-3", .apply = change_apply,
};
static const struct op install_op = {
	.id = "contract.install", .ja = "契約の内容を用意する", .en = "Install the contract's profile", .method = "LOCAL",
	.kind = OP_WRITE, .open = true, .policy = "contract change", .inputs = install_inputs, .entity = &contract_entity,
	.output = &contract_entity, .status = 200, .event = true, .grade = GRADE_2, .requirements = "K-1", .apply = install_apply,
};

const struct op *const contract_ops[] = {&see_op, &change_op, &install_op, NULL};
