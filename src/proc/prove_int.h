/* prove_int - what `prove` knows; for prove*.c alone. */
#ifndef PROC_PROVE_INT_H
#define PROC_PROVE_INT_H

#include "assure/ask.h"
#include "assure/cast.h"
#include "assure/checks.h"
#include "assure/provewire.h"
#include "crypto/totp.h"
#include "proc/proc.h"

#define SECOND_US INT64_C(1000000)
#define CORES_MAX 32
#define RUNS_MAX 4
#define FACTS_MAX 96

struct person {
	char password[48];
	char factor[56];        /* base 32; "": none */
	uint8_t secret[TOTP_SECRET_LEN];
	int64_t last_step;
	char cookie[ASK_COOKIE_MAX];
	int64_t proved_us;
	bool prepared;
};

struct fact {
	char name[PROVEWIRE_NAME_MAX + 1];
	char text[PROVEWIRE_TEXT_MAX + 1];
};

/* Of a check where it runs. */
struct turn {
	int64_t every_us;       /* 0: the core does not know it (yet) */
	int64_t next_us;        /* wall clock; 0: in the queue of those that are started one by one */
	int64_t last_us;
	uint64_t hash;
	bool empty, asked, running;
};

/*
 *   ABSENT ── HELLO ─▶ WAITING ── checks are wanted ─▶ PREPARING, account by account ─▶ FURNISHING (a run) ─▶ SETTLED
 */
enum core_state { CORE_ABSENT, CORE_WAITING, CORE_PREPARING, CORE_FURNISHING, CORE_SETTLED };

struct core {
	char name[32];
	int fd;                 /* -1: none */
	int intruder;           /* channel to the one that is started next; -1: none yet */
	unsigned where;         /* 0: no HELLO yet */
	bool demo;
	enum core_state state;
	size_t next_person;     /* to be prepared at the start */
	int preparing;          /* whose answer is awaited; -1: nobody's */
	struct run *renewing;   /* for which run; NULL: at the start */
	int64_t wait_us;        /* monotonic: for the answer, or before the next try */
	bool world_made;
	int64_t world_us;       /* monotonic: when it is tried again */
	struct person people[CAST_MAX];
	struct fact facts[FACTS_MAX];
	size_t fact_count;
	struct turn turns[CHECKS_MAX];
};

struct run {
	uint32_t number;        /* 0: free */
	int fd;
	size_t check;           /* index; CHECKS_MAX: makes the world */
	struct core *core;      /* NULL: of the host */
	struct turn *turn;      /* NULL: the world's */
	bool is_long;
	bool hostile;           /* the supervisor's child, not the nursery's; fd -1: not there yet */
	bool told;              /* its result has come */
	bool gone;              /* it has closed its end; the nursery says so in its turn */
	int64_t began_us, began_mono_us;
	bool inspecting;        /* waits for its core */
	struct core *renew_core;/* waits for an account of it to be renewed; NULL: does not */
	size_t renew_person;
	char renew_cast[PROVEWIRE_NAME_MAX + 1];
};

struct prove {
	const struct boot *boot;
	bool scheduled;
	bool wanted;            /* there is something to run: the worlds are needed */
	int nursery;
	struct core cores[CORES_MAX];
	size_t core_count;
	char server_name[256];
	struct turn host[CHECKS_MAX];
	struct run runs[RUNS_MAX];
	uint32_t next_number;
	int64_t next_start_us;  /* monotonic */
	char pin[2 * HASH_LEN + 1];
	bool stopping;
	uint8_t message[PROVEWIRE_MAX];
};

/* prove.c */
MUST_USE err prove_send(int fd, const struct provewire *frame);
bool prove_copy(char *out, size_t max, struct bytes text);    /* false: it does not fit */

/* prove_people.c: accounts, and what runs ask. */
void prove_people_tick(struct prove *prove, struct core *core);
void prove_people_prepared(struct prove *prove, struct core *core, const struct provewire *answer);
/* A question or word of a run. Any error: it says what no run of ours says. */
MUST_USE err prove_people_take(struct prove *prove, struct run *run, const struct provewire *frame);
void prove_people_inspected(struct prove *prove, struct core *core, const struct provewire *answer);
/* The core has gone: whoever waits for it hears so. */
void prove_people_lost(struct prove *prove, struct core *core);
/* What a run is told of its world. */
MUST_USE err prove_people_facts(struct prove *prove, const struct core *core, struct buf *body);

/* prove_turns.c: what is due where. */
MUST_USE err prove_turns_hello(struct prove *prove, struct core *core, struct bytes checks);
void prove_turns_asked(struct prove *prove, struct core *core, struct bytes check);
/* What is to be started now; false: nothing. asked_out: by a person. */
bool prove_turns_next(struct prove *prove, size_t *check_out, struct core **core_out, struct turn **turn_out);
/* The run has ended; result NULL: without saying anything. Records it where it counts. */
void prove_turns_ended(struct prove *prove, struct run *run, const struct provewire *result);
void prove_turns_recorded(struct prove *prove, const struct core *core, const struct provewire *answer);

#endif
