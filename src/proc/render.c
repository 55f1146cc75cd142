/*
 * The render process of a compartment: takes a document, gives a PDF. It holds no key and no file; fonts are mapped before
 * it gives up its files, and what it knows ends with the document.
 *
 *   idle ── BEGIN ─▶ receiving ── the last DATA ─▶ making: ANSWER, DATA … ─▶ idle
 *
 * A core that breaks off closes the channel: the process ends and is started afresh. A document that takes too long ends
 * the process as well: a second thread looks at the clock.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/renderwire.h"
#include "proc/paper.h"
#include "proc/proc.h"
#include "proc/sandbox.h"
#include "proc/type.h"

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

#define MEMORY_MAX ((rlim_t)192 << 20)
#define MAKE_MAX_US INT64_C(20000000)
#define LOOK_MS 500
#define ANSWER_WAIT_MS 20000   /* for a core that does not take what it asked for */
#define CHANNEL_WAIT_MS 3000   /* for a new channel after the core has gone */

enum watched { WATCH_CONTROL, WATCH_CORE, WATCH_COUNT };

struct server {
	struct pollfd watched[WATCH_COUNT];
	bool stopping;
	/* the document under way; size == 0: none */
	uint32_t number;
	uint32_t size;
	struct buf document;
	uint8_t message[RENDERWIRE_MESSAGE_MAX];
};

/* Monotonic time at which the document under way has had its time; 0: none. */
static _Atomic int64_t make_until_us;

static void *look_at_clock(void *unused)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};

	(void)unused;
	for (;;) {
		int64_t until_us = atomic_load(&make_until_us);

		if (until_us != 0 && clock_mono_us() > until_us) {
			log_error("a document takes too long; ends");
			_exit(1);
		}
		(void)nanosleep(&pause, NULL); /* sooner is no harm */
	}
	return NULL;
}

