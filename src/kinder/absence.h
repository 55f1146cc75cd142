/*
 * absence - that a child will be absent, late or leave early on a day.
 */
#ifndef KINDER_ABSENCE_H
#define KINDER_ABSENCE_H

#include "op/op.h"

enum absence_kind { ABSENCE_ABSENCE, ABSENCE_LATE, ABSENCE_EARLY };

struct absence {
	struct row row;
	struct id child;
	struct id facility;
	int32_t date;
	int32_t kind;                 /* enum absence_kind */
	struct bytes reason;
	int64_t reported_at;
	struct id reporter;           /* account */
	struct bytes reporter_name;
};

extern const struct entity absence_entity;
extern const struct statement absence_apart;
extern const struct op absence_list;
extern const struct op absence_report;

#endif
