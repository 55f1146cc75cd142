#include "assure/view.h"

err view_open(struct call *call, struct view *view_out)
{
	struct view view = {.call = call, .json = &call->out, .all = catalogue_get()};
	struct verdict *verdicts = NULL;
	err e;

	TRY(facts_read(&call->rows, call->now_us, &view.facts));
	TRY(verdict_lasting(&call->rows, &verdicts));
	view.verdicts = verdicts;
	e = contract_of(&call->rows, (struct id){{0}}, &view.contract);
	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	view.agreed = err_is_ok(e);
	*view_out = view;
	return OK;
}

bool view_applies(const struct view *view, const struct catalogue_annex *annex)
{
	return !view->agreed || contract_names(view->contract.annexes, bytes_str(annex->id));
}

enum matrix_status view_status(const struct view *view, const struct catalogue_requirement *requirement)
{
	return matrix_requirement(view->all, requirement, &view->facts.known, NULL);
}

int64_t view_since(const struct view *view, const struct catalogue_requirement *requirement, enum matrix_status status)
{
	const struct verdict *verdict = &view->verdicts[catalogue_requirement_index(requirement)];

	return verdict->row.version > 0 && verdict->status == (int32_t)status ? verdict->since : 0;
}
