/*
 * bytes - borrowed and owned byte strings, and the few things done to them everywhere.
 *
 * struct bytes borrows until the owner next changes. struct buf owns and is wiped when freed.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct bytes {
	const uint8_t *ptr;
	size_t len;
};

struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
};

#define BYTES_LIT(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* Wiped and freed on every way out of the scope: OWN(buf) x = {0}; */
#define OWN(kind) __attribute__((cleanup(kind##_free))) struct kind

struct bytes bytes_str(const char *text);                 /* NULL gives empty */
struct bytes bytes_of(const struct buf *owner);
bool bytes_equal(struct bytes a, struct bytes b);          /* not for secrets */
bool bytes_is(struct bytes a, const char *text);
bool ct_equal(const void *a, const void *b, size_t len);   /* constant time */
void wipe(void *ptr, size_t len);                          /* not optimised away */

bool size_add(size_t a, size_t b, size_t *sum_out);        /* false: overflow */
bool size_mul(size_t a, size_t b, size_t *product_out);

void buf_free(struct buf *owner);                          /* wipes; leaves it empty */
struct buf buf_take(struct buf *owner);                    /* moves; leaves it empty */
void buf_clear(struct buf *owner);                         /* wipes the content, keeps the memory */
/* UNAVAILABLE: no memory, or more than BUF_MAX; nothing changed. */
#define BUF_MAX ((size_t)64 << 20)
MUST_USE err buf_reserve(struct buf *owner, size_t more);
MUST_USE err buf_append(struct buf *owner, struct bytes more); /* more lies outside of owner */
MUST_USE err buf_append_str(struct buf *owner, const char *text);
MUST_USE err buf_printf(struct buf *owner, const char *format, ...) __attribute__((format(printf, 2, 3)));
MUST_USE err buf_u8(struct buf *owner, uint8_t value);
MUST_USE err buf_u16(struct buf *owner, uint16_t value);   /* big-endian, like all our formats */
MUST_USE err buf_u32(struct buf *owner, uint32_t value);
MUST_USE err buf_u64(struct buf *owner, uint64_t value);
MUST_USE err buf_blob(struct buf *owner, struct bytes value); /* u32 length, then the bytes */

/* Reading what was written above; `from` advances only on success. INVALID: too short, or longer than max. */
MUST_USE err cut_u8(struct bytes *from, uint8_t *value_out);
MUST_USE err cut_u16(struct bytes *from, uint16_t *value_out);
MUST_USE err cut_u32(struct bytes *from, uint32_t *value_out);
MUST_USE err cut_u64(struct bytes *from, uint64_t *value_out);
MUST_USE err cut_bytes(struct bytes *from, size_t len, struct bytes *value_out);
MUST_USE err cut_blob(struct bytes *from, size_t max, struct bytes *value_out);

/* Text encodings. Decoders refuse anything not canonical (INVALID). */
MUST_USE err hex_append(struct buf *owner, struct bytes raw);               /* lower case */
MUST_USE err hex_decode(struct bytes text, uint8_t *raw_out, size_t raw_len);
MUST_USE err base64_append(struct buf *owner, struct bytes raw);            /* standard, padded */
MUST_USE err base64_decode(struct bytes text, struct buf *raw_out);         /* appends */
MUST_USE err base32_append(struct buf *owner, struct bytes raw);            /* RFC 4648 section 6, no padding */
MUST_USE err base32_decode(struct bytes text, uint8_t *raw_out, size_t raw_len);    /* exactly raw_len */
MUST_USE err base64url_append(struct buf *owner, struct bytes raw);         /* no padding */
MUST_USE err base64url_decode(struct bytes text, uint8_t *raw_out, size_t raw_len); /* exactly raw_len */

/* INVALID: not well-formed UTF-8 (surrogates, overlong, beyond U+10FFFF). count_out: code points; may be NULL. */
MUST_USE err utf8_check(struct bytes text, size_t *count_out);

#endif
