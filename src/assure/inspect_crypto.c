#include <stdio.h>
#include <string.h>

#include "assure/inspect_crypto.h"
#include "assure/inspect_rows.h"
#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/heads.h"
#include "op/head_signer.h"

#define EVENTS_LOOKED 256

/* ---- crypto-known-answers-pass ---- */

struct answers {
	unsigned rows, wrong;
	char first[64];
};

static void take_answer(void *context, const struct allowed *row, bool right)
{
	struct answers *answers = context;

	answers->rows++;
	if (!right && answers->wrong++ == 0)
		(void)snprintf(answers->first, sizeof(answers->first), "%s %s", row->use, row->name);
}

static err known(struct inspect *in)
{
	struct answers answers = {0};

	known_answers(take_answer, &answers);
	inspect_step(in, answers.wrong == 0, answers.rows,
	    "許可一覧の全アルゴリズムを、公表された例題（FIPS・RFC・NIST）で計算した",
	    "Computed a published answer (FIPS, RFC, NIST) for every algorithm of the allow-list", "algorithms %u, wrong %u %s", answers.rows,
	    answers.wrong, answers.first);
	return OK;
}

/* ---- unlisted-algorithm-refused ---- */

static const struct {
	const char *use, *name;
} unlisted[] = {
	{"hash", "MD5"}, {"hash", "SHA1"}, {"hash", "SHA2-224"}, {"hash", "BLAKE2B-512"}, {"mac", "CMAC"}, {"mac", "HMAC-SHA1"},
	{"aead", "AES-128-ECB"}, {"aead", "AES-256-CBC"}, {"aead", "DES-EDE3-CBC"}, {"aead", "RC4"}, {"aead", "aes-256-gcm"},
	{"signature", "RSA-SHA1"}, {"signature", "DSA"}, {"signature", "ECDSA-SHA1"}, {"kdf", "SCRYPT"}, {"kdf", "ARGON2ID"},
	{"kdf", "PBKDF2-HMAC-SHA1"}, {"kdf", "bcrypt"}, {"tls-group", "X25519"}, {"tls-group", "secp256k1"}, {"tls-group", "ffdhe2048"},
	{"tls-suite", "TLS_RSA_WITH_RC4_128_SHA"}, {"tls-suite", "ECDHE-RSA-AES128-SHA"}, {"tls-suite", "AES256-SHA"}, {"tls-suite", "NULL-SHA256"},
};

