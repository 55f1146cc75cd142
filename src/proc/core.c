/*
 * core - the process that holds one compartment's data: engine, database, opened data keys.
 *
 *   main thread     control messages, a tick a second (heads, chores)
 *   a worker each   edge loop: receives frames, runs reads, hands writes to the committer, sends replies
 *   committer, pool the engine's
 *   core_prove      what `prove` asks for and tells
 *   core_post       letters of other compartments, and to them
 *   core_courier    mail and webhooks
 *
 * C1  Every frame is checked again against the descriptor of its operation (engine) and our own limits (wire).
 * C2  A reply goes to the channel its request came from; when that one has gone, it goes nowhere.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "entity/csv.h"
#include "govern/govern.h"
#include "govern/target.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/engine.h"
#include "op/head_signer.h"
#include "proc/core_courier.h"
#include "proc/core_post.h"
#include "proc/core_prove.h"
#include "proc/proc.h"
#include "proc/sandbox.h"
#include "wire/ops.h"
#include "wire/wire.h"

#define CORE_WORKERS_MAX 16
#define CORE_POOL_THREADS 4 /* passwords go two to a processor; see crypto/rounds_int.h */
#define MESSAGES_PER_BURST 16
#define TICK_MS 1000

_Static_assert(OP_REPLY_MAX <= WIRE_REPLY_MAX, "every reply fits through the door");

/* A channel and those who still owe it a reply. */
struct link {
	_Atomic unsigned holders;
	struct channel *channel;
	struct worker *worker;
};

struct worker {
	struct core *core;
	char peer[PROC_NAME_MAX];
	unsigned index;
	pthread_t thread;
	pthread_mutex_t lock;      /* of link and next_fd */
	struct link *link;         /* NULL: no edge for now */
	int next_fd;               /* a new channel from the supervisor; -1: none */
	int wake;                  /* eventfd */
	_Atomic bool stop;
	struct engine_reader *reader;
	uint8_t message[WIRE_MESSAGE_MAX];
};

struct core {
	struct compartment compartment;
	struct engine *engine;
	struct worker *workers[CORE_WORKERS_MAX];
	_Atomic size_t worker_count; /* the committer looks at those there are */
	int control;
	bool told_ready;
	_Atomic bool writable;
	struct core_prove *prove;
	struct core_teller *post, *courier;
};

/* ---- links ---- */

static void link_drop(struct link *link)
{
	if (link == NULL || atomic_fetch_sub(&link->holders, 1) != 1)
		return;
	channel_free(&link->channel);
	free(link);
}

static struct link *link_take(struct worker *worker)
{
	struct link *link;

	pthread_mutex_lock(&worker->lock);
	link = worker->link;
	if (link != NULL)
		atomic_fetch_add(&link->holders, 1);
	pthread_mutex_unlock(&worker->lock);
	return link;
}

