#include <string.h>
#include <strings.h>
#include <stdio.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "edge/http.h"
#include "edge/loop.h"
#include "edge/reply.h"
#include "edge/route.h"
#include "edge/session.h"
#include "op/media.h"

#define RETRY_SOON_S 1
#define REPORT_WINDOW_MS 1000
#define REPORT_LOG_MS 60000
#define STACK_WIPED 65536

enum header {
	HEAD_COOKIE, HEAD_AUTHORIZATION, HEAD_TYPE, HEAD_LANGUAGE, HEAD_AGENT, HEAD_KEY, HEAD_CONFIRM, HEAD_PHRASE, HEAD_SITE,
	HEAD_ORIGIN, HEAD_HOST, HEAD_ENCODING, HEAD_MATCH, HEAD_COUNT
};
#define NAME(text) {text, sizeof(text) - 1}
static const struct { const char *text; size_t len; } header_names[HEAD_COUNT] = {
    [HEAD_COOKIE] = NAME("Cookie"), [HEAD_AUTHORIZATION] = NAME("Authorization"), [HEAD_TYPE] = NAME("Content-Type"),
    [HEAD_LANGUAGE] = NAME("Accept-Language"), [HEAD_AGENT] = NAME("User-Agent"), [HEAD_KEY] = NAME("Idempotency-Key"),
    [HEAD_CONFIRM] = NAME("Confirm"), [HEAD_PHRASE] = NAME("Confirm-Phrase"), [HEAD_SITE] = NAME("Sec-Fetch-Site"),
    [HEAD_ORIGIN] = NAME("Origin"), [HEAD_HOST] = NAME("Host"), [HEAD_ENCODING] = NAME("Accept-Encoding"),
    [HEAD_MATCH] = NAME("If-None-Match"),
};

static const struct { enum evhttp_cmd_type type; const char *name; } methods[] = {
    {EVHTTP_REQ_GET, "GET"}, {EVHTTP_REQ_POST, "POST"}, {EVHTTP_REQ_HEAD, "HEAD"}, {EVHTTP_REQ_PUT, "PUT"},
    {EVHTTP_REQ_DELETE, "DELETE"}, {EVHTTP_REQ_OPTIONS, "OPTIONS"}, {EVHTTP_REQ_TRACE, "TRACE"}, {EVHTTP_REQ_PATCH, "PATCH"},
};

/* One request on its way through the handler. */
struct visit {
	struct loop *loop;
	struct evhttp_request *request;
	struct conn *conn;
	const char *method;          /* GET for HEAD */
	bool head;
	struct bytes headers[HEAD_COUNT];
	struct route route;
	struct id id;
	enum language language;
	const char *allow;           /* for 405 */
};

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* ---- answering ---- */

struct answer {
	struct evhttp_request *request;
	struct reply_head head;
	struct bytes body;
	bool only_head;
};

/* The length that the library does not add for replies to HEAD. */
static void say_length(struct evhttp_request *request, size_t len)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%zu", len);
	(void)evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Length", number);
}

static void put_body(struct evhttp_request *request, struct bytes body, bool only_head)
{
	if (only_head)
		say_length(request, body.len);
	else if (body.len > 0 && evbuffer_add(evhttp_request_get_output_buffer(request), body.ptr, body.len) != 0)
		log_error("no memory for a reply");
}

static void give_answer(const struct answer *answer)
{
	char block[REPLY_BLOCK_MAX];

	(void)reply_block(&answer->head, block);
	put_body(answer->request, answer->body, answer->only_head);
	conn_reply(answer->request, answer->head.status, block);
	if (answer->head.set_cookie != NULL || answer->head.set_device != NULL)
		wipe(block, sizeof(block));
}

static void answer_problem(struct loop *loop, struct answer *answer, err e, enum language language)
{
	buf_clear(&loop->body);
	answer->head.status = err_row(e)->status;
	answer->head.type = REPLY_IS_PROBLEM;
	if (err_is_ok(reply_problem(e, language, &answer->head.request, &loop->body)))
		answer->body = bytes_of(&loop->body);
	give_answer(answer);
}

static void refuse(const struct visit *visit, err e)
{
	struct answer answer = {.request = visit->request, .only_head = visit->head};

	answer.head.request = visit->id;
	answer.head.allow = err_is(e, ERR_METHOD) ? visit->allow : NULL;
	answer.head.retry_after_s = err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_LIMITED) ? RETRY_SOON_S : 0;
	answer.head.close = visit->conn != NULL && !err_is_ok(conn_refusal(visit->conn));
	answer_problem(visit->loop, &answer, e, visit->language);
}

