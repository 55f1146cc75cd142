#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinder/import_apply.h"
#include "kinder/import_compare.h"
#include "kinder/import_job.h"
#include "kinder/import_stage.h"

#define BUNDLES_A_STEP 8      /* of up to 56 KiB */
#define PROBLEMS_A_STEP 150
#define LINES_A_STEP 150

struct checking {
	struct import_comparison comparison;
	bool cleaned;             /* nothing is left of an earlier check */
	size_t bundles, lines, problems; /* written */
};

static struct row_list problems_of = {"import.problems-of", &import_problem_entity, "import = :import LIMIT :limit", NULL};

err import_job_start(void)
{
	TRY(import_stage_start());
	return row_list_make(&problems_of);
}

/* ---- both ---- */

static err remove_problems(struct row_context *rows, struct id import, size_t *count_out)
{
	struct import_problem list[PROBLEMS_A_STEP];
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e = query_start(rows->db, problems_of.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "import", &import);
	if (err_is_ok(e))
		e = query_int(query, "limit", PROBLEMS_A_STEP);
	while (err_is_ok(e) && count < PROBLEMS_A_STEP) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		list[count] = (struct import_problem){0};
		e = row_read(rows, &import_problem_entity, query, false, &list[count++]);
	}
	query_end(&query);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = row_delete(rows, &import_problem_entity, &list[i]);
	TRY(e);
	*count_out = count;
	return OK;
}

/* What an earlier check left; *clean_out: nothing any more. */
static err remove_results(struct row_context *rows, struct id import, bool problems_too, bool *clean_out)
{
	size_t count = 0;

	TRY(import_stage_remove(rows, import, &count));
	if (count == 0)
		TRY(import_line_remove(rows, import, &count));
	if (count == 0 && problems_too)
		TRY(remove_problems(rows, import, &count));
	*clean_out = count == 0;
	return OK;
}

static err set_failed(struct job_run *run)
{
	struct import import = {0};

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state == IMPORT_APPLIED)
		return OK;
	import.state = IMPORT_FAILED;
	return row_update(&run->rows, &import_entity, &import);
}

/* ---- check ---- */

static err check_gather(struct job_run *run)
{
	struct import import = {0};
	struct stream stream;
	struct checking *checking;
	OWN(buf) file = {0};
	err e;

	if (run->state != NULL)
		return OK;
	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	stream = (struct stream){.owner = import.row.id, .size = import.size, .received = import.received};
	TRY(stream_read(&run->rows, &stream, &file));
	checking = calloc(1, sizeof(*checking));
	if (checking == NULL)
		return FAIL(UNAVAILABLE);
	e = import_compare(&run->rows, run->compartment, &import, run->now_us, bytes_of(&file), &checking->comparison);
	if (!err_is_ok(e)) {
		free(checking);
		return e;
	}
	run->state = checking;
	return OK;
}

static void check_forget(struct job_run *run)
{
	struct checking *checking = run->state;

	import_compare_free(&checking->comparison);
	free(checking);
	run->state = NULL;
}

static err write_bundle(struct job_run *run, const struct import_bundle *bundle, size_t position)
{
	struct import_stage row = {
		.import = run->job.object, .position = (int64_t)position, .count = bundle->count, .rows = bytes_of(&bundle->rows),
	};

	return row_insert(&run->rows, &import_stage_entity, &row);
}

/* How far a position reaches into what there is to write: bundles, then lines, then problems. */
static void place_of(const struct import_comparison *found, size_t position, struct checking *checking)
{
	bool good = found->problem_count == 0; /* bundles and lines only of a file without problems */
	size_t bundles = good ? found->bundle_count : 0;
	size_t lines = good ? found->line_count : 0;

	checking->bundles = position < bundles ? position : bundles;
	position -= checking->bundles;
	checking->lines = position < lines ? position : lines;
	checking->problems = position - checking->lines;
}

static err write_some(struct job_run *run, const struct checking *checking, int64_t *position_out)
{
	const struct import_comparison *found = &checking->comparison;
	bool good = found->problem_count == 0;
	size_t bundles = checking->bundles;
	size_t lines = checking->lines;
	size_t problems = checking->problems;
	int rows = 0;

	for (int i = 0; i < BUNDLES_A_STEP && good && bundles < found->bundle_count; i++, bundles++)
		TRY(write_bundle(run, &found->bundles[bundles], bundles));
	if (!good || bundles == found->bundle_count) {
		for (; rows < LINES_A_STEP && good && lines < found->line_count; rows++, lines++) {
			struct import_line line = found->lines[lines]; /* inserted anew when this step is rolled back */

			TRY(row_insert(&run->rows, &import_line_entity, &line));
		}
		for (; rows < LINES_A_STEP && problems < found->problem_kept; rows++, problems++)
			TRY(import_problem_put(&run->rows, run->job.object, &found->problems[problems], problems));
	}
	*position_out = (int64_t)(bundles + lines + problems);
	return OK;
}

