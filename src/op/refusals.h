/*
 * refusals - refusals of callers who are not signed in, counted per source network, operation and status, and put
 * into the ledger as a few events a minute: a stranger must not be able to fill the disk.
 */
#ifndef OP_REFUSALS_H
#define OP_REFUSALS_H

#include "base/bytes.h"

#define REFUSAL_TEXT_MAX 6000 /* within what an event seals */
#define REFUSAL_MAX 256   /* different ones a minute; the rest is counted under the unspecified network */

struct refusals;

MUST_USE err refusals_new(struct refusals **refusals_out);
void refusals_free(struct refusals **refusals);
void refusals_count(struct refusals *refusals, const uint8_t address[static 16], const char *operation, int status);
/*
 * Once a minute (now_us decides): JSON members of what was counted are appended, and counting starts anew. *due_out: there is any.
 * At most REFUSAL_TEXT_MAX bytes; what does not fit is due at the next call.
 */
MUST_USE err refusals_take(struct refusals *refusals, int64_t now_us, struct buf *members_out, bool *due_out);

#endif
