/*
 * Each kind of process from inside: what it may, and what ends it or is refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base/unit_test.h"
#include "proc/sandbox.h"

#define USER 61999

static const char folder_template[] = "/tmp/sandbox-test-XXXXXX";
static char folder[sizeof(folder_template)];
static const char outside_template[] = "/tmp/sandbox-outside-XXXXXX";
static char outside[sizeof(outside_template)];

static int setup(void **state)
{
	(void)state;
	memcpy(folder, folder_template, sizeof(folder));
	memcpy(outside, outside_template, sizeof(outside));
	if (mkdtemp(folder) == NULL || mkdtemp(outside) == NULL)
		return -1;
	return geteuid() == 0 ? chown(folder, USER, USER) : 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/file", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/renamed", folder);
	unlink(path);
	return rmdir(folder) + rmdir(outside);
}

struct trial {
	int (*act)(void);     /* 0: as expected */
	bool landlock_only;   /* no seccomp: what the folder rules alone refuse */
};

#define LISTED_PORT 9
static const uint16_t listed_ports[] = {LISTED_PORT, LISTED_PORT + 1};

static err enter(enum process_kind kind, bool landlock_only, int *keep, size_t keep_count)
{
	const struct sandbox *row = sandbox_of(kind);
	struct sandbox_paths paths = {
		.folder = kind == PROCESS_CORE || kind == PROCESS_KEYS || kind == PROCESS_SCAN ? folder : NULL,
		.user = USER,
		.supervisor = getppid(),
		.keep = keep,
		.keep_count = keep_count,
		.ports = listed_ports,
		.port_count = 2,
	};

	if (!landlock_only)
		return sandbox_enter(row, &paths);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || (paths.folder != NULL && chdir(folder) != 0))
		return FAIL(CORRUPT);
	return sandbox_landlock(row, &paths);
}

