#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinder/cutoff.h"
#include "kinder/kinder_int.h"

#include "kinder/facility.h"

#define KINDER_ROW facility

#define PUBLIC_TEXT .type = FIELD_TEXT, .grade = GRADE_1

/* Which may be empty: those that the cities' own lists leave empty. */
#define FACILITY_FIELDS(field)                                                                                       \
	field(municipality_code, .ja = "地方公共団体コード", .en = "Municipality code",                              \
	    .column = "全国地方公共団体コード", PUBLIC_TEXT, .required = true, .min = 6, .max = 6)                   \
	field(code, .ja = "ID", .en = "Code", PUBLIC_TEXT, .required = true, .sort = true, .max = 40)                \
	field(municipality, .ja = "地方公共団体名", .en = "Municipality", PUBLIC_TEXT, .required = true, .max = 100) \
	field(name, .ja = "名称", .en = "Name", PUBLIC_TEXT, .required = true, .max = 100)                           \
	field(kind, .ja = "種別", .en = "Kind", PUBLIC_TEXT, .required = true, .max = 40)                            \
	field(address, .ja = "所在地", .en = "Address", .column = "所在地_連結表記", PUBLIC_TEXT, .required = true,  \
	    .max = 200)                                                                                              \
	field(latitude, .ja = "緯度", .en = "Latitude", PUBLIC_TEXT, .max = 20)                                      \
	field(longitude, .ja = "経度", .en = "Longitude", PUBLIC_TEXT, .max = 20)                                    \
	field(telephone, .ja = "電話番号", .en = "Telephone", PUBLIC_TEXT, .max = 20)                                \
	field(capacity, .ja = "収容定員", .en = "Capacity", .type = FIELD_INT, .grade = GRADE_1, .max = 5000)        \
	field(accepted_ages, .ja = "受入年齢", .en = "Accepted ages", PUBLIC_TEXT, .max = 100)                       \
	field(opens, .ja = "利用開始時間", .en = "Opens", PUBLIC_TEXT, .max = 5)                                     \
	field(closes, .ja = "利用終了時間", .en = "Closes", PUBLIC_TEXT, .max = 5)                                   \
	field(operator, .ja = "設置主体", .en = "Operated by", PUBLIC_TEXT, .max = 40)                               \
	field(url, .ja = "URL", .en = "Web page", PUBLIC_TEXT, .max = 300)                                           \
	field(notes, .ja = "備考", .en = "Notes", PUBLIC_TEXT, .multiline = true, .max = 1000)

static const char *const states[] = {[FACILITY_OPEN] = "open", [FACILITY_CLOSED] = "closed", NULL};

static const struct field fields[] = {
	FACILITY_FIELDS(KINDER_FIELD)
	{.name = "cut_off", .ja = "連絡の締切", .en = "Reports until", PUBLIC_TEXT, .max = 5,
	    .offset = offsetof(struct facility, cut_off)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_1, .choices = states,
	    .offset = offsetof(struct facility, state)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_1,
	    .offset = offsetof(struct facility, probe)},
};

static const char *const unique[] = {"municipality_code,code", NULL};

const struct entity facility_entity = {
	.name = "facility",
	.ja = "園",
	.en = "Facility",
	.size = sizeof(struct facility),
	.facility = "id",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_code(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return false;
	return text.len == 6;
}

bool facility_time(struct bytes text)
{
	unsigned hour = 0;
	size_t colon = text.len < 3 ? 0 : text.len - 3;

	if (colon < 1 || colon > 2 || text.ptr[colon] != ':')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (i != colon && !is_digit(text.ptr[i]))
			return false;
	for (size_t i = 0; i < colon; i++)
		hour = hour * 10 + (unsigned)(text.ptr[i] - '0');
	return text.ptr[colon + 1] <= '5' &&
	    (hour < 24 || (hour == 24 && text.ptr[colon + 1] == '0' && text.ptr[colon + 2] == '0'));
}

/* Digits in groups: 011-511-0447, 0120-0123-13. */
bool facility_telephone(struct bytes text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		bool hyphen = text.ptr[i] == '-';

		if (!hyphen && !is_digit(text.ptr[i]))
			return false;
		if (hyphen && (i == 0 || i + 1 == text.len || text.ptr[i - 1] == '-'))
			return false;
		digits += !hyphen;
	}
	return digits >= 9 && digits <= 11 && text.ptr[0] == '0';
}

/* Degrees with an optional sign and at most one point. */
static bool is_degrees(struct bytes text)
{
	size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
	size_t digits = 0;
	size_t points = 0;

	for (; at < text.len; at++) {
		digits += is_digit(text.ptr[at]);
		points += text.ptr[at] == '.';
		if (!is_digit(text.ptr[at]) && text.ptr[at] != '.')
			return false;
	}
	return digits > 0 && points <= 1;
}

