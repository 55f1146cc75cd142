/*
 * value_int - limits of a field with the defaults filled in, for the folder.
 */
#ifndef ENTITY_VALUE_INT_H
#define ENTITY_VALUE_INT_H

#include "entity/value.h"

#define VALUE_TEXT_DEFAULT 200
#define VALUE_BYTES_MAX 65536
#define VALUE_INTEGER_MAX ((int64_t)1 << 53)  /* what every JSON reader keeps exactly */

int64_t value_min(const struct field *field);
int64_t value_max(const struct field *field);
int32_t value_choice_count(const struct field *field);
/* The content of value_encode and value_decode without the flags. cut: texts of up to text_max bytes. */
MUST_USE err value_put(const struct field *field, const struct value *value, struct buf *out);
MUST_USE err value_cut(const struct field *field, size_t text_max, struct bytes *from, struct value *value);

#endif
