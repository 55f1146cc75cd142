/*
 * witness - for the city's own machine: follows a ledger, verifies that it only grew, keeps what it saw, cosigns it.
 *
 * It trusts the key that it was given and nothing that the ledger says. Once it has seen two heads that cannot both be
 * true it accepts nothing further, at any start, until a person has looked.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/prompt.h"
#include "cli/witness_int.h"
#include "crypto/crypto.h"
#include "entity/json.h"

#define EVERY_DEFAULT_S 60

static const char help[] =
    "usage: sekimori witness --make-key --key FILE --name NAME\n"
    "       sekimori witness --vkey KEY --dir DIR --key FILE [--log https://HOST/v1/ledger/NAME] [--listen ADDRESS:PORT]\n"
    "                        [--every SECONDS | --once] [--entries --login NAME@CITY] [--ca FILE] [--json]\n"
    "--log or --listen must be given. With --entries the password of an auditor (and, when asked for, a code) is read from\n"
    "standard input, a line each. Exit: 0 done, 1 a forgery was found, 2 wrong usage, 5 not reached or not signed in,\n"
    "6 the folder is in use by another witness, damaged, or cannot be written to.\n";

static int complain(const char *what)
{
	(void)fprintf(stderr, "witness: %s\n%s", what, help);
	return CLI_USAGE;
}

/* ---- the key ---- */

static int make_key(const struct cli_options *options)
{
	struct note_key key;
	OWN(buf) vkey = {0};
	err e;

	if (options->key == NULL || options->name == NULL)
		return complain("--make-key needs --key and --name");
	e = witness_key_make(options->key, options->name, &key);
	if (err_is_ok(e))
		e = note_cosigner_format(&key, &vkey);
	if (!err_is_ok(e)) {
		(void)fprintf(stderr, "witness: %s\n", err_is(e, ERR_CONFLICT) ? "the key file exists already and stays as it is" :
		    err_is(e, ERR_INVALID) ? "this is no name: no white space, no '+', at most 127 bytes" : "the key file cannot be written");
		return CLI_WRONG;
	}
	printf("%.*s\n", (int)vkey.len, (const char *)vkey.ptr);
	return CLI_DONE;
}

/* ---- saying ---- */

static const char *const outcome_words[] = {"followed", "unchanged", "forged", "unreached", "storage"};

static void tell_json(const struct witness_finding *finding)
{
	OWN(buf) text = {0};
	struct json json;

	json_init(&json, &text);
	json_object(&json, NULL);
	json_time(&json, "at", clock_now_us());
	json_str(&json, "outcome", outcome_words[finding->outcome]);
	json_int(&json, "size", (int64_t)finding->size);
	if (finding->index == WITNESS_NOWHERE)
		json_null(&json, "index");
	else
		json_int(&json, "index", (int64_t)finding->index);
	json_str(&json, "ja", finding->ja);
	json_str(&json, "en", finding->en);
	json_object_end(&json);
	printf("%.*s\n", (int)text.len, (const char *)text.ptr);
}

static void tell(const struct witness *witness, const struct witness_finding *finding)
{
	char at[CLOCK_TEXT_MAX];

	clock_time_format(clock_now_us(), at);
	if (witness->options->json)
		tell_json(finding);
	else if (finding->outcome == WITNESS_FORGED)
		printf("%s %s: 改ざんの疑い: %s\n%s %s: FORGED: %s\n", at, witness->log.name, finding->ja, at, witness->log.name, finding->en);
	else
		printf("%s %s: %s\n", at, witness->log.name, prompt_japanese() ? finding->ja : finding->en);
	(void)fflush(stdout);
}

static int exit_of(enum witness_outcome outcome)
{
	static const int codes[] = {CLI_DONE, CLI_DONE, CLI_WRONG, CLI_UNREACHED, CLI_FOLDER};

	return codes[outcome];
}

/* ---- running ---- */

static void pause_s(unsigned seconds)
{
	struct timespec rest = {.tv_sec = seconds};

	(void)nanosleep(&rest, &rest); /* woken earlier, it looks earlier */
}

