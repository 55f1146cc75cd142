#include <string.h>

#include "assure/checks.h"

#include "assure/facts.h"

/* ---- registers that some part of the program keeps ---- */

/* What is made for checks is in no register. */
static const struct statement accounts = {"assure.accounts", "SELECT COUNT(*), 0 FROM account WHERE account.probe = 0"};
/* state 1 = active */
static const struct statement devices = {"assure.devices",
    "SELECT COUNT(*), MIN(device.registered_at) FROM device WHERE device.state = 1"
    " AND EXISTS (SELECT 1 FROM facility WHERE facility.id = device.facility AND facility.probe = 0)"};
static const struct statement changes = {"assure.changes",
    "SELECT COUNT(*), 0 FROM change WHERE NOT EXISTS"
    " (SELECT 1 FROM account WHERE account.id = change.requester AND account.probe = 1)"};

/* Published by a second person, or arrived from the provider that way; state 2 = published. */
#define IN_FORCE(kind) \
	"SELECT COUNT(*), 0 FROM announcement JOIN description ON description.id = announcement.description WHERE description.code = '" kind \
	"' AND announcement.state = 2 AND announcement.probe = 0"
static const struct statement notices = {"assure.notices", "SELECT COUNT(*), 0 FROM announcement WHERE published_at IS NOT NULL AND probe = 0"};
static const struct statement terms = {"assure.terms", IN_FORCE("terms")};
static const struct statement domains = {"assure.domains", IN_FORCE("domain-list")};

const struct statement *const facts_statements[] = {&notices, &terms, &domains, &accounts, &devices, &changes, NULL};

static err count_rows(struct row_context *c, const struct statement *statement, struct matrix_book *book)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, statement, &query);

	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found) {
		book->records = column_int(query, 0);
		book->oldest_us = column_int(query, 1);
	}
	query_end(&query);
	return e;
}

/* The customer's own keys in force; those of facilities and persons are as many as there are of these. */
static err count_keys(struct row_context *c, const struct statement *statement, struct matrix_book *book)
{
	static const enum key_kind kinds[] = {KEY_CUSTOMER, KEY_INDEX, KEY_DIGEST};

	(void)statement;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct data_key key = {0};
		err e = keys_active(c->keys, kinds[i], (struct id){{0}}, &key);

		if (err_is(e, ERR_NOT_FOUND))
			continue;
		TRY(e);
		book->records++;
		if (book->oldest_us == 0 || key.since_us < book->oldest_us)
			book->oldest_us = key.since_us;
	}
	return OK;
}

/* Whoever builds a register adds its line: how many records there are, and when the oldest was confirmed. */
static const struct kept {
	const char *name;
	err (*count)(struct row_context *c, const struct statement *statement, struct matrix_book *book);
	const struct statement *statement;
} kept[] = {
	{"account", count_rows, &accounts},
	{"device", count_rows, &devices},
	{"change", count_rows, &changes},
	{"key", count_keys, NULL},
	{"notice", count_rows, &notices},
	{"terms", count_rows, &terms},
	{"domain-list", count_rows, &domains},
};

static err read_books(struct row_context *c, const struct catalogue *all, struct matrix_book *books)
{
	for (size_t i = 0; i < all->register_count; i++)
		for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
			if (strcmp(all->registers[i].name, kept[k].name) == 0) {
				books[i].kept = true;
				TRY(kept[k].count(c, kept[k].statement, &books[i]));
			}
	return OK;
}

/* ---- checks ---- */

struct filling {
	const struct catalogue *all;
	struct checkrow *rows;
	struct matrix_run *runs;
};

static err take_row(void *context, const struct checkrow *row)
{
	struct filling *filling = context;

	for (size_t i = 0; i < filling->all->check_count; i++) {
		if (!bytes_is(row->code, filling->all->checks[i].id))
			continue;
		filling->rows[i] = *row;
		filling->runs[i].outcome = (enum matrix_outcome)row->outcome;
		filling->runs[i].objects = row->objects;
		filling->runs[i].last_us = row->last_at;
		return OK;
	}
	return OK; /* of a check that the catalogue no longer has */
}

err facts_read(struct row_context *c, int64_t now_us, struct facts *facts_out)
{
	const struct catalogue *all = catalogue_get();
	struct filling filling = {.all = all};
	struct matrix_book *books = arena_alloc(c->arena, (all->register_count + 1) * sizeof(*books)); /* bounded by the catalogue's files */

	filling.rows = arena_alloc(c->arena, (all->check_count + 1) * sizeof(*filling.rows));
	filling.runs = arena_alloc(c->arena, (all->check_count + 1) * sizeof(*filling.runs));
	if (books == NULL || filling.rows == NULL || filling.runs == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < all->check_count; i++)
		filling.runs[i].subject = checks_find(all->checks[i].id) != NULL;
	TRY(checkrow_each(c, take_row, &filling));
	TRY(read_books(c, all, books));
	*facts_out = (struct facts){
		.known = {.now_us = now_us, .runs = filling.runs, .books = books},
		.rows = filling.rows,
	};
	return OK;
}
