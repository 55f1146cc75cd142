/*
 * arena - memory that lives as long as one request and is wiped with it.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

struct arena {
	struct arena_block *first;
	size_t used;  /* bytes handed out, with what aligning them takes */
	size_t max;   /* 0 until arena_init */
};

void arena_init(struct arena *arena, size_t max);  /* max: bytes handed out in all */
void arena_reset(struct arena *arena);             /* wipes all, keeps the first block */
void arena_free(struct arena *arena);              /* wipes and frees all */
/* NULL when out of memory or beyond max; zeroed; aligned for any type. */
void *arena_alloc(struct arena *arena, size_t len);
MUST_USE err arena_copy(struct arena *arena, struct bytes source, struct bytes *copy_out);

#endif
