/*
 * recordpost - what stands in force in a shared register of the provider's, at the customers': read-only copies.
 *
 * A letter carries the record as a whole: members of its own, then the fields, each name behind "f_".
 */
#ifndef GOVERN_RECORDPOST_H
#define GOVERN_RECORDPOST_H

#include "govern/post.h"
#include "govern/record.h"

/* Where the register is shared: to all, or to the customer whom the record names. In force, expired or withdrawn. */
MUST_USE err recordpost_send(struct row_context *c, const struct recordkind *kind, const struct record *record, int64_t now_us);

extern const struct post_kind recordpost_kind;

#endif
