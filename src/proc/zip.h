/*
 * zip - a package of a few files in memory: deflated, every file of the same date, so that the same content gives the same bytes.
 */
#ifndef PROC_ZIP_H
#define PROC_ZIP_H

#include "base/bytes.h"

#define ZIP_FILES_MAX 64

struct zip {
	struct buf out;         /* what has been written */
	struct buf directory;   /* what stands at the end */
	unsigned count;
};

void zip_free(struct zip *zip);
/* name: ASCII. TOO_LARGE: more than ZIP_FILES_MAX, or beyond 4 GiB. */
MUST_USE err zip_add(struct zip *zip, const char *name, struct bytes content);
/* Moves the finished package. */
MUST_USE err zip_end(struct zip *zip, struct buf *package_out);

#endif
