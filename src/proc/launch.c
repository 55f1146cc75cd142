#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/launch.h"
#include "proc/table.h"

#define FIRST_FD (LAUNCH_BOOT_FD + 1)
#define ASIDE_FD 512 /* above all numbers that are to be taken */
#define EXIT_EXEC 71

_Static_assert(FIRST_FD + BOOT_FDS_MAX < ASIDE_FD, "descriptors put aside must not be overwritten");

static err write_message(const struct boot *boot, int *fd_out)
{
	OWN(buf) text = {0};
	struct boot numbered = *boot;
	int fd;

	for (size_t i = 0; i < numbered.fd_count; i++)
		numbered.fds[i].fd = FIRST_FD + (int)i;
	TRY(boot_format(&numbered, &text));
	fd = memfd_create("boot", MFD_CLOEXEC);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	if (pwrite(fd, text.ptr, text.len, 0) != (ssize_t)text.len) {
		(void)close(fd); /* memory */
		return FAIL(UNAVAILABLE);
	}
	*fd_out = fd;
	return OK;
}

/* First out of the way, then to their numbers, without close-on-exec. */
static bool place_descriptors(const struct boot *boot, int message)
{
	int aside[BOOT_FDS_MAX + 1];
	unsigned count = (unsigned)boot->fd_count + 1;

	for (unsigned i = 0; i < count; i++) {
		aside[i] = fcntl(i == 0 ? message : boot->fds[i - 1].fd, F_DUPFD_CLOEXEC, ASIDE_FD);
		if (aside[i] < 0)
			return false;
	}
	for (unsigned i = 0; i < count; i++)
		if (dup2(aside[i], LAUNCH_BOOT_FD + (int)i) < 0)
			return false;
	return close_range(LAUNCH_BOOT_FD + count, ~0u, 0) == 0;
}

static void default_signals(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* fails only for a wrong first argument */
	(void)sigaction(SIGTERM, &usual, NULL); /* these fail only for a wrong number */
	/* The terminal's interrupt goes to the whole group, but only the supervisor stops the others, in order. */
	(void)sigaction(SIGINT, &ignored, NULL);
	(void)sigaction(SIGPIPE, &ignored, NULL);
}

/* Nothing of the caller's environment but what a sanitizer is told. */
static void environment(char *out[static 4])
{
	static char text[3][256];
	static const char *const names[3] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && snprintf(text[count], sizeof(text[0]), "%s=%s", names[i], value) < (int)sizeof(text[0])) {
			out[count] = text[count];
			count++;
		}
	}
	out[count] = NULL;
}

_Noreturn static void become(const struct boot *boot, int message, pid_t supervisor)
{
	static char program[] = "sekimori";
	static char process[] = "--process";
	static char option[] = "--boot";
	char kind[16];
	char fd[16];
	char name[PROC_NAME_MAX];
	char *arguments[] = {program, process, kind, option, fd, name, NULL};
	char *variables[4];

	snprintf(kind, sizeof(kind), "%s", table_process(boot->kind)->name);
	snprintf(fd, sizeof(fd), "%d", LAUNCH_BOOT_FD);
	memcpy(name, boot->name, sizeof(name));
	environment(variables);
	default_signals();
	/* The sandbox asks for it again after the change of user, which clears it. */
	if (place_descriptors(boot, message) && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == supervisor)
		execve("/proc/self/exe", arguments, variables);
	_exit(EXIT_EXEC);
}

err launch_process(const struct boot *boot, pid_t *pid_out)
{
	pid_t supervisor = getpid();
	int message;
	pid_t pid;

	TRY(write_message(boot, &message));
	pid = fork();
	if (pid == 0) {
		/* Ctrl-C at the supervisor's terminal is for the supervisor: it stops its children in order. */
		if (setpgid(0, 0) != 0)
			_exit(EXIT_EXEC);
		become(boot, message, supervisor);
	}
	(void)close(message); /* memory */
	if (pid < 0)
		return FAIL(UNAVAILABLE);
	*pid_out = pid;
	return OK;
}
