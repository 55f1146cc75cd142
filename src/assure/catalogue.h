/*
 * catalogue - what the annexes demand and what is done about it: catalog/, read once, before threads and before the sandbox.
 *
 *   requirements-*.yaml ─▶ controls.yaml ─▶ checks, registers        access.yaml (policy.h)        events.yaml
 *
 * K1  What is loaded is whole: every id is unique, every reference resolves, every control is used, whoever enforces can be checked.
 * K2  It never changes while the process lives.
 * Mistakes are logged as FILE:LINE:COLUMN and what is wrong; doc/proof.md lists them.
 */
#ifndef ASSURE_CATALOGUE_H
#define ASSURE_CATALOGUE_H

#include <stdint.h>

#include "base/arena.h"

struct policy_rule;
struct policy_group;

struct catalogue_words { const char *ja, *en; };

enum catalogue_kind { CATALOGUE_ENFORCED, CATALOGUE_OPERATED, CATALOGUE_ATTESTED };
enum catalogue_duty { CATALOGUE_PROVIDER, CATALOGUE_CUSTOMER, CATALOGUE_BOTH };
extern const char *const catalogue_kind_names[]; /* both end with NULL */
extern const char *const catalogue_duty_names[];

struct catalogue_family {
	const char *id;
	struct catalogue_words title;
};

struct catalogue_register {
	const char *name;
	struct catalogue_words title;
	const char *holds;
};

struct catalogue_control;

struct catalogue_check {
	const char *id;
	const struct catalogue_control *control;
	int64_t every_s;
	const char *what;
	bool empty;             /* nothing to look at is a pass */
};

/* A register that a control rests on. */
struct catalogue_need {
	const struct catalogue_register *of;
	int64_t valid_s;        /* how old the oldest confirmation may be; 0 = no limit */
};

struct catalogue_control {
	const char *id;
	enum catalogue_kind kind;
	const struct catalogue_family *family;
	struct catalogue_words title, statement;
	const struct catalogue_check *checks;
	size_t check_count;
	const struct catalogue_need *needs;
	size_t need_count;
};

struct catalogue_annex;

struct catalogue_requirement {
	const char *id;
	const struct catalogue_annex *annex;
	const char *ref;
	struct catalogue_words group, text;
	enum catalogue_duty duty;
	const struct catalogue_control *const *controls;
	size_t control_count;
	const char *shown;
};

struct catalogue_annex {
	const char *id;         /* "K" */
	const char *source;
	struct catalogue_words title, customer;
	const struct catalogue_requirement *requirements;
	size_t requirement_count;
};

enum catalogue_event_kind { EVENT_SIGN_IN, EVENT_ACCESS, EVENT_OPERATION, EVENT_SETTING, EVENT_PLATFORM };
extern const char *const catalogue_event_kinds[]; /* ends with NULL */

struct catalogue_event {
	const char *id;                 /* of an operation, a job's step or a note of the system's own */
	enum catalogue_event_kind kind;
	bool refusals;                  /* success leaves no event: only refusals do */
	struct catalogue_words why;
	const char *const *fields;      /* what every such event carries; ends with NULL */
	const char *retention;
	unsigned line;
};

struct catalogue {
	const struct catalogue_family *families;
	size_t family_count;
	const struct catalogue_register *registers;
	size_t register_count;
	const struct catalogue_control *controls;
	size_t control_count;
	const struct catalogue_check *checks;           /* of all controls, in their order */
	size_t check_count;
	const struct catalogue_annex *annexes;
	size_t annex_count;
	const struct catalogue_requirement *requirements; /* of all annexes, in their order */
	size_t requirement_count;
	const struct catalogue_event *events;
	size_t event_count;
	const struct policy_rule *rules;                /* of access.yaml, in its order */
	size_t rule_count;
	const struct policy_group *groups;
	size_t group_count;
};

#define CATALOGUE_ANNEXES_MAX 16

/* folder: catalog/. Once per process. INVALID: logged. NOT_FOUND: a file is missing (logged). */
MUST_USE err catalogue_load(const char *folder);
/* Reads into an arena of the caller's; what catalogue_load does, for tests. */
MUST_USE err catalogue_read(const char *folder, struct arena *arena, struct catalogue *out);
/* The one loaded; before that, one with nothing in it. */
const struct catalogue *catalogue_get(void);

/* NULL: there is none. */
const struct catalogue_check *catalogue_check_find(const char *id);
const struct catalogue_requirement *catalogue_requirement_find(struct bytes id);
const struct catalogue_event *catalogue_event_find(const char *id);
/* Place in catalogue_get()->checks, registers, controls, requirements. */
size_t catalogue_check_index(const struct catalogue_check *check);
size_t catalogue_register_index(const struct catalogue_register *of);
size_t catalogue_control_index(const struct catalogue_control *control);
size_t catalogue_requirement_index(const struct catalogue_requirement *requirement);

#endif
