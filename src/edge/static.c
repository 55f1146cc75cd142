#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "edge/limits.h"
#include "edge/static.h"

#define INDEX "/index.html"
#define HASHED "/assets/"
#define DEPTH_MAX 8

struct static_files {
	struct static_asset *list;   /* by path once loaded */
	size_t count;
	size_t len;                  /* of all contents */
};

const char *const static_encoding_names[STATIC_ENCODING_COUNT] = {[STATIC_BR] = "br", [STATIC_GZIP] = "gzip"};

static const char *const suffixes[STATIC_ENCODING_COUNT] = {[STATIC_BR] = ".br", [STATIC_GZIP] = ".gz", [STATIC_PLAIN] = ""};

static const struct { const char *ending, *type; } types[] = {
    {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"}, {".json", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json; charset=utf-8"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
    {".ico", "image/x-icon"}, {".webp", "image/webp"}, {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
};

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text);
	size_t ending_len = strlen(ending);

	return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends_with(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

static err make_etag(struct bytes content, char etag_out[static 36])
{
	uint8_t hash[HASH_LEN];
	OWN(buf) hex = {0};

	TRY(hash_sha256(content, hash));
	TRY(hex_append(&hex, (struct bytes){hash, 16}));
	(void)snprintf(etag_out, 36, "\"%.*s\"", (int)hex.len, (const char *)hex.ptr);
	return OK;
}

static err read_content(int fd, size_t len, uint8_t **content_out)
{
	uint8_t *content = malloc(len + 1);
	size_t done = 0;

	if (content == NULL)
		return FAIL(UNAVAILABLE);
	while (done < len) {
		ssize_t got = read(fd, content + done, len - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(content);
			return FAIL(CORRUPT);
		}
		done += (size_t)got;
	}
	*content_out = content;
	return OK;
}

/* A variant of a file. NOT_FOUND: there is none. */
static err load_body(struct static_files *files, int directory, const char *name, struct static_body *body_out)
{
	struct static_body body = {0};
	struct stat about;
	uint8_t *content = NULL;
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	err e = FAIL(CORRUPT);

	if (fd < 0)
		return errno == ENOENT ? FAIL(NOT_FOUND) : FAIL(CORRUPT);
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= LIMIT_ASSET_LEN &&
	    files->len + (size_t)about.st_size <= LIMIT_ASSETS_LEN)
		e = read_content(fd, (size_t)about.st_size, &content);
	close(fd);
	if (!err_is_ok(e))
		return e;
	body.content = (struct bytes){content, (size_t)about.st_size};
	e = make_etag(body.content, body.etag);
	if (!err_is_ok(e)) {
		free(content);
		return e;
	}
	files->len += body.content.len;
	*body_out = body;
	return OK;
}

static void free_bodies(struct static_asset *asset)
{
	for (size_t i = 0; i < STATIC_ENCODING_COUNT; i++)
		free((void *)(uintptr_t)asset->bodies[i].content.ptr);
}

static err append(struct static_files *files, const struct static_asset *asset)
{
	struct static_asset *list;

	if (files->count >= LIMIT_ASSETS)
		return FAIL(CORRUPT);
	list = realloc(files->list, (files->count + 1) * sizeof(*list));
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	files->list = list;
	files->list[files->count++] = *asset;
	return OK;
}

static err load_file(struct static_files *files, int directory, const char *prefix, const char *name)
{
	struct static_asset asset = {0};
	char variant[NAME_MAX + 8];
	err e = OK;

	if (ends_with(name, suffixes[STATIC_BR]) || ends_with(name, suffixes[STATIC_GZIP]))
		return OK; /* comes with the file itself */
	if ((size_t)snprintf(asset.path, sizeof(asset.path), "%s/%s", prefix, name) >= sizeof(asset.path))
		return FAIL(CORRUPT);
	asset.type = type_of(name);
	asset.immutable = strncmp(asset.path, HASHED, sizeof(HASHED) - 1) == 0;
	for (size_t i = 0; i < STATIC_ENCODING_COUNT; i++) {
		(void)snprintf(variant, sizeof(variant), "%s%s", name, suffixes[i]);
		e = load_body(files, directory, variant, &asset.bodies[i]);
		if (err_is(e, ERR_NOT_FOUND) && i != STATIC_PLAIN)
			continue;
		if (!err_is_ok(e))
			break;
	}
	if (err_is_ok(e))
		e = append(files, &asset);
	if (!err_is_ok(e)) {
		log_error("%s cannot be served", asset.path);
		free_bodies(&asset);
	}
	return e;
}

static err load_directory(struct static_files *files, int fd, const char *prefix, unsigned depth);

static err load_entry(struct static_files *files, int directory, const char *prefix, const char *name, unsigned depth)
{
	char path[256];
	struct stat about;
	int fd;

	if (name[0] == '.')
		return OK;
	if (fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
		return FAIL(CORRUPT);
	if (!S_ISDIR(about.st_mode))
		return load_file(files, directory, prefix, name);
	if (depth >= DEPTH_MAX || (size_t)snprintf(path, sizeof(path), "%s/%s", prefix, name) >= sizeof(path))
		return FAIL(CORRUPT);
	fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return FAIL(CORRUPT);
	return load_directory(files, fd, path, depth + 1);
}

/* Closes fd. */
static err load_directory(struct static_files *files, int fd, const char *prefix, unsigned depth)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	err e = OK;

	if (directory == NULL) {
		close(fd);
		return FAIL(UNAVAILABLE);
	}
	while (err_is_ok(e) && (errno = 0, entry = readdir(directory)) != NULL)
		e = load_entry(files, dirfd(directory), prefix, entry->d_name, depth);
	closedir(directory);
	return e;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct static_asset *)a)->path, ((const struct static_asset *)b)->path);
}

