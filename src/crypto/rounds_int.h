/*
 * rounds_int - the many rounds of PBKDF2-HMAC-SHA-256, two passwords at a time where the processor can.
 *
 * One password is a chain: each compression waits for the one before, and SHA instructions wait more than they work. Two
 * chains side by side on one thread take hardly longer than one. So there are at most as many runners as processors, and
 * a runner takes a second password with it. Callers see nothing of that: each comes back when its own is done.
 *
 *   waiting ── a runner has a free lane, or its own thread may run ─▶ running ─▶ done
 *      ▲                                                                │
 *      └─────────────── the runner whose lane it used is done ──────────┘
 *
 * R1  The lanes compute what OpenSSL computes: they are compared with it before the first use, and left alone otherwise.
 */
#ifndef CRYPTO_ROUNDS_INT_H
#define CRYPTO_ROUNDS_INT_H

#include "crypto/mac_int.h"

#define ROUNDS_WORDS (HASH_LEN / 4)

/* Rounds 2..rounds: block is the first HMAC on entry, the xor of all on return. */
void rounds_run(const struct mac *mac, uint32_t rounds, uint8_t block[static HASH_LEN]);

/* For tests: the same without lanes. */
void rounds_run_plain(const struct mac *mac, uint32_t rounds, uint8_t block[static HASH_LEN]);
bool rounds_have_lanes(void);

#endif
