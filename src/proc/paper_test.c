/* Documents on paper: what can be read from them again with other people's tools, and that the same gives the same. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "op/render.h"
#include "proc/paper.h"
#include "proc/type.h"
#include "store/temp_test.h"

/* cairo 1.16 forgets a list of some hundred bytes for each font that it embeds; the process's limit of memory bounds it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libcairo.so";
}

#define PAYLOAD "https://mori.example.jp/#/invitation/sapporo.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"

static struct render_head head(bool landscape)
{
	return (struct render_head){
		.title = BYTES_LIT("朝の一覧　11月24日（火）"), .subtitle = BYTES_LIT("さくら保育園"), .footer = BYTES_LIT("札幌市　個人情報を含みます"),
		.issued = BYTES_LIT("2026年11月24日 08:30 作成"), .issued_us = INT64_C(1795476600000000), .landscape = landscape,
	};
}

static struct render *list_of(size_t children, bool landscape)
{
	const struct render_head top = head(landscape);
	const struct render_column columns[] = {
		{.head = BYTES_LIT("番号"), .weight = 10, .align = RENDER_ALIGN_RIGHT}, {.head = BYTES_LIT("氏名"), .weight = 30},
		{.head = BYTES_LIT("アレルギー"), .weight = 40}, {.head = BYTES_LIT("出欠"), .weight = 12, .align = RENDER_ALIGN_CENTER},
	};
	struct render *r = NULL;

	assert_ok(render_new(&top, &r));
	render_heading(r, BYTES_LIT("ひよこ組"));
	render_table(r, columns, COUNT_OF(columns));
	for (size_t i = 1; i <= children; i++) {
		OWN(buf) number = {0};

		assert_ok(buf_printf(&number, "N%03zu", i));
		render_cell(r, bytes_of(&number), 0);
		render_cell(r, BYTES_LIT("札幌　花子（さっぽろ　はなこ）"), RENDER_BOLD);
		render_cell(r, BYTES_LIT("卵、牛乳、小麦、落花生。少しでも口にした時は、すぐに保護者へ電話し、エピペンを使ってください。"),
		    i % 3 == 0 ? RENDER_SHADE : 0);
		render_cell(r, BYTES_LIT("○"), RENDER_CENTER);
	}
	render_table_end(r);
	render_break(r);
	render_text(r, BYTES_LIT("保護者のみなさまへ\nお子さまの欠席は、朝8時30分までにお知らせください。 For English, please see the reverse side."));
	render_qr(r, BYTES_LIT(PAYLOAD), BYTES_LIT("スマートフォンのカメラで読み取ってください。"));
	render_note(r, BYTES_LIT("この紙は大切に保管してください。"));
	return r;
}

static void make(struct render *r, struct buf *pdf)
{
	assert_ok(paper_make(render_document(r), pdf));
	assert_true(pdf->len <= RENDERWIRE_PDF_MAX);
	assert_memory_equal(pdf->ptr, "%PDF-1.", 7);
}

/* ---- other people's tools ---- */

static bool installed(const char *tool)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/usr/bin/%s", tool);
	return access(path, X_OK) == 0;
}

static void save(struct bytes pdf)
{
	int fd = open(temp_file("out.pdf"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, pdf.ptr, pdf.len), (ssize_t)pdf.len);
	assert_int_equal(close(fd), 0);
}

/* What a tool prints; its status must be 0. */
static void run(const char *const argv[], struct buf *text)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	uint8_t piece[4096];
	int ends[2];
	int status;
	ssize_t got;
	pid_t pid;

	buf_clear(text);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO), 0);
	assert_int_equal(posix_spawn_file_actions_addchdir_np(&actions, temp_path), 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	while ((got = read(ends[0], piece, sizeof(piece))) > 0)
		assert_ok(buf_append(text, (struct bytes){piece, (size_t)got}));
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s ended with %d: %.*s", argv[0], status, (int)text->len, (const char *)text->ptr);
	assert_ok(buf_u8(text, 0));
}

static void says(const struct buf *text, const char *words, bool yes)
{
	if ((strstr((const char *)text->ptr, words) != NULL) != yes)
		fail_msg("%s: %s in\n%s", yes ? "misses" : "has", words, (const char *)text->ptr);
}

