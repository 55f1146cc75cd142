/*
 * matrix - from what is known of checks and registers to the status of controls and requirements: a function of its arguments and
 * nothing else.
 *
 *   check    never, off, unable, open ─▶ open   failed ─▶ failing   passed, in time ─▶ proven   passed, too old ─▶ stale
 *   register empty, unapproved, open  ─▶ open   expired ─▶ stale    held ─▶ proven
 *   control      the worst of its checks and registers; with none at all: open
 *   requirement  the worst of its controls
 *
 * M1  Whatever is missing makes worse, never better.
 * M2  A check that passed on nothing has not passed, unless its row says that nothing is a pass.
 */
#ifndef ASSURE_MATRIX_H
#define ASSURE_MATRIX_H

#include "assure/catalogue.h"

enum matrix_status { MATRIX_FAILING, MATRIX_STALE, MATRIX_OPEN, MATRIX_PROVEN, MATRIX_STATUS_COUNT }; /* the worst first */
extern const char *const matrix_status_names[]; /* all three end with NULL */

enum matrix_check {
	MATRIX_PASSED, MATRIX_FAILED, MATRIX_UNABLE, MATRIX_PASSED_LONG_AGO, MATRIX_NEVER, MATRIX_OFF, MATRIX_NO_SUBJECT, MATRIX_CHECK_COUNT
};
extern const char *const matrix_check_names[];

enum matrix_register {
	MATRIX_HELD, MATRIX_EMPTY, MATRIX_UNAPPROVED, MATRIX_EXPIRED, MATRIX_NO_REGISTER, MATRIX_REGISTER_COUNT
};
extern const char *const matrix_register_names[];

enum matrix_outcome { MATRIX_NOT_RUN, MATRIX_RUN_PASSED, MATRIX_RUN_FAILED, MATRIX_RUN_UNABLE, MATRIX_RUN_OFF };

/* What is known of one check. */
struct matrix_run {
	bool subject;                   /* it can be carried out: its row is there */
	enum matrix_outcome outcome;    /* of the last run */
	int64_t objects;                /* on how many */
	int64_t last_us;
};

/* What is known of one register. */
struct matrix_book {
	bool kept;                      /* some part of the program keeps it */
	int64_t records, unapproved;
	int64_t oldest_us;              /* the confirmation longest ago; 0 = unknown */
	int64_t expired;                /* that are over, where none is in force */
};

/* In the order of the catalogue's checks and registers. */
struct matrix_facts {
	int64_t now_us;
	const struct matrix_run *runs;
	const struct matrix_book *books;
};

/* How often the interval may pass before a result is too old. */
#define MATRIX_STALE_AFTER 2

enum matrix_check matrix_check(const struct catalogue_check *check, const struct matrix_run *run, int64_t now_us);
/* When a result of that time becomes too old. */
int64_t matrix_stale_at(const struct catalogue_check *check, int64_t last_us);
enum matrix_register matrix_register(const struct catalogue_need *need, const struct matrix_book *book, int64_t now_us);
enum matrix_status matrix_check_status(enum matrix_check state);
enum matrix_status matrix_register_status(enum matrix_register state);

/* The first of the worst parts. Neither check nor need: nothing is wrong, or there is no part at all. */
struct matrix_cause {
	const struct catalogue_check *check;
	const struct catalogue_need *need;
};
/* all: the catalogue that facts' arrays belong to. cause_out may be NULL. */
enum matrix_status matrix_control(const struct catalogue *all, const struct catalogue_control *control, const struct matrix_facts *facts,
    struct matrix_cause *cause_out);
enum matrix_status matrix_requirement(const struct catalogue *all, const struct catalogue_requirement *requirement,
    const struct matrix_facts *facts, struct matrix_cause *cause_out);

#endif
