/*
 * The newest cosigned head: kept over a restart, never replaced by an older one, whole even when a slot is torn.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/unit_test.h"
#include "op/cosigned.h"

static char path[64];

static struct cosigned_note make(uint64_t size, uint64_t time_s, const char *note)
{
	return (struct cosigned_note){.time_s = time_s, .size = size, .note = bytes_str(note)};
}

static void is_newest(struct cosigned *cosigned, uint64_t size, uint64_t time_s, const char *note)
{
	struct cosigned_note found;
	OWN(buf) copy = {0};

	assert_ok(cosigned_get(cosigned, &copy, &found));
	assert_int_equal(found.size, size);
	assert_int_equal(found.time_s, time_s);
	assert_bytes(found.note, bytes_str(note));
}

static int begin(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/sekimori-cosigned-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
	(void)state;
	return unlink(path);
}

static void order(void **state)
{
	struct cosigned *cosigned = NULL;
	struct cosigned_note none, older = make(10, 99, "older"), same = make(11, 100, "same"), next = make(11, 101, "next"), more = make(12, 50, "more");
	OWN(buf) copy = {0};

	(void)state;
	assert_ok(cosigned_open(path, &cosigned));
	assert_err(NOT_FOUND, cosigned_get(cosigned, &copy, &none));
	assert_ok(cosigned_put(cosigned, &same, true));
	assert_err(CONFLICT, cosigned_put(cosigned, &same, true));
	assert_err(CONFLICT, cosigned_put(cosigned, &older, true));
	is_newest(cosigned, 11, 100, "same");
	assert_ok(cosigned_put(cosigned, &next, true));
	assert_ok(cosigned_put(cosigned, &more, true));
	is_newest(cosigned, 12, 50, "more");
	cosigned_close(&cosigned);
	assert_ok(cosigned_open(path, &cosigned));
	is_newest(cosigned, 12, 50, "more");
	assert_ok(cosigned_put(cosigned, &older, false)); /* another witness begins */
	is_newest(cosigned, 10, 99, "older");
	cosigned_close(&cosigned);
}

static void bounds(void **state)
{
	static char large[COSIGNED_NOTE_MAX + 2];
	struct cosigned *cosigned = NULL;
	struct cosigned_note note;

	(void)state;
	memset(large, 'x', COSIGNED_NOTE_MAX + 1);
	note = make(1, 1, large);
	assert_ok(cosigned_open(path, &cosigned));
	assert_err(TOO_LARGE, cosigned_put(cosigned, &note, true));
	note.note.len--;
	for (uint64_t time_s = 1; time_s < 9; time_s++) {
		note.time_s = time_s;
		assert_ok(cosigned_put(cosigned, &note, true));
	}
	cosigned_close(&cosigned);
	cosigned_close(&cosigned);
	assert_ok(cosigned_open(path, &cosigned));
	large[COSIGNED_NOTE_MAX] = '\0';
	is_newest(cosigned, 1, 8, large);
	cosigned_close(&cosigned);
}

/* Whatever byte of the newest slot is broken, the one before stands. */
static void torn(void **state)
{
	const off_t places[] = {0, 31, 32, 39, 47, 55, 60, 62, COSIGNED_SLOT_LEN - 1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct cosigned *cosigned = NULL;
		struct cosigned_note first = make(1, 1, "first"), second = make(2, 2, "second");
		uint8_t byte;
		int fd;

		assert_int_equal(truncate(path, 0), 0);
		assert_ok(cosigned_open(path, &cosigned));
		assert_ok(cosigned_put(cosigned, &first, true));
		assert_ok(cosigned_put(cosigned, &second, true));
		cosigned_close(&cosigned);
		fd = open(path, O_RDWR | O_CLOEXEC); /* the second is in slot 0 */
		assert_true(fd >= 0);
		assert_int_equal(pread(fd, &byte, 1, places[i]), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
		assert_int_equal(close(fd), 0);
		assert_ok(cosigned_open(path, &cosigned));
		is_newest(cosigned, 1, 1, "first");
		assert_ok(cosigned_put(cosigned, &second, true));
		is_newest(cosigned, 2, 2, "second");
		cosigned_close(&cosigned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(order, begin, end),
		cmocka_unit_test_setup_teardown(bounds, begin, end),
		cmocka_unit_test_setup_teardown(torn, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
