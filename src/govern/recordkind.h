/*
 * recordkind - registers as catalog/registers.yaml describes them: which part of the program keeps each, and for those that people keep
 * who files and approves, for how long a record holds, and of which fields it consists.
 *
 * K1  Every register of controls.yaml is there exactly once, and no other.
 */
#ifndef GOVERN_RECORDKIND_H
#define GOVERN_RECORDKIND_H

#include "govern/describe.h"
#include "govern/form.h"
#include "govern/todo.h"

enum recordkind_share { RECORDKIND_OWN, RECORDKIND_NAMED, RECORDKIND_ALL };  /* to whom the provider sends what is in force */

struct recordkind {
	struct described described;
	bool entity;                    /* some other part of the program keeps it: no records, no fields */
	enum recordkind_share share;
	unsigned confirm;               /* roles of the customer that confirm a copy; `handle` of the description */
	enum grade grade;
	const struct form_field *title; /* shown in lists */
	int64_t valid_days;             /* how long an approved edition holds unless it says so itself; 0: without end */
	int64_t reminders_us[TODO_REMINDERS_MAX + 1];
	struct form form;
};

#define RECORDKIND "register"                   /* kind of their descriptions */
#define RECORDKIND_CUSTOMER "customer"          /* field that names to whom a record of a `named` register is sent */
#define RECORDKIND_SHARED_NAME_MAX 36           /* letters of a field's name that travels */

/* catalog/registers.yaml and, for titles and validity, controls.yaml. */
MUST_USE err recordkind_load(const char *folder, struct arena *arena);
/* How long before its end people are told to renew a record: the earliest of its reminders. */
int64_t recordkind_notice(const struct recordkind *kind);
const struct recordkind *recordkind_find(struct id description); /* NULL */
/* The descriptor by which its files are read: form_table of it with the columns of every register behind. Name "register:CODE". */
const struct entity *recordkind_table(const struct recordkind *kind);
const struct entity *recordkind_table_find(struct bytes name);   /* NULL */
enum { RECORDKIND_NUMBER, RECORDKIND_FROM, RECORDKIND_UNTIL, RECORDKIND_STATE, RECORDKIND_EDITION, RECORDKIND_COLUMNS };

#endif
