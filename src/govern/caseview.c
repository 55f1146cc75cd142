#include <string.h>

#include "govern/named.h"

#include "govern/caseview.h"

static void put_title(struct json *out, const char *name, const struct describe_words *title)
{
	json_object(out, name);
	json_str(out, "ja", title->ja);
	json_str(out, "en", title->en);
	json_object_end(out);
}

/* A code with its words, or null; what the kind no longer knows is shown by its code. */
static void put_word(struct json *out, const char *name, const struct casekind_word *word, struct bytes code)
{
	if (code.len == 0) {
		json_null(out, name);
		return;
	}
	json_object(out, name);
	json_text(out, "code", code);
	json_text(out, "ja", word != NULL ? bytes_str(word->title.ja) : code);
	json_text(out, "en", word != NULL ? bytes_str(word->title.en) : code);
	json_object_end(out);
}

/* ---- kinds ---- */

static const char *const side_names[] = {[CASEKIND_OPENER] = "opener", [CASEKIND_HANDLER] = "handler", [CASEKIND_APPROVER] = "approver"};
static const char *const message_names[] = {[CASEKIND_NONE] = "none", [CASEKIND_OPTIONAL] = "optional", [CASEKIND_REQUIRED] = "required"};
static const char *const waits_names[] = {[CASEKIND_NOBODY] = "nobody", [CASEKIND_FOR_OPENER] = "opener", [CASEKIND_FOR_HANDLER] = "handler"};

static void put_move(struct json *out, const struct casekind *kind, const struct casekind_move *move)
{
	json_object(out, NULL);
	json_str(out, "code", move->code);
	json_str(out, "ja", move->title.ja);
	json_str(out, "en", move->title.en);
	json_str(out, "to", kind->states[move->to].code);
	json_str(out, "by", side_names[move->by]);
	json_str(out, "message", message_names[move->message]);
	json_array(out, "needs");
	for (size_t i = 0; move->needs[i] != NULL; i++)
		json_str(out, NULL, move->needs[i]);
	json_array_end(out);
	json_object_end(out);
}

static void put_moves(struct json *out, const struct casekind *kind)
{
	json_array(out, "moves");
	for (size_t i = 0; i < kind->move_count; i++)
		put_move(out, kind, &kind->moves[i]);
	json_array_end(out);
}

static void put_states(struct json *out, const struct casekind *kind)
{
	json_array(out, "states");
	for (size_t i = 0; i < kind->state_count; i++) {
		json_object(out, NULL);
		json_str(out, "code", kind->states[i].code);
		json_str(out, "ja", kind->states[i].title.ja);
		json_str(out, "en", kind->states[i].title.en);
		json_bool(out, "final", kind->states[i].final);
		json_str(out, "waits_for", waits_names[kind->states[i].waits_for]);
		json_object_end(out);
	}
	json_array_end(out);
}

static void put_clock_kinds(struct json *out, const struct casekind *kind)
{
	json_array(out, "clocks");
	for (size_t i = 0; i < kind->clock_count; i++) {
		json_object(out, NULL);
		json_str(out, "code", kind->clocks[i].code);
		put_title(out, "title", &kind->clocks[i].title);
		json_int(out, "target_s", kind->clocks[i].rule.target_us / 1000000);
		json_object_end(out);
	}
	json_array_end(out);
}

void caseview_kind(struct call *call, const struct casekind *kind)
{
	unsigned mine = 1u << call->actor.role;
	struct json *out = &call->out;

	describe_json(out, &kind->described);
	json_bool(out, "mirrored", kind->mirrored);
	json_object(out, "may");
	json_bool(out, "see", (kind->described.see & mine) != 0);
	json_bool(out, "file", (kind->described.file & mine) != 0 && !(kind->mirrored && call->compartment->provider));
	json_bool(out, "handle", (kind->described.handle & mine) != 0);
	json_object_end(out);
	form_json_fields(out, "fields", &kind->form);
	put_states(out, kind);
	put_moves(out, kind);
	put_clock_kinds(out, kind);
}

