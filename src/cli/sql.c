/* What another database must be able to do: tables and derived statements; tools/sql runs each through PostgreSQL's parser. */
#include <stdio.h>

#include "assure/books.h"
#include "assure/facts.h"
#include "assure/inspect_accord.h"
#include "assure/inspect_people.h"
#include "assure/verdict.h"
#include "cli/cli.h"
#include "govern/announce_hold.h"
#include "govern/desk.h"
#include "ledger/ledger.h"
#include "op/compartment.h"
#include "op/history.h"
#include "op/list.h"
#include "op/schedule.h"
#include "store/migrate.h"

static const char *const kinds[] = {"get", "insert", "update", "delete", "all"};

static void one(struct json *json, const struct statement *statement)
{
	if (statement == NULL)
		return;
	json_object(json, NULL);
	json_str(json, "name", statement->name);
	json_str(json, "sql", statement->sql);
	json_object_end(json);
}

static void listed(void *context, const struct statement *statement)
{
	one(context, statement);
}

static err tables(struct json *json)
{
	json_array(json, "ddl");
	for (size_t i = 0; entities[i] != NULL; i++) {
		OWN(buf) text = {0};

		TRY(row_ddl(entities[i], "postgresql", &text));
		json_text(json, NULL, bytes_of(&text));
	}
	json_str(json, NULL, ledger_schema);
	json_str(json, NULL, compartment_schema);
	json_str(json, NULL, history_schema);
	json_str(json, NULL, schedule_schema);
	json_str(json, NULL, migrate_schema);
	json_array_end(json);
	return json->state;
}

static err statements(struct json *json)
{
	static const struct statement *const *const lists[] = {
		announce_hold_statements, books_statements, desk_statements, facts_statements, inspect_accord_statements, inspect_people_statements, schedule_statements, verdict_statements,
	};

	json_array(json, "statements");
	for (size_t i = 0; entities[i] != NULL; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			one(json, row_statement(entities[i], kinds[k]));
	for (size_t i = 0; access_statement(i) != NULL; i++)
		one(json, access_statement(i));
	TRY(list_statements(listed, json));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t k = 0; lists[i][k] != NULL; k++)
			one(json, lists[i][k]);
	json_array_end(json);
	return json->state;
}

int cli_sql(const struct cli_options *options)
{
	OWN(buf) text = {0};
	struct json json;
	err e = compartment_start();

	(void)options;
	json_init(&json, &text);
	json_object(&json, NULL);
	if (err_is_ok(e))
		e = tables(&json);
	if (err_is_ok(e))
		e = statements(&json);
	json_object_end(&json);
	if (!err_is_ok(e) || !err_is_ok(json.state))
		return CLI_WRONG;
	return printf("%.*s\n", (int)text.len, (const char *)text.ptr) > 0 ? CLI_DONE : CLI_WRONG;
}
