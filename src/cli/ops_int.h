/* ops_int - what the printing subcommands share. */
#ifndef CLI_OPS_INT_H
#define CLI_OPS_INT_H

#include "base/bytes.h"

/* text to standard output; exit status. */
int ops_print(err e, const struct buf *text);

#endif
