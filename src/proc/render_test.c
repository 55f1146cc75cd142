/*
 * The render process in its sandbox, as a core has it: it makes documents, is killed in the middle, hangs, and gets frames
 * that nobody should send.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "op/render.h"
#include "proc/control.h"
#include "proc/proc.h"

/* Sanitizers keep what is freed for a while. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_MAX_KB (400L * 1024)
#else
#define GROWTH_MAX_KB (32L * 1024)
#endif

static struct {
	pid_t pid;
	int core, control;
} process;

_Noreturn static void become_render(int core, int control)
{
	static struct boot boot = {.kind = PROCESS_RENDER, .name = "city", .fd_count = 2};

	(void)!freopen("/dev/null", "w", stderr);
	boot.fds[0] = (struct boot_fd){.role = FD_CORE, .fd = core, .peer = "city"};
	boot.fds[1] = (struct boot_fd){.role = FD_CONTROL, .fd = control};
	boot.supervisor = getppid();
	_exit(proc_render(&boot));
}

static int start(void **state)
{
	struct control_message ready;
	int core[2], control[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, core), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
	process.pid = fork();
	if (process.pid == 0) {
		(void)close(core[0]);
		(void)close(control[0]);
		become_render(core[1], control[1]);
	}
	(void)close(core[1]);
	(void)close(control[1]);
	process.core = core[0];
	process.control = control[0];
	assert_ok(control_receive(process.control, 0, &ready));
	assert_int_equal(ready.kind, CONTROL_READY);
	return 0;
}

/* Its status once it has ended. */
static int ended(void)
{
	int status = 0;

	assert_int_equal(waitpid(process.pid, &status, 0), process.pid);
	process.pid = 0;
	return status;
}

static int stop(void **state)
{
	(void)state;
	(void)close(process.core);
	(void)close(process.control); /* P3: it does not outlive its supervisor */
	if (process.pid != 0)
		(void)ended();
	return 0;
}

static struct render *list_of(size_t rows)
{
	const struct render_head head = {.title = BYTES_LIT("一覧"), .issued = BYTES_LIT("2026年11月24日"), .issued_us = INT64_C(1795476600000000)};
	const struct render_column columns[] = {{.head = BYTES_LIT("氏名"), .weight = 2}, {.head = BYTES_LIT("備考"), .weight = 3}};
	struct render *r = NULL;

	assert_ok(render_new(&head, &r));
	render_table(r, columns, 2);
	for (size_t i = 0; i < rows; i++) {
		render_cell(r, BYTES_LIT("札幌　花子"), RENDER_BOLD);
		render_cell(r, BYTES_LIT("卵、牛乳、小麦、落花生"), 0);
	}
	render_table_end(r);
	render_qr(r, BYTES_LIT("https://example.jp/"), BYTES_LIT("ここから"));
	return r;
}

static err made(struct compartment *compartment, size_t rows, struct buf *pdf)
{
	struct render *r = list_of(rows);
	err e = render_pdf(compartment, r, pdf);

	render_free(&r);
	return e;
}

/* What is issued to be kept needs nothing more from outside, either. */
static void makes_documents_to_be_kept(void **state)
{
	const struct render_head head = {.title = BYTES_LIT("台帳"), .issued = BYTES_LIT("2026年11月24日"), .issued_us = INT64_C(1795476600000000), .cover = true};
	struct compartment compartment = {.render_fd = process.core};
	struct buf pdf[2] = {{0}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pdf); i++) {
		struct render *r = NULL;

		assert_ok(render_new(&head, &r));
		render_contents(r, BYTES_LIT("目次"));
		render_heading(r, BYTES_LIT("章"));
		assert_ok(render_pdf(&compartment, r, &pdf[i]));
		render_free(&r);
	}
	assert_bytes(bytes_of(&pdf[1]), bytes_of(&pdf[0]));
	assert_non_null(memmem(pdf[0].ptr, pdf[0].len, "/GTS_PDFA1", 10));
	for (size_t i = 0; i < COUNT_OF(pdf); i++)
		buf_free(&pdf[i]);
}

/* Nothing has to be opened once it has given up its files; and a fresh process gives the same bytes. */
static void makes_documents(void **state)
{
	struct compartment compartment = {.render_fd = process.core};
	OWN(buf) first = {0};
	OWN(buf) second = {0};
	OWN(buf) third = {0};

	assert_ok(made(&compartment, 100, &first));
	assert_ok(made(&compartment, 100, &second));
	assert_true(first.len > 1000);
	assert_bytes(bytes_of(&second), bytes_of(&first));
	assert_int_equal(stop(state), 0);
	assert_int_equal(start(state), 0);
	compartment.render_fd = process.core;
	assert_ok(made(&compartment, 100, &third));
	assert_bytes(bytes_of(&third), bytes_of(&first));
}

static long resident_kb(void)
{
	char path[64];
	char line[256];
	long kb = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", process.pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	(void)fclose(file);
	assert_true(kb > 0);
	return kb;
}

