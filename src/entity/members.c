#include <string.h>

#include "entity/text_int.h"

#include "entity/members.h"

#define TEXT_LEN_MAX 0xffff

bool members_name_fits(struct bytes name)
{
	if (name.len == 0 || name.len > MEMBERS_NAME_MAX || name.ptr[0] < 'a' || name.ptr[0] > 'z')
		return false;
	for (size_t i = 1; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

err members_next(struct bytes *raw, struct member *member_out)
{
	struct bytes rest = *raw;
	struct member member;
	uint8_t name_len;
	uint16_t text_len;

	if (rest.len == 0)
		return FAIL(NOT_FOUND);
	TRY(cut_u8(&rest, &name_len));
	TRY(cut_bytes(&rest, name_len, &member.name));
	TRY(cut_u16(&rest, &text_len));
	TRY(cut_bytes(&rest, text_len, &member.text));
	*member_out = member;
	*raw = rest;
	return OK;
}

static enum flaw check_one(const struct member *member, const struct member *before, size_t count)
{
	bool plain = false;
	enum flaw flaw;

	if (!members_name_fits(member->name))
		return FLAW_FORMAT;
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(before[i].name, member->name))
			return FLAW_DUPLICATE;
	flaw = text_check(member->text, true, NULL, &plain);
	if (flaw == FLAW_NONE && !plain && !text_is_nfc(member->text))
		flaw = FLAW_ENCODING;
	return flaw;
}

enum flaw members_check(struct bytes raw, struct bytes *at_out)
{
	struct member members[MEMBERS_MAX];
	size_t count = 0;
	enum flaw flaw = raw.len > MEMBERS_SIZE_MAX ? FLAW_TOO_LONG : FLAW_NONE;

	if (at_out != NULL)
		*at_out = (struct bytes){0};
	while (flaw == FLAW_NONE && raw.len > 0) {
		if (count == MEMBERS_MAX)
			return FLAW_TOO_LONG;
		if (!err_is_ok(members_next(&raw, &members[count])))
			return FLAW_FORMAT;
		flaw = check_one(&members[count], members, count);
		if (flaw != FLAW_NONE && at_out != NULL && members_name_fits(members[count].name))
			*at_out = members[count].name;
		count++;
	}
	return flaw;
}

struct bytes members_get(struct bytes raw, const char *name)
{
	struct member member;

	while (err_is_ok(members_next(&raw, &member)))
		if (bytes_is(member.name, name))
			return member.text;
	return (struct bytes){0};
}

err members_put(struct buf *out, struct bytes name, struct bytes text)
{
	if (!members_name_fits(name) || text.len > TEXT_LEN_MAX)
		return FAIL(TOO_LARGE);
	TRY(buf_u8(out, (uint8_t)name.len));
	TRY(buf_append(out, name));
	TRY(buf_u16(out, (uint16_t)text.len));
	return buf_append(out, text);
}

enum flaw members_text(struct bytes text, struct arena *arena, struct bytes *text_out)
{
	bool plain = false;
	enum flaw flaw;

	if (text.len > MEMBERS_SIZE_MAX)
		return FLAW_TOO_LONG;
	if (!err_is_ok(text_lines(text, arena, &text)))
		return FLAW_TOO_LARGE;
	flaw = text_check(text, true, NULL, &plain);
	if (flaw == FLAW_NONE && !plain && !err_is_ok(text_nfc(text, arena, &text)))
		flaw = FLAW_TOO_LARGE;
	if (flaw == FLAW_NONE && text.len > MEMBERS_SIZE_MAX)
		flaw = FLAW_TOO_LONG;
	if (flaw == FLAW_NONE)
		*text_out = text;
	return flaw;
}
