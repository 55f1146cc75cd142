/*
 * What is put can be cut; what put would not have written is refused.
 */
#include <string.h>

#include "base/unit_test.h"
#include "wire/wire.h"

static struct wire_request sample_request(void)
{
	struct wire_request request = {
	    .number = 0x0102030405060708u, .op = 7, .language = 1, .signed_by = 2, .cross_site = 1,
	    .agent = BYTES_LIT("curl"), .idempotency_key = BYTES_LIT("k"), .confirm = BYTES_LIT("c"),
	    .phrase = BYTES_LIT("p"), .flaw_count = 2, .present = 5, .fields = BYTES_LIT("typed fields"),
	};

	memset(request.request.b, 0x11, sizeof(request.request.b));
	memset(request.address, 0x22, sizeof(request.address));
	memset(request.token, 0x33, sizeof(request.token));
	memset(request.device, 0x44, sizeof(request.device));
	request.flaws[0] = (struct wire_flaw){1, "date"};
	request.flaws[1] = (struct wire_flaw){2, ""};
	return request;
}

static void test_request_pair(void **state)
{
	OWN(buf) message = {0};
	struct wire_request in = sample_request();
	struct wire_frame frame;
	struct bytes rest;

	(void)state;
	assert_true(err_is_ok(wire_put_request(&message, &in)));
	rest = bytes_of(&message);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(rest.len, 0);
	assert_int_equal(frame.type, WIRE_REQUEST);
	assert_true(frame.as.request.number == in.number);
	assert_int_equal(frame.as.request.op, 7);
	assert_int_equal(frame.as.request.signed_by, 2);
	assert_int_equal(frame.as.request.cross_site, 1);
	assert_memory_equal(frame.as.request.request.b, in.request.b, 16);
	assert_memory_equal(frame.as.request.address, in.address, 16);
	assert_memory_equal(frame.as.request.token, in.token, 32);
	assert_memory_equal(frame.as.request.device, in.device, 32);
	assert_true(bytes_is(frame.as.request.agent, "curl"));
	assert_true(bytes_is(frame.as.request.idempotency_key, "k"));
	assert_true(bytes_is(frame.as.request.confirm, "c"));
	assert_true(bytes_is(frame.as.request.phrase, "p"));
	assert_int_equal(frame.as.request.flaw_count, 2);
	assert_int_equal(frame.as.request.flaws[0].flaw, 1);
	assert_string_equal(frame.as.request.flaws[0].name, "date");
	assert_string_equal(frame.as.request.flaws[1].name, "");
	assert_int_equal(frame.as.request.present, 5);
	assert_true(bytes_is(frame.as.request.fields, "typed fields"));
}

static void test_reply_pair(void **state)
{
	OWN(buf) message = {0};
	struct wire_reply in = {.number = 9, .status = 404, .kind = 3, .cookie = 1, .more = 1, .immutable = 1,
	    .retry_after_s = 30, .media = 2, .file = BYTES_LIT("絵.png"), .cookie_age_s = 86400, .token = {7}, .body = BYTES_LIT("{}")};
	struct wire_frame frame;
	struct bytes rest;

	(void)state;
	assert_true(err_is_ok(wire_put_reply(&message, &in)));
	rest = bytes_of(&message);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.type, WIRE_REPLY);
	assert_int_equal(frame.as.reply.status, 404);
	assert_int_equal(frame.as.reply.kind, 3);
	assert_int_equal(frame.as.reply.cookie, 1);
	assert_int_equal(frame.as.reply.more, 1);
	assert_int_equal(frame.as.reply.immutable, 1);
	assert_int_equal(frame.as.reply.retry_after_s, 30);
	assert_int_equal(frame.as.reply.cookie_age_s, 86400);
	assert_int_equal(frame.as.reply.token[0], 7);
	assert_true(bytes_is(frame.as.reply.body, "{}"));
	assert_int_equal(frame.as.reply.media, in.media);
	assert_true(bytes_is(frame.as.reply.file, "絵.png"));
}

static void test_several_in_one_message(void **state)
{
	OWN(buf) message = {0};
	struct wire_hello hello = {{1, 2, 3}};
	struct wire_request request = sample_request();
	struct wire_frame frame;
	struct bytes rest;

	(void)state;
	assert_true(err_is_ok(wire_put_hello(&message, &hello)));
	assert_true(err_is_ok(wire_put_plain(&message, WIRE_READY_ASK, 4, 0)));
	assert_true(err_is_ok(wire_put_request(&message, &request)));
	assert_true(err_is_ok(wire_put_plain(&message, WIRE_READY, 4, 1)));
	rest = bytes_of(&message);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.type, WIRE_HELLO);
	assert_memory_equal(frame.as.hello.digest, hello.digest, 32);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.type, WIRE_READY_ASK);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.type, WIRE_REQUEST);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.type, WIRE_READY);
	assert_int_equal(frame.as.plain.number, 4);
	assert_int_equal(frame.as.plain.value, 1);
	assert_int_equal(rest.len, 0);
}

