#include <string.h>

#include "assure/checks.h"
#include "base/log.h"

static const struct check none[] = {{.id = NULL}};

/* A module's array is added here. */
static const struct check *const lists[] = {
	none,
};

const struct check *checks_at(size_t index)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct check *check = lists[i]; check->id != NULL; check++)
			if (index-- == 0)
				return check;
	return NULL;
}

size_t checks_count(void)
{
	size_t count = 0;

	while (checks_at(count) != NULL)
		count++;
	return count;
}

const struct check *checks_find(const char *id)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct check *check = lists[i]; check->id != NULL; check++)
			if (strcmp(check->id, id) == 0)
				return check;
	return NULL;
}

static bool row_fits(const struct check *check)
{
	const unsigned compartments = CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER;

	return strlen(check->id) < CHECK_ID_MAX && checks_find(check->id) == check &&
	    (check->where == CHECK_HOST || (check->where != 0 && (check->where & ~compartments) == 0)) &&
	    (check->run != NULL || check->inspection != NULL) && check->rights < RIGHTS_COUNT && check->seconds <= CHECK_SECONDS_MAX &&
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
