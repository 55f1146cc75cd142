#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/render.h"

_Static_assert(RENDERWIRE_PDF_MAX == OP_REPLY_MAX, "what a reply holds");
_Static_assert((int)RENDER_BOLD == RENDERWIRE_BOLD && (int)RENDER_SHADE == RENDERWIRE_SHADE && (int)RENDER_CENTER == RENDERWIRE_CENTER,
    "the same flags");
_Static_assert((int)RENDER_ALIGN_CENTER == RENDERWIRE_MIDDLE && (int)RENDER_ALIGN_RIGHT == RENDERWIRE_RIGHT, "the same sides");

struct render {
	struct buf document;
	struct buf texts[3];          /* scratch: cleaned texts of the item under way */
	struct renderwire_item item;
	err state;
};

/* ---- building ---- */

/* A document may not have them; a tab or a carriage return in a note is nobody's fault. */
static struct bytes clean(struct render *r, struct bytes text, size_t which)
{
	struct buf *out = &r->texts[which];

	buf_clear(out);
	if (err_is_ok(r->state) && text.len > RENDERWIRE_TEXT_MAX)
		r->state = FAIL(TOO_LARGE);
	if (err_is_ok(r->state))
		r->state = utf8_check(text, NULL);
	if (err_is_ok(r->state))
		r->state = buf_append(out, text);
	for (size_t at = 0; at < out->len; at++)
		memset(out->ptr + at, ' ', renderwire_refuses(bytes_of(out), at));
	return bytes_of(out);
}

static void put(struct render *r)
{
	if (err_is_ok(r->state))
		r->state = renderwire_put_item(&r->document, &r->item);
	if (err_is_ok(r->state) && r->document.len > RENDERWIRE_DOCUMENT_MAX)
		r->state = FAIL(TOO_LARGE);
}

static void put_text(struct render *r, enum renderwire_kind kind, struct bytes text, unsigned flags)
{
	r->item.kind = kind;
	r->item.text = clean(r, text, 0);
	r->item.flags = flags;
	put(r);
}

static err build_head(struct render *r, const struct render_head *head)
{
	struct renderwire_head wire = {
		.english = head->language == LANGUAGE_EN, .landscape = head->landscape, .sheet = head->sheet, .cover = head->cover, .issued_us = head->issued_us,
	};

	/* One after the other, since a text lives in the scratch until the next. */
	OWN(buf) issued = {0};
	wire.title = clean(r, head->title, 0);
	wire.subtitle = clean(r, head->subtitle, 1);
	TRY(buf_append(&issued, clean(r, head->issued, 2)));
	wire.issued = bytes_of(&issued);
	wire.footer = clean(r, head->footer, 2);
	TRY(r->state);
	if (wire.title.len > RENDERWIRE_LINE_MAX || wire.subtitle.len > RENDERWIRE_LINE_MAX || wire.footer.len > RENDERWIRE_LINE_MAX ||
	    wire.issued.len > RENDERWIRE_LINE_MAX)
		return FAIL(TOO_LARGE);
	return renderwire_put_head(&r->document, &wire);
}

err render_new(const struct render_head *head, struct render **out)
{
	struct render *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return FAIL(UNAVAILABLE);
	r->state = build_head(r, head);
	*out = r;
	return OK; /* what is wrong with the head is said by render_pdf, like all else */
}

void render_free(struct render **render)
{
	if (*render == NULL)
		return;
	buf_free(&(*render)->document);
	for (size_t i = 0; i < sizeof((*render)->texts) / sizeof((*render)->texts[0]); i++)
		buf_free(&(*render)->texts[i]);
	free(*render);
	*render = NULL;
}

void render_heading(struct render *render, struct bytes text)
{
	put_text(render, RENDERWIRE_HEADING, text, 0);
}

void render_text(struct render *render, struct bytes text)
{
	put_text(render, RENDERWIRE_TEXT, text, 0);
}

void render_note(struct render *render, struct bytes text)
{
	put_text(render, RENDERWIRE_NOTE, text, 0);
}

void render_cell(struct render *render, struct bytes text, unsigned flags)
{
	put_text(render, RENDERWIRE_CELL, text, flags & RENDERWIRE_FLAGS);
}

