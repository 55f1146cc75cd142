/*
 * aead_int - sealing with a nonce given by the caller, for the known answers only.
 */
#ifndef CRYPTO_AEAD_INT_H
#define CRYPTO_AEAD_INT_H

#include "crypto/crypto.h"

#define AEAD_PLAIN_MAX ((size_t)1 << 20)
#define AEAD_AAD_MAX ((size_t)64 << 10)

/* Appends nonce, ciphertext and tag. A nonce must never be used twice with one key. */
MUST_USE err aead_seal_with(const struct aead *aead, const uint8_t nonce[static AEAD_NONCE_LEN], struct bytes aad,
    struct bytes plain, struct buf *sealed_out);

#endif
