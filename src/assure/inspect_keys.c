#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "assure/inspect_keys.h"
#include "assure/inspect_rows.h"
#include "base/clock.h"
#include "keys/keystate.h"
#include "keys/keywire.h"
#include "op/compartment.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* ---- key-age-within ---- */

/*
 * How long a key may protect anew: NIST SP 800-57 part 1 revision 5, table 1 (originator-usage period of symmetric data-encryption
 * and authentication keys at most two years, private signature keys one to three years).
 */
static const struct key_class {
	const char *ja, *en;
	enum key_kind kind;
	int64_t days;
	const char *owners;       /* entity whose rows' ids own them; NULL: the customer itself */
} classes[] = {
	{"団体の鍵", "the customer's key", KEY_CUSTOMER, 730, NULL},
	{"検索用の鍵", "the key of look-ups", KEY_INDEX, 730, NULL},
	{"認証符号の鍵", "the key of row digests", KEY_DIGEST, 730, NULL},
	{"園の鍵", "keys of facilities", KEY_FACILITY, 730, "facility"},
	{"利用者の鍵", "keys of accounts", KEY_PERSON, 730, "account"},
	{"園児の鍵", "keys of children", KEY_PERSON, 730, "child"},
};
#define LEDGER_KEY_DAYS 1095

struct ages {
	const struct key_class *class;
	int64_t now_us;
	unsigned keys, old, none;
	int64_t oldest_us;
};

static err look_age(struct inspect *in, struct id owner, struct ages *ages)
{
	struct data_key key;
	err e = keys_active(in->rows.keys, ages->class->kind, owner, &key);

	if (err_is(e, ERR_NOT_FOUND)) {
		ages->none++; /* closed, or never sealed anything */
		return OK;
	}
	TRY(e);
	ages->keys++;
	if (ages->oldest_us == 0 || key.since_us < ages->oldest_us)
		ages->oldest_us = key.since_us;
	ages->old += key.since_us <= 0 || ages->now_us - key.since_us > ages->class->days * DAY_US;
	return OK;
}

static err look_owner(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct id owner = {{0}};

	(void)entity;
	TRY(column_id(query, 0, &owner));
	return look_age(in, owner, context);
}

static err look_class(struct inspect *in, struct ages *ages)
{
	static const struct id customer;
	const struct entity *entity;
	struct inspect_rows rows;

	if (ages->class->owners == NULL)
		return look_age(in, customer, ages);
	entity = entity_find(bytes_str(ages->class->owners));
	if (entity == NULL)
		return OK;
	inspect_rows_all(&rows, entity);
	while (!rows.done) {
		TRY(inspect_rows_part(in, &rows, look_owner, ages));
		TRY(inspect_breathe(in));
	}
	return OK;
}

static void tell_age(struct inspect *in, const struct ages *ages, const char *ja, const char *en, int64_t days)
{
	char words_ja[160], words_en[160];
	int64_t age = ages->oldest_us == 0 ? 0 : (ages->now_us - ages->oldest_us) / DAY_US;

	(void)snprintf(words_ja, sizeof(words_ja), "%sの使用開始からの日数を調べた", ja);
	(void)snprintf(words_en, sizeof(words_en), "Looked at the age of %s", en);
	inspect_step(in, ages->old == 0, ages->keys, words_ja, words_en, "active %u, oldest %lld days of %lld, older %u", ages->keys,
	    (long long)age, (long long)days, ages->old);
}

static const struct statement first_entry = {"inspect.first-entry", "SELECT entries FROM ledger_blob ORDER BY first LIMIT 1"};

/* The ledger's key signs from the first entry on; it is not older than that by more than the making of the compartment took. */
static err ledger_key(struct inspect *in, int64_t now_us)
{
	struct ages ages = {.now_us = now_us, .keys = 1};
	struct query *query;
	uint64_t time_us = 0;
	bool row = false;
	err e;

	TRY(query_start(in->rows.db, &first_entry, &query));
	e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		struct bytes entries = column_bytes(query, 0);
		struct bytes head;

		e = cut_bytes(&entries, 3, &head); /* length and version */
		if (err_is_ok(e))
			e = cut_u64(&entries, &time_us);
	}
	query_end(&query);
	TRY(e);
	if (!row)
		return OK;
	ages.oldest_us = (int64_t)time_us;
	ages.old = now_us - ages.oldest_us > LEDGER_KEY_DAYS * DAY_US;
	tell_age(in, &ages, "台帳の署名鍵", "the keys that sign the ledger", LEDGER_KEY_DAYS);
	return OK;
}

