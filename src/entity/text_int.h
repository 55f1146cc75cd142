/*
 * text_int - Unicode text: what is refused in it, its normal forms, and cutting it short.
 */
#ifndef ENTITY_TEXT_INT_H
#define ENTITY_TEXT_INT_H

#include "base/arena.h"
#include "entity/value.h"

/* ENCODING: not UTF-8. CONTROL: control characters, line and paragraph separators, overrides of the writing direction,
 * noncharacters; \n is allowed when multiline. count_out: code points; plain_out: surely in NFC. Both may be NULL. */
enum flaw text_check(struct bytes text, bool multiline, size_t *count_out, bool *plain_out);
/* NFC of well-formed text, CJK compatibility ideographs kept as they are (names); borrows from text when nothing changes. UNAVAILABLE: arena full. */
MUST_USE err text_nfc(struct bytes text, struct arena *arena, struct bytes *text_out);
/* NFKC, case folded, without white space at both ends: what lookups compare. INVALID: not UTF-8. */
MUST_USE err text_fold(struct bytes text, struct arena *arena, struct bytes *text_out);
/* \r\n -> \n, in the arena when there is one. */
MUST_USE err text_lines(struct bytes text, struct arena *arena, struct bytes *text_out);
bool text_is_nfc(struct bytes text);    /* of well-formed text; false also when memory lacks */
bool text_is_blank(struct bytes text);  /* nothing but spaces, ideographic ones included, and \n */
/* For messages: controls and malformed bytes become '?', cut between code points, NUL at the end. */
void text_show(struct bytes text, char *out, size_t max);

#endif
