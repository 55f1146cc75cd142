/*
 * provewire - the messages between `prove` and its neighbours: the cores, the processes of the runs, and the nursery that starts those.
 *
 * One message of a SEQPACKET channel is one frame: u8 version=1 | u8 kind | the parts that the kind has, in the order of
 * struct provewire (numbers big-endian, texts and blobs with u32 length). Both sides hold the other for hostile: the decoder accepts
 * exactly what the encoder writes, within the limits.
 *
 *   core ──▶ prove     HELLO, PREPARED, RUN, RECORDED, INSPECTED
 *   prove ─▶ core      PREPARE, RESULT, INSPECT
 *   prove ─▶ run       ORDER, then an answer to each question: PERSON, CODE, INSPECTED
 *   run ───▶ prove     WHO, ASK_CODE, RENEW, INSPECT (questions); COOKIE, FACT, RESULT
 *   prove ─▶ nursery   START (with the run's end of its channel)
 *   nursery ▶ prove    ENDED
 */
#ifndef ASSURE_PROVEWIRE_H
#define ASSURE_PROVEWIRE_H

#include "assure/steps.h"
#include "base/bytes.h"

#define PROVEWIRE_MAX 61440
#define PROVEWIRE_NAME_MAX 64
#define PROVEWIRE_TEXT_MAX 256
#define PROVEWIRE_BODY_MAX 36864
#define PROVEWIRE_DATA_MAX 16384

enum provewire_kind {
	PROVEWIRE_HELLO,     /* name: compartment; flags; body: checks; data: the url's host */
	PROVEWIRE_PREPARE,   /* number; name: of the cast; body: password; data: secret of the factor, base 32, or empty */
	PROVEWIRE_PREPARED,  /* number; outcome; text: account and membership id; data: facility id, or empty */
	PROVEWIRE_RUN,       /* name: of the check */
	PROVEWIRE_RESULT,    /* number; outcome; objects; took_ms; at_us: began; name: of the check; body: steps */
	PROVEWIRE_RECORDED,  /* number; outcome: passed means yes */
	PROVEWIRE_INSPECT,   /* number; name: of the inspection; text: the check; body: params */
	PROVEWIRE_INSPECTED, /* number; outcome; objects; body: steps; data */
	PROVEWIRE_ORDER,     /* flags; name: of the check; text: the compartment; body: facts; data: the door */
	PROVEWIRE_WHO,       /* name: of the cast */
	PROVEWIRE_PERSON,    /* outcome; flags; at_us: last proof; name; text: login; body: password; data: cookie */
	PROVEWIRE_ASK_CODE,  /* name: of the cast */
	PROVEWIRE_CODE,      /* outcome; text: the code */
	PROVEWIRE_RENEW,     /* name: of the cast */
	PROVEWIRE_COOKIE,    /* at_us: last proof; name: of the cast; text: the cookie, or empty */
	PROVEWIRE_FACT,      /* name; text */
	PROVEWIRE_START,     /* number; flags: rights; took_ms: limit */
	PROVEWIRE_ENDED,     /* number; flags: the status it ended with, as wait() says */
	PROVEWIRE_KIND_COUNT
};

/* HELLO */
#define PROVEWIRE_PROVIDER 1u
#define PROVEWIRE_DEMO 2u
#define PROVEWIRE_PROBE 4u
/* ORDER: besides the mask of enum check_where */
#define PROVEWIRE_ORDER_DEMO 0x100u
#define PROVEWIRE_ORDER_EMPTY 0x200u /* nothing to look at is a pass */
/* PERSON */
#define PROVEWIRE_FACTOR 1u

struct provewire {
	enum provewire_kind kind;
	uint32_t number;
	enum check_outcome outcome;
	uint32_t flags, objects, took_ms;
	int64_t at_us;                  /* not negative */
	struct bytes name, text;        /* texts without NUL */
	struct bytes body, data;
};

/* Appends one whole frame to an empty buf. TOO_LARGE: a part is beyond its limit. */
MUST_USE err provewire_put(struct buf *message, const struct provewire *frame);
/* Borrows from message. INVALID: not canonical. */
MUST_USE err provewire_cut(struct bytes message, struct provewire *frame_out);

/* The checks of a HELLO. */
struct provewire_check {
	struct bytes id;
	uint32_t every_s;
	bool empty;             /* nothing to look at is a pass */
	int64_t last_us;        /* 0: never */
};
MUST_USE err provewire_put_check(struct buf *body, const struct provewire_check *check);
MUST_USE err provewire_cut_check(struct bytes *body, struct provewire_check *check_out);

/* Steps within a body. The outcome is the sender's word; what was counted goes with it. */
MUST_USE err provewire_put_steps(struct buf *body, const struct steps *steps);
MUST_USE err provewire_cut_steps(struct bytes body, struct steps *steps_out);

/* Pairs of name and text, one after another: facts; the door. */
MUST_USE err provewire_put_pair(struct buf *body, const char *name, const char *text);
MUST_USE err provewire_cut_pair(struct bytes *body, struct bytes *name_out, struct bytes *text_out);

#endif
