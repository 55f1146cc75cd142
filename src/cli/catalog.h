/* catalog - where catalog/ is, and that it can be relied on; what `serve`, `demo` and `init` begin with. */
#ifndef CLI_CATALOG_H
#define CLI_CATALOG_H

#include <limits.h>

#include "cli/cli.h"

/* --catalog, else beside the program or where it is installed: loaded and compared with the program. false: said what is wrong. */
bool catalog_load(const struct cli_options *options, char folder_out[static PATH_MAX]);

#endif
