#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/catalog.h"
#include "cli/cli.h"
#include "cli/probe.h"
#include "cli/serve_int.h"
#include "crypto/crypto.h"
#include "op/compartment.h"
#include "proc/mailtext.h"
#include "proc/outward.h"
#include "proc/supervisor.h"

#define CERTIFICATE_DAYS 365
#define SETTINGS_MAX 12
#define CLAMD_SOCKET "/run/clamav/clamd.ctl" /* Debian's */

_Static_assert(OP_URL_MAX <= BOOT_SETTING_MAX, "the address fits into a setting");

struct found {
	char *names[SUPERVISOR_COMPARTMENTS_MAX];
	char *paths[SUPERVISOR_COMPARTMENTS_MAX];
	size_t count;
};

static bool holds_compartment(const char *path)
{
	char database[PATH_MAX];

	return snprintf(database, sizeof(database), "%s/core/" COMPARTMENT_DATABASE, path) < (int)sizeof(database) &&
	    access(database, F_OK) == 0;
}

static err found_add(struct found *found, const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	if (!holds_compartment(path))
		return OK;
	if (found->count == SUPERVISOR_COMPARTMENTS_MAX)
		return FAIL(TOO_LARGE);
	found->names[found->count] = strdup(name);
	found->paths[found->count] = realpath(path, NULL);
	if (found->names[found->count] == NULL || found->paths[found->count] == NULL)
		return FAIL(UNAVAILABLE);
	found->count++;
	return OK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	/* The provider's compartment comes first: strangers' refusals are counted there. */
	int first = strcmp((*a)->d_name, "provider") == 0;
	int second = strcmp((*b)->d_name, "provider") == 0;

	return first != second ? second - first : strcmp((*a)->d_name, (*b)->d_name);
}

