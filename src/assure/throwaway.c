#include <stdio.h>
#include <string.h>

#include "assure/tried.h"
#include "base/clock.h"

#include "assure/throwaway.h"

static err unable(struct trial *trial)
{
	trial_unable(trial, "検査用のアカウントを発行できませんでした。", "A probe account could not be issued.");
	return FAIL(UNAVAILABLE);
}

err throwaway_issue(struct trial *trial, struct throwaway *out)
{
	const char *facility = trial_fact(trial, "facility-a");
	unsigned long long stamp = (unsigned long long)clock_now_us() / 1000;
	const char *json;
	struct seen seen;

	*out = (struct throwaway){.left = true};
	if (facility == NULL)
		return FAIL(UNAVAILABLE);
	json = trial_text(trial, "{\"login\":\"probe-t%llx\",\"name\":\"検査 一時\",\"role\":\"guardian\",\"facility\":\"%s\"}", stamp, facility);
	TRY(trial_person(trial, "principal-a", &out->principal));
	TRY(tried_ask(trial, out->principal, "POST", "/v1/accounts", json, &seen));
	if (seen.status != 201)
		return unable(trial);
	(void)snprintf(out->id, sizeof(out->id), "%s", trial_json_text(&seen, "id"));
	(void)snprintf(out->login, sizeof(out->login), "probe-t%llx@%s", stamp, trial_compartment(trial));
	out->left = false;
	return OK;
}

err throwaway_link(struct trial *trial, const struct throwaway *one, const char *kind, char token_out[static 96])
{
	struct seen seen;

	TRY(tried_ask(trial, one->principal, "POST", trial_text(trial, "/v1/accounts/%s/%s", one->id, kind), "{}", &seen));
	(void)snprintf(token_out, 96, "%s", seen.status == 201 ? trial_json_text(&seen, "token") : "");
	return OK;
}

err throwaway_accept(struct trial *trial, const char *token, const char *password, struct seen *out)
{
	return tried_ask(trial, NULL, "POST", "/v1/invitation/accept", trial_text(trial, "{\"token\":\"%s\",\"password\":\"%s\"}", token, password), out);
}

err throwaway_sign_in(struct trial *trial, const struct throwaway *one, const char *password, struct seen *out)
{
	return tried_ask(trial, NULL, "POST", "/v1/session", trial_text(trial, "{\"login\":\"%s\",\"password\":\"%s\"}", one->login, password), out);
}

err throwaway_turn(struct trial *trial, struct throwaway *one, const char *turn, struct seen *out)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "/v1/accounts/%s/%s", one->id, turn);
	TRY(tried_confirmed(trial, one->principal, "POST", path, THROWAWAY_REASON, out));
	if (strcmp(turn, "leave") == 0 && out->status == 200)
		one->left = true;
	return OK;
}

void throwaway_end(struct trial *trial, struct throwaway *one)
{
	struct seen seen;

	if (!one->left)
		err_ignore(throwaway_turn(trial, one, "leave", &seen)); /* it is of a probe facility, and nobody knows its password */
}
