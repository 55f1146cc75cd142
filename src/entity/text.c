/*
 * text - Unicode text.
 */
#include <string.h>

#include <utf8proc.h>

#include "entity/text_int.h"

#define TEXT_SCRATCH_MAX ((size_t)4 << 20)

struct range {
	uint32_t first;
	uint32_t last;
};

/* Besides these the last two code points of every plane are no characters. */
static const struct range refused[] = {
	{0x00, 0x1f},
	{0x7f, 0x9f},
	{0x2028, 0x2029}, /* line and paragraph separator */
	{0x202a, 0x202e}, /* overrides of the writing direction: text that reads otherwise than it is */
	{0x2066, 0x2069},
	{0xfdd0, 0xfdef},
};

/* Code points that no normal form C changes, alone or beside each other: nearly all Japanese text. */
static const struct range plain[] = {
	{0x0000, 0x02ff},
	{0x2010, 0x2027},
	{0x3000, 0x3029},
	{0x3030, 0x3098},
	{0x309b, 0x30ff},
	{0x3400, 0x9fff},
	{0xff01, 0xffef},
};

#define IN_RANGES(point, table) in_ranges(point, table, sizeof(table) / sizeof(table[0]))

static bool in_ranges(uint32_t point, const struct range *table, size_t count)
{
	for (size_t i = 0; i < count && point >= table[i].first; i++)
		if (point <= table[i].last)
			return true;
	return false;
}

static bool is_refused(uint32_t point, bool multiline)
{
	if (point == '\n' && multiline)
		return false;
	return IN_RANGES(point, refused) || (point & 0xfffe) == 0xfffe;
}

/* The code point at the front of well-formed text. */
static size_t next_point(struct bytes text, uint32_t *point_out)
{
	static const uint8_t masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint8_t first = text.ptr[0];
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t point = first & masks[len];

	for (size_t i = 1; i < len; i++)
		point = point << 6 | (text.ptr[i] & 0x3f);
	*point_out = point;
	return len;
}

static struct bytes skip(struct bytes text, size_t len)
{
	return (struct bytes){text.ptr + len, text.len - len};
}

enum flaw text_check(struct bytes text, bool multiline, size_t *count_out, bool *plain_out)
{
	size_t count;
	bool all_plain = true;
	enum flaw flaw = FLAW_NONE;

	if (!err_is_ok(utf8_check(text, &count)))
		return FLAW_ENCODING;
	while (text.len != 0) {
		uint32_t point;

		text = skip(text, next_point(text, &point));
		if (point >= 0x20 && point < 0x7f)
			continue;
		if (is_refused(point, multiline))
			flaw = FLAW_CONTROL;
		all_plain = all_plain && IN_RANGES(point, plain);
	}
	if (count_out != NULL)
		*count_out = count;
	if (plain_out != NULL)
		*plain_out = all_plain;
	return flaw;
}

static err transform(struct bytes text, utf8proc_option_t options, struct arena *arena, struct bytes *text_out)
{
	utf8proc_ssize_t len = (utf8proc_ssize_t)text.len;
	utf8proc_ssize_t count = utf8proc_decompose(text.ptr, len, NULL, 0, options);
	utf8proc_int32_t *points;

	if (count < 0)
		return FAIL(INVALID);
	points = arena_alloc(arena, ((size_t)count + 1) * sizeof(*points));
	if (points == NULL)
		return FAIL(UNAVAILABLE);
	if (utf8proc_decompose(text.ptr, len, points, count, options) != count)
		return FAIL(INVALID);
	len = utf8proc_reencode(points, count, options); /* in place */
	if (len < 0)
		return FAIL(INVALID);
	*text_out = (struct bytes){(const uint8_t *)points, (size_t)len};
	return OK;
}

/* Characters of names that NFC would replace by others: 神 (U+FA19) is not 神 to whoever bears it. */
static bool is_kept(uint32_t point)
{
	return (point >= 0xf900 && point <= 0xfaff) || (point >= 0x2f800 && point <= 0x2fa1f);
}

