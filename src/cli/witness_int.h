/*
 * witness_int - what the parts of `sekimori witness` share.
 */
#ifndef CLI_WITNESS_INT_H
#define CLI_WITNESS_INT_H

#include <pthread.h>

#include "cli/cli.h"
#include "cli/door.h"
#include "cli/witness_folder.h"
#include "ledger/witness.h"

#define WITNESS_NOWHERE UINT64_MAX

struct witness {
	const struct cli_options *options;
	struct note_key log;            /* whose heads are followed */
	struct note_key me;
	struct signer *signer;
	struct witness_folder *folder;
	pthread_mutex_t lock;           /* of what the folder stands by: compare and keep are one step */
	struct ledger_head kept;        /* what it stood by when this look began */
	struct door door;
	char login[128], password[256]; /* --entries; empty: nobody signs in */
	bool audit;                     /* every entry is fetched again, not the new ones alone */
	uint64_t recheck;               /* number of the bundle that is looked at again next */
};

enum witness_outcome {
	WITNESS_FOLLOWED,   /* grown, verified, kept, cosigned */
	WITNESS_UNCHANGED,
	WITNESS_FORGED,
	WITNESS_UNREACHED,
	WITNESS_STORAGE,    /* our own disk */
};

struct witness_finding {
	enum witness_outcome outcome;
	uint64_t size;      /* of the head shown */
	uint64_t index;     /* of the first entry concerned; WITNESS_NOWHERE: none can be named */
	char ja[400], en[400];
};

/* ---- witness_key ---- */
/* A file for its owner's eyes alone. CONFLICT: there is a file. */
MUST_USE err witness_key_make(const char *path, const char *name, struct note_key *key_out);
/* DENIED: others may read the file. INVALID: it is none of ours. */
MUST_USE err witness_key_load(const char *path, struct note_key *key_out, struct signer **signer_out);

/* ---- witness_follow ---- */
/* Both languages take the same numbers in the same order. */
void witness_follow_say(struct witness_finding *finding, enum witness_outcome outcome, const char *ja, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* One look at the log. */
void witness_follow(struct witness *witness, struct witness_finding *finding_out);
/* The note with the log's own lines and ours. Its head must be durable: W1. */
MUST_USE err witness_follow_cosign(struct witness *witness, struct bytes note, struct buf *cosigned_out);

/* ---- witness_tiles ---- */
/* Level-0 tiles of [from, size) from the log; those above are computed. NOT_FOUND: the log does not give them. */
MUST_USE err witness_tiles_fetch(struct witness *witness, uint64_t from, uint64_t size);
/* Root over the tiles here, those of a tree of tree_size; size at most that. */
MUST_USE err witness_tiles_root(struct witness *witness, uint64_t tree_size, uint64_t size, uint8_t root_out[static LEDGER_HASH_LEN]);
/* The first entry below `limit` for which the log now names another hash than stands here; WITNESS_NOWHERE: none. */
MUST_USE err witness_tiles_locate(struct witness *witness, uint64_t kept_size, uint64_t limit, uint64_t *index_out);
/* Entries of bundle `number` of a tree of `size`, rehashed and kept. bad_out: the first that does not have its hash; WITNESS_NOWHERE: none. */
MUST_USE err witness_tiles_entries(struct witness *witness, uint64_t number, uint64_t size, uint64_t *bad_out);

/* ---- witness_listen ---- */
struct witness_listener;
/* A thread of its own. fork_out is set when somebody shows two heads of the log that cannot both be true. */
MUST_USE err witness_listen(struct witness *witness, const char *address, struct witness_listener **listener_out);
bool witness_listen_forked(struct witness_listener *listener);
void witness_listen_end(struct witness_listener **listener);

#endif
