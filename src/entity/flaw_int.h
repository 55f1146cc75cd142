/*
 * flaw_int - the table of flaws: code and words in both languages.
 */
#ifndef ENTITY_FLAW_INT_H
#define ENTITY_FLAW_INT_H

#include "entity/value.h"

#define FLAW_MESSAGE_MAX 240

/* field NULL: name stands for itself; name empty: the body. Names label and limit; never the value. */
void flaw_message(enum flaw flaw, const struct field *field, const char *name, enum language language,
    char message_out[static FLAW_MESSAGE_MAX]);

#endif
