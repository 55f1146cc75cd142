#include "kinder/child.h"
#include "kinder/import_apply.h"
#include "kinder/kinder_int.h"

#include "kinder/child_change.h"

#define KINDER_ROW child

static const char *const never_empty[] = {"name", "kana", "address"};

static err check_empty(struct call *call)
{
	for (size_t i = 0; i < sizeof(never_empty) / sizeof(never_empty[0]); i++) {
		const struct value *value = call_value(call, never_empty[i]);

		if (value->null || (value->present && value->as.text.len == 0))
			return call_flaw(call, never_empty[i], FLAW_MISSING, "空にはできません。", "It cannot be made empty.");
	}
	return OK;
}

static err change_apply(struct call *call)
{
	struct child child = {0};
	err e;

	TRY(check_empty(call));
	TRY(row_get(&call->rows, &child_entity, call_id(call, "child"), &child));
	TRY(import_apply_not_busy(call, child.facility));
	call_store(call, &child_entity, &child);
	TRY(child_check_dates(call, &child));
	e = row_update(&call->rows, &child_entity, &child);
	if (err_is(e, ERR_CONFLICT))
		return child_code_taken(call);
	TRY(e);
	call->event_facility = child.facility;
	json_row(&call->out, &child_entity, &child, "*");
	return OK;
}

static const struct grant grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	CHILD_FACTS(KINDER_INPUT, false)
	{0},
};

const struct op child_change = {
	.id = "child.change",
	.ja = "園児の情報を直す",
	.en = "Change a child's record",
	.method = "PUT",
	.path = "/v1/children/{child}",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "child change",
	.inputs = inputs,
	.entity = &child_entity,
	.output = &child_entity,
	.status = 200,
	.purpose_ja = "園児の情報を正しく保つため",
	.purpose_en = "To keep a child's record right",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = change_apply,
};
