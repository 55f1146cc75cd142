#include <string.h>

#include "kinder/cutoff.h"
#include "kinder/import_facility.h"
#include "kinder/import_stage.h"

static struct row_list by_identity = {
	"import.facility", &facility_entity, "municipality_code = :municipality_code AND code = :code", NULL,
};

#define COLUMN_COUNT 16   /* all fields of a facility but the inner ones */

static size_t place(const char *name)
{
	return (size_t)(entity_field(&facility_entity, name) - facility_entity.fields);
}

err import_facility_start(void)
{
	REQUIRE(place("cut_off") == COLUMN_COUNT && facility_entity.field_count - FACILITY_INNER_FIELDS == COLUMN_COUNT);
	REQUIRE(place("code") == import_facility.key);
	return row_list_make(&by_identity);
}

static err check_rules(struct import_compare *c, uint32_t row, const struct value *values)
{
	for (int i = 0; i < 2; i++) {
		c->found[i].count = 0;
		(void)facility_check(values, &c->found[i]);
	}
	for (size_t i = 0; i < c->found[LANGUAGE_JA].count; i++) {
		const struct problem_field *ja = &c->found[LANGUAGE_JA].list[i];

		TRY(import_compare_problem(c, row, place(ja->field), ja->flaw, ja->message, c->found[LANGUAGE_EN].list[i].message));
	}
	return OK;
}

static err find_stored(struct import_compare *c, struct bytes municipality, struct bytes code, struct facility *stored_out, bool *found_out)
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

static err remember(struct import_compare *c, uint32_t row, struct bytes municipality, struct bytes code)
{
	OWN(buf) key = {0};

	TRY(buf_append(&key, municipality));
	TRY(buf_u8(&key, 0x1f));
	TRY(buf_append(&key, code));
	return import_compare_remember(c, row, bytes_of(&key));
}

/* A check that is made again gives the same new facilities the same ids: no key is made twice. */
static err stable_id(struct import_compare *c, const struct facility *facility, struct id *id_out)
{
	OWN(buf) text = {0};
	char import[ID_TEXT_MAX];
	uint8_t index[32];

	id_format(c->import->row.id, import);
	TRY(buf_printf(&text, "%s ", import));
	TRY(buf_append(&text, facility->municipality_code));
	TRY(buf_u8(&text, ' '));
	TRY(buf_append(&text, facility->code));
	TRY(row_lookup(&c->rows, &facility_entity, &facility_entity.fields[place("code")], bytes_of(&text), index));
	memcpy(id_out->b, index, ID_LEN);
	return OK;
}

static err stage(struct import_compare *c, uint32_t row, const struct facility *before, struct facility *facility, bool found)
{
	struct import_content *content = arena_alloc(&c->scratch, sizeof(*content));
	struct import_line line = {.action = found ? IMPORT_CHANGE : IMPORT_CREATE, .name = facility->name};
	OWN(buf) fields = {0};

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	if (!found) {
		TRY(stable_id(c, facility, &facility->row.id));
		import_compare_key(c, facility->row.id);
	}
	content->object = facility->row.id;
	if (!import_compare_changes(&facility_entity, before, facility, content))
		return FAIL(UNAVAILABLE);
	if (found && content->change_count == 0)
		line.action = IMPORT_UNCHANGED;
	else {
		TRY(import_stage_fields(facility, &fields));
		TRY(import_compare_bundle(c, facility, !found, bytes_of(&fields)));
	}
	return import_compare_line(c, row, &line, content);
}

static err take_row(struct import_compare *c, uint32_t row, const struct value *values)
{
	struct bytes municipality = values[place("municipality_code")].as.text; /* both are required: the reader's client has checked */
	struct bytes code = values[place("code")].as.text;
	struct facility facility = {.state = FACILITY_OPEN, .cut_off = BYTES_LIT(CUTOFF_DEFAULT)};
	struct facility before = {0};
	bool found = false;

	TRY(check_rules(c, row, values));
	TRY(remember(c, row, municipality, code));
	TRY(find_stored(c, municipality, code, &facility, &found));
	if (found && facility.probe)
		return import_compare_problem(c, row, place("code"), FLAW_DUPLICATE, "このIDは検査のために使われています。別のIDにしてください。",
		    "This code is kept for checks. Choose another one.");
	if (found)
		before = facility;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (c->columns[i] != 0)
			value_store(&facility_entity.fields[i], &values[i], &facility);
	return stage(c, row, &before, &facility, found);
}

const struct import_kind import_facility = {
	.unit_ja = "施設", .unit_en = "facilities",
	.double_ja = "団体コードとIDが", .once_ja = "1つの園は1行にしてください。",
	.double_en = "Municipality code and ID are those of", .once_en = "give each facility one row.",
	.columns = &facility_entity,
	.column_count = COLUMN_COUNT,
	.key = 1,
	.target = &facility_entity,
	.row = take_row,
	.at_once = import_stage_apply,
};