static const struct shape {
	const char *field;
	bool (*fits)(struct bytes text);
	const char *ja;
	const char *en;
} shapes[] = {
	{"municipality_code", is_code, "全国地方公共団体コードは6桁の数字です。", "The municipality code has six digits."},
	{"opens", facility_time, "時刻は「9:00」のように書いてください。", "Write a time like 9:00."},
	{"closes", facility_time, "時刻は「18:30」のように書いてください。", "Write a time like 18:30."},
	{"telephone", facility_telephone, "電話番号は「011-511-0447」のように書いてください。",
	    "Write a telephone number like 011-511-0447."},
	{"latitude", is_degrees, "緯度は「43.045613」のように書いてください。", "Write a latitude like 43.045613."},
	{"longitude", is_degrees, "経度は「141.343758」のように書いてください。", "Write a longitude like 141.343758."},
};

bool facility_check(const struct value *values, struct problems *problems)
{
	bool good = true;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct field *field = entity_field(&facility_entity, shapes[i].field);
		const struct value *value = &values[field - fields];

		if (!value->present || value->as.text.len == 0 || shapes[i].fits(value->as.text))
			continue;
		problems_add(problems, field->name, field, FLAW_FORMAT,
		    problems->language == LANGUAGE_EN ? shapes[i].en : shapes[i].ja);
		good = false;
	}
	return good;
}

static const struct grant see_grants[] = {
	{ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{0},
};
static const struct grant manage_grants[] = {{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"}, {0}};

static const struct input list_inputs[] = {KINDER_PAGE_INPUTS, {0}};
static const struct input change_inputs[] = {{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}}, OP_INPUT_EFFECTIVE, OP_INPUT_WHY, {0}};
static const struct input one_input[] = {{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}}, {0}};
static const struct input open_inputs[] = {FACILITY_FIELDS(KINDER_INPUT) {0}};

static err list_apply(struct call *call)
{
	return call_list(call, NULL);
}

const struct op facility_list = {
	.id = "facility.list",
	.ja = "園の一覧を見る",
	.en = "List facilities",
	.method = "GET",
	.path = "/v1/facilities",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "facility see",
	.inputs = list_inputs,
	.entity = &facility_entity,
	.output = &facility_entity,
	.list = true,
	.status = 200,
	.purpose_ja = "園の基本情報を示すため",
	.purpose_en = "To show the basic data of facilities",
	.grade = GRADE_1,
	.requirements = "K-26 K-27",
	.apply = list_apply,
};

static err see_apply(struct call *call)
{
	struct facility facility = {0};

	TRY(row_get(&call->rows, &facility_entity, call_id(call, "facility"), &facility));
	json_row(&call->out, &facility_entity, &facility, call->grant->groups);
	return OK;
}

const struct op facility_see = {
	.id = "facility.see",
	.ja = "園の情報を見る",
	.en = "See a facility",
	.method = "GET",
	.path = "/v1/facilities/{facility}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "facility see",
	.inputs = one_input,
	.entity = &facility_entity,
	.output = &facility_entity,
	.status = 200,
	.purpose_ja = "園の基本情報を示すため",
	.purpose_en = "To show the basic data of a facility",
	.grade = GRADE_1,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};

static err put(struct call *call, const struct facility *facility)
{
	call->event_facility = facility->row.id;
	json_row(&call->out, &facility_entity, facility, "*");
	return call_object(call, "facility", facility->row.id);
}

static err open_apply(struct call *call)
{
	struct facility facility = {.state = FACILITY_OPEN, .cut_off = BYTES_LIT(CUTOFF_DEFAULT)};
	err e;

	if (!facility_check(call->values, call->problems)) /* inputs stand in the order of the fields */
		return FAIL(INVALID);
	call_store(call, &facility_entity, &facility);
	TRY(id_new(&facility.row.id));
	TRY(keys_create(call->rows.keys, KEY_FACILITY, &facility.row.id, 1));
	e = row_insert(&call->rows, &facility_entity, &facility);
	if (err_is(e, ERR_CONFLICT))
		return kinder_conflict(call, "code", "同じコードの園がもう登録されています。",
		    "A facility with this code is registered already.");
	TRY(e);
	return put(call, &facility);
}

const struct op facility_open = {
	.id = "facility.open",
	.ja = "園を登録する",
	.en = "Open a facility",
	.method = "POST",
	.path = "/v1/facilities",
	.kind = OP_WRITE,
	.grants = manage_grants,
	.policy = "facility open",
	.inputs = open_inputs,
	.entity = &facility_entity,
	.output = &facility_entity,
	.status = 201,
	.purpose_ja = "園を登録するため",
	.purpose_en = "To register a facility",
	.event = true,
	.grade = GRADE_1,
	.requirements = "K-26",
	.apply = open_apply,
};

#define TIME_INPUT .type = FIELD_TEXT, .grade = GRADE_1, .max = 5

static const struct input hours_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_BODY, .field = {.name = "opens", .ja = "利用開始時間", .en = "Opens", TIME_INPUT}},
	{.place = IN_BODY, .field = {.name = "closes", .ja = "利用終了時間", .en = "Closes", TIME_INPUT}},
	{.place = IN_BODY, .field = {.name = "cut_off", .ja = "連絡の締切", .en = "Reports until", TIME_INPUT, .min = 5}},
	{0},
};

