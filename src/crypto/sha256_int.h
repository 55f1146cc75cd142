/*
 * sha256_int - SHA-256 without the detour through EVP.
 *
 * A hash of a ledger leaf costs less than an EVP context; and HMAC and PBKDF2 gain from states that are copied. These
 * calls are deprecated since OpenSSL 3.0 and nowhere else used; crypto_start compares them with the fetched algorithm.
 */
#ifndef CRYPTO_SHA256_INT_H
#define CRYPTO_SHA256_INT_H

#include <openssl/sha.h>

#include "base/bytes.h"

#define SHA256_BLOCK_LEN 64

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static inline bool sha256_start(SHA256_CTX *state)
{
	return SHA256_Init(state) == 1;
}

static inline bool sha256_add(SHA256_CTX *state, struct bytes data)
{
	return data.len == 0 || SHA256_Update(state, data.ptr, data.len) == 1;
}

static inline bool sha256_end(SHA256_CTX *state, uint8_t hash_out[static SHA256_DIGEST_LENGTH])
{
	return SHA256_Final(hash_out, state) == 1;
}

/* The compression function alone: changes state->h only. */
static inline void sha256_compress(SHA256_CTX *state, const uint8_t block[static SHA256_BLOCK_LEN])
{
	SHA256_Transform(state, block);
}

#pragma GCC diagnostic pop

#endif
