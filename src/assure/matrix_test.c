#include "assure/catalogue.h"
#include "base/unit_test.h"

#include "assure/matrix.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define NOW (INT64_C(20000) * DAY_US)

static struct arena arena;
static struct catalogue all;

/* ---- one check, one register ---- */

static const struct {
	const char *name;
	struct matrix_run run;
	bool empty;
	enum matrix_check state;
	enum matrix_status status;
} check_rows[] = {
	{"without a row", {false, MATRIX_RUN_PASSED, 3, NOW}, false, MATRIX_NO_SUBJECT, MATRIX_OPEN},
	{"never run", {true, MATRIX_NOT_RUN, 0, 0}, false, MATRIX_NEVER, MATRIX_OPEN},
	{"never run, and nothing is a pass", {true, MATRIX_NOT_RUN, 0, 0}, true, MATRIX_NEVER, MATRIX_OPEN},
	{"just passed", {true, MATRIX_RUN_PASSED, 1, NOW}, false, MATRIX_PASSED, MATRIX_PROVEN},
	{"passed on nothing", {true, MATRIX_RUN_PASSED, 0, NOW}, false, MATRIX_UNABLE, MATRIX_OPEN},
	{"passed on less than nothing", {true, MATRIX_RUN_PASSED, -1, NOW}, false, MATRIX_UNABLE, MATRIX_OPEN},
	{"passed on nothing, which is a pass", {true, MATRIX_RUN_PASSED, 0, NOW}, true, MATRIX_PASSED, MATRIX_PROVEN},
	{"passed twice its interval ago", {true, MATRIX_RUN_PASSED, 1, NOW - 2 * DAY_US}, false, MATRIX_PASSED, MATRIX_PROVEN},
	{"a moment longer ago", {true, MATRIX_RUN_PASSED, 1, NOW - 2 * DAY_US - 1}, false, MATRIX_PASSED_LONG_AGO, MATRIX_STALE},
	{"passed in a minute", {true, MATRIX_RUN_PASSED, 1, NOW + INT64_C(60000000)}, false, MATRIX_PASSED, MATRIX_PROVEN},
	{"passed in a year", {true, MATRIX_RUN_PASSED, 1, NOW + 365 * DAY_US}, false, MATRIX_PASSED_LONG_AGO, MATRIX_STALE},
	{"failed", {true, MATRIX_RUN_FAILED, 1, NOW}, false, MATRIX_FAILED, MATRIX_FAILING},
	{"failed long ago", {true, MATRIX_RUN_FAILED, 1, NOW - 90 * DAY_US}, false, MATRIX_FAILED, MATRIX_FAILING},
	{"failed on nothing", {true, MATRIX_RUN_FAILED, 0, NOW}, true, MATRIX_FAILED, MATRIX_FAILING},
	{"could not", {true, MATRIX_RUN_UNABLE, 4, NOW}, false, MATRIX_UNABLE, MATRIX_OPEN},
	{"could not, and nothing is a pass", {true, MATRIX_RUN_UNABLE, 0, NOW}, true, MATRIX_UNABLE, MATRIX_OPEN},
	{"switched off", {true, MATRIX_RUN_OFF, 4, NOW}, true, MATRIX_OFF, MATRIX_OPEN},
};

static void checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(check_rows); i++) {
		const struct catalogue_check check = {.id = "c", .every_s = 86400, .empty = check_rows[i].empty};
		enum matrix_check found = matrix_check(&check, &check_rows[i].run, NOW);

		if (found != check_rows[i].state || matrix_check_status(found) != check_rows[i].status)
			fail_msg("%s: %s, %s", check_rows[i].name, matrix_check_names[found], matrix_status_names[matrix_check_status(found)]);
	}
}

static const struct {
	const char *name;
	struct matrix_book book;
	int64_t valid_s;
	enum matrix_register state;
	enum matrix_status status;
} register_rows[] = {
	{"not kept", {false, 5, 0, NOW}, 0, MATRIX_NO_REGISTER, MATRIX_OPEN},
	{"empty", {true, 0, 0, 0}, 0, MATRIX_EMPTY, MATRIX_OPEN},
	{"over, and nothing in force", {true, 0, 0, 0, 1}, 0, MATRIX_EXPIRED, MATRIX_STALE},
	{"over, and a renewal that waits", {true, 1, 1, NOW, 1}, 0, MATRIX_EXPIRED, MATRIX_STALE},
	{"one record", {true, 1, 0, 0}, 0, MATRIX_HELD, MATRIX_PROVEN},
	{"one not approved", {true, 5, 1, NOW}, 0, MATRIX_UNAPPROVED, MATRIX_OPEN},
	{"confirmed to the day", {true, 1, 0, NOW - 365 * DAY_US}, 365 * 86400, MATRIX_HELD, MATRIX_PROVEN},
	{"a moment too long ago", {true, 1, 0, NOW - 365 * DAY_US - 1}, 365 * 86400, MATRIX_EXPIRED, MATRIX_STALE},
	{"never confirmed", {true, 1, 0, 0}, 365 * 86400, MATRIX_EXPIRED, MATRIX_STALE},
};

