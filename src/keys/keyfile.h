/*
 * keyfile - the key store file on the disk: opening, appending, rewriting. Only keystore calls it.
 *
 * F1  A record counts when append or replace has returned OK: then it is on the disk.
 * F2  When a sync fails nothing is known about the disk any more: the process ends with KEYFILE_EXIT.
 * F3  A wrapped key is opened for one request and wiped; only the parent that wraps them all stays in memory.
 *
 * Rewriting, and what keyfile_open finds after a crash at each step:
 *   write store.next under a new root and root.next, sync     root opens store        → both .next are removed
 *   rename store.next to store, sync the folder               root.next opens store   → it becomes root
 *   overwrite root with zeros, rename root.next to root       the same
 */
#ifndef KEYS_KEYFILE_H
#define KEYS_KEYFILE_H

#include "keys/keyrecord.h"

#define KEYFILE_EXIT 70
#define KEYFILE_PATH_MAX 512
#define KEYFILE_RECORDS_MAX 16000000u

struct keyfile;

/* One key with its record, before it is wrapped. */
struct keyfile_item {
	struct keyrecord record;      /* parent is filled in */
	uint8_t raw[AEAD_KEY_LEN];
};

/* Both files must not exist: CONFLICT. */
MUST_USE err keyfile_create(const char *root_path, const char *store_path, const char *origin,
    const struct keyfile_item *items, size_t count);
/* CORRUPT: does not authenticate. UNAVAILABLE: cannot be read, or another process holds it. */
MUST_USE err keyfile_open(const char *root_path, const char *store_path, struct keyfile **file_out);
void keyfile_close(struct keyfile **file);
const char *keyfile_origin(const struct keyfile *file);
uint32_t keyfile_count(const struct keyfile *file);   /* records, record 0 included */
/* Record 1 to count - 1. CORRUPT: does not authenticate. */
MUST_USE err keyfile_read(const struct keyfile *file, uint32_t index, struct keyfile_item *item_out);
/* At the end, in one write and one sync. UNAVAILABLE: nothing was appended. LIMITED: the file is full. */
MUST_USE err keyfile_append(struct keyfile *file, const struct keyfile_item *items, size_t count);
/*
 * All records anew under a new parent and a new root; of the keys that `dead` names only zeros are kept, `last` is
 * appended, and a record that says that the old parent is destroyed. UNAVAILABLE: the old file stands as it was.
 */
MUST_USE err keyfile_replace(struct keyfile *file, bool (*dead)(void *context, struct id key), void *context,
    const struct keyfile_item *last);

#endif
