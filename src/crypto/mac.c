/*
 * mac - HMAC-SHA-256, RFC 2104 and FIPS 198-1.
 *
 * The pads are hashed once for each key, so a tag of a short text costs its own blocks and one more.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/mac_int.h"

#include "crypto/crypto.h"

static bool start_with_pad(SHA256_CTX *state, const uint8_t key[static SHA256_BLOCK_LEN], uint8_t pad)
{
	uint8_t block[SHA256_BLOCK_LEN];
	bool done;

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	done = sha256_start(state) && sha256_add(state, (struct bytes){block, sizeof(block)});
	wipe(block, sizeof(block));
	return done;
}

err mac_init(struct mac *mac, struct bytes key)
{
	uint8_t padded[SHA256_BLOCK_LEN] = {0};
	bool done;

	if (key.len > sizeof(padded))
		TRY(hash_sha256(key, padded));
	else if (key.len != 0)
		memcpy(padded, key.ptr, key.len);
	done = start_with_pad(&mac->inner, padded, 0x36) && start_with_pad(&mac->outer, padded, 0x5c);
	wipe(padded, sizeof(padded));
	if (done)
		return OK;
	mac_wipe(mac);
	return FAIL(UNAVAILABLE);
}

void mac_wipe(struct mac *mac)
{
	wipe(mac, sizeof(*mac));
}

err mac_parts(const struct mac *mac, const struct bytes *parts, size_t count, uint8_t tag_out[static HASH_LEN])
{
	SHA256_CTX state = mac->inner;
	uint8_t tag[HASH_LEN];
	bool done = true;

	for (size_t i = 0; done && i < count; i++)
		done = sha256_add(&state, parts[i]);
	done = done && sha256_end(&state, tag);
	state = mac->outer;
	done = done && sha256_add(&state, (struct bytes){tag, sizeof(tag)}) && sha256_end(&state, tag);
	wipe(&state, sizeof(state));
	if (done)
		memcpy(tag_out, tag, sizeof(tag));
	wipe(tag, sizeof(tag));
	return done ? OK : FAIL(UNAVAILABLE);
}

err mac_new(const uint8_t *key, size_t key_len, struct mac **mac_out)
{
	struct mac *mac = malloc(sizeof(*mac));
	err e;

	if (mac == NULL)
		return FAIL(UNAVAILABLE);
	e = mac_init(mac, (struct bytes){key, key_len});
	if (!err_is_ok(e)) {
		mac_free(&mac);
		return e;
	}
	*mac_out = mac;
	return OK;
}

void mac_free(struct mac **mac)
{
	if (*mac == NULL)
		return;
	mac_wipe(*mac);
	free(*mac);
	*mac = NULL;
}

err mac_compute(const struct mac *mac, struct bytes data, uint8_t tag_out[static HASH_LEN])
{
	return mac_parts(mac, &data, 1, tag_out);
}
