#include <string.h>

#include "assure/facts.h"
#include "base/clock.h"

#include "assure/verdict.h"

#define TURNS_PER_STEP 60       /* of two rows each: JOB_STEP_ROWS */
#define AGED_PER_STEP 60
#define DAY_US (INT64_C(86400) * 1000000)
#define JST_US (INT64_C(9 * 3600) * 1000000)

static const char *const parts[] = {"nothing", "check", "register", NULL};

#define AT(member) .offset = offsetof(struct verdict, member)

static const struct field fields[] = {
	{.name = "requirement", .ja = "要件", .en = "Requirement", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 48, AT(requirement)},
	{.name = "status", .ja = "状況", .en = "Status", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = matrix_status_names,
	    AT(status)},
	{.name = "since", .ja = "始まり", .en = "Since", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(since)},
	{.name = "until", .ja = "終わり", .en = "Until", .type = FIELD_TIME, .grade = GRADE_2, AT(until)},
	{.name = "part", .ja = "理由の種類", .en = "Kind of the reason", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = parts,
	    AT(part)},
	{.name = "name", .ja = "検査または登録簿", .en = "Check or register", .type = FIELD_TEXT, .grade = GRADE_2, .max = 48, AT(name)},
	{.name = "state", .ja = "その状態", .en = "Its state", .type = FIELD_INT, .grade = GRADE_2, AT(state)},
};

static const char *const indexes[] = {"requirement,since", NULL};

const struct entity verdict_entity = {
	.name = "verdict", .ja = "要件の状況の経過", .en = "Turn of a requirement", .size = sizeof(struct verdict), .seal = SEAL_NONE,
	.indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#undef AT
#define AT(member) .offset = offsetof(struct verdict_standing, member)
#define COUNT(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2

static const struct field standing_fields[] = {
	{.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2, .required = true, AT(date)},
	{.name = "catalogue", .ja = "別紙", .en = "Catalogue", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 48, AT(catalogue)},
	{.name = "at", .ja = "集計した日時", .en = "Counted at", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(at)},
	{COUNT("proven", "実証済みの数", "Proven"), AT(proven)},
	{COUNT("failing", "不適合の数", "Failing"), AT(failing)},
	{COUNT("stale", "期限切れの数", "Stale"), AT(stale)},
	{COUNT("open", "未実証の数", "Open"), AT(open)},
};

static const char *const standing_unique[] = {"date,catalogue", NULL};

const struct entity verdict_standing_entity = {
	.name = "standing", .ja = "要件の状況の日計", .en = "Counts of a day", .size = sizeof(struct verdict_standing), .seal = SEAL_NONE,
	.unique = standing_unique, .fields = standing_fields, .field_count = sizeof(standing_fields) / sizeof(standing_fields[0]),
};

/* One row: when to look again. */
struct settlement {
	struct row row;
	int64_t settle_at;
};

static const struct field settlement_fields[] = {
	{.name = "settle_at", .ja = "次に集計する日時", .en = "Next count", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    .offset = offsetof(struct settlement, settle_at)},
};

const struct entity verdict_settlement_entity = {
	.name = "settlement", .ja = "要件の状況の集計", .en = "Count of the requirements", .size = sizeof(struct settlement), .seal = SEAL_NONE,
	.fields = settlement_fields, .field_count = sizeof(settlement_fields) / sizeof(settlement_fields[0]),
};

static struct row_list lasting = {"assure.verdicts-lasting", &verdict_entity, "until IS NULL", NULL};
static struct row_list history = {"assure.verdicts-of", &verdict_entity,
    "requirement = :requirement ORDER BY since DESC, id DESC LIMIT :limit", NULL};
static struct row_list days = {"assure.standings", &verdict_standing_entity, "date >= :first ORDER BY date, catalogue", NULL};
static struct row_list day_of = {"assure.standing-of", &verdict_standing_entity, "date = :date AND catalogue = :catalogue", NULL};
static struct row_list settlements = {"assure.settlement", &verdict_settlement_entity, "1 = 1 LIMIT 1", NULL};
static struct row_list aged = {"assure.checks-aged", &checkrow_entity, "outcome = 1 AND stale_at < :now AND stale = 0 LIMIT :limit", NULL};

/* Before anything has been counted; when it is time; when a result has grown old. The contract's row is there from the first day on. */
static const struct statement due = {"assure.settlement-due",
    "SELECT contract.id FROM contract WHERE contract.facility IS NULL AND NOT EXISTS (SELECT 1 FROM settlement)"
    " UNION ALL SELECT settlement.id FROM settlement WHERE settlement.settle_at <= :now OR EXISTS"
    " (SELECT 1 FROM check_state WHERE check_state.outcome = 1 AND check_state.stale_at < :now AND check_state.stale = 0)"};

const struct statement *const verdict_statements[] = {&due, NULL};

err verdict_start(void)
{
	TRY(row_list_make(&lasting));
	TRY(row_list_make(&history));
	TRY(row_list_make(&days));
	TRY(row_list_make(&day_of));
	TRY(row_list_make(&settlements));
	return row_list_make(&aged);
}

/* ---- when ---- */

static err settlement_get(struct row_context *c, struct settlement *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, settlements.statement, &query);

	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &verdict_settlement_entity, query, false, out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err verdict_due(struct row_context *c, int64_t now_us)
{
	struct settlement settlement = {0};
	err e = settlement_get(c, &settlement);

	if (err_is(e, ERR_NOT_FOUND))
		return OK; /* the first count is due by itself */
	TRY(e);
	if (settlement.settle_at <= now_us)
		return OK;
	settlement.settle_at = now_us;
	return row_update(c, &verdict_settlement_entity, &settlement);
}

/* The next midnight in Japan, which has no other time of the year. */
static int64_t next_day(int64_t now_us)
{
	return ((now_us + JST_US) / DAY_US + 1) * DAY_US - JST_US;
}

static err put_settlement(struct job_run *run)
{
	struct settlement settlement = {0};
	err e = settlement_get(&run->rows, &settlement);

	settlement.settle_at = next_day(run->now_us);
	if (err_is(e, ERR_NOT_FOUND))
		return row_insert(&run->rows, &verdict_settlement_entity, &settlement);
	TRY(e);
	return row_update(&run->rows, &verdict_settlement_entity, &settlement);
}

/* ---- what stands ---- */

err verdict_lasting(struct row_context *c, struct verdict **verdicts_out)
{
	const struct catalogue *all = catalogue_get();
	struct verdict *verdicts = arena_alloc(c->arena, (all->requirement_count + 1) * sizeof(*verdicts)); /* bounded by the files */
	struct query *query = NULL;
	bool found = true;
	err e;

	if (verdicts == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(c->db, lasting.statement, &query);
	while (err_is_ok(e)) {
		const struct catalogue_requirement *of;
		struct verdict verdict = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &verdict_entity, query, false, &verdict);
		of = catalogue_requirement_find(verdict.requirement);
		if (err_is_ok(e) && of != NULL)
			verdicts[catalogue_requirement_index(of)] = verdict;
	}
	query_end(&query);
	TRY(e);
	*verdicts_out = verdicts;
	return OK;
}

err verdict_history(struct row_context *c, const char *requirement, err (*each)(void *context, const struct verdict *verdict), void *context)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(c->db, history.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "requirement", bytes_str(requirement));
	if (err_is_ok(e))
		e = query_int(query, "limit", VERDICT_HISTORY_MAX);
	while (err_is_ok(e)) {
		struct verdict verdict = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &verdict_entity, query, false, &verdict);
		if (err_is_ok(e))
			e = each(context, &verdict);
	}
	query_end(&query);
	return e;
}

