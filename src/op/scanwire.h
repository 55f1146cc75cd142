/*
 * scanwire - the messages between a core and its scan process, which judges files that strangers made.
 *
 * One message of a SEQPACKET channel is one frame; integers big-endian, blob = u32 length:
 *
 *   u8 version=1 | u8 type | u32 number | body
 *   core → scan   BEGIN    u32 size of the file; 0 asks for the scanner alone
 *                 DATA     1..SCANWIRE_DATA_MAX bytes; size bytes in all
 *   scan → core   ANSWER   u8 verdict | u8 media | u64 signatures_s | blob engine | blob found
 *
 * number names the scan. Both sides hold the other for hostile: the decoder accepts exactly what the encoder writes.
 */
#ifndef OP_SCANWIRE_H
#define OP_SCANWIRE_H

#include "op/media.h"

#define SCANWIRE_MESSAGE_MAX 61440
#define SCANWIRE_DATA_MAX 49152
#define SCANWIRE_SIZE_MAX ((uint32_t)16 << 20)
#define SCANWIRE_TEXT_MAX 120       /* engine, found: printable ASCII */

enum scanwire_verdict {
	SCANWIRE_ABSENT,    /* no scanner answers: nothing is known of the file */
	SCANWIRE_BROKEN,    /* the scanner broke off in the middle of this file */
	SCANWIRE_FOUND,     /* the scanner found something, named by `found` */
	SCANWIRE_FAILED,    /* the scanner says that it cannot judge it: named by `found` */
	SCANWIRE_TYPE,      /* nothing was found, but it is none of the kinds that may be attached */
	SCANWIRE_PASSED,    /* nothing was found, and it is of the kind `media`; size 0: the scanner is there */
	SCANWIRE_VERDICT_COUNT
};

struct scanwire_answer {
	enum scanwire_verdict verdict;
	enum media media;             /* none unless PASSED of a file */
	int64_t signatures_s;         /* since 1970: how old what it knows is; 0: it does not say */
	struct bytes engine, found;   /* found: only FOUND and FAILED have it */
};

enum scanwire_type { SCANWIRE_BEGIN, SCANWIRE_DATA, SCANWIRE_ANSWER, SCANWIRE_TYPE_COUNT };

struct scanwire_frame {
	enum scanwire_type type;
	uint32_t number;
	uint32_t size;                /* BEGIN */
	struct scanwire_answer answer;
	struct bytes data;
};

/* Appends one whole frame to an empty buf. */
MUST_USE err scanwire_put(struct buf *message, const struct scanwire_frame *frame);
/* Borrows from message. INVALID: not canonical. */
MUST_USE err scanwire_cut(struct bytes message, struct scanwire_frame *frame_out);

#endif
