/*
 * witness_listen - C2SP tlog-witness: whoever has a head of the log may show it, and gets it cosigned or refused.
 *
 *   POST /add-checkpoint                       witness_decide says what is answered
 *   GET  /<sha256 hex of the origin>/checkpoint the newest one cosigned
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/witness_int.h"
#include "crypto/crypto.h"
#include "edge/plain.h"

#define SIZE_TYPE "text/x.tlog.size"

struct witness_listener {
	struct witness *witness;
	struct plain *plain;
	char monitoring[2 * HASH_LEN + sizeof("/") + sizeof("/checkpoint")];
	_Atomic bool forked;
};

static void fork_seen(struct witness_listener *listener, struct bytes shown, const struct witness_reply *decided)
{
	char words[400];

	(void)snprintf(words, sizeof(words),
	    "同じ %" PRIu64 " 件に、根の違う二つの先頭が署名されています。\nTwo heads of %" PRIu64 " entries with different roots have been signed.\n",
	    decided->head.size, decided->head.size);
	if (!err_is_ok(witness_folder_fork(listener->witness->folder, shown, words)))
		log_error("both heads could not be kept; the one shown was:\n%.*s", (int)shown.len, (const char *)shown.ptr);
	atomic_store(&listener->forked, true);
}

/* W1: kept before it is answered. The lock is held. */
static err keep_and_cosign(struct witness *witness, struct bytes note, const struct witness_reply *decided, struct buf *lines)
{
	OWN(buf) cosigned = {0};
	err e = OK;

	if (decided->head.size > witness_folder_head(witness->folder)->size)
		e = witness_folder_keep(witness->folder, note, &decided->head);
	if (!err_is_ok(e)) {
		log_error("the folder cannot be written to; this ends");
		_exit(CLI_FOLDER); /* what the disk holds is unknown: the next start reads it */
	}
	TRY(witness_follow_cosign(witness, note, &cosigned));
	TRY(witness_folder_cosigned(witness->folder, bytes_of(&cosigned)));
	return note_lines_of(bytes_of(&cosigned), &witness->me, true, lines);
}

static void add_checkpoint(struct witness_listener *listener, struct bytes body, struct plain_reply *reply)
{
	struct witness *witness = listener->witness;
	struct witness_request *request = calloc(1, sizeof(*request));
	struct witness_reply decided = {.status = 503};

	reply->status = 400;
	if (request == NULL || !err_is_ok(witness_parse(body, request))) {
		free(request);
		return;
	}
	pthread_mutex_lock(&witness->lock);
	if (!witness_folder_forked(witness->folder) && /* W2 */
	    !err_is_ok(witness_decide(&witness->log, witness_folder_head(witness->folder), request, &decided)))
		decided.status = 503;
	if (decided.fork)
		fork_seen(listener, request->checkpoint, &decided);
	if (decided.status == 200 && !err_is_ok(keep_and_cosign(witness, request->checkpoint, &decided, &reply->body)))
		decided.status = 503;
	if (decided.status == 409) {
		reply->type = SIZE_TYPE;
		err_ignore(buf_printf(&reply->body, "%" PRIu64 "\n", witness_folder_head(witness->folder)->size)); /* an empty body then */
	}
	pthread_mutex_unlock(&witness->lock);
	reply->status = decided.status;
	free(request);
}

static void answer(void *context, const struct plain_request *request, struct plain_reply *reply)
{
	struct witness_listener *listener = context;

	if (strcmp(request->path, "/add-checkpoint") == 0) {
		if (request->post)
			add_checkpoint(listener, request->body, reply);
		else
			reply->status = 405;
		return;
	}
	if (strcmp(request->path, listener->monitoring) != 0)
		return;
	reply->status = request->post ? 405 : 200;
	if (!request->post && !err_is_ok(witness_folder_given(listener->witness->folder, &reply->body)))
		reply->status = 404;
}

err witness_listen(struct witness *witness, const char *address, struct witness_listener **listener_out)
{
	struct witness_listener *listener = calloc(1, sizeof(*listener));
	uint8_t hash[HASH_LEN];
	OWN(buf) hex = {0};
	err e;

	if (listener == NULL)
		return FAIL(UNAVAILABLE);
	listener->witness = witness;
	e = hash_sha256(bytes_str(witness->log.name), hash);
	if (err_is_ok(e))
		e = hex_append(&hex, (struct bytes){hash, sizeof(hash)});
	(void)snprintf(listener->monitoring, sizeof(listener->monitoring), "/%.*s/checkpoint", (int)hex.len, (const char *)hex.ptr);
	if (err_is_ok(e))
		e = plain_open(address, answer, listener, &listener->plain);
	if (!err_is_ok(e)) {
		free(listener);
		return e;
	}
	*listener_out = listener;
	return OK;
}

bool witness_listen_forked(struct witness_listener *listener)
{
	return listener != NULL && atomic_load(&listener->forked);
}

void witness_listen_end(struct witness_listener **listener)
{
	if (*listener == NULL)
		return;
	plain_close(&(*listener)->plain);
	free(*listener);
	*listener = NULL;
}
