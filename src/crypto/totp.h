/*
 * totp - codes that change with time: RFC 6238 over HMAC-SHA-256, steps of 30 seconds since 1970.
 *
 * Keeps nothing: which step was used last is remembered by whoever asks.
 */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include "crypto/crypto.h"

#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_DIGITS_MAX 9
#define TOTP_SECRET_LEN 32

/* now_us not before 1970. */
int64_t totp_step(int64_t now_us);
/* digits 1..TOTP_DIGITS_MAX; code_out gets as many digits and a NUL. UNAVAILABLE only. */
MUST_USE err totp_code(struct bytes secret, int64_t step, unsigned digits, char code_out[static TOTP_DIGITS_MAX + 1]);
/*
 * Is code that of the current or the previous step, and later than last_step? Both are computed and compared, whichever fits.
 *
 * step_out         the step that fits, to be remembered
 * UNAUTHENTICATED  none fits, or only one that was used
 *
 * Source: RFC 6238 section 5.2.
 */
MUST_USE err totp_check(struct bytes secret, struct bytes code, int64_t now_us, int64_t last_step, int64_t *step_out);

#endif
