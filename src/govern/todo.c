#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/alert.h"
#include "govern/form.h"
#include "govern/letter.h"
#include "op/setting.h"

#include "govern/todo.h"

#define SECOND_US 1000000LL
#define PUT_TEXT_MAX 200

static const char *const states[] = {
	[TODO_OPEN] = "open", [TODO_DONE] = "done", [TODO_MISSED] = "missed", [TODO_VOID] = "void", NULL,
};
static const char *const stages[] = {[TODO_QUIET] = "quiet", [TODO_REMINDED] = "reminded", [TODO_OVERDUE] = "overdue", NULL};

#define AT(member) .offset = offsetof(struct todo, member)
#define TIME_FIELD .type = FIELD_TIME, .grade = GRADE_2
#define MASK .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = INT32_MAX
#define SEALED_TEXT .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true, .max = PUT_TEXT_MAX

static const struct field fields[] = {
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 40, AT(kind)},
	{.name = "object_kind", .ja = "対象の種類", .en = "Kind of object", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 40,
	    AT(object_kind)},
	{.name = "object", .ja = "対象", .en = "Object", .type = FIELD_ID, .grade = GRADE_2, .required = true, AT(object)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{.name = "roles", .ja = "する人の役割", .en = "For these roles", MASK, AT(roles)},
	{.name = "account", .ja = "する人", .en = "For this person", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(account)},
	{.name = "grade", .ja = "文の機密区分", .en = "Grade of the words", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = GRADE_COUNT - 1,
	    AT(grade)},
	{.name = "ja", .ja = "すること", .en = "What to do, in Japanese", SEALED_TEXT, AT(ja)},
	{.name = "en", .ja = "すること（英語）", .en = "What to do", SEALED_TEXT, AT(en)},
	{.name = "link", .ja = "画面", .en = "Screen", .type = FIELD_TEXT, .grade = GRADE_2, .max = 120, AT(link)},
	{.name = "due_at", .ja = "期限", .en = "Due", TIME_FIELD, AT(due_at)},
	{.name = "reminders", .ja = "知らせる時", .en = "Reminders", .type = FIELD_BYTES, .grade = GRADE_2, .max = 8 * TODO_REMINDERS_MAX,
	    AT(reminders)},
	{.name = "escalate", .ja = "引き上げる先の役割", .en = "Escalated to", MASK, AT(escalate)},
	{.name = "escalate_at", .ja = "引き上げる日時", .en = "To be escalated", TIME_FIELD, AT(escalate_at)},
	{.name = "mail", .ja = "メールでも知らせる", .en = "By mail, too", .type = FIELD_BOOL, .grade = GRADE_2, AT(mail)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states, AT(state)},
	{.name = "stage", .ja = "段階", .en = "Stage", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = stages, AT(stage)},
	{.name = "put_at", .ja = "登録日時", .en = "Since", TIME_FIELD, AT(put_at)},
	{.name = "passed_at", .ja = "ここまで知らせた", .en = "Reminded up to", TIME_FIELD, AT(passed_at)},
	{.name = "next_at", .ja = "次に知らせる日時", .en = "Next", TIME_FIELD, AT(next_at)},
	{.name = "escalated_at", .ja = "引き上げた日時", .en = "Escalated", TIME_FIELD, AT(escalated_at)},
	{.name = "done_at", .ja = "終わった日時", .en = "Ended", TIME_FIELD, AT(done_at)},
};

static const char *const indexes[] = {"object,kind", "state,next_at", "account,state", "state,due_at", NULL};

