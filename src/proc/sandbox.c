#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/log.h"
#include "proc/sandbox.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ---- system calls ---- */

/* A row without a mask allows the call; with one, only when (argument & mask) == value; with `stream`, a socket of that type alone. */
struct call_row {
	int call;
	int refuse;        /* 0: allow; otherwise the errno it gets: for what libraries try in vain but may not have */
	unsigned argument;
	uint64_t mask;
	uint64_t value;
	bool stream;
};

#define SOCKET_TYPE UINT64_C(0xf) /* without SOCK_CLOEXEC and SOCK_NONBLOCK */
#define MAY_STREAM(domain) {.call = SCMP_SYS(socket), .argument = 0, .mask = LOW_BITS, .value = (domain), .stream = true}
#define MAY(name) {.call = SCMP_SYS(name)}
#define MAY_IF(name, at, bits, is) {.call = SCMP_SYS(name), .argument = (at), .mask = (bits), .value = (is)}
#define REFUSE(name, number) {.call = SCMP_SYS(name), .refuse = (number)}
#define REFUSE_IF(name, number, at, bits, is) {.call = SCMP_SYS(name), .refuse = (number), .argument = (at), .mask = (bits), .value = (is)}
#define ALL_BITS UINT64_MAX
#define LOW_BITS UINT64_C(0xffffffff) /* of an int: the kernel ignores the upper half */
#define THREAD_FLAGS ((uint64_t)(CLONE_THREAD | CLONE_VM | CLONE_SIGHAND))
#define NEW_SPACES ((uint64_t)(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP))

/* Every process: what libc needs to live, take time, keep memory and run threads. */
static const struct call_row calls_life[] = {
	MAY(read), MAY(write), MAY(readv), MAY(writev), MAY(close), MAY(lseek), MAY(fstat),
	MAY(exit), MAY(exit_group), MAY(rt_sigreturn), MAY(rt_sigprocmask), MAY(rt_sigaction), MAY(rt_sigtimedwait), MAY(sigaltstack), MAY(restart_syscall),
	MAY(futex), MAY(sched_yield), MAY(sched_getaffinity), MAY(set_robust_list), MAY(set_tid_address), MAY(rseq), MAY(membarrier),
	MAY(nanosleep), MAY(clock_nanosleep), MAY(clock_gettime), MAY(clock_getres), MAY(gettimeofday), MAY(time),
	MAY(getrandom), MAY(brk), MAY(munmap), MAY(mremap), MAY(madvise), MAY(getrusage), MAY(sysinfo),
	MAY(getpid), MAY(gettid), MAY(getppid), MAY(getuid), MAY(geteuid), MAY(getgid), MAY(getegid),
	MAY(poll), MAY(ppoll), MAY(epoll_create1), MAY(epoll_ctl), MAY(epoll_wait), MAY(epoll_pwait), MAY(eventfd2), MAY(pipe2),
	MAY(timerfd_create), MAY(timerfd_settime),
	MAY(recvmsg), MAY(sendmsg), MAY(recvfrom), MAY(sendto), MAY(shutdown),
	/* No memory becomes code. */
	MAY_IF(mmap, 2, PROT_EXEC, 0), MAY_IF(mprotect, 2, PROT_EXEC, 0),
	/* Threads, no processes; libc tries clone3 first and must hear that there is none. */
	MAY_IF(clone, 0, THREAD_FLAGS | NEW_SPACES, THREAD_FLAGS), REFUSE(clone3, ENOSYS),
	MAY_IF(fcntl, 1, LOW_BITS, F_GETFL), MAY_IF(fcntl, 1, LOW_BITS, F_SETFL), MAY_IF(fcntl, 1, LOW_BITS, F_GETFD), MAY_IF(fcntl, 1, LOW_BITS, F_SETFD),
	MAY_IF(fcntl, 1, LOW_BITS, F_DUPFD_CLOEXEC),
	MAY_IF(prctl, 0, LOW_BITS, PR_SET_NAME),
	MAY_IF(ioctl, 1, LOW_BITS, FIONREAD), REFUSE_IF(ioctl, ENOTTY, 1, LOW_BITS, 0x5401 /* TCGETS: is it a terminal? */),
	MAY_IF(prlimit64, 2, ALL_BITS, 0), /* ask, not set */
	MAY_IF(newfstatat, 3, LOW_BITS, AT_EMPTY_PATH),
};

