/*
 * reply - the status line's text and the header fields of a reply, from ready-made blocks.
 *
 * The block goes to the HTTP library as the reason phrase: "OK\r\nName: value\r\n…\r\nName: value". The library would otherwise
 * allocate and format every field anew. It adds Date, Content-Length and the empty line itself.
 */
#ifndef EDGE_REPLY_H
#define EDGE_REPLY_H

#include "base/id.h"
#include "edge/session.h"
#include "entity/json.h"

#define REPLY_BLOCK_MAX 5120

enum reply_type { REPLY_NOTHING, REPLY_IS_JSON, REPLY_IS_TEXT, REPLY_IS_OCTETS, REPLY_IS_PROBLEM, REPLY_TYPE_COUNT };

struct reply_head {
	int status;
	enum reply_type type;
	const char *media;         /* REPLY_IS_OCTETS: instead of application/octet-stream; NULL: that */
	const char *file;          /* the name to download under, without quotes and controls; NULL: none */
	struct bytes name;         /* instead: a stranger's, UTF-8, at most MEDIA_NAME_MAX bytes; whatever opens it is kept in a sandbox */
	struct id request;
	bool immutable;            /* may be cached for ever; otherwise not at all */
	bool close;
	unsigned retry_after_s;    /* 0: not said */
	const char *allow;         /* 405: "GET, POST"; NULL otherwise */
	const char *set_cookie;    /* value of the session cookie, NULL: none */
	uint32_t cookie_age_s;     /* how long it is kept; 0: until the browser is closed */
	const char *set_device;    /* value of the tablet's cookie, NULL: none */
	bool clear;                /* sign-out: forget cookie, cache and storage */
	bool keep_device;          /* clear: the browser remains the registered tablet that it is */
};

/* Returns the length; the block ends with NUL. */
size_t reply_block(const struct reply_head *head, char block_out[static REPLY_BLOCK_MAX]);

/* For files: type, etag, encoding may be NULL; the policy is that of pages. */
struct reply_file { const char *type, *etag, *encoding; bool immutable; };
size_t reply_file_block(int status, const struct reply_file *file, const struct id *request, char block_out[static REPLY_BLOCK_MAX]);

MUST_USE err reply_problem(err e, enum language language, const struct id *request, struct buf *body_out); /* appends */

/* ja unless English is preferred. */
enum language reply_language(struct bytes accept_language);

#endif
