/* sekimori - one program: the commands people type, and the processes the supervisor starts. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "proc/proc.h"

struct command {
	const char *name;
	int (*run)(const struct cli_options *options);
	const char *words;
};

static const struct command commands[] = {
	{"demo", cli_demo, "two invented cities to try everything with, on https://localhost:PORT"},
	{"serve", cli_serve, "serve the compartments below --dir"},
	{"init", cli_init, "make a compartment: --customer NAME --title-ja … --title-en … --login NAME [--annexes \"K P\"] [--provider]"},
	{"import", cli_import, "a facility list: --customer NAME --login NAME --file CSV [--apply]; without --apply a dry run"},
	{"ops", cli_ops, "the table of operations"},
	{"entities", cli_entities, "the data dictionary"},
	{"sql", cli_sql, "tables and derived statements for PostgreSQL"},
	{"ledger", cli_ledger, "ledger verify DIR: check a data directory or an export, offline"},
	{"bounce", cli_bounce, "hand over a mail that came back, from standard input: for the mail server; exit 0 taken, 1 not ours, 75 not now"},
	{"check", cli_check, "how the annex is met: --url URL --login NAME [--requirement ID | --run CHECK]; exit 0 proven, 1 failing, 3 old, 4 open, 5 no answer"},
	{"witness", cli_witness, "follow a ledger from a machine of one's own: --vkey KEY --key FILE --log URL; more: witness"},
};

/* Options without a letter. */
enum { WORD_LOG = 256, WORD_VKEY, WORD_LISTEN, WORD_CA, WORD_NAME, WORD_EVERY, WORD_ONCE, WORD_ENTRIES, WORD_MAKE_KEY, WORD_REQUIREMENT, WORD_RUN, WORD_CHECKS, WORD_CLAMD, WORD_RELAY,
	WORD_RELAY_CA, WORD_RELAY_SECRET, WORD_MAIL_FROM, WORD_ALLOW };

static const struct option long_options[] = {
	{"log", required_argument, NULL, WORD_LOG}, {"vkey", required_argument, NULL, WORD_VKEY},
	{"listen", required_argument, NULL, WORD_LISTEN}, {"ca", required_argument, NULL, WORD_CA},
	{"name", required_argument, NULL, WORD_NAME}, {"every", required_argument, NULL, WORD_EVERY},
	{"once", no_argument, NULL, WORD_ONCE}, {"entries", no_argument, NULL, WORD_ENTRIES},
	{"make-key", no_argument, NULL, WORD_MAKE_KEY}, {"requirement", required_argument, NULL, WORD_REQUIREMENT},
	{"run", required_argument, NULL, WORD_RUN}, {"checks", required_argument, NULL, WORD_CHECKS},
	{"clamd", required_argument, NULL, WORD_CLAMD}, {"relay", required_argument, NULL, WORD_RELAY},
	{"relay-ca", required_argument, NULL, WORD_RELAY_CA}, {"relay-secret", required_argument, NULL, WORD_RELAY_SECRET},
	{"mail-from", required_argument, NULL, WORD_MAIL_FROM}, {"allow", required_argument, NULL, WORD_ALLOW},
	{"dir", required_argument, NULL, 'd'}, {"port", required_argument, NULL, 'p'},
	{"address", required_argument, NULL, 'a'}, {"accounts", required_argument, NULL, 'A'},
	{"seed", required_argument, NULL, 's'}, {"facilities", required_argument, NULL, 'f'},
	{"signins", required_argument, NULL, 'n'}, {"days", required_argument, NULL, 't'}, {"certificate", required_argument, NULL, 'c'},
	{"key", required_argument, NULL, 'k'}, {"web", required_argument, NULL, 'w'},
	{"url", required_argument, NULL, 'u'}, {"catalog", required_argument, NULL, 'g'},
	{"customer", required_argument, NULL, 'C'}, {"title-ja", required_argument, NULL, '1'},
	{"title-en", required_argument, NULL, '2'}, {"login", required_argument, NULL, 'l'},
	{"annexes", required_argument, NULL, 'x'}, {"file", required_argument, NULL, 'F'}, {"json", no_argument, NULL, 'j'}, {"demo", no_argument, NULL, 'D'},
	{"provider", no_argument, NULL, 'P'}, {"apply", no_argument, NULL, 'y'}, {"help", no_argument, NULL, 'h'}, {0},
};

