#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/class.h"
#include "kinder/import_kind.h"
#include "kinder/import_pupils.h"
#include "kinder/kinder_int.h"
#include "kinder/person.h"

#include "kinder/import_apply.h"

#define PEOPLE_A_STEP 90      /* lines: at most twice as many accounts */
#define CHILDREN_A_STEP 30    /* lines: at most six rows each */
#define PROBLEM_MAX 150       /* told of what changed since the check; they are written in one step */
#define LINES_MAX ((size_t)256 << 20)

struct applying {
	struct arena arena;
	struct import_line *lines;
	size_t count;
	struct csv_problem problems[PROBLEM_MAX];
	size_t problem_count;
};

static struct row_list link_of = {
	"import.link", &guardianship_entity, "child = :child AND account = :account", NULL,
};

/* State 5 scheduled, 6 applying. */
const struct statement import_apply_due = {
	"import.due",
	"SELECT id FROM import WHERE (state = 5 AND effective_at <= :now) OR state = 6",
};
const struct statement import_apply_under_way = {
	"import.applying",
	"SELECT 1 FROM import WHERE facility = :facility AND state = 6",
};

err import_apply_start(void)
{
	return row_list_make(&link_of);
}

err import_apply_busy(struct row_context *rows, struct id facility, bool *busy_out)
{
	struct query *query = NULL;
	bool busy = false;
	err e = query_start(rows->db, &import_apply_under_way, &query);

	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &busy);
	query_end(&query);
	TRY(e);
	*busy_out = busy;
	return OK;
}

err import_apply_not_busy(struct call *call, struct id facility)
{
	bool busy = false;

	TRY(import_apply_busy(&call->rows, facility, &busy));
	return !busy ? OK : kinder_conflict(call, "child", "いま名簿を取り込んでいます。終わってから、もう一度お試しください。",
	    "A roster is being taken over; try again when it is done.");
}

/* ---- what is no longer as it was checked ---- */

static void tell(struct applying *applying, const struct import_line *line, const char *heading, const char *ja, const char *en)
{
	struct csv_problem *problem = &applying->problems[applying->problem_count];

	if (applying->problem_count == PROBLEM_MAX)
		return;
	applying->problem_count++;
	*problem = (struct csv_problem){.row = (uint32_t)line->line, .flaw = FLAW_RULE};
	(void)snprintf(problem->heading, sizeof(problem->heading), "%s", heading);
	(void)snprintf(problem->message_ja, sizeof(problem->message_ja), "%s", ja);
	(void)snprintf(problem->message_en, sizeof(problem->message_en), "%s", en);
}

static bool same(const struct field *field, const struct value *a, const struct value *b)
{
	OWN(buf) x = {0};
	OWN(buf) y = {0};

	return err_is_ok(value_encode(field, a, &x)) && err_is_ok(value_encode(field, b, &y)) && bytes_equal(bytes_of(&x), bytes_of(&y));
}

static err look_at_new(struct applying *applying, struct row_context *rows, const struct import *import, const struct import_line *line,
    const struct child *after)
{
	struct child other = {0};
	bool found = false;

	TRY(import_pupils_find(rows, import->facility, after->code, &other, &found));
	if (found)
		tell(applying, line, "園児番号", "確認したあとに、同じ園児番号の園児が登録されました。",
		    "Since the check a child with this number has been enrolled.");
	return OK;
}

static err look_at_child(struct applying *applying, struct row_context *rows, const struct import *import, const struct import_line *line,
    const struct import_content *content)
{
	struct child now = {0};
	err e = row_get(rows, &child_entity, content->object, &now);

	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	if (!err_is_ok(e) || !id_equal(now.facility, import->facility) || now.state != CHILD_ENROLLED) {
		tell(applying, line, "園児番号", "確認したあとに、この園児は在籍しなくなりました。",
		    "Since the check this child is no longer enrolled here.");
		return OK;
	}
	for (size_t i = 0; i < content->change_count; i++) {
		const struct import_change *change = &content->changes[i];
		const struct field *field = &child_entity.fields[change->field];
		struct value value;

		value_load(field, &now, &value);
		if (!same(field, &value, &change->before) && !same(field, &value, &change->after))
			tell(applying, line, field->ja, "確認したあとに、この内容が変わりました。もう一度確認してください。",
			    "This has changed since the check; check again.");
	}
	return OK;
}

