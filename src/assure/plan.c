#include <string.h>

#include "assure/plan.h"

/* FNV-1a and the finish of splitmix: spread is wanted here, no secrecy. */
uint64_t plan_hash(const char *check, const char *compartment)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (const char *c = check; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	hash = (hash ^ '/') * UINT64_C(0x100000001b3);
	for (const char *c = compartment; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return hash ^ (hash >> 31);
}

int64_t plan_every(int64_t every_us, enum check_outcome outcome)
{
	static const int64_t most_us[CHECK_OUTCOME_COUNT] = {
		[CHECK_PASSED] = INT64_MAX, [CHECK_FAILED] = INT64_C(3600) * 1000000, [CHECK_UNABLE] = INT64_C(900) * 1000000,
	};

	REQUIRE((unsigned)outcome < CHECK_OUTCOME_COUNT);
	return every_us < most_us[outcome] ? every_us : most_us[outcome];
}

int64_t plan_next(int64_t every_us, uint64_t hash, int64_t after_us)
{
	int64_t offset_us;
	int64_t soonest_us = after_us + every_us / 4;

	REQUIRE(every_us > 0 && after_us >= 0);
	offset_us = (int64_t)(hash % (uint64_t)every_us);
	return soonest_us + every_us - (soonest_us - offset_us + every_us) % every_us;
}

int64_t plan_first(int64_t every_us, uint64_t hash, int64_t last_us, int64_t now_us)
{
	int64_t next_us;

	/* A last run in the future: the clock was wrong then. */
	if (last_us == 0 || last_us > now_us)
		return 0;
	next_us = plan_next(every_us, hash, last_us);
	return next_us <= now_us ? 0 : next_us;
}
