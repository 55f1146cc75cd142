/*
 * arena - blocks in a list: the first stays for the next request, the newest is second.
 *
 * A1  Memory of a block that is not handed out is zero.
 * A2  Only the first and the second block are asked for room.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define BLOCK_MIN ((size_t)8 << 10)
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t cap;
	size_t used;
	_Alignas(max_align_t) uint8_t data[];
};

void arena_init(struct arena *arena, size_t max)
{
	*arena = (struct arena){.max = max};
}

static void free_blocks(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		wipe(block->data, block->used);
		free(block);
		block = next;
	}
}

void arena_reset(struct arena *arena)
{
	arena->used = 0;
	if (arena->first == NULL)
		return;
	free_blocks(arena->first->next);
	arena->first->next = NULL;
	wipe(arena->first->data, arena->first->used);
	arena->first->used = 0;
}

void arena_free(struct arena *arena)
{
	free_blocks(arena->first);
	*arena = (struct arena){0};
}

static size_t aligned(size_t len)
{
	return (len + ALIGN - 1) / ALIGN * ALIGN;
}

static struct arena_block *block_new(size_t need)
{
	size_t cap = need > BLOCK_MIN ? need : BLOCK_MIN;
	size_t len;
	struct arena_block *block;

	if (!size_add(sizeof(*block), cap, &len))
		return NULL;
	block = calloc(1, len);
	if (block != NULL)
		block->cap = cap;
	return block;
}

static bool has_room(const struct arena_block *block, size_t need)
{
	return block != NULL && block->cap - block->used >= need;
}

static struct arena_block *block_with_room(struct arena *arena, size_t need)
{
	struct arena_block **place = arena->first == NULL ? &arena->first : &arena->first->next;
	struct arena_block *block;

	if (has_room(arena->first, need))
		return arena->first;
	if (has_room(*place, need))
		return *place;
	block = block_new(need);
	if (block != NULL) {
		block->next = *place;
		*place = block;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t len)
{
	struct arena_block *block;
	size_t start = aligned(arena->used);
	size_t end;
	void *memory;

	if (len == 0)
		len = 1; /* so that nobody gets memory without end */
	if (!size_add(start, len, &end) || end > arena->max || end > PTRDIFF_MAX - ALIGN)
		return NULL;
	block = block_with_room(arena, aligned(len));
	if (block == NULL)
		return NULL;
	memory = block->data + block->used;
	block->used += aligned(len);
	arena->used = end;
	return memory;
}

err arena_copy(struct arena *arena, struct bytes source, struct bytes *copy_out)
{
	uint8_t *copy = arena_alloc(arena, source.len);

	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	if (source.len != 0)
		memcpy(copy, source.ptr, source.len);
	*copy_out = (struct bytes){copy, source.len};
	return OK;
}
