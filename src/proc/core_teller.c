#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/compartment.h"
#include "proc/core_teller.h"

#define ANSWER_WAIT_MS 5000     /* for one that does not take what is said to it */
#define ARENA_MAX ((size_t)16 << 20)
#define MESSAGES_PER_TURN 32

struct core_teller {
	struct core_teller_word word;
	const struct compartment *compartment;
	struct engine *engine;
	struct engine_reader *reader;
	struct db *db;
	struct arena arena;
	pthread_t thread;
	pthread_mutex_t lock;   /* of next_channel, and of the call under way */
	pthread_cond_t settled;
	int next_channel;       /* -1: none */
	int wake;               /* eventfd */
	_Atomic bool stop;
	int channel;            /* -1: nobody there for now */
	int64_t look_us;        /* when to look again */
	bool done;              /* the call under way has been answered: */
	int status;
	uint8_t *message;
};

void *core_teller_context(const struct core_teller *teller)
{
	return teller->word.context;
}

const struct compartment *core_teller_compartment(const struct core_teller *teller)
{
	return teller->compartment;
}

/* ---- operations of the system ---- */

static void replied(void *context, uint64_t number, const struct answer *answer)
{
	struct core_teller *teller = context;

	(void)number;
	pthread_mutex_lock(&teller->lock);
	teller->status = answer->status;
	teller->done = true;
	pthread_cond_broadcast(&teller->settled);
	pthread_mutex_unlock(&teller->lock);
}

struct value *core_teller_value(const struct op *op, struct value *values, const char *name)
{
	for (int i = 0; op->inputs[i].field.name != NULL; i++)
		if (strcmp(op->inputs[i].field.name, name) == 0) {
			values[i].present = true;
			return &values[i];
		}
	REQUIRE(false);
	return NULL;
}

void core_teller_carry_out(struct core_teller *teller, const struct op *op, const struct value *values, int *status_out)
{
	struct submission submission = {
		.op = op, .language = LANGUAGE_JA, .signed_by = SIGNED_LOCAL, .values = values, .reply = replied, .context = teller,
	};

	*status_out = 503;
	if (!err_is_ok(id_new(&submission.request)))
		return;
	teller->done = false;
	engine_submit(teller->reader, &submission);
	engine_burst_end(teller->reader);
	pthread_mutex_lock(&teller->lock);
	while (!teller->done)
		pthread_cond_wait(&teller->settled, &teller->lock);
	*status_out = teller->status;
	pthread_mutex_unlock(&teller->lock);
}

/* ---- reading ---- */

err core_teller_read(struct core_teller *teller, struct row_context *rows_out)
{
	TRY(db_begin(teller->db, DB_READ));
	*rows_out = (struct row_context){.db = teller->db, .keys = teller->compartment->keys, .arena = &teller->arena};
	engine_vouch(teller->engine, rows_out);
	return OK;
}

void core_teller_read_end(struct core_teller *teller)
{
	if (db_in_transaction(teller->db))
		err_ignore(db_commit(teller->db)); /* only read */
	arena_reset(&teller->arena);
}

/* ---- the channel ---- */

static void hang_up(struct core_teller *teller)
{
	if (teller->channel < 0)
		return;
	(void)close(teller->channel); /* nothing more to be said */
	teller->channel = -1;
	if (teller->word.lost != NULL)
		teller->word.lost(teller);
}

