#include "access/access.h"
#include "base/clock.h"
#include "identity/identity_int.h"

#include "identity/membership.h"

static const char *const states[] = {[MEMBERSHIP_ACTIVE] = "active", [MEMBERSHIP_ENDED] = "ended", NULL};

#define AT(member) .offset = offsetof(struct membership, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = access_role_names, AT(role)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility",
	    AT(facility)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = states, AT(state)},
	{.name = "since", .ja = "開始日", .en = "Since", .type = FIELD_DATE, .grade = GRADE_2, .required = true, AT(since)},
	{.name = "until", .ja = "終了日", .en = "Until", .type = FIELD_DATE, .grade = GRADE_2, AT(until)},
};

static const char *const indexes[] = {"account", "facility", NULL};

const struct entity membership_entity = {
	.name = "membership",
	.ja = "所属",
	.en = "Membership",
	.size = sizeof(struct membership),
	.facility = "facility",
	.authority = true,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_id = {
	.name = "identity.membership-by-id",
	.entity = &membership_entity,
	.where = "id = :id",
};
static struct row_list by_account = {
	.name = "identity.membership-by-account",
	.entity = &membership_entity,
	.where = "account = :account AND state = 0 ORDER BY since, id",
};

static struct row_list all = {
	.name = "identity.membership-all",
	.entity = &membership_entity,
	.where = "account = :account ORDER BY state, since, id LIMIT :limit",
};

err membership_start(void)
{
	TRY(row_list_make(&by_id));
	TRY(row_list_make(&all));
	return row_list_make(&by_account);
}

bool membership_in_force(const struct membership *membership, int64_t now_us)
{
	int32_t today = clock_date_jst(now_us);

	return membership->state == MEMBERSHIP_ACTIVE && membership->since <= today &&
	    (membership->until == 0 || today <= membership->until);
}

err membership_by_id(struct row_context *c, struct id id, struct membership *membership_out)
{
	return identity_find(c, &by_id, "id", id_bytes(&id), true, membership_out);
}

/* Walks the memberships in force until one fits; NULL takes the first. */
static err first_in_force(struct row_context *c, struct id account, int64_t now_us, bool (*wanted)(const struct membership *),
    struct membership *membership_out)
{
	struct membership membership = {0};
	struct query *query = NULL;
	bool found = false;
	bool fits = false;
	err e = query_start(c->db, by_account.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	while (err_is_ok(e) && !fits) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &membership_entity, query, true, &membership);
		fits = err_is_ok(e) && membership_in_force(&membership, now_us) && (wanted == NULL || wanted(&membership));
	}
	query_end(&query);
	TRY(e);
	if (!fits)
		return FAIL(NOT_FOUND);
	*membership_out = membership;
	return OK;
}

err membership_of(struct row_context *c, struct id account, int64_t now_us, struct membership *membership_out)
{
	return first_in_force(c, account, now_us, NULL, membership_out);
}

err membership_all(struct row_context *c, struct id account, struct membership list_out[static MEMBERSHIP_MAX], size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = false;
	err e = query_start(c->db, all.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_int(query, "limit", MEMBERSHIP_MAX);
	while (err_is_ok(e) && count < MEMBERSHIP_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		list_out[count] = (struct membership){0};
		e = row_read(c, &membership_entity, query, true, &list_out[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

static bool is_privileged(const struct membership *membership)
{
	return ((1u << membership->role) & ROLES_PRIVILEGED) != 0;
}

err membership_privileged(struct row_context *c, struct id account, int64_t now_us, bool *privileged_out)
{
	struct membership membership = {0};
	err e = first_in_force(c, account, now_us, is_privileged, &membership);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	*privileged_out = err_is_ok(e);
	return OK;
}
