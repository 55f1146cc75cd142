#include <string.h>

#include "assure/show.h"

#include "assure/checkview.h"

static bool wanted(const struct call *call, const struct facts *facts, const struct catalogue_check *check)
{
	const struct value *state = call_value(call, "state");
	const struct value *group = call_value(call, "group");

	if (state->present && state->as.choice != (int32_t)show_check_state(facts, check))
		return false;
	return !group->present || bytes_is(group->as.text, check->control->family->id) || bytes_is(group->as.text, check->control->id);
}

static void put(struct call *call, const struct facts *facts, const struct catalogue_check *check)
{
	if (!wanted(call, facts, check))
		return;
	json_object(&call->out, NULL);
	show_check(&call->out, facts, check, SHOW_LINE);
	json_object_end(&call->out);
}

static err list_apply(struct call *call)
{
	const struct catalogue *all = catalogue_get();
	struct facts facts = {0};

	TRY(facts_read(&call->rows, call->now_us, &facts));
	json_array(&call->out, "items");
	for (size_t i = 0; i < show_lead_count(); i++)
		if (show_lead(i) != NULL)
			put(call, &facts, show_lead(i));
	for (size_t i = 0; i < all->check_count; i++)
		if (!show_leads(&all->checks[i]))
			put(call, &facts, &all->checks[i]);
	json_array_end(&call->out);
	return OK;
}

static const struct grant see_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{0},
};

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = matrix_check_names}},
	{.place = IN_QUERY, .field = {.name = "group", .ja = "分野または対策", .en = "Family or control", .type = FIELD_TEXT, .grade = GRADE_2,
	    .min = 1, .max = 48}},
	{0},
};

static const struct field output[] = {
	{.name = "id", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "control", .ja = "対策", .en = "Control", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "every_s", .ja = "間隔（秒）", .en = "Interval (s)", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "what", .ja = "試すこと", .en = "What is tried", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = matrix_check_names},
	{.name = "objects", .ja = "対象の数", .en = "Objects", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "last_at", .ja = "直近の実施", .en = "Last run", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "next_at", .ja = "次の実施", .en = "Next run", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "took_ms", .ja = "かかった時間（ミリ秒）", .en = "Took (ms)", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "since", .ja = "いつから", .en = "Since", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "asked", .ja = "実施を求められている", .en = "Asked for", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "runnable", .ja = "いま行える", .en = "Can be asked for", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "lead", .ja = "基盤の検査", .en = "About the program itself", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "event", .ja = "記録の番号", .en = "Event", .type = FIELD_INT, .grade = GRADE_2},
	{0},
};

const struct op checkview_list = { /* GV-14 */
	.id = "check.list",
	.ja = "検査の一覧を見る",
	.en = "See the checks",
	.method = "GET",
	.path = "/v1/checks",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.inputs = list_inputs,
	.output_fields = output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6",
	.apply = list_apply,
};

/* Without an outcome it has only been asked for. */
static enum matrix_check state_of(const struct checkrow_turn *turn)
{
	static const enum matrix_check states[] = {
		[MATRIX_NOT_RUN] = MATRIX_NEVER, [MATRIX_RUN_PASSED] = MATRIX_PASSED, [MATRIX_RUN_FAILED] = MATRIX_FAILED,
		[MATRIX_RUN_UNABLE] = MATRIX_UNABLE, [MATRIX_RUN_OFF] = MATRIX_OFF,
	};

	REQUIRE((size_t)turn->outcome < sizeof(states) / sizeof(states[0]));
	return states[turn->outcome];
}

err checkview_put_turn(void *context, const struct checkrow_turn *turn)
{
	struct json *json = context;

	json_object(json, NULL);
	json_time(json, "since", turn->since);
	json_time(json, "until", turn->until);
	json_time(json, "last_at", turn->last_at);
	json_str(json, "state", matrix_check_names[state_of(turn)]);
	json_int(json, "runs", turn->runs);
	json_int(json, "first_event", turn->first_event);
	json_int(json, "last_event", turn->last_event);
	show_steps(json, turn->steps);
	json_object_end(json);
	return json->state;
}

static err see_apply(struct call *call)
{
	const struct catalogue *all = catalogue_get();
	const struct catalogue_check *check = NULL;
	struct facts facts = {0};

	for (size_t i = 0; i < all->check_count; i++)
		if (bytes_is(call_text(call, "check"), all->checks[i].id))
			check = &all->checks[i];
	if (check == NULL)
		return FAIL(NOT_FOUND);
	TRY(facts_read(&call->rows, call->now_us, &facts));
	show_check(&call->out, &facts, check, SHOW_STEPS);
	json_array(&call->out, "turns");
	TRY(checkrow_turns(&call->rows, check->id, checkview_put_turn, &call->out));
	json_array_end(&call->out);
	return OK;
}

static const struct input see_inputs[] = {
	{.place = IN_PATH, .field = {.name = "check", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .min = 1,
	    .max = 48}},
	{0},
};

const struct op checkview_see = { /* GV-14 */
	.id = "check.see",
	.ja = "一つの検査の結果を見る",
	.en = "See one check and its results",
	.method = "GET",
	.path = "/v1/checks/{check}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.inputs = see_inputs,
	.output_fields = output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6",
	.apply = see_apply,
};
