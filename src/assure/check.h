/*
 * check - what is tried on a running service: one row names a check of catalog/controls.yaml and says where and with which
 * rights it runs. A module's rows stand in one array, joined in assure/checks.c.
 *
 * Either `run` tries it, in a process of its own, through the doors (assure/trial.h), or `inspection` names what the cores look
 * up themselves (assure/inspect.h); a row with both runs `run`.
 */
#ifndef ASSURE_CHECK_H
#define ASSURE_CHECK_H

#include "base/err.h"

struct trial;

/*
 * Where a check runs; a mask. A compartment in which it does not run itself is given the result of the probe compartment, where
 * it runs there, else the provider's, else nobody's. CHECK_HOST stands alone: it runs once, and everybody is given its result.
 */
enum check_where {
	CHECK_CUSTOMER = 1, /* in each customer's compartment, on its probe facilities and as its probe accounts */
	CHECK_PROBE = 2,    /* in the probe compartment: whatever could harm, and whatever needs a whole city of its own */
	CHECK_PROVIDER = 4, /* in the provider's */
	CHECK_HOST = 8,     /* once a machine */
};

/* What the process of a run may do; rows of seccomp and Landlock in proc/sandbox.c. */
enum rights {
	RIGHTS_DOOR,        /* connect to the door; no file */
	RIGHTS_HOST,        /* read files, /proc and /sys; connect to the door */
	RIGHTS_HOSTILE,     /* all that a taken-over core of the probe compartment has; where: CHECK_PROBE */
	RIGHTS_COUNT
};

struct check {
	const char *id;             /* of catalog/controls.yaml */
	unsigned where;
	/* Any error but OK: could not be carried out (unable). What was seen is said by trial_step. */
	err (*run)(struct trial *trial);
	const char *inspection;
	enum rights rights;
	unsigned seconds;           /* time limit; 0: CHECK_SECONDS */
};

#define CHECK_SECONDS 30
#define CHECK_SECONDS_MAX 900
#define CHECK_ID_MAX 64         /* with the final NUL */

enum check_outcome { CHECK_PASSED, CHECK_FAILED, CHECK_UNABLE, CHECK_OUTCOME_COUNT };

#endif
