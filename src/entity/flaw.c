/*
 * flaw - the table of flaws.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "entity/flaw_int.h"
#include "entity/text_int.h"
#include "entity/value_int.h"

#define LIMIT_MAX 160

static const char *const codes[FLAW_COUNT] = {
	[FLAW_NONE] = "none",
	[FLAW_MISSING] = "missing",
	[FLAW_TYPE] = "type",
	[FLAW_TOO_LONG] = "too-long",
	[FLAW_TOO_SHORT] = "too-short",
	[FLAW_TOO_LARGE] = "too-large",
	[FLAW_TOO_SMALL] = "too-small",
	[FLAW_FORMAT] = "format",
	[FLAW_CHOICE] = "choice",
	[FLAW_UNKNOWN] = "unknown",
	[FLAW_DUPLICATE] = "duplicate",
	[FLAW_ENCODING] = "encoding",
	[FLAW_CONTROL] = "control",
	[FLAW_RULE] = "rule",
};

const char *flaw_code(enum flaw flaw)
{
	REQUIRE(flaw < FLAW_COUNT);
	return codes[flaw];
}

#define IS(type) (1u << (type))
#define NO_FIELD IS(FIELD_TYPE_COUNT)
#define ANY (~0u)

/* {label} and {limit} are filled in; the first row that fits is taken. */
struct words {
	enum flaw flaw;
	unsigned types;
	const char *ja;
	const char *en;
};

static const struct words table[] = {
	{FLAW_MISSING, IS(FIELD_CHOICE) | IS(FIELD_ID), "{label}を選んでください", "{label} must be chosen"},
	{FLAW_MISSING, ANY, "{label}を入力してください", "{label} is required"},
	{FLAW_TYPE, IS(FIELD_INT), "{label}は整数で指定してください", "{label} must be a whole number"},
	{FLAW_TYPE, IS(FIELD_BOOL), "{label}は true か false で指定してください", "{label} must be true or false"},
	{FLAW_TYPE, IS(FIELD_FORM), "{label}は、項目の名前と値の組（値は文字列、整数、true、false、null）で指定してください",
	    "{label} must be an object of strings, whole numbers, true, false and null"},
	{FLAW_TYPE, NO_FIELD, "{label}の形が違います", "{label} has the wrong type"},
	{FLAW_TYPE, ANY, "{label}は文字列で指定してください", "{label} must be a string"},
	{FLAW_TOO_LONG, IS(FIELD_BYTES) | IS(FIELD_FORM), "{label}は{limit}バイト以内にしてください", "{label} must be at most {limit} bytes"},
	{FLAW_TOO_LONG, NO_FIELD, "{label}が長すぎます", "{label} is too long"},
	{FLAW_TOO_LONG, ANY, "{label}は{limit}文字以内で入力してください", "{label} must be at most {limit} characters"},
	{FLAW_TOO_SHORT, IS(FIELD_BYTES), "{label}は{limit}バイト以上にしてください", "{label} must be at least {limit} bytes"},
	{FLAW_TOO_SHORT, NO_FIELD, "{label}が短すぎます", "{label} is too short"},
	{FLAW_TOO_SHORT, ANY, "{label}は{limit}文字以上で入力してください", "{label} must be at least {limit} characters"},
	{FLAW_TOO_LARGE, IS(FIELD_DATE), "{label}は{limit}以前の日付にしてください", "{label} must not be after {limit}"},
	{FLAW_TOO_LARGE, IS(FIELD_TIME), "{label}は{limit}以前の日時にしてください", "{label} must not be after {limit}"},
	{FLAW_TOO_LARGE, IS(FIELD_INT), "{label}は{limit}以下で入力してください", "{label} must be at most {limit}"},
	{FLAW_TOO_LARGE, ANY, "{label}が大きすぎます", "{label} is too large"},
	{FLAW_TOO_SMALL, IS(FIELD_DATE), "{label}は{limit}以後の日付にしてください", "{label} must not be before {limit}"},
	{FLAW_TOO_SMALL, IS(FIELD_TIME), "{label}は{limit}以後の日時にしてください", "{label} must not be before {limit}"},
	{FLAW_TOO_SMALL, IS(FIELD_INT), "{label}は{limit}以上で入力してください", "{label} must be at least {limit}"},
	{FLAW_TOO_SMALL, ANY, "{label}が小さすぎます", "{label} is too small"},
	{FLAW_FORMAT, IS(FIELD_DATE), "{label}は 2026-11-21 のような日付で入力してください",
	    "{label} must be a date such as 2026-11-21"},
	{FLAW_FORMAT, IS(FIELD_TIME), "{label}は 2026-11-21T09:00:00+09:00 のような日時で入力してください",
	    "{label} must be a time such as 2026-11-21T09:00:00+09:00"},
	{FLAW_FORMAT, IS(FIELD_INT), "{label}は整数で入力してください", "{label} must be a whole number"},
	{FLAW_FORMAT, IS(FIELD_BOOL), "{label}は true か false で入力してください", "{label} must be true or false"},
	{FLAW_FORMAT, IS(FIELD_ID), "{label}は26文字のIDで指定してください", "{label} must be an id of 26 characters"},
	{FLAW_FORMAT, ANY, "{label}の書式が正しくありません", "{label} is not well formed"},
	{FLAW_CHOICE, IS(FIELD_CHOICE), "{label}は次から選んでください: {limit}", "{label} must be one of: {limit}"},
	{FLAW_CHOICE, ANY, "{label}に選べない値です", "{label} is not one of the choices"},
	{FLAW_UNKNOWN, ANY, "{label}という項目はありません", "{label} is not a known field"},
	{FLAW_DUPLICATE, ANY, "{label}が二重に指定されています", "{label} is given twice"},
	{FLAW_ENCODING, ANY, "{label}に正しくない文字コードが含まれています", "{label} contains malformed characters"},
	{FLAW_CONTROL, ANY, "{label}に使えない制御文字が含まれています", "{label} contains control characters"},
	{FLAW_RULE, ANY, "{label}の内容を確かめてください", "{label} does not fit"},
};

