#include <string.h>

#include "ledger/blob.h"
#include "ledger/ledger.h"
#include "op/history_item.h"

#define LIMIT_DEFAULT 100

err history_item_read(struct row_context *c, uint64_t index, struct history_entry *entry)
{
	OWN(buf) stored = {0};
	struct bytes rest, leaf;
	char id[EVENT_TEXT_MAX + 1] = "";
	uint8_t *kept;

	TRY(ledger_entries(c->db, index, 1, &stored));
	rest = bytes_of(&stored);
	TRY(blob_next(&rest, &leaf));
	kept = arena_alloc(c->arena, leaf.len);
	if (kept == NULL)
		return FAIL(UNAVAILABLE);
	memcpy(kept, leaf.ptr, leaf.len);
	entry->index = index;
	entry->leaf = (struct bytes){kept, leaf.len};
	if (!err_is_ok(event_decode(entry->leaf, &entry->event, entry->objects, entry->rows)))
		return FAIL(CORRUPT);
	memcpy(id, entry->event.operation.ptr, entry->event.operation.len);
	entry->op = op_find(id);
	return OK;
}

bool history_item_done(const struct history_entry *entry)
{
	return entry->event.outcome >= 200 && entry->event.outcome <= 299;
}

bool history_item_refused(const struct history_entry *entry)
{
	return entry->event.outcome >= 400 && entry->event.outcome != 428;
}

static err put_name(struct call *call, struct id account)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	void *row;
	err e;

	REQUIRE(entity != NULL);
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = row_get(&call->rows, entity, account, row);
	if (err_is(e, ERR_NOT_FOUND)) {
		json_null(&call->out, "name"); /* erased: the role is what is left */
		return OK;
	}
	TRY(e);
	json_text(&call->out, "name", *(const struct bytes *)field_in(row, entity_field(entity, "name")));
	return OK;
}

static bool in_groups(const char *group, struct bytes groups)
{
	size_t len;

	if (group == NULL || bytes_is(groups, "*"))
		return true;
	len = strlen(group);
	for (size_t at = 0; at + len <= groups.len; at++)
		if (memcmp(groups.ptr + at, group, len) == 0 && (at == 0 || groups.ptr[at - 1] == ',') &&
		    (at + len == groups.len || groups.ptr[at + len] == ','))
			return true;
	return false;
}

/* "staff class basic,care": the fields that the deciding rule lets its reader see. */
static struct bytes groups_of(struct bytes rule)
{
	size_t at = rule.len;

	while (at > 0 && rule.ptr[at - 1] != ' ')
		at--;
	return (struct bytes){rule.ptr + at, rule.len - at};
}

static void put_fields(struct call *call, const struct history_entry *entry)
{
	const struct op *op = entry->op;
	const struct field *fields = op == NULL ? NULL : op->output != NULL ? op->output->fields : op->output_fields;
	size_t count = op != NULL && op->output != NULL ? op->output->field_count : FIELD_MAX;
	struct bytes groups = groups_of(entry->event.rule);

	if (fields == NULL || op->kind != OP_READ || !history_item_done(entry)) {
		json_null(&call->out, "fields");
		return;
	}
	json_array(&call->out, "fields");
	for (size_t i = 0; i < count && fields[i].name != NULL; i++)
		if (fields[i].personal && in_groups(fields[i].group, groups))
			json_str(&call->out, NULL, call->language == LANGUAGE_EN ? fields[i].en : fields[i].ja);
	json_array_end(&call->out);
}

static void put_words(struct call *call, const struct history_entry *entry)
{
	const struct op *op = entry->op;
	bool english = call->language == LANGUAGE_EN;

	json_text(&call->out, "operation", entry->event.operation);
	if (op == NULL)
		json_str(&call->out, "words", english ? "Work of the system" : "システムの処理");
	else
		json_str(&call->out, "words", english ? op->en : op->ja);
	if (op != NULL && op->purpose_ja != NULL)
		json_str(&call->out, "purpose", english ? op->purpose_en : op->purpose_ja);
	else
		json_null(&call->out, "purpose");
}