/* ---- a case ---- */

static void put_person(struct json *out, const char *name, struct id account, struct bytes person)
{
	if (id_is_zero(account) && person.len == 0) {
		json_null(out, name);
		return;
	}
	json_object(out, name);
	json_id(out, "id", account);
	json_text(out, "name", person);
	json_object_end(out);
}

static const char *waits_for(const struct casekind *kind, const struct casefile *casefile)
{
	const struct casekind_word *state = kind == NULL ? NULL : casekind_state(kind, casefile->state);

	return waits_names[state == NULL ? CASEKIND_NOBODY : state->waits_for];
}

static void put_kind(struct json *out, const struct casekind *kind, const struct casefile *casefile)
{
	json_object(out, "kind");
	if (kind != NULL) {
		describe_json(out, &kind->described);
	} else { /* retired */
		json_id(out, "id", casefile->description);
		json_null(out, "code");
		json_null(out, "title");
	}
	json_object_end(out);
}

err caseview_item(struct call *call, const struct casefile *casefile)
{
	const struct casekind *kind = casekind_of(casefile->description);
	struct json *out = &call->out;

	json_id(out, "id", casefile->row.id);
	put_kind(out, kind, casefile);
	json_int(out, "number", casefile->number);
	if (casefile_home(casefile))
		json_null(out, "origin");
	else
		json_text(out, "origin", casefile->origin);
	json_text(out, "title", casefile->title);
	put_word(out, "state", kind == NULL ? NULL : casekind_state(kind, casefile->state), casefile->state);
	put_word(out, "outcome", kind == NULL ? NULL : casekind_outcome(kind, casefile->outcome), casefile->outcome);
	json_str(out, "waits_for", waits_for(kind, casefile));
	json_id(out, "facility", casefile->facility);
	put_person(out, "opened_by", casefile->opener, casefile->opener_name);
	put_person(out, "assignee", casefile->assignee, casefile->assignee_name);
	json_bool(out, "mine", id_equal(casefile->opener, call->actor.account) || id_equal(casefile->assignee, call->actor.account));
	json_time(out, "opened_at", casefile->opened_at);
	json_time(out, "changed_at", casefile->changed_at);
	json_time(out, "closed_at", casefile->closed_at);
	json_time(out, "due_at", casefile->due_at);
	json_bool(out, "late", casefile->due_at != 0 && casefile->due_at <= call->now_us);
	return OK;
}

/* ---- the whole ---- */

static err put_entries(struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	static const char *const kinds[] = {"opening", "message", "move", "assign"};
	struct casefile_entry *list = NULL;
	struct json *out = &call->out;
	size_t count = 0;

	TRY(casefile_entries(&call->rows, casefile->row.id, &list, &count));
	json_array(out, "entries");
	for (size_t i = 0; i < count; i++) {
		const struct casekind_move *move = kind == NULL ? NULL : casekind_move(kind, list[i].move);
		const struct casekind_word word = {.title = move == NULL ? (struct describe_words){0} : move->title};

		json_object(out, NULL);
		json_id(out, "id", list[i].row.id);
		json_str(out, "kind", kinds[list[i].kind]);
		json_str(out, "side", list[i].side == CASEFILE_HOME ? "home" : "mirror");
		json_time(out, "at", list[i].at);
		json_time(out, "taken_at", list[i].taken_at);
		put_person(out, "author", list[i].author, list[i].author_name);
		put_word(out, "move", move == NULL ? NULL : &word, list[i].move);
		put_word(out, "state", kind == NULL ? NULL : casekind_state(kind, list[i].state), list[i].state);
		json_text(out, "text", list[i].text);
		json_object_end(out);
	}
	json_array_end(out);
	return OK;
}

