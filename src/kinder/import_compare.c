#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/import_compare.h"
#include "kinder/import_kind.h"
#include "kinder/import_stage.h"
#include "op/reader.h"

#define SCRATCH_MAX ((size_t)1 << 20)   /* of one row */
#define KEPT_MAX ((size_t)192 << 20)    /* what is stored of the facility, and the lines */
#define BUNDLE_COUNT_MAX (CSV_ROW_MAX + 1)

struct import_identity {
	size_t at, len;      /* in keys */
	uint32_t row;
};

static uint64_t wanted_fields(const struct import_kind *kind)
{
	return (UINT64_C(1) << kind->column_count) - 1;
}

/* ---- problems ---- */

static err add_problem(struct import_comparison *result, const struct csv_problem *problem)
{
	result->problem_count++;
	if (result->problem_kept == IMPORT_PROBLEM_MAX)
		return OK;
	if (result->problems == NULL)
		result->problems = calloc(IMPORT_PROBLEM_MAX, sizeof(*result->problems));
	if (result->problems == NULL)
		return FAIL(UNAVAILABLE);
	result->problems[result->problem_kept++] = *problem;
	return OK;
}

err import_compare_problem(struct import_compare *c, uint32_t row, size_t column, enum flaw flaw, const char *ja, const char *en)
{
	const struct field *field = &c->kind->columns->fields[column];
	struct csv_problem problem = {.row = row, .column = c->columns[column], .flaw = flaw};

	c->row_bad = true;
	(void)snprintf(problem.heading, sizeof(problem.heading), "%s", field->column != NULL ? field->column : field->ja);
	(void)snprintf(problem.message_ja, sizeof(problem.message_ja), "%s", ja);
	(void)snprintf(problem.message_en, sizeof(problem.message_en), "%s", en);
	return add_problem(c->result, &problem);
}

/* ---- what kinds tell ---- */

err import_compare_remember(struct import_compare *c, uint32_t row, struct bytes key)
{
	struct import_identity *identity = &c->identities[c->identity_count];

	if (c->identity_count == CSV_ROW_MAX)
		return FAIL(UNAVAILABLE); /* the reader counts otherwise */
	*identity = (struct import_identity){.at = c->keys.len, .len = key.len, .row = row};
	TRY(buf_append(&c->keys, key));
	c->identity_count++;
	return OK;
}

err import_compare_line(struct import_compare *c, uint32_t row, const struct import_line *told, const struct import_content *content)
{
	struct import_line *line = &c->result->lines[c->result->line_count];
	OWN(buf) raw = {0};

	if (c->result->line_count == CSV_ROW_MAX)
		return FAIL(UNAVAILABLE);
	TRY(import_line_encode(c->kind->target, content, &raw));
	*line = (struct import_line){.import = c->import->row.id, .line = row, .action = told->action};
	TRY(import_line_id(row, &line->row.id));
	TRY(arena_copy(&c->result->kept, told->name, &line->name));
	TRY(arena_copy(&c->result->kept, told->class, &line->class));
	TRY(arena_copy(&c->result->kept, bytes_of(&raw), &line->content));
	c->result->line_count++;
	c->result->counts[told->action]++;
	return OK;
}

bool import_compare_changes(const struct entity *target, const void *before, const void *after, struct import_content *content)
{
	for (size_t i = 0; i < target->field_count; i++) {
		const struct field *field = &target->fields[i];
		struct import_change change = {.field = (uint8_t)i};
		OWN(buf) was = {0};
		OWN(buf) is = {0};

		value_load(field, before, &change.before);
		value_load(field, after, &change.after);
		if (!err_is_ok(value_encode(field, &change.before, &was)) || !err_is_ok(value_encode(field, &change.after, &is)))
			return false;
		if (!bytes_equal(bytes_of(&was), bytes_of(&is)))
			content->changes[content->change_count++] = change;
	}
	return true;
}

