#include "kinder/facility.h"
#include "kinder/kinder_int.h"

#include "kinder/class.h"

#define KINDER_ROW class
#define CLASS_FIELDS(field)                                                                                          \
	field(name, .ja = "組の名前", .en = "Class name", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,    \
	    .sort = true, .max = 40)                                                                                 \
	field(age, .ja = "年齢", .en = "Age", .type = FIELD_INT, .grade = GRADE_2, .required = true, .max = 6,       \
	    .group = "plan")                                                                                         \
	field(year, .ja = "年度", .en = "School year", .type = FIELD_INT, .grade = GRADE_2, .required = true,        \
	    .min = 2000, .max = 2199, .group = "plan")

static const struct field fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", .offset = offsetof(struct class, facility)},
	CLASS_FIELDS(KINDER_FIELD)
};

static const char *const unique[] = {"facility,year,name", NULL};

const struct entity class_entity = {
	.name = "class",
	.ja = "組",
	.en = "Class",
	.size = sizeof(struct class),
	.facility = "facility",
	.authority = true,
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static const struct field assignment_fields[] = {
	{.name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "class", .offset = offsetof(struct class_assignment, class)},
	{.name = "membership", .ja = "担任の所属", .en = "Teacher's membership", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "membership", .offset = offsetof(struct class_assignment, membership)},
};

static const char *const assignment_unique[] = {"class,membership", NULL};
static const char *const assignment_indexes[] = {"membership", NULL};

const struct entity class_assignment_entity = {
	.name = "assignment",
	.ja = "担任",
	.en = "Assignment",
	.size = sizeof(struct class_assignment),
	.authority = true,
	.unique = assignment_unique,
	.indexes = assignment_indexes,
	.fields = assignment_fields,
	.field_count = sizeof(assignment_fields) / sizeof(assignment_fields[0]),
};

/* Role 2 is staff, state 0 in force; memberships belong to another module. */
static struct row_list teacher = {
	.name = "kinder.class-teacher",
	.where = "account = :account AND facility = :facility AND role = 2 AND state = 0 ORDER BY since, id",
};

err class_start(void)
{
	teacher.entity = entity_find(BYTES_LIT("membership"));
	REQUIRE(teacher.entity != NULL);
	return row_list_make(&teacher);
}

static err list_apply(struct call *call)
{
	return call_list(call, NULL);
}

static const struct grant list_grants[] = {
	{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "name"},
	{0},
};

static const struct input list_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_FACILITY}},
	KINDER_PAGE_INPUTS,
	{0},
};

const struct op class_list = {
	.id = "class.list",
	.ja = "組の一覧を見る",
	.en = "List classes",
	.method = "GET",
	.path = "/v1/facilities/{facility}/classes",
	.kind = OP_READ,
	.grants = list_grants,
	.policy = "class see",
	.inputs = list_inputs,
	.entity = &class_entity,
	.output = &class_entity,
	.list = true,
	.where = "class.facility = :facility",
	.status = 200,
	.purpose_ja = "園の組を示すため",
	.purpose_en = "To show the classes of a facility",
	.grade = GRADE_2,
	.requirements = "K-26 K-27",
	.apply = list_apply,
};

static const struct grant manage_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static err open_apply(struct call *call)
{
	struct class class = {.facility = call_id(call, "facility")};
	err e;

	call_store(call, &class_entity, &class);
	class.facility = call_id(call, "facility");
	e = row_insert(&call->rows, &class_entity, &class);
	if (err_is(e, ERR_CONFLICT))
		return kinder_conflict(call, "name", "同じ年度に同じ名前の組があります。",
		    "There is a class of this name in the same school year.");
	TRY(e);
	json_row(&call->out, &class_entity, &class, "*");
	call->event_facility = class.facility;
	return call_object(call, "class", class.row.id);
}

static const struct input open_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	CLASS_FIELDS(KINDER_INPUT)
	{0},
};

const struct op class_open = {
	.id = "class.open",
	.ja = "組を作る",
	.en = "Open a class",
	.method = "POST",
	.path = "/v1/facilities/{facility}/classes",
	.kind = OP_WRITE,
	.grants = manage_grants,
	.policy = "class open",
	.inputs = open_inputs,
	.entity = &facility_entity,
	.output = &class_entity,
	.status = 201,
	.purpose_ja = "園の組を登録するため",
	.purpose_en = "To register a class",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-26",
	.apply = open_apply,
};

static err find_teacher(struct call *call, struct id *membership_out)
{
	struct id account = call_id(call, "account");
	struct id facility = call_id(call, "facility");
	struct query *query = NULL;
	bool found = false;
	struct row *row = arena_alloc(call->arena, teacher.entity->size);
	err e;

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(call->rows.db, teacher.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(&call->rows, teacher.entity, query, true, row);
	query_end(&query);
	TRY(e);
	if (!found)
		return call_flaw(call, "account", FLAW_RULE, "この園の教職員だけを担任にできます。",
		    "Only staff of this facility can be assigned.");
	*membership_out = row->id;
	return OK;
}

static err assign_apply(struct call *call)
{
	struct class_assignment assignment = {.class = call_id(call, "class")};
	err e;

	TRY(find_teacher(call, &assignment.membership));
	e = row_insert(&call->rows, &class_assignment_entity, &assignment);
	if (err_is(e, ERR_CONFLICT))
		return kinder_conflict(call, "account", "この組の担任にもうなっています。",
		    "This person is assigned to the class already.");
	TRY(e);
	json_row(&call->out, &class_assignment_entity, &assignment, "*");
	call->event_facility = call_id(call, "facility");
	return call_object(call, "assignment", assignment.row.id);
}

static const struct input assign_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_PATH, .object = true, .within = "facility", .field = {KINDER_PATH_CLASS}},
	{.place = IN_BODY, .field = {.name = "account", .ja = "教職員", .en = "Teacher", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true, .refers = "account"}},
	{0},
};

const struct op class_assign = {
	.id = "class.assign",
	.ja = "担任を決める",
	.en = "Assign a teacher",
	.method = "POST",
	.path = "/v1/facilities/{facility}/classes/{class}/teachers",
	.kind = OP_WRITE,
	.grants = manage_grants,
	.policy = "class assign",
	.inputs = assign_inputs,
	.entity = &class_entity,
	.output = &class_assignment_entity,
	.status = 201,
	.purpose_ja = "組の担任を登録するため",
	.purpose_en = "To register the teacher of a class",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-26",
	.apply = assign_apply,
};
