/*
 * What is announced as a list: never a crash; every line has as many cells as there are columns, and what is wrong is said.
 */
#include <string.h>

#include "govern/announce_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define FIELD(called, of, as, ...) \
	{.name = called, .ja = called, .en = called, .type = of, .field = {.name = called, .ja = called, .en = called, .type = as, __VA_ARGS__}}
static const struct form_field fields[] = {
	FIELD("domain", FORM_TEXT, FIELD_TEXT, .max = 253),
	FIELD("port", FORM_INT, FIELD_INT, .min = 1, .max = 65535),
	FIELD("since", FORM_DATE, FIELD_DATE),
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct announce_kind kind = {.list = true, .form = {fields, sizeof(fields) / sizeof(fields[0])}};
	struct bytes cells[ANNOUNCE_COLUMNS_MAX];
	struct bytes rest = {data, len};
	char words[ANNOUNCE_FLAW_MAX] = "";
	size_t count = 0, lines = 0;
	err e = announce_kind_check_list(&kind, rest, len % 2 == 0 ? LANGUAGE_JA : LANGUAGE_EN, words);

	while (announce_kind_line(&kind, &rest, cells, &count)) {
		lines++;
		for (size_t i = 0; i < kind.form.count; i++)
			REQUIRE(cells[i].len == 0 || (cells[i].ptr >= data && cells[i].ptr + cells[i].len <= data + len));
	}
	REQUIRE(!err_is_ok(e) || lines > 0);
	REQUIRE(!err_is(e, ERR_INVALID) || lines == 0 || words[0] != '\0');
	return 0;
}