static size_t times(const struct buf *text, const char *words)
{
	size_t count = 0;

	for (const char *at = (const char *)text->ptr; (at = strstr(at, words)) != NULL; at += strlen(words))
		count++;
	return count;
}

static void reads_back(void **state)
{
	const char *const text_of[] = {"pdftotext", "-layout", "out.pdf", "-", NULL};
	struct render *r = list_of(40, false);
	OWN(buf) pdf = {0};
	OWN(buf) text = {0};

	(void)state;
	make(r, &pdf);
	render_free(&r);
	if (!installed("pdftotext"))
		skip();
	save(bytes_of(&pdf));
	run(text_of, &text);
	says(&text, "朝の一覧", true);
	says(&text, "さくら保育園", true);
	says(&text, "N001", true);
	says(&text, "N040", true);
	says(&text, "花子（さっぽろ", true);
	says(&text, "エピペン", true);
	says(&text, "保護者のみなさまへ", true);
	says(&text, "For English, please see", true);
	says(&text, "2026年11月24日 08:30 作成", true);
	/* The head of the table on each of its pages, the foot on all. */
	assert_int_equal(times(&text, "アレルギー"), times(&text, "個人情報を含みます") - 1);
	assert_true(times(&text, "アレルギー") > 1);
	says(&text, "1/4", true);
	says(&text, "4/4", true);
}

static void is_a_pdf(void **state)
{
	const char *const check[] = {"qpdf", "--check", "out.pdf", NULL};
	const char *const fonts[] = {"pdffonts", "out.pdf", NULL};
	const char *const about[] = {"pdfinfo", "-rawdates", "out.pdf", NULL};
	struct render *r = list_of(40, true);
	OWN(buf) pdf = {0};
	OWN(buf) text = {0};

	(void)state;
	make(r, &pdf);
	render_free(&r);
	if (!installed("qpdf") || !installed("pdffonts"))
		skip();
	save(bytes_of(&pdf));
	run(check, &text);
	says(&text, "No syntax or stream encoding errors found", true);
	run(fonts, &text);
	says(&text, "NotoSansCJKjp-Regular", true);
	says(&text, "NotoSansCJKjp-Bold", true);
	assert_int_equal(times(&text, "yes yes yes"), times(&text, "NotoSansCJKjp")); /* embedded, a subset, with Unicode */
	run(about, &text);
	says(&text, "Title:           朝の一覧　11月24日（火）", true);
	says(&text, "20261124", true);
	says(&text, "841.89 x 595.28 pts (A4)", true);
}

/* A document that is issued: cover with boxes for seals, contents, sections over several pages. */
static struct render *issued_document(size_t sections)
{
	const struct render_head top = {
		.title = BYTES_LIT("認証台帳　第3号"), .subtitle = BYTES_LIT("札幌市"), .footer = BYTES_LIT("文書番号 R-3　第2版"), .issued = BYTES_LIT("2026年11月24日 発行"),
		.issued_us = INT64_C(1795476600000000), .cover = true,
	};
	const struct bytes seals[] = {BYTES_LIT("承認"), BYTES_LIT("確認"), BYTES_LIT("作成")};
	struct render *r = NULL;

	assert_ok(render_new(&top, &r));
	render_seals(r, seals, COUNT_OF(seals));
	render_break(r);
	render_contents(r, BYTES_LIT("目次"));
	for (size_t i = 0; i < sections; i++) {
		OWN(buf) heading = {0};

		render_break(r);
		assert_ok(buf_printf(&heading, "%zu　章の見出し", i + 1));
		render_heading(r, bytes_of(&heading));
		render_text(r, BYTES_LIT("本文がここに続きます。"));
	}
	return r;
}

static void has_cover_and_contents(void **state)
{
	const char *const check[] = {"qpdf", "--check", "out.pdf", NULL};
	const char *const text_of[] = {"pdftotext", "-layout", "out.pdf", "-", NULL};
	const char *const outline[] = {"qpdf", "--json", "--json-key=outlines", "out.pdf", NULL};
	struct render *r = issued_document(12);
	OWN(buf) pdf = {0};
	OWN(buf) text = {0};

	(void)state;
	make(r, &pdf);
	render_free(&r);
	if (!installed("qpdf") || !installed("pdftotext"))
		skip();
	save(bytes_of(&pdf));
	run(check, &text);
	says(&text, "No syntax or stream encoding errors found", true);
	run(text_of, &text);
	says(&text, "目次", true);
	says(&text, "承認", true);
	assert_int_equal(times(&text, "章の見出し"), 24); /* in the list and where it stands */
	assert_int_equal(times(&text, "認証台帳"), 14); /* on the cover, and above each page behind it */
	says(&text, "14 / 14", true);
	says(&text, "文書番号 R-3", true);
	run(outline, &text);
	says(&text, "章の見出し", true);
	/* The number behind the heading is that of its page. */
	says(&text, "\"destpageposfrom1\": 14", true);
}

