/*
 * event - what one leaf of the ledger says, and its canonical encoding.
 *
 * A leaf is length-prefixed fields in this order behind a version byte, all integers big-endian:
 *   u8 version=1 | u64 time_us | u8+text operation | u16 outcome | u8+text role | id actor | id request | id facility |
 *   u8+text rule | u8 count + objects (u8+text entity, id) | u16 count + rows (u8+text entity, id, u64 version, before[32], after[32]) |
 *   u32+bytes sealed
 * The decoder accepts exactly what the encoder writes.
 */
#ifndef LEDGER_EVENT_H
#define LEDGER_EVENT_H

#include "base/bytes.h"
#include "base/id.h"

#define EVENT_OBJECT_MAX 16
#define EVENT_ROW_MAX 512      /* rows named in one event */
#define EVENT_TEXT_MAX 96      /* operation, role, rule, entity name */
#define EVENT_SEALED_MAX 8192
#define EVENT_MAX 65535        /* C2SP entry bundles carry a uint16 length */

struct event_object {
	struct bytes entity;
	struct id id;
};

struct event_row {
	struct bytes entity;
	struct id id;
	uint64_t version;      /* after; the last one when deleted */
	uint8_t before[32];    /* keyed digest; zero = did not exist */
	uint8_t after[32];     /* zero = deleted */
};

struct event {
	int64_t time_us;
	struct bytes operation;  /* "absence.report" */
	uint16_t outcome;        /* HTTP status of the reply */
	struct bytes role;       /* of the actor, or "none" */
	struct id actor;         /* account; zero = nobody signed in */
	struct id request;       /* Request-Id */
	struct id facility;      /* zero = none */
	struct bytes rule;       /* the deciding rule "guardian own-child", or the reason of refusal */
	const struct event_object *objects;
	size_t object_count;
	const struct event_row *rows;
	size_t row_count;
	struct bytes sealed;     /* origin, device, purpose, detail: sealed under the person's, else facility's, else customer's key */
};

/* Appends the leaf to out. TOO_LARGE: over EVENT_MAX or a part over its limit. */
MUST_USE err event_encode(const struct event *event, struct buf *out);

/* objects and rows are written to the given arrays of the maxima above; everything else borrows from leaf. INVALID: not canonical. */
MUST_USE err event_decode(struct bytes leaf, struct event *event_out, struct event_object *objects, struct event_row *rows);

#endif
