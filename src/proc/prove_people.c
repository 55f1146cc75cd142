#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "proc/prove_int.h"

#define PREPARE_WAIT_US (20 * SECOND_US)
#define PAUSE_US SECOND_US      /* between two accounts: each costs a password's hash */
#define AGAIN_US (10 * SECOND_US)
#define CODE_LEFT_S 8           /* the code before this one is still taken for so long */
#define OTHER "other."

/* ---- facts ---- */

static err fact_keep(struct core *core, const char *name, struct bytes text)
{
	struct fact *fact = NULL;

	for (size_t i = 0; i < core->fact_count && fact == NULL; i++)
		if (strcmp(core->facts[i].name, name) == 0)
			fact = &core->facts[i];
	if ((fact == NULL && core->fact_count == FACTS_MAX) || text.len >= sizeof(fact->text) || strlen(name) >= sizeof(fact->name))
		return FAIL(TOO_LARGE);
	if (fact == NULL)
		fact = &core->facts[core->fact_count++];
	(void)snprintf(fact->name, sizeof(fact->name), "%s", name);
	return prove_copy(fact->text, sizeof(fact->text), text) ? OK : FAIL(TOO_LARGE);
}

/* Whom a run may try to reach in vain: the probe compartment, seen from a customer; a customer, seen from there. */
static struct core *other_of(struct prove *prove, const struct core *core)
{
	for (size_t i = 0; i < prove->core_count; i++)
		if (prove->cores[i].where == (core->where == CHECK_CUSTOMER ? CHECK_PROBE : CHECK_CUSTOMER))
			return &prove->cores[i];
	return NULL;
}

err prove_people_facts(struct prove *prove, const struct core *core, struct buf *body)
{
	const struct core *other = other_of(prove, core);
	char name[PROVEWIRE_NAME_MAX + sizeof(OTHER) + 1];

	for (size_t i = 0; i < core->fact_count; i++)
		TRY(provewire_put_pair(body, core->facts[i].name, core->facts[i].text));
	if (other != NULL)
		TRY(provewire_put_pair(body, OTHER "compartment", other->name));
	for (size_t i = 0; other != NULL && i < other->fact_count; i++) {
		(void)snprintf(name, sizeof(name), OTHER "%s", other->facts[i].name);
		if (strlen(name) <= PROVEWIRE_NAME_MAX)
			TRY(provewire_put_pair(body, name, other->facts[i].text));
	}
	return OK;
}

/* ---- accounts ---- */

/* Of every class of letters that a password may have to have; 144 bits of them random. */
static err secrets_new(const struct cast *cast, struct person *person)
{
	OWN(buf) password = {0};
	OWN(buf) factor = {0};
	uint8_t raw[18];
	err e = random_bytes(raw, sizeof(raw));

	if (err_is_ok(e))
		e = buf_append_str(&password, "Pr0-");
	if (err_is_ok(e))
		e = base64url_append(&password, (struct bytes){raw, sizeof(raw)});
	wipe(raw, sizeof(raw));
	if (err_is_ok(e))
		e = random_bytes(person->secret, sizeof(person->secret));
	if (err_is_ok(e) && cast_has_factor(cast))
		e = base32_append(&factor, (struct bytes){person->secret, sizeof(person->secret)});
	TRY(e);
	if (!prove_copy(person->password, sizeof(person->password), bytes_of(&password)) ||
	    !prove_copy(person->factor, sizeof(person->factor), bytes_of(&factor)))
		return FAIL(INTERNAL);
	person->cookie[0] = '\0';
	person->last_step = 0;
	person->prepared = false;
	return OK;
}

static err prepare(struct core *core, size_t index)
{
	const struct cast *cast = &cast_table[index];
	struct person *person = &core->people[index];

	if (core->fd < 0)
		return FAIL(UNAVAILABLE);
	TRY(secrets_new(cast, person));
	TRY(prove_send(core->fd, &(struct provewire){.kind = PROVEWIRE_PREPARE, .number = (uint32_t)index, .name = bytes_str(cast->code),
		.body = bytes_str(person->password), .data = bytes_str(person->factor)}));
	core->preparing = (int)index;
	core->wait_us = clock_mono_us() + PREPARE_WAIT_US;
	return OK;
}

static err say_no(const struct run *run, const char *cast)
{
	return prove_send(run->fd, &(struct provewire){.kind = PROVEWIRE_PERSON, .outcome = CHECK_UNABLE, .name = bytes_str(cast)});
}

static err say_person(const struct run *run, const struct core *core, size_t index, const char *cast)
{
	const struct person *person = &core->people[index];
	char login[96];

	if (!person->prepared)
		return say_no(run, cast);
	(void)snprintf(login, sizeof(login), CAST_LOGIN "%s@%s", cast_table[index].code, core->name);
	return prove_send(run->fd, &(struct provewire){
		.kind = PROVEWIRE_PERSON, .outcome = CHECK_PASSED, .flags = person->factor[0] != '\0' ? PROVEWIRE_FACTOR : 0, .at_us = person->proved_us,
		.name = bytes_str(cast), .text = bytes_str(login), .body = bytes_str(person->password), .data = bytes_str(person->cookie)});
}

