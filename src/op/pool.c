#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "op/pool_int.h"

#define POOL_NICE 10   /* a storm of sign-ins leaves those who are signed in their processor */

static struct task *pool_take(struct pool *pool)
{
	struct task *task;

	pthread_mutex_lock(&pool->lock);
	while (pool->first == NULL && !pool->stop)
		pthread_cond_wait(&pool->wake, &pool->lock);
	task = pool->first;
	if (task != NULL) {
		pool->first = task->next;
		if (pool->first == NULL)
			pool->last = NULL;
		pool->count--;
	}
	pthread_mutex_unlock(&pool->lock);
	return task;
}

static void *pool_main(void *context)
{
	struct pool *pool = context;
	struct task *task;

	/* Linux keeps priorities by thread. Without it the pool only competes more. */
	if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), POOL_NICE) != 0)
		log_warn("the password pool keeps its priority");
	while ((task = pool_take(pool)) != NULL)
		engine_slow(task);
	return NULL;
}

err pool_start(struct pool *pool, unsigned threads)
{
	REQUIRE(threads <= sizeof(pool->threads) / sizeof(pool->threads[0]));
	if (pthread_mutex_init(&pool->lock, NULL) != 0 || pthread_cond_init(&pool->wake, NULL) != 0)
		return FAIL(UNAVAILABLE);
	for (unsigned i = 0; i < threads; i++) {
		if (pthread_create(&pool->threads[i], NULL, pool_main, pool) != 0)
			return FAIL(UNAVAILABLE);
		pool->thread_count++;
	}
	return OK;
}

err pool_push(struct pool *pool, struct task *task)
{
	bool full;

	pthread_mutex_lock(&pool->lock);
	full = pool->count >= POOL_QUEUE_MAX || pool->stop;
	if (!full) {
		task->next = NULL;
		if (pool->last != NULL)
			pool->last->next = task;
		else
			pool->first = task;
		pool->last = task;
		pool->count++;
		pthread_cond_signal(&pool->wake);
	}
	pthread_mutex_unlock(&pool->lock);
	return full ? FAIL(LIMITED) : OK;
}

void pool_stop(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pool->thread_count = 0;
}
