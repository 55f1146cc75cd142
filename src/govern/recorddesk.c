#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/attachment.h"
#include "govern/person.h"

#include "govern/recorddesk.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define SHARED_BODY_MAX 24000   /* bytes: the letter that carries it has room for more than the body */
#define BATCH_MAX 400
#define PERSONAL .grade = GRADE_3B, .personal = true

/* ---- showing ---- */

static void put_named(struct json *json, const char *name, struct bytes person)
{
	if (person.len == 0) {
		json_null(json, name);
		return;
	}
	json_object(json, name);
	json_text(json, "name", person);
	json_object_end(json);
}

static void put_register(struct json *json, const struct record *record)
{
	const struct described *described = describe_find(record->description);

	json_object(json, "register");
	if (described != NULL) {
		describe_json(json, described);
	} else { /* it is no longer described: its records stay */
		json_id(json, "id", record->description);
		json_str(json, "code", "");
		json_object(json, "title");
		json_str(json, "ja", "（廃止された台帳）");
		json_str(json, "en", "(a register that is no more)");
		json_object_end(json);
	}
	json_object_end(json);
}

static bool waits(const struct record *record) { return record->waiting > 0; }
static bool changeable(const struct record *record) { return record->state != RECORD_WITHDRAWN && record->origin.len == 0; }
static bool confirmable(const struct record *record)
{
	return record->state == RECORD_IN_FORCE && record->origin.len > 0 && record->confirmed_at == 0;
}

/* What may be done with a record: by whom says the operation, in which state says the record. */
static const struct { const char *name; const struct op *op; bool (*fits)(const struct record *record); } deeds[] = {
	{"edit", &recorddesk_change, changeable}, {"approve", &recorddesk_approve, waits}, {"reject", &recorddesk_reject, waits}, {"withdraw", &recorddesk_withdraw, changeable},
	{"confirm", &recorddesk_confirm, confirmable}, {"attach", &recorddesk_change, changeable},
};

err recorddesk_put(struct call *call, const struct record *record)
{
	struct json *json = &call->out;

	json_id(json, "id", record->row.id);
	put_register(json, record);
	json_int(json, "number", record->number);
	json_text(json, "title", record->title);
	json_str(json, "state", record_states[record->state]);
	json_int(json, "edition", record->edition);
	json_id(json, "facility", record->facility);
	json_text(json, "origin", record->origin);
	put_named(json, "filed_by", record->opener_name);
	json_time(json, "filed_at", record->filed_at);
	put_named(json, "approved_by", record->approved_name);
	json_time(json, "approved_at", record->approved_at);
	put_named(json, "confirmed_by", record->confirmed_name);
	json_time(json, "confirmed_at", record->confirmed_at);
	json_date(json, "valid_from", record->valid_from);
	json_date(json, "valid_until", record->valid_until);
	json_object(json, "may");
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		json_bool(json, deeds[i].name, deeds[i].fits(record) && call_may(call, deeds[i].op, record->row.id));
	json_object_end(json);
	return json->state;
}

/* An edition that was in force once, and is no more, has no state that a record could have. */
static const char *state_of(const struct record *record, const struct record_edition *edition)
{
	static const char *const states[] = {[EDITION_WAITING] = "waiting", [EDITION_REJECTED] = "rejected", [EDITION_REPLACED] = NULL};

	if (edition->state != EDITION_APPROVED)
		return states[edition->state];
	return edition->number == record->edition ? record_states[record->state] : NULL;
}

static void put_edition(struct json *json, const struct form *form, const struct record *record, const struct record_edition *edition)
{
	const char *state = state_of(record, edition);

	json_object(json, NULL);
	json_int(json, "edition", edition->number);
	if (state == NULL)
		json_null(json, "state");
	else
		json_str(json, "state", state);
	json_text(json, "title", edition->title);
	put_named(json, "filed_by", edition->opener_name);
	json_time(json, "filed_at", edition->filed_at);
	put_named(json, "approved_by", edition->approved_name);
	json_time(json, "approved_at", edition->approved_at);
	json_date(json, "valid_from", edition->valid_from);
	json_date(json, "valid_until", edition->valid_until);
	if (edition->reason.len > 0)
		json_text(json, "reason", edition->reason);
	else
		json_null(json, "reason");
	form_json(json, "fields", form, edition->body);
	json_object_end(json);
}

