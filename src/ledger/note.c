/*
 * note - C2SP signed-note and tlog-checkpoint with Ed25519 (signature type 0x01), and cosignatures with a time (0x04).
 *
 *   text, ending in a newline
 *   an empty line
 *   — name base64(4 bytes of key id || signature)                 one or more
 *   — name base64(4 bytes of key id || u64 time || signature)     a cosignature
 */
#include <inttypes.h>
#include <string.h>

#include "crypto/crypto.h"
#include "ledger/note.h"

#define NOTE_LEN_MAX 65536     /* bytes of a note */
#define NOTE_LINES_MAX 100     /* signatures of a note */
#define KEY_ID_LEN 4
#define TYPE_ED25519 0x01
#define TYPE_COSIGNATURE 0x04
#define COSIGNATURE_LEN (8 + SIGN_LEN)
#define DASH "\xe2\x80\x94 "

static const struct bytes newline = {(const uint8_t *)"\n", 1};

/* White_Space of Unicode beyond ASCII, as UTF-8. */
static const char *const spaces[] = {
	"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
	"\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
};

static err check_name(struct bytes name, size_t max)
{
	size_t count;

	if (name.len == 0 || name.len > max)
		return FAIL(INVALID);
	TRY(utf8_check(name, &count));
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] == 0x7f || name.ptr[i] == '+')
			return FAIL(INVALID);
	}
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		if (memmem(name.ptr, name.len, spaces[i], strlen(spaces[i])) != NULL)
			return FAIL(INVALID);
	}
	return OK;
}

static struct bytes key_name(const struct note_key *key)
{
	return (struct bytes){(const uint8_t *)key->name, strnlen(key->name, sizeof(key->name))};
}

static err key_id(const struct note_key *key, uint8_t type, uint8_t id_out[static KEY_ID_LEN])
{
	const struct bytes parts[] = {key_name(key), newline, {&type, 1}, {key->public_key, sizeof(key->public_key)}};
	uint8_t hash[HASH_LEN];

	TRY(hash_parts(parts, 4, hash));
	memcpy(id_out, hash, KEY_ID_LEN);
	return OK;
}

/* The bytes before the next mark; from advances behind it. */
static err cut_until(struct bytes *from, char mark, struct bytes *part_out)
{
	const uint8_t *end = from->len == 0 ? NULL : memchr(from->ptr, mark, from->len);

	if (end == NULL)
		return FAIL(INVALID);
	part_out->ptr = from->ptr;
	part_out->len = (size_t)(end - from->ptr);
	from->len -= part_out->len + 1;
	from->ptr = end + 1;
	return OK;
}

/* ---- Writing ---- */

err note_checkpoint_text(const char *origin, const struct ledger_head *head, struct buf *text_out)
{
	OWN(buf) text = {0};

	TRY(check_name(bytes_str(origin), NOTE_NAME_MAX - 1));
	TRY(buf_printf(&text, "%s\n%" PRIu64 "\n", origin, head->size));
	TRY(base64_append(&text, (struct bytes){head->root, sizeof(head->root)}));
	TRY(buf_append(&text, newline));
	return buf_append(text_out, bytes_of(&text));
}

static err put_line(const struct note_key *key, uint8_t type, struct bytes payload, struct buf *out)
{
	uint8_t id[KEY_ID_LEN];
	OWN(buf) raw = {0};

	TRY(check_name(key_name(key), NOTE_NAME_MAX - 1));
	TRY(key_id(key, type, id));
	TRY(buf_append(&raw, (struct bytes){id, sizeof(id)}));
	TRY(buf_append(&raw, payload));
	TRY(buf_append_str(out, DASH));
	TRY(buf_append(out, key_name(key)));
	TRY(buf_append_str(out, " "));
	TRY(base64_append(out, bytes_of(&raw)));
	return buf_append(out, newline);
}

err note_sign_line(const struct note_key *key, const uint8_t signature[static 64], struct buf *note)
{
	OWN(buf) line = {0};

	TRY(buf_append(&line, newline));
	TRY(put_line(key, TYPE_ED25519, (struct bytes){signature, SIGN_LEN}, &line));
	return buf_append(note, bytes_of(&line));
}

err note_cosign_text(uint64_t time_s, struct bytes text, struct buf *out)
{
	OWN(buf) whole = {0};

	if (time_s > INT64_MAX || text.len == 0 || text.len > NOTE_COSIGN_TEXT_MAX)
		return FAIL(INVALID);
	TRY(buf_printf(&whole, "cosignature/v1\ntime %" PRIu64 "\n", time_s));
	TRY(buf_append(&whole, text));
	return buf_append(out, bytes_of(&whole));
}