static void answer_text(const struct visit *visit, int status, enum reply_type type, const char *text)
{
	struct answer answer = {.request = visit->request, .body = bytes_str(text), .only_head = visit->head && status != 204};

	answer.head.status = status;
	answer.head.type = type;
	answer.head.request = visit->id;
	give_answer(&answer);
}

/* ---- what a core says ---- */

/* The request ends; the entry is free before the library is told, which may call back. */
static void finish(struct loop *loop, struct pending *pending, struct answer *answer)
{
	answer->request = pending->request;
	answer->head.request = pending->id;
	answer->only_head = pending->head;
	if (pending->conn == NULL)
		answer->body = (struct bytes){0};
	give_answer(answer);
	pending_end(&loop->pending, pending);
}

static void fail(struct loop *loop, struct pending *pending, err e)
{
	struct answer answer = {.only_head = pending->head};

	buf_clear(&loop->body);
	answer.head.status = err_row(e)->status;
	answer.head.type = REPLY_IS_PROBLEM;
	answer.head.retry_after_s = RETRY_SOON_S;
	if (err_is_ok(reply_problem(e, pending->language, &pending->id, &loop->body)))
		answer.body = bytes_of(&loop->body);
	finish(loop, pending, &answer);
}

static bool proves_session(const struct pending *pending, const struct wire_reply *reply)
{
	if (reply->cookie == COOKIE_SET)
		return true;
	return pending->signed_in && !pending->op->open && reply->status != 400 && reply->status != 401 && reply->status < 500;
}

static bool fits(const struct pending *pending, const struct wire_reply *reply)
{
	return pending->op != NULL && pending->body.len + reply->body.len <= WIRE_REPLY_MAX &&
	       (reply->cookie != COOKIE_SET || ((pending->op->route == ROUTE_LOGIN || pending->signed_in) && reply->status < 300)) &&
	       (reply->cookie != COOKIE_DEVICE || (pending->op->route == ROUTE_TOKEN && reply->status < 300)) &&
	       (reply->status != 204 || reply->body.len == 0) &&
	       (reply->file.len > 0) == (pending->op->named && reply->kind != WIRE_KIND_PROBLEM);
}

static const enum reply_type types_of_replies[] = {
    [REPLY_JSON] = REPLY_IS_JSON, [REPLY_TEXT] = REPLY_IS_TEXT, [REPLY_OCTETS] = REPLY_IS_OCTETS,
};

static enum reply_type type_of(const struct pending *pending, const struct wire_reply *reply)
{
	if (reply->status == 204)
		return REPLY_NOTHING;
	return reply->kind == WIRE_KIND_PROBLEM ? REPLY_IS_PROBLEM : types_of_replies[pending->op->reply];
}

static void answer_reply(struct loop *loop, struct pending *pending, const struct wire_reply *reply)
{
	struct answer answer = {.body = reply->body};
	char cookie[SESSION_TEXT_MAX];

	if (pending->body.len > 0)
		answer.body = bytes_of(&pending->body);
	answer.head.status = reply->status;
	answer.head.type = type_of(pending, reply);
	if (reply->kind != WIRE_KIND_PROBLEM && reply->status != 204) {
		answer.head.media = pending->op->media;
		answer.head.file = pending->op->file;
		answer.head.name = reply->file;
		if (reply->file.len > 0)
			answer.head.media = media_type((enum media)reply->media);
	}
	answer.head.immutable = reply->immutable != 0 && reply->status == 200;
	answer.head.retry_after_s = reply->retry_after_s;
	answer.head.clear = reply->cookie == COOKIE_CLEAR;
	answer.head.keep_device = pending->tablet;
	if (reply->cookie == COOKIE_SET || reply->cookie == COOKIE_DEVICE)
		edge_session_format(loop->shared->compartments[pending->link], reply->token, cookie);
	if (reply->cookie == COOKIE_SET) {
		answer.head.set_cookie = cookie;
		answer.head.cookie_age_s = reply->cookie_age_s;
	} else if (reply->cookie == COOKIE_DEVICE) {
		answer.head.set_device = cookie;
	}
	if (pending->conn != NULL && proves_session(pending, reply))
		conn_signed_in(pending->conn);
	if (reply->status == 204)
		pending->head = false;
	finish(loop, pending, &answer);
	wipe(cookie, sizeof(cookie));
}

