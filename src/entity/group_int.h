/*
 * group_int - which fields a reader gets.
 */
#ifndef ENTITY_GROUP_INT_H
#define ENTITY_GROUP_INT_H

#include "entity/entity.h"

/* groups: comma-separated names, "*" = all; NULL = only fields without a group. */
bool group_wanted(const struct field *field, const char *groups);

#endif
