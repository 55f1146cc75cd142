#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinder/cutoff.h"
#include "kinder/import_compare.h"
#include "kinder/import_stage.h"
#include "op/reader.h"

#define SCRATCH_MAX ((size_t)1 << 20)   /* of one row */
#define BUNDLE_COUNT_MAX (CSV_ROW_MAX + 1)

struct identity {
	size_t at, len;      /* in keys */
	uint32_t row;
};

struct comparing {
	struct import_comparison *result;
	struct row_context rows;          /* with the scratch arena */
	struct arena scratch;
	struct problems found[2];         /* by language; of one row */
	uint32_t columns[FIELD_MAX];
	struct identity *identities;
	size_t identity_count;
	struct buf keys;                  /* code, 0x1f, ID */
	struct id *created;               /* whose keys are to be made */
	uint32_t last_row;
};

static struct row_list by_identity = {
	"import.facility", &facility_entity, "municipality_code = :municipality_code AND code = :code", NULL,
};

static size_t place(const char *name)
{
	return (size_t)(entity_field(&facility_entity, name) - facility_entity.fields);
}

/* All fields of a facility but the inner ones. */
static uint64_t wanted_fields(void)
{
	return (UINT64_C(1) << (facility_entity.field_count - FACILITY_INNER_FIELDS)) - 1;
}

