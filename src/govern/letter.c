#include <stdatomic.h>
#include <string.h>

#include "access/access.h"
#include "entity/row.h"
#include "govern/alert.h"
#include "govern/letter_template.h"
#include "govern/target.h"

#include "govern/letter.h"

#define SPREAD_AT_ONCE 100      /* letters that one step of a spread makes */
#define PLACES_MAX 2000         /* bytes: the names of all compartments */

const char *const letter_channels[] = {[LETTER_MAIL] = "mail", [LETTER_WEBHOOK] = "webhook", [LETTER_POST] = "post", NULL};
const char *const letter_states[] = {[LETTER_WAITING] = "waiting", [LETTER_SENT] = "sent", [LETTER_DELIVERED] = "delivered",
    [LETTER_FAILED] = "failed", [LETTER_BOUNCED] = "bounced", NULL};

#define AT(member) .offset = offsetof(struct letter, member)
#define NAME(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_TEXT, .grade = GRADE_2
#define WHICH(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_ID, .grade = GRADE_2
#define NUMBER(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2
#define TIME(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2

/* No address: T2. What the other side said may name one. */
static const struct field fields[] = {
	{.name = "channel", .ja = "送り方", .en = "Channel", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = letter_channels,
	    AT(channel)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = letter_states, AT(state)},
	{NUMBER("number", "番号", "Number"), AT(number)},
	{WHICH("account", "宛先のアカウント", "Account"), .refers = "account", AT(account)},
	{NUMBER("roles", "宛先の役割", "Roles"), AT(roles)},
	{NAME("place", "宛先の区画", "Compartment"), .max = LETTER_NAME_MAX, AT(place)},
	{WHICH("hook", "宛先の受信先", "Target"), AT(hook)},
	{NAME("kind", "種類", "Kind"), .required = true, .max = LETTER_NAME_MAX, AT(kind)},
	{WHICH("object", "対象", "About"), AT(object)},
	{NUMBER("edition", "版", "Edition"), AT(edition)},
	{WHICH("facility", "園", "Facility"), .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{.name = "values", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .grade = GRADE_3C, .sealed = true, .max = LETTER_VALUES_MAX, AT(values)},
	{WHICH("parent", "元の便り", "Spread from"), AT(parent)},
	{WHICH("reached", "どこまで配ったか", "Spread to"), AT(reached)},
	{NUMBER("attempts", "試した回数", "Attempts"), AT(attempts)},
	{TIME("created_at", "作成日時", "Created"), AT(created_at)},
	{TIME("next_at", "次に試す日時", "Next attempt"), AT(next_at)},
	{TIME("sent_at", "送信日時", "Sent"), AT(sent_at)},
	{TIME("done_at", "完了日時", "Done"), AT(done_at)},
	{.name = "error", .ja = "送れない理由", .en = "Why not", .type = FIELD_TEXT, .grade = GRADE_3C, .personal = true, .sealed = true,
	    .max = LETTER_WORDS_MAX, AT(error)},
	{.name = "remote", .ja = "相手側の番号", .en = "Name on the other side", .type = FIELD_TEXT, .grade = GRADE_3C, .sealed = true,
	    .max = LETTER_WORDS_MAX, AT(remote)},
};

static const char *const unique[] = {"number", NULL};
static const char *const indexes[] = {"state,channel,next_at", "state,place,object,number", "hook", NULL};

const struct entity letter_entity = {
	.name = "letter",
	.ja = "便り",
	.en = "Letter",
	.size = sizeof(struct letter),
	.seal = SEAL_CUSTOMER,
	.facility = "facility",
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list due = {
	.name = "govern.letter-due",
	.entity = &letter_entity,
	.where = "state = 0 AND channel = :channel AND next_at <= :now AND probe = 0 ORDER BY number LIMIT :limit",
};

static struct row_list due_at = {
	.name = "govern.letter-due-at",
	.entity = &letter_entity,
	.where = "state = 0 AND channel = 2 AND place = :place AND next_at <= :now AND NOT EXISTS (SELECT 1 FROM letter AS older"
	    " WHERE older.state = 0 AND older.channel = 2 AND older.place = letter.place AND older.object = letter.object"
	    " AND older.number < letter.number) ORDER BY number LIMIT :limit",
};
_Static_assert(LETTER_WAITING == 0 && LETTER_POST == 2, "the statements say so");

err letter_start(void)
{
	TRY(row_list_make(&due_at));
	return row_list_make(&due);
}

/* Set by one thread of a core, asked by others. */
static atomic_bool leaves[LETTER_CHANNEL_COUNT] = {[LETTER_POST] = true};

void letter_leaves(bool mails, bool hooks)
{
	atomic_store(&leaves[LETTER_MAIL], mails);
	atomic_store(&leaves[LETTER_WEBHOOK], hooks);
}

bool letter_can_leave(enum letter_channel channel)
{
	REQUIRE((unsigned)channel < LETTER_CHANNEL_COUNT);
	return atomic_load(&leaves[channel]);
}

/* ---- putting ---- */

static const struct statement last_number = {"govern.letter-last", "SELECT COALESCE(MAX(number), 0) FROM letter"};

static err next_number(struct row_context *c, int64_t *number_out)
{
	struct query *query = NULL;
	bool row = false;
	int64_t last = 0;
	err e = query_start(c->db, &last_number, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		last = column_int(query, 0);
	query_end(&query);
	TRY(e);
	*number_out = last + 1;
	return OK;
}

err letter_put(struct row_context *c, struct letter *letter, int64_t now_us)
{
	if (letter->values.len > LETTER_VALUES_MAX)
		return FAIL(TOO_LARGE);
	letter->state = LETTER_WAITING;
	letter->created_at = now_us;
	letter->next_at = now_us;
	TRY(next_number(c, &letter->number));
	return row_insert(c, &letter_entity, letter);
}

/* What is known here of an account, which is another module's. */
struct person {
	bool active, probe;
	struct bytes mail;
};

static err look_up(struct row_context *c, struct id account, struct person *person_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	const struct field *state, *probe, *mail;
	void *row;
	err e;

	*person_out = (struct person){0};
	REQUIRE(entity != NULL);
	state = entity_field(entity, "state");
	probe = entity_field(entity, "probe");
	mail = entity_field(entity, "mail");
	REQUIRE(state != NULL && probe != NULL && mail != NULL);
	row = arena_alloc(c->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = row_get(c, entity, account, row);
	if (err_is(e, ERR_NOT_FOUND)) /* or its key has been destroyed */
		return OK;
	TRY(e);
	person_out->active = strcmp(state->choices[*(const int32_t *)field_in(row, state)], "active") == 0;
	person_out->probe = *(const bool *)field_in(row, probe);
	person_out->mail = *(const struct bytes *)field_in(row, mail);
	return OK;
}

/* P1 of access.h */
static bool may_write(const struct person *person, bool probe)
{
	return person->active && person->mail.len > 0 && person->probe == probe;
}

err letter_address(struct row_context *c, const struct letter *letter, struct bytes *address_out)
{
	struct person person;

	TRY(look_up(c, letter->account, &person));
	if (!may_write(&person, letter->probe))
		return FAIL(NOT_FOUND);
	*address_out = person.mail;
	return OK;
}

static err mail_of(const struct letter_spec *spec, struct letter *letter_out)
{
	const struct letter_template *template = letter_template_find(spec->template);

	if (template == NULL || spec->grade < GRADE_2 || spec->grade >= GRADE_COUNT) /* T2 */
		return FAIL(INVALID);
	TRY(letter_template_check(template, spec->values));
	*letter_out = (struct letter){
		.channel = LETTER_MAIL, .kind = bytes_str(template->code), .object = spec->cause, .facility = spec->facility, .probe = spec->probe,
		.values = spec->values,
	};
	return OK;
}

err letter_mail(struct row_context *c, struct id account, const struct letter_spec *spec, int64_t now_us)
{
	struct letter letter;
	struct person person;

	TRY(mail_of(spec, &letter));
	TRY(look_up(c, account, &person));
	if (!may_write(&person, spec->probe))
		return OK;
	letter.account = account;
	return letter_put(c, &letter, now_us);
}

err letter_mail_roles(struct row_context *c, unsigned roles, const struct letter_spec *spec, int64_t now_us)
{
	struct letter letter;

	if ((roles & ~ROLES_ANY) != 0 || roles == 0)
		return FAIL(INVALID);
	TRY(mail_of(spec, &letter));
	letter.roles = (int64_t)roles;
	return letter_put(c, &letter, now_us);
}

/* ---- those that are due ---- */

typedef err (*letter_each)(void *context, const struct letter *letter);

static err each_of(struct row_context *c, struct query *query, letter_each each, void *context)
{
	bool row = true;

	while (row) {
		struct letter letter = {0};

		TRY(query_step(query, &row));
		if (row) {
			TRY(row_read(c, &letter_entity, query, false, &letter));
			TRY(each(context, &letter));
		}
	}
	return OK;
}

err letter_due(struct row_context *c, enum letter_channel channel, int64_t now_us, size_t max, letter_each each, void *context)
{
	struct query *query = NULL;
	err e = query_start(c->db, due.statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "channel", (int64_t)channel);
	if (err_is_ok(e))
		e = query_int(query, "now", now_us);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	if (err_is_ok(e))
		e = each_of(c, query, each, context);
	query_end(&query);
	return e;
}

err letter_due_at(struct row_context *c, struct bytes place, int64_t now_us, size_t max, letter_each each, void *context)
{
	struct query *query = NULL;
	err e = query_start(c->db, due_at.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "place", place);
	if (err_is_ok(e))
		e = query_int(query, "now", now_us);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	if (err_is_ok(e))
		e = each_of(c, query, each, context);
	query_end(&query);
	return e;
}

static const struct statement places = {"govern.letter-places",
    "SELECT DISTINCT place FROM letter WHERE state = 0 AND channel = 2 ORDER BY place"};

err letter_places(struct row_context *c, err (*each)(void *context, struct bytes place), void *context)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(c->db, &places, &query);

	while (err_is_ok(e) && row) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = each(context, column_bytes(query, 0));
	}
	query_end(&query);
	return e;
}

/* ---- what became of it ---- */

static const char *const outcomes[] = {[LETTER_NOT_YET] = "not-yet", [LETTER_IS_SENT] = "sent", [LETTER_IS_DELIVERED] = "delivered",
    [LETTER_HAS_FAILED] = "failed", [LETTER_HAS_BOUNCED] = "bounced", NULL};

static void later(struct letter *letter, int64_t now_us)
{
	const struct letter_pace *pace = letter_template_pace((enum letter_channel)letter->channel);
	int64_t wait_us = pace->first_us;

	for (int64_t i = 1; i < letter->attempts && wait_us < pace->longest_us; i++)
		wait_us *= 2;
	letter->next_at = now_us + (wait_us < pace->longest_us ? wait_us : pace->longest_us);
	if (pace->give_up_us != 0 && now_us - letter->created_at >= pace->give_up_us) {
		letter->state = LETTER_FAILED;
		letter->done_at = now_us;
	}
}

static void become(struct letter *letter, enum letter_outcome outcome, int64_t now_us)
{
	static const int32_t states[] = {[LETTER_IS_SENT] = LETTER_SENT, [LETTER_IS_DELIVERED] = LETTER_DELIVERED,
	    [LETTER_HAS_FAILED] = LETTER_FAILED, [LETTER_HAS_BOUNCED] = LETTER_BOUNCED};

	if (outcome == LETTER_NOT_YET) {
		later(letter, now_us);
		return;
	}
	letter->state = states[outcome];
	if (letter->sent_at == 0 && (outcome == LETTER_IS_SENT || outcome == LETTER_IS_DELIVERED))
		letter->sent_at = now_us;
	if (outcome != LETTER_IS_SENT)
		letter->done_at = now_us;
}

/* What was said twice, or too late, changes nothing: only one that waits is tried, only one that was sent comes back. */
static bool is_open(const struct letter *letter, enum letter_outcome outcome)
{
	if (letter->state == LETTER_SENT)
		return outcome == LETTER_HAS_BOUNCED || outcome == LETTER_IS_DELIVERED;
	return letter->state == LETTER_WAITING && outcome != LETTER_HAS_BOUNCED;
}

/* Of one template, at one facility: they are counted together. */
static err tell_undeliverable(struct call *call, const struct letter *letter)
{
	const struct alert_told told = {.on = ALERT_ON_LETTER, .what = "undeliverable", .subject = letter->kind, .facility = letter->facility,
	    .probe = letter->probe};

	return alert_tell(&call->rows, &told, call->now_us);
}

static err settle_apply(struct call *call)
{
	enum letter_outcome outcome = (enum letter_outcome)call_value(call, "outcome")->as.choice;
	struct letter letter = {0};

	TRY(row_get(&call->rows, &letter_entity, call_id(call, "letter"), &letter));
	TRY(call_object(call, "letter", letter.row.id));
	call->event_facility = letter.facility;
	call->reason = "as before";
	if (!is_open(&letter, outcome))
		return OK;
	if (letter.state == LETTER_WAITING)
		letter.attempts++;
	letter.error = call_text(call, "words");
	if (call_text(call, "remote").len > 0)
		letter.remote = call_text(call, "remote");
	become(&letter, outcome, call->now_us);
	call->reason = letter_states[letter.state];
	TRY(row_update(&call->rows, &letter_entity, &letter));
	return letter.state == LETTER_FAILED || letter.state == LETTER_BOUNCED ? tell_undeliverable(call, &letter) : OK;
}

static const struct input settle_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "letter", .ja = "便り", .en = "Letter", .type = FIELD_ID, .grade = GRADE_2, .required = true}},
	{.place = IN_QUERY, .field = {.name = "outcome", .ja = "結果", .en = "Outcome", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = outcomes}},
	{.place = IN_QUERY, .field = {.name = "words", .ja = "理由", .en = "Words", .type = FIELD_TEXT, .grade = GRADE_3C, .personal = true,
	    .max = LETTER_WORDS_MAX}},
	{.place = IN_QUERY, .field = {.name = "remote", .ja = "相手側の番号", .en = "Name on the other side", .type = FIELD_TEXT,
	    .grade = GRADE_3C, .max = LETTER_WORDS_MAX}},
	{0},
};

