#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/casemove.h"
#include "govern/newestid.h"

#include "govern/casepost.h"

#define FIELD_PREFIX "f_"
#define NUMBER_TEXT_MAX 24
#define DAY_US ((int64_t)86400 * 1000000)
#define AGE_MAX_US (3660 * DAY_US) /* of a case that is told of for the first time */

/* ---- telling ---- */

static err put_number(struct buf *out, const char *name, int64_t number)
{
	char text[NUMBER_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	return form_put(out, name, bytes_str(text));
}

static err put_body(struct buf *out, const struct casekind *kind, struct bytes body)
{
	for (size_t i = 0; i < kind->form.count; i++) {
		struct bytes text = form_get(body, kind->form.fields[i].name);
		char name[MEMBERS_NAME_MAX + 1];
		int len = snprintf(name, sizeof(name), FIELD_PREFIX "%s", kind->form.fields[i].name);

		if (len < 0 || (size_t)len >= sizeof(name))
			return FAIL(TOO_LARGE);
		if (text.len > 0)
			TRY(form_put(out, name, text));
	}
	return OK;
}

static err put_entry(struct buf *out, const struct casefile_entry *entry)
{
	char id[ID_TEXT_MAX];

	id_format(entry->row.id, id);
	TRY(form_put(out, "entry", bytes_str(id)));
	TRY(put_number(out, "entry_at", entry->at));
	TRY(put_number(out, "entry_kind", entry->kind));
	TRY(form_put(out, "entry_name", entry->author_name));
	TRY(form_put(out, "entry_move", entry->move));
	TRY(form_put(out, "entry_state", entry->state));
	return form_put(out, "entry_text", entry->text);
}

/* "first-reply BASE64" */
static err put_clocks(struct row_context *c, struct buf *out, const struct casefile *casefile)
{
	struct caseclock rows[CASEKIND_CLOCKS_MAX];
	size_t count = 0;

	TRY(caseclock_read(c, casefile->row.id, rows, &count));
	for (size_t i = 0; i < count; i++) {
		OWN(buf) text = {0};
		char name[NUMBER_TEXT_MAX + 8];

		(void)snprintf(name, sizeof(name), "clock_%zu", i);
		TRY(buf_append(&text, rows[i].code));
		TRY(buf_append_str(&text, " "));
		TRY(base64_append(&text, rows[i].work));
		TRY(form_put(out, name, bytes_of(&text)));
	}
	return OK;
}

static err put_head(struct row_context *c, struct buf *out, const struct casekind *kind, const struct casefile *casefile)
{
	TRY(form_put(out, "kind", bytes_str(kind->described.code)));
	TRY(put_number(out, "number", casefile->number));
	TRY(put_number(out, "opened_at", casefile->opened_at));
	TRY(put_number(out, "closed_at", casefile->closed_at));
	TRY(form_put(out, "state", casefile->state));
	TRY(form_put(out, "outcome", casefile->outcome));
	TRY(form_put(out, "title", casefile->title));
	TRY(form_put(out, "opener_name", casefile->opener_name));
	return put_clocks(c, out, casefile);
}

err casepost_tell(struct row_context *c, const struct casekind *kind, struct casefile *casefile, const struct casefile_entry *entry,
    bool body, int64_t now_us)
{
	struct post_letter letter = {.kind = CASEPOST_KIND, .object = casefile->row.id, .probe = casefile->probe};
	OWN(buf) bytes = {0};
	char to[64] = POST_PROVIDER;

	if (!kind->mirrored || (!casefile_home(casefile) && entry == NULL))
		return OK;
	if (casefile_home(casefile))
		TRY(put_head(c, &bytes, kind, casefile));
	else
		(void)snprintf(to, sizeof(to), "%.*s", (int)casefile->origin.len, (const char *)casefile->origin.ptr);
	if (entry != NULL)
		TRY(put_entry(&bytes, entry));
	if (body)
		TRY(put_body(&bytes, kind, casefile->body));
	letter.to = to;
	letter.edition = ++casefile->posted;
	letter.body = bytes_of(&bytes);
	return post_put(c, &letter, now_us);
}

/* ---- taking ---- */

static err refuse(struct call *call, const char *reason)
{
	call->reason = reason;
	return call_flaw(call, "body", FLAW_FORMAT, "案件の便りの形が正しくありません。", "This is no letter about a case.");
}

static err take_text(struct bytes body, const char *name, size_t max, struct bytes *out)
{
	size_t count = 0;

	*out = form_get(body, name);
	TRY(utf8_check(*out, &count));
	return count <= max ? OK : FAIL(INVALID);
}

static err take_number(struct bytes body, const char *name, int64_t max, int64_t *out)
{
	struct bytes text = form_get(body, name);
	int64_t number = 0;

	if (text.len == 0 || text.len > 18)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		number = number * 10 + (text.ptr[i] - '0');
	}
	if (number > max)
		return FAIL(INVALID);
	*out = number;
	return OK;
}

