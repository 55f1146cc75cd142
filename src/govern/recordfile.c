#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "govern/recorddesk.h"
#include "op/reader.h"

#include "govern/recordfile.h"

#define EXPORT_MAX 5000
#define FILE_MAX 49152          /* bytes of a file that comes in: one body */
#define WORDS_MAX 240
#define READ_TRIES 30
#define READ_PAUSE_NS 100000000L

static const char *const encodings[] = {"auto", "utf-8", "cp932", NULL};
enum { ENCODING_AUTO, ENCODING_UTF8, ENCODING_CP932 };

/* What is withdrawn or was rejected is not handed out; the screen shows it. */
static struct row_list in_reach = {
	"record.export", &record_entity,
	"record.description = :description AND record.state IN (0, 1, 2) AND record.probe = :actor_probe"
	" AND (record.facility IS NULL OR record.facility = :actor_facility OR :actor_facility IS NULL) ORDER BY record.number LIMIT :limit",
	NULL,
};

err recordfile_start(void)
{
	return row_list_make(&in_reach);
}

static int32_t encoding_of(const struct call *call, int32_t usual)
{
	const struct value *value = call_value(call, "encoding");

	return value->present ? value->as.choice : usual;
}

static err kind_of(struct call *call, const struct recordkind **kind_out)
{
	*kind_out = recordkind_find(call_id(call, "register"));
	if (*kind_out == NULL)
		return FAIL(NOT_FOUND); /* of another kind, or retired */
	if (!(*kind_out)->entity)
		return OK;
	problems_add(call->problems, "register", NULL, FLAW_RULE,
	    call->language == LANGUAGE_EN ? "This register holds no records." : "この台帳には登録がありません。");
	return FAIL(CONFLICT);
}

/* ---- out ---- */

static err put_heading(const struct entity *table, struct buf *out)
{
	for (size_t i = 0; i < table->field_count; i++) {
		if (i > 0)
			TRY(buf_u8(out, ','));
		TRY(csv_cell(bytes_str(table->fields[i].ja), true, out));
	}
	return buf_append_str(out, "\r\n");
}

static err put_columns(const struct record *record, struct buf *out)
{
	static const char *const states[] = {[RECORD_WAITING] = "承認待ち", [RECORD_IN_FORCE] = "有効", [RECORD_EXPIRED] = "失効"};
	char from[CLOCK_TEXT_MAX] = "", until[CLOCK_TEXT_MAX] = "";

	clock_date_format(record->valid_from, from);
	clock_date_format(record->valid_until, until);
	return buf_printf(out, ",%lld,%s,%s,%s,%lld\r\n", (long long)record->number, from, until, states[record->state], (long long)record->edition);
}

static err put_record(const struct recordkind *kind, const struct record *record, struct buf *out)
{
	for (size_t i = 0; i < kind->form.count; i++) {
		if (i > 0)
			TRY(buf_u8(out, ','));
		TRY(form_csv_cell(&kind->form.fields[i], form_get(record->body, kind->form.fields[i].name), out));
	}
	return put_columns(record, out);
}

static err put_records(struct call *call, const struct recordkind *kind, struct buf *out, int64_t *count_out)
{
	struct id description = call_id(call, "register");
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, in_reach.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "description", &description);
	if (err_is_ok(e))
		e = query_int(query, "limit", EXPORT_MAX + 1);
	if (err_is_ok(e))
		e = access_bind(query, &call->actor);
	while (err_is_ok(e)) {
		struct record record = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &record_entity, query, false, &record);
		if (err_is_ok(e))
			e = put_record(kind, &record, out);
		if (err_is_ok(e) && ++*count_out > EXPORT_MAX)
			e = FAIL(TOO_LARGE);
	}
	query_end(&query);
	return e;
}

static err export_apply(struct call *call)
{
	const struct recordkind *kind = NULL;
	int64_t count = 0;
	OWN(buf) name = {0};
	OWN(buf) text = {0};

	TRY(kind_of(call, &kind));
	TRY(put_heading(recordkind_table(kind), &text));
	TRY(put_records(call, kind, &text, &count));
	TRY(buf_printf(&name, "%s.csv", describe_title(&kind->described, call->language)));
	TRY(arena_copy(call->arena, bytes_of(&name), &call->file));
	call->media = MEDIA_CSV;
	TRY(buf_printf(&call->detail, "\"count\":%lld", (long long)count));
	if (encoding_of(call, ENCODING_UTF8) != ENCODING_CP932) {
		TRY(buf_append_str(call->out.out, CSV_BOM));
		return buf_append(call->out.out, bytes_of(&text));
	}
	if (err_is_ok(csv_cp932(bytes_of(&text), call->out.out)))
		return OK;
	return call_flaw(call, "encoding", FLAW_ENCODING, "Shift_JIS（CP932）では書けない文字があります。UTF-8で書き出してください。",
	    "There are letters that CP932 does not have; take UTF-8.");
}