static const struct form *form_of(const struct record *record)
{
	static const struct form none;
	const struct recordkind *kind = recordkind_find(record->description);

	return kind != NULL ? &kind->form : &none;
}

/* Everything of one record, and its event. */
static err show(struct call *call, const struct record *record)
{
	const struct form *form = form_of(record);
	struct record_edition *editions = NULL;
	size_t count = 0;

	TRY(record_editions_get(&call->rows, record->row.id, &editions, &count));
	TRY(recorddesk_put(call, record));
	form_json(&call->out, "fields", form, record->body);
	json_array(&call->out, "editions");
	for (size_t i = 0; i < count; i++)
		put_edition(&call->out, form, record, &editions[i]);
	json_array_end(&call->out);
	TRY(attachment_put_list(call, &call->out, record_entity.name, record->row.id));
	call->event_facility = record->facility;
	TRY(call_object(call, record_entity.name, record->row.id));
	return call->out.state;
}

static err conflict(struct call *call, const char *name, const char *ja, const char *en)
{
	problems_add(call->problems, name, NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

/* ---- registers ---- */

static const struct statement counts = {"record.counts",
    "SELECT COALESCE(SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN waiting > 0 THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN state = 1 AND expires_at <= :soon THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END), 0) FROM record WHERE description = :description AND probe = :actor_probe"
    " AND (facility IS NULL OR facility = :actor_facility OR :actor_facility IS NULL)"};

static err put_counts(struct call *call, const struct recordkind *kind, const struct id *description)
{
	static const char *const names[] = {"in_force", "waiting", "expiring", "expired"};
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, &counts, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", description);
	if (err_is_ok(e))
		e = query_int(query, "soon", call->now_us + recordkind_notice(kind));
	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	if (err_is_ok(e))
		e = query_step(query, &found);
	json_object(&call->out, "counts");
	for (int i = 0; err_is_ok(e) && found && i < 4; i++)
		json_int(&call->out, names[i], column_int(query, i));
	json_object_end(&call->out);
	query_end(&query);
	return e;
}

static err put_kind(struct call *call, const void *row, const char *groups)
{
	static const char *const homes[] = {[HOME_PROVIDER] = "provider", [HOME_CUSTOMER] = "customer", [HOME_EACH] = "each"};
	static const char *const shares[] = {[RECORDKIND_OWN] = "no", [RECORDKIND_NAMED] = "named", [RECORDKIND_ALL] = "all"};
	const struct description *description = row;
	const struct recordkind *kind = recordkind_find(description->row.id);
	unsigned role = 1u << call->actor.role;
	struct json *json = &call->out;

	(void)groups;
	if (kind == NULL)
		return FAIL(INTERNAL); /* rows and files were made equal before anybody was served */
	describe_json(json, &kind->described);
	json_str(json, "kept", kind->entity ? "entity" : "record");
	json_str(json, "home", homes[kind->described.home]);
	json_str(json, "shared", shares[kind->share]);
	json_object(json, "may");
	json_bool(json, "file", ((unsigned)description->file & role) != 0);
	json_bool(json, "approve", ((unsigned)description->approve & role) != 0);
	json_bool(json, "confirm", ((unsigned)description->handle & role) != 0);
	json_bool(json, "see", ((unsigned)description->see & role) != 0);
	json_object_end(json);
	form_json_fields(json, "fields", &kind->form);
	return put_counts(call, kind, &description->row.id);
}

static err registers_apply(struct call *call)
{
	return call_list(call, put_kind);
}

/* ---- records ---- */

static err put_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return recorddesk_put(call, row);
}

static err list_apply(struct call *call)
{
	return call_list(call, put_item);
}

static err load(struct call *call, struct record *record)
{
	return row_get(&call->rows, &record_entity, call_id(call, "record"), record);
}

static err see_apply(struct call *call)
{
	struct record record = {0};

	TRY(load(call, &record));
	return show(call, &record);
}

/* ---- filing ---- */

static err kind_of(struct call *call, struct id description, const struct recordkind **kind_out)
{
	*kind_out = recordkind_find(description);
	if (*kind_out == NULL)
		return FAIL(NOT_FOUND); /* of another kind, or retired */
	if (!(*kind_out)->entity)
		return OK;
	return conflict(call, "register", "この台帳には登録できません。", "Nothing is filed in this register.");
}

static err check_days(struct call *call)
{
	int32_t from = call_value(call, "valid_from")->present ? call_value(call, "valid_from")->as.date : clock_date_jst(call->now_us);

	if (call_value(call, "valid_until")->present && call_value(call, "valid_until")->as.date < from)
		return call_flaw(call, "valid_until", FLAW_RULE, "有効期限は、有効期間の始め（書かなければ今日）以後の日にしてください。",
		    "It ends before it begins (today, unless said otherwise).");
	return OK;
}

static bool is_compartment(struct bytes name)
{
	bool fits = name.len > 0 && name.len < 32 && name.ptr[0] >= 'a' && name.ptr[0] <= 'z';

	for (size_t i = 0; fits && i < name.len; i++)
		fits = name.ptr[i] == '-' || (name.ptr[i] >= '0' && name.ptr[i] <= '9') || (name.ptr[i] >= 'a' && name.ptr[i] <= 'z');
	return fits;
}

struct recorddesk_refusal recorddesk_refuses(const struct recordkind *kind, struct bytes body, const struct record *old)
{
	struct bytes customer = form_get(body, RECORDKIND_CUSTOMER);

	if (kind->share != RECORDKIND_OWN && body.len > SHARED_BODY_MAX)
		return (struct recorddesk_refusal){"", "内容が長すぎます。長い文書は添付してください。", "It is too long; attach long documents."};
	if (kind->share != RECORDKIND_NAMED)
		return (struct recorddesk_refusal){0};
	if (!is_compartment(customer))
		return (struct recorddesk_refusal){RECORDKIND_CUSTOMER,
		    "団体は、サインインで使う団体の名前（英小文字。例: sapporo）で書いてください。",
		    "Write the name of the customer that stands in its logins, such as sapporo."};
	/* What was sent to one would be left behind there. */
	if (old != NULL && !bytes_equal(customer, form_get(old->body, RECORDKIND_CUSTOMER)))
		return (struct recorddesk_refusal){RECORDKIND_CUSTOMER, "団体は変えられません。この登録を取り下げ、新しく登録してください。",
		    "The customer stays: withdraw this record and file another."};
	return (struct recorddesk_refusal){0};
}

static err body_of(struct call *call, const struct recordkind *kind, struct bytes given, const struct record *old, struct bytes *body_out)
{
	struct recorddesk_refusal refusal;
	OWN(buf) clean = {0};

	TRY(form_check(call, &kind->form, given, true, &clean));
	refusal = recorddesk_refuses(kind, bytes_of(&clean), old);
	if (refusal.ja != NULL)
		return call_flaw(call, refusal.field[0] != '\0' ? FORM_NAME(RECORDKIND_CUSTOMER) : "fields", FLAW_RULE, refusal.ja, refusal.en);
	return arena_copy(call->arena, bytes_of(&clean), body_out);
}

/* Who belongs to a facility files for it; the others say for which, or for the whole. */
static err place_of(struct call *call, struct id *facility_out)
{
	struct id given = call_id(call, "facility");

	if (id_is_zero(call->actor.facility)) {
		*facility_out = given;
		return access_same_side(call->rows.db, call->actor.account, given);
	}
	if (!id_is_zero(given) && !id_equal(given, call->actor.facility))
		return FAIL(NOT_FOUND);
	*facility_out = call->actor.facility;
	return OK;
}

static int32_t date_of(const struct call *call, const char *name)
{
	const struct value *value = call_value(call, name);

	return value->present ? value->as.date : 0;
}

static err filed(struct call *call, const struct record_filing *filing)
{
	struct record record = {0};
	err e = record_file(&call->rows, filing, call->now_us, &record);

	if (err_is(e, ERR_CONFLICT))
		return conflict(call, "record", "この登録には、もう新しい版を出せません。", "No more editions of this record can be filed.");
	TRY(e);
	return show(call, &record);
}

static err file_apply(struct call *call)
{
	struct record_filing filing = {.probe = call->actor.probe, .opener = call->actor.account};

	TRY(kind_of(call, call_id(call, "register"), &filing.kind));
	TRY(check_days(call));
	TRY(body_of(call, filing.kind, call_text(call, "fields"), NULL, &filing.body));
	TRY(place_of(call, &filing.facility));
	filing.valid_from = date_of(call, "valid_from");
	filing.valid_until = date_of(call, "valid_until");
	return filed(call, &filing);
}

static err change_apply(struct call *call)
{
	struct record record = {0};
	struct record_filing filing = {.old = &record, .opener = call->actor.account};

	TRY(load(call, &record));
	TRY(kind_of(call, record.description, &filing.kind));
	TRY(check_days(call));
	TRY(body_of(call, filing.kind, call_text(call, "fields"), &record, &filing.body));
	filing.valid_from = date_of(call, "valid_from");
	filing.valid_until = date_of(call, "valid_until");
	return filed(call, &filing);
}

/* The same words for longer. */
static err renew_apply(struct call *call)
{
	struct record record = {0};
	struct record_filing filing = {.old = &record, .opener = call->actor.account};

	TRY(load(call, &record));
	TRY(kind_of(call, record.description, &filing.kind));
	if (record.state != RECORD_IN_FORCE && record.state != RECORD_EXPIRED)
		return conflict(call, "record", "承認された登録だけを更新できます。", "Only what has been approved can be renewed.");
	filing.valid_until = date_of(call, "valid_until");
	if (filing.valid_until < clock_date_jst(call->now_us))
		return call_flaw(call, "valid_until", FLAW_RULE, "有効期限は今日以後の日にしてください。", "It would have ended already.");
	filing.body = record.body;
	return filed(call, &filing);
}

/* ---- deciding ---- */

static err decision_of(struct call *call, const struct record *record, struct record_decision *out)
{
	*out = (struct record_decision){.kind = recordkind_find(record->description), .by = call->actor.account};
	if (out->kind == NULL)
		return conflict(call, "record", "この台帳は廃止されました。", "This register is no more.");
	return person_name(&call->rows, call->actor.account, &out->name);
}

static err nothing_waits(struct call *call)
{
	return conflict(call, "record", "承認を待つ版がありません。もう決まったか、差し替えられました。", "No edition waits: it has been decided, or replaced.");
}

/*
 * R4: what came by one file is decided as one, as far as the caller may decide it: what is the caller's own (a batch of a campaign has
 * the records of many people) and what lies out of reach stays, and waits for somebody else.
 */
static err decide_batch(struct call *call, struct record *record, const struct record_decision *decision)
{
	struct record *list = arena_alloc(call->arena, BATCH_MAX * sizeof(*list));
	const struct record *left = NULL;
	size_t count = 0, decided = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(record_batch_get(&call->rows, record->batch, list, BATCH_MAX, &count));
	for (size_t i = 0; i < count; i++) {
		bool own = id_equal(list[i].row.id, record->row.id);

		if (!call_may(call, call->op, list[i].row.id)) {
			left = left == NULL ? &list[i] : left;
			continue;
		}
		decided++;
		TRY(record_decide(&call->rows, &list[i], decision, call->now_us));
		if (own)
			*record = list[i];
	}
	if (left != NULL)
		TRY(record_ask(&call->rows, decision->kind, left, call->now_us));
	return buf_printf(&call->detail, "\"batch\":%zu", decided);
}

/* What is approved is what was before the eyes: another edition may have been filed meanwhile. */
static bool is_another(const struct call *call, const struct record *record)
{
	const struct value *seen = call_value(call, "edition");

	return seen->present && seen->as.integer != record->waiting;
}

static err decide_waiting(struct call *call, bool approve)
{
	struct record record = {0};
	struct record_decision decision;

	TRY(load(call, &record));
	if (record.waiting == 0)
		return nothing_waits(call);
	if (approve && is_another(call, &record))
		return conflict(call, "edition", "ご覧のあとで別の版が出されました。もう一度確かめてから承認してください。",
		    "Another edition has been filed since. Look at it before approving.");
	TRY(decision_of(call, &record, &decision));
	decision.approve = approve;
	if (!approve)
		decision.reason = call_text(call, "reason");
	if (id_is_zero(record.batch))
		TRY(record_decide(&call->rows, &record, &decision, call->now_us));
	else
		TRY(decide_batch(call, &record, &decision));
	return show(call, &record);
}

static err approve_apply(struct call *call)
{
	return decide_waiting(call, true);
}

static err reject_apply(struct call *call)
{
	return decide_waiting(call, false);
}

static err withdraw_apply(struct call *call)
{
	struct record record = {0};
	struct record_decision decision;
	err e;

	TRY(load(call, &record));
	TRY(decision_of(call, &record, &decision));
	decision.reason = call_text(call, "reason");
	e = record_withdraw(&call->rows, &record, &decision, call->now_us);
	if (err_is(e, ERR_CONFLICT))
		return conflict(call, "record", "この登録はもう取り下げられています。", "This record has been withdrawn already.");
	TRY(e);
	return show(call, &record);
}

static err confirm_apply(struct call *call)
{
	struct record record = {0};
	struct record_decision decision;

	TRY(load(call, &record));
	TRY(decision_of(call, &record, &decision));
	if (!confirmable(&record))
		return conflict(call, "record", "確認を待っている登録ではありません。", "This record does not wait for confirmation.");
	record.confirmed_by = decision.by;
	record.confirmed_name = decision.name;
	record.confirmed_at = call->now_us;
	TRY(row_update(&call->rows, &record_entity, &record));
	TRY(record_confirmation(&call->rows, decision.kind, &record, call->now_us));
	return show(call, &record);
}

/* ---- rows ---- */

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};
static const struct grant file_grants[] = {{ROLES_ANY, RELATION_FILES, "*"}, {0}};
static const struct grant sign_grants[] = {{ROLES_ANY, RELATION_SIGNS, "*"}, {0}};
static const struct grant handle_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {0}};