/* Fields as the form knows them, judged anew. Only those of `only` where that is given (ends with NULL); base: what stood there. */
static err take_body(struct call *call, const struct casekind *kind, struct bytes letter, bool whole, struct buf *clean_out)
{
	OWN(buf) given = {0};

	for (size_t i = 0; i < kind->form.count; i++) {
		char name[MEMBERS_NAME_MAX + 1];
		struct bytes text;

		(void)snprintf(name, sizeof(name), FIELD_PREFIX "%.38s", kind->form.fields[i].name);
		text = form_get(letter, name);
		if (text.len > 0)
			TRY(form_put(&given, kind->form.fields[i].name, text));
	}
	return form_judge(&kind->form, bytes_of(&given), whole, call->arena, call->problems, clean_out);
}

static err take_entry(struct call *call, struct bytes letter, const struct casefile *casefile, struct casefile_entry *entry)
{
	int64_t kind = 0;

	TRY(id_parse(form_get(letter, "entry"), &entry->remote));
	TRY(take_number(letter, "entry_at", CLOCK_LAST_US, &entry->at));
	TRY(take_number(letter, "entry_kind", CASEFILE_MOVE, &kind)); /* who has it there is told nobody */
	TRY(take_text(letter, "entry_name", CASEFILE_NAME_MAX, &entry->author_name));
	TRY(take_text(letter, "entry_move", DESCRIBE_CODE_MAX, &entry->move));
	TRY(take_text(letter, "entry_state", DESCRIBE_CODE_MAX, &entry->state));
	TRY(take_text(letter, "entry_text", CASEFILE_TEXT_MAX, &entry->text));
	if (id_is_zero(entry->remote))
		return FAIL(INVALID);
	entry->kind = (int32_t)kind;
	entry->taken_at = call->now_us;
	if (entry->at > call->now_us)
		entry->at = call->now_us;
	if (entry->at < casefile->opened_at)
		entry->at = casefile->opened_at;
	return OK;
}

/* What the other side says of state and move is told only where this side knows it; whether it holds, home decides. */
static void keep_known(const struct casekind *kind, struct casefile_entry *entry)
{
	if (entry->kind != CASEFILE_MOVE || casekind_move(kind, entry->move) == NULL)
		entry->move = (struct bytes){0};
	if (casekind_state(kind, entry->state) == NULL)
		entry->state = (struct bytes){0};
}

/* A last one may be too many: it is told where it came from, and stays there. */
static err note(struct call *call, struct casefile *casefile, struct casefile_entry *entry)
{
	err e = casefile_note(&call->rows, casefile, entry);

	return err_is(e, ERR_CONFLICT) ? refuse(call, "too many entries, or known already") : e;
}

/* ---- the mirror ---- */

