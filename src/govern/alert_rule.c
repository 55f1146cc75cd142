#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "op/job.h"

#include "govern/alert_rule.h"

#define FILE_NAME "alerts.yaml"
#define DAY_S 86400

const char *const alert_rule_severities[] = {[ALERT_INFO] = "info", [ALERT_WARNING] = "warning", [ALERT_CRITICAL] = "critical", NULL};

static const char *const by_names[] = {
	[ALERT_BY_COMPARTMENT] = "compartment", [ALERT_BY_FACILITY] = "facility", [ALERT_BY_ACTOR] = "actor", [ALERT_BY_OBJECT] = "object", NULL,
};
static const char *const outcome_names[] = {[ALERT_DONE] = "done", [ALERT_REFUSED] = "refused", [ALERT_ANY] = "any", NULL};

/* What a rule may be about: the member that says so, and what may stand there. */
static const struct {
	const char *member, *members;
	const char *what;               /* the member that says what; NULL: the first one */
	const char *const *values;
} sources[ALERT_ON_COUNT] = {
	[ALERT_ON_EVENT] = {"operation", "operation outcome reason reason_has", NULL, NULL},
	[ALERT_ON_TODO] = {"todo", "todo at", "at", (const char *const[]){"warned", "overdue", NULL}},
	[ALERT_ON_CHECK] = {"check", "check", NULL, (const char *const[]){"failed", "stale", NULL}},
	[ALERT_ON_SCHEDULE] = {"schedule", "schedule", NULL, (const char *const[]){"missed", "failed", "late", NULL}},
	[ALERT_ON_LETTER] = {"letter", "letter", NULL, (const char *const[]){"undeliverable", NULL}},
	[ALERT_ON_UPLOAD] = {"upload", "upload", NULL, (const char *const[]){"infected", NULL}},
};

static struct alert_rule rules[ALERT_RULE_MAX];
static size_t rule_count;
static bool wanted[256];        /* by hash of the operation's name */

static uint8_t hash(struct bytes name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.ptr[i]) * 16777619u;
	return (uint8_t)(h ^ (h >> 16));
}

/* ---- reading ---- */

static bool writes_events(const char *operation)
{
	for (size_t i = 0; job_kinds[i] != NULL; i++)
		if (strcmp(job_kinds[i]->name, operation) == 0)
			return true;
	return op_find(operation) != NULL;
}

static bool named(const struct alert_rule *rule, struct bytes operation)
{
	for (size_t i = 0; rule->operations[i] != NULL; i++)
		if (bytes_is(operation, rule->operations[i]))
			return true;
	return false;
}

static size_t count_named(struct bytes operation)
{
	size_t count = 0;

	for (size_t i = 0; i < rule_count; i++)
		count += named(&rules[i], operation);
	return count;
}

static err read_operation(const struct yaml_node *node, struct alert_rule *rule, size_t at)
{
	if (node->kind != YAML_TEXT || !writes_events(node->text))
		return yaml_wrong(node, "\"%s\" is no operation", node->text);
	if (at >= ALERT_RULE_OPERATIONS)
		return yaml_wrong(node, "at most %d operations", ALERT_RULE_OPERATIONS);
	if (named(rule, bytes_str(node->text)))
		return yaml_wrong(node, "\"%s\" stands here twice", node->text);
	if (count_named(bytes_str(node->text)) >= ALERT_RULE_SHARED)
		return yaml_wrong(node, "at most %d rules about one operation", ALERT_RULE_SHARED);
	rule->operations[at] = node->text;
	return OK;
}