void render_qr(struct render *render, struct bytes payload, struct bytes caption)
{
	if (err_is_ok(render->state) && (payload.len == 0 || payload.len > RENDERWIRE_QR_MAX))
		render->state = FAIL(TOO_LARGE);
	render->item.payload = payload;
	put_text(render, RENDERWIRE_QR, caption, 0);
}

void render_contents(struct render *render, struct bytes title)
{
	put_text(render, RENDERWIRE_CONTENTS, title, 0);
}

void render_break(struct render *render)
{
	put_text(render, RENDERWIRE_BREAK, (struct bytes){0}, 0);
}

void render_table_end(struct render *render)
{
	put_text(render, RENDERWIRE_TABLE_END, (struct bytes){0}, 0);
}

static void put_columns(struct render *render, enum renderwire_kind kind, size_t max, const struct render_column *columns, size_t count)
{
	OWN(buf) heads = {0};

	if (count == 0 || count > max) {
		render->state = err_is_ok(render->state) ? FAIL(TOO_LARGE) : render->state;
		return;
	}
	for (size_t i = 0; i < count && err_is_ok(render->state); i++)
		render->state = buf_append(&heads, clean(render, columns[i].head, 0));
	if (!err_is_ok(render->state))
		return;
	render->item.kind = kind;
	render->item.count = count;
	for (size_t i = 0, at = 0; i < count; at += columns[i++].head.len)
		render->item.columns[i] = (struct renderwire_column){
			.head = {heads.ptr == NULL ? NULL : heads.ptr + at, columns[i].head.len},
			.weight = (uint16_t)(columns[i].weight == 0 || columns[i].weight > RENDERWIRE_WEIGHT_MAX ? 1 : columns[i].weight),
			.align = (enum renderwire_align)columns[i].align,
		};
	put(render);
}

void render_table(struct render *render, const struct render_column *columns, size_t count)
{
	put_columns(render, RENDERWIRE_TABLE, RENDERWIRE_COLUMN_MAX, columns, count);
}

void render_seals(struct render *render, const struct bytes *names, size_t count)
{
	struct render_column columns[RENDERWIRE_SEAL_MAX] = {{.weight = 1}};

	for (size_t i = 0; i < count && i < RENDERWIRE_SEAL_MAX; i++)
		columns[i] = (struct render_column){.head = names[i], .weight = 1, .align = RENDER_ALIGN_CENTER};
	put_columns(render, RENDERWIRE_SEALS, RENDERWIRE_SEAL_MAX, columns, count);
}

struct bytes render_document(const struct render *render)
{
	return bytes_of(&render->document);
}

/* ---- having it made ---- */

struct rendering {
	int fd;
	uint32_t number;
	int64_t until_us;
	struct buf message;
	uint8_t *received;            /* RENDERWIRE_MESSAGE_MAX */
};

/* The compartment is our caller's to read; the letter box in it is everybody's to use. */
static _Atomic int *letter_box(const struct compartment *compartment)
{
	return (_Atomic int *)(uintptr_t)&compartment->render_fd;
}

static void channel_give(const struct compartment *compartment, int fd)
{
	int none = -1;

	if (!atomic_compare_exchange_strong(letter_box(compartment), &none, fd))
		(void)close(fd); /* there is a newer one */
}

/* An idle channel says nothing: one that does has lost its process. */
static bool is_live(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN};

	return poll(&look, 1, 0) == 0;
}

static err channel_take(const struct compartment *compartment, int *fd_out)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int64_t until_us = clock_mono_us() + (int64_t)RENDER_CHANNEL_WAIT_MS * 1000;

	for (;;) {
		int fd = atomic_exchange(letter_box(compartment), -1);

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

static err wait_for(const struct rendering *r, short events)
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

static err send_frame(struct rendering *r, const struct renderwire_frame *frame)
{
	buf_clear(&r->message);
	TRY(renderwire_put(&r->message, frame));
	for (;;) {
		ssize_t sent = send(r->fd, r->message.ptr, r->message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)r->message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(r, POLLOUT));
	}
}