/* What ISO 19005-2 asks for and can be seen from outside: metadata that says so, an output intent with its profile, an identifier. */
static void is_made_to_be_kept(void **state)
{
	const char *const objects[] = {"qpdf", "--json", "--json-key=qpdf", "--json-stream-data=none", "out.pdf", NULL};
	const char *const metadata[] = {"pdfinfo", "-meta", "out.pdf", NULL};
	const char *const about[] = {"pdfinfo", "-rawdates", "out.pdf", NULL};
	struct render *r = issued_document(3);
	OWN(buf) pdf = {0};
	OWN(buf) text = {0};

	(void)state;
	make(r, &pdf);
	render_free(&r);
	assert_memory_equal(pdf.ptr + 8, "\n%\265\355\256\373\n", 7); /* bytes above 127 behind the first line */
	if (!installed("qpdf") || !installed("pdfinfo"))
		skip();
	save(bytes_of(&pdf));
	run(objects, &text);
	says(&text, "/GTS_PDFA1", true);
	says(&text, "/DestOutputProfile", true);
	says(&text, "/ID", true);
	for (const char *const *word = (const char *const[]){"/JavaScript", "/Launch", "/EmbeddedFile", "/Encrypt", "/LZWDecode", "/AA", NULL}; *word != NULL; word++)
		says(&text, *word, false);
	run(metadata, &text);
	says(&text, "<pdfaid:part>2</pdfaid:part>", true);
	says(&text, "<pdfaid:conformance>B</pdfaid:conformance>", true);
	says(&text, "認証台帳　第3号", true);
	says(&text, "2026-11-24T", true);
	run(about, &text);
	says(&text, "Title:           認証台帳　第3号", true);
}

static void code_reads_back(void **state)
{
	const char *const draw[] = {"pdftoppm", "-r", "150", "-png", "-singlefile", "-f", "2", "out.pdf", "page", NULL};
	const char *const decode[] = {"zbarimg", "-q", "--raw", "page.png", NULL};
	struct render *r = list_of(2, false);
	OWN(buf) pdf = {0};
	OWN(buf) text = {0};

	(void)state;
	make(r, &pdf);
	render_free(&r);
	if (!installed("pdftoppm") || !installed("zbarimg"))
		skip();
	save(bytes_of(&pdf));
	run(draw, &text);
	run(decode, &text);
	says(&text, PAYLOAD, true);
}

/* P1, whatever was made before. */
static void same_bytes(void **state)
{
	OWN(buf) first = {0};

	(void)state;
	for (size_t i = 0; i < 24; i++) {
		struct render *r = list_of(12, false);
		struct render *other = list_of(i, i % 2 == 0);
		OWN(buf) again = {0};
		OWN(buf) between = {0};

		make(r, &again);
		make(other, &between);
		if (i == 0)
			assert_ok(buf_append(&first, bytes_of(&again)));
		assert_int_equal(again.len, first.len);
		assert_memory_equal(again.ptr, first.ptr, first.len);
		render_free(&r);
		render_free(&other);
	}
}

/* ---- what nobody should ask for ---- */

static struct render *empty(void)
{
	const struct render_head top = {.issued_us = 0};
	struct render *r = NULL;

	assert_ok(render_new(&top, &r));
	return r;
}

static void many_rows(struct render *r)
{
	const struct render_column column = {.head = BYTES_LIT("x"), .weight = 1};

	render_table(r, &column, 1);
	for (size_t i = 0; i < RENDERWIRE_CELL_MAX; i++)
		render_cell(r, BYTES_LIT("x"), 0);
	render_table_end(r);
}

