/*
 * base64_int - what the two alphabets of RFC 4648 have in common.
 */
#ifndef BASE_BASE64_INT_H
#define BASE_BASE64_INT_H

#include "base/bytes.h"

struct base64_alphabet {
	char digits[64];
};

/* The characters that a text of raw_len bytes takes without padding; raw_len up to BUF_MAX. */
size_t base64_len(size_t raw_len);
/* Appends base64_len(raw.len) characters. */
MUST_USE err base64_append_plain(const struct base64_alphabet *alphabet, struct buf *owner, struct bytes raw);
/* text without padding. Writes base64_len's inverse of text.len bytes, on success only.
 * INVALID: a foreign character, an impossible length, or bits left over that are not zero. */
MUST_USE err base64_decode_plain(const struct base64_alphabet *alphabet, struct bytes text, uint8_t *raw_out);

#endif
