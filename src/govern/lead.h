/*
 * lead - how long before its day something must be announced: pure arithmetic on dates of Japan.
 *
 * L1  A lead is never shortened by a month that ends early: six months from 31 August are over on 1 March, not on 28 February.
 * L2  Of several leads the one that ends last holds, so a contract makes a lead longer and never shorter.
 * L3  What is minor, or about security, goes at once; everything else before its first day only with the customer's consent to that day.
 */
#ifndef GOVERN_LEAD_H
#define GOVERN_LEAD_H

#include "base/bytes.h"

#define LEAD_MONTHS_MAX 60
#define LEAD_DAYS_MAX 1825
#define LEAD_TEXT_MAX 32

/* One of the two numbers is 0; both: at once. */
struct lead {
	int32_t months, days;
	bool firm;                      /* L3 does not hold: the end of a service is never minor */
};

enum lead_urgency { LEAD_NORMAL, LEAD_MINOR, LEAD_SECURITY };

struct lead_case {
	const struct lead *leads;       /* all that match; none: at once */
	size_t count;
	enum lead_urgency urgency;
	int32_t published;              /* the day on which it is announced */
	int32_t consented;              /* the day to which the customer has agreed; 0: none */
};

/* "6mo", "14d", "0". INVALID: anything else, or more than the limits above. */
MUST_USE err lead_parse(struct bytes text, struct lead *lead_out);
/* The first day on which it may take effect; 0: `published` is no date, or the day lies beyond the calendar. */
int32_t lead_first(struct lead lead, int32_t published);
/* The same for a case, by L2 and L3. A day agreed to counts only if it is not before the day of the announcement. */
int32_t lead_case_first(const struct lead_case *of);
/* In words: "6か月前まで", "14 days ahead", "すぐ". */
void lead_words(struct lead lead, bool english, char text_out[static LEAD_TEXT_MAX]);

#endif
