/*
 * proc - what a process of ours gets when it is started, and how it speaks with the supervisor.
 *
 *   supervisor ── fork, exec /proc/self/exe --process KIND --boot FD ──▶ proc_enter ─▶ boot_receive ─▶ proc_KIND
 *
 * The boot message names every descriptor that was passed. A process main keeps this order: read what it must from
 * outside its folder, sandbox_enter, open its own files by relative name, control_ready, loop.
 *
 * P1  Between any two processes there is one SEQPACKET pair per channel; only the supervisor makes them.
 * P2  When a peer dies its channels end (EOF, EPIPE). The process closes its end, answers what hung on it with
 *     UNAVAILABLE, and goes on; the supervisor sends the new end as CONTROL_CHANNEL.
 * P3  EOF on the control channel means that the supervisor is gone: exit.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include "proc/boot.h"
#include "proc/control.h"

#define EDGE_LOOPS 2          /* event loops of an edge; each has its own channel to every core */

/* Files of the keys process in its own folder. */
#define PROC_KEYS_ROOT "root.key"
#define PROC_KEYS_STORE "keys.store"

/*
 * What the processes do; each returns its exit status. 0 after CONTROL_STOP, anything else is a failure and the
 * process is started again. boot stays valid while main runs.
 */
int proc_edge(struct boot *boot);
int proc_core(struct boot *boot);
int proc_keys(struct boot *boot);
int proc_reader(struct boot *boot);
int proc_render(struct boot *boot);
int proc_scan(struct boot *boot);
int proc_prove(struct boot *boot);
int proc_post(struct boot *boot);
int proc_courier(struct boot *boot);
int proc_intruder(struct boot *boot);

#define PROC_EXIT_STORAGE 70  /* a write to stable storage failed: nothing since the last sync may be believed */

/* For main(): argv[1] is "--process". */
bool proc_is_child(int argc, char **argv);
int proc_enter(int argc, char **argv);

#endif