static void registers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(register_rows); i++) {
		const struct catalogue_need need = {.valid_s = register_rows[i].valid_s};
		enum matrix_register found = matrix_register(&need, &register_rows[i].book, NOW);

		if (found != register_rows[i].state || matrix_register_status(found) != register_rows[i].status)
			fail_msg("%s: %s", register_rows[i].name, matrix_register_names[found]);
	}
}

/* ---- the catalogue as it is delivered ---- */

#define CHECKS_MAX 512
#define REGISTERS_MAX 256

struct world {
	struct matrix_run runs[CHECKS_MAX];
	struct matrix_book books[REGISTERS_MAX];
	struct matrix_facts facts;
};

/* Everything is as it should be. */
static void perfect(struct world *world)
{
	for (size_t i = 0; i < all.check_count; i++)
		world->runs[i] = (struct matrix_run){true, MATRIX_RUN_PASSED, 1, NOW};
	for (size_t i = 0; i < all.register_count; i++)
		world->books[i] = (struct matrix_book){true, 1, 0, NOW};
	world->facts = (struct matrix_facts){.now_us = NOW, .runs = world->runs, .books = world->books};
}

static enum matrix_status status_of(const struct world *world, const struct catalogue_requirement *requirement)
{
	return matrix_requirement(&all, requirement, &world->facts, NULL);
}

static size_t count_of(const struct world *world, enum matrix_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < all.requirement_count; i++)
		count += status_of(world, &all.requirements[i]) == status;
	return count;
}

static void proven_when_all_is_well(void **state)
{
	struct world world;

	(void)state;
	perfect(&world);
	assert_int_equal(count_of(&world, MATRIX_PROVEN), all.requirement_count);
}

static bool rests_on_check(const struct catalogue_requirement *requirement, const struct catalogue_check *check)
{
	for (size_t i = 0; i < requirement->control_count; i++)
		if (requirement->controls[i] == check->control)
			return true;
	return false;
}

static bool rests_on_register(const struct catalogue_requirement *requirement, const struct catalogue_register *of)
{
	for (size_t i = 0; i < requirement->control_count; i++)
		for (size_t k = 0; k < requirement->controls[i]->need_count; k++)
			if (requirement->controls[i]->needs[k].of == of)
				return true;
	return false;
}

/* What can go wrong with a check. */
static const struct {
	const char *name;
	struct matrix_run run;
} ways[] = {
	{"its row is gone", {false, MATRIX_RUN_PASSED, 1, NOW}},
	{"it never ran", {true, MATRIX_NOT_RUN, 0, 0}},
	{"it is switched off", {true, MATRIX_RUN_OFF, 1, NOW}},
	{"it could not run", {true, MATRIX_RUN_UNABLE, 1, NOW}},
	{"it found nothing", {true, MATRIX_RUN_PASSED, 0, NOW}},
	{"it failed", {true, MATRIX_RUN_FAILED, 1, NOW}},
	{"it is too old", {true, MATRIX_RUN_PASSED, 1, NOW - INT64_C(800) * DAY_US}},
};

/* Each check by itself, in each way, over all requirements: those that rest on it are green no more, the others stay. */
static void each_check_counts(void **state)
{
	(void)state;
	REQ("GV-14");
	for (size_t way = 0; way < COUNT_OF(ways); way++)
		for (size_t i = 0; i < all.check_count; i++) {
			struct world world;

			perfect(&world);
			world.runs[i] = ways[way].run;
			for (size_t k = 0; k < all.requirement_count; k++) {
				bool green = status_of(&world, &all.requirements[k]) == MATRIX_PROVEN;

				if (green == rests_on_check(&all.requirements[k], &all.checks[i]))
					fail_msg("%s: %s, and %s is %s", all.checks[i].id, ways[way].name, all.requirements[k].id, green ? "green" : "not");
			}
		}
}

static const struct {
	const char *name;
	struct matrix_book book;
	bool aged;              /* only where there is a limit of age */
} losses[] = {
	{"nobody keeps it", {false, 1, 0, NOW}, false},
	{"it is empty", {true, 0, 0, 0}, false},
	{"a record is not approved", {true, 2, 1, NOW}, false},
	{"a record is too old", {true, 2, 0, NOW - INT64_C(800) * DAY_US}, true},
};

static bool has_limit(const struct catalogue_requirement *requirement, const struct catalogue_register *of)
{
	for (size_t i = 0; i < requirement->control_count; i++)
		for (size_t k = 0; k < requirement->controls[i]->need_count; k++)
			if (requirement->controls[i]->needs[k].of == of && requirement->controls[i]->needs[k].valid_s > 0)
				return true;
	return false;
}

