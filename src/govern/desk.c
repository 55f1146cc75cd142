#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "govern/todo.h"
#include "op/op_entity.h"

#include "govern/desk.h"

#define SQL_MAX 2000

/* One line of the desk. */
struct desk_item {
	struct id id;
	struct bytes kind, ja, en, link, object_kind;
	struct id object;
	int64_t due_at, since, escalated_at;
};

struct desk_counts { int64_t open, overdue, due_today, notices; };

/* ---- statements: the relations of access/relations.c and no other ---- */

static char todo_where[SQL_MAX], change_where[SQL_MAX], todo_sql[SQL_MAX], change_sql[SQL_MAX];
static struct row_list my_todos = {"desk.todos", &todo_entity, todo_where, NULL};
static struct row_list my_changes = {"desk.changes", &op_entity_change, change_where, NULL};
static struct statement count_todos = {"desk.count-todos", todo_sql};
static struct statement count_changes = {"desk.count-changes", change_sql};

const struct statement *const desk_statements[] = {&count_todos, &count_changes, NULL};

/* notice belongs to the accounts' module; whose they are is all that is asked. */
static const struct statement count_notices = {"desk.count-notices", "SELECT COUNT(*) FROM notice WHERE account = :actor_account AND seen = 0"};

static void write_sql(char *out, const char *before, const char *predicate, const char *after)
{
	int len = snprintf(out, SQL_MAX, "%s(%s)%s", before, predicate, after);

	REQUIRE(len > 0 && len < SQL_MAX);
}

err desk_start(void)
{
	const char *mine = access_predicate("todo", RELATION_OWN);
	const char *approver = access_predicate("change", RELATION_APPROVER);

	REQUIRE(mine != NULL && approver != NULL);
	write_sql(todo_where, "todo.state = 0 AND ", mine,
	    " ORDER BY CASE WHEN todo.due_at IS NULL THEN 1 ELSE 0 END, todo.due_at, todo.put_at, todo.id LIMIT :limit");
	write_sql(change_where, "change.state = 0 AND ", approver, " ORDER BY change.filed_at, change.id LIMIT :limit");
	write_sql(todo_sql,
	    "SELECT COUNT(*), SUM(CASE WHEN todo.due_at <= :now THEN 1 ELSE 0 END),"
	    " SUM(CASE WHEN todo.due_at > :now AND todo.due_at <= :tomorrow THEN 1 ELSE 0 END) FROM todo WHERE todo.state = 0 AND ", mine, "");
	write_sql(change_sql, "SELECT COUNT(*) FROM change WHERE change.state = 0 AND ", approver, "");
	TRY(row_list_make(&my_todos));
	return row_list_make(&my_changes);
}

/* ---- counting ---- */

static err start(struct call *call, const struct statement *statement, struct query **query_out)
{
	TRY(query_start(call->rows.db, statement, query_out));
	return access_bind(*query_out, &call->actor);
}

static err count_one(struct call *call, const struct statement *statement, int64_t *count_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = start(call, statement, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		*count_out = column_int(query, 0);
	query_end(&query);
	return e;
}

static err count_mine(struct call *call, struct desk_counts *counts)
{
	struct query *query = NULL;
	int64_t tomorrow = 0;
	bool row = false;
	err e = clock_midnight(clock_date_add(clock_date_jst(call->now_us), 1), &tomorrow);

	if (err_is_ok(e))
		e = start(call, &count_todos, &query);
	if (err_is_ok(e))
		e = query_int(query, "now", call->now_us);
	if (err_is_ok(e))
		e = query_int(query, "tomorrow", tomorrow);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row) {
		counts->open = column_int(query, 0);
		counts->overdue = column_int(query, 1);
		counts->due_today = column_int(query, 2);
	}
	query_end(&query);
	return e;
}

static err count_all(struct call *call, struct desk_counts *counts)
{
	int64_t changes = 0;

	TRY(count_mine(call, counts));
	TRY(count_one(call, &count_changes, &changes));
	counts->open += changes;
	return count_one(call, &count_notices, &counts->notices);
}

static void put_counts(struct json *json, const struct desk_counts *counts)
{
	json_int(json, "due_today", counts->due_today);
	json_int(json, "overdue", counts->overdue);
	json_int(json, "open", counts->open);
	json_int(json, "notices", counts->notices);
}

/* ---- lines ---- */

static err add_todo(struct call *call, struct query *query, struct desk_item *item)
{
	struct todo todo = {0};

	TRY(row_read(&call->rows, &todo_entity, query, false, &todo));
	*item = (struct desk_item){.id = todo.row.id, .kind = todo.kind, .ja = todo.ja, .en = todo.en, .link = todo.link,
	    .object_kind = todo.object_kind, .object = todo.object, .due_at = todo.due_at, .since = todo.put_at, .escalated_at = todo.escalated_at};
	return OK;
}

static err words(struct call *call, const char *before, const char *title, const char *after, struct bytes *out)
{
	OWN(buf) text = {0};

	TRY(buf_printf(&text, "%s%s%s", before, title, after));
	return arena_copy(call->arena, bytes_of(&text), out);
}