static void quiet(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

static int status_of(enum process_kind kind, int (*act)(void), bool landlock_only)
{
	int keep[1] = {2};
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		quiet();
		if (!err_is_ok(enter(kind, landlock_only, keep, 1)))
			_exit(99);
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void assert_may(enum process_kind kind, int (*act)(void))
{
	int status = status_of(kind, act, false);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void assert_killed(enum process_kind kind, int (*act)(void))
{
	int status = status_of(kind, act, false);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* ---- deeds ---- */

static int do_nothing(void)
{
	return 0;
}

static int do_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0; }
static int do_datagram(void) { return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0; }
static int do_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0; }
static int do_exec(void) { return execl("/bin/true", "true", NULL); }
static int do_ptrace(void) { return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static int do_io_uring(void) { return (int)syscall(SYS_io_uring_setup, 1, NULL); }
static int do_signal(void) { return kill(getppid(), 0); }
static int do_unshare(void) { return unshare(CLONE_NEWUSER); }
static int do_setuid(void) { return setuid(0); }
static int do_chroot(void) { return chroot("/"); }
static int do_mount(void) { return (int)syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL); }
static int do_bpf(void) { return (int)syscall(SYS_bpf, 0, NULL, 0); }

static int do_fork(void)
{
	return (int)syscall(SYS_fork);
}

static int do_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int do_protect(void)
{
	static uint8_t page[8192] __attribute__((aligned(4096)));

	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int open_refused(const char *path, int flags)
{
	return open(path, flags, 0600) >= 0 || (errno != EACCES && errno != ENOENT && errno != EPERM);
}

static int no_files(void)
{
	char path[64];
	struct stat status;

	snprintf(path, sizeof(path), "%s/file", folder);
	return open_refused("/etc/passwd", O_RDONLY) || open_refused("/proc/self/status", O_RDONLY) || open_refused(".", O_RDONLY) ||
	    open_refused(path, O_RDWR | O_CREAT) || stat("/etc/passwd", &status) == 0 || lstat("/etc", &status) == 0 || access("/etc/passwd", F_OK) == 0;
}

static void *thread(void *argument)
{
	*(int *)argument = 1;
	return malloc(1 << 20);
}

static int live(void)
{
	int ran = 0;
	void *got = NULL;
	pthread_t id;
	uint8_t random[8];

	if (pthread_create(&id, NULL, thread, &ran) != 0 || pthread_join(id, &got) != 0 || ran != 1)
		return 1;
	free(got);
	got = malloc((size_t)64 << 20);
	if (got == NULL)
		return 2;
	memset(got, 1, (size_t)64 << 20);
	free(got);
	if (getentropy(random, sizeof(random)) != 0 || time(NULL) == 0)
		return 3;
	return epoll_create1(EPOLL_CLOEXEC) < 0 ? 4 : 0;
}

static int aborts(void)
{
	abort();
}

static int own_folder(void)
{
	uint8_t byte = 7;
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat status;

	if (fd < 0 || pwrite(fd, &byte, 1, 0) != 1 || pread(fd, &byte, 1, 0) != 1 || fdatasync(fd) != 0 || fsync(fd) != 0 ||
	    ftruncate(fd, 0) != 0 || fstat(fd, &status) != 0 || close(fd) != 0)
		return 1;
	if (rename("file", "renamed") != 0 || stat("renamed", &status) != 0 || unlink("renamed") != 0)
		return 2;
	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) != 0 ? 3 : 0;
}

static int nothing_outside(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/file", outside);
	return open_refused("/etc/passwd", O_RDONLY) || open_refused(path, O_RDWR | O_CREAT) || open_refused("../../etc/passwd", O_RDONLY) ||
	    open_refused("/proc/1/environ", O_RDONLY) || open_refused("/proc/self/mem", O_RDWR);
}

static int landlock_outside(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/file", outside);
	return open_refused("/etc/passwd", O_RDONLY) || open_refused(path, O_RDWR | O_CREAT) || open_refused("../", O_RDONLY);
}

static int kept_descriptors(void)
{
	/* 2 was named; whatever else the test had open is gone. */
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 1;
	return fcntl(2, F_GETFD) < 0;
}

/* ---- ---- */

#define EACH_KIND(kind) for (enum process_kind kind = PROCESS_EDGE; kind < PROCESS_KIND_COUNT; kind++)

static void lives(void **state)
{
	(void)state;
	EACH_KIND(kind) {
		assert_may(kind, do_nothing);
		assert_may(kind, live);
		assert_may(kind, kept_descriptors);
		assert_int_equal(WTERMSIG(status_of(kind, aborts, false)), SIGABRT);
	}
}

static void none_may(void **state)
{
	static int (*const deeds[])(void) = {do_socket, do_unix_socket, do_exec, do_io_uring, do_signal, do_unshare, do_setuid, do_chroot,
		do_fork, do_code, do_protect, do_mount, do_bpf, do_ptrace};

	(void)state;
	REQ("K-60");
	EACH_KIND(kind)
		for (size_t i = 0; i < COUNT_OF(deeds); i++)
			if ((kind != PROCESS_SCAN || deeds[i] != do_unix_socket) &&
			    (kind != PROCESS_COURIER || (deeds[i] != do_socket && deeds[i] != do_unix_socket)))
				assert_killed(kind, deeds[i]);
}

static void files(void **state)
{
	(void)state;
	REQ("K-60");
	assert_may(PROCESS_EDGE, no_files);
	assert_may(PROCESS_READER, no_files);
	assert_may(PROCESS_RENDER, no_files);
	assert_may(PROCESS_SCAN, no_files);
	assert_may(PROCESS_CORE, own_folder);
	assert_may(PROCESS_KEYS, own_folder);
	assert_may(PROCESS_CORE, nothing_outside);
	assert_may(PROCESS_KEYS, nothing_outside);
}

/* The scanner's socket in the folder that is its root, and nothing else: no file there, no datagram, no other machine. */
static int local_socket_alone(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		return 1;
	return open_refused("socket", O_RDONLY) || open_refused("file", O_RDWR | O_CREAT) || open_refused(".", O_RDONLY);
}

static int do_unix_datagram(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0; }
static int do_listen(void) { return listen(socket(AF_UNIX, SOCK_STREAM, 0), 1); }

static void scanner_socket(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	REQ("K-60");
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(chmod(at.sun_path, 0666), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_may(PROCESS_SCAN, local_socket_alone);
	assert_killed(PROCESS_SCAN, do_unix_datagram);
	assert_killed(PROCESS_SCAN, do_datagram);
	assert_killed(PROCESS_SCAN, do_listen);
	close(fd);
	assert_int_equal(unlink(at.sun_path), 0);
}

static void landlock_alone(void **state)
{
	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
		skip();
	EACH_KIND(kind) {
		int status = status_of(kind, landlock_outside, true);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(status_of(PROCESS_CORE, own_folder, true), 0);
}

/* What the kernel says about the process, read from outside. */
static void assert_line(pid_t pid, const char *name, const char *value)
{
	char path[64];
	char line[256];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0) {
			assert_string_equal(line + strlen(name), value);
			found = true;
		}
	fclose(file);
	assert_true(found);
}

static void kernel_says_so(void **state)
{
	(void)state;
	REQ("K-60");
	EACH_KIND(kind) {
		int pair[2];
		char byte;
		pid_t child;

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		child = fork();
		if (child == 0) {
			quiet();
			if (!err_is_ok(enter(kind, false, &pair[1], 1)) || write(pair[1], "r", 1) != 1)
				_exit(99);
			_exit((int)read(pair[1], &byte, 1));
		}
		close(pair[1]);
		assert_int_equal(read(pair[0], &byte, 1), 1);
		assert_line(child, "Seccomp:\t", "2\n");
		assert_line(child, "NoNewPrivs:\t", "1\n");
		assert_line(child, "CapEff:\t", "0000000000000000\n");
		assert_line(child, "CapPrm:\t", "0000000000000000\n");
		assert_line(child, "CapInh:\t", "0000000000000000\n");
		assert_line(child, "CapAmb:\t", "0000000000000000\n");
		if (geteuid() == 0) {
			assert_line(child, "CapBnd:\t", "0000000000000000\n");
			assert_line(child, "Uid:\t", "61999\t61999\t61999\t61999\n");
			assert_line(child, "Gid:\t", "61999\t61999\t61999\t61999\n");
			assert_line(child, "Groups:\t", " \n");
		}
		close(pair[0]);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

static void wrong_parent(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		const struct sandbox_paths paths = {.user = USER, .supervisor = getpid()};

		quiet();
		_exit(err_is(sandbox_enter(sandbox_of(PROCESS_READER), &paths), ERR_CORRUPT) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void no_such_folder(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		const struct sandbox_paths paths = {.folder = "/nonexistent", .user = USER};

		quiet();
		_exit(err_is(sandbox_enter(sandbox_of(PROCESS_KEYS), &paths), ERR_CORRUPT) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* ---- the one that speaks outwards ---- */

static int connect_reason(uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f420304)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	return errno;
}

/* Nobody listens at any of them; but what is not on the list is not even asked. */
static int listed_ports_alone(void)
{
	return connect_reason(LISTED_PORT) != ECONNREFUSED || connect_reason(LISTED_PORT + 1) != ECONNREFUSED || connect_reason(LISTED_PORT + 2) != EACCES;
}

static int no_datagrams(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0 || errno != EACCES || socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static int do_netlink(void) { return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0) < 0; }

static void outward(void **state)
{
	(void)state;
	REQ("K-60");
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 4)
		assert_may(PROCESS_COURIER, listed_ports_alone);
	assert_may(PROCESS_COURIER, no_datagrams);
	assert_may(PROCESS_COURIER, no_files);
	assert_killed(PROCESS_COURIER, do_netlink);
	assert_killed(PROCESS_COURIER, do_listen);
	assert_killed(PROCESS_POST, do_socket);
	assert_may(PROCESS_POST, no_files);
}

/* ---- the nursery and its runs ---- */

#define DOOR_PORT 9

/* First as the nursery, then narrower. */
static int run_status(enum rights rights, int (*act)(void))
{
	int keep[1] = {2};
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox_paths paths = {.user = USER, .supervisor = getppid(), .keep = keep, .keep_count = 1, .port = DOOR_PORT};

		quiet();
		if (!err_is_ok(sandbox_enter(sandbox_nursery(), &paths)))
			_exit(99);
		if (!err_is_ok(sandbox_narrow(sandbox_run(rights), &paths)))
			_exit(98);
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* Nobody listens at either; but one is not even asked. */
static int only_the_door(void)
{
	return connect_reason(DOOR_PORT) != ECONNREFUSED || connect_reason(DOOR_PORT + 1) != EACCES;
}

static int reads_the_host(void)
{
	char path[64];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	snprintf(path, sizeof(path), "%s/file", outside);
	return fd < 0 || open("/proc/net/tcp", O_RDONLY | O_CLOEXEC) < 0 || open_refused(path, O_RDWR) != 0 || open("/etc/passwd", O_WRONLY | O_CLOEXEC) >= 0;
}

static int do_create(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/file", outside);
	return open(path, O_RDONLY | O_CREAT, 0600) < 0;
}

static void runs(void **state)
{
	static int (*const deeds[])(void) = {do_exec, do_io_uring, do_signal, do_unshare, do_setuid, do_chroot, do_fork, do_code, do_mount, do_bpf, do_ptrace, do_datagram};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	(void)state;
	REQ("K-60");
	for (unsigned rights = 0; rights < RIGHTS_HOSTILE; rights++) {
		assert_int_equal(run_status((enum rights)rights, do_nothing), 0);
		assert_int_equal(run_status((enum rights)rights, live), 0);
		for (size_t i = 0; i < COUNT_OF(deeds); i++)
			assert_int_equal(WTERMSIG(run_status((enum rights)rights, deeds[i])), SIGSYS);
		if (abi >= 4)
			assert_int_equal(run_status((enum rights)rights, only_the_door), 0);
	}
	assert_int_equal(run_status(RIGHTS_DOOR, no_files), 0);
	assert_int_equal(run_status(RIGHTS_HOST, reads_the_host), 0);
	assert_int_equal(WTERMSIG(run_status(RIGHTS_HOST, do_create)), SIGSYS);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(lives),
		ROW(none_may),
		ROW(files),
		ROW(scanner_socket),
		ROW(landlock_alone),
		ROW(kernel_says_so),
		ROW(outward),
		ROW(wrong_parent),
		ROW(no_such_folder),
		ROW(runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
