/*
 * core_post - a core's word with `post`: its letters go out, those of other compartments come in.
 *
 * What is under way is known in memory only; a letter stays `waiting` until its answer has come. To each place few are under way at once, of
 * one object one at a time (O1 of govern/post.h); a place that is not there is left alone for a while, without a word in the record.
 */
#ifndef PROC_CORE_POST_H
#define PROC_CORE_POST_H

#include "proc/core_teller.h"

/* As core_teller_start. */
MUST_USE err core_post_start(const struct compartment *compartment, struct engine *engine, int channel, struct core_teller **out);

#endif
