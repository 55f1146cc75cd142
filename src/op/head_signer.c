#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ledger/heads.h"
#include "op/cosigned.h"
#include "op/head_signer.h"
#include "store/committer.h"

struct head_signer {
	pthread_mutex_t lock;
	int fd;
	struct ledger *ledger;
	struct keys *keys;
	struct note_key key;
	uint64_t size;          /* of the newest signed head */
	int64_t signed_at_us;   /* monotonic */
	struct buf checkpoint;  /* the newest signed head; empty: none yet */
	struct cosigned *cosigned;
};

/* A head that a crash cut off does not count (ledger/heads.h): the file ends behind the last whole one. */
static err cut_torn_tail(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t at = 0;

	while (at < size) {
		char line[16] = "";
		char *end = NULL;
		ssize_t got = pread(fd, line, sizeof(line) - 1, at);
		unsigned long len = got > 0 ? strtoul(line, &end, 10) : 0;
		off_t next;

		if (got <= 0 || len == 0 || len > HEADS_NOTE_MAX || *end != '\n')
			break;
		next = at + (end - line) + 1 + (off_t)len;
		if (next > size)
			break;
		at = next;
	}
	if (at == size)
		return OK;
	log_warn("the heads file ended with a torn head of %lld bytes", (long long)(size - at));
	return ftruncate(fd, at) == 0 ? OK : FAIL(UNAVAILABLE);
}

static err open_cosigned(const char *path, struct cosigned **cosigned_out)
{
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), "%s.cosigned", path) >= (int)sizeof(name))
		return FAIL(TOO_LARGE);
	return cosigned_open(name, cosigned_out);
}

err head_signer_open(const char *path, const char *origin, struct ledger *ledger, struct keys *keys, struct head_signer **signer_out)
{
	struct head_signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL)
		return FAIL(UNAVAILABLE);
	signer->ledger = ledger;
	signer->keys = keys;
	(void)snprintf(signer->key.name, sizeof(signer->key.name), "%s", origin);
	signer->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (signer->fd < 0 || !err_is_ok(cut_torn_tail(signer->fd)) || pthread_mutex_init(&signer->lock, NULL) != 0 ||
	    !err_is_ok(keys_ledger_public(keys, signer->key.public_key)) || !err_is_ok(open_cosigned(path, &signer->cosigned))) {
		log_error("the heads file or the ledger's key cannot be opened");
		if (signer->fd >= 0)
			close(signer->fd);
		free(signer);
		return FAIL(UNAVAILABLE);
	}
	*signer_out = signer;
	return OK;
}

void head_signer_close(struct head_signer **signer)
{
	if (*signer == NULL)
		return;
	if (close((*signer)->fd) != 0)
		log_warn("the heads file was not closed cleanly");
	cosigned_close(&(*signer)->cosigned);
	pthread_mutex_destroy(&(*signer)->lock);
	buf_free(&(*signer)->checkpoint);
	free(*signer);
	*signer = NULL;
}

/* A failed sync is never tried again: what the disk holds is unknown. The restarted process reads what is there. */
static _Noreturn void stop_storage(void)
{
	log_error("the heads file could not be synced: %s; this process ends", strerror(errno));
	_exit(COMMITTER_EXIT);
}

/* One write, so that a torn record can only be the last one. */
static err append(struct head_signer *signer, struct bytes checkpoint)
{
	OWN(buf) record = {0};
	ssize_t done;

	TRY(heads_record(checkpoint, &record));
	do
		done = write(signer->fd, record.ptr, record.len);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)record.len) {
		log_error("a head could not be appended to the heads file");
		if (done > 0 && ftruncate(signer->fd, lseek(signer->fd, 0, SEEK_END) - done) != 0)
			log_error("the heads file ends with a torn head");
		return FAIL(UNAVAILABLE);
	}
	if (fdatasync(signer->fd) != 0)
		stop_storage();
	return OK;
}

static err sign_now(struct head_signer *signer)
{
	struct ledger_head head;
	uint8_t signature[64];
	OWN(buf) note = {0};

	ledger_head(signer->ledger, &head);
	if (signer->checkpoint.len > 0 && head.size == signer->size)
		return OK;
	TRY(note_checkpoint_text(signer->key.name, &head, &note));
	TRY(keys_ledger_sign(signer->keys, bytes_of(&note), signature));
	TRY(note_sign_line(&signer->key, signature, &note));
	TRY(append(signer, bytes_of(&note)));
	buf_free(&signer->checkpoint);
	signer->checkpoint = buf_take(&note);
	signer->size = head.size;
	signer->signed_at_us = clock_mono_us();
	return OK;
}

err head_signer_tick(struct head_signer *signer)
{
	err e;

	pthread_mutex_lock(&signer->lock);
	e = sign_now(signer);
	pthread_mutex_unlock(&signer->lock);
	return e;
}

err head_signer_current(struct head_signer *signer, struct buf *checkpoint_out)
{
	err e = OK;

	pthread_mutex_lock(&signer->lock);
	if (signer->checkpoint.len == 0 || clock_mono_us() - signer->signed_at_us > HEAD_SIGNER_FRESH_US)
		e = sign_now(signer);
	if (signer->checkpoint.len > 0) /* an older head is still a true one */
		e = buf_append(checkpoint_out, bytes_of(&signer->checkpoint));
	pthread_mutex_unlock(&signer->lock);
	return e;
}

/* The file only grows, and what is read beyond a record still being written counts as torn. */
err head_signer_read(struct head_signer *signer, uint64_t from, struct buf *records_out)
{
	OWN(buf) part = {0};
	struct bytes rest, note;
	ssize_t got;
	err e;

	if (from > INT64_MAX - HEAD_SIGNER_PART_MAX)
		return FAIL(INVALID);
	TRY(buf_reserve(&part, HEAD_SIGNER_PART_MAX));
	do
		got = pread(signer->fd, part.ptr, HEAD_SIGNER_PART_MAX, (off_t)from);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAIL(UNAVAILABLE);
	part.len = (size_t)got;
	rest = bytes_of(&part);
	while (err_is_ok(e = heads_next(&rest, &note)))
		;
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	return buf_append(records_out, (struct bytes){part.ptr, part.len - rest.len});
}

struct cosigned *head_signer_cosigned(struct head_signer *signer)
{
	return signer->cosigned;
}

err head_signer_key(struct head_signer *signer, struct note_key *key_out)
{
	*key_out = signer->key;
	return OK;
}
