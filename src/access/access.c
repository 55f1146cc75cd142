#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "base/clock.h"

#define ACCESS_RULE_MAX 192

const char *const access_role_names[] = {
	[ROLE_NONE] = "none", [ROLE_GUARDIAN] = "guardian", [ROLE_STAFF] = "staff", [ROLE_PRINCIPAL] = "principal",
	[ROLE_OFFICER] = "officer", [ROLE_OFFICER_ADMIN] = "officer-admin", [ROLE_AUDITOR] = "auditor",
	[ROLE_SERVICE] = "service", [ROLE_OPERATOR] = "operator", [ROLE_OPERATOR_ADMIN] = "operator-admin",
	[ROLE_COUNT] = NULL,
};

const char *const access_relation_names[] = {
	[RELATION_NONE] = "public", [RELATION_OWN] = "own", [RELATION_OWN_CHILD] = "own-child",
	[RELATION_CLASS] = "class", [RELATION_FACILITY] = "facility", [RELATION_CUSTOMER] = "customer",
	[RELATION_PROVIDER] = "provider", [RELATION_APPROVER] = "as-approver",
	[RELATION_SEES] = "sees", [RELATION_FILES] = "files", [RELATION_HANDLES] = "handles", [RELATION_SIGNS] = "signs", [RELATION_AUDIENCE] = "audience", [RELATION_COUNT] = NULL,
};

/* The table, and behind it the rules of what follows others. Statement i belongs to rules[i]; it ends with entity == NULL. */
static struct access_rule rules[ACCESS_RULE_MAX + 1];
static size_t rule_count;
static struct statement statements[ACCESS_RULE_MAX];

static err derive(const struct access_rule *rule, struct statement *statement_out)
{
	char *name = NULL;
	char *sql = NULL;

	if (asprintf(&name, "access.%s-%s", rule->entity, access_relation_names[rule->relation]) < 0)
		return FAIL(UNAVAILABLE);
	if (asprintf(&sql, "SELECT 1 FROM %s WHERE %s.id = :object AND (%s)", rule->entity, rule->entity,
	    rule->predicate) < 0) {
		free(name);
		return FAIL(UNAVAILABLE);
	}
	*statement_out = (struct statement){name, sql}; /* kept as long as the process */
	return OK;
}

static int rule_find(const char *entity, enum relation relation)
{
	for (int i = 0; rules[i].entity != NULL; i++)
		if (rules[i].relation == relation && strcmp(rules[i].entity, entity) == 0)
			return i;
	return -1;
}

const char *access_predicate(const char *entity, enum relation relation)
{
	int i = rule_find(entity, relation);

	return i < 0 ? NULL : rules[i].predicate;
}

static void rule_add(const struct access_rule *rule)
{
	REQUIRE(rule_count < ACCESS_RULE_MAX);
	rules[rule_count++] = *rule;
}

/* All objects that may be followed so, joined by OR. */
static err follow(const struct access_follow *first)
{
	OWN(buf) sql = {0};
	char *predicate;

	for (const struct access_follow *f = relations_follows; f->entity != NULL; f++) {
		const char *of = access_predicate(f->followed, f->relation);

		if (strcmp(f->entity, first->entity) != 0 || f->as != first->as || of == NULL)
			continue;
		TRY(buf_printf(&sql, "%s(%s.%s = %d AND EXISTS (SELECT 1 FROM %s WHERE %s.id = %s.%s AND (%s)) AND (%s))", sql.len > 0 ? " OR " : "",
		    f->entity, f->kind, f->place, f->followed, f->followed, f->entity, f->object, of,
		    f->also != NULL ? f->also : "1 = 1"));
	}
	if (sql.len == 0)
		TRY(buf_append_str(&sql, "1 = 0"));
	predicate = strndup((const char *)sql.ptr, sql.len); /* kept as long as the process */
	if (predicate == NULL)
		return FAIL(UNAVAILABLE);
	rule_add(&(struct access_rule){first->entity, first->as, predicate});
	return OK;
}

static err make_rules(void)
{
	for (size_t i = 0; relations_rules[i].entity != NULL; i++)
		rule_add(&relations_rules[i]);
	for (const struct access_follow *f = relations_follows; f->entity != NULL; f++)
		if (access_predicate(f->entity, f->as) == NULL)
			TRY(follow(f));
	return OK;
}

