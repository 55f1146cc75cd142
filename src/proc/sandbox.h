/*
 * sandbox - giving up everything a kind of process does not need.
 *
 * S1  After sandbox_enter: Seccomp 2, NoNewPrivs 1, no capability in any set, not dumpable, only the named
 *     descriptors open, no file reachable but below the own folder (none at all where the kind has none).
 * S2  A step that the kernel does not know is logged and left out; a step that fails otherwise fails the whole.
 * S3  The working directory is the own folder afterwards (and its root, where we were root): use relative names.
 */
#ifndef PROC_SANDBOX_H
#define PROC_SANDBOX_H

#include "assure/check.h"
#include "proc/proc.h"

struct sandbox; /* rows, one per kind of process */

const struct sandbox *sandbox_of(enum process_kind kind);
/* Of the process that starts the runs of checks, and of those: they read the machine's files (RIGHTS_HOST) or none, and connect to the
 * door's port alone. */
const struct sandbox *sandbox_nursery(void);
const struct sandbox *sandbox_run(enum rights rights);

struct sandbox_paths {
	const char *folder;      /* own folder; NULL: an empty root */
	uint32_t user;           /* user and group to change to; 0: stay */
	pid_t supervisor;        /* whose death ends us; 0: nobody's */
	const int *keep;         /* descriptors that stay open besides 0, 1, 2; NULL: leave all as they are */
	size_t keep_count;
	uint16_t port;           /* the one that may be connected to, where the row connects at all */
	const uint16_t *ports;   /* or these */
	size_t port_count;
};

/* Call while there is one thread; further threads inherit it. CORRUPT: a step failed, do not go on. */
MUST_USE err sandbox_enter(const struct sandbox *row, const struct sandbox_paths *paths);
/* The same without the filter, which each part of the process takes by itself (sandbox_filter). */
MUST_USE err sandbox_confine(const struct sandbox *row, const struct sandbox_paths *paths);
/* The same for a process that is narrow already and becomes narrower: user and root stay. */
MUST_USE err sandbox_narrow(const struct sandbox *row, const struct sandbox_paths *paths);
/* The same as sandbox_enter with what the boot message says. Closes nothing: launch_process has left open only what the message names,
 * and what the process has opened since then is its own. */
MUST_USE err sandbox_boot(const struct boot *boot);
/* The same where it may connect to these ports. */
MUST_USE err sandbox_boot_ports(const struct boot *boot, const uint16_t *ports, size_t count);

/* For the supervisor, once its sockets are open: what neither it nor any child of it ever needs. When root it keeps the
 * capabilities to start children under other users. */
MUST_USE err sandbox_supervisor(void);

/* For tests: the steps apart. */
MUST_USE err sandbox_filter(const struct sandbox *row);          /* seccomp only */
MUST_USE err sandbox_landlock(const struct sandbox *row, const struct sandbox_paths *paths);

#endif
