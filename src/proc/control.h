/*
 * control - the messages between the supervisor and each process.
 */
#ifndef PROC_CONTROL_H
#define PROC_CONTROL_H

#include "proc/boot.h"

enum control_kind {
	CONTROL_READY,    /* up: I can do my work. Down, to an edge: compartment `peer` can (its core and keys) */
	CONTROL_UNREADY,  /* up: I cannot for now (disk full, …). Down, to an edge: compartment `peer` cannot */
	CONTROL_CHANNEL,  /* down: a new channel; role, peer, index and fd as in the boot message. Replaces the old one */
	CONTROL_WANTED,   /* up, from `prove`: start the intruder of compartment `peer` */
	CONTROL_STOP,     /* down: take nothing new, finish what is under way, return from main */
	CONTROL_KIND_COUNT
};

struct control_message {
	enum control_kind kind;
	enum fd_role role;
	unsigned index;
	char peer[PROC_NAME_MAX];
	int fd;                       /* CONTROL_CHANNEL; otherwise -1 */
};

/* May be called from any thread. message->fd stays the caller's. UNAVAILABLE: the other side is gone or does not read. */
MUST_USE err control_send(int control, const struct control_message *message);
/* message->fd is the caller's from now on (close-on-exec). TIMEOUT: nothing there now (flags MSG_DONTWAIT).
 * UNAVAILABLE: the other side is gone. INVALID: not a message of ours. */
MUST_USE err control_receive(int control, int flags, struct control_message *message_out);
/* To the supervisor: READY or UNREADY. Send each change once. */
MUST_USE err control_ready(int control, bool ready);

#endif
