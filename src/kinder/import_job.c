#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinder/import_compare.h"
#include "kinder/import_job.h"
#include "kinder/import_stage.h"

#define BUNDLES_A_STEP 8      /* of up to 56 KiB */
#define PROBLEMS_A_STEP 150

struct checking {
	struct import_comparison comparison;
	bool cleaned;             /* nothing is left of an earlier check */
	size_t bundles, problems; /* written */
};

static struct row_list problems_of = {"import.problems-of", &import_problem_entity, "import = :import LIMIT :limit", NULL};

err import_job_start(void)
{
	TRY(import_stage_start());
	TRY(import_compare_start());
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
static err remove_results(struct row_context *rows, struct id import, bool *clean_out)
{
	size_t bundles = 0;
	size_t problems = 0;

	TRY(import_stage_remove(rows, import, &bundles));
	if (bundles == 0)
		TRY(remove_problems(rows, import, &problems));
	*clean_out = bundles == 0 && problems == 0;
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
	e = import_compare(&run->rows, run->compartment, bytes_of(&file), (enum csv_encoding)import.encoding, &checking->comparison);
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

static err write_problem(struct job_run *run, const struct csv_problem *problem)
{
	char place[32];
	struct import_problem row = {
		.import = run->job.object, .line = problem->row, .column = problem->column, .code = bytes_str(flaw_code(problem->flaw)),
		.heading = bytes_str(problem->heading), .ja = bytes_str(problem->message_ja), .en = bytes_str(problem->message_en),
	};

	(void)snprintf(place, sizeof(place), "%010u-%05u", problem->row, problem->column);
	row.place = bytes_str(place);
	return row_insert(&run->rows, &import_problem_entity, &row);
}

/* bundles_out, problems_out: written when this step is committed. Bundles only of a file without problems. */
static err write_some(struct job_run *run, const struct checking *checking, size_t *bundles_out, size_t *problems_out)
{
	const struct import_comparison *found = &checking->comparison;
	size_t bundles = checking->bundles;
	size_t problems = checking->problems;

	for (int i = 0; i < BUNDLES_A_STEP && found->problem_count == 0 && bundles < found->bundle_count; i++, bundles++)
		TRY(write_bundle(run, &found->bundles[bundles], bundles));
	for (int i = 0; i < PROBLEMS_A_STEP && problems < found->problem_kept; i++, problems++)
		TRY(write_problem(run, &found->problems[problems]));
	*bundles_out = bundles;
	*problems_out = problems;
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
		import.created = found->created;
		import.changed = found->changed;
		import.unchanged = found->unchanged;
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
	size_t bundle_count = found->problem_count == 0 ? found->bundle_count : 0;
	size_t bundles = 0;
	size_t problems = 0;

	if (!checking->cleaned) {
		run->job.position = 0;
		run->job.total = (int64_t)(bundle_count + found->problem_kept);
		TRY(remove_results(&run->rows, run->job.object, &checking->cleaned));
		if (!checking->cleaned)
			return OK;
	}
	checking->bundles = (size_t)run->job.position < bundle_count ? (size_t)run->job.position : bundle_count;
	checking->problems = (size_t)run->job.position - checking->bundles;
	TRY(write_some(run, checking, &bundles, &problems));
	run->job.position = (int64_t)(bundles + problems);
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

/* 0 receiving, 1 checking, 2 checked, 3 applied; STREAM_KEPT_US */
const struct statement import_job_overdue = {
	"import.overdue",
	"SELECT id FROM import WHERE begun_at + 86400000000 < :now AND state <> 1 AND (state IN (0, 2)"
	" OR EXISTS (SELECT 1 FROM upload_chunk WHERE upload_chunk.owner = import.id))",
};

static err clean_end(struct job_run *run)
{
	struct import import = {0};

	run->done = true;
	TRY(row_get(&run->rows, &import_entity, run->job.object, &import));
	if (import.state == IMPORT_APPLIED)
		return OK;
	import.state = IMPORT_FAILED;
	import.received = 0;
	return row_update(&run->rows, &import_entity, &import);
}

static err clean_step(struct job_run *run)
{
	size_t chunks = 0;
	bool clean = false;

	TRY(stream_remove(&run->rows, run->job.object, STREAM_REMOVE_MAX, &chunks));
	run->job.position += (int64_t)chunks;
	if (chunks > 0)
		return OK;
	TRY(remove_results(&run->rows, run->job.object, &clean));
	return clean ? clean_end(run) : OK;
}

const struct job_kind import_job_clean = {
	.name = "import.clean-step",
	.overdue = &import_job_overdue,
	.step = clean_step,
};
