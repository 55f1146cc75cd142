#include "base/clock.h"
#include "op/job.h"

#include "op/schedule.h"

#define SECOND_US 1000000LL
#define DAY_MINUTES 1440

const char schedule_schema[] =
    "CREATE TABLE IF NOT EXISTS schedule (code TEXT PRIMARY KEY, last_at BIGINT NOT NULL, took_ms BIGINT NOT NULL,"
    " outcome BIGINT NOT NULL, next_at BIGINT NOT NULL, running_at BIGINT NOT NULL, missed_at BIGINT NOT NULL,"
    " failed_at BIGINT NOT NULL, late_at BIGINT NOT NULL);\n"
    "CREATE TABLE IF NOT EXISTS job_place (code TEXT PRIMARY KEY, position BIGINT NOT NULL);\n";

static const struct statement load_one = {"schedule.load",
    "SELECT last_at, took_ms, outcome, next_at, running_at, missed_at, failed_at, late_at FROM schedule WHERE code = :code"};
static const struct statement save_one = {"schedule.save",
    "INSERT INTO schedule (code, last_at, took_ms, outcome, next_at, running_at, missed_at, failed_at, late_at)"
    " VALUES (:code, :last_at, :took_ms, :outcome, :next_at, :running_at, :missed_at, :failed_at, :late_at)"
    " ON CONFLICT (code) DO UPDATE SET last_at = excluded.last_at, took_ms = excluded.took_ms, outcome = excluded.outcome,"
    " next_at = excluded.next_at, running_at = excluded.running_at, missed_at = excluded.missed_at,"
    " failed_at = excluded.failed_at, late_at = excluded.late_at"};

static const struct statement load_place = {"schedule.place", "SELECT position FROM job_place WHERE code = :code"};
static const struct statement save_place = {"schedule.place-set",
    "INSERT INTO job_place (code, position) VALUES (:code, :position) ON CONFLICT (code) DO UPDATE SET position = excluded.position"};

const struct statement *const schedule_statements[] = {&load_one, &save_one, &load_place, &save_place, NULL};

/* ---- when ---- */

/* The day's time in Japan, which knows no summer time. */
static int64_t at_of_day(const struct schedule *plan, int32_t date)
{
	int64_t midnight = 0;

	REQUIRE(plan->at > 0 && plan->at <= DAY_MINUTES);
	if (!err_is_ok(clock_midnight(date, &midnight)))
		return INT64_MAX; /* beyond the years that there are */
	return midnight + (plan->at - 1) * 60 * SECOND_US;
}

int64_t schedule_next(const struct schedule *plan, int64_t after_us)
{
	int32_t today = clock_date_jst(after_us);
	int64_t at;

	if (plan->every_s > 0)
		return after_us + plan->every_s * SECOND_US;
	at = at_of_day(plan, today);
	return at > after_us ? at : at_of_day(plan, clock_date_add(today, 1));
}

bool schedule_due(const struct schedule *plan, struct schedule_state *state, int64_t now_us)
{
	int64_t latest = schedule_next(plan, now_us);

	if (state->next_at == 0)
		state->next_at = plan->missed == SCHEDULE_ONCE ? now_us : latest;
	if (state->next_at > latest)
		state->next_at = latest; /* C1 */
	if (state->next_at > now_us)
		return false;
	if (now_us - state->next_at <= plan->limit_s * SECOND_US)
		return true;
	state->missed_at = now_us;
	if (plan->missed == SCHEDULE_ONCE)
		return true;
	state->outcome = SCHEDULE_SKIPPED;
	state->next_at = latest;
	return false;
}

void schedule_begin(const struct schedule *plan, struct schedule_state *state, int64_t now_us)
{
	state->last_at = now_us;
	state->next_at = schedule_next(plan, now_us);
	state->running_at = now_us;
}

bool schedule_late(const struct schedule *plan, struct schedule_state *state, int64_t now_us)
{
	if (state->running_at == 0 || state->late_at >= state->running_at || now_us - state->running_at <= plan->limit_s * SECOND_US)
		return false;
	state->late_at = now_us;
	return true;
}

void schedule_end(const struct schedule *plan, struct schedule_state *state, enum schedule_outcome outcome, int64_t now_us)
{
	(void)schedule_late(plan, state, now_us); /* noted on the state */
	state->took_ms = now_us > state->running_at ? (now_us - state->running_at) / 1000 : 0;
	state->outcome = (int32_t)outcome;
	if (outcome == SCHEDULE_FAILED)
		state->failed_at = now_us;
	state->running_at = 0;
}

/* ---- rows ---- */

err schedule_load(struct db *db, const char *code, struct schedule_state *state_out)
{
	struct schedule_state state = {0};
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &load_one, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		state.last_at = column_int(query, 0);
		state.took_ms = column_int(query, 1);
		state.outcome = (int32_t)column_int(query, 2);
		state.next_at = column_int(query, 3);
		state.running_at = column_int(query, 4);
		state.missed_at = column_int(query, 5);
		state.failed_at = column_int(query, 6);
		state.late_at = column_int(query, 7);
		if (state.outcome < SCHEDULE_NEVER || state.outcome > SCHEDULE_SKIPPED || state.next_at < 0)
			e = FAIL(CORRUPT);
	}
	query_end(&query);
	TRY(e);
	*state_out = state;
	return OK;
}

