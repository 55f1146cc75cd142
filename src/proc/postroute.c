#include "proc/postroute.h"

err postroute_add(struct postroute *table, const char *name, enum postroute_side side)
{
	if (table->place_count == POSTROUTE_PLACES_MAX)
		return FAIL(TOO_LARGE);
	table->places[table->place_count++] = (struct postroute_place){name, side};
	return OK;
}

size_t postroute_find(const struct postroute *table, struct bytes name)
{
	for (size_t i = 0; i < table->place_count; i++)
		if (bytes_is(name, table->places[i].name))
			return i;
	return POSTROUTE_NONE;
}

/* O3: customers do not write to each other. */
static bool may_write(enum postroute_side from, enum postroute_side to)
{
	return (from == POSTROUTE_PROVIDER) != (to == POSTROUTE_PROVIDER);
}

err postroute_to(const struct postroute *table, size_t from, struct bytes to, bool probe, size_t *to_out, bool *probe_out)
{
	size_t place = postroute_find(table, to);

	REQUIRE(from < table->place_count);
	if (place == POSTROUTE_NONE || !may_write(table->places[from].side, table->places[place].side))
		return FAIL(DENIED);
	if (table->places[place].side == POSTROUTE_PROBE && !probe) /* O4: nothing real goes there */
		return FAIL(DENIED);
	*to_out = place;
	/* In the compartment made for checks nothing is marked, and all that leaves it is. */
	*probe_out = table->places[from].side == POSTROUTE_PROBE || (probe && table->places[place].side != POSTROUTE_PROBE);
	return OK;
}

static bool same(const struct postroute_way *a, const struct postroute_way *b)
{
	return a->from == b->from && a->to == b->to && id_equal(a->letter, b->letter);
}

static void take_out(struct postroute *table, size_t at)
{
	table->ways[at] = table->ways[--table->way_count];
}

err postroute_begin(struct postroute *table, const struct postroute_way *way)
{
	size_t pair = 0;

	for (size_t i = 0; i < table->way_count; i++) {
		if (same(&table->ways[i], way))
			return OK;
		pair += table->ways[i].from == way->from && table->ways[i].to == way->to ? 1 : 0;
	}
	if (pair == POSTROUTE_PAIR_MAX || table->way_count == sizeof(table->ways) / sizeof(table->ways[0]))
		return FAIL(LIMITED);
	table->ways[table->way_count++] = *way;
	return OK;
}

err postroute_end(struct postroute *table, const struct postroute_way *way)
{
	for (size_t i = 0; i < table->way_count; i++)
		if (same(&table->ways[i], way)) {
			take_out(table, i);
			return OK;
		}
	return FAIL(NOT_FOUND);
}

err postroute_next_to(struct postroute *table, size_t place, struct postroute_way *way_out)
{
	for (size_t i = 0; i < table->way_count; i++)
		if (table->ways[i].to == place) {
			*way_out = table->ways[i];
			take_out(table, i);
			return OK;
		}
	return FAIL(NOT_FOUND);
}

void postroute_forget_from(struct postroute *table, size_t place)
{
	for (size_t i = 0; i < table->way_count;)
		if (table->ways[i].from == place)
			take_out(table, i);
		else
			i++;
}
