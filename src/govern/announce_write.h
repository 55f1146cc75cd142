/*
 * announce_write - writing an announcement and publishing it: the states of announce.h, each arrow an operation.
 */
#ifndef GOVERN_ANNOUNCE_WRITE_H
#define GOVERN_ANNOUNCE_WRITE_H

#include "govern/announce.h"

extern const struct op announce_write_file, announce_write_change, announce_write_propose, announce_write_publish, announce_write_withdraw,
    announce_write_consent;

#endif
