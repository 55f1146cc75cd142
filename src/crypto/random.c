/*
 * random - the deterministic generator of OpenSSL, drawn from in pages.
 *
 * R1  No byte is handed out twice: it is wiped from the pool as it leaves, and a forked child starts with an empty pool.
 */
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "crypto/crypto.h"

#define POOL_LEN 4096
#define POOLED_MAX 1024 /* more goes past the pool */

struct pool {
	uint8_t bytes[POOL_LEN];
	size_t left; /* the last `left` bytes are unused */
};

static _Thread_local struct pool pool;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool forks_seen;

static void drop_pool(void)
{
	wipe(&pool, sizeof(pool));
}

static void watch_forks(void)
{
	forks_seen = pthread_atfork(NULL, NULL, drop_pool) == 0;
}

static err draw(uint8_t *out, size_t len)
{
	if (len <= BUF_MAX && RAND_bytes(out, (int)len) == 1)
		return OK;
	ERR_clear_error();
	return FAIL(UNAVAILABLE);
}

err random_bytes(void *out, size_t len)
{
	uint8_t *from;

	if (pthread_once(&once, watch_forks) != 0 || !forks_seen)
		return FAIL(UNAVAILABLE);
	if (len > POOLED_MAX)
		return draw(out, len);
	if (pool.left < len) {
		pool.left = 0;
		TRY(draw(pool.bytes, POOL_LEN));
		pool.left = POOL_LEN;
	}
	if (len != 0) {
		from = pool.bytes + POOL_LEN - pool.left;
		memcpy(out, from, len);
		wipe(from, len);
		pool.left -= len;
	}
	return OK;
}
