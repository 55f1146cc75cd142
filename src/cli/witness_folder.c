#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/witness_folder.h"
#include "crypto/crypto.h"
#include "ledger/event.h"
#include "ledger/heads.h"

#define FILE_MAX ((size_t)LEDGER_BUNDLE * (EVENT_MAX + 2))
#define NAME_MAX_LEN 160
#define FORKS_MAX 1000
#define LEVELS 8

struct witness_folder {
	int dir, lock, heads;
	struct note_key log;
	struct ledger_head head, followed;
	struct buf note;      /* newest accepted; empty: none */
	bool forked;
};

/* ---- files ---- */

static err write_all(int fd, struct bytes content)
{
	while (content.len > 0) {
		ssize_t done = write(fd, content.ptr, content.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return FAIL(UNAVAILABLE);
		content.ptr += done;
		content.len -= (size_t)done;
	}
	return OK;
}

static err sync_of(int fd)
{
	return fsync(fd) == 0 ? OK : FAIL(UNAVAILABLE);
}

/* The folders above a name, made. */
static err make_above(int dir, const char *name)
{
	char part[NAME_MAX_LEN];

	for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		memcpy(part, name, (size_t)(slash - name));
		part[slash - name] = '\0';
		if (mkdirat(dir, part, 0755) != 0 && errno != EEXIST)
			return FAIL(UNAVAILABLE);
	}
	return OK;
}

/* Whole or not at all; durable when `durable`. */
static err put(struct witness_folder *folder, const char *name, struct bytes content, bool durable)
{
	char fresh[NAME_MAX_LEN];
	int len = snprintf(fresh, sizeof(fresh), "%s.new", name);
	int fd;
	err e;

	if (len < 0 || (size_t)len >= sizeof(fresh))
		return FAIL(INVALID);
	TRY(make_above(folder->dir, name));
	fd = openat(folder->dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	e = write_all(fd, content);
	if (err_is_ok(e) && durable)
		e = sync_of(fd);
	if (close(fd) != 0 && err_is_ok(e))
		e = FAIL(UNAVAILABLE);
	if (err_is_ok(e) && renameat(folder->dir, fresh, folder->dir, name) != 0)
		e = FAIL(UNAVAILABLE);
	if (err_is_ok(e) && durable)
		e = sync_of(folder->dir);
	return e;
}

/* NOT_FOUND: there is none. */
static err get(const struct witness_folder *folder, const char *name, size_t max, struct buf *content_out)
{
	int fd = openat(folder->dir, name, O_RDONLY | O_CLOEXEC);
	OWN(buf) content = {0};
	struct stat about;
	ssize_t got = 1;
	err e = OK;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? FAIL(NOT_FOUND) : FAIL(UNAVAILABLE);
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < 0 || (size_t)about.st_size > max)
		e = FAIL(CORRUPT);
	if (err_is_ok(e))
		e = buf_reserve(&content, (size_t)about.st_size + 1);
	while (err_is_ok(e) && got != 0 && content.len < (size_t)about.st_size) {
		got = read(fd, content.ptr + content.len, (size_t)about.st_size - content.len);
		if (got < 0 && errno != EINTR)
			e = FAIL(UNAVAILABLE);
		content.len += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd); /* only read */
	TRY(e);
	return buf_append(content_out, bytes_of(&content));
}

/* ---- heads ---- */

static ssize_t read_at(int fd, void *out, size_t len, off_t at)
{
	ssize_t got;

	do
		got = pread(fd, out, len, at);
	while (got < 0 && errno == EINTR);
	return got;
}

/* The last whole record; what a crash has cut off behind it goes. */
static err last_head(struct witness_folder *folder)
{
	off_t size = lseek(folder->heads, 0, SEEK_END);
	off_t at = 0, last = -1;
	size_t last_len = 0;

	while (at < size) {
		char line[16] = "";
		char *end = NULL;
		ssize_t got = read_at(folder->heads, line, sizeof(line) - 1, at);
		unsigned long len = got > 0 && line[0] >= '1' && line[0] <= '9' ? strtoul(line, &end, 10) : 0;
		off_t begins;

		if (got < 0)
			return FAIL(UNAVAILABLE);
		if (len > 0 && *end == '\0' && at + got == size)
			break; /* cut off inside the number */
		if (len == 0 || len > HEADS_NOTE_MAX || *end != '\n')
			return FAIL(CORRUPT);
		begins = at + (end - line) + 1;
		if (begins + (off_t)len > size)
			break;
		last = begins;
		last_len = len;
		at = begins + (off_t)len;
	}
	if (at < size && (ftruncate(folder->heads, at) != 0 || !err_is_ok(sync_of(folder->heads))))
		return FAIL(UNAVAILABLE);
	if (last < 0)
		return OK;
	TRY(buf_reserve(&folder->note, last_len));
	if (read_at(folder->heads, folder->note.ptr, last_len, last) != (ssize_t)last_len)
		return FAIL(UNAVAILABLE);
	folder->note.len = last_len;
	return heads_check(bytes_of(&folder->note), &folder->log, &folder->head);
}

