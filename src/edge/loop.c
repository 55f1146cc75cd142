#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "edge/http.h"
#include "edge/loop.h"

#define STOP_MS 5000
#define STACK_LEN ((size_t)512 * 1024)

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* ---- from other threads ---- */

static void lock(struct loop *loop)
{
	REQUIRE(pthread_mutex_lock(&loop->lock) == 0);
}

static void unlock(struct loop *loop)
{
	REQUIRE(pthread_mutex_unlock(&loop->lock) == 0);
}

static void wake_up(struct loop *loop)
{
	const uint64_t one = 1;

	if (write(loop->wake_fd, &one, sizeof(one)) != sizeof(one))
		log_error("a loop cannot be woken");
}

void loop_post_channel(struct loop *loop, unsigned link, int fd)
{
	bool first;
	int old = -1;
	size_t at = 0;

	lock(loop);
	first = loop->posted_count == 0;
	while (at < loop->posted_count && loop->posted[at].link != link)
		at++;
	if (at < loop->posted_count)
		old = loop->posted[at].fd;
	else
		loop->posted_count++;
	loop->posted[at] = (struct posted){link, fd};
	unlock(loop);
	if (old >= 0)
		close(old);
	if (first)
		wake_up(loop);
}

void loop_post_stop(struct loop *loop)
{
	lock(loop);
	loop->stop_asked = true;
	unlock(loop);
	wake_up(loop);
}

static void begin_stop(struct loop *loop)
{
	if (loop->stopping)
		return;
	loop->stopping = true;
	loop->stop_until_ms = now_ms() + STOP_MS;
	loop->pool.stopping = true;
	(void)evconnlistener_disable(loop->pool.listener);
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	struct posted posted[LIMIT_COMPARTMENTS];
	uint64_t times;
	size_t count;
	bool stop;

	(void)what;
	if (read(fd, &times, sizeof(times)) != sizeof(times))
		return;
	lock(loop);
	count = loop->posted_count;
	memcpy(posted, loop->posted, count * sizeof(posted[0]));
	loop->posted_count = 0;
	stop = loop->stop_asked;
	unlock(loop);
	for (size_t i = 0; i < count; i++)
		link_set(&loop->links[posted[i].link], posted[i].fd);
	if (stop)
		begin_stop(loop);
}

/* ---- the turn ---- */

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;

	(void)fd;
	(void)what;
	http_sweep(loop);
	conn_sweep(&loop->pool);
}

static bool is_done(struct loop *loop)
{
	if (!loop->stopping)
		return false;
	conn_close_idle(&loop->pool);
	return (pending_count(&loop->pending) == 0 && LIST_EMPTY(&loop->pool.all)) || now_ms() >= loop->stop_until_ms;
}

static void *run(void *context)
{
	struct loop *loop = context;

	while (!is_done(loop)) {
		if (event_base_loop(loop->base, EVLOOP_ONCE) < 0) {
			log_error("the event loop has failed");
			break;
		}
		for (size_t i = 0; i < loop->shared->compartment_count; i++)
			link_flush(&loop->links[i]);
		conn_turn(&loop->pool);
	}
	return NULL;
}

/* ---- set-up ---- */

static err make_base(struct loop *loop)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return FAIL(UNAVAILABLE);
	if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 &&
	    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) == 0)
		loop->base = event_base_new_with_config(config);
	event_config_free(config);
	return loop->base == NULL ? FAIL(UNAVAILABLE) : OK;
}

