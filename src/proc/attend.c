#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/control.h"
#include "proc/proc.h"

#include "proc/attend.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void attend_init(struct attend *attend, struct boot *boot)
{
	const struct boot_fd *core = boot_find(boot, FD_CORE, boot->name, 0);

	attend->watched[ATTEND_CONTROL] = (struct pollfd){.fd = boot_control(boot), .events = POLLIN};
	attend->watched[ATTEND_CORE] = (struct pollfd){.fd = core == NULL ? -1 : core->fd, .events = POLLIN};
}

err attend_memory(rlim_t most)
{
	const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};

	return SANITIZED || setrlimit(RLIMIT_DATA, &limit) == 0 ? OK : FAIL(UNAVAILABLE);
}

err attend_answer(struct attend *attend, struct bytes message)
{
	struct pollfd core = {.fd = attend->watched[ATTEND_CORE].fd, .events = POLLOUT};

	for (;;) {
		ssize_t sent = send(core.fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		if (poll(&core, 1, attend->answer_wait_ms) == 0)
			return FAIL(UNAVAILABLE);
	}
}

static void core_replace(struct attend *attend, int fd)
{
	struct pollfd *core = &attend->watched[ATTEND_CORE];

	if (core->fd >= 0)
		(void)close(core->fd);
	*core = (struct pollfd){.fd = fd, .events = POLLIN};
	attend->forget(attend->context);
}

static err on_core(struct attend *attend)
{
	ssize_t got = recv(attend->watched[ATTEND_CORE].fd, attend->message, attend->message_max, MSG_DONTWAIT | MSG_TRUNC);

	if (got > (ssize_t)attend->message_max)
		return FAIL(INVALID);
	if (got > 0)
		return attend->take(attend->context, (struct bytes){attend->message, (size_t)got});
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return OK;
	core_replace(attend, -1);
	return OK;
}

static err on_control(struct attend *attend)
{
	struct control_message message;

	TRY(control_receive(attend->watched[ATTEND_CONTROL].fd, 0, &message));
	if (message.kind == CONTROL_STOP)
		attend->stopping = true;
	else if (message.kind == CONTROL_CHANNEL && message.role == FD_CORE)
		core_replace(attend, message.fd);
	else if (message.fd >= 0)
		(void)close(message.fd); /* not for us */
	return OK;
}

static err turn(struct attend *attend)
{
	struct pollfd now[ATTEND_COUNT] = {attend->watched[ATTEND_CONTROL], attend->watched[ATTEND_CORE]};
	int count = poll(now, ATTEND_COUNT, now[ATTEND_CORE].fd < 0 ? ATTEND_CHANNEL_WAIT_MS : -1);

	if (count < 0)
		return errno == EINTR ? OK : FAIL(UNAVAILABLE);
	if (count == 0)
		return FAIL(UNAVAILABLE);
	if (now[ATTEND_CONTROL].revents != 0)
		TRY(on_control(attend));
	else if (now[ATTEND_CORE].revents != 0)
		TRY(on_core(attend));
	return OK;
}

err attend_serve(struct attend *attend)
{
	TRY(control_ready(attend->watched[ATTEND_CONTROL].fd, true));
	while (!attend->stopping)
		TRY(turn(attend));
	return OK;
}
