/*
 * folder - giving a process its own folder: made, and everything in it owned by its user and closed to others.
 */
#ifndef PROC_FOLDER_H
#define PROC_FOLDER_H

#include "proc/proc.h"

#define FOLDER_DEPTH_MAX 8

/*
 * path: the folder below its parent, which must exist; made when missing, mode 0700. user 0: owners stay as they are.
 * Symbolic links are neither followed nor changed.
 *
 * UNAVAILABLE: cannot be made, owned or read. TOO_LARGE: nested deeper than FOLDER_DEPTH_MAX.
 */
MUST_USE err folder_prepare(const char *path, uint32_t user);

#endif
