/*
 * letter - what is handed to people on paper: who they are here, a link and its QR code, until when, and what to do first.
 *
 * L1  No password ever stands in a letter; the link works once and dies by itself.
 * L2  The links of a letter become good in the transaction that answers with it: of a letter that could not be made, none.
 */
#ifndef IDENTITY_LETTER_H
#define IDENTITY_LETTER_H

#include "op/op.h"
#include "op/render.h"

#define LETTER_MAX 150   /* in one document */

extern const struct op letter_invitation;  /* POST /v1/accounts/{account}/invitation/letter */
extern const struct op letter_recovery;    /* POST /v1/accounts/{account}/recovery/letter */
extern const struct op letter_class;       /* POST /v1/facilities/{facility}/classes/{class}/invitations */

/* One letter, as the document shows it. */
struct letter_text {
	bool recovery, guardian;
	struct bytes name, login, sender, telephone, link;
	int64_t expires_us;
};
void letter_write(struct render *render, const struct letter_text *text);

#endif
