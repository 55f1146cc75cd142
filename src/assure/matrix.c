#include "assure/matrix.h"

#define SECOND_US INT64_C(1000000)
#define AHEAD_US (INT64_C(300) * SECOND_US) /* how far a clock may be set back without a result losing its time */

const char *const matrix_status_names[] = {"failing", "stale", "open", "proven", NULL};
const char *const matrix_check_names[] = {"passed", "failed", "unable", "stale", "never", "off", "open", NULL};
const char *const matrix_register_names[] = {"held", "empty", "unapproved", "expired", "open", NULL};

int64_t matrix_stale_at(const struct catalogue_check *check, int64_t last_us)
{
	return last_us + MATRIX_STALE_AFTER * check->every_s * SECOND_US;
}

enum matrix_check matrix_check(const struct catalogue_check *check, const struct matrix_run *run, int64_t now_us)
{
	if (!run->subject)
		return MATRIX_NO_SUBJECT;
	switch (run->outcome) {
	case MATRIX_RUN_PASSED:
		if (run->objects < 1 && !check->empty)
			return MATRIX_UNABLE; /* M2 */
		/* A time ahead of now says nothing about how old the result is: the clock was wrong then, or is now. */
		if (run->last_us > now_us + AHEAD_US)
			return MATRIX_PASSED_LONG_AGO;
		return now_us > matrix_stale_at(check, run->last_us) ? MATRIX_PASSED_LONG_AGO : MATRIX_PASSED;
	case MATRIX_RUN_FAILED:
		return MATRIX_FAILED;
	case MATRIX_RUN_UNABLE:
		return MATRIX_UNABLE;
	case MATRIX_RUN_OFF:
		return MATRIX_OFF;
	case MATRIX_NOT_RUN:
		break;
	}
	return MATRIX_NEVER;
}

enum matrix_register matrix_register(const struct catalogue_need *need, const struct matrix_book *book, int64_t now_us)
{
	if (!book->kept)
		return MATRIX_NO_REGISTER;
	if (book->expired > 0)
		return MATRIX_EXPIRED;
	if (book->records < 1)
		return MATRIX_EMPTY;
	if (book->unapproved > 0)
		return MATRIX_UNAPPROVED;
	if (need->valid_s > 0 && now_us > book->oldest_us + need->valid_s * SECOND_US)
		return MATRIX_EXPIRED;
	return MATRIX_HELD;
}

enum matrix_status matrix_check_status(enum matrix_check state)
{
	if (state == MATRIX_PASSED)
		return MATRIX_PROVEN;
	if (state == MATRIX_FAILED)
		return MATRIX_FAILING;
	return state == MATRIX_PASSED_LONG_AGO ? MATRIX_STALE : MATRIX_OPEN;
}

enum matrix_status matrix_register_status(enum matrix_register state)
{
	if (state == MATRIX_HELD)
		return MATRIX_PROVEN;
	return state == MATRIX_EXPIRED ? MATRIX_STALE : MATRIX_OPEN;
}

/* What has been looked at so far. */
struct verdict {
	enum matrix_status worst;
	size_t parts;
	struct matrix_cause cause;
};

static void weigh(struct verdict *verdict, enum matrix_status status, struct matrix_cause cause)
{
	verdict->parts++;
	if (status >= verdict->worst)
		return;
	verdict->worst = status;
	verdict->cause = cause;
}

static void weigh_control(const struct catalogue *all, const struct catalogue_control *control, const struct matrix_facts *facts,
    struct verdict *verdict)
{
	for (size_t i = 0; i < control->check_count; i++) {
		const struct catalogue_check *check = &control->checks[i];
		enum matrix_check state = matrix_check(check, &facts->runs[check - all->checks], facts->now_us);

		weigh(verdict, matrix_check_status(state), (struct matrix_cause){.check = check});
	}
	for (size_t i = 0; i < control->need_count; i++) {
		const struct catalogue_need *need = &control->needs[i];
		enum matrix_register state = matrix_register(need, &facts->books[need->of - all->registers], facts->now_us);

		weigh(verdict, matrix_register_status(state), (struct matrix_cause){.need = need});
	}
}

/* A1, M1: with nothing to rest on, nothing is proven. */
static enum matrix_status end(const struct verdict *verdict, struct matrix_cause *cause_out)
{
	if (cause_out != NULL)
		*cause_out = verdict->cause;
	return verdict->parts == 0 ? MATRIX_OPEN : verdict->worst;
}

enum matrix_status matrix_control(const struct catalogue *all, const struct catalogue_control *control, const struct matrix_facts *facts,
    struct matrix_cause *cause_out)
{
	struct verdict verdict = {.worst = MATRIX_PROVEN};

	weigh_control(all, control, facts, &verdict);
	return end(&verdict, cause_out);
}

enum matrix_status matrix_requirement(const struct catalogue *all, const struct catalogue_requirement *requirement,
    const struct matrix_facts *facts, struct matrix_cause *cause_out)
{
	struct verdict verdict = {.worst = MATRIX_PROVEN};

	for (size_t i = 0; i < requirement->control_count; i++) {
		size_t before = verdict.parts;

		weigh_control(all, requirement->controls[i], facts, &verdict);
		if (verdict.parts == before)
			weigh(&verdict, MATRIX_OPEN, (struct matrix_cause){0});
	}
	return end(&verdict, cause_out);
}
