#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "assure/plan.h"
#include "assure/run.h"
#include "assure/steps.h"
#include "base/clock.h"
#include "base/log.h"
#include "proc/prove_int.h"

#define AGAIN_US (60 * SECOND_US)
#define WORLD_AGAIN_US (600 * SECOND_US)
#define LONG_S 60               /* a check with a longer limit waits more than it works */

static bool runs_there(const struct check *check, const struct core *core)
{
	return (check->where & core->where) != 0;
}

/* Where the result of a check comes from for a compartment in which it does not run; NULL: nowhere. */
static struct turn *home_of(struct prove *prove, size_t index, const struct core *core)
{
	const struct check *check = checks_at(index);
	static const unsigned homes[] = {CHECK_PROBE, CHECK_PROVIDER};

	if (check->where == CHECK_HOST)
		return &prove->host[index];
	if (runs_there(check, core))
		return NULL;
	for (size_t h = 0; h < sizeof(homes) / sizeof(homes[0]); h++)
		for (size_t i = 0; (check->where & homes[h]) != 0 && i < prove->core_count; i++)
			if (prove->cores[i].where == homes[h])
				return &prove->cores[i].turns[index];
	return NULL;
}

/* ---- what a core says there is ---- */

static size_t index_of(struct bytes id)
{
	size_t index = 0;

	while (checks_at(index) != NULL && !bytes_is(id, checks_at(index)->id))
		index++;
	return index;
}

static void know(struct turn *turn, const struct provewire_check *told, const char *check, const char *where)
{
	bool first = turn->every_us == 0;

	turn->every_us = (int64_t)told->every_s * SECOND_US;
	turn->empty = told->empty;
	turn->hash = plan_hash(check, where);
	/* Several may be given one result: whoever has the oldest counts. */
	if (first || told->last_us < turn->last_us) {
		turn->last_us = told->last_us;
		turn->next_us = plan_first(turn->every_us, turn->hash, turn->last_us, clock_now_us());
	}
}

err prove_turns_hello(struct prove *prove, struct core *core, struct bytes checks)
{
	while (checks.len > 0) {
		struct provewire_check told;
		const struct check *check;
		size_t index;

		TRY(provewire_cut_check(&checks, &told));
		index = index_of(told.id);
		check = checks_at(index);
		if (check == NULL)
			return FAIL(INVALID);
		if (check->where == CHECK_HOST)
			know(&prove->host[index], &told, check->id, "");
		else if (runs_there(check, core))
			know(&core->turns[index], &told, check->id, core->name);
		else if (home_of(prove, index, core) != NULL && home_of(prove, index, core)->every_us != 0)
			know(home_of(prove, index, core), &told, check->id, "");
	}
	return OK;
}

/* Wherever it runs for them. */
void prove_turns_asked(struct prove *prove, struct core *core, struct bytes id)
{
	size_t index = index_of(id);
	struct turn *turn;

	if (checks_at(index) == NULL)
		return;
	turn = runs_there(checks_at(index), core) ? &core->turns[index] : home_of(prove, index, core);
	if (turn == NULL)
		return;
	turn->asked = true;
	prove->wanted = true;
}

/* ---- what is next ---- */

static bool is_long(const struct check *check)
{
	return check->seconds > LONG_S;
}

/* A compartment has one short and one long run at a time: their sign-ins and what they change do not meet. */
static bool has_room(const struct prove *prove, const struct core *core, bool wants_long)
{
	for (size_t i = 0; i < RUNS_MAX; i++)
		if (prove->runs[i].number != 0 && prove->runs[i].core == core && prove->runs[i].is_long == wants_long)
			return false;
	return true;
}

/* Nothing is tried on a world that is being made, in this compartment or in the other one. */
static bool worlds_are_made(const struct prove *prove)
{
	for (size_t i = 0; i < prove->core_count; i++)
		if (prove->cores[i].where != 0 && prove->cores[i].fd >= 0 && prove->cores[i].state != CORE_SETTLED)
			return false;
	return true;
}

/* Lower comes first; negative: not now. */
static int64_t rank(const struct prove *prove, const struct turn *turn, int64_t now_us)
{
	if (turn->every_us == 0 || turn->running)
		return -1;
	if (turn->asked)
		return 0;
	if (!prove->scheduled || clock_mono_us() < prove->next_start_us)
		return -1;
	/* Farther away than it can be: the clock was put back. */
	if (turn->next_us > now_us && turn->next_us <= now_us + 2 * turn->every_us)
		return -1;
	/* In an order that is as good as random, behind those whose second it is. */
	return turn->next_us != 0 ? 1 : 2 + (int64_t)(turn->hash >> 2);
}