/* Where no file may be opened: a library that tries hears that it may not. */
static const struct call_row calls_no_files[] = {
	REFUSE(open, EACCES), REFUSE(openat, EACCES), REFUSE(access, EACCES), REFUSE(faccessat, EACCES), REFUSE(stat, EACCES), REFUSE(lstat, EACCES),
	REFUSE(readlink, EACCES), REFUSE(readlinkat, EACCES), REFUSE(getcwd, EACCES),
	REFUSE_IF(newfstatat, EACCES, 3, LOW_BITS, 0), REFUSE_IF(newfstatat, EACCES, 3, LOW_BITS, AT_SYMLINK_NOFOLLOW),
};

static const struct call_row calls_accept[] = {
	MAY(accept4), MAY(getsockopt), MAY(setsockopt), MAY(getsockname), MAY(getpeername), MAY(recvmmsg), MAY(sendmmsg), MAY(pread64), MAY(dup),
};

/* Of a channel that was just handed over. */
static const struct call_row calls_channel[] = {
	MAY(getsockopt), MAY(setsockopt), MAY(recvmmsg), MAY(sendmmsg),
};

static const struct call_row calls_files[] = {
	MAY(open), MAY(openat), MAY(pread64), MAY(pwrite64), MAY(fsync), MAY(fdatasync), MAY(ftruncate), MAY(flock), MAY(fchmod), MAY(umask),
	MAY(rename), MAY(renameat), MAY(renameat2), MAY(unlink), MAY(unlinkat), MAY(access), MAY(faccessat), MAY(faccessat2), MAY(stat), MAY(lstat), MAY(newfstatat),
	MAY(statfs), MAY(fstatfs), MAY(getcwd), MAY(readlink), MAY(readlinkat),
	MAY_IF(fcntl, 1, LOW_BITS, F_SETLK), MAY_IF(fcntl, 1, LOW_BITS, F_SETLKW), MAY_IF(fcntl, 1, LOW_BITS, F_GETLK),
	MAY_IF(fcntl, 1, LOW_BITS, F_OFD_SETLK), MAY_IF(fcntl, 1, LOW_BITS, F_OFD_GETLK),
};

static const struct call_row calls_database[] = {
	MAY(fallocate), MAY(preadv), MAY(pwritev), MAY(getdents64), MAY(mkdir), MAY(mkdirat), MAY(rmdir), MAY(sync_file_range), MAY(utimensat), MAY(fadvise64), MAY(dup),
	MAY_IF(setpriority, 0, LOW_BITS, PRIO_PROCESS), /* the password pool steps back behind those who are signed in */
	REFUSE(fchown, EPERM), /* SQLite, when run by root: gives its files the database's owner, which they have */
};

/* A channel for each run. */
static const struct call_row calls_pairs[] = {
	MAY_IF(socketpair, 0, LOW_BITS, AF_UNIX), MAY(getsockopt), MAY(setsockopt),
};

/* As everybody's browser does, and not even with datagrams. */
static const struct call_row calls_connect[] = {
	MAY_STREAM(AF_INET), MAY_STREAM(AF_INET6), REFUSE_IF(socket, EACCES, 0, LOW_BITS, AF_UNIX),
	MAY(connect), MAY(bind), MAY(getsockopt), MAY(setsockopt), MAY(getsockname), MAY(getpeername),
};

/* ClamAV's daemon listens on a socket of the local machine. */
static const struct call_row calls_local[] = {
	MAY_STREAM(AF_UNIX), MAY(connect),
};

/* From a socket that listens already. */
static const struct call_row calls_answer[] = {
	MAY(accept4),
};

/* What libraries try beside: a datagram, to learn whether there is IPv6. */
static const struct call_row calls_no_datagrams[] = {
	REFUSE_IF(socket, EACCES, 1, SOCKET_TYPE, SOCK_DGRAM),
};

