#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/reader.h"

struct reading {
	int fd;
	uint32_t number;
	int64_t until_us;
	const struct csv_sink *sink;
	struct readwire_entity as;
	bool headed;
	uint32_t last_row;
	uint32_t told;               /* problems */
	uint8_t *message;            /* READWIRE_MESSAGE_MAX */
};

/* The compartment is our caller's to read; the letter box in it is everybody's to use. */
static _Atomic int *letter_box(const struct compartment *compartment)
{
	return (_Atomic int *)(uintptr_t)&compartment->reader_fd;
}

static int channel_take(const struct compartment *compartment)
{
	return atomic_exchange(letter_box(compartment), -1);
}

static void channel_give(const struct compartment *compartment, int fd)
{
	int none = -1;

	if (!atomic_compare_exchange_strong(letter_box(compartment), &none, fd))
		(void)close(fd); /* there is a newer one */
}

static err wait_for(const struct reading *r, short events)
{
	for (;;) {
		struct pollfd fd = {.fd = r->fd, .events = events};
		int64_t left_us = r->until_us - clock_mono_us();

		if (left_us <= 0)
			return FAIL(UNAVAILABLE);
		if (poll(&fd, 1, (int)(left_us / 1000) + 1) < 0 && errno != EINTR)
			return FAIL(UNAVAILABLE);
		if (fd.revents != 0)
			return OK;
	}
}

static err send_message(const struct reading *r, struct bytes message)
{
	for (;;) {
		ssize_t sent = send(r->fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(r, POLLOUT));
	}
}

static err receive_message(const struct reading *r, struct bytes *message_out)
{
	for (;;) {
		ssize_t got = recv(r->fd, r->message, READWIRE_MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC);

		if (got > READWIRE_MESSAGE_MAX)
			return FAIL(INVALID);
		if (got > 0) {
			*message_out = (struct bytes){r->message, (size_t)got};
			return OK;
		}
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(r, POLLIN));
	}
}

static err send_file(const struct reading *r, const struct reader_wish *wish)
{
	const struct readwire_begin begin = {
		.encoding = wish->encoding, .fields = wish->fields, .size = (uint32_t)wish->file.len,
		.entity = bytes_str(wish->entity->name),
	};
	OWN(buf) message = {0};

	TRY(readwire_put_begin(&message, r->number, &begin));
	TRY(send_message(r, bytes_of(&message)));
	for (size_t at = 0; at < wish->file.len; at += READWIRE_DATA_MAX) {
		size_t len = wish->file.len - at < READWIRE_DATA_MAX ? wish->file.len - at : READWIRE_DATA_MAX;

		buf_clear(&message);
		TRY(readwire_put_data(&message, r->number, (struct bytes){wish->file.ptr + at, len}));
		TRY(send_message(r, bytes_of(&message)));
	}
	return OK;
}

static err take_heading(struct reading *r, const struct readwire_heading *heading)
{
	if (r->headed || heading->count != r->as.entity.field_count)
		return FAIL(INVALID);
	r->headed = true;
	return r->sink->heading == NULL ? OK : r->sink->heading(r->sink->context, heading->columns);
}

/* Every value is checked against its field: the reader has read a stranger's file and may be the stranger's by now. */
static err take_values(const struct reading *r, struct bytes raw, struct value values[static FIELD_MAX])
{
	const struct entity *entity = &r->as.entity;

	for (size_t i = 0; i < entity->field_count; i++) {
		TRY(value_decode(&entity->fields[i], &raw, &values[i]));
		if (values[i].null || value_check(&entity->fields[i], &values[i]) != FLAW_NONE)
			return FAIL(INVALID);
	}
	return raw.len == 0 ? OK : FAIL(INVALID);
}

static err take_rows(struct reading *r, struct bytes rows)
{
	while (rows.len > 0) {
		struct value values[FIELD_MAX] = {{0}};
		struct bytes raw;
		uint32_t row;

		TRY(readwire_cut_row(&rows, &row, &raw));
		if (!r->headed || row <= r->last_row || row > CSV_ROW_MAX + 1)
			return FAIL(INVALID);
		r->last_row = row;
		TRY(take_values(r, raw, values));
		TRY(r->sink->row(r->sink->context, row, values));
	}
	return OK;
}

static err take_problem(struct reading *r, const struct csv_problem *problem)
{
	if (r->told++ == READWIRE_PROBLEM_MAX)
		return FAIL(INVALID);
	return r->sink->problem(r->sink->context, problem);
}

/* What the sink says is the caller's; anything else that is wrong is the reader's fault. */
static err take_frame(struct reading *r, struct readwire_frame *frame)
{
	struct bytes message;

	TRY(receive_message(r, &message));
	TRY(readwire_cut(message, frame));
	if (frame->number != r->number)
		return FAIL(INVALID);
	switch (frame->type) {
	case READWIRE_HEADING: return take_heading(r, &frame->as.heading);
	case READWIRE_ROWS: return take_rows(r, frame->as.rows);
	case READWIRE_PROBLEM: return take_problem(r, &frame->as.problem);
	case READWIRE_END: return frame->as.end.problems >= r->told ? OK : FAIL(INVALID);
	case READWIRE_BEGIN:
	case READWIRE_DATA:
	case READWIRE_TYPE_COUNT: break;
	}
	return FAIL(INVALID);
}

static err converse(struct reading *r, const struct reader_wish *wish, struct readwire_end *end_out)
{
	struct readwire_frame *frame = calloc(1, sizeof(*frame));
	err e = frame == NULL ? FAIL(UNAVAILABLE) : send_file(r, wish);

	while (err_is_ok(e)) {
		e = take_frame(r, frame);
		if (err_is_ok(e) && frame->type == READWIRE_END) {
			*end_out = frame->as.end;
			break;
		}
	}
	free(frame);
	return e;
}

err reader_read(const struct compartment *compartment, const struct reader_wish *wish, const struct csv_sink *sink,
    bool *refused_out, uint32_t *problems_out)
{
	static _Atomic uint32_t numbers;
	struct reading r = {.sink = sink, .until_us = clock_mono_us() + (int64_t)READER_WAIT_MS * 1000};
	struct readwire_end end = {0};
	err e;

	REQUIRE(wish->file.len > 0 && wish->file.len <= CSV_SIZE_MAX);
	TRY(readwire_entity(wish->entity, wish->fields, &r.as));
	r.number = atomic_fetch_add(&numbers, 1) + 1;
	r.message = malloc(READWIRE_MESSAGE_MAX);
	if (r.message == NULL)
		return FAIL(UNAVAILABLE);
	r.fd = channel_take(compartment);
	e = r.fd < 0 ? FAIL(UNAVAILABLE) : converse(&r, wish, &end);
	wipe(r.message, READWIRE_MESSAGE_MAX);
	free(r.message);
	if (r.fd < 0)
		return e;
	if (!err_is_ok(e)) {
		/* In the middle of a reading the channel is of no more use; its end makes the reader begin anew. */
		(void)close(r.fd);
		if (err_is(e, ERR_INVALID))
			log_error("the reader sent what is not a frame of ours and is cut off");
		return err_is(e, ERR_INVALID) ? FAIL(UNAVAILABLE) : e;
	}
	channel_give(compartment, r.fd);
	if (end.status == READWIRE_FAILED)
		return FAIL(UNAVAILABLE);
	*refused_out = end.status == READWIRE_REFUSED;
	*problems_out = end.problems;
	return OK;
}
