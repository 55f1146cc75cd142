#include "assure/assure.h"

const struct entity *const assure_entities[] = {NULL};

const struct op *const assure_ops[] = {NULL};

const struct statement *const assure_statements[] = {NULL};

const struct job_kind *const assure_jobs[] = {NULL};

err assure_start(void)
{
	return OK;
}