err http_core_reply(struct loop *loop, unsigned link, const struct wire_reply *reply)
{
	struct pending *pending = pending_find(&loop->pending, reply->number);

	if (pending == NULL)
		return OK; /* answered already: too late, or its client gave up */
	if (pending->link != link || !fits(pending, reply))
		return FAIL(INVALID);
	if (reply->more != 0 || pending->body.len > 0)
		TRY(buf_append(&pending->body, reply->body));
	if (reply->more == 0)
		answer_reply(loop, pending, reply);
	return OK;
}

void http_core_ready(struct loop *loop, unsigned link, uint64_t number, bool ready)
{
	struct pending *pending = pending_find(&loop->pending, number);
	struct answer answer = {.body = BYTES_LIT("{\"status\":\"ready\"}")};

	if (pending == NULL || pending->op != NULL || (pending->waiting & UINT32_C(1) << link) == 0)
		return;
	if (!ready) {
		fail(loop, pending, FAIL(UNAVAILABLE));
		return;
	}
	pending->waiting &= ~(UINT32_C(1) << link);
	if (pending->waiting != 0)
		return;
	answer.head.status = 200;
	answer.head.type = REPLY_IS_JSON;
	finish(loop, pending, &answer);
}

static void fail_where(struct loop *loop, bool (*wanted)(const struct pending *pending, int64_t value), int64_t value)
{
	for (size_t i = 0; i < loop->pending.used_max; i++)
		if (loop->pending.list[i].number != 0 && wanted(&loop->pending.list[i], value))
			fail(loop, &loop->pending.list[i], FAIL(UNAVAILABLE));
}

static bool hangs_on(const struct pending *pending, int64_t link)
{
	return pending->op == NULL ? (pending->waiting & UINT32_C(1) << link) != 0 : pending->link == link;
}

static bool is_late(const struct pending *pending, int64_t at_ms)
{
	return pending->deadline_ms <= at_ms;
}

void http_link_lost(struct loop *loop, unsigned link)
{
	fail_where(loop, hangs_on, link);
}

void http_sweep(struct loop *loop)
{
	fail_where(loop, is_late, now_ms());
}

static struct pending *wait_for(const struct visit *visit, const struct op *op, unsigned after_ms)
{
	struct pending *pending = pending_new(&visit->loop->pending);

	if (pending == NULL)
		return NULL;
	pending->request = visit->request;
	pending->op = op;
	pending->deadline_ms = now_ms() + after_ms;
	pending->id = visit->id;
	pending->language = visit->language;
	pending->head = visit->head;
	return pending;
}

/* ---- operations ---- */

static struct bytes cut_to(struct bytes text, size_t max)
{
	return text.len > max ? (struct bytes){text.ptr, max} : text;
}

/* A header's own limit; beyond it the request is flawed, and the value is not passed on. */
static struct bytes take_header(struct wire_request *frame, enum header which, struct bytes value, size_t max)
{
	if (value.len <= max)
		return value;
	if (frame->flaw_count < WIRE_FLAW_MAX) {
		struct wire_flaw *flaw = &frame->flaws[frame->flaw_count++];

		flaw->flaw = FLAW_TOO_LONG;
		(void)snprintf(flaw->name, sizeof(flaw->name), "%s", header_names[which].text);
	}
	return (struct bytes){0};
}

static err fill_headers(const struct visit *visit, struct wire_request *frame)
{
	struct bytes phrase = {0};

	frame->agent = cut_to(visit->headers[HEAD_AGENT], WIRE_AGENT_MAX);
	frame->idempotency_key = take_header(frame, HEAD_KEY, visit->headers[HEAD_KEY], WIRE_KEY_MAX);
	frame->confirm = take_header(frame, HEAD_CONFIRM, visit->headers[HEAD_CONFIRM], WIRE_KEY_MAX);
	if (visit->headers[HEAD_PHRASE].len > 0)
		TRY(route_decode(visit->headers[HEAD_PHRASE], false, &visit->loop->arena, &phrase));
	frame->phrase = take_header(frame, HEAD_PHRASE, phrase, WIRE_PHRASE_MAX);
	return OK;
}

