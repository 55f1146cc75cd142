#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op/contract.h"

#include "govern/casekind.h"

#define FILE_NAME "cases.yaml"
#define KINDS_MAX 64
#define CLOCK_CODE_MAX 30
#define MIRROR_FIELDS_MAX 36 /* what is posted has further members */

static const struct casekind *kinds[KINDS_MAX];
static size_t kind_count;

/* ---- finding ---- */

const struct casekind *casekind_of(struct id description)
{
	for (size_t i = 0; i < kind_count; i++)
		if (id_equal(describe_id("case", kinds[i]->described.code), description))
			return kinds[i];
	return NULL;
}

const struct casekind *casekind_at(size_t index)
{
	return index < kind_count ? kinds[index] : NULL;
}

static const struct casekind_word *word_of(const struct casekind_word *list, size_t count, struct bytes code)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_is(code, list[i].code))
			return &list[i];
	return NULL;
}

const struct casekind_word *casekind_state(const struct casekind *kind, struct bytes code)
{
	return word_of(kind->states, kind->state_count, code);
}

const struct casekind_word *casekind_outcome(const struct casekind *kind, struct bytes code)
{
	return word_of(kind->outcomes, kind->outcome_count, code);
}

const struct casekind_move *casekind_move(const struct casekind *kind, struct bytes code)
{
	for (size_t i = 0; i < kind->move_count; i++)
		if (bytes_is(code, kind->moves[i].code))
			return &kind->moves[i];
	return NULL;
}

bool casekind_from(const struct casekind *kind, const struct casekind_move *move, struct bytes state)
{
	const struct casekind_word *now = casekind_state(kind, state);

	return now != NULL && (move->from & 1u << (now - kind->states)) != 0;
}

/* ---- pieces ---- */

static const char *const sides[] = {[CASEKIND_OPENER] = "opener", [CASEKIND_HANDLER] = "handler", [CASEKIND_APPROVER] = "approver", NULL};
static const char *const messages[] = {[CASEKIND_NONE] = "none", [CASEKIND_OPTIONAL] = "optional", [CASEKIND_REQUIRED] = "required", NULL};
static const char *const waits[] = {[CASEKIND_NOBODY] = "nobody", [CASEKIND_FOR_OPENER] = "opener", [CASEKIND_FOR_HANDLER] = "handler", NULL};

/* Code and words of a state, an outcome, a move. */
static err read_named(const struct yaml_node *node, const char **code_out, struct describe_words *words_out)
{
	TRY(describe_code(node, "code", code_out));
	TRY(yaml_text(node, "ja", &words_out->ja));
	return yaml_text(node, "en", &words_out->en);
}

static err optional_choice(const struct yaml_node *node, const char *name, const char *const *choices, int *out)
{
	*out = 0;
	return yaml_find(node, name) == NULL ? OK : describe_choice(node, name, choices, out);
}

static err optional_code(const struct yaml_node *node, const char *name, const char **code_out)
{
	*code_out = NULL;
	return yaml_find(node, name) == NULL ? OK : describe_code(node, name, code_out);
}

static err read_word(const struct yaml_node *node, bool state, struct casekind_word *list, size_t *count, size_t max)
{
	struct casekind_word *word = &list[*count];
	int whom = 0;

	TRY(yaml_only(node, state ? "code ja en final waits_for" : "code ja en"));
	if (*count == max)
		return yaml_wrong(node, "there are more than %zu of these", max);
	TRY(read_named(node, &word->code, &word->title));
	TRY(describe_flag(node, "final", &word->final));
	TRY(optional_choice(node, "waits_for", waits, &whom));
	word->waits_for = (enum casekind_waits)whom;
	if (word_of(list, *count, bytes_str(word->code)) != NULL)
		return yaml_wrong(node, "\"%s\" is there twice", word->code);
	if (word->final && word->waits_for != CASEKIND_NOBODY)
		return yaml_wrong(node, "a final state waits for nobody");
	(*count)++;
	return OK;
}

