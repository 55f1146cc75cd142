#include <string.h>

#include "assure/cast.h"

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)

const struct cast cast_table[] = {
	{"principal-a", ROLE_PRINCIPAL, 'a', CITY, "検査 園長A"},
	{"principal-b", ROLE_PRINCIPAL, 'b', CITY, "検査 園長B"},
	{"staff-a", ROLE_STAFF, 'a', CITY, "検査 教職員A"},
	{"staff-b", ROLE_STAFF, 'b', CITY, "検査 教職員B"},
	{"staff-c", ROLE_STAFF, 'c', CITY, "検査 教職員C"},
	{"guardian-a1", ROLE_GUARDIAN, 'a', CITY, "検査 保護者A1"},
	{"guardian-a2", ROLE_GUARDIAN, 'a', CITY, "検査 保護者A2"},
	{"guardian-b", ROLE_GUARDIAN, 'b', CITY, "検査 保護者B"},
	{"guardian-c", ROLE_GUARDIAN, 'c', CITY, "検査 保護者C"},
	{"subject", ROLE_GUARDIAN, 'a', CITY, "検査 対象者"},         /* suspended, reactivated and so on */
	{"lock", ROLE_GUARDIAN, 'a', CITY, "検査 ロック対象者"},       /* locked by wrong passwords */
	{"officer", ROLE_OFFICER, 0, CITY, "検査 市担当"},
	{"officer-admin", ROLE_OFFICER_ADMIN, 0, CITY, "検査 市管理者"},
	{"auditor", ROLE_AUDITOR, 0, CITY, "検査 監査人"},
	/* Two who approve what the other asks for: in the probe compartment only. */
	{"officer-admin-2", ROLE_OFFICER_ADMIN, 0, CHECK_PROBE, "検査 市管理者2"},
	{"operator", ROLE_OPERATOR, 0, CHECK_PROVIDER, "検査 運用担当"},
	{"operator-admin", ROLE_OPERATOR_ADMIN, 0, CHECK_PROVIDER, "検査 運用管理者"},
	{0},
};

_Static_assert(sizeof(cast_table) / sizeof(cast_table[0]) <= CAST_MAX, "tables beside the cast have room");

const struct cast *cast_find(const char *code, unsigned where)
{
	for (const struct cast *cast = cast_table; cast->code != NULL; cast++)
		if (strcmp(cast->code, code) == 0 && (cast->where & where) != 0)
			return cast;
	return NULL;
}

bool cast_has_factor(const struct cast *cast)
{
	return (ROLES_PRIVILEGED & (1u << cast->role)) != 0;
}

size_t cast_index(const struct cast *cast)
{
	REQUIRE(cast >= cast_table && cast < cast_table + sizeof(cast_table) / sizeof(cast_table[0]));
	return (size_t)(cast - cast_table);
}
