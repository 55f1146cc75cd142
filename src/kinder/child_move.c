#include "base/clock.h"
#include "kinder/child.h"
#include "kinder/facility.h"
#include "kinder/guardianship.h"
#include "kinder/import_apply.h"
#include "kinder/kinder_int.h"
#include "kinder/person.h"

#include "kinder/child_move.h"

/* Of the same city: with the code of the same municipality. */
static struct row_list by_code = {
	"kinder.move-facility", &facility_entity, "municipality_code = :municipality_code AND code = :code AND state = 0 AND probe = :probe", NULL,
};

/* State 0: active, enrolled. */
static struct row_list links_of = {
	"kinder.move-guardians", &guardianship_entity, "child = :child AND state = 0 LIMIT :limit", NULL,
};
const struct statement child_move_others = {
	"kinder.move-others",
	"SELECT 1 FROM guardianship AS held, child AS other WHERE held.account = :account AND held.state = 0"
	" AND other.id = held.child AND other.id <> :child AND other.facility = :facility AND other.state = 0 LIMIT 1",
};

#define GUARDIAN_MAX 20

err child_move_start(void)
{
	TRY(row_list_make(&links_of));
	return row_list_make(&by_code);
}

static err has_others(struct call *call, const struct guardianship *link, struct id facility, bool *has_out)
{
	struct query *query = NULL;
	err e = query_start(call->rows.db, &child_move_others, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &link->account);
	if (err_is_ok(e))
		e = query_id(query, "child", &link->child);
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, has_out);
	query_end(&query);
	return e;
}

static err load_links(struct call *call, struct id child, struct guardianship *list, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(call->rows.db, links_of.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_int(query, "limit", GUARDIAN_MAX);
	while (err_is_ok(e) && count < GUARDIAN_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &guardianship_entity, query, true, &list[count++]);
	}
	query_end(&query);
	*count_out = count;
	return e;
}

/* No second account, and no membership left behind where none of their children is. */
static err take_guardians(struct call *call, struct id child, struct id former, struct id target)
{
	struct guardianship list[GUARDIAN_MAX] = {{{{{0}}}}};
	int32_t today = clock_date_jst(call->now_us);
	size_t count = 0;

	TRY(load_links(call, child, list, &count));
	for (size_t i = 0; i < count; i++) {
		bool others = false;

		TRY(person_desk->join(&call->rows, list[i].account, target, today));
		TRY(has_others(call, &list[i], former, &others));
		if (!others)
			TRY(person_desk->part(&call->rows, list[i].account, former, today));
	}
	return OK;
}

static err find_facility(struct call *call, struct bytes municipality, struct facility *facility_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, by_code.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "municipality_code", municipality);
	if (err_is_ok(e))
		e = query_text(query, "code", call_text(call, "facility_code"));
	if (err_is_ok(e)) /* P1 of access.h */
		e = query_int(query, "probe", call->actor.probe ? 1 : 0);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(&call->rows, &facility_entity, query, false, facility_out);
	query_end(&query);
	TRY(e);
	return found ? OK : call_flaw(call, "facility_code", FLAW_CHOICE, "この市に、このIDの園はありません。IDを確かめてください。",
	    "No open facility of this city has this code.");
}

/* It arrives without class and number, which are the facility's own. */
static err to_facility(struct call *call, struct child *child)
{
	struct facility former = {0};
	struct facility target = {0};

	TRY(row_get(&call->rows, &facility_entity, child->facility, &former));
	TRY(find_facility(call, former.municipality_code, &target));
	TRY(import_apply_not_busy(call, target.row.id));
	if (id_equal(target.row.id, former.row.id))
		return call_flaw(call, "facility_code", FLAW_RULE, "いまの園と同じです。", "The child is at this facility already.");
	TRY(take_guardians(call, child->row.id, former.row.id, target.row.id));
	child->facility = target.row.id;
	child->class = (struct id){{0}};
	child->code = (struct bytes){0};
	return call_object(call, "facility", target.row.id);
}

static err to_class(struct call *call, struct child *child)
{
	TRY(child_check_class(call, call_id(call, "class"), child->facility));
	child->class = call_id(call, "class");
	return call_object(call, "class", child->class);
}

static err move_apply(struct call *call)
{
	bool class = call_value(call, "class")->present;
	bool facility = call_value(call, "facility_code")->present;
	struct child child = {0};

	if (facility && call_text(call, "facility_code").len == 0)
		return call_flaw(call, "facility_code", FLAW_MISSING, "転園先の園のIDを入れてください。", "Enter the code of the other facility.");
	if (class == facility)
		return call_flaw(call, "class", FLAW_RULE, "組か、転園先の園のIDの、どちらか一つを指定してください。",
		    "Name either a class or the code of another facility.");
	TRY(row_get(&call->rows, &child_entity, call_id(call, "child"), &child));
	if (child.state != CHILD_ENROLLED)
		return kinder_conflict(call, "child", "この園児は在籍していません。", "This child is not enrolled.");
	TRY(import_apply_not_busy(call, child.facility));
	call->event_facility = child.facility;
	TRY(class ? to_class(call, &child) : to_facility(call, &child));
	TRY(row_update(&call->rows, &child_entity, &child));
	json_row(&call->out, &child_entity, &child, "*");
	return OK;
}

static const struct grant grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	{.place = IN_BODY, .field = {.name = "class", .ja = "新しい組", .en = "New class", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "class"}},
	{.place = IN_BODY, .field = {.name = "facility_code", .ja = "転園先の園のID", .en = "Code of the other facility",
	    .type = FIELD_TEXT, .grade = GRADE_1, .min = 1, .max = 40}},
	{0},
};

const struct op child_move = { /* K-26 */
	.id = "child.move",
	.ja = "園児の組や園を変える",
	.en = "Move a child to another class or facility",
	.method = "POST",
	.path = "/v1/children/{child}/move",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "child move",
	.inputs = inputs,
	.entity = &child_entity,
	.output = &child_entity,
	.status = 200,
	.purpose_ja = "組替えや転園を登録するため",
	.purpose_en = "To register that a child changes class or facility",
	.event = true,
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.apply = move_apply,
};
