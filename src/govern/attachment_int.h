/* attachment_int - what things can have attachments. */
#ifndef GOVERN_ATTACHMENT_INT_H
#define GOVERN_ATTACHMENT_INT_H

#include "govern/attachment.h"

struct attachment_place {
	const char *entity;
	const char *settled;        /* its time at which what hangs on it stays; NULL: none */
	bool closes;                /* from then on nothing is added */
};

/* What an object says for what hangs on it. */
struct attachment_object {
	struct id description, facility;
	bool probe;
	int64_t settled_at;         /* 0: not yet */
};

extern const char *const attachment_place_kinds[]; /* "record", "case", "announcement", "campaign"; ends with NULL */
extern const struct attachment_place attachment_place_rows[]; /* the same places */

MUST_USE err attachment_place_start(void);
/* NOT_FOUND: no such object. */
MUST_USE err attachment_place_get(struct row_context *rows, int32_t kind, struct id object, struct attachment_object *out);

#endif
