/*
 * inside - hostile or failing code within a running process of ours.
 *
 * A copy of the program is made to load this library in SQLite's stead (and SQLite through it), so that it stands before
 * libc. When the process syncs a file and its folder holds a file `inside`, what that says is done:
 *
 *   fsync        this and every further sync fails with EIO, as long as the file stands
 *   open PATH    once; the outcome is left in `inside.done`: "done", or the number of the error
 *   NAME         the same with a deed of the table below; the sandbox may end the process instead
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool do_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
static bool do_connect(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(443)};

	return connect(0, (struct sockaddr *)&address, sizeof(address)) == 0;
}
static bool do_exec(void) { return execl("/bin/sh", "sh", NULL) == 0; }
static bool do_fork(void) { return syscall(SYS_fork) >= 0; }
static bool do_kill(void) { return kill(getppid(), SIGTERM) == 0; }
static bool do_ptrace(void) { return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0; }
static bool do_pidfd(void) { return syscall(SYS_pidfd_open, getppid(), 0) >= 0; }
static bool do_setuid(void) { return setuid(0) == 0; }
static bool do_unshare(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0; }
static bool do_handle(void) { return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0) >= 0; }

static const struct deed {
	const char *name;
	bool (*act)(void);
} deeds[] = {
	{"socket", do_socket}, {"connect", do_connect}, {"exec", do_exec}, {"fork", do_fork}, {"kill", do_kill},
	{"ptrace", do_ptrace}, {"pidfd", do_pidfd}, {"setuid", do_setuid}, {"unshare", do_unshare}, {"handle", do_handle},
};

static bool act(const char *name)
{
	if (strncmp(name, "open ", 5) == 0)
		return open(name + 5, O_RDONLY | O_CLOEXEC) >= 0;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].name, name) == 0)
			return deeds[i].act();
	errno = EINVAL;
	return true; /* a mistake in the test must not look like a refusal */
}

static void leave(const char *text)
{
	int fd = open("inside.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0)
		(void)rename("inside.new", "inside.done");
}

/* 0, or the error that the sync is to have. */
static int told(void)
{
	char text[512];
	char outcome[16] = "done";
	ssize_t len;
	int fd = open("inside", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	if (strcmp(text, "fsync") == 0)
		return EIO;
	if (unlink("inside") == 0) {
		if (!act(text))
			snprintf(outcome, sizeof(outcome), "%d", errno);
		leave(outcome);
	}
	return 0;
}

static int sync_or_fail(long call, int fd)
{
	int error = told();

	if (error == 0)
		return (int)syscall(call, fd);
	errno = error;
	return -1;
}

int fsync(int fd) { return sync_or_fail(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_or_fail(SYS_fdatasync, fd); }