/* ---- in ---- */

struct line {
	uint32_t row;
	struct bytes body;              /* as form_judge leaves it */
	int64_t number;                 /* 0: a new record */
	int32_t valid_from, valid_until;
};

/* The whole file, read and judged, in the call's arena. */
struct file {
	struct call *call;
	const struct recordkind *kind;
	uint32_t columns[FIELD_MAX];    /* of each field, from 1; 0: none */
	struct line lines[RECORDFILE_ROWS_MAX];
	size_t count;
	bool too_long;
};

/* A problem by its place in the file: "file:LINE:COLUMN". */
static void tell(struct file *file, uint32_t row, uint32_t column, enum flaw flaw, const char *words)
{
	bool english = file->call->language == LANGUAGE_EN;
	char name[64], text[WORDS_MAX];

	(void)snprintf(name, sizeof(name), "file:%u:%u", row, column);
	if (column > 0)
		(void)snprintf(text, sizeof(text), english ? "Line %u, column %u: %s" : "%u行目 %u列目: %s", row, column, words);
	else
		(void)snprintf(text, sizeof(text), english ? "Line %u: %s" : "%u行目: %s", row, words);
	problems_add(file->call->problems, name, NULL, flaw, text);
}

static err on_heading(void *context, const uint32_t columns[static FIELD_MAX])
{
	struct file *file = context;

	memcpy(file->columns, columns, sizeof(file->columns));
	return OK;
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	struct file *file = context;

	tell(file, problem->row, problem->column, problem->flaw, file->call->language == LANGUAGE_EN ? problem->message_en : problem->message_ja);
	return OK;
}

/* In which column stands what is called "fields.NAME"? */
static uint32_t column_of(const struct file *file, const char *flawed)
{
	for (size_t i = 0; i < file->kind->form.count; i++)
		if (strncmp(flawed, FORM_NAME(""), strlen(FORM_NAME(""))) == 0 &&
		    strcmp(flawed + strlen(FORM_NAME("")), file->kind->form.fields[i].name) == 0)
			return file->columns[i];
	return 0;
}

static const struct value *column(const struct file *file, const struct value *values, size_t which)
{
	return &values[file->kind->form.count + which];
}

static void judge_line(struct file *file, const struct line *line)
{
	struct recorddesk_refusal refusal = recorddesk_refuses(file->kind, line->body, NULL);
	bool english = file->call->language == LANGUAGE_EN;
	int32_t from = line->valid_from != 0 ? line->valid_from : clock_date_jst(file->call->now_us);

	if (refusal.ja != NULL)
		tell(file, line->row, 0, FLAW_RULE, english ? refusal.en : refusal.ja);
	if (line->valid_until != 0 && line->valid_from != 0 && line->valid_until < from)
		tell(file, line->row, file->columns[file->kind->form.count + RECORDKIND_UNTIL], FLAW_RULE,
		    english ? "It ends before it begins." : "有効期限が、有効期間の始めより前です。");
	for (size_t i = 0; line->number != 0 && i < file->count; i++)
		if (file->lines[i].number == line->number)
			tell(file, line->row, file->columns[file->kind->form.count + RECORDKIND_NUMBER], FLAW_DUPLICATE,
			    english ? "This number stands in a line above." : "同じ番号が上の行にあります。");
}

static err on_row(void *context, uint32_t row, const struct value *values)
{
	struct file *file = context;
	struct problems problems = {.language = file->call->language};
	struct line line = {.row = row};
	OWN(buf) given = {0};
	OWN(buf) clean = {0};

	if (file->count == RECORDFILE_ROWS_MAX) {
		if (!file->too_long)
			tell(file, row, 0, FLAW_TOO_LONG, file->call->language == LANGUAGE_EN ?
			    "A file has 300 lines at most; send the rest as another." : "一度に取り込めるのは300行までです。残りは別のファイルにしてください。");
		file->too_long = true;
		return OK;
	}
	TRY(form_of_row(&file->kind->form, values, &given));
	if (!err_is_ok(form_judge(&file->kind->form, bytes_of(&given), true, file->call->arena, &problems, &clean))) {
		for (size_t i = 0; i < problems.count; i++)
			tell(file, row, column_of(file, problems.list[i].field), problems.list[i].flaw, problems.list[i].message);
		return OK;
	}
	TRY(arena_copy(file->call->arena, bytes_of(&clean), &line.body));
	line.number = column(file, values, RECORDKIND_NUMBER)->present ? column(file, values, RECORDKIND_NUMBER)->as.integer : 0;
	line.valid_from = column(file, values, RECORDKIND_FROM)->present ? column(file, values, RECORDKIND_FROM)->as.date : 0;
	line.valid_until = column(file, values, RECORDKIND_UNTIL)->present ? column(file, values, RECORDKIND_UNTIL)->as.date : 0;
	judge_line(file, &line);
	file->lines[file->count++] = line;
	return OK;
}