static err send_document(struct rendering *r, struct bytes document)
{
	struct renderwire_frame frame = {.type = RENDERWIRE_BEGIN, .number = r->number, .size = (uint32_t)document.len};

	TRY(send_frame(r, &frame));
	frame.type = RENDERWIRE_DATA;
	for (size_t at = 0; at < document.len; at += frame.data.len) {
		frame.data.ptr = document.ptr + at;
		frame.data.len = document.len - at < RENDERWIRE_DATA_MAX ? document.len - at : RENDERWIRE_DATA_MAX;
		TRY(send_frame(r, &frame));
	}
	return OK;
}

static err receive_frame(struct rendering *r, struct renderwire_frame *frame_out)
{
	for (;;) {
		ssize_t got = recv(r->fd, r->received, RENDERWIRE_MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC);

		if (got > RENDERWIRE_MESSAGE_MAX)
			return FAIL(INVALID);
		if (got > 0) {
			TRY(renderwire_cut((struct bytes){r->received, (size_t)got}, frame_out));
			return frame_out->number == r->number ? OK : FAIL(INVALID);
		}
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			return FAIL(UNAVAILABLE);
		TRY(wait_for(r, POLLIN));
	}
}

static err receive_pdf(struct rendering *r, enum renderwire_status *status_out, struct buf *pdf)
{
	struct renderwire_frame frame;
	size_t size;

	TRY(receive_frame(r, &frame));
	if (frame.type != RENDERWIRE_ANSWER)
		return FAIL(INVALID);
	*status_out = frame.status;
	size = frame.size; /* 0..RENDERWIRE_PDF_MAX */
	while (pdf->len < size) {
		TRY(receive_frame(r, &frame));
		if (frame.type != RENDERWIRE_DATA || frame.data.len > size - pdf->len)
			return FAIL(INVALID);
		TRY(buf_append(pdf, frame.data));
	}
	return OK;
}

static err converse(struct rendering *r, struct bytes document, enum renderwire_status *status_out, struct buf *pdf)
{
	err e = send_document(r, document);

	return err_is_ok(e) ? receive_pdf(r, status_out, pdf) : e;
}

/* One at a time; the channel is broken off when anything is not as it should be, and the process begins anew. */
static err make(const struct compartment *compartment, struct rendering *r, struct bytes document, struct buf *pdf)
{
	enum renderwire_status status = RENDERWIRE_FAILED;
	err e;

	TRY(channel_take(compartment, &r->fd));
	e = converse(r, document, &status, pdf);
	if (!err_is_ok(e)) {
		(void)close(r->fd);
		if (err_is(e, ERR_INVALID))
			log_error("the render process sent what is not a frame of ours and is cut off");
		return FAIL(UNAVAILABLE);
	}
	channel_give(compartment, r->fd);
	if (status == RENDERWIRE_MADE)
		return OK;
	return status == RENDERWIRE_TOO_LARGE ? FAIL(TOO_LARGE) : FAIL(UNAVAILABLE);
}

err render_built(const struct render *render, struct buf *document_out)
{
	TRY(render->state);
	TRY(renderwire_check(bytes_of(&render->document)));
	return buf_append(document_out, bytes_of(&render->document));
}

err render_pdf(const struct compartment *compartment, struct render *render, struct buf *pdf_out)
{
	TRY(render->state);
	return render_file(compartment, bytes_of(&render->document), pdf_out);
}

err render_file(const struct compartment *compartment, struct bytes document, struct buf *file_out)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	static uint32_t numbers;
	struct rendering r = {.until_us = clock_mono_us() + (int64_t)RENDER_WAIT_MS * 1000};
	OWN(buf) pdf = {0};
	err e;

	TRY(renderwire_check(document));
	REQUIRE(file_out->len == 0);
	r.received = malloc(RENDERWIRE_MESSAGE_MAX);
	if (r.received == NULL)
		return FAIL(UNAVAILABLE);
	pthread_mutex_lock(&turn);
	r.number = ++numbers;
	/* Who has waited too long for others leaves the channel alone. */
	e = clock_mono_us() < r.until_us ? make(compartment, &r, document, &pdf) : FAIL(UNAVAILABLE);
	pthread_mutex_unlock(&turn);
	wipe(r.received, RENDERWIRE_MESSAGE_MAX);
	free(r.received);
	buf_free(&r.message);
	TRY(e);
	buf_free(file_out);
	*file_out = buf_take(&pdf);
	return OK;
}