static err read_words(const struct yaml_node *node, struct casekind *kind)
{
	const struct yaml_node *states = NULL, *outcomes = yaml_find(node, "outcomes");

	TRY(yaml_member(node, "states", YAML_LIST, &states));
	for (const struct yaml_node *one = states->first; one != NULL; one = one->next)
		TRY(read_word(one, true, kind->states, &kind->state_count, CASEKIND_STATES_MAX));
	if (kind->state_count < 2 || kind->states[0].final)
		return yaml_wrong(states, "a case has a first state and a final one");
	if (outcomes == NULL)
		return OK;
	TRY(yaml_member(node, "outcomes", YAML_LIST, &outcomes));
	for (const struct yaml_node *one = outcomes->first; one != NULL; one = one->next)
		TRY(read_word(one, false, kind->outcomes, &kind->outcome_count, CASEKIND_OUTCOMES_MAX));
	return OK;
}

static err state_place(const struct yaml_node *at, const struct casekind *kind, const char *code, size_t *place_out)
{
	const struct casekind_word *state = casekind_state(kind, bytes_str(code));

	if (state == NULL)
		return yaml_wrong(at, "there is no state \"%s\"", code);
	*place_out = (size_t)(state - kind->states);
	return OK;
}

/* A list of states; absent: none. */
static err read_states(const struct yaml_node *node, const char *name, const struct casekind *kind, uint32_t *mask_out)
{
	const struct yaml_node *list = yaml_find(node, name);

	*mask_out = 0;
	if (list == NULL)
		return OK;
	TRY(yaml_member(node, name, YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		size_t place = 0;

		TRY(state_place(one, kind, one->text, &place));
		*mask_out |= 1u << place;
	}
	return OK;
}

/* ---- moves ---- */

static err read_needs(const struct yaml_node *node, const struct casekind *kind, struct casekind_move *move)
{
	const struct yaml_node *list = yaml_find(node, "needs");
	size_t count = 0;

	if (list == NULL)
		return OK;
	TRY(yaml_member(node, "needs", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		if (count == CASEKIND_NEEDS_MAX)
			return yaml_wrong(one, "a move needs %d fields at most", CASEKIND_NEEDS_MAX);
		if (form_find(&kind->form, bytes_str(one->text)) == NULL)
			return yaml_wrong(one, "there is no field \"%s\"", one->text);
		move->needs[count++] = one->text;
	}
	return OK;
}

static err check_ends(const struct yaml_node *node, const struct casekind *kind, const struct casekind_move *move)
{
	for (size_t i = 0; i < kind->state_count; i++)
		if ((move->from & 1u << i) != 0 && kind->states[i].final)
			return yaml_wrong(node, "nothing leads out of the final state \"%s\"", kind->states[i].code);
	if (move->from == 0)
		return yaml_wrong(node, "the move \"%s\" begins in no state", move->code);
	if (move->outcome != NULL && casekind_outcome(kind, bytes_str(move->outcome)) == NULL)
		return yaml_wrong(node, "there is no outcome \"%s\"", move->outcome);
	return OK;
}

static err read_move(const struct yaml_node *node, struct casekind *kind)
{
	struct casekind_move *move = &kind->moves[kind->move_count];
	const char *to = NULL;
	int by = 0, message = 0;

	TRY(yaml_only(node, "code ja en from to by needs message emits outcome"));
	if (kind->move_count == CASEKIND_MOVES_MAX)
		return yaml_wrong(node, "there are more than %d moves", CASEKIND_MOVES_MAX);
	TRY(read_named(node, &move->code, &move->title));
	if (casekind_move(kind, bytes_str(move->code)) != NULL)
		return yaml_wrong(node, "the move \"%s\" is there twice", move->code);
	TRY(read_states(node, "from", kind, &move->from));
	TRY(yaml_text(node, "to", &to));
	TRY(state_place(yaml_find(node, "to"), kind, to, &move->to));
	TRY(describe_choice(node, "by", sides, &by));
	TRY(optional_choice(node, "message", messages, &message));
	move->by = (enum casekind_side)by;
	move->message = (enum casekind_message)message;
	TRY(read_needs(node, kind, move));
	TRY(optional_code(node, "emits", &move->emits));
	TRY(optional_code(node, "outcome", &move->outcome));
	if (move->by == CASEKIND_APPROVER && kind->described.approve == 0)
		return yaml_wrong(node, "the move \"%s\" is by an approver, and nobody approves", move->code);
	if (kind->mirrored && move->by == CASEKIND_APPROVER)
		return yaml_wrong(node, "what is mirrored is not approved");
	TRY(check_ends(node, kind, move));
	kind->move_count++;
	return OK;
}

/* K1 */
static err check_reached(const struct yaml_node *node, const struct casekind *kind)
{
	uint32_t reached = 1, left = 0;

	for (size_t turn = 0; turn < kind->state_count; turn++)
		for (size_t i = 0; i < kind->move_count; i++)
			if ((kind->moves[i].from & reached) != 0)
				reached |= 1u << kind->moves[i].to;
	for (size_t i = 0; i < kind->move_count; i++)
		left |= kind->moves[i].from;
	for (size_t i = 0; i < kind->state_count; i++) {
		if ((reached & 1u << i) == 0)
			return yaml_wrong(node, "no move leads to the state \"%s\"", kind->states[i].code);
		if ((left & 1u << i) == 0 && !kind->states[i].final)
			return yaml_wrong(node, "no move leads out of the state \"%s\", and it is not final", kind->states[i].code);
	}
	return OK;
}

static err read_moves(const struct yaml_node *node, struct casekind *kind)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(node, "moves", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next)
		TRY(read_move(one, kind));
	return check_reached(list, kind);
}

/* ---- clocks ---- */

static err read_event(const struct yaml_node *node, const char *name, const struct casekind *kind, const char **event_out)
{
	TRY(describe_code(node, name, event_out));
	if (strcmp(*event_out, CASEKIND_OPENED) == 0 || strcmp(*event_out, CASEKIND_CLOSED) == 0)
		return OK;
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i].emits != NULL && strcmp(kind->moves[i].emits, *event_out) == 0)
			return OK;
	return yaml_wrong(yaml_find(node, name), "no move emits \"%s\"", *event_out);
}

