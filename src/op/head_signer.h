/*
 * head_signer - the signed heads of a compartment's ledger: signed by the keys process, appended to a file, served.
 *
 * A head is signed when it is asked for or ticked and the tree has grown since the last one (LG-2). When its sync fails,
 * the process ends with COMMITTER_EXIT, as the committer's C3 says.
 */
#ifndef OP_HEAD_SIGNER_H
#define OP_HEAD_SIGNER_H

#include "keys/keys.h"
#include "ledger/ledger.h"
#include "ledger/note.h"

struct cosigned;
struct head_signer;

/* path: the heads file, appended to; the newest cosigned one is in <path>.cosigned. keys and ledger are borrowed. */
MUST_USE err head_signer_open(const char *path, const char *origin, struct ledger *ledger, struct keys *keys, struct head_signer **signer_out);
void head_signer_close(struct head_signer **signer);
MUST_USE err head_signer_tick(struct head_signer *signer);
/* The newest signed checkpoint, at most HEAD_SIGNER_FRESH_US old when the tree has grown. */
#define HEAD_SIGNER_FRESH_US 50000
MUST_USE err head_signer_current(struct head_signer *signer, struct buf *checkpoint_out);
/*
 * The heads file in parts: whole records (ledger/heads.h) from byte `from` on, at most HEAD_SIGNER_PART_MAX of them appended;
 * nothing when there are no more. INVALID: no record begins there.
 */
#define HEAD_SIGNER_PART_MAX ((size_t)1 << 20)
MUST_USE err head_signer_read(struct head_signer *signer, uint64_t from, struct buf *records_out);
struct cosigned *head_signer_cosigned(struct head_signer *signer);
MUST_USE err head_signer_key(struct head_signer *signer, struct note_key *key_out);

#endif