err verdict_days(struct row_context *c, int32_t first, err (*each)(void *context, const struct verdict_standing *standing), void *context)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(c->db, days.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "first", first);
	while (err_is_ok(e)) {
		struct verdict_standing standing = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &verdict_standing_entity, query, false, &standing);
		if (err_is_ok(e))
			e = each(context, &standing);
	}
	query_end(&query);
	return e;
}

/* ---- counting ---- */

static void name_cause(const struct facts *facts, const struct matrix_cause *cause, struct verdict *verdict)
{
	const struct catalogue *all = catalogue_get();

	if (cause->check != NULL) {
		size_t at = catalogue_check_index(cause->check);

		verdict->part = VERDICT_CHECK;
		verdict->name = bytes_str(cause->check->id);
		verdict->state = matrix_check(&all->checks[at], &facts->known.runs[at], facts->known.now_us);
	} else if (cause->need != NULL) {
		verdict->part = VERDICT_REGISTER;
		verdict->name = bytes_str(cause->need->of->name);
		verdict->state = matrix_register(cause->need, &facts->known.books[catalogue_register_index(cause->need->of)], facts->known.now_us);
	}
}

static err put_turn(struct job_run *run, const struct facts *facts, const struct catalogue_requirement *of, struct verdict *old)
{
	struct matrix_cause cause = {0};
	struct verdict verdict = {.requirement = bytes_str(of->id), .since = run->now_us};

	verdict.status = (int32_t)matrix_requirement(catalogue_get(), of, &facts->known, &cause);
	name_cause(facts, &cause, &verdict);
	if (old->row.version > 0) {
		old->until = run->now_us;
		TRY(row_update(&run->rows, &verdict_entity, old));
	}
	return row_insert(&run->rows, &verdict_entity, &verdict);
}