static err bundle_for(struct import_comparison *result, size_t len, struct import_bundle **bundle_out)
{
	struct import_bundle *last = result->bundle_count == 0 ? NULL : &result->bundles[result->bundle_count - 1];

	if (len > IMPORT_STAGE_BUNDLE_MAX / 2)
		return FAIL(TOO_LARGE);
	if (last == NULL || last->rows.len + len > IMPORT_STAGE_BUNDLE_MAX) {
		if (result->bundle_count == BUNDLE_COUNT_MAX)
			return FAIL(UNAVAILABLE);
		last = &result->bundles[result->bundle_count++];
	}
	*bundle_out = last;
	return OK;
}

err import_compare_bundle(struct import_compare *c, const struct facility *facility, bool new_one, struct bytes fields)
{
	struct import_bundle *bundle = NULL;

	TRY(bundle_for(c->result, fields.len + 64, &bundle));
	TRY(import_stage_put(facility, new_one, fields, &bundle->rows));
	bundle->count++;
	return OK;
}

void import_compare_key(struct import_compare *c, struct id owner)
{
	c->created[c->created_count++] = owner; /* at most one a line */
}

static void seen(struct import_compare *c, uint32_t row)
{
	if (row > c->last_row)
		c->last_row = row;
}

/* ---- what the reader tells ---- */

static err on_heading(void *context, const uint32_t columns[static FIELD_MAX])
{
	struct import_compare *c = context;

	memcpy(c->columns, columns, sizeof(c->columns));
	return OK;
}

static err on_row(void *context, uint32_t row, const struct value *values)
{
	struct import_compare *c = context;

	seen(c, row);
	arena_reset(&c->scratch);
	c->row_bad = false;
	return c->kind->row(c, row, values);
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	struct import_compare *c = context;

	seen(c, problem->row);
	return add_problem(c->result, problem);
}

/* ---- the whole ---- */