/* Reading, and nothing else, wherever the system lets anybody read. */
static const struct call_row calls_look[] = {
	MAY_IF(open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY), MAY_IF(openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
	REFUSE_IF(open, EACCES, 1, O_ACCMODE, O_RDWR), REFUSE_IF(openat, EACCES, 2, O_ACCMODE, O_RDWR),
	REFUSE_IF(open, EACCES, 1, O_ACCMODE, O_WRONLY), REFUSE_IF(openat, EACCES, 2, O_ACCMODE, O_WRONLY),
	MAY(pread64), MAY(getdents64), MAY(access), MAY(faccessat), MAY(faccessat2), MAY(stat), MAY(lstat), MAY(newfstatat), MAY(readlink), MAY(readlinkat),
	MAY(statfs), MAY(fstatfs), MAY(getcwd), MAY(uname), MAY(fadvise64),
	MAY(adjtimex), MAY(clock_adjtime), /* to set the clock takes a capability */
};

/* Starts the runs, ends those that take too long, and narrows each before it begins: filters only ever take away. */
static const struct call_row calls_nursery[] = {
	MAY(clone), MAY(wait4), MAY(waitid), MAY(kill), MAY(prctl), MAY(seccomp), MAY(landlock_create_ruleset), MAY(landlock_add_rule), MAY(landlock_restrict_self),
	MAY(capset), MAY(close_range), MAY(chdir), MAY(prlimit64), MAY(setrlimit), MAY(mlockall),
};

/* What the sanitizers' runtime does beside: look at its own memory map and print. */
static const struct call_row calls_sanitizer[] = {
	MAY(sched_getparam), MAY(sched_getscheduler), MAY(setrlimit), MAY(getrlimit), MAY(gettid), MAY(prctl), MAY(ioctl), MAY(mincore), MAY(personality),
	MAY(process_vm_readv), MAY(dup2), MAY(dup),
};

/* The supervisor's children inherit its filter, so it names what nobody of us ever needs. */
static const int calls_never[] = {
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
#if !SANITIZED
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl), SCMP_SYS(acct), SCMP_SYS(quotactl),
};

struct call_group {
	const struct call_row *rows;
	size_t count;
};

#define GROUP(table) {(table), sizeof(table) / sizeof((table)[0])}
#define GROUPS_MAX 6
#define INSTANCES_MAX 8 /* installations of one machine have the same users unless told otherwise; the kernel counts their threads together */

/* ---- the rows ---- */

struct sandbox {
	const char *name;
	struct call_group groups[GROUPS_MAX];
	bool folder;         /* has one of its own */
	bool stands;         /* its root is a folder in which it may open nothing: only sockets are reached there */
	bool host;           /* may read the machine's files */
	bool connects;       /* to one port */
	bool keeps_secrets;  /* lock memory against swap */
	rlim_t files_max;
	rlim_t threads_max;  /* where the user is its own */
};

