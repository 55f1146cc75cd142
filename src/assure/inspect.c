#include "assure/inspect.h"
#include "base/clock.h"

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

err inspect_breathe(struct inspect *inspect)
{
	TRY(db_commit(inspect->rows.db)); /* only read */
	arena_reset(inspect->rows.arena);
	TRY(db_begin(inspect->rows.db, DB_READ));
	if (*inspect->stop || clock_mono_us() > inspect->until_us)
		return FAIL(TIMEOUT);
	return OK;
}
