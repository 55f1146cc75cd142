/* trial_int - what a trial is made of; for assure/ alone. */
#ifndef ASSURE_TRIAL_INT_H
#define ASSURE_TRIAL_INT_H

#include "assure/ask.h"
#include "assure/cast.h"
#include "assure/provewire.h"
#include "assure/trial.h"

#define TRIAL_TEXTS 8
#define TRIAL_TEXT_MAX 8192
#define TRIAL_PEOPLE (2 * CAST_MAX)     /* of this compartment and of the other */
#define TRIAL_FACTS 256
#define TRIAL_CAST_MAX 32               /* "other." and a code */
#define TRIAL_PASSWORD_MAX 64
#define TRIAL_ASK_MS 10000

struct person {
	char cast[TRIAL_CAST_MAX];
	char login[PROVEWIRE_TEXT_MAX + 1];
	char password[TRIAL_PASSWORD_MAX];
	char cookie[ASK_COOKIE_MAX];
	bool factor;
	bool known;             /* `prove` has told who it is */
	bool alive;             /* its session answered in this run */
	int64_t proved_us;
};

struct trial_fact {
	char name[PROVEWIRE_NAME_MAX + 1];
	char text[PROVEWIRE_TEXT_MAX + 1];
};

struct trial {
	const struct check *check;      /* NULL: the run that makes the world */
	char name[CHECK_ID_MAX];
	char compartment[32];
	unsigned where;
	bool demo, empty_passes;
	int channel;
	err (*narrow)(void);            /* of a hostile run */
	int64_t until_us;               /* monotonic; the time limit */
	/* the door */
	char host[64], server_name[256], folder[PROVEWIRE_TEXT_MAX + 1];
	uint8_t pin[HASH_LEN];
	struct tlsclient_target target;
	struct ask *ask;
	struct ask *lone;               /* a connection of its own, until the next such request */
	struct tlsclient_target lone_target;
	struct person people[TRIAL_PEOPLE];
	struct trial_fact facts[TRIAL_FACTS];
	size_t fact_count;
	struct trial_fact settings[32]; /* what the host checks need to know */
	size_t setting_count;
	struct steps steps;
	struct buf data;                /* of the last inspection */
	char texts[TRIAL_TEXTS][TRIAL_TEXT_MAX];
	unsigned next_text;
	uint8_t message[PROVEWIRE_MAX];
};

/* A fact found or made in this run; `prove` keeps it for the later ones. */
MUST_USE err trial_know(struct trial *trial, const char *name, const char *text);
/* NULL: not there, and nothing is said about it. */
const char *trial_known(const struct trial *trial, const char *name);
const char *trial_setting(const struct trial *trial, const char *name); /* NULL: not set */

#endif
