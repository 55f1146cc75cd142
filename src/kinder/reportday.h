/*
 * reportday - for which days an absence can be reported.
 */
#ifndef KINDER_REPORTDAY_H
#define KINDER_REPORTDAY_H

#include <stdbool.h>
#include <stdint.h>

#define REPORTDAY_AHEAD 366    /* days */
#define REPORTDAY_BACK_STAFF 7 /* what was told by telephone and is written down later */

enum reportday { REPORTDAY_FITS, REPORTDAY_PAST, REPORTDAY_FAR };

/* Both yyyymmdd, Japanese time. */
enum reportday reportday_check(int32_t date, int32_t today, bool guardian);

#endif
