/* Letters are put with what they tell of, tried as often as the catalogue says, spread in steps, and taken in order. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/letter.h"
#include "govern/letter_template.h"
#include "govern/post.h"
#include "govern/target.h"
#include "op/compartment.h"
#include "op/contract.h"
#include "op/job.h"
#include "op/local.h"
#include "op/op_entity.h"
#include "op/stream.h"
#include "store/temp_test.h"

/* ---- a compartment with people in it ---- */

struct person {
	struct row row;
	struct bytes mail;
	int32_t state;
	bool probe;
};
static const char *const states[] = {"invited", "active", NULL};
static const struct field person_fields[] = {
	{.name = "mail", .ja = "メール", .en = "Mail", .type = FIELD_TEXT, .grade = GRADE_2, .offset = offsetof(struct person, mail)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states, .offset = offsetof(struct person, state)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2, .offset = offsetof(struct person, probe)},
};
static const struct entity person_entity = {
	.name = "account", .ja = "アカウント", .en = "Account", .size = sizeof(struct person), .fields = person_fields, .field_count = 3,
};

struct held {
	struct row row;
	struct id account, facility;
	int64_t role, state;
};
static const struct field held_fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct held, account)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct held, facility)},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct held, role)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_INT, .grade = GRADE_2, .offset = offsetof(struct held, state)},
};
static const struct entity held_entity = {
	.name = "membership", .ja = "所属", .en = "Membership", .size = sizeof(struct held), .fields = held_fields, .field_count = 4,
};
static const struct entity place_entity = {
	.name = "facility", .ja = "園", .en = "Facility", .size = sizeof(struct person), .fields = person_fields, .field_count = 1,
};

static const struct entity *const list[] = {
	&op_entity_change, &op_entity_confirmation, &op_entity_kept_reply, &job_entity, &stream_chunk_entity, &contract_entity,
	&person_entity, &held_entity, &place_entity, &letter_entity, &target_entity, &post_receipt_entity, NULL,
};
const struct entity *const *const entities = list;

/* What the test has done within a transaction. */
static err (*work)(struct call *call);

static err work_apply(struct call *call)
{
	return work(call);
}

static const struct grant system_grants[] = {{ROLES_ANY, RELATION_NONE, "*"}, {0}};
static const struct op work_op = {
	.id = "test.work", .ja = "test", .en = "test", .method = "LOCAL", .kind = OP_WRITE, .grants = system_grants, .policy = "local",
	.status = 200, .event = true, .grade = GRADE_2, .apply = work_apply,
};
static const struct op *const op_list[] = {&work_op, &letter_settle, &letter_spread, &post_receive, NULL};
const struct op *const *const ops = op_list;
static const struct job_kind *const jobs[] = {NULL};
const struct job_kind *const *const job_kinds = jobs;
const op_start op_starts[] = {stream_start, contract_start, letter_start, target_start, post_start, NULL};
const op_loader op_loaders[] = {NULL};
const struct op_settle op_settles[] = {{0}};

static struct {
	unsigned count;
	int64_t edition;
	char from[LETTER_NAME_MAX + 1];
	bool broken;
} taken;

static err take_thing(struct call *call, const struct post_item *item)
{
	(void)call;
	if (taken.broken)
		return FAIL(UNAVAILABLE);
	taken.count++;
	taken.edition = item->edition;
	(void)snprintf(taken.from, sizeof(taken.from), "%.*s", (int)item->from.len, (const char *)item->from.ptr);
	return OK;
}
static const struct post_kind thing = {"thing", take_thing};
const struct post_kind *const post_kinds[] = {&thing, NULL};

static struct local *world;
static const struct actor nobody;
static struct id anna, ben, carl, place;
static struct arena texts;

static err make_person(struct call *call, const char *mail, int32_t state, bool probe, int64_t role, struct id facility, struct id *id_out)
{
	struct person person = {.mail = bytes_str(mail), .state = state, .probe = probe};
	struct held held = {.role = role, .facility = facility};

	TRY(row_insert(&call->rows, &person_entity, &person));
	held.account = person.row.id;
	*id_out = person.row.id;
	return row_insert(&call->rows, &held_entity, &held);
}

static err make_people(struct call *call)
{
	struct person where = {0};
	struct id other;

	TRY(row_insert(&call->rows, &place_entity, &where));
	place = where.row.id;
	TRY(make_person(call, "anna@example.jp", 1, false, ROLE_OFFICER, (struct id){{0}}, &anna));
	TRY(make_person(call, "ben@example.jp", 1, false, ROLE_PRINCIPAL, place, &ben));
	TRY(make_person(call, "", 1, false, ROLE_OFFICER, (struct id){{0}}, &carl));
	TRY(make_person(call, "left@example.jp", 0, false, ROLE_OFFICER, (struct id){{0}}, &other));
	return make_person(call, "probe@example.jp", 1, true, ROLE_OFFICER, (struct id){{0}}, &other);
}

