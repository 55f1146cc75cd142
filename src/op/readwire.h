/*
 * readwire - the messages between a core and its reader. One message of a SEQPACKET channel is one frame:
 *
 *   u8 version=1 | u8 type | u32 number | body                          integers big-endian, blob = u32 length, bytes
 *   core → reader   BEGIN    u8 encoding | u64 fields | u32 size | blob entity
 *                   DATA     1..READWIRE_DATA_MAX bytes of the file; size bytes in all
 *   reader → core   HEADING  u8 count | u32 column of each field
 *                   ROWS     { u32 row | blob values } …                 at least one
 *                   PROBLEM  u32 row | u32 column | u8 flaw | blob heading | blob ja | blob en
 *                   END      u8 status | u32 problems                    the last of its number
 *
 * number names the reading; fields is the set of the entity's fields that may be taken from the file, by their place.
 * Both sides hold the other for hostile: the decoder accepts exactly what the encoder writes.
 */
#ifndef OP_READWIRE_H
#define OP_READWIRE_H

#include "entity/csv.h"

#define READWIRE_MESSAGE_MAX 61440
#define READWIRE_DATA_MAX 49152
#define READWIRE_PROBLEM_MAX 5000   /* of one file that are told one by one; END says how many there are */
#define READWIRE_ENTITY_MAX 63

enum readwire_type { READWIRE_BEGIN, READWIRE_DATA, READWIRE_HEADING, READWIRE_ROWS, READWIRE_PROBLEM, READWIRE_END, READWIRE_TYPE_COUNT };
enum readwire_status { READWIRE_READ, READWIRE_REFUSED /* problems say why */, READWIRE_FAILED, READWIRE_STATUS_COUNT };

struct readwire_begin {
	enum csv_encoding encoding;
	uint64_t fields;
	uint32_t size;              /* 1..CSV_SIZE_MAX */
	struct bytes entity;
};

struct readwire_heading {
	size_t count;
	uint32_t columns[FIELD_MAX];
};

struct readwire_end {
	enum readwire_status status;
	uint32_t problems;
};

struct readwire_frame {
	enum readwire_type type;
	uint32_t number;
	union {
		struct readwire_begin begin;
		struct bytes data;
		struct readwire_heading heading;
		struct bytes rows;          /* for readwire_cut_row */
		struct csv_problem problem;
		struct readwire_end end;
	} as;
};

/* Each appends one whole frame to an empty buf. */
MUST_USE err readwire_put_begin(struct buf *message, uint32_t number, const struct readwire_begin *begin);
MUST_USE err readwire_put_data(struct buf *message, uint32_t number, struct bytes data);
MUST_USE err readwire_put_heading(struct buf *message, uint32_t number, const struct readwire_heading *heading);
MUST_USE err readwire_put_problem(struct buf *message, uint32_t number, const struct csv_problem *problem);
MUST_USE err readwire_put_end(struct buf *message, uint32_t number, const struct readwire_end *end);
/* Rows collect in a message: the head when it is empty, then one row. TOO_LARGE: does not fit any more; nothing changed. */
MUST_USE err readwire_put_row(struct buf *message, uint32_t number, uint32_t row, struct bytes values);

/* Borrows from message. INVALID: not canonical. Of ROWS only the head; readwire_cut_row takes them one by one. */
MUST_USE err readwire_cut(struct bytes message, struct readwire_frame *frame_out);
MUST_USE err readwire_cut_row(struct bytes *rows, uint32_t *row_out, struct bytes *values_out);

/* Forms: descriptors of files that are stored nowhere as such. Both sides find them by name beside the entities; set before main. */
void readwire_forms(const struct entity *const *list); /* ends with NULL */
/* Those that are described in files; likewise. */
void readwire_described(const struct entity *(*find)(struct bytes name));
const struct entity *readwire_find(struct bytes name); /* NULL */

/* The entity with none but the wanted fields; both sides count columns and values by it. INVALID: it has no such field. */
struct readwire_entity {
	struct entity entity;
	struct field fields[FIELD_MAX];
};
MUST_USE err readwire_entity(const struct entity *entity, uint64_t fields, struct readwire_entity *entity_out);

#endif
