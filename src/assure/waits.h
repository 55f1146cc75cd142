/*
 * waits - what the checks wait for that cannot be carried out yet: their subject does not exist. Such a check is `open`, and says so.
 */
#ifndef ASSURE_WAITS_H
#define ASSURE_WAITS_H

#include "assure/catalogue.h"

struct waits_words { char ja[160], en[160]; };

/* false: the check waits for nothing. */
bool waits_for(const char *check, struct waits_words *words_out);
/* Of a register that no part of the program keeps yet. */
void waits_for_register(const struct catalogue_register *of, struct waits_words *words_out);
/* Every check of the catalogue has either a row or a line here, and every row stands in the catalogue. INVALID: logged. */
MUST_USE err waits_check(void);

#endif
