/*
 * temp_test - a directory for one test program's databases, removed with all that is in it.
 */
#ifndef STORE_TEMP_TEST_H
#define STORE_TEMP_TEST_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/unit_test.h"

static char temp_path[64];

static inline int temp_make(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	if (base == NULL || strlen(base) > 32)
		base = "/tmp";
	(void)snprintf(temp_path, sizeof(temp_path), "%s/sekimori-XXXXXX", base);
	return mkdtemp(temp_path) == NULL ? -1 : 0;
}

static inline int temp_remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline int temp_remove(void **state)
{
	(void)state;
	return nftw(temp_path, temp_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in it; one at a time. */
static inline const char *temp_file(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", temp_path, name);
	return path;
}

#endif
