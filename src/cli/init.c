/* init - makes a compartment and its first administrator; listed among the offline commands. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cli/agree.h"
#include "cli/catalog.h"
#include "cli/cli.h"
#include "cli/probe.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/contract.h"
#include "op/local.h"

#define PASSWORD_LETTERS 16

/* Four classes for certain, then random ones; none that are taken for one another. */
static err make_password(char out[static PASSWORD_LETTERS + 1])
{
	static const char *const classes[] = {"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789", "-_.:+=%@"};
	uint8_t random[PASSWORD_LETTERS];

	TRY(random_bytes(random, sizeof(random)));
	for (size_t i = 0; i < PASSWORD_LETTERS; i++) {
		const char *letters = classes[i % 4];

		out[i] = letters[random[i] % strlen(letters)];
	}
	out[PASSWORD_LETTERS] = '\0';
	wipe(random, sizeof(random));
	return OK;
}

static err body_of(const struct cli_options *o, const char *password, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "login", o->login);
	json_str(&json, "name", o->login);
	json_str(&json, "role", o->provider ? "operator-admin" : "officer-admin");
	json_str(&json, "password", password);
	json_object_end(&json);
	return json.state;
}

static err first_person(const struct cli_options *o, const char *directory, const char *password)
{
	struct local *local = NULL;
	struct actor system = {0};
	OWN(buf) body = {0};
	err e;

	TRY(body_of(o, password, &body));
	TRY(local_open(directory, identity_authenticate, &local));
	e = local_call(local, &system, "account.install", NULL, bytes_of(&body), NULL);
	if (err_is_ok(e))
		e = agree_install(local, o->provider ? AGREE_ALL : o->annexes != NULL ? o->annexes : "");
	local_close(&local);
	return e;
}

int cli_init(const struct cli_options *o)
{
	char directory[PATH_MAX], catalog[PATH_MAX], password[PASSWORD_LETTERS + 1];
	struct compartment_spec spec = {
		.name = o->customer, .title_ja = o->title_ja != NULL ? o->title_ja : o->customer,
		.title_en = o->title_en != NULL ? o->title_en : o->customer, .provider = o->provider, .demo = o->demo,
	};
	err e;

	if (o->customer != NULL && strcmp(o->customer, PROBE_NAME) == 0) {
		(void)fprintf(stderr, PROBE_NAME " is the name of the compartment that is made for checks\n");
		return CLI_USAGE;
	}
	if (o->customer == NULL || o->login == NULL) {
		(void)fprintf(stderr, "init needs --customer NAME and --login NAME\n");
		return CLI_USAGE;
	}
	if (o->annexes != NULL && !contract_annexes_fit(bytes_str(o->annexes))) {
		(void)fprintf(stderr, "--annexes names catalogues like \"K P\"\n");
		return CLI_USAGE;
	}
	if (snprintf(directory, sizeof(directory), "%s/%s", o->dir, o->customer) >= (int)sizeof(directory))
		return CLI_USAGE;
	if (!catalog_load(o, catalog))
		return CLI_USAGE;
	if (o->annexes != NULL && !contract_annexes_known(bytes_str(o->annexes))) {
		(void)fprintf(stderr, "--annexes names a catalogue that there is not in %s\n", catalog);
		return CLI_USAGE;
	}
	if (mkdir(o->dir, 0711) != 0)
		log_info("%s is there already", o->dir);
	e = crypto_start();
	if (err_is_ok(e))
		e = compartment_start();
	if (err_is_ok(e))
		e = compartment_make(directory, &spec);
	if (err_is_ok(e))
		e = probe_make(o->dir, o->demo);
	if (err_is_ok(e))
		e = make_password(password);
	if (err_is_ok(e))
		e = first_person(o, directory, password);
	if (!err_is_ok(e)) {
		(void)fprintf(stderr, "%s could not be made: %s\n", o->customer, err_row(e)->en);
		return CLI_WRONG;
	}
	if (o->json)
		printf("{\"login\":\"%s@%s\",\"password\":\"%s\"}\n", o->login, o->customer, password);
	else
		printf("Made %s. First sign-in: %s@%s with the password %s (shown once; change it).\n", directory, o->login, o->customer, password);
	wipe(password, sizeof(password));
	return CLI_DONE;
}
