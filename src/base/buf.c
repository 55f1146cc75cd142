/*
 * buf - byte strings that own their memory.
 *
 * Growing moves to new memory and wipes the old, so no copy of a secret is left behind;
 * this is why realloc is not used.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define CAP_MIN 64

void buf_free(struct buf *owner)
{
	wipe(owner->ptr, owner->cap);
	free(owner->ptr);
	*owner = (struct buf){0};
}

struct buf buf_take(struct buf *owner)
{
	struct buf taken = *owner;

	*owner = (struct buf){0};
	return taken;
}

void buf_clear(struct buf *owner)
{
	wipe(owner->ptr, owner->len);
	owner->len = 0;
}

/* Twice as much as before, so that appending stays linear. */
static size_t grown(size_t cap, size_t need)
{
	size_t next = cap < CAP_MIN ? CAP_MIN : cap;

	while (next < need)
		next *= 2;
	return next > BUF_MAX ? BUF_MAX : next;
}

err buf_reserve(struct buf *owner, size_t more)
{
	size_t need;
	size_t cap;
	uint8_t *moved;

	REQUIRE(owner->len <= owner->cap);
	if (more <= owner->cap - owner->len)
		return OK;
	if (!size_add(owner->len, more, &need) || need > BUF_MAX)
		return FAIL(UNAVAILABLE);
	cap = grown(owner->cap, need);
	moved = malloc(cap);
	if (moved == NULL)
		return FAIL(UNAVAILABLE);
	if (owner->len != 0)
		memcpy(moved, owner->ptr, owner->len);
	wipe(owner->ptr, owner->cap);
	free(owner->ptr);
	owner->ptr = moved;
	owner->cap = cap;
	return OK;
}

static bool lies_in(const struct buf *owner, struct bytes part)
{
	uintptr_t start = (uintptr_t)owner->ptr;
	uintptr_t at = (uintptr_t)part.ptr;

	return part.len != 0 && at >= start && at - start < owner->cap;
}

err buf_append(struct buf *owner, struct bytes more)
{
	REQUIRE(!lies_in(owner, more));
	TRY(buf_reserve(owner, more.len));
	if (more.len != 0)
		memcpy(owner->ptr + owner->len, more.ptr, more.len);
	owner->len += more.len;
	return OK;
}

err buf_append_str(struct buf *owner, const char *text)
{
	return buf_append(owner, bytes_str(text));
}

__attribute__((format(printf, 2, 0)))
static int print_into(struct buf *owner, const char *format, va_list args)
{
	size_t room = owner->cap - owner->len;
	char *at = room == 0 ? NULL : (char *)owner->ptr + owner->len;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(at, room, format, again);
	va_end(again);
	return len;
}

err buf_printf(struct buf *owner, const char *format, ...)
{
	va_list args;
	int len;
	err e = OK;

	va_start(args, format);
	len = print_into(owner, format, args);
	if (len < 0) {
		e = FAIL(UNAVAILABLE);
	} else if ((size_t)len >= owner->cap - owner->len) {
		e = buf_reserve(owner, (size_t)len + 1); /* vsnprintf ends with a NUL */
		if (err_is_ok(e) && print_into(owner, format, args) != len)
			e = FAIL(UNAVAILABLE);
	}
	va_end(args);
	if (err_is_ok(e))
		owner->len += (size_t)len;
	return e;
}

static err append_number(struct buf *owner, uint64_t value, size_t len)
{
	TRY(buf_reserve(owner, len));
	for (size_t i = len; i-- > 0; value >>= 8)
		owner->ptr[owner->len + i] = (uint8_t)value;
	owner->len += len;
	return OK;
}

err buf_u8(struct buf *owner, uint8_t value)
{
	return append_number(owner, value, 1);
}

err buf_u16(struct buf *owner, uint16_t value)
{
	return append_number(owner, value, 2);
}

err buf_u32(struct buf *owner, uint32_t value)
{
	return append_number(owner, value, 4);
}

err buf_u64(struct buf *owner, uint64_t value)
{
	return append_number(owner, value, 8);
}

err buf_blob(struct buf *owner, struct bytes value)
{
	if (value.len > BUF_MAX)
		return FAIL(UNAVAILABLE);
	TRY(buf_reserve(owner, value.len + 4));
	TRY(buf_u32(owner, (uint32_t)value.len));
	return buf_append(owner, value);
}
