/*
 * steps - what a check tried and saw, line by line, as it is kept and shown.
 *
 *   [{"ja","en","seen","ok","count"}, …]   at most STEPS_MAX lines and STEPS_JSON_MAX bytes; nothing personal, no secret
 *
 * The same words with the same result are one line with a count; failures are never dropped for want of room.
 */
#ifndef ASSURE_STEPS_H
#define ASSURE_STEPS_H

#include <stdarg.h>

#include "assure/check.h"
#include "base/bytes.h"

#define STEPS_MAX 24
#define STEPS_JSON_MAX 6000
#define STEPS_WORDS_MAX 240     /* of one language, bytes with the final NUL */
#define STEPS_SEEN_MAX 200

struct steps_line {
	char ja[STEPS_WORDS_MAX], en[STEPS_WORDS_MAX], seen[STEPS_SEEN_MAX];
	bool ok;
	unsigned count;
};

struct steps {
	struct steps_line lines[STEPS_MAX];
	size_t count;
	unsigned objects;       /* what was tried on, in all */
	bool failed, unable;
};

void steps_add(struct steps *steps, bool ok, unsigned objects, const char *ja, const char *en, const char *seen);
void steps_add_format(struct steps *steps, bool ok, unsigned objects, const char *ja, const char *en, const char *format, va_list words)
    __attribute__((format(printf, 6, 0)));
/* It could not be tried; why. A failed step weighs more. */
void steps_unable(struct steps *steps, const char *ja, const char *en);
/* empty_passes: nothing to look at is no reason against it. */
enum check_outcome steps_outcome(const struct steps *steps, bool empty_passes);
/* Appends the array, at most STEPS_JSON_MAX bytes. UNAVAILABLE: no memory. */
MUST_USE err steps_json(const struct steps *steps, struct buf *json_out);

#endif