static err look_at_class(struct applying *applying, struct row_context *rows, const struct import *import, const struct import_line *line,
    const struct child *after)
{
	struct class class = {0};
	err e;

	if (id_is_zero(after->class))
		return OK;
	e = row_get(rows, &class_entity, after->class, &class);
	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	if (!err_is_ok(e) || !id_equal(class.facility, import->facility))
		tell(applying, line, "組", "確認したあとに、この組がなくなりました。", "Since the check this class is gone.");
	return OK;
}

static err look_at_people(struct applying *applying, struct row_context *rows, const struct import_line *line, const struct import_content *content)
{
	for (size_t i = 0; i < content->guardian_count; i++) {
		const struct import_guardian *guardian = &content->guardians[i];
		struct id account = {{0}};
		err e;

		if (guardian->what != IMPORT_GUARDIAN_NEW)
			continue;
		e = person_desk->find(rows, guardian->login, &account);
		if (err_is(e, ERR_NOT_FOUND))
			continue;
		TRY(e);
		if (!id_equal(account, guardian->account))
			tell(applying, line, "保護者のログイン名", "確認したあとに、このログイン名が使われました。",
			    "Since the check somebody has taken this login.");
	}
	return OK;
}

/* Of those who were there at the check; who comes with this file has no account before the first step. */
static err look_at_linked(struct applying *applying, struct row_context *rows, const struct import *import, const struct import_line *line,
    const struct import_content *content)
{
	for (size_t i = 0; i < content->guardian_count; i++) {
		const struct import_guardian *guardian = &content->guardians[i];
		struct kinder_person person = {0};
		bool at = false;
		err e;

		if (guardian->what != IMPORT_GUARDIAN_LINK)
			continue;
		e = kinder_person_get(rows, guardian->account, &person);
		if (err_is(e, ERR_NOT_FOUND))
			continue;
		TRY(e);
		TRY(person_desk->is_at(rows, guardian->account, import->facility, &at));
		if (!at)
			tell(applying, line, "保護者のログイン名", "確認したあとに、この保護者は園の利用者ではなくなりました。",
			    "Since the check this guardian is no longer a user of the facility.");
	}
	return OK;
}

static void take_changes(const struct import_content *content, struct child *child)
{
	for (size_t i = 0; i < content->change_count; i++)
		value_store(&child_entity.fields[content->changes[i].field], &content->changes[i].after, child);
}

static err look_at_line(struct applying *applying, struct row_context *rows, const struct import *import, const struct import_line *line)
{
	struct import_content *content = arena_alloc(rows->arena, sizeof(*content));
	struct child after = {0};

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_line_decode(&child_entity, line->content, content));
	take_changes(content, &after);
	if (line->action == IMPORT_CREATE)
		TRY(look_at_new(applying, rows, import, line, &after));
	else
		TRY(look_at_child(applying, rows, import, line, content));
	TRY(look_at_class(applying, rows, import, line, &after));
	TRY(look_at_linked(applying, rows, import, line, content));
	return look_at_people(applying, rows, line, content);
}

static err look_at_all(struct applying *applying, const struct row_context *with, const struct import *import)
{
	struct row_context rows = *with;
	struct arena scratch = {0};
	err e = OK;

	arena_init(&scratch, (size_t)1 << 20);
	rows.arena = &scratch;
	for (size_t i = 0; i < applying->count && err_is_ok(e); i++) {
		arena_reset(&scratch);
		e = look_at_line(applying, &rows, import, &applying->lines[i]);
	}
	arena_free(&scratch);
	return e;
}

/* ---- gather ---- */

