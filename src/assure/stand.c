#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/policy.h"

#include "assure/stand.h"

#define WORD_MAX 40

const char *const stand_owed_names[] = {
	[STAND_ENTER] = "entered", [STAND_DENIED] = "403", [STAND_ABSENT] = "404", [STAND_EITHER] = "403/404",
};

static bool is(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool guards(const struct stand_actor *actor, const struct stand_fact *fact)
{
	return is(actor->cast->code, fact->guardians[0]) || is(actor->cast->code, fact->guardians[1]);
}

static bool at_facility(const struct stand_actor *actor, const struct stand_fact *fact)
{
	return fact->facility != 0 && fact->facility == actor->cast->facility;
}

static bool approves(const struct stand_actor *actor, const struct stand_fact *fact)
{
	return fact->kind == KNOCK_CHANGE && !is(fact->owner, actor->cast->code) && is(fact->approver, access_role_names[actor->cast->role]);
}

static bool related(const struct policy_rule *rule, const struct stand_actor *actor, const struct stand_fact *fact)
{
	if (rule->approver)
		return approves(actor, fact);
	switch (rule->relation) {
	case RELATION_OWN: return is(fact->owner, actor->cast->code);
	case RELATION_OWN_CHILD: return guards(actor, fact);
	case RELATION_CLASS: return fact->class_a && actor->class_a && at_facility(actor, fact);
	case RELATION_FACILITY: return at_facility(actor, fact);
	case RELATION_CUSTOMER: return true;
	case RELATION_PROVIDER: return actor->cast->role == ROLE_OPERATOR || actor->cast->role == ROLE_OPERATOR_ADMIN;
	default: return false; /* a maintenance access, a trial: nobody here has one */
	}
}

static bool of_fits(const struct policy_rule *rule, const struct stand_fact *fact)
{
	bool word = rule->of_words == NULL || rule->of_words[0] == NULL || fact->word == NULL;

	if (rule->of != 0 && fact->of != 0 && (rule->of & fact->of) == 0)
		return false;
	for (size_t i = 0; !word && rule->of_words[i] != NULL; i++)
		word = strcmp(rule->of_words[i], fact->word) == 0;
	return word;
}

static bool role_fits(const struct policy_rule *rule, const struct stand_actor *actor)
{
	return rule->approver || (rule->roles & (1u << actor->cast->role)) != 0;
}

static bool rule_for(const struct policy_rule *rule, const char *entity, const char *action)
{
	return strcmp(rule->entity, entity) == 0 && policy_has_action(rule, action) && !rule->open && rule->relation != (int)POLICY_GRANT &&
	    rule->relation != (int)POLICY_PROBE;
}

/* Does any rule allow this to this? */
static bool allowed(const char *entity, const char *action, const struct stand_actor *actor, const struct stand_fact *fact)
{
	const struct catalogue *catalogue = catalogue_get();

	if (fact->elsewhere || fact->nothing)
		return false;
	for (size_t i = 0; i < catalogue->rule_count; i++) {
		const struct policy_rule *rule = &catalogue->rules[i];

		if (rule_for(rule, entity, action) && role_fits(rule, actor) && of_fits(rule, fact) && related(rule, actor, fact))
			return true;
	}
	return false;
}

/* To anything at all? */
static bool may_at_all(const char *entity, const char *action, const struct stand_actor *actor)
{
	const struct catalogue *catalogue = catalogue_get();

	for (size_t i = 0; i < catalogue->rule_count; i++)
		if (rule_for(&catalogue->rules[i], entity, action) && role_fits(&catalogue->rules[i], actor))
			return true;
	return false;
}

static const char *entity_of(enum knock_thing kind)
{
	return kind == KNOCK_LOG ? "ledger" : knock_names[kind];
}

static bool lost(const struct stand_actor *actor, const struct stand_fact *fact)
{
	if (fact->kind == KNOCK_LOG)
		return fact->nothing || fact->elsewhere; /* that a city keeps a ledger is no secret */
	return !allowed(entity_of(fact->kind), "see", actor, fact);
}

/* Does the inner thing not stand under the outer one, as the address says? */
static bool strayed(const struct stand_fact *inner, const struct stand_fact *outer)
{
	if (inner->nothing || outer->nothing || inner->elsewhere != outer->elsewhere)
		return true;
	if (outer->kind == KNOCK_FACILITY)
		return inner->facility != outer->facility;
	if (outer->kind == KNOCK_CHILD)
		return strcmp(inner->child, outer->id) != 0;
	if (outer->kind == KNOCK_ACCOUNT)
		return strcmp(inner->account, outer->id) != 0;
	return false;
}

struct words { char entity[WORD_MAX], action[WORD_MAX]; };

static struct words words_of(const struct op *op)
{
	struct words words = {"", ""};
	size_t len = strcspn(op->policy, " ");

	(void)snprintf(words.entity, sizeof(words.entity), "%.*s", (int)len, op->policy);
	if (op->policy[len] != '\0')
		(void)snprintf(words.action, sizeof(words.action), "%s", op->policy + len + 1);
	return words;
}

static enum stand_owed on_object(const struct words *words, const struct stand_actor *actor, const struct stand_fact *object, bool stray, bool others_lost)
{
	if (object->kind == KNOCK_LOG && !may_at_all(words->entity, words->action, actor))
		return STAND_EITHER;
	if (object->nothing)
		return STAND_ABSENT;
	if (!allowed(words->entity, words->action, actor, object)) {
		if (lost(actor, object) || stray)
			return STAND_ABSENT;
		return others_lost ? STAND_EITHER : STAND_DENIED;
	}
	return stray || others_lost ? STAND_ABSENT : STAND_ENTER;
}

enum stand_owed stand_owed(const struct op *op, const struct stand_actor *actor, const struct stand_fact *const *facts, size_t count)
{
	const struct words words = words_of(op);
	const struct stand_fact *object = count > 0 ? facts[count - 1] : NULL;
	bool at_all = may_at_all(words.entity, words.action, actor);
	bool others_lost = false;
	bool stray = false;

	for (size_t i = 0; i + 1 < count; i++) {
		others_lost = others_lost || lost(actor, facts[i]);
		stray = stray || strayed(object, facts[i]);
	}
	if (object != NULL && !(op->list && strcmp(entity_of(object->kind), words.entity) != 0))
		return on_object(&words, actor, object, stray, others_lost);
	/* A list below a thing, or no thing at all: whoever has the right to some of it gets what is theirs. */
	if (others_lost || (object != NULL && lost(actor, object)))
		return at_all ? STAND_ABSENT : STAND_EITHER;
	return at_all ? STAND_ENTER : STAND_DENIED;
}

unsigned stand_relations(const struct stand_actor *actor, const struct stand_fact *fact)
{
	return (fact->nothing ? 1u : 0) | (fact->elsewhere ? 2u : 0) | (is(fact->owner, actor->cast->code) ? 4u : 0) | (guards(actor, fact) ? 8u : 0) |
	    (fact->class_a && actor->class_a && at_facility(actor, fact) ? 16u : 0) | (at_facility(actor, fact) ? 32u : 0) |
	    (approves(actor, fact) ? 64u : 0) | fact->of << 8;
}