/* Ends with a forgery or a failing disk; what cannot be reached is tried again. */
static int run(struct witness *witness, struct witness_listener *listener)
{
	const struct cli_options *options = witness->options;
	unsigned every = options->every != 0 ? options->every : EVERY_DEFAULT_S;

	for (;;) {
		struct witness_finding finding = {.outcome = WITNESS_UNCHANGED, .index = WITNESS_NOWHERE};

		if (options->log != NULL) {
			witness_follow(witness, &finding);
			tell(witness, &finding);
		}
		if (options->once || finding.outcome == WITNESS_FORGED || finding.outcome == WITNESS_STORAGE)
			return exit_of(finding.outcome);
		for (unsigned waited = 0; waited < every; waited++) {
			if (witness_listen_forked(listener)) {
				witness_follow_say(&finding, WITNESS_FORGED, "食い違う先頭が示されました。forks に控えました。",
				    "A head was shown that cannot be true together with the one kept. Both are in forks.");
				tell(witness, &finding);
				return CLI_WRONG;
			}
			pause_s(1);
		}
	}
}

static int run_with_listener(struct witness *witness)
{
	struct witness_listener *listener = NULL;
	int status;

	if (witness->options->listen != NULL && !err_is_ok(witness_listen(witness, witness->options->listen, &listener))) {
		(void)fprintf(stderr, "witness: %s cannot be listened on\n", witness->options->listen);
		return CLI_UNREACHED;
	}
	status = run(witness, listener);
	witness_listen_end(&listener);
	return status;
}

/* ---- a person, for entries ---- */

static int sign_in(struct witness *witness)
{
	char code[64] = "";
	err e;

	if (!witness->options->entries)
		return CLI_DONE;
	(void)snprintf(witness->login, sizeof(witness->login), "%s", witness->options->login);
	if (mlock(witness->password, sizeof(witness->password)) != 0)
		log_warn("the password cannot be kept out of the swap");
	if (!prompt_line("Password", witness->password, sizeof(witness->password)))
		return complain("no password on standard input");
	e = door_sign_in(&witness->door, witness->login, witness->password, "");
	if (err_is(e, ERR_SECOND_FACTOR) && prompt_line("Code of the second factor", code, sizeof(code)))
		e = door_sign_in(&witness->door, witness->login, witness->password, code);
	wipe(code, sizeof(code));
	if (err_is_ok(e))
		return CLI_DONE;
	(void)fprintf(stderr, "witness: %s was not signed in: %s\n", witness->login, err_row(e)->en);
	return CLI_UNREACHED;
}

/* ---- start ---- */

static int open_folder(struct witness *witness)
{
	err e = witness_folder_open(witness->options->dir, &witness->log, &witness->folder);

	if (err_is_ok(e))
		return CLI_DONE;
	(void)fprintf(stderr, "witness: %s: %s\n", witness->options->dir,
	    err_is(e, ERR_CONFLICT) ? "another witness works in this folder / 別の証人がこのフォルダを使っています" :
	    err_is(e, ERR_UNAVAILABLE) ? "the folder cannot be used" : "the folder is damaged, or belongs to another log");
	return CLI_FOLDER;
}

static int start(struct witness *witness)
{
	const struct cli_options *options = witness->options;
	int status;
	err e;

	if (!err_is_ok(note_vkey_parse(bytes_str(options->vkey), &witness->log)))
		return complain("--vkey is not a verifier key (NAME+HASH+KEY)");
	e = witness_key_load(options->key, &witness->me, &witness->signer);
	if (!err_is_ok(e)) {
		(void)fprintf(stderr, "witness: %s: %s\n", options->key, err_is(e, ERR_NOT_FOUND) ? "there is no such key file" :
		    err_is(e, ERR_DENIED) ? "others may read the key: chmod 600" : "this is not a key of a witness");
		return CLI_USAGE;
	}
	if (options->log != NULL && !err_is_ok(door_open(options->log, options->ca, &witness->door)))
		return complain("--log is not an address like https://HOST/v1/ledger/NAME");
	status = open_folder(witness);
	if (status == CLI_DONE)
		status = sign_in(witness);
	if (status == CLI_DONE)
		status = run_with_listener(witness);
	return status;
}

int cli_witness(const struct cli_options *options)
{
	static struct witness witness;
	int status;

	if (!err_is_ok(crypto_start()) || sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL) != 0)
		return CLI_WRONG;
	if (options->make_key)
		return make_key(options);
	if (options->vkey == NULL || options->key == NULL || !options->dir_given || (options->log == NULL && options->listen == NULL))
		return complain("--vkey, --key, --dir and one of --log and --listen are needed");
	if (options->entries && (options->login == NULL || options->log == NULL))
		return complain("--entries needs --log and --login");
	witness.options = options;
	witness.audit = options->entries && options->once;
	if (pthread_mutex_init(&witness.lock, NULL) != 0)
		return CLI_FOLDER;
	status = start(&witness);
	witness_folder_close(&witness.folder);
	door_close(&witness.door);
	signer_free(&witness.signer);
	wipe(witness.password, sizeof(witness.password));
	return status;
}
