#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "assure/checks.h"
#include "assure/steps.h"
#include "assure/verdict.h"
#include "assure/waits.h"
#include "ledger/ledger.h"

#include "assure/checkrow.h"

static const char *const outcomes[] = {"none", "passed", "failed", "unable", "off", NULL};

#define AT(member) .offset = offsetof(struct checkrow, member)
#define CODE .name = "code", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 48
#define OUTCOME .name = "outcome", .ja = "結果", .en = "Outcome", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = outcomes
#define STEPS .name = "steps", .ja = "試したこと", .en = "What was tried", .type = FIELD_BYTES, .grade = GRADE_2, .max = STEPS_JSON_MAX
#define TIME(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2
#define NUMBER(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2

static const struct field fields[] = {
	{CODE, AT(code)},
	{OUTCOME, AT(outcome)},
	{NUMBER("objects", "対象の数", "Objects"), AT(objects)},
	{NUMBER("took_ms", "かかった時間（ミリ秒）", "Took (ms)"), AT(took_ms)},
	{TIME("last_at", "直近の実施", "Last run"), AT(last_at)},
	{TIME("since", "この結果になった日時", "Since"), AT(since)},
	{TIME("asked_at", "実施を求めた日時", "Asked for"), AT(asked_at)},
	{NUMBER("event", "記録の番号", "Event"), AT(event)},
	{TIME("stale_at", "結果が古くなる日時", "Too old from"), AT(stale_at)},
	{.name = "stale", .ja = "古い", .en = "Too old", .type = FIELD_BOOL, .grade = GRADE_2, AT(stale)},
	{STEPS, AT(steps)},
};

static const char *const unique[] = {"code", NULL};

