/*
 * ask - HTTP/1.1 to our own server over TLS, one request after another on a kept connection.
 *
 * Understands what our server says and no more: Content-Length, no chunks, no redirects. A reply is bounded and hostile.
 * Free of `prove`'s things: programs of the command line use it too. The caller ignores SIGPIPE.
 */
#ifndef ASSURE_ASK_H
#define ASSURE_ASK_H

#include "crypto/tlsclient.h"

#define ASK_HEAD_MAX 16384
#define ASK_BODY_MAX ((size_t)2 << 20)
#define ASK_REQUEST_MAX ((size_t)256 << 10)
#define ASK_COOKIE_MAX 96        /* NAME.TOKEN with the final NUL */

struct ask;

struct ask_request {
	const char *method, *path;      /* no white space or control characters: INVALID */
	const char *cookie;             /* NAME.TOKEN of the session; NULL: none */
	const char *bearer;             /* the same as a bearer token */
	const char *type;               /* of the body; NULL: application/json */
	struct bytes body;
	bool with_body;                 /* an empty one too */
	const char *const *headers;     /* further lines "Name: value", ends with NULL; may be NULL */
};

struct ask_reply {
	int status;
	char type[96];                  /* Content-Type */
	char request[27];               /* Request-Id */
	bool cookie_set;                /* the session's cookie was set to `cookie`, "": cleared */
	char cookie[ASK_COOKIE_MAX];
	bool last;                      /* the server ends the connection */
	struct bytes head;              /* the header lines */
	struct bytes body;              /* both valid until the next request; the body is followed by a NUL */
};

/* target and what it points at stay the caller's and unchanged. Connects when it is first needed. timeout_ms: of each request. */
MUST_USE err ask_open(const struct tlsclient_target *target, int timeout_ms, struct ask **out);
void ask_free(struct ask **ask);
/*
 * Sends a request and takes the reply, whatever its status. A kept connection that the server has ended meanwhile is made anew.
 *
 * UNAVAILABLE, UNAUTHENTICATED, TIMEOUT  as tlsclient_open; or broken off
 * INVALID    the request cannot be written so, or the reply is not HTTP as our server speaks it
 * TOO_LARGE  the reply is
 */
MUST_USE err ask_do(struct ask *ask, const struct ask_request *request, struct ask_reply *reply_out);
/* Of the last connection made. */
const struct tlsclient_info *ask_info(const struct ask *ask);
/* The first header of that name, or empty. */
struct bytes ask_header(const struct ask_reply *reply, const char *name);

/* A whole head, from the status line to the empty line. body_len_out: what follows. INVALID: not one of ours. */
MUST_USE err ask_head(struct bytes head, struct ask_reply *reply_out, size_t *body_len_out);

#endif
