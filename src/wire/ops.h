/*
 * ops - the table of operations as seen from the wire: both ends of a channel must have the same.
 */
#ifndef WIRE_OPS_H
#define WIRE_OPS_H

#include "base/err.h"

#include <stdint.h>

/* SHA-256 over ids, methods, paths, inputs and limits of ops[], in order. UNAVAILABLE. */
MUST_USE err wire_ops_digest(uint8_t out[static 32]);

#endif