/* *more_out: there were more than a step writes. */
static err put_turns(struct job_run *run, const struct facts *facts, bool *more_out)
{
	const struct catalogue *all = catalogue_get();
	struct verdict *stand = NULL;
	size_t written = 0;

	TRY(verdict_lasting(&run->rows, &stand));
	for (size_t i = 0; i < all->requirement_count; i++) {
		enum matrix_status now = matrix_requirement(all, &all->requirements[i], &facts->known, NULL);

		if (stand[i].row.version > 0 && stand[i].status == (int32_t)now)
			continue;
		if (written == TURNS_PER_STEP) {
			*more_out = true;
			return OK;
		}
		TRY(put_turn(run, facts, &all->requirements[i], &stand[i]));
		written++;
		run->job.position++;
	}
	return OK;
}

/* So that a result that has grown old is not due for ever. */
static err mark_aged(struct job_run *run, bool *more_out)
{
	struct checkrow *rows = arena_alloc(run->rows.arena, AGED_PER_STEP * sizeof(*rows));
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e;

	if (rows == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(run->rows.db, aged.statement, &query);
	if (err_is_ok(e))
		e = query_int(query, "now", run->now_us);
	if (err_is_ok(e))
		e = query_int(query, "limit", AGED_PER_STEP);
	while (err_is_ok(e) && found && count < AGED_PER_STEP) {
		e = query_step(query, &found);
		if (err_is_ok(e) && found)
			e = row_read(&run->rows, &checkrow_entity, query, false, &rows[count++]);
	}
	query_end(&query);
	TRY(e);
	for (size_t i = 0; i < count; i++) {
		rows[i].stale = true;
		TRY(row_update(&run->rows, &checkrow_entity, &rows[i]));
	}
	*more_out = *more_out || count == AGED_PER_STEP;
	return OK;
}

static void count_annex(const struct catalogue_annex *annex, const struct facts *facts, struct verdict_standing *standing)
{
	int64_t *const counts[MATRIX_STATUS_COUNT] = {
		[MATRIX_FAILING] = &standing->failing, [MATRIX_STALE] = &standing->stale, [MATRIX_OPEN] = &standing->open,
		[MATRIX_PROVEN] = &standing->proven,
	};

	for (size_t i = 0; i < MATRIX_STATUS_COUNT; i++)
		*counts[i] = 0;
	for (size_t i = 0; i < annex->requirement_count; i++)
		++*counts[matrix_requirement(catalogue_get(), &annex->requirements[i], &facts->known, NULL)];
}

static err standing_get(struct row_context *c, int32_t date, const char *catalogue, struct verdict_standing *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, day_of.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "date", date);
	if (err_is_ok(e))
		e = query_text(query, "catalogue", bytes_str(catalogue));
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &verdict_standing_entity, query, false, out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

static bool same_counts(const struct verdict_standing *a, const struct verdict_standing *b)
{
	return a->proven == b->proven && a->failing == b->failing && a->stale == b->stale && a->open == b->open;
}

/* The last of the day stays. */
static err put_day(struct job_run *run, const struct facts *facts)
{
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; i < all->annex_count; i++) {
		struct verdict_standing standing = {0};
		struct verdict_standing before;
		err e = standing_get(&run->rows, clock_date_jst(run->now_us), all->annexes[i].id, &standing);

		if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
			return e;
		before = standing;
		standing.date = clock_date_jst(run->now_us);
		standing.catalogue = bytes_str(all->annexes[i].id);
		standing.at = run->now_us;
		count_annex(&all->annexes[i], facts, &standing);
		if (!err_is_ok(e))
			TRY(row_insert(&run->rows, &verdict_standing_entity, &standing));
		else if (!same_counts(&before, &standing))
			TRY(row_update(&run->rows, &verdict_standing_entity, &standing));
	}
	return OK;
}

static err settle_step(struct job_run *run)
{
	struct facts facts = {0};
	bool more = false;

	if (catalogue_get()->requirement_count == 0) { /* a command that needs no catalogue: the server counts */
		run->done = true;
		return OK;
	}
	TRY(facts_read(&run->rows, run->now_us, &facts));
	TRY(put_turns(run, &facts, &more));
	if (!more)
		TRY(mark_aged(run, &more));
	if (more)
		return OK;
	TRY(put_day(run, &facts));
	TRY(put_settlement(run));
	run->done = true;
	return OK;
}

static const struct schedule settle_plan = {
	.ja = "要件の状況を数え直す", .en = "Counts anew how the demands stand", .every_s = 60, .limit_s = 900, .missed = SCHEDULE_ONCE,
};

const struct job_kind verdict_settle = { /* GV-14 */
	.name = "matrix.settle-step",
	.overdue = &due,
	.schedule = &settle_plan,
	.step = settle_step,
};
