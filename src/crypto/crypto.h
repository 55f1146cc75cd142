/*
 * crypto - everything taken from OpenSSL's libcrypto, behind our own types.
 *
 * Only algorithms of crypto/allowed.c are reachable (CRYPTREC LS-0001-2022R2).
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/bytes.h"

#define HASH_LEN 32
#define AEAD_KEY_LEN 32
#define AEAD_NONCE_LEN 12
#define AEAD_TAG_LEN 16
#define AEAD_OVERHEAD (AEAD_NONCE_LEN + AEAD_TAG_LEN)
#define SIGN_SEED_LEN 32
#define SIGN_PUBLIC_LEN 32
#define SIGN_LEN 64

/* Runs the known-answer tests of the allow-list on the fetched algorithms; may be called again at any time.
 * CORRUPT: a self-test failed or an algorithm is missing or unlisted: do not start. */
MUST_USE err crypto_start(void);

/* From a per-thread pool filled by RAND_bytes, emptied after fork; bytes handed out are wiped from the pool. */
MUST_USE err random_bytes(void *out, size_t len);

/* SHA-256. hash_parts hashes a concatenation. Fails only with UNAVAILABLE. */
MUST_USE err hash_sha256(struct bytes data, uint8_t hash_out[static HASH_LEN]);
MUST_USE err hash_parts(const struct bytes *parts, size_t count, uint8_t hash_out[static HASH_LEN]);

/* HMAC-SHA-256 with a key set up once. A mac may be used by several threads. */
struct mac;
MUST_USE err mac_new(const uint8_t *key, size_t key_len, struct mac **mac_out);
void mac_free(struct mac **mac);
MUST_USE err mac_compute(const struct mac *mac, struct bytes data, uint8_t tag_out[static HASH_LEN]);

/* HKDF-SHA-256, RFC 5869. out_len 1 to 255*32, else INVALID. */
MUST_USE err hkdf_sha256(struct bytes key, struct bytes salt, struct bytes info, uint8_t *out, size_t out_len);

/* AES-256-GCM, SP 800-38D; sealed = nonce (96 bit, random) || ciphertext || tag. An aead may be used by several
 * threads; its cipher contexts are kept per thread, and die with it. plain at most 1 MiB, aad at most 64 KiB:
 * beyond, sealing says TOO_LARGE and opening CORRUPT. aad, plain and sealed lie outside of the buffer appended to. */
struct aead;
MUST_USE err aead_new(const uint8_t key[static AEAD_KEY_LEN], struct aead **aead_out);
void aead_free(struct aead **aead);
MUST_USE err aead_seal(const struct aead *aead, struct bytes aad, struct bytes plain, struct buf *sealed_out); /* appends */
MUST_USE err aead_open(const struct aead *aead, struct bytes aad, struct bytes sealed, struct buf *plain_out); /* appends; CORRUPT */

/* Ed25519, RFC 8032. */
struct signer;
MUST_USE err signer_new(const uint8_t seed[static SIGN_SEED_LEN], struct signer **signer_out);
void signer_free(struct signer **signer);
void signer_public(const struct signer *signer, uint8_t public_out[static SIGN_PUBLIC_LEN]);
MUST_USE err signer_sign(const struct signer *signer, struct bytes text, uint8_t signature_out[static SIGN_LEN]);
/* CORRUPT: not a signature of text by this key. */
MUST_USE err sign_verify(const uint8_t public_key[static SIGN_PUBLIC_LEN], struct bytes text, const uint8_t signature[static SIGN_LEN]);

/* PBKDF2-HMAC-SHA-256, SP 800-132, stored as a PHC string. Slow on purpose: call in the password pool only. */
#define PASSWORD_PHC_MAX 128
#define PASSWORD_ROUNDS_MIN 1000 /* SP 800-132; for hash and verify */
#define PASSWORD_ROUNDS_MAX 10000000
/* INVALID: no rounds or more than the maximum, nothing or more than 1024 bytes to be derived. */
MUST_USE err password_derive(struct bytes password, struct bytes salt, uint32_t rounds, uint8_t *out, size_t out_len);
/* INVALID: rounds below the minimum or above the maximum. */
MUST_USE err password_hash(struct bytes password, uint32_t rounds, char phc_out[static PASSWORD_PHC_MAX]);
/* OK: the password fits. UNAUTHENTICATED: it does not. CORRUPT: phc is malformed or its rounds are out of bounds.
 * rounds_out: the rounds phc was made with; may be NULL. */
MUST_USE err password_verify(struct bytes password, struct bytes phc, uint32_t *rounds_out);
/* What a stored form says of how it was made. CORRUPT: it is none of ours. */
#define PASSWORD_SALT_LEN 16
struct password_made {
	const char *algorithm;    /* of the allow-list */
	uint32_t rounds;
	uint8_t salt[PASSWORD_SALT_LEN];
};
MUST_USE err password_made(struct bytes phc, struct password_made *made_out);

/* A self-signed ECDSA P-256 certificate for a demonstration; both PEM. host: DNS name; localhost, 127.0.0.1 and
 * ::1 are added; days 1..3650. INVALID: host is no DNS name of lower case letters, or days are out of bounds. */
MUST_USE err certificate_self_signed(const char *host, int days, struct buf *certificate_out, struct buf *key_out);

/* The allow-list itself, for the statement to customers and the tests. */
struct allowed {
	const char *name;      /* as OpenSSL fetches it */
	const char *use;       /* hash, mac, aead, signature, kdf, tls-group, tls-suite */
	const char *listed;    /* the CRYPTREC row it rests on */
	unsigned bits;         /* security strength */
};
const struct allowed *allowed_table(size_t *count_out);
bool allowed_has(const char *use, const char *name);
/* Computes a published answer for each row, now, and tells of each whether it was right; a row without an answer is not. */
void known_answers(void (*tell)(void *context, const struct allowed *row, bool right), void *context);

#endif
