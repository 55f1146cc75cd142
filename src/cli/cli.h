/*
 * cli - the subcommands of `sekimori`.
 *
 * Exit status: 0 done, 1 refused or found wrong, 2 wrong usage, 70 storage failed. `check` adds 3 stale, 4 open; `check` and
 * `witness` 5 not reached or not signed in; `witness` 6 its folder.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CLI_DONE 0
#define CLI_WRONG 1
#define CLI_USAGE 2
#define CLI_STALE 3
#define CLI_OPEN 4
#define CLI_UNREACHED 5
#define CLI_FOLDER 6

#define CLI_ALLOW_MAX 16

struct cli_options {
	const char *command;         /* second word */
	const char *sub;             /* of `ledger`: verify */
	const char *dir;             /* --dir; default var/sekimori */
	const char *address;         /* --address; default 127.0.0.1 for demo, :: for serve */
	const char *accounts;        /* --accounts FILE */
	const char *certificate, *key; /* --certificate FILE --key FILE */
	const char *url;             /* --url URL: what links in letters begin with; default https://localhost:PORT */
	const char *web;             /* --web DIR; default web/dist beside the program or installed */
	const char *catalog;         /* --catalog DIR; default catalog beside the program or installed */
	const char *clamd;           /* --clamd PATH: the socket of ClamAV's daemon; default /run/clamav/clamd.ctl */
	const char *relay;           /* --relay smtp://HOST:PORT or smtps://HOST:PORT: takes the mail */
	const char *relay_ca;        /* --relay-ca FILE: who vouches for it, PEM; default the system's */
	const char *relay_secret;    /* --relay-secret FILE: name:password for it */
	const char *mail_from;       /* --mail-from ADDRESS */
	const char *allow[CLI_ALLOW_MAX]; /* --allow HOST:PORT, again and again: where webhooks may go */
	size_t allow_count;
	const char *customer;        /* --customer NAME */
	const char *title_ja, *title_en;
	const char *login;           /* --login of the first person */
	const char *file;            /* --file */
	const char *annexes;         /* --annexes "K P": catalogues that apply by contract */
	uint64_t seed;               /* --seed */
	unsigned facilities;         /* --facilities N */
	unsigned signins;            /* --signins N */
	unsigned days;               /* --days N: that many before a demonstration begins are filled with attendance */
	uint16_t port;               /* --port */
	const char *log;             /* --log URL: the ledger that a witness follows */
	const char *vkey;            /* --vkey KEY: the ledger's verifier key */
	const char *listen;          /* --listen ADDRESS:PORT */
	const char *ca;              /* --ca FILE: authorities, PEM; default the system's */
	const char *name;            /* --name of a witness */
	const char *requirement;     /* --requirement ID */
	const char *run;             /* --run CHECK */
	bool on_demand;              /* --checks on-demand: only those that somebody asks for; default scheduled */
	unsigned every;              /* --every SECONDS */
	bool once, entries, make_key, dir_given;
	bool json, demo, provider, apply;
};

int cli_demo(const struct cli_options *options);
#define BOUNCE_SOCKET "bounce.socket" /* below --dir, while it is served with --relay */
int cli_bounce(const struct cli_options *options);
int cli_serve(const struct cli_options *options);
int cli_init(const struct cli_options *options);
int cli_import(const struct cli_options *options);
int cli_ops(const struct cli_options *options);
int cli_sql(const struct cli_options *options);
int cli_entities(const struct cli_options *options);
int cli_ledger(const struct cli_options *options);
int cli_check(const struct cli_options *options);
int cli_witness(const struct cli_options *options);

#endif
