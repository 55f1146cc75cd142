#include <string.h>

#include "kinder/class.h"
#include "kinder/import_people.h"

#include "kinder/import_roster.h"

enum {
	CODE, NAME, KANA, BIRTH, ADDRESS, CLASS, ENTRY, ALLERGIES, FETCHERS, GUARDIAN_1, GUARDIAN_2 = GUARDIAN_1 + 5,
	COLUMN_COUNT = GUARDIAN_2 + 5
};

#define CELL(name_, ja_, en_) .name = name_, .ja = ja_, .en = en_, .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true
#define DATE(name_, ja_, en_) .name = name_, .ja = ja_, .en = en_, .type = FIELD_DATE, .grade = GRADE_3A, .personal = true
#define GUARDIAN(n)                                                                                                  \
	{CELL("guardian" n "_name", "保護者" n "氏名", "Guardian " n " name"), .max = 100},                          \
	{CELL("guardian" n "_relation", "保護者" n "続柄", "Guardian " n " relation"), .max = 20},                   \
	{CELL("guardian" n "_login", "保護者" n "ログイン名", "Guardian " n " login"), .max = 64},                   \
	{CELL("guardian" n "_telephone", "保護者" n "電話番号", "Guardian " n " telephone"), .max = 20},             \
	{CELL("guardian" n "_mail", "保護者" n "メール", "Guardian " n " mail"), .max = 254}

static const struct field fields[] = {
	{CELL("code", "園児番号", "Number"), .required = true, .max = 20},
	{CELL("name", "氏名", "Name"), .required = true, .max = 100},
	{CELL("kana", "ふりがな", "Reading"), .required = true, .max = 100},
	{DATE("birth_date", "生年月日", "Date of birth"), .required = true},
	{CELL("address", "住所", "Address"), .required = true, .max = 200},
	{CELL("class", "組", "Class"), .max = 40},
	{DATE("entry_date", "入園日", "Entry"), .required = true},
	{CELL("allergies", "アレルギー", "Allergies"), .multiline = true, .max = 500},
	{CELL("fetchers", "お迎えの人", "Fetched by"), .multiline = true, .max = 500},
	GUARDIAN("1"),
	GUARDIAN("2"),
};

const struct entity import_roster_form = {
	.name = "roster_form",
	.ja = "名簿",
	.en = "Roster",
	.size = sizeof(struct row),
	.strict = true,
	.fields = fields,
	.field_count = COLUMN_COUNT,
};

/* Columns that are fields of a child as they stand. */
static const struct fact {
	size_t column;
	const char *field;
} facts[] = {
	{CODE, "code"}, {NAME, "name"}, {KANA, "kana"}, {BIRTH, "birth_date"}, {ADDRESS, "address"}, {ENTRY, "entry_date"},
	{ALLERGIES, "allergies"}, {FETCHERS, "fetchers"},
};

struct roster {
	struct import_pupils pupils;     /* first: c->own is both */
	struct import_people *people;
};

static err open_roster(struct import_compare *c)
{
	struct roster *roster = arena_alloc(&c->stored, sizeof(*roster));

	if (roster == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_pupils_open(c));
	roster->pupils = *(struct import_pupils *)c->own;
	c->own = roster;
	return import_people_new(c, &roster->people);
}

static struct bytes text_of(const struct value *value)
{
	return value->present ? value->as.text : (struct bytes){0};
}

/* ---- the child ---- */

static err find_child(struct import_compare *c, const struct value *values, struct child *child_out, bool *found_out)
{
	const struct roster *roster = c->own;

	TRY(import_pupils_find(&c->rows, c->import->facility, values[CODE].as.text, child_out, found_out));
	for (size_t i = 0; !*found_out && i < roster->pupils.unnumbered_count; i++) {
		const struct child *one = &roster->pupils.unnumbered[i];

		if (bytes_equal(one->name, values[NAME].as.text) && one->birth_date == values[BIRTH].as.date) {
			*child_out = *one;
			*found_out = true;
		}
	}
	return OK;
}

/* What looks like a formula is not a name; another program would run it. */
static err check_name(struct import_compare *c, uint32_t row, size_t column, struct bytes name)
{
	if (name.len == 0 || memchr("=+-@", name.ptr[0], 4) == NULL)
		return OK;
	return import_compare_problem(c, row, column, FLAW_FORMAT, "名前は「=」「+」「-」「@」で始められません。計算式になっていないか確かめてください。",
	    "A name does not begin with =, +, - or @; is the cell a formula?");
}

