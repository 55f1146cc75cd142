#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "kinder/class.h"
#include "kinder/import.h"
#include "kinder/import_kind.h"
#include "kinder/kinder_int.h"

#include "kinder/import_line.h"

#define REMOVE_MAX 150
#define CONTENT_MAX 65536

static const char *const actions[] = {
	[IMPORT_CREATE] = "create", [IMPORT_CHANGE] = "change", [IMPORT_MOVE] = "move", [IMPORT_LEAVE] = "leave",
	[IMPORT_GRADUATE] = "graduate", [IMPORT_UNCHANGED] = "unchanged", NULL,
};

#define SEALED .grade = GRADE_3A, .personal = true, .sealed = true

static const struct field fields[] = {
	{.name = "import", .ja = "取り込み", .en = "Import", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "import", .offset = offsetof(struct import_line, import)},
	{.name = "row", .ja = "行", .en = "Row", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct import_line, line)},
	{.name = "action", .ja = "すること", .en = "Action", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = actions,
	    .offset = offsetof(struct import_line, action)},
	{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, SEALED, .max = 100,
	    .offset = offsetof(struct import_line, name)},
	{.name = "class", .ja = "組", .en = "Class", .type = FIELD_TEXT, SEALED, .max = 40,
	    .offset = offsetof(struct import_line, class)},
	{.name = "content", .ja = "内容", .en = "Content", .type = FIELD_BYTES, SEALED, .max = CONTENT_MAX,
	    .offset = offsetof(struct import_line, content)},
};

static const char *const unique[] = {"import,row", NULL};