static void sort(struct static_files *files)
{
	if (files->count > 0)
		qsort(files->list, files->count, sizeof(files->list[0]), by_path);
}

err static_load(const char *directory, struct static_files **files_out)
{
	struct static_files *files = calloc(1, sizeof(*files));
	int fd = directory == NULL || directory[0] == '\0' ? -1 : open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err e = OK;

	if (files == NULL) {
		if (fd >= 0)
			close(fd);
		return FAIL(UNAVAILABLE);
	}
	if (fd >= 0)
		e = load_directory(files, fd, "", 0);
	if (!err_is_ok(e)) {
		static_free(&files);
		return e;
	}
	sort(files);
	*files_out = files;
	return OK;
}

err static_add(struct static_files *files, const char *path, const char *type, struct bytes content)
{
	struct static_asset asset = {.type = type};
	uint8_t *copy = malloc(content.len + 1);
	err e;

	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	if (content.len > 0)
		memcpy(copy, content.ptr, content.len);
	asset.bodies[STATIC_PLAIN].content = (struct bytes){copy, content.len};
	(void)snprintf(asset.path, sizeof(asset.path), "%s", path);
	e = make_etag(content, asset.bodies[STATIC_PLAIN].etag);
	if (err_is_ok(e))
		e = append(files, &asset);
	if (!err_is_ok(e)) {
		free(copy);
		return e;
	}
	sort(files);
	return OK;
}

void static_free(struct static_files **files)
{
	if (*files == NULL)
		return;
	for (size_t i = 0; i < (*files)->count; i++)
		free_bodies(&(*files)->list[i]);
	free((*files)->list);
	free(*files);
	*files = NULL;
}

static const struct static_asset *find_exactly(const struct static_files *files, struct bytes path)
{
	struct static_asset key;

	if (files->count == 0 || path.len >= sizeof(key.path) || memchr(path.ptr, '\0', path.len) != NULL)
		return NULL;
	memcpy(key.path, path.ptr, path.len);
	key.path[path.len] = '\0';
	return bsearch(&key, files->list, files->count, sizeof(files->list[0]), by_path);
}

bool static_is_empty(const struct static_files *files)
{
	return find_exactly(files, BYTES_LIT(INDEX)) == NULL;
}

/* Addresses of the application that are not files. It keeps its place behind '#', which no server sees. */
static bool is_page(struct bytes path)
{
	static const char *const pages[] = {"/"};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (bytes_is(path, pages[i]))
			return true;
	return false;
}

const struct static_asset *static_find(const struct static_files *files, struct bytes path)
{
	const struct static_asset *asset = find_exactly(files, path);

	if (asset == NULL && is_page(path))
		asset = find_exactly(files, BYTES_LIT(INDEX));
	return asset;
}

/* Is the coding among the accepted ones, and not with quality 0? */
static bool accepts(struct bytes list, const char *coding)
{
	size_t len = strlen(coding);

	while (list.len > 0) {
		const uint8_t *comma = memchr(list.ptr, ',', list.len);
		struct bytes item = {list.ptr, comma == NULL ? list.len : (size_t)(comma - list.ptr)};
		size_t taken = item.len + (comma != NULL);

		list = (struct bytes){list.ptr + taken, list.len - taken};
		while (item.len > 0 && item.ptr[0] == ' ')
			item = (struct bytes){item.ptr + 1, item.len - 1};
		if (item.len < len || strncasecmp((const char *)item.ptr, coding, len) != 0)
			continue;
		if (item.len == len)
			return true;
		if (item.ptr[len] == ';' || item.ptr[len] == ' ')
			return memmem(item.ptr, item.len, "q=0", 3) == NULL || memmem(item.ptr, item.len, "q=0.", 4) != NULL;
	}
	return false;
}

enum static_encoding static_choose(const struct static_asset *asset, struct bytes accept_encoding)
{
	for (size_t i = 0; i < STATIC_PLAIN; i++)
		if (asset->bodies[i].content.ptr != NULL && accepts(accept_encoding, static_encoding_names[i]))
			return (enum static_encoding)i;
	return STATIC_PLAIN;
}

bool static_matches(struct bytes if_none_match, const char *etag)
{
	if (bytes_is(if_none_match, "*"))
		return true;
	return if_none_match.len > 0 && memmem(if_none_match.ptr, if_none_match.len, etag, strlen(etag)) != NULL;
}
