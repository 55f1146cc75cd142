#include "keys/keyrate.h"

#define UNIT 1000000

err keyrate_spend(struct keyrate *rate, const struct keyrate_limit *limit, int64_t units, int64_t now_us)
{
	int64_t full = limit->burst * UNIT;
	int64_t elapsed_us = now_us - rate->at_us;

	if (!rate->started)
		*rate = (struct keyrate){.level = full, .at_us = now_us, .started = true};
	else if (elapsed_us > 0) {
		if (elapsed_us >= full / limit->per_second)
			rate->level = full;
		else
			rate->level += elapsed_us * limit->per_second;
		if (rate->level > full)
			rate->level = full;
		rate->at_us = now_us;
	}
	if (units > limit->burst || units * UNIT > rate->level)
		return FAIL(LIMITED);
	rate->level -= units * UNIT;
	return OK;
}
