/*
 * desk - what waits for whoever asks: things to do, changes to approve, notices not seen.
 */
#ifndef GOVERN_DESK_H
#define GOVERN_DESK_H

#include "op/op.h"

#define DESK_ITEMS_MAX 200      /* of things to do, and of changes; the counts say how many there are */

extern const struct op desk_see;    /* GET /v1/desk */
extern const struct op desk_count;  /* GET /v1/desk/count */

extern const struct statement *const desk_statements[]; /* derived by desk_start; ends with NULL */

MUST_USE err desk_start(void);

#endif
