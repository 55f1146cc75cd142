/*
 * bounce - what a mail server sends back when a mail could not be delivered: RFC 3464, read as far as is needed, and nothing believed but
 * the letter's own return address, which only who got the letter can know.
 */
#ifndef PROC_BOUNCE_H
#define PROC_BOUNCE_H

#include "base/bytes.h"
#include "base/id.h"

#define BOUNCE_MAX 262144       /* bytes of such a mail */
#define BOUNCE_WORDS_MAX 200

struct bounce {
	struct bytes compartment;   /* borrowed from the mail */
	struct id letter;
	bool failed;                /* false: it is only late */
	char words[BOUNCE_WORDS_MAX + 1]; /* status and diagnostics, printable ASCII */
};

/* NOT_FOUND: it is about no letter of ours. INVALID: it is no delivery status. */
MUST_USE err bounce_read(struct bytes mail, struct bounce *bounce_out);

#endif
