#include <stdio.h>

#include "kinder/cutoff.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "op/contract.h"

#include "kinder/facility_probe.h"

#define MUNICIPALITY "000000" /* of no city */

static const char *const codes[] = {"a", "b", "c", NULL};
static const struct { const char *code, *name; bool short_limits; } made[] = {
	{"probe-a", "検査園A", false}, {"probe-b", "検査園B", false}, {"probe-c", "検査園C", true},
};

static struct row_list by_code = {
	"kinder.facility-probe", &facility_entity, "municipality_code = '" MUNICIPALITY "' AND code = :code", NULL,
};

err facility_probe_start(void)
{
	return row_list_make(&by_code);
}

static err find(struct call *call, const char *code, struct facility *facility_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, by_code.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(code));
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(&call->rows, &facility_entity, query, false, facility_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

static err make(struct call *call, size_t which, struct facility *facility)
{
	*facility = (struct facility){
		.municipality_code = BYTES_LIT(MUNICIPALITY),
		.code = bytes_str(made[which].code),
		.municipality = bytes_str(call->compartment->title_ja),
		.name = bytes_str(made[which].name),
		.kind = BYTES_LIT("幼稚園"),
		.address = BYTES_LIT("検査用（実在しない園）"),
		.capacity = 60,
		.cut_off = BYTES_LIT(CUTOFF_DEFAULT),
		.state = FACILITY_OPEN,
		.probe = !call->compartment->probe,
	};
	TRY(id_new(&facility->row.id));
	TRY(keys_create(call->rows.keys, KEY_FACILITY, &facility->row.id, 1));
	return row_insert(&call->rows, &facility_entity, facility);
}

/* Limits that a check can wait for, by the contract and not by a clock that is moved. */
static err shorten(struct call *call, struct id facility)
{
	const struct contract contract = {.facility = facility, .session_idle_s = 60, .session_total_s = 240};
	struct contract now = {0};
	err e = contract_of(&call->rows, facility, &now);

	if (err_is_ok(e) && now.session_idle_s == contract.session_idle_s && now.session_total_s == contract.session_total_s)
		return OK;
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	return contract_put(&call->rows, &contract);
}

static err renew(struct call *call, struct facility *facility)
{
	if (facility->probe == call->compartment->probe) {
		call->reason = "not made for checks";
		return FAIL(CONFLICT);
	}
	if (facility->state == FACILITY_OPEN && bytes_is(facility->cut_off, CUTOFF_DEFAULT))
		return OK;
	facility->state = FACILITY_OPEN;
	facility->cut_off = BYTES_LIT(CUTOFF_DEFAULT); /* somebody on trial may have set it */
	return row_update(&call->rows, &facility_entity, facility);
}

static err apply(struct call *call)
{
	size_t which = (size_t)call_value(call, "code")->as.choice;
	struct facility facility = {0};
	err e;

	if (call->compartment->provider)
		return call_flaw(call, "code", FLAW_RULE, "ここに園はありません。", "There are no facilities here.");
	e = find(call, made[which].code, &facility);
	if (err_is(e, ERR_NOT_FOUND)) {
		TRY(make(call, which, &facility));
	} else {
		TRY(e);
		TRY(renew(call, &facility));
	}
	if (made[which].short_limits)
		TRY(shorten(call, facility.row.id));
	json_id(&call->out, "id", facility.row.id);
	call->event_facility = facility.row.id;
	return call_object(call, "facility", facility.row.id);
}

static const struct input inputs[] = {
	{.place = IN_BODY, .field = {.name = "code", .ja = "検査園の記号", .en = "Which one", .type = FIELD_CHOICE, .grade = GRADE_1,
	    .required = true, .choices = codes}},
	{0},
};

static const struct field output[] = {
	{.name = "id", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};

const struct op facility_probe = {
	.id = "facility.probe",
	.ja = "検査用の園を用意する",
	.en = "Make a facility for checks",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.open = true,
	.policy = "facility open",
	.inputs = inputs,
	.entity = &facility_entity,
	.output_fields = output,
	.status = 200,
	.purpose_ja = "仕組みが働いていることを、実在の園に触れずに検査するため",
	.purpose_en = "To check that the protections work without touching a real facility",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1",
	.apply = apply,
};
