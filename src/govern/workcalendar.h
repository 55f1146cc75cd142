/*
 * workcalendar - the calendar of closed days of this compartment, in editions: who set it, from when it counts.
 *
 * K1  An edition is never changed. A new one begins after the day on which it is decided (W1 of worktime.h), so nothing that has been
 *     counted is ever counted otherwise.
 */
#ifndef GOVERN_WORKCALENDAR_H
#define GOVERN_WORKCALENDAR_H

#include "govern/worktime.h"
#include "op/op.h"

#define WORKCALENDAR_EDITIONS_MAX 200

extern const struct entity workcalendar_entity;
extern const struct op workcalendar_list, workcalendar_change, workcalendar_measure;

MUST_USE err workcalendar_start(void);
/* All editions and the contract's days of the week; in the arena. */
MUST_USE err workcalendar_read(struct row_context *c, struct worktime *calendar_out);

#endif
