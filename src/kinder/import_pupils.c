#include <stdlib.h>
#include <string.h>

#include "kinder/class.h"

#include "kinder/import_pupils.h"

#define CLASS_MAX 1000
#define CHILD_MAX 20000
#define LINK_MAX 60000

static struct row_list classes_of = {
	"import.classes", &class_entity, "facility = :facility AND year = :year LIMIT :limit", NULL,
};
/* State 0 is enrolled, for a guardianship active; 2 is ended. */
static struct row_list unnumbered_of = {
	"import.unnumbered", &child_entity, "facility = :facility AND code_ix IS NULL AND state = 0 LIMIT :limit", NULL,
};
static struct row_list links_of = {
	"import.links", &guardianship_entity,
	"state <> 2 AND EXISTS (SELECT 1 FROM child WHERE child.id = guardianship.child AND child.facility = :facility) LIMIT :limit", NULL,
};
static struct row_list by_code = {
	"import.by-code", &child_entity, "facility = :facility AND code_ix = :code_ix", NULL,
};

err import_pupils_start(void)
{
	TRY(row_list_make(&classes_of));
	TRY(row_list_make(&unnumbered_of));
	TRY(row_list_make(&links_of));
	return row_list_make(&by_code);
}

int import_pupils_year(int32_t date)
{
	return date / 10000 - (date / 100 % 100 < 4 ? 1 : 0);
}

/* All of a list, growing in c->stored. */
static err load(struct import_compare *c, const struct row_list *list, size_t max, void **rows_out, size_t *count_out)
{
	struct row_context rows = c->rows;
	struct query *query = NULL;
	size_t size = list->entity->size;
	size_t room = 64;
	size_t count = 0;
	char *all = arena_alloc(&c->stored, room * size);
	bool found = true;
	err e = all == NULL ? FAIL(UNAVAILABLE) : query_start(rows.db, list->statement, &query);

	rows.arena = &c->stored;
	if (err_is_ok(e))
		e = query_id(query, "facility", &c->import->facility);
	if (err_is_ok(e) && query_has(query, "year"))
		e = query_int(query, "year", import_pupils_year(c->day));
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max + 1);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		if (count == max)
			e = FAIL(TOO_LARGE);
		else if (count == room) {
			char *more = arena_alloc(&c->stored, room * 2 * size);

			if (more == NULL)
				e = FAIL(UNAVAILABLE);
			else {
				memcpy(more, all, room * size);
				all = more;
				room *= 2;
			}
		}
		if (err_is_ok(e))
			e = row_read(&rows, list->entity, query, false, all + count++ * size);
	}
	query_end(&query);
	TRY(e);
	*rows_out = all;
	*count_out = count;
	return OK;
}

static int by_child(const void *a, const void *b)
{
	return memcmp(&((const struct guardianship *)a)->child, &((const struct guardianship *)b)->child, sizeof(struct id));
}

static int compare_bytes(struct bytes a, struct bytes b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_person(struct bytes name, struct bytes telephone, const struct guardianship *link)
{
	int order = compare_bytes(name, link->name);

	return order != 0 ? order : compare_bytes(telephone, link->telephone);
}

static int by_person(const void *a, const void *b)
{
	const struct guardianship *x = *(const struct guardianship *const *)a;

	return compare_person(x->name, x->telephone, *(const struct guardianship *const *)b);
}

err import_pupils_open(struct import_compare *c)
{
	struct import_pupils *pupils = arena_alloc(&c->stored, sizeof(*pupils));
	void *rows = NULL;

	if (pupils == NULL)
		return FAIL(UNAVAILABLE);
	TRY(load(c, &classes_of, CLASS_MAX, &rows, &pupils->class_count));
	pupils->classes = rows;
	TRY(load(c, &unnumbered_of, CHILD_MAX, &rows, &pupils->unnumbered_count));
	pupils->unnumbered = rows;
	TRY(load(c, &links_of, LINK_MAX, &rows, &pupils->link_count));
	pupils->links = rows;
	pupils->by_person = arena_alloc(&c->stored, (pupils->link_count + 1) * sizeof(*pupils->by_person));
	if (pupils->by_person == NULL)
		return FAIL(UNAVAILABLE);
	if (pupils->link_count > 1)
		qsort(pupils->links, pupils->link_count, sizeof(*pupils->links), by_child);
	for (size_t i = 0; i < pupils->link_count; i++)
		pupils->by_person[i] = &pupils->links[i];
	if (pupils->link_count > 1)
		qsort(pupils->by_person, pupils->link_count, sizeof(*pupils->by_person), by_person);
	c->own = pupils;
	return OK;
}

const struct class *import_pupils_class(const struct import_compare *c, struct bytes name)
{
	const struct import_pupils *pupils = c->own;

	for (size_t i = 0; i < pupils->class_count; i++)
		if (bytes_equal(pupils->classes[i].name, name))
			return &pupils->classes[i];
	return NULL;
}

err import_pupils_key(struct row_context *rows, struct bytes code, uint8_t key_out[static 32])
{
	return row_lookup(rows, &child_entity, entity_field(&child_entity, "code"), code, key_out);
}

err import_pupils_find(struct row_context *rows, struct id facility, struct bytes code, struct child *child_out, bool *found_out)
{
	struct query *query = NULL;
	bool found = false;
	uint8_t key[32];
	err e;

	TRY(import_pupils_key(rows, code, key));
	e = query_start(rows->db, by_code.statement, &query);
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_blob(query, "code_ix", (struct bytes){key, sizeof(key)});
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(rows, &child_entity, query, false, child_out);
	query_end(&query);
	TRY(e);
	*found_out = found;
	return OK;
}

const struct guardianship *import_pupils_links(const struct import_pupils *pupils, const struct id *child, size_t *count_out)
{
	size_t low = 0;
	size_t high = pupils->link_count;
	size_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&pupils->links[middle].child, child, sizeof(*child)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < pupils->link_count && id_equal(pupils->links[end].child, *child); end++)
		;
	*count_out = end - low;
	return end > low ? &pupils->links[low] : NULL;
}

const struct guardianship *import_pupils_person(const struct import_pupils *pupils, struct bytes name, struct bytes telephone)
{
	size_t low = 0;
	size_t high = pupils->link_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_person(name, telephone, pupils->by_person[middle]);

		if (order == 0)
			return pupils->by_person[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
