/* Documents as they are built and judged, and a core's talk with a render process that is friendly, mad or gone. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "op/render.h"

static const struct render_head plain_head = {
	.title = BYTES_LIT("朝の一覧"), .subtitle = BYTES_LIT("さくら園"), .footer = BYTES_LIT("札幌市"), .issued = BYTES_LIT("2026-11-24 08:30"),
	.issued_us = INT64_C(1795563000000000), .landscape = true,
};

static struct render *built(void)
{
	const struct render_column columns[] = {
		{.head = BYTES_LIT("氏名"), .weight = 3}, {.head = BYTES_LIT("備考\t"), .weight = 5, .align = RENDER_ALIGN_CENTER},
	};
	struct render *r = NULL;

	assert_ok(render_new(&plain_head, &r));
	render_heading(r, BYTES_LIT("ひよこ組"));
	render_table(r, columns, 2);
	render_cell(r, BYTES_LIT("山田\r花子"), RENDER_BOLD);
	render_cell(r, BYTES_LIT("一行\n二行\xef\xbf\xbf\xf0\x9f\xbf\xbe"), RENDER_SHADE | RENDER_CENTER);
	render_table_end(r);
	render_text(r, BYTES_LIT("本文"));
	render_note(r, BYTES_LIT("小さく"));
	render_qr(r, BYTES_LIT("https://example.jp/"), BYTES_LIT("ここから"));
	render_break(r);
	return r;
}

static struct renderwire_item next(struct bytes *document)
{
	struct renderwire_item item;

	assert_ok(renderwire_cut_item(document, &item));
	return item;
}

static void pair(void **state)
{
	struct render *r = built();
	struct bytes document = render_document(r);
	struct renderwire_head head;
	struct renderwire_item item;

	(void)state;
	assert_ok(renderwire_check(document));
	assert_ok(renderwire_cut_head(&document, &head));
	assert_bytes(head.title, BYTES_LIT("朝の一覧"));
	assert_bytes(head.subtitle, BYTES_LIT("さくら園"));
	assert_bytes(head.footer, BYTES_LIT("札幌市"));
	assert_bytes(head.issued, BYTES_LIT("2026-11-24 08:30"));
	assert_true(head.landscape && !head.english && head.issued_us == plain_head.issued_us);
	assert_int_equal(next(&document).kind, RENDERWIRE_HEADING);
	item = next(&document);
	assert_int_equal(item.kind, RENDERWIRE_TABLE);
	assert_int_equal(item.count, 2);
	assert_bytes(item.columns[1].head, BYTES_LIT("備考 "));
	assert_int_equal(item.columns[1].weight, 5);
	assert_int_equal(item.columns[1].align, RENDERWIRE_MIDDLE);
	item = next(&document);
	assert_bytes(item.text, BYTES_LIT("山田 花子"));
	assert_int_equal(item.flags, RENDERWIRE_BOLD);
	item = next(&document);
	assert_bytes(item.text, BYTES_LIT("一行\n二行       "));
	assert_int_equal(next(&document).kind, RENDERWIRE_TABLE_END);
	assert_int_equal(next(&document).kind, RENDERWIRE_TEXT);
	assert_int_equal(next(&document).kind, RENDERWIRE_NOTE);
	item = next(&document);
	assert_bytes(item.payload, BYTES_LIT("https://example.jp/"));
	assert_bytes(item.text, BYTES_LIT("ここから"));
	assert_int_equal(next(&document).kind, RENDERWIRE_BREAK);
	assert_int_equal(document.len, 0);
	render_free(&r);
	assert_null(r);
}

/* Every document cut short, and every byte of it turned, is refused or read; nothing else. */
static void hostile(void **state)
{
	struct render *r = built();
	struct bytes document = render_document(r);
	OWN(buf) turned = {0};

	(void)state;
	for (size_t len = 0; len < document.len; len++)
		err_ignore(renderwire_check((struct bytes){document.ptr, len})); /* some are whole: no item is cut */
	assert_ok(buf_append(&turned, document));
	for (size_t at = 0; at < document.len; at++) {
		turned.ptr[at] ^= 0xff;
		err_ignore(renderwire_check(bytes_of(&turned))); /* a letter may be another one */
		turned.ptr[at] ^= 0xff;
	}
	turned.ptr[0] = 2;
	assert_err(INVALID, renderwire_check(bytes_of(&turned)));
	render_free(&r);
}

static err built_wrong(void (*build)(struct render *r))
{
	struct compartment none = {.render_fd = -1};
	OWN(buf) pdf = {0};
	struct render *r = NULL;
	err e;

	assert_ok(render_new(&plain_head, &r));
	build(r);
	e = render_pdf(&none, r, &pdf);
	assert_int_equal(pdf.len, 0);
	render_free(&r);
	return e;
}

static const struct render_column one_column = {.head = BYTES_LIT("x"), .weight = 1};

static void cell_outside(struct render *r) { render_cell(r, BYTES_LIT("x"), 0); }
static void table_open(struct render *r) { render_table(r, &one_column, 1); }
static void table_in_table(struct render *r) { render_table(r, &one_column, 1); render_table(r, &one_column, 1); }
static void table_without_columns(struct render *r) { render_table(r, &one_column, 0); }
static void broken_text(struct render *r) { render_text(r, BYTES_LIT("\xe3\x81")); render_text(r, BYTES_LIT("x")); }
static void empty_code(struct render *r) { render_qr(r, BYTES_LIT(""), BYTES_LIT("x")); }
static void right(struct render *r) { render_text(r, BYTES_LIT("x")); }

