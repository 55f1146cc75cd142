/*
 * Signed notes and checkpoints: C2SP's own example, another implementation's log, and what must be refused.
 */
#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "ledger/heads.h"
#include "ledger/note.h"
#include "ledger/tree.h"

#define DASH "\xe2\x80\x94 "
#define SIGNATURE "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
#define MESSAGE "This is an example message.\n"
#define SIGNED DASH "example.com/foo " SIGNATURE "\n"
#define STRANGER DASH "example.org/witness AAAAAAAAAAA=\n"
#define LOG_ORIGIN "example.com/log/testdata"
#define LOG_ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
#define LOG_TEXT LOG_ORIGIN "\n15\n" LOG_ROOT "\n"
#define LOG_SIGNED \
	DASH LOG_ORIGIN " M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n"

/* Made by another implementation: node's Ed25519 over the bytes that C2SP tlog-cosignature names. */
#define WITNESS "witness.example.org/city"
#define COSIGNED \
	DASH WITNESS " ZcDrXAAAAABpIBwAyNKijLzx6HgURFumjd157JNWCUyeZyhzuBhhH6qMvFKdF9a/rARWJgtXJ4ZRTHtUq83ugWryZjtRfLHIxk2DBA==\n"
#define COSIGNED_AT 1763712000

static const char witness_vkey[] = WITNESS "+65c0eb5c+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
static const char vkey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char log_vkey[] = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

static struct note_key parse_key(const char *text)
{
	struct note_key key;

	assert_ok(note_vkey_parse(bytes_str(text), &key));
	return key;
}