static err find_all(const char *dir, struct found *found)
{
	struct dirent **list = NULL;
	int count = scandir(dir, &list, NULL, by_name);
	err e = OK;

	if (count < 0) {
		log_error("%s cannot be read: %s", dir, strerror(errno));
		return FAIL(UNAVAILABLE);
	}
	for (int i = 0; i < count; i++) {
		if (err_is_ok(e) && list[i]->d_name[0] != '.')
			e = found_add(found, dir, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return e;
}

static void found_free(struct found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		free(found->names[i]);
		free(found->paths[i]);
	}
}

static err write_file(const char *path, const struct buf *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool done;

	if (fd < 0)
		return FAIL(UNAVAILABLE);
	done = write(fd, text->ptr, text->len) == (ssize_t)text->len && fsync(fd) == 0;
	if (close(fd) != 0)
		done = false;
	return done ? OK : FAIL(UNAVAILABLE);
}

err serve_certificate(const char *dir, char certificate_out[static PATH_MAX], char key_out[static PATH_MAX])
{
	OWN(buf) certificate = {0};
	OWN(buf) key = {0};
	err e;

	if (snprintf(certificate_out, PATH_MAX, "%s/tls.crt", dir) >= PATH_MAX || snprintf(key_out, PATH_MAX, "%s/tls.key", dir) >= PATH_MAX)
		return FAIL(TOO_LARGE);
	if (access(certificate_out, R_OK) == 0 && access(key_out, R_OK) == 0)
		return OK;
	TRY(certificate_self_signed("localhost", CERTIFICATE_DAYS, &certificate, &key));
	err_ignore(unlink(key_out) == 0 ? OK : FAIL(NOT_FOUND)); /* half of a pair is of no use */
	err_ignore(unlink(certificate_out) == 0 ? OK : FAIL(NOT_FOUND));
	e = write_file(key_out, &key, 0600);
	if (err_is_ok(e))
		e = write_file(certificate_out, &certificate, 0644);
	return e;
}

/* --web, else web/dist below the working directory, beside the program, or where it is installed. */
static const char *web_folder(const struct cli_options *options, char path[static PATH_MAX])
{
	static const char *const beside[] = {"../web/dist", "web/dist", "../share/sekimori/web"};
	char program[PATH_MAX];
	ssize_t len;

	if (options->web != NULL)
		return options->web;
	len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (len > 0) {
		program[len] = '\0';
		*strrchr(program, '/') = '\0';
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
			if (snprintf(path, PATH_MAX, "%s/%s", program, beside[i]) < PATH_MAX && access(path, R_OK) == 0)
				return path;
	}
	return "web/dist";
}

static void listening(void *context, const char *door, uint16_t port)
{
	(void)context;
	(void)door;
	printf("https://localhost:%u\n", port);
	(void)fflush(stdout);
}

static void ready(void *context)
{
	void (*then)(void) = *(void (**)(void))context;

	log_info("ready");
	if (then != NULL)
		then();
}

/* What links in letters begin with: never what a request says of itself. */
static bool url_setting(const struct cli_options *options, char url[static OP_URL_MAX])
{
	size_t len;

	if (options->url != NULL)
		(void)snprintf(url, OP_URL_MAX, "%s", options->url);
	else if (options->port == 443)
		(void)snprintf(url, OP_URL_MAX, "https://localhost");
	else
		(void)snprintf(url, OP_URL_MAX, "https://localhost:%u", options->port);
	len = strlen(url);
	if (strncmp(url, "https://", 8) != 0 || len == 8 || url[8] == '/' || strcspn(url, " #?\"<>\\") != len ||
	    (options->url != NULL && strlen(options->url) != len)) {
		(void)fprintf(stderr, "--url must be https://HOST[:PORT], at most %d characters\n", OP_URL_MAX - 1);
		return false;
	}
	while (url[len - 1] == '/')
		url[--len] = '\0';
	return true;
}

/* Every core reads the catalogue that was found good here. */
static bool catalog_setting(const struct cli_options *options, char folder[static BOOT_SETTING_MAX])
{
	REQUIRE(options->catalog != NULL);
	if (snprintf(folder, BOOT_SETTING_MAX, "%s", options->catalog) < BOOT_SETTING_MAX)
		return true;
	(void)fprintf(stderr, "the path of the catalogue is longer than %d characters\n", BOOT_SETTING_MAX - 1);
	return false;
}

/* Where ClamAV's daemon listens; that it does is not asked here: it may come later. */
static bool clamd_setting(const struct cli_options *options, char path[static BOOT_SETTING_MAX])
{
	const char *socket = options->clamd != NULL ? options->clamd : CLAMD_SOCKET;

	if (socket[0] == '/' && strlen(socket) < BOOT_SETTING_MAX && strlen(strrchr(socket, '/') + 1) > 0) {
		(void)snprintf(path, BOOT_SETTING_MAX, "%s", socket);
		return true;
	}
	(void)fprintf(stderr, "--clamd must be the whole path of a socket, from / on\n");
	return false;
}

/* Where mail and webhooks may go; the courier looks the names up. */
static bool allow_setting(const struct cli_options *options, char list[static BOOT_SETTING_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < options->allow_count; i++) {
		struct outward_place place;
		int more = snprintf(list + len, BOOT_SETTING_MAX - len, "%s%s", i == 0 ? "" : ",", options->allow[i]);

		if (!err_is_ok(outward_parse(bytes_str(options->allow[i]), &place)) || more < 0 || (size_t)more >= BOOT_SETTING_MAX - len) {
			(void)fprintf(stderr, "--allow must be HOST:PORT, all of them at most %d characters\n", BOOT_SETTING_MAX - 1);
			return false;
		}
		len += (size_t)more;
	}
	return true;
}

static bool relay_fits(const struct cli_options *options)
{
	const char *place = strstr(options->relay, "://");
	struct outward_place found;

	if ((strncmp(options->relay, "smtp://", 7) == 0 || strncmp(options->relay, "smtps://", 8) == 0) && strlen(options->relay) < 256 &&
	    err_is_ok(outward_parse(bytes_str(place + 3), &found)) && options->mail_from != NULL && mailtext_address(bytes_str(options->mail_from)))
		return true;
	(void)fprintf(stderr, "--relay must be smtp://HOST:PORT or smtps://HOST:PORT, with --mail-from ADDRESS\n");
	return false;
}

static bool outward_settings(const struct cli_options *options, struct boot_setting *settings, size_t *count)
{
	if (options->relay != NULL) {
		if (!relay_fits(options))
			return false;
		settings[*count] = (struct boot_setting){.name = "relay"};
		(void)snprintf(settings[(*count)++].value, BOOT_SETTING_MAX, "%s", options->relay);
		settings[*count] = (struct boot_setting){.name = "mail-from"};
		(void)snprintf(settings[(*count)++].value, BOOT_SETTING_MAX, "%s", options->mail_from);
	}
	if (options->allow_count == 0)
		return true;
	settings[*count] = (struct boot_setting){.name = "allow"};
	return allow_setting(options, settings[(*count)++].value);
}

int serve_run(const struct cli_options *options, const char *certificate, const char *key, const char *address, void (*then)(void))
{
	struct found found = {{0}};
	struct supervisor_compartment compartments[SUPERVISOR_COMPARTMENTS_MAX];
	struct boot_setting settings[SETTINGS_MAX] = {{.name = "url"}, {.name = "catalog"}, {.name = "checks"}, {.name = "clamd"}};
	char web_path[PATH_MAX], bounces[PATH_MAX];
	struct supervisor_door door = {
		.name = "main", .address = address, .port = options->port, .certificate = certificate, .private_key = key,
		.web = web_folder(options, web_path),
	};
	struct supervisor_config config = {
		.doors = &door, .door_count = 1, .compartments = compartments, .settings = settings,
		.setting_count = 4, .relay_ca = options->relay_ca, .relay_secret = options->relay_secret, .user_base = geteuid() == 0 ? SUPERVISOR_USER_BASE : 0,
		.listening = listening, .ready = ready, .context = &then,
	};
	err e;

	(void)snprintf(settings[2].value, sizeof(settings[2].value), "%s", options->on_demand ? "on-demand" : "scheduled");
	if (!url_setting(options, settings[0].value) || !catalog_setting(options, settings[1].value) ||
	    !clamd_setting(options, settings[3].value) || !outward_settings(options, settings, &config.setting_count))
		return CLI_USAGE;
	if (options->demo)
		settings[config.setting_count++] = (struct boot_setting){.name = "demo", .value = "yes"};
	e = find_all(options->dir, &found);
	if (err_is_ok(e) && found.count == 0) {
		log_error("%s holds no compartment; make one with `sekimori init`", options->dir);
		e = FAIL(NOT_FOUND);
	}
	for (size_t i = 0; i < found.count; i++)
		compartments[i] = (struct supervisor_compartment){found.names[i], found.paths[i]};
	config.compartment_count = found.count;
	config.probe = PROBE_NAME;
	if (options->relay != NULL && snprintf(bounces, sizeof(bounces), "%s/" BOUNCE_SOCKET, options->dir) < (int)sizeof(bounces))
		config.bounces = bounces;
	door.compartments = (const char *const *)found.names;
	door.compartment_count = found.count;
	if (err_is_ok(e))
		e = supervisor_run(&config);
	found_free(&found);
	return err_is_ok(e) ? CLI_DONE : CLI_WRONG;
}

int cli_serve(const struct cli_options *options)
{
	char certificate[PATH_MAX], key[PATH_MAX], catalog[PATH_MAX];
	struct cli_options serving = *options;

	if ((options->certificate == NULL || options->key == NULL) && !options->demo) {
		(void)fprintf(stderr, "serve needs --certificate FILE and --key FILE (PEM)\n");
		return CLI_USAGE;
	}
	if (!catalog_load(options, catalog))
		return CLI_USAGE;
	serving.catalog = catalog;
	if (options->certificate != NULL && options->key != NULL)
		return serve_run(&serving, options->certificate, options->key, options->address != NULL ? options->address : "::", NULL);
	if (!err_is_ok(crypto_start()) || !err_is_ok(serve_certificate(options->dir, certificate, key)))
		return CLI_WRONG;
	return serve_run(&serving, certificate, key, options->address != NULL ? options->address : "127.0.0.1", NULL);
}
