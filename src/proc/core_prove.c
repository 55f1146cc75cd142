#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assure/cast.h"
#include "assure/catalogue.h"
#include "assure/checkrow.h"
#include "assure/checks.h"
#include "assure/inspections.h"
#include "assure/provewire.h"
#include "assure/trial.h"
#include "base/clock.h"
#include "base/log.h"
#include "op/compartment.h"
#include "proc/core_prove.h"

#define LOOK_MS 1000            /* for what people have asked for */
#define ANSWER_WAIT_MS 5000     /* for a `prove` that does not take what it asked for */
#define INSPECT_US INT64_C(60000000)
#define ARENA_MAX ((size_t)16 << 20)
#define ASKED_MAX 16

struct asked {
	char code[CHECK_ID_MAX];
	int64_t at_us;
};

struct core_prove {
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
	int channel;            /* -1: no `prove` for now */
	bool done;              /* the call under way has been answered: */
	bool well;
	struct buf answer;
	struct asked asked[ASKED_MAX];  /* said over this channel already */
	size_t asked_next;
	uint8_t message[PROVEWIRE_MAX];
};

/* ---- operations of the system ---- */

static void replied(void *context, uint64_t number, const struct answer *answer)
{
	struct core_prove *prove = context;

	(void)number;
	pthread_mutex_lock(&prove->lock);
	prove->well = !answer->problem && err_is_ok(buf_append(&prove->answer, answer->body));
	prove->done = true;
	pthread_cond_broadcast(&prove->settled);
	pthread_mutex_unlock(&prove->lock);
}

static struct value *value_of(const struct op *op, struct value *values, const char *name)
{
	for (int i = 0; op->inputs[i].field.name != NULL; i++)
		if (strcmp(op->inputs[i].field.name, name) == 0) {
			values[i].present = true;
			return &values[i];
		}
	REQUIRE(false);
	return NULL;
}

/* UNAVAILABLE: it was refused or could not be done; the log and the ledger say why. */
static err carry_out(struct core_prove *prove, const struct op *op, const struct value *values)
{
	struct submission submission = {
		.op = op, .language = LANGUAGE_JA, .signed_by = SIGNED_LOCAL, .values = values, .reply = replied, .context = prove,
	};

	TRY(id_new(&submission.request));
	buf_clear(&prove->answer);
	prove->done = false;
	engine_submit(prove->reader, &submission);
	engine_burst_end(prove->reader);
	pthread_mutex_lock(&prove->lock);
	while (!prove->done)
		pthread_cond_wait(&prove->settled, &prove->lock);
	pthread_mutex_unlock(&prove->lock);
	if (prove->well)
		return OK;
	log_warn("%s for the checks was refused", op->id);
	return FAIL(UNAVAILABLE);
}

/* A text member of the last answer; valid until some more. */
static const char *answered(const struct core_prove *prove, const char *name)
{
	const struct seen seen = {.body = bytes_of(&prove->answer)};

	return trial_json_text(&seen, name);
}

/* ---- the channel ---- */

static void hang_up(struct core_prove *prove)
{
	if (prove->channel >= 0)
		(void)close(prove->channel); /* nothing more to be said */
	prove->channel = -1;
	memset(prove->asked, 0, sizeof(prove->asked));
}

static err say(struct core_prove *prove, const struct provewire *frame)
{
	struct pollfd one = {.fd = prove->channel, .events = POLLOUT};
	OWN(buf) message = {0};

	TRY(provewire_put(&message, frame));
	for (;;) {
		ssize_t sent = send(prove->channel, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == (ssize_t)message.len)
			return OK;
		if (sent >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOBUFS))
			return FAIL(UNAVAILABLE);
		if (poll(&one, 1, ANSWER_WAIT_MS) == 0)
			return FAIL(UNAVAILABLE);
	}
}

static struct row_context reading(struct core_prove *prove)
{
	return (struct row_context){.db = prove->db, .keys = prove->compartment->keys, .arena = &prove->arena};
}

static void read_end(struct core_prove *prove)
{
	if (db_in_transaction(prove->db))
		err_ignore(db_commit(prove->db)); /* only read */
	arena_reset(&prove->arena);
}

/* ---- HELLO ---- */

