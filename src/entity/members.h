/*
 * members - the bytes of a FIELD_FORM: named texts, whose names and types a description gives and no descriptor.
 *
 *   { u8 name length | name [a-z][a-z0-9_]* | u16 text length | text } …
 *
 * Texts are UTF-8 in NFC, \n allowed; an empty one stands for what was not given. No name twice. What a number, a date, a choice is
 * says the description (govern/form); here all of them are texts.
 */
#ifndef ENTITY_MEMBERS_H
#define ENTITY_MEMBERS_H

#include "base/arena.h"
#include "entity/value.h"

#define MEMBERS_MAX 60
#define MEMBERS_NAME_MAX 40
#define MEMBERS_SIZE_MAX ((size_t)32 << 10)     /* of the whole */

struct member { struct bytes name, text; };

/* Whether these are such bytes: FORMAT, ENCODING, CONTROL, DUPLICATE, TOO_LONG (bytes or members); at_out: of which member, may be NULL. */
enum flaw members_check(struct bytes raw, struct bytes *at_out);
/* The next member; raw moves behind it. NOT_FOUND: there is none. INVALID: they are no such bytes. */
MUST_USE err members_next(struct bytes *raw, struct member *member_out);
/* The text of that name; empty: not given. Bytes that have passed members_check. */
struct bytes members_get(struct bytes raw, const char *name);
/* Appends one. TOO_LARGE: name or text. */
MUST_USE err members_put(struct buf *out, struct bytes name, struct bytes text);
/* Text on its way in -> as it is kept: lines end with \n, NFC. NONE, or what is wrong with it. */
enum flaw members_text(struct bytes text, struct arena *arena, struct bytes *text_out);
bool members_name_fits(struct bytes name);

#endif
