/*
 * probe - the compartment that is made for checks as a whole: beside the real ones, an ordinary one, and empty until the checking
 * process asks for its people. Destructive checks and attacks are for there.
 */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/agree.h"
#include "cli/probe.h"
#include "identity/identity.h"
#include "op/compartment.h"

static err agree(const char *directory)
{
	struct local *local = NULL;
	err e;

	TRY(local_open(directory, identity_authenticate, &local));
	e = agree_install(local, AGREE_ALL);
	local_close(&local);
	return e;
}

err probe_make(const char *dir, bool demo)
{
	const struct compartment_spec spec = {
		.name = PROBE_NAME, .title_ja = "検査用の団体", .title_en = "Probe city", .demo = demo, .probe = true,
	};
	char directory[PATH_MAX], database[PATH_MAX];

	if (snprintf(directory, sizeof(directory), "%s/" PROBE_NAME, dir) >= (int)sizeof(directory) ||
	    snprintf(database, sizeof(database), "%s/core/" COMPARTMENT_DATABASE, directory) >= (int)sizeof(database))
		return FAIL(TOO_LARGE);
	if (access(database, F_OK) == 0)
		return OK;
	TRY(compartment_make(directory, &spec));
	return agree(directory);
}
