/*
 * json_scan - looks through a JSON text before the parser does.
 *
 * Syntax is the parser's business: what is no string, number or bracket is passed over.
 */
#include <string.h>

#include "entity/json.h"
#include "entity/json_scan_int.h"
#include "entity/value_int.h"

struct place {
	size_t at;
	size_t depth;
	bool object;       /* the root is one */
	bool name_next;    /* at depth 1: a string here is a name */
	struct bytes name; /* of the member we are in */
};

static void report(const struct json_scan *scan, const struct place *place, enum flaw flaw)
{
	scan->found(scan->context, place->name, flaw);
}

static bool digit(const struct json_scan *scan, size_t at)
{
	return at < scan->len && scan->text[at] >= '0' && scan->text[at] <= '9';
}

static bool is_at(const struct json_scan *scan, size_t at, const char *any)
{
	return at < scan->len && scan->text[at] != '\0' && strchr(any, scan->text[at]) != NULL;
}

/* The four hex digits of an escape, -1 when they are none. */
static int32_t hex_unit(const struct json_scan *scan, size_t at)
{
	uint8_t raw[2];

	if (scan->len < 4 || at > scan->len - 4)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		unsigned byte = 0;

		for (size_t j = 0; j < 2; j++) {
			uint8_t c = scan->text[at + i * 2 + j];
			uint8_t lower = c | 0x20;

			if (c >= '0' && c <= '9')
				byte = byte * 16 + (c - '0');
			else if (lower >= 'a' && lower <= 'f')
				byte = byte * 16 + (lower - 'a') + 10;
			else
				return -1;
		}
		raw[i] = (uint8_t)byte;
	}
	return raw[0] << 8 | raw[1];
}

/* at: the u of \u. Says what is wrong with the code point, moves behind the escape. */
static enum flaw scan_unicode(const struct json_scan *scan, size_t *at)
{
	int32_t unit = hex_unit(scan, *at + 1);
	int32_t second;

	*at += 1;
	if (unit < 0)
		return FLAW_NONE; /* a syntax error */
	*at += 4;
	if (unit == 0)
		return FLAW_CONTROL;
	if (unit < 0xd800 || unit > 0xdfff)
		return FLAW_NONE;
	if (unit > 0xdbff || !is_at(scan, *at, "\\") || !is_at(scan, *at + 1, "u"))
		return FLAW_ENCODING;
	second = hex_unit(scan, *at + 2);
	if (second < 0xdc00 || second > 0xdfff)
		return FLAW_ENCODING;
	*at += 6;
	return FLAW_NONE;
}

/* place->at: behind the opening quote. Leaves it at the closing one, or at the end. */
static enum flaw scan_content(const struct json_scan *scan, size_t *at)
{
	enum flaw flaw = FLAW_NONE;
	enum flaw one;

	while (*at < scan->len && scan->text[*at] != '"') {
		one = FLAW_NONE;
		if (scan->text[*at] < 0x20)
			one = FLAW_CONTROL;
		if (scan->text[*at] != '\\') {
			*at += 1;
		} else if (!is_at(scan, *at + 1, "u")) {
			*at += 2;
		} else {
			*at += 1;
			one = scan_unicode(scan, at);
		}
		if (flaw == FLAW_NONE)
			flaw = one;
	}
	if (*at > scan->len)
		*at = scan->len;
	return flaw;
}

static void scan_string(struct json_scan *scan, struct place *place)
{
	size_t start = ++place->at;
	enum flaw flaw = scan_content(scan, &place->at);
	struct bytes content = {scan->text + start, place->at - start};
	bool whole = place->at < scan->len;

	if (!err_is_ok(utf8_check(content, NULL)))
		flaw = FLAW_ENCODING;
	if (place->name_next)
		place->name = content;
	place->name_next = false;
	if (whole)
		place->at++;
	if (flaw == FLAW_NONE)
		return;
	report(scan, place, flaw);
	if (place->name.ptr == content.ptr)
		place->name = (struct bytes){0};
	memset(scan->text + start, '?', content.len);
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? ; 0: no number. whole_out: only the first two parts. */
static size_t number_len(const struct json_scan *scan, size_t start, bool *whole_out)
{
	size_t at = start + (is_at(scan, start, "-") ? 1 : 0);

	*whole_out = true;
	if (!digit(scan, at))
		return 0;
	if (scan->text[at] == '0') {
		at++;
	} else {
		while (digit(scan, at))
			at++;
	}
	if (is_at(scan, at, ".")) {
		*whole_out = false;
		if (!digit(scan, ++at))
			return 0;
		while (digit(scan, at))
			at++;
	}
	if (is_at(scan, at, "eE")) {
		*whole_out = false;
		at += is_at(scan, at + 1, "+-") ? 2 : 1;
		if (!digit(scan, at))
			return 0;
		while (digit(scan, at))
			at++;
	}
	return at - start;
}

static bool fits(struct bytes number)
{
	int64_t value = 0;

	for (size_t i = number.ptr[0] == '-' ? 1 : 0; i < number.len && value <= VALUE_INTEGER_MAX; i++)
		value = value * 10 + (number.ptr[i] - '0');
	return value <= VALUE_INTEGER_MAX;
}

static void scan_number(struct json_scan *scan, struct place *place)
{
	bool whole;
	size_t start = place->at;
	size_t len = number_len(scan, start, &whole);
	bool negative = scan->text[start] == '-';

	place->at += len == 0 ? 1 : len;
	if (len == 0 || (whole && fits((struct bytes){scan->text + start, len})))
		return;
	if (place->depth <= 2) /* a member's own number, or one of a form's */
		report(scan, place, !whole ? FLAW_TYPE : negative ? FLAW_TOO_SMALL : FLAW_TOO_LARGE);
	memset(scan->text + start, ' ', len);
	scan->text[start] = '0';
}

static void scan_mark(struct json_scan *scan, struct place *place)
{
	uint8_t mark = scan->text[place->at++];

	if (mark == '{' || mark == '[') {
		if (place->depth++ == 0) {
			place->object = mark == '{';
			place->name_next = place->object;
		}
	} else if (mark == '}' || mark == ']') {
		place->depth -= place->depth == 0 ? 0 : 1;
	} else if (mark == ',' && place->depth == 1) {
		place->name = (struct bytes){0};
		place->name_next = place->object;
	}
}

bool json_scan(struct json_scan *scan)
{
	struct place place = {0};

	while (place.at < scan->len) {
		if (scan->text[place.at] == '"')
			scan_string(scan, &place);
		else if (scan->text[place.at] == '-' || digit(scan, place.at))
			scan_number(scan, &place);
		else
			scan_mark(scan, &place);
		if (place.depth > JSON_DEPTH_MAX) {
			report(scan, &place, FLAW_TYPE);
			return false;
		}
	}
	return true;
}
