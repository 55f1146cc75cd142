#include <string.h>

#include "assure/show.h"
#include "base/clock.h"
#include "assure/view.h"

#include "assure/requirement.h"

#define TREND_DAYS 90
#define DAY_US (INT64_C(86400) * 1000000)

/* ---- pieces ---- */

/* proven, failing, stale, open */
static void put_counts(struct json *json, const int64_t counts[static MATRIX_STATUS_COUNT])
{
	static const enum matrix_status order[] = {MATRIX_PROVEN, MATRIX_FAILING, MATRIX_STALE, MATRIX_OPEN};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		json_int(json, matrix_status_names[order[i]], counts[order[i]]);
}

static void put_annex(const struct view *view, const struct catalogue_annex *annex)
{
	int64_t counts[MATRIX_STATUS_COUNT] = {0};

	for (size_t i = 0; i < annex->requirement_count; i++)
		counts[view_status(view, &annex->requirements[i])]++;
	json_object(view->json, NULL);
	json_str(view->json, "id", annex->id);
	show_words(view->json, "title", &annex->title);
	show_words(view->json, "customer", &annex->customer);
	json_bool(view->json, "applies", view_applies(view, annex));
	json_int(view->json, "rows", (int64_t)annex->requirement_count);
	put_counts(view->json, counts);
	json_object_end(view->json);
}

/* The states of a requirement's parts, counted. */
struct tally {
	int64_t checks[MATRIX_CHECK_COUNT], registers[MATRIX_REGISTER_COUNT];
	int64_t check_count, register_count;
	int64_t last_at;
};

static void tally_control(const struct view *view, const struct catalogue_control *control, struct tally *tally)
{
	for (size_t i = 0; i < control->check_count; i++) {
		int64_t last_at = view->facts.rows[catalogue_check_index(&control->checks[i])].last_at;

		tally->checks[show_check_state(&view->facts, &control->checks[i])]++;
		tally->check_count++;
		tally->last_at = last_at > tally->last_at ? last_at : tally->last_at;
	}
	for (size_t i = 0; i < control->need_count; i++) {
		tally->registers[show_register_state(&view->facts, &control->needs[i])]++;
		tally->register_count++;
	}
}

static void put_tally(struct json *json, const struct tally *tally)
{
	json_object(json, "checks");
	json_int(json, "total", tally->check_count);
	json_int(json, "passed", tally->checks[MATRIX_PASSED]);
	json_int(json, "failed", tally->checks[MATRIX_FAILED]);
	json_int(json, "stale", tally->checks[MATRIX_PASSED_LONG_AGO]);
	json_int(json, "unable", tally->checks[MATRIX_UNABLE]);
	json_int(json, "open", tally->checks[MATRIX_NEVER] + tally->checks[MATRIX_OFF] + tally->checks[MATRIX_NO_SUBJECT]);
	json_object_end(json);
	json_object(json, "registers");
	json_int(json, "total", tally->register_count);
	json_int(json, "held", tally->registers[MATRIX_HELD]);
	json_int(json, "open", tally->registers[MATRIX_EMPTY] + tally->registers[MATRIX_UNAPPROVED] + tally->registers[MATRIX_NO_REGISTER]);
	json_int(json, "expired", tally->registers[MATRIX_EXPIRED]);
	json_object_end(json);
}

/* Members only; the controls are the caller's. */
static void put_requirement(const struct view *view, const struct catalogue_requirement *requirement)
{
	enum matrix_status status = view_status(view, requirement);
	struct tally tally = {0};

	for (size_t i = 0; i < requirement->control_count; i++)
		tally_control(view, requirement->controls[i], &tally);
	json_str(view->json, "id", requirement->id);
	json_str(view->json, "catalogue", requirement->annex->id);
	json_str(view->json, "ref", requirement->ref);
	show_words(view->json, "group", &requirement->group);
	json_str(view->json, "ja", requirement->text.ja);
	json_str(view->json, "en", requirement->text.en);
	json_str(view->json, "duty", catalogue_duty_names[requirement->duty]);
	json_str(view->json, "status", matrix_status_names[status]);
	json_time(view->json, "since", view_since(view, requirement, status));
	json_time(view->json, "last_at", tally.last_at);
	put_tally(view->json, &tally);
}

static void put_control_ids(const struct view *view, const struct catalogue_requirement *requirement)
{
	json_array(view->json, "controls");
	for (size_t i = 0; i < requirement->control_count; i++)
		json_str(view->json, NULL, requirement->controls[i]->id);
	json_array_end(view->json);
}

