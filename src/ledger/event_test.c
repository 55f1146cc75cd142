/*
 * Leaves: what is encoded is decoded, every cut and every limit is refused.
 */
#include "base/unit_test.h"
#include "ledger/event.h"

static struct event_object objects[EVENT_OBJECT_MAX + 1];
static struct event_row rows[EVENT_ROW_MAX + 1];
static struct event_object objects_read[EVENT_OBJECT_MAX];
static struct event_row rows_read[EVENT_ROW_MAX];
static uint8_t sealed[EVENT_SEALED_MAX + 1];
static char text[EVENT_TEXT_MAX + 1];

static struct event sample(void)
{
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		objects[i] = (struct event_object){BYTES_LIT("child"), {{(uint8_t)i, 1}}};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		rows[i] = (struct event_row){BYTES_LIT("absence"), {{(uint8_t)i, 2}}, i, {(uint8_t)i}, {1}};
	return (struct event){
		.time_us = 1795221092123456,
		.operation = BYTES_LIT("absence.report"),
		.outcome = 201,
		.role = BYTES_LIT("guardian"),
		.actor = {{1}},
		.request = {{2}},
		.facility = {{3}},
		.rule = BYTES_LIT("guardian own-child"),
		.objects = objects,
		.object_count = 2,
		.rows = rows,
		.row_count = 3,
		.sealed = {sealed, 100},
	};
}

static void pair(void **state)
{
	struct event event = sample();
	struct event found;
	OWN(buf) leaf = {0};
	OWN(buf) again = {0};

	(void)state;
	assert_ok(event_encode(&event, &leaf));
	assert_ok(event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	assert_int_equal(found.time_us, event.time_us);
	assert_bytes(found.operation, event.operation);
	assert_int_equal(found.outcome, 201);
	assert_bytes(found.role, event.role);
	assert_true(id_equal(found.actor, event.actor));
	assert_true(id_equal(found.request, event.request));
	assert_true(id_equal(found.facility, event.facility));
	assert_bytes(found.rule, event.rule);
	assert_int_equal(found.object_count, 2);
	assert_bytes(found.objects[1].entity, BYTES_LIT("child"));
	assert_true(id_equal(found.objects[1].id, objects[1].id));
	assert_int_equal(found.row_count, 3);
	assert_int_equal(found.rows[2].version, 2);
	assert_memory_equal(found.rows[2].before, rows[2].before, 32);
	assert_bytes(found.sealed, event.sealed);
	assert_ok(event_encode(&found, &again));
	assert_bytes(bytes_of(&again), bytes_of(&leaf));
}

static void smallest(void **state)
{
	const struct event event = {0};
	struct event found;
	OWN(buf) leaf = {0};

	(void)state;
	assert_ok(event_encode(&event, &leaf));
	assert_ok(event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	assert_int_equal(found.object_count + found.row_count + found.sealed.len, 0);
}

static void cuts(void **state)
{
	struct event event = sample();
	struct event found = {.outcome = 77};
	OWN(buf) leaf = {0};

	(void)state;
	assert_ok(event_encode(&event, &leaf));
	for (size_t len = 0; len < leaf.len; len++)
		assert_err(INVALID, event_decode((struct bytes){leaf.ptr, len}, &found, objects_read, rows_read));
	assert_ok(buf_u8(&leaf, 0));
	assert_err(INVALID, event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	leaf.len--;
	leaf.ptr[0] = 2; /* another version */
	assert_err(INVALID, event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	leaf.ptr[0] = 1;
	leaf.ptr[1] = 0x80; /* a time beyond int64 */
	assert_err(INVALID, event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	leaf.ptr[1] = 0;
	leaf.ptr[10] = '\n'; /* in the operation's name */
	assert_err(INVALID, event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	leaf.ptr[9] = EVENT_TEXT_MAX + 1;
	assert_err(INVALID, event_decode(bytes_of(&leaf), &found, objects_read, rows_read));
	assert_int_equal(found.outcome, 77);
}

static void limits(void **state)
{
	OWN(buf) leaf = {0};
	struct event event;

	(void)state;
	assert_ok(buf_u8(&leaf, 42));
	event = sample();
	event.operation = (struct bytes){(const uint8_t *)text, EVENT_TEXT_MAX};
	event.object_count = EVENT_OBJECT_MAX;
	event.sealed.len = EVENT_SEALED_MAX;
	assert_ok(event_encode(&event, &leaf));
	leaf.len = 1;
	event.operation.len++;
	assert_err(TOO_LARGE, event_encode(&event, &leaf));
	event = sample();
	event.object_count = EVENT_OBJECT_MAX + 1;
	assert_err(TOO_LARGE, event_encode(&event, &leaf));
	event = sample();
	event.sealed.len = EVENT_SEALED_MAX + 1;
	assert_err(TOO_LARGE, event_encode(&event, &leaf));
	event = sample();
	event.row_count = EVENT_ROW_MAX;
	assert_ok(event_encode(&event, &leaf));
	assert_true(leaf.len <= 1 + EVENT_MAX);
	leaf.len = 1;
	event.row_count = EVENT_ROW_MAX + 1;
	assert_err(TOO_LARGE, event_encode(&event, &leaf));
	event = sample();
	event.row_count = EVENT_ROW_MAX; /* together too large */
	for (size_t i = 0; i < EVENT_ROW_MAX; i++)
		rows[i].entity = (struct bytes){(const uint8_t *)text, EVENT_TEXT_MAX};
	assert_err(TOO_LARGE, event_encode(&event, &leaf));
	event = sample();
	event.rule = BYTES_LIT("\x1b[2J");
	assert_err(INVALID, event_encode(&event, &leaf));
	event = sample();
	event.time_us = -1;
	assert_err(INVALID, event_encode(&event, &leaf));
	assert_int_equal(leaf.len, 1); /* untouched by all these */
	assert_int_equal(leaf.ptr[0], 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pair),
		cmocka_unit_test(smallest),
		cmocka_unit_test(cuts),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