static err load_lines(struct applying *applying, const struct row_context *with, struct id import)
{
	struct row_context rows = *with;

	arena_init(&applying->arena, LINES_MAX);
	rows.arena = &applying->arena;
	applying->lines = arena_alloc(&applying->arena, CSV_ROW_MAX * sizeof(*applying->lines));
	if (applying->lines == NULL)
		return FAIL(UNAVAILABLE);
	return import_line_load(&rows, import, applying->lines, CSV_ROW_MAX, &applying->count);
}

static err applying_new(const struct row_context *rows, const struct import *import, struct applying **applying_out)
{
	struct applying *applying = calloc(1, sizeof(*applying));
	err e;

	if (applying == NULL)
		return FAIL(UNAVAILABLE);
	e = load_lines(applying, rows, import->row.id);
	if (err_is_ok(e) && import->written == 0)
		e = look_at_all(applying, rows, import);
	if (!err_is_ok(e)) {
		arena_free(&applying->arena);
		free(applying);
		return e;
	}
	*applying_out = applying;
	return OK;
}

static void forget(struct job_run *run)
{
	struct applying *applying = run->state;

	arena_free(&applying->arena);
	free(applying);
	run->state = NULL;
}

struct owners {
	struct id list[2 * PEOPLE_A_STEP];
	size_t count;
};

static err add_owners(const struct row_context *rows, const struct import_line *line, bool people, struct owners *owners)
{
	struct import_content *content = arena_alloc(rows->arena, sizeof(*content));

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_line_decode(&child_entity, line->content, content));
	if (!people && line->action == IMPORT_CREATE)
		owners->list[owners->count++] = content->object;
	for (size_t i = 0; people && i < content->guardian_count; i++)
		if (content->guardians[i].what == IMPORT_GUARDIAN_NEW)
			owners->list[owners->count++] = content->guardians[i].account;
	return OK;
}

static size_t next_end(const struct applying *applying, size_t written)
{
	size_t first = written < applying->count ? written : written - applying->count;
	size_t most = written < applying->count ? PEOPLE_A_STEP : CHILDREN_A_STEP;

	return applying->count - first < most ? applying->count : first + most;
}

/* A4: those that the next step needs. */
static err make_keys(struct job_run *run, const struct import *import, const struct applying *applying)
{
	size_t written = (size_t)import->written;
	bool people = written < applying->count;
	struct owners owners = {.count = 0};

	if (applying->problem_count > 0 || written >= 2 * applying->count)
		return OK;
	for (size_t i = people ? written : written - applying->count; i < next_end(applying, written); i++)
		TRY(add_owners(&run->rows, &applying->lines[i], people, &owners));
	for (size_t at = 0; at < owners.count; at += KEYS_BATCH_MAX)
		TRY(keys_create(run->rows.keys, KEY_PERSON, owners.list + at,
		    owners.count - at < KEYS_BATCH_MAX ? owners.count - at : KEYS_BATCH_MAX));
	return OK;
}

static err apply_gather(struct job_run *run)
{
	struct import import = {0};
	struct applying *applying = run->state;

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state != IMPORT_APPLYING)
		return OK;
	if (applying == NULL) {
		TRY(applying_new(&run->rows, &import, &applying));
		run->state = applying;
	}
	return make_keys(run, &import, applying);
}

/* ---- steps ---- */

static err decode(struct job_run *run, const struct import_line *line, struct import_content **content_out)
{
	*content_out = arena_alloc(run->rows.arena, sizeof(**content_out));
	if (*content_out == NULL)
		return FAIL(UNAVAILABLE);
	return import_line_decode(&child_entity, line->content, *content_out);
}

static err make_people(struct job_run *run, const struct import *import, const struct import_line *line)
{
	struct import_content *content = NULL;

	TRY(decode(run, line, &content));
	for (size_t i = 0; i < content->guardian_count; i++) {
		const struct import_guardian *guardian = &content->guardians[i];
		const struct kinder_person person = {.name = guardian->name, .telephone = guardian->telephone, .mail = guardian->mail};

		if (guardian->what == IMPORT_GUARDIAN_NEW)
			TRY(person_desk->make(&run->rows, guardian->account, import->facility, guardian->login, &person));
	}
	return OK;
}