err access_start(void)
{
	if (rule_count == 0)
		TRY(make_rules());
	for (size_t i = 0; i < rule_count; i++)
		if (statements[i].sql == NULL)
			TRY(derive(&rules[i], &statements[i]));
	return OK;
}

const struct statement *access_statement(size_t index)
{
	return index < ACCESS_RULE_MAX && statements[index].sql != NULL ? &statements[index] : NULL;
}

err access_bind(struct query *query, const struct actor *actor)
{
	const struct {
		const char *name;
		const struct id *id;
	} ids[] = {
		{"actor_account", &actor->account},
		{"actor_membership", &actor->membership},
		{"actor_facility", &actor->facility},
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (!query_has(query, ids[i].name))
			continue;
		/* Nobody's id equals nothing: a zero id must not meet a zero column. */
		if (id_is_zero(*ids[i].id))
			TRY(query_null(query, ids[i].name));
		else
			TRY(query_id(query, ids[i].name, ids[i].id));
	}
	if (query_has(query, "actor_role"))
		TRY(query_int(query, "actor_role", (int64_t)(1u << actor->role)));
	if (query_has(query, "actor_probe"))
		TRY(query_int(query, "actor_probe", actor->probe ? 1 : 0));
	return OK;
}

static err stands(struct db *db, const struct actor *actor, int rule, struct id object, bool *stands_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, &statements[rule], &query);

	if (err_is_ok(e))
		e = query_id(query, "object", &object);
	if (err_is_ok(e))
		e = access_bind(query, actor);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	*stands_out = row;
	return OK;
}

err access_decide(struct db *db, const struct actor *actor, const struct grant *grants, const char *entity,
    struct id object, const struct grant **grant_out)
{
	unsigned role = 1u << actor->role;

	for (const struct grant *g = grants; g->roles != 0; g++) {
		bool fits = false;
		int rule;

		if ((g->roles & role) == 0)
			continue;
		rule = rule_find(entity, g->relation);
		REQUIRE(rule >= 0);
		TRY(stands(db, actor, rule, object, &fits));
		if (fits) {
			*grant_out = g;
			return OK;
		}
	}
	return FAIL(NOT_FOUND);
}

static const struct statement probe_account = {"access.probe-account", "SELECT 1 FROM account WHERE id = :id AND probe = 1"};
static const struct statement probe_facility = {"access.probe-facility", "SELECT 1 FROM facility WHERE id = :id AND probe = 1"};

static err is_probe(struct db *db, const struct statement *statement, struct id id, bool *probe_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(db, statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "id", &id);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	*probe_out = row;
	return OK;
}

err access_probe_account(struct db *db, struct id account, bool *probe_out)
{
	return is_probe(db, &probe_account, account, probe_out);
}

err access_probe_facility(struct db *db, struct id facility, bool *probe_out)
{
	return is_probe(db, &probe_facility, facility, probe_out);
}

err access_same_side(struct db *db, struct id account, struct id facility)
{
	bool of_account = false;
	bool of_facility = false;

	if (id_is_zero(facility))
		return OK;
	TRY(access_probe_account(db, account, &of_account));
	TRY(access_probe_facility(db, facility, &of_facility));
	return of_account == of_facility ? OK : FAIL(NOT_FOUND);
}

/* account.state 1 = active, membership.state 0 = active */
static const struct statement in_office = {"access.in-office",
    "SELECT held.facility FROM membership AS held JOIN account ON account.id = held.account WHERE held.id = :membership"
    " AND held.account = :account AND held.role = :role AND held.state = 0 AND account.state = 1"
    " AND held.since <= :today AND (held.until IS NULL OR held.until = 0 OR held.until >= :today)"};

err access_in_office(struct db *db, const struct actor *actor)
{
	struct query *query = NULL;
	struct id facility = {{0}};
	bool row = false;
	err e = query_start(db, &in_office, &query);

	if (err_is_ok(e))
		e = query_id(query, "membership", &actor->membership);
	if (err_is_ok(e))
		e = query_id(query, "account", &actor->account);
	if (err_is_ok(e))
		e = query_int(query, "role", actor->role);
	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(clock_now_us()));
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row && !column_null(query, 0))
		e = column_id(query, 0, &facility);
	query_end(&query);
	TRY(e);
	return row && id_equal(facility, actor->facility) ? OK : FAIL(NOT_FOUND);
}
