#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/attachment_int.h"

enum { RECORD, CASE, ANNOUNCEMENT, CAMPAIGN, PLACE_COUNT };

/* Only grows: stored by number, and named so in access/relations.c. */
const char *const attachment_place_kinds[] = {
	[RECORD] = "record", [CASE] = "case", [ANNOUNCEMENT] = "announcement", [CAMPAIGN] = "campaign", [PLACE_COUNT] = NULL,
};

const struct attachment_place attachment_place_rows[] = {
	[RECORD] = {.entity = "record", .settled = "approved_at"},
	[CASE] = {.entity = "casefile", .settled = "closed_at", .closes = true},
	[ANNOUNCEMENT] = {.entity = "announcement", .settled = "published_at", .closes = true},
	[CAMPAIGN] = {.entity = "campaign"},
};

static struct statement statements[PLACE_COUNT];

static err derive(const struct attachment_place *place, struct statement *out)
{
	const struct entity *entity = entity_find(bytes_str(place->entity));
	char *name = NULL, *sql = NULL;

	if (entity == NULL)
		return OK; /* then there is no object of it either */
	REQUIRE(place->settled == NULL || entity_field(entity, place->settled) != NULL);
	if (asprintf(&name, "attachment.of-%s", place->entity) < 0)
		return FAIL(UNAVAILABLE);
	if (asprintf(&sql, "SELECT description, facility, probe, COALESCE(%s, 0) FROM %s WHERE id = :object",
	    place->settled != NULL ? place->settled : "0", place->entity) < 0) {
		free(name);
		return FAIL(UNAVAILABLE);
	}
	*out = (struct statement){name, sql}; /* kept as long as the process */
	return OK;
}

err attachment_place_start(void)
{
	for (size_t i = 0; i < PLACE_COUNT; i++)
		if (statements[i].sql == NULL)
			TRY(derive(&attachment_place_rows[i], &statements[i]));
	return OK;
}

static err take(struct query *query, struct attachment_object *out)
{
	TRY(column_id(query, 0, &out->description));
	if (!column_null(query, 1))
		TRY(column_id(query, 1, &out->facility));
	out->probe = column_int(query, 2) != 0;
	out->settled_at = column_int(query, 3);
	return OK;
}

err attachment_place_get(struct row_context *rows, int32_t kind, struct id object, struct attachment_object *out)
{
	struct attachment_object found = {.settled_at = 0};
	struct query *query = NULL;
	bool row = false;
	err e;

	REQUIRE(kind >= 0 && kind < PLACE_COUNT);
	if (statements[kind].sql == NULL)
		return FAIL(NOT_FOUND);
	e = query_start(rows->db, &statements[kind], &query);
	if (err_is_ok(e))
		e = query_id(query, "object", &object);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = take(query, &found);
	query_end(&query);
	TRY(e);
	if (!row)
		return FAIL(NOT_FOUND);
	*out = found;
	return OK;
}
