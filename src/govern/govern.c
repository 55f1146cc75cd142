#include "govern/desk.h"
#include "govern/todo.h"

#include "govern/govern.h"

const struct entity *const govern_entities[] = {
	&todo_entity,
	NULL,
};

const struct op *const govern_ops[] = {
	&desk_see,
	&desk_count,
	NULL,
};

const struct job_kind *const govern_jobs[] = {
	&todo_remind,
	NULL,
};

err govern_load(const char *folder)
{
	(void)folder;
	return OK;
}

err govern_start(void)
{
	TRY(todo_start());
	return desk_start();
}
