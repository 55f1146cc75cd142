#include <string.h>

#include "assure/checks.h"
#include "assure/checks_access.h"
#include "assure/checks_alert.h"
#include "assure/checks_breach.h"
#include "assure/checks_case.h"
#include "assure/checks_guard.h"
#include "assure/checks_history.h"
#include "assure/checks_host.h"
#include "assure/checks_identity.h"
#include "assure/checks_inside.h"
#include "assure/checks_notice.h"
#include "assure/checks_package.h"
#include "assure/checks_proof.h"
#include "assure/checks_roles.h"
#include "assure/checks_session.h"
#include "assure/checks_transit.h"
#include "assure/inspect_case.h"
#include "assure/checks_upload.h"
#include "assure/inspect_crypto.h"
#include "assure/inspect_keys.h"
#include "assure/inspect_ledger.h"
#include "assure/inspect_notice.h"
#include "assure/inspect_books.h"
#include "assure/inspect_rounds.h"
#include "assure/inspect_people.h"
#include "assure/inspect_sealed.h"
#include "assure/inspect_tables.h"
#include "base/log.h"

/* A module's array is added here. */
static const struct check *const lists[] = {
	checks_package,
	checks_transit,
	checks_upload,
	checks_session,
	checks_roles,
	checks_proof,
	checks_identity,
	checks_history,
	checks_guard,
	checks_access,
	checks_alert,
	checks_breach,
	checks_host,
	checks_notice,
	checks_case,
	checks_inside,
	inspect_case_checks,
	inspect_crypto_checks,
	inspect_keys_checks,
	inspect_ledger_checks,
	inspect_notice_checks,
	inspect_books_checks,
	inspect_rounds_checks,
	inspect_people_checks,
	inspect_sealed_checks,
	inspect_tables_checks,
};

static const struct check *joined[CHECKS_MAX];
static size_t joined_count;

__attribute__((constructor)) static void join(void)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct check *check = lists[i]; check->id != NULL; check++) {
			REQUIRE(joined_count < CHECKS_MAX);
			joined[joined_count++] = check;
		}
}

const struct check *checks_at(size_t index)
{
	return index < joined_count ? joined[index] : NULL;
}

size_t checks_count(void)
{
	return joined_count;
}

const struct check *checks_find(const char *id)
{
	for (size_t i = 0; i < joined_count; i++)
		if (strcmp(joined[i]->id, id) == 0)
			return joined[i];
	return NULL;
}

static bool row_fits(const struct check *check)
{
	const unsigned compartments = CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER;

	return strlen(check->id) < CHECK_ID_MAX && checks_find(check->id) == check &&
	    (check->where == CHECK_HOST || (check->where != 0 && (check->where & ~compartments) == 0)) &&
	    (check->run != NULL || check->inspection != NULL) && check->rights < RIGHTS_COUNT && (check->rights != RIGHTS_HOSTILE || check->where == CHECK_PROBE) && check->seconds <= CHECK_SECONDS_MAX &&
	    /* There is no core to ask. */
	    (check->where != CHECK_HOST || check->run != NULL);
}

err checks_check(void)
{
	for (size_t i = 0; checks_at(i) != NULL; i++)
		if (!row_fits(checks_at(i))) {
			log_error("the row of check %s contradicts itself or another", checks_at(i)->id);
			return FAIL(INVALID);
		}
	return OK;
}
