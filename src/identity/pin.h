/*
 * pin - a few digits that unlock a teacher's session on a registered tablet.
 *
 * P1  A PIN opens nothing by itself: it unlocks a session that a password began, on the tablet where that was.
 * P2  It is hashed like a password, and counted by the session before it is looked at (SESSION_PIN_TRIES).
 */
#ifndef IDENTITY_PIN_H
#define IDENTITY_PIN_H

#include "op/op.h"

#define PIN_MIN 4
#define PIN_MAX 8

struct pin {
	struct row row;
	struct id account;
	struct bytes phc;
	int64_t changed;
};

extern const struct entity pin_entity;
extern const struct op pin_set;     /* PUT /v1/me/pin */
extern const struct op pin_clear;   /* DELETE /v1/me/pin */

MUST_USE err pin_start(void);
/* NOT_FOUND: the account has none. */
MUST_USE err pin_of(struct row_context *c, struct id account, struct pin *pin_out);
/* found_out: there was one. */
MUST_USE err pin_remove(struct call *call, struct id account, bool *found_out);

enum pin_flaw { PIN_FITS, PIN_NO_DIGITS, PIN_GUESSED };
/* Four to eight digits; not all the same, not a run. */
enum pin_flaw pin_check(struct bytes pin);

#endif
