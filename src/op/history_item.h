/*
 * history_item - one event of a history, in plain words: when, what, why, and who.
 */
#ifndef OP_HISTORY_ITEM_H
#define OP_HISTORY_ITEM_H

#include "ledger/event.h"
#include "op/history.h"

/* An event read back; borrows from its own leaf. */
struct history_entry {
	uint64_t index;
	struct bytes leaf;
	struct event event;
	const struct op *op;            /* NULL: no call of anybody's, a step of the system's own */
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
};

/* Into c->arena. entry is big: once in the arena, used again. */
MUST_USE err history_item_read(struct row_context *c, uint64_t index, struct history_entry *entry);
/* It succeeded, and is no first half of something. */
bool history_item_done(const struct history_entry *entry);
bool history_item_refused(const struct history_entry *entry);
/* named: the reader may know who it was; else the role stands alone. place: class or facility of a list, empty = none. */
MUST_USE err history_item_put(struct call *call, const struct history_entry *entry, bool named, struct bytes place);
/* The members of an item, for the description. */
extern const struct field history_item_fields[];

#define HISTORY_CURSOR {.place = IN_QUERY, .field = {.name = "cursor", .ja = "続きの位置", .en = "Cursor", .type = FIELD_INT, \
	.grade = GRADE_2, .min = 0, .max = INT64_C(9007199254740991)}}

/*
 * A page of spans' events, newest first: "items" and "next". shows decides on each and may give the rest for history_item_put.
 * Reads at most HISTORY_LOOK_MAX events for one page: a page may be shorter than asked, also empty, and still have a next.
 */
#define HISTORY_LOOK_MAX 1000
struct history_view {
	bool shown, named;
	struct bytes place;
};
typedef err (*history_shows)(struct call *call, void *context, const struct history_entry *entry, struct history_view *view_out);
MUST_USE err history_item_list(struct call *call, const struct history *history, const struct history_span *spans, size_t count,
    history_shows shows, void *context);

#endif