err note_cosign_line(const struct note_key *key, uint64_t time_s, const uint8_t signature[static 64], struct buf *lines)
{
	OWN(buf) payload = {0};
	OWN(buf) line = {0};

	if (time_s > INT64_MAX)
		return FAIL(INVALID);
	TRY(buf_u64(&payload, time_s));
	TRY(buf_append(&payload, (struct bytes){signature, SIGN_LEN}));
	TRY(put_line(key, TYPE_COSIGNATURE, bytes_of(&payload), &line));
	return buf_append(lines, bytes_of(&line));
}

static err vkey_format(const struct note_key *key, uint8_t type, struct buf *vkey_out)
{
	OWN(buf) vkey = {0};
	uint8_t id[KEY_ID_LEN];
	uint8_t raw[1 + SIGN_PUBLIC_LEN] = {type};

	TRY(check_name(key_name(key), NOTE_NAME_MAX - 1));
	TRY(key_id(key, type, id));
	memcpy(raw + 1, key->public_key, SIGN_PUBLIC_LEN);
	TRY(buf_append(&vkey, key_name(key)));
	TRY(buf_append_str(&vkey, "+"));
	TRY(hex_append(&vkey, (struct bytes){id, sizeof(id)}));
	TRY(buf_append_str(&vkey, "+"));
	TRY(base64_append(&vkey, (struct bytes){raw, sizeof(raw)}));
	return buf_append(vkey_out, bytes_of(&vkey));
}

err note_vkey_format(const struct note_key *key, struct buf *vkey_out)
{
	return vkey_format(key, TYPE_ED25519, vkey_out);
}

err note_cosigner_format(const struct note_key *key, struct buf *vkey_out)
{
	return vkey_format(key, TYPE_COSIGNATURE, vkey_out);
}

/* ---- Reading ---- */

/* base64 may contain +, a name may not. */
static err vkey_parse(struct bytes vkey, uint8_t type, struct note_key *key_out)
{
	struct note_key key = {0};
	struct bytes rest = vkey;
	struct bytes name, hex;
	OWN(buf) raw = {0};
	uint8_t said[KEY_ID_LEN], id[KEY_ID_LEN];

	if (vkey.len > NOTE_LEN_MAX)
		return FAIL(INVALID);
	TRY(cut_until(&rest, '+', &name));
	TRY(cut_until(&rest, '+', &hex));
	TRY(check_name(name, NOTE_NAME_MAX - 1));
	TRY(hex_decode(hex, said, sizeof(said)));
	TRY(base64_decode(rest, &raw));
	if (raw.len != 1 + SIGN_PUBLIC_LEN || raw.ptr[0] != type)
		return FAIL(INVALID);
	memcpy(key.name, name.ptr, name.len);
	memcpy(key.public_key, raw.ptr + 1, SIGN_PUBLIC_LEN);
	TRY(key_id(&key, type, id));
	if (memcmp(said, id, sizeof(id)) != 0)
		return FAIL(INVALID);
	*key_out = key;
	return OK;
}

err note_vkey_parse(struct bytes vkey, struct note_key *key_out)
{
	return vkey_parse(vkey, TYPE_ED25519, key_out);
}

err note_cosigner_parse(struct bytes vkey, struct note_key *key_out)
{
	return vkey_parse(vkey, TYPE_COSIGNATURE, key_out);
}

static err cut_signature(struct bytes *from, struct bytes *name_out, struct buf *raw)
{
	struct bytes line, dash;

	TRY(cut_until(from, '\n', &line));
	TRY(cut_bytes(&line, sizeof(DASH) - 1, &dash));
	if (!bytes_is(dash, DASH))
		return FAIL(INVALID);
	TRY(cut_until(&line, ' ', name_out));
	TRY(check_name(*name_out, NOTE_LEN_MAX));
	buf_clear(raw);
	TRY(base64_decode(line, raw));
	return raw->len > KEY_ID_LEN ? OK : FAIL(INVALID);
}

/* Text and signature lines: the last empty line parts them. */
static err part_note(struct bytes note, struct bytes *text_out, struct bytes *lines_out)
{
	size_t count;
	size_t at = note.len;

	if (note.len == 0 || note.len > NOTE_LEN_MAX || note.ptr[note.len - 1] != '\n')
		return FAIL(INVALID);
	TRY(utf8_check(note, &count));
	for (size_t i = 0; i < note.len; i++) {
		if (note.ptr[i] < 0x20 && note.ptr[i] != '\n')
			return FAIL(INVALID);
	}
	do {
		if (at < 2)
			return FAIL(INVALID);
		at--;
	} while (note.ptr[at] != '\n' || note.ptr[at - 1] != '\n');
	*text_out = (struct bytes){note.ptr, at};
	*lines_out = (struct bytes){note.ptr + at + 1, note.len - at - 1};
	return lines_out->len > 0 ? OK : FAIL(INVALID);
}

err note_text(struct bytes note, struct bytes *text_out)
{
	struct bytes lines;

	return part_note(note, text_out, &lines);
}