static void vkeys(void **state)
{
	static const char *const bad[] = {
		"", "example.com/foo", "example.com/foo+530d903a", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", /* a type not ours */
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
		"example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	struct note_key key = parse_key(vkey);
	OWN(buf) again = {0};

	(void)state;
	assert_string_equal(key.name, "example.com/foo");
	assert_ok(note_vkey_format(&key, &again));
	assert_bytes(bytes_of(&again), bytes_str(vkey));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_err(INVALID, note_vkey_parse(bytes_str(bad[i]), &key));
	assert_string_equal(key.name, "example.com/foo");
}

static void notes(void **state)
{
	static const struct {
		const char *note;
		enum err_code code;
	} rows[] = {
		{MESSAGE "\n" SIGNED, ERR_OK},
		{MESSAGE "\n" STRANGER SIGNED STRANGER, ERR_OK},
		{MESSAGE "\n" SIGNED SIGNED, ERR_OK},
		{MESSAGE "\n" STRANGER, ERR_CORRUPT},                              /* nobody we know */
		{"This is an example message!\n\n" SIGNED, ERR_CORRUPT},
		{MESSAGE "\n" SIGNED DASH "example.com/foo Uw2QOkn8srV1yJGh\n", ERR_CORRUPT}, /* ours, too short */
		{MESSAGE "\n" SIGNED DASH "example.com/foo "
		    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQI=\n", ERR_CORRUPT},
		{MESSAGE "\n" DASH "example.com/bar " SIGNATURE "\n", ERR_CORRUPT},
		{MESSAGE MESSAGE "\n" SIGNED, ERR_CORRUPT},
		{"", ERR_INVALID},
		{"\n", ERR_INVALID},
		{MESSAGE, ERR_INVALID},
		{MESSAGE "\n", ERR_INVALID},
		{MESSAGE SIGNED, ERR_INVALID},
		{"This is an example message.\r\n\r\n" SIGNED, ERR_INVALID},
		{"This is an \x01 example message.\n\n" SIGNED, ERR_INVALID},
		{"This is an \xff example message.\n\n" SIGNED, ERR_INVALID},
		{MESSAGE "\n" DASH "example.com/foo " SIGNATURE, ERR_INVALID},       /* no last newline */
		{MESSAGE "\n" DASH "example.com/foo" SIGNATURE "\n", ERR_INVALID},
		{MESSAGE "\n" DASH "example.com/foo  " SIGNATURE "\n", ERR_INVALID},
		{MESSAGE "\n" DASH "example.com/foo " SIGNATURE " \n", ERR_INVALID},
		{MESSAGE "\n- example.com/foo " SIGNATURE "\n", ERR_INVALID},
		{MESSAGE "\n" DASH " " SIGNATURE "\n", ERR_INVALID},
		{MESSAGE "\n" DASH "a+b " SIGNATURE "\n", ERR_INVALID},
		{MESSAGE "\n" DASH "a\xe3\x80\x80" "b " SIGNATURE "\n", ERR_INVALID},  /* an ideographic space */
		{MESSAGE "\n" DASH "example.com/foo AAAA\n", ERR_INVALID},           /* no room for a signature */
		{MESSAGE "\n" SIGNED "\n", ERR_INVALID},
		{MESSAGE "\n" SIGNED "\n" SIGNED, ERR_CORRUPT},                      /* the last empty line counts */
	};
	struct note_key key = parse_key(vkey);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes text = {0};
		err e = note_verify(bytes_str(rows[i].note), &key, &text);

		assert_string_equal(err_row(e)->name, err_row((err){(unsigned char)rows[i].code})->name);
		if (err_is_ok(e))
			assert_bytes(text, BYTES_LIT(MESSAGE));
		else
			assert_null(text.ptr);
	}
}

static void many_lines(void **state)
{
	struct note_key key = parse_key(vkey);
	struct bytes text;
	OWN(buf) note = {0};

	(void)state;
	assert_ok(buf_append_str(&note, MESSAGE "\n" SIGNED));
	for (int i = 1; i < 100; i++)
		assert_ok(buf_append_str(&note, STRANGER));
	assert_ok(note_verify(bytes_of(&note), &key, &text));
	assert_ok(buf_append_str(&note, STRANGER));
	assert_err(INVALID, note_verify(bytes_of(&note), &key, &text));
}

static void signing(void **state)
{
	const uint8_t seed[SIGN_SEED_LEN] = {7};
	struct ledger_head head = {.size = 20852163, .root = {1, 2, 3}};
	struct ledger_head found;
	struct note_key key = {.name = "demo/sapporo"};
	struct signer *signer = NULL;
	char origin[NOTE_NAME_MAX];
	uint8_t signature[SIGN_LEN];
	struct bytes text;
	OWN(buf) note = {0};

	(void)state;
	assert_ok(signer_new(seed, &signer));
	signer_public(signer, key.public_key);
	assert_ok(note_checkpoint_text(key.name, &head, &note));
	assert_ok(signer_sign(signer, bytes_of(&note), signature));
	assert_ok(note_sign_line(&key, signature, &note));
	assert_ok(note_verify(bytes_of(&note), &key, &text));
	assert_ok(note_checkpoint_parse(text, origin, &found));
	assert_string_equal(origin, key.name);
	assert_int_equal(found.size, head.size);
	assert_memory_equal(found.root, head.root, sizeof(head.root));
	assert_err(INVALID, note_checkpoint_text("two words", &head, &note));
	signer_free(&signer);
}

static void checkpoints(void **state)
{
	static const char *const bad[] = {
		"", "a\n", "a\n1\n", "a\n1\n" LOG_ROOT, "\n1\n" LOG_ROOT "\n", "a\n01\n" LOG_ROOT "\n", "a\n-1\n" LOG_ROOT "\n", "a\n+1\n" LOG_ROOT "\n",
		"a\n\n" LOG_ROOT "\n", "a\n1 \n" LOG_ROOT "\n", "a\n9223372036854775808\n" LOG_ROOT "\n", "a\n99999999999999999999\n" LOG_ROOT "\n",
		"a\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383c==\n", "a\n1\nAAAA\n", "a\n1\n" LOG_ROOT "\n\n", "a b\n1\n" LOG_ROOT "\n",
		"a\n0x1\n" LOG_ROOT "\n", "a\n1\n" LOG_ROOT "\nextension",
	};
	char origin[NOTE_NAME_MAX] = "untouched";
	char longest[NOTE_NAME_MAX + 64];
	struct ledger_head head = {.size = 77};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_err(INVALID, note_checkpoint_parse(bytes_str(bad[i]), origin, &head));
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + NOTE_NAME_MAX, "\n1\n" LOG_ROOT "\n", sizeof("\n1\n" LOG_ROOT "\n"));
	assert_err(INVALID, note_checkpoint_parse(bytes_str(longest), origin, &head));
	assert_string_equal(origin, "untouched");
	assert_int_equal(head.size, 77);
	assert_ok(note_checkpoint_parse(bytes_str(longest + 1), origin, &head));
	assert_int_equal(strlen(origin), NOTE_NAME_MAX - 1);
	assert_ok(note_checkpoint_parse(bytes_str("a\n9223372036854775807\n" LOG_ROOT "\nextension\n"), origin, &head));
	assert_int_equal(head.size, INT64_MAX);
}

