/*
 * openapi - the table of operations in words: OpenAPI 3.1 for programs, a listing for `sekimori ops`.
 */
#ifndef OP_OPENAPI_H
#define OP_OPENAPI_H

#include "op/op.h"

MUST_USE err openapi_write(struct buf *out);
MUST_USE err openapi_list_json(struct buf *out);   /* [{id, method, path, "x-sekimori": …}] */
MUST_USE err openapi_list_text(struct buf *out);   /* a line an operation */

#endif