static err put_check(struct core_prove *prove, const struct check *check, struct buf *body)
{
	const struct catalogue_check *of = catalogue_check_find(check->id);
	struct row_context rows = reading(prove);
	struct checkrow row = {0};
	err e;

	if (of == NULL)
		return OK; /* the start has said so */
	e = checkrow_get(&rows, check->id, &row);
	if (!err_is_ok(e) && !err_is(e, ERR_NOT_FOUND))
		return e;
	return provewire_put_check(body, &(struct provewire_check){
		.id = bytes_str(check->id), .every_s = (uint32_t)of->every_s, .empty = of->empty, .last_us = row.last_at});
}

static err put_checks(struct core_prove *prove, struct buf *body)
{
	err e = db_begin(prove->db, DB_READ);

	for (size_t i = 0; err_is_ok(e) && checks_at(i) != NULL; i++)
		e = put_check(prove, checks_at(i), body);
	read_end(prove);
	return e;
}

/* What people call us by: from the address in letters. */
static struct bytes host_of(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0 ? url + 8 : url;
	size_t len = host[0] == '[' ? strcspn(host + 1, "]") : strcspn(host, ":/");

	return (struct bytes){(const uint8_t *)host + (host[0] == '[' ? 1 : 0), len};
}

static err say_hello(struct core_prove *prove)
{
	const struct compartment *compartment = prove->compartment;
	OWN(buf) body = {0};
	struct provewire hello = {.kind = PROVEWIRE_HELLO, .name = bytes_str(compartment->name), .data = host_of(compartment->url)};

	TRY(put_checks(prove, &body));
	hello.body = bytes_of(&body);
	hello.flags = (compartment->provider ? PROVEWIRE_PROVIDER : 0) | (compartment->demo ? PROVEWIRE_DEMO : 0) | (compartment->probe ? PROVEWIRE_PROBE : 0);
	return say(prove, &hello);
}

/* ---- PREPARE ---- */

static err prepare_facility(struct core_prove *prove, const struct cast *cast, struct id *facility_out)
{
	const struct op *op = op_find("facility.probe");
	struct value values[FIELD_MAX] = {{0}};

	*facility_out = (struct id){{0}};
	if (cast->facility == 0)
		return OK;
	REQUIRE(op != NULL);
	value_of(op, values, "code")->as.choice = cast->facility - 'a';
	TRY(carry_out(prove, op, values));
	return id_parse(bytes_str(answered(prove, "id")), facility_out);
}

static err prepare_account(struct core_prove *prove, const struct cast *cast, struct id facility, const struct provewire *asked)
{
	const struct op *op = op_find("account.probe");
	struct value values[FIELD_MAX] = {{0}};

	REQUIRE(op != NULL);
	value_of(op, values, "code")->as.text = bytes_str(cast->code);
	value_of(op, values, "role")->as.choice = (int32_t)cast->role;
	value_of(op, values, "name")->as.text = bytes_str(cast->name);
	value_of(op, values, "password")->as.text = asked->body;
	if (!id_is_zero(facility))
		value_of(op, values, "facility")->as.id = facility;
	if (asked->data.len > 0)
		value_of(op, values, "totp_secret")->as.text = asked->data;
	return carry_out(prove, op, values);
}

static const struct cast *cast_of(const struct core_prove *prove, struct bytes name)
{
	unsigned where = prove->compartment->provider ? CHECK_PROVIDER : prove->compartment->probe ? CHECK_PROBE : CHECK_CUSTOMER;

	for (const struct cast *cast = cast_table; cast->code != NULL; cast++)
		if (bytes_is(name, cast->code))
			return (cast->where & where) != 0 ? cast : NULL;
	return NULL;
}

static err prepare(struct core_prove *prove, const struct provewire *asked)
{
	const struct cast *cast = cast_of(prove, asked->name);
	struct provewire prepared = {.kind = PROVEWIRE_PREPARED, .number = asked->number, .outcome = CHECK_UNABLE};
	struct id facility;
	char place[ID_TEXT_MAX];
	OWN(buf) ids = {0};

	if (cast == NULL)
		return FAIL(INVALID);
	if (err_is_ok(prepare_facility(prove, cast, &facility)) && err_is_ok(prepare_account(prove, cast, facility, asked))) {
		TRY(buf_append_str(&ids, answered(prove, "id")));
		TRY(buf_append_str(&ids, answered(prove, "membership")));
		prepared.text = bytes_of(&ids);
		prepared.outcome = CHECK_PASSED;
		if (!id_is_zero(facility)) {
			id_format(facility, place);
			prepared.data = bytes_str(place);
		}
	}
	return say(prove, &prepared);
}

/* ---- RESULT ---- */

