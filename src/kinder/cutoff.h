/*
 * cutoff - until when a guardian may report for a day, Japanese time.
 */
#ifndef KINDER_CUTOFF_H
#define KINDER_CUTOFF_H

#include "base/bytes.h"

#define CUTOFF_DEFAULT "08:30"

bool cutoff_fits(struct bytes text); /* HH:MM, 00:00 to 23:59 */
/* From the cut-off of the date on it is over, and for good. date yyyymmdd; cut_off as above, else the default stands for it. */
bool cutoff_over(int32_t date, struct bytes cut_off, int64_t now_us);

#endif
