/*
 * unit_test - what the unit tests need beyond cmocka: trip a REQUIRE, check an error, read stored vectors.
 */
#ifndef BASE_UNIT_TEST_H
#define BASE_UNIT_TEST_H

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"

/* Inside a test: the requirements it shows, as in REQ("K-27 S-08"); read by tools/trace. */
#define REQ(ids) ((void)sizeof("" ids))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define assert_ok(call) assert_string_equal(err_row(call)->name, "OK")
#define assert_err(expected, call) assert_string_equal(err_row(call)->name, #expected)
#define assert_bytes(found, expected)                                                                  \
	do {                                                                                           \
		struct bytes found_ = (found);                                                         \
		struct bytes expected_ = (expected);                                                   \
		assert_int_equal(found_.len, expected_.len);                                           \
		if (found_.len != 0)                                                                   \
			assert_memory_equal(found_.ptr, expected_.ptr, found_.len);                    \
	} while (0)

/* That broken stops the process by abort. */
static inline void assert_stops(void (*broken)(void))
{
	const struct rlimit no_core = {0, 0};
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null < 0 || dup2(null, STDERR_FILENO) < 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)
			_exit(1);
		sigaction(SIGABRT, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
		broken();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* Appends what hex says. */
static inline void put_hex(struct buf *owner, const char *hex)
{
	size_t len = strlen(hex) / 2;

	assert_ok(buf_reserve(owner, len));
	if (len != 0)
		assert_ok(hex_decode(bytes_str(hex), owner->ptr + owner->len, len));
	owner->len += len;
}

#endif
