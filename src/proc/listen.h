/*
 * listen - the listening socket of a door.
 */
#ifndef PROC_LISTEN_H
#define PROC_LISTEN_H

#include "proc/proc.h"

/* address: numeric IPv4 or IPv6 ("::" takes both). port 0: any. The socket is non-blocking and close-on-exec.
 * INVALID: no such address. CONFLICT: taken. UNAVAILABLE: refused by the system. */
MUST_USE err listen_open(const char *address, uint16_t port, int *fd_out, uint16_t *port_out);

/* A local stream socket at a path, in place of the one before; whoever runs on this machine may speak to it. UNAVAILABLE: it cannot be made. */
MUST_USE err listen_local(const char *path, int *fd_out);

#endif
