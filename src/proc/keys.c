/*
 * The keys process of a compartment: root key, key store, ledger signature. Speaks with its core only, in the
 * frames of keys/keywire.h, and opens nothing but the files of its own folder.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/log.h"
#include "keys/keystore.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

enum watched { WATCH_CONTROL, WATCH_CORE, WATCH_COUNT };

struct server {
	struct keystore *store;
	struct pollfd watched[WATCH_COUNT];
	bool stopping;
};

static void core_replace(struct server *server, int fd)
{
	struct pollfd *core = &server->watched[WATCH_CORE];

	if (core->fd >= 0)
		(void)close(core->fd); /* its other end is gone, or about to be */
	*core = (struct pollfd){.fd = fd, .events = POLLIN};
}

static err on_control(struct server *server)
{
	struct control_message message;

	TRY(control_receive(server->watched[WATCH_CONTROL].fd, 0, &message));
	if (message.kind == CONTROL_STOP)
		server->stopping = true;
	else if (message.kind == CONTROL_CHANNEL && message.role == FD_CORE)
		core_replace(server, message.fd);
	else if (message.fd >= 0)
		(void)close(message.fd); /* not for us */
	return OK;
}

static err on_core(struct server *server)
{
	bool open;

	TRY(keystore_serve_one(server->store, server->watched[WATCH_CORE].fd, &open));
	if (!open)
		core_replace(server, -1);
	return OK;
}

static err turn(struct server *server)
{
	int count = poll(server->watched, WATCH_COUNT, -1);

	if (count < 0)
		return errno == EINTR ? OK : FAIL(UNAVAILABLE);
	if (server->watched[WATCH_CORE].revents != 0)
		TRY(on_core(server));
	return server->watched[WATCH_CONTROL].revents != 0 ? on_control(server) : OK;
}

static err serve(struct server *server)
{
	TRY(control_ready(server->watched[WATCH_CONTROL].fd, true));
	while (!server->stopping)
		TRY(turn(server));
	return OK;
}

int proc_keys(struct boot *boot)
{
	const struct boot_fd *core = boot_find(boot, FD_CORE, boot->name, 0);
	struct server server = {.watched = {
		[WATCH_CONTROL] = {.fd = boot_control(boot), .events = POLLIN},
		[WATCH_CORE] = {.fd = core == NULL ? -1 : core->fd, .events = POLLIN},
	}};
	err result = crypto_start();

	if (err_is_ok(result))
		result = sandbox_boot(boot);
	if (err_is_ok(result))
		result = keystore_open(PROC_KEYS_ROOT, PROC_KEYS_STORE, &server.store);
	if (!err_is_ok(result)) {
		log_error("the key store cannot be opened: %s", err_row(result)->slug);
		return 1;
	}
	result = serve(&server);
	keystore_close(&server.store);
	if (!err_is_ok(result))
		log_error("ends: %s", err_row(result)->slug);
	return err_is_ok(result) ? 0 : 1;
}