static const struct words *find_words(enum flaw flaw, const struct field *field)
{
	unsigned type = field == NULL ? NO_FIELD : IS(field->type);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].flaw == flaw && (table[i].types & type) != 0)
			return &table[i];
	return NULL;
}

/* Appends as much as fits, cut between code points. */
static void add(char *out, size_t max, const char *text)
{
	size_t len = strlen(out);

	text_show(bytes_str(text), out + len, max - len);
}

static void choices_words(const struct field *field, enum language language, char *out)
{
	for (size_t i = 0; field->choices != NULL && field->choices[i] != NULL; i++) {
		if (i != 0)
			add(out, LIMIT_MAX, language == LANGUAGE_JA ? "、" : ", ");
		add(out, LIMIT_MAX, field->choices[i]);
	}
}

static void limit_words(enum flaw flaw, const struct field *field, enum language language, char out[static LIMIT_MAX])
{
	bool upper = flaw == FLAW_TOO_LONG || flaw == FLAW_TOO_LARGE;
	int64_t limit;

	out[0] = '\0';
	if (field == NULL)
		return;
	if (flaw == FLAW_CHOICE) {
		choices_words(field, language, out);
		return;
	}
	limit = upper ? value_max(field) : value_min(field);
	if (field->type == FIELD_DATE)
		clock_date_format((int32_t)limit, out);
	else if (field->type == FIELD_TIME)
		clock_time_format(limit, out);
	else
		(void)snprintf(out, LIMIT_MAX, "%" PRId64, limit);
}

static void label_words(const struct field *field, const char *name, enum language language, char *out, size_t max)
{
	bool ja = language == LANGUAGE_JA;
	const char *label = field == NULL ? name : ja ? field->ja : field->en;

	out[0] = '\0';
	if (label == NULL || label[0] == '\0') {
		add(out, max, ja ? "送信された内容" : "The body");
		return;
	}
	add(out, max, ja ? "「" : "\"");
	add(out, max, label);
	add(out, max, ja ? "」" : "\"");
}

void flaw_message(enum flaw flaw, const struct field *field, const char *name, enum language language,
    char message_out[static FLAW_MESSAGE_MAX])
{
	const struct words *words = find_words(flaw, field);
	const char *from;
	char label[160];
	char limit[LIMIT_MAX];

	message_out[0] = '\0';
	REQUIRE(words != NULL);
	label_words(field, name, language, label, sizeof(label));
	limit_words(flaw, field, language, limit);
	from = language == LANGUAGE_JA ? words->ja : words->en;
	while (*from != '\0') {
		const char *mark = strchr(from, '{');
		size_t len = mark == NULL ? strlen(from) : (size_t)(mark - from);
		size_t at = strlen(message_out);

		text_show((struct bytes){(const uint8_t *)from, len}, message_out + at, FLAW_MESSAGE_MAX - at);
		from += len;
		if (strncmp(from, "{label}", 7) == 0)
			add(message_out, FLAW_MESSAGE_MAX, label);
		else if (strncmp(from, "{limit}", 7) == 0)
			add(message_out, FLAW_MESSAGE_MAX, limit);
		from += *from == '\0' ? 0 : 7;
	}
}
