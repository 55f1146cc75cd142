/*
 * import_facility - a city's list of facilities. Identity of a row is the municipality's code and the facility's ID.
 * The state of a facility is never taken from a file: closing asks for approval.
 */
#ifndef KINDER_IMPORT_FACILITY_H
#define KINDER_IMPORT_FACILITY_H

#include "kinder/import_kind.h"

MUST_USE err import_facility_start(void);

#endif
