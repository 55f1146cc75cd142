#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "op/letterbox.h"

#define LOOK_NS 20000000

/* An idle channel says nothing: one that does has lost its process. */
static bool is_live(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN};

	return poll(&look, 1, 0) == 0;
}

err letterbox_take(_Atomic int *box, int wait_ms, int *fd_out)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	int64_t until_us = clock_mono_us() + (int64_t)wait_ms * 1000;

	for (;;) {
		int fd = atomic_exchange(box, -1);

		if (fd >= 0 && is_live(fd)) {
			*fd_out = fd;
			return OK;
		}
		if (fd >= 0)
			(void)close(fd);
		if (clock_mono_us() >= until_us)
			return FAIL(UNAVAILABLE);
		(void)nanosleep(&pause, NULL); /* sooner is no harm */
	}
}

void letterbox_give(_Atomic int *box, int fd)
{
	int none = -1;

	if (!atomic_compare_exchange_strong(box, &none, fd))
		(void)close(fd); /* there is a newer one */
}

static err wait_for(const struct letterbox_talk *talk, short events)
{
	for (;;) {
		struct pollfd fd = {.fd = talk->fd, .events = events};
		int64_t left_us = talk->until_us - clock_mono_us();

		if (left_us <= 0)
			return FAIL(UNAVAILABLE);
		if (poll(&fd, 1, (int)(left_us / 1000) + 1) < 0 && errno != EINTR)
			return FAIL(UNAVAILABLE);
		if (fd.revents != 0)
			return OK;
	}
}

err letterbox_send(const struct letterbox_talk *talk, struct bytes message)
{
	for (;;) {
		ssize_t sent = send(talk->fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(talk, POLLOUT));
	}
}

err letterbox_receive(const struct letterbox_talk *talk, uint8_t *message, size_t max, struct bytes *message_out)
{
	for (;;) {
		ssize_t got = recv(talk->fd, message, max, MSG_DONTWAIT | MSG_TRUNC);

		if (got > (ssize_t)max)
			return FAIL(INVALID);
		if (got > 0) {
			*message_out = (struct bytes){message, (size_t)got};
			return OK;
		}
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(talk, POLLIN));
	}
}
