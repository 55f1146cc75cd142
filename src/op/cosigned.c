#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "op/cosigned.h"
#include "store/committer.h"

#define SLOTS 2

struct cosigned {
	pthread_mutex_t lock;
	int fd;
	uint64_t number;            /* of the newest slot; 0: none */
	struct cosigned_note newest;
	struct buf note;
};

static err read_slot(int fd, unsigned slot, struct buf *raw)
{
	ssize_t got;

	TRY(buf_reserve(raw, COSIGNED_SLOT_LEN));
	do
		got = pread(fd, raw->ptr, COSIGNED_SLOT_LEN, (off_t)slot * COSIGNED_SLOT_LEN);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAIL(UNAVAILABLE);
	raw->len = (size_t)got;
	return OK;
}

/* false: empty, or torn. */
static bool parse_slot(struct bytes raw, uint64_t *number_out, struct cosigned_note *note_out)
{
	uint8_t hash[HASH_LEN];
	struct bytes said;
	struct cosigned_note note;

	return raw.len == COSIGNED_SLOT_LEN && err_is_ok(cut_bytes(&raw, HASH_LEN, &said)) && err_is_ok(hash_sha256(raw, hash)) &&
	    memcmp(hash, said.ptr, HASH_LEN) == 0 && err_is_ok(cut_u64(&raw, number_out)) && err_is_ok(cut_u64(&raw, &note.time_s)) &&
	    err_is_ok(cut_u64(&raw, &note.size)) && err_is_ok(cut_blob(&raw, COSIGNED_NOTE_MAX, &note.note)) && (*note_out = note, true);
}

static err load(struct cosigned *cosigned)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		OWN(buf) raw = {0};
		struct cosigned_note note;
		uint64_t number;

		TRY(read_slot(cosigned->fd, slot, &raw));
		if (!parse_slot(bytes_of(&raw), &number, &note) || number <= cosigned->number)
			continue;
		buf_clear(&cosigned->note);
		TRY(buf_append(&cosigned->note, note.note));
		cosigned->newest = note;
		cosigned->number = number;
	}
	cosigned->newest.note = bytes_of(&cosigned->note);
	return OK;
}

err cosigned_open(const char *path, struct cosigned **cosigned_out)
{
	struct cosigned *cosigned = calloc(1, sizeof(*cosigned));
	err e;

	if (cosigned == NULL)
		return FAIL(UNAVAILABLE);
	cosigned->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	e = cosigned->fd >= 0 ? load(cosigned) : FAIL(UNAVAILABLE);
	if (err_is_ok(e) && pthread_mutex_init(&cosigned->lock, NULL) != 0)
		e = FAIL(UNAVAILABLE);
	if (!err_is_ok(e)) {
		if (cosigned->fd >= 0)
			(void)close(cosigned->fd); /* nothing was written */
		buf_free(&cosigned->note);
		free(cosigned);
		return e;
	}
	*cosigned_out = cosigned;
	return OK;
}

void cosigned_close(struct cosigned **cosigned)
{
	if (*cosigned == NULL)
		return;
	if (close((*cosigned)->fd) != 0)
		log_warn("the file of the cosigned head was not closed cleanly");
	pthread_mutex_destroy(&(*cosigned)->lock);
	buf_free(&(*cosigned)->note);
	free(*cosigned);
	*cosigned = NULL;
}

err cosigned_get(struct cosigned *cosigned, struct buf *copy, struct cosigned_note *note_out)
{
	err e = FAIL(NOT_FOUND);

	pthread_mutex_lock(&cosigned->lock);
	if (cosigned->number > 0) {
		buf_clear(copy);
		e = buf_append(copy, cosigned->newest.note);
		if (err_is_ok(e)) {
			*note_out = cosigned->newest;
			note_out->note = bytes_of(copy);
		}
	}
	pthread_mutex_unlock(&cosigned->lock);
	return e;
}

static err write_slot(struct cosigned *cosigned, const struct cosigned_note *note)
{
	uint8_t hash[HASH_LEN];
	OWN(buf) body = {0};
	OWN(buf) slot = {0};
	ssize_t done;

	TRY(buf_u64(&body, cosigned->number + 1));
	TRY(buf_u64(&body, note->time_s));
	TRY(buf_u64(&body, note->size));
	TRY(buf_blob(&body, note->note));
	while (body.len < COSIGNED_SLOT_LEN - HASH_LEN)
		TRY(buf_u8(&body, 0));
	TRY(hash_sha256(bytes_of(&body), hash));
	TRY(buf_append(&slot, (struct bytes){hash, sizeof(hash)}));
	TRY(buf_append(&slot, bytes_of(&body)));
	do
		done = pwrite(cosigned->fd, slot.ptr, slot.len, (off_t)((cosigned->number + 1) % SLOTS) * COSIGNED_SLOT_LEN);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)slot.len)
		return FAIL(UNAVAILABLE); /* the other slot stands */
	if (fdatasync(cosigned->fd) != 0) {
		log_error("the file of the cosigned head could not be synced: %s; this process ends", strerror(errno));
		_exit(COMMITTER_EXIT);
	}
	return OK;
}

static err replace(struct cosigned *cosigned, const struct cosigned_note *note, bool newer)
{
	const struct cosigned_note *old = &cosigned->newest;
	OWN(buf) copy = {0};

	if (newer && cosigned->number > 0 &&
	    (note->size < old->size || (note->size == old->size && note->time_s <= old->time_s)))
		return FAIL(CONFLICT);
	TRY(buf_append(&copy, note->note));
	TRY(write_slot(cosigned, note));
	buf_free(&cosigned->note);
	cosigned->note = buf_take(&copy);
	cosigned->newest = *note;
	cosigned->newest.note = bytes_of(&cosigned->note);
	cosigned->number++;
	return OK;
}

err cosigned_put(struct cosigned *cosigned, const struct cosigned_note *note, bool newer)
{
	err e;

	if (note->note.len > COSIGNED_NOTE_MAX)
		return FAIL(TOO_LARGE);
	pthread_mutex_lock(&cosigned->lock);
	e = replace(cosigned, note, newer);
	pthread_mutex_unlock(&cosigned->lock);
	return e;
}
