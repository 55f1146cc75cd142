/*
 * casekind - what catalog/cases.yaml says of a kind of case: its fields, states, moves and clocks. Read once; the C code knows none by name.
 *
 *   opened ─▶ the first state ─ moves ─▶ … ─▶ a final state
 *
 * K1  A kind is complete: every state but the first is reached by a move, and every one but the final ones is left by one; every event
 *     that a clock waits for is one that some move emits.
 * K2  What `mirror: provider` says is had by both compartments; filed at home, handled at the provider (casepost.h). At home those who
 *     may handle act beside whoever opened it.
 */
#ifndef GOVERN_CASEKIND_H
#define GOVERN_CASEKIND_H

#include "govern/clock.h"
#include "govern/describe.h"
#include "govern/form.h"

#define CASEKIND_STATES_MAX 24
#define CASEKIND_MOVES_MAX 40
#define CASEKIND_CLOCKS_MAX 3
#define CASEKIND_OUTCOMES_MAX 16
#define CASEKIND_NEEDS_MAX 8
#define CASEKIND_WARN_MAX 4
#define CASEKIND_OPENED "opened"    /* the events that every case has */
#define CASEKIND_CLOSED "closed"

enum casekind_side { CASEKIND_OPENER, CASEKIND_HANDLER, CASEKIND_APPROVER };
enum casekind_message { CASEKIND_NONE, CASEKIND_OPTIONAL, CASEKIND_REQUIRED };
enum casekind_waits { CASEKIND_NOBODY, CASEKIND_FOR_OPENER, CASEKIND_FOR_HANDLER };

struct casekind_word {              /* a state, an outcome */
	const char *code;
	struct describe_words title;
	bool final;
	enum casekind_waits waits_for;
};

struct casekind_move {
	const char *code;
	struct describe_words title;
	uint32_t from;                  /* mask of states */
	size_t to;
	enum casekind_side by;
	enum casekind_message message;
	const char *needs[CASEKIND_NEEDS_MAX + 1]; /* fields that are filled in with it; ends with NULL */
	const char *emits;              /* an event; NULL: none */
	const char *outcome;            /* code; NULL: none */
};

struct casekind_clock {
	const char *code;
	struct describe_words title;
	const char *from, *until;       /* events */
	struct clock_rule rule;
	bool agreed_reading;            /* the contract says which reading of the target holds */
	const struct field *agreed;     /* number of the contract, in hours, that may be stricter; NULL: none */
	uint32_t stands_in;             /* mask of states */
	int warn[CASEKIND_WARN_MAX];    /* per cent of the target, rising */
	size_t warn_count;
	unsigned escalate;              /* mask of roles */
};

struct casekind {
	struct described described;
	struct form form;
	const char *title_field;        /* whose text stands for a title that was not given; NULL: the kind's own */
	bool mirrored;
	bool assigned;                  /* somebody who may handle it has it from the first moment */
	enum grade grade;
	struct casekind_word states[CASEKIND_STATES_MAX], outcomes[CASEKIND_OUTCOMES_MAX];
	size_t state_count, outcome_count;
	struct casekind_move moves[CASEKIND_MOVES_MAX];
	size_t move_count;
	struct casekind_clock clocks[CASEKIND_CLOCKS_MAX];
	size_t clock_count;
};

/* catalog/cases.yaml; joins the descriptions. A loader of govern.c. INVALID: logged. */
MUST_USE err casekind_load(const char *folder, struct arena *arena);

const struct casekind *casekind_of(struct id description);     /* NULL: none, or no more */
const struct casekind *casekind_at(size_t index);              /* NULL: past the end */
const struct casekind_word *casekind_state(const struct casekind *kind, struct bytes code);     /* NULL */
const struct casekind_word *casekind_outcome(const struct casekind *kind, struct bytes code);   /* NULL */
const struct casekind_move *casekind_move(const struct casekind *kind, struct bytes code);      /* NULL */
bool casekind_from(const struct casekind *kind, const struct casekind_move *move, struct bytes state);

#endif
