/*
 * import_roster - a facility's children and their guardians.
 *
 * A row is about the child with its number; one without a number yet is known by name and date of birth. Children whom
 * the file does not name stay as they are.
 */
#ifndef KINDER_IMPORT_ROSTER_H
#define KINDER_IMPORT_ROSTER_H

#include "entity/entity.h"

extern const struct entity import_roster_form;

#endif
