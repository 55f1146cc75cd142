/*
 * reader - a core's side of its reader process: a stranger's file goes out, typed rows and problems come back.
 *
 * Never called on the committer's thread: it waits. What comes back is checked again: field by field, text by text.
 * compartment->reader_fd is a letter box. Who reads takes the channel out and puts it back; a new channel that has been
 * put in meanwhile stays. So one file is read at a time, and nobody closes what another uses.
 */
#ifndef OP_READER_H
#define OP_READER_H

#include "op/op.h"
#include "op/readwire.h"

#define READER_WAIT_MS 60000

/*
 * As csv_read, by the reader; heading and values are counted by readwire_entity(entity, fields).
 * refused_out: the file as a whole cannot be read; problems say why. problems_out: how many there are, told or not.
 * UNAVAILABLE: no reader for now, or it does not answer as it should. The sink's errors pass through.
 */
struct reader_wish {
	const struct entity *entity;
	uint64_t fields;
	enum csv_encoding encoding;
	struct bytes file;           /* 1..CSV_SIZE_MAX */
};
MUST_USE err reader_read(const struct compartment *compartment, const struct reader_wish *wish, const struct csv_sink *sink,
    bool *refused_out, uint32_t *problems_out);

#endif
