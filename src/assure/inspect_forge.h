/*
 * inspect_forge - a small ledger of given entries, made on the side, and what somebody who owns the machine could do to it. The
 * forger recomputes every hash and owns every file but the heads that have left the machine; those are kept as they were.
 */
#ifndef ASSURE_INSPECT_FORGE_H
#define ASSURE_INSPECT_FORGE_H

#include "ledger/chain.h"
#include "ledger/verify.h"

enum forgery {
	FORGE_NOTHING,
	FORGE_EDIT,       /* an entry says something else */
	FORGE_DELETE,     /* it is left out, those behind it move up */
	FORGE_SWAP,       /* it changes places with its neighbour */
	FORGE_INSERT,     /* another one stands before it */
	FORGE_TRUNCATE,   /* it and what follows are gone, the stored hashes are left */
	FORGE_ROLL_BACK,  /* everything is put back to what it was before it, the machine's own heads too */
	FORGE_FORK,       /* from it on another past, signed anew with the true key */
	FORGE_COUNT
};

extern const char *const inspect_forge_words_ja[FORGE_COUNT], *const inspect_forge_words_en[FORGE_COUNT];

#define FORGE_PATH_MAX 512

struct forge;

/* The files are made below folder and removed by the end. leaves: at least two, borrowed, canonical, in order. */
MUST_USE err inspect_forge_begin(const char *folder, const struct bytes *leaves, size_t count, struct forge **forge_out);
void inspect_forge_end(struct forge **forge);

/* What each verifier says; UINT64_MAX: nothing. */
struct forge_found {
	uint64_t expected;        /* the lowest index that is not as it was */
	uint64_t verifier;        /* ledger/verify, with the heads that were kept */
	uint64_t check;           /* ledger/chain, which had seen the genuine ledger before */
};

/* Forges entry `at` of a fresh copy and has it verified. at + 1 < count for FORGE_SWAP. */
MUST_USE err inspect_forge_try(struct forge *forge, enum forgery kind, size_t at, struct forge_found *found_out);

#endif
