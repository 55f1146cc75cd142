/*
 * Notes, checkpoints, verifier keys and the heads file: what is read can be written to the same bytes.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "ledger/heads.h"
#include "ledger/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_vkey(struct bytes text)
{
	struct note_key key;
	OWN(buf) again = {0};

	if (err_is_ok(note_vkey_parse(text, &key)))
		REQUIRE(err_is_ok(note_vkey_format(&key, &again)));
	else if (err_is_ok(note_cosigner_parse(text, &key)))
		REQUIRE(err_is_ok(note_cosigner_format(&key, &again)));
	else
		return;
	REQUIRE(bytes_equal(bytes_of(&again), text));
}

/* What is picked out of a note is a part of it. */
static void check_cosigned(struct bytes note)
{
	static struct note_key key;
	OWN(buf) lines = {0};
	uint64_t time_s;

	if (key.name[0] == '\0')
		REQUIRE(err_is_ok(note_cosigner_parse(
		    BYTES_LIT("witness.example.org/city+65c0eb5c+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY"), &key)));
	if (err_is_ok(note_lines_of(note, &key, true, &lines)))
		REQUIRE(lines.len < note.len);
	if (err_is_ok(note_cosigned(note, &key, &time_s)))
		REQUIRE(lines.len > 0 && time_s <= INT64_MAX);
}

/* Extension lines are read over, so only the beginning comes back. */
static void check_checkpoint(struct bytes text)
{
	char origin[NOTE_NAME_MAX];
	struct ledger_head head;
	OWN(buf) again = {0};

	if (!err_is_ok(note_checkpoint_parse(text, origin, &head)))
		return;
	REQUIRE(err_is_ok(note_checkpoint_text(origin, &head, &again)));
	REQUIRE(again.len <= text.len && memcmp(again.ptr, text.ptr, again.len) == 0);
}

static void check_note(struct bytes note)
{
	static struct note_key key;
	struct bytes text, known;

	if (key.name[0] == '\0')
		REQUIRE(err_is_ok(note_vkey_parse(
		    BYTES_LIT("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), &key)));
	if (err_is_ok(note_text(note, &text))) {
		check_checkpoint(text);
		REQUIRE(text.len < note.len && text.ptr[text.len] == '\n');
	}
	if (err_is_ok(note_verify(note, &key, &known)))
		REQUIRE(bytes_equal(known, text));
}

static void check_heads(struct bytes rest)
{
	struct bytes note;

	while (err_is_ok(heads_next(&rest, &note)))
		check_note(note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {data, len};

	check_vkey(text);
	check_checkpoint(text);
	check_note(text);
	check_cosigned(text);
	check_heads(text);
	return 0;
}
