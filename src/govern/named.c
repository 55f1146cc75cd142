#include "base/clock.h"
#include "govern/person.h"

#include "govern/named.h"

err named_account(struct row_context *c, struct id account, struct bytes *name_out)
{
	err e = person_name(c, account, name_out);

	return err_is(e, ERR_NOT_FOUND) ? OK : e; /* whose key is gone has no name */
}

/* account.state 1 = active, membership.state 0 = active; a role is stored as its number, asked for as a mask */
static const struct statement holders = {"govern.holders",
    "SELECT DISTINCT account.id FROM account JOIN membership ON membership.account = account.id"
    " WHERE account.state = 1 AND account.probe = :probe AND membership.state = 0"
    " AND ((CAST(1 AS BIGINT) << CAST(membership.role AS INTEGER)) & :roles) <> 0"
    " AND (membership.since IS NULL OR membership.since <= :today) AND (membership.until IS NULL OR membership.until >= :today)"
    " AND (membership.facility IS NULL OR membership.facility = :facility OR :facility IS NULL)"
    " AND (account.id = :account OR :account IS NULL) ORDER BY account.id LIMIT :limit"};

static err bind_optional(struct query *query, const char *name, const struct id *id)
{
	return id_is_zero(*id) ? query_null(query, name) : query_id(query, name, id);
}

static err bind(struct query *query, const struct named_wish *wish, int64_t now_us)
{
	TRY(query_int(query, "probe", wish->probe ? 1 : 0));
	TRY(query_int(query, "roles", (int64_t)wish->roles));
	TRY(query_int(query, "today", clock_date_jst(now_us)));
	TRY(bind_optional(query, "facility", &wish->facility));
	TRY(bind_optional(query, "account", &wish->account));
	return query_int(query, "limit", NAMED_LIST_MAX);
}

err named_list(struct row_context *c, const struct named_wish *wish, int64_t now_us, struct named list_out[static NAMED_LIST_MAX], size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(c->db, &holders, &query);

	if (err_is_ok(e))
		e = bind(query, wish, now_us);
	while (err_is_ok(e) && count < NAMED_LIST_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		list_out[count] = (struct named){0};
		e = column_id(query, 0, &list_out[count].account);
		count++;
	}
	query_end(&query);
	TRY(e);
	for (size_t i = 0; wish->names && i < count; i++)
		TRY(named_account(c, list_out[i].account, &list_out[i].name));
	*count_out = count;
	return OK;
}
