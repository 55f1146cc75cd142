/*
 * links - the channels between the supervisor's children, and who holds their ends now.
 *
 * A link joins two children for good; its pair of sockets lives as long as both. The child that starts makes the pair
 * anew: its own end goes into its boot message, the other to the peer at once when that runs, else it waits here for
 * the peer's boot message. So every boot message names all channels of its process.
 */
#ifndef PROC_LINKS_H
#define PROC_LINKS_H

#include "proc/proc.h"

struct links_end {
	size_t child;          /* the caller's number of the process */
	enum fd_role role;
	char peer[PROC_NAME_MAX];
	int waiting;           /* an end for the next boot message, or -1 */
};

struct links_row {
	unsigned index;
	struct links_end ends[2];
};

struct links {
	struct links_row *rows;
	size_t count;
	size_t cap;
};

MUST_USE err links_add(struct links *links, const struct links_row *row);
/*
 * The ends for a child that is about to start, appended to its boot message; the caller closes them after the launch.
 * give: hands an end to a peer that runs (true), or says that it does not run (false).
 * UNAVAILABLE: no descriptors left.
 */
MUST_USE err links_start(struct links *links, size_t child, struct boot *boot,
    bool (*give)(void *context, size_t peer, const struct control_message *message), void *context);
/* The child has ended: what waits for it or came from it leads nowhere. */
void links_end(struct links *links, size_t child);
void links_wipe(struct links *links);

#endif