/* The run, if it is still there and still waits for this. */
static void renewed(struct core *core, size_t index)
{
	struct run *run = core->renewing;

	core->renewing = NULL;
	if (run == NULL || run->number == 0 || run->renew_core != core || run->renew_person != index)
		return;
	run->renew_core = NULL;
	err_ignore(say_person(run, core, index, run->renew_cast)); /* a run that has gone shows elsewhere */
}

static void keep_ids(struct core *core, const struct cast *cast, const struct provewire *answer)
{
	char name[PROVEWIRE_NAME_MAX];
	err e = answer->text.len == (size_t)2 * ID_TEXT_LEN ? OK : FAIL(INVALID);

	if (err_is_ok(e)) {
		(void)snprintf(name, sizeof(name), "%s.account", cast->code);
		e = fact_keep(core, name, (struct bytes){answer->text.ptr, ID_TEXT_LEN});
	}
	if (err_is_ok(e)) {
		(void)snprintf(name, sizeof(name), "%s.membership", cast->code);
		e = fact_keep(core, name, (struct bytes){answer->text.ptr + ID_TEXT_LEN, ID_TEXT_LEN});
	}
	if (err_is_ok(e) && answer->data.len > 0) {
		(void)snprintf(name, sizeof(name), "facility-%c", cast->facility);
		e = fact_keep(core, name, answer->data);
	}
	if (!err_is_ok(e))
		log_warn("%s named its accounts for checks in a form that is not known", core->name);
}

void prove_people_prepared(struct prove *prove, struct core *core, const struct provewire *answer)
{
	size_t index = (size_t)core->preparing;

	if (core->preparing < 0 || answer->number != index)
		return; /* of an earlier question */
	core->preparing = -1;
	core->people[index].prepared = answer->outcome == CHECK_PASSED;
	if (answer->outcome == CHECK_PASSED)
		keep_ids(core, &cast_table[index], answer);
	else
		log_warn("the account %s of %s could not be prepared for checks", cast_table[index].code, core->name);
	if (core->renewing != NULL) {
		renewed(core, index);
		core->wait_us = 0;
		return;
	}
	if (core->state == CORE_PREPARING)
		core->next_person = answer->outcome == CHECK_PASSED ? index + 1 : index;
	if (answer->outcome != CHECK_PASSED)
		core->wait_us = clock_mono_us() + AGAIN_US;
	else
		core->wait_us = prove->scheduled ? clock_mono_us() + PAUSE_US : 0; /* somebody waits for it */
}

/* A run that asks for a renewed account comes first; then those of the start. */
static void prepare_next(struct prove *prove, struct core *core)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *run = &prove->runs[i];

		if (run->number == 0 || run->renew_core != core)
			continue;
		core->renewing = run;
		if (!err_is_ok(prepare(core, run->renew_person)))
			renewed(core, run->renew_person); /* without success: says so */
		return;
	}
	if (core->state != CORE_PREPARING || clock_mono_us() < core->wait_us)
		return;
	while (cast_table[core->next_person].code != NULL && (cast_table[core->next_person].where & core->where) == 0)
		core->next_person++;
	if (cast_table[core->next_person].code == NULL)
		core->state = core->where == CHECK_PROVIDER ? CORE_SETTLED : CORE_FURNISHING;
	else if (!err_is_ok(prepare(core, core->next_person)))
		core->wait_us = clock_mono_us() + AGAIN_US;
}

void prove_people_tick(struct prove *prove, struct core *core)
{
	if (core->fd < 0 || core->where == 0)
		return;
	if (core->state == CORE_WAITING && prove->wanted) {
		core->state = CORE_PREPARING;
		core->next_person = 0;
		core->wait_us = 0;
	}
	if (core->preparing >= 0 && clock_mono_us() > core->wait_us) {
		log_warn("%s does not answer about its accounts for checks", core->name);
		core->preparing = -1;
		if (core->renewing != NULL)
			renewed(core, core->renewing->renew_person); /* without success: says so */
	}
	if (core->state == CORE_SETTLED && core->where != CHECK_PROVIDER && !core->world_made && clock_mono_us() > core->world_us)
		core->state = CORE_FURNISHING;
	if (core->preparing < 0)
		prepare_next(prove, core);
}

void prove_people_lost(struct prove *prove, struct core *core)
{
	core->preparing = -1;
	core->renewing = NULL;
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *run = &prove->runs[i];

		if (run->number == 0)
			continue;
		if (run->renew_core == core) {
			run->renew_core = NULL;
			err_ignore(say_no(run, run->renew_cast)); /* a run that has gone shows elsewhere */
		}
		if (run->inspecting && run->core == core) {
			run->inspecting = false;
			err_ignore(prove_send(run->fd, &(struct provewire){.kind = PROVEWIRE_INSPECTED, .outcome = CHECK_UNABLE})); /* as above */
		}
	}
}