static const struct grant system_grants[] = {{ROLES_ANY, RELATION_NONE, "*"}, {0}};

const struct op letter_settle = {
	.id = "letter.settle",
	.ja = "便りを送った結果を記録する",
	.en = "Record what became of a letter",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.grants = system_grants,
	.policy = "letter send",
	.inputs = settle_inputs,
	.status = 204,
	.purpose_ja = "便りが届いたか、届かなかったかを示すため",
	.purpose_en = "To show whether a letter has arrived or not",
	.event = true,
	.grade = GRADE_3C,
	.requirements = "T-3 T-9 K-39",
	.apply = settle_apply,
};

/* ---- T3 ---- */

static const struct statement holders = {"govern.letter-holders",
    "SELECT DISTINCT held.account FROM membership AS held JOIN account AS person ON person.id = held.account"
    " WHERE held.state = 0 AND ((CAST(1 AS BIGINT) << CAST(held.role AS INTEGER)) & :roles) <> 0 AND person.state = 1 AND person.probe = :probe"
    " AND (held.facility IS NULL OR held.facility = :facility OR :whole <> 0) AND held.account > :after ORDER BY held.account LIMIT :limit"};

struct holders {
	struct id list[SPREAD_AT_ONCE];
	size_t count;
};

static err bind_holders(struct query *query, const struct letter *letter)
{
	static const struct id none = {{0}};

	TRY(query_int(query, "roles", letter->roles));
	TRY(query_int(query, "probe", letter->probe));
	TRY(query_id(query, "facility", id_is_zero(letter->facility) ? &none : &letter->facility));
	TRY(query_int(query, "whole", id_is_zero(letter->facility)));
	TRY(query_id(query, "after", &letter->reached));
	return query_int(query, "limit", SPREAD_AT_ONCE);
}

