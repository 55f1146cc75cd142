/*
 * The scan process of a compartment: takes a file that a stranger made, says whether it may be attached. It judges the kind by the
 * content and has ClamAV's daemon look at it. It holds no key and no file and reaches nothing but the folder of the daemon's socket, in
 * which it opens nothing; what it knows ends with the file.
 *
 *   idle ── BEGIN ─▶ receiving ── the last DATA ─▶ judging: ANSWER ─▶ idle
 *     └── BEGIN of 0 bytes: ANSWER about the daemon ─▶ idle
 *
 * A core that breaks off closes the channel: the process ends and is started afresh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "op/scanwire.h"
#include "proc/attend.h"
#include "proc/clamd.h"
#include "proc/mediatype.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

_Static_assert(CLAMD_TEXT_MAX == SCANWIRE_TEXT_MAX, "what the daemon says fits into an answer");

#define MEMORY_MAX ((rlim_t)96 << 20)
#define ANSWER_WAIT_MS 20000   /* for a core that does not take what it asked for */
#define ABSENT_MAX 10          /* questions in vain: the folder may have been made anew, which only a fresh process finds */

struct server {
	struct attend attend;
	char socket[PROC_PATH_MAX]; /* in the folder; "": there is no such folder */
	unsigned absent;            /* questions in vain, one after the other */
	/* the file under way */
	bool receiving;
	uint32_t number;
	uint32_t size;
	struct buf file;
	uint8_t message[SCANWIRE_MESSAGE_MAX];
};

static void forget(void *context)
{
	struct server *server = context;

	buf_free(&server->file);
	server->receiving = false;
}

static enum scanwire_verdict judge_file(const struct server *server, struct clamd_reply *reply, enum media *media_out)
{
	struct bytes file = bytes_of(&server->file);

	if (!err_is_ok(clamd_scan(server->socket, file, reply)))
		return SCANWIRE_BROKEN;
	if (reply->found != CLAMD_CLEAN)
		return reply->found == CLAMD_FOUND ? SCANWIRE_FOUND : SCANWIRE_FAILED;
	*media_out = mediatype_of(file);
	return *media_out == MEDIA_NONE ? SCANWIRE_TYPE : SCANWIRE_PASSED;
}

/* Only what the daemon has seen is judged further: without it nothing is known of a file. */
static err finish(struct server *server)
{
	struct clamd_about about = {.signatures_s = 0};
	struct clamd_reply reply = {.found = CLAMD_ERROR};
	struct scanwire_frame frame = {.type = SCANWIRE_ANSWER, .number = server->number, .answer = {.verdict = SCANWIRE_ABSENT}};
	OWN(buf) message = {0};

	if (err_is_ok(clamd_ask(server->socket, &about)))
		frame.answer.verdict = server->size == 0 ? SCANWIRE_PASSED : judge_file(server, &reply, &frame.answer.media);
	frame.answer.engine = bytes_str(about.engine);
	frame.answer.signatures_s = about.signatures_s;
	frame.answer.found = bytes_str(reply.name);
	forget(server);
	TRY(scanwire_put(&message, &frame));
	TRY(attend_answer(&server->attend, bytes_of(&message)));
	server->absent = frame.answer.verdict == SCANWIRE_ABSENT ? server->absent + 1 : 0;
	server->attend.stopping = server->attend.stopping || server->absent == ABSENT_MAX;
	return OK;
}

static err begin(struct server *server, const struct scanwire_frame *frame)
{
	if (server->receiving)
		return FAIL(INVALID);
	server->receiving = true;
	server->number = frame->number;
	server->size = frame->size;
	if (frame->size == 0)
		return finish(server);
	return buf_reserve(&server->file, frame->size);
}

static err more(struct server *server, const struct scanwire_frame *frame)
{
	if (!server->receiving || frame->number != server->number || frame->data.len > server->size - server->file.len)
		return FAIL(INVALID);
	TRY(buf_append(&server->file, frame->data));
	return server->file.len == server->size ? finish(server) : OK;
}

static err take(void *context, struct bytes message)
{
	struct server *server = context;
	struct scanwire_frame frame;

	TRY(scanwire_cut(message, &frame));
	if (frame.type == SCANWIRE_BEGIN)
		return begin(server, &frame);
	return frame.type == SCANWIRE_DATA ? more(server, &frame) : FAIL(INVALID);
}

/* The folder of the socket becomes ours, and the socket's name within it. */
static void find_socket(struct server *server, struct boot *boot)
{
	const char *path = boot_setting(boot, "clamd");
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (slash == NULL || path[0] != '/' || slash == path || (size_t)(slash - path) >= sizeof(boot->directory))
		return;
	(void)snprintf(boot->directory, sizeof(boot->directory), "%.*s", (int)(slash - path), path);
	if (access(boot->directory, X_OK) == 0) {
		(void)snprintf(server->socket, sizeof(server->socket), "%s", slash + 1);
		return;
	}
	boot->directory[0] = '\0';
}

int proc_scan(struct boot *boot)
{
	static struct server server;
	err e;

	server.attend = (struct attend){
		.context = &server, .take = take, .forget = forget, .message = server.message, .message_max = sizeof(server.message),
		.answer_wait_ms = ANSWER_WAIT_MS,
	};
	attend_init(&server.attend, boot);
	find_socket(&server, boot);
	e = attend_memory(MEMORY_MAX);
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = attend_serve(&server.attend);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	return err_is_ok(e) ? 0 : 1;
}