static void each_register_counts(void **state)
{
	(void)state;
	for (size_t loss = 0; loss < COUNT_OF(losses); loss++)
		for (size_t i = 0; i < all.register_count; i++) {
			struct world world;

			perfect(&world);
			world.books[i] = losses[loss].book;
			for (size_t k = 0; k < all.requirement_count; k++) {
				const struct catalogue_requirement *requirement = &all.requirements[k];
				bool hit = losses[loss].aged ? has_limit(requirement, &all.registers[i]) :
				    rests_on_register(requirement, &all.registers[i]);

				if ((status_of(&world, requirement) == MATRIX_PROVEN) == hit)
					fail_msg("%s: %s, and %s is wrong", all.registers[i].name, losses[loss].name, requirement->id);
			}
		}
}

/* Whatever is lost everywhere at once, not one requirement stays green. */
static void no_green_remains(void **state)
{
	(void)state;
	REQ("GV-14");
	for (size_t way = 0; way < COUNT_OF(ways); way++) {
		struct world world;
		size_t without_checks = 0;

		perfect(&world);
		for (size_t i = 0; i < all.check_count; i++)
			world.runs[i] = ways[way].run;
		for (size_t i = 0; i < all.requirement_count; i++) {
			size_t checks_of = 0;

			for (size_t k = 0; k < all.requirements[i].control_count; k++)
				checks_of += all.requirements[i].controls[k]->check_count;
			without_checks += checks_of == 0;
		}
		assert_int_equal(count_of(&world, MATRIX_PROVEN), without_checks);
		for (size_t i = 0; i < all.register_count; i++)
			world.books[i] = (struct matrix_book){.kept = true};
		assert_int_equal(count_of(&world, MATRIX_PROVEN), 0);
	}
}

static unsigned long seed = 7;

static unsigned next(unsigned below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(seed >> 33) % below;
}

/* Any state of things: a requirement is exactly as good as the worst of what it rests on, and the cause named is such a one. */
static void never_better_than_the_worst(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct world world;

		perfect(&world);
		for (size_t i = 0; i < all.check_count; i++)
			if (next(10) < round % 10)
				world.runs[i] = ways[next(COUNT_OF(ways))].run;
		for (size_t i = 0; i < all.register_count; i++)
			if (next(10) < round % 10)
				world.books[i] = losses[next(COUNT_OF(losses))].book;
		for (size_t i = 0; i < all.requirement_count; i++) {
			const struct catalogue_requirement *requirement = &all.requirements[i];
			enum matrix_status worst = MATRIX_PROVEN;
			struct matrix_cause cause = {0};
			enum matrix_status status = matrix_requirement(&all, requirement, &world.facts, &cause);

			for (size_t k = 0; k < requirement->control_count; k++) {
				enum matrix_status one = matrix_control(&all, requirement->controls[k], &world.facts, NULL);

				worst = one < worst ? one : worst;
			}
			assert_int_equal(status, worst);
			assert_int_equal(status != MATRIX_PROVEN, cause.check != NULL || cause.need != NULL);
			if (cause.check != NULL)
				assert_int_equal(matrix_check_status(matrix_check(cause.check, &world.runs[cause.check - all.checks], NOW)), status);
			if (cause.need != NULL)
				assert_int_equal(matrix_register_status(matrix_register(cause.need, &world.books[cause.need->of - all.registers], NOW)), status);
		}
	}
}

static void nothing_to_rest_on(void **state)
{
	static const struct catalogue_control bare = {.id = "X-1"};
	const struct catalogue_control *const controls[] = {all.controls[0].check_count > 0 ? &all.controls[0] : NULL, &bare};
	const struct catalogue_requirement requirement = {.id = "X", .controls = controls, .control_count = 2};
	const struct catalogue_requirement none = {.id = "Y"};
	struct world world;

	(void)state;
	perfect(&world);
	assert_int_equal(matrix_control(&all, &bare, &world.facts, NULL), MATRIX_OPEN);
	assert_int_equal(matrix_requirement(&all, &requirement, &world.facts, NULL), MATRIX_OPEN);
	assert_int_equal(matrix_requirement(&all, &none, &world.facts, NULL), MATRIX_OPEN);
}

static int load(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)16 << 20);
	if (!err_is_ok(catalogue_read(SEKIMORI_ROOT "/catalog", &arena, &all)))
		return -1;
	return all.check_count <= CHECKS_MAX && all.register_count <= REGISTERS_MAX ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks),
		cmocka_unit_test(registers),
		cmocka_unit_test(proven_when_all_is_well),
		cmocka_unit_test(each_check_counts),
		cmocka_unit_test(each_register_counts),
		cmocka_unit_test(no_green_remains),
		cmocka_unit_test(never_better_than_the_worst),
		cmocka_unit_test(nothing_to_rest_on),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