static void half_row(struct render *r)
{
	const struct render_column two[] = {one_column, one_column};

	render_table(r, two, 2);
	render_cell(r, BYTES_LIT("x"), 0);
	render_table_end(r);
}

static void many_cells(struct render *r)
{
	render_table(r, &one_column, 1);
	for (size_t i = 0; i <= RENDERWIRE_CELL_MAX; i++)
		render_cell(r, BYTES_LIT("x"), 0);
	render_table_end(r);
}

static void long_text(struct render *r)
{
	static const uint8_t text[RENDERWIRE_TEXT_MAX + 1] = {0};

	render_text(r, (struct bytes){text, sizeof(text)});
}

static void long_document(struct render *r)
{
	static uint8_t text[RENDERWIRE_TEXT_MAX];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < RENDERWIRE_DOCUMENT_MAX / sizeof(text) + 1; i++)
		render_text(r, (struct bytes){text, sizeof(text)});
}

static void rows(void **state)
{
	(void)state;
	assert_err(INVALID, built_wrong(cell_outside));
	assert_err(INVALID, built_wrong(table_open));
	assert_err(INVALID, built_wrong(table_in_table));
	assert_err(INVALID, built_wrong(half_row));
	assert_err(INVALID, built_wrong(broken_text));
	assert_err(TOO_LARGE, built_wrong(table_without_columns));
	assert_err(TOO_LARGE, built_wrong(empty_code));
	assert_err(TOO_LARGE, built_wrong(many_cells));
	assert_err(TOO_LARGE, built_wrong(long_text));
	assert_err(TOO_LARGE, built_wrong(long_document));
	assert_err(UNAVAILABLE, built_wrong(right)); /* nobody is there */
}

/* ---- the other end ---- */

struct other {
	int fd;
	void (*answer)(int fd, uint32_t number);
	pthread_t thread;
};

/* The core may have cut us off after the frame before. */
static void tell(int fd, const struct renderwire_frame *frame)
{
	OWN(buf) message = {0};
	ssize_t sent;

	assert_ok(renderwire_put(&message, frame));
	sent = send(fd, message.ptr, message.len, MSG_NOSIGNAL);
	assert_true(sent == (ssize_t)message.len || (sent < 0 && errno == EPIPE));
}

static void *other_main(void *context)
{
	static uint8_t message[RENDERWIRE_MESSAGE_MAX];
	struct other *other = context;
	struct renderwire_frame frame;
	size_t size = 0, have = 0;

	do {
		ssize_t got = recv(other->fd, message, sizeof(message), 0);

		assert_true(got > 0);
		assert_ok(renderwire_cut((struct bytes){message, (size_t)got}, &frame));
		if (frame.type == RENDERWIRE_BEGIN)
			size = frame.size;
		have += frame.data.len;
	} while (have < size);
	other->answer(other->fd, frame.number);
	return NULL;
}

static void answer_made(int fd, uint32_t number)
{
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_ANSWER, .number = number, .size = 6});
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = number, .data = BYTES_LIT("%PDF")});
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = number, .data = BYTES_LIT("-1")});
}

static void answer_too_large(int fd, uint32_t number)
{
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_ANSWER, .number = number, .status = RENDERWIRE_TOO_LARGE});
}

static void answer_other_number(int fd, uint32_t number)
{
	answer_made(fd, number + 1);
}

static void answer_more(int fd, uint32_t number)
{
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_ANSWER, .number = number, .size = 3});
	tell(fd, &(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = number, .data = BYTES_LIT("%PDF")});
}

static void answer_rubbish(int fd, uint32_t number)
{
	(void)number;
	assert_int_equal(send(fd, "rubbish", 7, MSG_NOSIGNAL), 7);
}

static void answer_nothing(int fd, uint32_t number)
{
	(void)number;
	assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
}

static err asked(void (*answer)(int fd, uint32_t number), bool *kept_out, struct buf *pdf)
{
	int ends[2];
	struct other other = {.answer = answer};
	struct compartment compartment = {.render_fd = -1};
	struct render *r = built();
	err e;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	other.fd = ends[1];
	compartment.render_fd = ends[0];
	assert_int_equal(pthread_create(&other.thread, NULL, other_main, &other), 0);
	e = render_pdf(&compartment, r, pdf);
	assert_int_equal(pthread_join(other.thread, NULL), 0);
	*kept_out = compartment.render_fd == ends[0];
	if (*kept_out)
		(void)close(ends[0]);
	(void)close(ends[1]);
	render_free(&r);
	return e;
}

static void talk(void **state)
{
	static void (*const wrong[])(int, uint32_t) = {answer_other_number, answer_more, answer_rubbish, answer_nothing};
	OWN(buf) pdf = {0};
	bool kept;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_err(UNAVAILABLE, asked(wrong[i], &kept, &pdf));
		assert_false(kept); /* cut off */
		assert_int_equal(pdf.len, 0);
	}
	assert_err(TOO_LARGE, asked(answer_too_large, &kept, &pdf));
	assert_true(kept);
	assert_ok(asked(answer_made, &kept, &pdf));
	assert_true(kept);
	assert_bytes(bytes_of(&pdf), BYTES_LIT("%PDF-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pair),
		cmocka_unit_test(hostile),
		cmocka_unit_test(rows),
		cmocka_unit_test(talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
