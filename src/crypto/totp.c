#include "crypto/totp.h"

int64_t totp_step(int64_t now_us)
{
	return now_us / 1000000 / TOTP_STEP_S;
}

static err tag_of(struct bytes secret, int64_t step, uint8_t tag_out[static HASH_LEN])
{
	uint8_t counter[8];
	struct mac *mac = NULL;
	err e;

	for (int i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	TRY(mac_new(secret.ptr, secret.len, &mac));
	e = mac_compute(mac, (struct bytes){counter, sizeof(counter)}, tag_out);
	mac_free(&mac);
	return e;
}

/* RFC 4226 section 5.3: the last four bits of the tag say where its 31 bits are taken. */
static uint32_t truncate_tag(const uint8_t tag[static HASH_LEN])
{
	unsigned at = tag[HASH_LEN - 1] & 0x0f;

	return ((uint32_t)tag[at] & 0x7f) << 24 | (uint32_t)tag[at + 1] << 16 | (uint32_t)tag[at + 2] << 8 | tag[at + 3];
}

err totp_code(struct bytes secret, int64_t step, unsigned digits, char code_out[static TOTP_DIGITS_MAX + 1])
{
	uint8_t tag[HASH_LEN];
	uint32_t number;

	REQUIRE(digits >= 1 && digits <= TOTP_DIGITS_MAX);
	TRY(tag_of(secret, step, tag));
	number = truncate_tag(tag);
	for (unsigned i = digits; i > 0; number /= 10)
		code_out[--i] = (char)('0' + number % 10);
	code_out[digits] = '\0';
	wipe(tag, sizeof(tag));
	return OK;
}

err totp_check(struct bytes secret, struct bytes code, int64_t now_us, int64_t last_step, int64_t *step_out)
{
	char right[TOTP_DIGITS_MAX + 1];
	int64_t found = -1;
	err e = OK;

	if (code.len != TOTP_DIGITS || now_us < 0)
		return FAIL(UNAUTHENTICATED);
	for (int64_t step = totp_step(now_us) - 1; err_is_ok(e) && step <= totp_step(now_us); step++) {
		e = totp_code(secret, step, TOTP_DIGITS, right);
		if (err_is_ok(e) && ct_equal((const uint8_t *)right, code.ptr, TOTP_DIGITS) && step > last_step && found < 0)
			found = step;
	}
	wipe(right, sizeof(right));
	TRY(e);
	if (found < 0)
		return FAIL(UNAUTHENTICATED);
	*step_out = found;
	return OK;
}
