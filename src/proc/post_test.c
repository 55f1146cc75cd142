/*
 * The process `post` in its sandbox, as four cores have it: letters pass between those who may write to each other, from whom they come is
 * not the letter's to say, and who is gone, does not read or sends what is no frame stands in nobody's way.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "govern/letterwire.h"
#include "proc/control.h"
#include "proc/postroute.h"
#include "proc/proc.h"

enum { PROVIDER, PROBE, SAPPORO, OTARU, PLACES };
static const char *const names[PLACES] = {"provider", "probe", "sapporo", "otaru"};

static struct {
	pid_t pid;
	int cores[PLACES], control;
} process;
static uint8_t message[LETTERWIRE_MAX + 1];
static struct letterwire got;

_Noreturn static void become_post(const int *cores, int control)
{
	static struct boot boot = {.kind = PROCESS_POST, .name = "host", .fd_count = PLACES + 1, .setting_count = 1};

	(void)!freopen("/dev/null", "w", stderr);
	for (size_t i = 0; i < PLACES; i++) {
		boot.fds[i] = (struct boot_fd){.role = FD_CORE, .fd = cores[i]};
		(void)snprintf(boot.fds[i].peer, sizeof(boot.fds[i].peer), "%s", names[i]);
	}
	boot.fds[PLACES] = (struct boot_fd){.role = FD_CONTROL, .fd = control};
	boot.settings[0] = (struct boot_setting){.name = "probe", .value = "probe"};
	boot.supervisor = getppid();
	_exit(proc_post(&boot));
}

/* UNAVAILABLE: it has hung up. TIMEOUT: nothing came. */
static err receive(size_t core, int wait_ms)
{
	struct pollfd one = {.fd = process.cores[core], .events = POLLIN};
	ssize_t len;

	if (poll(&one, 1, wait_ms) <= 0)
		return FAIL(TIMEOUT);
	len = recv(process.cores[core], message, sizeof(message), 0);
	return len <= 0 ? FAIL(UNAVAILABLE) : letterwire_cut((struct bytes){message, (size_t)len}, &got);
}

static void expect(size_t core, enum letterwire_kind kind)
{
	assert_ok(receive(core, 5000));
	assert_int_equal(got.kind, kind);
}

static void nothing_for(size_t core)
{
	assert_err(TIMEOUT, receive(core, 50));
}

static void say(size_t core, const struct letterwire *frame)
{
	OWN(buf) out = {0};

	assert_ok(letterwire_put(&out, frame));
	assert_int_equal(send(process.cores[core], out.ptr, out.len, 0), out.len);
}

static int start(void **state)
{
	struct control_message ready;
	int pairs[PLACES][2], control[2];
	int theirs[PLACES];

	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs[i]), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
	process.pid = fork();
	if (process.pid == 0) {
		(void)close(control[0]);
		for (size_t i = 0; i < PLACES; i++) {
			(void)close(pairs[i][0]);
			theirs[i] = pairs[i][1];
		}
		become_post(theirs, control[1]);
	}
	(void)close(control[1]);
	process.control = control[0];
	for (size_t i = 0; i < PLACES; i++) {
		(void)close(pairs[i][1]);
		process.cores[i] = pairs[i][0];
	}
	assert_ok(control_receive(process.control, 0, &ready));
	assert_int_equal(ready.kind, CONTROL_READY);
	for (size_t i = 0; i < PLACES; i++) {
		expect(i, LETTERWIRE_PLACES);
		assert_true(bytes_is(got.name, names[i]));
		assert_true(bytes_is(got.text, i == PROVIDER ? "sapporo otaru" : ""));
		assert_true(bytes_is(got.topic, i == PROVIDER ? "probe" : ""));
	}
	return 0;
}

static int stop(void **state)
{
	int status = 0;

	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		if (process.cores[i] >= 0)
			(void)close(process.cores[i]);
	(void)close(process.control); /* P3: it does not outlive its supervisor */
	assert_int_equal(waitpid(process.pid, &status, 0), process.pid);
	assert_false(WIFSIGNALED(status)); /* by its sandbox */
	return 0;
}

