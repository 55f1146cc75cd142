/*
 * The scan process in its sandbox, as a core has it, with a scanner that says what each test wants: found, in error, gone, breaking
 * off, talking nonsense.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "op/scanner.h"
#include "proc/control.h"
#include "proc/proc.h"

static const char folder_template[] = "/tmp/scan-test-XXXXXX";
static char folder[sizeof(folder_template)];

static struct {
	pid_t pid, clamd;
	int core, control;
} process;

static void socket_path(char path[static 64])
{
	(void)snprintf(path, 64, "%s/clamd.ctl", folder);
}

_Noreturn static void become_scan(int core, int control)
{
	static struct boot boot = {.kind = PROCESS_SCAN, .name = "city", .fd_count = 2, .setting_count = 1};

	(void)!freopen("/dev/null", "w", stderr);
	boot.fds[0] = (struct boot_fd){.role = FD_CORE, .fd = core, .peer = "city"};
	boot.fds[1] = (struct boot_fd){.role = FD_CONTROL, .fd = control};
	(void)snprintf(boot.settings[0].name, sizeof(boot.settings[0].name), "clamd");
	(void)snprintf(boot.settings[0].value, sizeof(boot.settings[0].value), "%s/clamd.ctl", folder);
	boot.supervisor = getppid();
	_exit(proc_scan(&boot));
}

static void start_process(void)
{
	struct control_message ready;
	int core[2], control[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, core), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
	process.pid = fork();
	if (process.pid == 0) {
		(void)close(core[0]);
		(void)close(control[0]);
		become_scan(core[1], control[1]);
	}
	(void)close(core[1]);
	(void)close(control[1]);
	process.core = core[0];
	process.control = control[0];
	assert_ok(control_receive(process.control, 0, &ready));
	assert_int_equal(ready.kind, CONTROL_READY);
}

static int start(void **state)
{
	(void)state;
	memcpy(folder, folder_template, sizeof(folder));
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return -1;
	start_process();
	return 0;
}

static int ended(pid_t *pid)
{
	int status = 0;

	assert_int_equal(waitpid(*pid, &status, 0), *pid);
	*pid = 0;
	return status;
}

static void stop_clamd(void)
{
	char path[64];

	if (process.clamd == 0)
		return;
	(void)kill(process.clamd, SIGKILL);
	(void)ended(&process.clamd);
	socket_path(path);
	assert_int_equal(unlink(path), 0);
}

static int stop(void **state)
{
	(void)state;
	stop_clamd();
	(void)close(process.core);
	(void)close(process.control);
	if (process.pid != 0)
		(void)ended(&process.pid);
	return rmdir(folder);
}

/* ---- a scanner ---- */

