/*
 * static - the files of the user interface, wholly in memory before the sandbox closes.
 *
 * Read only after static_load: shared by the loops without a lock.
 */
#ifndef EDGE_STATIC_H
#define EDGE_STATIC_H

#include "edge/reply.h"

struct static_body {
	struct bytes content;
	char etag[36];              /* "…" with the quotes; strong */
};

enum static_encoding { STATIC_BR, STATIC_GZIP, STATIC_PLAIN, STATIC_ENCODING_COUNT };

struct static_asset {
	char path[256];             /* "/assets/index-abc.js" */
	const char *type;
	bool immutable;             /* its name contains a hash of its content */
	struct static_body bodies[STATIC_ENCODING_COUNT];  /* content.ptr NULL: no such variant; STATIC_PLAIN is always there */
};

struct static_files;

/* directory NULL or not there: no files. CORRUPT: something in it cannot be served (too large, too many, not a file). */
MUST_USE err static_load(const char *directory, struct static_files **files_out);
/* One more file, e.g. "/openapi.json"; content is copied. */
MUST_USE err static_add(struct static_files *files, const char *path, const char *type, struct bytes content);
void static_free(struct static_files **files);

bool static_is_empty(const struct static_files *files);    /* no page to show */
/* A page of the application is answered with index.html. NULL: nothing there. */
const struct static_asset *static_find(const struct static_files *files, struct bytes path);

enum static_encoding static_choose(const struct static_asset *asset, struct bytes accept_encoding);
extern const char *const static_encoding_names[STATIC_ENCODING_COUNT];   /* NULL for STATIC_PLAIN */
bool static_matches(struct bytes if_none_match, const char *etag);

#endif
