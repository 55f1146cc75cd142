#include <string.h>

#include "assure/inspect_alert.h"
#include "assure/inspect_books.h"
#include "assure/inspect_case.h"
#include "assure/inspect_crypto.h"
#include "assure/inspect_keys.h"
#include "assure/inspect_ledger.h"
#include "assure/inspect_notice.h"
#include "assure/inspect_people.h"
#include "assure/inspect_sealed.h"
#include "assure/inspect_rounds.h"
#include "assure/inspect_secrets.h"
#include "assure/inspect_tables.h"
#include "assure/inspections.h"
#include "base/log.h"

/* A module's array is added here; each ends with a row without name. */
static const struct inspection *const lists[] = {
	inspect_alert,
	inspect_books,
	inspect_case,
	inspect_rounds,
	inspect_crypto,
	inspect_keys,
	inspect_ledger,
	inspect_notice,
	inspect_people,
	inspect_sealed,
	inspect_secrets,
	inspect_tables,
};

const struct inspection *inspections_find(const char *name)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct inspection *row = lists[i]; row->name != NULL; row++)
			if (strcmp(row->name, name) == 0)
				return row;
	return NULL;
}

err inspections_check(void)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct inspection *row = lists[i]; row->name != NULL; row++)
			if (inspections_find(row->name) != row || strlen(row->name) >= INSPECT_NAME_MAX || row->run == NULL) {
				log_error("the row of inspection %s contradicts itself or another", row->name);
				return FAIL(INVALID);
			}
	return OK;
}