/* ---- what runs ask ---- */

/* "other.guardian-a1" is of the other compartment. */
static bool whose(struct prove *prove, const struct run *run, struct bytes name, struct core **core_out, size_t *index_out, char cast_out[static PROVEWIRE_NAME_MAX + 1])
{
	const char *code = cast_out;
	const struct cast *cast;
	struct core *core = run->core;

	if (core == NULL || !prove_copy(cast_out, PROVEWIRE_NAME_MAX + 1, name))
		return false;
	if (strncmp(code, OTHER, sizeof(OTHER) - 1) == 0) {
		code += sizeof(OTHER) - 1;
		core = other_of(prove, core);
	}
	cast = core == NULL ? NULL : cast_find(code, core->where);
	if (cast == NULL)
		return false;
	*core_out = core;
	*index_out = cast_index(cast);
	return true;
}

/* A code that was not used, or how many seconds there is none. */
static err give_code(const struct run *run, struct person *person)
{
	struct provewire reply = {.kind = PROVEWIRE_CODE, .outcome = CHECK_FAILED};
	int64_t now_us = clock_now_us();
	int64_t step = totp_step(now_us);
	unsigned left_s = TOTP_STEP_S - (unsigned)(now_us / SECOND_US % TOTP_STEP_S);
	char text[TOTP_DIGITS_MAX + 1];

	if (person->factor[0] == '\0')
		return prove_send(run->fd, &reply);
	if (person->last_step < step - 1 && left_s >= CODE_LEFT_S)
		step--;
	if (person->last_step < step) {
		TRY(totp_code((struct bytes){person->secret, sizeof(person->secret)}, step, TOTP_DIGITS, text));
		person->last_step = step;
		reply.outcome = CHECK_PASSED;
	} else {
		(void)snprintf(text, sizeof(text), "%u", left_s);
		reply.outcome = CHECK_UNABLE;
	}
	reply.text = bytes_str(text);
	return prove_send(run->fd, &reply);
}

static err pass_on(const struct run *run, const struct provewire *asked)
{
	struct provewire frame = *asked;

	frame.number = run->number;
	if (run->core == NULL || run->core->fd < 0)
		return FAIL(UNAVAILABLE);
	return prove_send(run->core->fd, &frame);
}

static err inspect(struct run *run, const struct provewire *asked)
{
	run->inspecting = err_is_ok(pass_on(run, asked));
	if (run->inspecting)
		return OK;
	return prove_send(run->fd, &(struct provewire){.kind = PROVEWIRE_INSPECTED, .outcome = CHECK_UNABLE});
}

void prove_people_inspected(struct prove *prove, struct core *core, const struct provewire *answer)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *run = &prove->runs[i];

		if (run->number == 0 || run->number != answer->number || run->core != core || !run->inspecting)
			continue;
		run->inspecting = false;
		err_ignore(prove_send(run->fd, answer)); /* a run that has gone shows elsewhere */
	}
}

static err learn(const struct run *run, const struct provewire *told)
{
	char name[PROVEWIRE_NAME_MAX + 1];

	/* Only the run that makes the world says what is in it. */
	if (run->core == NULL || run->turn != NULL || !prove_copy(name, sizeof(name), told->name))
		return FAIL(INVALID);
	return fact_keep(run->core, name, told->text);
}

err prove_people_take(struct prove *prove, struct run *run, const struct provewire *frame)
{
	char cast[PROVEWIRE_NAME_MAX + 1] = "";
	struct core *core = NULL;
	size_t index = 0;

	if (frame->kind == PROVEWIRE_INSPECT)
		return run->inspecting ? FAIL(INVALID) : inspect(run, frame);
	if (frame->kind == PROVEWIRE_FACT)
		return learn(run, frame);
	if (!whose(prove, run, frame->name, &core, &index, cast)) {
		if (frame->kind == PROVEWIRE_ASK_CODE)
			return prove_send(run->fd, &(struct provewire){.kind = PROVEWIRE_CODE, .outcome = CHECK_FAILED});
		return frame->kind == PROVEWIRE_COOKIE ? OK : say_no(run, cast);
	}
	switch (frame->kind) {
	case PROVEWIRE_WHO:
		return say_person(run, core, index, cast);
	case PROVEWIRE_ASK_CODE:
		return give_code(run, &core->people[index]);
	case PROVEWIRE_RENEW:
		run->renew_core = core;
		run->renew_person = index;
		memcpy(run->renew_cast, cast, sizeof(run->renew_cast));
		return OK;
	case PROVEWIRE_COOKIE:
		core->people[index].proved_us = frame->at_us;
		return prove_copy(core->people[index].cookie, sizeof(core->people[index].cookie), frame->text) ? OK : FAIL(INVALID);
	default:
		return FAIL(INVALID);
	}
}
