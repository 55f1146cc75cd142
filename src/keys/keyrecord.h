/*
 * keyrecord - the bytes of the root key file and of the key store file. Only keystore calls it.
 *
 *   root key file, 60 bytes, mode 0400
 *     0  8  "SKMRROOT"      8  2  version      10  2  zero      12 16  id of the root key      28 32  the key
 *
 *   key store file: one header, then records, all big-endian
 *
 *   header, 200 bytes
 *     0  8  "SKMRKEYS"      8  2  version      10  2  zero      12  4  length of a record
 *    16 16  generation      new with every rewriting of the file; binds the records to this file
 *    32  8  created, µs
 *    40  1  length of origin, 1..127           41 127  origin, padded with zeros
 *   168 32  HMAC-SHA-256 over 0..167, key = HKDF(root key, salt generation, info "sekimori key store header 1")
 *
 *   record number n, 184 bytes
 *     0  1  version          1  1  kind         2  1  state     3  1  zero
 *     4 16  key id          20 16  owner       36 16  parent's id
 *    52  8  time of this state, µs             60 32  SHA-256 of the reason for it; zero where there is none
 *    92 32  commitment       HKDF(key, salt key id, info "sekimori key commitment 1")
 *   124 60  AES-256-GCM under the parent: nonce 12, key 32, tag 16
 *           associated data: 0..123 of the record, generation, n as u64
 *
 * Record 0 is the customer's wrapping key, under the root key; all others are under record 0. A later record of the
 * same key id is its later state. A destroyed key's bytes are zeros, in all its records after the rewriting.
 */
#ifndef KEYS_KEYRECORD_H
#define KEYS_KEYRECORD_H

#include "keys/keys.h"

#define KEYRECORD_ROOT_LEN 60
#define KEYRECORD_HEADER_LEN 200
#define KEYRECORD_LEN 184
#define KEYRECORD_ORIGIN_MAX 128 /* with the final NUL */

/* Kinds beyond enum key_kind, which never leave the keys process. */
#define KEYRECORD_WRAP 64   /* wraps all others */
#define KEYRECORD_LEDGER 65 /* seed of the ledger's Ed25519 key */

struct keyrecord_root {
	struct id id;
	uint8_t raw[AEAD_KEY_LEN];
};

struct keyrecord_header {
	struct id generation;
	int64_t created_us;
	char origin[KEYRECORD_ORIGIN_MAX];
};

struct keyrecord {
	uint8_t kind;   /* enum key_kind, or one of the above */
	uint8_t state;  /* enum key_state */
	struct id key;
	struct id owner;
	struct id parent;
	int64_t at_us;
	uint8_t reason[HASH_LEN];
};

/* Where a record stands: the same bytes do not open at another place. */
struct keyrecord_place {
	struct id generation;
	uint64_t index;
};

MUST_USE err keyrecord_root_format(const struct keyrecord_root *root, struct buf *out);
MUST_USE err keyrecord_root_parse(struct bytes file, struct keyrecord_root *root_out); /* CORRUPT */
MUST_USE err keyrecord_header_format(const struct keyrecord_root *root, const struct keyrecord_header *header, struct buf *out);
MUST_USE err keyrecord_header_parse(const struct keyrecord_root *root, struct bytes raw, struct keyrecord_header *header_out); /* CORRUPT */
MUST_USE err keyrecord_seal(const struct aead *parent, const struct keyrecord_place *place, const struct keyrecord *record,
    const uint8_t key[static AEAD_KEY_LEN], struct buf *out);
/* CORRUPT: does not authenticate, a value that we do not write, or the commitment is another key's. */
MUST_USE err keyrecord_open(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw,
    struct keyrecord *record_out, uint8_t key_out[static AEAD_KEY_LEN]);

#endif