static struct letterwire parcel(uint8_t letter, const char *to)
{
	return (struct letterwire){
		.kind = LETTERWIRE_PARCEL, .letter = {{letter}}, .object = {{7}}, .edition = 1, .name = bytes_str(to), .topic = BYTES_LIT("thing"),
		.body = BYTES_LIT("\x01xyz"),
	};
}

static void answer(size_t core, uint8_t letter, const char *from, enum letterwire_outcome outcome)
{
	const struct letterwire frame = {.kind = LETTERWIRE_ANSWER, .letter = {{letter}}, .outcome = outcome, .name = bytes_str(from)};

	say(core, &frame);
}

static void answered(size_t core, uint8_t letter, enum letterwire_outcome outcome)
{
	const struct id id = {{letter}};

	expect(core, LETTERWIRE_ANSWER);
	assert_true(id_equal(got.letter, id));
	assert_int_equal(got.outcome, outcome);
}

static void there_and_back(void **state)
{
	struct letterwire frame = parcel(1, "sapporo");

	(void)state;
	say(PROVIDER, &frame);
	expect(SAPPORO, LETTERWIRE_PARCEL);
	assert_true(bytes_is(got.name, "provider"));
	assert_int_equal(got.flags, LETTERWIRE_PROVIDER);
	assert_int_equal(got.edition, 1);
	assert_true(bytes_is(got.body, "\x01xyz"));
	nothing_for(PROVIDER); /* not before it has been taken */
	answer(OTARU, 1, "provider", LETTERWIRE_TAKEN);      /* of one who never got it */
	answer(SAPPORO, 1, "otaru", LETTERWIRE_TAKEN);       /* to one who never sent it */
	nothing_for(PROVIDER);
	answer(SAPPORO, 1, "provider", LETTERWIRE_TAKEN);
	answered(PROVIDER, 1, LETTERWIRE_TAKEN);
	answer(SAPPORO, 1, "provider", LETTERWIRE_REFUSED);  /* once */
	nothing_for(PROVIDER);
	frame = parcel(2, "provider");
	say(SAPPORO, &frame);
	expect(PROVIDER, LETTERWIRE_PARCEL);
	assert_true(bytes_is(got.name, "sapporo"));          /* what it says of itself does not count */
	assert_int_equal(got.flags, 0);
	answer(PROVIDER, 2, "sapporo", LETTERWIRE_LATER);
	answered(SAPPORO, 2, LETTERWIRE_LATER);
}

static void kept_apart(void **state)
{
	struct letterwire frame = parcel(1, "otaru");

	(void)state;
	say(SAPPORO, &frame);
	answered(SAPPORO, 1, LETTERWIRE_REFUSED);
	frame.name = BYTES_LIT("*");
	say(SAPPORO, &frame);
	answered(SAPPORO, 1, LETTERWIRE_REFUSED);
	frame.name = BYTES_LIT("probe");
	say(SAPPORO, &frame);
	answered(SAPPORO, 1, LETTERWIRE_REFUSED);
	say(PROVIDER, &frame);
	answered(PROVIDER, 1, LETTERWIRE_REFUSED);           /* real, to what is made for checks */
	frame.name = BYTES_LIT("sapporo");
	say(PROBE, &frame);
	answered(PROBE, 1, LETTERWIRE_REFUSED);
	frame.name = BYTES_LIT("provider");
	say(PROBE, &frame);
	expect(PROVIDER, LETTERWIRE_PARCEL);
	assert_int_equal(got.flags, LETTERWIRE_PROBE);
	for (size_t i = SAPPORO; i < PLACES; i++)
		nothing_for(i);
}

