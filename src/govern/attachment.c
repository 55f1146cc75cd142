#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "govern/attachment_int.h"

static const char *const states[] = {
	[ATTACHMENT_UPLOADING] = "uploading", [ATTACHMENT_SCANNING] = "scanning", [ATTACHMENT_CLEAN] = "clean",
	[ATTACHMENT_INFECTED] = "infected", [ATTACHMENT_REFUSED] = "refused", [ATTACHMENT_REMOVED] = "removed", NULL,
};

#define AT(member) .offset = offsetof(struct attachment, member)
#define KIND_FIELD .name = "object_kind", .ja = "添付先の種類", .en = "Attached to what", .type = FIELD_CHOICE, .grade = GRADE_2, \
	.required = true, .choices = attachment_place_kinds
#define OBJECT_FIELD .name = "object", .ja = "添付先", .en = "Attached to", .type = FIELD_ID, .grade = GRADE_2, .required = true
/* Names of files name people. */
#define NAME_FIELD .name = "name", .ja = "ファイル名", .en = "File name", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, \
	.required = true, .min = 1, .max = MEDIA_NAME_MAX / 4
#define SIZE_FIELD .name = "size", .ja = "大きさ", .en = "Size", .type = FIELD_INT, .grade = GRADE_2, .required = true, .min = 1, \
	.max = STREAM_SIZE_MAX