static err import_prepare(struct call *call)
{
	const struct recordkind *kind = NULL;

	return kind_of(call, &kind);
}

/* There is one reader: while it reads another's file, this one waits a little. */
static err read_file(struct call *call, struct file *file, bool *refused_out, uint32_t *problems_out)
{
	static const enum csv_encoding kinds[] = {[ENCODING_AUTO] = CSV_AUTO, [ENCODING_UTF8] = CSV_UTF8, [ENCODING_CP932] = CSV_CP932};
	const struct csv_sink sink = {.context = file, .heading = on_heading, .row = on_row, .problem = on_problem};
	const struct timespec pause = {.tv_nsec = READ_PAUSE_NS};
	const struct recordkind *kind = NULL;
	struct reader_wish wish = {.encoding = kinds[encoding_of(call, ENCODING_AUTO)], .file = call_text(call, "file")};
	err e = FAIL(UNAVAILABLE);

	TRY(kind_of(call, &kind));
	wish.entity = recordkind_table(kind);
	wish.fields = (UINT64_C(1) << wish.entity->field_count) - 1;
	for (int i = 0; i < READ_TRIES && err_is(e, ERR_UNAVAILABLE); i++) {
		*file = (struct file){.call = call, .kind = kind};
		call->problems->count = 0;
		e = reader_read(call->compartment, &wish, &sink, refused_out, problems_out);
		if (err_is(e, ERR_UNAVAILABLE))
			(void)nanosleep(&pause, NULL); /* shorter is as good */
	}
	return e;
}

/* Without a database: the file is read by the reader process, and every line judged. */
static err import_slow(struct call *call)
{
	struct file *file = arena_alloc(call->arena, sizeof(*file));
	uint32_t problems = 0;
	bool refused = false;

	if (file == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_file(call, file, &refused, &problems));
	if (call->problems->count == 0 && file->count == 0)
		tell(file, 1, 0, FLAW_MISSING, call->language == LANGUAGE_EN ? "There is no line below the headings." : "見出しの下に行がありません。");
	if (call->problems->count > 0 || refused || problems > 0)
		return FAIL(INVALID);
	call->state = file;
	return OK;
}

struct outcome { int64_t created, changed, unchanged; struct id first, batch; };

static bool says_the_same(const struct record *record, const struct line *line)
{
	return record->waiting == 0 && (record->state == RECORD_IN_FORCE || record->state == RECORD_EXPIRED) &&
	    bytes_equal(record->body, line->body) && (line->valid_from == 0 || line->valid_from == record->valid_from) &&
	    (line->valid_until == 0 || line->valid_until == record->valid_until);
}

/* F2. *old_out NULL: a new record; *skip_out: nothing is to be written. */
static err find_old(struct file *file, const struct line *line, struct record *room, struct record **old_out, bool *skip_out)
{
	struct call *call = file->call;
	bool english = call->language == LANGUAGE_EN;
	struct recorddesk_refusal refusal;
	err e;

	*old_out = NULL;
	*skip_out = false;
	if (line->number == 0)
		return OK;
	e = record_numbered(&call->rows, call_id(call, "register"), call->actor.probe, line->number, room);
	if (err_is_ok(e) && !id_is_zero(call->actor.facility) && !id_equal(room->facility, call->actor.facility))
		e = FAIL(NOT_FOUND); /* out of reach looks as if it were not there */
	if (err_is(e, ERR_NOT_FOUND)) {
		tell(file, line->row, file->columns[file->kind->form.count + RECORDKIND_NUMBER], FLAW_CHOICE,
		    english ? "There is no record of this number. Leave it empty for a new one." : "この番号の登録はありません。新しい登録では空にしてください。");
		return OK;
	}
	TRY(e);
	refusal = recorddesk_refuses(file->kind, line->body, room);
	if (refusal.ja != NULL)
		tell(file, line->row, 0, FLAW_RULE, english ? refusal.en : refusal.ja);
	if (room->state == RECORD_WITHDRAWN || room->editions >= RECORD_EDITIONS_MAX)
		tell(file, line->row, 0, FLAW_RULE, english ? "This record takes no more editions." : "この登録には、もう新しい版を出せません。");
	*old_out = room;
	*skip_out = says_the_same(room, line);
	return OK;
}

