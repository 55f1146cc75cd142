/*
 * facility - a kindergarten of the city; the columns are those of the national open-data list 子育て施設一覧.
 */
#ifndef KINDER_FACILITY_H
#define KINDER_FACILITY_H

#include "op/op.h"

enum facility_state { FACILITY_OPEN, FACILITY_CLOSED };

struct facility {
	struct row row;
	struct bytes municipality_code;
	struct bytes code;
	struct bytes municipality;
	struct bytes name;
	struct bytes kind;
	struct bytes address;
	struct bytes latitude;
	struct bytes longitude;
	struct bytes telephone;
	int64_t capacity;         /* 0: not known */
	struct bytes accepted_ages;
	struct bytes opens;       /* HH:MM */
	struct bytes closes;
	struct bytes operator;
	struct bytes url;
	struct bytes notes;
	struct bytes cut_off;     /* HH:MM, until when guardians report for a day; see cutoff.h */
	int32_t state;            /* enum facility_state */
	bool probe;               /* made for checks; never set by anybody who signs in */
};

#define FACILITY_INNER_FIELDS 3 /* the last ones, which no file and no form of the facility's data brings */

extern const struct entity facility_entity;
extern const struct statement facility_children;
extern const struct op facility_list;
extern const struct op facility_see;
extern const struct op facility_open;
extern const struct op facility_hours;
extern const struct op facility_close;
extern const struct op facility_reopen;

/* The rules beyond type and length; values in the order of facility_entity.fields. False: problems has entries. */
bool facility_check(const struct value *values, struct problems *problems);
bool facility_telephone(struct bytes text); /* 011-511-0447, 09012345678 */
bool facility_time(struct bytes text); /* H:MM or HH:MM, 0:00 to 24:00 */

#endif
