#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "keys/keyfile.h"

#define CHUNK_RECORDS 256 /* written at once when the file is written anew */

struct paths {
	char root[KEYFILE_PATH_MAX];
	char store[KEYFILE_PATH_MAX];
	char root_next[KEYFILE_PATH_MAX];
	char store_next[KEYFILE_PATH_MAX];
};

struct keyfile {
	struct paths paths;
	int fd;
	uint32_t count;
	struct keyrecord_header header;
	struct id parent_id;
	struct aead *parent;
};

static err path_set(char path_out[static KEYFILE_PATH_MAX], const char *path, const char *suffix)
{
	size_t len = strlen(path);
	size_t suffix_len = strlen(suffix);

	if (len == 0 || len + suffix_len >= KEYFILE_PATH_MAX)
		return FAIL(INVALID);
	memcpy(path_out, path, len);
	memcpy(path_out + len, suffix, suffix_len + 1);
	return OK;
}

static err paths_set(struct paths *paths, const char *root, const char *store)
{
	TRY(path_set(paths->root, root, ""));
	TRY(path_set(paths->store, store, ""));
	TRY(path_set(paths->root_next, root, ".next"));
	return path_set(paths->store_next, store, ".next");
}

_Noreturn static void stop_storage(const char *what)
{
	log_error("key store: %s failed; stopping, since nothing is known about the disk now", what);
	_exit(KEYFILE_EXIT);
}

static void sync_file(int fd)
{
	if (fsync(fd) != 0)
		stop_storage("fsync");
}

