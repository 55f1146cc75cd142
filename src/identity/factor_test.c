/*
 * A privileged person without a second factor, and how they get one: through the program's own table of operations.
 */
#include <string.h>

#include "base/clock.h"
#include "crypto/totp.h"
#include "identity/account.h"
#include "identity/factor.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/local.h"
#include "op/setting.h"
#include "store/temp_test.h"

#define LOGIN "kanri"
#define PASSWORD "Kumo-72-hashi"

static struct local *local;
static const struct actor nobody;
static struct buf reply;
static struct id account;

static err call_op(const char *op, const char *body)
{
	buf_clear(&reply);
	return local_call(local, &nobody, op, NULL, bytes_str(body), &reply);
}

static bool told(const char *text)
{
	return memmem(reply.ptr, reply.len, text, strlen(text)) != NULL;
}

static err sign_in(const char *code)
{
	return local_sign_in(local, &(struct local_person){LOGIN, PASSWORD, code});
}

static int make(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};

	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) || !err_is_ok(setting_load(SEKIMORI_ROOT "/catalog")) ||
	    !err_is_ok(compartment_make(temp_file("city"), &spec)) ||
	    !err_is_ok(local_open(temp_file("city"), identity_authenticate, &local)))
		return -1;
	if (!err_is_ok(call_op("account.install",
	        "{\"login\":\"" LOGIN "\",\"name\":\"管理\",\"role\":\"officer-admin\",\"password\":\"" PASSWORD "\"}")))
		return -1;
	return err_is_ok(id_parse((struct bytes){reply.ptr + sizeof("{\"id\":\"") - 1, ID_TEXT_LEN}, &account)) ? 0 : -1;
}

static int unmake(void **state)
{
	local_close(&local);
	buf_free(&reply);
	return temp_remove(state);
}

static void nothing_before(void **state)
{
	size_t gated = 0;

	(void)state;
	REQ("K-2 T-13 U-02");
	assert_ok(sign_in(""));
	for (size_t i = 0; ops[i] != NULL; i++) {
		const struct op *op = ops[i];

		if (op->path == NULL || op->open || op->before_factor)
			continue;
		if (err_is_ok(call_op(op->id, "")) || !told("/second-factor-required\""))
			fail_msg("%s is not stopped", op->id);
		gated++;
	}
	assert_true(gated > 40);
	assert_ok(call_op("me.see", ""));
	assert_true(told("\"second_factor\":\"required\""));
	assert_ok(call_op("me.operations", ""));
	assert_true(told("\"me.totp\""));
	assert_true(!told("\"account.issue\""));
}

/* How old a proof may be: the limit, and one microsecond past it. */
static void proof_grows_old(void **state)
{
	static const struct {
		const char *op;
		const char *body;
	} rows[] = {
		{"me.recovery-codes", ""}, {"me.totp", ""},
		{"account.issue", "{\"login\":\"encho\",\"name\":\"園長\",\"role\":\"principal\"}"},
	};
	struct actor actor = {.account = account, .session = {{1}}, .role = ROLE_OFFICER_ADMIN, .factor = true};

	(void)state;
	REQ("K-2");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_clear(&reply);
		actor.signed_in_us = clock_now_us() - (int64_t)OP_STEP_UP_S * 1000000 - 1;
		assert_false(err_is_ok(local_call(local, &actor, rows[i].op, NULL, bytes_str(rows[i].body), &reply)));
		assert_true(told("/step-up-required\""));
		buf_clear(&reply);
		actor.signed_in_us = clock_now_us() - (int64_t)(OP_STEP_UP_S - 60) * 1000000;
		err_ignore(local_call(local, &actor, rows[i].op, NULL, bytes_str(rows[i].body), &reply)); /* whatever else is wrong */
		assert_false(told("/step-up-required\""));
	}
}

static void begin(uint8_t secret[static TOTP_SECRET_LEN])
{
	static const char head[] = "\"secret\":\"";
	const uint8_t *at;

	assert_ok(call_op("me.totp", ""));
	at = memmem(reply.ptr, reply.len, head, sizeof(head) - 1);
	assert_non_null(at);
	assert_ok(base32_decode((struct bytes){at + sizeof(head) - 1, 52}, secret, TOTP_SECRET_LEN));
	assert_true(told("otpauth://totp/Sekimori:" LOGIN "@city?secret="));
}

static err confirm(const uint8_t secret[static TOTP_SECRET_LEN], int64_t later)
{
	char code[TOTP_DIGITS_MAX + 1];
	char body[40];

	assert_ok(totp_code((struct bytes){secret, TOTP_SECRET_LEN}, totp_step(clock_now_us()) + later, TOTP_DIGITS, code));
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\"}", code);
	return call_op("me.totp-confirm", body);
}

static void enrolled(void **state)
{
	uint8_t secret[TOTP_SECRET_LEN];
	uint8_t later[TOTP_SECRET_LEN];

	(void)state;
	REQ("K-2 T-13 U-02");
	begin(secret);
	for (int i = 0; i < FACTOR_TRIES_MAX; i++)
		assert_err(INVALID, confirm(secret, 1000));
	assert_err(INVALID, confirm(secret, 0)); /* too many wrong ones */
	begin(secret);
	begin(later);
	assert_err(INVALID, confirm(secret, 0)); /* given up by the second attempt */
	assert_ok(confirm(later, 0));
	assert_true(told("\"recovery_codes\":[\""));
	assert_ok(call_op("me.see", "")); /* with the new token */
	assert_true(told("\"second_factor\":\"active\""));
	assert_ok(call_op("facility.list", ""));
	assert_false(err_is_ok(call_op("me.totp-remove", "")));
	assert_true(told("/denied\""));
}

static void asked_from_now_on(void **state)
{
	char code[64] = "";

	(void)state;
	REQ("K-2 T-13 U-02");
	assert_ok(call_op("me.recovery-codes", ""));
	memcpy(code, reply.ptr + sizeof("{\"recovery_codes\":[\"") - 1, 32);
	assert_err(SECOND_FACTOR, sign_in(""));
	assert_ok(sign_in(code));
	assert_err(UNAUTHENTICATED, sign_in(code));
	assert_ok(call_op("me.factors", ""));
	assert_true(told("\"recovery_codes_left\":9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proof_grows_old),
		cmocka_unit_test(nothing_before),
		cmocka_unit_test(enrolled),
		cmocka_unit_test(asked_from_now_on),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
