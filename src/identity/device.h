/*
 * device - a tablet of a facility that teachers share: registered by the principal, known by a cookie of its own.
 *
 *   waiting ──device.claim, with the code that was shown once──▶ active ──device.end──▶ ended
 *   waiting ──15 minutes, or device.end──▶ (nothing can claim it)
 *
 * D1  The cookie opens nothing. It only allows the PIN, for sessions that were begun on this tablet, at its facility.
 * D2  Of the code only a keyed hash is kept, of the token its SHA-256; a code works once.
 * D3  With the registration end the sessions that were begun on it, but for the one that ends it.
 */
#ifndef IDENTITY_DEVICE_H
#define IDENTITY_DEVICE_H

#include "op/op.h"

#define DEVICE_CODE_US ((int64_t)15 * 60 * 1000000)
#define DEVICE_WAITING_MAX 20       /* of one facility, not yet expired */
#define DEVICE_CODE_LEN 8           /* letters, without the hyphen */

enum device_state { DEVICE_WAITING, DEVICE_ACTIVE, DEVICE_ENDED };

struct device {
	struct row row;
	struct id facility;
	struct bytes name;
	int32_t state;            /* enum device_state */
	struct id registered_by;  /* account */
	int64_t registered_at;
	int64_t seen;             /* a session was begun or unlocked here; 0: never */
	int64_t expires;          /* of the code */
	struct bytes code_hash;   /* while waiting */
	struct bytes token_hash;  /* from active on */
	int64_t ended;
};

extern const struct entity device_entity;
extern const struct op device_list;
extern const struct op device_register;
extern const struct op device_claim;
extern const struct op device_end;

MUST_USE err device_start(void);
/* The active tablet that the request comes from. NOT_FOUND: none. */
MUST_USE err device_of_request(struct call *call, struct device *device_out);
/* For a session that begins: the tablet it is begun on, of whatever facility; zero: none. Notes that the tablet was used. */
MUST_USE err device_of_session(struct call *call, struct id *device_out);
/* The code as it is compared: upper case, without the hyphen, Crockford's letters for those that look alike. INVALID: not a code. */
MUST_USE err device_code_read(struct bytes text, char code_out[static DEVICE_CODE_LEN]);

#endif
