/*
 * ledger verify - offline: the tree against its signed heads, and every stored row's digest against the newest event
 * that wrote it. --dir is a compartment's folder, a folder of compartments, or an export in tlog-tiles layout.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/rows_int.h"
#include "entity/json.h"
#include "ledger/note.h"
#include "ledger/verify.h"
#include "op/compartment.h"

struct finding {
	const char *name;              /* of the compartment's folder */
	struct verify_report report;
	struct sweep_report rows;
	int64_t entries_us, rows_us;   /* what each part took */
	err e;
};

static bool genuine(const struct finding *f)
{
	return err_is_ok(f->e) && f->report.first_bad == UINT64_MAX && f->rows.bad == 0;
}

static void write_json(const struct finding *f)
{
	OWN(buf) text = {0};
	OWN(buf) root = {0};
	struct json json;

	err_ignore(base64_append(&root, (struct bytes){f->report.root, sizeof(f->report.root)})); /* then root is empty */
	json_init(&json, &text);
	json_object(&json, NULL);
	json_str(&json, "log", f->name);
	json_bool(&json, "genuine", genuine(f));
	json_int(&json, "entries", (int64_t)f->report.entries);
	json_int(&json, "heads", (int64_t)f->report.heads);
	json_text(&json, "root", bytes_of(&root));
	if (f->report.first_bad != UINT64_MAX) {
		json_int(&json, "first_bad", (int64_t)f->report.first_bad);
		json_str(&json, "what", f->report.what);
	} else {
		json_null(&json, "first_bad");
	}
	json_int(&json, "entries_us", f->entries_us);
	json_int(&json, "rows", (int64_t)f->rows.rows);
	json_int(&json, "rows_us", f->rows_us);
	json_int(&json, "bad_rows", (int64_t)f->rows.bad);
	if (f->rows.bad > 0)
		json_str(&json, "first_bad_row", f->rows.what);
	if (!err_is_ok(f->e))
		json_str(&json, "error", err_row(f->e)->name);
	json_object_end(&json);
	printf("%.*s\n", (int)text.len, (const char *)text.ptr);
}

static void write_text(const struct finding *f)
{
	if (!err_is_ok(f->e))
		printf("%s: cannot be verified: %s\n", f->name,
		    err_is(f->e, ERR_UNAVAILABLE) ? "it cannot be opened; stop the server that serves it first" : err_row(f->e)->en);
	else if (f->report.first_bad != UINT64_MAX)
		printf("%s: NOT GENUINE at entry %llu: %s\n", f->name, (unsigned long long)f->report.first_bad, f->report.what);
	else
		printf("%s: %llu entries and %llu signed heads agree\n", f->name, (unsigned long long)f->report.entries,
		    (unsigned long long)f->report.heads);
	if (err_is_ok(f->e) && f->rows.bad > 0)
		printf("%s: %llu of %llu rows DIFFER from the ledger, first %s\n", f->name, (unsigned long long)f->rows.bad,
		    (unsigned long long)f->rows.rows, f->rows.what);
	else if (err_is_ok(f->e))
		printf("%s: %llu rows agree with the ledger\n", f->name, (unsigned long long)f->rows.rows);
}

static bool join(char out[static PATH_MAX], const char *a, const char *b)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", a, b);

	return len > 0 && len < PATH_MAX;
}

static bool exists(const char *directory, const char *name)
{
	char path[PATH_MAX];

	return join(path, directory, name) && access(path, F_OK) == 0;
}

static int tell(const struct cli_options *options, const struct finding *f)
{
	if (options->json)
		write_json(f);
	else
		write_text(f);
	return genuine(f) ? CLI_DONE : CLI_WRONG;
}

static int verify_compartment(const struct cli_options *options, const char *directory)
{
	struct finding f = {
		.name = strrchr(directory, '/') != NULL ? strrchr(directory, '/') + 1 : directory,
		.report.first_bad = UINT64_MAX,
	};
	int64_t begun;
	struct note_key key;
	char database[PATH_MAX], heads[PATH_MAX];

	f.e = join(database, directory, "core/" COMPARTMENT_DATABASE) && join(heads, directory, "core/" COMPARTMENT_HEADS) ?
	    OK : FAIL(TOO_LARGE);
	if (err_is_ok(f.e))
		f.e = rows_open(directory, &key);
	begun = clock_mono_us();
	if (err_is_ok(f.e))
		f.e = verify_database(database, access(heads, F_OK) == 0 ? heads : NULL, &key, rows_visit, NULL, &f.report);
	f.entries_us = clock_mono_us() - begun;
	if (err_is_ok(f.e) && f.report.first_bad == UINT64_MAX)
		f.e = rows_compare(database, &f.rows);
	f.rows_us = clock_mono_us() - begun - f.entries_us;
	rows_close();
	return tell(options, &f);
}

static int verify_folder(const struct cli_options *options)
{
	DIR *dir = opendir(options->dir);
	struct dirent *entry;
	int status = CLI_DONE;
	bool any = false;

	if (dir == NULL)
		return CLI_WRONG;
	while ((entry = readdir(dir)) != NULL) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.' || !join(path, options->dir, entry->d_name) ||
		    !exists(path, "core/" COMPARTMENT_DATABASE))
			continue;
		any = true;
		if (verify_compartment(options, path) != CLI_DONE)
			status = CLI_WRONG;
	}
	(void)closedir(dir);
	if (!any) {
		(void)fprintf(stderr, "%s holds no compartment\n", options->dir);
		return CLI_WRONG;
	}
	return status;
}

/* The key that was given, else the one that lies in the folder: then only whoever knows it from elsewhere knows whose heads these are. */
static err export_key(const struct cli_options *options, struct note_key *key_out)
{
	char path[PATH_MAX], line[512] = "";
	FILE *file;
	bool got;

	if (options->vkey != NULL)
		return note_vkey_parse(bytes_str(options->vkey), key_out);
	if (!join(path, options->dir, "vkey"))
		return FAIL(TOO_LARGE);
	file = fopen(path, "re");
	if (file == NULL)
		return FAIL(NOT_FOUND);
	got = fgets(line, sizeof(line), file) != NULL;
	(void)fclose(file); /* only read */
	line[strcspn(line, "\n")] = '\0';
	return got ? note_vkey_parse(bytes_str(line), key_out) : FAIL(INVALID);
}

static int verify_taken(const struct cli_options *options)
{
	struct finding f = {.name = options->dir, .report.first_bad = UINT64_MAX};
	struct note_key key;

	f.e = export_key(options, &key);
	if (err_is_ok(f.e))
		f.e = verify_export(options->dir, &key, &f.report);
	else if (err_is(f.e, ERR_NOT_FOUND))
		f.e = verify_export(options->dir, NULL, &f.report);
	if (!options->json && options->vkey == NULL)
		printf("%s: the key %s\n", f.name, err_is_ok(f.e) ? "is the one in the folder: compare it with the one you know, or give it with --vkey" : "was not given");
	return tell(options, &f);
}

int cli_ledger(const struct cli_options *options)
{
	if (options->sub == NULL || strcmp(options->sub, "verify") != 0) {
		(void)fprintf(stderr, "usage: sekimori ledger verify DIR [--vkey KEY] [--json]\n");
		return CLI_USAGE;
	}
	if (!err_is_ok(crypto_start()) || !err_is_ok(compartment_start()))
		return CLI_WRONG;
	if (exists(options->dir, "core/" COMPARTMENT_DATABASE))
		return verify_compartment(options, options->dir);
	if (exists(options->dir, "checkpoint"))
		return verify_taken(options);
	return verify_folder(options);
}
