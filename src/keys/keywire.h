/*
 * keywire - requests to the keys process and its replies, one per SEQPACKET message.
 *
 *   request  u8 version | u8 operation | u32 number | body        reply  u8 version | u8 operation | u32 number | u8 code | body
 *     ACTIVE   u8 kind | 16 owner                                   ACTIVE, BY_ID   key       } body only when code is OK
 *     BY_ID    16 key id                                            CREATE          u8 count | key …
 *     CREATE   u8 kind | u8 count | 16 owner …                      MOVE            nothing
 *     MOVE     16 key id | u8 state | u32 length | reason           PUBLIC          32 public key
 *     PUBLIC   nothing                                              SIGN            64 signature
 *     SIGN     u32 length | checkpoint text
 *                                                                   key = 16 id | u8 kind | u8 state | 16 owner | u64 since, µs | 32 raw key
 *
 * A parser accepts exactly what its writer makes: known values, our limits, nothing left over.
 */
#ifndef KEYS_KEYWIRE_H
#define KEYS_KEYWIRE_H

#include "keys/keys.h"

#define KEYWIRE_VERSION 1
#define KEYWIRE_REASON_MAX 512
#define KEYWIRE_TEXT_MAX 1024
#define KEYWIRE_KEY_LEN 74                                        /* one key in a reply */
#define KEYWIRE_FRAME_MAX (8 + KEYS_BATCH_MAX * KEYWIRE_KEY_LEN)  /* of either direction */

enum keywire_operation { KEYWIRE_ACTIVE = 1, KEYWIRE_BY_ID, KEYWIRE_CREATE, KEYWIRE_MOVE, KEYWIRE_PUBLIC, KEYWIRE_SIGN };

struct keywire_request {
	enum keywire_operation operation;
	uint32_t number;               /* the asker's; stands in the reply */
	enum key_kind kind;            /* ACTIVE, CREATE */
	enum key_state state;          /* MOVE */
	struct id key;                 /* BY_ID, MOVE */
	struct id owners[KEYS_BATCH_MAX];
	size_t owner_count;            /* ACTIVE: 1; CREATE: 1..KEYS_BATCH_MAX */
	struct bytes text;             /* MOVE: reason; SIGN: checkpoint; borrowed */
};

struct keywire_key {
	struct id id;
	enum key_kind kind;
	enum key_state state;
	struct id owner;
	int64_t since_us;              /* in this state */
	uint8_t raw[AEAD_KEY_LEN];
};

struct keywire_reply {
	enum keywire_operation operation;
	uint32_t number;
	err result;
	size_t key_count;
	struct keywire_key keys[KEYS_BATCH_MAX];
	uint8_t public_key[SIGN_PUBLIC_LEN];
	uint8_t signature[SIGN_LEN];
};

/* Append to an empty or used buffer. The contents must be within the limits (REQUIRE). */
MUST_USE err keywire_request_format(const struct keywire_request *request, struct buf *frame_out);
MUST_USE err keywire_reply_format(const struct keywire_reply *reply, struct buf *frame_out);
/* INVALID: not such a frame. */
MUST_USE err keywire_request_parse(struct bytes frame, struct keywire_request *request_out);
MUST_USE err keywire_reply_parse(struct bytes frame, struct keywire_reply *reply_out);
void keywire_reply_wipe(struct keywire_reply *reply);

#endif