static void worker_wake(struct worker *worker)
{
	uint64_t one = 1;

	while (write(worker->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void flush_link(struct link *link)
{
	if (!err_is_ok(channel_flush(link->channel)))
		return; /* the worker sees the end of the channel by itself */
	if (channel_pending(link->channel))
		worker_wake(link->worker);
}

/* After the committer's batch: whatever it queued for any edge leaves now. */
static void flush_all(void *context)
{
	struct core *core = context;

	for (size_t i = 0; i < core->worker_count; i++) {
		struct link *link = link_take(core->workers[i]);

		if (link == NULL)
			continue;
		flush_link(link);
		link_drop(link);
	}
}

/* ---- replies ---- */

static void replied(void *context, uint64_t number, const struct answer *answer)
{
	struct link *link = context;
	struct wire_reply reply = {
		.number = number, .status = (uint16_t)answer->status, .cookie = (uint8_t)answer->cookie,
		.kind = answer->problem ? WIRE_KIND_PROBLEM : 0, .immutable = answer->immutable,
		.retry_after_s = (uint16_t)answer->retry_after_s, .cookie_age_s = answer->cookie_age_s,
		.media = (uint8_t)answer->media, .file = answer->file,
	};

	memcpy(reply.token, answer->token, sizeof(reply.token));
	/* A channel that is full or gone loses its replies; the edge answers for them. */
	err_ignore(channel_put_reply(link->channel, &reply, answer->body));
	wipe(reply.token, sizeof(reply.token));
	link_drop(link);
}

static void replied_ready(void *context, uint64_t number, bool yes)
{
	struct link *link = context;
	OWN(buf) frame = {0};

	if (err_is_ok(wire_put_plain(&frame, WIRE_READY, number, yes)) && err_is_ok(channel_put(link->channel, bytes_of(&frame))))
		flush_link(link);
	atomic_store(&link->worker->core->writable, yes);
	link_drop(link);
}

/* ---- requests ---- */

static err values_of(const struct op *op, const struct wire_request *request, struct value *values)
{
	struct bytes fields = request->fields;

	for (unsigned i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++) {
		values[i] = (struct value){0};
		if ((request->present & (1u << i)) != 0)
			TRY(value_decode(&op->inputs[i].field, &fields, &values[i]));
	}
	return fields.len == 0 ? OK : FAIL(INVALID);
}

static err submit(struct worker *worker, const struct wire_request *request)
{
	static _Thread_local struct value values[FIELD_MAX];
	static _Thread_local struct submission_flaw flaws[WIRE_FLAW_MAX];
	struct submission s = {
		.language = request->language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_JA, .cross_site = request->cross_site != 0,
		.request = request->request, .agent = request->agent, .idempotency_key = request->idempotency_key,
		.confirm = request->confirm, .phrase = request->phrase, .values = values, .flaws = flaws,
		.flaw_count = request->flaw_count, .reply = replied, .number = request->number,
	};

	if (request->op >= op_count() || request->signed_by > SIGNED_BEARER || request->flaw_count > WIRE_FLAW_MAX)
		return FAIL(INVALID);
	s.op = ops[request->op];
	if (s.op->path == NULL) /* local ones have no door */
		return FAIL(INVALID);
	s.signed_by = (enum signed_by)request->signed_by;
	memcpy(s.address, request->address, sizeof(s.address));
	memcpy(s.token, request->token, sizeof(s.token));
	memcpy(s.device, request->device, sizeof(s.device));
	for (size_t i = 0; i < request->flaw_count; i++) {
		if (request->flaws[i].flaw == FLAW_NONE || request->flaws[i].flaw >= FLAW_COUNT)
			return FAIL(INVALID);
		flaws[i].flaw = (enum flaw)request->flaws[i].flaw;
		memcpy(flaws[i].name, request->flaws[i].name, sizeof(flaws[i].name));
		flaws[i].name[sizeof(flaws[i].name) - 1] = '\0';
	}
	TRY(values_of(s.op, request, values));
	s.context = link_take(worker);
	REQUIRE(s.context != NULL);
	engine_submit(worker->reader, &s);
	wipe(s.token, sizeof(s.token));
	wipe(s.device, sizeof(s.device));
	return OK;
}

static err take_frame(struct worker *worker, const struct wire_frame *frame)
{
	uint8_t digest[HASH_LEN];

	switch (frame->type) {
	case WIRE_HELLO:
		TRY(wire_ops_digest(digest));
		return memcmp(digest, frame->as.hello.digest, sizeof(digest)) == 0 ? OK : FAIL(INVALID);
	case WIRE_REQUEST:
		return submit(worker, &frame->as.request);
	case WIRE_READY_ASK:
		engine_ready(worker->core->engine, replied_ready, link_take(worker), frame->as.plain.number);
		return OK;
	case WIRE_REPLY:
	case WIRE_READY:
		break;
	}
	return FAIL(INVALID);
}

static err take_message(struct worker *worker, struct bytes message)
{
	static _Thread_local struct wire_frame frame;

	while (message.len > 0) {
		err e = wire_cut(&message, &frame);

		if (err_is_ok(e))
			e = take_frame(worker, &frame);
		wipe(&frame, sizeof(frame)); /* a token stands in it */
		TRY(e);
	}
	return OK;
}

/* One burst: what has arrived, in one read transaction. UNAVAILABLE: the edge has gone. INVALID: it does not speak our language. */
static err burst(struct worker *worker, struct channel *channel)
{
	err e = OK;

	for (int i = 0; i < MESSAGES_PER_BURST && err_is_ok(e); i++) {
		size_t len = 0;

		e = channel_receive(channel, worker->message, sizeof(worker->message), &len);
		if (err_is_ok(e))
			e = take_message(worker, (struct bytes){worker->message, len});
		wipe(worker->message, len);
	}
	engine_burst_end(worker->reader);
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

/* ---- the worker's thread ---- */

static void worker_unlink(struct worker *worker)
{
	struct link *link;

	pthread_mutex_lock(&worker->lock);
	link = worker->link;
	worker->link = NULL;
	pthread_mutex_unlock(&worker->lock);
	link_drop(link);
}

static err say_hello(struct channel *channel)
{
	struct wire_hello hello;
	OWN(buf) frame = {0};

	TRY(wire_ops_digest(hello.digest));
	TRY(wire_put_hello(&frame, &hello));
	TRY(channel_put(channel, bytes_of(&frame)));
	return channel_flush(channel);
}

static void worker_link(struct worker *worker, int fd)
{
	struct link *link = calloc(1, sizeof(*link));

	worker_unlink(worker);
	if (link == NULL || !err_is_ok(channel_new(fd, &link->channel))) {
		log_error("a channel to %s could not be opened", worker->peer);
		close(fd);
		free(link);
		return;
	}
	link->worker = worker;
	atomic_store(&link->holders, 1);
	pthread_mutex_lock(&worker->lock);
	worker->link = link;
	pthread_mutex_unlock(&worker->lock);
	if (!err_is_ok(say_hello(link->channel)))
		worker_unlink(worker);
}

static void take_next(struct worker *worker)
{
	uint64_t count;
	int fd;

	if (read(worker->wake, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warn("a wake-up could not be read");
	pthread_mutex_lock(&worker->lock);
	fd = worker->next_fd;
	worker->next_fd = -1;
	pthread_mutex_unlock(&worker->lock);
	if (fd >= 0)
		worker_link(worker, fd);
}

static void serve(struct worker *worker, short events)
{
	struct link *link = worker->link; /* only this thread replaces it */
	err e = OK;

	if ((events & POLLOUT) != 0)
		e = channel_flush(link->channel);
	if (err_is_ok(e) && (events & (POLLIN | POLLHUP | POLLERR)) != 0)
		e = burst(worker, link->channel);
	if (err_is_ok(e))
		e = channel_flush(link->channel);
	if (err_is_ok(e))
		return;
	if (err_is(e, ERR_INVALID))
		log_error("%s sent what is not a frame of ours and is cut off", worker->peer);
	worker_unlink(worker);
}

static void *worker_main(void *context)
{
	struct worker *worker = context;

	while (!atomic_load(&worker->stop)) {
		struct link *link = worker->link;
		short wanted = (short)(POLLIN | (link != NULL && channel_pending(link->channel) ? POLLOUT : 0));
		struct pollfd fds[2] = {
			{.fd = worker->wake, .events = POLLIN},
			{.fd = link != NULL ? channel_fd(link->channel) : -1, .events = wanted},
		};

		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			log_error("poll failed: %s", strerror(errno));
			break;
		}
		if (fds[1].revents != 0)
			serve(worker, fds[1].revents);
		if (fds[0].revents != 0)
			take_next(worker);
	}
	worker_unlink(worker);
	return NULL;
}

static err worker_start(struct core *core, const struct boot_fd *fd)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker == NULL || core->worker_count == CORE_WORKERS_MAX)
		return FAIL(UNAVAILABLE);
	worker->core = core;
	worker->index = fd->index;
	memcpy(worker->peer, fd->peer, sizeof(worker->peer));
	worker->next_fd = fd->fd;
	worker->wake = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* 1: the first channel is waiting */
	if (worker->wake < 0 || pthread_mutex_init(&worker->lock, NULL) != 0)
		return FAIL(UNAVAILABLE);
	TRY(engine_reader_open(core->engine, &worker->reader));
	if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
		return FAIL(UNAVAILABLE);
	core->workers[core->worker_count++] = worker;
	return OK;
}

static void workers_stop(struct core *core)
{
	for (size_t i = 0; i < core->worker_count; i++) {
		atomic_store(&core->workers[i]->stop, true);
		worker_wake(core->workers[i]);
	}
	for (size_t i = 0; i < core->worker_count; i++) {
		pthread_join(core->workers[i]->thread, NULL);
		engine_reader_close(&core->workers[i]->reader);
	}
}

/* ---- the main thread ---- */

static struct worker *worker_find(struct core *core, const struct control_message *message)
{
	for (size_t i = 0; i < core->worker_count; i++)
		if (strcmp(core->workers[i]->peer, message->peer) == 0 && core->workers[i]->index == message->index)
			return core->workers[i];
	return NULL;
}

static void edge_returns(struct core *core, const struct control_message *message)
{
	struct worker *worker = worker_find(core, message);
	int old;

	if (worker == NULL) {
		close(message->fd);
		return;
	}
	pthread_mutex_lock(&worker->lock);
	old = worker->next_fd;
	worker->next_fd = message->fd;
	pthread_mutex_unlock(&worker->lock);
	if (old >= 0)
		close(old);
	worker_wake(worker);
}

static void channel_renew(_Atomic int *letter_box, int fd)
{
	int old = atomic_exchange(letter_box, fd);

	if (old >= 0)
		close(old);
}

static void channel_returns(struct core *core, const struct control_message *message)
{
	switch (message->role) {
	case FD_EDGE:
		edge_returns(core, message);
		return;
	case FD_KEYS:
		keys_reconnect(core->compartment.keys, message->fd);
		return;
	case FD_READER:
		channel_renew(&core->compartment.reader_fd, message->fd);
		return;
	case FD_RENDER:
		channel_renew(&core->compartment.render_fd, message->fd);
		return;
	case FD_SCAN:
		channel_renew(&core->compartment.scan_fd, message->fd);
		return;
	case FD_PROVE:
		core_prove_channel(core->prove, message->fd);
		return;
	case FD_COURIER:
		core_teller_channel(core->courier, message->fd);
		return;
	case FD_POST:
		core_teller_channel(core->post, message->fd);
		return;
	default:
		close(message->fd);
	}
}

static void tick(struct core *core)
{
	bool ready = atomic_load(&core->writable);

	engine_tick(core->engine);
	if (!err_is_ok(head_signer_tick(core->compartment.signer)))
		log_warn("the ledger's head could not be signed for now");
	if (ready != core->told_ready && err_is_ok(control_ready(core->control, ready)))
		core->told_ready = ready;
}

/* 0 after an orderly stop. */
static int control_loop(struct core *core)
{
	int64_t next_tick = clock_mono_us();

	for (;;) {
		struct pollfd fd = {.fd = core->control, .events = POLLIN};
		struct control_message message = {.fd = -1};
		int64_t now = clock_mono_us();

		if (now >= next_tick) {
			tick(core);
			next_tick = now + (int64_t)TICK_MS * 1000;
		}
		if (poll(&fd, 1, TICK_MS) < 0 && errno != EINTR)
			return 1;
		if ((fd.revents & (POLLIN | POLLHUP)) == 0)
			continue;
		if (!err_is_ok(control_receive(core->control, 0, &message)))
			return 1; /* P3: the supervisor is gone */
		if (message.kind == CONTROL_STOP)
			return 0;
		if (message.kind == CONTROL_CHANNEL)
			channel_returns(core, &message);
	}
}

static err core_open(struct core *core, const struct boot *boot)
{
	const struct boot_fd *keys = boot_find(boot, FD_KEYS, NULL, 0);
	const struct boot_fd *reader = boot_find(boot, FD_READER, NULL, 0);
	const struct boot_fd *render = boot_find(boot, FD_RENDER, NULL, 0);
	const struct boot_fd *scan = boot_find(boot, FD_SCAN, NULL, 0);
	const struct boot_fd *prove = boot_find(boot, FD_PROVE, NULL, 0);
	const struct boot_fd *post = boot_find(boot, FD_POST, NULL, 0);
	const struct boot_fd *courier = boot_find(boot, FD_COURIER, NULL, 0);
	struct engine_config config = {
		.compartment = &core->compartment, .database = COMPARTMENT_DATABASE, .authenticate = identity_authenticate,
		.touch = identity_touch, .held = govern_held,
		.pool_threads = CORE_POOL_THREADS, .sweeps = true, .flush = flush_all, .flush_context = core,
	};
	struct db *write = NULL;

	if (keys == NULL)
		return FAIL(INVALID);
	core->control = boot_control(boot);
	core->compartment.password_rounds = OP_PASSWORD_ROUNDS;
	target_allow(boot_setting(boot, "allow"));
	if (boot_setting(boot, "url") != NULL)
		(void)snprintf(core->compartment.url, sizeof(core->compartment.url), "%s", boot_setting(boot, "url"));
	atomic_store(&core->compartment.render_fd, render != NULL ? render->fd : -1);
	atomic_store(&core->compartment.scan_fd, scan != NULL ? scan->fd : -1);
	atomic_store(&core->compartment.reader_fd, reader != NULL ? reader->fd : -1);
	TRY(compartment_open(".", &core->compartment, &write));
	/* A demonstration's ledger proves nothing about a service: never serve it as one. */
	if (core->compartment.demo && boot_setting(boot, "demo") == NULL) {
		log_error("this is a demonstration's data; serve it with --demo only");
		db_close(&write);
		return FAIL(DENIED);
	}
	TRY(keys_connect(keys->fd, &core->compartment.keys));
	TRY(head_signer_open(COMPARTMENT_HEADS, core->compartment.origin, core->compartment.ledger, core->compartment.keys,
	    &core->compartment.signer));
	TRY(engine_start(write, &config, &core->engine));
	for (size_t i = 0; i < boot->fd_count; i++)
		if (boot->fds[i].role == FD_EDGE)
			TRY(worker_start(core, &boot->fds[i]));
	TRY(core_courier_start(&core->compartment, core->engine, courier != NULL ? courier->fd : -1, &core->courier));
	TRY(core_post_start(&core->compartment, core->engine, post != NULL ? post->fd : -1, &core->post));
	return core_prove_start(&core->compartment, core->engine, prove != NULL ? prove->fd : -1, &core->prove);
}

int proc_core(struct boot *boot)
{
	static struct core core;
	int status;
	err e;

	e = crypto_start();
	if (err_is_ok(e))
		e = compartment_start();
	if (err_is_ok(e)) /* while files can still be read */
		e = csv_start();
	if (err_is_ok(e))
		e = boot_setting(boot, "catalog") != NULL ? op_load(boot_setting(boot, "catalog")) : FAIL(INVALID);
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = core_open(&core, boot);
	if (!err_is_ok(e)) {
		log_error("cannot start: %s", err_row(e)->name);
		return 1;
	}
	atomic_store(&core.writable, true);
	status = control_loop(&core);
	core_prove_stop(&core.prove);
	core_teller_stop(&core.post);
	core_teller_stop(&core.courier);
	workers_stop(&core);
	engine_stop(&core.engine);
	err_ignore(head_signer_tick(core.compartment.signer)); /* the next start signs it otherwise */
	compartment_close(&core.compartment);
	keys_disconnect(&core.compartment.keys);
	return status;
}