static err check_hours(struct call *call)
{
	struct bytes opens = call_text(call, "opens");
	struct bytes closes = call_text(call, "closes");

	if (opens.len > 0 && !facility_time(opens))
		return call_flaw(call, "opens", FLAW_FORMAT, "時刻は「9:00」のように書いてください。", "Write a time like 9:00.");
	if (closes.len > 0 && !facility_time(closes))
		return call_flaw(call, "closes", FLAW_FORMAT, "時刻は「18:30」のように書いてください。", "Write a time like 18:30.");
	if (call_value(call, "cut_off")->present && !cutoff_fits(call_text(call, "cut_off")))
		return call_flaw(call, "cut_off", FLAW_FORMAT, "時刻は「08:30」のように書いてください。", "Write a time like 08:30.");
	return OK;
}

static err hours_apply(struct call *call)
{
	struct facility facility = {0};

	TRY(check_hours(call));
	TRY(row_get(&call->rows, &facility_entity, call_id(call, "facility"), &facility));
	call_store(call, &facility_entity, &facility);
	TRY(row_update(&call->rows, &facility_entity, &facility));
	return put(call, &facility);
}

static const struct grant hours_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{0},
};

const struct op facility_hours = {
	.id = "facility.hours",
	.ja = "園の時間と連絡の締切を決める",
	.en = "Set a facility's hours and until when to report",
	.method = "PUT",
	.path = "/v1/facilities/{facility}/hours",
	.kind = OP_WRITE,
	.grants = hours_grants,
	.policy = "facility change",
	.inputs = hours_inputs,
	.entity = &facility_entity,
	.output = &facility_entity,
	.status = 200,
	.purpose_ja = "保護者がいつまで連絡できるかを決めるため",
	.purpose_en = "To set until when guardians can report",
	.event = true,
	.grade = GRADE_1,
	.requirements = "K-26",
	.apply = hours_apply,
};

const struct statement facility_children = {
	"kinder.facility-children",
	"SELECT count(*) FROM child WHERE facility = :facility",
};

static err count_children(struct call *call, int64_t *count_out)
{
	struct id facility = call_id(call, "facility");
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &facility_children, &query);

	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*count_out = row ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

static err close_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	int64_t children = 0;

	TRY(count_children(call, &children));
	if (call->language == LANGUAGE_EN)
		(void)snprintf(words_out, words_max,
		    "The facility is closed. %" PRId64 " children are registered there.", children);
	else
		(void)snprintf(words_out, words_max, "園を閉じます。登録されている園児は%" PRId64 "人です。", children);
	*objects_out = 1;
	return OK;
}

static err reopen_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	(void)snprintf(words_out, words_max, "%s",
	    call->language == LANGUAGE_EN ? "The closed facility is opened again." : "閉じた園をもう一度開きます。");
	*objects_out = 1;
	return OK;
}

static err change_state(struct call *call, enum facility_state state)
{
	struct facility facility = {0};

	TRY(row_get(&call->rows, &facility_entity, call_id(call, "facility"), &facility));
	if (facility.state == (int32_t)state)
		return kinder_conflict(call, "facility", "園はもうその状態です。", "The facility is in that state already.");
	facility.state = (int32_t)state;
	TRY(row_update(&call->rows, &facility_entity, &facility));
	return put(call, &facility);
}

static err close_apply(struct call *call)
{
	return change_state(call, FACILITY_CLOSED);
}

static err reopen_apply(struct call *call)
{
	return change_state(call, FACILITY_OPEN);
}

const struct op facility_close = {
	.id = "facility.close",
	.ja = "園を閉じる",
	.en = "Close a facility",
	.method = "POST",
	.path = "/v1/facilities/{facility}/close",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.grants = manage_grants,
	.policy = "facility close",
	.inputs = change_inputs,
	.entity = &facility_entity,
	.status = 202,
	.purpose_ja = "閉園を登録するため",
	.purpose_en = "To register that a facility is closed",
	.step_up_s = OP_STEP_UP_S,
	.manual = "doc/manual/facility-close.md",
	.approver = ROLE(OFFICER_ADMIN),
	.undo = "facility.reopen",
	.event = true,
	.grade = GRADE_1,
	.requirements = "K-3 K-44",
	.impact = close_impact,
	.apply = close_apply,
};

const struct op facility_reopen = {
	.id = "facility.reopen",
	.ja = "閉じた園を開く",
	.en = "Open a closed facility again",
	.method = "POST",
	.path = "/v1/facilities/{facility}/reopen",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.grants = manage_grants,
	.policy = "facility open",
	.inputs = change_inputs,
	.entity = &facility_entity,
	.status = 202,
	.purpose_ja = "閉園を取り消すため",
	.purpose_en = "To undo that a facility is closed",
	.manual = "doc/manual/facility-close.md",
	.approver = ROLE(OFFICER_ADMIN),
	.undo = "facility.close",
	.event = true,
	.grade = GRADE_1,
	.requirements = "K-3 K-44",
	.impact = reopen_impact,
	.apply = reopen_apply,
};
