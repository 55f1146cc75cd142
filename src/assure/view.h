/*
 * view - what one answer about the annex stands on: the catalogue, what is known at that moment, what stood before, and the contract.
 */
#ifndef ASSURE_VIEW_H
#define ASSURE_VIEW_H

#include "assure/facts.h"
#include "assure/verdict.h"
#include "op/contract.h"

struct view {
	struct call *call;
	struct json *json;              /* the call's reply */
	const struct catalogue *all;
	struct facts facts;
	const struct verdict *verdicts; /* those that last, in the order of the requirements */
	bool agreed;                    /* there is a contract that says which annexes apply */
	struct contract contract;
};

/* In the call's arena. */
MUST_USE err view_open(struct call *call, struct view *view_out);
/* Where nothing is agreed, everything is demanded. */
bool view_applies(const struct view *view, const struct catalogue_annex *annex);
enum matrix_status view_status(const struct view *view, const struct catalogue_requirement *requirement);
/* Since when it has this status, where that has been counted already: within a minute of turning it has not. 0: not yet. */
int64_t view_since(const struct view *view, const struct catalogue_requirement *requirement, enum matrix_status status);

#endif