#define REGISTER .name = "register", .ja = "台帳", .en = "Register", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description"
#define RECORD {.place = IN_PATH, .object = true, .field = {.name = "record", .ja = "登録", .en = "Record", .type = FIELD_ID, .grade = GRADE_2, \
	.required = true, .refers = "record"}}
#define FIELDS {.place = IN_BODY, .field = {.name = "fields", .ja = "内容", .en = "Content", .type = FIELD_FORM, PERSONAL, .required = true}}
#define DAYS \
	{.place = IN_BODY, .field = {.name = "valid_from", .ja = "有効期間の始め", .en = "Valid from", .type = FIELD_DATE, .grade = GRADE_2}}, \
	{.place = IN_BODY, .field = {.name = "valid_until", .ja = "有効期限", .en = "Valid until", .type = FIELD_DATE, .grade = GRADE_2}}
#define REASON {.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, PERSONAL, .required = true, \
	.multiline = true, .max = RECORD_REASON_MAX}}

static const struct input registers_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};
static const struct input list_inputs[] = {
	{.place = IN_PATH, .field = {REGISTER}},
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = record_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};
static const struct input record_input[] = {RECORD, {0}};
static const struct input file_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {REGISTER}}, FIELDS, DAYS,
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility"}}, {0},
};
static const struct input change_inputs[] = {RECORD, FIELDS, DAYS, {0}};
static const struct input renew_inputs[] = {
	RECORD, {.place = IN_BODY, .field = {.name = "valid_until", .ja = "有効期限", .en = "Valid until", .type = FIELD_DATE, .grade = GRADE_2,
	    .required = true}}, {0},
};
static const struct input approve_inputs[] = {
	RECORD, {.place = IN_BODY, .field = {.name = "edition", .ja = "確かめた版", .en = "Edition that was looked at", .type = FIELD_INT, .grade = GRADE_2,
	    .min = 1, .max = RECORD_EDITIONS_MAX}}, {0},
};
static const struct input reason_inputs[] = {RECORD, REASON, {0}};

