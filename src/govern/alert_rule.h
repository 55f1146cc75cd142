/*
 * alert_rule - catalog/alerts.yaml: what raises an alert, whose it is, and by when.
 *
 * Rules are data: an event, a time limit, a check, a job, a letter or a file fits one by what the rule says, never by its code.
 */
#ifndef GOVERN_ALERT_RULE_H
#define GOVERN_ALERT_RULE_H

#include "govern/describe.h"
#include "ledger/event.h"

#define ALERT_RULE_MAX 128
#define ALERT_RULE_OPERATIONS 16
#define ALERT_RULE_SHARED 12            /* rules that may be about one operation */
#define ALERT_RULE_COUNT_MAX 1000
#define ALERT_RULE_WITHIN_MAX_S 3600
#define ALERT_RULE_SILENCE_MAX_S (7 * 86400)
#define ALERT_TODO "alert-handle"       /* kind of what there is to do about an alert; no rule is about it */

enum alert_on { ALERT_ON_EVENT, ALERT_ON_TODO, ALERT_ON_CHECK, ALERT_ON_SCHEDULE, ALERT_ON_LETTER, ALERT_ON_UPLOAD, ALERT_ON_COUNT };
enum alert_severity { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL };
enum alert_by { ALERT_BY_COMPARTMENT, ALERT_BY_FACILITY, ALERT_BY_ACTOR, ALERT_BY_OBJECT };
enum alert_outcome { ALERT_DONE, ALERT_REFUSED, ALERT_ANY };

struct alert_rule {
	struct described described;
	struct id description;
	enum alert_severity severity;
	struct describe_words words;
	enum alert_on on;
	const char *what;               /* "warned", "failed", … by `on` */
	const char *todo;               /* ALERT_ON_TODO: kind; NULL = any */
	const char *operations[ALERT_RULE_OPERATIONS + 1]; /* ALERT_ON_EVENT; ends with NULL */
	enum alert_outcome outcome;
	const char *reason, *reason_has;/* NULL = any */
	int64_t count, within_s;        /* 1 and more; within_s 0 when count is 1 */
	enum alert_by by;
	int64_t handle_s, after_s, report_s; /* report_s 0: nothing is reported */
	unsigned escalate;
	bool mail, to_provider;
};

extern const char *const alert_rule_severities[]; /* ends with NULL */

/* Before threads; for govern_load. NOT_FOUND, INVALID: logged with file, line and column. */
MUST_USE err alert_rule_load(const char *folder, struct arena *arena);
/* What load does with a tree that was read; for tests. */
MUST_USE err alert_rule_read(const struct yaml_node *root, struct arena *arena);
const struct alert_rule *alert_rule_at(size_t index);           /* in the order of the file; NULL past the end */
const struct alert_rule *alert_rule_of(struct id description);  /* NULL: retired, or none */
const struct alert_rule *alert_rule_find(const char *code);     /* NULL */

/* Does an event fit a rule of ALERT_ON_EVENT? Pure. */
bool alert_rule_fits(const struct alert_rule *rule, const struct event *event);
/* Could any rule want an event of this operation? Quick, and right when it says no. */
bool alert_rule_wanted(struct bytes operation);
/* The rule's words with {count} and {subject} filled in, into out. */
MUST_USE err alert_rule_words(const char *words, int64_t count, struct bytes subject, struct buf *out);

#endif