/* The test log of Tessera: fifteen entries, its root, its signature. */
static void other_log(void **state)
{
	static const char *const entries[] = {
		"one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten",
	};
	struct note_key key = parse_key(log_vkey);
	struct tree_edge edge = {0};
	struct ledger_head head;
	uint8_t hash[LEDGER_HASH_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		assert_ok(tree_leaf(bytes_str(entries[i]), hash));
		assert_ok(tree_edge_add(&edge, 0, hash));
	}
	assert_ok(tree_edge_root(&edge, hash));
	assert_ok(heads_check(BYTES_LIT(LOG_TEXT "\n" LOG_SIGNED), &key, &head));
	assert_int_equal(head.size, COUNT_OF(entries));
	assert_memory_equal(head.root, hash, sizeof(hash));
	assert_err(CORRUPT, heads_check(BYTES_LIT(LOG_ORIGIN "\n14\n" LOG_ROOT "\n\n" LOG_SIGNED), &key, &head));
	memcpy(key.name, "example.com/other", sizeof("example.com/other"));
	assert_err(CORRUPT, heads_check(BYTES_LIT(LOG_TEXT "\n" LOG_SIGNED), &key, &head));
	assert_ok(heads_check(BYTES_LIT(LOG_TEXT "\n" LOG_SIGNED), NULL, &head));
}

/* A vkey of another's witness, as its tests publish it. */
static void cosigner_vkeys(void **state)
{
	static const char other[] = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
	struct note_key key = {.name = "untouched"};
	OWN(buf) again = {0};

	(void)state;
	assert_err(INVALID, note_cosigner_parse(bytes_str(vkey), &key)); /* a log's key is no witness's */
	assert_err(INVALID, note_cosigner_parse(BYTES_LIT("remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"), &key));
	assert_err(INVALID, note_cosigner_parse(BYTES_LIT(""), &key));
	assert_string_equal(key.name, "untouched");
	assert_err(INVALID, note_vkey_parse(bytes_str(other), &key));
	assert_ok(note_cosigner_parse(bytes_str(other), &key));
	assert_string_equal(key.name, "remora.n621.de");
	assert_ok(note_cosigner_format(&key, &again));
	assert_bytes(bytes_of(&again), bytes_str(other));
}

static void cosignatures(void **state)
{
	static const struct {
		const char *note;
		enum err_code code;
	} rows[] = {
		{LOG_TEXT "\n" LOG_SIGNED COSIGNED, ERR_OK},
		{LOG_TEXT "\n" COSIGNED LOG_SIGNED, ERR_OK},
		{LOG_TEXT "\n" STRANGER COSIGNED STRANGER COSIGNED, ERR_OK},
		{LOG_TEXT "\n" LOG_SIGNED, ERR_NOT_FOUND},
		{LOG_TEXT "\n" LOG_SIGNED STRANGER, ERR_NOT_FOUND},
		{LOG_ORIGIN "\n14\n" LOG_ROOT "\n\n" LOG_SIGNED COSIGNED, ERR_CORRUPT},                  /* of another head */
		{LOG_TEXT "\n" DASH WITNESS " ZcDrXAAAAABpIBwByNKijLzx6HgURFumjd157JNWCUyeZyhzuBhhH6qMvFKdF9a/rARWJgtXJ4ZRTHtUq83ugWryZjtRfLHIxk2DBA==\n",
		    ERR_CORRUPT},                                                                      /* a second later */
		{LOG_TEXT "\n" COSIGNED DASH WITNESS " ZcDrXAAAAABpIBwAyNKijA==\n", ERR_CORRUPT},        /* too short */
		{LOG_TEXT "\n" DASH WITNESS " ZcDrXP////9pIBwAyNKijLzx6HgURFumjd157JNWCUyeZyhzuBhhH6qMvFKdF9a/rARWJgtXJ4ZRTHtUq83ugWryZjtRfLHIxk2DBA==\n",
		    ERR_CORRUPT},                                                                      /* a time of no clock */
		{LOG_TEXT COSIGNED, ERR_INVALID},
		{"", ERR_INVALID},
	};
	struct note_key log = parse_key(log_vkey);
	struct note_key key;
	struct bytes text;

	(void)state;
	REQ("P-3.13");
	assert_ok(note_cosigner_parse(bytes_str(witness_vkey), &key));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t time_s = 7;
		err e = note_cosigned(bytes_str(rows[i].note), &key, &time_s);

		assert_string_equal(err_row(e)->name, err_row((err){(unsigned char)rows[i].code})->name);
		assert_int_equal(time_s, err_is_ok(e) ? COSIGNED_AT : 7);
	}
	/* The log's own verifier passes over it, and no signature takes the place of another kind. */
	assert_ok(note_verify(BYTES_LIT(LOG_TEXT "\n" LOG_SIGNED COSIGNED), &log, &text));
	assert_err(CORRUPT, note_verify(BYTES_LIT(LOG_TEXT "\n" COSIGNED), &log, &text));
	assert_err(CORRUPT, note_verify(BYTES_LIT(LOG_TEXT "\n" COSIGNED), &key, &text));
}

