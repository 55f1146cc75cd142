#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assure/inspect_rows.h"
#include "assure/inspect_secrets.h"
#include "op/compartment.h"

#define WORD_MIN 6
#define SPELLINGS 14
#define NEEDLES_MAX (INSPECT_SECRETS_WORDS * SPELLINGS)
#define CHUNK_LEN ((size_t)256 << 10)
#define PARTS_BREATHE 4           /* chunks between two breaths */

struct needle {
	struct buf bytes;
	const char *spelling;
};

struct search {
	struct needle needles[NEEDLES_MAX];
	size_t count;
	struct bytes control;
	size_t overlap;           /* bytes of a chunk that the next one begins with */
	uint8_t *chunk;
	struct secrets_found found;
};

/* ---- Spellings ---- */

static struct needle *add(struct search *s, const char *spelling)
{
	REQUIRE(s->count < NEEDLES_MAX);
	s->needles[s->count].spelling = spelling;
	return &s->needles[s->count++];
}

static err add_raw(struct search *s, struct bytes word)
{
	return buf_append(&add(s, "as it is")->bytes, word);
}

/* One code unit a byte for ASCII; other words keep their UTF-8 form elsewhere. */
static err add_utf16(struct search *s, struct bytes word, bool big)
{
	struct needle *needle = add(s, "UTF-16");

	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] >= 0x80) {
			s->count--;
			buf_clear(&needle->bytes);
			return OK;
		}
		TRY(buf_u8(&needle->bytes, big ? 0 : word.ptr[i]));
		TRY(buf_u8(&needle->bytes, big ? word.ptr[i] : 0));
	}
	return OK;
}

static err add_hex(struct search *s, struct bytes word, bool upper)
{
	struct needle *needle = add(s, "hex");

	TRY(hex_append(&needle->bytes, word));
	for (size_t i = 0; upper && i < needle->bytes.len; i++)
		if (needle->bytes.ptr[i] >= 'a')
			needle->bytes.ptr[i] = (uint8_t)(needle->bytes.ptr[i] - 'a' + 'A');
	return OK;
}

/* The characters that depend on this word alone, whatever stands before and after it. */
static err add_base64(struct search *s, struct bytes word, size_t shift, bool url)
{
	struct needle *needle = add(s, "base64");
	OWN(buf) padded = {0};
	OWN(buf) text = {0};
	size_t from = shift == 0 ? 0 : shift + 1;
	size_t len;

	for (size_t i = 0; i < shift; i++)
		TRY(buf_u8(&padded, 0));
	TRY(buf_append(&padded, word));
	TRY(url ? base64url_append(&text, bytes_of(&padded)) : base64_append(&text, bytes_of(&padded)));
	len = (padded.len * 8) / 6;
	return buf_append(&needle->bytes, (struct bytes){text.ptr + from, len - from});
}

static err add_percent(struct search *s, struct bytes word)
{
	struct needle *needle = add(s, "percent");

	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';

		if (plain)
			TRY(buf_u8(&needle->bytes, c));
		else
			TRY(buf_printf(&needle->bytes, "%%%02X", c));
	}
	return OK;
}

static err add_word(struct search *s, struct bytes word)
{
	TRY(add_raw(s, word));
	TRY(add_utf16(s, word, false));
	TRY(add_utf16(s, word, true));
	TRY(add_hex(s, word, false));
	TRY(add_hex(s, word, true));
	for (size_t shift = 0; shift < 3; shift++) {
		TRY(add_base64(s, word, shift, false));
		TRY(add_base64(s, word, shift, true));
	}
	return add_percent(s, word);
}

/* ---- Searching ---- */

static void look_in(struct search *s, const char *file, size_t len)
{
	s->found.control = s->found.control || memmem(s->chunk, len, s->control.ptr, s->control.len) != NULL;
	for (size_t i = 0; i < s->count; i++) {
		const struct needle *needle = &s->needles[i];

		if (memmem(s->chunk, len, needle->bytes.ptr, needle->bytes.len) == NULL)
			continue;
		if (s->found.hits++ == 0)
			(void)snprintf(s->found.where, sizeof(s->found.where), "%.50s (%s)", file, needle->spelling);
	}
}

typedef err (*read_at)(struct inspect *in, int file, int64_t at, uint8_t *out, size_t max, size_t *read_out);

static err look_through(struct inspect *in, struct search *s, const char *name, read_at read, int file)
{
	int64_t at = 0;
	size_t kept = 0;

	s->found.files++;
	for (unsigned i = 1;; i++) {
		size_t got = 0;
		size_t len;

		TRY(read(in, file, at, s->chunk + kept, CHUNK_LEN, &got));
		if (got == 0)
			return OK;
		at += (int64_t)got;
		len = kept + got;
		s->found.bytes += got;
		look_in(s, name, len);
		kept = len < s->overlap ? len : s->overlap;
		memmove(s->chunk, s->chunk + len - kept, kept);
		if (i % PARTS_BREATHE == 0)
			TRY(inspect_breathe(in));
	}
}

