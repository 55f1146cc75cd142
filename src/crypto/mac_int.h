/*
 * mac_int - HMAC-SHA-256 as its two hash states, for the derivations built on it.
 */
#ifndef CRYPTO_MAC_INT_H
#define CRYPTO_MAC_INT_H

#include "crypto/sha256_int.h"

#include "crypto/crypto.h"

struct mac {
	SHA256_CTX inner; /* has taken the key xor 0x36… */
	SHA256_CTX outer; /* has taken the key xor 0x5c… */
};

MUST_USE err mac_init(struct mac *mac, struct bytes key);
void mac_wipe(struct mac *mac);
MUST_USE err mac_parts(const struct mac *mac, const struct bytes *parts, size_t count, uint8_t tag_out[static HASH_LEN]);

#endif
