/*
 * keys - a core's view of its keys process: data keys by owner, the ledger's signature.
 *
 * Hierarchy: root -> customer -> { facility, person } plus fixed-purpose keys under the customer (index, digest, ledger).
 * A key belongs to an owner (id of facility, child, account; the zero id for the customer's own) and a kind.
 * Opened data keys are cached here; the wrapping keys never leave the keys process.
 * States and moves: SP 800-57 part 1 r5 section 7. K-60.
 */
#ifndef KEYS_KEYS_H
#define KEYS_KEYS_H

#include "base/id.h"
#include "crypto/crypto.h"

enum key_kind {
	KEY_CUSTOMER,  /* seals what belongs to neither person nor facility */
	KEY_FACILITY,
	KEY_PERSON,
	KEY_INDEX,     /* HMAC for lookup columns */
	KEY_DIGEST,    /* HMAC for row digests */
	KEY_KIND_COUNT
};

enum key_state { KEY_PRE_ACTIVATION, KEY_ACTIVE, KEY_SUSPENDED, KEY_DEACTIVATED, KEY_COMPROMISED, KEY_DESTROYED };

struct keys;

struct data_key {
	struct id id;              /* of the key, stands in every sealed value */
	enum key_kind kind;
	enum key_state state;
	struct id owner;
	int64_t since_us;          /* in this state */
	const struct aead *aead;   /* borrowed from the cache: valid for KEYS_BORROW_S from the call, whatever happens to the key */
	const struct mac *mac;     /* for KEY_INDEX and KEY_DIGEST */
};

#define KEYS_BATCH_MAX 64
#define KEYS_CACHE_MAX 16384  /* opened keys held; beyond it those not used lately go */
#define KEYS_BORROW_S 10
#define KEYS_ANSWER_S 10      /* how long a request may take before UNAVAILABLE */

/* fd: SEQPACKET socket to the keys process; owned from now on. All functions may be called from any thread. */
MUST_USE err keys_connect(int fd, struct keys **keys_out);
void keys_disconnect(struct keys **keys);
/* A new channel, the keys process having been started again; fd is owned from now on. Cached keys stay. */
void keys_reconnect(struct keys *keys, int fd);

/* The active key of an owner, for sealing. NOT_FOUND: it has none. UNAVAILABLE: the keys process does not answer. */
MUST_USE err keys_active(struct keys *keys, enum key_kind kind, struct id owner, struct data_key *key_out);
/* By key id, for opening. NOT_FOUND: unknown or destroyed. DENIED: its state allows no processing. */
MUST_USE err keys_by_id(struct keys *keys, struct id key, struct data_key *key_out);
/* Make and activate keys for `count` (1..KEYS_BATCH_MAX) owners at once; durable before the reply. An owner that has one already keeps it. */
MUST_USE err keys_create(struct keys *keys, enum key_kind kind, const struct id *owners, size_t count);
/* A move of SP 800-57; CONFLICT: not an allowed move. */
MUST_USE err keys_move(struct keys *keys, struct id key, enum key_state state, struct bytes reason);

/* Any bytes as a request, and the reply to them as it comes: for those who try what the keys process gives away. At most one frame. */
MUST_USE err keys_raw(struct keys *keys, struct bytes frame, struct buf *reply_out);

MUST_USE err keys_ledger_public(struct keys *keys, uint8_t public_out[static 32]);
/* Ed25519 over a checkpoint text whose first line is this log's origin and whose size does not go back; DENIED otherwise. */
MUST_USE err keys_ledger_sign(struct keys *keys, struct bytes checkpoint, uint8_t signature_out[static 64]);

#endif
