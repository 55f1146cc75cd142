#include "access/access.h"
#include "base/clock.h"
#include "identity/account.h"
#include "identity/identity_int.h"
#include "identity/membership.h"

#include "identity/enlist.h"

/* Of one account, ended ones too. Roles: 1 guardian, 2 staff; state 0 in force. */
static struct row_list guardian_at = {
	.name = "identity.enlist-guardian",
	.entity = &membership_entity,
	.where = "account = :account AND facility = :facility AND role = 1 AND state = 0 LIMIT 1",
};
static struct row_list person_at = {
	.name = "identity.enlist-person",
	.entity = &membership_entity,
	.where = "account = :account AND facility = :facility AND role IN (1, 2) AND state = 0 LIMIT 1",
};
static struct row_list any_of = {
	.name = "identity.enlist-any",
	.entity = &membership_entity,
	.where = "account = :account LIMIT 1",
};

err enlist_start(void)
{
	TRY(row_list_make(&guardian_at));
	TRY(row_list_make(&person_at));
	return row_list_make(&any_of);
}

bool enlist_login_fits(struct bytes login)
{
	for (size_t i = 0; i < login.len; i++) {
		uint8_t c = login.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!plain && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return login.len >= ACCOUNT_LOGIN_MIN && login.len <= ACCOUNT_LOGIN_MAX;
}

err enlist_find(struct row_context *c, struct bytes login, struct id *account_out)
{
	struct account account = {0};

	TRY(account_by_login(c, login, &account));
	*account_out = account.row.id;
	return OK;
}

static err find(struct row_context *c, const struct row_list *list, struct id account, struct id facility,
    struct membership *membership_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, list->statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e) && query_has(query, "facility"))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &membership_entity, query, false, membership_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err enlist_is_at(struct row_context *c, struct id account, struct id facility, bool *at_out)
{
	struct membership membership = {0};
	err e = find(c, &person_at, account, facility, &membership);

	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	*at_out = err_is_ok(e);
	return OK;
}

err enlist_make(struct row_context *c, const struct enlist_person *person)
{
	struct account account = {
		.row = {.id = person->id}, .login = person->login, .name = person->name, .mail = person->mail,
		.telephone = person->telephone, .state = ACCOUNT_INVITED,
	};

	TRY(access_probe_facility(c->db, person->facility, &account.probe)); /* P1 of access.h */
	return row_insert(c, &account_entity, &account);
}

err enlist_unmake(struct row_context *c, struct id id)
{
	struct membership membership = {0};
	struct account account = {0};
	err e = account_by_id(c, id, &account);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	e = find(c, &any_of, id, id, &membership);
	if (err_is(e, ERR_NOT_FOUND))
		return account.state == ACCOUNT_INVITED ? row_delete(c, &account_entity, &account) : OK;
	return e;
}

err enlist_join(struct row_context *c, struct id account, struct id facility, int32_t since)
{
	struct membership membership = {0};
	err e = find(c, &guardian_at, account, facility, &membership);

	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	membership = (struct membership){
		.account = account, .role = ROLE_GUARDIAN, .facility = facility, .state = MEMBERSHIP_ACTIVE, .since = since,
	};
	return row_insert(c, &membership_entity, &membership);
}

err enlist_part(struct row_context *c, struct id account, struct id facility, int32_t today)
{
	struct membership membership = {0};
	err e = find(c, &guardian_at, account, facility, &membership);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	membership.state = MEMBERSHIP_ENDED;
	membership.until = today;
	return row_update(c, &membership_entity, &membership);
}