static err key_ages(struct inspect *in)
{
	int64_t now_us = clock_now_us();

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		struct ages ages = {.class = &classes[i], .now_us = now_us};

		TRY(look_class(in, &ages));
		if (ages.keys > 0)
			tell_age(in, &ages, classes[i].ja, classes[i].en, classes[i].days);
	}
	return ledger_key(in, now_us);
}

/* ---- root-key-not-exportable ---- */

struct asked {
	unsigned messages, refused, data_keys, foreign;
};

static err put_head(struct buf *frame, unsigned version, unsigned operation)
{
	buf_clear(frame);
	TRY(buf_u8(frame, (uint8_t)version));
	TRY(buf_u8(frame, (uint8_t)operation));
	return buf_u32(frame, 0);
}

static err put_zeros(struct buf *frame, size_t len)
{
	for (size_t i = 0; i < len; i++)
		TRY(buf_u8(frame, 0));
	return OK;
}

/* kind: what was asked for; a key of any other kind, or more of them, is none that we may have. KEY_KIND_COUNT: none may come. */
static void judge(struct asked *asked, struct bytes frame, unsigned kind)
{
	struct keywire_reply reply = {0};

	asked->messages++;
	if (!err_is_ok(keywire_reply_parse(frame, &reply)))
		asked->foreign++;
	else if (!err_is_ok(reply.result))
		asked->refused++;
	else if (reply.key_count == 1 && kind < KEY_KIND_COUNT && reply.keys[0].kind == (enum key_kind)kind && id_is_zero(reply.keys[0].owner))
		asked->data_keys++;
	else
		asked->foreign++;
	keywire_reply_wipe(&reply);
}

static err ask(struct inspect *in, struct asked *asked, const struct buf *frame, unsigned kind)
{
	OWN(buf) reply = {0};

	TRY(keys_raw(in->rows.keys, bytes_of(frame), &reply));
	judge(asked, bytes_of(&reply), kind);
	return OK;
}

/* The active key of every kind that a byte can name, the wrapping key's and the ledger's among them. */
static err ask_kinds(struct inspect *in, struct asked *asked)
{
	OWN(buf) frame = {0};

	for (unsigned kind = 0; kind <= UINT8_MAX; kind++) {
		TRY(put_head(&frame, KEYWIRE_VERSION, KEYWIRE_ACTIVE));
		TRY(buf_u8(&frame, (uint8_t)kind));
		TRY(put_zeros(&frame, ID_LEN));
		TRY(ask(in, asked, &frame, kind));
		if (kind < KEY_KIND_COUNT)
			continue;
		TRY(put_head(&frame, KEYWIRE_VERSION, KEYWIRE_CREATE));
		TRY(buf_u8(&frame, (uint8_t)kind));
		TRY(buf_u8(&frame, 1));
		TRY(put_zeros(&frame, ID_LEN));
		TRY(ask(in, asked, &frame, KEY_KIND_COUNT));
	}
	return OK;
}

/* Every operation that a byte can name and the wire does not have, in this version and another. */
static err ask_operations(struct inspect *in, struct asked *asked)
{
	OWN(buf) frame = {0};

	for (unsigned operation = 0; operation <= UINT8_MAX; operation++) {
		bool real = operation >= KEYWIRE_ACTIVE && operation <= KEYWIRE_SIGN;

		TRY(put_head(&frame, real ? KEYWIRE_VERSION + 1 : KEYWIRE_VERSION, operation));
		TRY(ask(in, asked, &frame, KEY_KIND_COUNT));
		TRY(put_zeros(&frame, ID_LEN));
		TRY(ask(in, asked, &frame, KEY_KIND_COUNT));
	}
	return OK;
}

/* By ids that nobody's key has; a root that gives itself away would do so under the zero id. */
static err ask_ids(struct inspect *in, struct asked *asked)
{
	OWN(buf) frame = {0};

	for (unsigned byte = 0; byte <= UINT8_MAX; byte += 51) {
		TRY(put_head(&frame, KEYWIRE_VERSION, KEYWIRE_BY_ID));
		for (size_t i = 0; i < ID_LEN; i++)
			TRY(buf_u8(&frame, (uint8_t)byte));
		TRY(ask(in, asked, &frame, KEY_KIND_COUNT));
	}
	/* To sign what is no checkpoint of this log. */
	TRY(put_head(&frame, KEYWIRE_VERSION, KEYWIRE_SIGN));
	TRY(buf_blob(&frame, BYTES_LIT("root key\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")));
	return ask(in, asked, &frame, KEY_KIND_COUNT);
}

