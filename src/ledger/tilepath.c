#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/tilepath.h"

#define GROUPS_MAX 6 /* of three digits: 2^56 has 17 */

/* A decimal without sign or leading zero, at most max; text advances behind it. */
static err cut_decimal(struct bytes *text, unsigned max, unsigned *value_out)
{
	unsigned value = 0;
	size_t i = 0;

	while (i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9') {
		value = value * 10 + (unsigned)(text->ptr[i] - '0');
		if (value > max || (i > 0 && text->ptr[0] == '0'))
			return FAIL(INVALID);
		i++;
	}
	if (i == 0)
		return FAIL(INVALID);
	text->ptr += i;
	text->len -= i;
	*value_out = value;
	return OK;
}

static bool cut_text(struct bytes *text, const char *expected)
{
	size_t len = strlen(expected);

	if (text->len < len || memcmp(text->ptr, expected, len) != 0)
		return false;
	text->ptr += len;
	text->len -= len;
	return true;
}

static err cut_group(struct bytes *text, unsigned *value_out)
{
	unsigned value = 0;

	if (text->len < 3)
		return FAIL(INVALID);
	for (size_t i = 0; i < 3; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9')
			return FAIL(INVALID);
		value = value * 10 + (unsigned)(text->ptr[i] - '0');
	}
	text->ptr += 3;
	text->len -= 3;
	*value_out = value;
	return OK;
}

/* x001/x234/067: every group but the last behind an x, and the first not x000. */
static err cut_number(struct bytes *text, uint64_t *number_out)
{
	uint64_t number = 0;
	unsigned group;
	bool more = true;

	for (size_t i = 0; more; i++) {
		if (i == GROUPS_MAX)
			return FAIL(INVALID);
		more = cut_text(text, "x");
		TRY(cut_group(text, &group));
		if (more && !cut_text(text, "/"))
			return FAIL(INVALID);
		if (more && i == 0 && group == 0)
			return FAIL(INVALID);
		number = number * 1000 + group;
	}
	if (number > TILEPATH_NUMBER_MAX)
		return FAIL(INVALID);
	*number_out = number;
	return OK;
}

err tilepath_parse(struct bytes text, struct tilepath *path_out)
{
	struct tilepath path = {.width = LEDGER_BUNDLE};

	path.entries = cut_text(&text, "entries");
	if (!path.entries)
		TRY(cut_decimal(&text, TILEPATH_LEVEL_MAX, &path.level));
	if (!cut_text(&text, "/"))
		return FAIL(INVALID);
	TRY(cut_number(&text, &path.number));
	if (cut_text(&text, ".p/")) {
		TRY(cut_decimal(&text, LEDGER_BUNDLE - 1, &path.width));
		if (path.width == 0)
			return FAIL(INVALID);
	}
	if (text.len != 0)
		return FAIL(INVALID);
	*path_out = path;
	return OK;
}

void tilepath_format(const struct tilepath *path, char text_out[static TILEPATH_MAX])
{
	unsigned group[GROUPS_MAX];
	uint64_t rest = path->number;
	size_t groups = 0;
	int len;

	REQUIRE(path->level <= TILEPATH_LEVEL_MAX && path->number <= TILEPATH_NUMBER_MAX);
	REQUIRE(path->width >= 1 && path->width <= LEDGER_BUNDLE);
	do {
		group[groups++] = (unsigned)(rest % 1000);
		rest /= 1000;
	} while (rest != 0);
	if (path->entries)
		len = snprintf(text_out, TILEPATH_MAX, "entries/");
	else
		len = snprintf(text_out, TILEPATH_MAX, "%u/", path->level);
	while (groups-- > 0)
		len += snprintf(text_out + len, (size_t)(TILEPATH_MAX - len), groups > 0 ? "x%03u/" : "%03u", group[groups]);
	if (path->width < LEDGER_BUNDLE)
		len += snprintf(text_out + len, (size_t)(TILEPATH_MAX - len), ".p/%u", path->width);
	REQUIRE(len > 0 && len < TILEPATH_MAX);
}
