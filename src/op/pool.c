#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "op/pool_int.h"

#define POOL_NICE 10   /* a storm of sign-ins leaves those who are signed in their processor */

static struct task *pool_take(struct engine *engine)
{
	struct task *task;

	pthread_mutex_lock(&engine->pool_lock);
	while (engine->pool_first == NULL && !engine->pool_stop)
		pthread_cond_wait(&engine->pool_wake, &engine->pool_lock);
	task = engine->pool_first;
	if (task != NULL) {
		engine->pool_first = task->next;
		if (engine->pool_first == NULL)
			engine->pool_last = NULL;
		engine->pool_count--;
	}
	pthread_mutex_unlock(&engine->pool_lock);
	return task;
}

static void *pool_main(void *context)
{
	struct engine *engine = context;
	struct task *task;

	/* Linux keeps priorities by thread. Without it the pool only competes more. */
	if (setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), POOL_NICE) != 0)
		log_warn("the password pool keeps its priority");
	while ((task = pool_take(engine)) != NULL)
		engine_slow(task);
	return NULL;
}

err pool_start(struct engine *engine)
{
	unsigned want = engine->config.pool_threads;

	REQUIRE(want <= sizeof(engine->pool_threads) / sizeof(engine->pool_threads[0]));
	if (pthread_mutex_init(&engine->pool_lock, NULL) != 0 || pthread_cond_init(&engine->pool_wake, NULL) != 0)
		return FAIL(UNAVAILABLE);
	for (unsigned i = 0; i < want; i++) {
		if (pthread_create(&engine->pool_threads[i], NULL, pool_main, engine) != 0)
			return FAIL(UNAVAILABLE);
		engine->pool_thread_count++;
	}
	return OK;
}

err pool_push(struct engine *engine, struct task *task)
{
	bool full;

	pthread_mutex_lock(&engine->pool_lock);
	full = engine->pool_count >= POOL_QUEUE_MAX || engine->pool_stop;
	if (!full) {
		task->next = NULL;
		if (engine->pool_last != NULL)
			engine->pool_last->next = task;
		else
			engine->pool_first = task;
		engine->pool_last = task;
		engine->pool_count++;
		pthread_cond_signal(&engine->pool_wake);
	}
	pthread_mutex_unlock(&engine->pool_lock);
	return full ? FAIL(LIMITED) : OK;
}

void pool_stop(struct engine *engine)
{
	pthread_mutex_lock(&engine->pool_lock);
	engine->pool_stop = true;
	pthread_cond_broadcast(&engine->pool_wake);
	pthread_mutex_unlock(&engine->pool_lock);
	for (unsigned i = 0; i < engine->pool_thread_count; i++)
		pthread_join(engine->pool_threads[i], NULL);
	engine->pool_thread_count = 0;
}
