/*
 * password - PBKDF2-HMAC-SHA-256, RFC 8018 section 5.2, and its stored form.
 *
 * A round is an HMAC of 32 bytes: with the pads hashed beforehand it is two calls of the compression function on a
 * block whose second half never changes; see rounds_int.h.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/mac_int.h"
#include "crypto/password_int.h"
#include "crypto/rounds_int.h"

#include "crypto/crypto.h"

#define PHC_HEAD "$pbkdf2-sha256$i="
#define SALT_TEXT_LEN 22
#define HASH_TEXT_LEN 43

static void word_put(uint8_t *to, uint32_t word)
{
	to[0] = (uint8_t)(word >> 24);
	to[1] = (uint8_t)(word >> 16);
	to[2] = (uint8_t)(word >> 8);
	to[3] = (uint8_t)word;
}

static err derive_all(const struct mac *mac, struct bytes salt, uint32_t rounds, uint8_t *out, size_t out_len)
{
	uint8_t part[HASH_LEN];
	uint32_t index = 1;
	err e = OK;

	for (size_t at = 0; at < out_len; at += sizeof(part), index++) {
		uint8_t number[4];
		const struct bytes parts[] = {salt, {number, sizeof(number)}};

		word_put(number, index);
		e = mac_parts(mac, parts, 2, part);
		if (!err_is_ok(e))
			break;
		rounds_run(mac, rounds, part);
		memcpy(out + at, part, out_len - at < sizeof(part) ? out_len - at : sizeof(part));
	}
	wipe(part, sizeof(part));
	if (!err_is_ok(e))
		wipe(out, out_len);
	return e;
}

err password_derive(struct bytes password, struct bytes salt, uint32_t rounds, uint8_t *out, size_t out_len)
{
	struct mac mac;
	err e;

	if (rounds == 0 || rounds > PASSWORD_ROUNDS_MAX || out_len == 0 || out_len > PASSWORD_DERIVE_MAX)
		return FAIL(INVALID);
	TRY(mac_init(&mac, password));
	e = derive_all(&mac, salt, rounds, out, out_len);
	mac_wipe(&mac);
	return e;
}

/* Base 64 as PHC strings have it: ours without the padding. */
static err append_unpadded(struct buf *owner, struct bytes raw)
{
	TRY(base64_append(owner, raw));
	while (owner->len != 0 && owner->ptr[owner->len - 1] == '=')
		owner->len--;
	return OK;
}

err password_phc_format(const struct password_phc *phc, char text_out[static PASSWORD_PHC_MAX])
{
	OWN(buf) text = {0};

	TRY(buf_printf(&text, PHC_HEAD "%u$", (unsigned)phc->rounds));
	TRY(append_unpadded(&text, (struct bytes){phc->salt, sizeof(phc->salt)}));
	TRY(buf_u8(&text, '$'));
	TRY(append_unpadded(&text, (struct bytes){phc->hash, sizeof(phc->hash)}));
	TRY(buf_u8(&text, '\0'));
	REQUIRE(text.len <= PASSWORD_PHC_MAX);
	memcpy(text_out, text.ptr, text.len);
	return OK;
}

static err cut_text(struct bytes *from, const char *text)
{
	struct bytes found;

	TRY(cut_bytes(from, strlen(text), &found));
	return bytes_is(found, text) ? OK : FAIL(INVALID);
}

/* A decimal number without leading zeros, up to its '$'. */
static err cut_rounds(struct bytes *from, uint32_t *rounds_out)
{
	uint32_t rounds = 0;
	uint8_t digit;

	TRY(cut_u8(from, &digit));
	while (digit >= '0' && digit <= '9') {
		rounds = rounds * 10 + (uint32_t)(digit - '0');
		if (rounds == 0 || rounds > PASSWORD_ROUNDS_MAX)
			return FAIL(INVALID);
		TRY(cut_u8(from, &digit));
	}
	if (digit != '$' || rounds < PASSWORD_ROUNDS_MIN)
		return FAIL(INVALID);
	*rounds_out = rounds;
	return OK;
}

static err cut_unpadded(struct bytes *from, size_t text_len, const char *padding, uint8_t *raw_out, size_t raw_len)
{
	OWN(buf) text = {0};
	OWN(buf) raw = {0};
	struct bytes found;

	TRY(cut_bytes(from, text_len, &found));
	TRY(buf_append(&text, found));
	TRY(buf_append_str(&text, padding));
	TRY(base64_decode(bytes_of(&text), &raw));
	if (raw.len != raw_len)
		return FAIL(INVALID);
	memcpy(raw_out, raw.ptr, raw_len);
	return OK;
}

static err cut_phc(struct bytes *from, struct password_phc *phc)
{
	TRY(cut_text(from, PHC_HEAD));
	TRY(cut_rounds(from, &phc->rounds));
	TRY(cut_unpadded(from, SALT_TEXT_LEN, "==", phc->salt, sizeof(phc->salt)));
	TRY(cut_text(from, "$"));
	TRY(cut_unpadded(from, HASH_TEXT_LEN, "=", phc->hash, sizeof(phc->hash)));
	return from->len == 0 ? OK : FAIL(INVALID);
}

err password_phc_parse(struct bytes text, struct password_phc *phc_out)
{
	struct password_phc phc;
	err e = cut_phc(&text, &phc);

	if (err_is(e, ERR_INVALID))
		e = FAIL(CORRUPT); /* it comes from our own store */
	if (err_is_ok(e))
		*phc_out = phc;
	wipe(&phc, sizeof(phc));
	return e;
}

err password_made(struct bytes text, struct password_made *made_out)
{
	struct password_phc phc;

	TRY(password_phc_parse(text, &phc));
	*made_out = (struct password_made){.algorithm = "PBKDF2", .rounds = phc.rounds};
	memcpy(made_out->salt, phc.salt, sizeof(made_out->salt));
	wipe(&phc, sizeof(phc));
	return OK;
}

/* T-23.3 */
static err hash_new(struct bytes password, uint32_t rounds, struct password_phc *phc)
{
	phc->rounds = rounds;
	TRY(random_bytes(phc->salt, sizeof(phc->salt)));
	return password_derive(password, (struct bytes){phc->salt, sizeof(phc->salt)}, rounds, phc->hash,
	    sizeof(phc->hash));
}

err password_hash(struct bytes password, uint32_t rounds, char phc_out[static PASSWORD_PHC_MAX])
{
	struct password_phc phc;
	err e;

	if (rounds < PASSWORD_ROUNDS_MIN || rounds > PASSWORD_ROUNDS_MAX)
		return FAIL(INVALID);
	e = hash_new(password, rounds, &phc);
	if (err_is_ok(e))
		e = password_phc_format(&phc, phc_out);
	wipe(&phc, sizeof(phc));
	return e;
}

err password_verify(struct bytes password, struct bytes phc, uint32_t *rounds_out)
{
	struct password_phc stored;
	uint8_t hash[PASSWORD_HASH_LEN];
	err e;

	TRY(password_phc_parse(phc, &stored));
	e = password_derive(password, (struct bytes){stored.salt, sizeof(stored.salt)}, stored.rounds, hash,
	    sizeof(hash));
	if (err_is_ok(e) && !ct_equal(hash, stored.hash, sizeof(hash)))
		e = FAIL(UNAUTHENTICATED);
	if (err_is_ok(e) && rounds_out != NULL)
		*rounds_out = stored.rounds;
	wipe(hash, sizeof(hash));
	wipe(&stored, sizeof(stored));
	return e;
}
