#include <string.h>

#include "assure/policy.h"

static const struct word {
	const char *name;
	int value;
} relation_words[] = {
	{"own", RELATION_OWN}, {"own-child", RELATION_OWN_CHILD}, {"class", RELATION_CLASS}, {"facility", RELATION_FACILITY},
	{"customer", RELATION_CUSTOMER}, {"provider", RELATION_PROVIDER}, {"grant", POLICY_GRANT}, {"probe", POLICY_PROBE},
	{"described", POLICY_DESCRIBED}, {"audience", RELATION_AUDIENCE},
};

static bool role_of(const char *name, unsigned *mask)
{
	for (unsigned role = ROLE_GUARDIAN; role < ROLE_COUNT; role++)
		if (strcmp(access_role_names[role], name) == 0) {
			*mask |= 1u << role;
			return true;
		}
	return false;
}

/* One text or a list of them. */
static size_t count_of(const struct yaml_node *node)
{
	return node->kind == YAML_LIST ? node->count : 1;
}

static const struct yaml_node *first_of(const struct yaml_node *node)
{
	return node->kind == YAML_LIST ? node->first : node;
}

static const struct yaml_node *next_of(const struct yaml_node *list, const struct yaml_node *node)
{
	return list->kind == YAML_LIST ? node->next : NULL;
}

static err is_text(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && node->text[0] != '\0' ? OK : yaml_wrong(node, "a text is wanted");
}

static err read_texts(const struct yaml_node *list, struct arena *arena, const char *const **texts_out)
{
	const char **texts = arena_alloc(arena, (count_of(list) + 1) * sizeof(*texts)); /* YAML_NODES_MAX at most */
	size_t count = 0;

	if (texts == NULL)
		return FAIL(UNAVAILABLE);
	if (list->kind == YAML_MAP || (list->kind == YAML_LIST && list->count == 0))
		return yaml_wrong(list, "a text or a list of texts is wanted");
	for (const struct yaml_node *node = first_of(list); node != NULL; node = next_of(list, node)) {
		TRY(is_text(node));
		for (size_t i = 0; i < count; i++)
			if (strcmp(texts[i], node->text) == 0)
				return yaml_wrong(node, "\"%s\" stands here twice", node->text);
		texts[count++] = node->text;
	}
	*texts_out = texts;
	return OK;
}

static err read_roles(const struct yaml_node *list, struct policy_rule *rule)
{
	if (list->kind == YAML_TEXT && (strcmp(list->text, "any") == 0 || strcmp(list->text, "described") == 0)) {
		rule->roles = ROLES_ANY;
		return OK;
	}
	if (list->kind == YAML_TEXT && strcmp(list->text, "public") == 0) {
		rule->open = true;
		return OK;
	}
	if (list->kind == YAML_TEXT && strcmp(list->text, "as-approver") == 0) {
		rule->approver = true;
		rule->relation = RELATION_APPROVER;
		return OK;
	}
	for (const struct yaml_node *node = first_of(list); node != NULL; node = next_of(list, node)) {
		TRY(is_text(node));
		if (!role_of(node->text, &rule->roles))
			return yaml_wrong(node, "\"%s\" is no role", node->text);
	}
	return rule->roles != 0 ? OK : yaml_wrong(list, "a role is wanted");
}

static err read_relation(const struct yaml_node *map, struct policy_rule *rule)
{
	const struct yaml_node *node = yaml_find(map, "relation");

	if (rule->open || rule->approver)
		return node == NULL ? OK : yaml_wrong(node, "\"relation\" says nothing for this role");
	if (node == NULL)
		return yaml_wrong(map, "\"relation\" is missing");
	for (size_t i = 0; node->kind == YAML_TEXT && i < sizeof(relation_words) / sizeof(relation_words[0]); i++)
		if (strcmp(relation_words[i].name, node->text) == 0) {
			rule->relation = relation_words[i].value;
			return OK;
		}
	return yaml_wrong(node, "\"%s\" is no relation", node->text);
}

/* Roles whose objects are meant, or kinds of an import. */
static err read_of(const struct yaml_node *list, struct arena *arena, struct policy_rule *rule)
{
	const char *const *texts = NULL;
	const char **words;
	size_t count = 0;

	TRY(read_texts(list, arena, &texts));
	words = arena_alloc(arena, (count_of(list) + 1) * sizeof(*words));
	if (words == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; texts[i] != NULL; i++)
		if (strcmp(texts[i], "any") != 0 && !role_of(texts[i], &rule->of))
			words[count++] = texts[i];
	rule->of_words = words;
	return OK;
}

