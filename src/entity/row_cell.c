/*
 * row_cell - a stored row, column by column.
 *
 * digest = HMAC(u8 1 | entity | id | u64 version | of each column that is neither NULL, 0 nor empty: name | content)
 * sealed = u8 1 | key id | nonce | AES-256-GCM(fields of the grade) | tag
 * Texts, names and contents stand behind their u32 length. Leaving out what is empty keeps old rows valid when an entity
 * gains a field.
 */
#include <string.h>

#include "entity/row_cell_int.h"
#include "entity/schema.h"
#include "entity/text_int.h"
#include "entity/value_int.h"

#define DIGEST_FORMAT 1
#define SEALED_HEAD (1 + ID_LEN)
#define SCRATCH_LEN 16384
#define AAD_MAX 160
#define PLAIN_TEXT_MAX ((size_t)TEXT_MAX * 4 > VALUE_BYTES_MAX ? (size_t)TEXT_MAX * 4 : VALUE_BYTES_MAX)

static const struct id nobody;

/* Memory of fixed size that buf's appenders write into; the sizes are computed before, so it never has to grow. */
static struct buf fixed(uint8_t *memory, size_t len)
{
	return (struct buf){memory, 0, len};
}

static err in_arena(struct row_context *c, size_t len, struct buf *memory_out)
{
	uint8_t *memory = arena_alloc(c->arena, len);

	if (memory == NULL)
		return FAIL(UNAVAILABLE);
	*memory_out = fixed(memory, len);
	return OK;
}

static uint8_t *put_u32(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
	return at + 4;
}

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
	return put_u32(put_u32(at, (size_t)(value >> 32)), (size_t)(value & UINT32_MAX));
}

static uint8_t *put_blob(uint8_t *at, const void *content, size_t len)
{
	at = put_u32(at, len);
	if (len != 0)
		memcpy(at, content, len);
	return at + len;
}

/* Says nothing that the absence of the column would not say. */
static bool is_blank(const struct column *column, const struct row_cell *cell)
{
	if (cell->null)
		return true;
	if (!cell->number)
		return cell->bytes.len == 0;
	return cell->integer == 0 && (column->field->type == FIELD_INT || column->field->type == FIELD_BOOL);
}

static size_t digest_len(const struct row_plan *plan, const struct row_cell *cells)
{
	size_t len = 1 + 4 + COLUMN_NAME_MAX + ID_LEN + 8;

	for (size_t i = 2; i + 1 < plan->count; i++)
		len += 4 + plan->columns[i].name_len + 4 + (cells[i].number ? 8 : cells[i].bytes.len);
	return len;
}

static size_t digest_text(const struct row_plan *plan, const struct row_cell *cells, uint8_t *text)
{
	uint8_t *at = text;

	*at++ = DIGEST_FORMAT;
	at = put_blob(at, plan->entity->name, strlen(plan->entity->name));
	memcpy(at, cells[0].bytes.ptr, ID_LEN);
	at = put_u64(at + ID_LEN, (uint64_t)cells[1].integer);
	for (size_t i = 2; i + 1 < plan->count; i++) {
		if (is_blank(&plan->columns[i], &cells[i]))
			continue;
		at = put_blob(at, plan->columns[i].name, plan->columns[i].name_len);
		if (cells[i].number)
			at = put_u64(put_u32(at, 8), (uint64_t)cells[i].integer);
		else
			at = put_blob(at, cells[i].bytes.ptr, cells[i].bytes.len);
	}
	return (size_t)(at - text);
}

err row_cell_digest(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells,
    uint8_t digest_out[static HASH_LEN])
{
	static _Thread_local uint8_t scratch[SCRATCH_LEN];
	size_t len = digest_len(plan, cells);
	uint8_t *text = len <= sizeof(scratch) ? scratch : arena_alloc(c->arena, len);
	struct data_key key;

	if (text == NULL)
		return FAIL(UNAVAILABLE);
	TRY(keys_active(c->keys, KEY_DIGEST, nobody, &key));
	return mac_compute(key.mac, (struct bytes){text, digest_text(plan, cells, text)}, digest_out);
}

