/*
 * attend - a process that works for one core at a time, message by message: the reader, the render process.
 *
 * A core that breaks off closes the channel; with no other after ATTEND_CHANNEL_WAIT_MS the process ends and is started afresh.
 */
#ifndef PROC_ATTEND_H
#define PROC_ATTEND_H

#include <poll.h>
#include <sys/resource.h>

#include "proc/boot.h"

#define ATTEND_CHANNEL_WAIT_MS 3000

enum attend_watched { ATTEND_CONTROL, ATTEND_CORE, ATTEND_COUNT };

struct attend {
	void *context;
	err (*take)(void *context, struct bytes message); /* one message of the core's; any error ends the process */
	void (*forget)(void *context);                    /* the core has gone, and what it asked for with it */
	uint8_t *message;
	size_t message_max;
	int answer_wait_ms;                               /* for a core that does not take what it asked for */
	struct pollfd watched[ATTEND_COUNT];
	bool stopping;
};

/* The channels that the supervisor gave. */
void attend_init(struct attend *attend, struct boot *boot);
/* Bounds the data that the process may have; not under sanitizers, which keep memory of their own. */
MUST_USE err attend_memory(rlim_t most);
/* Says that it is ready, and works until it is told to stop. UNAVAILABLE: no core; INVALID: not a frame of ours. */
MUST_USE err attend_serve(struct attend *attend);
/* One message to the core. UNAVAILABLE: it does not take it. */
MUST_USE err attend_answer(struct attend *attend, struct bytes message);

#endif
