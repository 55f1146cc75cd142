/*
 * table - every kind of process, and who may talk to whom. What does not stand here does not run and has no channel.
 *
 *   edge ─┬─ EDGE_LOOPS pairs ── core ─┬─ keys        supervisor ── control ── each of them
 *         └─ … every core it serves    ├─ reader
 *                                      ├─ render
 *                                      ├─ scan
 *                                      ├─ prove, the same one for all ─── intruder
 *                                      ├─ post, the same one for all
 *                                      └─ courier, the same one for all
 */
#ifndef PROC_TABLE_H
#define PROC_TABLE_H

#include "proc/proc.h"
#include "proc/sandbox.h"

/* ONCE: for the whole installation, started when all others are ready. */
enum process_scope { PER_NOBODY, PER_DOOR, PER_COMPARTMENT, ONCE };

struct process_row {
	const char *name;          /* in argv, log lines and errors */
	enum process_scope scope;
	const char *folder;        /* own one, below the compartment's; NULL: none */
	bool needed;               /* a compartment is ready only when this one is */
	bool restart;              /* start it again when it ends */
	bool on_request;           /* not started until somebody asks (CONTROL_WANTED) */
	unsigned stage;            /* of an orderly stop: 1 first */
	int64_t stop_us;           /* how long it may take for that; then SIGKILL */
};

struct channel_row {
	enum process_kind left;
	enum fd_role left_role;    /* what left's end is called: by who stands at the other */
	enum process_kind right;
	enum fd_role right_role;
	unsigned count;            /* pairs; index 0 .. count - 1 */
};

#define TABLE_STAGES 3
#define TABLE_USERS_EACH 16    /* numbers set aside for each compartment */

const struct process_row *table_process(enum process_kind kind);
/* NOT_FOUND: no such name, or the supervisor, which nobody starts. */
MUST_USE err table_kind(const char *name, enum process_kind *kind_out);
const struct channel_row *table_channels(size_t *count_out);
/* index: of the door or compartment; base 0: 0. */
uint32_t table_user(uint32_t base, enum process_kind kind, size_t index);

#endif
