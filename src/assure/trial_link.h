/*
 * trial_link - a run's word with `prove`, which started it: questions and what they are answered.
 */
#ifndef ASSURE_TRIAL_LINK_H
#define ASSURE_TRIAL_LINK_H

#include "assure/provewire.h"
#include "assure/trial_int.h"

/* UNAVAILABLE: `prove` is gone or does not take it. */
MUST_USE err trial_link_say(struct trial *trial, const struct provewire *frame);
/* Says it and waits for an answer of that kind. reply_out borrows from trial->message until the next question. */
MUST_USE err trial_link_ask(struct trial *trial, const struct provewire *frame, enum provewire_kind kind, struct provewire *reply_out);

#endif