static void put_control_head(const struct view *view, const struct catalogue_control *control)
{
	json_str(view->json, "id", control->id);
	json_str(view->json, "kind", catalogue_kind_names[control->kind]);
	json_str(view->json, "family", control->family->id);
	show_words(view->json, "title", &control->title);
	show_words(view->json, "statement", &control->statement);
	json_str(view->json, "status", matrix_status_names[matrix_control(view->all, control, &view->facts.known, NULL)]);
}

/* ---- the list ---- */

static bool wanted_annex(const struct view *view, const struct catalogue_annex *annex)
{
	const struct value *only = call_value(view->call, "catalogue");

	if (only->present)
		return bytes_is(only->as.text, annex->id);
	return call_value(view->call, "all")->present || view_applies(view, annex);
}

static bool wanted_status(const struct view *view, const struct catalogue_requirement *requirement)
{
	const struct value *only = call_value(view->call, "status");

	return !only->present || only->as.choice == (int32_t)view_status(view, requirement);
}

static err list_apply(struct call *call)
{
	struct view view;

	TRY(view_open(call, &view));
	json_time(view.json, "at", call->now_us);
	json_array(view.json, "catalogues");
	for (size_t i = 0; i < view.all->annex_count; i++)
		if (view_applies(&view, &view.all->annexes[i]) || wanted_annex(&view, &view.all->annexes[i]))
			put_annex(&view, &view.all->annexes[i]);
	json_array_end(view.json);
	json_array(view.json, "items");
	for (size_t i = 0; i < view.all->requirement_count; i++) {
		const struct catalogue_requirement *requirement = &view.all->requirements[i];

		if (!wanted_annex(&view, requirement->annex) || !wanted_status(&view, requirement))
			continue;
		json_object(view.json, NULL);
		put_requirement(&view, requirement);
		put_control_ids(&view, requirement);
		json_object_end(view.json);
	}
	json_array_end(view.json);
	return OK;
}

#define OVERSEERS (ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR))
#define OPERATORS (ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))

static const struct grant see_grants[] = {
	{OVERSEERS, RELATION_CUSTOMER, "*"}, {OPERATORS, RELATION_PROVIDER, "*"}, {ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0},
};

#define CATALOGUE_INPUT \
	{.place = IN_QUERY, .field = {.name = "catalogue", .ja = "別紙", .en = "Catalogue", .type = FIELD_TEXT, .grade = GRADE_2, .min = 1, .max = 48}}

static const char *const yes_words[] = {"yes", NULL};

static const struct input list_inputs[] = {
	CATALOGUE_INPUT,
	{.place = IN_QUERY, .field = {.name = "status", .ja = "状況", .en = "Status", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = matrix_status_names}},
	{.place = IN_QUERY, .field = {.name = "all", .ja = "契約にない別紙も", .en = "Those not in the contract too", .type = FIELD_CHOICE,
	    .grade = GRADE_2, .choices = yes_words}},
	{0},
};

#define TEXT(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2}
#define TIME(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2}
#define NUMBER(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2}
#define STATUS_FIELD {.name = "status", .ja = "状況", .en = "Status", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = matrix_status_names}

static const struct field list_output[] = {
	TIME("at", "現在", "At"),
	TEXT("id", "要件", "Requirement"),
	TEXT("catalogue", "別紙", "Catalogue"),
	TEXT("ref", "項番", "Item"),
	TEXT("ja", "要件（日本語）", "In Japanese"),
	TEXT("en", "要件（英語）", "In English"),
	{.name = "duty", .ja = "担い手", .en = "Whose duty", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = catalogue_duty_names},
	STATUS_FIELD,
	TIME("since", "いつから", "Since"),
	TIME("last_at", "直近の検査", "Last check"),
	{0},
};

const struct op requirement_list = { /* GV-14 */
	.id = "requirement.list",
	.ja = "要件と、満たしている証拠の状況を見る",
	.en = "See the demands and how they are proven",
	.method = "GET",
	.path = "/v1/requirements",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.inputs = list_inputs,
	.output_fields = list_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6 U-34",
	.apply = list_apply,
};

/* ---- one of them ---- */

static void put_check_reason(const struct view *view, const struct catalogue_check *check, enum matrix_check state)
{
	json_object(view->json, NULL);
	json_str(view->json, "kind", "check");
	json_str(view->json, "id", check->id);
	json_str(view->json, "state", matrix_check_names[state]);
	show_reason(view->json, check->id, state);
	json_object_end(view->json);
}

static void put_register_reason(const struct view *view, const struct catalogue_need *need, enum matrix_register state)
{
	json_object(view->json, NULL);
	json_str(view->json, "kind", "register");
	json_str(view->json, "id", need->of->name);
	json_str(view->json, "state", matrix_register_names[state]);
	show_register_reason(view->json, need->of, state);
	json_object_end(view->json);
}

