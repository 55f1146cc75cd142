/*
 * group - which fields a reader gets.
 */
#include <string.h>

#include "entity/group_int.h"

bool group_wanted(const struct field *field, const char *groups)
{
	size_t len;

	if (field->group == NULL)
		return true;
	if (groups == NULL)
		return false;
	if (strcmp(groups, "*") == 0)
		return true;
	len = strlen(field->group);
	for (const char *at = groups; at != NULL; at = strchr(at, ',')) {
		at += *at == ',' ? 1 : 0;
		if (strncmp(at, field->group, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}
