#include "keys/keystate.h"

#define TO(state) (1u << KEY_##state)

/* K-60 */
static const struct state_row {
	const char *name;
	unsigned moves;   /* set of states it may go to; the numbers are the standard's */
	bool protects;
	bool processes;
} states[KEYSTATE_COUNT] = {
	[KEY_PRE_ACTIVATION] = {
		.name = "pre-activation",
		.moves = TO(DESTROYED) | TO(COMPROMISED) | TO(ACTIVE),                  /* 2, 3, 4 */
	},
	[KEY_ACTIVE] = {
		.name = "active",
		.moves = TO(DESTROYED) | TO(COMPROMISED) | TO(SUSPENDED) | TO(DEACTIVATED), /* 5, 6, 7, 8 */
		.protects = true,
		.processes = true,
	},
	[KEY_SUSPENDED] = {
		.name = "suspended",
		.moves = TO(DESTROYED) | TO(ACTIVE) | TO(COMPROMISED) | TO(DEACTIVATED),    /* 9, 10, 11, 12 */
		.processes = true,
	},
	[KEY_DEACTIVATED] = {
		.name = "deactivated",
		.moves = TO(COMPROMISED) | TO(DESTROYED),                               /* 13, 14 */
		.processes = true,
	},
	/* What it sealed must be read once more to be sealed anew; the row digests tell whether it was forged. */
	[KEY_COMPROMISED] = {
		.name = "compromised",
		.moves = TO(DESTROYED),                                                 /* 15 */
		.processes = true,
	},
	[KEY_DESTROYED] = {
		.name = "destroyed",
	},
};

static bool known(enum key_state state)
{
	return (unsigned)state < KEYSTATE_COUNT;
}

bool keystate_move_allowed(enum key_state from, enum key_state to)
{
	return known(from) && known(to) && (states[from].moves & (1u << to)) != 0;
}

bool keystate_protects(enum key_state state)
{
	return known(state) && states[state].protects;
}

bool keystate_processes(enum key_state state)
{
	return known(state) && states[state].processes;
}

const char *keystate_name(enum key_state state)
{
	return known(state) ? states[state].name : "unknown";
}
