/*
 * campaignkind - campaigns as catalog/campaigns.yaml describes them: who gets a task, what is to be done, by when, and what follows.
 *
 * No code knows a campaign by its name.
 */
#ifndef GOVERN_CAMPAIGNKIND_H
#define GOVERN_CAMPAIGNKIND_H

#include "govern/describe.h"
#include "govern/form.h"
#include "govern/todo.h"

enum campaignkind_task { CAMPAIGNKIND_ACCOUNTS, CAMPAIGNKIND_CONFIRM };
enum campaignkind_per { CAMPAIGNKIND_FACILITY, CAMPAIGNKIND_COMPARTMENT, CAMPAIGNKIND_ACCOUNT };

struct campaignkind_unit {
	enum campaignkind_per per;
	unsigned by;                    /* roles that have the task */
	unsigned examines;              /* CAMPAIGNKIND_ACCOUNTS: whose accounts */
};

#define CAMPAIGNKIND_UNITS_MAX 4
#define CAMPAIGNKIND_VALUES_MAX 20

struct campaignkind_value { const char *field, *source; };

struct campaignkind {
	struct described described;
	enum campaignkind_task task;
	struct campaignkind_unit units[CAMPAIGNKIND_UNITS_MAX];
	size_t unit_count;
	int64_t due_us, every_us;       /* every 0: only by hand */
	int64_t reminders_us[TODO_REMINDERS_MAX + 1];
	unsigned escalate;
	struct describe_words text;
	struct form form;
	const char *pass_field;         /* NULL: every answer passes */
	int64_t pass_min;
	bool hold;
	int64_t hold_after_us;
	const char *register_code;      /* NULL: files no record */
	struct campaignkind_value values[CAMPAIGNKIND_VALUES_MAX];
	size_t value_count;
};

#define CAMPAIGNKIND "campaign"         /* kind of their descriptions */
#define CAMPAIGNKIND_MAX 64

MUST_USE err campaignkind_load(const char *folder, struct arena *arena);
const struct campaignkind *campaignkind_find(struct id description);    /* NULL: retired, or none */
const struct campaignkind *campaignkind_at(size_t index);               /* NULL past the end */
/* All accounts that some unit for the whole compartment examines are examined there alone. */
unsigned campaignkind_elsewhere(const struct campaignkind *kind, size_t unit);

#endif
