#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/import_apply.h"
#include "kinder/import_facility.h"
#include "kinder/import_job.h"
#include "kinder/import_kind.h"
#include "kinder/import_pupils.h"
#include "kinder/import_stage.h"
#include "kinder/kinder_int.h"

#include "kinder/import.h"

#define KINDER_ROW import
#define COUNT(label_ja, label_en) .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2

static const char *const entity_names[] = {"facility", "roster", "rollover", NULL};
const struct import_kind *const import_kinds[] = {&import_facility, &import_roster, &import_rollover};

static const char *const encodings[] = {"auto", "utf-8", "cp932", NULL};
static const char *const states[] = {
	[IMPORT_RECEIVING] = "receiving", [IMPORT_CHECKING] = "checking", [IMPORT_CHECKED] = "checked",
	[IMPORT_APPLIED] = "applied", [IMPORT_FAILED] = "failed",
	[IMPORT_SCHEDULED] = "scheduled", [IMPORT_APPLYING] = "applying", [IMPORT_CANCELLED] = "cancelled", NULL,
};

#define BEGIN_FIELDS(field)                                                                                          \
	field(entity, .ja = "取り込むもの", .en = "What to import", .type = FIELD_CHOICE, .grade = GRADE_2,          \
	    .required = true, .choices = entity_names)                                                               \
	field(encoding, .ja = "文字コード", .en = "Encoding", .type = FIELD_CHOICE, .grade = GRADE_2,                \
	    .required = true, .choices = encodings)                                                                  \
	field(name, .ja = "ファイル名", .en = "File name", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,   \
	    .max = 200)                                                                                              \
	field(size, .ja = "大きさ", .en = "Size", .type = FIELD_INT, .grade = GRADE_2, .required = true, .min = 1,   \
	    .max = STREAM_SIZE_MAX)                                                                                  \
	field(effective, .ja = "適用日", .en = "Effective", .type = FIELD_DATE, .grade = GRADE_2)

static const struct field import_fields[] = {
	BEGIN_FIELDS(KINDER_FIELD)
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states,
	    .offset = offsetof(struct import, state)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility",
	    .offset = offsetof(struct import, facility)},
	{.name = "effective_at", .ja = "適用日時", .en = "Effective at", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, effective_at)},
	KINDER_FIELD(received, COUNT("受信済み", "Received"))
	KINDER_FIELD(rows, COUNT("行数", "Rows"))
	KINDER_FIELD(created, COUNT("新規", "New"))
	KINDER_FIELD(changed, COUNT("変更", "Changed"))
	KINDER_FIELD(moved, COUNT("組替え", "Moved"))
	KINDER_FIELD(left, COUNT("卒園・転出", "Left"))
	KINDER_FIELD(unchanged, COUNT("変更なし", "Unchanged"))
	KINDER_FIELD(accounts, COUNT("新しいアカウント", "New accounts"))
	KINDER_FIELD(problem_count, COUNT("問題の数", "Problems"))
	KINDER_FIELD(progress, COUNT("進み具合", "Progress"))
	{.name = "requester", .ja = "取り込む人", .en = "Requester", .type = FIELD_ID, .grade = GRADE_2, .refers = "account",
	    .offset = offsetof(struct import, requester)},
	{.name = "begun_at", .ja = "開始日時", .en = "Begun", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, begun_at)},
	{.name = "applied_at", .ja = "取り込み日時", .en = "Applied", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, applied_at)},
	{.name = "applying_at", .ja = "取り込み始めた日時", .en = "Applying since", .type = FIELD_TIME, .grade = GRADE_2,
	    .offset = offsetof(struct import, applying_at)},
	KINDER_FIELD(written, COUNT("書き込み済み", "Written"))
};

static const char *const import_indexes[] = {"state", "facility", NULL};

const struct entity import_entity = {
	.name = "import",
	.ja = "取り込み",
	.en = "Import",
	.size = sizeof(struct import),
	.facility = "facility",
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
	/* As it stands in the file: without a line of headings it is the first child's. */
	{.name = "heading", .ja = "見出し", .en = "Heading", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true,
	    .max = 63, .offset = offsetof(struct import_problem, heading)},
	WORDS(ja, "説明", "Message in Japanese", 239),
	WORDS(en, "英語の説明", "Message", 239),
};

static const char *const problem_indexes[] = {"import", NULL};

const struct entity import_problem_entity = {
	.name = "import_problem",
	.ja = "取り込みの問題",
	.en = "Problem of an import",
	.size = sizeof(struct import_problem),
	.seal = SEAL_CUSTOMER,
	.indexes = problem_indexes,
	.fields = problem_fields,
	.field_count = sizeof(problem_fields) / sizeof(problem_fields[0]),
};

err import_start(void)
{
	TRY(stream_start());
	TRY(import_line_start());
	TRY(import_facility_start());
	TRY(import_pupils_start());
	TRY(import_apply_start());
	return import_job_start();
}

/* The city's imports are its administrator's, a facility's its principal's (access/relations). */
const struct grant import_grants[] = {
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{0},
};

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

