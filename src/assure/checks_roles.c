/*
 * checks_roles - every role, operation and relation with a real request, compared with catalog/access.yaml (assure/stand).
 *
 * In the probe compartment, which is a whole city of its own, and at the provider. Of things to which somebody stands alike one is
 * tried; whoever has no session is the matter of another check.
 */
#include <stdio.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/stand.h"
#include "assure/tried.h"

#include "assure/checks_roles.h"

#define PATH_KINDS_MAX 3
#define TRIED_RELATIONS_MAX 64
#define STRANGE_ID "0123456789abcdefghjkmnpqrs"
#define REASON "{\"reason\":\"検査のため\"}"

struct world {
	size_t count;
	struct stand_fact facts[STAND_FACTS_MAX];
	char change[TRIED_FACT_MAX];    /* filed for this run, withdrawn afterwards; "" none */
};

/* ---- the things ---- */

static struct stand_fact *add(struct world *world, enum knock_thing kind, const char *id)
{
	struct stand_fact *fact = &world->facts[world->count];

	REQUIRE(world->count < STAND_FACTS_MAX);
	*fact = (struct stand_fact){.kind = kind};
	if (id == NULL || id[0] == '\0' || strlen(id) >= sizeof(fact->id))
		return fact; /* the next one takes its place: there is none of it */
	memcpy(fact->id, id, strlen(id) + 1);
	world->count++;
	return fact;
}

static struct stand_fact *add_named(struct trial *trial, struct world *world, enum knock_thing kind, const char *name)
{
	return add(world, kind, trial_fact(trial, name));
}

/* The first item's id of a list as somebody sees it; "" none. */
static err first_id(struct trial *trial, const struct person *who, const char *path, char id[static TRIED_FACT_MAX])
{
	struct seen seen;

	TRY(tried_ask(trial, who, "GET", path, NULL, &seen));
	(void)snprintf(id, TRIED_FACT_MAX, "%s", seen.status == 200 ? trial_json_text(&seen, "items.0.id") : "");
	return OK;
}

struct household { const char *child, *guardian, *principal, *absence; char facility; };
static const struct household households[] = {
	{"child-a1", "guardian-a1", "principal-a", "absence-a1", 'a'},
	{"child-a2", "guardian-a2", "principal-a", NULL, 'a'},
	{"child-b", "guardian-b", "principal-b", "absence-b", 'b'},
};

static void of_child(struct stand_fact *fact, const struct household *house, const char *child)
{
	fact->facility = house->facility;
	fact->class_a = house->facility == 'a';
	fact->guardians[0] = house->guardian;
	(void)snprintf(fact->child, sizeof(fact->child), "%s", child);
}

static err add_household(struct trial *trial, struct world *world, const struct household *house)
{
	const struct person *principal = NULL;
	char child[TRIED_FACT_MAX];
	char id[TRIED_FACT_MAX];

	TRY(tried_fact(trial, house->child, child));
	TRY(trial_person(trial, house->principal, &principal));
	of_child(add(world, KNOCK_CHILD, child), house, child);
	TRY(first_id(trial, principal, trial_text(trial, "/v1/children/%s/guardians?limit=1", child), id));
	of_child(add(world, KNOCK_GUARDIANSHIP, id), house, child);
	TRY(first_id(trial, principal, trial_text(trial, "/v1/children/%s/attendance?limit=1", child), id));
	of_child(add(world, KNOCK_ATTENDANCE, id), house, child);
	if (house->absence != NULL)
		of_child(add_named(trial, world, KNOCK_ABSENCE, house->absence), house, child);
	return OK;
}

static err add_facility(struct trial *trial, struct world *world, char letter)
{
	const struct person *principal = NULL;
	char facility[TRIED_FACT_MAX];
	char id[TRIED_FACT_MAX];
	struct stand_fact *fact;

	TRY(tried_fact(trial, trial_text(trial, "facility-%c", letter), facility));
	TRY(trial_person(trial, trial_text(trial, "principal-%c", letter), &principal));
	add(world, KNOCK_FACILITY, facility)->facility = letter;
	TRY(first_id(trial, principal, trial_text(trial, "/v1/facilities/%s/classes?limit=1", facility), id));
	if (letter == 'a')
		TRY(tried_fact(trial, "class-a", id));
	fact = add(world, KNOCK_CLASS, id);
	fact->facility = letter;
	fact->class_a = letter == 'a';
	fact->guardians[0] = letter == 'a' ? "guardian-a1" : "guardian-b";
	fact->guardians[1] = letter == 'a' ? "guardian-a2" : NULL;
	TRY(first_id(trial, principal, trial_text(trial, "/v1/facilities/%s/devices", facility), id));
	add(world, KNOCK_DEVICE, id)->facility = letter;
	return OK;
}