err schedule_save(struct db *db, const char *code, const struct schedule_state *state)
{
	const struct { const char *name; int64_t value; } numbers[] = {
		{"last_at", state->last_at}, {"took_ms", state->took_ms}, {"outcome", state->outcome}, {"next_at", state->next_at},
		{"running_at", state->running_at}, {"missed_at", state->missed_at}, {"failed_at", state->failed_at}, {"late_at", state->late_at},
	};
	struct query *query = NULL;
	err e = query_start(db, &save_one, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	for (size_t i = 0; err_is_ok(e) && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		e = query_int(query, numbers[i].name, numbers[i].value);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	return query_run(&query);
}

err schedule_place(struct db *db, const char *code, uint64_t *place_out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(db, &load_place, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out && column_int(query, 0) < 0)
		e = FAIL(CORRUPT);
	if (err_is_ok(e) && *found_out)
		*place_out = (uint64_t)column_int(query, 0);
	query_end(&query);
	return e;
}

err schedule_place_set(struct db *db, const char *code, uint64_t place)
{
	struct query *query = NULL;
	err e = query_start(db, &save_place, &query);

	REQUIRE(place <= INT64_MAX);
	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_int(query, "position", (int64_t)place);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	return query_run(&query);
}

/* ---- the operation ---- */

static const char *const outcomes[] = {
	[SCHEDULE_NEVER] = "never", [SCHEDULE_NOTHING] = "nothing-due", [SCHEDULE_DONE] = "done", [SCHEDULE_FAILED] = "failed",
	[SCHEDULE_SKIPPED] = "skipped", NULL,
};
static const char *const missed_names[] = {[SCHEDULE_ONCE] = "once", [SCHEDULE_SKIP] = "skip", NULL};

static err put_plan(struct json *out, const struct job_kind *kind)
{
	const struct schedule *plan = job_plan(kind);
	OWN(buf) at = {0};

	json_str(out, "code", kind->name);
	json_object(out, "title");
	json_str(out, "ja", plan->ja);
	json_str(out, "en", plan->en);
	json_object_end(out);
	if (plan->every_s > 0) {
		json_int(out, "every_s", plan->every_s);
		json_null(out, "at");
	} else {
		TRY(buf_printf(&at, "%02d:%02d", (plan->at - 1) / 60, (plan->at - 1) % 60));
		json_null(out, "every_s");
		json_text(out, "at", bytes_of(&at));
	}
	json_int(out, "limit_s", plan->limit_s);
	json_str(out, "missed", missed_names[plan->missed]);
	return out->state;
}

static err put_one(struct call *call, const struct job_kind *kind)
{
	struct schedule_state state = {0};
	struct json *out = &call->out;

	TRY(schedule_load(call->rows.db, kind->name, &state));
	json_object(out, NULL);
	TRY(put_plan(out, kind));
	json_time(out, "last_at", state.last_at);
	json_int(out, "last_took_ms", state.took_ms);
	json_str(out, "last_outcome", outcomes[state.outcome]);
	json_time(out, "next_at", state.next_at > call->now_us || state.next_at == 0 ? state.next_at : call->now_us);
	json_bool(out, "running", state.running_at != 0);
	json_time(out, "missed_at", state.missed_at);
	json_time(out, "failed_at", state.failed_at);
	json_time(out, "late_at", state.late_at);
	json_object_end(out);
	return out->state;
}

static err see_apply(struct call *call)
{
	json_array(&call->out, "items");
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (job_plan(job_kinds[i]) != NULL)
			TRY(put_one(call, job_kinds[i]));
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

static const struct grant see_grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct input no_inputs[] = {{0}};

#define TEXT(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2}
#define TIME(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2}
#define NUMBER(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2}

static const struct field see_output[] = {
	TEXT("code", "処理", "Job"),
	TEXT("title", "名前", "Title"),
	NUMBER("every_s", "間隔（秒）", "Every so many seconds"),
	TEXT("at", "毎日の時刻", "Every day at"),
	NUMBER("limit_s", "長くても（秒）", "Seconds it may take"),
	{.name = "missed", .ja = "逃したときは", .en = "If missed", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = missed_names},
	TIME("last_at", "前回", "Last began"),
	NUMBER("last_took_ms", "前回にかかった時間（ミリ秒）", "Milliseconds it took"),
	{.name = "last_outcome", .ja = "前回の結果", .en = "Last outcome", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = outcomes},
	TIME("next_at", "次回", "Next"),
	{.name = "running", .ja = "実行中", .en = "Running", .type = FIELD_BOOL, .grade = GRADE_2},
	TIME("missed_at", "時刻を逃した日時", "Last found missed"),
	TIME("failed_at", "失敗した日時", "Last failed"),
	TIME("late_at", "長くかかりすぎた日時", "Last took too long"),
	{0},
};

static const struct op schedule_see = {
	.id = "schedule.see",
	.ja = "自動の処理の予定と前回の結果を見る",
	.en = "See what runs by the clock: when it last ran and runs next",
	.method = "GET",
	.path = "/v1/schedule",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "schedule see",
	.inputs = no_inputs,
	.output_fields = see_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-39 P-7.1",
	.apply = see_apply,
};

const struct op *const schedule_ops[] = {&schedule_see, NULL};
