#include <stdlib.h>

#include <zlib.h>

#include "base/unit_test.h"
#include "op/render.h"

#include "proc/workbook.h"

static struct render *begin(void)
{
	const struct render_head head = {
		.title = BYTES_LIT("要件適合表 <市> & \"園\""), .subtitle = BYTES_LIT("=1+1"), .issued = BYTES_LIT("2026年11月24日 08:30 作成"),
		.issued_us = INT64_C(1795476600000000), .sheet = true,
	};
	struct render *render = NULL;

	assert_ok(render_new(&head, &render));
	return render;
}

static void put_table(struct render *render, size_t rows)
{
	static const struct render_column columns[] = {{BYTES_LIT("番号"), 10, RENDER_ALIGN_LEFT}, {BYTES_LIT("要件"), 90, RENDER_ALIGN_LEFT}};

	render_table(render, columns, 2);
	for (size_t i = 0; i < rows; i++) {
		render_cell(render, BYTES_LIT("=HYPERLINK(\"http://example.com\")"), 0);
		render_cell(render, BYTES_LIT("行\n二つ目 _x0041_ -1 +1 @x"), RENDER_BOLD);
	}
	render_table_end(render);
}

static size_t u16_at(const struct buf *zip, size_t at)
{
	return zip->ptr[at] | (size_t)zip->ptr[at + 1] << 8;
}

static size_t u32_at(const struct buf *zip, size_t at)
{
	return u16_at(zip, at) | u16_at(zip, at + 2) << 16;
}

static void inflate_all(struct bytes packed, size_t plain, struct buf *out)
{
	z_stream stream = {.next_in = (z_const Bytef *)packed.ptr, .avail_in = (uInt)packed.len};

	assert_ok(buf_reserve(out, plain + 1));
	stream.next_out = out->ptr;
	stream.avail_out = (uInt)plain + 1;
	assert_int_equal(inflateInit2(&stream, -MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, plain);
	(void)inflateEnd(&stream);
	out->ptr[plain] = 0; /* as a string */
	out->len = plain;
}

/* The file of that name, found from the end as every reader does; both headers must say the same. */
static void unzip(const struct buf *zip, const char *name, struct buf *out)
{
	size_t end = zip->len - 22;
	size_t at = u32_at(zip, end + 16);

	assert_int_equal(u32_at(zip, end), 0x06054b50);
	for (size_t i = 0; i < u16_at(zip, end + 10); i++) {
		size_t name_len = u16_at(zip, at + 28);
		size_t local = u32_at(zip, at + 42);

		assert_int_equal(u32_at(zip, at), 0x02014b50);
		assert_int_equal(u32_at(zip, local), 0x04034b50);
		assert_memory_equal(zip->ptr + at + 6, zip->ptr + local + 4, 26);
		assert_memory_equal(zip->ptr + at + 46, zip->ptr + local + 30, name_len);
		if (bytes_is((struct bytes){zip->ptr + at + 46, name_len}, name)) {
			inflate_all((struct bytes){zip->ptr + local + 30 + name_len, u32_at(zip, at + 20)}, u32_at(zip, at + 24), out);
			assert_int_equal(crc32(crc32(0, NULL, 0), out->ptr, (uInt)out->len), u32_at(zip, at + 16));
			return;
		}
		at += 46 + name_len;
	}
	fail_msg("%s is not in the package", name);
}

static void every_cell_is_text(void **state)
{
	static const char *const wanted[] = {
		"要件適合表 &lt;市&gt; &amp; &quot;園&quot;", ">=1+1<", "=HYPERLINK(&quot;http://example.com&quot;)", "_x005F_x0041_ -1 +1 @x",
		"t=\"inlineStr\"", "state=\"frozen\"", "<autoFilter ref=\"A4:B6\"/>",
	};
	struct render *render = begin();
	OWN(buf) xlsx = {0};
	OWN(buf) xml = {0};

	(void)state;
	put_table(render, 2);
	assert_ok(workbook_make(render_document(render), &xlsx));
	unzip(&xlsx, "xl/worksheets/sheet1.xml", &xml);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strstr((const char *)xml.ptr, wanted[i]) == NULL)
			fail_msg("%s is missing in %s", wanted[i], (const char *)xml.ptr);
	assert_null(strstr((const char *)xml.ptr, "<f>"));
	assert_null(strstr((const char *)xml.ptr, "<f "));
	assert_null(strstr((const char *)xml.ptr, "<v>"));
	render_free(&render);
}

static void whole_package(void **state)
{
	static const char *const files[] = {
		"[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
		"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml",
	};
	struct render *render = begin();
	OWN(buf) xlsx = {0};
	OWN(buf) again = {0};
	OWN(buf) book = {0};
	OWN(buf) about = {0};

	(void)state;
	put_table(render, 1);
	render_heading(render, BYTES_LIT("K: 市立幼稚園／要件 [1] の名前が三十一文字より長いときは切られて収まるはずです"));
	put_table(render, 3);
	put_table(render, 3);
	render_heading(render, BYTES_LIT("[]"));
	render_note(render, BYTES_LIT("終わり"));
	assert_ok(workbook_make(render_document(render), &xlsx));
	assert_ok(workbook_make(render_document(render), &again));
	assert_bytes(bytes_of(&again), bytes_of(&xlsx));
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		OWN(buf) xml = {0};

		unzip(&xlsx, files[i], &xml);
		assert_memory_equal(xml.ptr, "<?xml version=\"1.0\"", 19);
	}
	unzip(&xlsx, "xl/workbook.xml", &book);
	assert_non_null(strstr((const char *)book.ptr, "name=\"K  市立幼稚園／要件  1  の名前が三十一文字より長いとき\""));
	unzip(&xlsx, "docProps/core.xml", &about);
	assert_non_null(strstr((const char *)about.ptr, "2026-11-23T23:30:00Z"));
	render_free(&render);
}

static void refused(void **state)
{
	struct render *render = begin();
	OWN(buf) xlsx = {0};

	(void)state;
	render_qr(render, BYTES_LIT("code"), BYTES_LIT("caption"));
	assert_err(INVALID, workbook_make(render_document(render), &xlsx));
	render_free(&render);
	assert_err(INVALID, workbook_make(BYTES_LIT("what is this"), &xlsx));
	for (unsigned over = 0; over < 2; over++) {
		OWN(buf) full = {0};

		render = begin();
		for (unsigned i = 1; i < WORKBOOK_SHEETS_MAX + over; i++)
			render_heading(render, BYTES_LIT("same"));
		assert_int_equal(err_is_ok(workbook_make(render_document(render), &full)), over == 0);
		render_free(&render);
	}
	assert_int_equal(xlsx.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_text),
		cmocka_unit_test(whole_package),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
