/*
 * checkrow - what is remembered of each check: its last result, and the stretches of equal results before.
 *
 *   check.record (by the system) ─▶ check_state, one row a check     check_turn, one row a stretch
 *   check.run (by a person)      ─▶ check_state.asked_at; whoever runs the checks looks for it
 */
#ifndef ASSURE_CHECKROW_H
#define ASSURE_CHECKROW_H

#include "assure/catalogue.h"
#include "assure/matrix.h"
#include "op/op.h"

#define CHECKROW_AGAIN_US (INT64_C(5) * 1000000)        /* how soon after a run the next may be asked for */
#define CHECKROW_ASK_US (INT64_C(600) * 1000000)        /* after that, what was asked for has been forgotten */
#define CHECKROW_TURNS_MAX 50

struct checkrow {
	struct row row;
	struct bytes code;          /* id of the check */
	int32_t outcome;            /* enum matrix_outcome */
	int64_t objects, took_ms;
	int64_t last_at;            /* of the last run */
	int64_t since;              /* of the stretch of equal results */
	int64_t asked_at;
	int64_t event;              /* in the ledger, of the last run */
	int64_t stale_at;           /* when the result is too old */
	bool stale;                 /* that has been noticed (verdict.h) */
	struct bytes steps;         /* JSON as in steps.h */
};

struct checkrow_turn {
	struct row row;
	struct bytes code;
	int32_t outcome;
	int64_t since, until;       /* until 0: it lasts */
	int64_t last_at, runs;
	int64_t first_event, last_event;
	struct bytes steps;         /* of the last run of the stretch */
};

extern const struct entity checkrow_entity;
extern const struct entity checkrow_turn_entity;
extern const struct op checkrow_record, checkrow_run;

MUST_USE err checkrow_start(void);
/* NOT_FOUND: it has never run nor been asked for. */
MUST_USE err checkrow_get(struct row_context *c, const char *code, struct checkrow *row_out);
/* Every row there is; stops at the first error. */
MUST_USE err checkrow_each(struct row_context *c, err (*each)(void *context, const struct checkrow *row), void *context);
/* Those asked for and not run since; at most 16. */
MUST_USE err checkrow_asked(struct row_context *c, int64_t now_us, err (*each)(void *context, const struct checkrow *row), void *context);
/* The stretches of a check, the newest first; at most CHECKROW_TURNS_MAX. */
MUST_USE err checkrow_turns(struct row_context *c, const char *code, err (*each)(void *context, const struct checkrow_turn *turn),
    void *context);
bool checkrow_waiting(const struct checkrow *row, int64_t now_us); /* asked for and not run since */

#endif
