/*
 * tilepath - the part of a tlog-tiles address behind /tile/: 0/x001/x234/067, 1/005.p/17, entries/x001/000.
 */
#ifndef LEDGER_TILEPATH_H
#define LEDGER_TILEPATH_H

#include "base/bytes.h"

#define TILEPATH_MAX 64
#define TILEPATH_LEVEL_MAX 63
#define TILEPATH_NUMBER_MAX ((UINT64_C(1) << 56) - 1) /* 2^64 leaves fill no more tiles */

struct tilepath {
	bool entries;     /* an entry bundle; level is 0 then */
	unsigned level;   /* 0..63 */
	uint64_t number;
	unsigned width;   /* 1..256; 256 = full, written without .p/ */
};

/* INVALID: not exactly what tilepath_format writes. */
MUST_USE err tilepath_parse(struct bytes text, struct tilepath *path_out);
/* The fields must be within the limits above. */
void tilepath_format(const struct tilepath *path, char text_out[static TILEPATH_MAX]);

#endif
