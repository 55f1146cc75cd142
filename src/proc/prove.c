/*
 * prove - runs the checks, each in a process of its own with just the rights it needs, through the doors as everybody.
 *
 *   cores ── HELLO, RUN ─▶ prove ── START ─▶ nursery ── fork ─▶ run ══ door
 *     ▲                      │ ▲                                 │
 *     └ PREPARE, INSPECT, RESULT └── questions, cookies, RESULT ─┘
 *
 * V1  Passwords and second factors of probe accounts are made anew at every start, stay in this process's locked memory, and go to a
 *     core to be set and to a run to be used; never anywhere else.
 * V2  No network and no file. What a run says is its word about itself; it is recorded as the result of the check it was started for.
 * V3  A run that was killed, crashed or took too long is `unable`, and what could not be recorded is tried again.
 * V4  The load is spread (assure/plan.h): at most one start a second, RUNS_MAX runs at once, one short and one long of a compartment.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assure/catalogue.h"
#include "assure/run.h"
#include "base/clock.h"
#include "base/log.h"
#include "proc/nursery.h"
#include "proc/prove_int.h"
#include "proc/sandbox.h"

#define PAUSE_US SECOND_US      /* between two starts that nobody asked for */
#define TICK_MS 250
#define GRACE_MS 3000           /* the nursery waits a little longer than the run itself */
#define PEM_MAX 65536

enum watched { AT_CONTROL, AT_NURSERY, AT_CORES };

/* ---- messages ---- */

err prove_send(int fd, const struct provewire *frame)
{
	OWN(buf) message = {0};
	ssize_t sent;

	TRY(provewire_put(&message, frame));
	/* Whoever does not read what is said to him is as good as gone; the queues hold far more than is ever under way. */
	do
		sent = send(fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)message.len ? OK : FAIL(UNAVAILABLE);
}

