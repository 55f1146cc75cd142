/*
 * policy - catalog/access.yaml: who may do what to which entity, written apart from the operations that implement it.
 * What does not stand here is refused. The program is compared with it by checks; this file only reads it.
 */
#ifndef ASSURE_POLICY_H
#define ASSURE_POLICY_H

#include "access/access.h"
#include "assure/catalogue.h"
#include "entity/yaml.h"

/* Beside those of enum relation. */
/* POLICY_DESCRIBED: whoever the description of the kind names, in catalog/registers.yaml, cases.yaml … */
enum policy_relation { POLICY_GRANT = RELATION_COUNT, POLICY_PROBE, POLICY_DESCRIBED };

struct policy_rule {
	const char *entity;
	unsigned roles;                 /* mask of ROLE(); "any" is ROLES_ANY; 0 with open or approver */
	bool open;                      /* role: public */
	bool approver;                  /* role: as-approver */
	const char *const *actions;     /* ends with NULL; "any" stands alone */
	int relation;                   /* enum relation or enum policy_relation; RELATION_NONE where open */
	unsigned of;                    /* roles whose objects; 0 = any */
	const char *const *of_words;    /* other words of `of`, as "roster"; ends with NULL */
	const char *const *fields;      /* ends with NULL; NULL = all */
	unsigned line;
};

/* Fields that the policy calls by one name. */
struct policy_group {
	const char *entity, *name;
	const char *const *fields;      /* ends with NULL */
};

/* INVALID: logged. Both. */
MUST_USE err policy_read_groups(const struct yaml_node *root, struct arena *arena, const struct policy_group **groups_out, size_t *count_out);
MUST_USE err policy_read(const struct yaml_node *root, struct arena *arena, const struct policy_rule **rules_out, size_t *count_out);
bool policy_has_action(const struct policy_rule *rule, const char *action);
/* The next rule for this entity and action whose roles include one of these, behind `after` (NULL: from the start); NULL: none. */
const struct policy_rule *policy_next(const char *entity, const char *action, unsigned roles, const struct policy_rule *after);

#endif