static void test_limits_when_putting(void **state)
{
	static uint8_t much[WIRE_FIELDS_MAX + 1];
	OWN(buf) message = {0};
	struct wire_request request = sample_request();
	struct wire_reply reply = {.status = 200, .body = {much, WIRE_PART_MAX + 1}};
	struct wire_frame frame;
	struct bytes rest;

	(void)state;
	request.fields = (struct bytes){much, WIRE_FIELDS_MAX + 1};
	assert_true(err_is(wire_put_request(&message, &request), ERR_TOO_LARGE));
	assert_true(err_is(wire_put_reply(&message, &reply), ERR_TOO_LARGE));
	assert_int_equal(message.len, 0);
	request = sample_request();
	request.agent = (struct bytes){much, WIRE_AGENT_MAX + 1};
	assert_true(err_is(wire_put_request(&message, &request), ERR_TOO_LARGE));
	request = sample_request();
	request.flaw_count = WIRE_FLAW_MAX + 1;
	assert_true(err_is(wire_put_request(&message, &request), ERR_TOO_LARGE));
	/* Everything at its limit fits into one message. */
	request = sample_request();
	request.agent = (struct bytes){much, WIRE_AGENT_MAX};
	request.idempotency_key = request.confirm = (struct bytes){much, WIRE_KEY_MAX};
	request.phrase = (struct bytes){much, WIRE_PHRASE_MAX};
	request.fields = (struct bytes){much, WIRE_FIELDS_MAX};
	request.flaw_count = WIRE_FLAW_MAX;
	for (size_t i = 0; i < WIRE_FLAW_MAX; i++) {
		request.flaws[i].flaw = 1;
		memset(request.flaws[i].name, 'n', 63);
		request.flaws[i].name[63] = '\0';
	}
	assert_true(err_is_ok(wire_put_request(&message, &request)));
	assert_true(message.len <= WIRE_MESSAGE_MAX);
	rest = bytes_of(&message);
	assert_true(err_is_ok(wire_cut(&rest, &frame)));
	assert_int_equal(frame.as.request.fields.len, WIRE_FIELDS_MAX);
}

/* Every frame cut short anywhere, and every frame with a byte too many, is refused and leaves all as it was. */
static void test_short_and_long(void **state)
{
	OWN(buf) message = {0};
	struct wire_request request = sample_request();
	struct wire_frame frame = {.type = WIRE_READY};

	(void)state;
	assert_true(err_is_ok(wire_put_request(&message, &request)));
	for (size_t len = 0; len < message.len; len++) {
		struct bytes rest = {message.ptr, len};

		assert_true(err_is(wire_cut(&rest, &frame), ERR_INVALID));
		assert_int_equal(rest.len, len);
		assert_int_equal(frame.type, WIRE_READY);
	}
	assert_true(err_is_ok(buf_u8(&message, 0)));
	message.ptr[3]++; /* the length now counts a byte that belongs to nothing */
	if (message.ptr[3] == 0)
		message.ptr[2]++;
	{
		struct bytes rest = bytes_of(&message);

		assert_true(err_is(wire_cut(&rest, &frame), ERR_INVALID));
	}
}

/* at counts from the frame's start; the value there is refused. */
static void test_unknown_values(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
	} rows[] = {
	    {"version", 4, 2}, {"type 0", 5, 0}, {"type 6", 5, 6}, {"language", 16, 2}, {"signed_by", 17, 3},
	    {"cross_site", 18, 2}, {"agent beyond its limit", 116, 1}, {"length beyond a message", 1, 1},
	};
	struct wire_frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		OWN(buf) message = {0};
		struct wire_request request = sample_request();
		struct bytes rest;

		assert_true(err_is_ok(wire_put_request(&message, &request)));
		message.ptr[rows[i].at] = rows[i].value;
		rest = bytes_of(&message);
		if (!err_is(wire_cut(&rest, &frame), ERR_INVALID))
			fail_msg("%s", rows[i].name);
	}
}

static void test_reply_values(void **state)
{
	static const struct wire_reply rows[] = {
	    {.status = 199}, {.status = 600}, {.status = 200, .kind = 4}, {.status = 200, .cookie = 4},
	    {.status = 200, .media = 200, .file = BYTES_LIT("x")}, {.status = 200, .media = 1}, {.status = 200, .file = BYTES_LIT("x")},
	    {.status = 200, .media = 1, .file = BYTES_LIT("\xff")},
	};
	struct wire_frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		OWN(buf) message = {0};
		struct bytes rest;

		assert_true(err_is_ok(wire_put_reply(&message, &rows[i])));
		rest = bytes_of(&message);
		assert_true(err_is(wire_cut(&rest, &frame), ERR_INVALID));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request_pair),
	    cmocka_unit_test(test_reply_pair),
	    cmocka_unit_test(test_several_in_one_message),
	    cmocka_unit_test(test_limits_when_putting),
	    cmocka_unit_test(test_short_and_long),
	    cmocka_unit_test(test_unknown_values),
	    cmocka_unit_test(test_reply_values),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
