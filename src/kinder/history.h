/*
 * history - who looked at a child's data or changed it: the ledger's events about the child, told to its guardians and its principal.
 *
 * The child is whom the record is about: guardians see all of it, from before their own link too.
 * V1  To guardians: what was done, not what was refused. Nothing of a guardian whose link is not in force, nor of the
 *     writing of such a link; the name of such a person is not told in any other role either.
 * V2  To principals: what happened at their facility, refusals too.
 * V3  Reading the history is an event like any other; one's own reading of it is left out of what one is shown.
 */
#ifndef KINDER_HISTORY_H
#define KINDER_HISTORY_H

#include "op/op.h"

extern const struct op history_child;
extern const struct op history_child_proof;

extern const struct statement history_linked, history_link;

#endif