static err read_event(const struct yaml_node *on, struct alert_rule *rule)
{
	const struct yaml_node *list = NULL;
	int outcome = 0;
	size_t count = 0;

	TRY(yaml_member(on, "operation", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next)
		TRY(read_operation(node, rule, count++));
	if (count == 0)
		return yaml_wrong(list, "no operation is named");
	TRY(describe_choice(on, "outcome", outcome_names, &outcome));
	rule->outcome = (enum alert_outcome)outcome;
	if (yaml_find(on, "reason") != NULL)
		TRY(yaml_text(on, "reason", &rule->reason));
	if (yaml_find(on, "reason_has") != NULL)
		TRY(yaml_text(on, "reason_has", &rule->reason_has));
	return OK;
}

static err read_todo(const struct yaml_node *on, struct alert_rule *rule)
{
	const char *kind = NULL;

	TRY(describe_code(on, "todo", &kind));
	if (strcmp(kind, ALERT_TODO) == 0)
		return yaml_wrong(on, "alerts about alerts have no end: use escalate");
	rule->todo = strcmp(kind, "any") == 0 ? NULL : kind;
	return OK;
}

static err read_on(const struct yaml_node *node, struct alert_rule *rule)
{
	const struct yaml_node *on = NULL;
	int found = -1, what = 0;

	TRY(yaml_member(node, "on", YAML_MAP, &on));
	for (int i = 0; i < ALERT_ON_COUNT; i++)
		if (yaml_find(on, sources[i].member) != NULL) {
			if (found >= 0)
				return yaml_wrong(on, "a rule is about one thing: \"%s\" or \"%s\"", sources[found].member, sources[i].member);
			found = i;
		}
	if (found < 0)
		return yaml_wrong(on, "nothing says what the rule is about");
	TRY(yaml_only(on, sources[found].members));
	rule->on = (enum alert_on)found;
	if (rule->on == ALERT_ON_TODO)
		TRY(read_todo(on, rule));
	if (rule->on == ALERT_ON_EVENT)
		return read_event(on, rule);
	TRY(describe_choice(on, sources[found].what != NULL ? sources[found].what : sources[found].member, sources[found].values, &what));
	rule->what = sources[found].values[what];
	return OK;
}

static err read_count(const struct yaml_node *node, struct alert_rule *rule)
{
	const struct yaml_node *count = yaml_find(node, "count"), *within = yaml_find(node, "within");
	char *end = NULL;
	long number;

	rule->count = 1;
	if (count == NULL && within == NULL)
		return OK;
	if (count == NULL || within == NULL || rule->on != ALERT_ON_EVENT)
		return yaml_wrong(count != NULL ? count : within, "count and within stand together, in a rule about an operation");
	number = strtol(count->text, &end, 10);
	if (count->kind != YAML_TEXT || count->text[0] < '1' || count->text[0] > '9' || *end != '\0' || number > ALERT_RULE_COUNT_MAX)
		return yaml_wrong(count, "a number between 1 and %d is wanted", ALERT_RULE_COUNT_MAX);
	TRY(describe_span(node, "within", &rule->within_s));
	if (rule->within_s > ALERT_RULE_WITHIN_MAX_S)
		return yaml_wrong(within, "an hour at most");
	rule->count = number;
	return OK;
}

static err read_by(const struct yaml_node *node, struct alert_rule *rule)
{
	int by = 0;

	if (yaml_find(node, "by") == NULL)
		return OK;
	if (rule->on != ALERT_ON_EVENT)
		return yaml_wrong(yaml_find(node, "by"), "\"by\" stands in rules about operations only");
	TRY(describe_choice(node, "by", by_names, &by));
	rule->by = (enum alert_by)by;
	return OK;
}

/* Places other than these are a mistake of writing. */
static err check_words(const struct yaml_node *node, const char *words)
{
	for (const char *at = strchr(words, '{'); at != NULL; at = strchr(at + 1, '{'))
		if (strncmp(at, "{count}", 7) != 0 && strncmp(at, "{subject}", 9) != 0)
			return yaml_wrong(node, "in the words only {count} and {subject} are filled in");
	return strlen(words) <= 400 ? OK : yaml_wrong(node, "the words are too long");
}

static err read_times(const struct yaml_node *node, struct alert_rule *rule)
{
	TRY(describe_span(node, "handle_within", &rule->handle_s));
	TRY(describe_roles(node, "escalate", &rule->escalate));
	if ((rule->escalate != 0) != (yaml_find(node, "after") != NULL))
		return yaml_wrong(node, "escalate and after stand together");
	if (rule->escalate != 0)
		TRY(describe_span(node, "after", &rule->after_s));
	if (yaml_find(node, "report_within") != NULL)
		TRY(describe_span(node, "report_within", &rule->report_s));
	TRY(describe_flag(node, "mail", &rule->mail));
	return describe_flag(node, "to_provider", &rule->to_provider);
}

static err check_rule(const struct yaml_node *node, const struct alert_rule *rule)
{
	if (rule->described.see == 0 || rule->described.handle == 0)
		return yaml_wrong(node, "nobody sees or handles it");
	if ((rule->described.handle & ~rule->described.see) != 0)
		return yaml_wrong(node, "whoever handles it sees it");
	if (rule->to_provider && rule->described.home != HOME_EACH)
		return yaml_wrong(node, "what goes to the provider stands at home: each");
	if (rule->report_s > 0 && !rule->to_provider)
		return yaml_wrong(node, "what is reported by the provider goes to it first: to_provider: yes");
	return OK;
}

static err read_rule(const struct yaml_node *node, struct arena *arena, struct alert_rule *rule)
{
	int severity = 0;

	TRY(yaml_only(node, DESCRIBE_MEMBERS "severity words on count within by handle_within escalate after mail to_provider report_within"));
	TRY(describe_read(node, "alert", arena, &rule->described));
	rule->description = describe_id("alert", rule->described.code);
	TRY(describe_choice(node, "severity", alert_rule_severities, &severity));
	rule->severity = (enum alert_severity)severity;
	TRY(describe_words_read(node, "words", &rule->words));
	TRY(check_words(yaml_find(node, "words"), rule->words.ja));
	TRY(check_words(yaml_find(node, "words"), rule->words.en));
	TRY(read_on(node, rule));
	TRY(read_count(node, rule));
	TRY(read_by(node, rule));
	TRY(read_times(node, rule));
	return check_rule(node, rule);
}

err alert_rule_read(const struct yaml_node *root, struct arena *arena)
{
	const struct yaml_node *list = NULL;

	rule_count = 0;
	memset(wanted, 0, sizeof(wanted));
	TRY(yaml_only(root, "version alerts"));
	TRY(yaml_member(root, "alerts", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct alert_rule *rule = &rules[rule_count];

		if (rule_count >= ALERT_RULE_MAX)
			return yaml_wrong(node, "at most %d rules", ALERT_RULE_MAX);
		*rule = (struct alert_rule){0};
		TRY(read_rule(node, arena, rule));
		TRY(describe_add(&rule->described));
		for (size_t i = 0; rule->operations[i] != NULL; i++)
			wanted[hash(bytes_str(rule->operations[i]))] = true;
		rule_count++;
	}
	return OK;
}

err alert_rule_load(const char *folder, struct arena *arena)
{
	struct yaml_node *root = NULL;
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/" FILE_NAME, folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	TRY(yaml_load(path, arena, &root));
	return alert_rule_read(root, arena);
}

/* ---- asking ---- */

const struct alert_rule *alert_rule_at(size_t index)
{
	return index < rule_count ? &rules[index] : NULL;
}

const struct alert_rule *alert_rule_of(struct id description)
{
	for (size_t i = 0; i < rule_count; i++)
		if (id_equal(rules[i].description, description))
			return &rules[i];
	return NULL;
}

const struct alert_rule *alert_rule_find(const char *code)
{
	for (size_t i = 0; i < rule_count; i++)
		if (strcmp(rules[i].described.code, code) == 0)
			return &rules[i];
	return NULL;
}

/* It only asked for the approval of somebody else. */
static bool filed(const struct event *event)
{
	for (size_t i = 0; i < event->object_count; i++)
		if (bytes_is(event->objects[i].entity, "change") && event->outcome == 202)
			return true;
	return false;
}

static bool outcome_fits(const struct alert_rule *rule, const struct event *event)
{
	switch (rule->outcome) {
	case ALERT_DONE:
		return event->outcome >= 200 && event->outcome < 300 && !filed(event);
	case ALERT_REFUSED:
		return event->outcome >= 400;
	case ALERT_ANY:
		break;
	}
	return true;
}

bool alert_rule_wanted(struct bytes operation)
{
	return wanted[hash(operation)];
}

bool alert_rule_fits(const struct alert_rule *rule, const struct event *event)
{
	if (rule->on != ALERT_ON_EVENT || !named(rule, event->operation) || bytes_is(event->rule, "continued"))
		return false;
	if (!outcome_fits(rule, event))
		return false;
	if (rule->reason != NULL && !bytes_is(event->rule, rule->reason))
		return false;
	return rule->reason_has == NULL ||
	    memmem(event->rule.ptr, event->rule.len, rule->reason_has, strlen(rule->reason_has)) != NULL;
}

err alert_rule_words(const char *words, int64_t count, struct bytes subject, struct buf *out)
{
	while (*words != '\0') {
		if (strncmp(words, "{count}", 7) == 0) {
			TRY(buf_printf(out, "%lld", (long long)count));
			words += 7;
		} else if (strncmp(words, "{subject}", 9) == 0) {
			TRY(buf_append(out, subject));
			words += 9;
		} else {
			size_t len = 1 + strcspn(words + 1, "{");

			TRY(buf_append(out, (struct bytes){(const uint8_t *)words, len}));
			words += len;
		}
	}
	return OK;
}
