#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keys/keystore.h"
#include "op/compartment.h"
#include "op/keyhold.h"

struct keyhold {
	struct keystore *store;
	struct keys *keys;
	int fd;
	pthread_t thread;
	bool serving;
};

static void *serve(void *context)
{
	struct keyhold *hold = context;

	err_ignore(keystore_serve(hold->store, hold->fd)); /* ends when the other end is closed */
	return NULL;
}

static err begin(struct keyhold *hold, const char *directory)
{
	char root[PATH_MAX], store[PATH_MAX];
	int pair[2];

	if (snprintf(root, sizeof(root), "%s/keys/" COMPARTMENT_ROOT_KEY, directory) >= (int)sizeof(root) ||
	    snprintf(store, sizeof(store), "%s/keys/" COMPARTMENT_KEY_STORE, directory) >= (int)sizeof(store))
		return FAIL(TOO_LARGE);
	TRY(keystore_open(root, store, &hold->store));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return FAIL(UNAVAILABLE);
	hold->fd = pair[0];
	if (pthread_create(&hold->thread, NULL, serve, hold) != 0) {
		close(pair[0]);
		close(pair[1]);
		return FAIL(UNAVAILABLE);
	}
	hold->serving = true;
	return keys_connect(pair[1], &hold->keys);
}

err keyhold_open(const char *directory, struct keyhold **hold_out)
{
	struct keyhold *hold = calloc(1, sizeof(*hold));
	err e;

	if (hold == NULL)
		return FAIL(UNAVAILABLE);
	e = begin(hold, directory);
	if (!err_is_ok(e)) {
		keyhold_close(&hold);
		return e;
	}
	*hold_out = hold;
	return OK;
}

struct keys *keyhold_keys(struct keyhold *hold)
{
	return hold->keys;
}

const char *keyhold_origin(const struct keyhold *hold)
{
	return keystore_origin(hold->store);
}

void keyhold_close(struct keyhold **hold_in)
{
	struct keyhold *hold = *hold_in;

	if (hold == NULL)
		return;
	keys_disconnect(&hold->keys);
	if (hold->serving)
		pthread_join(hold->thread, NULL);
	keystore_close(&hold->store);
	free(hold);
	*hold_in = NULL;
}
