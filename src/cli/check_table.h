/*
 * check_table - how the demands are met, as words in columns on a terminal.
 */
#ifndef CLI_CHECK_TABLE_H
#define CLI_CHECK_TABLE_H

#include <jansson.h>
#include <stdbool.h>

/* Replies of GET /v1/requirements, GET /v1/requirements/{requirement}, GET /v1/checks/{check}. */
void check_table_all(const json_t *reply, bool ja);
void check_table_requirement(const json_t *reply, bool ja);
void check_table_check(const json_t *reply, bool ja);

#endif
