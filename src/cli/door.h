/*
 * door - a running Sekimori as the command line reaches it: its address, its certificate's authority, a person signed in.
 */
#ifndef CLI_DOOR_H
#define CLI_DOOR_H

#include "assure/ask.h"

#define DOOR_PATH_MAX 512

struct door {
	struct tlsclient_target target;  /* points into this struct: it does not move */
	char host[256];
	char prefix[256];                /* what stands behind the host in the address; no '/' at its end */
	char cookie[ASK_COOKIE_MAX];     /* of the session; empty: nobody */
	struct ask *ask;
};

/* url: https://HOST[:PORT][/PATH]. authorities: PEM file, NULL = the system's. INVALID: not such an address. */
MUST_USE err door_open(const char *url, const char *authorities, struct door *door);
void door_close(struct door *door);
/* path: behind the prefix, or from the root of the server when it begins with "/v1". */
MUST_USE err door_get(struct door *door, const char *path, struct ask_reply *reply_out);
MUST_USE err door_post(struct door *door, const char *path, struct bytes json, struct ask_reply *reply_out);
/* code: empty = none. UNAUTHENTICATED: refused. SECOND_FACTOR: a code is wanted. Others: as ask_do. */
MUST_USE err door_sign_in(struct door *door, const char *login, const char *password, const char *code);

#endif
