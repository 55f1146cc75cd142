/*
 * The keys process as the supervisor starts it, without the supervisor: sandboxed, in a folder of its own.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/unit_test.h"
#include "keys/keys.h"
#include "keys/keystore.h"
#include "proc/proc.h"

#define USER 61998

static const char folder_template[] = "/tmp/proc-keys-XXXXXX";
static char folder[sizeof(folder_template)];
static char root_path[64];
static char store_path[64];
static int control;
static pid_t child;

static int setup(void **state)
{
	(void)state;
	memcpy(folder, folder_template, sizeof(folder));
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(root_path, sizeof(root_path), "%s/" PROC_KEYS_ROOT, folder);
	snprintf(store_path, sizeof(store_path), "%s/" PROC_KEYS_STORE, folder);
	if (!err_is_ok(keystore_create(root_path, store_path, "city.example/ledger")))
		return -1;
	if (geteuid() == 0 && (chown(folder, USER, USER) != 0 || chown(root_path, USER, USER) != 0 || chown(store_path, USER, USER) != 0))
		return -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(root_path);
	unlink(store_path);
	return rmdir(folder);
}

static int run(int control_fd, int core)
{
	static struct boot boot = {.kind = PROCESS_KEYS, .name = "city", .user = USER};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDERR_FILENO);
	boot.supervisor = getppid();
	snprintf(boot.directory, sizeof(boot.directory), "%s", folder);
	boot.fds[boot.fd_count++] = (struct boot_fd){.role = FD_CONTROL, .fd = control_fd};
	if (core >= 0) {
		boot.fds[boot.fd_count] = (struct boot_fd){.role = FD_CORE, .fd = core};
		memcpy(boot.fds[boot.fd_count++].peer, "city", sizeof("city"));
	}
	return proc_keys(&boot);
}

static void pair_new(int pair[static 2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

/* Returns the core's end. */
static int start(void)
{
	int ends[2];
	int core[2];

	pair_new(ends);
	pair_new(core);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(run(ends[1], core[1]));
	close(ends[1]);
	close(core[1]);
	control = ends[0];
	return core[0];
}

static int end_of_child(void)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	close(control);
	return status;
}

static void wait_ready(void)
{
	struct control_message message;

	assert_ok(control_receive(control, 0, &message));
	assert_int_equal(message.kind, CONTROL_READY);
}

static void stop(void)
{
	assert_ok(control_send(control, &(struct control_message){.kind = CONTROL_STOP, .fd = -1}));
	assert_int_equal(end_of_child(), 0);
}

static void serves_and_stops(void **state)
{
	struct keys *keys = NULL;
	struct data_key key;
	struct id owner = {{1}};
	int core = start();

	(void)state;
	wait_ready();
	assert_ok(keys_connect(core, &keys));
	assert_ok(keys_create(keys, KEY_PERSON, &owner, 1));
	assert_ok(keys_active(keys, KEY_PERSON, owner, &key));
	/* Rewriting the store, too, needs nothing but the own folder. */
	assert_ok(keys_move(keys, key.id, KEY_DESTROYED, BYTES_LIT("test")));
	assert_err(NOT_FOUND, keys_by_id(keys, key.id, &key));
	stop();
	assert_err(UNAVAILABLE, keys_create(keys, KEY_PERSON, &owner, 1));
	keys_disconnect(&keys);
}

static void core_returns(void **state)
{
	struct control_message channel = {.kind = CONTROL_CHANNEL, .role = FD_CORE, .peer = "city"};
	struct keys *keys = NULL;
	struct data_key key;
	int pair[2];

	(void)state;
	close(start()); /* its core has died at once */
	wait_ready();
	for (int round = 0; round < 3; round++) {
		pair_new(pair);
		channel.fd = pair[1];
		assert_ok(control_send(control, &channel));
		close(pair[1]);
		assert_ok(keys_connect(pair[0], &keys));
		assert_ok(keys_active(keys, KEY_CUSTOMER, (struct id){{0}}, &key));
		keys_disconnect(&keys);
	}
	stop();
}

static void killed_and_back(void **state)
{
	struct keys *keys = NULL;
	struct data_key key;
	struct data_key again;
	struct id owner = {{1}};

	(void)state;
	assert_ok(keys_connect(start(), &keys));
	wait_ready();
	assert_ok(keys_create(keys, KEY_PERSON, &owner, 1));
	assert_ok(keys_active(keys, KEY_PERSON, owner, &key));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(end_of_child(), SIGKILL);
	keys_reconnect(keys, start());
	wait_ready();
	keys_disconnect(&keys);
	stop();
	/* From the disk, not from the cache. */
	assert_ok(keys_connect(start(), &keys));
	wait_ready();
	assert_ok(keys_active(keys, KEY_PERSON, owner, &again));
	assert_true(id_equal(again.id, key.id));
	keys_disconnect(&keys);
	stop();
}

static void cannot_open(void **state)
{
	int fd = open(store_path, O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(pwrite(fd, "x", 1, 300), 1);
	close(fd);
	close(start());
	assert_int_equal(end_of_child(), 1 << 8);
	unlink(store_path);
	close(start());
	assert_int_equal(end_of_child(), 1 << 8);
}

static void supervisor_gone(void **state)
{
	int core = start();

	(void)state;
	wait_ready();
	shutdown(control, SHUT_RDWR);
	assert_int_equal(end_of_child(), 1 << 8);
	close(core);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(serves_and_stops),
		ROW(core_returns),
		ROW(killed_and_back),
		ROW(cannot_open),
		ROW(supervisor_gone),
	};

	if (!err_is_ok(crypto_start()))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