/* The parts that are as bad as the whole. */
static void put_reasons(const struct view *view, const struct catalogue_control *control, enum matrix_status worst)
{
	for (size_t i = 0; i < control->check_count; i++) {
		enum matrix_check state = show_check_state(&view->facts, &control->checks[i]);

		if (matrix_check_status(state) == worst)
			put_check_reason(view, &control->checks[i], state);
	}
	for (size_t i = 0; i < control->need_count; i++) {
		enum matrix_register state = show_register_state(&view->facts, &control->needs[i]);

		if (matrix_register_status(state) == worst)
			put_register_reason(view, &control->needs[i], state);
	}
}

static void put_why(const struct view *view, const struct catalogue_requirement *requirement)
{
	enum matrix_status worst = view_status(view, requirement);

	json_array(view->json, "why");
	for (size_t i = 0; worst != MATRIX_PROVEN && i < requirement->control_count; i++)
		put_reasons(view, requirement->controls[i], worst);
	json_array_end(view->json);
}

static void put_control(const struct view *view, const struct catalogue_control *control)
{
	json_object(view->json, NULL);
	put_control_head(view, control);
	json_array(view->json, "checks");
	for (size_t i = 0; i < control->check_count; i++) {
		json_object(view->json, NULL);
		show_check(view->json, &view->facts, &control->checks[i], SHOW_STEPS);
		json_object_end(view->json);
	}
	json_array_end(view->json);
	json_array(view->json, "registers");
	for (size_t i = 0; i < control->need_count; i++)
		show_register(view->json, &view->facts, &control->needs[i]);
	json_array_end(view->json);
	json_object_end(view->json);
}

/* What was worst at that time; the catalogue may have changed since. */
static void put_cause(struct json *json, const struct verdict *verdict)
{
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; verdict->part == VERDICT_CHECK && i < all->check_count; i++)
		if (bytes_is(verdict->name, all->checks[i].id) && verdict->state >= 0 && verdict->state < MATRIX_CHECK_COUNT) {
			json_object(json, "why");
			show_reason(json, all->checks[i].id, (enum matrix_check)verdict->state);
			json_text(json, "check", verdict->name);
			json_object_end(json);
			return;
		}
	for (size_t i = 0; verdict->part == VERDICT_REGISTER && i < all->register_count; i++)
		if (bytes_is(verdict->name, all->registers[i].name) && verdict->state >= 0 && verdict->state < MATRIX_REGISTER_COUNT) {
			json_object(json, "why");
			show_register_reason(json, &all->registers[i], (enum matrix_register)verdict->state);
			json_text(json, "register", verdict->name);
			json_object_end(json);
			return;
		}
	if (verdict->part != VERDICT_NOTHING) {
		json_null(json, "why");
		return;
	}
	json_object(json, "why");
	json_str(json, "ja", "すべての検査に合格し、記録がそろいました。");
	json_str(json, "en", "Every check passed and every record is in order.");
	json_object_end(json);
}

static err put_turn(void *context, const struct verdict *verdict)
{
	struct json *json = context;

	json_object(json, NULL);
	json_time(json, "at", verdict->since);
	json_str(json, "status", matrix_status_names[verdict->status]);
	put_cause(json, verdict);
	json_object_end(json);
	return json->state;
}

err requirement_put(const struct view *view, const struct catalogue_requirement *requirement)
{
	put_requirement(view, requirement);
	json_str(view->json, "shown", requirement->shown);
	json_str(view->json, "source", requirement->annex->source);
	put_why(view, requirement);
	json_array(view->json, "controls");
	for (size_t i = 0; i < requirement->control_count; i++)
		put_control(view, requirement->controls[i]);
	json_array_end(view->json);
	json_array(view->json, "history");
	TRY(verdict_history(&view->call->rows, requirement->id, put_turn, view->json));
	json_array_end(view->json);
	return view->json->state;
}

static err see_apply(struct call *call)
{
	const struct catalogue_requirement *requirement = catalogue_requirement_find(call_text(call, "requirement"));
	struct view view;

	if (requirement == NULL)
		return FAIL(NOT_FOUND);
	TRY(view_open(call, &view));
	return requirement_put(&view, requirement);
}

static const struct input see_inputs[] = {
	{.place = IN_PATH, .field = {.name = "requirement", .ja = "要件", .en = "Requirement", .type = FIELD_TEXT, .grade = GRADE_2,
	    .required = true, .min = 1, .max = 48}},
	{0},
};