struct choice {
	int64_t rank;
	size_t check;
	struct core *core;
	struct turn *turn;
};

static void consider(const struct prove *prove, size_t index, struct core *core, struct turn *turn, struct choice *best)
{
	int64_t ranked = rank(prove, turn, clock_now_us());

	if (ranked < 0 || (best->turn != NULL && ranked >= best->rank))
		return;
	if (core != NULL && (core->fd < 0 || core->state != CORE_SETTLED))
		return;
	if (!has_room(prove, core, is_long(checks_at(index))))
		return;
	*best = (struct choice){ranked, index, core, turn};
}

bool prove_turns_next(struct prove *prove, size_t *check_out, struct core **core_out, struct turn **turn_out)
{
	struct choice best = {0};

	for (size_t index = 0; checks_at(index) != NULL; index++)
		consider(prove, index, NULL, &prove->host[index], &best);
	if (best.turn == NULL && worlds_are_made(prove))
		for (size_t i = 0; i < prove->core_count; i++)
			for (size_t index = 0; checks_at(index) != NULL; index++)
				consider(prove, index, &prove->cores[i], &prove->cores[i].turns[index], &best);
	*check_out = best.check;
	*core_out = best.core;
	*turn_out = best.turn;
	return best.turn != NULL;
}

/* ---- what came of it ---- */

static bool record_at(struct prove *prove, struct core *core, const struct provewire *result)
{
	(void)prove;
	return core->fd >= 0 && err_is_ok(prove_send(core->fd, result));
}

/* Where it ran, and wherever that counts. */
static bool record(struct prove *prove, const struct run *run, const struct provewire *result)
{
	bool well = true;

	for (size_t i = 0; i < prove->core_count; i++) {
		struct core *core = &prove->cores[i];

		if (core == run->core || (core->where != 0 && home_of(prove, run->check, core) == run->turn))
			well = record_at(prove, core, result) && well;
	}
	return well;
}

static err died_json(struct buf *json)
{
	struct steps steps = {0};

	steps_unable(&steps, "検査のプロセスが、結果を出す前に終わりました。", "The process of this check ended before it had a result.");
	return steps_json(&steps, json);
}

void prove_turns_ended(struct prove *prove, struct run *run, const struct provewire *said)
{
	struct turn *turn = run->turn;
	int64_t now_us = clock_now_us();
	OWN(buf) json = {0};
	struct provewire result = {
		.kind = PROVEWIRE_RESULT, .outcome = CHECK_UNABLE, .took_ms = (uint32_t)((clock_mono_us() - run->began_mono_us) / 1000),
	};

	if (turn == NULL) {
		run->core->state = CORE_SETTLED; /* with or without: checks say what they lack */
		run->core->world_us = clock_mono_us() + WORLD_AGAIN_US;
		run->core->world_made = said != NULL && said->outcome == CHECK_PASSED;
		if (!run->core->world_made)
			log_warn("what the checks of %s work with could not be made: %.*s", run->core->name, said == NULL ? 0 : (int)said->body.len,
			    said == NULL ? "" : (const char *)said->body.ptr);
		return;
	}
	if (said != NULL) {
		result = *said;
	} else {
		if (!err_is_ok(died_json(&json)))
			log_error("%s: that its process ended could not be put into words", checks_at(run->check)->id);
		result.body = bytes_of(&json);
	}
	/* The name and the time are ours to say: V2. */
	result.number = (uint32_t)run->check;
	result.name = bytes_str(checks_at(run->check)->id);
	result.at_us = run->began_us;
	turn->running = false;
	turn->asked = false;
	turn->last_us = run->began_us;
	turn->next_us = plan_next(plan_every(turn->every_us, (enum check_outcome)result.outcome), turn->hash, run->began_us);
	if (!record(prove, run, &result) && turn->next_us > now_us + AGAIN_US)
		turn->next_us = now_us + AGAIN_US;
}

void prove_turns_recorded(struct prove *prove, const struct core *core, const struct provewire *answer)
{
	struct turn *turn;

	if (answer->outcome == CHECK_PASSED || checks_at(answer->number) == NULL)
		return;
	log_warn("%s did not record a result of %s", core->name, checks_at(answer->number)->id);
	turn = home_of(prove, answer->number, core);
	if (turn == NULL)
		turn = &prove->cores[core - prove->cores].turns[answer->number];
	if (turn->next_us > clock_now_us() + AGAIN_US)
		turn->next_us = clock_now_us() + AGAIN_US;
}
