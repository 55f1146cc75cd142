/*
 * package - the proof of one demand, to be taken away: what its page says, and for the results that it rests on the entries of the ledger with
 * their paths to a signed head, so that anybody can check them with tools that are not ours.
 *
 *   {requirement: …, turns: [{check, turns}], log, origin, verifier_key, size, checkpoint, entries: [{index, entry, hashes}], left_out}
 *   entry   the leaf as the ledger holds it, base64; its hash is SHA-256 over a zero byte and the leaf (RFC 6962)
 *   hashes  the path from the leaf to the root in the checkpoint
 */
#ifndef ASSURE_PACKAGE_H
#define ASSURE_PACKAGE_H

#include "op/op.h"

#define PACKAGE_ENTRIES_MAX 64  /* the newest ones; how many older ones were left out is said */

extern const struct op package_requirement;

#endif
