/*
 * letterbox - a core's end of the channel to a process that works for it, kept where whoever needs it takes it out.
 *
 * Who talks takes the channel out and puts it back; a new channel that has been put in meanwhile stays. So nobody closes what
 * another uses. In the middle of a talk that went wrong the channel is closed: its end makes the process begin anew.
 */
#ifndef OP_LETTERBOX_H
#define OP_LETTERBOX_H

#include <stdatomic.h>

#include "base/bytes.h"

struct letterbox_talk {
	int fd;
	int64_t until_us;   /* monotonic */
};

/* Waits up to wait_ms for a channel whose process lives. UNAVAILABLE: there is none. */
MUST_USE err letterbox_take(_Atomic int *box, int wait_ms, int *fd_out);
void letterbox_give(_Atomic int *box, int fd);
/* One message. UNAVAILABLE: the time is over, or the process is gone. */
MUST_USE err letterbox_send(const struct letterbox_talk *talk, struct bytes message);
/* INVALID: longer than max. */
MUST_USE err letterbox_receive(const struct letterbox_talk *talk, uint8_t *message, size_t max, struct bytes *message_out);

#endif
