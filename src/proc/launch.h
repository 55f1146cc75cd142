/*
 * launch - a new process of ours: fork, descriptors to their numbers, exec of this same program.
 */
#ifndef PROC_LAUNCH_H
#define PROC_LAUNCH_H

#include "proc/proc.h"

/*
 * boot->fds hold the caller's descriptors, which stay its own; the child gets them at other numbers, with the boot
 * message at LAUNCH_BOOT_FD. Call with one thread only.
 *
 * UNAVAILABLE: no memory, descriptor or process left
 */
#define LAUNCH_BOOT_FD 3
MUST_USE err launch_process(const struct boot *boot, pid_t *pid_out);

#endif