static err read_warn(const struct yaml_node *node, struct casekind_clock *clock)
{
	const struct yaml_node *list = yaml_find(node, "warn");

	if (list == NULL)
		return OK;
	TRY(yaml_member(node, "warn", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		char *end = NULL;
		long percent = one->kind == YAML_TEXT ? strtol(one->text, &end, 10) : 0;

		if (percent < 1 || percent > 99 || *end != '\0' || clock->warn_count == CASEKIND_WARN_MAX ||
		    (clock->warn_count > 0 && percent <= clock->warn[clock->warn_count - 1]))
			return yaml_wrong(one, "%d numbers of per cent at most, rising, from 1 to 99", CASEKIND_WARN_MAX);
		clock->warn[clock->warn_count++] = (int)percent;
	}
	return OK;
}

static err read_rule(const struct yaml_node *node, struct casekind_clock *clock)
{
	static const char *const which_days[] = {"all", "open", NULL};
	static const char *const readings[] = {"sum", "end-of-day", "contract", NULL};
	const char *target = NULL;
	int64_t target_s = 0;
	int days = 0, reading = 0;

	TRY(describe_span(node, "target", &target_s));
	TRY(yaml_text(node, "target", &target));
	if (target_s > CLOCK_TARGET_MAX_US / 1000000)
		return yaml_wrong(yaml_find(node, "target"), "a target is 400 days at most");
	TRY(describe_choice(node, "days", which_days, &days));
	if (yaml_find(node, "reading") != NULL)
		TRY(describe_choice(node, "reading", readings, &reading));
	else
		reading = target[strlen(target) - 1] == 'd' || target[strlen(target) - 1] == 'o' ? 1 : 0; /* days are whole ones */
	clock->rule = (struct clock_rule){.target_us = target_s * 1000000, .open_days = days == 1,
		.reading = reading == 1 ? CLOCK_END_OF_DAY : CLOCK_SUM};
	clock->agreed_reading = reading == 2;
	return OK;
}

/* A number of hours, of the contract. */
static err read_agreed(const struct yaml_node *node, struct casekind_clock *clock)
{
	const char *name = NULL;

	if (yaml_find(node, "contract") == NULL)
		return OK;
	TRY(yaml_text(node, "contract", &name));
	clock->agreed = entity_field(&contract_entity, name);
	if (clock->agreed == NULL || clock->agreed->type != FIELD_INT || strlen(name) < 6 || strcmp(name + strlen(name) - 6, "_hours") != 0)
		return yaml_wrong(yaml_find(node, "contract"), "\"%s\" is no number of hours of the contract", name);
	return OK;
}

static err read_clock(const struct yaml_node *node, struct casekind *kind)
{
	struct casekind_clock *clock = &kind->clocks[kind->clock_count];

	TRY(yaml_only(node, "code title from until target days reading contract stands_in warn escalate"));
	if (kind->clock_count == CASEKIND_CLOCKS_MAX)
		return yaml_wrong(node, "there are more than %d clocks", CASEKIND_CLOCKS_MAX);
	TRY(describe_code(node, "code", &clock->code));
	if (strlen(clock->code) > CLOCK_CODE_MAX)
		return yaml_wrong(node, "the code of a clock has %d letters at most", CLOCK_CODE_MAX);
	for (size_t i = 0; i < kind->clock_count; i++)
		if (strcmp(kind->clocks[i].code, clock->code) == 0)
			return yaml_wrong(node, "the clock \"%s\" is there twice", clock->code);
	TRY(describe_words_read(node, "title", &clock->title));
	TRY(read_event(node, "from", kind, &clock->from));
	TRY(read_event(node, "until", kind, &clock->until));
	TRY(read_rule(node, clock));
	TRY(read_agreed(node, clock));
	TRY(read_states(node, "stands_in", kind, &clock->stands_in));
	TRY(read_warn(node, clock));
	TRY(describe_roles(node, "escalate", &clock->escalate));
	kind->clock_count++;
	return OK;
}

static err read_clocks(const struct yaml_node *node, struct casekind *kind)
{
	const struct yaml_node *list = yaml_find(node, "clocks");

	if (list == NULL)
		return OK;
	TRY(yaml_member(node, "clocks", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next)
		TRY(read_clock(one, kind));
	return OK;
}

/* ---- the whole ---- */

static err read_fields(const struct yaml_node *node, struct arena *arena, struct casekind *kind)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(node, "fields", YAML_LIST, &list));
	TRY(form_load(list, arena, &kind->form));
	if (yaml_find(node, "title_field") == NULL)
		return OK;
	TRY(yaml_text(node, "title_field", &kind->title_field));
	if (form_find(&kind->form, bytes_str(kind->title_field)) == NULL)
		return yaml_wrong(yaml_find(node, "title_field"), "there is no field \"%s\"", kind->title_field);
	return OK;
}

