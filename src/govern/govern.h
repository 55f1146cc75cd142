/*
 * govern - what people, clocks and records carry: registers, cases, announcements, campaigns, alerts, documents, and the post.
 *
 *   catalog/{registers,cases,announcements,campaigns,alerts}.yaml ─▶ description ─▶ objects ─▶ things to do, alerts, letters
 *
 * G1  A new kind of register, case, announcement, campaign or alert is a description and words; nothing here knows it by name.
 */
#ifndef GOVERN_GOVERN_H
#define GOVERN_GOVERN_H

#include "op/job.h"
#include "op/op.h"

extern const struct entity *const govern_entities[];        /* all three end with NULL */
extern const struct op *const govern_ops[];
extern const struct job_kind *const govern_jobs[];

/* Reads the descriptions. Once, before threads and before the sandbox. NOT_FOUND, INVALID: what is wrong was logged with file and line. */
MUST_USE err govern_load(const char *folder);
/* Derives the module's lists; after row_plan_make, before threads. */
MUST_USE err govern_start(void);

/* engine_config.held: what must be accepted first, and what must be done first. */
MUST_USE err govern_held(struct call *call);

#endif
