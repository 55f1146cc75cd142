/*
 * core_teller - a core's word with a process of which there is one for all cores: a thread with a channel, a read connection of its own,
 * and operations of the system that it has carried out.
 *
 * What is said is its owner's (struct core_teller_word). Whoever sends what is no frame is cut off until it has been started afresh.
 */
#ifndef PROC_CORE_TELLER_H
#define PROC_CORE_TELLER_H

#include "op/engine.h"

struct core_teller;

struct core_teller_word {
	const char *peer;                    /* in log lines */
	size_t message_max;
	int look_ms;                         /* between two calls of look */
	/* All may be NULL but take. UNAVAILABLE, INVALID: the channel is of no use any more. */
	err (*hello)(struct core_teller *teller);                        /* a new channel */
	err (*take)(struct core_teller *teller, struct bytes message);
	err (*look)(struct core_teller *teller);                         /* now and then, while there is a channel */
	void (*lost)(struct core_teller *teller);                        /* what was under way over the channel is so no more */
	void *context;
};

/* channel: or -1 for now. compartment and engine stay the caller's. UNAVAILABLE: no thread or memory. */
MUST_USE err core_teller_start(const struct compartment *compartment, struct engine *engine, int channel, const struct core_teller_word *word,
    struct core_teller **out);
/* The other has been started afresh; may be called from any thread. channel is ours from now on. */
void core_teller_channel(struct core_teller *teller, int channel);
/* Before the engine stops. */
void core_teller_stop(struct core_teller **teller);

/* ---- for the functions of a word, on its thread ---- */

void *core_teller_context(const struct core_teller *teller);
const struct compartment *core_teller_compartment(const struct core_teller *teller);
/* One message. UNAVAILABLE: it is not taken. */
MUST_USE err core_teller_say(struct core_teller *teller, struct bytes message);
/* Look again as soon as what has come is dealt with. */
void core_teller_soon(struct core_teller *teller);
/* A read transaction, compared with the ledger; until core_teller_read_end. */
MUST_USE err core_teller_read(struct core_teller *teller, struct row_context *rows_out);
void core_teller_read_end(struct core_teller *teller);
/* values: one for each input. status_out: as HTTP has it. */
void core_teller_carry_out(struct core_teller *teller, const struct op *op, const struct value *values, int *status_out);
/* The value of an input, marked as given. */
struct value *core_teller_value(const struct op *op, struct value *values, const char *name);

#endif
