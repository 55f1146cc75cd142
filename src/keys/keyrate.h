/*
 * keyrate - how many requests of a kind are answered in a time, so that a core that was taken over
 * cannot empty the key store at once.
 */
#ifndef KEYS_KEYRATE_H
#define KEYS_KEYRATE_H

#include <stdint.h>

#include "base/err.h"

struct keyrate_limit {
	int64_t per_second;
	int64_t burst;
};

struct keyrate {
	int64_t level;   /* millionths of a unit; a fresh one may spend the whole burst */
	int64_t at_us;
	bool started;
};

/* Spend `units` at a monotonic time. LIMITED: more than the limit leaves now; nothing is spent. */
MUST_USE err keyrate_spend(struct keyrate *rate, const struct keyrate_limit *limit, int64_t units, int64_t now_us);

#endif
