/*
 * hash - SHA-256, FIPS 180-4.
 */
#include "crypto/sha256_int.h"

#include "crypto/crypto.h"

err hash_sha256(struct bytes data, uint8_t hash_out[static HASH_LEN])
{
	return hash_parts(&data, 1, hash_out);
}

err hash_parts(const struct bytes *parts, size_t count, uint8_t hash_out[static HASH_LEN])
{
	SHA256_CTX state;
	uint8_t hash[HASH_LEN];
	bool done = sha256_start(&state);

	for (size_t i = 0; done && i < count; i++)
		done = sha256_add(&state, parts[i]);
	done = done && sha256_end(&state, hash);
	wipe(&state, sizeof(state));
	if (!done)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < HASH_LEN; i++)
		hash_out[i] = hash[i];
	return OK;
}