static err write_line(struct file *file, const struct line *line, struct outcome *outcome)
{
	struct call *call = file->call;
	struct record room = {0}, record = {0};
	struct record_filing filing = {
		.kind = file->kind, .facility = call->actor.facility, .probe = call->actor.probe, .opener = call->actor.account, .body = line->body,
		.valid_from = line->valid_from, .valid_until = line->valid_until, .batch = outcome->batch,
		.quiet = outcome->created + outcome->changed > 0,
	};
	bool skip = false;

	TRY(find_old(file, line, &room, &filing.old, &skip));
	if (skip)
		outcome->unchanged++;
	if (skip || call->problems->count > 0)
		return OK;
	TRY(record_file(&call->rows, &filing, call->now_us, &record));
	if (outcome->created + outcome->changed == 0)
		outcome->first = record.row.id;
	if (filing.old != NULL)
		outcome->changed++;
	else
		outcome->created++;
	return OK;
}

/* All or nothing: the call's savepoint takes everything back when a line is refused. */
static err import_apply(struct call *call)
{
	struct file *file = call->state;
	struct outcome outcome = {0};

	REQUIRE(file != NULL);
	if (file->kind->described.approve != 0)
		TRY(id_new(&outcome.batch));
	for (size_t i = 0; i < file->count; i++)
		TRY(write_line(file, &file->lines[i], &outcome));
	if (call->problems->count > 0)
		return FAIL(INVALID);
	json_int(&call->out, "created", outcome.created);
	json_int(&call->out, "changed", outcome.changed);
	json_int(&call->out, "unchanged", outcome.unchanged);
	json_id(&call->out, "first", outcome.first);
	call->event_facility = call->actor.facility;
	return buf_printf(&call->detail, "\"created\":%lld,\"changed\":%lld,\"unchanged\":%lld", (long long)outcome.created,
	    (long long)outcome.changed, (long long)outcome.unchanged);
}

/* ---- rows ---- */

#define PERSONAL .grade = GRADE_3B, .personal = true
#define REGISTER {.place = IN_PATH, .object = true, .field = {.name = "register", .ja = "台帳", .en = "Register", .type = FIELD_ID, \
	.grade = GRADE_1, .required = true, .refers = "description"}}
#define ENCODING {.place = IN_QUERY, .field = {.name = "encoding", .ja = "文字コード", .en = "Encoding", .type = FIELD_CHOICE, \
	.grade = GRADE_1, .choices = encodings}}

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};
static const struct grant file_grants[] = {{ROLES_ANY, RELATION_FILES, "*"}, {0}};
static const struct input export_inputs[] = {REGISTER, ENCODING, {0}};
static const struct input import_inputs[] = {
	REGISTER, ENCODING,
	{.place = IN_BODY, .raw = true, .field = {.name = "file", .ja = "ファイル", .en = "File", .type = FIELD_BYTES, PERSONAL, .required = true,
	    .max = FILE_MAX}}, {0},
};
#define COUNT(called, words_ja, words_en) {.name = called, .ja = words_ja, .en = words_en, .type = FIELD_INT, .grade = GRADE_2}
static const struct field import_output[] = {
	COUNT("created", "新しい登録", "New records"), COUNT("changed", "新しい版", "New editions"), COUNT("unchanged", "変更なし", "Unchanged"),
	{.name = "first", .ja = "最初の登録", .en = "The first record", .type = FIELD_ID, .grade = GRADE_2}, {0},
};

const struct op recordfile_export = {
	.id = "record.export", .ja = "台帳をCSVに書き出す", .en = "Export a register as CSV", .method = "GET", .path = "/v1/registers/{register}/export.csv",
	.kind = OP_READ, .reply = REPLY_OCTETS, .named = true, .grants = see_grants, .policy = "record export", .inputs = export_inputs,
	.entity = &describe_entity, .status = 200, .event = true, .grade = GRADE_3B, .requirements = "K-24 K-25 P-9.1 P-9.2 P-9.5 S-42",
	.purpose_ja = "台帳の内容を表計算で確かめるため", .purpose_en = "To check a register in a spreadsheet", .apply = export_apply,
};

const struct op recordfile_import = {
	.id = "record.import", .ja = "CSVから台帳に登録する", .en = "File records from CSV", .method = "POST", .path = "/v1/registers/{register}/import",
	.kind = OP_WRITE, .grants = file_grants, .policy = "record import", .inputs = import_inputs, .entity = &describe_entity,
	.output_fields = import_output, .status = 200, .event = true, .grade = GRADE_3B, .requirements = "K-24 K-25 P-9.1 P-9.2 P-9.5 S-42",
	.purpose_ja = "多くの登録をまとめて台帳に載せるため", .purpose_en = "To file many records at once",
	.prepare = import_prepare, .slow = import_slow, .apply = import_apply,
};