/* K-60, DESIGN "Processes": whoever parses what strangers send reaches no file; whoever holds data opens no socket. */
static const struct sandbox sandboxes[PROCESS_KIND_COUNT] = {
	[PROCESS_EDGE] = {
		.name = "edge",
		.groups = {GROUP(calls_life), GROUP(calls_accept), GROUP(calls_no_files)},
		.keeps_secrets = true,
		.files_max = 65536,
		.threads_max = 32,
	},
	[PROCESS_CORE] = {
		.name = "core",
		.groups = {GROUP(calls_life), GROUP(calls_channel), GROUP(calls_files), GROUP(calls_database)},
		.folder = true,
		.keeps_secrets = true,
		.files_max = 4096,
		.threads_max = 64,
	},
	[PROCESS_KEYS] = {
		.name = "keys",
		.groups = {GROUP(calls_life), GROUP(calls_files)},
		.folder = true,
		.keeps_secrets = true,
		.files_max = 64,
		.threads_max = 4,
	},
	[PROCESS_READER] = {
		.name = "reader",
		.groups = {GROUP(calls_life), GROUP(calls_no_files)},
		.files_max = 64,
		.threads_max = 4,
	},
	[PROCESS_RENDER] = {
		.name = "render",
		.groups = {GROUP(calls_life), GROUP(calls_no_files)},
		.files_max = 64,
		.threads_max = 4,
	},
	[PROCESS_SCAN] = {
		.name = "scan",
		.groups = {GROUP(calls_life), GROUP(calls_local), GROUP(calls_no_files)},
		.stands = true,
		.files_max = 64,
		.threads_max = 4,
	},
	/* What a core has: that is what it tries. */
	[PROCESS_INTRUDER] = {
		.name = "intruder",
		.groups = {GROUP(calls_life), GROUP(calls_channel), GROUP(calls_files), GROUP(calls_database)},
		.folder = true,
		.keeps_secrets = true,
		.files_max = 4096,
		.threads_max = 64,
	},
	[PROCESS_PROVE] = {
		.name = "prove",
		.groups = {GROUP(calls_life), GROUP(calls_pairs), GROUP(calls_no_files)},
		.keeps_secrets = true,
		.files_max = 256,
		.threads_max = 16,
	},
	[PROCESS_POST] = {
		.name = "post",
		.groups = {GROUP(calls_life), GROUP(calls_no_files)},
		.files_max = 256,
		.threads_max = 4,
	},
	/* The only one that speaks outwards, and only to the ports of those on its list. */
	[PROCESS_COURIER] = {
		.name = "courier",
		.groups = {GROUP(calls_life), GROUP(calls_connect), GROUP(calls_no_datagrams), GROUP(calls_answer), GROUP(calls_no_files)},
		.connects = true,
		.keeps_secrets = true,
		.files_max = 256,
		.threads_max = 16,
	},
};

static const struct sandbox nursery = {
	.name = "nursery",
	.groups = {GROUP(calls_life), GROUP(calls_look), GROUP(calls_connect), GROUP(calls_nursery)},
	.host = true,
	.connects = true,
	.files_max = 64,
	.threads_max = 16,
};

/* RIGHTS_HOSTILE is no row here: see proc/intruder.c. */
static const struct sandbox runs[RIGHTS_HOSTILE] = {
	[RIGHTS_DOOR] = {
		.name = "run at the door",
		.groups = {GROUP(calls_life), GROUP(calls_connect), GROUP(calls_no_files)},
		.connects = true,
		.keeps_secrets = true,
		.files_max = 64,
		.threads_max = 16,
	},
	[RIGHTS_HOST] = {
		.name = "run on the host",
		.groups = {GROUP(calls_life), GROUP(calls_connect), GROUP(calls_look)},
		.host = true,
		.connects = true,
		.keeps_secrets = true,
		.files_max = 64,
		.threads_max = 16,
	},
};

const struct sandbox *sandbox_nursery(void)
{
	return &nursery;
}

const struct sandbox *sandbox_run(enum rights rights)
{
	REQUIRE((unsigned)rights < RIGHTS_HOSTILE);
	return &runs[rights];
}

const struct sandbox *sandbox_of(enum process_kind kind)
{
	REQUIRE(kind > PROCESS_SUPERVISOR && kind < PROCESS_KIND_COUNT);
	return &sandboxes[kind];
}

static err failed(const char *step)
{
	log_error("sandbox: %s: %s", step, strerror(errno));
	return FAIL(CORRUPT);
}

/* ---- the filter ---- */

static int add_row(scmp_filter_ctx filter, const struct call_row *row)
{
	uint32_t action = row->refuse == 0 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO((uint16_t)row->refuse);

	if (row->mask == 0)
		return seccomp_rule_add(filter, action, row->call, 0);
	if (row->stream)
		return seccomp_rule_add(filter, action, row->call, 2, SCMP_CMP(row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->value),
		    SCMP_CMP(1, SCMP_CMP_MASKED_EQ, SOCKET_TYPE, SOCK_STREAM));
	return seccomp_rule_add(filter, action, row->call, 1, SCMP_CMP(row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->value));
}

static bool add_group(scmp_filter_ctx filter, const struct call_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (add_row(filter, &group->rows[i]) != 0)
			return false;
	return true;
}

static bool add_all(scmp_filter_ctx filter, const struct sandbox *row)
{
	static const struct call_group sanitizer = GROUP(calls_sanitizer);
	/* abort() signals its own process, and no other. */
	const struct call_row own_signal = MAY_IF(tgkill, 0, LOW_BITS, (uint64_t)getpid());

	for (size_t i = 0; i < GROUPS_MAX; i++)
		if (!add_group(filter, &row->groups[i]))
			return false;
	if (SANITIZED && !add_group(filter, &sanitizer))
		return false;
	return add_row(filter, &own_signal) == 0;
}