const struct entity checkrow_entity = {
	.name = "check_state", .ja = "検査の状態", .en = "State of a check", .size = sizeof(struct checkrow), .seal = SEAL_NONE,
	.unique = unique, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#undef AT
#define AT(member) .offset = offsetof(struct checkrow_turn, member)

static const struct field turn_fields[] = {
	{CODE, AT(code)},
	{OUTCOME, AT(outcome)},
	{TIME("since", "始まり", "Since"), AT(since)},
	{TIME("until", "終わり", "Until"), AT(until)},
	{TIME("last_at", "直近の実施", "Last run"), AT(last_at)},
	{NUMBER("runs", "実施した回数", "Runs"), AT(runs)},
	{NUMBER("first_event", "最初の記録の番号", "First event"), AT(first_event)},
	{NUMBER("last_event", "最後の記録の番号", "Last event"), AT(last_event)},
	{STEPS, AT(steps)},
};

static const char *const turn_indexes[] = {"code,since", NULL};

const struct entity checkrow_turn_entity = {
	.name = "check_turn", .ja = "検査の結果の経過", .en = "Stretch of equal results", .size = sizeof(struct checkrow_turn),
	.seal = SEAL_NONE, .indexes = turn_indexes, .fields = turn_fields, .field_count = sizeof(turn_fields) / sizeof(turn_fields[0]),
};

static struct row_list by_code = {"assure.check-by-code", &checkrow_entity, "code = :code", NULL};
static struct row_list every = {"assure.checks", &checkrow_entity, "1 = 1 ORDER BY code", NULL};
static struct row_list asked = {"assure.checks-asked", &checkrow_entity,
    "asked_at > :since AND (last_at IS NULL OR asked_at > last_at) ORDER BY asked_at LIMIT 16", NULL};
static struct row_list turns_of = {"assure.check-turns", &checkrow_turn_entity, "code = :code ORDER BY since DESC, id DESC LIMIT :limit", NULL};
static struct row_list lasting = {"assure.check-turn-lasting", &checkrow_turn_entity, "code = :code AND until IS NULL", NULL};

err checkrow_start(void)
{
	TRY(row_list_make(&by_code));
	TRY(row_list_make(&every));
	TRY(row_list_make(&asked));
	TRY(row_list_make(&turns_of));
	return row_list_make(&lasting);
}

/* ---- reading ---- */

static err find(struct row_context *c, const struct row_list *list, const char *code, void *row_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, list->statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, list->entity, query, false, row_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err checkrow_get(struct row_context *c, const char *code, struct checkrow *row_out)
{
	return find(c, &by_code, code, row_out);
}

static err read_rows(struct row_context *c, struct query *query, err (*each)(void *context, const struct checkrow *row), void *context)
{
	for (;;) {
		struct checkrow row = {0};
		bool found = false;

		TRY(query_step(query, &found));
		if (!found)
			return OK;
		TRY(row_read(c, &checkrow_entity, query, false, &row));
		TRY(each(context, &row));
	}
}

err checkrow_each(struct row_context *c, err (*each)(void *context, const struct checkrow *row), void *context)
{
	struct query *query = NULL;
	err e = query_start(c->db, every.statement, &query);

	if (err_is_ok(e))
		e = read_rows(c, query, each, context);
	query_end(&query);
	return e;
}

err checkrow_asked(struct row_context *c, int64_t now_us, err (*each)(void *context, const struct checkrow *row), void *context)
{
	struct query *query = NULL;
	err e = query_start(c->db, asked.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "since", now_us - CHECKROW_ASK_US);
	if (err_is_ok(e))
		e = read_rows(c, query, each, context);
	query_end(&query);
	return e;
}

err checkrow_turns(struct row_context *c, const char *code, err (*each)(void *context, const struct checkrow_turn *turn), void *context)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(c->db, turns_of.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_int(query, "limit", CHECKROW_TURNS_MAX);
	while (err_is_ok(e)) {
		struct checkrow_turn turn = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &checkrow_turn_entity, query, false, &turn);
		if (err_is_ok(e))
			e = each(context, &turn);
	}
	query_end(&query);
	return e;
}

bool checkrow_waiting(const struct checkrow *row, int64_t now_us)
{
	return row->asked_at > row->last_at && now_us - row->asked_at < CHECKROW_ASK_US;
}

/* ---- recording a result ---- */

static bool step_fits(const json_t *step)
{
	return json_is_object(step) && json_is_string(json_object_get(step, "ja")) && json_is_string(json_object_get(step, "en")) &&
	    json_is_string(json_object_get(step, "seen")) && json_is_boolean(json_object_get(step, "ok")) &&
	    json_is_integer(json_object_get(step, "count")) && json_object_size(step) == 5;
}

/* As steps.h says; it is shown to people and kept for years. */
static bool steps_fit(struct bytes steps)
{
	json_t *list = json_loadb((const char *)steps.ptr, steps.len, JSON_REJECT_DUPLICATES, NULL);
	bool fit = json_is_array(list) && json_array_size(list) <= STEPS_MAX;

	for (size_t i = 0; fit && i < json_array_size(list); i++)
		fit = step_fits(json_array_get(list, i));
	json_decref(list);
	return fit;
}

/* What has passed says what was tried, and nothing of it went wrong. */
static bool steps_pass(struct bytes steps)
{
	json_t *list = json_loadb((const char *)steps.ptr, steps.len, JSON_REJECT_DUPLICATES, NULL);
	bool pass = json_array_size(list) > 0;

	for (size_t i = 0; pass && i < json_array_size(list); i++)
		pass = json_is_true(json_object_get(json_array_get(list, i), "ok"));
	json_decref(list);
	return pass;
}

/* Not the same result as before: what rests on it is looked at again. */
static bool turned(const struct checkrow *before, const struct checkrow *after)
{
	return before->row.version == 0 || before->outcome != after->outcome || before->stale ||
	    (before->objects > 0) != (after->objects > 0);
}

static err put_state(struct call *call, const struct catalogue_check *check, struct checkrow *row)
{
	const struct checkrow before = *row;

	row->code = bytes_str(check->id);
	row->outcome = call_value(call, "outcome")->as.choice;
	row->objects = call_value(call, "objects")->as.integer;
	row->took_ms = call_value(call, "took_ms")->as.integer;
	row->last_at = call->now_us;
	row->since = before.outcome == row->outcome && before.since != 0 ? before.since : call->now_us;
	row->event = (int64_t)ledger_next(call->compartment->ledger);
	row->stale_at = matrix_stale_at(check, row->last_at);
	row->stale = false;
	row->steps = call_text(call, "steps");
	if (turned(&before, row))
		TRY(verdict_due(&call->rows, call->now_us));
	return before.row.version == 0 ? row_insert(&call->rows, &checkrow_entity, row) : row_update(&call->rows, &checkrow_entity, row);
}

static err put_turn(struct call *call, const struct checkrow *row)
{
	struct checkrow_turn turn = {0};
	err e = find(&call->rows, &lasting, (const char *)row->code.ptr, &turn);

	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	if (err_is_ok(e) && turn.outcome == row->outcome) {
		turn.runs++;
		turn.last_at = row->last_at;
		turn.last_event = row->event;
		turn.steps = row->steps;
		return row_update(&call->rows, &checkrow_turn_entity, &turn);
	}
	if (err_is_ok(e)) {
		turn.until = call->now_us;
		TRY(row_update(&call->rows, &checkrow_turn_entity, &turn));
	}
	turn = (struct checkrow_turn){
		.code = row->code, .outcome = row->outcome, .since = row->last_at, .last_at = row->last_at, .runs = 1,
		.first_event = row->event, .last_event = row->event, .steps = row->steps,
	};
	return row_insert(&call->rows, &checkrow_turn_entity, &turn);
}

/* "lockout-after-failures passed 3" */
static err name_result(struct call *call, const struct checkrow *row)
{
	char *words = arena_alloc(call->arena, 96);

	if (words == NULL)
		return FAIL(UNAVAILABLE);
	(void)snprintf(words, 96, "%.48s %s %lld", (const char *)row->code.ptr, outcomes[row->outcome], (long long)row->objects);
	call->reason = words;
	TRY(buf_printf(&call->detail, "\"took_ms\":%lld,\"steps\":", (long long)row->took_ms));
	return buf_append(&call->detail, row->steps);
}

static err record_apply(struct call *call)
{
	OWN(buf) code = {0};
	struct checkrow row = {0};
	const struct catalogue_check *check;
	err e;

	TRY(buf_append(&code, call_text(call, "check")));
	TRY(buf_u8(&code, 0));
	check = catalogue_check_find((const char *)code.ptr);
	if (check == NULL || checks_find(check->id) == NULL)
		return FAIL(NOT_FOUND);
	if (call_value(call, "outcome")->as.choice == MATRIX_NOT_RUN)
		return call_flaw(call, "outcome", FLAW_CHOICE, "結果がありません。", "There is no outcome.");
	if (!steps_fit(call_text(call, "steps")))
		return call_flaw(call, "steps", FLAW_FORMAT, "手順の形が違います。", "The steps are not what they should be.");
	if (call_value(call, "outcome")->as.choice == MATRIX_RUN_PASSED && !steps_pass(call_text(call, "steps")))
		return call_flaw(call, "steps", FLAW_RULE, "合格と言える手順ではありません。", "Such steps are no pass.");
	e = checkrow_get(&call->rows, check->id, &row);
	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	TRY(put_state(call, check, &row));
	TRY(put_turn(call, &row));
	json_int(&call->out, "event", row.event);
	TRY(name_result(call, &row));
	return call_object(call, "check_state", row.row.id);
}

static const struct input record_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "check", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 48}},
	{.place = IN_QUERY, .field = {.name = "outcome", .ja = "結果", .en = "Outcome", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = outcomes}},
	{.place = IN_QUERY, .field = {.name = "objects", .ja = "対象の数", .en = "Objects", .type = FIELD_INT, .grade = GRADE_2, .required = true,
	    .min = 0, .max = INT64_C(1000000000)}},
	{.place = IN_QUERY, .field = {.name = "took_ms", .ja = "かかった時間", .en = "Took (ms)", .type = FIELD_INT, .grade = GRADE_2,
	    .required = true, .min = 0, .max = INT64_C(1000000000)}},
	{.place = IN_BODY, .raw = true, .field = {.name = "steps", .ja = "試したこと", .en = "What was tried", .type = FIELD_BYTES,
	    .grade = GRADE_2, .required = true, .max = STEPS_JSON_MAX}},
	{0},
};