/* Stored forms that name another algorithm, as somebody could put them into the database. */
static const char *const foreign_passwords[] = {
	"5f4dcc3b5aa765d61d8327deb882cf99",
	"$1$saltsalt$qjXMvbEw8oaL.CzflDugq/",
	"$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
	"$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"$pbkdf2-sha1$i=600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"$pbkdf2-sha512$i=600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"$pbkdf2-sha256$i=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

/* A checkpoint under our name and key id whose signature is of another kind: 64 bytes that no Ed25519 key made. */
static err foreign_head(struct inspect *in, bool *refused_out)
{
	struct note_key key;
	struct ledger_head head = {.size = 1};
	uint8_t signature[SIGN_LEN];
	struct bytes text;
	OWN(buf) note = {0};

	TRY(head_signer_key(in->compartment->signer, &key));
	TRY(note_checkpoint_text(key.name, &head, &note));
	TRY(random_bytes(signature, sizeof(signature)));
	TRY(note_sign_line(&key, signature, &note));
	*refused_out = !err_is_ok(note_verify(bytes_of(&note), &key, &text));
	return OK;
}

static err refuses(struct inspect *in)
{
	unsigned count = sizeof(unlisted) / sizeof(unlisted[0]);
	unsigned passwords = sizeof(foreign_passwords) / sizeof(foreign_passwords[0]);
	unsigned named = 0, opened = 0;
	const char *first = "";
	bool refused = false;

	for (unsigned i = 0; i < count; i++)
		if (allowed_has(unlisted[i].use, unlisted[i].name) && named++ == 0)
			first = unlisted[i].name;
	inspect_step(in, named == 0, count, "一覧にないアルゴリズムの名前で暗号の層を呼んだ", "Called the crypto layer with names that are not listed",
	    "names %u, accepted %u %s", count, named, first);
	for (unsigned i = 0; i < passwords; i++)
		opened += !err_is(password_verify(BYTES_LIT("password"), bytes_str(foreign_passwords[i]), NULL), ERR_CORRUPT);
	inspect_step(in, opened == 0, passwords, "一覧にない方式のパスワード記録を照合させた", "Had password records of unlisted kinds compared",
	    "records %u, accepted %u", passwords, opened);
	TRY(foreign_head(in, &refused));
	inspect_step(in, refused, 1, "Ed25519でない署名の付いた台帳の先頭を検証させた", "Had a ledger head verified whose signature is none of Ed25519",
	    "%s", refused ? "refused" : "accepted");
	return OK;
}

/* ---- stored-algorithms-all-listed ---- */

/* What each stored form is made with. */
static const struct form {
	const char *ja, *en, *use, *name;
} form_rows = {"行の認証符号", "row digests", "mac", "HMAC"}, form_seals = {"封筒", "envelopes", "aead", "AES-256-GCM"},
  form_heads = {"台帳の署名", "signed heads", "signature", "ED25519"}, form_tree = {"台帳の記録", "ledger entries", "hash", "SHA2-256"};

struct forms {
	unsigned rows, seals, foreign;
};

static err look_forms(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct forms *forms = context;
	struct row_group groups[GRADE_COUNT];
	size_t count = 0;
	err e = row_groups(&in->rows, entity, query, groups, &count);

	forms->rows++;
	if (err_is(e, ERR_CORRUPT)) {
		forms->foreign++;
		return OK;
	}
	TRY(e);
	for (size_t i = 0; i < count; i++) {
		forms->seals++;
		forms->foreign += groups[i].format != ROW_FORMAT_SEALED;
	}
	return OK;
}

static void tell(struct inspect *in, const struct form *form, unsigned count, unsigned foreign)
{
	char ja[120], en[120];

	(void)snprintf(ja, sizeof(ja), "%sの方式が許可一覧にあるかを調べた", form->ja);
	(void)snprintf(en, sizeof(en), "Looked whether the algorithm of %s is listed", form->en);
	inspect_step(in, foreign == 0 && allowed_has(form->use, form->name), count, ja, en, "%u: %s, of another form %u", count, form->name, foreign);
}

/* Of the newest events: version of the leaf and of its sealed part. */
static err look_events(struct inspect *in, unsigned *count_out, unsigned *foreign_out)
{
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row *rows = arena_alloc(in->rows.arena, EVENT_ROW_MAX * sizeof(*rows));
	OWN(buf) entries = {0};
	struct bytes rest;
	uint64_t size = 0, first;

	if (rows == NULL)
		return FAIL(UNAVAILABLE);
	TRY(ledger_size(in->rows.db, &size));
	if (size == 0)
		return OK;
	first = (size - 1) / EVENTS_LOOKED * EVENTS_LOOKED;
	TRY(ledger_entries(in->rows.db, first, (unsigned)(size - first), &entries));
	rest = bytes_of(&entries);
	while (rest.len > 0) {
		struct bytes leaf;
		struct event event;

		TRY(blob_next(&rest, &leaf));
		(*count_out)++;
		*foreign_out += !err_is_ok(event_decode(leaf, &event, objects, rows)) || (event.sealed.len > 0 && event.sealed.ptr[0] != 1);
	}
	return OK;
}

static err stored(struct inspect *in)
{
	struct forms forms = {0};
	unsigned events = 0, foreign = 0;
	struct ledger_head head;
	struct note_key key;
	OWN(buf) note = {0};
	bool good;

	TRY(look_events(in, &events, &foreign));
	TRY(inspect_rows_each(in, NULL, look_forms, &forms));
	TRY(head_signer_key(in->compartment->signer, &key));
	TRY(head_signer_current(in->compartment->signer, &note));
	good = err_is_ok(heads_check(bytes_of(&note), &key, &head));
	tell(in, &form_rows, forms.rows, 0);
	tell(in, &form_seals, forms.seals, forms.foreign);
	tell(in, &form_tree, events, foreign);
	tell(in, &form_heads, 1, good ? 0 : 1);
	return OK;
}

const struct inspection inspect_crypto[] = {
	{"crypto-known-answers-pass", known},
	{"unlisted-algorithm-refused", refuses},
	{"stored-algorithms-all-listed", stored},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_crypto_checks[] = {
	{.id = "crypto-known-answers-pass", .where = EVERYWHERE, .inspection = "crypto-known-answers-pass"}, /* K-7 T-17 U-06 */
	{.id = "unlisted-algorithm-refused", .where = EVERYWHERE, .inspection = "unlisted-algorithm-refused"},
	{.id = "stored-algorithms-all-listed", .where = EVERYWHERE, .inspection = "stored-algorithms-all-listed", .seconds = 300},
	{0},
};