/* From here the files of the keys process must be out of reach, by every way that leads there from our folder. */
static const char *const folders[] = {"../keys", "keys", "../../keys", "..", "/keys"};

static bool opens(struct inspect *in, const char *folder, const char *name)
{
	char path[512];
	int file;

	(void)snprintf(path, sizeof(path), "%s%s%s/%s", folder[0] == '/' ? "" : in->compartment->directory, folder[0] == '/' ? "" : "/", folder, name);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return false;
	(void)close(file); /* nothing was read */
	return true;
}

static void open_files(struct inspect *in)
{
	static const char *const names[] = {COMPARTMENT_ROOT_KEY, COMPARTMENT_KEY_STORE};
	unsigned tried = 0, opened = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
			tried++;
			opened += opens(in, folders[k], names[i]);
		}
	inspect_step(in, opened == 0, tried, "データを扱うプロセスから、鍵プロセスのファイルを開こうとした",
	    "Tried to open the files of the keys process from the process that holds the data", "paths %u, opened %u", tried, opened);
}

static err root_key(struct inspect *in)
{
	struct asked asked = {0};

	TRY(ask_kinds(in, &asked));
	TRY(ask_operations(in, &asked));
	TRY(ask_ids(in, &asked));
	inspect_step(in, asked.foreign == 0 && asked.data_keys > 0, asked.messages,
	    "鍵プロセスに、あらゆる種類の命令と鍵の種別を送り、根の鍵・包む鍵・署名鍵を出させようとした",
	    "Sent the keys process every kind of message and of key, to have it give away the root key, the wrapping key or the signing key",
	    "messages %u, refused %u, data keys as meant %u, anything else %u", asked.messages, asked.refused, asked.data_keys, asked.foreign);
	open_files(in);
	return OK;
}

/* ---- destroyed-key-opens-nothing ---- */

static err seal_sample(const struct data_key *key, struct buf *sealed)
{
	return aead_seal(key->aead, BYTES_LIT("sekimori check"), BYTES_LIT("what the key protects"), sealed);
}

static err destroyed_key(struct inspect *in)
{
	static const struct id customer;
	struct keys *keys = in->rows.keys;
	struct data_key key, other;
	struct id owner;
	OWN(buf) sealed = {0};
	OWN(buf) plain = {0};
	err by_id, active, opened;
	uint8_t raw_before;

	TRY(id_new(&owner));
	TRY(keys_create(keys, KEY_PERSON, &owner, 1));
	TRY(keys_active(keys, KEY_PERSON, owner, &key));
	TRY(seal_sample(&key, &sealed));
	TRY(aead_open(key.aead, BYTES_LIT("sekimori check"), bytes_of(&sealed), &plain));
	raw_before = plain.len > 0 ? plain.ptr[0] : 0;
	inspect_step(in, raw_before == 'w', 1, "検査用の鍵を作り、封印して開いた", "Made a key for this check, sealed with it and opened it", "opened");
	TRY(keys_move(keys, key.id, KEY_DEACTIVATED, BYTES_LIT("check destroyed-key-opens-nothing")));
	TRY(keys_move(keys, key.id, KEY_DESTROYED, BYTES_LIT("check destroyed-key-opens-nothing")));
	by_id = keys_by_id(keys, key.id, &other);
	active = keys_active(keys, KEY_PERSON, owner, &other);
	inspect_step(in, err_is(by_id, ERR_NOT_FOUND) && err_is(active, ERR_NOT_FOUND), 2, "鍵を破棄し、番号と持ち主で求めた",
	    "Destroyed the key and asked for it by its id and by its owner", "%s, %s", err_row(by_id)->name, err_row(active)->name);
	TRY(keys_active(keys, KEY_CUSTOMER, customer, &other));
	buf_clear(&plain);
	opened = aead_open(other.aead, BYTES_LIT("sekimori check"), bytes_of(&sealed), &plain);
	inspect_step(in, err_is(opened, ERR_CORRUPT) && plain.len == 0, 1, "封印したものを、残っている団体の鍵で開こうとした",
	    "Tried to open what was sealed with the customer's key that is left", "%s", err_row(opened)->name);
	return OK;
}

/* ---- other-tenant-key-opens-nothing ---- */

#define SAMPLE_MAX 190          /* goes as base 64 in a text of 256 bytes */

