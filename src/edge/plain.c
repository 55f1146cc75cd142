#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <event2/util.h>

#include "base/log.h"
#include "edge/plain.h"

#define BACKLOG 64
#define PAUSE_S 1

struct plain {
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;  /* evhttp's once it is bound */
	struct event *pause;
	pthread_t thread;
	bool running;
	plain_answer answer;
	void *context;
};

static void say(struct evhttp_request *request, const struct plain_reply *reply)
{
	struct evbuffer *body = evbuffer_new();
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	if (body == NULL || evbuffer_add(body, reply->body.ptr, reply->body.len) != 0 ||
	    evhttp_add_header(headers, "Content-Type", reply->type != NULL ? reply->type : "text/plain; charset=utf-8") != 0 ||
	    evhttp_add_header(headers, "Cache-Control", "no-store") != 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		evhttp_send_reply(request, reply->status, NULL, body);
	if (body != NULL)
		evbuffer_free(body);
}

static void take(struct evhttp_request *request, void *context)
{
	struct plain *plain = context;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(body);
	struct plain_request asked = {.post = evhttp_request_get_command(request) == EVHTTP_REQ_POST};
	struct plain_reply reply = {.status = 404};

	asked.path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	if (asked.path == NULL || len > PLAIN_BODY_MAX) {
		evhttp_send_error(request, HTTP_BADREQUEST, NULL);
		return;
	}
	asked.body = (struct bytes){len > 0 ? evbuffer_pullup(body, -1) : NULL, len};
	if (len > 0 && asked.body.ptr == NULL) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	plain->answer(plain->context, &asked, &reply);
	say(request, &reply);
	buf_free(&reply.body);
}

/* No more files: without a pause, accepting would be tried again at once, for ever. */
static void no_accept(struct evconnlistener *listener, void *context)
{
	struct plain *plain = context;
	const struct timeval second = {.tv_sec = PAUSE_S};

	if (evconnlistener_disable(listener) != 0 || event_add(plain->pause, &second) != 0)
		log_warn("connections cannot be accepted");
}

static void go_on(evutil_socket_t fd, short events, void *context)
{
	struct plain *plain = context;

	(void)fd;
	(void)events;
	if (evconnlistener_enable(plain->listener) != 0)
		log_warn("connections cannot be accepted any more");
}

static void *run(void *context)
{
	struct plain *plain = context;

	if (event_base_dispatch(plain->base) < 0)
		log_error("the listener has ended");
	return NULL;
}

static err bind_to(struct plain *plain, const char *address)
{
	struct sockaddr_storage where = {0};
	int len = sizeof(where);

	if (evutil_parse_sockaddr_port(address, (struct sockaddr *)&where, &len) != 0)
		return FAIL(INVALID);
	plain->base = event_base_new();
	plain->http = plain->base == NULL ? NULL : evhttp_new(plain->base);
	plain->pause = plain->http == NULL ? NULL : evtimer_new(plain->base, go_on, plain);
	if (plain->pause == NULL)
		return FAIL(UNAVAILABLE);
	evhttp_set_allowed_methods(plain->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	evhttp_set_max_headers_size(plain->http, PLAIN_HEAD_MAX);
	evhttp_set_max_body_size(plain->http, PLAIN_BODY_MAX);
	evhttp_set_timeout(plain->http, PLAIN_TIMEOUT_S);
	evhttp_set_gencb(plain->http, take, plain);
	plain->listener = evconnlistener_new_bind(plain->base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG, (struct sockaddr *)&where, len);
	if (plain->listener == NULL)
		return FAIL(UNAVAILABLE);
	if (evhttp_bind_listener(plain->http, plain->listener) == NULL) {
		evconnlistener_free(plain->listener);
		return FAIL(UNAVAILABLE);
	}
	evconnlistener_set_error_cb(plain->listener, no_accept);
	return OK;
}

err plain_open(const char *address, plain_answer answer, void *context, struct plain **out)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	err e;

	if (plain == NULL)
		return FAIL(UNAVAILABLE);
	plain->answer = answer;
	plain->context = context;
	e = evthread_use_pthreads() == 0 ? bind_to(plain, address) : FAIL(UNAVAILABLE);
	if (err_is_ok(e)) {
		plain->running = pthread_create(&plain->thread, NULL, run, plain) == 0;
		e = plain->running ? OK : FAIL(UNAVAILABLE);
	}
	if (!err_is_ok(e)) {
		plain_close(&plain);
		return e;
	}
	*out = plain;
	return OK;
}

void plain_close(struct plain **plain)
{
	struct plain *p = *plain;

	if (p == NULL)
		return;
	if (p->running) {
		if (event_base_loopbreak(p->base) != 0)
			log_warn("the listener does not end");
		REQUIRE(pthread_join(p->thread, NULL) == 0);
	}
	if (p->pause != NULL)
		event_free(p->pause);
	if (p->http != NULL)
		evhttp_free(p->http);
	if (p->base != NULL)
		event_base_free(p->base);
	free(p);
	*plain = NULL;
}
