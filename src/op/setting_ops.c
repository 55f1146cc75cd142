#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "op/setting.h"

#include "op/setting_ops.h"

/* ---- seeing ---- */

static void put_words(struct call *call, const char *name, const struct op_words *words)
{
	if (words->ja == NULL) {
		json_null(&call->out, name);
		return;
	}
	json_object(&call->out, name);
	json_str(&call->out, "ja", words->ja);
	json_str(&call->out, "en", words->en);
	json_object_end(&call->out);
}

static bool may_change(const struct call *call)
{
	return !call->actor.probe && (ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN)) & (1u << call->actor.role);
}

static err put_one(struct call *call, enum setting_code code, const struct contract_limits *agreed)
{
	static const char *const ways[] = {[SETTING_NONE] = "none", [SETTING_LOWER] = "lower", [SETTING_HIGHER] = "higher"};
	const struct setting_definition *one = setting_at(code);
	struct setting row = {0};
	int64_t contract = setting_agreed(code, agreed);
	int64_t value = 0;
	err e = setting_row(&call->rows, bytes_str(one->code), &row);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	TRY(setting_of(call, code, &value));
	json_object(&call->out, NULL);
	json_str(&call->out, "code", one->code);
	put_words(call, "title", &one->title);
	json_str(&call->out, "type", one->is_switch ? "switch" : "number");
	put_words(call, "unit", &one->unit);
	json_int(&call->out, "min", one->min);
	json_int(&call->out, "max", one->max);
	json_int(&call->out, "value", value);
	json_int(&call->out, "default", one->value);
	json_int(&call->out, "baseline", one->baseline);
	json_str(&call->out, "stricter", ways[one->stricter]);
	if (contract != 0)
		json_int(&call->out, "contract", contract);
	else
		json_null(&call->out, "contract");
	json_int(&call->out, "effective", setting_effective(one, value, contract));
	json_bool(&call->out, "drift", !setting_in_line(one, setting_effective(one, value, contract)));
	json_bool(&call->out, "widens", one->widens);
	put_words(call, "impact", &one->impact);
	json_time(&call->out, "since", row.since);
	json_id(&call->out, "by", row.by);
	json_object(&call->out, "may");
	json_bool(&call->out, "change", may_change(call));
	json_object_end(&call->out);
	json_object_end(&call->out);
	return call->out.state;
}

static err list_apply(struct call *call)
{
	struct contract_limits agreed = {0};

	TRY(contract_limits(call, (struct id){{0}}, &agreed));
	json_array(&call->out, "items");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		enum setting_code code;

		if (setting_find(bytes_str(setting_at((enum setting_code)i)->code), call->compartment, &code) != NULL)
			TRY(put_one(call, code, &agreed));
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

/* ---- changing ---- */

static err asked(struct call *call, const struct setting_definition **one_out, enum setting_code *code_out)
{
	*one_out = setting_find(call_text(call, "setting"), call->compartment, code_out);
	return *one_out != NULL ? OK : FAIL(NOT_FOUND);
}

/* Refused before anybody is asked, and again when it takes effect: the file may be another one by then. CH-1 */
static err check(struct call *call, const struct setting_definition *one, int64_t now)
{
	int64_t value = call_value(call, "value")->as.integer;
	char ja[200], en[200];

	if (!setting_fits(one, value)) {
		(void)snprintf(ja, sizeof(ja), "%" PRId64 "から%" PRId64 "までにしてください。", one->min, one->max);
		(void)snprintf(en, sizeof(en), "From %" PRId64 " to %" PRId64 ".", one->min, one->max);
		return call_flaw(call, "value", value < one->min ? FLAW_TOO_SMALL : FLAW_TOO_LARGE, ja, en);
	}
	if (value == now)
		return call_flaw(call, "value", FLAW_RULE, "もうこの値です。", "It has this value already.");
	return OK;
}

static void word_value(const struct setting_definition *one, int64_t value, enum language language, char *out, size_t max)
{
	bool english = language == LANGUAGE_EN;

	if (one->is_switch)
		(void)snprintf(out, max, "%s", english ? (value != 0 ? "on" : "off") : value != 0 ? "入" : "切");
	else if (english)
		(void)snprintf(out, max, "%" PRId64 " %s", value, one->unit.en);
	else
		(void)snprintf(out, max, "%" PRId64 "%s", value, one->unit.ja);
}

static err change_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	const struct setting_definition *one = NULL;
	enum setting_code code = SETTING_COUNT;
	bool english = call->language == LANGUAGE_EN;
	char from[60], to[60];
	int64_t now = 0;
	int len;

	TRY(asked(call, &one, &code));
	TRY(setting_of(call, code, &now));
	TRY(check(call, one, now));
	word_value(one, now, call->language, from, sizeof(from));
	word_value(one, call_value(call, "value")->as.integer, call->language, to, sizeof(to));
	len = snprintf(words_out, words_max, english ? "%s: %s → %s. %s" : "%s：%s → %s。%s", english ? one->title.en : one->title.ja, from, to,
	    english ? one->impact.en : one->impact.ja);
	while (len >= (int)words_max && words_max > 1) { /* never cut within a letter */
		len = (int)words_max - 1;
		while (len > 0 && (words_out[len - 1] & 0xc0) == 0x80)
			len--;
		words_out[len > 0 ? len - 1 : 0] = '\0';
	}
	*objects_out = 1;
	return OK;
}

