/* history_int - the engine's side of the index. */
#ifndef OP_HISTORY_INT_H
#define OP_HISTORY_INT_H

#include "op/engine_int.h"
#include "op/history.h"

/* Whom one event is about. */
struct history_about {
	struct id object;
	int64_t version;        /* > 0: that version of its own row was written */
};

#define HISTORY_ABOUT_MAX (3 * (EVENT_OBJECT_MAX + EVENT_ROW_MAX))

struct history_scratch {
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
	struct history_about about[HISTORY_ABOUT_MAX];
	size_t count;
};

/* Fills about and count. CORRUPT: not a leaf. */
MUST_USE err history_read(struct db *db, struct bytes leaf, struct history_scratch *scratch);
MUST_USE err history_position(struct db *db, uint64_t *next_out);

/* history_index.c */
MUST_USE err history_index_start(struct engine *engine);
void history_index_stop(struct engine *engine);
void history_index_tick(struct engine *engine); /* from any thread */

#endif
