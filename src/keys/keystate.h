/*
 * keystate - the states of a key and the moves between them, as SP 800-57 part 1 revision 5, section 7 has them.
 *
 *               ┌────────────┐ 4 ┌────────┐ 7 ┌───────────┐
 *   generated ─▶│ pre-active │──▶│ active │──▶│ suspended │      each but destroyed may become compromised;
 *            1  └────────────┘   │        │◀──│           │      each but compromised and destroyed … see the table
 *                                └────────┘ 10└───────────┘
 *                                   8 │            │ 12
 *                                     ▼            ▼
 *                                ┌─────────────────────┐   ┌───────────┐
 *                                │     deactivated     │──▶│ destroyed │ (14; 2, 5, 9, 15 from the others)
 *                                └─────────────────────┘   └───────────┘
 */
#ifndef KEYS_KEYSTATE_H
#define KEYS_KEYSTATE_H

#include "keys/keys.h"

#define KEYSTATE_COUNT (KEY_DESTROYED + 1)

bool keystate_move_allowed(enum key_state from, enum key_state to); /* false too for a value that is no state */
bool keystate_protects(enum key_state state);   /* may seal and sign anew */
bool keystate_processes(enum key_state state);  /* may open and verify what it sealed before */
const char *keystate_name(enum key_state state);

#endif
