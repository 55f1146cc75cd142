#include <string.h>

#include "assure/checks.h"
#include "base/clock.h"

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
static const struct statement alerts = {"assure.alerts", "SELECT COUNT(*), MIN(first_at) FROM alert WHERE probe = 0"};
static const struct statement notices = {"assure.notices", "SELECT COUNT(*), 0 FROM announcement WHERE published_at IS NOT NULL AND probe = 0"};
static const struct statement terms = {"assure.terms", IN_FORCE("terms")};
static const struct statement domains = {"assure.domains", IN_FORCE("domain-list")};

/* Of the city's cases and the provider's alike: what was asked, answered or not. */
#define CASES(kind) \
	"SELECT COUNT(*), 0 FROM casefile JOIN description ON description.id = casefile.description WHERE description.code = '" kind \
	"' AND casefile.probe = 0"
static const struct statement inquiries = {"assure.inquiries", CASES("inquiry")};
static const struct statement requests = {"assure.data-requests", CASES("data-request")};

/*
 * Registers of records, by code: how many records are in force, wait, and have expired; the oldest approval of one in force. In force:
 * state 1 = approved, its days have begun and are not over, and where the customer has to confirm a copy (handle), it has.
 */
#define COUNTS_NOW \
	"record.state = 1 AND (record.valid_from IS NULL OR record.valid_from <= :today) AND (record.expires_at IS NULL OR record.expires_at > :now)" \
	" AND (record.origin = '' OR description.handle = 0 OR record.confirmed_at IS NOT NULL)"
#define IS_OVER "record.state = 2 OR (record.state = 1 AND record.expires_at <= :now)"
static const struct statement registers = {"assure.registers",
    "SELECT description.code, SUM(CASE WHEN " COUNTS_NOW " THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN record.id IS NOT NULL AND NOT (" COUNTS_NOW ") AND NOT (" IS_OVER ") AND record.state < 2 THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN " IS_OVER " THEN 1 ELSE 0 END), MIN(CASE WHEN " COUNTS_NOW " THEN record.approved_at END)"
    " FROM description LEFT JOIN record ON record.description = description.id AND record.probe = 0"
    " WHERE description.kind = 0 AND description.retired = 0 GROUP BY description.code"};

const struct statement *const facts_statements[] = {&registers, &inquiries, &requests, &alerts, &notices, &terms, &domains, &accounts, &devices, &changes, NULL};

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
	{"alert", count_rows, &alerts},
	{"notice", count_rows, &notices},
	{"terms", count_rows, &terms},
	{"domain-list", count_rows, &domains},
	{"inquiry", count_rows, &inquiries},
	{"data-request", count_rows, &requests},
};

/* What people keep as records: something in force counts; else what was, else what waits. */
static void take_register(struct query *query, struct matrix_book *book)
{
	int64_t in_force = column_int(query, 1), waiting = column_int(query, 2);

	book->kept = true;
	book->records = in_force > 0 ? in_force : waiting;
	book->expired = in_force > 0 ? 0 : column_int(query, 3);
	book->unapproved = in_force > 0 ? 0 : waiting;
	book->oldest_us = column_int(query, 4);
}

static err read_registers(struct row_context *c, const struct catalogue *all, int64_t now_us, struct matrix_book *books)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(c->db, &registers, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", now_us);
	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(now_us));
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		for (size_t i = 0; i < all->register_count; i++)
			if (bytes_is(column_bytes(query, 0), all->registers[i].name))
				take_register(query, &books[i]);
	}
	query_end(&query);
	return e;
}

static err read_books(struct row_context *c, const struct catalogue *all, struct matrix_book *books)
{
	for (size_t i = 0; i < all->register_count; i++)
		for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
			if (strcmp(all->registers[i].name, kept[k].name) == 0) {
				books[i] = (struct matrix_book){.kept = true};
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
	TRY(read_registers(c, all, now_us, books));
	TRY(read_books(c, all, books)); /* what the program keeps by itself is counted where it is */
	*facts_out = (struct facts){
		.known = {.now_us = now_us, .runs = filling.runs, .books = books},
		.rows = filling.rows,
	};
	return OK;
}
