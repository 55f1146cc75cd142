/*
 * attachment - files that people add to records, cases, announcements and campaigns.
 *
 *   attachment.begin, .put …, .finish          attachment.scan-step
 *   ──────────▶ uploading ──────▶ scanning ───────────────┬─▶ clean
 *                   │                └─ no scanner: waits ├─▶ infected   the scanner found something, or cannot judge it
 *                   │                                     └─▶ refused    none of the kinds that may be attached
 *                   └─ attachment.remove, or a day without an end ─▶ removed ─ attachment.clean-step ─▶ gone
 *
 * Who sees the object sees its attachments, who files or handles it adds some (access/relations.c): nothing else is asked.
 * F1  Bytes are given out of a clean attachment only. Clean is what the scanner has passed; no scanner, no clean attachment.
 * F2  What a file is says its content (proc/mediatype); it is downloaded under a name that ends as its kind does.
 * F3  What belonged to an object when it was approved, published or closed stays.
 */
#ifndef GOVERN_ATTACHMENT_H
#define GOVERN_ATTACHMENT_H

#include "op/job.h"
#include "op/media.h"
#include "op/stream.h"

enum attachment_state {
	ATTACHMENT_UPLOADING, ATTACHMENT_SCANNING, ATTACHMENT_CLEAN, ATTACHMENT_INFECTED, ATTACHMENT_REFUSED, ATTACHMENT_REMOVED
}; /* only grows: stored as its number */

struct attachment {
	struct row row;
	int32_t object_kind;            /* place in attachment_place_rows */
	struct id object, description, facility;
	bool probe;
	struct id opener;
	struct bytes name;
	int64_t size, received;
	int32_t state, media;
	bool waiting;                   /* scanning: there is no scanner for now */
	struct bytes digest;            /* hex of the SHA-256, once it was scanned */
	struct bytes engine, found;     /* who judged it; what it found */
	int64_t signatures_at;          /* how old what the scanner knows was; 0: it did not say */
	int64_t opened_at, finished_at, scanned_at;
};

#define ATTACHMENT_OBJECT_MAX 50                        /* of one object */
#define ATTACHMENT_UNDER_WAY_MAX ((int64_t)256 << 20)   /* bytes that are announced and not judged yet */
#define ATTACHMENT_UNDER_WAY_OWN_MAX ((int64_t)64 << 20) /* of these, one person's: nobody shuts the others out */
#define ATTACHMENT_PART_MAX ((size_t)1 << 20)           /* of one answer */
#define ATTACHMENT_BROKEN_MAX 5                         /* scans in which the scanner broke off; then the file is kept away */

extern const struct entity attachment_entity;
extern const struct op attachment_begin, attachment_put, attachment_finish, attachment_see, attachment_list, attachment_content, attachment_remove;
extern const struct job_kind attachment_job_scan, attachment_job_clean;

MUST_USE err attachment_start(void);
/* "attachments": those of an object, as in GET /v1/attachments/{attachment}; the object is open and the caller may see it. */
MUST_USE err attachment_put_list(struct call *call, struct json *json, const char *object_kind, struct id object);
/* How many of an object are clean. */
MUST_USE err attachment_count(struct row_context *rows, const char *object_kind, struct id object, int64_t *count_out);
/* Does something that this account has added hang on it? Nobody approves what is their own. */
MUST_USE err attachment_added_by(struct row_context *rows, const char *object_kind, struct id object, struct id account, bool *added_out);

#endif
