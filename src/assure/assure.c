#include "assure/catalogue.h"
#include "assure/checkrow.h"
#include "assure/checks.h"
#include "assure/checkview.h"
#include "assure/eventlist.h"
#include "assure/inspect_rows.h"
#include "assure/inspections.h"
#include "assure/package.h"
#include "assure/requirement.h"
#include "assure/sheet.h"
#include "assure/verdict.h"
#include "assure/waits.h"

#include "assure/assure.h"

const struct entity *const assure_entities[] = {
	&checkrow_entity,
	&checkrow_turn_entity,
	&verdict_entity,
	&verdict_standing_entity,
	&verdict_settlement_entity,
	NULL,
};

const struct op *const assure_ops[] = {
	&requirement_list,
	&requirement_see,
	&requirement_controls,
	&requirement_trend,
	&sheet_requirements,
	&package_requirement,
	&checkview_list,
	&checkview_see,
	&checkrow_run,
	&checkrow_record,
	NULL,
};

const struct job_kind *const assure_jobs[] = {&verdict_settle, NULL};

err assure_load(const char *folder)
{
	TRY(catalogue_load(folder));
	TRY(checks_check());
	TRY(inspections_check());
	TRY(waits_check());
	return eventlist_check();
}

err assure_start(void)
{
	TRY(inspect_rows_start());
	TRY(checkrow_start());
	return verdict_start();
}
