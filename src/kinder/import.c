#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinder/facility.h"
#include "kinder/import_job.h"
#include "kinder/import_stage.h"
#include "kinder/kinder_int.h"

#include "kinder/import.h"

#define KINDER_ROW import
#define COUNT(label_ja, label_en) .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2

static const char *const entity_names[] = {"facility", NULL};
static const char *const encodings[] = {"auto", "utf-8", "cp932", NULL};
static const char *const states[] = {
	[IMPORT_RECEIVING] = "receiving", [IMPORT_CHECKING] = "checking", [IMPORT_CHECKED] = "checked",
	[IMPORT_APPLIED] = "applied", [IMPORT_FAILED] = "failed", NULL,
};

#define BEGIN_FIELDS(field)                                                                                          \
	field(entity, .ja = "取り込むもの", .en = "What to import", .type = FIELD_CHOICE, .grade = GRADE_2,          \
	    .required = true, .choices = entity_names)                                                               \
	field(encoding, .ja = "文字コード", .en = "Encoding", .type = FIELD_CHOICE, .grade = GRADE_2,                \
	    .required = true, .choices = encodings)                                                                  \
	field(name, .ja = "ファイル名", .en = "File name", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,   \
	    .max = 200)                                                                                              \
	field(size, .ja = "大きさ", .en = "Size", .type = FIELD_INT, .grade = GRADE_2, .required = true, .min = 1,   \
	    .max = STREAM_SIZE_MAX)

static const struct field import_fields[] = {
	BEGIN_FIELDS(KINDER_FIELD)
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states,
	    .offset = offsetof(struct import, state)},
	KINDER_FIELD(received, COUNT("受信済み", "Received"))
	KINDER_FIELD(rows, COUNT("行数", "Rows"))
	KINDER_FIELD(created, COUNT("新規", "New"))
	KINDER_FIELD(changed, COUNT("変更", "Changed"))
	KINDER_FIELD(unchanged, COUNT("変更なし", "Unchanged"))
	KINDER_FIELD(problem_count, COUNT("問題の数", "Problems"))
	KINDER_FIELD(progress, COUNT("進み具合", "Progress"))
	{.name = "requester", .ja = "取り込む人", .en = "Requester", .type = FIELD_ID, .grade = GRADE_2, .refers = "account",
	    .offset = offsetof(struct import, requester)},
	{.name = "begun_at", .ja = "開始日時", .en = "Begun", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, begun_at)},
	{.name = "applied_at", .ja = "取り込み日時", .en = "Applied", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, applied_at)},
};

static const char *const import_indexes[] = {"state", NULL};

const struct entity import_entity = {
	.name = "import",
	.ja = "取り込み",
	.en = "Import",
	.size = sizeof(struct import),
	.indexes = import_indexes,
	.fields = import_fields,
	.field_count = sizeof(import_fields) / sizeof(import_fields[0]),
};

#define WORDS(member, label_ja, label_en, most) \
	{.name = #member, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2, .max = most, \
	    .offset = offsetof(struct import_problem, member)}

static const struct field problem_fields[] = {
	{.name = "import", .ja = "取り込み", .en = "Import", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "import", .offset = offsetof(struct import_problem, import)},
	{.name = "place", .ja = "場所", .en = "Place", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .sort = true,
	    .max = 32, .offset = offsetof(struct import_problem, place)},
	{.name = "row", .ja = "行", .en = "Row", .type = FIELD_INT, .grade = GRADE_2,
	    .offset = offsetof(struct import_problem, line)},
	{.name = "column", .ja = "列", .en = "Column", .type = FIELD_INT, .grade = GRADE_2,
	    .offset = offsetof(struct import_problem, column)},
	WORDS(code, "種類", "Code", 20),
	WORDS(heading, "見出し", "Heading", 63),
	WORDS(ja, "説明", "Message in Japanese", 239),
	WORDS(en, "英語の説明", "Message", 239),
};

static const char *const problem_indexes[] = {"import", NULL};

const struct entity import_problem_entity = {
	.name = "import_problem",
	.ja = "取り込みの問題",
	.en = "Problem of an import",
	.size = sizeof(struct import_problem),
	.indexes = problem_indexes,
	.fields = problem_fields,
	.field_count = sizeof(problem_fields) / sizeof(problem_fields[0]),
};

err import_start(void)
{
	TRY(stream_start());
	return import_job_start();
}

