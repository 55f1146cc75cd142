/*
 * knock - one operation of the program's table, asked for as a probe account about given things, so that all that comes back is
 * whether one may.
 *
 * N1  Nothing is changed by it: a write is sent with a member that no operation has. Whoever may do it is told of that member (400),
 *     whoever may not is refused before (401, 403, 404).
 * N2  A read is really answered to whoever may.
 */
#ifndef ASSURE_KNOCK_H
#define ASSURE_KNOCK_H

#include "assure/trial.h"
#include "op/op.h"

enum knock_answer {
	KNOCK_ENTERED,
	KNOCK_STRANGER,     /* 401 */
	KNOCK_DENIED,       /* 403 */
	KNOCK_ABSENT,       /* 404 */
	KNOCK_OTHER
};
extern const char *const knock_answers[];

/* What can stand in an address. */
enum knock_thing {
	KNOCK_ACCOUNT, KNOCK_MEMBERSHIP, KNOCK_SESSION, KNOCK_FACILITY, KNOCK_DEVICE, KNOCK_CLASS, KNOCK_CHILD, KNOCK_GUARDIANSHIP,
	KNOCK_ABSENCE, KNOCK_ATTENDANCE, KNOCK_RECOVERY, KNOCK_IMPORT, KNOCK_CHANGE, KNOCK_LOG, KNOCK_INDEX, KNOCK_THINGS
};
extern const char *const knock_names[]; /* as inputs are called; ends with NULL */

#define KNOCK_TEXT_MAX 40

/* "" where there is none. */
struct knock_things {
	char text[KNOCK_THINGS][KNOCK_TEXT_MAX];
};

/*
 * One thing of each kind at facility a of a compartment, as its own probe principal sees them; those that are missing are made.
 * of: "" our own, "other." the other compartment's.
 */
MUST_USE err knock_gather(struct trial *trial, const char *of, struct knock_things *out);

/* NULL: nothing of some kind is known that the address needs. Valid until 8 further calls of trial_text. */
const char *knock_path(struct trial *trial, const struct op *op, const struct knock_things *things);
/* Does the address name a thing at all? */
bool knock_about(const struct op *op);
/* UNAVAILABLE: no reply that says anything (busy, ended): the trial is unable. */
MUST_USE err knock(struct trial *trial, const struct op *op, const struct person *who, const char *path, struct seen *out, enum knock_answer *answer_out);
/* The probe account at facility a (or of the city, or the provider) that has the widest right to it: a cast code; NULL: nobody. */
const char *knock_holder(const struct trial *trial, const struct op *op);

#endif