/* Account, membership and session of one of the cast. */
static err add_person(struct trial *trial, struct world *world, const struct cast *cast)
{
	const enum knock_thing kinds[] = {KNOCK_ACCOUNT, KNOCK_MEMBERSHIP, KNOCK_SESSION};
	const struct person *person = NULL;
	char account[TRIED_FACT_MAX];
	char ids[3][TRIED_FACT_MAX];

	TRY(tried_fact(trial, trial_text(trial, "%s.account", cast->code), account));
	TRY(tried_fact(trial, trial_text(trial, "%s.membership", cast->code), ids[1]));
	(void)snprintf(ids[0], sizeof(ids[0]), "%s", account);
	TRY(trial_person(trial, cast->code, &person));
	TRY(first_id(trial, person, "/v1/sessions", ids[2]));
	for (size_t i = 0; i < 3; i++) {
		struct stand_fact *fact = add(world, kinds[i], ids[i]);

		fact->facility = cast->role == ROLE_GUARDIAN || cast->role == ROLE_STAFF || kinds[i] == KNOCK_MEMBERSHIP ? cast->facility : 0;
		fact->of = 1u << cast->role;
		fact->owner = kinds[i] == KNOCK_MEMBERSHIP ? NULL : cast->code;
		(void)snprintf(fact->account, sizeof(fact->account), "%s", account);
	}
	return OK;
}

static err add_people(struct trial *trial, struct world *world)
{
	static const char *const codes[] = {"guardian-a1", "guardian-b", "staff-a", "principal-a", "officer", "officer-admin", "auditor", "operator", "operator-admin"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct cast *cast = cast_find(codes[i], trial_where(trial));

		if (cast != NULL)
			TRY(add_person(trial, world, cast));
	}
	return OK;
}

/* A change that waits for a second administrator, and an import that has begun: made for the run. */
static err add_pending(struct trial *trial, struct world *world)
{
	const struct person *admin = NULL;
	const struct person *principal = NULL;
	char id[TRIED_FACT_MAX];
	struct stand_fact *fact;
	struct seen seen;

	TRY(trial_person(trial, "officer-admin", &admin));
	TRY(trial_person(trial, "principal-a", &principal));
	TRY(trial_prove(trial, admin));
	TRY(tried_fact(trial, "principal-b.account", id));
	TRY(tried_ask(trial, admin, "POST", trial_text(trial, "/v1/accounts/%s/leave", id), REASON, &seen));
	(void)snprintf(world->change, sizeof(world->change), "%s", seen.status == 202 ? trial_json_text(&seen, "change.id") : "");
	fact = add(world, KNOCK_CHANGE, world->change);
	fact->owner = "officer-admin";
	fact->approver = "officer-admin";
	TRY(tried_ask(trial, principal, "POST", "/v1/imports", "{\"entity\":\"roster\",\"encoding\":\"auto\",\"name\":\"probe.csv\",\"size\":64}", &seen));
	fact = add(world, KNOCK_IMPORT, seen.status == 201 ? trial_json_text(&seen, "id") : "");
	fact->facility = 'a';
	fact->word = "roster";
	TRY(first_id(trial, principal, "/v1/recoveries?limit=1", id));
	fact = add(world, KNOCK_RECOVERY, id);
	fact->facility = 'a';
	fact->of = ROLE(GUARDIAN);
	return OK;
}

static void end_pending(struct trial *trial, const struct world *world)
{
	const struct person *person = NULL;
	struct seen seen;

	if (world->change[0] != '\0' && err_is_ok(trial_person(trial, "officer-admin", &person)))
		err_ignore(trial_ask(trial, person, "POST", trial_text(trial, "/v1/changes/%s/withdraw", world->change), "{}", &seen)); /* it waits, no more */
}

/* Of each kind one that does not exist; of some, another customer's. */
static void add_nothing(struct world *world)
{
	for (int kind = 0; kind < KNOCK_LOG; kind++)
		add(world, (enum knock_thing)kind, STRANGE_ID)->nothing = true;
	add(world, KNOCK_LOG, "nowhere")->nothing = true;
}

