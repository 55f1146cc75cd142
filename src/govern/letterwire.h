/*
 * letterwire - the messages of a core with `post` and with `courier`: what leaves, what comes, and what became of it.
 *
 * One message of a SEQPACKET channel is one frame: u8 version=1 | u8 kind | the parts that the kind has, in the order of
 * struct letterwire (numbers big-endian, texts and blobs with u32 length). Both sides hold the other for hostile: the decoder accepts
 * exactly what the encoder writes, within the limits.
 *
 *   core ──▶ post      PARCEL (to), ANSWER (to whom it came from)
 *   post ──▶ core      PLACES, PARCEL (from), ANSWER
 *   core ──▶ courier   MAIL, HOOK
 *   courier ─▶ core    ABLE, RESULT, BOUNCE
 */
#ifndef GOVERN_LETTERWIRE_H
#define GOVERN_LETTERWIRE_H

#include "base/bytes.h"
#include "base/id.h"

#define LETTERWIRE_MAX 49152
#define LETTERWIRE_NAME_MAX 254
#define LETTERWIRE_TOPIC_MAX 64
#define LETTERWIRE_TEXT_MAX 2000
#define LETTERWIRE_DATA_MAX 64
#define LETTERWIRE_BODY_MAX 40960

enum letterwire_kind {
	LETTERWIRE_PLACES,  /* name: of the core; topic: the compartment made for checks; text: the customers, separated by spaces */
	LETTERWIRE_PARCEL,  /* letter; object; flags; edition; name: to or from; topic: the kind; body */
	LETTERWIRE_ANSWER,  /* letter; outcome; name: from whom it came (core to post), else empty */
	LETTERWIRE_ABLE,    /* flags; text: whose mail it is: the host part of message ids */
	LETTERWIRE_MAIL,    /* letter; at_us; name: the address; text: the subject; body: the words */
	LETTERWIRE_HOOK,    /* letter; at_us; topic: the event; text: the URL; data: the secret; body: JSON */
	LETTERWIRE_RESULT,  /* letter; outcome; name: by what name the other side knows it; text: why */
	LETTERWIRE_BOUNCE,  /* letter; text: why; of one that was sent, perhaps long ago */
	LETTERWIRE_KIND_COUNT
};

/* PARCEL */
#define LETTERWIRE_PROBE 1u         /* made for checks */
#define LETTERWIRE_PROVIDER 2u      /* from the provider; said by post alone */
/* ABLE */
#define LETTERWIRE_MAILS 1u         /* there is a relay */
#define LETTERWIRE_HOOKS 2u         /* there is somebody to whom webhooks may go */

enum letterwire_outcome {
	LETTERWIRE_TAKEN,   /* for good: received, sent */
	LETTERWIRE_LATER,   /* this one not now */
	LETTERWIRE_ABSENT,  /* nobody is there to take it */
	LETTERWIRE_REFUSED, /* never */
	LETTERWIRE_OUTCOME_COUNT
};

struct letterwire {
	enum letterwire_kind kind;
	struct id letter, object;
	enum letterwire_outcome outcome;
	uint32_t flags;
	int64_t edition, at_us;         /* not negative */
	struct bytes name, topic, text; /* UTF-8 without control characters */
	struct bytes data, body;
};

/* Appends one whole frame to an empty buf. TOO_LARGE: a part is beyond its limit, or is no text. */
MUST_USE err letterwire_put(struct buf *message, const struct letterwire *frame);
/* Borrows from message. INVALID: not canonical. */
MUST_USE err letterwire_cut(struct bytes message, struct letterwire *frame_out);

#endif
