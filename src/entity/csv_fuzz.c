/*
 * Files: never a crash; every row that comes out passes the core's check, every problem has a place and words.
 */
#include "entity/csv.h"
#include "entity/example.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

const struct entity *const *const entities = example_entities;

static err take_row(void *context, uint32_t row, const struct value *values)
{
	(void)context;
	REQUIRE(row > 1);
	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++)
		REQUIRE(value_check(&example_fields[i], &values[i]) == FLAW_NONE);
	return OK;
}

static err take_problem(void *context, const struct csv_problem *problem)
{
	(void)context;
	REQUIRE(problem->flaw != FLAW_NONE && problem->message_ja[0] != '\0' && problem->message_en[0] != '\0');
	REQUIRE(err_is_ok(utf8_check(bytes_str(problem->heading), NULL)));
	REQUIRE(err_is_ok(utf8_check(bytes_str(problem->message_ja), NULL)));
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct csv_sink sink = {.context = NULL, .row = take_row, .problem = take_problem};
	OWN(arena) arena = {0};
	OWN(buf) file = {0};

	if (len == 0)
		return 0;
	arena_init(&arena, (size_t)4 << 20);
	/* an even first byte: under a heading that is right */
	if (data[0] % 2 == 0)
		REQUIRE(err_is_ok(buf_append_str(&file, "facility,ID,name,kind,seat,seen,notes\r\n")));
	REQUIRE(err_is_ok(buf_append(&file, (struct bytes){data + 1, len - 1})));
	err_ignore(csv_read(bytes_of(&file), (enum csv_encoding)(data[0] / 2 % 3), &example, &arena, &sink)); /* any outcome will do */
	return 0;
}