static err find_holders(struct row_context *c, const struct letter *letter, struct holders *out)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(c->db, &holders, &query);

	if (err_is_ok(e))
		e = bind_holders(query, letter);
	while (err_is_ok(e) && row && out->count < SPREAD_AT_ONCE) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = column_id(query, 0, &out->list[out->count++]);
	}
	query_end(&query);
	return e;
}

static struct letter part_of(const struct letter *whole)
{
	return (struct letter){
		.channel = whole->channel, .kind = whole->kind, .object = whole->object, .edition = whole->edition, .facility = whole->facility,
		.probe = whole->probe, .values = whole->values, .parent = whole->row.id,
	};
}

static err spread_to_people(struct call *call, struct letter *whole)
{
	struct holders *found = arena_alloc(call->arena, sizeof(*found));

	if (found == NULL)
		return FAIL(UNAVAILABLE);
	TRY(find_holders(&call->rows, whole, found));
	for (size_t i = 0; i < found->count; i++) {
		struct letter part = part_of(whole);
		struct person person;

		TRY(look_up(&call->rows, found->list[i], &person));
		whole->reached = found->list[i];
		if (!may_write(&person, whole->probe))
			continue;
		part.account = found->list[i];
		TRY(letter_put(&call->rows, &part, call->now_us));
	}
	if (found->count == SPREAD_AT_ONCE)
		return OK;
	become(whole, LETTER_IS_DELIVERED, call->now_us);
	return target_spread(&call->rows, whole, call->now_us);
}

