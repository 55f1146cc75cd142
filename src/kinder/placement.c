#include "kinder/child.h"

#include "kinder/placement.h"

#define AT(member) .offset = offsetof(struct placement, member)

/* Random ids and a number: nothing to seal. */
static const struct field fields[] = {
	{.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "child", AT(child)},
	{.name = "since", .ja = "園児の版", .en = "Since version", .type = FIELD_INT, .grade = GRADE_2, .required = true,
	    .min = 1, .max = INT64_MAX, AT(since)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "facility", AT(facility)},
	{.name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2, .refers = "class", AT(class)},
};

static const char *const unique[] = {"child,since", NULL};

const struct entity placement_entity = {
	.name = "placement",
	.ja = "園児の在籍の経過",
	.en = "Placement",
	.size = sizeof(struct placement),
	.seal = SEAL_NONE,
	.facility = "facility",
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list newest = {
	.name = "kinder.placement-newest",
	.entity = &placement_entity,
	.where = "child = :child ORDER BY since DESC LIMIT 1",
};
static struct row_list in_order = {
	.name = "kinder.placements",
	.entity = &placement_entity,
	.where = "child = :child ORDER BY since LIMIT :limit",
};

err placement_start(void)
{
	TRY(row_list_make(&newest));
	return row_list_make(&in_order);
}

static err find_newest(struct row_context *c, struct id child, struct placement *placement_out, bool *found_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, newest.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(c, &placement_entity, query, false, placement_out);
	query_end(&query);
	TRY(e);
	*found_out = found;
	return OK;
}

err placement_follow(struct row_context *c, const void *row)
{
	const struct child *child = row;
	struct placement last = {0};
	struct placement next = {
		.child = child->row.id, .since = child->row.version, .facility = child->facility, .class = child->class,
	};
	bool found = false;

	TRY(find_newest(c, child->row.id, &last, &found));
	if (found && id_equal(last.facility, child->facility) && id_equal(last.class, child->class))
		return OK;
	return row_insert(c, &placement_entity, &next);
}

err placement_list(struct row_context *c, struct id child, struct placement **list_out, size_t *count_out)
{
	struct placement *list = arena_alloc(c->arena, (PLACEMENT_MAX + 1) * sizeof(*list));
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(c->db, in_order.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "child", &child);
	if (err_is_ok(e))
		e = query_int(query, "limit", PLACEMENT_MAX + 1);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		list[count] = (struct placement){0};
		e = row_read(c, &placement_entity, query, false, &list[count++]);
	}
	query_end(&query);
	TRY(e);
	if (count > PLACEMENT_MAX)
		return FAIL(TOO_LARGE);
	*list_out = list;
	*count_out = count;
	return OK;
}
