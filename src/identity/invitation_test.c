/* Until when, and by whom, a link may be used. */
#include "base/unit_test.h"
#include "identity/invitation.h"

#define NOW_US INT64_C(1795563000000000)

struct live_row {
	const char *name;
	struct invitation invitation;
	enum account_state state;
	bool live;
};

#define FIRST(expires_us, used_us, voided_us) \
	{.purpose = INVITATION_FIRST, .expires = (expires_us), .used = (used_us), .voided = (voided_us)}
#define RECOVERY(expires_us, used_us) {.purpose = INVITATION_RECOVERY, .expires = (expires_us), .used = (used_us)}

static const struct live_row rows[] = {
	{"its last moment", FIRST(NOW_US + 1, 0, 0), ACCOUNT_INVITED, true},
	{"expired", FIRST(NOW_US, 0, 0), ACCOUNT_INVITED, false},
	{"long expired", FIRST(1, 0, 0), ACCOUNT_INVITED, false},
	{"used", FIRST(NOW_US + 1, NOW_US - 5, 0), ACCOUNT_INVITED, false},
	{"void", FIRST(NOW_US + 1, 0, NOW_US - 5), ACCOUNT_INVITED, false},
	{"first password is there already", FIRST(NOW_US + 1, 0, 0), ACCOUNT_ACTIVE, false},
	{"suspended", FIRST(NOW_US + 1, 0, 0), ACCOUNT_SUSPENDED, false},
	{"left", FIRST(NOW_US + 1, 0, 0), ACCOUNT_LEFT, false},
	{"recovery", RECOVERY(NOW_US + 1, 0), ACCOUNT_ACTIVE, true},
	{"recovery, expired", RECOVERY(NOW_US, 0), ACCOUNT_ACTIVE, false},
	{"recovery, used", RECOVERY(NOW_US + 1, 1), ACCOUNT_ACTIVE, false},
	{"recovery of whoever never had a password", RECOVERY(NOW_US + 1, 0), ACCOUNT_INVITED, false},
	{"recovery, suspended", RECOVERY(NOW_US + 1, 0), ACCOUNT_SUSPENDED, false},
	{"recovery, left", RECOVERY(NOW_US + 1, 0), ACCOUNT_LEFT, false},
};

static void live(void **state)
{
	(void)state;
	REQ("K-1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (invitation_live(&rows[i].invitation, rows[i].state, NOW_US) != rows[i].live)
			fail_msg("%s", rows[i].name);
}

/* The link begins with the service's own address, and the token stands behind the '#'. */
static void link_text(void **state)
{
	static const struct compartment city = {.name = "sapporo", .url = "https://seki.example:8443"};
	const struct call call = {.compartment = &city, .now_us = NOW_US};
	struct invitation_token token = {{0}, 0};
	OWN(buf) link = {0};

	(void)state;
	assert_ok(invitation_link(&call, INVITATION_RECOVERY, &token, &link));
	assert_true(bytes_is(bytes_of(&link),
	    "https://seki.example:8443/#/recovery/sapporo.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_ok(invitation_token_new(&call, INVITATION_FIRST, &token));
	assert_int_equal(token.expires, NOW_US + INVITATION_US);
	assert_ok(invitation_token_new(&call, INVITATION_RECOVERY, &token));
	assert_int_equal(token.expires, NOW_US + INVITATION_RECOVERY_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(live), cmocka_unit_test(link_text)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
