#include <string.h>
#include <strings.h>

#include "proc/mediatype_int.h"

#define PDF_TAIL 1024

static bool begins(struct bytes file, const void *with, size_t len)
{
	return file.len >= len && memcmp(file.ptr, with, len) == 0;
}

/* ---- pictures and PDF ---- */

static bool is_pdf(struct bytes file)
{
	size_t tail = file.len < PDF_TAIL ? file.len : PDF_TAIL;

	return file.len > 16 && begins(file, "%PDF-", 5) && (file.ptr[5] == '1' || file.ptr[5] == '2') && file.ptr[6] == '.' &&
	    file.ptr[7] >= '0' && file.ptr[7] <= '9' && memmem(file.ptr + file.len - tail, tail, "%%EOF", 5) != NULL;
}

static bool is_png(struct bytes file)
{
	static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	bool first = true;

	if (!begins(file, signature, sizeof(signature)))
		return false;
	file.ptr += sizeof(signature);
	file.len -= sizeof(signature);
	for (;;) {
		struct bytes kind, content;
		uint32_t len;

		if (!err_is_ok(cut_u32(&file, &len)) || !err_is_ok(cut_bytes(&file, 4, &kind)) || !err_is_ok(cut_bytes(&file, len, &content)) ||
		    !err_is_ok(cut_bytes(&file, 4, &content)))
			return false;
		if (first != bytes_is(kind, "IHDR") || (first && len != 13))
			return false;
		first = false;
		if (bytes_is(kind, "IEND"))
			return len == 0 && file.len == 0;
	}
}

#define JPEG_SOI 0xd8
#define JPEG_SOS 0xda

/* SOF0 … SOF15 without DHT, JPG and DAC. */
static bool is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool is_jpeg(struct bytes file)
{
	uint8_t mark, marker;
	bool framed = false;

	if (!err_is_ok(cut_u8(&file, &mark)) || !err_is_ok(cut_u8(&file, &marker)) || mark != 0xff || marker != JPEG_SOI)
		return false;
	for (;;) {
		struct bytes segment;
		uint16_t len;

		if (!err_is_ok(cut_u8(&file, &mark)) || !err_is_ok(cut_u8(&file, &marker)) || mark != 0xff)
			return false;
		if (marker == JPEG_SOS)
			return framed;
		/* Segments with a length only: nothing else stands before the first scan. */
		if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || !err_is_ok(cut_u16(&file, &len)) || len < 2 ||
		    !err_is_ok(cut_bytes(&file, len - 2u, &segment)))
			return false;
		framed = framed || (is_frame(marker) && segment.len >= 6);
	}
}

/* ---- text ---- */

static bool is_control(uint8_t letter)
{
	return (letter < 0x20 && letter != '\t' && letter != '\r' && letter != '\n' && letter != '\f') || letter == 0x7f;
}

/* Two bytes: the first 81..9f, e0..fc; the second 40..7e, 80..fc. One: ASCII, half-width kana a1..df. */
static bool is_cp932(struct bytes file)
{
	for (size_t i = 0; i < file.len; i++) {
		uint8_t first = file.ptr[i];

		if (first < 0x80 || (first >= 0xa1 && first <= 0xdf))
			continue;
		if (first == 0x80 || first == 0xa0 || first > 0xfc || ++i == file.len)
			return false;
		if (file.ptr[i] < 0x40 || file.ptr[i] == 0x7f || file.ptr[i] > 0xfc)
			return false;
	}
	return true;
}

static enum media text_of(struct bytes file)
{
	const uint8_t *end;
	size_t line;

	for (size_t i = 0; i < file.len; i++)
		if (is_control(file.ptr[i]))
			return MEDIA_NONE;
	if (file.len == 0 || (!err_is_ok(utf8_check(file, NULL)) && !is_cp932(file)))
		return MEDIA_NONE;
	end = memchr(file.ptr, '\n', file.len);
	line = end == NULL ? file.len : (size_t)(end - file.ptr);
	return memchr(file.ptr, ',', line) != NULL ? MEDIA_CSV : MEDIA_TEXT;
}

enum media mediatype_of(struct bytes file)
{
	if (is_pdf(file))
		return MEDIA_PDF;
	if (is_png(file))
		return MEDIA_PNG;
	if (is_jpeg(file))
		return MEDIA_JPEG;
	if (begins(file, "PK", 2))
		return mediatype_office(file);
	return text_of(file);
}
