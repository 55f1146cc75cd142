/*
 * hkdf - RFC 5869 over HMAC-SHA-256.
 */
#include <string.h>

#include "crypto/mac_int.h"

#include "crypto/crypto.h"

#define HKDF_OUT_MAX ((size_t)255 * HASH_LEN)

/* Section 2.2: the pseudorandom key, ready as the key of the second step. */
static err extract(struct bytes key, struct bytes salt, struct mac *expander)
{
	struct mac extractor;
	uint8_t pseudorandom[HASH_LEN];
	err e;

	TRY(mac_init(&extractor, salt)); /* no salt and a salt of zeros are the same HMAC key */
	e = mac_parts(&extractor, &key, 1, pseudorandom);
	mac_wipe(&extractor);
	if (err_is_ok(e))
		e = mac_init(expander, (struct bytes){pseudorandom, sizeof(pseudorandom)});
	wipe(pseudorandom, sizeof(pseudorandom));
	return e;
}

/* Section 2.3. */
static err expand(const struct mac *expander, struct bytes info, uint8_t *out, size_t out_len)
{
	uint8_t block[HASH_LEN];
	size_t block_len = 0; /* the first one follows nothing */
	uint8_t counter = 1;
	err e = OK;

	for (size_t at = 0; at < out_len; counter++) {
		const struct bytes parts[] = {{block, block_len}, info, {&counter, 1}};
		size_t part = out_len - at < sizeof(block) ? out_len - at : sizeof(block);

		e = mac_parts(expander, parts, 3, block);
		if (!err_is_ok(e))
			break;
		memcpy(out + at, block, part);
		block_len = sizeof(block);
		at += part;
	}
	wipe(block, sizeof(block));
	return e;
}

err hkdf_sha256(struct bytes key, struct bytes salt, struct bytes info, uint8_t *out, size_t out_len)
{
	struct mac expander;
	err e;

	if (out_len == 0 || out_len > HKDF_OUT_MAX)
		return FAIL(INVALID);
	TRY(extract(key, salt, &expander));
	e = expand(&expander, info, out, out_len);
	mac_wipe(&expander);
	if (!err_is_ok(e))
		wipe(out, out_len);
	return e;
}