bool prove_copy(char *out, size_t max, struct bytes text)
{
	if (text.len >= max)
		return false;
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

/* TIMEOUT: nothing there. UNAVAILABLE: the other side has gone. */
static err receive(struct prove *prove, int fd, struct provewire *frame_out)
{
	ssize_t got = recv(fd, prove->message, sizeof(prove->message), MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return FAIL(TIMEOUT);
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	if (got > (ssize_t)sizeof(prove->message))
		return FAIL(INVALID);
	return provewire_cut((struct bytes){prove->message, (size_t)got}, frame_out);
}

/* ---- cores ---- */

static void core_lost(struct prove *prove, struct core *core)
{
	if (core->fd >= 0)
		(void)close(core->fd); /* nothing more to be said */
	core->fd = -1;
	prove_people_lost(prove, core);
}

static err take_hello(struct prove *prove, struct core *core, const struct provewire *hello)
{
	const unsigned known = PROVEWIRE_PROVIDER | PROVEWIRE_DEMO | PROVEWIRE_PROBE;

	if (!bytes_is(hello->name, core->name) || (hello->flags & ~known) != 0 || (hello->flags & (PROVEWIRE_PROVIDER | PROVEWIRE_PROBE)) == (PROVEWIRE_PROVIDER | PROVEWIRE_PROBE) ||
	    !prove_copy(prove->server_name, sizeof(prove->server_name), hello->data))
		return FAIL(INVALID);
	core->where = (hello->flags & PROVEWIRE_PROVIDER) != 0 ? CHECK_PROVIDER : (hello->flags & PROVEWIRE_PROBE) != 0 ? CHECK_PROBE : CHECK_CUSTOMER;
	core->demo = (hello->flags & PROVEWIRE_DEMO) != 0;
	if (core->state == CORE_ABSENT)
		core->state = CORE_WAITING;
	return prove_turns_hello(prove, core, hello->body);
}

static err take_from_core(struct prove *prove, struct core *core, const struct provewire *frame)
{
	if (frame->kind == PROVEWIRE_HELLO)
		return take_hello(prove, core, frame);
	if (core->where == 0)
		return FAIL(INVALID);
	switch (frame->kind) {
	case PROVEWIRE_PREPARED:
		prove_people_prepared(prove, core, frame);
		return OK;
	case PROVEWIRE_RUN:
		prove_turns_asked(prove, core, frame->name);
		return OK;
	case PROVEWIRE_INSPECTED:
		prove_people_inspected(prove, core, frame);
		return OK;
	case PROVEWIRE_RECORDED:
		prove_turns_recorded(prove, core, frame);
		return OK;
	default:
		return FAIL(INVALID);
	}
}

static void on_core(struct prove *prove, struct core *core)
{
	struct provewire frame;
	err e = receive(prove, core->fd, &frame);

	if (err_is(e, ERR_TIMEOUT))
		return;
	if (err_is_ok(e))
		e = take_from_core(prove, core, &frame);
	if (err_is_ok(e))
		return;
	if (err_is(e, ERR_INVALID))
		log_error("core %s sent what is not a frame of ours and is cut off", core->name);
	core_lost(prove, core);
}

static struct core *core_find(struct prove *prove, const char *name)
{
	for (size_t i = 0; i < prove->core_count; i++)
		if (strcmp(prove->cores[i].name, name) == 0)
			return &prove->cores[i];
	return NULL;
}

static void core_replace(struct prove *prove, const char *name, int fd)
{
	struct core *core = core_find(prove, name);

	if (core == NULL) {
		(void)close(fd); /* of nobody we know */
		return;
	}
	core_lost(prove, core);
	core->fd = fd;
}

/* ---- runs ---- */

static void run_close(struct run *run)
{
	if (run->fd >= 0)
		(void)close(run->fd); /* all it had to say has been taken */
	*run = (struct run){.fd = -1};
}

static err put_compartments(const struct prove *prove, struct buf *data)
{
	char text[PROVEWIRE_TEXT_MAX + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < prove->core_count; i++) {
		int more = snprintf(text + len, sizeof(text) - len, "%s%s", i == 0 ? "" : ",", prove->cores[i].name);

		if (more < 0 || (size_t)more >= sizeof(text) - len) {
			text[len] = '\0';
			break;
		}
		len += (size_t)more;
	}
	return provewire_put_pair(data, "compartments", text);
}

static err put_door(const struct prove *prove, struct buf *data)
{
	static const char *const settings[] = {"doors", "users", "web", "catalog", "folder"};
	const char *address = boot_setting(prove->boot, "address");
	const char *port = boot_setting(prove->boot, "port");
	char supervisor[16];

	if (address == NULL || port == NULL)
		return FAIL(NOT_FOUND);
	if (strcmp(address, "::") == 0 || strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1"; /* everybody's, ours too */
	TRY(provewire_put_pair(data, "host", address));
	TRY(provewire_put_pair(data, "port", port));
	TRY(provewire_put_pair(data, "name", prove->server_name));
	TRY(provewire_put_pair(data, "pin", prove->pin));
	(void)snprintf(supervisor, sizeof(supervisor), "%d", (int)prove->boot->supervisor);
	TRY(provewire_put_pair(data, "supervisor", supervisor));
	TRY(put_compartments(prove, data));
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *text = boot_setting(prove->boot, settings[i]);

		if (text != NULL && strlen(text) <= PROVEWIRE_TEXT_MAX)
			TRY(provewire_put_pair(data, settings[i], text));
	}
	return OK;
}

static err say_order(struct prove *prove, const struct run *run, const char *name)
{
	OWN(buf) facts = {0};
	OWN(buf) door = {0};
	struct provewire order = {.kind = PROVEWIRE_ORDER, .name = bytes_str(name), .flags = CHECK_HOST};

	if (run->core != NULL) {
		order.flags = run->core->where | (run->core->demo ? PROVEWIRE_ORDER_DEMO : 0);
		order.text = bytes_str(run->core->name);
		TRY(prove_people_facts(prove, run->core, &facts));
	}
	if (run->turn != NULL && run->turn->empty)
		order.flags |= PROVEWIRE_ORDER_EMPTY;
	TRY(put_door(prove, &door));
	order.body = bytes_of(&facts);
	order.data = bytes_of(&door);
	return prove_send(run->fd, &order);
}

/* UNAVAILABLE: the nursery has gone. */
static err run_start(struct prove *prove, struct run *run, const char *name)
{
	unsigned seconds;
	enum rights rights;
	int pair[2];
	err e;

	TRY(run_limits(name, &seconds, &rights));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return FAIL(UNAVAILABLE);
	run->number = ++prove->next_number;
	run->fd = pair[0];
	run->began_us = clock_now_us();
	run->began_mono_us = clock_mono_us();
	run->is_long = seconds > 60;
	if (run->turn != NULL)
		run->turn->running = true;
	e = say_order(prove, run, name);
	if (err_is_ok(e))
		e = nursery_order(prove->nursery, run->number, rights, seconds * 1000 + GRACE_MS, pair[1]);
	(void)close(pair[1]); /* the run has its own */
	return e;
}

/* Its channel lies ready, or comes with its start. */
static err hostile_order(struct prove *prove, struct run *run, int fd)
{
	run->fd = fd;
	return fd < 0 ? OK : say_order(prove, run, checks_at(run->check)->id);
}

static err hostile_start(struct prove *prove, struct run *run)
{
	struct control_message wanted = {.kind = CONTROL_WANTED, .role = FD_INTRUDER, .fd = -1};
	int fd = run->core->intruder;

	run->core->intruder = -1;
	run->number = ++prove->next_number;
	run->began_us = clock_now_us();
	run->began_mono_us = clock_mono_us();
	run->hostile = true;
	run->turn->running = true;
	(void)snprintf(wanted.peer, sizeof(wanted.peer), "%s", run->core->name);
	TRY(control_send(boot_control(prove->boot), &wanted));
	err_ignore(hostile_order(prove, run, fd)); /* without an order it comes to nothing, in time */
	return OK;
}

static struct run *run_free(struct prove *prove)
{
	for (size_t i = 0; i < RUNS_MAX; i++)
		if (prove->runs[i].number == 0)
			return &prove->runs[i];
	return NULL;
}

static err start_worlds(struct prove *prove)
{
	for (size_t i = 0; i < prove->core_count; i++) {
		struct core *core = &prove->cores[i];
		struct run *run = run_free(prove);
		bool under_way = false;

		for (size_t k = 0; k < RUNS_MAX; k++)
			under_way = under_way || (prove->runs[k].number != 0 && prove->runs[k].core == core);
		if (core->state != CORE_FURNISHING || core->fd < 0 || under_way || run == NULL)
			continue;
		*run = (struct run){.fd = -1, .check = CHECKS_MAX, .core = core};
		TRY(run_start(prove, run, RUN_WORLD));
	}
	return OK;
}

static err start_due(struct prove *prove)
{
	struct run *run = run_free(prove);
	struct turn *turn;
	struct core *core;
	size_t check;

	if (run == NULL || !prove_turns_next(prove, &check, &core, &turn))
		return OK;
	if (!turn->asked)
		prove->next_start_us = clock_mono_us() + PAUSE_US;
	*run = (struct run){.fd = -1, .check = check, .core = core, .turn = turn};
	if (checks_at(check)->rights == RIGHTS_HOSTILE)
		return hostile_start(prove, run);
	return run_start(prove, run, checks_at(check)->id);
}

/* A run that says what none of ours says has said nothing. */
static void run_cut_off(struct run *run)
{
	log_error("a run sent what is not a frame of ours and is cut off");
	(void)shutdown(run->fd, SHUT_RDWR); /* it ends by itself or is ended in time */
}

static void run_ended(struct prove *prove, struct run *run);

static void on_run(struct prove *prove, struct run *run)
{
	struct provewire frame;
	err e = receive(prove, run->fd, &frame);

	if (err_is(e, ERR_UNAVAILABLE) && run->hostile)
		run_ended(prove, run);
	if (err_is(e, ERR_UNAVAILABLE))
		run->gone = true; /* its end is the nursery's to say */
	if (err_is(e, ERR_TIMEOUT) || err_is(e, ERR_UNAVAILABLE))
		return;
	if (err_is_ok(e) && frame.kind == PROVEWIRE_RESULT && !run->told) {
		run->told = true;
		prove_turns_ended(prove, run, &frame);
		return;
	}
	if (err_is_ok(e))
		e = run->told ? FAIL(INVALID) : prove_people_take(prove, run, &frame);
	wipe(prove->message, sizeof(prove->message)); /* a cookie may stand in it */
	if (!err_is_ok(e))
		run_cut_off(run);
}

/* What it said before its end counts. */
static void run_ended(struct prove *prove, struct run *run)
{
	struct provewire frame;

	while (!run->told && run->fd >= 0) {
		err e = receive(prove, run->fd, &frame);

		if (!err_is_ok(e))
			break;
		if (frame.kind == PROVEWIRE_RESULT) {
			run->told = true;
			prove_turns_ended(prove, run, &frame);
		} else {
			err_ignore(prove_people_take(prove, run, &frame)); /* nobody waits for the answer */
		}
	}
	if (!run->told)
		prove_turns_ended(prove, run, NULL);
	run_close(run);
}

/* The supervisor does not say how its children end. */
static void end_overdue(struct prove *prove)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *run = &prove->runs[i];

		if (run->number != 0 && run->hostile && clock_mono_us() > run->began_mono_us + CHECK_SECONDS * SECOND_US)
			run_ended(prove, run);
	}
}