static err put_clock(struct call *call, const struct casekind_clock *clock, const struct caseclock *row)
{
	static const char *const states[] = {"idle", "running", "standing", "ended"};
	struct json *out = &call->out;
	struct caseclock_work work = {0};
	struct clock_measured m;
	char words[CLOCK_WORDS_MAX];

	if (!err_is_ok(caseclock_decode(row->work, call->arena, &work)))
		return FAIL(CORRUPT);
	clock_measure(&work.rule, work.events, work.count, &work.calendar, call->now_us, &m);
	json_object(out, NULL);
	json_str(out, "code", clock->code);
	put_title(out, "title", &clock->title);
	json_str(out, "state", states[m.state]);
	json_int(out, "used_s", m.used_us / 1000000);
	json_int(out, "target_s", m.target_us / 1000000);
	json_time(out, "due_at", caseclock_due(&work.rule, &m));
	json_time(out, "started_at", m.started_us);
	json_time(out, "ended_at", m.ended_us);
	json_bool(out, "late", m.late);
	json_object(out, "words");
	clock_words(&work.rule, &m, LANGUAGE_JA, words);
	json_str(out, "ja", words);
	clock_words(&work.rule, &m, LANGUAGE_EN, words);
	json_str(out, "en", words);
	json_object_end(out);
	json_object_end(out);
	return OK;
}

static err put_clocks(struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	struct caseclock rows[CASEKIND_CLOCKS_MAX];
	size_t count = 0;

	TRY(caseclock_read(&call->rows, casefile->row.id, rows, &count));
	json_array(&call->out, "clocks");
	for (size_t i = 0; i < kind->clock_count; i++)
		for (size_t k = 0; k < count; k++)
			if (bytes_is(rows[k].code, kind->clocks[i].code))
				TRY(put_clock(call, &kind->clocks[i], &rows[k]));
	json_array_end(&call->out);
	return OK;
}

static bool may_move(const struct casekind *kind, const struct casekind_move *move, const struct casefile *casefile,
    const struct casecall_standing *standing)
{
	const bool by[] = {[CASEKIND_OPENER] = standing->opener, [CASEKIND_HANDLER] = standing->handler, [CASEKIND_APPROVER] = standing->approver};

	return by[move->by] && casekind_from(kind, move, casefile->state);
}

/* Whom it may be given to. */
static err put_handlers(struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	const struct named_wish wish = {.roles = kind->described.handle, .facility = casefile->facility, .probe = casefile->probe, .names = true};
	struct named list[NAMED_LIST_MAX];
	size_t count = 0;

	TRY(named_list(&call->rows, &wish, call->now_us, list, &count));
	json_array(&call->out, "handlers");
	for (size_t i = 0; i < count; i++)
		put_person(&call->out, NULL, list[i].account, list[i].name);
	json_array_end(&call->out);
	return OK;
}

static err put_rights(struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	struct casecall_standing standing = casecall_stands(call, kind, casefile);
	struct json *out = &call->out;
	bool open = casefile->closed_at == 0;

	json_array(out, "moves");
	for (size_t i = 0; i < kind->move_count; i++)
		if (may_move(kind, &kind->moves[i], casefile, &standing))
			put_move(out, kind, &kind->moves[i]);
	json_array_end(out);
	json_object(out, "may");
	json_bool(out, "message", open && (standing.opener || standing.handler || standing.approver));
	json_bool(out, "assign", open && standing.handler);
	json_object_end(out);
	if (open && standing.handler)
		return put_handlers(call, kind, casefile);
	json_array(out, "handlers");
	json_array_end(out);
	return OK;
}

err caseview_whole(struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	TRY(caseview_item(call, casefile));
	if (kind == NULL) { /* retired: what was written stays readable */
		json_members(&call->out, "fields", casefile->body);
		return put_entries(call, NULL, casefile);
	}
	form_json_fields(&call->out, "form", &kind->form);
	form_json(&call->out, "fields", &kind->form, casefile->body);
	TRY(put_entries(call, kind, casefile));
	TRY(put_clocks(call, kind, casefile));
	return put_rights(call, kind, casefile);
}
