#include "kinder/class.h"
#include "kinder/import_pupils.h"

#include "kinder/import_rollover.h"

enum { CODE, NAME, STEP, CLASS, COLUMN_COUNT };
enum step { STEP_UP, STEP_GRADUATE, STEP_LEAVE, STEP_ARRIVE };

static const char *const steps[] = {
	[STEP_UP] = "進級", [STEP_GRADUATE] = "卒園", [STEP_LEAVE] = "転出", [STEP_ARRIVE] = "転入", NULL,
};

#define CELL(name_, ja_, en_) .name = name_, .ja = ja_, .en = en_, .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true

static const struct field fields[] = {
	{CELL("code", "園児番号", "Number"), .required = true, .max = 20},
	{CELL("name", "氏名", "Name"), .required = true, .max = 100},
	{.name = "step", .ja = "措置", .en = "Step", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = steps},
	{.name = "class", .ja = "新しい組", .en = "New class", .type = FIELD_TEXT, .grade = GRADE_2, .max = 40},
};

const struct entity import_rollover_form = {
	.name = "rollover_form",
	.ja = "年度更新",
	.en = "Roll-over",
	.size = sizeof(struct row),
	.strict = true,
	.fields = fields,
	.field_count = COLUMN_COUNT,
};

/* What a step makes of a child. */
static const struct step_row {
	enum import_action action;
	enum child_state state;
	bool class;                 /* has a new class, and must */
} step_rows[] = {
	[STEP_UP] = {IMPORT_MOVE, CHILD_ENROLLED, true},
	[STEP_GRADUATE] = {IMPORT_GRADUATE, CHILD_GRADUATED, false},
	[STEP_LEAVE] = {IMPORT_LEAVE, CHILD_LEFT, false},
	[STEP_ARRIVE] = {IMPORT_MOVE, CHILD_ENROLLED, true},
};

static err check_child(struct import_compare *c, uint32_t row, const struct value *values, const struct child *child, bool found)
{
	if (!found && values[STEP].as.choice == STEP_ARRIVE)
		return import_compare_problem(c, row, CODE, FLAW_RULE, "転入する園児は、先に名簿の取り込みで登録してください。",
		    "A child that comes from elsewhere is enrolled by a roster first.");
	if (!found)
		return import_compare_problem(c, row, CODE, FLAW_CHOICE, "この園児番号の園児はいません。", "No child has this number.");
	if (child->state != CHILD_ENROLLED)
		return import_compare_problem(c, row, CODE, FLAW_RULE, "この園児は、もう在籍していません。", "This child is not enrolled any more.");
	if (!bytes_equal(child->name, values[NAME].as.text))
		return import_compare_problem(c, row, NAME, FLAW_RULE, "この園児番号の園児の氏名と違います。番号か氏名を確かめてください。",
		    "The child with this number has another name; look at both.");
	return OK;
}

static err take_class(struct import_compare *c, uint32_t row, const struct value *values, struct child *child)
{
	const struct step_row *step = &step_rows[values[STEP].as.choice];
	bool given = values[CLASS].present && values[CLASS].as.text.len > 0;
	const struct class *class;

	if (!step->class)
		return !given ? OK : import_compare_problem(c, row, CLASS, FLAW_RULE, "卒園・転出では、組を空にしてください。",
		    "Leave the class empty for whoever graduates or leaves.");
	if (!given)
		return import_compare_problem(c, row, CLASS, FLAW_MISSING, "新しい組を入れてください。", "Enter the new class.");
	class = import_pupils_class(c, values[CLASS].as.text);
	if (class == NULL)
		return import_compare_problem(c, row, CLASS, FLAW_CHOICE, "この年度に、この名前の組はありません。先に組を作るか、名前を直してください。",
		    "There is no class of this name in that school year; open it first, or correct the name.");
	child->class = class->row.id;
	return OK;
}

static err take_row(struct import_compare *c, uint32_t row, const struct value *values)
{
	const struct step_row *step = &step_rows[values[STEP].as.choice];
	struct import_content *content = arena_alloc(&c->scratch, sizeof(*content));
	struct import_line line = {.action = (int32_t)step->action, .name = values[NAME].as.text};
	struct child before = {0};
	struct child after;
	uint8_t key[32];
	bool found = false;

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	if (values[CLASS].present)
		line.class = values[CLASS].as.text;
	TRY(import_pupils_key(&c->rows, values[CODE].as.text, key));
	TRY(import_compare_remember(c, row, (struct bytes){key, sizeof(key)}));
	TRY(import_pupils_find(&c->rows, c->import->facility, values[CODE].as.text, &before, &found));
	TRY(check_child(c, row, values, &before, found));
	after = before;
	TRY(take_class(c, row, values, &after));
	if (c->row_bad)
		return OK;
	after.state = (int32_t)step->state;
	if (step->state != CHILD_ENROLLED) {
		after.leaving_date = c->day;
		after.leaves_at = 0;
	}
	if (!import_compare_changes(&child_entity, &before, &after, content))
		return FAIL(UNAVAILABLE);
	if (content->change_count == 0)
		line.action = IMPORT_UNCHANGED;
	content->object = before.row.id;
	return import_compare_line(c, row, &line, content);
}

const struct import_kind import_rollover = {
	.unit_ja = "園児", .unit_en = "children",
	.double_ja = "園児番号が", .once_ja = "1人の園児は1行にしてください。",
	.double_en = "The number is that of", .once_en = "give each child one row.",
	.columns = &import_rollover_form,
	.column_count = COLUMN_COUNT,
	.key = CODE,
	.target = &child_entity,
	.of_facility = true,
	.open = import_pupils_open,
	.row = take_row,
};
