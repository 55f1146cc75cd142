/* trial_int - what a trial is made of; for assure/ alone. */
#ifndef ASSURE_TRIAL_INT_H
#define ASSURE_TRIAL_INT_H

#include "assure/steps.h"
#include "assure/trial.h"

#define TRIAL_TEXTS 8
#define TRIAL_TEXT_MAX 8192

struct trial {
	const struct check *check;
	char compartment[32];
	unsigned where;
	bool demo;
	struct steps steps;
	char texts[TRIAL_TEXTS][TRIAL_TEXT_MAX];
	unsigned next_text;
};

#endif