static err add_change(struct call *call, struct query *query, struct desk_item *item)
{
	struct change change = {0};
	const struct op *op;
	char name[EVENT_TEXT_MAX + 1];

	TRY(row_read(&call->rows, &op_entity_change, query, false, &change));
	(void)snprintf(name, sizeof(name), "%.*s", (int)change.operation.len, (const char *)change.operation.ptr);
	op = op_find(name);
	*item = (struct desk_item){.id = change.row.id, .kind = BYTES_LIT("change-approve"), .link = BYTES_LIT("/changes"),
	    .object_kind = BYTES_LIT("change"), .object = change.row.id, .since = change.filed_at};
	TRY(words(call, "「", op != NULL ? op->ja : name, "」を承認または却下する", &item->ja));
	return words(call, "Approve or reject: ", op != NULL ? op->en : name, "", &item->en);
}

static err collect(struct call *call, const struct row_list *list, err (*add)(struct call *, struct query *, struct desk_item *),
    struct desk_item *items, size_t *count)
{
	struct query *query = NULL;
	bool more = true;
	size_t added = 0;
	err e = start(call, list->statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "limit", DESK_ITEMS_MAX);
	while (err_is_ok(e) && added < DESK_ITEMS_MAX) {
		e = query_step(query, &more);
		if (!err_is_ok(e) || !more)
			break;
		e = add(call, query, &items[*count + added++]);
	}
	query_end(&query);
	TRY(e);
	*count += added;
	return OK;
}

/* What has a date first, by it; then the oldest. */
static int by_date(const void *a, const void *b)
{
	const struct desk_item *x = a, *y = b;
	int64_t first = x->due_at != 0 ? x->due_at : INT64_MAX, second = y->due_at != 0 ? y->due_at : INT64_MAX;

	if (first != second)
		return first < second ? -1 : 1;
	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return memcmp(x->id.b, y->id.b, sizeof(x->id.b));
}

static void put_item(struct call *call, const struct desk_item *item)
{
	struct json *out = &call->out;

	json_object(out, NULL);
	json_id(out, "id", item->id);
	json_text(out, "kind", item->kind);
	json_object(out, "title");
	json_text(out, "ja", item->ja);
	json_text(out, "en", item->en);
	json_object_end(out);
	json_time(out, "due_at", item->due_at);
	json_bool(out, "overdue", item->due_at != 0 && item->due_at <= call->now_us);
	json_time(out, "since", item->since);
	json_text(out, "link", item->link);
	json_object(out, "object");
	json_text(out, "kind", item->object_kind);
	json_id(out, "id", item->object);
	json_object_end(out);
	json_bool(out, "escalated", item->escalated_at != 0);
	json_object_end(out);
}

static err see_apply(struct call *call)
{
	struct desk_item *items = arena_alloc(call->arena, 2 * (size_t)DESK_ITEMS_MAX * sizeof(*items));
	struct desk_counts counts = {0};
	size_t count = 0;

	if (items == NULL)
		return FAIL(UNAVAILABLE);
	TRY(collect(call, &my_todos, add_todo, items, &count));
	TRY(collect(call, &my_changes, add_change, items, &count));
	TRY(count_all(call, &counts));
	qsort(items, count, sizeof(*items), by_date);
	json_array(&call->out, "items");
	for (size_t i = 0; i < count; i++)
		put_item(call, &items[i]);
	json_array_end(&call->out);
	json_object(&call->out, "counts");
	put_counts(&call->out, &counts);
	json_object_end(&call->out);
	return buf_printf(&call->detail, "%s\"count\":%zu", call->detail.len > 0 ? "," : "", count);
}

static err count_apply(struct call *call)
{
	struct desk_counts counts = {0};

	TRY(count_all(call, &counts));
	put_counts(&call->out, &counts);
	return OK;
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

#define COUNTED(label, japanese, english) {.name = label, .ja = japanese, .en = english, .type = FIELD_INT, .grade = GRADE_2}
static const struct field count_output[] = {
	COUNTED("due_today", "今日が期限", "Due today"),
	COUNTED("overdue", "期限を過ぎた", "Overdue"),
	COUNTED("open", "すべて", "Open"),
	COUNTED("notices", "未確認のお知らせ", "Notices not seen yet"),
	{0},
};
static const struct field see_output[] = {
	{.name = "items", .ja = "すること", .en = "Things to do", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "counts", .ja = "件数", .en = "Counts", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};

const struct op desk_see = {
	.id = "desk.see",
	.ja = "自分がすることを見る",
	.en = "See what there is to do for oneself",
	.method = "GET",
	.path = "/v1/desk",
	.kind = OP_READ,
	.grants = own,
	.policy = "todo see",
	.inputs = no_inputs,
	.entity = &todo_entity,
	.output_fields = see_output,
	.status = 200,
	.purpose_ja = "承認・回答などを期限までに行うため",
	.purpose_en = "To approve, answer and do what is due in time",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-56 S-51",
	.apply = see_apply,
};

const struct op desk_count = {
	.id = "desk.count",
	.ja = "自分がすることの件数を見る",
	.en = "Count what there is to do for oneself",
	.method = "GET",
	.path = "/v1/desk/count",
	.kind = OP_READ,
	.grants = own,
	.policy = "todo see",
	.inputs = no_inputs,
	.entity = &todo_entity,
	.output_fields = count_output,
	.status = 200,
	.grade = GRADE_2,
	.requirements = "K-56 S-51",
	.apply = count_apply,
};