/* Data for the other side: blob of associated data | blob of the sealed value, of a stored record about a person. */
static err take_sample(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct row_group groups[GRADE_COUNT];
	struct buf *data = context;
	size_t count = 0;

	if (data->len > 0)
		return OK;
	TRY(row_groups(&in->rows, entity, query, groups, &count));
	for (size_t i = 0; i < count && data->len == 0; i++) {
		if (8 + groups[i].bound.len + groups[i].sealed.len > SAMPLE_MAX)
			continue;
		TRY(buf_blob(data, groups[i].bound));
		TRY(buf_blob(data, groups[i].sealed));
	}
	return OK;
}

struct strangers {
	struct bytes bound, sealed;
	enum key_kind kind;
	unsigned keys;
	unsigned opened;            /* or refused for another reason than a wrong tag */
	unsigned whole;             /* opened, tag and all */
};

static err try_key(struct inspect *in, struct strangers *s, struct id owner)
{
	struct data_key key;
	OWN(buf) plain = {0};
	err e = keys_active(in->rows.keys, s->kind, owner, &key);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	s->keys++;
	e = aead_open(key.aead, s->bound, s->sealed, &plain);
	s->opened += !err_is(e, ERR_CORRUPT);
	s->whole += err_is_ok(e);
	return OK;
}

static err try_owner(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct id owner = {{0}};

	(void)entity;
	TRY(column_id(query, 0, &owner));
	return try_key(in, context, owner);
}

/* What take_sample wrote, with every key of this compartment. */
static err try_all(struct inspect *in, struct bytes sample, struct strangers *s)
{
	static const struct id customer;

	*s = (struct strangers){.kind = KEY_CUSTOMER};
	TRY(cut_blob(&sample, INSPECT_PARAMS_MAX, &s->bound));
	TRY(cut_blob(&sample, INSPECT_PARAMS_MAX, &s->sealed));
	TRY(try_key(in, s, customer));
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const struct entity *entity = classes[i].owners == NULL ? NULL : entity_find(bytes_str(classes[i].owners));
		struct inspect_rows rows = {.done = true};

		s->kind = classes[i].kind;
		if (entity != NULL)
			inspect_rows_all(&rows, entity);
		while (!rows.done) {
			TRY(inspect_rows_part(in, &rows, try_owner, s));
			TRY(inspect_breathe(in));
		}
	}
	return OK;
}

static err sealed_sample(struct inspect *in)
{
	static const char *const kinds[] = {"child", "absence", "guardianship", "factor", "account"};
	OWN(buf) data = {0};
	struct strangers own;

	for (size_t i = 0; data.len == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct entity *entity = entity_find(bytes_str(kinds[i]));
		struct inspect_rows rows = {.done = true};

		if (entity != NULL)
			inspect_rows_all(&rows, entity);
		if (!rows.done)
			TRY(inspect_rows_part(in, &rows, take_sample, &data));
		TRY(inspect_breathe(in));
	}
	if (data.len == 0)
		return FAIL(NOT_FOUND);
	TRY(try_all(in, bytes_of(&data), &own)); /* what opens nowhere would show nothing elsewhere */
	if (own.whole == 0)
		return FAIL(CORRUPT);
	TRY(inspect_data(in, bytes_of(&data)));
	inspect_step(in, true, 1, "封印された記録を一つ写した（ほかの団体の鍵で開けないことを確かめるため）",
	    "Copied a sealed record, for another customer's keys to be tried on it", "%zu bytes", data.len);
	return OK;
}

static err foreign_sample(struct inspect *in)
{
	struct strangers s;
	OWN(buf) kept = {0};

	TRY(buf_append(&kept, in->params));
	TRY(try_all(in, bytes_of(&kept), &s));
	inspect_step(in, s.opened == 0 && s.keys > 0, s.keys, "ほかの団体の封印された記録を、この団体のすべての鍵で開こうとした",
	    "Tried to open another customer's sealed record with every key of this customer", "keys %u, opened %u", s.keys, s.opened);
	return OK;
}

const struct inspection inspect_keys[] = {
	{"key-age-within", key_ages},
	{"root-key-not-exportable", root_key},
	{"destroyed-key-opens-nothing", destroyed_key},
	{"sealed-sample", sealed_sample},
	{"foreign-sample", foreign_sample},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_keys_checks[] = {
	{.id = "key-age-within", .where = EVERYWHERE, .inspection = "key-age-within", .seconds = 300},
	{.id = "root-key-not-exportable", .where = EVERYWHERE, .inspection = "root-key-not-exportable"}, /* K-60 */
	/* The store of all keys is written anew: only where nobody's data is. */
	{.id = "destroyed-key-opens-nothing", .where = CHECK_PROBE, .inspection = "destroyed-key-opens-nothing"},
	{0},
};
