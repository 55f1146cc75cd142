#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "base/log.h"
#include "op/job.h"
#include "op/op.h"

#include "assure/eventlist.h"

/* What the engine writes by itself, beside the steps of jobs. */
static const char *const notes[] = {"refusals.count", "ledger.sweep", "ledger.sweep-found", NULL};

struct telling {
	void (*tell)(void *context, const char *words);
	void *context;
	size_t count;
};

static void tell(struct telling *telling, const char *id, const char *what)
{
	char words[200];

	telling->count++;
	(void)snprintf(words, sizeof(words), "%s %s", id, what);
	if (telling->tell != NULL)
		telling->tell(telling->context, words);
}

static bool job_named(const char *id)
{
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (strcmp(job_kinds[i]->name, id) == 0)
			return true;
	return false;
}

static bool note_named(const char *id)
{
	for (size_t i = 0; notes[i] != NULL; i++)
		if (strcmp(notes[i], id) == 0)
			return true;
	return false;
}

static void compare_op(struct telling *telling, const struct op *op)
{
	const struct catalogue_event *event = catalogue_event_find(op->id);

	if (event == NULL)
		tell(telling, op->id, "is an operation and is not described (tools/events --add)");
	else if (event->refusals == op->event)
		tell(telling, op->id, op->event ? "records success too" : "records refusals only");
}

size_t eventlist_compare(void (*tell_function)(void *context, const char *words), void *context)
{
	struct telling telling = {.tell = tell_function, .context = context};
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; ops[i] != NULL; i++)
		compare_op(&telling, ops[i]);
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (catalogue_event_find(job_kinds[i]->name) == NULL)
			tell(&telling, job_kinds[i]->name, "is written by a job and is not described");
	for (size_t i = 0; notes[i] != NULL; i++)
		if (catalogue_event_find(notes[i]) == NULL)
			tell(&telling, notes[i], "is written by the engine and is not described");
	for (size_t i = 0; i < all->event_count; i++) {
		const char *id = all->events[i].id;

		if (op_find(id) == NULL && !job_named(id) && !note_named(id))
			tell(&telling, id, "is described and nothing writes it");
	}
	return telling.count;
}

size_t eventlist_count(void)
{
	return catalogue_get()->event_count;
}

static void complain(void *context, const char *words)
{
	(void)context;
	log_error("events.yaml: %s", words);
}

err eventlist_check(void)
{
	return eventlist_compare(complain, NULL) == 0 ? OK : FAIL(INVALID);
}
