/*
 * wire - frames between edge and core over SEQPACKET, batched: one message carries one or more frames.
 *
 *   frame = u32 length of what follows | u8 version=1 | u8 type | body
 * Every length is checked against our own limits; unknown types, flags and leftovers are refused (INVALID): the peer is then cut off.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/bytes.h"
#include "base/id.h"

#define WIRE_MESSAGE_MAX 61440
#define WIRE_FIELDS_MAX 57344      /* typed fields of one request */
#define WIRE_PART_MAX 49152        /* bytes of one reply part */
#define WIRE_REPLY_MAX ((size_t)2 << 20)
#define WIRE_AGENT_MAX 200
#define WIRE_KEY_MAX 128
#define WIRE_PHRASE_MAX 200
#define WIRE_FLAW_MAX 32
#define WIRE_FILE_MAX 800          /* bytes of a file's name */

enum wire_type { WIRE_HELLO = 1, WIRE_REQUEST, WIRE_REPLY, WIRE_READY_ASK, WIRE_READY };

struct wire_flaw { uint8_t flaw; char name[64]; };

struct wire_request {
	uint64_t number;            /* edge's, unique on this channel */
	uint16_t op;                /* index in ops[] */
	uint8_t language;
	uint8_t signed_by;          /* 0 nobody, 1 cookie, 2 bearer */
	uint8_t cross_site;         /* edge's verdict on Sec-Fetch-Site/Origin: 1 = refuse if it changes something */
	struct id request;          /* Request-Id */
	uint8_t address[16];
	uint8_t token[32];          /* zero = none */
	uint8_t device[32];         /* of a registered tablet; zero = none */
	struct bytes agent, idempotency_key, confirm, phrase;
	size_t flaw_count;          /* the body or a query field did not parse: refuse with INVALID after authorisation */
	struct wire_flaw flaws[WIRE_FLAW_MAX];
	uint32_t present;           /* bit i: typed value of input i follows in fields */
	struct bytes fields;        /* value_encode of each present input, in order */
};

#define WIRE_KIND_PROBLEM 3

struct wire_reply {
	uint64_t number;
	uint16_t status;
	uint8_t kind;               /* enum op_reply, or WIRE_KIND_PROBLEM */
	uint8_t cookie;             /* as struct call */
	uint8_t more;               /* another part of the body follows in a later frame */
	uint8_t immutable;          /* may be cached for ever */
	uint16_t retry_after_s;
	uint32_t cookie_age_s;      /* how long the browser keeps the session's cookie; 0 = until it is closed */
	uint8_t token[32];
	uint8_t media;              /* enum media; 0: the operation's own */
	struct bytes file;          /* the name under which it is downloaded; empty: the operation's own */
	struct bytes body;
};

/* The table of operations must be the same on both sides: digest over ids, inputs and limits. */
struct wire_hello { uint8_t digest[32]; };

MUST_USE err wire_put_request(struct buf *message, const struct wire_request *request);   /* TOO_LARGE */
MUST_USE err wire_put_reply(struct buf *message, const struct wire_reply *reply);
MUST_USE err wire_put_hello(struct buf *message, const struct wire_hello *hello);
MUST_USE err wire_put_plain(struct buf *message, enum wire_type type, uint64_t number, uint8_t value); /* READY_ASK, READY */

/* Next frame of a message. INVALID: not ours. type_out says which union member is filled; texts borrow from the message. */
struct wire_frame {
	enum wire_type type;
	union {
		struct wire_request request;
		struct wire_reply reply;
		struct wire_hello hello;
		struct { uint64_t number; uint8_t value; } plain;
	} as;
};
MUST_USE err wire_cut(struct bytes *message, struct wire_frame *frame_out);

/*
 * A channel: collects frames and sends them in messages as large as fit. put may be called from several threads.
 * A full socket keeps the rest queued (at most WIRE_QUEUE_MAX bytes, then LIMITED) until channel_flush succeeds.
 */
#define WIRE_QUEUE_MAX ((size_t)16 << 20)
struct channel;
MUST_USE err channel_new(int fd, struct channel **channel_out);       /* non-blocking SEQPACKET; owned; SO_SNDBUF raised */
void channel_free(struct channel **channel);
int channel_fd(const struct channel *channel);
MUST_USE err channel_put(struct channel *channel, struct bytes frames);    /* whole frames made by wire_put_… */
MUST_USE err channel_put_reply(struct channel *channel, const struct wire_reply *reply, struct bytes body); /* splits body into parts */
MUST_USE err channel_flush(struct channel *channel);                       /* OK also when something stays queued: channel_pending */
bool channel_pending(struct channel *channel);
/* One message into buf (WIRE_MESSAGE_MAX). NOT_FOUND: none now. UNAVAILABLE: the peer is gone. INVALID: truncated. */
MUST_USE err channel_receive(struct channel *channel, uint8_t *message, size_t max, size_t *len_out);

#endif
