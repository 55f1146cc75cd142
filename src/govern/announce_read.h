/*
 * announce_read - what people see of announcements: on their screen, in lists, before they sign in.
 */
#ifndef GOVERN_ANNOUNCE_READ_H
#define GOVERN_ANNOUNCE_READ_H

#include "govern/announce.h"

extern const struct op announce_read_kinds, announce_read_list, announce_read_see, announce_read_current, announce_read_public, announce_read_sign_in;

MUST_USE err announce_read_start(void);
/* The members of one announcement; the object is open. */
MUST_USE err announce_read_put(struct call *call, const struct announce *announce);
extern const struct field announce_read_output[];

#endif