static err carry_out(err (*what)(struct call *))
{
	work = what;
	return local_call(world, &nobody, "test.work", NULL, (struct bytes){0}, NULL);
}

static int make(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};

	arena_init(&texts, (size_t)1 << 20);
	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) ||
	    !err_is_ok(letter_template_load(SEKIMORI_ROOT "/catalog", &texts)) || !err_is_ok(compartment_make(temp_file("city"), &spec)) ||
	    !err_is_ok(local_open(temp_file("city"), NULL, &world)))
		return -1;
	return err_is_ok(carry_out(make_people)) ? 0 : -1;
}

static int clear(void **state)
{
	local_close(&world);
	arena_free(&texts);
	return temp_remove(state);
}

/* ---- looking ---- */

static struct letter seen[300];
static size_t seen_count;
static int64_t look_us;
static enum letter_channel look_channel;

static err keep(void *context, const struct letter *letter)
{
	(void)context;
	assert_true(seen_count < COUNT_OF(seen));
	seen[seen_count++] = *letter; /* its texts are gone after the call */
	return OK;
}

static err look_work(struct call *call)
{
	seen_count = 0;
	return letter_due(&call->rows, look_channel, look_us, COUNT_OF(seen), keep, NULL);
}

static void look(enum letter_channel channel, int64_t at_us)
{
	look_channel = channel;
	look_us = at_us;
	assert_ok(carry_out(look_work));
}

static void settle(struct id letter, enum letter_outcome outcome, const char *words)
{
	const struct local_input inputs[] = {
		{.name = "letter", .id = letter}, {.name = "outcome", .integer = (int64_t)outcome}, {.name = "words", .raw = bytes_str(words)}, {0},
	};

	assert_ok(local_call(world, &nobody, "letter.settle", inputs, (struct bytes){0}, NULL));
}

static struct id wanted;
static struct letter found;

static err find_work(struct call *call)
{
	return row_get(&call->rows, &letter_entity, wanted, &found);
}

static struct letter of(struct id id)
{
	wanted = id;
	assert_ok(carry_out(find_work));
	return found;
}

static void spread(struct id letter, const char *places, bool good)
{
	const struct local_input inputs[] = {{.name = "letter", .id = letter}, {.name = "places", .raw = bytes_str(places)}, {0}};

	assert_true(err_is_ok(local_call(world, &nobody, "letter.spread", inputs, (struct bytes){0}, NULL)) == good);
}

/* ---- mail ---- */

static struct letter_spec spec;
static struct id to;
static unsigned roles;
static int64_t age_us;

static err mail_work(struct call *call)
{
	int64_t at_us = call->now_us - age_us;

	return roles != 0 ? letter_mail_roles(&call->rows, roles, &spec, at_us) : letter_mail(&call->rows, to, &spec, at_us);
}

static err mail(struct id account)
{
	to = account;
	roles = 0;
	return carry_out(mail_work);
}

static const uint8_t values[] = "\x08title_ja\x00\x03\xe6\x9c\x9f\x08title_en\x00\x03" "due\x03" "due\x00\x01x";
#define VALUES ((struct bytes){values, sizeof(values) - 1})
static const uint8_t strange[] = "\x05other\x00\x01x";
static const uint8_t half[] = "\x08title_ja\x00\x09x";
static const uint8_t no_text[] = "\x03" "due\x00\x01\xff";

static void mail_to_one(void **state)
{
	(void)state;
	spec = (struct letter_spec){.template = "todo-reminder", .values = VALUES, .grade = GRADE_2};
	assert_ok(mail(anna));
	assert_ok(mail(carl));          /* no address */
	spec.probe = true;
	assert_ok(mail(anna));          /* on the other side */
	spec.probe = false;
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 1);
	assert_true(id_equal(seen[0].account, anna));
	assert_int_equal(seen[0].state, LETTER_WAITING);
}

