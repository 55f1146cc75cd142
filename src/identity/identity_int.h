/*
 * identity_int - what the files of this folder share.
 */
#ifndef IDENTITY_IDENTITY_INT_H
#define IDENTITY_IDENTITY_INT_H

#include "entity/row.h"

/* The first row of a list whose one parameter is a blob. NOT_FOUND: there is none. */
MUST_USE err identity_find(struct row_context *c, const struct row_list *list, const char *parameter, struct bytes value,
    bool skip_sealed, void *row_out);

#endif