static void nobody_blocks_others(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < POSTROUTE_PAIR_MAX; i++) { /* Sapporo reads nothing */
		struct letterwire frame = parcel(i, "sapporo");

		say(PROVIDER, &frame);
	}
	for (uint8_t i = 100; i < 120; i++) {
		struct letterwire frame = parcel(i, "sapporo");

		say(PROVIDER, &frame);
		answered(PROVIDER, i, LETTERWIRE_ABSENT);
		frame.name = BYTES_LIT("otaru");
		say(PROVIDER, &frame);
		expect(OTARU, LETTERWIRE_PARCEL);
		answer(OTARU, i, "provider", LETTERWIRE_TAKEN);
		answered(PROVIDER, i, LETTERWIRE_TAKEN);
	}
}

/* Large ones, so that the channel itself is full. */
static void full_channel(void **state)
{
	static const uint8_t large[LETTERWIRE_BODY_MAX];
	struct letterwire frame = parcel(1, "sapporo");
	unsigned absent = 0;

	(void)state;
	frame.body = (struct bytes){large, sizeof(large)};
	for (uint8_t i = 0; i < POSTROUTE_PAIR_MAX; i++) {
		frame.letter.b[0] = i;
		say(PROVIDER, &frame);
		absent += err_is_ok(receive(PROVIDER, 20)) ? 1 : 0;
	}
	assert_true(absent > 0);
	frame = parcel(200, "otaru");
	say(PROVIDER, &frame);
	expect(OTARU, LETTERWIRE_PARCEL);
}

static void gone_before_it_answered(void **state)
{
	struct letterwire frame = parcel(1, "sapporo");

	(void)state;
	say(PROVIDER, &frame);
	expect(SAPPORO, LETTERWIRE_PARCEL);
	(void)close(process.cores[SAPPORO]);
	process.cores[SAPPORO] = -1;
	answered(PROVIDER, 1, LETTERWIRE_ABSENT);
	say(PROVIDER, &frame);
	answered(PROVIDER, 1, LETTERWIRE_ABSENT);
}

static void comes_back(void **state)
{
	struct control_message back = {.kind = CONTROL_CHANNEL, .role = FD_CORE, .peer = "sapporo"};
	struct letterwire frame = parcel(1, "sapporo");
	int pair[2];

	gone_before_it_answered(state);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	back.fd = pair[1];
	assert_ok(control_send(process.control, &back));
	(void)close(pair[1]);
	process.cores[SAPPORO] = pair[0];
	expect(SAPPORO, LETTERWIRE_PLACES);
	say(PROVIDER, &frame);
	expect(SAPPORO, LETTERWIRE_PARCEL);
	/* Somebody we have never heard of gets no channel. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	back.fd = pair[1];
	(void)snprintf(back.peer, sizeof(back.peer), "nowhere");
	assert_ok(control_send(process.control, &back));
	(void)close(pair[1]);
	assert_int_equal(recv(pair[0], message, sizeof(message), 0), 0);
	(void)close(pair[0]);
}

static void no_frame_of_ours(void **state)
{
	struct letterwire frame = parcel(1, "provider");

	(void)state;
	assert_int_equal(send(process.cores[OTARU], "hello", 5, 0), 5);
	assert_err(UNAVAILABLE, receive(OTARU, 5000));       /* cut off */
	frame.flags = LETTERWIRE_PROVIDER;                   /* not a core's to say */
	say(SAPPORO, &frame);
	assert_err(UNAVAILABLE, receive(SAPPORO, 5000));
	frame = parcel(2, "provider");
	say(PROBE, &frame);
	expect(PROVIDER, LETTERWIRE_PARCEL);                 /* the others go on */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_and_back, start, stop),
		cmocka_unit_test_setup_teardown(kept_apart, start, stop),
		cmocka_unit_test_setup_teardown(nobody_blocks_others, start, stop),
		cmocka_unit_test_setup_teardown(full_channel, start, stop),
		cmocka_unit_test_setup_teardown(gone_before_it_answered, start, stop),
		cmocka_unit_test_setup_teardown(comes_back, start, stop),
		cmocka_unit_test_setup_teardown(no_frame_of_ours, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
