/*
 * import_rollover - the first of April: who goes up into which class, who graduates, who leaves, who comes.
 *
 * Every row is about a child that is enrolled; one that comes from elsewhere (転入) is enrolled by a roster before.
 */
#ifndef KINDER_IMPORT_ROLLOVER_H
#define KINDER_IMPORT_ROLLOVER_H

#include "entity/entity.h"

extern const struct entity import_rollover_form;

#endif
