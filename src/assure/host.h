/*
 * host - the machine as /proc shows it to anybody: sockets, and the processes of this installation.
 */
#ifndef ASSURE_HOST_H
#define ASSURE_HOST_H

#include <sys/types.h>

#include "base/bytes.h"

#define HOST_SOCKETS_MAX 4096
#define HOST_PROCESSES_MAX 256

struct host_socket {
	bool v6, udp;
	uint8_t local[16], remote[16];  /* IPv4: the first four bytes, as on the line */
	uint16_t local_port, remote_port;
	unsigned state;                 /* 1 established, 10 listening */
	uint32_t user;
	uint64_t inode;
};

#define HOST_ESTABLISHED 1u
#define HOST_LISTENS 10u

/* One line of /proc/net/tcp, tcp6, udp or udp6 after the first. INVALID: not one. */
MUST_USE err host_socket_cut(const char *line, bool v6, bool udp, struct host_socket *socket_out);
/* All of them. TOO_LARGE: more than max. UNAVAILABLE: /proc cannot be read. */
MUST_USE err host_sockets(struct host_socket *sockets, size_t max, size_t *count_out);
/* The inodes of sockets that processes of this user hold that let themselves be looked into (ours do not). */
MUST_USE err host_foreign(uint64_t *inodes, size_t max, size_t *count_out);
bool host_is_loopback(const struct host_socket *socket, bool remote);

struct host_process {
	pid_t pid, parent;
	uint32_t user, group;           /* effective */
	uint32_t owner;                 /* of what /proc tells about it: root, where others must not look into the process */
	unsigned seccomp;
	bool no_new_privileges;
	uint64_t capabilities;          /* inheritable, permitted, effective and ambient together */
	char kind[16], name[64];        /* of ours; "supervisor"; else the name that it has given itself */
};

/* The text of /proc/PID/status. INVALID: a field is missing. */
MUST_USE err host_status_cut(const char *text, struct host_process *process_out);
/* The supervisor and everything below it. */
MUST_USE err host_family(pid_t supervisor, struct host_process *processes, size_t max, size_t *count_out);

#endif