static bool read_all(int fd, void *into, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t got = read(fd, (char *)into + at, len - at);

		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

static bool read_word(int fd, char word[static 16])
{
	for (size_t at = 0; at < 16; at++) {
		if (!read_all(fd, &word[at], 1))
			return false;
		if (word[at] == '\0')
			return true;
	}
	return false;
}

static size_t read_stream(int fd)
{
	static uint8_t part[1 << 20];
	size_t all = 0;

	for (;;) {
		uint8_t head[4];
		size_t len;

		if (!read_all(fd, head, sizeof(head)))
			return 0;
		len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (len == 0)
			return all;
		if (len > sizeof(part) || !read_all(fd, part, len))
			return 0;
		all += len;
	}
}

/* reply NULL: breaks off when it has the file; hasty: before. */
static void answer(int fd, const char *reply, bool hasty, size_t wanted)
{
	char word[16];

	if (!read_word(fd, word))
		return;
	if (strcmp(word, "zVERSION") == 0) {
		static const char about[] = "ClamAV 1.4.3/27450/Fri Nov 20 08:26:33 2026";

		(void)!write(fd, about, sizeof(about));
		return;
	}
	if (strcmp(word, "zINSTREAM") != 0)
		return;
	if (!hasty && read_stream(fd) != wanted)
		reply = "stream: not the whole file ERROR";
	if (reply != NULL)
		(void)!write(fd, reply, strlen(reply) + 1);
}

static void clamd_says(const char *reply, bool hasty, size_t wanted)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	stop_clamd();
	socket_path(at.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(chmod(at.sun_path, 0666), 0);
	assert_int_equal(listen(listener, 8), 0);
	process.clamd = fork();
	if (process.clamd == 0)
		for (;;) {
			int fd = accept(listener, NULL, NULL);

			answer(fd, reply, hasty, wanted);
			(void)close(fd);
		}
	(void)close(listener);
}

/* ---- ---- */

static struct compartment compartment;

static struct scanner_verdict ask(struct bytes file)
{
	struct scanner_verdict verdict;

	atomic_store(&compartment.scan_fd, process.core);
	assert_ok(scanner_ask(&compartment, file, &verdict));
	assert_int_equal(atomic_load(&compartment.scan_fd), process.core);
	return verdict;
}

#define TEXT BYTES_LIT("園名,電話\r\nひまわり園,011-000-0000\r\n")

static void judges(void **state)
{
	struct scanner_verdict verdict;

	(void)state;
	REQ("K-52");
	clamd_says("stream: OK", false, TEXT.len);
	verdict = ask(TEXT);
	assert_int_equal(verdict.verdict, SCANWIRE_PASSED);
	assert_int_equal(verdict.media, MEDIA_CSV);
	assert_string_equal(verdict.engine, "ClamAV 1.4.3/27450");
	assert_int_equal(verdict.signatures_us, INT64_C(1795130793) * 1000000); /* 2026-11-20 08:26:33 +09:00 */
	clamd_says("stream: OK", false, 3);
	assert_int_equal(ask(BYTES_LIT("a\0b")).verdict, SCANWIRE_TYPE);
	clamd_says("stream: Eicar FOUND", false, TEXT.len);
	verdict = ask(TEXT);
	assert_int_equal(verdict.verdict, SCANWIRE_FOUND);
	assert_string_equal(verdict.found, "Eicar");
	assert_int_equal(verdict.media, MEDIA_NONE);
	clamd_says("stream: out of memory ERROR", false, TEXT.len);
	verdict = ask(TEXT);
	assert_int_equal(verdict.verdict, SCANWIRE_FAILED);
	assert_string_equal(verdict.found, "out of memory");
	clamd_says("nonsense", false, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_FAILED);
}

static void asks_for_the_scanner_alone(void **state)
{
	struct scanner_verdict verdict;

	(void)state;
	assert_int_equal(ask((struct bytes){0}).verdict, SCANWIRE_ABSENT);
	clamd_says("stream: OK", false, 0);
	verdict = ask((struct bytes){0});
	assert_int_equal(verdict.verdict, SCANWIRE_PASSED);
	assert_int_equal(verdict.media, MEDIA_NONE);
	assert_string_equal(verdict.engine, "ClamAV 1.4.3/27450");
}

static void scanner_gone_and_back(void **state)
{
	(void)state;
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_ABSENT);
	clamd_says("stream: OK", false, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_PASSED);
	stop_clamd();
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_ABSENT);
	clamd_says(NULL, false, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_BROKEN);
	/* An OK that comes before it has the file is none. */
	clamd_says(NULL, true, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_BROKEN);
	clamd_says("stream: OK", false, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_PASSED);
}

/* After some questions in vain it ends by itself, so that a fresh one finds a folder that was made anew. */
static void folder_made_anew(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(TEXT).verdict, SCANWIRE_ABSENT);
	assert_int_equal(ended(&process.pid), 0);
	(void)close(process.core);
	(void)close(process.control);
	start_process();
	clamd_says("stream: OK", false, TEXT.len);
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_PASSED);
}

static void large_files(void **state)
{
	size_t len = SCANWIRE_SIZE_MAX;
	uint8_t *file = malloc(len);

	(void)state;
	assert_non_null(file);
	memset(file, 'x', len);
	clamd_says("stream: OK", false, len);
	assert_int_equal(ask((struct bytes){file, len}).verdict, SCANWIRE_PASSED);
	/* It says so and closes without reading on. */
	clamd_says("INSTREAM size limit exceeded. ERROR", true, len);
	assert_int_not_equal(ask((struct bytes){file, len}).verdict, SCANWIRE_PASSED);
	clamd_says("stream: OK", true, len);
	assert_int_not_equal(ask((struct bytes){file, len}).verdict, SCANWIRE_PASSED);
	free(file);
}

static void killed_in_the_middle(void **state)
{
	struct scanner_verdict verdict;

	(void)state;
	clamd_says("stream: OK", false, TEXT.len);
	(void)kill(process.pid, SIGKILL);
	(void)ended(&process.pid);
	atomic_store(&compartment.scan_fd, process.core);
	assert_err(UNAVAILABLE, scanner_ask(&compartment, TEXT, &verdict));
	assert_int_equal(atomic_load(&compartment.scan_fd), -1);
	(void)close(process.control);
	start_process();
	assert_int_equal(ask(TEXT).verdict, SCANWIRE_PASSED);
}

static void foreign_frames(void **state)
{
	static const char *const rows[] = {
		"00", "020000000001" "00000001", "010100000001" "41", "010200000001", "010000000001" "01000001", "0100000000010000000100",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) message = {0};

		put_hex(&message, rows[i]);
		assert_int_equal(send(process.core, message.ptr, message.len, 0), message.len);
		assert_int_not_equal(ended(&process.pid), 0);
		(void)close(process.core);
		(void)close(process.control);
		start_process();
	}
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(judges),
		ROW(asks_for_the_scanner_alone),
		ROW(scanner_gone_and_back),
		ROW(folder_made_anew),
		ROW(large_files),
		ROW(killed_in_the_middle),
		ROW(foreign_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
