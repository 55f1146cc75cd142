/*
 * log - lines on standard error, each by one write so that processes do not mix within a line.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"

#include "base/log.h"

#define LINE_MAX_LEN 1024
#define NAME_MAX_LEN 31

static char name[NAME_MAX_LEN + 1] = "sekimori";

static const char *const levels[] = {
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
};

/* Neither a new line nor a terminal's escape may come out of an argument: C0, DEL and C1 become '?',
 * and so does everything beyond ASCII when the text is not UTF-8. */
static void clean(uint8_t *text, size_t len)
{
	bool is_utf8 = err_is_ok(utf8_check((struct bytes){text, len}, NULL));

	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x20 || text[i] == 0x7f || (text[i] >= 0x80 && !is_utf8)) {
			text[i] = '?';
		} else if (text[i] == 0xc2 && text[i + 1] < 0xa0) {
			text[i] = '?';
			text[i + 1] = '?';
		}
	}
}

/* Where a text cut off at len ends, so that no half code point is left. */
static size_t cut_point(const uint8_t *text, size_t len)
{
	while (len > 0 && (text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static size_t bounded(int printed, size_t room)
{
	if (printed < 0)
		return 0;
	return (size_t)printed < room ? (size_t)printed : room - 1;
}

void log_name(const char *process)
{
	snprintf(name, sizeof(name), "%s", process);
	clean((uint8_t *)name, strlen(name));
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_LEN + 1];
	char at[CLOCK_TEXT_MAX];
	int saved = errno;
	va_list args;
	size_t head;
	size_t len;
	int printed;

	clock_time_format(clock_now_us(), at);
	head = bounded(snprintf(line, LINE_MAX_LEN, "%s %s[%d] %s ", at, name, (int)getpid(), levels[level]),
	    LINE_MAX_LEN);
	va_start(args, format);
	printed = vsnprintf(line + head, LINE_MAX_LEN - head + 1, format, args);
	va_end(args);
	len = bounded(printed, LINE_MAX_LEN - head + 1);
	if (printed > 0 && (size_t)printed > len)
		len = cut_point((uint8_t *)line + head, len - 1);
	clean((uint8_t *)line + head, len);
	line[head + len] = '\n';
	while (write(STDERR_FILENO, line, head + len + 1) < 0 && errno == EINTR)
		;
	errno = saved;
}
