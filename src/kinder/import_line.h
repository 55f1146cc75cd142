/*
 * import_line - what an import would do with each row of its file: shown before it is confirmed, and what is written then.
 *
 *   content: object[16] | u8 n, { u8 field, value before, value after } … | u8 n, { u8 place, u8 what, account[16], link[16],
 *            blob login, blob name, blob relation, blob telephone, blob mail } …
 *
 * Fields are counted by the kind's target; values as value_encode has them. A line's id begins with its row in the file,
 * so that a list of them has the file's order.
 */
#ifndef KINDER_IMPORT_LINE_H
#define KINDER_IMPORT_LINE_H

#include "op/op.h"

enum import_action { IMPORT_CREATE, IMPORT_CHANGE, IMPORT_MOVE, IMPORT_LEAVE, IMPORT_GRADUATE, IMPORT_UNCHANGED };

struct import_line {
	struct row row;
	struct id import;
	int64_t line;               /* row of the file, from 1: the heading */
	int32_t action;             /* enum import_action */
	struct bytes name, class;   /* as they will be */
	struct bytes content;
};

struct import_change {
	uint8_t field;
	struct value before, after;
};

enum import_guardian_what {
	IMPORT_GUARDIAN_NEW,        /* an account is made, and linked */
	IMPORT_GUARDIAN_LINK,       /* an account that exists then is linked */
	IMPORT_GUARDIAN_FIX,        /* is linked; what is known of the person changes */
	IMPORT_GUARDIAN_WHAT_COUNT
};

#define IMPORT_GUARDIAN_MAX 2       /* of one child in a file */

struct import_guardian {
	uint8_t place;              /* 1 or 2, as in the heading */
	uint8_t what;
	struct id account, link;    /* link: of FIX */
	struct bytes login, name, relation, telephone, mail;
};

struct import_content {
	struct id object;
	size_t change_count;
	struct import_change changes[FIELD_MAX];
	size_t guardian_count;
	struct import_guardian guardians[IMPORT_GUARDIAN_MAX];
};

extern const struct entity import_line_entity;
extern const struct op import_line_preview;

MUST_USE err import_line_start(void);
MUST_USE err import_line_id(uint32_t row, struct id *id_out);
MUST_USE err import_line_encode(const struct entity *target, const struct import_content *content, struct buf *out);
/* Borrows. CORRUPT. */
MUST_USE err import_line_decode(const struct entity *target, struct bytes raw, struct import_content *content_out);
/* Of those that write something, count_out of at most max, in order; texts in rows->arena. */
MUST_USE err import_line_load(struct row_context *rows, struct id import, struct import_line *list, size_t max, size_t *count_out);
MUST_USE err import_line_remove(struct row_context *rows, struct id import, size_t *count_out); /* some */

#endif