static void mail_that_must_not_leave(void **state)
{
	(void)state;
	spec = (struct letter_spec){.template = "todo-reminder", .values = VALUES};
	for (unsigned grade = GRADE_3A; grade < GRADE_2; grade++) {
		spec.grade = (enum grade)grade;
		assert_err(INVALID, mail(anna));
	}
	spec.grade = GRADE_COUNT;
	assert_err(INVALID, mail(anna));
	spec = (struct letter_spec){.template = "no-such-letter", .grade = GRADE_2};
	assert_err(INVALID, mail(anna));
	spec = (struct letter_spec){.template = "todo-reminder", .values = {strange, sizeof(strange) - 1}, .grade = GRADE_2};
	assert_err(INVALID, mail(anna));
	spec.values = (struct bytes){half, sizeof(half) - 1};
	assert_err(INVALID, mail(anna));
	spec.values = (struct bytes){no_text, sizeof(no_text) - 1};
	assert_err(INVALID, mail(anna));
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 1); /* nothing of a refused transaction stays */
}

#define MINUTE_US (INT64_C(60) * 1000000)

static void tried_again(void **state)
{
	struct letter letter;
	struct id id;

	(void)state;
	look(LETTER_MAIL, INT64_MAX);
	id = seen[0].row.id;
	for (int64_t i = 0; i < 12; i++) {
		int64_t wait_us = MINUTE_US << (i < 9 ? i : 9);

		settle(id, LETTER_NOT_YET, "451 later");
		letter = of(id);
		assert_int_equal(letter.attempts, i + 1);
		assert_int_equal(letter.state, LETTER_WAITING);
		wait_us = wait_us < 360 * MINUTE_US ? wait_us : 360 * MINUTE_US;
		assert_true(letter.next_at - clock_now_us() <= wait_us && letter.next_at - clock_now_us() > wait_us - MINUTE_US / 2);
	}
	look(LETTER_MAIL, clock_now_us());
	assert_int_equal(seen_count, 0);
}

static void ends(void **state)
{
	struct letter letter;
	struct id id;

	(void)state;
	look(LETTER_MAIL, INT64_MAX);
	id = seen[0].row.id;
	settle(id, LETTER_HAS_BOUNCED, "");         /* it has never left */
	assert_int_equal(of(id).state, LETTER_WAITING);
	settle(id, LETTER_IS_SENT, "");
	letter = of(id);
	assert_int_equal(letter.state, LETTER_SENT);
	assert_true(letter.sent_at != 0 && letter.done_at == 0);
	settle(id, LETTER_NOT_YET, "late");         /* said too late */
	settle(id, LETTER_HAS_FAILED, "late");
	assert_int_equal(of(id).state, LETTER_SENT);
	settle(id, LETTER_HAS_BOUNCED, "5.1.1");
	letter = of(id);
	assert_int_equal(letter.state, LETTER_BOUNCED);
	assert_true(letter.done_at != 0);
	settle(id, LETTER_IS_DELIVERED, "");
	assert_int_equal(of(id).state, LETTER_BOUNCED);
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 0);
}

static void given_up(void **state)
{
	struct letter letter;
	struct id id;

	(void)state;
	spec = (struct letter_spec){.template = "todo-reminder", .values = VALUES, .grade = GRADE_2};
	age_us = 4 * 1440 * MINUTE_US;
	assert_ok(mail(anna));
	age_us = 0;
	look(LETTER_MAIL, INT64_MAX);
	id = seen[0].row.id;
	settle(id, LETTER_NOT_YET, "451 later");
	letter = of(id);
	assert_int_equal(letter.state, LETTER_FAILED);
	assert_true(letter.done_at != 0);
}

static void mail_to_roles(void **state)
{
	struct id whole;

	(void)state;
	spec = (struct letter_spec){.template = "alert", .grade = GRADE_2, .facility = place};
	roles = ROLE(OFFICER) | ROLE(PRINCIPAL);
	assert_ok(carry_out(mail_work));
	roles = 1u << 30;
	assert_err(INVALID, carry_out(mail_work));
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 1);
	whole = seen[0].row.id;
	spread(whole, "", true);
	spread(whole, "", true);                    /* said again: nothing more */
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 2);            /* not those without an address, not active, or made for checks */
	for (size_t i = 0; i < 2; i++) {
		assert_true(id_equal(seen[i].parent, whole));
		assert_true(id_equal(seen[i].account, anna) || id_equal(seen[i].account, ben));
		spread(seen[i].row.id, "", false);
		settle(seen[i].row.id, LETTER_IS_SENT, "");
	}
	assert_int_equal(of(whole).state, LETTER_DELIVERED);
}

static err many_work(struct call *call)
{
	struct id id;

	for (int i = 0; i < 150; i++)
		TRY(make_person(call, "guardian@example.jp", 1, false, ROLE_GUARDIAN, place, &id));
	return OK;
}

