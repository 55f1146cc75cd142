#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/edge.h"
#include "edge/loop.h"
#include "edge/tls.h"
#include "wire/ops.h"

#define OPENAPI_PATH "/openapi.json"

struct edge {
	struct shared shared;
	int listen_fd;
	unsigned loop_wanted;
	unsigned loop_count;
	struct loop *loops;
};

/* ---- memory that is wiped when it is given back ---- */

static void memory_free(void *memory)
{
	if (memory == NULL)
		return;
	wipe(memory, malloc_usable_size(memory));
	free(memory);
}

/* realloc would leave the old bytes behind where it moves. */
static void *memory_resize(void *memory, size_t len)
{
	size_t old_len = memory == NULL ? 0 : malloc_usable_size(memory);
	void *moved;

	if (len == 0) {
		memory_free(memory);
		return NULL;
	}
	if (len <= old_len && len >= old_len / 2)
		return memory;
	moved = malloc(len);
	if (moved != NULL && memory != NULL) {
		memcpy(moved, memory, old_len < len ? old_len : len);
		memory_free(memory);
	}
	return moved;
}

static void *ssl_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void *ssl_realloc(void *memory, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return memory_resize(memory, len);
}

static void ssl_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	memory_free(memory);
}

err edge_memory(void)
{
	event_set_mem_functions(malloc, memory_resize, memory_free);
	return CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) == 1 ? OK : FAIL(UNAVAILABLE);
}

/* ---- set-up ---- */

static void log_event(int severity, const char *words)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("libevent: %s", words);
}

static err set_names(struct shared *shared, const struct edge_config *config)
{
	if (config->compartment_count == 0 || config->compartment_count > LIMIT_COMPARTMENTS)
		return FAIL(INVALID);
	for (size_t i = 0; i < config->compartment_count; i++) {
		size_t len = strlen(config->compartments[i]);

		if (len == 0 || len > SESSION_COMPARTMENT_MAX)
			return FAIL(INVALID);
		memcpy(shared->compartments[i], config->compartments[i], len + 1);
	}
	shared->compartment_count = config->compartment_count;
	return OK;
}

static err load_files(struct shared *shared, const struct edge_config *config)
{
	TRY(static_load(config->web, &shared->files));
	if (static_is_empty(shared->files))
		log_warn("no user interface to serve");
	if (config->openapi.len == 0)
		return OK;
	return static_add(shared->files, OPENAPI_PATH, "application/json; charset=utf-8", config->openapi);
}

static err set_up(struct edge *edge, const struct edge_config *config)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	const int on = 1;
	struct shared *shared = &edge->shared;

	shared->limits = config->limits == NULL ? LIMITS_DEFAULT : *config->limits;
	for (size_t i = 0; i < LIMIT_COMPARTMENTS; i++)
		atomic_init(&shared->ready[i], true);
	event_set_log_callback(log_event);
	REQUIRE(sigaction(SIGPIPE, &ignore, NULL) == 0); /* OpenSSL writes to sockets whose clients have gone */
	/* Accepted sockets take it over. */
	if (setsockopt(config->listen_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
		log_warn("TCP_NODELAY: %s", strerror(errno));
	TRY(set_names(shared, config));
	TRY(conn_start());
	TRY(wire_ops_digest(shared->digest));
	TRY(tls_new(config->certificate_fd, config->key_fd, &shared->context));
	TRY(address_table_new(shared->limits.per_address, &shared->addresses));
	TRY(load_files(shared, config));
	edge->listen_fd = config->listen_fd;
	edge->loop_wanted = config->loops;
	edge->loops = calloc(config->loops, sizeof(edge->loops[0]));
	return edge->loops == NULL ? FAIL(UNAVAILABLE) : OK;
}

err edge_new(const struct edge_config *config, struct edge **edge_out)
{
	struct edge *edge;
	err e;

	if (config->loops == 0 || config->loops > LIMIT_LOOPS)
		return FAIL(INVALID);
	edge = calloc(1, sizeof(*edge));
	if (edge == NULL)
		return FAIL(UNAVAILABLE);
	e = set_up(edge, config);
	if (!err_is_ok(e)) {
		edge_free(&edge);
		return e;
	}
	*edge_out = edge;
	return OK;
}

/* The loops make descriptors of their own, so they begin behind the sandbox, which closes what the boot message did not name. */
err edge_start(struct edge *edge)
{
	while (edge->loop_count < edge->loop_wanted) {
		unsigned index = edge->loop_count++;

		TRY(loop_init(&edge->loops[index], &edge->shared, index, edge->listen_fd));
	}
	for (unsigned i = 0; i < edge->loop_count; i++)
		TRY(loop_start(&edge->loops[i]));
	return OK;
}

static bool find(const struct edge *edge, const char *compartment, unsigned *index_out)
{
	for (unsigned i = 0; i < edge->shared.compartment_count; i++) {
		if (strcmp(edge->shared.compartments[i], compartment) != 0)
			continue;
		*index_out = i;
		return true;
	}
	return false;
}

err edge_channel(struct edge *edge, unsigned loop, const char *compartment, int fd)
{
	unsigned index;

	if (loop >= edge->loop_count || !find(edge, compartment, &index)) {
		close(fd);
		return FAIL(INVALID);
	}
	loop_post_channel(&edge->loops[loop], index, fd);
	return OK;
}

void edge_ready(struct edge *edge, const char *compartment, bool ready)
{
	unsigned index;

	if (find(edge, compartment, &index))
		atomic_store(&edge->shared.ready[index], ready);
}

void edge_stop(struct edge *edge)
{
	for (unsigned i = 0; i < edge->loop_count; i++)
		if (edge->loops[i].running)
			loop_post_stop(&edge->loops[i]);
	for (unsigned i = 0; i < edge->loop_count; i++)
		loop_join(&edge->loops[i]);
}

void edge_free(struct edge **edge)
{
	struct edge *own = *edge;

	if (own == NULL)
		return;
	edge_stop(own);
	for (unsigned i = 0; i < own->loop_count; i++)
		loop_free(&own->loops[i]);
	free(own->loops);
	static_free(&own->shared.files);
	address_table_free(&own->shared.addresses);
	tls_free(&own->shared.context);
	wipe(own, sizeof(*own));
	free(own);
	*edge = NULL;
}