static err read_fields(const struct yaml_node *list, struct arena *arena, struct policy_rule *rule)
{
	if (list->kind == YAML_TEXT && strcmp(list->text, "all") == 0)
		return OK;
	return read_texts(list, arena, &rule->fields);
}

static err read_rule(const struct yaml_node *map, const char *entity, struct arena *arena, struct policy_rule *rule)
{
	static const char *const nothing[] = {NULL};
	const struct yaml_node *node = NULL;

	TRY(yaml_only(map, "role action relation of fields note"));
	rule->entity = entity;
	rule->line = map->line;
	rule->of_words = nothing;
	node = yaml_find(map, "role");
	if (node == NULL)
		return yaml_wrong(map, "\"role\" is missing");
	TRY(read_roles(node, rule));
	node = yaml_find(map, "action");
	if (node == NULL)
		return yaml_wrong(map, "\"action\" is missing");
	TRY(read_texts(node, arena, &rule->actions));
	TRY(read_relation(map, rule));
	node = yaml_find(map, "of");
	if (node != NULL)
		TRY(read_of(node, arena, rule));
	node = yaml_find(map, "fields");
	if (node != NULL)
		TRY(read_fields(node, arena, rule));
	return OK;
}

err policy_read_groups(const struct yaml_node *root, struct arena *arena, const struct policy_group **groups_out, size_t *count_out)
{
	const struct yaml_node *groups = NULL;
	struct policy_group *list;
	size_t count = 0, at = 0;

	TRY(yaml_member(root, "field_groups", YAML_MAP, &groups));
	for (const struct yaml_node *entity = groups->first; entity != NULL; entity = entity->next) {
		if (entity->kind != YAML_MAP)
			return yaml_wrong(entity, "the groups of \"%s\" are a map", entity->name);
		count += entity->count;
	}
	list = arena_alloc(arena, (count + 1) * sizeof(*list)); /* YAML_NODES_MAX at most */
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *entity = groups->first; entity != NULL; entity = entity->next)
		for (const struct yaml_node *group = entity->first; group != NULL; group = group->next) {
			list[at] = (struct policy_group){.entity = entity->name, .name = group->name};
			TRY(read_texts(group, arena, &list[at++].fields));
		}
	*groups_out = list;
	*count_out = count;
	return OK;
}

err policy_read(const struct yaml_node *root, struct arena *arena, const struct policy_rule **rules_out, size_t *count_out)
{
	const struct yaml_node *rules = NULL;
	const char *version = NULL;
	struct policy_rule *list;
	size_t count = 0, at = 0;

	TRY(yaml_only(root, "version field_groups rules"));
	TRY(yaml_text(root, "version", &version));
	if (strcmp(version, "1") != 0)
		return yaml_wrong(root, "version 1 is wanted");
	TRY(yaml_member(root, "rules", YAML_MAP, &rules));
	for (const struct yaml_node *entity = rules->first; entity != NULL; entity = entity->next) {
		if (entity->kind != YAML_LIST || entity->count == 0)
			return yaml_wrong(entity, "the rules of \"%s\" are a list", entity->name);
		count += entity->count;
	}
	list = arena_alloc(arena, (count + 1) * sizeof(*list)); /* YAML_NODES_MAX at most */
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *entity = rules->first; entity != NULL; entity = entity->next)
		for (const struct yaml_node *rule = entity->first; rule != NULL; rule = rule->next)
			TRY(read_rule(rule, entity->name, arena, &list[at++]));
	*rules_out = list;
	*count_out = count;
	return OK;
}

bool policy_has_action(const struct policy_rule *rule, const char *action)
{
	for (size_t i = 0; rule->actions[i] != NULL; i++)
		if (strcmp(rule->actions[i], action) == 0 || strcmp(rule->actions[i], "any") == 0)
			return true;
	return false;
}

const struct policy_rule *policy_next(const char *entity, const char *action, unsigned roles, const struct policy_rule *after)
{
	const struct catalogue *all = catalogue_get();
	size_t from = after == NULL ? 0 : (size_t)(after - all->rules) + 1;

	for (size_t i = from; i < all->rule_count; i++)
		if (strcmp(all->rules[i].entity, entity) == 0 && (all->rules[i].roles & roles) != 0 &&
		    policy_has_action(&all->rules[i], action))
			return &all->rules[i];
	return NULL;
}