const struct entity import_line_entity = {
	.name = "import_line",
	.ja = "取り込む行",
	.en = "Line of an import",
	.size = sizeof(struct import_line),
	.seal = SEAL_CUSTOMER,
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* Action 5 is unchanged. */
static struct row_list writing = {
	"import.lines", &import_line_entity, "import = :import AND action <> 5 ORDER BY row LIMIT :limit", NULL,
};
static struct row_list of_import = {"import.lines-of", &import_line_entity, "import = :import LIMIT :limit", NULL};

err import_line_start(void)
{
	TRY(row_list_make(&writing));
	return row_list_make(&of_import);
}

err import_line_id(uint32_t row, struct id *id_out)
{
	TRY(id_new(id_out));
	for (int i = 0; i < 4; i++)
		id_out->b[i] = (uint8_t)(row >> (24 - 8 * i));
	return OK;
}

/* ---- content ---- */

static err put_guardian(const struct import_guardian *guardian, struct buf *out)
{
	TRY(buf_u8(out, guardian->place));
	TRY(buf_u8(out, guardian->what));
	TRY(buf_append(out, id_bytes(&guardian->account)));
	TRY(buf_append(out, id_bytes(&guardian->link)));
	TRY(buf_blob(out, guardian->login));
	TRY(buf_blob(out, guardian->name));
	TRY(buf_blob(out, guardian->relation));
	TRY(buf_blob(out, guardian->telephone));
	return buf_blob(out, guardian->mail);
}

err import_line_encode(const struct entity *target, const struct import_content *content, struct buf *out)
{
	TRY(buf_append(out, id_bytes(&content->object)));
	TRY(buf_u8(out, (uint8_t)content->change_count));
	for (size_t i = 0; i < content->change_count; i++) {
		const struct import_change *change = &content->changes[i];

		TRY(buf_u8(out, change->field));
		TRY(value_encode(&target->fields[change->field], &change->before, out));
		TRY(value_encode(&target->fields[change->field], &change->after, out));
	}
	TRY(buf_u8(out, (uint8_t)content->guardian_count));
	for (size_t i = 0; i < content->guardian_count; i++)
		TRY(put_guardian(&content->guardians[i], out));
	return OK;
}

static err cut_id(struct bytes *from, struct id *id_out)
{
	struct bytes raw;

	TRY(cut_bytes(from, ID_LEN, &raw));
	memcpy(id_out->b, raw.ptr, ID_LEN);
	return OK;
}

static err cut_change(const struct entity *target, struct bytes *from, struct import_change *change)
{
	TRY(cut_u8(from, &change->field));
	if (change->field >= target->field_count)
		return FAIL(INVALID);
	TRY(value_decode(&target->fields[change->field], from, &change->before));
	return value_decode(&target->fields[change->field], from, &change->after);
}

static err cut_guardian(struct bytes *from, struct import_guardian *guardian)
{
	TRY(cut_u8(from, &guardian->place));
	TRY(cut_u8(from, &guardian->what));
	TRY(cut_id(from, &guardian->account));
	TRY(cut_id(from, &guardian->link));
	TRY(cut_blob(from, CONTENT_MAX, &guardian->login));
	TRY(cut_blob(from, CONTENT_MAX, &guardian->name));
	TRY(cut_blob(from, CONTENT_MAX, &guardian->relation));
	TRY(cut_blob(from, CONTENT_MAX, &guardian->telephone));
	TRY(cut_blob(from, CONTENT_MAX, &guardian->mail));
	return guardian->what < IMPORT_GUARDIAN_WHAT_COUNT ? OK : FAIL(INVALID);
}

static err cut_content(const struct entity *target, struct bytes raw, struct import_content *content)
{
	uint8_t count;

	TRY(cut_id(&raw, &content->object));
	TRY(cut_u8(&raw, &count));
	if (count > FIELD_MAX)
		return FAIL(INVALID);
	for (content->change_count = 0; content->change_count < count; content->change_count++)
		TRY(cut_change(target, &raw, &content->changes[content->change_count]));
	TRY(cut_u8(&raw, &count));
	if (count > IMPORT_GUARDIAN_MAX)
		return FAIL(INVALID);
	for (content->guardian_count = 0; content->guardian_count < count; content->guardian_count++)
		TRY(cut_guardian(&raw, &content->guardians[content->guardian_count]));
	return raw.len == 0 ? OK : FAIL(INVALID);
}

err import_line_decode(const struct entity *target, struct bytes raw, struct import_content *content_out)
{
	memset(content_out, 0, sizeof(*content_out));
	return err_is_ok(cut_content(target, raw, content_out)) ? OK : FAIL(CORRUPT);
}

/* ---- stored lines ---- */

static err read_lines(struct row_context *rows, const struct row_list *which, struct id import, bool skip_sealed,
    struct import_line *list, size_t max, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e = query_start(rows->db, which->statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "import", &import);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	while (err_is_ok(e) && count < max) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		list[count] = (struct import_line){0};
		e = row_read(rows, &import_line_entity, query, skip_sealed, &list[count++]);
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

err import_line_load(struct row_context *rows, struct id import, struct import_line *list, size_t max, size_t *count_out)
{
	return read_lines(rows, &writing, import, false, list, max, count_out);
}

err import_line_remove(struct row_context *rows, struct id import, size_t *count_out)
{
	struct import_line list[REMOVE_MAX];
	size_t count = 0;

	TRY(read_lines(rows, &of_import, import, true, list, REMOVE_MAX, &count));
	for (size_t i = 0; i < count; i++)
		TRY(row_delete(rows, &import_line_entity, &list[i]));
	*count_out = count;
	return OK;
}

/* ---- preview ---- */

static err class_name(struct call *call, const struct value *value, struct buf *out)
{
	struct class class = {0};
	err e;

	if (!value->present || id_is_zero(value->as.id))
		return OK;
	e = row_get(&call->rows, &class_entity, value->as.id, &class);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return buf_append(out, class.name);
}

static err show_value(struct call *call, const struct field *field, const char *name, const struct value *value)
{
	OWN(buf) text = {0};

	if (field->type == FIELD_ID)
		TRY(class_name(call, value, &text));
	else if (value->present)
		TRY(value_text(field, value, &text));
	if (text.len == 0)
		json_null(&call->out, name);
	else
		json_text(&call->out, name, bytes_of(&text));
	return OK;
}

static err show_guardian(struct call *call, const struct import_guardian *guardian)
{
	OWN(buf) text = {0};
	char field[16];

	(void)snprintf(field, sizeof(field), "guardian%u", guardian->place);
	TRY(buf_printf(&text, "%.*s（%.*s）%s%.*s", (int)guardian->name.len, (const char *)guardian->name.ptr,
	    (int)guardian->relation.len, (const char *)guardian->relation.ptr, guardian->login.len > 0 ? " " : "",
	    (int)guardian->login.len, (const char *)guardian->login.ptr));
	json_object(&call->out, NULL);
	json_str(&call->out, "field", field);
	json_null(&call->out, "before");
	json_text(&call->out, "after", bytes_of(&text));
	json_object_end(&call->out);
	return OK;
}

static err show_changes(struct call *call, const struct entity *target, const struct import_content *content)
{
	for (size_t i = 0; i < content->change_count; i++) {
		const struct import_change *change = &content->changes[i];
		const struct field *field = &target->fields[change->field];

		json_object(&call->out, NULL);
		json_str(&call->out, "field", field->name);
		TRY(show_value(call, field, "before", &change->before));
		TRY(show_value(call, field, "after", &change->after));
		json_object_end(&call->out);
	}
	for (size_t i = 0; i < content->guardian_count; i++)
		TRY(show_guardian(call, &content->guardians[i]));
	return OK;
}

static err show_line(struct call *call, const void *row, const char *groups)
{
	const struct import *import = call->state;
	const struct import_line *line = row;
	const struct entity *target = import_kinds[import->entity]->target;
	struct import_content *content = arena_alloc(call->arena, sizeof(*content));

	(void)groups;
	if (content == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_line_decode(target, line->content, content));
	json_int(&call->out, "row", line->line);
	json_field(&call->out, entity_field(&import_line_entity, "action"), line);
	json_text(&call->out, "name", line->name);
	json_text(&call->out, "class", line->class);
	json_array(&call->out, "changes");
	TRY(show_changes(call, target, content));
	json_array_end(&call->out);
	return OK;
}

static err preview_apply(struct call *call)
{
	struct import *import = arena_alloc(call->arena, sizeof(*import));

	if (import == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, &import_entity, call_id(call, "import"), import));
	call->state = import;
	call->event_facility = import->facility;
	return call_list(call, show_line);
}

static const struct input inputs[] = {IMPORT_ID, KINDER_PAGE_INPUTS, {0}};

const struct op import_line_preview = {
	IMPORT_SEE_ROWS,
	.id = "import.preview",
	.ja = "取り込みで変わることを見る",
	.en = "See what an import would change",
	.method = "GET",
	.path = "/v1/imports/{import}/preview",
	.kind = OP_READ,
	.inputs = inputs,
	.output = &import_line_entity,
	.list = true,
	.where = "import_line.import = :import",
	.event = true,
	.status = 200,
	.apply = preview_apply,
};
