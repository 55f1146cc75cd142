/*
 * keystore - the key store file and what the keys process does with it. Only the keys process links calls to it;
 * tests and `init` too.
 *
 * The file is append-only records of fixed size (drawn in keyrecord.h; torn tail dropped, every record authenticated);
 * a key counts only when its record is durable (fsync of file, and of the directory when created). A failed fsync ends
 * the process with status 70. Keys stay wrapped; one is opened for the request that asks for it.
 *
 * K1  At most one key of a kind and owner is active.
 * K2  A state changes only by a move of keystate.h; each is a record with the digest of its reason.
 * K3  After a destruction no older copy of the store opens: the survivors are wrapped anew under a new parent and root.
 * K4  Checkpoints are signed only for the own origin, sizes never going back, one root per size (while the process lives).
 */
#ifndef KEYS_KEYSTORE_H
#define KEYS_KEYSTORE_H

#include "keys/keys.h"

struct keystore;

/* Make a new root key file (0400) and store with customer, index, digest and ledger signing keys. origin: of the ledger.
 * CONFLICT: one of the files exists already. */
MUST_USE err keystore_create(const char *root_path, const char *store_path, const char *origin);
/* CORRUPT: a record does not authenticate or its commitment fails. */
MUST_USE err keystore_open(const char *root_path, const char *store_path, struct keystore **store_out);
void keystore_close(struct keystore **store);
/* One request frame of keys_wire -> one reply frame (appended). Never fails on bad input: it answers an error code. */
MUST_USE err keystore_answer(struct keystore *store, struct bytes request, struct buf *reply_out);
/* Serve a SEQPACKET socket until the peer closes. */
MUST_USE err keystore_serve(struct keystore *store, int fd);
/* One request, for a caller that waits for several descriptors itself. open_out: false: the peer has closed. */
MUST_USE err keystore_serve_one(struct keystore *store, int fd, bool *open_out);
/* Of the ledger, as given to keystore_create. */
const char *keystore_origin(const struct keystore *store);

#endif