static const struct grant grants[] = {{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"}, {0}};

#define IMPORT_ID                                                                                                    \
	{.place = IN_PATH, .object = true, .field = {.name = "import", .ja = "取り込み", .en = "Import",             \
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "import"}}

static const struct input begin_inputs[] = {BEGIN_FIELDS(KINDER_INPUT) {0}};
static const struct input one_input[] = {IMPORT_ID, {0}};
static const struct input list_inputs[] = {IMPORT_ID, KINDER_PAGE_INPUTS, {0}};
static const struct input put_inputs[] = {
	IMPORT_ID,
	{.place = IN_PATH, .field = {.name = "offset", .ja = "位置", .en = "Offset", .type = FIELD_INT, .grade = GRADE_2,
	    .required = true, .min = 0, .max = STREAM_SIZE_MAX}},
	{.place = IN_BODY, .raw = true, .field = {.name = "chunk", .ja = "ファイルの一部", .en = "Part of the file",
	    .type = FIELD_BYTES, .grade = GRADE_3A, .required = true, .max = STREAM_CHUNK_MAX}},
	{0},
};

#define IMPORT_OP                                                                                                    \
	.grants = grants, .policy = "facility import", .entity = &import_entity, .grade = GRADE_2,                   \
	.purpose_ja = "園の一覧を取り込むため", .purpose_en = "To take over a list of facilities", .requirements = "K-26 K-27"

static err load(struct call *call, struct import *import_out)
{
	return row_get(&call->rows, &import_entity, call_id(call, "import"), import_out);
}

static err show(struct call *call, const struct import *import)
{
	json_row(&call->out, &import_entity, import, "*");
	return OK;
}

static err conflict(struct call *call, const char *ja, const char *en)
{
	return kinder_conflict(call, "import", ja, en);
}

/* ---- begin, put ---- */

static err begin_apply(struct call *call)
{
	struct import import = {.state = IMPORT_RECEIVING, .requester = call->actor.account, .begun_at = call->now_us};

	call_store(call, &import_entity, &import);
	TRY(row_insert(&call->rows, &import_entity, &import));
	TRY(call_object(call, import_entity.name, import.row.id));
	return show(call, &import);
}

const struct op import_begin = {
	IMPORT_OP,
	.id = "import.begin",
	.ja = "取り込みを始める",
	.en = "Begin an import",
	.method = "POST",
	.path = "/v1/imports",
	.kind = OP_WRITE,
	.shape = SHAPE_STREAM,
	.inputs = begin_inputs,
	.output = &import_entity,
	.status = 201,
	.event = true,
	.apply = begin_apply,
};

/* States 0 to 2 are under way; what has sent nothing yet takes no room. */
const struct statement import_under_way = {
	"import.under-way",
	"SELECT COALESCE(SUM(size), 0) FROM import WHERE state IN (0, 1, 2) AND received > 0",
};

static err has_room(struct call *call, const struct import *import)
{
	struct query *query = NULL;
	bool row = false;
	int64_t taken = 0;
	err e;

	if (import->received > 0)
		return OK;
	e = query_start(call->rows.db, &import_under_way, &query);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		taken = column_int(query, 0);
	query_end(&query);
	TRY(e);
	if (taken + import->size <= IMPORT_STORED_MAX)
		return OK;
	call->reason = "too much under way";
	return FAIL(LIMITED);
}

static err put_apply(struct call *call)
{
	struct import import = {0};
	struct stream stream;

	TRY(load(call, &import));
	if (import.state != IMPORT_RECEIVING)
		return conflict(call, "この取り込みの受信は終わっています。", "This import takes no more of its file.");
	TRY(has_room(call, &import));
	stream = (struct stream){.owner = import.row.id, .size = import.size, .received = import.received};
	TRY(stream_put(call, &stream, "offset", call_value(call, "offset")->as.integer, call_text(call, "chunk")));
	if (stream.received != import.received) {
		import.received = stream.received;
		TRY(row_update(&call->rows, &import_entity, &import));
	}
	json_int(&call->out, "received", import.received);
	return OK;
}

static const struct field put_output[] = {{.name = "received", COUNT("受信済み", "Received")}, {0}};

const struct op import_put = {
	IMPORT_OP,
	.id = "import.put",
	.ja = "取り込むファイルを送る",
	.en = "Send a part of the file",
	.method = "PUT",
	.path = "/v1/imports/{import}/chunks/{offset}",
	.kind = OP_WRITE,
	.shape = SHAPE_STREAM,
	.inputs = put_inputs,
	.output_fields = put_output,
	.status = 200,
	.event = true,
	.apply = put_apply,
};

/* ---- check ---- */

static err may_check(struct call *call, const struct import *import)
{
	const struct stream stream = {.size = import->size, .received = import->received};

	if (import->state == IMPORT_CHECKING)
		return conflict(call, "いま確認しています。", "It is being checked already.");
	if (import->state == IMPORT_APPLIED)
		return conflict(call, "もう取り込みました。", "It has been applied.");
	if (!stream_complete(&stream))
		return conflict(call, "ファイルがまだ全部届いていません。", "The file has not arrived as a whole.");
	return OK;
}

static err check_apply(struct call *call)
{
	struct import import = {0};

	TRY(load(call, &import));
	TRY(may_check(call, &import));
	import.state = IMPORT_CHECKING;
	import.progress = import.rows = import.created = import.changed = import.unchanged = import.problem_count = 0;
	TRY(row_update(&call->rows, &import_entity, &import));
	TRY(job_file(call, &import_job_check, import.row.id));
	return show(call, &import);
}

const struct op import_check = {
	IMPORT_OP,
	.id = "import.check",
	.ja = "取り込む内容を確認する",
	.en = "Check what an import would do",
	.method = "POST",
	.path = "/v1/imports/{import}/check",
	.kind = OP_WRITE,
	.shape = SHAPE_JOB,
	.inputs = one_input,
	.output = &import_entity,
	.status = 202,
	.event = true,
	.apply = check_apply,
};

/* ---- see ---- */

static err see_apply(struct call *call)
{
	struct import import = {0};

	TRY(load(call, &import));
	return show(call, &import);
}

const struct op import_see = {
	IMPORT_OP,
	.id = "import.see",
	.ja = "取り込みの状態を見る",
	.en = "See an import",
	.method = "GET",
	.path = "/v1/imports/{import}",
	.kind = OP_READ,
	.inputs = one_input,
	.output = &import_entity,
	.status = 200,
	.apply = see_apply,
};

static err show_problem(struct call *call, const void *row, const char *groups)
{
	const struct import_problem *problem = row;

	(void)groups;
	json_int(&call->out, "row", problem->line);
	json_int(&call->out, "column", problem->column);
	json_text(&call->out, "heading", problem->heading);
	json_text(&call->out, "code", problem->code);
	json_text(&call->out, "message", call->language == LANGUAGE_EN ? problem->en : problem->ja);
	return OK;
}

static err problems_apply(struct call *call)
{
	return call_list(call, show_problem);
}

const struct op import_problems = {
	IMPORT_OP,
	.id = "import.problems",
	.ja = "取り込みの問題を見る",
	.en = "List the problems of an import",
	.method = "GET",
	.path = "/v1/imports/{import}/problems",
	.kind = OP_READ,
	.inputs = list_inputs,
	.output = &import_problem_entity,
	.list = true,
	.where = "import_problem.import = :import",
	.status = 200,
	.apply = problems_apply,
};

/* ---- apply ---- */

static err may_apply(struct call *call, const struct import *import)
{
	if (import->state == IMPORT_APPLIED)
		return conflict(call, "もう取り込みました。", "It has been applied.");
	if (import->state != IMPORT_CHECKED)
		return conflict(call, "先に内容を確認してください。", "Check it first.");
	if (import->problem_count > 0)
		return conflict(call, "問題が残っています。ファイルを直して、はじめから送ってください。",
		    "There are problems; correct the file and send it anew.");
	return OK;
}

static err apply_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct import import = {0};

	TRY(load(call, &import));
	TRY(may_apply(call, &import));
	if (call->language == LANGUAGE_EN)
		(void)snprintf(words_out, words_max,
		    "%" PRId64 " facilities are taken over (%" PRId64 " new, %" PRId64 " changed, %" PRId64 " unchanged).",
		    import.rows, import.created, import.changed, import.unchanged);
	else
		(void)snprintf(words_out, words_max,
		    "施設%" PRId64 "件を取り込みます（新規%" PRId64 "、変更%" PRId64 "、変更なし%" PRId64 "）。",
		    import.rows, import.created, import.changed, import.unchanged);
	*objects_out = import.created + import.changed;
	return OK;
}

static err tell_counts(struct call *call, const struct import *import)
{
	struct json detail;

	json_init(&detail, &call->detail);
	json_int(&detail, "created", import->created);
	json_int(&detail, "changed", import->changed);
	json_int(&detail, "unchanged", import->unchanged);
	TRY(detail.state);
	return show(call, import);
}

static err apply_apply(struct call *call)
{
	struct import import = {0};
	err e;

	TRY(load(call, &import));
	TRY(may_apply(call, &import));
	e = import_stage_apply(call, import.row.id, import.created + import.changed);
	if (err_is(e, ERR_CONFLICT))
		return conflict(call, "確認したあとに園の情報が変わりました。もう一度確認してください。",
		    "Facilities have changed since the check; check again.");
	TRY(e);
	import.state = IMPORT_APPLIED;
	import.applied_at = call->now_us;
	TRY(row_update(&call->rows, &import_entity, &import));
	TRY(job_file(call, &import_job_clean, import.row.id));
	return tell_counts(call, &import);
}

const struct op import_apply = {
	IMPORT_OP,
	.id = "import.apply",
	.ja = "確認した内容を取り込む",
	.en = "Apply a checked import",
	.method = "POST",
	.path = "/v1/imports/{import}/apply",
	.kind = OP_WRITE,
	.guard = GUARD_CONFIRM,
	.inputs = one_input,
	.output = &import_entity,
	.step_up_s = OP_STEP_UP_S,
	.manual = "doc/manual/import.md",
	.status = 200,
	.event = true,
	.impact = apply_impact,
	.apply = apply_apply,
};