static void intruder_comes(struct prove *prove, const char *name, int fd)
{
	struct core *core = core_find(prove, name);

	for (size_t i = 0; i < RUNS_MAX; i++)
		if (core != NULL && prove->runs[i].number != 0 && prove->runs[i].hostile && prove->runs[i].core == core && prove->runs[i].fd < 0) {
			err_ignore(hostile_order(prove, &prove->runs[i], fd)); /* without an order it comes to nothing, in time */
			return;
		}
	if (core != NULL && core->intruder >= 0)
		(void)close(core->intruder); /* nobody has used it */
	if (core != NULL)
		core->intruder = fd;
	else
		(void)close(fd); /* of nobody we know */
}

static err on_nursery(struct prove *prove)
{
	struct provewire frame;
	err e = receive(prove, prove->nursery, &frame);

	if (err_is(e, ERR_TIMEOUT))
		return OK;
	TRY(e);
	if (frame.kind != PROVEWIRE_ENDED)
		return FAIL(INVALID);
	for (size_t i = 0; i < RUNS_MAX; i++)
		if (prove->runs[i].number != 0 && prove->runs[i].number == frame.number)
			run_ended(prove, &prove->runs[i]);
	return OK;
}

/* ---- the loop ---- */

static err on_control(struct prove *prove)
{
	struct control_message message;

	TRY(control_receive(boot_control(prove->boot), 0, &message));
	if (message.kind == CONTROL_STOP)
		prove->stopping = true;
	else if (message.kind == CONTROL_CHANNEL && message.role == FD_CORE)
		core_replace(prove, message.peer, message.fd);
	else if (message.kind == CONTROL_CHANNEL && message.role == FD_INTRUDER)
		intruder_comes(prove, message.peer, message.fd);
	else if (message.fd >= 0)
		(void)close(message.fd); /* not for us */
	return OK;
}