err sandbox_filter(const struct sandbox *row)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool done;

	if (filter == NULL)
		return failed("seccomp_init");
	done = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
	    add_all(filter, row) &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return done ? OK : failed("seccomp");
}

static err filter_never(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool done;

	if (filter == NULL)
		return failed("seccomp_init");
	done = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
	for (size_t i = 0; i < sizeof(calls_never) / sizeof(calls_never[0]); i++)
		done = done && seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls_never[i], 0) == 0;
	done = done && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return done ? OK : failed("seccomp");
}

/* ---- Landlock: linux-libc-dev 6.1 stops at ABI 2, so the layout is ours ---- */

struct landlock_rules {
	uint64_t files;
	uint64_t network; /* ABI 4 */
	uint64_t scopes;  /* ABI 6 */
};

struct landlock_below {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

#define LANDLOCK_VERSION 1u
#define LANDLOCK_PATH_BENEATH 1
#define FILES_ABI1 ((UINT64_C(1) << 13) - 1)
#define FILES_REFER (UINT64_C(1) << 13)     /* ABI 2 */
#define FILES_TRUNCATE (UINT64_C(1) << 14)  /* ABI 3 */
#define FILES_IOCTL (UINT64_C(1) << 15)     /* ABI 5 */
#define FILES_EXECUTE (UINT64_C(1) << 0)
#define FILES_MAKE_DEVICES ((UINT64_C(1) << 6) | (UINT64_C(1) << 11))
#define NETWORK_BIND_CONNECT 3u
#define NETWORK_CONNECT 2u
#define LANDLOCK_NET_PORT 2
#define SCOPE_ABSTRACT_SIGNAL 3u

struct landlock_port {
	uint64_t allowed;
	uint64_t port;
};

#define FILES_READ ((UINT64_C(1) << 2) | (UINT64_C(1) << 3)) /* files; directories */

static struct landlock_rules rules_of(long abi)
{
	struct landlock_rules rules = {.files = FILES_ABI1};

	if (abi >= 2)
		rules.files |= FILES_REFER;
	if (abi >= 3)
		rules.files |= FILES_TRUNCATE;
	if (abi >= 4)
		rules.network = NETWORK_BIND_CONNECT;
	if (abi >= 5)
		rules.files |= FILES_IOCTL;
	if (abi >= 6)
		rules.scopes = SCOPE_ABSTRACT_SIGNAL;
	return rules;
}

/* Everything in the own folder but running and making devices. The working directory is the folder by now. */
static err allow_folder(int ruleset, const struct landlock_rules *rules)
{
	struct landlock_below below = {.allowed = rules->files & ~(FILES_EXECUTE | FILES_MAKE_DEVICES | FILES_IOCTL)};
	int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	long result;

	if (folder < 0)
		return failed("opening the folder");
	below.folder = folder;
	result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &below, 0);
	(void)close(folder); /* O_PATH */
	return result == 0 ? OK : failed("landlock_add_rule");
}

static err allow_host(int ruleset)
{
	struct landlock_below below = {.allowed = FILES_READ};
	int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	long result;

	if (folder < 0)
		return failed("opening the root");
	below.folder = folder;
	result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &below, 0);
	(void)close(folder); /* O_PATH */
	return result == 0 ? OK : failed("landlock_add_rule");
}

/* Binding stays allowed: a run comes from another address, and listens to nobody. */
static err allow_port(int ruleset, uint16_t number)
{
	const struct landlock_port port = {.allowed = NETWORK_CONNECT, .port = number};

	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_NET_PORT, &port, 0) == 0 ? OK : failed("landlock_add_rule of a port");
}

static err allow_ports(int ruleset, const struct sandbox_paths *paths)
{
	if (paths->port != 0)
		TRY(allow_port(ruleset, paths->port));
	for (size_t i = 0; i < paths->port_count; i++)
		TRY(allow_port(ruleset, paths->ports[i]));
	return OK;
}