const struct op requirement_see = { /* GV-14 */
	.id = "requirement.see",
	.ja = "一つの要件の証拠を見る",
	.en = "See the proof of one demand",
	.method = "GET",
	.path = "/v1/requirements/{requirement}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.inputs = see_inputs,
	.output_fields = list_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6 U-34",
	.apply = see_apply,
};

/* ---- controls ---- */

static bool rests_on(const struct catalogue_requirement *requirement, const struct catalogue_control *control)
{
	for (size_t i = 0; i < requirement->control_count; i++)
		if (requirement->controls[i] == control)
			return true;
	return false;
}

static void put_control_row(const struct view *view, const struct catalogue_control *control)
{
	json_object(view->json, NULL);
	put_control_head(view, control);
	json_array(view->json, "checks");
	for (size_t i = 0; i < control->check_count; i++) {
		json_object(view->json, NULL);
		json_str(view->json, "id", control->checks[i].id);
		json_str(view->json, "state", matrix_check_names[show_check_state(&view->facts, &control->checks[i])]);
		json_object_end(view->json);
	}
	json_array_end(view->json);
	json_array(view->json, "registers");
	for (size_t i = 0; i < control->need_count; i++) {
		json_object(view->json, NULL);
		json_str(view->json, "name", control->needs[i].of->name);
		json_str(view->json, "state", matrix_register_names[show_register_state(&view->facts, &control->needs[i])]);
		json_object_end(view->json);
	}
	json_array_end(view->json);
	json_array(view->json, "requirements");
	for (size_t i = 0; i < view->all->requirement_count; i++)
		if (rests_on(&view->all->requirements[i], control))
			json_str(view->json, NULL, view->all->requirements[i].id);
	json_array_end(view->json);
	json_object_end(view->json);
}

static err controls_apply(struct call *call)
{
	struct view view;

	TRY(view_open(call, &view));
	json_array(view.json, "items");
	for (size_t i = 0; i < view.all->control_count; i++)
		put_control_row(&view, &view.all->controls[i]);
	json_array_end(view.json);
	return OK;
}

static const struct field controls_output[] = {
	TEXT("id", "対策", "Control"),
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = catalogue_kind_names},
	TEXT("family", "分野", "Family"),
	STATUS_FIELD,
	{0},
};

const struct op requirement_controls = { /* GV-14 */
	.id = "control.list",
	.ja = "対策の一覧を見る",
	.en = "See the controls",
	.method = "GET",
	.path = "/v1/controls",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.output_fields = controls_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6",
	.apply = controls_apply,
};

/* ---- over time ---- */

static err put_day(void *context, const struct verdict_standing *standing)
{
	struct json *json = context;
	const int64_t counts[MATRIX_STATUS_COUNT] = {
		[MATRIX_PROVEN] = standing->proven, [MATRIX_FAILING] = standing->failing, [MATRIX_STALE] = standing->stale,
		[MATRIX_OPEN] = standing->open,
	};

	json_object(json, NULL);
	json_time(json, "at", standing->at);
	json_date(json, "date", standing->date);
	json_text(json, "catalogue", standing->catalogue);
	put_counts(json, counts);
	json_object_end(json);
	return json->state;
}

static err trend_apply(struct call *call)
{
	const struct value *days = call_value(call, "days");
	int64_t back = (days->present ? days->as.integer : TREND_DAYS) - 1;

	json_array(&call->out, "items");
	TRY(verdict_days(&call->rows, clock_date_jst(call->now_us - back * DAY_US), put_day, &call->out));
	json_array_end(&call->out);
	return OK;
}

static const struct input trend_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "days", .ja = "日数", .en = "Days", .type = FIELD_INT, .grade = GRADE_2, .min = 1, .max = 400}},
	{0},
};

static const struct field trend_output[] = {
	TIME("at", "集計した日時", "Counted at"),
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2},
	TEXT("catalogue", "別紙", "Catalogue"),
	NUMBER("proven", "実証済みの数", "Proven"),
	NUMBER("failing", "不適合の数", "Failing"),
	NUMBER("stale", "期限切れの数", "Stale"),
	NUMBER("open", "未実証の数", "Open"),
	{0},
};

const struct op requirement_trend = { /* GV-14 S-21 */
	.id = "requirement.trend",
	.ja = "要件の状況の移り変わりを見る",
	.en = "See how the demands were proven over time",
	.method = "GET",
	.path = "/v1/requirement-trend",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "requirement see",
	.inputs = trend_inputs,
	.output_fields = trend_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-25 S-21 T-6",
	.apply = trend_apply,
};
