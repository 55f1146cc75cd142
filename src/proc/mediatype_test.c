#include "base/unit_test.h"
#include "proc/mediatype.h"
#include "proc/zip.h"

#define LIST(kind) "<?xml version=\"1.0\"?><Types><Override PartName=\"/x\" ContentType=\"application/vnd.openxmlformats-officedocument." kind ".main+xml\"/></Types>"
#define WORD_LIST LIST("wordprocessingml.document")
#define SHEET_LIST LIST("spreadsheetml.sheet")

struct entry {
	const char *name, *content;
};

static void make(const struct entry *entries, struct buf *out)
{
	struct zip zip = {0};

	for (; entries->name != NULL; entries++)
		assert_ok(zip_add(&zip, entries->name, bytes_str(entries->content)));
	assert_ok(zip_end(&zip, out));
	zip_free(&zip);
}

static enum media kind_of(const struct entry *entries)
{
	OWN(buf) file = {0};

	make(entries, &file);
	return mediatype_of(bytes_of(&file));
}

static const struct entry document[] = {
	{"[Content_Types].xml", WORD_LIST}, {"_rels/.rels", "<x/>"}, {"word/document.xml", "<x/>"}, {"word/media/image1.png", "x"}, {0},
};

static void documents(void **state)
{
	const struct entry sheet[] = {
		{"[Content_Types].xml", SHEET_LIST}, {"xl/workbook.xml", "<x/>"}, {"xl/printerSettings/printerSettings1.bin", "x"}, {0},
	};

	(void)state;
	REQ("K-52");
	assert_int_equal(kind_of(document), MEDIA_DOCX);
	assert_int_equal(kind_of(sheet), MEDIA_XLSX);
}

/* Whatever could run, hides, or is not what it says. */
static void no_documents(void **state)
{
	static const struct entry rows[][5] = {
		{{"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST}},
		{{"[Content_Types].xml", WORD_LIST}, {"xl/workbook.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST SHEET_LIST}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"xl/workbook.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/vbaProject.bin", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/VBAPROJECT.xml", "x"}},
		{{"[Content_Types].xml", WORD_LIST "application/vnd.ms-office.vbaProject"}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST "macroEnabled"}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST "macro&#69;nabled"}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", "<!-- " WORD_LIST " -->"}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST "\xff"}, {"word/document.xml", "<x/>"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/activeX/activeX1.xml", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/embeddings/oleObject1.xml", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/run.exe", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"word/data.bin", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"../x.xml", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}, {"/x.xml", "x"}},
		{{"[Content_Types].xml", WORD_LIST}, {"[Content_Types].xml", WORD_LIST}, {"word/document.xml", "<x/>"}},
		{{"eicar.com", "x"}},
	};

	(void)state;
	REQ("K-52");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(kind_of(rows[i]), MEDIA_NONE);
}

/* A ZIP whose directory and parts do not agree, in every place where they could disagree. */
static void torn_documents(void **state)
{
	OWN(buf) file = {0};
	OWN(buf) more = {0};
	size_t end;

	(void)state;
	make(document, &file);
	for (size_t len = 2; len < file.len; len++)
		assert_int_equal(mediatype_of((struct bytes){file.ptr, len}), MEDIA_NONE);
	assert_ok(buf_append(&more, bytes_of(&file)));
	assert_ok(buf_u8(&more, 0));
	assert_int_equal(mediatype_of(bytes_of(&more)), MEDIA_NONE);
	end = file.len - 22;
	static const size_t places[] = {4, 6, 8, 10, 12, 16, 20};
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		file.ptr[end + places[i]]++;
		assert_int_equal(mediatype_of(bytes_of(&file)), MEDIA_NONE);
		file.ptr[end + places[i]]--;
	}
	file.ptr[6] |= 1; /* "encrypted" */
	assert_int_equal(mediatype_of(bytes_of(&file)), MEDIA_NONE);
	file.ptr[6] &= 0xfe;
	file.ptr[31]++; /* the first part's name is not what the directory says */
	assert_int_equal(mediatype_of(bytes_of(&file)), MEDIA_NONE);
	file.ptr[31]--;
	assert_int_equal(mediatype_of(bytes_of(&file)), MEDIA_DOCX);
}

#define SIGNATURE "89504e470d0a1a0a"
#define IHDR "0000000d49484452000000010000000108060000001f15c489"
#define IEND "0000000049454e44ae426082"

static void pictures(void **state)
{
	static const struct { const char *hex; enum media media; } rows[] = {
		{SIGNATURE IHDR IEND, MEDIA_PNG},
		{SIGNATURE IHDR IEND "00", MEDIA_NONE}, /* something rides along */
		{SIGNATURE IHDR, MEDIA_NONE},
		{SIGNATURE IEND, MEDIA_NONE},
		{SIGNATURE IHDR IHDR IEND, MEDIA_NONE},
		{SIGNATURE "ffffffff49484452" IEND, MEDIA_NONE},
		{"ffd8" "ffe000044a46" "ffc0000801000100010100" "ffda0002" "00ffd9", MEDIA_NONE}, /* the frame says less than it is long */
		{"ffd8" "ffe000044a46" "ffc0000b080001000101011100" "ffda0002" "00ffd9", MEDIA_JPEG},
		{"ffd8" "ffe000044a46" "ffda0002" "00ffd9", MEDIA_NONE}, /* no frame */
		{"ffd8" "ffe0ffff4a46", MEDIA_NONE},
		{"ffd8" "ffe000014a46", MEDIA_NONE},
		{"ffd8" "ffd9", MEDIA_NONE},
		{"ffd8", MEDIA_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) file = {0};

		put_hex(&file, rows[i].hex);
		assert_int_equal(mediatype_of(bytes_of(&file)), rows[i].media);
	}
}

static void texts(void **state)
{
	static const struct { struct bytes text; enum media media; } rows[] = {
		{BYTES_LIT("園名,電話\r\nひまわり園,011-000-0000\r\n"), MEDIA_CSV},
		{BYTES_LIT("\xef\xbb\xbf" "a,b\n"), MEDIA_CSV},
		{BYTES_LIT("\x89\x80\x96\xbc,\x93\x64\x98\x62\r\n"), MEDIA_CSV}, /* the same words in CP932 */
		{BYTES_LIT("お知らせ\n本日、休園です。\n"), MEDIA_TEXT},
		{BYTES_LIT("\xb1\xb2\xb3\n"), MEDIA_TEXT}, /* half-width kana */
		{BYTES_LIT(""), MEDIA_NONE},
		{BYTES_LIT("a\0b"), MEDIA_NONE},
		{BYTES_LIT("\x1b[2J"), MEDIA_NONE},
		{BYTES_LIT("\x7f" "ELF"), MEDIA_NONE},
		{BYTES_LIT("MZ\x90"), MEDIA_NONE}, /* half a letter */
		{BYTES_LIT("a\xa0" "b"), MEDIA_NONE},
		{BYTES_LIT("\x81\x7f"), MEDIA_NONE},
		{BYTES_LIT("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"), MEDIA_PDF},
		{BYTES_LIT("%PDF-1.7\n1 0 obj \x01\n"), MEDIA_NONE}, /* no end */
		{BYTES_LIT("x%PDF-1.7\n\x01 1 0 obj\n%%EOF\n"), MEDIA_NONE},
		{BYTES_LIT("PK\x03\x04"), MEDIA_NONE},
		{BYTES_LIT("PK, and other words"), MEDIA_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(mediatype_of(rows[i].text), rows[i].media);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(no_documents),
		cmocka_unit_test(torn_documents),
		cmocka_unit_test(pictures),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