err sandbox_landlock(const struct sandbox *row, const struct sandbox_paths *paths)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	struct landlock_rules rules;
	int ruleset;
	err result = OK;

	if (abi < 1) {
		log_warn("sandbox: this kernel has no Landlock; files are kept apart by user and root folder only");
		return OK;
	}
	rules = rules_of(abi);
	if (row->connects && rules.network != 0)
		rules.network = NETWORK_CONNECT;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (ruleset < 0)
		return failed("landlock_create_ruleset");
	if (row->folder && paths->folder != NULL)
		result = allow_folder(ruleset, &rules);
	if (err_is_ok(result) && row->host)
		result = allow_host(ruleset);
	if (err_is_ok(result) && row->connects && rules.network != 0)
		result = allow_ports(ruleset, paths);
	if (err_is_ok(result) && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		result = failed("landlock_restrict_self");
	(void)close(ruleset);
	return result;
}

/* ---- descriptors, limits, memory ---- */

static int by_number(const void *a, const void *b)
{
	int left = *(const int *)a;
	int right = *(const int *)b;

	return (left > right) - (left < right);
}

static err close_others(const struct sandbox_paths *paths)
{
	int keep[BOOT_FDS_MAX];
	unsigned next = STDERR_FILENO + 1;

	if (paths->keep == NULL)
		return OK;
	REQUIRE(paths->keep_count <= BOOT_FDS_MAX);
	memcpy(keep, paths->keep, paths->keep_count * sizeof(*keep));
	qsort(keep, paths->keep_count, sizeof(*keep), by_number);
	for (size_t i = 0; i < paths->keep_count; i++) {
		if (keep[i] < (int)next)
			continue;
		if ((unsigned)keep[i] > next && close_range(next, (unsigned)keep[i] - 1, 0) != 0)
			return failed("close_range");
		next = (unsigned)keep[i] + 1;
	}
	return close_range(next, ~0u, 0) == 0 ? OK : failed("close_range");
}

static err limit(int resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
		return failed("getrlimit");
	if (now.rlim_max < most)
		most = now.rlim_max;
	now = (struct rlimit){.rlim_cur = most, .rlim_max = most};
	return setrlimit((__rlimit_resource_t)resource, &now) == 0 ? OK : failed("setrlimit");
}

static err limits(const struct sandbox *row, bool own_user)
{
	TRY(limit(RLIMIT_CORE, 0));
	TRY(limit(RLIMIT_NOFILE, row->files_max));
	/* The kernel counts per user: with a shared one, others' threads would use this up. */
	return own_user && !SANITIZED ? limit(RLIMIT_NPROC, row->threads_max * INSTANCES_MAX) : OK;
}

/* Only with an unlimited limit: with another, a later allocation would fail instead of being left unlocked. */
static void lock_memory(const struct sandbox *row)
{
	const struct rlimit unlimited = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};

	if (SANITIZED)
		return;
	if (setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0 || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
		if (row == &sandboxes[PROCESS_KEYS]) /* said once for each compartment */
			log_info("memory cannot be locked against swapping here (%s); keep swap off or encrypted", strerror(errno));
}

/* ---- root, user, capabilities ---- */

/* A directory without a name: nothing is in it and nothing can be made in it. */
static err empty_root(void)
{
	char name[] = "/tmp/sekimori-XXXXXX";

	if (mkdtemp(name) == NULL)
		return failed("mkdtemp");
	if (chdir(name) != 0 || rmdir(name) != 0 || chroot(".") != 0)
		return failed("entering an empty root");
	return OK;
}

static err enter_root(const struct sandbox *row, const struct sandbox_paths *paths)
{
	bool root = geteuid() == 0;

	if (row->host)
		return chdir("/") == 0 ? OK : failed("chdir");
	if ((!row->folder && !row->stands) || paths->folder == NULL)
		return root ? empty_root() : chdir("/") == 0 ? OK : failed("chdir");
	if (chdir(paths->folder) != 0)
		return failed("entering the folder");
	if (root && (chroot(".") != 0 || chdir("/") != 0))
		return failed("chroot");
	return OK;
}