static err find_link(struct job_run *run, struct id child, struct id account, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(run->rows.db, link_of.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	query_end(&query);
	return e;
}

static err write_guardian(struct job_run *run, const struct import *import, struct id child, const struct import_guardian *guardian)
{
	struct guardianship link = {.child = child, .account = guardian->account, .state = GUARDIANSHIP_ACTIVE};
	bool found = false;

	if (guardian->what == IMPORT_GUARDIAN_FIX)
		TRY(row_get(&run->rows, &guardianship_entity, guardian->link, &link));
	link.relation = guardian->relation;
	link.name = guardian->name;
	link.telephone = guardian->telephone;
	link.mail = guardian->mail;
	if (guardian->what == IMPORT_GUARDIAN_FIX)
		return row_update(&run->rows, &guardianship_entity, &link);
	TRY(person_desk->join(&run->rows, guardian->account, import->facility, clock_date_jst(run->now_us)));
	TRY(find_link(run, child, guardian->account, &found));
	return found ? OK : row_insert(&run->rows, &guardianship_entity, &link);
}

static err write_line(struct job_run *run, const struct import *import, const struct import_line *line)
{
	struct child child = {.facility = import->facility, .state = CHILD_ENROLLED};
	struct import_content *content = NULL;

	TRY(decode(run, line, &content));
	if (line->action != IMPORT_CREATE)
		TRY(row_get(&run->rows, &child_entity, content->object, &child));
	take_changes(content, &child);
	child.row.id = content->object;
	if (line->action == IMPORT_CREATE)
		TRY(row_insert(&run->rows, &child_entity, &child));
	else if (content->change_count > 0)
		TRY(row_update(&run->rows, &child_entity, &child));
	for (size_t i = 0; i < content->guardian_count; i++)
		TRY(write_guardian(run, import, content->object, &content->guardians[i]));
	return OK;
}

static err write_problems(struct job_run *run, const struct applying *applying)
{
	for (size_t i = 0; i < applying->problem_count; i++)
		TRY(import_problem_put(&run->rows, run->job.object, &applying->problems[i], i));
	return OK;
}

/* Nothing of this step is kept but the words: the accounts of earlier steps go by import_job_clean. */
static err fail(struct job_run *run, struct import *import, const struct applying *applying)
{
	TRY(write_problems(run, applying));
	import->state = IMPORT_FAILED;
	import->problem_count = (int64_t)applying->problem_count;
	run->done = true;
	return row_update(&run->rows, &import_entity, import);
}

static err write_people(struct job_run *run, struct import *import, struct applying *applying)
{
	size_t end = next_end(applying, (size_t)import->written);

	/* A login that has been taken in these seconds stops the whole: all are looked at before the first is written. */
	for (size_t i = (size_t)import->written; i < end; i++) {
		struct import_content *content = NULL;

		TRY(decode(run, &applying->lines[i], &content));
		TRY(look_at_people(applying, &run->rows, &applying->lines[i], content));
	}
	if (applying->problem_count > 0)
		return fail(run, import, applying);
	for (size_t i = (size_t)import->written; i < end; i++)
		TRY(make_people(run, import, &applying->lines[i]));
	import->written = (int64_t)end;
	return OK;
}

static err write_children(struct job_run *run, struct import *import, const struct applying *applying)
{
	size_t end = next_end(applying, (size_t)import->written);

	for (size_t i = (size_t)import->written - applying->count; i < end; i++)
		TRY(write_line(run, import, &applying->lines[i]));
	import->written = (int64_t)(end + applying->count);
	return OK;
}

static err apply_lines(struct job_run *run, struct import *import)
{
	struct applying *applying = run->state;
	int64_t total = applying == NULL ? 0 : 2 * (int64_t)applying->count;

	if (applying == NULL)
		return OK; /* the next gather reads them */
	if (applying->problem_count > 0)
		return fail(run, import, applying);
	if (import->written < (int64_t)applying->count) {
		TRY(write_people(run, import, applying));
		if (import->state == IMPORT_FAILED)
			return OK;
	} else if (import->written < total)
		TRY(write_children(run, import, applying));
	run->job.position = import->written;
	run->job.total = total;
	import->progress = total == 0 ? 100 : import->written * 100 / total;
	if (import->written == total) {
		import->state = IMPORT_APPLIED;
		import->applied_at = run->now_us;
		run->done = true;
	}
	return row_update(&run->rows, &import_entity, import);
}

static err apply_step(struct job_run *run)
{
	struct import import = {0};
	bool busy = false;

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state == IMPORT_APPLYING)
		return apply_lines(run, &import);
	run->done = import.state != IMPORT_SCHEDULED || import.effective_at > run->now_us;
	if (run->done)
		return OK;
	TRY(import_apply_busy(&run->rows, import.facility, &busy));
	run->done = busy; /* the clock files it again */
	if (busy)
		return OK;
	import.state = IMPORT_APPLYING;
	import.applying_at = run->now_us;
	import.written = import.progress = 0;
	return row_update(&run->rows, &import_entity, &import);
}