static err tick(struct prove *prove)
{
	for (size_t i = 0; i < prove->core_count; i++)
		prove_people_tick(prove, &prove->cores[i]);
	end_overdue(prove);
	TRY(start_worlds(prove));
	return start_due(prove);
}

static err turn(struct prove *prove)
{
	struct pollfd watched[AT_CORES + CORES_MAX + RUNS_MAX] = {
		[AT_CONTROL] = {.fd = boot_control(prove->boot), .events = POLLIN}, [AT_NURSERY] = {.fd = prove->nursery, .events = POLLIN},
	};
	size_t runs = AT_CORES + prove->core_count;
	bool idle = !prove->wanted;

	for (size_t i = 0; i < prove->core_count; i++)
		watched[AT_CORES + i] = (struct pollfd){.fd = prove->cores[i].fd, .events = POLLIN};
	for (size_t i = 0; i < RUNS_MAX; i++)
		watched[runs + i] = (struct pollfd){.fd = prove->runs[i].number == 0 || prove->runs[i].gone ? -1 : prove->runs[i].fd, .events = POLLIN};
	if (poll(watched, runs + RUNS_MAX, idle ? -1 : TICK_MS) < 0 && errno != EINTR)
		return FAIL(UNAVAILABLE);
	if (watched[AT_CONTROL].revents != 0)
		TRY(on_control(prove));
	for (size_t i = 0; i < RUNS_MAX; i++)
		if (watched[runs + i].revents != 0)
			on_run(prove, &prove->runs[i]);
	if (watched[AT_NURSERY].revents != 0)
		TRY(on_nursery(prove));
	for (size_t i = 0; i < prove->core_count; i++)
		if (watched[AT_CORES + i].revents != 0 && watched[AT_CORES + i].fd == prove->cores[i].fd)
			on_core(prove, &prove->cores[i]);
	return tick(prove);
}

