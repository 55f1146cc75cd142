/*
 * keyhold - a compartment's key store served by a thread of this process, for the offline commands only.
 */
#ifndef OP_KEYHOLD_H
#define OP_KEYHOLD_H

#include "keys/keys.h"

struct keyhold;

/* directory: of the compartment. */
MUST_USE err keyhold_open(const char *directory, struct keyhold **hold_out);
struct keys *keyhold_keys(struct keyhold *hold);
const char *keyhold_origin(const struct keyhold *hold); /* of the ledger; borrowed */
void keyhold_close(struct keyhold **hold);

#endif