static int usage(FILE *to, int status)
{
	(void)fprintf(to, "usage: sekimori COMMAND [--dir DIR] [--json] …\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].words);
	return status;
}

static bool number(const char *text, uint64_t max, uint64_t *number_out)
{
	char *end = NULL;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno != 0 || *end != '\0' || value > max) {
		(void)fprintf(stderr, "%s is not a number up to %llu\n", text, (unsigned long long)max);
		return false;
	}
	*number_out = value;
	return true;
}

static bool take(struct cli_options *o, int key, const char *text)
{
	uint64_t value = 0;

	switch (key) {
	case 'd': o->dir = text; o->dir_given = true; return true;
	case 'a': o->address = text; return true;
	case 'A': o->accounts = text; return true;
	case 'c': o->certificate = text; return true;
	case 'k': o->key = text; return true;
	case 'w': o->web = text; return true;
	case 'u': o->url = text; return true;
	case 'g': o->catalog = text; return true;
	case 'C': o->customer = text; return true;
	case '1': o->title_ja = text; return true;
	case '2': o->title_en = text; return true;
	case 'l': o->login = text; return true;
	case 'F': o->file = text; return true;
	case 'x': o->annexes = text; return true;
	case 'j': o->json = true; return true;
	case 'D': o->demo = true; return true;
	case 'P': o->provider = true; return true;
	case 'y': o->apply = true; return true;
	case WORD_LOG: o->log = text; return true;
	case WORD_VKEY: o->vkey = text; return true;
	case WORD_LISTEN: o->listen = text; return true;
	case WORD_CA: o->ca = text; return true;
	case WORD_NAME: o->name = text; return true;
	case WORD_REQUIREMENT: o->requirement = text; return true;
	case WORD_RUN: o->run = text; return true;
	case WORD_CLAMD: o->clamd = text; return true;
	case WORD_RELAY: o->relay = text; return true;
	case WORD_RELAY_CA: o->relay_ca = text; return true;
	case WORD_RELAY_SECRET: o->relay_secret = text; return true;
	case WORD_MAIL_FROM: o->mail_from = text; return true;
	case WORD_ALLOW:
		if (o->allow_count == CLI_ALLOW_MAX) {
			(void)fprintf(stderr, "--allow is given more than %d times\n", CLI_ALLOW_MAX);
			return false;
		}
		o->allow[o->allow_count++] = text;
		return true;
	case WORD_CHECKS:
		o->on_demand = strcmp(text, "on-demand") == 0;
		if (o->on_demand || strcmp(text, "scheduled") == 0)
			return true;
		(void)fprintf(stderr, "--checks is scheduled or on-demand\n");
		return false;
	case WORD_ONCE: o->once = true; return true;
	case WORD_ENTRIES: o->entries = true; return true;
	case WORD_MAKE_KEY: o->make_key = true; return true;
	case WORD_EVERY:
		if (!number(text, 86400, &value) || value == 0)
			return false;
		o->every = (unsigned)value;
		return true;
	case 's': return number(text, UINT64_MAX - 1, &o->seed);
	case 'p':
		if (!number(text, 65535, &value))
			return false;
		o->port = (uint16_t)value;
		return true;
	case 't':
		if (!number(text, 366, &value))
			return false;
		o->days = (unsigned)value;
		return true;
	case 'f':
	case 'n':
		if (!number(text, 100000, &value))
			return false;
		*(key == 'f' ? &o->facilities : &o->signins) = (unsigned)value;
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct cli_options options = {.dir = "var/sekimori", .seed = 1, .signins = 40, .days = 31, .port = 8443};
	int key;

	if (proc_is_child(argc, argv))
		return proc_enter(argc, argv);
	log_name("sekimori");
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (key == 'h')
			return usage(stdout, CLI_DONE);
		if (!take(&options, key, optarg))
			return usage(stderr, CLI_USAGE);
	}
	if (optind >= argc)
		return usage(stderr, CLI_USAGE);
	options.command = argv[optind];
	options.sub = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (optind + 2 < argc)
		options.dir = argv[optind + 2];
	if (strcmp(options.command, "help") == 0)
		return usage(stdout, CLI_DONE);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, options.command) == 0)
			return commands[i].run(&options);
	return usage(stderr, CLI_USAGE);
}