/* Whose key seals the row. */
static enum key_kind seal_owner(const struct row_plan *plan, const void *row, struct id *owner_out)
{
	static const enum key_kind kinds[] = {
		[SEAL_NONE] = KEY_CUSTOMER,
		[SEAL_PERSON] = KEY_PERSON,
		[SEAL_FACILITY] = KEY_FACILITY,
		[SEAL_CUSTOMER] = KEY_CUSTOMER,
	};
	enum key_kind kind = kinds[plan->entity->seal];
	struct id owner = nobody;

	if (kind != KEY_CUSTOMER)
		owner = plan->owner == NULL ? ((const struct row *)row)->id : *(const struct id *)field_in(row, plan->owner);
	*owner_out = owner;
	return id_is_zero(owner) ? KEY_CUSTOMER : kind;
}

static struct bytes associated(const struct row_plan *plan, const struct row *row, enum grade grade, struct id key,
    uint8_t text[static AAD_MAX])
{
	static const char format[] = "sekimori sealed 1";
	const char *name = plan->entity->name;
	uint8_t *at = text;

	at = put_blob(at, format, sizeof(format) - 1);
	at = put_blob(at, name, strlen(name));
	at = put_blob(at, schema_grade(grade), strlen(schema_grade(grade)));
	at = put_blob(at, row->id.b, ID_LEN);
	at = put_u64(put_u32(at, 8), (uint64_t)row->version);
	at = put_blob(at, key.b, ID_LEN);
	return (struct bytes){text, (size_t)(at - text)};
}

static bool in_group(const struct field *field, enum grade grade)
{
	return field->sealed && field->grade == grade;
}

static size_t group_len(const struct entity *entity, enum grade grade, const void *row)
{
	size_t len = 0;

	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];

		if (!in_group(field, grade))
			continue;
		len += ID_LEN; /* at least what any kind takes without its text */
		if (value_borrows(field->type))
			len += ((const struct bytes *)field_in(row, field))->len;
	}
	return len;
}

static err group_put(const struct entity *entity, enum grade grade, const void *row, struct buf *plain)
{
	for (size_t i = 0; i < entity->field_count; i++) {
		struct value value;

		if (!in_group(&entity->fields[i], grade))
			continue;
		value_load(&entity->fields[i], row, &value);
		TRY(value_put(&entity->fields[i], &value, plain));
	}
	return OK;
}

static err group_seal(struct row_context *c, const struct row_plan *plan, const struct data_key *key, enum grade grade,
    const void *row, struct bytes *sealed_out)
{
	uint8_t aad[AAD_MAX];
	size_t len = group_len(plan->entity, grade, row);
	struct buf plain;
	struct buf sealed;

	TRY(in_arena(c, len, &plain));
	TRY(group_put(plan->entity, grade, row, &plain));
	TRY(in_arena(c, SEALED_HEAD + AEAD_OVERHEAD + plain.len, &sealed));
	TRY(buf_u8(&sealed, ROW_FORMAT_SEALED));
	TRY(buf_append(&sealed, id_bytes(&key->id)));
	TRY(aead_seal(key->aead, associated(plan, row, grade, key->id, aad), bytes_of(&plain), &sealed));
	wipe(plain.ptr, plain.len);
	*sealed_out = bytes_of(&sealed);
	return OK;
}

static void cell_of_field(const struct field *field, const void *row, struct row_cell *cell)
{
	struct value value;

	value_load(field, row, &value);
	*cell = (struct row_cell){.null = !value.present};
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		*cell = (struct row_cell){.bytes = value.as.text};
		break;
	case FIELD_ID:
		cell->bytes = id_bytes(field_in(row, field));
		break;
	case FIELD_DATE:
		cell->integer = value.as.date;
		break;
	case FIELD_TIME:
		cell->integer = value.as.time_us;
		break;
	case FIELD_INT:
		cell->integer = value.as.integer;
		break;
	case FIELD_BOOL:
		cell->integer = value.as.boolean ? 1 : 0;
		break;
	case FIELD_CHOICE:
		cell->integer = value.as.choice;
		break;
	case FIELD_TYPE_COUNT:
		break;
	}
	cell->number = !value_borrows(field->type) && field->type != FIELD_ID;
}

