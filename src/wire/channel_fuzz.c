/*
 * Both ends of a channel: the input is a script of frames, flushes and receipts; what goes in comes out once, whole and in order.
 */
#include <sys/socket.h>

#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint8_t message[WIRE_MESSAGE_MAX];
static uint8_t body[3 * WIRE_PART_MAX];

/* Reads one message; counts the replies that are complete. */
static bool receive(struct channel *channel, uint64_t *next)
{
	struct wire_frame frame;
	struct bytes rest;
	size_t got;

	if (!err_is_ok(channel_receive(channel, message, sizeof(message), &got)))
		return false;
	rest = (struct bytes){message, got};
	while (rest.len > 0) {
		REQUIRE(err_is_ok(wire_cut(&rest, &frame)));
		REQUIRE(frame.type == WIRE_REPLY && frame.as.reply.number == *next);
		*next += frame.as.reply.more == 0;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct channel *from;
	struct channel *to;
	struct wire_reply reply = {.status = 200};
	uint64_t next = 0;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
		return 0;
	REQUIRE(err_is_ok(channel_new(fds[0], &from)) && err_is_ok(channel_new(fds[1], &to)));
	for (size_t i = 0; i < len && i < 64; i++) {
		struct bytes part = {body, (size_t)(data[i] & 0x3f) * (sizeof(body) / 0x3f)};

		switch (data[i] >> 6) {
		case 0:
		case 1:
			if (err_is_ok(channel_put_reply(from, &reply, part)))
				reply.number++;
			break;
		case 2:
			REQUIRE(err_is_ok(channel_flush(from)));
			break;
		default:
			(void)receive(to, &next);
			break;
		}
	}
	do
		REQUIRE(err_is_ok(channel_flush(from)));
	while (receive(to, &next));
	REQUIRE(next == reply.number);
	channel_free(&from);
	channel_free(&to);
	return 0;
}