static err record(struct core_prove *prove, const struct provewire *result)
{
	static const char *const words[CHECK_OUTCOME_COUNT] = {[CHECK_PASSED] = "passed", [CHECK_FAILED] = "failed", [CHECK_UNABLE] = "unable"};
	const struct op *op = op_find("check.record");
	struct value values[FIELD_MAX] = {{0}};
	struct provewire recorded = {.kind = PROVEWIRE_RECORDED, .number = result->number, .outcome = CHECK_UNABLE};
	const struct input *outcome;
	int32_t choice = 0;

	REQUIRE(op != NULL);
	for (outcome = op->inputs; strcmp(outcome->field.name, "outcome") != 0; outcome++)
		;
	while (strcmp(outcome->field.choices[choice], words[result->outcome]) != 0)
		choice++;
	value_of(op, values, "check")->as.text = result->name;
	value_of(op, values, "outcome")->as.choice = choice;
	value_of(op, values, "objects")->as.integer = result->objects;
	value_of(op, values, "took_ms")->as.integer = result->took_ms;
	value_of(op, values, "steps")->as.text = result->body;
	if (result->body.len <= STEPS_JSON_MAX && err_is_ok(carry_out(prove, op, values)))
		recorded.outcome = CHECK_PASSED;
	return say(prove, &recorded);
}

/* ---- INSPECT ---- */

static void look(struct core_prove *prove, const struct inspection *inspection, struct inspect *inspect)
{
	err e = db_begin(prove->db, DB_READ);

	if (err_is_ok(e))
		e = inspection->run(inspect);
	if (db_in_transaction(prove->db))
		err_ignore(db_commit(prove->db)); /* only read */
	if (!err_is_ok(e) && !inspect->steps.unable)
		inspect_unable(inspect, "記録を最後まで調べられませんでした。", "The records could not be looked through.");
}

static err inspect_for(struct core_prove *prove, const struct provewire *asked)
{
	char name[INSPECT_NAME_MAX + 1] = "";
	char check[PROVEWIRE_TEXT_MAX + 1] = "";
	struct inspect inspect = {
		.rows = reading(prove), .compartment = prove->compartment, .params = asked->body, .check = check, .stop = &prove->stop,
		.until_us = clock_mono_us() + INSPECT_US,
	};
	struct provewire inspected = {.kind = PROVEWIRE_INSPECTED, .number = asked->number, .outcome = CHECK_UNABLE};
	const struct inspection *inspection;
	OWN(buf) body = {0};
	err e = OK;

	if (asked->name.len >= sizeof(name) || asked->body.len > INSPECT_PARAMS_MAX)
		return FAIL(INVALID);
	memcpy(name, asked->name.ptr, asked->name.len);
	memcpy(check, asked->text.ptr, asked->text.len);
	inspection = inspections_find(name);
	if (inspection == NULL)
		return FAIL(INVALID);
	engine_vouch(prove->engine, &inspect.rows);
	look(prove, inspection, &inspect);
	e = provewire_put_steps(&body, &inspect.steps);
	if (err_is_ok(e)) {
		inspected.body = bytes_of(&body);
		inspected.data = bytes_of(&inspect.data);
		inspected.objects = inspect.steps.objects;
		inspected.outcome = steps_outcome(&inspect.steps, true);
		e = say(prove, &inspected);
	}
	buf_free(&inspect.data);
	read_end(prove);
	return e;
}

/* ---- RUN ---- */

/* Once over each channel: `prove` remembers, and one that is new is told again. */
static err ask_once(void *context, const struct checkrow *row)
{
	struct core_prove *prove = context;
	struct asked *asked;

	if (row->code.len >= sizeof(asked->code))
		return OK;
	for (size_t i = 0; i < ASKED_MAX; i++)
		if (prove->asked[i].at_us == row->asked_at && bytes_is(row->code, prove->asked[i].code))
			return OK;
	TRY(say(prove, &(struct provewire){.kind = PROVEWIRE_RUN, .name = row->code}));
	asked = &prove->asked[prove->asked_next++ % ASKED_MAX];
	memcpy(asked->code, row->code.ptr, row->code.len);
	asked->code[row->code.len] = '\0';
	asked->at_us = row->asked_at;
	return OK;
}

static err look_for_asked(struct core_prove *prove)
{
	struct row_context rows = reading(prove);
	err e = db_begin(prove->db, DB_READ);

	if (err_is_ok(e))
		e = checkrow_asked(&rows, clock_now_us(), ask_once, prove);
	read_end(prove);
	return e;
}

/* ---- the thread ---- */