err core_teller_say(struct core_teller *teller, struct bytes message)
{
	struct pollfd one = {.fd = teller->channel, .events = POLLOUT};

	for (;;) {
		ssize_t sent = send(teller->channel, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		if (poll(&one, 1, ANSWER_WAIT_MS) == 0)
			return FAIL(UNAVAILABLE);
	}
}

void core_teller_soon(struct core_teller *teller)
{
	teller->look_us = 0;
}

/* TIMEOUT: there is nothing more. */
static err take_one(struct core_teller *teller)
{
	ssize_t got = recv(teller->channel, teller->message, teller->word.message_max, MSG_DONTWAIT | MSG_TRUNC);
	err e;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return FAIL(TIMEOUT);
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	if (got > (ssize_t)teller->word.message_max)
		return FAIL(INVALID);
	e = teller->word.take(teller, (struct bytes){teller->message, (size_t)got});
	wipe(teller->message, (size_t)got);
	return e;
}

static err take(struct core_teller *teller)
{
	err e = OK;

	for (int i = 0; i < MESSAGES_PER_TURN && err_is_ok(e) && !atomic_load(&teller->stop); i++)
		e = take_one(teller);
	return err_is(e, ERR_TIMEOUT) ? OK : e;
}

static void take_channel(struct core_teller *teller)
{
	uint64_t count;
	int fd;

	if (read(teller->wake, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warn("a wake-up could not be read");
	pthread_mutex_lock(&teller->lock);
	fd = teller->next_channel;
	teller->next_channel = -1;
	pthread_mutex_unlock(&teller->lock);
	if (fd < 0)
		return;
	hang_up(teller);
	teller->channel = fd;
	teller->look_us = 0;
	if (teller->word.hello != NULL && !err_is_ok(teller->word.hello(teller)))
		hang_up(teller);
}

static err look(struct core_teller *teller)
{
	err e;

	if (teller->word.look == NULL || teller->channel < 0 || clock_mono_us() < teller->look_us)
		return OK;
	teller->look_us = clock_mono_us() + (int64_t)teller->word.look_ms * 1000;
	e = teller->word.look(teller);
	core_teller_read_end(teller);
	return e;
}

static int wait_ms(const struct core_teller *teller)
{
	int64_t left_us = teller->look_us - clock_mono_us();

	if (teller->channel < 0)
		return -1;
	return left_us <= 0 ? 0 : (int)(left_us / 1000) + 1;
}

static void turn(struct core_teller *teller)
{
	struct pollfd watched[2] = {{.fd = teller->wake, .events = POLLIN}, {.fd = teller->channel, .events = POLLIN}};
	err e = OK;

	if (poll(watched, 2, wait_ms(teller)) < 0)
		return; /* a signal: again */
	if (watched[1].revents != 0)
		e = take(teller);
	if (err_is_ok(e))
		e = look(teller);
	if (!err_is_ok(e)) {
		if (err_is(e, ERR_INVALID))
			log_error("%s sent what is not a frame of ours and is cut off", teller->word.peer);
		hang_up(teller);
	}
	if (watched[0].revents != 0)
		take_channel(teller);
}

/* ---- the thread ---- */

static void *thread_main(void *context)
{
	struct core_teller *teller = context;

	while (!atomic_load(&teller->stop))
		turn(teller);
	hang_up(teller);
	return NULL;
}

static void wake_up(struct core_teller *teller)
{
	uint64_t one = 1;

	while (write(teller->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static err open_all(struct core_teller *teller)
{
	teller->wake = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* 1: the first channel is waiting */
	teller->message = malloc(teller->word.message_max);
	if (teller->wake < 0 || teller->message == NULL || pthread_mutex_init(&teller->lock, NULL) != 0 ||
	    pthread_cond_init(&teller->settled, NULL) != 0)
		return FAIL(UNAVAILABLE);
	TRY(db_open(COMPARTMENT_DATABASE, DB_READ, &teller->db));
	TRY(engine_reader_open(teller->engine, &teller->reader));
	return pthread_create(&teller->thread, NULL, thread_main, teller) == 0 ? OK : FAIL(UNAVAILABLE);
}

err core_teller_start(const struct compartment *compartment, struct engine *engine, int channel, const struct core_teller_word *word,
    struct core_teller **out)
{
	struct core_teller *teller = calloc(1, sizeof(*teller));

	if (teller == NULL)
		return FAIL(UNAVAILABLE);
	teller->word = *word;
	teller->compartment = compartment;
	teller->engine = engine;
	teller->next_channel = channel;
	teller->channel = -1;
	arena_init(&teller->arena, ARENA_MAX);
	TRY(open_all(teller)); /* or the core does not start at all */
	*out = teller;
	return OK;
}

void core_teller_channel(struct core_teller *teller, int channel)
{
	int old;

	pthread_mutex_lock(&teller->lock);
	old = teller->next_channel;
	teller->next_channel = channel;
	pthread_mutex_unlock(&teller->lock);
	if (old >= 0)
		(void)close(old); /* nobody has used it */
	wake_up(teller);
}

void core_teller_stop(struct core_teller **teller_in)
{
	struct core_teller *teller = *teller_in;

	if (teller == NULL)
		return;
	atomic_store(&teller->stop, true);
	wake_up(teller);
	pthread_join(teller->thread, NULL);
	engine_reader_close(&teller->reader);
	db_close(&teller->db);
	arena_free(&teller->arena);
	free(teller->message);
	(void)close(teller->wake); /* a counter */
	free(teller);
	*teller_in = NULL;
}