static err load_followed(struct witness_folder *folder)
{
	OWN(buf) note = {0};
	err e = get(folder, "checkpoint", HEADS_NOTE_MAX, &note);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	TRY(heads_check(bytes_of(&note), &folder->log, &folder->followed));
	return folder->followed.size <= folder->head.size ? OK : FAIL(CORRUPT); /* `heads` is written first */
}

/* The folder is of one log for good. */
static err own_log(struct witness_folder *folder)
{
	OWN(buf) vkey = {0};
	OWN(buf) there = {0};
	err e;

	TRY(note_vkey_format(&folder->log, &vkey));
	TRY(buf_append_str(&vkey, "\n"));
	e = get(folder, "vkey", 1024, &there);
	if (err_is(e, ERR_NOT_FOUND))
		return put(folder, "vkey", bytes_of(&vkey), true);
	TRY(e);
	return bytes_equal(bytes_of(&vkey), bytes_of(&there)) ? OK : FAIL(CORRUPT);
}

static bool any_fork(const struct witness_folder *folder)
{
	int fd = openat(folder->dir, "forks", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool any = false;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd); /* only read */
		return fd >= 0 || errno != ENOENT; /* what cannot be looked at is not taken for empty */
	}
	while ((entry = readdir(dir)) != NULL)
		any = any || entry->d_name[0] != '.';
	(void)closedir(dir);
	return any;
}