#define TIME(member, label_ja, label_en) \
	{.name = #member, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2, AT(member)}
#define WORDS(member, label_ja, label_en) \
	{.name = #member, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2, .max = 120, AT(member)}

static const struct field fields[] = {
	{KIND_FIELD, AT(object_kind)},
	{OBJECT_FIELD, AT(object)},
	{.name = "description", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_2, .refers = "description", .group = "inner",
	    AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "点検用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, .group = "inner", AT(probe)},
	{.name = "opener", .ja = "添付した人", .en = "Who attached it", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .group = "inner",
	    AT(opener)},
	{NAME_FIELD, .sealed = true, AT(name)},
	{SIZE_FIELD, AT(size)},
	{.name = "received", .ja = "受信済み", .en = "Received", .type = FIELD_INT, .grade = GRADE_2, AT(received)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states, AT(state)},
	{.name = "media", .ja = "ファイルの種類", .en = "Kind of file", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = media_names, AT(media)},
	{.name = "waiting", .ja = "検査の再開待ち", .en = "Waits for the scanner", .type = FIELD_BOOL, .grade = GRADE_2, AT(waiting)},
	{.name = "sha256", .ja = "ハッシュ値（SHA-256）", .en = "SHA-256", .type = FIELD_TEXT, .grade = GRADE_2, .max = 64, AT(digest)},
	WORDS(engine, "検査ソフト", "Scanner"),
	WORDS(found, "検査の結果", "What was found"),
	TIME(signatures_at, "定義ファイルの日時", "Signatures of"),
	TIME(opened_at, "添付日時", "Attached at"),
	TIME(finished_at, "受信完了日時", "Received at"),
	TIME(scanned_at, "検査日時", "Scanned at"),
};

static const char *const indexes[] = {"object", "state", NULL};

const struct entity attachment_entity = {
	.name = "attachment",
	.ja = "添付ファイル",
	.en = "Attachment",
	.size = sizeof(struct attachment),
	.seal = SEAL_CUSTOMER,
	.facility = "facility",
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

#define NOT_GONE "attachment.state <> 5" /* removed */

static struct row_list of_object = {
	"attachment.of-object", &attachment_entity,
	"attachment.object = :object AND attachment.object_kind = :kind AND " NOT_GONE " ORDER BY attachment.opened_at, attachment.id LIMIT :limit", NULL,
};
static const struct statement count_clean = {"attachment.count",
    "SELECT COUNT(*) FROM attachment WHERE object = :object AND object_kind = :kind AND state = 2"};
static const struct statement count_all = {"attachment.count-all",
    "SELECT COUNT(*) FROM attachment WHERE object = :object AND object_kind = :kind AND " NOT_GONE};
/* state 1 = scanning, 2 = clean */
static const struct statement count_added = {"attachment.count-added",
    "SELECT COUNT(*) FROM attachment WHERE object = :object AND object_kind = :kind AND opener = :opener AND state IN (1, 2)"};
static const struct statement under_way = {"attachment.under-way",
    "SELECT COALESCE(SUM(size), 0), COALESCE(SUM(CASE WHEN opener = :opener THEN size ELSE 0 END), 0) FROM attachment WHERE state IN (0, 1)"};

err attachment_start(void)
{
	TRY(attachment_place_start());
	return row_list_make(&of_object);
}

static err conflict(struct call *call, const char *ja, const char *en)
{
	err_ignore(call_flaw(call, "attachment", FLAW_RULE, ja, en)); /* the words stand; the status is ours */
	return FAIL(CONFLICT);
}

static int32_t kind_of(const char *object_kind)
{
	for (int32_t i = 0; attachment_place_kinds[i] != NULL; i++)
		if (strcmp(attachment_place_kinds[i], object_kind) == 0)
			return i;
	REQUIRE(false);
}

static err query_of(struct row_context *rows, const struct statement *statement, int32_t kind, const struct id *object, struct query **query_out)
{
	struct query *query = NULL;
	err e = query_start(rows->db, statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "object", object);
	if (err_is_ok(e))
		e = query_int(query, "kind", kind);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	*query_out = query;
	return OK;
}

static err count_of(struct row_context *rows, const struct statement *statement, int32_t kind, const struct id *object, int64_t *count_out)
{
	struct query *query = NULL;
	bool row = false;
	err e;

	TRY(query_of(rows, statement, kind, object, &query));
	e = query_step(query, &row);
	if (err_is_ok(e))
		*count_out = column_int(query, 0);
	query_end(&query);
	return e;
}

err attachment_count(struct row_context *rows, const char *object_kind, struct id object, int64_t *count_out)
{
	return count_of(rows, &count_clean, kind_of(object_kind), &object, count_out);
}

err attachment_added_by(struct row_context *rows, const char *object_kind, struct id object, struct id account, bool *added_out)
{
	struct query *query = NULL;
	bool row = false;
	err e;

	TRY(query_of(rows, &count_added, kind_of(object_kind), &object, &query));
	e = query_id(query, "opener", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*added_out = column_int(query, 0) > 0;
	query_end(&query);
	return e;
}

/* F3: what was approved is what had arrived by then, whenever its upload began. */
static err may_remove(struct call *call, const struct attachment *attachment, bool *may_out)
{
	struct attachment_object object;

	TRY(attachment_place_get(&call->rows, attachment->object_kind, attachment->object, &object));
	*may_out = attachment->finished_at == 0 || attachment->finished_at > object.settled_at;
	return OK;
}

static err put_one(struct call *call, struct json *json, const struct attachment *attachment)
{
	bool may = false;

	TRY(may_remove(call, attachment, &may));
	json_row(json, &attachment_entity, attachment, "shown");
	json_object(json, "may");
	json_bool(json, "remove", may && call_may(call, &attachment_remove, attachment->row.id));
	json_object_end(json);
	return OK;
}

err attachment_put_list(struct call *call, struct json *json, const char *object_kind, struct id object)
{
	struct query *query = NULL;
	bool row = true;
	err e;

	TRY(query_of(&call->rows, of_object.statement, kind_of(object_kind), &object, &query));
	e = query_int(query, "limit", ATTACHMENT_OBJECT_MAX);
	json_array(json, "attachments");
	while (err_is_ok(e)) {
		struct attachment attachment = {0};

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = row_read(&call->rows, &attachment_entity, query, false, &attachment);
		if (!err_is_ok(e))
			break;
		json_object(json, NULL);
		e = put_one(call, json, &attachment);
		json_object_end(json);
	}
	json_array_end(json);
	query_end(&query);
	return e;
}

/* ---- rights: who stands so to the object stands so to what hangs on it ---- */

static const struct grant see_grants[] = {{ROLES_ANY, RELATION_SEES, "shown"}, {0}};
static const struct grant add_grants[] = {{ROLES_ANY, RELATION_FILES, "shown"}, {0}};

#define ATTACHMENT_OP .entity = &attachment_entity, .event = true, .grade = GRADE_3A, .requirements = "K-52 S-71 T-6.5"
#define ATTACHMENT_PATH \
	{.place = IN_PATH, .object = true, .field = {.name = "attachment", .ja = "添付ファイル", .en = "Attachment", .type = FIELD_ID, \
	    .grade = GRADE_2, .required = true, .refers = "attachment"}}

static err load(struct call *call, struct attachment *out)
{
	TRY(row_get(&call->rows, &attachment_entity, call_id(call, "attachment"), out));
	if (out->state == ATTACHMENT_REMOVED)
		return FAIL(NOT_FOUND);
	call->event_facility = out->facility;
	return OK;
}

/* Only who began it goes on with it. */
static err load_own(struct call *call, struct attachment *out)
{
	TRY(load(call, out));
	if (!id_equal(out->opener, call->actor.account)) {
		call->reason = "another's upload";
		return FAIL(DENIED);
	}
	return OK;
}

/* ---- begin ---- */

static err closed(struct call *call)
{
	return conflict(call, "公開または終了したものには、もう添付できません。", "Nothing is attached any more to what is published or closed.");
}

static bool is_closed(const struct attachment *attachment, const struct attachment_object *object)
{
	return object->settled_at != 0 && attachment_place_rows[attachment->object_kind].closes;
}

/* The new row stands already, so that its relations say what they say of every other. What the caller does not see is not there. */
static err may_add(struct call *call, struct id attachment)
{
	const struct grant *grant = NULL;
	err e = access_decide(call->rows.db, &call->actor, add_grants, attachment_entity.name, attachment, &grant);

	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	TRY(access_decide(call->rows.db, &call->actor, see_grants, attachment_entity.name, attachment, &grant));
	call->reason = "not granted";
	return FAIL(DENIED);
}

static err has_room(struct call *call, const struct attachment *attachment)
{
	struct query *query = NULL;
	bool row = false;
	int64_t count = 0, taken = 0, own = 0;
	err e;

	TRY(count_of(&call->rows, &count_all, attachment->object_kind, &attachment->object, &count));
	if (count > ATTACHMENT_OBJECT_MAX)
		return conflict(call, "添付できるファイルは50個までです。", "At most 50 files can be attached.");
	e = query_start(call->rows.db, &under_way, &query);
	if (err_is_ok(e))
		e = query_id(query, "opener", &attachment->opener);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e)) {
		taken = column_int(query, 0);
		own = column_int(query, 1);
	}
	query_end(&query);
	TRY(e);
	if (taken <= ATTACHMENT_UNDER_WAY_MAX && own <= ATTACHMENT_UNDER_WAY_OWN_MAX)
		return OK;
	call->reason = "too much under way";
	return FAIL(LIMITED);
}

static err begin_apply(struct call *call)
{
	struct attachment attachment = {.state = ATTACHMENT_UPLOADING, .opener = call->actor.account, .opened_at = call->now_us};
	struct attachment_object object;
	err e;

	call_store(call, &attachment_entity, &attachment);
	attachment.media = MEDIA_NONE;
	e = attachment_place_get(&call->rows, attachment.object_kind, attachment.object, &object);
	if (err_is(e, ERR_NOT_FOUND))
		call->reason = "out of reach";
	TRY(e);
	attachment.description = object.description;
	attachment.facility = call->event_facility = object.facility;
	attachment.probe = object.probe;
	TRY(row_insert(&call->rows, &attachment_entity, &attachment));
	TRY(may_add(call, attachment.row.id));
	if (is_closed(&attachment, &object))
		return closed(call);
	TRY(has_room(call, &attachment));
	TRY(call_object(call, attachment_entity.name, attachment.row.id));
	TRY(call_object(call, attachment_place_rows[attachment.object_kind].entity, attachment.object));
	return put_one(call, &call->out, &attachment);
}

static const struct input begin_inputs[] = {
	{.place = IN_BODY, .field = {KIND_FIELD}},
	{.place = IN_BODY, .field = {OBJECT_FIELD}},
	{.place = IN_BODY, .field = {NAME_FIELD}},
	{.place = IN_BODY, .field = {SIZE_FIELD}},
	{0},
};

const struct op attachment_begin = { /* K-52 */
	ATTACHMENT_OP,
	.id = "attachment.begin",
	.ja = "ファイルの添付を始める",
	.en = "Begin to attach a file",
	.method = "POST",
	.path = "/v1/attachments",
	.kind = OP_WRITE,
	.shape = SHAPE_STREAM,
	.grants = add_grants,
	.policy = "attachment add",
	.inputs = begin_inputs,
	.output = &attachment_entity,
	.status = 201,
	.purpose_ja = "記録や問い合わせに資料を添えるため",
	.purpose_en = "To add a file to a record or a case",
	.apply = begin_apply,
};

/* ---- put, finish ---- */

static err put_apply(struct call *call)
{
	struct attachment attachment = {0};
	struct stream stream;

	TRY(load_own(call, &attachment));
	if (attachment.state != ATTACHMENT_UPLOADING)
		return conflict(call, "このファイルの受信は終わっています。", "This file takes no more.");
	stream = (struct stream){.owner = attachment.row.id, .size = attachment.size, .received = attachment.received};
	TRY(stream_put(call, &stream, "offset", call_value(call, "offset")->as.integer, call_text(call, "chunk")));
	if (stream.received != attachment.received) {
		attachment.received = stream.received;
		TRY(row_update(&call->rows, &attachment_entity, &attachment));
	}
	json_int(&call->out, "received", attachment.received);
	return OK;
}

#define OFFSET_FIELD .name = "offset", .ja = "位置", .en = "Offset", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = STREAM_SIZE_MAX

static const struct input put_inputs[] = {
	ATTACHMENT_PATH,
	{.place = IN_QUERY, .field = {OFFSET_FIELD, .required = true}},
	{.place = IN_BODY, .raw = true, .field = {.name = "chunk", .ja = "ファイルの一部", .en = "Part of the file", .type = FIELD_BYTES,
	    .grade = GRADE_3A, .required = true, .max = STREAM_CHUNK_MAX}},
	{0},
};

static const struct field put_output[] = {
	{.name = "received", .ja = "受信済み", .en = "Received", .type = FIELD_INT, .grade = GRADE_2, .required = true}, {0},
};

const struct op attachment_put = {
	ATTACHMENT_OP,
	.id = "attachment.put",
	.ja = "添付するファイルを送る",
	.en = "Send a part of the file",
	.method = "PUT",
	.path = "/v1/attachments/{attachment}/content",
	.kind = OP_WRITE,
	.shape = SHAPE_STREAM,
	.grants = add_grants,
	.policy = "attachment send",
	.inputs = put_inputs,
	.output_fields = put_output,
	.status = 200,
	.purpose_ja = "記録や問い合わせに資料を添えるため",
	.purpose_en = "To add a file to a record or a case",
	.apply = put_apply,
};

/* F3: what is published or closed meanwhile takes no more. */
static err finish_apply(struct call *call)
{
	struct attachment_object object;
	struct attachment attachment = {0};

	TRY(load_own(call, &attachment));
	TRY(attachment_place_get(&call->rows, attachment.object_kind, attachment.object, &object));
	if (attachment.state != ATTACHMENT_UPLOADING)
		return conflict(call, "このファイルの受信は終わっています。", "This file takes no more.");
	if (is_closed(&attachment, &object))
		return closed(call);
	if (attachment.received != attachment.size)
		return conflict(call, "ファイルがまだ全部届いていません。", "The file has not arrived as a whole.");
	attachment.state = ATTACHMENT_SCANNING;
	attachment.finished_at = call->now_us;
	TRY(row_update(&call->rows, &attachment_entity, &attachment));
	TRY(job_file(call, &attachment_job_scan, attachment.row.id));
	return put_one(call, &call->out, &attachment);
}

static const struct input one_input[] = {ATTACHMENT_PATH, {0}};

const struct op attachment_finish = {
	ATTACHMENT_OP,
	.id = "attachment.finish",
	.ja = "添付するファイルを検査に回す",
	.en = "Have an attached file scanned",
	.method = "POST",
	.path = "/v1/attachments/{attachment}/finish",
	.kind = OP_WRITE,
	.shape = SHAPE_JOB,
	.grants = add_grants,
	.policy = "attachment send",
	.inputs = one_input,
	.output = &attachment_entity,
	.status = 202,
	.purpose_ja = "記録や問い合わせに資料を添えるため",
	.purpose_en = "To add a file to a record or a case",
	.apply = finish_apply,
};

/* ---- see ---- */

static err see_apply(struct call *call)
{
	struct attachment attachment = {0};

	TRY(load(call, &attachment));
	return put_one(call, &call->out, &attachment);
}

const struct op attachment_see = {
	ATTACHMENT_OP,
	.id = "attachment.see",
	.ja = "添付ファイルの状態を見る",
	.en = "See an attachment",
	.method = "GET",
	.path = "/v1/attachments/{attachment}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "attachment see",
	.inputs = one_input,
	.output = &attachment_entity,
	.status = 200,
	.purpose_ja = "添付された資料を確かめるため",
	.purpose_en = "To look at what is attached",
	.apply = see_apply,
};

static err show_row(struct call *call, const void *row, const char *groups)
{
	(void)groups; /* everybody's are the same */
	return put_one(call, &call->out, row);
}

static err list_apply(struct call *call)
{
	return call_list(call, show_row);
}

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {KIND_FIELD}},
	{.place = IN_QUERY, .field = {OBJECT_FIELD}},
	OP_INPUT_CURSOR,
	OP_INPUT_LIMIT,
	{0},
};

const struct op attachment_list = {
	ATTACHMENT_OP,
	.id = "attachment.list",
	.ja = "添付ファイルの一覧を見る",
	.en = "List what is attached",
	.method = "GET",
	.path = "/v1/attachments",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "attachment see",
	.inputs = list_inputs,
	.output = &attachment_entity,
	.list = true,
	.where = "attachment.object = :object AND attachment.object_kind = :object_kind AND " NOT_GONE,
	.status = 200,
	.purpose_ja = "添付された資料を確かめるため",
	.purpose_en = "To look at what is attached",
	.apply = list_apply,
};

/* ---- content ---- */

/* The endings that a name of this kind may have; the first is added where it has none of them. F2 */
static const char *const *endings(enum media media)
{
	static const char *const of[MEDIA_COUNT][4] = {
		[MEDIA_PDF] = {".pdf"}, [MEDIA_PNG] = {".png"}, [MEDIA_JPEG] = {".jpg", ".jpeg"}, [MEDIA_XLSX] = {".xlsx"}, [MEDIA_DOCX] = {".docx"},
		[MEDIA_CSV] = {".csv", ".txt"}, [MEDIA_TEXT] = {".txt", ".csv"},
	};

	return of[media];
}

static err name_by_kind(struct call *call, const struct attachment *attachment, struct bytes *name_out)
{
	const char *const *ending = endings((enum media)attachment->media);
	struct bytes name = attachment->name;
	OWN(buf) longer = {0};

	for (size_t i = 0; ending[i] != NULL; i++) {
		size_t len = strlen(ending[i]);

		if (name.len > len && strncasecmp((const char *)name.ptr + name.len - len, ending[i], len) == 0) {
			*name_out = name;
			return OK;
		}
	}
	while (name.len > MEDIA_NAME_MAX - 8 || !err_is_ok(utf8_check(name, NULL)))
		name.len--; /* whole letters */
	TRY(buf_append(&longer, name));
	TRY(buf_append_str(&longer, ending[0]));
	return arena_copy(call->arena, bytes_of(&longer), name_out);
}

static err readable(struct call *call, const struct attachment *attachment)
{
	switch ((enum attachment_state)attachment->state) {
	case ATTACHMENT_CLEAN:
		return OK;
	case ATTACHMENT_INFECTED:
		call->reason = "quarantined";
		return conflict(call, "ウイルス検査で問題が見つかったため、開けません。", "The scanner found something in it; it is kept away.");
	case ATTACHMENT_REFUSED:
		call->reason = "quarantined";
		return conflict(call, "受け付けられない種類のファイルのため、開けません。", "Files of this kind are not accepted; it is kept away.");
	default:
		return conflict(call, "ウイルス検査がまだ終わっていません。", "It has not been scanned yet.");
	}
}

static err content_apply(struct call *call)
{
	struct attachment attachment = {0};
	const struct value *offset = call_value(call, "offset");
	OWN(buf) part = {0};

	TRY(load(call, &attachment));
	TRY(readable(call, &attachment)); /* F1 K-52 */
	if (offset->present && offset->as.integer >= attachment.size)
		return call_flaw(call, "offset", FLAW_TOO_LARGE, "ファイルの終わりを超えています。", "This is beyond the end of the file.");
	TRY(stream_read_part(&call->rows, &(struct stream){.owner = attachment.row.id, .size = attachment.size, .received = attachment.size},
	    offset->present ? offset->as.integer : 0, ATTACHMENT_PART_MAX, &part));
	TRY(name_by_kind(call, &attachment, &call->file));
	call->media = (enum media)attachment.media;
	return buf_append(call->out.out, bytes_of(&part));
}

static const struct input content_inputs[] = {ATTACHMENT_PATH, {.place = IN_QUERY, .field = {OFFSET_FIELD}}, {0}};

const struct op attachment_content = {
	ATTACHMENT_OP,
	.id = "attachment.content",
	.ja = "添付ファイルを受け取る",
	.en = "Download an attachment",
	.method = "GET",
	.path = "/v1/attachments/{attachment}/content",
	.kind = OP_READ,
	.reply = REPLY_OCTETS,
	.named = true,
	.grants = see_grants,
	.policy = "attachment see",
	.inputs = content_inputs,
	.status = 200,
	.purpose_ja = "添付された資料を確かめるため",
	.purpose_en = "To look at what is attached",
	.apply = content_apply,
};

/* ---- remove ---- */

static err remove_apply(struct call *call)
{
	struct attachment attachment = {0};
	bool may = false;

	TRY(load(call, &attachment));
	TRY(may_remove(call, &attachment, &may));
	if (!may)
		return conflict(call, "承認・公開・終了の時点で付いていたファイルは、消せません。",
		    "What was attached when it was approved, published or closed stays.");
	attachment.state = ATTACHMENT_REMOVED;
	TRY(row_update(&call->rows, &attachment_entity, &attachment));
	return job_file(call, &attachment_job_clean, attachment.row.id);
}

const struct op attachment_remove = {
	ATTACHMENT_OP,
	.id = "attachment.remove",
	.ja = "添付ファイルを取り除く",
	.en = "Remove an attachment",
	.method = "DELETE",
	.path = "/v1/attachments/{attachment}",
	.kind = OP_WRITE,
	.grants = add_grants,
	.policy = "attachment remove",
	.inputs = one_input,
	.status = 204,
	.purpose_ja = "誤って添付した資料を取り除くため",
	.purpose_en = "To remove what was attached by mistake",
	.apply = remove_apply,
};
