#include <string.h>

#include "ledger/heads.h"

#define DIGITS_MAX 5 /* of HEADS_NOTE_MAX */

err heads_record(struct bytes note, struct buf *out)
{
	OWN(buf) record = {0};

	if (note.len == 0 || note.len > HEADS_NOTE_MAX)
		return FAIL(INVALID);
	TRY(buf_printf(&record, "%zu\n", note.len));
	TRY(buf_append(&record, note));
	return buf_append(out, bytes_of(&record));
}

err heads_next(struct bytes *rest, struct bytes *note_out)
{
	size_t len = 0;
	size_t at = 0;

	while (at < rest->len && rest->ptr[at] != '\n') {
		uint8_t digit = (uint8_t)(rest->ptr[at] - '0');

		if (digit > 9 || at >= DIGITS_MAX || (at == 0 && digit == 0))
			return FAIL(INVALID);
		len = len * 10 + digit;
		at++;
	}
	if (at == rest->len)
		return FAIL(NOT_FOUND);
	if (at == 0 || len > HEADS_NOTE_MAX)
		return FAIL(INVALID);
	at++;
	if (rest->len - at < len)
		return FAIL(NOT_FOUND);
	*note_out = (struct bytes){rest->ptr + at, len};
	rest->ptr += at + len;
	rest->len -= at + len;
	return OK;
}

err heads_check(struct bytes note, const struct note_key *key, struct ledger_head *head_out)
{
	char origin[NOTE_NAME_MAX];
	struct ledger_head head;
	struct bytes text;

	if (key == NULL)
		TRY(note_text(note, &text));
	else
		TRY(note_verify(note, key, &text));
	TRY(note_checkpoint_parse(text, origin, &head));
	if (key != NULL && strcmp(origin, key->name) != 0)
		return FAIL(CORRUPT);
	*head_out = head;
	return OK;
}
