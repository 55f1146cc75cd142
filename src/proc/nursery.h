/*
 * nursery - starts the processes of the runs for `prove`, each with just the rights of its check, and ends those that take too long.
 *
 * It is forked from `prove` before that has any secret, holds none, stays single-threaded, and asks nothing: it knows numbers, rights
 * and limits. What a run must know it hears from `prove` over the channel that comes with the order to start it.
 *
 *   START number, rights, limit + descriptor ─▶ fork ─▶ sandbox_narrow ─▶ run_main
 *   ENDED number, status ◀── the run has ended, by itself or killed after its limit
 */
#ifndef PROC_NURSERY_H
#define PROC_NURSERY_H

#include "proc/proc.h"

#define NURSERY_RUNS_MAX 8

/* Forks. channel_out: SEQPACKET to the nursery; it ends when that is closed, and with us. Call with one thread, before sandbox_boot.
 * UNAVAILABLE: no process or descriptor left. */
MUST_USE err nursery_start(const struct boot *boot, uint16_t port, int *channel_out);
/* run: its end of the channel, the caller's own. UNAVAILABLE: the nursery has gone. */
MUST_USE err nursery_order(int channel, uint32_t number, unsigned rights, uint32_t limit_ms, int run);

#endif
