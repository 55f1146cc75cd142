#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "op/op.h"

#include "cli/catalog.h"

static bool holds_catalogue(const char *folder)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/controls.yaml", folder) < (int)sizeof(path) && access(path, R_OK) == 0;
}

static bool beside_program(char folder_out[static PATH_MAX])
{
	static const char *const beside[] = {"../catalog", "catalog", "../share/sekimori/catalog"};
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len <= 0)
		return false;
	program[len] = '\0';
	*strrchr(program, '/') = '\0';
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
		if (snprintf(folder_out, PATH_MAX, "%s/%s", program, beside[i]) < PATH_MAX && holds_catalogue(folder_out))
			return true;
	return false;
}

bool catalog_load(const struct cli_options *options, char folder_out[static PATH_MAX])
{
	char folder[PATH_MAX];

	if (options->catalog != NULL)
		(void)snprintf(folder, sizeof(folder), "%s", options->catalog);
	else if (!beside_program(folder))
		(void)snprintf(folder, sizeof(folder), "catalog");
	if (realpath(folder, folder_out) == NULL) {
		(void)fprintf(stderr, "there is no catalogue in %s; name its folder with --catalog\n", folder);
		return false;
	}
	return err_is_ok(op_load(folder_out));
}
