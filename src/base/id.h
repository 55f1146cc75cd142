/*
 * id - 128 random bits that name a thing; in text 26 characters of Crockford's base 32, lower case.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/bytes.h"

#define ID_LEN 16
#define ID_TEXT_LEN 26
#define ID_TEXT_MAX (ID_TEXT_LEN + 1)

struct id {
	uint8_t b[ID_LEN];
};

MUST_USE err id_new(struct id *id_out);   /* UNAVAILABLE: no randomness */
bool id_is_zero(struct id id);
bool id_equal(struct id a, struct id b);
void id_format(struct id id, char text_out[static ID_TEXT_MAX]);
MUST_USE err id_parse(struct bytes text, struct id *id_out); /* canonical form only */
struct bytes id_bytes(const struct id *id);

#endif
