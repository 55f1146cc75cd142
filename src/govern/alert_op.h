/*
 * alert_op - what people do about alerts: see, take, hand on, judge, close; silence a rule for a while.
 */
#ifndef GOVERN_ALERT_OP_H
#define GOVERN_ALERT_OP_H

#include "op/op.h"

extern const struct op alert_op_list;          /* GET /v1/alerts */
extern const struct op alert_op_see;           /* GET /v1/alerts/{alert} */
extern const struct op alert_op_acknowledge;   /* POST /v1/alerts/{alert}/acknowledge */
extern const struct op alert_op_assign;        /* POST /v1/alerts/{alert}/assign */
extern const struct op alert_op_judge;         /* POST /v1/alerts/{alert}/judge */
extern const struct op alert_op_close;         /* POST /v1/alerts/{alert}/close */
extern const struct op alert_op_rules;     /* GET /v1/alert-rules */
extern const struct op alert_op_silence;  /* POST /v1/alert-rules/{rule}/silence */

MUST_USE err alert_op_start(void);

#endif
