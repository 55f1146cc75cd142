#include <string.h>

#include "base/clock.h"
#include "entity/members.h"

#include "assure/books.h"

/* The digest of each row is looked at with row_read; what does not open makes the check unable. kind 0 = register, state 1 = in force. */
static const struct statement in_force = {"assure.books",
    "SELECT record.id FROM record WHERE record.state = 1 AND record.probe = 0 AND (record.valid_until IS NULL OR record.valid_until >= :today)"
    " AND EXISTS (SELECT 1 FROM description WHERE description.id = record.description AND description.kind = 0 AND description.code = :code)"
    " ORDER BY record.id LIMIT :limit"};

const struct statement *const books_statements[] = {&in_force, NULL};

static err read_ids(struct inspect *in, const char *name, struct id *ids, size_t *count_out)
{
	struct query *query;
	bool row = true;
	err e;

	TRY(query_start(in->rows.db, &in_force, &query));
	e = query_int(query, "today", clock_date_jst(clock_now_us()));
	if (err_is_ok(e))
		e = query_text(query, "code", bytes_str(name));
	if (err_is_ok(e))
		e = query_int(query, "limit", BOOKS_ENTRIES_MAX + 1);
	for (*count_out = 0; err_is_ok(e); (*count_out)++) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		if (*count_out == BOOKS_ENTRIES_MAX)
			e = FAIL(TOO_LARGE);
		else
			e = column_id(query, 0, &ids[*count_out]);
	}
	query_end(&query);
	return e;
}

static err read_entry(struct inspect *in, const struct entity *entity, struct id id, struct books_entry *entry)
{
	void *row = arena_alloc(in->rows.arena, entity->size);

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&in->rows, entity, id, row));
	entry->body = *(const struct bytes *)field_in(row, entity_field(entity, "body"));
	entry->approved_us = *(const int64_t *)field_in(row, entity_field(entity, "approved_at"));
	entry->confirmed_us = *(const int64_t *)field_in(row, entity_field(entity, "confirmed_at"));
	return members_check(entry->body, NULL) == FLAW_NONE ? OK : FAIL(CORRUPT);
}

err books_read(struct inspect *in, const char *name, struct books *books_out)
{
	const struct entity *entity = entity_find(bytes_str("record"));
	struct id *ids = arena_alloc(in->rows.arena, BOOKS_ENTRIES_MAX * sizeof(*ids));
	struct books_entry *entries;
	size_t count = 0;

	REQUIRE(entity != NULL);
	if (ids == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_ids(in, name, ids, &count));
	entries = arena_alloc(in->rows.arena, (count + 1) * sizeof(*entries));
	if (entries == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < count; i++)
		TRY(read_entry(in, entity, ids[i], &entries[i]));
	*books_out = (struct books){.entries = entries, .count = count};
	return OK;
}

struct bytes books_text(const struct books_entry *entry, const char *field)
{
	return members_get(entry->body, field);
}

int64_t books_time(const struct books_entry *entry, const char *field)
{
	struct bytes text = books_text(entry, field);
	int64_t at = 0;
	int32_t date = 0;

	if (err_is_ok(clock_time_parse(text, &at)))
		return at;
	return err_is_ok(clock_date_parse(text, &date)) && err_is_ok(clock_midnight(date, &at)) ? at : 0;
}

int32_t books_day(const struct books_entry *entry, const char *field)
{
	int64_t at = books_time(entry, field);

	return at == 0 ? 0 : clock_date_jst(at);
}

int64_t books_number(const struct books_entry *entry, const char *field)
{
	struct bytes text = books_text(entry, field);
	int64_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || number > INT64_MAX / 10 - 9)
			return 0;
		number = number * 10 + (text.ptr[i] - '0');
	}
	return number;
}

bool books_is(const struct books_entry *entry, const char *field, const char *value)
{
	return bytes_is(books_text(entry, field), value);
}

const struct books_entry *books_find(const struct books *books, const char *field, struct bytes value)
{
	for (size_t i = 0; i < books->count; i++)
		if (bytes_equal(books_text(&books->entries[i], field), value))
			return &books->entries[i];
	return NULL;
}
