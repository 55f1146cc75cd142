/*
 * holiday - the national holidays of Japan, computed: 国民の祝日に関する法律 (昭和23年法律178号) as in force since 2016.
 *
 * The equinoxes are fixed by the official gazette a year ahead; until then the usual formula stands for them. What a later
 * law changes goes into the tables; a facility's own calendar can overrule any day at once.
 */
#ifndef BASE_HOLIDAY_H
#define BASE_HOLIDAY_H

#include <stdint.h>

#define HOLIDAY_YEAR_FIRST 2016
#define HOLIDAY_YEAR_LAST 2099

struct holiday {
	const char *ja, *en;
};

/* Article 2, substitute holidays (3.2) and citizens' holidays (3.3). date yyyymmdd; NULL: none, or outside of the years above. */
const struct holiday *holiday_find(int32_t date);

#endif
