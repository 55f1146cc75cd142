/*
 * The reader process of a compartment: takes a file that a stranger made, gives typed rows and problems. It holds no
 * data, no key and no file; what it knows ends with the file it reads.
 *
 *   idle ── BEGIN ─▶ receiving ── the last DATA ─▶ reading: HEADING, ROWS, PROBLEM …, END ─▶ idle
 *
 * A core that breaks off closes the channel: the process ends and is started afresh.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "op/readwire.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

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

#define MEMORY_MAX ((rlim_t)64 << 20)
#define ROW_ARENA_MAX ((size_t)8 << 20)
#define ANSWER_WAIT_MS 60000   /* for a core that does not take what it asked for */
#define CHANNEL_WAIT_MS 3000   /* for a new channel after the core has gone */

enum watched { WATCH_CONTROL, WATCH_CORE, WATCH_COUNT };

struct server {
	struct pollfd watched[WATCH_COUNT];
	bool stopping;
	/* the reading under way; as.entity.name == NULL: none */
	struct readwire_entity as;
	enum csv_encoding encoding;
	uint32_t number;
	uint32_t size;
	struct buf file;
	struct arena arena;
	struct buf rows;           /* collected for the next message */
	struct buf values;
	uint32_t problems;
	uint8_t message[READWIRE_MESSAGE_MAX];
};

static err answer(struct server *server, struct bytes message)
{
	struct pollfd core = {.fd = server->watched[WATCH_CORE].fd, .events = POLLOUT};

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

static err flush_rows(struct server *server)
{
	if (server->rows.len > 0)
		TRY(answer(server, bytes_of(&server->rows)));
	buf_clear(&server->rows);
	return OK;
}

/* ---- what csv_read tells ---- */

static err on_heading(void *context, const uint32_t columns[static FIELD_MAX])
{
	struct server *server = context;
	struct readwire_heading heading = {.count = server->as.entity.field_count};
	OWN(buf) message = {0};

	memcpy(heading.columns, columns, sizeof(heading.columns));
	TRY(readwire_put_heading(&message, server->number, &heading));
	return answer(server, bytes_of(&message));
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	struct server *server = context;
	OWN(buf) message = {0};

	if (server->problems++ >= READWIRE_PROBLEM_MAX)
		return OK;
	TRY(flush_rows(server));
	TRY(readwire_put_problem(&message, server->number, problem));
	return answer(server, bytes_of(&message));
}

static err row_too_large(struct server *server, uint32_t row)
{
	const struct csv_problem problem = {
		.row = row, .flaw = FLAW_TOO_LARGE, .message_ja = "この行は長すぎます", .message_en = "This row is too long",
	};

	return on_problem(server, &problem);
}

static err on_row(void *context, uint32_t row, const struct value *values)
{
	struct server *server = context;
	err e;

	buf_clear(&server->values);
	for (size_t i = 0; i < server->as.entity.field_count; i++)
		TRY(value_encode(&server->as.fields[i], &values[i], &server->values));
	e = readwire_put_row(&server->rows, server->number, row, bytes_of(&server->values));
	if (!err_is(e, ERR_TOO_LARGE))
		return e;
	TRY(flush_rows(server));
	e = readwire_put_row(&server->rows, server->number, row, bytes_of(&server->values));
	return err_is(e, ERR_TOO_LARGE) ? row_too_large(server, row) : e;
}

/* ---- frames ---- */

static enum readwire_status read_file(struct server *server)
{
	const struct csv_sink sink = {.context = server, .heading = on_heading, .row = on_row, .problem = on_problem};
	err e = csv_read(bytes_of(&server->file), server->encoding, &server->as.entity, &server->arena, &sink);

	if (err_is_ok(e))
		return READWIRE_READ;
	return (err_is(e, ERR_INVALID) || err_is(e, ERR_TOO_LARGE)) && server->problems > 0 ? READWIRE_REFUSED : READWIRE_FAILED;
}

static void forget(struct server *server)
{
	buf_free(&server->file);
	buf_free(&server->rows);
	buf_free(&server->values);
	arena_reset(&server->arena);
	server->as.entity.name = NULL;
	server->problems = 0;
}

static err finish(struct server *server)
{
	struct readwire_end end = {.status = read_file(server)};
	OWN(buf) message = {0};

	end.problems = server->problems;
	TRY(flush_rows(server));
	TRY(readwire_put_end(&message, server->number, &end));
	TRY(answer(server, bytes_of(&message)));
	forget(server);
	return OK;
}

static err begin(struct server *server, uint32_t number, const struct readwire_begin *wish)
{
	const struct entity *entity = readwire_find(wish->entity);

	if (entity == NULL || server->as.entity.name != NULL)
		return FAIL(INVALID);
	TRY(readwire_entity(entity, wish->fields, &server->as));
	server->number = number;
	server->encoding = wish->encoding;
	server->size = wish->size;
	return buf_reserve(&server->file, wish->size);
}

static err more(struct server *server, uint32_t number, struct bytes data)
{
	if (server->as.entity.name == NULL || number != server->number || data.len > server->size - server->file.len)
		return FAIL(INVALID);
	TRY(buf_append(&server->file, data));
	return server->file.len == server->size ? finish(server) : OK;
}

static err take(struct server *server, struct bytes message)
{
	struct readwire_frame frame;

	TRY(readwire_cut(message, &frame));
	if (frame.type == READWIRE_BEGIN)
		return begin(server, frame.number, &frame.as.begin);
	return frame.type == READWIRE_DATA ? more(server, frame.number, frame.as.data) : FAIL(INVALID);
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

/* Sanitizers keep memory of their own that this would count. */
static err bound_memory(void)
{
#if !SANITIZED
	const struct rlimit most = {.rlim_cur = MEMORY_MAX, .rlim_max = MEMORY_MAX};

	if (setrlimit(RLIMIT_DATA, &most) != 0)
		return FAIL(UNAVAILABLE);
#endif
	return OK;
}

int proc_reader(struct boot *boot)
{
	static struct server server;
	const struct boot_fd *core = boot_find(boot, FD_CORE, boot->name, 0);
	err e = csv_start();

	server.watched[WATCH_CONTROL] = (struct pollfd){.fd = boot_control(boot), .events = POLLIN};
	server.watched[WATCH_CORE] = (struct pollfd){.fd = core == NULL ? -1 : core->fd, .events = POLLIN};
	arena_init(&server.arena, ROW_ARENA_MAX);
	if (err_is_ok(e))
		e = bound_memory();
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = control_ready(boot_control(boot), true);
	while (err_is_ok(e) && !server.stopping)
		e = turn(&server);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	return err_is_ok(e) ? 0 : 1;
}