static const struct grant system_grants[] = {{ROLES_ANY, RELATION_NONE, "*"}, {0}};

const struct op checkrow_record = { /* GV-14 */
	.id = "check.record",
	.ja = "検査の結果を記録する",
	.en = "Record the result of a check",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.grants = system_grants,
	.policy = "requirement run-check",
	.inputs = record_inputs,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6",
	.apply = record_apply,
};

/* ---- asking for a run ---- */

static err refuse(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "check", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

static err may_run(struct call *call, const struct catalogue_check *check, const struct checkrow *row)
{
	if (checks_find(check->id) == NULL)
		return refuse(call, "この検査の対象はまだありません。", "What this check is about does not exist yet.");
	if (checkrow_waiting(row, call->now_us))
		return refuse(call, "この検査はもう求められています。結果をお待ちください。", "This check has been asked for already. Wait for its result.");
	if (row->last_at != 0 && call->now_us - row->last_at < CHECKROW_AGAIN_US)
		return refuse(call, "この検査は今しがた行われました。5秒後にもう一度お試しください。",
		    "This check has just been carried out. Try again in 5 seconds.");
	return OK;
}

static err run_apply(struct call *call)
{
	OWN(buf) code = {0};
	struct checkrow row = {0};
	const struct catalogue_check *check;
	err e;

	TRY(buf_append(&code, call_text(call, "check")));
	TRY(buf_u8(&code, 0));
	check = catalogue_check_find((const char *)code.ptr);
	if (check == NULL)
		return FAIL(NOT_FOUND);
	e = checkrow_get(&call->rows, check->id, &row);
	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	TRY(may_run(call, check, &row));
	row.code = bytes_str(check->id);
	row.asked_at = call->now_us;
	e = row.row.version == 0 ? row_insert(&call->rows, &checkrow_entity, &row) : row_update(&call->rows, &checkrow_entity, &row);
	TRY(e);
	TRY(buf_printf(&call->detail, "\"check\":\"%s\"", check->id));
	json_str(&call->out, "check", check->id);
	json_time(&call->out, "asked_at", row.asked_at);
	return call_object(call, "check_state", row.row.id);
}

static const struct grant run_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input run_inputs[] = {
	{.place = IN_PATH, .field = {.name = "check", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .min = 1,
	    .max = 48}},
	{0},
};

static const struct field run_output[] = {
	{.name = "check", .ja = "検査", .en = "Check", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "asked_at", .ja = "求めた日時", .en = "Asked for", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op checkrow_run = { /* GV-14 */
	.id = "check.run",
	.ja = "検査をいま行う",
	.en = "Carry out a check now",
	.method = "POST",
	.path = "/v1/checks/{check}/run",
	.kind = OP_WRITE,
	.grants = run_grants,
	.policy = "requirement run-check",
	.inputs = run_inputs,
	.output_fields = run_output,
	.status = 202,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 T-6",
	.apply = run_apply,
};