static err spread_to_places(struct call *call, struct letter *whole)
{
	struct bytes names = call_text(call, "places");

	while (names.len > 0) {
		const uint8_t *end = memchr(names.ptr, ' ', names.len);
		struct letter part = part_of(whole);

		part.place = (struct bytes){names.ptr, end == NULL ? names.len : (size_t)(end - names.ptr)};
		if (part.place.len == 0 || part.place.len > LETTER_NAME_MAX)
			return FAIL(INVALID);
		TRY(letter_put(&call->rows, &part, call->now_us));
		names.len -= part.place.len + (end != NULL ? 1 : 0);
		names.ptr += part.place.len + (end != NULL ? 1 : 0);
	}
	become(whole, LETTER_IS_DELIVERED, call->now_us);
	return OK;
}

static err spread_apply(struct call *call)
{
	struct letter whole = {0};

	TRY(row_get(&call->rows, &letter_entity, call_id(call, "letter"), &whole));
	TRY(call_object(call, "letter", whole.row.id));
	call->event_facility = whole.facility;
	call->reason = "as before";
	if (whole.state != LETTER_WAITING)
		return OK;
	if (whole.channel == LETTER_MAIL && whole.roles != 0)
		TRY(spread_to_people(call, &whole));
	else if (whole.channel == LETTER_POST && bytes_is(whole.place, "*"))
		TRY(spread_to_places(call, &whole));
	else
		return FAIL(CONFLICT);
	call->reason = "spread";
	return row_update(&call->rows, &letter_entity, &whole);
}

static const struct input spread_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "letter", .ja = "便り", .en = "Letter", .type = FIELD_ID, .grade = GRADE_2, .required = true}},
	{.place = IN_QUERY, .field = {.name = "places", .ja = "区画", .en = "Compartments", .type = FIELD_TEXT, .grade = GRADE_2, .max = PLACES_MAX}},
	{0},
};

const struct op letter_spread = {
	.id = "letter.spread",
	.ja = "多くの宛先への便りを一通ずつにする",
	.en = "Make single letters of one to many",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.grants = system_grants,
	.policy = "letter send",
	.inputs = spread_inputs,
	.status = 204,
	.purpose_ja = "役割の全員に、または全ての区画に知らせるため",
	.purpose_en = "To tell all who hold a role, or all compartments",
	.event = true,
	.grade = GRADE_3C,
	.requirements = "T-3 T-9 K-39",
	.apply = spread_apply,
};
