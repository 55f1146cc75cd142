/*
 * edge - the process that faces the network: one per door.
 *
 *   main thread   control messages
 *   loops         edge/
 *
 * Everything it needs of the file system (certificate, key, user interface) is read before the sandbox closes.
 */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "edge/edge.h"
#include "op/openapi.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

#define OTHER_FILES 256 /* descriptors that are not connections */

/* The compartments of this door, each once, in the order of the boot message: the first is that of those who do not say. */
static size_t list_compartments(const struct boot *boot, const char *names[static LIMIT_COMPARTMENTS])
{
	size_t count = 0;

	for (size_t i = 0; i < boot->fd_count; i++) {
		size_t at = 0;

		if (boot->fds[i].role != FD_CORE)
			continue;
		while (at < count && strcmp(names[at], boot->fds[i].peer) != 0)
			at++;
		if (at == count && count < LIMIT_COMPARTMENTS)
			names[count++] = boot->fds[i].peer;
	}
	return count;
}

/* As many connections as the system gives us descriptors for. */
static unsigned count_connections(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return OTHER_FILES;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
		log_warn("the number of connections stays as it is");
	if (files.rlim_cur >= LIMIT_CONNECTIONS + OTHER_FILES)
		return LIMIT_CONNECTIONS;
	return files.rlim_cur > 2 * OTHER_FILES ? (unsigned)files.rlim_cur - OTHER_FILES : OTHER_FILES;
}

static err make(const struct boot *boot, struct edge **edge_out)
{
	const struct boot_fd *listener = boot_find(boot, FD_LISTEN, NULL, 0);
	const struct boot_fd *certificate = boot_find(boot, FD_CERTIFICATE, NULL, 0);
	const struct boot_fd *key = boot_find(boot, FD_PRIVATE_KEY, NULL, 0);
	const char *names[LIMIT_COMPARTMENTS];
	struct limits limits = LIMITS_DEFAULT;
	struct edge_config config = {.loops = EDGE_LOOPS, .compartments = names, .limits = &limits, .web = boot_setting(boot, "web")};
	OWN(buf) openapi = {0};

	if (listener == NULL || certificate == NULL || key == NULL)
		return FAIL(INVALID);
	limits.connections = count_connections();
	config.compartment_count = list_compartments(boot, names);
	config.listen_fd = listener->fd;
	config.certificate_fd = certificate->fd;
	config.key_fd = key->fd;
	TRY(openapi_write(&openapi));
	config.openapi = bytes_of(&openapi);
	return edge_new(&config, edge_out);
}

/* The key is read; nobody shall read it again through us. */
static void close_files(const struct boot *boot)
{
	for (size_t i = 0; i < boot->fd_count; i++)
		if (boot->fds[i].role == FD_CERTIFICATE || boot->fds[i].role == FD_PRIVATE_KEY)
			close(boot->fds[i].fd);
}

static err open_channels(const struct boot *boot, struct edge *edge)
{
	for (size_t i = 0; i < boot->fd_count; i++)
		if (boot->fds[i].role == FD_CORE)
			TRY(edge_channel(edge, boot->fds[i].index, boot->fds[i].peer, boot->fds[i].fd));
	return OK;
}

static void take_channel(struct edge *edge, const struct control_message *message)
{
	if (message->role != FD_CORE) {
		log_error("a channel that is not for an edge");
		close(message->fd);
	} else if (!err_is_ok(edge_channel(edge, message->index, message->peer, message->fd))) {
		log_error("a channel to %s that this door does not serve", message->peer);
	}
}

/* Until the supervisor says stop: OK. UNAVAILABLE: it is gone. */
static err obey(int control, struct edge *edge)
{
	for (;;) {
		struct control_message message;

		TRY(control_receive(control, 0, &message));
		switch (message.kind) {
		case CONTROL_CHANNEL:
			take_channel(edge, &message);
			break;
		case CONTROL_READY:
		case CONTROL_UNREADY:
			edge_ready(edge, message.peer, message.kind == CONTROL_READY);
			break;
		case CONTROL_STOP:
			return OK;
		case CONTROL_WANTED: /* only ever up */
		case CONTROL_KIND_COUNT:
			return FAIL(INVALID);
		}
	}
}

static err serve(const struct boot *boot, struct edge *edge)
{
	TRY(sandbox_boot(boot));
	close_files(boot);
	TRY(edge_start(edge));
	TRY(open_channels(boot, edge));
	TRY(control_ready(boot_control(boot), true));
	return obey(boot_control(boot), edge);
}

int proc_edge(struct boot *boot)
{
	struct edge *edge = NULL;
	err e = edge_memory();

	if (err_is_ok(e))
		e = crypto_start();
	if (err_is_ok(e))
		e = make(boot, &edge);
	if (!err_is_ok(e)) {
		log_error("cannot start: %s", err_row(e)->name);
		return 1;
	}
	e = serve(boot, edge);
	edge_free(&edge);
	if (!err_is_ok(e))
		log_error("ends: %s", err_row(e)->name);
	return err_is_ok(e) ? 0 : 1;
}