/* NOT_FOUND: none of that name. */
static err find_compartment(const struct shared *shared, struct bytes name, unsigned *index_out)
{
	for (unsigned i = 0; i < shared->compartment_count; i++) {
		if (!bytes_is(name, shared->compartments[i]))
			continue;
		*index_out = i;
		return OK;
	}
	return FAIL(NOT_FOUND);
}

/* Who does not say, or says what we do not know, goes to the first compartment: as nobody, where the session would have said. */
static err choose_compartment(const struct visit *visit, const struct op *op, struct session *session, unsigned *link_out)
{
	const struct shared *shared = visit->loop->shared;
	const struct value *value;

	*link_out = 0;
	switch (op->route) {
	case ROUTE_LOG:
		value = input_find(op, &visit->loop->values, "log");
		return value == NULL ? FAIL(NOT_FOUND) : find_compartment(shared, value->as.text, link_out);
	case ROUTE_LOGIN:
		value = input_find(op, &visit->loop->values, "login");
		if (value != NULL)
			err_ignore(find_compartment(shared, edge_session_city(value->as.text), link_out)); /* the first answers */
		return OK;
	case ROUTE_TOKEN:
		value = input_find(op, &visit->loop->values, "token");
		if (value != NULL)
			err_ignore(find_compartment(shared, edge_session_home(value->as.text), link_out)); /* the first answers */
		return OK;
	case ROUTE_CITY:
		value = input_find(op, &visit->loop->values, "city");
		if (value != NULL)
			return find_compartment(shared, value->as.text, link_out);
		break;
	case ROUTE_SESSION:
		break;
	}
	if (session->by != SESSION_NOBODY && !err_is_ok(find_compartment(shared, session->compartment, link_out))) {
		wipe(session->token, sizeof(session->token));
		session->by = SESSION_NOBODY;
	}
	return OK;
}

/* A token is for its own compartment alone. */
static void keep_tokens_at_home(const struct visit *visit, struct session *session, unsigned link)
{
	const char *home = visit->loop->shared->compartments[link];

	if (session->by != SESSION_NOBODY && !bytes_is(session->compartment, home))
		wipe(session->token, sizeof(session->token));
	if (!bytes_is(session->device_compartment, home))
		wipe(session->device, sizeof(session->device));
}

static err send_request(const struct visit *visit, struct pending *pending, const struct op *op, const struct session *session,
    struct wire_request *frame)
{
	struct loop *loop = visit->loop;
	struct address address = conn_address(visit->conn);
	struct session_site from = {session->by, visit->headers[HEAD_SITE], visit->headers[HEAD_ORIGIN], visit->headers[HEAD_HOST]};

	frame->number = pending->number;
	frame->op = (uint16_t)op_index(op);
	frame->language = (uint8_t)visit->language;
	frame->signed_by = (uint8_t)session->by;
	frame->cross_site = edge_session_cross_site(&from);
	frame->request = visit->id;
	memcpy(frame->address, address.b, sizeof(frame->address));
	memcpy(frame->token, session->token, sizeof(frame->token));
	memcpy(frame->device, session->device, sizeof(frame->device));
	buf_clear(&loop->frame);
	TRY(wire_put_request(&loop->frame, frame));
	return link_put(&loop->links[pending->link], bytes_of(&loop->frame));
}

static err pass_on(const struct visit *visit, const struct op *op, struct session *session, struct wire_request *frame)
{
	struct loop *loop = visit->loop;
	struct pending *pending;
	unsigned link;
	err e;

	TRY(choose_compartment(visit, op, session, &link));
	keep_tokens_at_home(visit, session, link);
	if (!link_is_up(&loop->links[link]))
		return FAIL(UNAVAILABLE);
	TRY(fill_headers(visit, frame));
	buf_clear(&loop->fields);
	TRY(input_encode(op, &loop->values, &loop->fields, frame));
	pending = wait_for(visit, op, loop->shared->limits.reply_ms);
	if (pending == NULL)
		return FAIL(UNAVAILABLE);
	pending->link = link;
	pending->signed_in = session->by != SESSION_NOBODY;
	pending->tablet = session->device_compartment.len > 0;
	e = send_request(visit, pending, op, session, frame);
	if (!err_is_ok(e)) {
		pending_end(&loop->pending, pending);
		return e;
	}
	conn_wait(visit->conn, &pending->conn);
	return OK;
}

