#include <stdlib.h>

#include "edge/pending.h"

_Static_assert((LIMIT_PENDING & (LIMIT_PENDING - 1)) == 0, "a power of two, for the numbers");

err pending_init(struct pending_table *table)
{
	struct pending *list = calloc(LIMIT_PENDING, sizeof(*list));
	uint16_t *free_list = malloc(LIMIT_PENDING * sizeof(*free_list));

	if (list == NULL || free_list == NULL) {
		free(list);
		free(free_list);
		return FAIL(UNAVAILABLE);
	}
	for (size_t i = 0; i < LIMIT_PENDING; i++)
		free_list[i] = (uint16_t)(LIMIT_PENDING - 1 - i);
	*table = (struct pending_table){.list = list, .free = free_list, .free_count = LIMIT_PENDING};
	return OK;
}

void pending_wipe(struct pending_table *table)
{
	for (size_t i = 0; i < table->used_max; i++)
		buf_free(&table->list[i].body);
	free(table->list);
	free(table->free);
	*table = (struct pending_table){0};
}

struct pending *pending_new(struct pending_table *table)
{
	struct pending *pending;
	size_t index;

	if (table->free_count == 0)
		return NULL;
	index = table->free[--table->free_count];
	if (index >= table->used_max)
		table->used_max = index + 1;
	pending = &table->list[index];
	*pending = (struct pending){.number = ++table->serial * LIMIT_PENDING + index};
	return pending;
}

struct pending *pending_find(struct pending_table *table, uint64_t number)
{
	struct pending *pending = &table->list[number % LIMIT_PENDING];

	return number != 0 && pending->number == number ? pending : NULL;
}

void pending_end(struct pending_table *table, struct pending *pending)
{
	size_t index = (size_t)(pending - table->list);

	REQUIRE(pending->number != 0);
	buf_free(&pending->body);
	*pending = (struct pending){0};
	table->free[table->free_count++] = (uint16_t)index;
}
