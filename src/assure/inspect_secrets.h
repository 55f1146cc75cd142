/*
 * inspect_secrets - words that must not be found in any file that the core can read, in whatever spelling; and how passwords are
 * kept (ID-2, CR-2).
 */
#ifndef ASSURE_INSPECT_SECRETS_H
#define ASSURE_INSPECT_SECRETS_H

#include "assure/inspect.h"

extern const struct inspection inspect_secrets[];       /* ends with name == NULL */

#define INSPECT_SECRETS_WORDS 4

struct secrets_found {
	unsigned files;
	uint64_t bytes;
	unsigned hits;             /* places where a word was found */
	char where[80];            /* file and spelling of the first; never the word */
	bool control;              /* what must be there was found: the files were really read */
};

/*
 * Looks for the words (each at least 6 bytes) in the database, its log and every other file of the core's folder: as it is, UTF-16,
 * hex, base64, percent-encoded.
 */
MUST_USE err inspect_secrets_find(struct inspect *in, const struct bytes *words, size_t count, struct secrets_found *found_out);

#endif
