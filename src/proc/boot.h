/*
 * boot - the message by which the supervisor tells a new process what it is and what its descriptors are.
 */
#ifndef PROC_BOOT_H
#define PROC_BOOT_H

#include <sys/types.h>

#include "base/bytes.h"

#define PROC_NAME_MAX 64      /* of doors and compartments, with the final NUL */
#define PROC_PATH_MAX 512
#define BOOT_FDS_MAX 128
#define BOOT_SETTINGS_MAX 32
#define BOOT_SETTING_MAX 512

enum process_kind {
	PROCESS_SUPERVISOR,
	PROCESS_EDGE,   /* one per door */
	PROCESS_CORE,   /* these: one per compartment */
	PROCESS_KEYS,
	PROCESS_READER,
	PROCESS_RENDER,
	PROCESS_SCAN,
	PROCESS_PROVE,  /* one in all, as these: */
	PROCESS_POST,
	PROCESS_COURIER,
	PROCESS_INTRUDER, /* one per compartment, only when `prove` asks for it */
	PROCESS_KIND_COUNT
};

/* What stands at the other end of a descriptor. */
enum fd_role {
	FD_CONTROL,      /* the supervisor; SEQPACKET, blocking */
	FD_LISTEN,       /* edge: a listening TCP socket, non-blocking; courier: a local one for bounces */
	FD_CERTIFICATE,  /* edge, prove: the certificate chain's PEM file, opened for reading */
	FD_PRIVATE_KEY,  /* edge: the private key's PEM file, opened for reading */
	FD_EDGE,         /* core: a loop of an edge; peer: the door's name, index: the loop */
	FD_CORE,         /* edge (index: own loop that it is for), keys, reader, render, scan, prove, post, courier; peer: the compartment's name */
	FD_KEYS,         /* core */
	FD_READER,       /* core */
	FD_RENDER,       /* core */
	FD_SCAN,         /* core */
	FD_PROVE,        /* core, intruder */
	FD_POST,         /* core */
	FD_COURIER,      /* core */
	FD_RELAY_CA,     /* courier: PEM file of those who vouch for the relay, opened for reading */
	FD_RELAY_SECRET, /* courier: file with name:password for the relay, opened for reading */
	FD_INTRUDER,     /* prove; peer: the compartment's name */
	FD_ROLE_COUNT
};

struct boot_fd {
	enum fd_role role;
	unsigned index;
	int fd;                      /* close-on-exec; the process's own from now on */
	char peer[PROC_NAME_MAX];    /* "" where there is none */
};

struct boot_setting {
	char name[PROC_NAME_MAX];
	char value[BOOT_SETTING_MAX];
};

struct boot {
	enum process_kind kind;
	char name[PROC_NAME_MAX];       /* of the door (edge) or the compartment (the others) */
	char directory[PROC_PATH_MAX];  /* own folder, absolute; "" where the kind has none. After sandbox_enter it is "." */
	uint32_t user;                  /* to change to; 0: stay */
	pid_t supervisor;
	size_t fd_count;
	struct boot_fd fds[BOOT_FDS_MAX];
	size_t setting_count;
	struct boot_setting settings[BOOT_SETTINGS_MAX];  /* the same for all processes of a kind: web, address, port, demo, … */
};

/* INVALID: not a boot message, or a descriptor it names is not open. Closes fd. */
MUST_USE err boot_receive(int fd, struct boot *boot_out);
MUST_USE err boot_parse(struct bytes text, struct boot *boot_out);          /* without looking at the descriptors */
MUST_USE err boot_format(const struct boot *boot, struct buf *text_out);
/* The first that fits, or NULL; peer NULL fits any. */
const struct boot_fd *boot_find(const struct boot *boot, enum fd_role role, const char *peer, unsigned index);
const char *boot_setting(const struct boot *boot, const char *name);        /* NULL: not set */
int boot_control(const struct boot *boot);                                  /* the control descriptor */

#endif
