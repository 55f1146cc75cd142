/*
 * weak - what the files of this folder share; how it all works stands in weak.c.
 */
#ifndef WEAK_WEAK_H
#define WEAK_WEAK_H

#include "access/access.h"
#include "op/op.h"

/* One protection taken away. */
struct weakness {
	const char *name;       /* as in SEKIMORI_WEAK; for a check of its own: the check's id */
	void (*patch)(void);    /* run before main; NULL: a __wrap_ function asks weak() for the name */
};

/* Each file's table, ends with name NULL. */
extern const struct weakness weak_doors[], weak_inside[];

/* Is this protection taken away? */
bool weak(const char *name);

/* The same memory, but to be written: a table of the program is const, what is patched here is not. Stops the program when it cannot be had. */
void *weak_writable(const void *at, size_t len);

/* Rows of the program's tables, to be written; they stop the program when there is no such row. */
struct op *weak_op(const char *id);
struct access_rule *weak_rule(const char *entity, enum relation relation);

/* Stops the program: a weakening that takes nothing away must not look like a check that holds. */
_Noreturn void weak_fail(const char *words, const char *name);

#endif
