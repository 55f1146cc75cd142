/*
 * password_int - the stored form of a password, for its tests.
 *
 *     $pbkdf2-sha256$i=<rounds>$<salt>$<hash>     salt and hash in base 64 without padding
 */
#ifndef CRYPTO_PASSWORD_INT_H
#define CRYPTO_PASSWORD_INT_H

#include "crypto/crypto.h"

#define PASSWORD_HASH_LEN 32
#define PASSWORD_DERIVE_MAX 1024

struct password_phc {
	uint32_t rounds; /* PASSWORD_ROUNDS_MIN..PASSWORD_ROUNDS_MAX */
	uint8_t salt[PASSWORD_SALT_LEN];
	uint8_t hash[PASSWORD_HASH_LEN];
};

/* CORRUPT: anything but what password_phc_format writes. */
MUST_USE err password_phc_parse(struct bytes text, struct password_phc *phc_out);
MUST_USE err password_phc_format(const struct password_phc *phc, char text_out[static PASSWORD_PHC_MAX]);

#endif
