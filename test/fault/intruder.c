/*
 * intruder - what somebody can reach who has the rights of one of our processes, and a shell besides.
 *
 *   intruder UID  < list        one thing a line:
 *                                 file PATH       must not be opened, looked at or replaced
 *                                 folder PATH     must not be listed or written to
 *                                 process PID     of another user: neither seen into nor touched
 *                                 twin PID        of the same user: not seen into
 *
 * Prints "reached …" for whatever succeeded and ends with "tried N". Exit status 0 when it has run through.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 64 /* numbers that are tried in a stranger's table */

static unsigned tried;

static void judge(bool reached, const char *deed, const char *object)
{
	tried++;
	if (reached)
		printf("reached %s %s\n", deed, object);
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void try_file(const char *path)
{
	struct stat status;
	char beside[4096];

	judge(opens(path, O_RDONLY), "read", path);
	judge(opens(path, O_WRONLY), "write", path);
	judge(opens(path, O_PATH), "path", path);
	judge(stat(path, &status) == 0, "stat", path);
	judge(truncate(path, 0) == 0, "truncate", path);
	judge(chmod(path, 0666) == 0, "chmod", path);
	snprintf(beside, sizeof(beside), "/tmp/intruder-%d", getpid());
	judge(link(path, beside) == 0, "link", path);
	unlink(beside);
}

static void try_folder(const char *path)
{
	char inside[4096];
	DIR *folder = opendir(path);

	judge(folder != NULL, "list", path);
	if (folder != NULL)
		closedir(folder);
	snprintf(inside, sizeof(inside), "%s/intruder", path);
	judge(opens(inside, O_WRONLY | O_CREAT), "create", inside);
	judge(mkdir(inside, 0700) == 0, "mkdir", inside);
	judge(symlink("/etc/passwd", inside) == 0, "symlink", inside);
}

static void try_proc(const char *pid, const char *name, int flags)
{
	char path[96];
	char byte;
	int fd;
	bool got;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, flags | O_CLOEXEC);
	/* Some open for everybody and refuse, or say nothing, on reading. */
	got = fd >= 0 && ((flags & O_ACCMODE) == O_WRONLY || read(fd, &byte, 1) > 0);
	if (fd >= 0)
		close(fd);
	judge(got, "open", path);
}

static void try_link(const char *pid, const char *name)
{
	char path[96];
	char target[4096];

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	judge(readlink(path, target, sizeof(target)) >= 0, "readlink", path);
	judge(opens(path, O_RDONLY), "open", path);
}

static void try_descriptors(const char *text, pid_t pid)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	char object[96];

	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);

		snprintf(object, sizeof(object), "%s fd %d", text, fd);
		judge(copy >= 0, "pidfd_getfd", object);
		if (copy >= 0)
			close(copy);
		snprintf(object, sizeof(object), "fd/%d", fd);
		try_link(text, object);
	}
	if (process >= 0)
		close(process);
}

static void try_memory(const char *text, pid_t pid)
{
	static const char *const readable[] = {"mem", "environ", "maps", "smaps", "auxv", "pagemap", "stack", "syscall", "io", "personality"};
	static const char *const links[] = {"root", "cwd", "exe"};
	char byte[1];
	struct iovec here = {byte, 1};
	struct iovec there = {(void *)(uintptr_t)&tried, 1}; /* an address as good as any: the right is looked at first */

	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		try_proc(text, readable[i], O_RDONLY);
	try_proc(text, "mem", O_WRONLY);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		try_link(text, links[i]);
	judge(ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0, "ptrace seize", text);
	judge(ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0, "ptrace attach", text);
	judge(process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT, "process_vm_readv", text);
	judge(process_vm_writev(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT, "process_vm_writev", text);
	judge(syscall(SYS_kcmp, getpid(), pid, 0, 0, 0) >= 0, "kcmp", text);
	try_descriptors(text, pid);
}

static void try_touch(const char *text, pid_t pid)
{
	cpu_set_t one;
	struct rlimit limit;
	int process = (int)syscall(SYS_pidfd_open, pid, 0);

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	judge(kill(pid, 0) == 0, "signal 0", text);
	judge(kill(pid, SIGURG) == 0, "kill", text);
	judge(process >= 0 && syscall(SYS_pidfd_send_signal, process, SIGURG, NULL, 0) == 0, "pidfd_send_signal", text);
	judge(prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0, "prlimit", text);
	judge(sched_setaffinity(pid, sizeof(one), &one) == 0, "sched_setaffinity", text);
	judge(setpriority(PRIO_PROCESS, (id_t)pid, 19) == 0, "setpriority", text);
	if (process >= 0)
		close(process);
}

static bool become(uid_t user)
{
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0))
		return false;
	/* Nothing of ours must be what protects the others. */
	return geteuid() == user && getuid() == user && setuid(0) != 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

int main(int argc, char **argv)
{
	char line[4096];

	if (argc != 2 || !become((uid_t)strtoul(argv[1], NULL, 10)))
		return 2;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *object = strchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		if (object == NULL)
			return 2;
		*object++ = '\0';
		if (strcmp(line, "file") == 0) {
			try_file(object);
		} else if (strcmp(line, "folder") == 0) {
			try_folder(object);
		} else if (strcmp(line, "process") == 0) {
			try_memory(object, (pid_t)atoi(object));
			try_touch(object, (pid_t)atoi(object));
		} else if (strcmp(line, "twin") == 0) {
			try_memory(object, (pid_t)atoi(object));
		} else {
			return 2;
		}
	}
	printf("tried %u\n", tried);
	return 0;
}
