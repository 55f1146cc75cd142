/*
 * absence - that a child will be absent, late or leave early on a day.
 *
 *   active ──absence_withdraw──▶ withdrawn
 *
 * Guardians report and withdraw until the facility's cut-off of the day; after it they are asked to call. What was said by
 * telephone stands in the guardian's name, and who took it stands beside.
 */
#ifndef KINDER_ABSENCE_H
#define KINDER_ABSENCE_H

#include "op/op.h"

enum absence_kind { ABSENCE_ABSENCE, ABSENCE_LATE, ABSENCE_EARLY };
enum absence_state { ABSENCE_ACTIVE, ABSENCE_WITHDRAWN };

struct absence {
	struct row row;
	struct id child;
	struct id facility;
	int32_t date;
	int32_t kind;                 /* enum absence_kind */
	struct bytes reason;
	struct bytes fetch;           /* who comes for the child, when it leaves early */
	int64_t reported_at;
	struct id reporter;           /* account in whose name */
	struct bytes reporter_name;
	int32_t state;                /* enum absence_state */
	bool telephone;
	struct id guardianship;       /* telephone: the reporter's */
	struct id taken_by;           /* telephone: account of who wrote it down */
	struct bytes taken_by_name;
	int64_t withdrawn_at;
	struct id withdrawn_by;
	struct bytes withdrawn_by_name;
	struct bytes withdraw_reason;
};

extern const struct entity absence_entity;
extern const struct statement absence_apart;
extern const struct op absence_list;
extern const struct op absence_report;
extern const struct op absence_withdraw;

#endif
