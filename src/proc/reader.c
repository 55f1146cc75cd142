/*
 * The reader process of a compartment: takes a file that a stranger made, gives typed rows and problems. It holds no
 * data, no key and no file; what it knows ends with the file it reads.
 *
 *   idle ── BEGIN ─▶ receiving ── the last DATA ─▶ reading: HEADING, ROWS, PROBLEM …, END ─▶ idle
 *
 * A core that breaks off closes the channel: the process ends and is started afresh.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "op/op.h"
#include "op/readwire.h"
#include "proc/attend.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

#define MEMORY_MAX ((rlim_t)64 << 20)
#define ROW_ARENA_MAX ((size_t)8 << 20)
#define ANSWER_WAIT_MS 60000   /* for a core that does not take what it asked for */

struct server {
	struct attend attend;
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

static err flush_rows(struct server *server)
{
	if (server->rows.len > 0)
		TRY(attend_answer(&server->attend, bytes_of(&server->rows)));
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
	return attend_answer(&server->attend, bytes_of(&message));
}

static err on_problem(void *context, const struct csv_problem *problem)
{
	struct server *server = context;
	OWN(buf) message = {0};

	if (server->problems++ >= READWIRE_PROBLEM_MAX)
		return OK;
	TRY(flush_rows(server));
	TRY(readwire_put_problem(&message, server->number, problem));
	return attend_answer(&server->attend, bytes_of(&message));
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

static void forget(void *context)
{
	struct server *server = context;

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
	TRY(attend_answer(&server->attend, bytes_of(&message)));
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

static err take(void *context, struct bytes message)
{
	struct server *server = context;
	struct readwire_frame frame;

	TRY(readwire_cut(message, &frame));
	if (frame.type == READWIRE_BEGIN)
		return begin(server, frame.number, &frame.as.begin);
	return frame.type == READWIRE_DATA ? more(server, frame.number, frame.as.data) : FAIL(INVALID);
}

int proc_reader(struct boot *boot)
{
	static struct server server;
	err e = csv_start();

	server.attend = (struct attend){
		.context = &server, .take = take, .forget = forget, .message = server.message, .message_max = sizeof(server.message),
		.answer_wait_ms = ANSWER_WAIT_MS,
	};
	attend_init(&server.attend, boot);
	arena_init(&server.arena, ROW_ARENA_MAX);
	if (err_is_ok(e))
		e = attend_memory(MEMORY_MAX);
	if (err_is_ok(e) && boot_setting(boot, "catalog") != NULL) /* what files are described; while files can still be read */
		e = op_load(boot_setting(boot, "catalog"));
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = attend_serve(&server.attend);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	return err_is_ok(e) ? 0 : 1;
}
