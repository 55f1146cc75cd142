/*
 * witness_folder - what a witness keeps, on the city's own disk, in tlog-tiles layout:
 *
 *   heads            every signed head it accepted, appended (ledger/heads.h); the last one is what it stands by
 *   checkpoint       the newest of them whose hashes are all here
 *   tile/L/…         hashes; tile/entries/… entries, where it may see them
 *   vkey             the log's key, as it was given when the folder was made
 *   cosigned         checkpoint with the witness's own line, as last given away
 *   forks/           pairs of heads that cannot both be true: <name>.kept, <name>.shown, <name>.txt
 *   lock             held while a witness works here
 *
 * W1  A head is durable in `heads` before anything about it leaves.
 * W2  Where `forks` holds anything, nothing further is accepted: a person looks first.
 */
#ifndef CLI_WITNESS_FOLDER_H
#define CLI_WITNESS_FOLDER_H

#include "ledger/ledger.h"
#include "ledger/note.h"
#include "ledger/tilepath.h"

struct witness_folder;

/* Made when it is not there. CONFLICT: another witness works in it. CORRUPT: it belongs to another log, or is damaged. */
MUST_USE err witness_folder_open(const char *path, const struct note_key *log, struct witness_folder **folder_out);
void witness_folder_close(struct witness_folder **folder);

const struct ledger_head *witness_folder_head(const struct witness_folder *folder);     /* newest accepted; size 0: none */
const struct ledger_head *witness_folder_followed(const struct witness_folder *folder); /* of `checkpoint`; size 0: none */
struct bytes witness_folder_note(const struct witness_folder *folder);                  /* newest accepted, whole */
bool witness_folder_forked(const struct witness_folder *folder);

/* W1. When it fails, what the disk holds is unknown: end. */
MUST_USE err witness_folder_keep(struct witness_folder *folder, struct bytes note, const struct ledger_head *head);
/* The tiles of this head are here. Partial tiles of the former one go. */
MUST_USE err witness_folder_follow(struct witness_folder *folder, struct bytes note, const struct ledger_head *head);
MUST_USE err witness_folder_cosigned(struct witness_folder *folder, struct bytes note);
/* The note last given away, appended. NOT_FOUND: none. */
MUST_USE err witness_folder_given(struct witness_folder *folder, struct buf *note_out);
MUST_USE err witness_folder_fork(struct witness_folder *folder, struct bytes shown, const char *words);

/* Tiles lie there whole or not at all, and are durable after _sync. */
MUST_USE err witness_folder_put(struct witness_folder *folder, const struct tilepath *tile, struct bytes content);
/* NOT_FOUND: not here. */
MUST_USE err witness_folder_get(struct witness_folder *folder, const struct tilepath *tile, struct buf *content_out);
bool witness_folder_has(struct witness_folder *folder, const struct tilepath *tile);
MUST_USE err witness_folder_text(struct witness_folder *folder, const char *name, struct bytes content); /* README and the like */
MUST_USE err witness_folder_sync(struct witness_folder *folder);

#endif
