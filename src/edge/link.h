/*
 * link - a loop's end of the channel to one core.
 *
 *   (none) ── link_set ──▶ UP ── the core is gone, or sends what it must not: link_lost ──▶ (none)
 */
#ifndef EDGE_LINK_H
#define EDGE_LINK_H

#include <event2/event.h>

#include "wire/wire.h"

struct loop;

struct link {
	struct loop *loop;
	unsigned index;            /* of the compartment */
	struct channel *channel;   /* NULL: none */
	struct event *read, *write;
	bool dirty;                /* frames of this turn wait to be sent */
};

/* Takes fd; what hung on the old channel is answered with 503. */
void link_set(struct link *link, int fd);
void link_free(struct link *link);
static inline bool link_is_up(const struct link *link) { return link->channel != NULL; }
/* UNAVAILABLE: no channel, or the core does not keep up. */
MUST_USE err link_put(struct link *link, struct bytes frame);
void link_flush(struct link *link);   /* at the end of a turn */

#endif
