#include "base/clock.h"
#include "kinder/class.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "kinder/placement.h"

#include "kinder/child.h"

#define KINDER_ROW child

/* Groups as in catalog/access.yaml; allergies stand alone because whoever covers for a class sees them too. */
#define RECORD(kind) .type = kind, .grade = GRADE_3B, .personal = true, .sealed = true
#define CARE .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true, .multiline = true

#define CHILD_FIELDS(field)                                                                                          \
	field(class, .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2, .required = true,                \
	    .refers = "class", .group = "basic")                                                                     \
	field(name, .ja = "氏名", .en = "Name", RECORD(FIELD_TEXT), .required = true, .max = 100, .group = "basic")  \
	field(kana, .ja = "ふりがな", .en = "Reading", RECORD(FIELD_TEXT), .required = true, .sort = true,           \
	    .max = 100, .group = "basic")                                                                            \
	field(birth_date, .ja = "生年月日", .en = "Date of birth", RECORD(FIELD_DATE), .required = true,             \
	    .group = "record")                                                                                       \
	field(address, .ja = "住所", .en = "Address", RECORD(FIELD_TEXT), .required = true, .max = 200,              \
	    .group = "record")                                                                                       \
	field(entry_date, .ja = "入園日", .en = "Entry", RECORD(FIELD_DATE), .required = true, .group = "record")    \
	field(allergies, .ja = "アレルギー", .en = "Allergies", CARE, .max = 500, .group = "allergies")              \
	field(medical, .ja = "健康上の注意", .en = "Medical", CARE, .max = 1000, .group = "care")                    \
	field(emergency_contacts, .ja = "緊急連絡先", .en = "Emergency contacts", CARE, .max = 500, .group = "care") \
	field(fetchers, .ja = "お迎えの人", .en = "Fetched by", RECORD(FIELD_TEXT), .multiline = true, .max = 500,   \
	    .group = "basic")                                                                                        \
	field(notes, .ja = "連絡事項", .en = "Notes", CARE, .max = 1000, .group = "care")

static const struct field fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", .offset = offsetof(struct child, facility)},
	CHILD_FIELDS(KINDER_FIELD)
	{.name = "leaving_date", .ja = "退園日", .en = "Leaving", RECORD(FIELD_DATE), .group = "record",
	    .offset = offsetof(struct child, leaving_date)},
};

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

	TRY(row_get(&call->rows, &class_entity, child->class, &class));
	TRY(row_get(&call->rows, &facility_entity, child->facility, &facility));
	json_row(&call->out, &child_entity, child, groups);
	json_text(&call->out, "class_name", class.name);
	json_text(&call->out, "facility_name", facility.name);
	return OK;
}

static err list_apply(struct call *call)
{
	call->event_facility = call->actor.facility;
	return call_list(call, put_child);
}

static const struct input list_inputs[] = {KINDER_PAGE_INPUTS, {0}};

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

/* The class is in the actor's reach; it must also be one of the facility in the path. */
static err check_class(struct call *call, const struct child *child)
{
	struct class class = {0};

	TRY(row_get(&call->rows, &class_entity, child->class, &class));
	if (!id_equal(class.facility, child->facility))
		return FAIL(NOT_FOUND);
	return OK;
}

static err check_dates(struct call *call, const struct child *child)
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

static err enrol_apply(struct call *call)
{
	struct child child = {0};

	call_store(call, &child_entity, &child);
	child.facility = call_id(call, "facility");
	TRY(check_class(call, &child));
	TRY(check_dates(call, &child));
	TRY(id_new(&child.row.id));
	TRY(keys_create(call->rows.keys, KEY_PERSON, &child.row.id, 1));
	TRY(row_insert(&call->rows, &child_entity, &child));
	json_row(&call->out, &child_entity, &child, "*");
	call->event_facility = child.facility;
	return call_object(call, "child", child.row.id);
}

static const struct grant enrol_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input enrol_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	CHILD_FIELDS(KINDER_INPUT)
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