#define RECORD_READ .method = "GET", .kind = OP_READ, .status = 200, .grants = see_grants
#define RECORD_OP .entity = &record_entity, RECORD_COMMON
#define RECORD_COMMON .output = &record_entity, .event = true, .grade = GRADE_3B, .requirements = "K-24 K-25 P-9.1 P-9.2 P-9.5 S-42", \
	.purpose_ja = "台帳に登録された内容を、確かめ、承認し、保つため", .purpose_en = "To check, approve and keep what stands in the registers"
#define RECORD_DEED(name, words_ja, words_en) .id = "record." name, .ja = words_ja, .en = words_en, .method = "POST", \
	.path = "/v1/records/{record}/" name, .policy = "record " name, .kind = OP_WRITE, .status = 200

const struct op recorddesk_registers = {
	.id = "record.registers", .ja = "台帳の一覧を見る", .en = "List the registers", .path = "/v1/registers", .policy = "description see", RECORD_READ,
	.inputs = registers_inputs, .entity = &describe_entity, .output = &describe_entity, .list = true,
	.where = "description.kind = 0 AND description.retired = 0", .grade = GRADE_2, .requirements = "K-24 K-25 P-9.1 P-9.2 P-9.5 S-42", .apply = registers_apply,
};
const struct op recorddesk_list = {
	.id = "record.list", .ja = "台帳の登録を一覧で見る", .en = "List the records of a register", .path = "/v1/registers/{register}/records",
	.policy = "record see", RECORD_READ, RECORD_OP, .inputs = list_inputs, .list = true,
	.where = "record.description = :register AND (record.state = :state OR :state IS NULL)", .apply = list_apply,
};
const struct op recorddesk_see = {
	.id = "record.see", .ja = "台帳の登録を見る", .en = "See a record", .path = "/v1/records/{record}", .policy = "record see", RECORD_READ, RECORD_OP,
	.inputs = record_input, .apply = see_apply,
};
const struct op recorddesk_file = {
	.id = "record.file", .ja = "台帳に登録する", .en = "File a record", .method = "POST", .path = "/v1/registers/{register}/records",
	.policy = "record file", .kind = OP_WRITE, .status = 201, .grants = file_grants, .inputs = file_inputs, RECORD_COMMON, .entity = &describe_entity,
	.apply = file_apply,
};
const struct op recorddesk_change = {
	.id = "record.change", .ja = "登録の新しい版を出す", .en = "File a new edition of a record", .method = "PUT", .path = "/v1/records/{record}",
	.policy = "record change", .kind = OP_WRITE, .status = 200, .grants = file_grants, .inputs = change_inputs, RECORD_OP, .apply = change_apply,
};
const struct op recorddesk_renew = {
	RECORD_DEED("renew", "登録を更新する", "Renew a record"), .grants = file_grants, .inputs = renew_inputs, RECORD_OP, .apply = renew_apply,
};
const struct op recorddesk_approve = {
	RECORD_DEED("approve", "登録を承認する", "Approve a record"), .grants = sign_grants, .inputs = approve_inputs, RECORD_OP, .apply = approve_apply,
};
const struct op recorddesk_reject = {
	RECORD_DEED("reject", "登録を差し戻す", "Reject a record"), .grants = sign_grants, .inputs = reason_inputs, RECORD_OP, .apply = reject_apply,
};
const struct op recorddesk_withdraw = {
	RECORD_DEED("withdraw", "登録を取り下げる", "Withdraw a record"), .grants = file_grants, .inputs = reason_inputs, RECORD_OP,
	.apply = withdraw_apply,
};
const struct op recorddesk_confirm = {
	RECORD_DEED("confirm", "届いた登録を確認する", "Confirm a record that was sent"), .grants = handle_grants, .inputs = record_input, RECORD_OP,
	.apply = confirm_apply,
};