static int by_key(const void *a, const void *b, void *context)
{
	const struct import_compare *c = context;
	const struct import_identity *x = a;
	const struct import_identity *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;
	int order = memcmp(c->keys.ptr + x->at, c->keys.ptr + y->at, shorter);

	if (order != 0)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static bool same_key(const struct import_compare *c, const struct import_identity *x, const struct import_identity *y)
{
	return x->len == y->len && memcmp(c->keys.ptr + x->at, c->keys.ptr + y->at, x->len) == 0;
}

static err find_doubles(struct import_compare *c)
{
	size_t first = 0;

	if (c->identity_count > 0)
		qsort_r(c->identities, c->identity_count, sizeof(*c->identities), by_key, c);
	for (size_t i = 1; i < c->identity_count; i++) {
		char ja[240], en[240];

		if (!same_key(c, &c->identities[first], &c->identities[i])) {
			first = i;
			continue;
		}
		(void)snprintf(ja, sizeof(ja), "%s%u行目と同じです。%s", c->kind->double_ja, c->identities[first].row, c->kind->once_ja);
		(void)snprintf(en, sizeof(en), "%s row %u; %s", c->kind->double_en, c->identities[first].row, c->kind->once_en);
		TRY(import_compare_problem(c, c->identities[i].row, c->kind->key, FLAW_DUPLICATE, ja, en));
	}
	return OK;
}

static int64_t written(const struct import_comparison *result)
{
	int64_t count = 0;

	for (int i = 0; i < IMPORT_UNCHANGED; i++)
		count += result->counts[i];
	return count;
}

static err check_amount(struct import_compare *c)
{
	struct csv_problem problem = {.flaw = FLAW_TOO_LARGE};

	if (written(c->result) <= IMPORT_WRITE_MAX)
		return OK;
	(void)snprintf(problem.message_ja, sizeof(problem.message_ja),
	    "一度に取り込めるのは新規と変更を合わせて%d件までです。ファイルを分けてください。", IMPORT_WRITE_MAX);
	(void)snprintf(problem.message_en, sizeof(problem.message_en),
	    "At most %d new and changed rows can be taken over at once; divide the file.", IMPORT_WRITE_MAX);
	return add_problem(c->result, &problem);
}

static int by_place(const void *a, const void *b)
{
	const struct csv_problem *x = a;
	const struct csv_problem *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

/* A new key is used only when it is durable (keys/keys.h); so it is made before the commit that needs it. */
static err make_keys(const struct import_compare *c)
{
	size_t count = c->created_count;

	for (size_t at = 0; at < count; at += KEYS_BATCH_MAX)
		TRY(keys_create(c->rows.keys, KEY_FACILITY, c->created + at, count - at < KEYS_BATCH_MAX ? count - at : KEYS_BATCH_MAX));
	return OK;
}

static err read_and_compare(struct import_compare *c, const struct compartment *compartment, struct bytes file)
{
	const struct reader_wish wish = {
		.entity = c->kind->columns, .fields = wanted_fields(c->kind), .encoding = (enum csv_encoding)c->import->encoding, .file = file,
	};
	const struct csv_sink sink = {.context = c, .heading = on_heading, .row = on_row, .problem = on_problem};
	struct import_comparison *result = c->result;
	uint32_t told = 0;
	int64_t before;
	bool refused = false;

	if (c->kind->open != NULL)
		TRY(c->kind->open(c));
	before = result->problem_count;
	TRY(reader_read(compartment, &wish, &sink, &refused, &told));
	if (told > READWIRE_PROBLEM_MAX) /* those that were not told one by one */
		result->problem_count += (int64_t)told - READWIRE_PROBLEM_MAX;
	if (refused && result->problem_count == before)
		return FAIL(UNAVAILABLE);
	result->rows = c->last_row > 1 ? c->last_row - 1 : 0;
	TRY(find_doubles(c));
	TRY(check_amount(c));
	if (result->problem_kept > 0)
		qsort(result->problems, result->problem_kept, sizeof(*result->problems), by_place);
	return result->problem_count > 0 ? OK : make_keys(c);
}

static err allocate(struct import_compare *c)
{
	c->identities = calloc(CSV_ROW_MAX, sizeof(*c->identities));
	c->created = calloc(CSV_ROW_MAX, sizeof(*c->created));
	c->result->bundles = calloc(BUNDLE_COUNT_MAX, sizeof(*c->result->bundles));
	c->result->lines = calloc(CSV_ROW_MAX, sizeof(*c->result->lines));
	return c->identities == NULL || c->created == NULL || c->result->bundles == NULL || c->result->lines == NULL ?
	    FAIL(UNAVAILABLE) : OK;
}

err import_compare(struct row_context *rows, const struct compartment *compartment, const struct import *import, int64_t now_us,
    struct bytes file, struct import_comparison *comparison_out)
{
	struct import_comparison result = {0};
	struct import_compare *c = calloc(1, sizeof(*c));
	err e;

	if (c == NULL)
		return FAIL(UNAVAILABLE);
	c->result = &result;
	c->import = import;
	c->kind = import_kinds[import->entity];
	c->today = clock_date_jst(now_us);
	c->day = import->effective > c->today ? import->effective : c->today;
	c->found[LANGUAGE_JA].language = LANGUAGE_JA;
	c->found[LANGUAGE_EN].language = LANGUAGE_EN;
	arena_init(&c->scratch, SCRATCH_MAX);
	arena_init(&c->stored, KEPT_MAX);
	arena_init(&result.kept, KEPT_MAX);
	c->rows = *rows;
	c->rows.arena = &c->scratch;
	e = allocate(c);
	if (err_is_ok(e))
		e = read_and_compare(c, compartment, file);
	buf_free(&c->keys);
	arena_free(&c->scratch);
	arena_free(&c->stored);
	free(c->identities);
	free(c->created);
	free(c);
	if (!err_is_ok(e)) {
		import_compare_free(&result);
		return e;
	}
	*comparison_out = result;
	return OK;
}

void import_compare_free(struct import_comparison *comparison)
{
	for (size_t i = 0; comparison->bundles != NULL && i < comparison->bundle_count; i++)
		buf_free(&comparison->bundles[i].rows);
	free(comparison->bundles);
	free(comparison->problems);
	free(comparison->lines);
	arena_free(&comparison->kept);
	*comparison = (struct import_comparison){0};
}
