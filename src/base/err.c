/*
 * err - the table of errors, and how the program stops on its own mistakes.
 */
#include <stdlib.h>

#include "base/log.h"

#include "base/err.h"

static const struct err_row rows[ERR_COUNT] = {
#define ERR_ROW(name, status, retry, slug, ja, en) [ERR_##name] = {#name, status, #retry, slug, ja, en},
	ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

const struct err_row *err_row(err e)
{
	REQUIRE(e.code < ERR_COUNT);
	return &rows[e.code];
}

void err_stop(const char *condition, const char *file, int line)
{
	log_error("stopped: %s does not hold at %s:%d", condition, file, line);
	abort();
}
