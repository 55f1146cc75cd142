/* serve_int - what `serve` and `demo` share. */
#ifndef CLI_SERVE_INT_H
#define CLI_SERVE_INT_H

#include <limits.h>

#include "cli/cli.h"

/* A self-signed certificate in dir, made when there is none. */
MUST_USE err serve_certificate(const char *dir, char certificate_out[static PATH_MAX], char key_out[static PATH_MAX]);
/* Serves until SIGTERM; exit status. options->catalog: the folder that catalog_load has loaded. then (may be NULL) is called once when everything is ready. */
int serve_run(const struct cli_options *options, const char *certificate, const char *key, const char *address, void (*then)(void));

#endif
