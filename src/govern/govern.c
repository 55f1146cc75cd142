#include "govern/govern.h"

const struct entity *const govern_entities[] = {
	NULL,
};

const struct op *const govern_ops[] = {
	NULL,
};

const struct job_kind *const govern_jobs[] = {
	NULL,
};

err govern_load(const char *folder)
{
	(void)folder;
	return OK;
}

err govern_start(void)
{
	return OK;
}