static err tell_progress(struct job_run *run, const struct import_comparison *found)
{
	struct import import = {0};

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state != IMPORT_CHECKING)
		return FAIL(CONFLICT);
	import.progress = run->job.total == 0 ? 100 : run->job.position * 100 / run->job.total;
	if (run->done) {
		import.state = IMPORT_CHECKED;
		import.progress = 100;
		import.rows = found->rows;
		import.created = found->counts[IMPORT_CREATE];
		import.changed = found->counts[IMPORT_CHANGE];
		import.moved = found->counts[IMPORT_MOVE];
		import.left = found->counts[IMPORT_LEAVE] + found->counts[IMPORT_GRADUATE];
		import.unchanged = found->counts[IMPORT_UNCHANGED];
		import.accounts = found->accounts;
		import.problem_count = found->problem_count;
	}
	return row_update(&run->rows, &import_entity, &import);
}

/*
 * First what an earlier check left is removed, then this one's result is written. A restart forgets the result and begins
 * again with the first. The counters move only when the step before is known to be committed: then job.position says so.
 */
static err check_step(struct job_run *run)
{
	struct checking *checking = run->state;
	const struct import_comparison *found = &checking->comparison;
	bool good = found->problem_count == 0;

	if (!checking->cleaned) {
		run->job.position = 0;
		run->job.total = (int64_t)((good ? found->bundle_count + found->line_count : 0) + found->problem_kept);
		TRY(remove_results(&run->rows, run->job.object, true, &checking->cleaned));
		if (!checking->cleaned)
			return OK;
	}
	place_of(found, (size_t)run->job.position, checking);
	TRY(write_some(run, checking, &run->job.position));
	run->done = run->job.position == run->job.total;
	return tell_progress(run, found);
}

const struct job_kind import_job_check = {
	.name = "import.check-step",
	.gather = check_gather,
	.step = check_step,
	.fail = set_failed,
	.forget = check_forget,
};

/* ---- clean ---- */

/*
 * 0 receiving, 2 checked: after STREAM_KEPT_US. 3 applied, 4 failed, 7 cancelled: as soon as there is something to remove; of a
 * failed check only then too.
 */
const struct statement import_job_overdue = {
	"import.overdue",
	"SELECT id FROM import WHERE (state IN (0, 2) AND begun_at + 86400000000 < :now)"
	" OR (state IN (3, 4, 7) AND EXISTS (SELECT 1 FROM import_line WHERE import_line.import = import.id))"
	" OR (state IN (3, 4, 7) AND begun_at + 86400000000 < :now"
	" AND EXISTS (SELECT 1 FROM upload_chunk WHERE upload_chunk.owner = import.id))",
};

/* Still to be written: only the file has become useless. */
static bool waits(const struct import *import)
{
	return import->state == IMPORT_SCHEDULED || import->state == IMPORT_APPLYING;
}

/* Nobody uses the keys of what has not been applied; those of accounts only after the accounts are gone. M5 */
static err clean_gather(struct job_run *run)
{
	struct import import = {0};

	if (run->state != NULL)
		return OK;
	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state != IMPORT_APPLIED && !waits(&import)) {
		if (import.written > 0)
			return OK;
		TRY(import_stage_drop_keys(&run->rows, import.row.id));
		if (import.applying_at != 0)
			TRY(import_apply_drop_keys(&run->rows, &import));
	}
	run->state = &run->kind; /* done, until the process ends */
	return OK;
}

static void clean_forget(struct job_run *run)
{
	run->state = NULL;
}

static err clean_end(struct job_run *run, struct import *import)
{
	run->done = true;
	if (import->state == IMPORT_APPLIED || import->state == IMPORT_CANCELLED || import->state == IMPORT_FAILED)
		return OK;
	import->state = IMPORT_FAILED;
	import->received = 0;
	return row_update(&run->rows, &import_entity, import);
}

static err clean_step(struct job_run *run)
{
	struct import import = {0};
	size_t chunks = 0;
	bool clean = false;

	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	TRY(stream_remove(&run->rows, run->job.object, STREAM_REMOVE_MAX, &chunks));
	run->job.position += (int64_t)chunks;
	run->done = chunks == 0 && waits(&import);
	if (chunks > 0 || run->done)
		return OK;
	if (import.state == IMPORT_FAILED && import.applying_at != 0 && import.written > 0)
		return import_apply_undo(&run->rows, &import);
	if (run->state == NULL)
		return OK; /* the next gather drops the keys */
	TRY(remove_results(&run->rows, run->job.object, import.state != IMPORT_FAILED, &clean));
	return clean ? clean_end(run, &import) : OK;
}

static const struct schedule clean_plan = {
	.ja = "取込みの控えを消す", .en = "Removes what imports no longer need", .every_s = 60, .limit_s = 3600, .missed = SCHEDULE_ONCE,
};

const struct job_kind import_job_clean = {
	.name = "import.clean-step",
	.overdue = &import_job_overdue,
	.schedule = &clean_plan,
	.gather = clean_gather,
	.step = clean_step,
	.forget = clean_forget,
};
