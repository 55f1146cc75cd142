/*
 * mailtext - a mail as it goes over the wire: RFC 5322 headers, RFC 2047 words, a base64 body in UTF-8.
 *
 * M1  Nothing that is put in can end a header line or begin another: addresses are checked letter by letter, all else is encoded.
 * M2  Every line is ASCII and at most 78 bytes long but for addresses, which are never folded.
 * Source: RFC 5322, RFC 2045, RFC 2047, RFC 3834 section 5.
 */
#ifndef PROC_MAILTEXT_H
#define PROC_MAILTEXT_H

#include "base/bytes.h"
#include "base/id.h"

#define MAILTEXT_ADDRESS_MAX 254

struct mailtext {
	struct bytes from, to;      /* addresses */
	struct bytes subject;       /* UTF-8, one line */
	struct bytes body;          /* UTF-8, lines end with \n */
	struct id letter;
	struct bytes compartment;
	int64_t at_us;
};

/* An address that can be written without quoting: local part of RFC 5321 atoms and dots, host of letters, digits, - and dots. */
bool mailtext_address(struct bytes address);
/* INVALID: an address is none, or the texts are no UTF-8. */
MUST_USE err mailtext_write(const struct mailtext *mail, struct buf *out);
/* VERP: to where a bounce of this letter comes back; "no-reply+sapporo.2ewsn…@example.jp". */
MUST_USE err mailtext_return(const struct mailtext *mail, struct buf *out);
/* The other way round, from any such address. NOT_FOUND: it is none of ours. */
MUST_USE err mailtext_returned(struct bytes address, struct bytes *compartment_out, struct id *letter_out);

#endif