static err open_inside(struct witness_folder *folder)
{
	folder->lock = openat(folder->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (folder->lock < 0)
		return FAIL(UNAVAILABLE);
	if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? FAIL(CONFLICT) : FAIL(UNAVAILABLE);
	TRY(own_log(folder));
	folder->heads = openat(folder->dir, "heads", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (folder->heads < 0)
		return FAIL(UNAVAILABLE);
	TRY(sync_of(folder->dir));
	TRY(last_head(folder));
	TRY(load_followed(folder));
	folder->forked = any_fork(folder);
	return OK;
}

err witness_folder_open(const char *path, const struct note_key *log, struct witness_folder **folder_out)
{
	struct witness_folder *folder = calloc(1, sizeof(*folder));
	err e = OK;

	if (folder == NULL)
		return FAIL(UNAVAILABLE);
	folder->lock = folder->heads = -1;
	folder->log = *log;
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		e = FAIL(UNAVAILABLE);
	folder->dir = err_is_ok(e) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	e = folder->dir < 0 ? FAIL(UNAVAILABLE) : open_inside(folder);
	if (!err_is_ok(e)) {
		witness_folder_close(&folder);
		return e;
	}
	*folder_out = folder;
	return OK;
}

void witness_folder_close(struct witness_folder **folder)
{
	const int fds[] = {*folder == NULL ? -1 : (*folder)->heads, *folder == NULL ? -1 : (*folder)->lock, *folder == NULL ? -1 : (*folder)->dir};

	if (*folder == NULL)
		return;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0 && close(fds[i]) != 0)
			log_warn("a file of the folder was not closed cleanly");
	buf_free(&(*folder)->note);
	free(*folder);
	*folder = NULL;
}

/* ---- what is kept ---- */

const struct ledger_head *witness_folder_head(const struct witness_folder *folder) { return &folder->head; }
const struct ledger_head *witness_folder_followed(const struct witness_folder *folder) { return &folder->followed; }
struct bytes witness_folder_note(const struct witness_folder *folder) { return bytes_of(&folder->note); }
bool witness_folder_forked(const struct witness_folder *folder) { return folder->forked; }

err witness_folder_keep(struct witness_folder *folder, struct bytes note, const struct ledger_head *head)
{
	OWN(buf) record = {0};
	OWN(buf) copy = {0};

	TRY(buf_append(&copy, note));
	TRY(heads_record(note, &record));
	TRY(write_all(folder->heads, bytes_of(&record)));
	TRY(sync_of(folder->heads));
	buf_free(&folder->note);
	folder->note = buf_take(&copy);
	folder->head = *head;
	return OK;
}

/* Their places are taken by wider ones or by full tiles. */
static void drop_partials(struct witness_folder *folder, uint64_t size, uint64_t now)
{
	for (unsigned level = 0; level < LEVELS; level++) {
		struct tilepath tile = {.level = level, .number = size >> (8 * level) >> 8, .width = (unsigned)(size >> (8 * level) & 255)};
		char text[TILEPATH_MAX], name[NAME_MAX_LEN];

		if (tile.width == 0 || now >> (8 * level) == size >> (8 * level))
			continue;
		tilepath_format(&tile, text);
		(void)snprintf(name, sizeof(name), "tile/%s", text);
		(void)unlinkat(folder->dir, name, 0); /* one that stays takes room and does no harm */
		tile.entries = true;
		tilepath_format(&tile, text);
		(void)snprintf(name, sizeof(name), "tile/%s", text);
		if (level == 0)
			(void)unlinkat(folder->dir, name, 0); /* likewise */
	}
}

err witness_folder_follow(struct witness_folder *folder, struct bytes note, const struct ledger_head *head)
{
	uint64_t before = folder->followed.size;

	TRY(put(folder, "checkpoint", note, true));
	folder->followed = *head;
	drop_partials(folder, before, head->size);
	return OK;
}

err witness_folder_cosigned(struct witness_folder *folder, struct bytes note)
{
	return put(folder, "cosigned", note, true);
}

err witness_folder_given(struct witness_folder *folder, struct buf *note_out)
{
	return get(folder, "cosigned", HEADS_NOTE_MAX, note_out);
}

/* Named by what was shown, so that the same one twice is one pair; and no more of them than a disk bears. */
err witness_folder_fork(struct witness_folder *folder, struct bytes shown, const char *words)
{
	char name[NAME_MAX_LEN];
	uint8_t hash[HASH_LEN];
	OWN(buf) hex = {0};
	static unsigned count;

	folder->forked = true;
	if (++count > FORKS_MAX)
		return OK;
	TRY(hash_sha256(shown, hash));
	TRY(hex_append(&hex, (struct bytes){hash, 8}));
	TRY(buf_u8(&hex, 0));
	(void)snprintf(name, sizeof(name), "forks/%s.kept", (const char *)hex.ptr);
	TRY(put(folder, name, bytes_of(&folder->note), true));
	(void)snprintf(name, sizeof(name), "forks/%s.txt", (const char *)hex.ptr);
	TRY(put(folder, name, bytes_str(words), true));
	(void)snprintf(name, sizeof(name), "forks/%s.shown", (const char *)hex.ptr);
	TRY(put(folder, name, shown, true));
	return witness_folder_sync(folder);
}

/* ---- tiles ---- */

static void tile_name(const struct tilepath *tile, char name_out[static NAME_MAX_LEN])
{
	char text[TILEPATH_MAX];

	tilepath_format(tile, text);
	(void)snprintf(name_out, NAME_MAX_LEN, "tile/%s", text);
}

err witness_folder_put(struct witness_folder *folder, const struct tilepath *tile, struct bytes content)
{
	char name[NAME_MAX_LEN];

	tile_name(tile, name);
	return put(folder, name, content, false);
}

err witness_folder_get(struct witness_folder *folder, const struct tilepath *tile, struct buf *content_out)
{
	char name[NAME_MAX_LEN];

	tile_name(tile, name);
	return get(folder, name, FILE_MAX, content_out);
}

bool witness_folder_has(struct witness_folder *folder, const struct tilepath *tile)
{
	char name[NAME_MAX_LEN];

	tile_name(tile, name);
	return faccessat(folder->dir, name, F_OK, 0) == 0;
}

err witness_folder_text(struct witness_folder *folder, const char *name, struct bytes content)
{
	return put(folder, name, content, true);
}

err witness_folder_sync(struct witness_folder *folder)
{
	return syncfs(folder->dir) == 0 ? OK : FAIL(UNAVAILABLE);
}