/* The length of the front of text that is kept, or is not. */
static size_t stretch(struct bytes text, bool kept)
{
	size_t len = 0;

	while (len < text.len) {
		uint32_t point;
		size_t next = next_point(skip(text, len), &point);

		if (is_kept(point) != kept)
			break;
		len += next;
	}
	return len;
}

/* None of the kept ones combines with what stands before or after it. */
err text_nfc(struct bytes text, struct arena *arena, struct bytes *text_out)
{
	OWN(buf) joined = {0};
	struct bytes rest = text;
	struct bytes copy;

	while (rest.len > 0) {
		size_t plain_len = stretch(rest, false);
		struct bytes normal = {0};
		size_t kept_len;

		if (plain_len > 0)
			TRY(transform((struct bytes){rest.ptr, plain_len}, UTF8PROC_STABLE | UTF8PROC_COMPOSE, arena, &normal));
		if (plain_len == text.len) {
			*text_out = bytes_equal(normal, text) ? text : normal;
			return OK;
		}
		TRY(buf_append(&joined, normal));
		rest = skip(rest, plain_len);
		kept_len = stretch(rest, true);
		TRY(buf_append(&joined, (struct bytes){rest.ptr, kept_len}));
		rest = skip(rest, kept_len);
	}
	if (bytes_equal(bytes_of(&joined), text)) {
		*text_out = text;
		return OK;
	}
	TRY(arena_copy(arena, bytes_of(&joined), &copy));
	*text_out = copy;
	return OK;
}

err text_fold(struct bytes text, struct arena *arena, struct bytes *text_out)
{
	struct bytes folded;

	TRY(utf8_check(text, NULL));
	TRY(transform(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD, arena, &folded));
	while (folded.len != 0 && (folded.ptr[0] == ' ' || folded.ptr[0] == '\n'))
		folded = skip(folded, 1);
	while (folded.len != 0 && (folded.ptr[folded.len - 1] == ' ' || folded.ptr[folded.len - 1] == '\n'))
		folded.len--;
	*text_out = folded;
	return OK;
}

err text_lines(struct bytes text, struct arena *arena, struct bytes *text_out)
{
	uint8_t *copy;
	size_t len = 0;

	if (text.len == 0 || memchr(text.ptr, '\r', text.len) == NULL) {
		*text_out = text;
		return OK;
	}
	copy = arena_alloc(arena, text.len);
	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
			copy[len++] = text.ptr[i];
	*text_out = (struct bytes){copy, len};
	return OK;
}

bool text_is_nfc(struct bytes text)
{
	OWN(arena) scratch = {0};
	struct bytes normal;

	arena_init(&scratch, TEXT_SCRATCH_MAX);
	return err_is_ok(text_nfc(text, &scratch, &normal)) && bytes_equal(text, normal);
}

bool text_is_blank(struct bytes text)
{
	static const uint8_t ideographic[3] = {0xe3, 0x80, 0x80};

	while (text.len != 0) {
		if (text.ptr[0] == ' ' || text.ptr[0] == '\n')
			text = skip(text, 1);
		else if (text.len >= 3 && memcmp(text.ptr, ideographic, 3) == 0)
			text = skip(text, 3);
		else
			return false;
	}
	return true;
}

/* Bytes of the well-formed code point at the front, 0 when there is none. */
static size_t point_len(struct bytes text)
{
	for (size_t len = 1; len <= 4 && len <= text.len; len++)
		if (err_is_ok(utf8_check((struct bytes){text.ptr, len}, NULL)))
			return len;
	return 0;
}

void text_show(struct bytes text, char *out, size_t max)
{
	size_t at = 0;

	while (text.len != 0) {
		size_t len = point_len(text);
		size_t taken = len == 0 ? 1 : len;
		uint32_t point = 0;

		if (len != 0)
			next_point(text, &point);
		if (is_refused(point, false)) {
			if (at + 1 >= max)
				break;
			out[at++] = '?';
		} else {
			if (at + len >= max)
				break;
			memcpy(out + at, text.ptr, len);
			at += len;
		}
		text = skip(text, taken);
	}
	out[at] = '\0';
}
