/*
 * plan - when a check is due. Pure arithmetic: the time is given.
 *
 *   first run      as soon as its turn comes: one start a second after the start, in an order that is as good as random
 *   then           at its own second of every interval, which a hash of check and compartment decides: equal intervals do not bunch,
 *                  and a restart does not move them
 *   asked for      at once
 *
 *   not passed     at least hourly: what has been put right shows soon; what could not be tried, every quarter of an hour
 *
 * PL1  Between two runs lie at most 5/4 of the interval (and what a queue of others takes).
 */
#ifndef ASSURE_PLAN_H
#define ASSURE_PLAN_H

#include "assure/check.h"
#include "base/bytes.h"

/* The interval after a run that ended so. */
int64_t plan_every(int64_t every_us, enum check_outcome outcome);
/* The first turn after after_us of what is due every every_us; not sooner than a quarter of the interval. */
int64_t plan_next(int64_t every_us, uint64_t hash, int64_t after_us);
/* When it is due, seen at the start: 0 = overdue or never done: it stands in the queue of those that are started one by one. */
int64_t plan_first(int64_t every_us, uint64_t hash, int64_t last_us, int64_t now_us);
/* 64 bits that depend on both and on nothing else. */
uint64_t plan_hash(const char *check, const char *compartment);

#endif
