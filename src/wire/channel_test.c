/*
 * Frames arrive whole, in order and batched; a full socket queues; a lost peer is noticed.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "wire/wire.h"

struct pair {
	struct channel *a, *b;
};

static int make_pair(void **state)
{
	static struct pair pair;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	assert_true(err_is_ok(channel_new(fds[0], &pair.a)));
	assert_true(err_is_ok(channel_new(fds[1], &pair.b)));
	*state = &pair;
	return 0;
}

static int end_pair(void **state)
{
	struct pair *pair = *state;

	channel_free(&pair->a);
	channel_free(&pair->b);
	return 0;
}

static void test_batch(void **state)
{
	struct pair *pair = *state;
	static uint8_t message[WIRE_MESSAGE_MAX];
	OWN(buf) frames = {0};
	struct wire_frame frame;
	struct bytes rest;
	size_t len;

	assert_true(err_is(channel_receive(pair->b, message, sizeof(message), &len), ERR_NOT_FOUND));
	for (uint64_t i = 0; i < 10; i++) {
		buf_clear(&frames);
		assert_true(err_is_ok(wire_put_plain(&frames, WIRE_READY, i, 1)));
		assert_true(err_is_ok(channel_put(pair->a, bytes_of(&frames))));
	}
	assert_true(channel_pending(pair->a));
	assert_true(err_is_ok(channel_flush(pair->a)));
	assert_false(channel_pending(pair->a));
	assert_true(err_is_ok(channel_receive(pair->b, message, sizeof(message), &len)));
	rest = (struct bytes){message, len};
	for (uint64_t i = 0; i < 10; i++) {
		assert_true(err_is_ok(wire_cut(&rest, &frame)));
		assert_int_equal(frame.as.plain.number, i);
	}
	assert_int_equal(rest.len, 0);
	assert_true(err_is(channel_receive(pair->b, message, sizeof(message), &len), ERR_NOT_FOUND));
}

static void test_parts(void **state)
{
	struct pair *pair = *state;
	static uint8_t message[WIRE_MESSAGE_MAX];
	static uint8_t body[2 * WIRE_PART_MAX + 1];
	struct wire_reply reply = {.number = 3, .status = 200};
	size_t got = 0;
	bool more = true;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i * 7);
	assert_true(err_is_ok(channel_put_reply(pair->a, &reply, (struct bytes){body, sizeof(body)})));
	assert_true(err_is_ok(channel_flush(pair->a)));
	while (more) {
		struct wire_frame frame;
		struct bytes rest;
		size_t len;

		assert_true(err_is_ok(channel_receive(pair->b, message, sizeof(message), &len)));
		rest = (struct bytes){message, len};
		while (rest.len > 0) {
			assert_true(more);
			assert_true(err_is_ok(wire_cut(&rest, &frame)));
			assert_memory_equal(frame.as.reply.body.ptr, body + got, frame.as.reply.body.len);
			got += frame.as.reply.body.len;
			more = frame.as.reply.more;
		}
	}
	assert_int_equal(got, sizeof(body));
	assert_true(err_is(channel_put_reply(pair->a, &reply, (struct bytes){body, WIRE_REPLY_MAX + 1}), ERR_TOO_LARGE));
	/* An empty body is one part. */
	assert_true(err_is_ok(channel_put_reply(pair->a, &reply, (struct bytes){NULL, 0})));
	assert_true(err_is_ok(channel_flush(pair->a)));
	{
		size_t len;

		assert_true(err_is_ok(channel_receive(pair->b, message, sizeof(message), &len)));
	}
}

static void test_full_socket_queues_up_to_the_limit(void **state)
{
	struct pair *pair = *state;
	static uint8_t message[WIRE_MESSAGE_MAX];
	static uint8_t body[WIRE_PART_MAX];
	struct wire_reply reply = {.number = 0, .status = 200};
	uint64_t expected = 0;
	err e = OK;

	while (err_is_ok(e)) {
		e = channel_put_reply(pair->a, &reply, (struct bytes){body, sizeof(body)});
		if (err_is_ok(e)) {
			reply.number++;
			assert_true(err_is_ok(channel_flush(pair->a)));
		}
	}
	assert_true(err_is(e, ERR_LIMITED));
	assert_true(channel_pending(pair->a));
	assert_true(reply.number * WIRE_PART_MAX > WIRE_QUEUE_MAX - 2 * WIRE_PART_MAX);
	while (expected < reply.number) {
		struct wire_frame frame;
		struct bytes rest;
		size_t len;

		if (err_is(channel_receive(pair->b, message, sizeof(message), &len), ERR_NOT_FOUND)) {
			assert_true(err_is_ok(channel_flush(pair->a)));
			continue;
		}
		rest = (struct bytes){message, len};
		while (rest.len > 0) {
			assert_true(err_is_ok(wire_cut(&rest, &frame)));
			assert_int_equal(frame.as.reply.number, expected);
			expected++;
		}
	}
	assert_false(channel_pending(pair->a));
}

static void test_lost_peer(void **state)
{
	struct pair *pair = *state;
	uint8_t message[64];
	OWN(buf) frames = {0};
	size_t len;

	channel_free(&pair->b);
	assert_true(err_is(channel_receive(pair->a, message, sizeof(message), &len), ERR_UNAVAILABLE));
	assert_true(err_is_ok(wire_put_plain(&frames, WIRE_READY_ASK, 1, 0)));
	assert_true(err_is_ok(channel_put(pair->a, bytes_of(&frames))));
	assert_true(err_is(channel_flush(pair->a), ERR_UNAVAILABLE));
}

static void test_truncated_is_refused(void **state)
{
	struct pair *pair = *state;
	uint8_t message[8];
	OWN(buf) frames = {0};
	size_t len = 0;

	assert_true(err_is_ok(wire_put_plain(&frames, WIRE_READY_ASK, 1, 0)));
	assert_true(err_is_ok(channel_put(pair->a, bytes_of(&frames))));
	assert_true(err_is_ok(channel_flush(pair->a)));
	assert_true(err_is(channel_receive(pair->b, message, sizeof(message), &len), ERR_INVALID));
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_batch, make_pair, end_pair),
	    cmocka_unit_test_setup_teardown(test_parts, make_pair, end_pair),
	    cmocka_unit_test_setup_teardown(test_full_socket_queues_up_to_the_limit, make_pair, end_pair),
	    cmocka_unit_test_setup_teardown(test_lost_peer, make_pair, end_pair),
	    cmocka_unit_test_setup_teardown(test_truncated_is_refused, make_pair, end_pair),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
