#include "assure/catalogue.h"
#include "assure/checks.h"
#include "assure/eventlist.h"
#include "assure/inspections.h"
#include "assure/waits.h"

#include "assure/assure.h"

const struct entity *const assure_entities[] = {NULL};

const struct op *const assure_ops[] = {NULL};

const struct statement *const assure_statements[] = {NULL};

const struct job_kind *const assure_jobs[] = {NULL};

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
	return OK;
}
