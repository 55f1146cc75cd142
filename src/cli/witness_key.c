/*
 * witness_key - the witness's own key: three lines of text, for its owner's eyes alone.
 *
 *   sekimori-witness-1
 *   its name
 *   base64 of the seed (RFC 8032)
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/witness_int.h"
#include "crypto/crypto.h"

#define FIRST_LINE "sekimori-witness-1\n"
#define KEY_FILE_MAX 512

static err write_file(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool whole;

	if (fd < 0)
		return errno == EEXIST ? FAIL(CONFLICT) : FAIL(UNAVAILABLE);
	whole = write(fd, text->ptr, text->len) == (ssize_t)text->len && fsync(fd) == 0;
	if (close(fd) != 0 || !whole) {
		(void)unlink(path); /* half a key is none */
		return FAIL(UNAVAILABLE);
	}
	return OK;
}

static err public_of(const uint8_t seed[static SIGN_SEED_LEN], struct note_key *key, struct signer **signer_out)
{
	struct signer *signer;
	OWN(buf) vkey = {0};
	err e;

	TRY(signer_new(seed, &signer));
	signer_public(signer, key->public_key);
	e = note_cosigner_format(key, &vkey); /* the name is one */
	if (!err_is_ok(e)) {
		signer_free(&signer);
		return e;
	}
	*signer_out = signer;
	return OK;
}

err witness_key_make(const char *path, const char *name, struct note_key *key_out)
{
	struct note_key key = {.name = ""};
	uint8_t seed[SIGN_SEED_LEN];
	struct signer *signer = NULL;
	OWN(buf) text = {0};
	err e;

	if (strlen(name) >= sizeof(key.name))
		return FAIL(INVALID);
	memcpy(key.name, name, strlen(name) + 1);
	TRY(random_bytes(seed, sizeof(seed)));
	e = public_of(seed, &key, &signer);
	if (err_is_ok(e))
		e = buf_printf(&text, FIRST_LINE "%s\n", name);
	if (err_is_ok(e))
		e = base64_append(&text, (struct bytes){seed, sizeof(seed)});
	wipe(seed, sizeof(seed));
	signer_free(&signer);
	TRY(e);
	TRY(buf_append_str(&text, "\n"));
	TRY(write_file(path, &text));
	*key_out = key;
	return OK;
}

static err read_file(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat about;
	ssize_t got = 0;
	err e = OK;

	if (fd < 0)
		return FAIL(NOT_FOUND);
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > KEY_FILE_MAX)
		e = FAIL(INVALID);
	else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		e = FAIL(DENIED);
	if (err_is_ok(e))
		e = buf_reserve(text, KEY_FILE_MAX);
	if (err_is_ok(e) && (got = read(fd, text->ptr, KEY_FILE_MAX)) < 0)
		e = FAIL(UNAVAILABLE);
	(void)close(fd); /* only read */
	text->len = err_is_ok(e) ? (size_t)got : 0;
	return e;
}

static err parse(struct bytes text, struct note_key *key, uint8_t seed_out[static SIGN_SEED_LEN])
{
	OWN(buf) seed = {0};
	struct bytes first;
	const uint8_t *end;

	TRY(cut_bytes(&text, sizeof(FIRST_LINE) - 1, &first));
	if (!bytes_is(first, FIRST_LINE))
		return FAIL(INVALID);
	end = memchr(text.ptr, '\n', text.len);
	if (end == NULL || (size_t)(end - text.ptr) >= sizeof(key->name))
		return FAIL(INVALID);
	memcpy(key->name, text.ptr, (size_t)(end - text.ptr));
	text.len -= (size_t)(end - text.ptr) + 1;
	text.ptr = end + 1;
	if (text.len == 0 || text.ptr[text.len - 1] != '\n')
		return FAIL(INVALID);
	TRY(base64_decode((struct bytes){text.ptr, text.len - 1}, &seed));
	if (seed.len != SIGN_SEED_LEN)
		return FAIL(INVALID);
	memcpy(seed_out, seed.ptr, SIGN_SEED_LEN);
	return OK;
}

err witness_key_load(const char *path, struct note_key *key_out, struct signer **signer_out)
{
	struct note_key key = {.name = ""};
	uint8_t seed[SIGN_SEED_LEN] = {0};
	OWN(buf) text = {0};
	err e;

	TRY(read_file(path, &text));
	e = parse(bytes_of(&text), &key, seed);
	if (err_is_ok(e))
		e = public_of(seed, &key, signer_out);
	wipe(seed, sizeof(seed));
	TRY(e);
	*key_out = key;
	return OK;
}
