/*
 * campaign - something that everybody in a scope has to do by a date: access reviews, trainings, whatever catalog/campaigns.yaml describes.
 *
 *   (by hand, or by the clock) campaign_begin ─▶ running ─campaign_turn: tasks, one for each unit or person─▶ … ─all done─▶ closed
 *                                                  └────────────────── closed by hand: open tasks are void ────────────────▶ closed
 *   task: open ─campaign_task finish─▶ done (files a record)     open ─after the date, where the description says so─▶ held until done
 *
 * A1  A task waits on the desk of those who have it (todo.h): reminders and escalation are that mechanism's.
 * A2  A review is finished only when every account that its unit has at that moment has a decision; nobody decides on the own account.
 * A3  What is spread, held or closed is so in small commits that can be taken up again after a crash: nothing is done twice.
 * A4  Real campaigns are about real people and facilities, those of checks about what is made for checks. P1 of access.h
 */
#ifndef GOVERN_CAMPAIGN_H
#define GOVERN_CAMPAIGN_H

#include "govern/campaignkind.h"
#include "op/job.h"

enum campaign_state { CAMPAIGN_RUNNING, CAMPAIGN_CLOSED };                      /* all of them only grow: */
enum campaign_task_state { CAMPAIGN_TASK_OPEN, CAMPAIGN_TASK_DONE, CAMPAIGN_TASK_VOID }; /* stored as numbers */
enum campaign_decision { CAMPAIGN_KEEP, CAMPAIGN_CHANGE, CAMPAIGN_DELETE };
enum campaign_acted { CAMPAIGN_ACTED_NONE, CAMPAIGN_ACTED_DONE, CAMPAIGN_ACTED_OPEN };

struct campaign {
	struct row row;
	struct id description, facility;
	bool probe;
	struct id opener;               /* zero: the clock */
	struct bytes origin;
	int64_t number;
	struct bytes title, note;
	int32_t state;
	int64_t started_at, due_at, closed_at;
	int64_t unit;                   /* the tasks of which unit are being made, */
	struct id cursor;               /* behind which facility or account */
	bool spread;                    /* all are made */
	int64_t total, done;
};

struct campaign_task {
	struct row row;
	struct id campaign, description, facility;
	bool probe;
	struct id account;              /* who has it; zero: whoever holds one of the roles */
	int64_t roles;
	int64_t unit;
	int32_t state;
	int64_t started_at, due_at, done_at;
	struct id done_by;
	int64_t hold_at, held_at;       /* 0: never, not yet */
	int64_t examined, kept, changed, deleted;
	struct bytes body;              /* the answers */
	struct id record;
};

struct campaign_item {
	struct row row;
	struct id task, account;
	int32_t decision, acted;
	struct bytes note;
	struct id by;
	int64_t at;
};

#define CAMPAIGN_TODO "campaign-task"    /* kind of what waits for those who have a task */
#define CAMPAIGN_TITLE_MAX 120
#define CAMPAIGN_NOTE_MAX 500

extern const struct entity campaign_entity, campaign_task_entity, campaign_item_entity;
extern const char *const campaign_decisions[], *const campaign_states[], *const campaign_task_states[], *const campaign_acts[];
extern const struct job_kind campaign_turn;

MUST_USE err campaign_start(void);
/* title may be empty: made of the kind's and the month. opener zero: the clock. In any apply or step function. */
struct campaign_spec {
	const struct campaignkind *kind;
	bool probe;
	struct id opener;
	struct bytes title, note;
	int64_t due_us;                 /* 0: as described */
};
MUST_USE err campaign_begin(struct row_context *c, const struct campaign_spec *spec, int64_t now_us, struct campaign *campaign_out);
/* The task is done, its place on the desk too; the campaign counts it. */
MUST_USE err campaign_done(struct row_context *c, struct campaign_task *task, int64_t now_us);
/* Does the account belong to what the task examines? */
MUST_USE err campaign_examines(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, struct id account,
    int64_t now_us, bool *examines_out);
/* The accounts behind a cursor that the task examines, in order of id. */
MUST_USE err campaign_accounts(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, struct id cursor,
    int64_t now_us, struct id *list_out, size_t max, size_t *count_out);
/* How many accounts it examines, how many of them nobody has decided on, and how often each decision stands. */
struct campaign_counts { int64_t accounts, open, decided[CAMPAIGN_DELETE + 1]; };
MUST_USE err campaign_count(struct row_context *c, const struct campaignkind *kind, const struct campaign_task *task, int64_t now_us,
    struct campaign_counts *counts_out);
/* NOT_FOUND: nobody has decided yet. */
MUST_USE err campaign_item_of(struct row_context *c, struct id task, struct id account, struct campaign_item *item_out);

#endif
