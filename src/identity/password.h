/*
 * password - which passwords are accepted.
 *
 * K-1, T-23: ten characters and four classes, not the login, not one that everybody tries first.
 */
#ifndef IDENTITY_PASSWORD_H
#define IDENTITY_PASSWORD_H

#include "base/bytes.h"

#define IDENTITY_PASSWORD_MIN 10
#define IDENTITY_PASSWORD_MAX 128

enum identity_password_flaw {
	IDENTITY_PASSWORD_SHORT,
	IDENTITY_PASSWORD_LONG,
	IDENTITY_PASSWORD_UPPER,
	IDENTITY_PASSWORD_LOWER,
	IDENTITY_PASSWORD_DIGIT,
	IDENTITY_PASSWORD_SYMBOL,
	IDENTITY_PASSWORD_LOGIN,
	IDENTITY_PASSWORD_COMMON,
	IDENTITY_PASSWORD_SEQUENCE,
	IDENTITY_PASSWORD_ENCODING,
	IDENTITY_PASSWORD_FLAW_COUNT
};

struct identity_password_words {
	const char *ja;
	const char *en;
};

/* A bit (1 << flaw) for everything that is wrong with it; 0: accepted. login without the city; may be empty. */
unsigned identity_password_check(struct bytes password, struct bytes login);
const struct identity_password_words *identity_password_words(enum identity_password_flaw flaw);

#endif
