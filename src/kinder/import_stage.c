#include <string.h>

#include "kinder/import_stage.h"

#define REMOVE_MAX 32
#define STAGED_NEW 1
#define STAGED_CHANGED 2

static const struct field fields[] = {
	{.name = "import", .ja = "取り込み", .en = "Import", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "import", .offset = offsetof(struct import_stage, import)},
	{.name = "position", .ja = "順番", .en = "Position", .type = FIELD_INT, .grade = GRADE_2,
	    .offset = offsetof(struct import_stage, position)},
	{.name = "count", .ja = "行数", .en = "Rows", .type = FIELD_INT, .grade = GRADE_2,
	    .offset = offsetof(struct import_stage, count)},
	{.name = "rows", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .grade = GRADE_3A, .personal = true,
	    .sealed = true, .max = 65536, .offset = offsetof(struct import_stage, rows)},
};

static const char *const unique[] = {"import,position", NULL};

const struct entity import_stage_entity = {
	.name = "import_stage",
	.ja = "取り込み待ちの行",
	.en = "Staged rows",
	.size = sizeof(struct import_stage),
	.seal = SEAL_CUSTOMER,
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list bundles = {"import.bundles", &import_stage_entity, "import = :import ORDER BY position LIMIT :limit", NULL};

err import_stage_start(void)
{
	return row_list_make(&bundles);
}

err import_stage_fields(const struct facility *facility, struct buf *out)
{
	for (size_t i = 0; i < facility_entity.field_count; i++) {
		const struct field *field = &facility_entity.fields[i];
		struct value value;

		value_load(field, facility, &value);
		TRY(value_encode(field, &value, out));
	}
	return OK;
}

err import_stage_put(const struct facility *facility, bool new_one, struct bytes content, struct buf *bundle)
{
	OWN(buf) row = {0};

	TRY(buf_u8(&row, new_one ? STAGED_NEW : STAGED_CHANGED));
	TRY(buf_append(&row, id_bytes(&facility->row.id)));
	TRY(buf_u64(&row, (uint64_t)facility->row.version));
	TRY(buf_append(&row, (struct bytes){facility->row.digest, sizeof(facility->row.digest)}));
	TRY(buf_append(&row, content));
	return buf_blob(bundle, bytes_of(&row));
}

struct staged {
	bool new_one;
	struct facility facility;
};

static err cut_head(struct bytes *from, struct staged *staged)
{
	struct row *head = &staged->facility.row;
	struct bytes id, digest;
	uint64_t version;
	uint8_t kind;

	TRY(cut_u8(from, &kind));
	TRY(cut_bytes(from, ID_LEN, &id));
	TRY(cut_u64(from, &version));
	TRY(cut_bytes(from, sizeof(head->digest), &digest));
	if ((kind != STAGED_NEW && kind != STAGED_CHANGED) || version > INT64_MAX)
		return FAIL(CORRUPT);
	staged->new_one = kind == STAGED_NEW;
	memcpy(head->id.b, id.ptr, ID_LEN);
	memcpy(head->digest, digest.ptr, sizeof(head->digest));
	head->version = (int64_t)version;
	return OK;
}

static err cut_row(struct bytes raw, struct staged *staged)
{
	TRY(cut_head(&raw, staged));
	for (size_t i = 0; i < facility_entity.field_count; i++) {
		struct value value;

		TRY(value_decode(&facility_entity.fields[i], &raw, &value));
		value_store(&facility_entity.fields[i], &value, &staged->facility);
	}
	return raw.len == 0 ? OK : FAIL(INVALID);
}

static err cut_bundle(const struct import_stage *bundle, struct staged *list, size_t max, size_t *count)
{
	struct bytes rest = bundle->rows;

	for (int64_t i = 0; i < bundle->count; i++) {
		struct bytes raw;

		if (*count == max || !err_is_ok(cut_blob(&rest, IMPORT_STAGE_BUNDLE_MAX, &raw)) ||
		    !err_is_ok(cut_row(raw, &list[*count])))
			return FAIL(CORRUPT);
		(*count)++;
	}
	return rest.len == 0 ? OK : FAIL(CORRUPT);
}

static err open_bundles(struct row_context *rows, const struct id *import, int64_t limit, struct query **query_out)
{
	struct query *query = NULL;
	err e = query_start(rows->db, bundles.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "import", import);
	if (err_is_ok(e))
		e = query_int(query, "limit", limit);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	*query_out = query;
	return OK;
}

static err load(struct call *call, const struct id *import, struct staged *list, size_t max)
{
	struct query *query = NULL;
	int64_t position = 0;
	size_t count = 0;
	bool row = true;
	err e;

	TRY(open_bundles(&call->rows, import, (int64_t)max + 1, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row; e = query_step(query, &row)) {
		struct import_stage bundle = {0};

		e = row_read(&call->rows, &import_stage_entity, query, false, &bundle);
		if (err_is_ok(e) && bundle.position != position++)
			e = FAIL(CORRUPT);
		if (err_is_ok(e))
			e = cut_bundle(&bundle, list, max, &count);
		if (!err_is_ok(e))
			break;
	}
	query_end(&query);
	TRY(e);
	return count == max ? OK : FAIL(CORRUPT);
}

/* Before anything is written: what was written in this call is searched through at each read. */
static err as_checked(struct call *call, const struct staged *staged)
{
	struct facility now = {0};
	err e;

	if (staged->new_one)
		return OK;
	e = row_get(&call->rows, &facility_entity, staged->facility.row.id, &now);
	if (err_is(e, ERR_NOT_FOUND))
		return FAIL(CONFLICT);
	TRY(e);
	return now.row.version == staged->facility.row.version &&
	    ct_equal(now.row.digest, staged->facility.row.digest, sizeof(now.row.digest)) ? OK : FAIL(CONFLICT);
}

err import_stage_apply(struct call *call, struct id import, int64_t count)
{
	struct staged *list;

	if (count == 0)
		return OK;
	list = arena_alloc(call->arena, (size_t)count * sizeof(*list)); /* at most IMPORT_WRITE_MAX */
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(load(call, &import, list, (size_t)count));
	for (int64_t i = 0; i < count; i++)
		TRY(as_checked(call, &list[i]));
	for (int64_t i = 0; i < count; i++)
		TRY(list[i].new_one ? row_insert(&call->rows, &facility_entity, &list[i].facility)
		                    : row_update(&call->rows, &facility_entity, &list[i].facility));
	return OK;
}

err import_stage_remove(struct row_context *rows, struct id import, size_t *count_out)
{
	struct import_stage list[REMOVE_MAX];
	struct query *query = NULL;
	size_t count = 0;
	bool row = true;
	err e;

	TRY(open_bundles(rows, &import, REMOVE_MAX, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row; e = query_step(query, &row)) {
		list[count] = (struct import_stage){0};
		e = row_read(rows, &import_stage_entity, query, false, &list[count]);
		if (!err_is_ok(e))
			break;
		count++;
	}
	query_end(&query);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = row_delete(rows, &import_stage_entity, &list[i]);
	TRY(e);
	*count_out = count;
	return OK;
}

/* Those of facilities that are not there. */
static err drop_keys(struct row_context *rows, const struct import_stage *bundle)
{
	struct bytes rest = bundle->rows;

	while (rest.len > 0) {
		struct staged staged = {0};
		struct facility facility = {0};
		struct data_key key;
		struct bytes raw;
		err e;

		TRY(cut_blob(&rest, IMPORT_STAGE_BUNDLE_MAX, &raw));
		TRY(cut_head(&raw, &staged));
		if (!staged.new_one)
			continue;
		e = row_get(rows, &facility_entity, staged.facility.row.id, &facility);
		if (!err_is(e, ERR_NOT_FOUND)) {
			TRY(e);
			continue;
		}
		e = keys_active(rows->keys, KEY_FACILITY, staged.facility.row.id, &key);
		if (err_is(e, ERR_NOT_FOUND))
			continue;
		TRY(e);
		TRY(keys_move(rows->keys, key.id, KEY_DESTROYED, BYTES_LIT("import not applied")));
	}
	return OK;
}

err import_stage_drop_keys(struct row_context *rows, struct id import)
{
	struct query *query = NULL;
	bool row = true;
	err e;

	TRY(open_bundles(rows, &import, CSV_ROW_MAX, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row; e = query_step(query, &row)) {
		struct import_stage bundle = {0};

		e = row_read(rows, &import_stage_entity, query, false, &bundle);
		if (err_is_ok(e))
			e = drop_keys(rows, &bundle);
		if (!err_is_ok(e))
			break;
	}
	query_end(&query);
	return e;
}
