/*
 * contract - what the customer and the provider agreed on: which annexes apply, and numbers that are stricter than the product's.
 *
 * The compartment has one row; a facility may have one of its own (the ones made for checks have, with limits short enough to be
 * waited for). G1 Of several numbers the strictest holds, the product's own among them; none given = the product's.
 * G2 A change takes effect within CONTRACT_FRESH_US everywhere, in sessions that exist too: each thread keeps the numbers that long,
 * so that no request asks for them. ID-3 ID-11
 */
#ifndef OP_CONTRACT_H
#define OP_CONTRACT_H

#include "op/op.h"

#define CONTRACT_FRESH_US ((int64_t)1000000)
#define CONTRACT_ROWS_MAX 64
#define CONTRACT_ANNEXES_MAX 60

struct contract {
	struct row row;
	struct id facility;          /* zero: the compartment's */
	struct bytes annexes;        /* "K P": ids of catalogues */
	int32_t started;
	int64_t session_idle_s;      /* 0: the product's, by role; so the next two */
	int64_t session_total_s;
	int64_t lock_attempts;
	int64_t closed_weekdays;     /* bit 0 Sunday … bit 6 Saturday */
	struct bytes contact;
	struct bytes witness;        /* key of the city's witness, "" none */
	int64_t notice_end_months, notice_change_days, notice_terms_months; /* how long before the provider announces; 0: the product's own */
	int64_t first_reply_hours;   /* until an inquiry is answered; 0: the product's own */
	int32_t clock_reading;       /* of such hours: 0 their sum, 1 until the end of so many days */
};

/* 0: nothing is agreed. */
struct contract_limits {
	int64_t idle_us, total_us;
	int64_t lock_attempts;
	int64_t closed_weekdays;     /* the facility's, else the compartment's */
};

extern const struct entity contract_entity;
extern const struct entity *const contract_entities[]; /* ends with NULL */
extern const struct op *const contract_ops[];          /* ends with NULL */

MUST_USE err contract_start(void);
/* What holds at a facility (zero: nowhere in particular). */
MUST_USE err contract_limits(struct call *call, struct id facility, struct contract_limits *limits_out);
/* The row of a facility, zero: the compartment's. NOT_FOUND: there is none. */
MUST_USE err contract_of(struct row_context *c, struct id facility, struct contract *contract_out);
/* Makes or replaces the row of contract->facility; its own id and version need not be known. */
MUST_USE err contract_put(struct row_context *c, const struct contract *contract);
/* "K P": one to eight capitals and digits each, one space between, none twice; "" is none. */
bool contract_annexes_fit(struct bytes annexes);
/* Before threads: who knows the catalogues. Without that, every well-formed one is taken for known. */
void contract_catalogue(bool (*known)(struct bytes catalogue));
bool contract_annexes_known(struct bytes annexes);
/* Is this catalogue one of them? */
bool contract_names(struct bytes annexes, struct bytes catalogue);

#endif