static err call_operation(struct visit *visit, struct session *session, struct wire_request *frame)
{
	struct bytes parts[OP_PATH_INPUT_MAX] = {{0}};
	static _Thread_local char allow[64];
	struct evbuffer *input = evhttp_request_get_input_buffer(visit->request);
	struct input_source source = {.parts = parts, .query = visit->route.query};
	err e = op_route_find(visit->method, visit->route.path, &source.op, parts, allow);

	visit->allow = allow;
	if (!err_is_ok(e))
		return e;
	source.body.len = evbuffer_get_length(input);
	source.body.ptr = source.body.len == 0 ? NULL : evbuffer_pullup(input, -1);
	TRY(input_media(source.op, visit->headers[HEAD_TYPE], source.body.len));
	TRY(edge_session_read(visit->headers[HEAD_COOKIE], visit->headers[HEAD_AUTHORIZATION], session));
	TRY(input_read(&source, &visit->loop->arena, &visit->loop->values));
	return pass_on(visit, source.op, session, frame);
}

/* What reading a body has left below: a password passes through the frames of other modules' functions. */
__attribute__((noinline)) static void wipe_stack(void)
{
	uint8_t below[STACK_WIPED];

	wipe(below, sizeof(below));
}

static void visit_operation(struct visit *visit)
{
	struct loop *loop = visit->loop;
	struct session session = {.by = SESSION_NOBODY};
	struct wire_request frame;
	err e;

	memset(&frame, 0, offsetof(struct wire_request, flaws));
	e = call_operation(visit, &session, &frame);
	wipe(&session, sizeof(session));
	wipe(frame.token, sizeof(frame.token));
	wipe(frame.device, sizeof(frame.device));
	wipe(loop->values.list, sizeof(loop->values.list));
	buf_clear(&loop->fields);
	buf_clear(&loop->frame);
	if (evbuffer_get_length(evhttp_request_get_input_buffer(visit->request)) > 0)
		wipe_stack();
	if (!err_is_ok(e))
		refuse(visit, e);
}

/* ---- what is answered here ---- */

static void visit_file(struct visit *visit)
{
	const struct static_files *files = visit->loop->shared->files;
	const struct static_asset *asset = static_find(files, visit->route.path);
	char block[REPLY_BLOCK_MAX];
	struct reply_file file;
	enum static_encoding encoding;
	const struct static_body *body;
	bool same;

	if (asset == NULL && static_is_empty(files) && bytes_is(visit->route.path, "/")) {
		answer_text(visit, 503, REPLY_IS_TEXT, "The user interface has not been built: run `make web`.\n");
		return;
	}
	if (asset == NULL) {
		refuse(visit, FAIL(NOT_FOUND));
		return;
	}
	encoding = static_choose(asset, visit->headers[HEAD_ENCODING]);
	body = &asset->bodies[encoding];
	same = static_matches(visit->headers[HEAD_MATCH], body->etag);
	file = (struct reply_file){asset->type, body->etag, static_encoding_names[encoding], asset->immutable};
	(void)reply_file_block(same ? 304 : 200, &file, &visit->id, block);
	if (visit->head && !same)
		say_length(visit->request, body->content.len);
	else if (!same && evbuffer_add_reference(evhttp_request_get_output_buffer(visit->request), body->content.ptr,
	    body->content.len, NULL, NULL) != 0)
		log_error("no memory for a reply");
	conn_reply(visit->request, same ? 304 : 200, block);
}

static void visit_health(struct visit *visit)
{
	answer_text(visit, 200, REPLY_IS_JSON, "{\"status\":\"ok\"}");
}

static err ask_all(const struct visit *visit, struct pending *pending)
{
	struct loop *loop = visit->loop;

	for (unsigned i = 0; i < loop->shared->compartment_count; i++) {
		buf_clear(&loop->frame);
		TRY(wire_put_plain(&loop->frame, WIRE_READY_ASK, pending->number, 0));
		TRY(link_put(&loop->links[i], bytes_of(&loop->frame)));
		pending->waiting |= UINT32_C(1) << i;
	}
	return OK;
}

