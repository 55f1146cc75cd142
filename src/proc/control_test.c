#include <sys/socket.h>
#include <sys/stat.h>

#include "base/unit_test.h"
#include "proc/control.h"

#define FRAME_LEN (4 + PROC_NAME_MAX)

static int ends[2];

static int setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static int lowest_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void words(void **state)
{
	struct control_message message = {.kind = CONTROL_UNREADY, .role = FD_CORE, .peer = "sapporo", .fd = -1};
	struct control_message got;

	(void)state;
	assert_err(TIMEOUT, control_receive(ends[1], MSG_DONTWAIT, &got));
	assert_ok(control_send(ends[0], &message));
	assert_ok(control_ready(ends[0], true));
	assert_ok(control_receive(ends[1], 0, &got));
	assert_int_equal(got.kind, CONTROL_UNREADY);
	assert_int_equal(got.role, FD_CORE);
	assert_string_equal(got.peer, "sapporo");
	assert_int_equal(got.fd, -1);
	assert_ok(control_receive(ends[1], 0, &got));
	assert_int_equal(got.kind, CONTROL_READY);
	close(ends[0]);
	assert_err(UNAVAILABLE, control_receive(ends[1], 0, &got));
	assert_err(UNAVAILABLE, control_ready(ends[1], true));
	ends[0] = dup(0);
}

static void channel(void **state)
{
	struct control_message message = {.kind = CONTROL_CHANNEL, .role = FD_EDGE, .index = 1, .peer = "door"};
	struct control_message got;
	struct stat sent;
	struct stat taken;

	(void)state;
	message.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_ok(control_send(ends[0], &message));
	assert_ok(control_receive(ends[1], 0, &got));
	assert_int_equal(got.index, 1);
	assert_int_equal(fstat(message.fd, &sent), 0);
	assert_int_equal(fstat(got.fd, &taken), 0);
	assert_int_equal(sent.st_ino, taken.st_ino);
	assert_int_equal(fcntl(got.fd, F_GETFD), FD_CLOEXEC);
	close(got.fd);
	close(message.fd);
}

static void send_raw(const uint8_t *frame, size_t len, int fd_count)
{
	union {
		struct cmsghdr align;
		uint8_t space[CMSG_SPACE(sizeof(int) * 8)];
	} ancillary = {.space = {0}};
	struct iovec part = {.iov_base = (void *)(uintptr_t)frame, .iov_len = len};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd_count > 0) {
		struct cmsghdr *rights = (header.msg_control = ancillary.space, header.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count), CMSG_FIRSTHDR(&header));

		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
		memset(CMSG_DATA(rights), 0, sizeof(int) * (size_t)fd_count); /* all of them: descriptor 0 */
	}
	assert_int_equal(sendmsg(ends[0], &header, 0), (ssize_t)len);
}

static const struct {
	const char *name;
	uint8_t head[4];
	size_t len;
	int fds;
} refused[] = {
	{"version", {2, CONTROL_READY, 0, 0}, FRAME_LEN, 0},
	{"kind", {1, CONTROL_KIND_COUNT, 0, 0}, FRAME_LEN, 0},
	{"role", {1, CONTROL_READY, FD_ROLE_COUNT, 0}, FRAME_LEN, 0},
	{"short", {1, CONTROL_READY, 0, 0}, FRAME_LEN - 1, 0},
	{"long", {1, CONTROL_READY, 0, 0}, FRAME_LEN + 1, 0},
	{"a channel without an end", {1, CONTROL_CHANNEL, FD_CORE, 0}, FRAME_LEN, 0},
	{"a channel with two", {1, CONTROL_CHANNEL, FD_CORE, 0}, FRAME_LEN, 2},
	{"more than is looked at", {1, CONTROL_CHANNEL, FD_CORE, 0}, FRAME_LEN, 8},
	{"a gift", {1, CONTROL_READY, 0, 0}, FRAME_LEN, 1},
	{"a gift with nonsense", {9, 9, 9, 9}, FRAME_LEN, 3},
};

static void refusals(void **state)
{
	int before = lowest_fd();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		uint8_t frame[FRAME_LEN + 1] = {0};
		struct control_message got = {.fd = -5};

		memcpy(frame, refused[i].head, 4);
		send_raw(frame, refused[i].len, refused[i].fds);
		assert_err(INVALID, control_receive(ends[1], 0, &got));
		assert_int_equal(got.fd, -5);
		assert_int_equal(lowest_fd(), before); /* nothing stays open */
	}
}

static void name_without_end(void **state)
{
	uint8_t frame[FRAME_LEN];
	struct control_message got;

	(void)state;
	memset(frame, 'a', sizeof(frame));
	memcpy(frame, (uint8_t[]){1, CONTROL_READY, 0, 0}, 4);
	send_raw(frame, sizeof(frame), 0);
	assert_err(INVALID, control_receive(ends[1], 0, &got));
}

static void nobody_reads(void **state)
{
	struct control_message message = {.kind = CONTROL_STOP, .fd = -1};
	err result = OK;

	(void)state;
	for (int i = 0; i < 100000 && err_is_ok(result); i++)
		result = control_send(ends[0], &message);
	assert_err(UNAVAILABLE, result);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(words),
		ROW(channel),
		ROW(refusals),
		ROW(name_without_end),
		ROW(nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
