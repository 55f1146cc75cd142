#include <string.h>

#include "base/clock.h"
#include "govern/record.h"
#include "op/setting.h"

#include "govern/baseline.h"

#define REGISTER "baseline"
#define ITEM "item"             /* field of the register: names the setting */
#define REASON "reason"
#define ACCEPTED_MAX 200

/* state 1 = in force */
static struct row_list in_force = {"govern.baseline-accepted", &record_entity,
    "description = :description AND state = 1 AND probe = 0 ORDER BY number DESC LIMIT 200", NULL};

err baseline_start(void)
{
	return row_list_make(&in_force);
}

struct accepted { struct record *list; size_t count; };

static err read_accepted(struct call *call, struct accepted *accepted)
{
	struct id description = describe_id(RECORDKIND, REGISTER);
	struct query *query = NULL;
	bool row = true;
	err e;

	accepted->list = arena_alloc(call->arena, ACCEPTED_MAX * sizeof(*accepted->list));
	if (accepted->list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(call->rows.db, in_force.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	while (err_is_ok(e) && accepted->count < ACCEPTED_MAX) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = row_read(&call->rows, &record_entity, query, false, &accepted->list[accepted->count]);
		if (err_is_ok(e))
			accepted->count++;
	}
	query_end(&query);
	return e;
}

/* Approved, not past its last day, gives a reason, and names the setting. */
static const struct record *accepts(struct call *call, const struct accepted *accepted, const char *code)
{
	int32_t today = clock_date_jst(call->now_us);

	for (size_t i = 0; i < accepted->count; i++) {
		const struct record *one = &accepted->list[i];

		if (one->approved_at != 0 && (one->valid_until == 0 || one->valid_until >= today) && bytes_is(form_get(one->body, ITEM), code) &&
		    form_get(one->body, REASON).len > 0)
			return one;
	}
	return NULL;
}

static err put_one(struct call *call, const struct accepted *accepted, const struct contract_limits *agreed, enum setting_code code, int64_t *open)
{
	static const char *const ways[] = {[SETTING_NONE] = "none", [SETTING_LOWER] = "lower", [SETTING_HIGHER] = "higher"};
	const struct setting_definition *one = setting_at(code);
	const struct record *by = NULL;
	int64_t value = 0;
	bool in_line;

	TRY(setting_of(call, code, &value));
	value = setting_effective(one, value, setting_agreed(code, agreed));
	in_line = setting_in_line(one, value);
	if (!in_line)
		by = accepts(call, accepted, one->code);
	*open += !in_line && by == NULL;
	json_object(&call->out, NULL);
	json_str(&call->out, "code", one->code);
	json_object(&call->out, "title");
	json_str(&call->out, "ja", one->title.ja);
	json_str(&call->out, "en", one->title.en);
	json_object_end(&call->out);
	json_int(&call->out, "value", value);
	json_int(&call->out, "baseline", one->baseline);
	json_str(&call->out, "stricter", ways[one->stricter]);
	json_bool(&call->out, "in_line", in_line);
	if (by != NULL) {
		json_object(&call->out, "accepted");
		json_id(&call->out, "record", by->row.id);
		json_int(&call->out, "number", by->number);
		json_text(&call->out, "reason", form_get(by->body, REASON));
		json_date(&call->out, "until", by->valid_until);
		json_object_end(&call->out);
	} else {
		json_null(&call->out, "accepted");
	}
	json_object_end(&call->out);
	return call->out.state;
}

static err see_apply(struct call *call)
{
	struct contract_limits agreed = {0};
	struct accepted accepted = {0};
	int64_t open = 0;

	TRY(contract_limits(call, (struct id){{0}}, &agreed));
	TRY(read_accepted(call, &accepted));
	json_array(&call->out, "items");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		enum setting_code code;

		if (setting_find(bytes_str(setting_at((enum setting_code)i)->code), call->compartment, &code) != NULL)
			TRY(put_one(call, &accepted, &agreed, code, &open));
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	json_int(&call->out, "open", open);
	return call->out.state;
}

static const struct grant grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct input inputs[] = {{0}};
static const struct field output[] = {
	{.name = "code", .ja = "設定", .en = "Setting", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "value", .ja = "効いている値", .en = "In effect", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "baseline", .ja = "基準", .en = "Baseline", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "in_line", .ja = "基準どおり", .en = "In line", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "open", .ja = "理由のない差の数", .en = "Differences without a reason", .type = FIELD_INT, .grade = GRADE_2},
	{0},
};

const struct op baseline_see = { /* CH-7 */
	.id = "setting.baseline", .ja = "設定と安全の基準の差を見る", .en = "See how the settings stand to the baseline", .method = "GET", .path = "/v1/baseline",
	.kind = OP_READ, .grants = grants, .policy = "setting see", .inputs = inputs, .entity = &setting_entity, .output_fields = output, .status = 200,
	.grade = GRADE_2, .requirements = "K-11 K-44 T-6.6 U-09 U-35", .apply = see_apply,
};
