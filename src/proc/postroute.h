/*
 * postroute - which compartment may write to which, and what is under way between them.
 *
 * O2 to O4 of govern/post.h stand here. Sides are set at the start, from the table of processes; nothing that a core says moves them.
 */
#ifndef PROC_POSTROUTE_H
#define PROC_POSTROUTE_H

#include "base/bytes.h"
#include "base/id.h"

#define POSTROUTE_PLACES_MAX 64
#define POSTROUTE_PAIR_MAX 16       /* letters under way from one place to another */
#define POSTROUTE_NONE SIZE_MAX

enum postroute_side { POSTROUTE_CUSTOMER, POSTROUTE_PROBE, POSTROUTE_PROVIDER };

struct postroute_place {
	const char *name;           /* lives as long as the table */
	enum postroute_side side;
};

struct postroute_way {
	struct id letter;
	size_t from, to;
};

struct postroute {
	struct postroute_place places[POSTROUTE_PLACES_MAX];
	size_t place_count;
	struct postroute_way ways[POSTROUTE_PLACES_MAX * 2 * POSTROUTE_PAIR_MAX];
	size_t way_count;
};

/* TOO_LARGE: there are too many. */
MUST_USE err postroute_add(struct postroute *table, const char *name, enum postroute_side side);
size_t postroute_find(const struct postroute *table, struct bytes name); /* POSTROUTE_NONE */

/*
 * Where a letter from `from` to the place of that name goes, and on which side it belongs there.
 *
 * probe       what the letter says of itself
 * probe_out   what is told to whom it goes: O4
 * DENIED      it may not go there, or there is no such place
 */
MUST_USE err postroute_to(const struct postroute *table, size_t from, struct bytes to, bool probe, size_t *to_out, bool *probe_out);

/* Notes that a letter is under way; one that is already stays noted once. LIMITED: as many as may be. */
MUST_USE err postroute_begin(struct postroute *table, const struct postroute_way *way);
/* It has been answered. NOT_FOUND: it was not under way. */
MUST_USE err postroute_end(struct postroute *table, const struct postroute_way *way);
/* The next that was under way to a place that is gone, taken out. NOT_FOUND: none. */
MUST_USE err postroute_next_to(struct postroute *table, size_t place, struct postroute_way *way_out);
void postroute_forget_from(struct postroute *table, size_t place);

#endif