static err check_child(struct import_compare *c, uint32_t row, const struct value *values, const struct child *before, bool found)
{
	TRY(check_name(c, row, NAME, values[NAME].as.text));
	TRY(check_name(c, row, KANA, values[KANA].as.text));
	if (values[BIRTH].as.date > c->day)
		TRY(import_compare_problem(c, row, BIRTH, FLAW_RULE, "生年月日が先の日付になっています。", "The date of birth is in the future."));
	if (values[ENTRY].as.date <= values[BIRTH].as.date)
		TRY(import_compare_problem(c, row, ENTRY, FLAW_RULE, "入園日は生年月日より後にしてください。", "The entry is after the date of birth."));
	if (found && before->state != CHILD_ENROLLED)
		TRY(import_compare_problem(c, row, CODE, FLAW_DUPLICATE, "この園児番号は、退園または卒園した園児のものです。別の番号にしてください。",
		    "This is the number of a child that has left; choose another one."));
	return OK;
}

static err take_class(struct import_compare *c, uint32_t row, const struct value *value, struct child *child)
{
	const struct class *class;

	if (c->columns[CLASS] == 0)
		return OK;
	child->class = (struct id){{0}};
	if (!value->present || value->as.text.len == 0)
		return OK;
	class = import_pupils_class(c, value->as.text);
	if (class == NULL)
		return import_compare_problem(c, row, CLASS, FLAW_CHOICE, "この年度に、この名前の組はありません。先に組を作るか、名前を直してください。",
		    "There is no class of this name in that school year; open it first, or correct the name.");
	child->class = class->row.id;
	return OK;
}

static void take_facts(const struct import_compare *c, const struct value *values, struct child *child)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (c->columns[facts[i].column] != 0)
			value_store(entity_field(&child_entity, facts[i].field), &values[facts[i].column], child);
}

/* ---- the guardians ---- */

static err take_guardians(struct import_compare *c, uint32_t row, const struct value *values, const struct child *child,
    struct import_content *content)
{
	struct roster *roster = c->own;
	size_t link_count = 0;
	const struct guardianship *links = import_pupils_links(&roster->pupils, &child->row.id, &link_count);

	for (uint8_t i = 0; i < IMPORT_GUARDIAN_MAX; i++) {
		const size_t column = GUARDIAN_1 + (size_t)i * 5;
		const struct import_person person = {
			.place = (uint8_t)(i + 1), .column = column, .name = text_of(&values[column]),
			.relation = text_of(&values[column + 1]), .login = text_of(&values[column + 2]),
			.telephone = text_of(&values[column + 3]), .mail = text_of(&values[column + 4]),
		};

		TRY(check_name(c, row, column, person.name));
		TRY(import_people_take(c, roster->people, row, &person, links, link_count, content));
	}
	if (content->guardian_count == 2 && id_equal(content->guardians[0].account, content->guardians[1].account))
		TRY(import_compare_problem(c, row, GUARDIAN_2, FLAW_DUPLICATE, "保護者1と同じ人です。", "This is the same person as guardian 1."));
	return OK;
}

/* ---- a row ---- */

static enum import_action action_of(const struct import_content *content, bool found)
{
	if (!found)
		return IMPORT_CREATE;
	if (content->change_count == 0 && content->guardian_count == 0)
		return IMPORT_UNCHANGED;
	if (content->change_count == 1 && content->guardian_count == 0 &&
	    strcmp(child_entity.fields[content->changes[0].field].name, "class") == 0)
		return IMPORT_MOVE;
	return IMPORT_CHANGE;
}

static err take_row(struct import_compare *c, uint32_t row, const struct value *values)
{
	struct import_content *content = arena_alloc(&c->scratch, sizeof(*content));
	struct child before = {.facility = c->import->facility};
	struct child after;
	struct import_line line = {.name = values[NAME].as.text, .class = text_of(&values[CLASS])};
	uint8_t key[32];
	bool found = false;

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	TRY(import_pupils_key(&c->rows, values[CODE].as.text, key));
	TRY(import_compare_remember(c, row, (struct bytes){key, sizeof(key)}));
	TRY(find_child(c, values, &before, &found));
	TRY(check_child(c, row, values, &before, found));
	after = before;
	take_facts(c, values, &after);
	TRY(take_class(c, row, &values[CLASS], &after));
	TRY(take_guardians(c, row, values, &before, content));
	if (c->row_bad)
		return OK;
	if (!import_compare_changes(&child_entity, &before, &after, content))
		return FAIL(UNAVAILABLE);
	content->object = before.row.id;
	if (!found)
		TRY(id_new(&content->object));
	line.action = (int32_t)action_of(content, found);
	return import_compare_line(c, row, &line, content);
}

const struct import_kind import_roster = {
	.unit_ja = "園児", .unit_en = "children",
	.double_ja = "園児番号が", .once_ja = "1人の園児は1行にしてください。",
	.double_en = "The number is that of", .once_en = "give each child one row.",
	.columns = &import_roster_form,
	.column_count = COLUMN_COUNT,
	.key = CODE,
	.target = &child_entity,
	.of_facility = true,
	.open = open_roster,
	.row = take_row,
};