static err answer(const struct server *server, const struct renderwire_frame *frame)
{
	struct pollfd core = {.fd = server->watched[WATCH_CORE].fd, .events = POLLOUT};
	OWN(buf) message = {0};

	TRY(renderwire_put(&message, frame));
	for (;;) {
		ssize_t sent = send(core.fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		if (poll(&core, 1, ANSWER_WAIT_MS) == 0)
			return FAIL(UNAVAILABLE);
	}
}

static err answer_pdf(const struct server *server, struct bytes pdf)
{
	struct renderwire_frame frame = {
		.type = RENDERWIRE_ANSWER, .number = server->number, .status = RENDERWIRE_MADE, .size = (uint32_t)pdf.len,
	};

	TRY(answer(server, &frame));
	frame.type = RENDERWIRE_DATA;
	for (size_t at = 0; at < pdf.len; at += frame.data.len) {
		frame.data.ptr = pdf.ptr + at;
		frame.data.len = pdf.len - at < RENDERWIRE_DATA_MAX ? pdf.len - at : RENDERWIRE_DATA_MAX;
		TRY(answer(server, &frame));
	}
	return OK;
}

static void forget(struct server *server)
{
	buf_free(&server->document);
	server->size = 0;
}

static err finish(struct server *server)
{
	struct renderwire_frame frame = {.type = RENDERWIRE_ANSWER, .number = server->number};
	OWN(buf) pdf = {0};
	err e;

	atomic_store(&make_until_us, clock_mono_us() + MAKE_MAX_US);
	e = paper_make(bytes_of(&server->document), &pdf);
	atomic_store(&make_until_us, 0);
	forget(server);
	if (err_is_ok(e))
		return answer_pdf(server, bytes_of(&pdf));
	frame.status = err_is(e, ERR_TOO_LARGE) ? RENDERWIRE_TOO_LARGE : RENDERWIRE_FAILED;
	TRY(answer(server, &frame));
	return err_is(e, ERR_UNAVAILABLE) ? e : OK; /* no memory: a fresh process has some */
}

static err begin(struct server *server, const struct renderwire_frame *frame)
{
	if (server->size != 0)
		return FAIL(INVALID);
	server->number = frame->number;
	server->size = frame->size;
	return buf_reserve(&server->document, frame->size);
}

static err more(struct server *server, const struct renderwire_frame *frame)
{
	if (server->size == 0 || frame->number != server->number || frame->data.len > server->size - server->document.len)
		return FAIL(INVALID);
	TRY(buf_append(&server->document, frame->data));
	return server->document.len == server->size ? finish(server) : OK;
}

static err take(struct server *server, struct bytes message)
{
	struct renderwire_frame frame;

	TRY(renderwire_cut(message, &frame));
	if (frame.type == RENDERWIRE_BEGIN)
		return begin(server, &frame);
	return frame.type == RENDERWIRE_DATA ? more(server, &frame) : FAIL(INVALID);
}

static void core_replace(struct server *server, int fd)
{
	struct pollfd *core = &server->watched[WATCH_CORE];

	if (core->fd >= 0)
		(void)close(core->fd);
	*core = (struct pollfd){.fd = fd, .events = POLLIN};
	forget(server);
}

static err on_core(struct server *server)
{
	ssize_t got = recv(server->watched[WATCH_CORE].fd, server->message, sizeof(server->message), MSG_DONTWAIT | MSG_TRUNC);

	if (got > (ssize_t)sizeof(server->message))
		return FAIL(INVALID);
	if (got > 0)
		return take(server, (struct bytes){server->message, (size_t)got});
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return OK;
	core_replace(server, -1);
	return OK;
}

static err on_control(struct server *server)
{
	struct control_message message;

	TRY(control_receive(server->watched[WATCH_CONTROL].fd, 0, &message));
	if (message.kind == CONTROL_STOP)
		server->stopping = true;
	else if (message.kind == CONTROL_CHANNEL && message.role == FD_CORE)
		core_replace(server, message.fd);
	else if (message.fd >= 0)
		(void)close(message.fd); /* not for us */
	return OK;
}

/* UNAVAILABLE: the core let go of this process and no other has come: the supervisor makes a new one with a new channel. */
static err turn(struct server *server)
{
	bool alone = server->watched[WATCH_CORE].fd < 0;
	int count = poll(server->watched, WATCH_COUNT, alone ? CHANNEL_WAIT_MS : -1);

	if (count < 0)
		return errno == EINTR ? OK : FAIL(UNAVAILABLE);
	if (count == 0)
		return FAIL(UNAVAILABLE);
	if (server->watched[WATCH_CONTROL].revents != 0)
		TRY(on_control(server));
	else if (server->watched[WATCH_CORE].revents != 0)
		TRY(on_core(server));
	return OK;
}

/* Sanitizers keep memory of their own that this would count. Mapped fonts do not count. */
static err bound_memory(void)
{
#if !SANITIZED
	const struct rlimit most = {.rlim_cur = MEMORY_MAX, .rlim_max = MEMORY_MAX};

	if (setrlimit(RLIMIT_DATA, &most) != 0)
		return FAIL(UNAVAILABLE);
#endif
	return OK;
}

static err watch_clock(void)
{
	pthread_attr_t small;
	pthread_t thread;
	bool runs;

	if (pthread_attr_init(&small) != 0)
		return FAIL(UNAVAILABLE);
	runs = pthread_attr_setstacksize(&small, (size_t)256 << 10) == 0 &&
	    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED) == 0 && pthread_create(&thread, &small, look_at_clock, NULL) == 0;
	(void)pthread_attr_destroy(&small);
	return runs ? OK : FAIL(UNAVAILABLE);
}

int proc_render(struct boot *boot)
{
	static struct server server;
	const struct boot_fd *core = boot_find(boot, FD_CORE, boot->name, 0);
	err e = type_start();

	server.watched[WATCH_CONTROL] = (struct pollfd){.fd = boot_control(boot), .events = POLLIN};
	server.watched[WATCH_CORE] = (struct pollfd){.fd = core == NULL ? -1 : core->fd, .events = POLLIN};
	if (err_is_ok(e))
		e = bound_memory();
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = watch_clock();
	if (err_is_ok(e))
		e = control_ready(boot_control(boot), true);
	while (err_is_ok(e) && !server.stopping)
		e = turn(&server);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	return err_is_ok(e) ? 0 : 1;
}
