/* The real file is read; what is wrong in a file stops the start; what holds is a stored value within its range, else the default. */
#include <stdio.h>

#include "op/setting.h"
#include "op/world_test.h"

#include "base/unit_test.h"

#define VALUE_OP(number) \
	static err put_##number(struct call *call) { return setting_put(&call->rows, BYTES_LIT("sign-in-attempts"), number, (struct id){{0}}, call->now_us); } \
	static const struct op put_##number##_op = WORLD_OP("test.put-" #number, put_##number)

VALUE_OP(7);
VALUE_OP(99);

static int64_t found;

static err look(struct call *call)
{
	return setting_of(call, SETTING_SIGN_IN_ATTEMPTS, &found);
}

static const struct op look_op = WORLD_OP("test.look", look);
const struct op *const world_ops[] = {&put_7_op, &put_99_op, &look_op, NULL};
const struct job_kind *const world_jobs[] = {NULL};

static int open_world(void **state)
{
	return err_is_ok(setting_load(SEKIMORI_ROOT "/catalog")) ? world_make(state) : -1;
}

static void real_file(void **state)
{
	struct compartment city = {.name = "city"}, provider = {.name = "provider", .provider = true};
	enum setting_code code = SETTING_COUNT;

	(void)state;
	assert_int_equal(setting_at(SETTING_SIGN_IN_ATTEMPTS)->value, 5);
	assert_non_null(setting_find(BYTES_LIT("session-guardian-idle"), &city, &code));
	assert_int_equal(code, SETTING_SESSION_GUARDIAN_IDLE);
	assert_null(setting_find(BYTES_LIT("session-guardian-idle"), &provider, &code));
	assert_null(setting_find(BYTES_LIT("no-such"), &city, &code));
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_definition *one = setting_at((enum setting_code)i);

		assert_true(setting_fits(one, one->value));
		assert_true(setting_in_line(one, one->baseline));
		assert_true(setting_in_line(one, one->value)); /* the product is in line with its own baseline */
		assert_false(setting_fits(one, one->min - 1));
		assert_false(setting_fits(one, one->max + 1));
	}
}

/* T2, T4 */
static void what_is_stored_holds(void **state)
{
	(void)state;
	assert_ok(world_call("test.look"));
	assert_int_equal(found, 5);
	assert_ok(world_call("test.put-7"));
	assert_ok(world_call("test.look"));
	assert_int_equal(found, 7);
	assert_ok(world_call("test.put-99"));
	assert_ok(world_call("test.look"));
	assert_int_equal(found, 5);
}

static void strictness(void **state)
{
	struct setting_definition one = {.baseline = 5, .stricter = SETTING_LOWER};
	struct contract_limits agreed = {.lock_attempts = 4, .idle_us = INT64_C(600000000)};

	(void)state;
	assert_true(setting_in_line(&one, 5));
	assert_false(setting_in_line(&one, 6));
	one.stricter = SETTING_HIGHER;
	assert_false(setting_in_line(&one, 4));
	assert_true(setting_in_line(&one, 6));
	one.stricter = SETTING_NONE;
	assert_false(setting_in_line(&one, 6));
	assert_int_equal(setting_agreed(SETTING_SIGN_IN_ATTEMPTS, &agreed), 4);
	assert_int_equal(setting_agreed(SETTING_SESSION_IDLE, &agreed), 10);
	assert_int_equal(setting_agreed(SETTING_INVITATION, &agreed), 0);
}

/* ---- mistakes ---- */

static struct { char text[32768]; size_t len; } real;

static void read_real(void)
{
	FILE *file = fopen(SEKIMORI_ROOT "/catalog/settings.yaml", "r");

	assert_non_null(file);
	real.len = fread(real.text, 1, sizeof(real.text) - 1, file);
	real.text[real.len] = '\0';
	assert_int_equal(fclose(file), 0);
}

static err load_with(const char *from, const char *to)
{
	char *at = strstr(real.text, from);
	FILE *file = fopen(temp_file("settings.yaml"), "w");

	assert_non_null(at);
	assert_non_null(file);
	assert_true(fprintf(file, "%.*s%s%s", (int)(at - real.text), real.text, to, at + strlen(from)) > 0);
	assert_int_equal(fclose(file), 0);
	return setting_load(temp_file(""));
}

static void mistakes_stop_the_start(void **state)
{
	static const struct { const char *from, *to; } wrong[] = {
		{"version: 1", "version: 2"}, {"- code: step-up", "- code: stepup"}, {"- code: step-up", "- code: sign-in-attempts"},
		{"    type: number", "    type: numbr"}, {"min: 3", "min: three"}, {"min: 3", "min: -3"}, {"min: 3", "min: 10"}, {"default: 5", "default: 11"},
		{"baseline: 5", "baseline: 2"}, {"stricter: lower", "stricter: more"}, {"widens: no", "widens: perhaps"}, {"home: each", "home: here"},
		{"    unit: {ja: \"回\", en: \"failures\"}\n", ""}, {"    widens: no", "    wide: no"}, {"type: switch", "type: switch\n    min: 0"},
		{"  - code: sign-in-attempts", "  - nothing\n  - code: sign-in-attempts"},
	};

	(void)state;
	read_real();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!err_is(load_with(wrong[i].from, wrong[i].to), ERR_INVALID))
			fail_msg("\"%s\" instead of \"%s\" was accepted", wrong[i].to, wrong[i].from);
	assert_err(NOT_FOUND, setting_load("/nonexistent"));
	assert_int_equal(setting_at(SETTING_SIGN_IN_ATTEMPTS)->value, 5); /* what was read before still stands */
	assert_ok(load_with("default: 5", "default: 4"));
	assert_int_equal(setting_at(SETTING_SIGN_IN_ATTEMPTS)->value, 4);
	assert_ok(setting_load(SEKIMORI_ROOT "/catalog"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_file), cmocka_unit_test(what_is_stored_holds), cmocka_unit_test(strictness),
		cmocka_unit_test(mistakes_stop_the_start),
	};

	return cmocka_run_group_tests(tests, open_world, world_remove);
}
