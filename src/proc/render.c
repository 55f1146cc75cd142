/*
 * The render process of a compartment: takes a document, gives a PDF or a workbook. It holds no key and no file; fonts are mapped before
 * it gives up its files, and what it knows ends with the document.
 *
 *   idle ── BEGIN ─▶ receiving ── the last DATA ─▶ making: ANSWER, DATA … ─▶ idle
 *
 * A core that breaks off closes the channel: the process ends and is started afresh. A document that takes too long ends
 * the process as well: a second thread looks at the clock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/renderwire.h"
#include "proc/attend.h"
#include "proc/paper.h"
#include "proc/proc.h"
#include "proc/sandbox.h"
#include "proc/type.h"
#include "proc/workbook.h"

#define MEMORY_MAX ((rlim_t)192 << 20)
#define MAKE_MAX_US INT64_C(20000000)
#define LOOK_MS 500
#define ANSWER_WAIT_MS 20000   /* for a core that does not take what it asked for */

struct server {
	struct attend attend;
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

static err answer(struct server *server, const struct renderwire_frame *frame)
{
	OWN(buf) message = {0};

	TRY(renderwire_put(&message, frame));
	return attend_answer(&server->attend, bytes_of(&message));
}

static err answer_pdf(struct server *server, struct bytes pdf)
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

static void forget(void *context)
{
	struct server *server = context;

	buf_free(&server->document);
	server->size = 0;
}

/* What the document says it is. */
static err make(struct bytes document, struct buf *file_out)
{
	struct renderwire_head head;
	struct bytes rest = document;

	TRY(renderwire_cut_head(&rest, &head));
	return head.sheet ? workbook_make(document, file_out) : paper_make(document, file_out);
}

static err finish(struct server *server)
{
	struct renderwire_frame frame = {.type = RENDERWIRE_ANSWER, .number = server->number};
	OWN(buf) pdf = {0};
	err e;

	atomic_store(&make_until_us, clock_mono_us() + MAKE_MAX_US);
	e = make(bytes_of(&server->document), &pdf);
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

static err take(void *context, struct bytes message)
{
	struct server *server = context;
	struct renderwire_frame frame;

	TRY(renderwire_cut(message, &frame));
	if (frame.type == RENDERWIRE_BEGIN)
		return begin(server, &frame);
	return frame.type == RENDERWIRE_DATA ? more(server, &frame) : FAIL(INVALID);
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
	err e = type_start();

	server.attend = (struct attend){
		.context = &server, .take = take, .forget = forget, .message = server.message, .message_max = sizeof(server.message),
		.answer_wait_ms = ANSWER_WAIT_MS,
	};
	attend_init(&server.attend, boot);
	if (err_is_ok(e))
		e = attend_memory(MEMORY_MAX);
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = watch_clock();
	if (err_is_ok(e))
		e = attend_serve(&server.attend);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	return err_is_ok(e) ? 0 : 1;
}
