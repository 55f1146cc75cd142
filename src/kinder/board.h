/*
 * board - who is there today: the children of a facility or class with what was reported and recorded for a day.
 */
#ifndef KINDER_BOARD_H
#define KINDER_BOARD_H

#include "kinder/calendar.h"
#include "kinder/child.h"
#include "kinder/day.h"
#include "kinder/facility.h"

struct board {
	struct gather_scope scope;
	struct facility facility;
	struct calendar_day day;
	struct gather classes;     /* own first, then by age */
	struct gather own;         /* staff: classes they have */
	struct gather children;    /* by reading */
	struct day_book book;
};

struct board_child {
	const struct child *child;
	const struct absence *absence;       /* NULL: none */
	const struct attendance *in, *out;
};

extern const struct op board_see;

MUST_USE err board_start(void);

/* A fixed number of statements, however many children. class zero: all. NOT_FOUND: the class is not the facility's. */
MUST_USE err board_read(struct call *call, struct id facility, struct id class, int32_t date, struct board *board_out);
int32_t board_date(const struct call *call); /* the input `date`, else today */
bool board_own(const struct board *board, struct id class);
void board_child(const struct board *board, const struct child *child, struct board_child *child_out);
void board_tally(const struct board *board, struct id class, struct day_tally *tally_out);
/* Children that have come and have no class yet stand under a class of this name without an id. */
bool board_has_classless(const struct board *board);
struct bytes board_classless(enum language language);

#endif