err history_item_put(struct call *call, const struct history_entry *entry, bool named, struct bytes place)
{
	const struct event *event = &entry->event;

	json_object(&call->out, NULL);
	json_int(&call->out, "index", (int64_t)entry->index);
	json_time(&call->out, "time", event->time_us);
	put_words(call, entry);
	if (place.len > 0)
		json_text(&call->out, "place", place);
	else
		json_null(&call->out, "place");
	json_object(&call->out, "who");
	if (named && !id_is_zero(event->actor))
		TRY(put_name(call, event->actor));
	else
		json_null(&call->out, "name");
	json_text(&call->out, "role", event->role);
	json_bool(&call->out, "own", !id_is_zero(event->actor) && id_equal(event->actor, call->actor.account));
	json_object_end(&call->out);
	put_fields(call, entry);
	json_bool(&call->out, "refused", history_item_refused(entry));
	json_object_end(&call->out);
	return call->out.state;
}

const struct field history_item_fields[] = {
	{.name = "index", .ja = "記録の番号", .en = "Index", .type = FIELD_INT, .grade = GRADE_2},
	{.name = "time", .ja = "日時", .en = "Time", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "operation", .ja = "操作", .en = "Operation", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "words", .ja = "したこと", .en = "What was done", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "purpose", .ja = "目的", .en = "Purpose", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "place", .ja = "組または園", .en = "Class or facility", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "name", .ja = "した人の氏名", .en = "Name of who did it", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "own", .ja = "自分", .en = "Oneself", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "fields", .ja = "見た項目", .en = "Fields seen", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "refused", .ja = "断られた", .en = "Refused", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};

struct page {
	uint64_t events[HISTORY_PAGE_MAX + 1];
	struct history_entry entry;
	int64_t wanted, shown, looked;
	uint64_t below;
	bool more;
};

static err put_some(struct call *call, struct page *page, size_t count, history_shows shows, void *context)
{
	for (size_t i = 0; i < count && page->shown < page->wanted; i++) {
		struct history_view view = {0};

		page->below = page->events[i];
		page->looked++;
		TRY(history_item_read(&call->rows, page->events[i], &page->entry));
		TRY(shows(call, context, &page->entry, &view));
		if (!view.shown)
			continue;
		TRY(history_item_put(call, &page->entry, view.named, view.place));
		page->shown++;
	}
	return OK;
}

err history_item_list(struct call *call, const struct history *history, const struct history_span *spans, size_t count,
    history_shows shows, void *context)
{
	const struct value *limit = call_value(call, "limit");
	const struct value *cursor = call_value(call, "cursor");
	struct page *page = arena_alloc(call->arena, sizeof(*page));

	if (page == NULL)
		return FAIL(UNAVAILABLE);
	*page = (struct page){.wanted = limit->present ? limit->as.integer : LIMIT_DEFAULT, .more = true};
	page->below = cursor->present ? (uint64_t)cursor->as.integer : history->size;
	json_array(&call->out, "items");
	while (page->more && page->shown < page->wanted && page->looked < HISTORY_LOOK_MAX) {
		size_t found = 0;

		TRY(history_page(history, spans, count, page->below, page->events, HISTORY_PAGE_MAX + 1, &found));
		page->more = found > HISTORY_PAGE_MAX;
		TRY(put_some(call, page, found, shows, context));
		if (found > 0 && page->below > page->events[found - 1])
			page->more = true; /* the page was full before the last one */
	}
	json_array_end(&call->out);
	if (page->more)
		json_int(&call->out, "next", (int64_t)page->below);
	else
		json_null(&call->out, "next");
	return buf_printf(&call->detail, "%s\"count\":%lld", call->detail.len > 0 ? "," : "", (long long)page->shown);
}