static err read_database(struct inspect *in, int file, int64_t at, uint8_t *out, size_t max, size_t *read_out)
{
	return db_file_read(in->rows.db, (enum db_file)file, at, out, max, read_out);
}

static err read_plain(struct inspect *in, int file, int64_t at, uint8_t *out, size_t max, size_t *read_out)
{
	ssize_t got;

	(void)in;
	do
		got = pread(file, out, max, at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAIL(UNAVAILABLE);
	*read_out = (size_t)got;
	return OK;
}

/* The database's own are read through its connection; closing a descriptor of theirs would drop SQLite's locks. */
static bool is_others(const char *name)
{
	size_t len = strlen(COMPARTMENT_DATABASE);

	return strncmp(name, COMPARTMENT_DATABASE, len) != 0 && strcmp(name, COMPARTMENT_LOCK) != 0 && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0;
}

static err look_in_file(struct inspect *in, struct search *s, const char *folder, const char *name)
{
	char path[512];
	struct stat about;
	int file;
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
	err e = OK;

	if (len <= 0 || (size_t)len >= sizeof(path))
		return FAIL(TOO_LARGE);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return errno == ENOENT || errno == ELOOP ? OK : FAIL(UNAVAILABLE);
	if (fstat(file, &about) == 0 && S_ISREG(about.st_mode))
		e = look_through(in, s, name, read_plain, file);
	(void)close(file); /* only read */
	return e;
}

static err look_in_folder(struct inspect *in, struct search *s)
{
	const char *folder = in->compartment->directory;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	err e = OK;

	if (dir == NULL)
		return FAIL(UNAVAILABLE);
	while (err_is_ok(e) && (entry = readdir(dir)) != NULL)
		if (is_others(entry->d_name))
			e = look_in_file(in, s, folder, entry->d_name);
	(void)closedir(dir); /* only read */
	return e;
}

static err look_everywhere(struct inspect *in, struct search *s)
{
	bool in_database;

	TRY(look_through(in, s, COMPARTMENT_DATABASE, read_database, DB_FILE_DATA));
	TRY(look_through(in, s, COMPARTMENT_DATABASE "-wal", read_database, DB_FILE_LOG));
	in_database = s->found.control;
	TRY(look_in_folder(in, s));
	s->found.control = in_database; /* the heads hold it as well, and say nothing about the database */
	return OK;
}

static void search_free(struct search *s)
{
	for (size_t i = 0; i < NEEDLES_MAX; i++)
		buf_free(&s->needles[i].bytes);
	if (s->chunk != NULL)
		wipe(s->chunk, CHUNK_LEN + s->overlap);
	free(s->chunk);
}

err inspect_secrets_find(struct inspect *in, const struct bytes *words, size_t count, struct secrets_found *found_out)
{
	struct search s = {.control = bytes_str(in->compartment->origin)};
	err e = OK;

	if (count > INSPECT_SECRETS_WORDS)
		return FAIL(INVALID);
	for (size_t i = 0; err_is_ok(e) && i < count; i++)
		e = words[i].len < WORD_MIN ? FAIL(INVALID) : add_word(&s, words[i]);
	s.overlap = s.control.len;
	for (size_t i = 0; i < s.count; i++)
		if (s.needles[i].bytes.len > s.overlap)
			s.overlap = s.needles[i].bytes.len;
	s.chunk = malloc(CHUNK_LEN + s.overlap);
	if (s.chunk == NULL)
		e = FAIL(UNAVAILABLE);
	if (err_is_ok(e))
		e = look_everywhere(in, &s);
	if (err_is_ok(e))
		*found_out = s.found;
	search_free(&s);
	return e;
}

/* ---- The inspections ---- */

/* params: u8 count | that many blobs. */
static err cut_words(struct bytes params, struct bytes words_out[static INSPECT_SECRETS_WORDS], size_t *count_out)
{
	uint8_t count;

	TRY(cut_u8(&params, &count));
	if (count == 0 || count > INSPECT_SECRETS_WORDS)
		return FAIL(INVALID);
	for (size_t i = 0; i < count; i++)
		TRY(cut_blob(&params, INSPECT_PARAMS_MAX, &words_out[i]));
	*count_out = count;
	return params.len == 0 ? OK : FAIL(INVALID);
}

static err words_absent(struct inspect *in)
{
	struct bytes words[INSPECT_SECRETS_WORDS], copies[INSPECT_SECRETS_WORDS];
	OWN(buf) kept = {0}; /* params may lie in what a breath empties */
	struct secrets_found found = {0};
	size_t count = 0;

	TRY(buf_append(&kept, in->params));
	TRY(cut_words(bytes_of(&kept), words, &count));
	memcpy(copies, words, sizeof(copies));
	TRY(inspect_secrets_find(in, copies, count, &found));
	if (!found.control) {
		inspect_unable(in, "必ずあるはずの語も見付からない。ファイルを読めていない。", "What must be there was not found either: the files could not be read.");
		return OK;
	}
	inspect_step(in, found.hits == 0, found.files,
	    "データベース・その記録・台帳の署名ファイルを、生のまま（UTF-8・UTF-16・16進・base64・URL形式）検索した",
	    "Searched database, its log and heads as they lie on the disk (UTF-8, UTF-16, hex, base64, URL form)",
	    "files %u, %llu KiB, found %u %s", found.files, (unsigned long long)found.bytes / 1024, found.hits, found.where);
	return OK;
}

/* ---- password-stored-only-hashed ---- */

struct hashes {
	const struct field *phc;
	uint8_t (*salts)[PASSWORD_SALT_LEN];
	size_t count, cap;
	unsigned foreign, weak;
	unsigned none;             /* rows that no password opens: of whoever stands for unknown logins */
	uint32_t rounds;           /* the fewest */
	char first[ID_TEXT_MAX];
};

static err keep_salt(struct hashes *h, const uint8_t salt[static PASSWORD_SALT_LEN])
{
	if (h->count == h->cap) {
		size_t cap = h->cap == 0 ? 1024 : h->cap * 2;
		void *salts = reallocarray(h->salts, cap, sizeof(*h->salts));

		if (salts == NULL)
			return FAIL(UNAVAILABLE);
		h->salts = salts;
		h->cap = cap;
	}
	memcpy(h->salts[h->count++], salt, PASSWORD_SALT_LEN);
	return OK;
}

static err look_hash(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct hashes *h = context;
	void *row = arena_alloc(in->rows.arena, entity->size);
	struct password_made made;
	err e = row == NULL ? FAIL(UNAVAILABLE) : row_read(&in->rows, entity, query, false, row);

	if (err_is(e, ERR_CORRUPT) || err_is(e, ERR_NOT_FOUND)) {
		struct id id = {{0}};

		TRY(column_id(query, 0, &id));
		if (h->foreign++ == 0)
			id_format(id, h->first);
		return OK;
	}
	TRY(e);
	if (bytes_is(*(const struct bytes *)field_in(row, h->phc), "-")) {
		h->none++;
		return OK;
	}
	e = password_made(*(const struct bytes *)field_in(row, h->phc), &made);
	if (!err_is_ok(e) || !allowed_has("kdf", made.algorithm)) {
		if (h->foreign++ == 0)
			id_format(((const struct row *)row)->id, h->first);
		return OK;
	}
	if (h->count == 0 || made.rounds < h->rounds)
		h->rounds = made.rounds;
	if (made.rounds < in->compartment->password_rounds && h->weak++ == 0)
		id_format(((const struct row *)row)->id, h->first);
	return keep_salt(h, made.salt);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, PASSWORD_SALT_LEN);
}