static err take(struct core_prove *prove)
{
	struct provewire frame;
	ssize_t got = recv(prove->channel, prove->message, sizeof(prove->message), MSG_DONTWAIT | MSG_TRUNC);
	err e;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return OK;
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	if (got > (ssize_t)sizeof(prove->message))
		return FAIL(INVALID);
	e = provewire_cut((struct bytes){prove->message, (size_t)got}, &frame);
	if (err_is_ok(e))
		switch (frame.kind) {
		case PROVEWIRE_PREPARE:
			e = prepare(prove, &frame);
			break;
		case PROVEWIRE_RESULT:
			e = record(prove, &frame);
			break;
		case PROVEWIRE_INSPECT:
			e = inspect_for(prove, &frame);
			break;
		default:
			e = FAIL(INVALID);
		}
	wipe(prove->message, sizeof(prove->message)); /* a password stands in it */
	return e;
}

static void take_channel(struct core_prove *prove)
{
	uint64_t count;
	int fd;

	if (read(prove->wake, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
		log_warn("a wake-up could not be read");
	pthread_mutex_lock(&prove->lock);
	fd = prove->next_channel;
	prove->next_channel = -1;
	pthread_mutex_unlock(&prove->lock);
	if (fd < 0)
		return;
	hang_up(prove);
	prove->channel = fd;
	if (!err_is_ok(say_hello(prove)))
		hang_up(prove);
}

static void turn(struct core_prove *prove, int64_t *look_us)
{
	struct pollfd watched[2] = {{.fd = prove->wake, .events = POLLIN}, {.fd = prove->channel, .events = POLLIN}};
	int count = poll(watched, 2, prove->channel < 0 ? -1 : LOOK_MS);
	err e = OK;

	if (count < 0)
		return; /* a signal: again */
	if (watched[1].revents != 0)
		e = take(prove);
	if (err_is_ok(e) && prove->channel >= 0 && clock_mono_us() >= *look_us) {
		*look_us = clock_mono_us() + LOOK_MS * 1000;
		e = look_for_asked(prove);
	}
	if (!err_is_ok(e)) {
		if (err_is(e, ERR_INVALID))
			log_error("prove sent what is not a frame of ours and is cut off");
		hang_up(prove);
	}
	if (watched[0].revents != 0)
		take_channel(prove);
}

static void *thread_main(void *context)
{
	struct core_prove *prove = context;
	int64_t look_us = 0;

	while (!atomic_load(&prove->stop))
		turn(prove, &look_us);
	hang_up(prove);
	return NULL;
}

static void wake_up(struct core_prove *prove)
{
	uint64_t one = 1;

	while (write(prove->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static err open_all(struct core_prove *prove)
{
	prove->wake = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* 1: the first channel is waiting */
	if (prove->wake < 0 || pthread_mutex_init(&prove->lock, NULL) != 0 || pthread_cond_init(&prove->settled, NULL) != 0)
		return FAIL(UNAVAILABLE);
	TRY(db_open(COMPARTMENT_DATABASE, DB_READ, &prove->db));
	TRY(engine_reader_open(prove->engine, &prove->reader));
	return pthread_create(&prove->thread, NULL, thread_main, prove) == 0 ? OK : FAIL(UNAVAILABLE);
}

err core_prove_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_prove **out)
{
	struct core_prove *prove = calloc(1, sizeof(*prove));

	if (prove == NULL)
		return FAIL(UNAVAILABLE);
	prove->compartment = compartment;
	prove->engine = engine;
	prove->next_channel = channel;
	prove->channel = -1;
	arena_init(&prove->arena, ARENA_MAX);
	TRY(open_all(prove)); /* or the core does not start at all */
	*out = prove;
	return OK;
}

void core_prove_channel(struct core_prove *prove, int channel)
{
	int old;

	pthread_mutex_lock(&prove->lock);
	old = prove->next_channel;
	prove->next_channel = channel;
	pthread_mutex_unlock(&prove->lock);
	if (old >= 0)
		(void)close(old); /* nobody has used it */
	wake_up(prove);
}

void core_prove_stop(struct core_prove **prove_in)
{
	struct core_prove *prove = *prove_in;

	if (prove == NULL)
		return;
	atomic_store(&prove->stop, true);
	wake_up(prove);
	pthread_join(prove->thread, NULL);
	engine_reader_close(&prove->reader);
	db_close(&prove->db);
	arena_free(&prove->arena);
	buf_free(&prove->answer);
	(void)close(prove->wake); /* a counter */
	free(prove);
	*prove_in = NULL;
}
