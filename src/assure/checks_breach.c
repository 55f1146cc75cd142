/*
 * Runs as the user and in the folder of the probe compartment's core, under its Landlock rules; each deed in a process of its own, which
 * first takes the core's filter. What the filter forbids ends that process; everything else must be refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assure/checks_breach.h"
#include "assure/trial_int.h"

#define EXIT_REACHED 10
#define EXIT_REFUSED 11
#define EXIT_UNTRIED 12

struct deed_data {
	const char *path;
	pid_t supervisor;
};

/* Each returns below 0 when it was refused. */

static long open_path(const struct deed_data *data)
{
	return open(data->path, O_RDONLY | O_CLOEXEC);
}

static long write_path(const struct deed_data *data)
{
	return open(data->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long tcp_socket(const struct deed_data *data)
{
	(void)data;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long unix_socket(const struct deed_data *data)
{
	(void)data;
	return socket(AF_UNIX, SOCK_SEQPACKET, 0);
}

static long read_memory(const struct deed_data *data)
{
	char byte;
	struct iovec here = {&byte, 1};
	struct iovec there = {(void *)(uintptr_t)0x10000, 1};

	/* The right is asked for before the address: a bad address is as good as read. */
	return process_vm_readv(data->supervisor, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT ? 0 : -1;
}

static long trace(const struct deed_data *data)
{
	return ptrace(PTRACE_SEIZE, data->supervisor, NULL, NULL);
}

static long send_signal(const struct deed_data *data)
{
	return kill(data->supervisor, 0);
}

static long process_handle(const struct deed_data *data)
{
	return syscall(SYS_pidfd_open, data->supervisor, 0);
}

static long shared_memory(const struct deed_data *data)
{
	(void)data;
	return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
}

static long other_program(const struct deed_data *data)
{
	char name[] = "sh";
	char *const words[] = {name, NULL};
	char *const none[] = {NULL};

	(void)data;
	return execve("/bin/sh", words, none);
}

static long become_root(const struct deed_data *data)
{
	(void)data;
	return setuid(0);
}

static long new_space(const struct deed_data *data)
{
	(void)data;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

static long new_root(const struct deed_data *data)
{
	(void)data;
	return chroot("/");
}

struct deed {
	long (*done)(const struct deed_data *data);
	const char *ja, *en;
};

static const struct deed opening = {open_path, "ほかの団体のデータベース・鍵・記録のファイルを開く", "opening files of data, keys and record of other compartments"};
static const struct deed writing = {write_path, "ほかの団体のフォルダーにファイルを作る", "making a file in the folder of other compartments"};

static const struct deed deeds[] = {
	{tcp_socket, "ネットワークにつなぐ", "opening the network"},
	{unix_socket, "ほかのプロセスへの通信路を開く", "opening a channel to another process"},
	{read_memory, "ほかのプロセスのメモリーを読む", "reading another process's memory"},
	{trace, "ほかのプロセスに取り付く", "attaching to another process"},
	{send_signal, "ほかのプロセスに信号を送る", "sending a signal to another process"},
	{process_handle, "ほかのプロセスの取っ手を得る", "getting hold of another process"},
	{shared_memory, "共有メモリーを作る", "making shared memory"},
	{other_program, "別のプログラムを動かす", "running another program"},
	{become_root, "管理者になる", "becoming root"},
	{new_space, "自分だけの名前空間で権限を得る", "gaining rights in a name space of its own"},
	{new_root, "根のフォルダーを変える", "changing the root folder"},
};

/* Refused, reached, or (UNAVAILABLE) neither to be said. */
static err commit(const struct trial *trial, const struct deed *deed, const struct deed_data *data, bool *reached_out)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (!err_is_ok(trial->narrow()))
			_exit(EXIT_UNTRIED);
		_exit(deed->done(data) >= 0 ? EXIT_REACHED : EXIT_REFUSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return FAIL(UNAVAILABLE);
	*reached_out = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REACHED;
	/* The filter's way of refusing. */
	if (*reached_out || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) || (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REFUSED))
		return OK;
	return FAIL(UNAVAILABLE);
}

static err try_deed(struct trial *trial, const struct deed *deed, const struct deed_data *data)
{
	bool reached = false;
	err e = commit(trial, deed, data, &reached);

	if (!err_is_ok(e)) {
		trial_unable(trial, trial_text(trial, "「%s」を試せませんでした。", deed->ja), trial_text(trial, "This could not be tried: %s.", deed->en));
		return OK;
	}
	trial_step(trial, !reached, 1, trial_text(trial, "乗っ取られた団体のプロセスからは「%s」ことができません。", deed->ja),
	    trial_text(trial, "From a taken-over compartment this is refused: %s.", deed->en), "%s", reached ? "reached" : "refused");
	return OK;
}

static err try_files(struct trial *trial, const char *folder, const char *name)
{
	static const char *const files[] = {"core/data.db", "core/heads", "keys/root.key", "keys/keys.store"};
	struct deed_data data = {0};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		for (unsigned way = 0; way < 3; way++) {
			char path[512];

			if (way == 0)
				(void)snprintf(path, sizeof(path), "../../%s/%s", name, files[i]);
			else if (way == 1)
				(void)snprintf(path, sizeof(path), "/../../%s/%s", name, files[i]);
			else
				(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, name, files[i]);
			data.path = path;
			TRY(try_deed(trial, &opening, &data));
		}
	}
	data.path = trial_text(trial, "%s/%s/core/planted", folder, name);
	return try_deed(trial, &writing, &data);
}

/* Its own file opens: the trial itself works. */
static bool own_file_opens(const struct trial *trial)
{
	const struct deed_data own = {.path = "data.db"};
	bool reached = false;

	return err_is_ok(commit(trial, &opening, &own, &reached)) && reached;
}

static err breach(struct trial *trial)
{
	const char *folder = trial_setting(trial, "folder");
	const char *names = trial_setting(trial, "compartments");
	const struct deed_data data = {.supervisor = getppid()};

	if (trial->narrow == NULL || folder == NULL || names == NULL)
		return FAIL(NOT_FOUND);
	if (trial_setting(trial, "users") == NULL) {
		trial_unable(trial, "管理者権限なしで起動したため、団体ごとのOS利用者がなく、ほかの団体の利用者として試すことができません。",
		    "Not started by root: compartments have no users of their own, so that it cannot be tried as one of them.");
		return OK;
	}
	if (!own_file_opens(trial)) {
		trial_unable(trial, "試すためのプロセスが、自分の団体のファイルさえ開けません。", "The process that tries cannot even open its own compartment's files.");
		return OK;
	}
	while (*names != '\0') {
		size_t len = strcspn(names, ",");
		const char *name = trial_text(trial, "%.*s", (int)len, names);

		if (strcmp(name, trial_compartment(trial)) != 0)
			TRY(try_files(trial, folder, name));
		names += len + (names[len] == ',' ? 1 : 0);
	}
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		TRY(try_deed(trial, &deeds[i], &data));
	return OK;
}

const struct check checks_breach[] = {
	{.id = "compartment-breach-contained", .where = CHECK_PROBE, .run = breach, .rights = RIGHTS_HOSTILE},
	{0},
};
