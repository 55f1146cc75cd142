/*
 * supervisor - starts the processes, joins them by channels, heals what dies, stops all in order.
 *
 * Single-threaded; serves nothing to the network; holds no key and no data. It opens the listening sockets and the
 * TLS files, so that edges need neither the right to bind nor a file.
 *
 *   start ─▶ running ─ SIGTERM, SIGINT ─▶ edges stop ─▶ cores stop ─▶ readers, renders and keys stop ─▶ done
 *              │  ▲
 *   child ends ▼  │ backed off: at once the first time, then 50 ms doubling to 5 s while it keeps dying young
 *            start it again, hand fresh channels to its peers
 */
#ifndef PROC_SUPERVISOR_H
#define PROC_SUPERVISOR_H

#include "proc/proc.h"

#define SUPERVISOR_DOORS_MAX 8
#define SUPERVISOR_COMPARTMENTS_MAX 32
#define SUPERVISOR_USER_BASE 61000

struct supervisor_compartment {
	const char *name;
	const char *directory;      /* absolute; core/ and keys/ are below it */
};

struct supervisor_door {
	const char *name;
	const char *address;        /* numeric; "::" and "0.0.0.0" are everybody */
	uint16_t port;              /* 0: any, told by `listening` */
	const char *certificate;    /* PEM files */
	const char *private_key;
	const char *const *compartments; /* names served here */
	size_t compartment_count;
	const char *web;            /* folder of static files; setting "web" of this edge; NULL: none */
};

struct supervisor_config {
	const struct supervisor_door *doors;
	size_t door_count;
	const struct supervisor_compartment *compartments;
	size_t compartment_count;
	const char *probe;                     /* the compartment that is made for checks: the only one whose rights an intruder gets. NULL: none */
	const char *relay_ca, *relay_secret;   /* files for the courier; NULL: none */
	const char *bounces;                   /* where its local socket for bounces is made; NULL: none */
	const struct boot_setting *settings;   /* given to every process */
	size_t setting_count;
	uint32_t user_base;                    /* when root: uid = base + TABLE_USERS_EACH * (index of compartment or door) + kind; 0: stay root */
	/* Called once when every process has reported ready. Both may be NULL. */
	void (*listening)(void *context, const char *door, uint16_t port);
	void (*ready)(void *context);
	void *context;
};

/* Returns after an orderly stop. INVALID: the configuration contradicts itself. UNAVAILABLE: a socket or file cannot be opened,
 * or a process could not be started for the first time. */
MUST_USE err supervisor_run(const struct supervisor_config *config);

#endif
