/*
 * column - values of a query's current row.
 */
#include <string.h>

#include <sqlite3.h>

#include "store/store.h"
#include "store/store_int.h"

bool column_null(struct query *query, int column)
{
	return sqlite3_column_type(query->handle, column) == SQLITE_NULL;
}

int64_t
column_int(struct query *query, int column)
{
	return sqlite3_column_int64(query->handle, column);
}

struct bytes column_bytes(struct query *query, int column)
{
	struct bytes value;

	value.ptr = sqlite3_column_blob(query->handle, column);
	value.len = (size_t)sqlite3_column_bytes(query->handle, column);
	if (value.ptr == NULL) {
		value.len = 0;
		if (sqlite3_errcode(query->db->handle) == SQLITE_NOMEM)
			query->failed = FAIL(UNAVAILABLE);
	}
	return value;
}

err column_id(struct query *query, int column, struct id *id_out)
{
	struct bytes value = column_bytes(query, column);

	TRY(query->failed);
	if (value.len != ID_LEN)
		return FAIL(CORRUPT);
	memcpy(id_out->b, value.ptr, ID_LEN);
	return OK;
}