static void add_elsewhere(struct trial *trial, struct world *world)
{
	static const struct { enum knock_thing kind; const char *fact; } things[] = {
		{KNOCK_FACILITY, "other.facility-a"}, {KNOCK_CLASS, "other.class-a"}, {KNOCK_CHILD, "other.child-a1"},
		{KNOCK_ABSENCE, "other.absence-a1"}, {KNOCK_ACCOUNT, "other.guardian-a1.account"}, {KNOCK_MEMBERSHIP, "other.guardian-a1.membership"},
		{KNOCK_LOG, "other.compartment"},
	};

	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		add_named(trial, world, things[i].kind, things[i].fact)->elsewhere = true;
}

static err build(struct trial *trial, struct world *world)
{
	if (trial_where(trial) != CHECK_PROVIDER) {
		TRY(add_facility(trial, world, 'a'));
		TRY(add_facility(trial, world, 'b'));
		for (size_t i = 0; i < sizeof(households) / sizeof(households[0]); i++)
			TRY(add_household(trial, world, &households[i]));
		add_elsewhere(trial, world);
	}
	TRY(add_people(trial, world));
	if (trial_where(trial) != CHECK_PROVIDER)
		TRY(add_pending(trial, world));
	(void)add(world, KNOCK_LOG, trial_compartment(trial));
	add_nothing(world);
	return OK;
}

/* ---- every operation ---- */

/* Kinds of the things in the address, in its order. */
static size_t kinds_of(const struct op *op, enum knock_thing kinds[static PATH_KINDS_MAX])
{
	size_t count = 0;

	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		for (size_t i = 0; in->place == IN_PATH && i < KNOCK_INDEX; i++)
			if (strcmp(knock_names[i], in->field.name) == 0 && count < PATH_KINDS_MAX)
				kinds[count++] = (enum knock_thing)i;
	return count;
}

static bool takes_number(const struct op *op)
{
	return strstr(op->path, "{index}") != NULL;
}

/* Where a thing stands: the fact of this kind under which it is found; the first one when it does not exist. */
static const struct stand_fact *above(const struct world *world, enum knock_thing kind, const struct stand_fact *inner)
{
	const struct stand_fact *first = NULL;

	for (size_t i = 0; i < world->count; i++) {
		const struct stand_fact *fact = &world->facts[i];

		if (fact->kind != kind)
			continue;
		if (first == NULL)
			first = fact;
		if (inner->nothing || fact->nothing || fact->elsewhere != inner->elsewhere)
			continue;
		if ((kind == KNOCK_FACILITY && fact->facility == inner->facility) || (kind == KNOCK_CHILD && strcmp(fact->id, inner->child) == 0) ||
		    (kind == KNOCK_ACCOUNT && strcmp(fact->id, inner->account) == 0))
			return fact;
	}
	return first;
}

struct tour {
	struct trial *trial;
	const struct world *world;
	struct stand_actor actor;
	const struct person *person;
	unsigned relations[TRIED_RELATIONS_MAX][PATH_KINDS_MAX];
	size_t tried;
};

/* Has somebody who stands so been tried with this operation? Remembers it. */
static bool stood_alike(struct tour *tour, const struct stand_fact *const *facts, size_t count)
{
	unsigned now[PATH_KINDS_MAX] = {0};

	for (size_t i = 0; i < count; i++)
		now[i] = stand_relations(&tour->actor, facts[i]);
	for (size_t i = 0; i < tour->tried; i++)
		if (memcmp(tour->relations[i], now, sizeof(now)) == 0)
			return true;
	if (tour->tried < TRIED_RELATIONS_MAX)
		memcpy(tour->relations[tour->tried++], now, sizeof(now));
	return false;
}

static bool owed_is(enum stand_owed owed, enum knock_answer answer)
{
	switch (owed) {
	case STAND_ENTER: return answer == KNOCK_ENTERED;
	case STAND_DENIED: return answer == KNOCK_DENIED;
	case STAND_ABSENT: return answer == KNOCK_ABSENT;
	case STAND_EITHER: return answer == KNOCK_DENIED || answer == KNOCK_ABSENT;
	}
	return false;
}