/* ---- the start ---- */

static err read_pin(struct prove *prove)
{
	const struct boot_fd *file = boot_find(prove->boot, FD_CERTIFICATE, NULL, 0);
	uint8_t pin[HASH_LEN];
	OWN(buf) pem = {0};
	OWN(buf) text = {0};
	ssize_t got;

	if (file == NULL)
		return FAIL(NOT_FOUND);
	TRY(buf_reserve(&pem, PEM_MAX));
	got = pread(file->fd, pem.ptr, PEM_MAX, 0);
	(void)close(file->fd); /* only read */
	if (got <= 0 || got == PEM_MAX)
		return FAIL(INVALID);
	pem.len = (size_t)got;
	TRY(tlsclient_pin(bytes_of(&pem), pin));
	TRY(hex_append(&text, (struct bytes){pin, sizeof(pin)}));
	return prove_copy(prove->pin, sizeof(prove->pin), bytes_of(&text)) ? OK : FAIL(INTERNAL);
}

static uint16_t port_of(const char *text)
{
	return text == NULL ? 0 : (uint16_t)strtoul(text, NULL, 10); /* the supervisor's own writing */
}

static void take_cores(struct prove *prove)
{
	for (size_t i = 0; i < prove->boot->fd_count; i++) {
		const struct boot_fd *fd = &prove->boot->fds[i];

		if (fd->role != FD_CORE || prove->core_count == CORES_MAX)
			continue;
		prove->cores[prove->core_count] = (struct core){.fd = fd->fd, .intruder = -1, .preparing = -1};
		(void)snprintf(prove->cores[prove->core_count].name, sizeof(prove->cores[0].name), "%.31s", fd->peer);
		prove->core_count++;
	}
	for (size_t i = 0; i < prove->boot->fd_count; i++)
		if (prove->boot->fds[i].role == FD_INTRUDER)
			intruder_comes(prove, prove->boot->fds[i].peer, prove->boot->fds[i].fd);
	for (size_t i = 0; i < RUNS_MAX; i++)
		prove->runs[i].fd = -1;
}

static err start(struct prove *prove, struct boot *boot)
{
	const char *checks = boot_setting(boot, "checks");

	prove->boot = boot;
	prove->scheduled = checks == NULL || strcmp(checks, "on-demand") != 0;
	prove->wanted = prove->scheduled;
	TRY(crypto_start());
	TRY(read_pin(prove));
	/* Runs compare the program with it; from their own processes no file can be read. */
	TRY(boot_setting(boot, "catalog") != NULL ? catalogue_load(boot_setting(boot, "catalog")) : FAIL(INVALID));
	TRY(nursery_start(boot, port_of(boot_setting(boot, "port")), &prove->nursery));
	TRY(sandbox_boot(boot));
	take_cores(prove);
	return control_ready(boot_control(boot), true);
}

int proc_prove(struct boot *boot)
{
	static struct prove prove;
	err e = start(&prove, boot);

	while (err_is_ok(e) && !prove.stopping)
		e = turn(&prove);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->slug);
	wipe(prove.cores, sizeof(prove.cores));
	return err_is_ok(e) ? 0 : 1;
}