static err read_mirror(const struct yaml_node *node, struct casekind *kind)
{
	static const char *const where[] = {"provider", NULL};
	int which = 0;

	if (yaml_find(node, "mirror") == NULL)
		return OK;
	TRY(describe_choice(node, "mirror", where, &which));
	if (kind->described.home != HOME_CUSTOMER)
		return yaml_wrong(node, "what is mirrored to the provider is at home with a customer");
	kind->described.home = HOME_EACH; /* K2 */
	kind->mirrored = true;
	return OK;
}

static err read_kind(const struct yaml_node *node, struct arena *arena, struct casekind *kind)
{
	static const char *const grades[] = {"3b", "3c", "2", NULL};
	int grade = 0;

	TRY(yaml_only(node, DESCRIBE_MEMBERS "mirror assigned grade fields title_field states outcomes moves clocks"));
	TRY(describe_read(node, "case", arena, &kind->described));
	TRY(read_mirror(node, kind));
	TRY(describe_flag(node, "assigned", &kind->assigned));
	TRY(describe_choice(node, "grade", grades, &grade));
	kind->grade = (enum grade)(GRADE_3B + grade);
	if (kind->described.file == 0 || kind->described.handle == 0)
		return yaml_wrong(node, "a case is filed by somebody and handled by somebody");
	TRY(read_fields(node, arena, kind));
	if (kind->mirrored && kind->form.count > MIRROR_FIELDS_MAX)
		return yaml_wrong(node, "what is mirrored has %d fields at most", MIRROR_FIELDS_MAX);
	TRY(read_words(node, kind));
	TRY(read_moves(node, kind));
	TRY(read_clocks(node, kind));
	return describe_add(&kind->described);
}

err casekind_load(const char *folder, struct arena *arena)
{
	const struct yaml_node *list = NULL;
	struct yaml_node *root = NULL;
	char path[PATH_MAX];

	kind_count = 0;
	if (snprintf(path, sizeof(path), "%s/" FILE_NAME, folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	TRY(yaml_load(path, arena, &root));
	TRY(yaml_only(root, "version cases"));
	TRY(yaml_member(root, "cases", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct casekind *kind = arena_alloc(arena, sizeof(*kind));

		if (kind == NULL)
			return FAIL(UNAVAILABLE);
		if (kind_count == KINDS_MAX)
			return yaml_wrong(node, "there are more than %d kinds of cases", KINDS_MAX);
		TRY(read_kind(node, arena, kind));
		kinds[kind_count++] = kind;
	}
	return OK;
}
