/*
 * card - the QR card by which a child is known at the door: a random token of which only the hash is kept.
 *
 * C1  A child has one card; a new one takes the former one's place at once.
 * C2  A card works at the facility where the child is; anywhere else it is like one that does not exist.
 */
#ifndef KINDER_CARD_H
#define KINDER_CARD_H

#include "crypto/crypto.h"
#include "op/op.h"

#define CARD_PREFIX "sekimori:"
#define CARD_TEXT_MAX (sizeof(CARD_PREFIX) + ID_TEXT_LEN)
#define CARD_AGAIN_US ((int64_t)60 * 1000000) /* a card held too long at the door does not send the child home */

struct card {
	struct row row;
	struct id child;
	struct bytes token_hash;
	int64_t issued_at;
	struct id issuer;        /* account */
};

extern const struct entity card_entity;
extern const struct op card_issue;
extern const struct op card_use;

MUST_USE err card_start(void);

/* What the QR code says of a token, and the token of what it says. INVALID: not the text of a card. */
void card_write(const struct id *token, char text_out[static CARD_TEXT_MAX]);
MUST_USE err card_read(struct bytes text, struct id *token_out);

#endif