static err take_clock(struct call *call, const struct casekind *kind, struct casefile *casefile, struct bytes text)
{
	const uint8_t *space = memchr(text.ptr, ' ', text.len);
	struct clock_measured measured;
	struct caseclock_work work = {0};
	OWN(buf) bytes = {0};
	struct bytes code;

	if (space == NULL)
		return FAIL(INVALID);
	code = (struct bytes){text.ptr, (size_t)(space - text.ptr)};
	TRY(base64_decode((struct bytes){space + 1, text.len - code.len - 1}, &bytes));
	TRY(caseclock_decode(bytes_of(&bytes), call->arena, &work));
	for (size_t i = 0; i < kind->clock_count; i++) {
		if (!bytes_is(code, kind->clocks[i].code))
			continue;
		TRY(caseclock_put(&call->rows, casefile->row.id, kind->clocks[i].code, &work, call->now_us, &measured));
		casefile_due(casefile, &work.rule, &measured);
		return OK;
	}
	return OK; /* of a kind that has changed meanwhile */
}

static err take_clocks(struct call *call, const struct casekind *kind, struct casefile *casefile, struct bytes letter)
{
	casefile->due_at = 0;
	for (size_t i = 0; i < CASEKIND_CLOCKS_MAX; i++) {
		char name[NUMBER_TEXT_MAX + 8];
		struct bytes text;

		(void)snprintf(name, sizeof(name), "clock_%zu", i);
		text = form_get(letter, name);
		if (text.len > 0)
			TRY(take_clock(call, kind, casefile, text));
	}
	return OK;
}

static err take_head(struct call *call, const struct casekind *kind, struct bytes letter, struct casefile *casefile)
{
	int64_t opened = 0;

	TRY(take_number(letter, "number", INT64_MAX, &casefile->number));
	TRY(take_number(letter, "opened_at", call->now_us + DAY_US, &opened));
	TRY(take_number(letter, "closed_at", call->now_us + DAY_US, &casefile->closed_at));
	TRY(take_text(letter, "state", DESCRIBE_CODE_MAX, &casefile->state));
	TRY(take_text(letter, "outcome", DESCRIBE_CODE_MAX, &casefile->outcome));
	TRY(take_text(letter, "title", CASEFILE_TITLE_MAX, &casefile->title));
	TRY(take_text(letter, "opener_name", CASEFILE_NAME_MAX, &casefile->opener_name));
	if (casekind_state(kind, casefile->state) == NULL || casefile->number < 1 ||
	    (casefile->outcome.len > 0 && casekind_outcome(kind, casefile->outcome) == NULL))
		return FAIL(INVALID);
	if (casefile->row.version != 0)
		return opened == casefile->opened_at ? OK : FAIL(INVALID);
	/* F4: an id that says another time is none of theirs, and could be that of something else. */
	if (!newestid_fits(casefile->row.id, opened) || opened < call->now_us - AGE_MAX_US)
		return FAIL(INVALID);
	casefile->opened_at = opened;
	return OK;
}

static const struct casekind *mirrored_kind(struct bytes code)
{
	for (size_t i = 0; casekind_at(i) != NULL; i++)
		if (casekind_at(i)->mirrored && bytes_is(code, casekind_at(i)->described.code))
			return casekind_at(i);
	return NULL;
}

/* The case that the letter is about, as it stands here; a new one has version 0. */
static err find_mirror(struct call *call, const struct casekind *kind, const struct post_item *item, struct casefile *casefile)
{
	struct id description = describe_id("case", kind->described.code);
	err e = row_get(&call->rows, &casefile_entity, item->object, casefile);

	if (err_is(e, ERR_NOT_FOUND)) {
		*casefile = (struct casefile){.row.id = item->object, .description = description, .probe = item->probe, .origin = item->from};
		return OK;
	}
	TRY(e);
	return bytes_equal(casefile->origin, item->from) && id_equal(casefile->description, description) && casefile->probe == item->probe ?
	    OK : FAIL(INVALID);
}