static err compare(struct tour *tour, const struct op *op, const struct stand_fact *const *facts, size_t count)
{
	struct trial *trial = tour->trial;
	struct knock_things things = {0};
	enum stand_owed owed = stand_owed(op, &tour->actor, facts, count);
	enum knock_answer answer = KNOCK_OTHER;
	struct seen seen;
	const char *path;
	char same[512];
	bool ok;

	for (size_t i = 0; i < count; i++)
		(void)snprintf(things.text[facts[i]->kind], KNOCK_TEXT_MAX, "%s", facts[i]->id);
	(void)snprintf(things.text[KNOCK_INDEX], KNOCK_TEXT_MAX, "0");
	path = knock_path(trial, op, &things);
	if (path == NULL)
		return OK;
	(void)snprintf(same, sizeof(same), "%s", path);
	TRY(knock(trial, op, tour->person, same, &seen, &answer));
	ok = owed_is(owed, answer) || (owed == STAND_ENTER && answer == KNOCK_ABSENT && takes_number(op)); /* that entry may be about somebody else */
	/* At the provider's our accounts are for checks only: they write nothing that is of the whole compartment. */
	ok = ok || (trial_where(trial) == CHECK_PROVIDER && owed == STAND_ENTER && answer == KNOCK_DENIED && op->kind == OP_WRITE && count == 0);
	trial_step(trial, ok, 1, ok ? "役割・操作・関係ごとの応答が、アクセス方針と一致する" : "アクセス方針と異なる応答がある",
	    ok ? "The answer to each role, operation and relation equals the access policy" : "An answer differs from the access policy",
	    "%s", ok ? tour->actor.cast->code : trial_text(trial, "%s %s: %s (%s)", tour->actor.cast->code, op->id, knock_answers[answer], stand_owed_names[owed]));
	return OK;
}

static err tour_op(struct tour *tour, const struct op *op)
{
	enum knock_thing kinds[PATH_KINDS_MAX];
	const struct stand_fact *facts[PATH_KINDS_MAX] = {NULL};
	size_t count = kinds_of(op, kinds);

	tour->tried = 0;
	if (count == 0)
		return compare(tour, op, facts, 0);
	for (size_t i = 0; i < tour->world->count; i++) {
		const struct stand_fact *inner = &tour->world->facts[i];

		if (inner->kind != kinds[count - 1])
			continue;
		facts[count - 1] = inner;
		for (size_t k = 0; k + 1 < count; k++)
			facts[k] = above(tour->world, kinds[k], inner);
		if (facts[0] != NULL && !stood_alike(tour, facts, count))
			TRY(compare(tour, op, facts, count));
	}
	return OK;
}

/* Its own session would end, or what it ends cannot be begun again within the run. */
static bool left_out(const struct op *op)
{
	return op->open || op->path == NULL;
}

static err teaches(struct trial *trial, const struct person *person, bool *class_a_out)
{
	char child[TRIED_FACT_MAX];
	struct seen seen;

	TRY(tried_fact(trial, "child-a1", child));
	TRY(tried_ask(trial, person, "GET", "/v1/children?limit=200", NULL, &seen));
	*class_a_out = seen.status == 200 && memmem(seen.body.ptr, seen.body.len, child, strlen(child)) != NULL;
	return OK;
}

static err tour_of(struct trial *trial, const struct world *world, const struct cast *cast)
{
	struct tour tour = {.trial = trial, .world = world, .actor = {.cast = cast}};

	TRY(trial_person(trial, cast->code, &tour.person));
	if (cast_has_factor(cast))
		TRY(trial_prove(trial, tour.person));
	if (cast->role == ROLE_STAFF)
		TRY(teaches(trial, tour.person, &tour.actor.class_a));
	for (size_t i = 0; ops[i] != NULL; i++)
		if (!left_out(ops[i]))
			TRY(tour_op(&tour, ops[i]));
	return OK;
}

static err run_role_table(struct trial *trial)
{
	static const char *const codes[] = {"guardian-a1", "staff-a", "principal-a", "officer", "officer-admin", "auditor", "operator", "operator-admin"};
	static struct world world; /* of this process, which runs one check */
	err e = catalogue_get()->rule_count > 0 ? build(trial, &world) : FAIL(UNAVAILABLE);

	for (size_t i = 0; err_is_ok(e) && i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct cast *cast = cast_find(codes[i], trial_where(trial));

		if (cast != NULL)
			e = tour_of(trial, &world, cast);
	}
	end_pending(trial, &world);
	return e;
}

const struct check checks_roles[] = {
	{.id = "role-table-denies-unlisted", .where = CHECK_PROBE | CHECK_PROVIDER, .run = run_role_table, .seconds = 600},
	{.id = NULL},
};
