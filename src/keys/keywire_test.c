#include "base/unit_test.h"
#include "keys/keystate.h"
#include "keys/keywire.h"

static void fill_id(struct id *id, uint8_t with)
{
	memset(id->b, with, ID_LEN);
}

static struct keywire_request request_of(enum keywire_operation operation)
{
	struct keywire_request request = {.operation = operation, .number = 0x01020304};

	switch (operation) {
	case KEYWIRE_ACTIVE:
		request.kind = KEY_PERSON;
		request.owner_count = 1;
		fill_id(&request.owners[0], 3);
		break;
	case KEYWIRE_CREATE:
		request.kind = KEY_FACILITY;
		request.owner_count = KEYS_BATCH_MAX;
		for (size_t i = 0; i < KEYS_BATCH_MAX; i++)
			fill_id(&request.owners[i], (uint8_t)i);
		break;
	case KEYWIRE_BY_ID:
		fill_id(&request.key, 5);
		break;
	case KEYWIRE_MOVE:
		fill_id(&request.key, 6);
		request.state = KEY_DESTROYED;
		request.text = BYTES_LIT("the family has left");
		break;
	case KEYWIRE_PUBLIC:
		break;
	case KEYWIRE_SIGN:
		request.text = BYTES_LIT("origin\n1\nroot\n");
		break;
	}
	return request;
}

static void requests_come_back(void **state)
{
	(void)state;
	for (int operation = KEYWIRE_ACTIVE; operation <= KEYWIRE_SIGN; operation++) {
		struct keywire_request request = request_of((enum keywire_operation)operation);
		struct keywire_request back;
		OWN(buf) frame = {0};

		assert_ok(keywire_request_format(&request, &frame));
		assert_true(frame.len <= KEYWIRE_FRAME_MAX);
		assert_ok(keywire_request_parse(bytes_of(&frame), &back));
		assert_int_equal(back.operation, request.operation);
		assert_int_equal(back.number, request.number);
		assert_int_equal(back.kind, request.kind);
		assert_int_equal(back.state, request.state);
		assert_int_equal(back.owner_count, request.owner_count);
		assert_memory_equal(back.owners, request.owners, sizeof(back.owners));
		assert_true(id_equal(back.key, request.key));
		assert_bytes(back.text, request.text);
		/* Neither shorter nor longer. */
		for (size_t len = 0; len < frame.len; len++)
			assert_err(INVALID, keywire_request_parse((struct bytes){frame.ptr, len}, &back));
		assert_ok(buf_u8(&frame, 0));
		assert_err(INVALID, keywire_request_parse(bytes_of(&frame), &back));
	}
}

static void replies_come_back(void **state)
{
	(void)state;
	for (int operation = KEYWIRE_ACTIVE; operation <= KEYWIRE_SIGN; operation++)
		for (unsigned code = 0; code < ERR_COUNT; code += ERR_CORRUPT) {
			struct keywire_reply reply = {.operation = (enum keywire_operation)operation, .number = 9, .result = {(unsigned char)code}};
			struct keywire_reply back;
			OWN(buf) frame = {0};

			reply.key_count = operation == KEYWIRE_CREATE ? KEYS_BATCH_MAX : operation <= KEYWIRE_BY_ID ? 1 : 0;
			for (size_t i = 0; i < reply.key_count; i++) {
				reply.keys[i].state = KEY_ACTIVE;
				reply.keys[i].kind = KEY_PERSON;
				reply.keys[i].since_us = 1795219200000000 + (int64_t)i;
				fill_id(&reply.keys[i].id, (uint8_t)(i + 1));
				fill_id(&reply.keys[i].owner, (uint8_t)(i + 2));
				memset(reply.keys[i].raw, (int)i, sizeof(reply.keys[i].raw));
			}
			if (operation == KEYWIRE_SIGN)
				memset(reply.signature, 7, sizeof(reply.signature));
			assert_ok(keywire_reply_format(&reply, &frame));
			assert_true(frame.len <= KEYWIRE_FRAME_MAX);
			assert_ok(keywire_reply_parse(bytes_of(&frame), &back));
			assert_int_equal(back.result.code, code);
			if (code == ERR_OK) {
				assert_int_equal(back.key_count, reply.key_count);
				assert_memory_equal(back.keys, reply.keys, sizeof(back.keys));
				assert_memory_equal(back.signature, reply.signature, sizeof(back.signature));
			}
			for (size_t len = 0; len < frame.len; len++)
				assert_err(INVALID, keywire_reply_parse((struct bytes){frame.ptr, len}, &back));
			assert_ok(buf_u8(&frame, 0));
			assert_err(INVALID, keywire_reply_parse(bytes_of(&frame), &back));
		}
}

static const struct {
	const char *name;
	const char *hex;
} refused[] = {
	{"nothing", ""},
	{"version 0", "000500000001"},
	{"version 2", "020500000001"},
	{"operation 0", "010000000001"},
	{"operation 7", "010700000001"},
	{"kind out of range", "01010000000105" "00000000000000000000000000000000"},
	{"no owners", "0103000000010200"},
	{"65 owners, none there", "0103000000010241"},
	{"state out of range", "010400000001" "00000000000000000000000000000000" "06" "00000000"},
	{"length beyond the frame", "01060000000100000002" "41"},
	{"length of 4 GiB", "010600000001ffffffff" "41"},
	{"text above its limit", "01060000000100000401" "41"},
};

static void refused_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		OWN(buf) frame = {0};
		struct keywire_request request;

		put_hex(&frame, refused[i].hex);
		assert_err(INVALID, keywire_request_parse(bytes_of(&frame), &request));
	}
}

static void too_long_a_reason(void)
{
	static uint8_t text[KEYWIRE_REASON_MAX + 1];
	OWN(buf) frame = {0};
	struct keywire_request request = {.operation = KEYWIRE_MOVE, .text = {text, sizeof(text)}};

	err_ignore(keywire_request_format(&request, &frame)); /* does not return */
}

static void too_many_owners(void)
{
	OWN(buf) frame = {0};
	struct keywire_request request = {.operation = KEYWIRE_CREATE, .owner_count = KEYS_BATCH_MAX + 1};

	err_ignore(keywire_request_format(&request, &frame)); /* does not return */
}

static void trips(void **state)
{
	(void)state;
	assert_stops(too_long_a_reason);
	assert_stops(too_many_owners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_come_back),
		cmocka_unit_test(replies_come_back),
		cmocka_unit_test(refused_requests),
		cmocka_unit_test(trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