static err write_mirror(struct call *call, const struct casekind *kind, struct casefile *casefile, struct bytes letter)
{
	struct casefile_entry entry = {.side = CASEFILE_HOME};
	bool told = form_get(letter, "entry").len > 0;
	bool fresh = casefile->row.version == 0;
	OWN(buf) body = {0};

	if (told) {
		TRY(take_entry(call, letter, casefile, &entry));
		keep_known(kind, &entry);
	}
	if (fresh || (told && entry.kind == CASEFILE_MOVE && casekind_move(kind, entry.move) != NULL && casekind_move(kind, entry.move)->needs[0] != NULL)) {
		TRY(take_body(call, kind, letter, false, &body));
		casefile->body = bytes_of(&body);
	}
	casefile->changed_at = call->now_us;
	if (fresh)
		TRY(row_insert(&call->rows, &casefile_entity, casefile));
	TRY(take_clocks(call, kind, casefile, letter));
	if (told)
		TRY(note(call, casefile, &entry));
	TRY(row_update(&call->rows, &casefile_entity, casefile));
	return casefile_todos(&call->rows, kind, casefile, call->now_us);
}

static err take_at_mirror(struct call *call, const struct post_item *item)
{
	const struct casekind *kind = mirrored_kind(form_get(item->body, "kind"));
	struct casefile casefile = {0};
	err e;

	if (kind == NULL)
		return refuse(call, "no such kind");
	e = find_mirror(call, kind, item, &casefile);
	if (err_is_ok(e))
		e = take_head(call, kind, item->body, &casefile);
	if (err_is_ok(e))
		e = write_mirror(call, kind, &casefile, item->body);
	if (err_is(e, ERR_INVALID))
		return refuse(call, "no letter about a case");
	TRY(e);
	return call_object(call, "casefile", casefile.row.id);
}

/* ---- home ---- */

/* Q2 */
static err take_move(struct call *call, const struct casekind *kind, struct casefile *casefile, struct casefile_entry *entry, struct bytes letter)
{
	const struct casekind_move *move = casekind_move(kind, entry->move);
	OWN(buf) given = {0};

	if (move == NULL || move->by != CASEKIND_HANDLER || !casekind_from(kind, move, casefile->state)) {
		entry->kind = CASEFILE_MESSAGE;
		entry->move = (struct bytes){0};
		return OK;
	}
	if (move->needs[0] != NULL) {
		TRY(take_body(call, kind, letter, false, &given));
		TRY(casemove_fill(kind, move, bytes_of(&given), casefile, call->arena));
	}
	casemove_go(kind, move, casefile, call->now_us);
	return OK;
}

static err take_at_home(struct call *call, const struct post_item *item)
{
	struct casefile_entry entry = {.side = CASEFILE_MIRROR};
	const struct casekind *kind;
	struct casefile casefile = {0};
	err e = row_get(&call->rows, &casefile_entity, item->object, &casefile);

	if (err_is(e, ERR_NOT_FOUND))
		return refuse(call, "no such case");
	TRY(e);
	kind = casekind_of(casefile.description);
	if (kind == NULL || !kind->mirrored || !casefile_home(&casefile) || casefile.probe != item->probe)
		return refuse(call, "not a case of theirs");
	e = take_entry(call, item->body, &casefile, &entry);
	if (err_is(e, ERR_INVALID) || (err_is_ok(e) && entry.kind == CASEFILE_OPENING))
		return refuse(call, "no entry");
	TRY(e);
	if (entry.kind == CASEFILE_MOVE)
		TRY(take_move(call, kind, &casefile, &entry, item->body));
	keep_known(kind, &entry);
	entry.state = casefile.state; /* Q2: nothing that the mirror says of it stops a clock */
	TRY(note(call, &casefile, &entry));
	TRY(casemove_settle(&call->rows, kind, &casefile, NULL, false, call->now_us));
	return call_object(call, "casefile", casefile.row.id);
}

static err take(struct call *call, const struct post_item *item)
{
	if (members_check(item->body, NULL) != FLAW_NONE)
		return refuse(call, "no form");
	if (item->from_provider)
		return take_at_home(call, item);
	return call->compartment->provider ? take_at_mirror(call, item) : refuse(call, "not from the provider");
}

const struct post_kind casepost_kind = {CASEPOST_KIND, take};