static err cell_of_lookup(struct row_context *c, const struct row_plan *plan, const struct field *field, const void *row,
    struct row_cell *cell)
{
	struct bytes text = *(const struct bytes *)field_in(row, field);
	uint8_t *index;

	*cell = (struct row_cell){.null = text.len == 0};
	if (cell->null)
		return OK;
	index = arena_alloc(c->arena, HASH_LEN);
	if (index == NULL)
		return FAIL(UNAVAILABLE);
	cell->bytes = (struct bytes){index, HASH_LEN};
	return row_lookup(c, plan->entity, field, text, index);
}

/* Not to be without its key is our own order of doing things, not the caller's input. */
static err sealing_key(struct row_context *c, const struct row_plan *plan, const void *row, struct data_key *key_out)
{
	struct id owner;
	enum key_kind kind = seal_owner(plan, row, &owner);
	err e = keys_active(c->keys, kind, owner, key_out);

	return err_is(e, ERR_NOT_FOUND) ? FAIL(INTERNAL) : e;
}

err row_cell_seal(struct row_context *c, const struct row_plan *plan, const void *row, struct row_cell *cells_out)
{
	const struct row *head = row;
	struct data_key key = {0};

	if (plan->sealed)
		TRY(sealing_key(c, plan, row, &key));
	for (size_t i = 0; i < plan->count; i++) {
		const struct column *column = &plan->columns[i];
		struct row_cell *cell = &cells_out[i];

		switch (column->kind) {
		case COLUMN_ID:
			*cell = (struct row_cell){.bytes = id_bytes(&head->id)};
			break;
		case COLUMN_VERSION:
			*cell = (struct row_cell){.number = true, .integer = head->version};
			break;
		case COLUMN_FIELD:
			cell_of_field(column->field, row, cell);
			break;
		case COLUMN_LOOKUP:
			TRY(cell_of_lookup(c, plan, column->field, row, cell));
			break;
		case COLUMN_SEALED:
			*cell = (struct row_cell){0};
			TRY(group_seal(c, plan, &key, column->grade, row, &cell->bytes));
			break;
		case COLUMN_DIGEST:
			break;
		}
	}
	return OK;
}

static err take_id(struct bytes stored, struct id *id_out)
{
	*id_out = nobody;
	if (stored.len != 0 && stored.len != ID_LEN)
		return FAIL(CORRUPT);
	if (stored.len != 0)
		memcpy(id_out->b, stored.ptr, ID_LEN);
	return OK;
}

static err take_text(struct row_context *c, struct bytes stored, struct bytes *text_out)
{
	*text_out = (struct bytes){0};
	return stored.len == 0 ? OK : arena_copy(c->arena, stored, text_out);
}

static bool fits_int32(int64_t number)
{
	return number >= INT32_MIN && number <= INT32_MAX;
}

static err take_field(struct row_context *c, const struct field *field, const struct row_cell *cell, void *row)
{
	void *at = field_at(row, field);
	int64_t number = cell->integer;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_FORM:
		return take_text(c, cell->bytes, at);
	case FIELD_ID:
		return take_id(cell->bytes, at);
	case FIELD_TIME:
	case FIELD_INT:
		*(int64_t *)at = number;
		return OK;
	case FIELD_DATE:
		*(int32_t *)at = (int32_t)number;
		return fits_int32(number) ? OK : FAIL(CORRUPT);
	case FIELD_BOOL:
		*(bool *)at = number != 0;
		return number == 0 || number == 1 ? OK : FAIL(CORRUPT);
	case FIELD_CHOICE:
		*(int32_t *)at = cell->null ? -1 : (int32_t)number;
		return cell->null || (number >= 0 && number < value_choice_count(field)) ? OK : FAIL(CORRUPT);
	case FIELD_TYPE_COUNT:
		break;
	}
	REQUIRE(false);
}

