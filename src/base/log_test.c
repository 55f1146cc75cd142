#include <errno.h>

#include "base/unit_test.h"

#include "base/log.h"

#define LINE_MAX_LEN 1025

/* What log_line writes, read through a pipe in place of standard error. */
static struct bytes line_of(const char *text)
{
	static uint8_t line[2 * LINE_MAX_LEN];
	int ends[2];
	int kept = dup(STDERR_FILENO);
	ssize_t len;

	assert_true(kept >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_warn("%s", text);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	assert_int_equal(close(kept), 0);
	assert_int_equal(close(ends[1]), 0);
	len = read(ends[0], line, sizeof(line));
	assert_int_equal(close(ends[0]), 0);
	assert_true(len > 0);
	return (struct bytes){line, (size_t)len};
}

/* The text after time, process and level. */
static struct bytes text_of(struct bytes line)
{
	for (int fields = 0; fields < 3; line.ptr++, line.len--) {
		assert_true(line.len > 0);
		fields += line.ptr[0] == ' ' ? 1 : 0;
	}
	return line;
}

static void a_line_has_its_parts(void **state)
{
	struct bytes line;
	char *name;

	(void)state;
	log_name("tester-with-a-name-of-more-than-thirty-one-characters");
	line = line_of("hello");
	assert_bytes(text_of(line), BYTES_LIT("hello\n"));
	assert_int_equal(line.ptr[32], ' ');
	assert_memory_equal(line.ptr + 26, "+09:00", 6);
	name = (char *)line.ptr + 33;
	assert_memory_equal(name, "tester-with-a-name-of-more-than[", 32);
}

static void control_characters_are_replaced(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} rows[] = {
		{"", "\n"},
		{"a\r\nb\tc\x1b[2J\x7f", "a??b?c?[2J?\n"},
		{"\xc2\x85x\xc2\x9b", "??x??\n"},
		{"\xc2\xa0 園", "\xc2\xa0 園\n"},
		{"園\xff", "????\n"},
		{"\xc2", "?\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_bytes(text_of(line_of(rows[i].text)), bytes_str(rows[i].line));
}

static void long_lines_are_cut_between_characters(void **state)
{
	char text[6001] = {0};

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		struct bytes line;

		memset(text, 'x', shift);
		for (size_t at = shift; at + 3 < sizeof(text); at += 3)
			memcpy(text + at, "園", 3);
		line = line_of(text);
		assert_in_range(line.len, LINE_MAX_LEN - 6, LINE_MAX_LEN);
		assert_int_equal(line.ptr[line.len - 1], '\n');
		assert_ok(utf8_check(line, NULL));
		assert_null(memchr(text_of(line).ptr, '?', text_of(line).len));
	}
}

static void errno_survives(void **state)
{
	(void)state;
	errno = EXDEV;
	line_of("x");
	errno = EXDEV;
	log_info("%s", "a line of the test itself");
	assert_int_equal(errno, EXDEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_its_parts),
		cmocka_unit_test(control_characters_are_replaced),
		cmocka_unit_test(long_lines_are_cut_between_characters),
		cmocka_unit_test(errno_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
