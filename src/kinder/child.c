#include "base/clock.h"
#include "kinder/class.h"
#include "kinder/facility.h"
#include "kinder/import_apply.h"
#include "kinder/kinder_int.h"
#include "kinder/placement.h"

#include "kinder/child.h"

#define KINDER_ROW child

#define CHILD_CLASS(must) .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2, .required = must,                  \
	.refers = "class", .group = "basic"

static const char *const states[] = {
	[CHILD_ENROLLED] = "enrolled", [CHILD_LEFT] = "left", [CHILD_GRADUATED] = "graduated", NULL,
};

static const struct field fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", .offset = offsetof(struct child, facility)},
	KINDER_FIELD(class, CHILD_CLASS(false))
	CHILD_FACTS(KINDER_FIELD, true)
	KINDER_FIELD(entry_date, CHILD_ENTRY)
	{.name = "leaving_date", .ja = "退園日", .en = "Leaving", CHILD_RECORD(FIELD_DATE), .group = "record",
	    .offset = offsetof(struct child, leaving_date)},
	{.name = "leaves_at", .ja = "退園になる日時", .en = "Leaves at", .type = FIELD_TIME, .grade = GRADE_2, .group = "record",
	    .offset = offsetof(struct child, leaves_at)},
	{.name = "state", .ja = "在籍の状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states,
	    .offset = offsetof(struct child, state)},
};

static const char *const unique[] = {"facility,code_ix", NULL};
static const char *const indexes[] = {"facility,class", "class", NULL};

const struct entity child_entity = {
	.name = "child",
	.ja = "園児",
	.en = "Child",
	.size = sizeof(struct child),
	.seal = SEAL_PERSON,
	.owner = "id",
	.facility = "facility",
	.authority = true,
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
	.follow = placement_follow,
};

static struct row_list by_id = {
	.name = "kinder.child-by-id",
	.entity = &child_entity,
	.where = "id = :id",
};

err child_start(void)
{
	return row_list_make(&by_id);
}

err child_place(struct row_context *c, struct id id, struct child *child_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, by_id.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "id", &id);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &child_entity, query, true, child_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

#define GROUPS_OF_CLASS "basic,allergies,care"
#define GROUPS_OF_COVER "basic,allergies"

static const struct grant see_grants[] = { /* K-27 */
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "*"},
	{ROLE(STAFF), RELATION_CLASS, GROUPS_OF_CLASS},
	{ROLE(STAFF), RELATION_FACILITY, GROUPS_OF_COVER},
	{0},
};

static const struct grant list_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "*"},
	{ROLE(STAFF), RELATION_CLASS, GROUPS_OF_CLASS},
	{0},
};

/* A child with the names a reader knows the place by; class and facility are in reach of whoever has the child. */
static err put_child(struct call *call, const void *row, const char *groups)
{
	const struct child *child = row;
	struct class class = {0};
	struct facility facility = {0};

	if (!id_is_zero(child->class))
		TRY(row_get(&call->rows, &class_entity, child->class, &class));
	TRY(row_get(&call->rows, &facility_entity, child->facility, &facility));
	json_row(&call->out, &child_entity, child, groups);
	if (id_is_zero(child->class))
		json_null(&call->out, "class_name");
	else
		json_text(&call->out, "class_name", class.name);
	json_text(&call->out, "facility_name", facility.name);
	return OK;
}

/* Guardians have few children: the event names each. */
static err put_listed(struct call *call, const void *row, const char *groups)
{
	if (call->actor.role == ROLE_GUARDIAN)
		TRY(call_object(call, "child", ((const struct child *)row)->row.id));
	return put_child(call, row, groups);
}

const struct statement child_my_classes = {"kinder.child-my-classes",
    "SELECT class FROM assignment WHERE membership = :membership"};

/* A teacher's list is that of the teacher's classes; more than an event can name are told as the whole facility. */
static err name_classes(struct call *call)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, &child_my_classes, &query);

	if (err_is_ok(e))
		e = query_id(query, "membership", &call->actor.membership);
	while (err_is_ok(e)) {
		struct id class = {{0}};

		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &class);
		if (err_is_ok(e))
			e = call_object(call, "class", class);
	}
	query_end(&query);
	if (!err_is(e, ERR_TOO_LARGE))
		return e;
	call->object_count = 0;
	call->reason = "staff facility classes"; /* the event's rule: op/history reads it */
	return OK;
}

