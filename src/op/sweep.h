/*
 * sweep - are the stored rows those that the ledger's events left behind? Every row of every entity: its digest is
 * computed again over all stored columns, sealed ones as they are, and it is compared with the newest event that wrote it; rows that are
 * missing, or that no event wrote, are found too (LG-2).
 */
#ifndef OP_SWEEP_H
#define OP_SWEEP_H

#include "entity/row.h"
#include "op/newest.h"

struct sweep_report {
	uint64_t rows;      /* compared */
	uint64_t bad;
	char what[160];     /* the first bad one: entity, id, what differs */
};

/*
 * database: path. known: complete. stop (may be NULL): looked at after each row.
 * UNAVAILABLE: stop became true, or something could not be read; nothing is blamed for that.
 * Also right while the committer goes on: what differs is looked at again before it is blamed.
 */
MUST_USE err sweep_run(const char *database, struct keys *keys, struct newest *known, const _Atomic bool *stop,
    struct sweep_report *report_out);

#endif