/* T3: more than one step makes. */
static void mail_to_many(void **state)
{
	struct id whole;

	(void)state;
	assert_ok(carry_out(many_work));
	spec = (struct letter_spec){.template = "announcement", .grade = GRADE_2};
	roles = ROLE(GUARDIAN);
	assert_ok(carry_out(mail_work));
	look(LETTER_MAIL, INT64_MAX);
	whole = seen[0].row.id;
	spread(whole, "", true);
	assert_int_equal(of(whole).state, LETTER_WAITING);
	spread(whole, "", true);
	assert_int_equal(of(whole).state, LETTER_DELIVERED);
	look(LETTER_MAIL, INT64_MAX);
	assert_int_equal(seen_count, 150);
	for (size_t i = 0; i < 150; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(id_equal(seen[i].account, seen[k].account));
}

/* ---- post ---- */

static struct post_letter posted;

static err post_work(struct call *call)
{
	return post_put(&call->rows, &posted, call->now_us);
}

static void putting_post(void **state)
{
	static uint8_t large[POST_BODY_MAX + 1];
	struct id whole;

	(void)state;
	posted = (struct post_letter){.to = "provider", .kind = "thing", .object = anna, .edition = 1, .body = VALUES};
	assert_ok(carry_out(post_work));
	posted.body = (struct bytes){large, sizeof(large) - 1};
	assert_ok(carry_out(post_work));
	posted.body.len++;
	assert_err(TOO_LARGE, carry_out(post_work));
	posted.body.len = 0;
	posted.edition = 0;
	assert_err(INVALID, carry_out(post_work));
	posted.edition = 1;
	posted.object = (struct id){{0}};
	assert_err(INVALID, carry_out(post_work));
	posted.object = anna;
	posted.to = "no one";
	assert_err(INVALID, carry_out(post_work));
	posted.to = "";
	assert_err(INVALID, carry_out(post_work));
	look(LETTER_POST, INT64_MAX);
	assert_int_equal(seen_count, 2);
	assert_true(seen[0].number < seen[1].number);
	settle(seen[0].row.id, LETTER_IS_DELIVERED, "");
	settle(seen[1].row.id, LETTER_HAS_FAILED, "refused");
	posted.to = "*";
	assert_ok(carry_out(post_work));
	look(LETTER_POST, INT64_MAX);
	assert_int_equal(seen_count, 1);
	whole = seen[0].row.id;
	spread(whole, "sapporo otaru", true);
	assert_int_equal(of(whole).state, LETTER_DELIVERED);
	look(LETTER_POST, INT64_MAX);
	assert_int_equal(seen_count, 2);
}

static err receive(const char *from, const char *kind, struct id object, int64_t edition)
{
	const struct local_input inputs[] = {
		{.name = "from", .raw = bytes_str(from)}, {.name = "from_provider"}, {.name = "kind", .raw = bytes_str(kind)},
		{.name = "object", .id = object}, {.name = "edition", .integer = edition}, {.name = "probe"}, {.name = "body", .raw = VALUES}, {0},
	};

	return local_call(world, &nobody, "post.receive", inputs, (struct bytes){0}, NULL);
}

/* O1 */
static void receiving(void **state)
{
	(void)state;
	assert_ok(receive("sapporo", "thing", anna, 1));
	assert_int_equal(taken.count, 1);
	assert_string_equal(taken.from, "sapporo");
	assert_ok(receive("sapporo", "thing", anna, 1));
	assert_int_equal(taken.count, 1);
	assert_ok(receive("sapporo", "thing", anna, 3));
	assert_ok(receive("sapporo", "thing", anna, 2));
	assert_int_equal(taken.count, 2);
	assert_int_equal(taken.edition, 3);
	assert_ok(receive("otaru", "thing", anna, 1));  /* another's object of the same id */
	assert_int_equal(taken.count, 3);
	assert_err(INVALID, receive("otaru", "unknown", anna, 2));
	taken.broken = true;
	assert_err(UNAVAILABLE, receive("otaru", "thing", anna, 2));
	taken.broken = false;
	assert_ok(receive("otaru", "thing", anna, 2));  /* it comes again, and is taken now */
	assert_int_equal(taken.count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_to_one),
		cmocka_unit_test(mail_that_must_not_leave),
		cmocka_unit_test(tried_again),
		cmocka_unit_test(ends),
		cmocka_unit_test(given_up),
		cmocka_unit_test(mail_to_roles),
		cmocka_unit_test(mail_to_many),
		cmocka_unit_test(putting_post),
		cmocka_unit_test(receiving),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