/* A letter a line, many pages high. */
static void narrow_column(struct render *r)
{
	static uint8_t text[RENDERWIRE_TEXT_MAX];
	const struct render_column columns[] = {{.head = BYTES_LIT("細い見出し"), .weight = 1}, {.head = BYTES_LIT("広い"), .weight = 1000}};

	memset(text, 'x', sizeof(text));
	render_table(r, columns, 2);
	render_cell(r, (struct bytes){text, 2000}, 0);
	render_cell(r, BYTES_LIT("y"), 0);
	render_table_end(r);
}

static void high_head(struct render *r)
{
	static uint8_t text[RENDERWIRE_LINE_MAX];
	struct render_column columns[RENDERWIRE_COLUMN_MAX];

	memset(text, '\n', sizeof(text));
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		columns[i] = (struct render_column){.head = {text, sizeof(text)}, .weight = 1};
	render_table(r, columns, COUNT_OF(columns));
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		render_cell(r, BYTES_LIT("z"), 0);
	render_table_end(r);
}

static void many_marks(struct render *r)
{
	OWN(buf) text = {0};

	for (size_t i = 0; i < 5000; i++)
		assert_ok(buf_append_str(&text, "\xcc\x81")); /* a combining acute, on nothing */
	render_text(r, bytes_of(&text));
	render_text(r, BYTES_LIT("\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xf0\x9f\x98\x80 \xe2\x80\xae" "abc \xef\xbf\xbf"));
}

static void only_breaks(struct render *r)
{
	for (size_t i = 0; i < 100; i++)
		render_break(r);
}

static void many_pages(struct render *r)
{
	for (size_t i = 0; i < PAPER_PAGES_MAX + 1; i++) {
		render_text(r, BYTES_LIT(""));
		render_break(r);
	}
	render_text(r, BYTES_LIT(""));
}

static void largest_code(struct render *r)
{
	static const uint8_t payload[RENDERWIRE_QR_MAX] = {0xff};

	render_qr(r, (struct bytes){payload, sizeof(payload)}, BYTES_LIT(""));
}

static void all_letters(struct render *r)
{
	OWN(buf) text = {0};

	for (unsigned letter = 0x4e00; letter < 0x9fa0; letter++) {
		const uint8_t one[] = {(uint8_t)(0xe0 | letter >> 12), (uint8_t)(0x80 | (letter >> 6 & 63)), (uint8_t)(0x80 | (letter & 63))};

		assert_ok(buf_append(&text, (struct bytes){one, sizeof(one)}));
		if (text.len > RENDERWIRE_TEXT_MAX - sizeof(one)) {
			render_text(r, bytes_of(&text));
			buf_clear(&text);
		}
	}
}

static void hostile(void **state)
{
	static const struct { void (*build)(struct render *r); enum err_code code; } rows[] = {
		{many_rows, ERR_TOO_LARGE}, {narrow_column, ERR_OK}, {high_head, ERR_OK}, {many_marks, ERR_OK}, {only_breaks, ERR_OK},
		{many_pages, ERR_TOO_LARGE}, {largest_code, ERR_OK}, {all_letters, ERR_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t start_us = clock_mono_us();
		struct render *r = empty();
		OWN(buf) pdf = {0};
		err e;

		rows[i].build(r);
		e = paper_make(render_document(r), &pdf);
		if (!err_is(e, rows[i].code))
			fail_msg("row %zu: %s", i, err_row(e)->name);
		assert_true((pdf.len > 0) == err_is_ok(e));
		assert_true(clock_mono_us() - start_us < INT64_C(20000000));
		render_free(&r);
	}
}

/* Every document cut short; broken text. */
static void refused(void **state)
{
	struct render *r = list_of(1, false);
	struct bytes document = render_document(r);
	OWN(buf) broken = {0};
	OWN(buf) pdf = {0};

	(void)state;
	for (size_t len = 0; len < 40; len++)
		assert_err(INVALID, paper_make((struct bytes){document.ptr, len}, &pdf));
	assert_ok(buf_append(&broken, document));
	broken.ptr[15] = 0xff; /* the title's first letter */
	assert_err(INVALID, paper_make(bytes_of(&broken), &pdf));
	assert_int_equal(pdf.len, 0);
	render_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(is_a_pdf),
		cmocka_unit_test(has_cover_and_contents),
		cmocka_unit_test(is_made_to_be_kept),
		cmocka_unit_test(code_reads_back),
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(hostile),
		cmocka_unit_test(refused),
	};

	if (!err_is_ok(type_start()))
		return 1;
	return cmocka_run_group_tests(tests, temp_make, temp_remove);
}