err import_compare_start(void)
{
	REQUIRE(place("cut_off") == facility_entity.field_count - FACILITY_INNER_FIELDS);
	return row_list_make(&by_identity);
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

static void cell_problem(const struct comparing *c, uint32_t row, const char *name, enum flaw flaw, struct csv_problem *problem_out)
{
	const struct field *field = entity_field(&facility_entity, name);

	*problem_out = (struct csv_problem){.row = row, .flaw = flaw};
	if (field == NULL)
		return;
	problem_out->column = c->columns[field - facility_entity.fields];
	(void)snprintf(problem_out->heading, sizeof(problem_out->heading), "%s", field->column != NULL ? field->column : field->ja);
}

static err check_rules(struct comparing *c, uint32_t row, const struct value *values)
{
	for (int i = 0; i < 2; i++) {
		c->found[i].count = 0;
		(void)facility_check(values, &c->found[i]);
	}
	for (size_t i = 0; i < c->found[LANGUAGE_JA].count; i++) {
		const struct problem_field *ja = &c->found[LANGUAGE_JA].list[i];
		struct csv_problem problem;

		cell_problem(c, row, ja->field, ja->flaw, &problem);
		memcpy(problem.message_ja, ja->message, sizeof(problem.message_ja));
		memcpy(problem.message_en, c->found[LANGUAGE_EN].list[i].message, sizeof(problem.message_en));
		TRY(add_problem(c->result, &problem));
	}
	return OK;
}

/* ---- one row ---- */

static err remember(struct comparing *c, uint32_t row, struct bytes municipality, struct bytes code)
{
	struct identity *identity = &c->identities[c->identity_count];

	if (c->identity_count == CSV_ROW_MAX)
		return FAIL(UNAVAILABLE); /* the reader counts otherwise */
	*identity = (struct identity){.at = c->keys.len, .row = row};
	TRY(buf_append(&c->keys, municipality));
	TRY(buf_u8(&c->keys, 0x1f));
	TRY(buf_append(&c->keys, code));
	identity->len = c->keys.len - identity->at;
	c->identity_count++;
	return OK;
}

static err find_stored(struct comparing *c, struct bytes municipality, struct bytes code, struct facility *stored_out, bool *found_out)
{
	struct query *query = NULL;
	err e = query_start(c->rows.db, by_identity.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "municipality_code", municipality);
	if (err_is_ok(e))
		e = query_text(query, "code", code);
	if (err_is_ok(e))
		e = query_step(query, found_out);
	if (err_is_ok(e) && *found_out)
		e = row_read(&c->rows, &facility_entity, query, false, stored_out);
	query_end(&query);
	return e;
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

static err stage(struct comparing *c, const struct facility *facility, bool new_one, struct bytes fields)
{
	struct import_bundle *bundle = NULL;

	TRY(bundle_for(c->result, fields.len + 64, &bundle));
	TRY(import_stage_put(facility, new_one, fields, &bundle->rows));
	bundle->count++;
	return OK;
}

static err take_new(struct comparing *c, struct facility *facility, struct bytes fields)
{
	TRY(id_new(&facility->row.id));
	c->created[c->result->created++] = facility->row.id;
	return stage(c, facility, true, fields);
}

static err compare_row(struct comparing *c, const struct value *values, struct bytes municipality, struct bytes code)
{
	struct facility facility = {.state = FACILITY_OPEN, .cut_off = BYTES_LIT(CUTOFF_DEFAULT)};
	bool found = false;
	OWN(buf) before = {0};
	OWN(buf) after = {0};

	TRY(find_stored(c, municipality, code, &facility, &found));
	if (found)
		TRY(import_stage_fields(&facility, &before));
	for (size_t i = 0; i < facility_entity.field_count; i++)
		if (c->columns[i] != 0)
			value_store(&facility_entity.fields[i], &values[i], &facility);
	TRY(import_stage_fields(&facility, &after));
	if (!found)
		return take_new(c, &facility, bytes_of(&after));
	if (bytes_equal(bytes_of(&before), bytes_of(&after))) {
		c->result->unchanged++;
		return OK;
	}
	c->result->changed++;
	return stage(c, &facility, false, bytes_of(&after));
}

static void seen(struct comparing *c, uint32_t row)
{
	if (row > c->last_row)
		c->last_row = row;
}

/* ---- what the reader tells ---- */

static err on_heading(void *context, const uint32_t columns[static FIELD_MAX])
{
	struct comparing *c = context;

	memcpy(c->columns, columns, sizeof(c->columns));
	return OK;
}

static err on_row(void *context, uint32_t row, const struct value *values)
{
	struct comparing *c = context;
	struct bytes municipality = values[place("municipality_code")].as.text; /* both are required: the reader's client has checked */
	struct bytes code = values[place("code")].as.text;

	seen(c, row);
	arena_reset(&c->scratch);
	TRY(check_rules(c, row, values));
	TRY(remember(c, row, municipality, code));
	return compare_row(c, values, municipality, code);
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	struct comparing *c = context;

	seen(c, problem->row);
	return add_problem(c->result, problem);
}

/* ---- the whole ---- */

static int by_key(const void *a, const void *b, void *context)
{
	const struct comparing *c = context;
	const struct identity *x = a;
	const struct identity *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;
	int order = memcmp(c->keys.ptr + x->at, c->keys.ptr + y->at, shorter);

	if (order != 0)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static bool same_key(const struct comparing *c, const struct identity *x, const struct identity *y)
{
	return x->len == y->len && memcmp(c->keys.ptr + x->at, c->keys.ptr + y->at, x->len) == 0;
}

static err find_doubles(struct comparing *c)
{
	size_t first = 0;

	if (c->identity_count > 0)
		qsort_r(c->identities, c->identity_count, sizeof(*c->identities), by_key, c);
	for (size_t i = 1; i < c->identity_count; i++) {
		struct csv_problem problem;

		if (!same_key(c, &c->identities[first], &c->identities[i])) {
			first = i;
			continue;
		}
		cell_problem(c, c->identities[i].row, "code", FLAW_DUPLICATE, &problem);
		(void)snprintf(problem.message_ja, sizeof(problem.message_ja),
		    "団体コードとIDが%u行目と同じです。1つの園は1行にしてください。", c->identities[first].row);
		(void)snprintf(problem.message_en, sizeof(problem.message_en),
		    "Municipality code and ID are those of row %u; give each facility one row.", c->identities[first].row);
		TRY(add_problem(c->result, &problem));
	}
	return OK;
}

static err check_amount(struct comparing *c)
{
	struct csv_problem problem = {.flaw = FLAW_TOO_LARGE};

	if (c->result->created + c->result->changed <= IMPORT_WRITE_MAX)
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
static err make_keys(const struct comparing *c)
{
	int64_t count = c->result->created;

	for (int64_t at = 0; at < count; at += KEYS_BATCH_MAX)
		TRY(keys_create(c->rows.keys, KEY_FACILITY, c->created + at,
		    count - at < KEYS_BATCH_MAX ? (size_t)(count - at) : KEYS_BATCH_MAX));
	return OK;
}

static err read_and_compare(struct comparing *c, const struct compartment *compartment, struct bytes file, enum csv_encoding encoding)
{
	const struct reader_wish wish = {.entity = &facility_entity, .fields = wanted_fields(), .encoding = encoding, .file = file};
	const struct csv_sink sink = {.context = c, .heading = on_heading, .row = on_row, .problem = on_problem};
	struct import_comparison *result = c->result;
	uint32_t told = 0;
	int64_t before;
	bool refused = false;

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

static err allocate(struct comparing *c)
{
	c->identities = calloc(CSV_ROW_MAX, sizeof(*c->identities));
	c->created = calloc(CSV_ROW_MAX, sizeof(*c->created));
	c->result->bundles = calloc(BUNDLE_COUNT_MAX, sizeof(*c->result->bundles));
	return c->identities == NULL || c->created == NULL || c->result->bundles == NULL ? FAIL(UNAVAILABLE) : OK;
}

err import_compare(struct row_context *rows, const struct compartment *compartment, struct bytes file,
    enum csv_encoding encoding, struct import_comparison *comparison_out)
{
	struct import_comparison result = {0};
	struct comparing *c = calloc(1, sizeof(*c));
	err e;

	if (c == NULL)
		return FAIL(UNAVAILABLE);
	c->result = &result;
	c->found[LANGUAGE_JA].language = LANGUAGE_JA;
	c->found[LANGUAGE_EN].language = LANGUAGE_EN;
	arena_init(&c->scratch, SCRATCH_MAX);
	c->rows = *rows;
	c->rows.arena = &c->scratch;
	e = allocate(c);
	if (err_is_ok(e))
		e = read_and_compare(c, compartment, file, encoding);
	buf_free(&c->keys);
	arena_free(&c->scratch);
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
	*comparison = (struct import_comparison){0};
}