static unsigned shared_salts(struct hashes *h)
{
	unsigned shared = 0;

	if (h->count > 1)
		qsort(h->salts, h->count, sizeof(*h->salts), by_bytes);
	for (size_t i = 1; i < h->count; i++)
		shared += memcmp(h->salts[i - 1], h->salts[i], PASSWORD_SALT_LEN) == 0;
	return shared;
}

static err look_hashes(struct inspect *in, const char *name, struct hashes *h)
{
	const struct entity *entity = entity_find(bytes_str(name));
	struct inspect_rows rows;

	h->phc = entity == NULL ? NULL : entity_field(entity, "phc");
	if (h->phc == NULL)
		return OK;
	inspect_rows_all(&rows, entity);
	while (!rows.done) {
		TRY(inspect_rows_part(in, &rows, look_hash, h));
		TRY(inspect_breathe(in));
	}
	return OK;
}

static err stored_hashes(struct inspect *in)
{
	static const char *const holders[] = {"credential", "pin"};
	struct hashes h = {0};
	unsigned shared, looked;
	err e = OK;

	for (size_t i = 0; err_is_ok(e) && i < sizeof(holders) / sizeof(holders[0]); i++)
		e = look_hashes(in, holders[i], &h);
	shared = shared_salts(&h);
	looked = (unsigned)h.count + h.foreign;
	free(h.salts);
	TRY(e);
	if (looked == 0) {
		inspect_unable(in, "パスワードがまだ一つもない。", "There is no password yet.");
		return OK;
	}
	inspect_step(in, h.foreign == 0, looked, "保存されたパスワードと暗証番号が、すべてPBKDF2-HMAC-SHA-256の形かを調べた",
	    "Looked whether every stored password and PIN is a PBKDF2-HMAC-SHA-256 record", "stored %u, of nobody %u, of another form %u %s", looked, h.none,
	    h.foreign, h.foreign > 0 ? h.first : "");
	inspect_step(in, h.weak == 0, looked, "反復回数が設定以上かを調べた", "Looked whether their rounds are at least as many as configured",
	    "configured %u, fewest %u, below %u", in->compartment->password_rounds, h.rounds, h.weak);
	inspect_step(in, shared == 0, looked, "ソルトが1件ごとに別かを調べた", "Looked whether each has a salt of its own", "same salt %u", shared);
	return OK;
}

const struct inspection inspect_secrets[] = {
	{"words-absent", words_absent},
	{"stored-hashes", stored_hashes},
	{0},
};