static void sync_folder_of(const char *path)
{
	char folder[KEYFILE_PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);
	int fd;

	memcpy(folder, path, len);
	folder[len] = '\0';
	fd = open(slash == NULL ? "." : len == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		stop_storage("opening the folder");
	sync_file(fd);
	(void)close(fd); /* nothing was written through it */
}

static err write_all(int fd, struct bytes text, off_t at)
{
	while (text.len > 0) {
		ssize_t written = pwrite(fd, text.ptr, text.len, at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return FAIL(UNAVAILABLE);
		text.ptr += written;
		text.len -= (size_t)written;
		at += written;
	}
	return OK;
}

/* CORRUPT: the file ends before. */
static err read_all(int fd, uint8_t *out, size_t len, off_t at)
{
	while (len > 0) {
		ssize_t got = pread(fd, out, len, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FAIL(UNAVAILABLE);
		if (got == 0)
			return FAIL(CORRUPT);
		out += got;
		len -= (size_t)got;
		at += got;
	}
	return OK;
}

static off_t record_at(uint32_t index)
{
	return KEYRECORD_HEADER_LEN + (off_t)index * KEYRECORD_LEN;
}

/* A new file, complete on the disk but for its name. */
static err write_new(const char *path, mode_t mode, struct bytes text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	err result;

	if (fd < 0)
		return errno == EEXIST ? FAIL(CONFLICT) : FAIL(UNAVAILABLE);
	result = write_all(fd, text, 0);
	if (err_is_ok(result))
		sync_file(fd);
	if (close(fd) != 0 && err_is_ok(result))
		result = FAIL(UNAVAILABLE);
	if (!err_is_ok(result))
		(void)unlink(path); /* it was never used */
	return result;
}

static err write_root(const char *path, const struct keyrecord_root *root)
{
	OWN(buf) text = {0};

	TRY(keyrecord_root_format(root, &text));
	return write_new(path, S_IRUSR, bytes_of(&text));
}

static err read_root(const char *path, struct keyrecord_root *root_out)
{
	uint8_t raw[KEYRECORD_ROOT_LEN + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;
	err result;

	if (fd < 0)
		return FAIL(UNAVAILABLE);
	do
		got = pread(fd, raw, sizeof(raw), 0);
	while (got < 0 && errno == EINTR);
	(void)close(fd); /* only read */
	result = got < 0 ? FAIL(UNAVAILABLE) : keyrecord_root_parse((struct bytes){raw, (size_t)got}, root_out);
	wipe(raw, sizeof(raw));
	return result;
}

/* A parent for all that follows, and its record 0 under the root. */
static err new_parent(const struct keyrecord_root *root, const struct id *generation, struct id *id_out, struct aead **parent_out, struct buf *text)
{
	struct keyfile_item item = {.record = {.kind = KEYRECORD_WRAP, .state = KEY_ACTIVE, .parent = root->id, .at_us = clock_now_us()}};
	struct keyrecord_place place = {.generation = *generation, .index = 0};
	struct aead *under_root = NULL;
	struct aead *parent = NULL;
	err result;

	TRY(id_new(&item.record.key));
	result = random_bytes(item.raw, sizeof(item.raw));
	if (err_is_ok(result))
		result = aead_new(root->raw, &under_root);
	if (err_is_ok(result))
		result = keyrecord_seal(under_root, &place, &item.record, item.raw, text);
	if (err_is_ok(result))
		result = aead_new(item.raw, &parent);
	aead_free(&under_root);
	wipe(item.raw, sizeof(item.raw));
	if (!err_is_ok(result))
		return result;
	*id_out = item.record.key;
	*parent_out = parent;
	return OK;
}

/* Root, header and record 0 of a file that does not exist yet. root: only id and raw, freshly drawn. */
static err new_generation(struct keyrecord_root *root, struct keyfile *file, struct buf *text)
{
	TRY(id_new(&root->id));
	TRY(random_bytes(root->raw, sizeof(root->raw)));
	TRY(id_new(&file->header.generation));
	file->header.created_us = clock_now_us();
	TRY(keyrecord_header_format(root, &file->header, text));
	return new_parent(root, &file->header.generation, &file->parent_id, &file->parent, text);
}

static err seal_item(const struct keyfile *file, uint32_t index, const struct keyfile_item *item, struct buf *text)
{
	struct keyrecord_place place = {.generation = file->header.generation, .index = index};
	struct keyrecord record = item->record;

	record.parent = file->parent_id;
	return keyrecord_seal(file->parent, &place, &record, item->raw, text);
}

static err seal_items(const struct keyfile *file, uint32_t first, const struct keyfile_item *items, size_t count, struct buf *text)
{
	for (size_t i = 0; i < count; i++)
		TRY(seal_item(file, first + (uint32_t)i, &items[i], text));
	return OK;
}

static err create_files(struct keyfile *file, struct keyrecord_root *root, const struct keyfile_item *items, size_t count)
{
	OWN(buf) text = {0};

	TRY(new_generation(root, file, &text));
	TRY(seal_items(file, 1, items, count, &text));
	TRY(write_root(file->paths.root, root));
	err result = write_new(file->paths.store, S_IRUSR | S_IWUSR, bytes_of(&text));
	if (!err_is_ok(result)) {
		(void)unlink(file->paths.root); /* ours, made just now, of no use */
		return result;
	}
	sync_folder_of(file->paths.root);
	sync_folder_of(file->paths.store);
	return OK;
}

err keyfile_create(const char *root_path, const char *store_path, const char *origin, const struct keyfile_item *items, size_t count)
{
	struct keyfile file = {.fd = -1};
	struct keyrecord_root root = {0};
	size_t origin_len = strlen(origin);
	err result;

	if (origin_len == 0 || origin_len >= sizeof(file.header.origin) || strpbrk(origin, "\r\n") != NULL)
		return FAIL(INVALID);
	memcpy(file.header.origin, origin, origin_len);
	TRY(paths_set(&file.paths, root_path, store_path));
	if (access(store_path, F_OK) == 0)
		return FAIL(CONFLICT);
	result = create_files(&file, &root, items, count);
	aead_free(&file.parent);
	wipe(&root, sizeof(root));
	return result;
}

static err read_header(struct keyfile *file, const struct keyrecord_root *root)
{
	uint8_t raw[KEYRECORD_HEADER_LEN];

	TRY(read_all(file->fd, raw, sizeof(raw), 0));
	return keyrecord_header_parse(root, (struct bytes){raw, sizeof(raw)}, &file->header);
}

/* From here the old root, and with it every older copy of the store, opens nothing. */
static void finish_replace(const struct paths *paths)
{
	static const uint8_t zeros[KEYRECORD_ROOT_LEN];
	int fd = open(paths->root, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	/* In place first: rename alone would leave the old bytes in a free block. Where the disk moves blocks itself this does not help. */
	if (fd >= 0) {
		(void)fchmod(fd, S_IRUSR | S_IWUSR); /* the open below tells */
		(void)close(fd);                     /* only read */
		fd = open(paths->root, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd >= 0) {
		if (!err_is_ok(write_all(fd, (struct bytes){zeros, sizeof(zeros)}, 0)))
			log_warn("key store: the old root key could not be overwritten before it was removed");
		sync_file(fd);
		(void)close(fd); /* synced */
	}
	if (rename(paths->root_next, paths->root) != 0)
		stop_storage("renaming the root key");
	sync_folder_of(paths->root);
}

static void remove_leftovers(const struct paths *paths)
{
	/* Left by a rewriting that did not get far enough to count; normally absent. */
	(void)unlink(paths->store_next);
	(void)unlink(paths->root_next);
}

/* The root that opens the store: the usual one, or the next one when a rewriting was cut short after it counted. */
static err find_root(struct keyfile *file, struct keyrecord_root *root)
{
	err usual = read_root(file->paths.root, root);

	if (err_is_ok(usual))
		usual = read_header(file, root);
	if (err_is_ok(usual)) {
		remove_leftovers(&file->paths);
		return OK;
	}
	if (!err_is_ok(read_root(file->paths.root_next, root)) || !err_is_ok(read_header(file, root)))
		return usual;
	finish_replace(&file->paths);
	return OK;
}

static err open_parent(struct keyfile *file, const struct keyrecord_root *root)
{
	struct keyrecord_place place = {.generation = file->header.generation, .index = 0};
	uint8_t raw[KEYRECORD_LEN];
	struct keyfile_item item = {0};
	struct aead *under_root = NULL;
	err result = read_all(file->fd, raw, sizeof(raw), record_at(0));

	if (err_is_ok(result))
		result = aead_new(root->raw, &under_root);
	if (err_is_ok(result))
		result = keyrecord_open(under_root, &place, (struct bytes){raw, sizeof(raw)}, &item.record, item.raw);
	if (err_is_ok(result) && (item.record.kind != KEYRECORD_WRAP || item.record.state != KEY_ACTIVE || !id_equal(item.record.parent, root->id)))
		result = FAIL(CORRUPT);
	if (err_is_ok(result))
		result = aead_new(item.raw, &file->parent);
	file->parent_id = item.record.key;
	aead_free(&under_root);
	wipe(&item, sizeof(item));
	return result;
}

/* Less than a record at the end is a write that was never answered. */
static err count_records(struct keyfile *file)
{
	struct stat status;
	off_t records;

	if (fstat(file->fd, &status) != 0)
		return FAIL(UNAVAILABLE);
	records = (status.st_size - KEYRECORD_HEADER_LEN) / KEYRECORD_LEN;
	if (status.st_size < record_at(1) || records > (off_t)KEYFILE_RECORDS_MAX)
		return FAIL(CORRUPT);
	file->count = (uint32_t)records;
	if (status.st_size == record_at(file->count))
		return OK;
	log_warn("key store: %lld bytes of an unfinished record at the end are dropped", (long long)(status.st_size - record_at(file->count)));
	if (ftruncate(file->fd, record_at(file->count)) != 0)
		return FAIL(UNAVAILABLE);
	sync_file(file->fd);
	return OK;
}

static err open_locked(const char *path, int *fd_out)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return FAIL(UNAVAILABLE);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd); /* nothing written */
		return FAIL(UNAVAILABLE);
	}
	*fd_out = fd;
	return OK;
}

static err load(struct keyfile *file)
{
	struct keyrecord_root root = {0};
	err result;

	TRY(open_locked(file->paths.store, &file->fd));
	result = find_root(file, &root);
	if (err_is_ok(result))
		result = open_parent(file, &root);
	if (err_is_ok(result))
		result = count_records(file);
	wipe(&root, sizeof(root));
	return result;
}

err keyfile_open(const char *root_path, const char *store_path, struct keyfile **file_out)
{
	struct keyfile *file = calloc(1, sizeof(*file));
	err result;

	if (file == NULL)
		return FAIL(UNAVAILABLE);
	file->fd = -1;
	result = paths_set(&file->paths, root_path, store_path);
	if (err_is_ok(result))
		result = load(file);
	if (!err_is_ok(result)) {
		keyfile_close(&file);
		return result;
	}
	*file_out = file;
	return OK;
}

void keyfile_close(struct keyfile **file)
{
	if (*file == NULL)
		return;
	aead_free(&(*file)->parent);
	if ((*file)->fd >= 0)
		(void)close((*file)->fd); /* every append was synced */
	wipe(*file, sizeof(**file));
	free(*file);
	*file = NULL;
}

const char *keyfile_origin(const struct keyfile *file)
{
	return file->header.origin;
}

uint32_t keyfile_count(const struct keyfile *file)
{
	return file->count;
}

err keyfile_read(const struct keyfile *file, uint32_t index, struct keyfile_item *item_out)
{
	struct keyrecord_place place = {.generation = file->header.generation, .index = index};
	uint8_t raw[KEYRECORD_LEN];

	REQUIRE(index >= 1 && index < file->count);
	TRY(read_all(file->fd, raw, sizeof(raw), record_at(index)));
	TRY(keyrecord_open(file->parent, &place, (struct bytes){raw, sizeof(raw)}, &item_out->record, item_out->raw));
	if (id_equal(item_out->record.parent, file->parent_id))
		return OK;
	wipe(item_out, sizeof(*item_out));
	return FAIL(CORRUPT);
}

err keyfile_append(struct keyfile *file, const struct keyfile_item *items, size_t count)
{
	OWN(buf) text = {0};

	if (count > KEYFILE_RECORDS_MAX - file->count)
		return FAIL(LIMITED);
	TRY(seal_items(file, file->count, items, count, &text));
	if (!err_is_ok(write_all(file->fd, bytes_of(&text), record_at(file->count)))) {
		/* A part of it must not become a record when the next one is appended. */
		if (ftruncate(file->fd, record_at(file->count)) != 0)
			stop_storage("ftruncate");
		return FAIL(UNAVAILABLE);
	}
	if (fdatasync(file->fd) != 0)
		stop_storage("fdatasync");
	file->count += (uint32_t)count;
	return OK;
}

struct rewriting {
	const struct keyfile *old;
	struct keyfile *next;
	bool (*dead)(void *context, struct id key);
	void *context;
	struct buf text;   /* not written yet */
	off_t at;
};

static err rewriting_flush(struct rewriting *rewriting, size_t above)
{
	if (rewriting->text.len <= above)
		return OK;
	TRY(write_all(rewriting->next->fd, bytes_of(&rewriting->text), rewriting->at));
	rewriting->at += (off_t)rewriting->text.len;
	buf_clear(&rewriting->text);
	return OK;
}

static err rewriting_put(struct rewriting *rewriting, const struct keyfile_item *item)
{
	TRY(seal_item(rewriting->next, rewriting->next->count, item, &rewriting->text));
	rewriting->next->count++;
	return rewriting_flush(rewriting, (size_t)CHUNK_RECORDS * KEYRECORD_LEN);
}

static err rewrite_one(struct rewriting *rewriting, uint32_t index)
{
	struct keyfile_item item = {0};
	err result = keyfile_read(rewriting->old, index, &item);

	if (err_is_ok(result)) {
		if (rewriting->dead(rewriting->context, item.record.key))
			wipe(item.raw, sizeof(item.raw));
		result = rewriting_put(rewriting, &item);
	}
	wipe(&item, sizeof(item));
	return result;
}

static err rewrite_records(struct rewriting *rewriting, const struct keyfile_item *last)
{
	struct keyfile_item old_parent = {.record = {
		.kind = KEYRECORD_WRAP,
		.state = KEY_DESTROYED,
		.key = rewriting->old->parent_id,
		.at_us = last->record.at_us,
	}};

	memcpy(old_parent.record.reason, last->record.reason, sizeof(old_parent.record.reason));
	for (uint32_t i = 1; i < rewriting->old->count; i++)
		TRY(rewrite_one(rewriting, i));
	TRY(rewriting_put(rewriting, &old_parent));
	TRY(rewriting_put(rewriting, last));
	return rewriting_flush(rewriting, 0);
}

static err write_next(struct rewriting *rewriting, const struct keyfile_item *last)
{
	struct keyfile *next = rewriting->next;
	struct keyrecord_root root = {0};
	err result = new_generation(&root, next, &rewriting->text);

	next->count = 1;
	if (err_is_ok(result))
		result = write_root(next->paths.root_next, &root);
	wipe(&root, sizeof(root));
	TRY(result);
	next->fd = open(next->paths.store_next, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (next->fd < 0 || flock(next->fd, LOCK_EX | LOCK_NB) != 0)
		return FAIL(UNAVAILABLE);
	TRY(rewrite_records(rewriting, last));
	sync_file(next->fd);
	sync_folder_of(next->paths.root);
	sync_folder_of(next->paths.store);
	return rename(next->paths.store_next, next->paths.store) == 0 ? OK : FAIL(UNAVAILABLE);
}

err keyfile_replace(struct keyfile *file, bool (*dead)(void *context, struct id key), void *context, const struct keyfile_item *last)
{
	struct keyfile next = {.paths = file->paths, .header = file->header, .fd = -1};
	struct rewriting rewriting = {.old = file, .next = &next, .dead = dead, .context = context};
	struct keyfile old = *file;
	err result;

	if (file->count > KEYFILE_RECORDS_MAX - 2)
		return FAIL(LIMITED);
	remove_leftovers(&file->paths);
	result = write_next(&rewriting, last);
	buf_free(&rewriting.text);
	if (err_is_ok(result)) {
		sync_folder_of(next.paths.store);
		finish_replace(&next.paths);
		*file = next;
	} else {
		remove_leftovers(&file->paths);
		old = next;
	}
	aead_free(&old.parent);
	if (old.fd >= 0)
		(void)close(old.fd); /* its name is gone, or it never counted */
	return result;
}