/* AC-5, CH-7 */
static struct op_words change_warning(struct call *call)
{
	static const struct op_words wider = {"この変更で、情報が見える・届く範囲が広がります。広げてよいことを確かめてから承認してください。",
		"With this change more is seen, or reaches more. Approve only when that is meant."};
	static const struct op_words weaker = {"安全の基準より緩い値です。承認すると、基準との差異として一覧に出ます。",
		"The value is weaker than the secure baseline. Once approved it is listed as a difference from it."};
	const struct setting_definition *one = NULL;
	enum setting_code code = SETTING_COUNT;
	int64_t value = call_value(call, "value")->as.integer;
	int64_t now = 0;

	if (!err_is_ok(asked(call, &one, &code)) || !err_is_ok(setting_of(call, code, &now)))
		return wider; /* whoever cannot tell warns */
	if (one->widens && value > now)
		return wider;
	return setting_in_line(one, value) ? (struct op_words){0} : weaker;
}

/* Inputs stand in this order. */
enum { IN_SETTING, IN_VALUE };

static err change_current(struct call *call, struct value *values_out)
{
	const struct setting_definition *one = NULL;
	enum setting_code code = SETTING_COUNT;
	int64_t now = 0;

	TRY(asked(call, &one, &code));
	TRY(setting_of(call, code, &now));
	values_out[IN_SETTING] = (struct value){.present = true, .as.text = bytes_str(one->code)};
	values_out[IN_VALUE] = (struct value){.present = true, .as.integer = now};
	return OK;
}

static err change_apply(struct call *call)
{
	const struct setting_definition *one = NULL;
	enum setting_code code = SETTING_COUNT;
	struct setting row = {0};
	int64_t value = call_value(call, "value")->as.integer;
	int64_t now = 0;

	TRY(asked(call, &one, &code));
	TRY(setting_of(call, code, &now));
	TRY(check(call, one, now));
	TRY(setting_put(&call->rows, bytes_str(one->code), value, call->actor.account, call->now_us));
	TRY(setting_row(&call->rows, bytes_str(one->code), &row));
	TRY(call_object(call, setting_entity.name, row.row.id));
	json_row(&call->out, &setting_entity, &row, "*");
	return OK;
}

static const struct grant see_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct grant change_grants[] = {
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct input no_inputs[] = {{0}};
static const struct input change_inputs[] = {
	[IN_SETTING] = {.place = IN_PATH, .field = {.name = "setting", .ja = "設定", .en = "Setting", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,
	    .min = 2, .max = 40}},
	[IN_VALUE] = {.place = IN_BODY, .field = {.name = "value", .ja = "値", .en = "Value", .type = FIELD_INT, .grade = GRADE_2, .required = true,
	    .min = 0, .max = INT64_C(1000000000)}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .required = true, .min = 1, .max = 200}},
	OP_INPUT_EFFECTIVE,
	{0},
};
static const struct field list_output[] = {
	{.name = "code", .ja = "設定", .en = "Setting", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "value", .ja = "値", .en = "Value", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "default", .ja = "標準", .en = "Default", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "baseline", .ja = "基準", .en = "Baseline", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "contract", .ja = "契約", .en = "By contract", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "effective", .ja = "効いている値", .en = "In effect", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "drift", .ja = "基準との差異", .en = "Differs from the baseline", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "widens", .ja = "範囲を広げる", .en = "Widens", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "since", .ja = "適用日時", .en = "Since", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

static const struct op list_op = {
	.id = "setting.list", .ja = "設定の一覧を見る", .en = "List settings", .method = "GET", .path = "/v1/settings",
	.kind = OP_READ, .grants = see_grants, .policy = "setting see", .inputs = no_inputs, .entity = &setting_entity,
	.output_fields = list_output, .status = 200, .grade = GRADE_2, .requirements = "K-44 T-6.6 U-35", .apply = list_apply,
};
static const struct op change_op = { /* CH-1 CH-4 AC-5 */
	.id = "setting.change", .ja = "設定を変える", .en = "Change a setting", .method = "PUT", .path = "/v1/settings/{setting}",
	.kind = OP_WRITE, .guard = GUARD_APPROVE, .approver = ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN), .undo = "setting.change",
	.manual = "doc/manual/setting.md", .impact = change_impact, .current = change_current, .warning = change_warning,
	.grants = change_grants, .policy = "setting change", .inputs = change_inputs, .entity = &setting_entity, .output = &setting_entity,
	.status = 202, .step_up_s = OP_STEP_UP_S, .event = true, .grade = GRADE_2, .requirements = "K-44 K-57 T-6.6 U-35 P-2.4",
	.apply = change_apply,
};

const struct op *const setting_ops[] = {&list_op, &change_op, NULL};