/* A field that was not there when the row was written, or is not to be opened, stays empty. */
static err group_take(const struct entity *entity, enum grade grade, struct bytes plain, void *row)
{
	for (size_t i = 0; i < entity->field_count; i++) {
		const struct field *field = &entity->fields[i];
		struct value value = {.present = plain.len != 0};

		if (!in_group(field, grade))
			continue;
		if (field->type == FIELD_CHOICE && plain.len >= 4 && memcmp(plain.ptr, "\xff\xff\xff\xff", 4) == 0) {
			value.present = false;
			plain = (struct bytes){plain.ptr + 4, plain.len - 4};
		}
		if (value.present && !err_is_ok(value_cut(field, PLAIN_TEXT_MAX, &plain, &value)))
			return FAIL(CORRUPT);
		if (value.present && field->type == FIELD_CHOICE && value.as.choice >= value_choice_count(field))
			return FAIL(CORRUPT);
		value_store(field, &value, row);
	}
	return plain.len == 0 ? OK : FAIL(CORRUPT);
}

static err opening_key(struct row_context *c, const struct row_plan *plan, const void *row, struct bytes *sealed,
    struct data_key *key_out)
{
	struct bytes raw;
	uint8_t format;
	struct id id;
	struct id owner;
	enum key_kind kind = seal_owner(plan, row, &owner);

	if (!err_is_ok(cut_u8(sealed, &format)) || format != ROW_FORMAT_SEALED || !err_is_ok(cut_bytes(sealed, ID_LEN, &raw)))
		return FAIL(CORRUPT);
	memcpy(id.b, raw.ptr, ID_LEN);
	TRY(keys_by_id(c->keys, id, key_out));
	return key_out->kind == kind && id_equal(key_out->owner, owner) ? OK : FAIL(CORRUPT);
}

static err group_open(struct row_context *c, const struct row_plan *plan, enum grade grade, struct bytes sealed, void *row)
{
	uint8_t aad[AAD_MAX];
	struct data_key key;
	struct buf plain;

	if (sealed.len == 0) /* the group is younger than the row */
		return group_take(plan->entity, grade, sealed, row);
	TRY(opening_key(c, plan, row, &sealed, &key));
	TRY(in_arena(c, sealed.len, &plain));
	TRY(aead_open(key.aead, associated(plan, row, grade, key.id, aad), sealed, &plain));
	return group_take(plan->entity, grade, bytes_of(&plain), row);
}

static err group_of(struct row_context *c, const struct row_plan *plan, const struct row *head, const struct column *column,
    struct bytes stored, struct row_group *group)
{
	uint8_t aad[AAD_MAX];
	struct bytes raw;

	*group = (struct row_group){.grade = column->grade};
	if (!err_is_ok(cut_u8(&stored, &group->format)) || group->format != ROW_FORMAT_SEALED ||
	    !err_is_ok(cut_bytes(&stored, ID_LEN, &raw)) || stored.len < AEAD_OVERHEAD)
		return FAIL(CORRUPT);
	memcpy(group->key.b, raw.ptr, ID_LEN);
	group->sealed = stored;
	return arena_copy(c->arena, associated(plan, head, column->grade, group->key, aad), &group->bound);
}

err row_cell_groups(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells,
    struct row_group groups_out[static GRADE_COUNT], size_t *count_out)
{
	struct row head = {.version = cells[1].integer};
	size_t count = 0;

	TRY(take_id(cells[0].bytes, &head.id));
	for (size_t i = 2; i + 1 < plan->count; i++)
		if (plan->columns[i].kind == COLUMN_SEALED && cells[i].bytes.len > 0)
			TRY(group_of(c, plan, &head, &plan->columns[i], cells[i].bytes, &groups_out[count++]));
	*count_out = count;
	return OK;
}

err row_cell_open(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells, bool skip_sealed, void *row_out)
{
	struct row *head = row_out;

	memset(row_out, 0, plan->entity->size);
	TRY(take_id(cells[0].bytes, &head->id));
	head->version = cells[1].integer;
	for (size_t i = 2; i + 1 < plan->count; i++) {
		const struct column *column = &plan->columns[i];

		if (column->kind == COLUMN_FIELD)
			TRY(take_field(c, column->field, &cells[i], row_out));
		else if (column->kind == COLUMN_SEALED && skip_sealed)
			TRY(group_take(plan->entity, column->grade, (struct bytes){0}, row_out));
		else if (column->kind == COLUMN_SEALED)
			TRY(group_open(c, plan, column->grade, cells[i].bytes, row_out));
	}
	return OK;
}
