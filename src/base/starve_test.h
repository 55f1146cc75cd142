/*
 * starve_test - allocations that fail when the test says so.
 *
 *     for (starve_start(); starve_next();) {
 *             err e = ...;
 *             if (starve_failed())
 *                     (e says so, the outputs are untouched)
 *             else
 *                     (e is OK; the loop ends here)
 *     }
 *
 * Takes the place of malloc, calloc and realloc of the program that includes it. Under a sanitizer, which brings its
 * own, nothing fails and the loop runs once.
 */
#ifndef BASE_STARVE_TEST_H
#define BASE_STARVE_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define STARVE_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STARVE_SANITIZED
#endif

#define STARVE_NEVER (-1L)

static long starve_left = STARVE_NEVER; /* allocations that still succeed */
static long starve_turn;
static bool starve_did_fail;
static bool starve_done;

static inline void starve_start(void)
{
	starve_turn = 0;
	starve_done = false;
}

static inline bool starve_next(void)
{
	if (starve_done)
		return false;
	starve_did_fail = false;
	starve_left = starve_turn++;
	return true;
}

/* Ends the shortage, so that the test itself can allocate. */
static inline bool starve_failed(void)
{
	starve_left = STARVE_NEVER;
	starve_done = !starve_did_fail;
	return starve_did_fail;
}

#ifndef STARVE_SANITIZED
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t count, size_t len);
extern void *__libc_realloc(void *ptr, size_t len);

static bool starve_now(void)
{
	if (starve_left == STARVE_NEVER)
		return false;
	if (starve_left > 0) {
		starve_left--;
		return false;
	}
	starve_did_fail = true;
	return true;
}

void *malloc(size_t len)
{
	return starve_now() ? NULL : __libc_malloc(len);
}

void *calloc(size_t count, size_t len)
{
	return starve_now() ? NULL : __libc_calloc(count, len);
}

void *realloc(void *ptr, size_t len)
{
	return starve_now() ? NULL : __libc_realloc(ptr, len);
}
#endif

#endif
