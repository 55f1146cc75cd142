/*
 * Bodies: never a crash; what is refused says why, what is accepted passes the core's check.
 */
#include "entity/example.h"
#include "entity/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

const struct entity *const *const entities = example_entities;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct field *fields[EXAMPLE_FIELD_COUNT];
	struct value values[EXAMPLE_FIELD_COUNT];
	struct problems problems = {.language = len % 2 == 0 ? LANGUAGE_JA : LANGUAGE_EN};
	OWN(arena) arena = {0};
	OWN(buf) out = {0};
	err e;

	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++)
		fields[i] = &example_fields[i];
	arena_init(&arena, (size_t)4 << 20);
	e = json_read((struct bytes){data, len}, fields, EXAMPLE_FIELD_COUNT, &arena, values, &problems);
	REQUIRE(err_is_ok(e) == (problems.count == 0));
	REQUIRE(err_is_ok(json_problem(&out, e, problems.language, NULL, (struct bytes){0}, &problems)));
	REQUIRE(err_is_ok(utf8_check(bytes_of(&out), NULL)));
	for (size_t i = 0; err_is_ok(e) && i < EXAMPLE_FIELD_COUNT; i++)
		REQUIRE(fields[i]->type == FIELD_BYTES || value_check(fields[i], &values[i]) == FLAW_NONE);
	return 0;
}