static err load(struct call *call, struct import *import_out)
{
	TRY(row_get(&call->rows, &import_entity, call_id(call, "import"), import_out));
	call->event_facility = import_out->facility;
	return OK;
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

#define EFFECTIVE_DAYS_MAX 400

static err check_effective(struct call *call, const struct import_kind *kind, struct import *import)
{
	int32_t today = clock_date_jst(call->now_us);

	if (import->effective == 0)
		return OK;
	if (!kind->of_facility)
		return call_flaw(call, "effective", FLAW_RULE, "園の一覧に適用日は付けられません。確定したときに取り込みます。",
		    "A list of facilities has no effective date; it is applied when confirmed.");
	if (import->effective < today || import->effective > clock_date_add(today, EFFECTIVE_DAYS_MAX))
		return call_flaw(call, "effective", FLAW_RULE, "適用日は、今日から400日以内にしてください。",
		    "The effective date is today or one of the next 400 days.");
	return clock_midnight(import->effective, &import->effective_at);
}

static err begin_apply(struct call *call)
{
	struct import import = {.state = IMPORT_RECEIVING, .requester = call->actor.account, .begun_at = call->now_us};
	const struct import_kind *kind;

	call_store(call, &import_entity, &import);
	kind = import_kinds[import.entity];
	if (kind->of_facility != (call->actor.role == ROLE_PRINCIPAL)) {
		call->reason = "kind not importable by this role";
		return FAIL(DENIED);
	}
	if (kind->of_facility)
		import.facility = call->event_facility = call->actor.facility;
	TRY(check_effective(call, kind, &import));
	TRY(row_insert(&call->rows, &import_entity, &import));
	TRY(call_object(call, import_entity.name, import.row.id));
	return show(call, &import);
}

const struct op import_begin = {
	IMPORT_RUN,
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
	IMPORT_RUN,
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

/* Why an import in a state cannot go back to an earlier one. */
static const struct state_words {
	const char *ja, *en;
} over[] = {
	[IMPORT_CHECKING] = {"いま確認しています。", "It is being checked already."},
	[IMPORT_APPLIED] = {"もう取り込みました。", "It has been applied."},
	[IMPORT_SCHEDULED] = {"適用日を待っています。やめるときは取り消してください。", "It waits for its day; cancel it first."},
	[IMPORT_APPLYING] = {"いま取り込んでいます。", "It is being applied."},
	[IMPORT_CANCELLED] = {"取り消されました。はじめから送ってください。", "It has been cancelled; send the file anew."},
};

static err may_check(struct call *call, const struct import *import)
{
	const struct stream stream = {.size = import->size, .received = import->received};

	if (over[import->state].ja != NULL)
		return conflict(call, over[import->state].ja, over[import->state].en);
	if (import->applying_at != 0 || !stream_complete(&stream))
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
	import.moved = import.left = import.accounts = 0;
	TRY(row_update(&call->rows, &import_entity, &import));
	TRY(job_file(call, &import_job_check, import.row.id));
	return show(call, &import);
}

const struct op import_check = {
	IMPORT_RUN,
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
	IMPORT_SEE,
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

err import_problem_put(struct row_context *rows, struct id import, const struct csv_problem *problem, size_t index)
{
	char place[32];
	struct import_problem row = {
		.import = import, .line = problem->row, .column = problem->column, .code = bytes_str(flaw_code(problem->flaw)),
		.heading = bytes_str(problem->heading), .ja = bytes_str(problem->message_ja), .en = bytes_str(problem->message_en),
	};

	(void)snprintf(place, sizeof(place), "%010u-%05u-%06zu", problem->row, problem->column, index % 1000000);
	row.place = bytes_str(place);
	return row_insert(rows, &import_problem_entity, &row);
}

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
	IMPORT_SEE_ROWS,
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
	.event = true,
	.status = 200,
	.apply = problems_apply,
};

/* ---- apply ---- */

static int64_t written(const struct import *import)
{
	return import->created + import->changed + import->moved + import->left;
}

static err may_apply(struct call *call, const struct import *import)
{
	if (import->state != IMPORT_CHECKED && over[import->state].ja != NULL)
		return conflict(call, over[import->state].ja, over[import->state].en);
	if (import->state != IMPORT_CHECKED)
		return conflict(call, "先に内容を確認してください。", "Check it first.");
	if (import->problem_count > 0)
		return conflict(call, "問題が残っています。ファイルを直して、はじめから送ってください。",
		    "There are problems; correct the file and send it anew.");
	return OK;
}

/* The first words of every kind; of children more follows. */
static err impact_words(struct call *call, const struct import *import, struct buf *out)
{
	const struct import_kind *kind = import_kinds[import->entity];
	bool english = call->language == LANGUAGE_EN;
	char date[CLOCK_TEXT_MAX];

	clock_date_format(import->effective, date);
	if (import->effective_at > call->now_us)
		TRY(buf_printf(out, english ? "On %s " : "%sに、", date));
	if (english)
		TRY(buf_printf(out, "%" PRId64 " %s are taken over (%" PRId64 " new, %" PRId64 " changed, ", import->rows, kind->unit_en,
		    import->created, import->changed));
	else
		TRY(buf_printf(out, "%s%" PRId64 "件を取り込みます（新規%" PRId64 "、変更%" PRId64 "、", kind->unit_ja, import->rows,
		    import->created, import->changed));
	if (kind->of_facility)
		TRY(buf_printf(out, english ? "%" PRId64 " to another class, %" PRId64 " leaving, %" PRId64 " new accounts, " :
		    "組替え%" PRId64 "、卒園・転出%" PRId64 "、新しいアカウント%" PRId64 "、", import->moved, import->left, import->accounts));
	return buf_printf(out, english ? "%" PRId64 " unchanged)." : "変更なし%" PRId64 "）。", import->unchanged);
}

static err apply_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct import import = {0};
	OWN(buf) words = {0};

	TRY(load(call, &import));
	TRY(may_apply(call, &import));
	TRY(impact_words(call, &import, &words));
	(void)snprintf(words_out, words_max, "%.*s", (int)words.len, (const char *)words.ptr);
	*objects_out = written(&import);
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

static err apply_at_once(struct call *call, const struct import_kind *kind, struct import *import)
{
	err e = kind->at_once(call, import->row.id, import->created + import->changed);

	if (err_is(e, ERR_CONFLICT))
		return conflict(call, "確認したあとに園の情報が変わりました。もう一度確認してください。",
		    "Facilities have changed since the check; check again.");
	TRY(e);
	import->state = IMPORT_APPLIED;
	import->applied_at = call->now_us;
	return job_file(call, &import_job_clean, import->row.id);
}

/* Waits for its day, and then or now goes on as a job. What was sent is of no more use while it waits. */
static err apply_by_job(struct call *call, struct import *import)
{
	if (import->effective_at > call->now_us) {
		import->state = IMPORT_SCHEDULED;
		return job_file(call, &import_job_clean, import->row.id);
	}
	TRY(import_apply_not_busy(call, import->facility));
	import->state = IMPORT_APPLYING;
	import->applying_at = call->now_us;
	import->progress = 0;
	return job_file(call, &import_apply_job, import->row.id);
}

static err apply_apply(struct call *call)
{
	struct import import = {0};
	const struct import_kind *kind;

	TRY(load(call, &import));
	TRY(may_apply(call, &import));
	kind = import_kinds[import.entity];
	TRY(kind->at_once != NULL ? apply_at_once(call, kind, &import) : apply_by_job(call, &import));
	TRY(row_update(&call->rows, &import_entity, &import));
	return tell_counts(call, &import);
}

const struct op import_apply = {
	IMPORT_RUN,
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

/* ---- cancel ---- */

static err cancel_apply(struct call *call)
{
	struct import import = {0};

	TRY(load(call, &import));
	if (import.state != IMPORT_SCHEDULED)
		return conflict(call, "適用日を待っている取り込みだけを取り消せます。", "Only an import that waits for its day can be cancelled.");
	import.state = IMPORT_CANCELLED;
	TRY(row_update(&call->rows, &import_entity, &import));
	TRY(job_file(call, &import_job_clean, import.row.id));
	return show(call, &import);
}

const struct op import_cancel = {
	IMPORT_RUN,
	.id = "import.cancel",
	.ja = "予定した取り込みを取り消す",
	.en = "Cancel a scheduled import",
	.method = "POST",
	.path = "/v1/imports/{import}/cancel",
	.kind = OP_WRITE,
	.inputs = one_input,
	.output = &import_entity,
	.status = 200,
	.event = true,
	.apply = cancel_apply,
};

/* ---- template ---- */

static err template_apply(struct call *call)
{
	const struct import_kind *kind = import_kinds[call_value(call, "entity")->as.choice];
	struct buf *out = call->out.out;

	TRY(buf_append_str(out, "\xef\xbb\xbf"));
	for (size_t i = 0; i < kind->column_count; i++) {
		const struct field *field = &kind->columns->fields[i];

		TRY(buf_append_str(out, i > 0 ? "," : ""));
		TRY(buf_append_str(out, field->column != NULL ? field->column : field->ja));
	}
	return buf_append_str(out, "\r\n");
}

static const struct input template_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "entity", .ja = "取り込むもの", .en = "What to import", .type = FIELD_CHOICE,
	    .grade = GRADE_2, .required = true, .choices = entity_names}},
	{0},
};

const struct op import_template = {
	IMPORT_FORM,
	.id = "import.template",
	.ja = "取り込みの様式を受け取る",
	.en = "Download an empty table",
	.method = "GET",
	.path = "/v1/imports/template",
	.kind = OP_READ,
	.reply = REPLY_OCTETS,
	.media = "text/csv; charset=utf-8",
	.file = "template.csv",
	.inputs = template_inputs,
	.status = 200,
	.apply = template_apply,
};
