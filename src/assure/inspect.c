#include <time.h>

#include "assure/inspect.h"
#include "base/clock.h"

#define REST_MAX_US 50000

void inspect_step(struct inspect *inspect, bool ok, unsigned objects, const char *ja, const char *en, const char *seen_format, ...)
{
	va_list words;

	va_start(words, seen_format);
	steps_add_format(&inspect->steps, ok, objects, ja, en, seen_format, words);
	va_end(words);
}

void inspect_unable(struct inspect *inspect, const char *ja, const char *en)
{
	steps_unable(&inspect->steps, ja, en);
}

err inspect_data(struct inspect *inspect, struct bytes more)
{
	if (more.len > INSPECT_DATA_MAX - inspect->data.len)
		return FAIL(TOO_LARGE);
	return buf_append(&inspect->data, more);
}

/* As long as it has worked, so that people's calls go first. */
static void rest(struct inspect *inspect)
{
	int64_t worked = inspect->began_us == 0 ? 0 : clock_mono_us() - inspect->began_us;
	int64_t us = worked < REST_MAX_US ? worked : REST_MAX_US;
	const struct timespec pause = {.tv_nsec = (long)us * 1000};

	if (us > 0)
		(void)nanosleep(&pause, NULL); /* cut short by a signal: goes on sooner */
	inspect->began_us = clock_mono_us();
}

err inspect_breathe(struct inspect *inspect)
{
	TRY(db_commit(inspect->rows.db)); /* only read */
	arena_reset(inspect->rows.arena);
	rest(inspect);
	TRY(db_begin(inspect->rows.db, DB_READ));
	if (*inspect->stop || clock_mono_us() > inspect->until_us)
		return FAIL(TIMEOUT);
	return OK;
}