static err change_user(const struct sandbox_paths *paths, bool *changed_out)
{
	uid_t user = (uid_t)paths->user;

	*changed_out = false;
	if (geteuid() != 0) {
		log_info("sandbox: not started by root, so that user and root folder stay as they are");
		return OK;
	}
	if (user == 0) {
		log_warn("sandbox: started by root and told to stay root");
		return OK;
	}
	if (setgroups(0, NULL) != 0 || setresgid((gid_t)user, (gid_t)user, (gid_t)user) != 0 || setresuid(user, user, user) != 0)
		return failed("changing the user");
	REQUIRE(geteuid() == user && setuid(0) != 0);
	*changed_out = true;
	return OK;
}

/* Before the user changes, while there is the right to. */
static err drop_bounding(void)
{
	if (geteuid() != 0)
		return OK; /* no right to; no-new-privileges makes the set worthless */
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			return failed("dropping the bounding set");
	/* So that a process that stays root is as weak as any other user. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0, 0) != 0)
		return failed("securebits");
	return OK;
}

static err drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return failed("ambient capabilities");
	return syscall(SYS_capset, &header, none) == 0 ? OK : failed("capset");
}

/* A change of user clears the death signal; the supervisor may have gone before it is set. */
static err follow(pid_t supervisor)
{
	if (supervisor == 0)
		return OK;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return failed("death signal");
	if (getppid() == supervisor)
		return OK;
	errno = ESRCH;
	return failed("the supervisor");
}

err sandbox_confine(const struct sandbox *row, const struct sandbox_paths *paths)
{
	bool own_user;

	TRY(close_others(paths));
	if (row->keeps_secrets)
		lock_memory(row);
	TRY(enter_root(row, paths));
	TRY(drop_bounding());
	TRY(change_user(paths, &own_user));
	TRY(limits(row, own_user));
	TRY(drop_capabilities());
	TRY(follow(paths->supervisor));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return failed("dumpable");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("no new privileges");
	return sandbox_landlock(row, paths);
}

err sandbox_enter(const struct sandbox *row, const struct sandbox_paths *paths)
{
	TRY(sandbox_confine(row, paths));
	return sandbox_filter(row);
}

err sandbox_narrow(const struct sandbox *row, const struct sandbox_paths *paths)
{
	TRY(close_others(paths));
	if (row->keeps_secrets)
		lock_memory(row);
	TRY(limits(row, false)); /* the number of threads stays */
	TRY(drop_capabilities());
	TRY(follow(paths->supervisor));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return failed("dumpable");
	TRY(sandbox_landlock(row, paths));
	return sandbox_filter(row);
}

/* What starting children under other users takes. */
static bool supervisor_needs(int capability)
{
	static const int needed[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_SETUID, CAP_SETGID, CAP_SETPCAP, CAP_SYS_CHROOT, CAP_KILL, CAP_IPC_LOCK, CAP_SYS_RESOURCE};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i] == capability)
			return true;
	return false;
}

static err supervisor_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (geteuid() != 0)
		return drop_capabilities();
	if (syscall(SYS_capget, &header, sets) != 0)
		return failed("capget");
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
		if (supervisor_needs(capability))
			continue;
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			return failed("narrowing the bounding set");
		sets[capability / 32].permitted &= ~(1u << (capability % 32));
	}
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets[i].effective &= sets[i].permitted;
		sets[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, sets) == 0 ? OK : failed("capset");
}

err sandbox_supervisor(void)
{
	TRY(supervisor_capabilities());
	TRY(limit(RLIMIT_CORE, 0));
	/* Without root its children share its user: one of them must not see into it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return failed("dumpable");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed("no new privileges");
	return filter_never();
}

err sandbox_boot(const struct boot *boot)
{
	return sandbox_boot_ports(boot, NULL, 0);
}

err sandbox_boot_ports(const struct boot *boot, const uint16_t *ports, size_t count)
{
	const struct sandbox_paths paths = {
		.ports = ports,
		.port_count = count,
		.folder = boot->directory[0] == '\0' ? NULL : boot->directory,
		.user = boot->user,
		.supervisor = boot->supervisor,
	};

	return sandbox_enter(sandbox_of(boot->kind), &paths);
}