static void visit_ready(struct visit *visit)
{
	struct loop *loop = visit->loop;
	struct pending *pending = NULL;
	err e = OK;

	for (unsigned i = 0; i < loop->shared->compartment_count; i++)
		if (!atomic_load(&loop->shared->ready[i]))
			e = FAIL(UNAVAILABLE);
	if (err_is_ok(e)) {
		pending = wait_for(visit, NULL, loop->shared->limits.ready_ms);
		e = pending == NULL ? FAIL(UNAVAILABLE) : ask_all(visit, pending);
	}
	if (err_is_ok(e)) {
		conn_wait(visit->conn, &pending->conn);
		return;
	}
	if (pending != NULL)
		pending_end(&loop->pending, pending);
	refuse(visit, e);
}

/* Reports of the content security policy: counted, never quoted. */
static void visit_report(struct visit *visit)
{
	struct loop *loop = visit->loop;
	int64_t at_ms = now_ms();

	if (at_ms - loop->reports_since_ms >= REPORT_WINDOW_MS) {
		loop->reports_since_ms = at_ms;
		loop->reports = 0;
	}
	if (++loop->reports > LIMIT_REPORTS) {
		refuse(visit, FAIL(LIMITED));
		return;
	}
	loop->reports_total++;
	if (loop->reports_logged_ms == 0 || at_ms - loop->reports_logged_ms >= REPORT_LOG_MS) {
		loop->reports_logged_ms = at_ms;
		log_warn("a browser reports a breach of the content security policy, %llu so far",
		    (unsigned long long)loop->reports_total);
	}
	answer_text(visit, 204, REPLY_NOTHING, "");
}

static const struct {
	const char *path, *method, *allow;
	void (*visit)(struct visit *visit);
} places[] = {
    {"/healthz", "GET", "GET, HEAD", visit_health},
    {"/readyz", "GET", "GET, HEAD", visit_ready},
    {"/csp", "POST", "POST", visit_report},
    {"", "GET", "GET, HEAD", visit_file},  /* all others */
};

static bool is_api(struct bytes path)
{
	return path.len >= 4 && memcmp(path.ptr, "/v1/", 4) == 0;
}

static void visit_place(struct visit *visit)
{
	size_t at = 0;

	while (places[at].path[0] != '\0' && !bytes_is(visit->route.path, places[at].path))
		at++;
	visit->allow = places[at].allow;
	if (strcmp(visit->method, places[at].method) != 0) {
		bool there = places[at].path[0] != '\0' || static_find(visit->loop->shared->files, visit->route.path) != NULL;

		refuse(visit, there ? FAIL(METHOD) : FAIL(NOT_FOUND));
		return;
	}
	places[at].visit(visit);
}

/* ---- the way in ---- */

static void read_headers(struct visit *visit)
{
	const struct evkeyval *pair;

	TAILQ_FOREACH(pair, evhttp_request_get_input_headers(visit->request), next) {
		size_t len = strlen(pair->key);

		for (size_t i = 0; i < HEAD_COUNT; i++)
			if (header_names[i].len == len && strncasecmp(header_names[i].text, pair->key, len) == 0)
				visit->headers[i] = bytes_str(pair->value);
	}
	visit->language = reply_language(visit->headers[HEAD_LANGUAGE]);
}

static void read_method(struct visit *visit)
{
	enum evhttp_cmd_type type = evhttp_request_get_command(visit->request);

	visit->method = "";
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].type == type)
			visit->method = methods[i].name;
	visit->head = type == EVHTTP_REQ_HEAD;
	if (visit->head)
		visit->method = "GET";
}

static err find_way(struct visit *visit)
{
	err e = conn_refusal(visit->conn);

	if (!err_is_ok(e))
		return e;
	e = route_split(bytes_str(evhttp_request_get_uri(visit->request)), &visit->loop->arena, &visit->route);
	if (!err_is_ok(e))
		conn_condemn(visit->conn, e);
	return e;
}

void http_request(struct evhttp_request *request, void *context)
{
	struct loop *loop = context;
	struct visit visit = {.loop = loop, .request = request, .conn = conn_of(request), .allow = "GET, HEAD, POST, PUT, DELETE"};
	err e = OK;

	if (!err_is_ok(random_bytes(visit.id.b, sizeof(visit.id.b))))
		e = FAIL(UNAVAILABLE);
	if (visit.conn == NULL)
		e = FAIL(UNAVAILABLE);
	read_method(&visit);
	read_headers(&visit);
	if (err_is_ok(e))
		e = find_way(&visit);
	if (!err_is_ok(e))
		refuse(&visit, e);
	else if (is_api(visit.route.path))
		visit_operation(&visit);
	else
		visit_place(&visit);
	arena_reset(&loop->arena);
}