static err make_http(struct loop *loop, int listen_fd)
{
	struct evhttp_bound_socket *bound;
	int own = fcntl(listen_fd, F_DUPFD_CLOEXEC, 3);

	loop->http = evhttp_new(loop->base);
	if (loop->http == NULL || own < 0) {
		if (own >= 0)
			close(own);
		return FAIL(UNAVAILABLE);
	}
	/* The library's own limits stand behind those of scan. */
	evhttp_set_max_headers_size(loop->http, LIMIT_HEAD);
	evhttp_set_max_body_size(loop->http, LIMIT_BODY);
	evhttp_set_default_content_type(loop->http, NULL);
	evhttp_set_allowed_methods(loop->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
	    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH);
	(void)evhttp_set_flags(loop->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_bevcb(loop->http, conn_make, &loop->pool);
	evhttp_set_gencb(loop->http, http_request, loop);
	bound = evhttp_accept_socket_with_handle(loop->http, own);
	if (bound == NULL) {
		close(own);
		return FAIL(UNAVAILABLE);
	}
	loop->pool.listener = evhttp_bound_socket_get_listener(bound);
	return OK;
}

static err make_events(struct loop *loop)
{
	const struct timeval every = {loop->shared->limits.sweep_ms / 1000, (loop->shared->limits.sweep_ms % 1000) * 1000};

	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->wake_fd < 0)
		return FAIL(UNAVAILABLE);
	loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
	loop->sweep = event_new(loop->base, -1, EV_PERSIST, on_sweep, loop);
	if (loop->wake == NULL || loop->sweep == NULL || event_add(loop->wake, NULL) != 0 || event_add(loop->sweep, &every) != 0)
		return FAIL(UNAVAILABLE);
	return OK;
}

err loop_init(struct loop *loop, struct shared *shared, unsigned index, int listen_fd)
{
	loop->shared = shared;
	loop->index = index;
	loop->wake_fd = -1;
	conn_pool_init(&loop->pool);
	loop->pool.context = shared->context;
	loop->pool.limits = &shared->limits;
	loop->pool.addresses = shared->addresses;
	loop->pool.total = &shared->connections;
	for (unsigned i = 0; i < LIMIT_COMPARTMENTS; i++)
		loop->links[i] = (struct link){.loop = loop, .index = i};
	arena_init(&loop->arena, LIMIT_ARENA);
	REQUIRE(pthread_mutex_init(&loop->lock, NULL) == 0);
	TRY(pending_init(&loop->pending));
	TRY(make_base(loop));
	TRY(make_events(loop));
	return make_http(loop, listen_fd);
}

/* Connections that are being freed are so by the loop's callbacks. */
static void let_go(struct loop *loop)
{
	for (unsigned i = 0; i < 8 && !LIST_EMPTY(&loop->pool.all); i++) {
		conn_close_all(&loop->pool);
		if (event_base_loop(loop->base, EVLOOP_NONBLOCK) < 0)
			break;
		conn_turn(&loop->pool);
	}
}

void loop_free(struct loop *loop)
{
	loop->pool.stopping = true;
	if (loop->http != NULL) {
		(void)evconnlistener_disable(loop->pool.listener);
		for (unsigned i = 0; i < LIMIT_COMPARTMENTS; i++)
			if (link_is_up(&loop->links[i])) {
				link_free(&loop->links[i]);
				http_link_lost(loop, i);
			}
		let_go(loop);
		evhttp_free(loop->http);
	}
	if (loop->wake != NULL)
		event_free(loop->wake);
	if (loop->sweep != NULL)
		event_free(loop->sweep);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	for (size_t i = 0; i < loop->posted_count; i++)
		close(loop->posted[i].fd);
	if (loop->pending.list != NULL)
		pending_wipe(&loop->pending);
	arena_free(&loop->arena);
	buf_free(&loop->fields);
	buf_free(&loop->frame);
	buf_free(&loop->body);
	pthread_mutex_destroy(&loop->lock);
	wipe(loop, sizeof(*loop));
}

err loop_start(struct loop *loop)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return FAIL(UNAVAILABLE);
	loop->running = pthread_attr_setstacksize(&attributes, STACK_LEN) == 0 &&
			pthread_create(&loop->thread, &attributes, run, loop) == 0;
	pthread_attr_destroy(&attributes);
	return loop->running ? OK : FAIL(UNAVAILABLE);
}

void loop_join(struct loop *loop)
{
	if (loop->running)
		REQUIRE(pthread_join(loop->thread, NULL) == 0);
	loop->running = false;
}
