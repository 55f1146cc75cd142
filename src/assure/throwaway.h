/*
 * throwaway - an account of a probe facility that a check issues itself, takes through its life, and ends.
 *
 *   issue ──▶ invited ── invite, accept ──▶ active ── suspend, reactivate ──▶ active ── leave ──▶ left
 *
 * It is a guardian of facility a. Nothing of it stays but its record; whatever went wrong, throwaway_end is called.
 */
#ifndef ASSURE_THROWAWAY_H
#define ASSURE_THROWAWAY_H

#include "assure/trial.h"

#define THROWAWAY_PASSWORD "Kinmokusei-88_niwa"
#define THROWAWAY_REASON "{\"reason\":\"検査のため\"}"

struct throwaway {
	const struct person *principal;
	char id[40], login[64];         /* login with the city */
	bool left;
};

/* UNAVAILABLE: it could not be issued; said as unable. */
MUST_USE err throwaway_issue(struct trial *trial, struct throwaway *out);
/* "invitation" or "recovery": a link for it; token_out "" when refused. */
MUST_USE err throwaway_link(struct trial *trial, const struct throwaway *one, const char *kind, char token_out[static 96]);
/* Sets a password with a link's token. */
MUST_USE err throwaway_accept(struct trial *trial, const char *token, const char *password, struct seen *out);
/* Signs in; out: the reply. */
MUST_USE err throwaway_sign_in(struct trial *trial, const struct throwaway *one, const char *password, struct seen *out);
/* "suspend", "reactivate", "leave", with the confirmation where one is asked for. */
MUST_USE err throwaway_turn(struct trial *trial, struct throwaway *one, const char *turn, struct seen *out);
/* Ends it if it has not been. */
void throwaway_end(struct trial *trial, struct throwaway *one);

#endif
