#include <stdio.h>

#include "cli/rows_int.h"
#include "ledger/event.h"
#include "op/keyhold.h"
#include "op/newest.h"

static struct keyhold *hold;
static struct newest *known;    /* what the ledger says */

err rows_open(const char *directory, struct note_key *key_out)
{
	TRY(keyhold_open(directory, &hold));
	TRY(newest_new(&known));
	(void)snprintf(key_out->name, sizeof(key_out->name), "%s", keyhold_origin(hold));
	return keys_ledger_public(keyhold_keys(hold), key_out->public_key);
}

void rows_close(void)
{
	newest_free(&known);
	keyhold_close(&hold);
}

err rows_visit(void *context, uint64_t index, struct bytes leaf)
{
	static struct event_row rows[EVENT_ROW_MAX]; /* one verification at a time */
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event event;

	(void)context;
	(void)index;
	TRY(event_decode(leaf, &event, objects, rows));
	for (size_t i = 0; i < event.row_count; i++)
		TRY(newest_learn(known, event.rows[i].id, event.rows[i].version, event.rows[i].after));
	return OK;
}

err rows_compare(const char *database, struct sweep_report *report_out)
{
	newest_complete(known);
	return sweep_run(database, keyhold_keys(hold), known, NULL, report_out);
}