static err list_apply(struct call *call)
{
	call->event_facility = call->actor.facility;
	if (call->actor.role == ROLE_STAFF)
		TRY(name_classes(call));
	return call_list(call, put_listed);
}

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "在籍の状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .choices = states}},
	KINDER_PAGE_INPUTS,
	{0},
};

const struct op child_list = {
	.id = "child.list",
	.ja = "園児の一覧を見る",
	.en = "List children",
	.method = "GET",
	.path = "/v1/children",
	.kind = OP_READ,
	.grants = list_grants,
	.policy = "child see",
	.inputs = list_inputs,
	.entity = &child_entity,
	.output = &child_entity,
	.list = true,
	.where = "child.state = COALESCE(:state, 0)",
	.reveals = "child",
	.status = 200,
	.purpose_ja = "担当する園児、または自分の子の情報を見るため",
	.purpose_en = "To see the children in one's care, or one's own",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = list_apply,
};

static err see_apply(struct call *call)
{
	struct child child = {0};

	TRY(row_get(&call->rows, &child_entity, call_id(call, "child"), &child));
	TRY(put_child(call, &child, call->grant->groups));
	call->event_facility = child.facility;
	return OK;
}

static const struct input see_inputs[] = {{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}}, {0}};

const struct op child_see = {
	.id = "child.see",
	.ja = "園児の情報を見る",
	.en = "See a child",
	.method = "GET",
	.path = "/v1/children/{child}",
	.kind = OP_READ,
	.grants = see_grants,
	.policy = "child see",
	.inputs = see_inputs,
	.entity = &child_entity,
	.output = &child_entity,
	.status = 200,
	.purpose_ja = "担当する園児、または自分の子の情報を見るため",
	.purpose_en = "To see a child in one's care, or one's own",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = see_apply,
};

err child_check_class(struct call *call, struct id class_id, struct id facility)
{
	struct class class = {0};

	TRY(row_get(&call->rows, &class_entity, class_id, &class));
	if (!id_equal(class.facility, facility))
		return FAIL(NOT_FOUND);
	return OK;
}

err child_check_dates(struct call *call, const struct child *child)
{
	int32_t today = clock_date_jst(call->now_us);

	if (child->birth_date > today)
		return call_flaw(call, "birth_date", FLAW_RULE, "生年月日は今日までの日付にしてください。",
		    "The date of birth is not in the future.");
	if (child->entry_date <= child->birth_date)
		return call_flaw(call, "entry_date", FLAW_RULE, "入園日は生年月日より後にしてください。",
		    "The entry is after the date of birth.");
	return OK;
}

err child_code_taken(struct call *call)
{
	return kinder_conflict(call, "code", "この園児番号は、ほかの園児に使われています。",
	    "Another child of the facility has this number.");
}

static err enrol_apply(struct call *call)
{
	struct child child = {.state = CHILD_ENROLLED};
	err e;

	call_store(call, &child_entity, &child);
	child.facility = call_id(call, "facility");
	TRY(child_check_class(call, child.class, child.facility));
	TRY(child_check_dates(call, &child));
	TRY(import_apply_not_busy(call, child.facility));
	TRY(id_new(&child.row.id));
	TRY(keys_create(call->rows.keys, KEY_PERSON, &child.row.id, 1));
	e = row_insert(&call->rows, &child_entity, &child);
	if (err_is(e, ERR_CONFLICT))
		return child_code_taken(call);
	TRY(e);
	json_row(&call->out, &child_entity, &child, "*");
	call->event_facility = child.facility;
	return call_object(call, "child", child.row.id);
}

static const struct grant enrol_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input enrol_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	KINDER_INPUT(class, CHILD_CLASS(true))
	CHILD_FACTS(KINDER_INPUT, true)
	KINDER_INPUT(entry_date, CHILD_ENTRY)
	{0},
};

const struct op child_enrol = {
	.id = "child.enrol",
	.ja = "園児を登録する",
	.en = "Enrol a child",
	.method = "POST",
	.path = "/v1/facilities/{facility}/children",
	.kind = OP_WRITE,
	.grants = enrol_grants,
	.policy = "child enrol",
	.inputs = enrol_inputs,
	.entity = &facility_entity,
	.output = &child_entity,
	.status = 201,
	.purpose_ja = "入園した子を登録するため",
	.purpose_en = "To register a child that enters",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = enrol_apply,
};
