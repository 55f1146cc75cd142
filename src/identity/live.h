/*
 * live - the sessions that are running: looked at, ended one by one or all at once.
 */
#ifndef IDENTITY_LIVE_H
#define IDENTITY_LIVE_H

#include "op/op.h"

extern const struct op live_list;      /* GET /v1/sessions */
extern const struct op live_end;       /* POST /v1/sessions/{session}/end */
extern const struct op live_end_all;   /* POST /v1/sessions/end-all */

#endif