/* What is refused does not end it; what it was asked for is forgotten. */
static void stays_small(void **state)
{
	struct compartment compartment = {.render_fd = process.core};
	long before_kb;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		OWN(buf) pdf = {0};

		assert_ok(made(&compartment, 500, &pdf));
	}
	before_kb = resident_kb();
	for (size_t i = 0; i < 12; i++) {
		OWN(buf) large = {0};
		OWN(buf) pdf = {0};

		assert_err(TOO_LARGE, made(&compartment, RENDERWIRE_CELL_MAX / 2 + 1, &large));
		assert_ok(made(&compartment, 500, &pdf));
	}
	assert_true(resident_kb() < before_kb + GROWTH_MAX_KB);
	assert_int_equal(compartment.render_fd, process.core);
}

/* Killed in the middle: that document fails, and the next one is made by the process that follows. */
static void killed(void **state)
{
	struct compartment compartment = {.render_fd = process.core};
	OWN(buf) pdf = {0};
	pid_t killer;

	assert_int_equal(kill(process.pid, SIGSTOP), 0);
	killer = fork();
	if (killer == 0) {
		const struct timespec moment = {.tv_nsec = 100000000};

		(void)nanosleep(&moment, NULL); /* it has the document by then, and if not, is as dead */
		_exit(kill(process.pid, SIGKILL) == 0 ? 0 : 1);
	}
	assert_err(UNAVAILABLE, made(&compartment, 500, &pdf));
	assert_int_equal(compartment.render_fd, -1);
	process.core = -1; /* closed */
	assert_int_equal(pdf.len, 0);
	assert_int_equal(waitpid(killer, NULL, 0), killer);
	assert_true(WIFSIGNALED(ended()));
	assert_int_equal(stop(state), 0);
	assert_int_equal(start(state), 0);
	compartment.render_fd = process.core;
	assert_ok(made(&compartment, 500, &pdf));
}

/* Gone while nobody asked: the channel is not taken for a live one, and the new one is waited for. */
static void gone_before(void **state)
{
	struct compartment compartment = {.render_fd = process.core};
	int64_t start_us = clock_mono_us();
	OWN(buf) pdf = {0};

	(void)state;
	assert_int_equal(kill(process.pid, SIGKILL), 0);
	assert_true(WIFSIGNALED(ended()));
	assert_err(UNAVAILABLE, made(&compartment, 1, &pdf));
	process.core = -1; /* closed */
	assert_true(clock_mono_us() - start_us >= (int64_t)RENDER_CHANNEL_WAIT_MS * 1000);
}

static void tell(struct bytes message)
{
	assert_int_equal(send(process.core, message.ptr, message.len, MSG_NOSIGNAL), (ssize_t)message.len);
}

static void tell_frame(const struct renderwire_frame *frame)
{
	OWN(buf) message = {0};

	assert_ok(renderwire_put(&message, frame));
	tell(bytes_of(&message));
}

/* Frames that no core of ours sends end it at once. */
static void hostile_frames(void **state)
{
	static const struct renderwire_frame begin = {.type = RENDERWIRE_BEGIN, .number = 1, .size = 4};

	for (int row = 0; row < 5; row++) {
		if (row > 0 && row < 4)
			tell_frame(&begin);
		switch (row) {
		case 0: tell_frame(&(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = 1, .data = BYTES_LIT("abcd")}); break;
		case 1: tell_frame(&begin); break;
		case 2: tell_frame(&(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = 2, .data = BYTES_LIT("abcd")}); break;
		case 3: tell_frame(&(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = 1, .data = BYTES_LIT("abcde")}); break;
		default: tell(BYTES_LIT("rubbish"));
		}
		assert_int_equal(WEXITSTATUS(ended()), 1);
		assert_int_equal(stop(state), 0);
		assert_int_equal(start(state), 0);
	}
}

/* A document that is none is answered, by the same process. */
static void no_document(void **state)
{
	uint8_t message[64];
	struct renderwire_frame frame;
	ssize_t got;

	(void)state;
	tell_frame(&(struct renderwire_frame){.type = RENDERWIRE_BEGIN, .number = 7, .size = 4});
	tell_frame(&(struct renderwire_frame){.type = RENDERWIRE_DATA, .number = 7, .data = BYTES_LIT("abcd")});
	got = recv(process.core, message, sizeof(message), 0);
	assert_true(got > 0);
	assert_ok(renderwire_cut((struct bytes){message, (size_t)got}, &frame));
	assert_int_equal(frame.type, RENDERWIRE_ANSWER);
	assert_int_equal(frame.status, RENDERWIRE_FAILED);
	assert_int_equal(waitpid(process.pid, NULL, WNOHANG), 0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(makes_documents),
		EACH(makes_documents_to_be_kept), EACH(stays_small), EACH(killed), EACH(gone_before), EACH(hostile_frames), EACH(no_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
