#include "base/unit_test.h"
#include "op/readwire.h"

static void pair_begin(void **state)
{
	const struct readwire_begin begin = {.encoding = CSV_CP932, .fields = 5, .size = CSV_SIZE_MAX, .entity = BYTES_LIT("facility")};
	OWN(buf) message = {0};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_begin(&message, 7, &begin));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_int_equal(frame.type, READWIRE_BEGIN);
	assert_int_equal(frame.number, 7);
	assert_int_equal(frame.as.begin.encoding, CSV_CP932);
	assert_int_equal(frame.as.begin.fields, 5);
	assert_int_equal(frame.as.begin.size, CSV_SIZE_MAX);
	assert_bytes(frame.as.begin.entity, BYTES_LIT("facility"));
}

static void pair_data(void **state)
{
	static const uint8_t most[READWIRE_DATA_MAX] = {1, 2, 3};
	OWN(buf) message = {0};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_data(&message, 1, (struct bytes){most, sizeof(most)}));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_bytes(frame.as.data, ((struct bytes){most, sizeof(most)}));
	assert_ok(buf_u8(&message, 0));
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
	message.len = 6;
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
}

static void pair_heading(void **state)
{
	struct readwire_heading heading = {.count = FIELD_MAX, .columns = {CSV_COLUMN_MAX, 0, 3}};
	OWN(buf) message = {0};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_heading(&message, 1, &heading));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_int_equal(frame.as.heading.count, FIELD_MAX);
	assert_memory_equal(frame.as.heading.columns, heading.columns, sizeof(heading.columns));
	buf_clear(&message);
	heading.columns[1] = CSV_COLUMN_MAX + 1;
	assert_ok(readwire_put_heading(&message, 1, &heading));
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
}

static void pair_rows(void **state)
{
	static const uint8_t big[READWIRE_MESSAGE_MAX] = {0};
	OWN(buf) message = {0};
	struct readwire_frame frame;
	struct bytes values;
	uint32_t row;

	(void)state;
	assert_err(TOO_LARGE, readwire_put_row(&message, 3, 2, (struct bytes){big, READWIRE_MESSAGE_MAX - 13}));
	assert_int_equal(message.len, 0);
	assert_ok(readwire_put_row(&message, 3, 2, BYTES_LIT("one")));
	assert_ok(readwire_put_row(&message, 3, 4, BYTES_LIT("")));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_ok(readwire_cut_row(&frame.as.rows, &row, &values));
	assert_int_equal(row, 2);
	assert_bytes(values, BYTES_LIT("one"));
	assert_ok(readwire_cut_row(&frame.as.rows, &row, &values));
	assert_int_equal(row, 4);
	assert_int_equal(frame.as.rows.len, 0);
	assert_err(INVALID, readwire_cut_row(&frame.as.rows, &row, &values));
}

static void pair_problem(void **state)
{
	const struct csv_problem problem = {
		.row = 9, .column = 2, .flaw = FLAW_DUPLICATE, .heading = "名称", .message_ja = "同じです", .message_en = "the same",
	};
	struct csv_problem sound = problem;
	OWN(buf) message = {0};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_problem(&message, 1, &problem));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_memory_equal(&frame.as.problem, &problem, sizeof(problem));
	sound.flaw = FLAW_NONE;
	buf_clear(&message);
	assert_ok(readwire_put_problem(&message, 1, &sound));
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
	sound = problem;
	memcpy(sound.heading, "\xe3\x81", 3);
	buf_clear(&message);
	assert_ok(readwire_put_problem(&message, 1, &sound));
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
	memcpy(sound.heading, "a\tb", 4);
	buf_clear(&message);
	assert_ok(readwire_put_problem(&message, 1, &sound));
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
}

static void pair_end(void **state)
{
	OWN(buf) message = {0};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_end(&message, 2, &(struct readwire_end){.status = READWIRE_REFUSED, .problems = 12}));
	assert_ok(readwire_cut(bytes_of(&message), &frame));
	assert_int_equal(frame.as.end.status, READWIRE_REFUSED);
	assert_int_equal(frame.as.end.problems, 12);
	message.ptr[6] = READWIRE_STATUS_COUNT;
	assert_err(INVALID, readwire_cut(bytes_of(&message), &frame));
}

/* Each frame cut short anywhere, or with a byte behind it, is refused. */
static void refuses_cut_frames(void **state)
{
	const struct readwire_begin begin = {.size = 1, .entity = BYTES_LIT("facility")};
	const struct csv_problem problem = {.flaw = FLAW_TYPE, .heading = "a"};
	struct buf messages[3] = {{0}, {0}, {0}};
	struct readwire_frame frame;

	(void)state;
	assert_ok(readwire_put_begin(&messages[0], 1, &begin));
	assert_ok(readwire_put_problem(&messages[1], 1, &problem));
	assert_ok(readwire_put_end(&messages[2], 1, &(struct readwire_end){0}));
	for (size_t i = 0; i < 3; i++) {
		for (size_t len = 0; len < messages[i].len; len++)
			assert_err(INVALID, readwire_cut((struct bytes){messages[i].ptr, len}, &frame));
		assert_ok(buf_u8(&messages[i], 0));
		assert_err(INVALID, readwire_cut(bytes_of(&messages[i]), &frame));
		buf_free(&messages[i]);
	}
}

static const struct field fields[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
static const struct entity three = {.name = "three", .fields = fields, .field_count = 3};

static void narrows_the_entity(void **state)
{
	struct readwire_entity narrow;

	(void)state;
	assert_ok(readwire_entity(&three, 5, &narrow));
	assert_int_equal(narrow.entity.field_count, 2);
	assert_string_equal(narrow.entity.fields[1].name, "c");
	assert_err(INVALID, readwire_entity(&three, 8, &narrow));
	assert_err(INVALID, readwire_entity(&three, 0, &narrow));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pair_begin), cmocka_unit_test(pair_data), cmocka_unit_test(pair_heading), cmocka_unit_test(pair_rows),
		cmocka_unit_test(pair_problem), cmocka_unit_test(pair_end), cmocka_unit_test(refuses_cut_frames),
		cmocka_unit_test(narrows_the_entity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