/* What the key has put under the note. raw_out: the payload behind the id. NOT_FOUND: no further line of this key. */
static err next_by(struct bytes *lines, const struct note_key *key, uint8_t type, unsigned *count, struct buf *raw)
{
	struct bytes name;
	uint8_t id[KEY_ID_LEN];

	TRY(key_id(key, type, id));
	while (lines->len > 0) {
		if (++*count > NOTE_LINES_MAX)
			return FAIL(INVALID);
		TRY(cut_signature(lines, &name, raw));
		if (bytes_equal(name, key_name(key)) && memcmp(raw->ptr, id, KEY_ID_LEN) == 0)
			return OK;
	}
	return FAIL(NOT_FOUND); /* the rest is somebody else's: a witness, a coming key */
}

err note_verify(struct bytes note, const struct note_key *key, struct bytes *text_out)
{
	struct bytes text, lines;
	OWN(buf) raw = {0};
	unsigned count = 0;
	bool valid = false;
	err e;

	TRY(part_note(note, &text, &lines));
	while (err_is_ok(e = next_by(&lines, key, TYPE_ED25519, &count, &raw))) {
		if (raw.len != KEY_ID_LEN + SIGN_LEN)
			return FAIL(CORRUPT);
		TRY(sign_verify(key->public_key, text, raw.ptr + KEY_ID_LEN));
		valid = true;
	}
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	if (!valid)
		return FAIL(CORRUPT);
	*text_out = text;
	return OK;
}

static err cosigned_at(const struct note_key *key, struct bytes text, const struct buf *raw, uint64_t *time_s_out)
{
	struct bytes rest = {raw->ptr + KEY_ID_LEN, raw->len - KEY_ID_LEN};
	OWN(buf) whole = {0};
	uint64_t time_s;

	if (rest.len != COSIGNATURE_LEN)
		return FAIL(CORRUPT);
	TRY(cut_u64(&rest, &time_s));
	if (!err_is_ok(note_cosign_text(time_s, text, &whole)))
		return FAIL(CORRUPT);
	TRY(sign_verify(key->public_key, bytes_of(&whole), rest.ptr));
	*time_s_out = time_s;
	return OK;
}

err note_cosigned(struct bytes note, const struct note_key *key, uint64_t *time_s_out)
{
	struct bytes text, lines;
	OWN(buf) raw = {0};
	unsigned count = 0;
	uint64_t newest = 0;
	bool valid = false;
	err e;

	TRY(part_note(note, &text, &lines));
	while (err_is_ok(e = next_by(&lines, key, TYPE_COSIGNATURE, &count, &raw))) {
		uint64_t time_s;

		TRY(cosigned_at(key, text, &raw, &time_s));
		newest = time_s > newest ? time_s : newest;
		valid = true;
	}
	if (!err_is(e, ERR_NOT_FOUND) || !valid)
		return e;
	*time_s_out = newest;
	return OK;
}

err note_lines_of(struct bytes note, const struct note_key *key, bool cosigner, struct buf *lines_out)
{
	const uint8_t type = cosigner ? TYPE_COSIGNATURE : TYPE_ED25519;
	struct bytes text, lines;
	OWN(buf) raw = {0};
	OWN(buf) found = {0};
	unsigned count = 0;
	err e;

	TRY(part_note(note, &text, &lines));
	while (err_is_ok(e = next_by(&lines, key, type, &count, &raw)))
		TRY(put_line(key, type, (struct bytes){raw.ptr + KEY_ID_LEN, raw.len - KEY_ID_LEN}, &found));
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	return buf_append(lines_out, bytes_of(&found));
}

static err parse_size(struct bytes text, uint64_t *size_out)
{
	uint64_t size = 0;

	if (text.len == 0 || text.len > 19 || (text.len > 1 && text.ptr[0] == '0'))
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		size = size * 10 + (uint64_t)(text.ptr[i] - '0'); /* 19 digits fit */
	}
	if (size > INT64_MAX)
		return FAIL(INVALID);
	*size_out = size;
	return OK;
}

err note_checkpoint_parse(struct bytes text, char origin_out[static NOTE_NAME_MAX], struct ledger_head *head_out)
{
	struct bytes origin, size, root, extension;
	struct ledger_head head;
	OWN(buf) raw = {0};

	if (text.len > NOTE_LEN_MAX)
		return FAIL(INVALID);
	TRY(cut_until(&text, '\n', &origin));
	TRY(cut_until(&text, '\n', &size));
	TRY(cut_until(&text, '\n', &root));
	TRY(check_name(origin, NOTE_NAME_MAX - 1));
	TRY(parse_size(size, &head.size));
	TRY(base64_decode(root, &raw));
	if (raw.len != sizeof(head.root))
		return FAIL(INVALID);
	while (text.len > 0) {
		TRY(cut_until(&text, '\n', &extension));
		if (extension.len == 0)
			return FAIL(INVALID);
	}
	memcpy(head.root, raw.ptr, sizeof(head.root));
	memcpy(origin_out, origin.ptr, origin.len);
	origin_out[origin.len] = '\0';
	*head_out = head;
	return OK;
}