static void cosigning(void **state)
{
	const uint8_t seed[SIGN_SEED_LEN] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
	struct note_key key = {.name = WITNESS};
	struct note_key log = parse_key(log_vkey);
	struct signer *signer = NULL;
	uint8_t signature[SIGN_LEN];
	OWN(buf) whole = {0};
	OWN(buf) line = {0};
	OWN(buf) mine = {0};

	(void)state;
	assert_ok(signer_new(seed, &signer));
	signer_public(signer, key.public_key);
	assert_ok(note_cosign_text(COSIGNED_AT, BYTES_LIT(LOG_TEXT), &whole));
	assert_bytes(bytes_of(&whole), BYTES_LIT("cosignature/v1\ntime 1763712000\n" LOG_TEXT));
	assert_ok(signer_sign(signer, bytes_of(&whole), signature));
	assert_ok(note_cosign_line(&key, COSIGNED_AT, signature, &line));
	assert_bytes(bytes_of(&line), BYTES_LIT(COSIGNED));
	assert_err(INVALID, note_cosign_text(UINT64_MAX, BYTES_LIT(LOG_TEXT), &whole));
	assert_err(INVALID, note_cosign_text(1, (struct bytes){0}, &whole));
	assert_err(INVALID, note_cosign_line(&key, UINT64_MAX, signature, &line));
	assert_ok(note_lines_of(BYTES_LIT(LOG_TEXT "\n" STRANGER COSIGNED LOG_SIGNED), &key, true, &mine));
	assert_bytes(bytes_of(&mine), BYTES_LIT(COSIGNED));
	assert_ok(note_lines_of(BYTES_LIT(LOG_TEXT "\n" STRANGER COSIGNED LOG_SIGNED), &log, false, &mine));
	assert_bytes(bytes_of(&mine), BYTES_LIT(COSIGNED LOG_SIGNED));
	assert_ok(note_lines_of(BYTES_LIT(LOG_TEXT "\n" COSIGNED), &log, false, &mine));
	assert_bytes(bytes_of(&mine), BYTES_LIT(COSIGNED LOG_SIGNED));
	signer_free(&signer);
}

static void heads_file(void **state)
{
	static const char *const bad[] = {"\n", "0\n", "01\na", "x\n", "-1\na", "65537\n", "123456", "1 \na"};
	struct bytes rest, note = {0};
	OWN(buf) file = {0};

	(void)state;
	assert_ok(heads_record(BYTES_LIT("first"), &file));
	assert_ok(heads_record(BYTES_LIT("second, longer"), &file));
	assert_err(INVALID, heads_record((struct bytes){0}, &file));
	assert_bytes(bytes_of(&file), BYTES_LIT("5\nfirst14\nsecond, longer"));
	rest = bytes_of(&file);
	assert_ok(heads_next(&rest, &note));
	assert_bytes(note, BYTES_LIT("first"));
	assert_ok(heads_next(&rest, &note));
	assert_bytes(note, BYTES_LIT("second, longer"));
	assert_err(NOT_FOUND, heads_next(&rest, &note));
	for (size_t torn = 8; torn < file.len; torn++) {
		rest = (struct bytes){file.ptr, torn};
		assert_ok(heads_next(&rest, &note));
		assert_err(NOT_FOUND, heads_next(&rest, &note));
		assert_int_equal(rest.len, torn - 7);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		rest = bytes_str(bad[i]);
		assert_err(INVALID, heads_next(&rest, &note));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vkeys),
		cmocka_unit_test(notes),
		cmocka_unit_test(many_lines),
		cmocka_unit_test(signing),
		cmocka_unit_test(checkpoints),
		cmocka_unit_test(other_log),
		cmocka_unit_test(cosigner_vkeys),
		cmocka_unit_test(cosignatures),
		cmocka_unit_test(cosigning),
		cmocka_unit_test(heads_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