/* Given up: before the first child nothing stays; after it the clock files the job again until all are written. */
static err apply_fail(struct job_run *run)
{
	struct import import = {0};

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state != IMPORT_APPLYING || import.written * 2 > run->job.total)
		return OK;
	import.state = IMPORT_FAILED;
	return row_update(&run->rows, &import_entity, &import);
}

static const struct schedule apply_plan = {
	.ja = "予約した取込みを始める", .en = "Begins imports at their appointed time", .every_s = 60, .limit_s = 4 * 3600, .missed = SCHEDULE_ONCE,
};

const struct job_kind import_apply_job = {
	.name = "import.apply-step",
	.overdue = &import_apply_due,
	.schedule = &apply_plan,
	.gather = apply_gather,
	.step = apply_step,
	.fail = apply_fail,
	.forget = forget,
};

/* ---- what failed ---- */

err import_apply_undo(struct row_context *rows, struct import *import)
{
	struct import_line *lines = arena_alloc(rows->arena, CSV_ROW_MAX * sizeof(*lines));
	struct import_content *content = arena_alloc(rows->arena, sizeof(*content));
	size_t count = 0;
	size_t first = import->written > PEOPLE_A_STEP ? (size_t)import->written - PEOPLE_A_STEP : 0;

	if (lines == NULL || content == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_line_load(rows, import->row.id, lines, (size_t)import->written, &count));
	for (size_t i = first; i < count; i++) {
		TRY(import_line_decode(&child_entity, lines[i].content, content));
		for (size_t k = 0; k < content->guardian_count; k++)
			if (content->guardians[k].what == IMPORT_GUARDIAN_NEW)
				TRY(person_desk->unmake(rows, content->guardians[k].account));
	}
	import->written = (int64_t)first;
	return row_update(rows, &import_entity, import);
}

static err drop_key(struct row_context *rows, struct id owner)
{
	struct data_key key;
	err e = keys_active(rows->keys, KEY_PERSON, owner, &key);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return keys_move(rows->keys, key.id, KEY_DESTROYED, BYTES_LIT("import not applied"));
}

err import_apply_drop_keys(struct row_context *rows, const struct import *import)
{
	struct applying *applying = calloc(1, sizeof(*applying));
	struct import_content *content = arena_alloc(rows->arena, sizeof(*content));
	err e;

	if (applying == NULL || content == NULL) {
		free(applying);
		return FAIL(UNAVAILABLE);
	}
	e = load_lines(applying, rows, import->row.id);
	for (size_t i = 0; i < applying->count && err_is_ok(e); i++) {
		e = import_line_decode(&child_entity, applying->lines[i].content, content);
		for (size_t k = 0; k < content->guardian_count && err_is_ok(e); k++)
			if (content->guardians[k].what == IMPORT_GUARDIAN_NEW)
				e = drop_key(rows, content->guardians[k].account);
	}
	arena_free(&applying->arena);
	free(applying);
	return e;
}