const struct entity todo_entity = {
	.name = "todo",
	.ja = "すること",
	.en = "Thing to do",
	.size = sizeof(struct todo),
	.seal = SEAL_FACILITY,
	.facility = "facility",
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* state 0 = open */
static struct row_list of_account = {"todo.of-account", &todo_entity,
    "kind = :kind AND object = :object AND account = :account AND state = 0 LIMIT :limit", NULL};
static struct row_list of_roles = {"todo.of-roles", &todo_entity,
    "kind = :kind AND object = :object AND account IS NULL AND state = 0 LIMIT :limit", NULL};
static struct row_list of_object = {"todo.of-object", &todo_entity,
    "kind = :kind AND object = :object AND state = 0 ORDER BY id LIMIT :limit", NULL};
static struct row_list due = {"todo.due", &todo_entity, "state = 0 AND next_at <= :now ORDER BY next_at, id LIMIT :limit", NULL};

err todo_start(void)
{
	TRY(row_list_make(&of_account));
	TRY(row_list_make(&of_roles));
	TRY(row_list_make(&of_object));
	return row_list_make(&due);
}

struct find { const struct row_list *list; const char *kind; struct id object, account; int64_t now_us; size_t limit; };

static err bind(const struct find *find, struct query *query)
{
	if (query_has(query, "kind"))
		TRY(query_text(query, "kind", bytes_str(find->kind)));
	if (query_has(query, "object"))
		TRY(query_id(query, "object", &find->object));
	if (query_has(query, "account"))
		TRY(query_id(query, "account", &find->account));
	if (query_has(query, "now"))
		TRY(query_int(query, "now", find->now_us));
	return query_int(query, "limit", (int64_t)find->limit);
}

static err find(struct row_context *c, const struct find *find, struct todo *list, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool more = true;
	err e = query_start(c->db, find->list->statement, &query);

	if (err_is_ok(e))
		e = bind(find, query);
	while (err_is_ok(e) && count < find->limit) {
		e = query_step(query, &more);
		if (!err_is_ok(e) || !more)
			break;
		list[count] = (struct todo){0};
		e = row_read(c, &todo_entity, query, false, &list[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

/* ---- when ---- */

static void sooner(int64_t *next, int64_t at_us)
{
	if (*next == 0 || at_us < *next)
		*next = at_us;
}

static void look_at_reminders(const struct todo *todo, int64_t now_us, struct todo_turn *turn)
{
	struct bytes left = todo->reminders;
	uint64_t seconds = 0;

	while (err_is_ok(cut_u64(&left, &seconds))) {
		int64_t at = todo->due_at - (int64_t)seconds * SECOND_US;

		if (at > now_us)
			sooner(&turn->next_at, at);
		else if (at > todo->passed_at && now_us < todo->due_at)
			turn->remind = true;
	}
}

struct todo_turn todo_turn(const struct todo *todo, int64_t now_us)
{
	struct todo_turn turn = {0};
	int64_t escalate_at = todo->escalate_at != 0 ? todo->escalate_at : todo->due_at;

	if (todo->due_at == 0 || todo->state != TODO_OPEN)
		return turn;
	look_at_reminders(todo, now_us, &turn);
	turn.overdue = todo->stage != TODO_OVERDUE && todo->due_at <= now_us;
	turn.escalate = todo->escalate != 0 && todo->escalated_at == 0 && escalate_at <= now_us;
	if (todo->due_at > now_us)
		sooner(&turn.next_at, todo->due_at);
	if (todo->escalate != 0 && todo->escalated_at == 0 && escalate_at > now_us)
		sooner(&turn.next_at, escalate_at);
	return turn;
}

/* ---- putting ---- */

static err put_reminders(const struct todo_spec *spec, struct buf *out)
{
	for (size_t i = 0; spec->reminders_us != NULL && spec->reminders_us[i] != 0; i++) {
		REQUIRE(i < TODO_REMINDERS_MAX && spec->reminders_us[i] > 0);
		TRY(buf_u64(out, (uint64_t)(spec->reminders_us[i] / SECOND_US)));
	}
	return OK;
}

/* A path of our own screens. */
static err put_link(const struct todo_spec *spec, struct buf *out)
{
	size_t len = spec->link != NULL ? strlen(spec->link) : 0;
	char id[ID_TEXT_MAX];

	if (len == 0)
		return OK;
	REQUIRE(spec->link[0] == '/');
	TRY(buf_append_str(out, spec->link));
	if (spec->link[len - 1] != '/')
		return OK;
	id_format(spec->object, id);
	return buf_append_str(out, id);
}

static err check_words(const struct todo_spec *spec)
{
	const struct bytes both[] = {spec->ja, spec->en};

	for (size_t i = 0; i < 2; i++) {
		size_t count = 0;

		TRY(utf8_check(both[i], &count));
		if (count == 0 || count > PUT_TEXT_MAX)
			return FAIL(INVALID);
	}
	return spec->grade > GRADE_3A && spec->grade < GRADE_COUNT ? OK : FAIL(INVALID); /* D3 */
}

static void fill(const struct todo_spec *spec, struct bytes link, struct todo *todo)
{
	todo->kind = bytes_str(spec->kind);
	todo->object_kind = bytes_str(spec->object_kind);
	todo->object = spec->object;
	todo->facility = spec->facility;
	todo->probe = spec->probe;
	todo->roles = id_is_zero(spec->account) ? (int64_t)spec->roles : 0;
	todo->account = spec->account;
	todo->grade = (int64_t)spec->grade;
	todo->ja = spec->ja;
	todo->en = spec->en;
	todo->link = link;
	todo->mail = spec->mail;
}

/* Another date begins its reminders anew; those whose time is over before it was put are not sent afterwards. */
static void set_clock(const struct todo_spec *spec, struct bytes reminders, int64_t now_us, struct todo *todo)
{
	int64_t escalate_at = spec->due_us == 0 || spec->escalate == 0 ? 0 : spec->escalate_us;
	bool same = todo->row.version != 0 && todo->due_at == spec->due_us && bytes_equal(todo->reminders, reminders) &&
	    todo->escalate == (int64_t)spec->escalate && todo->escalate_at == escalate_at;

	if (same)
		return;
	todo->due_at = spec->due_us;
	todo->reminders = spec->due_us == 0 ? (struct bytes){0} : reminders;
	todo->escalate = (int64_t)spec->escalate;
	todo->escalate_at = escalate_at;
	todo->stage = TODO_QUIET;
	todo->escalated_at = 0;
	todo->passed_at = now_us;
	todo->next_at = todo_turn(todo, now_us).next_at;
	if (todo_turn(todo, now_us).overdue || todo_turn(todo, now_us).escalate)
		todo->next_at = now_us;
}

err todo_put(struct row_context *c, const struct todo_spec *spec, int64_t now_us)
{
	struct find one = {.list = id_is_zero(spec->account) ? &of_roles : &of_account, .kind = spec->kind, .object = spec->object,
	    .account = spec->account, .limit = 1};
	OWN(buf) reminders = {0};
	OWN(buf) link = {0};
	struct todo todo = {0};
	size_t count = 0;

	REQUIRE(!id_is_zero(spec->object) && (spec->roles != 0 || !id_is_zero(spec->account)));
	REQUIRE(strlen(spec->kind) >= 2 && strlen(spec->kind) <= 40);
	TRY(check_words(spec));
	TRY(put_reminders(spec, &reminders));
	TRY(put_link(spec, &link));
	TRY(find(c, &one, &todo, &count));
	if (count == 0)
		todo = (struct todo){.state = TODO_OPEN, .put_at = now_us};
	fill(spec, bytes_of(&link), &todo);
	set_clock(spec, bytes_of(&reminders), now_us, &todo);
	return count == 0 ? row_insert(c, &todo_entity, &todo) : row_update(c, &todo_entity, &todo); /* D1 */
}

static const struct statement how_many = {"todo.how-many",
    "SELECT COUNT(*) FROM todo WHERE kind = :kind AND object = :object AND state = 0 AND (account = :account OR :account IS NULL)"};

static err count_open(struct row_context *c, const char *kind, const struct id *object, const struct id *account, int64_t *count_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, &how_many, &query);

	if (err_is_ok(e))
		e = query_text(query, "kind", bytes_str(kind));
	if (err_is_ok(e))
		e = query_id(query, "object", object);
	if (err_is_ok(e))
		e = id_is_zero(*account) ? query_null(query, "account") : query_id(query, "account", account);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		*count_out = column_int(query, 0);
	query_end(&query);
	return e;
}

err todo_done(struct row_context *c, const char *kind, struct id object, struct id account, enum todo_state state, int64_t now_us)
{
	struct find all = {.list = id_is_zero(account) ? &of_object : &of_account, .kind = kind, .object = object, .account = account};
	struct todo *list;
	int64_t open = 0;
	size_t count = 0;

	REQUIRE(state != TODO_OPEN);
	TRY(count_open(c, kind, &object, &account, &open)); /* mostly there is none: whoever ends many things takes no room for each */
	if (open == 0)
		return OK;
	if (open > TODO_DONE_MAX)
		return FAIL(TOO_LARGE);
	all.limit = (size_t)open;
	list = arena_alloc(c->arena, all.limit * sizeof(*list));
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(find(c, &all, list, &count));
	for (size_t i = 0; i < count; i++) {
		list[i].state = (int32_t)state;
		list[i].done_at = now_us;
		list[i].next_at = 0;
		TRY(row_update(c, &todo_entity, &list[i]));
	}
	return OK;
}

/* ---- reminding ---- */

#define REMIND_AT_ONCE 20

static const struct statement any_due = {"todo.any-due", "SELECT 1 FROM todo WHERE state = 0 AND next_at <= :now LIMIT 1"};

static err remind_look(struct job_run *run, bool *due_out)
{
	struct query *query = NULL;
	err e = query_start(run->rows.db, &any_due, &query);

	if (err_is_ok(e))
		e = query_int(query, "now", run->now_us);
	if (err_is_ok(e))
		e = query_step(query, due_out);
	query_end(&query);
	return e;
}

/* "2026-11-24 17:00" */
static err put_due(const struct todo *todo, struct buf *values)
{
	char text[CLOCK_TEXT_MAX];

	clock_time_format(todo->due_at, text);
	if (strlen(text) > 16) {
		text[10] = ' ';
		text[16] = '\0';
	}
	return form_put(values, "due", bytes_str(text));
}

/* D3 */
static err write_letter(struct job_run *run, const struct todo *todo, const char *template, unsigned roles)
{
	struct row_context *c = &run->rows;
	int64_t now_us = run->now_us;
	int64_t wanted = 0;
	struct letter_spec spec = {.template = template, .grade = GRADE_2, .cause = todo->object, .facility = todo->facility, .probe = todo->probe};
	bool secret = todo->grade < GRADE_2;
	OWN(buf) values = {0};

	if (todo->mail)
		TRY(setting_value(c, run->compartment, now_us, SETTING_REMINDER_MAIL, &wanted));
	if (wanted == 0)
		return OK;
	TRY(form_put(&values, "title_ja", secret ? BYTES_LIT("期限のある用件") : todo->ja));
	TRY(form_put(&values, "title_en", secret ? BYTES_LIT("Something with a time limit") : todo->en));
	TRY(put_due(todo, &values));
	TRY(form_put(&values, "link", todo->link.len > 0 ? todo->link : BYTES_LIT("/desk")));
	spec.values = bytes_of(&values);
	return roles == 0 ? letter_mail(c, todo->account, &spec, now_us) : letter_mail_roles(c, roles, &spec, now_us);
}

static err raise(struct row_context *c, const struct todo *todo, const char *what, int64_t now_us)
{
	char id[ID_TEXT_MAX];
	struct alert_told told = {.on = ALERT_ON_TODO, .what = what, .kind = todo->kind,
	    .label = todo->grade >= GRADE_2 ? todo->ja : todo->kind, .facility = todo->facility, .probe = todo->probe};

	id_format(todo->object, id);
	told.subject = bytes_str(id);
	return bytes_is(todo->kind, ALERT_TODO) ? OK : alert_tell(c, &told, now_us);
}

static err send(struct job_run *run, const struct todo *todo, const struct todo_turn *turn)
{
	struct row_context *c = &run->rows;
	unsigned mine = (unsigned)todo->roles;

	if (turn->remind)
		TRY(write_letter(run, todo, "todo-reminder", mine));
	if (turn->remind)
		TRY(raise(c, todo, "warned", run->now_us));
	if (turn->overdue)
		TRY(write_letter(run, todo, "todo-overdue", mine));
	if (turn->overdue)
		TRY(raise(c, todo, "overdue", run->now_us));
	return turn->escalate ? write_letter(run, todo, "todo-escalation", (unsigned)todo->escalate) : OK;
}

static err remind(struct job_run *run, struct todo *todo)
{
	struct todo_turn turn = todo_turn(todo, run->now_us);

	if (turn.remind && todo->stage == TODO_QUIET)
		todo->stage = TODO_REMINDED;
	if (turn.overdue)
		todo->stage = TODO_OVERDUE;
	if (turn.escalate)
		todo->escalated_at = run->now_us;
	todo->passed_at = run->now_us;
	todo->next_at = turn.next_at;
	TRY(row_update(&run->rows, &todo_entity, todo));
	return send(run, todo, &turn); /* D2: in the same commit */
}

static err remind_step(struct job_run *run)
{
	const struct find some = {.list = &due, .now_us = run->now_us, .limit = REMIND_AT_ONCE};
	struct todo *list = arena_alloc(run->rows.arena, REMIND_AT_ONCE * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(find(&run->rows, &some, list, &count));
	for (size_t i = 0; i < count; i++)
		TRY(remind(run, &list[i]));
	run->job.position += (int64_t)count;
	run->done = count < REMIND_AT_ONCE;
	return OK;
}

static const struct schedule often = {
	.ja = "期限の前に知らせ、過ぎたら引き上げる", .en = "Reminds before a date and escalates after it",
	.every_s = 5, .limit_s = 600, .missed = SCHEDULE_ONCE,
};

const struct job_kind todo_remind = {
	.name = "todo.remind-step",
	.schedule = &often,
	.look = remind_look,
	.step = remind_step,
};
