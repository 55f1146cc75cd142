#include <string.h>

#include "entity/row.h"
#include "govern/target.h"

#include "govern/letterbox.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX 200

/* Newest first; before: the number of the last one seen. */
static struct row_list page = {
	.name = "govern.letter-page",
	.entity = &letter_entity,
	.where = "probe = :probe AND number < :before AND (:state < 0 OR state = :state) AND (:channel < 0 OR channel = :channel)"
	    " ORDER BY number DESC LIMIT :limit",
};

err letterbox_start(void)
{
	return row_list_make(&page);
}

static const char *state_of(const struct call *call, const struct letter *letter)
{
	bool leaves = letter->channel == LETTER_POST ||
	    (!letter->probe && !call->compartment->probe && letter_can_leave((enum letter_channel)letter->channel));

	return letter->state == LETTER_WAITING && !leaves ? "held" : letter_states[letter->state];
}

/* "a***@example.jp": enough to see which of somebody's addresses it is. */
static err put_masked(struct bytes address, struct buf *out)
{
	const uint8_t *at = address.len == 0 ? NULL : memchr(address.ptr, '@', address.len);

	if (at == NULL || at == address.ptr)
		return OK;
	TRY(buf_append(out, (struct bytes){address.ptr, (address.ptr[0] & 0x80) == 0 ? 1u : 0u}));
	TRY(buf_append_str(out, "***"));
	return buf_append(out, (struct bytes){at, address.len - (size_t)(at - address.ptr)});
}

static err put_roles(const struct letter *letter, struct buf *out)
{
	for (unsigned role = ROLE_GUARDIAN; role < ROLE_COUNT; role++)
		if ((letter->roles & (1 << role)) != 0)
			TRY(buf_printf(out, "%s%s", out->len == 0 ? "" : " ", access_role_names[role]));
	return OK;
}

/* Of an URL: only where it is. */
static err put_host(struct call *call, const struct letter *letter, struct buf *out)
{
	struct target target = {0};
	size_t len = 8;
	err e = row_get(&call->rows, &target_entity, letter->hook, &target);

	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	while (len < target.url.len && target.url.ptr[len] != '/' && target.url.ptr[len] != '?')
		len++;
	return buf_append(out, (struct bytes){target.url.ptr, len});
}

static err put_to(struct call *call, const struct letter *letter, struct buf *out)
{
	struct bytes address = {0};
	err e;

	if (letter->channel == LETTER_POST)
		return buf_append(out, letter->place);
	if (letter->channel == LETTER_WEBHOOK)
		return put_host(call, letter, out);
	if (letter->roles != 0)
		return put_roles(letter, out);
	e = letter_address(&call->rows, letter, &address);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	return put_masked(address, out);
}

static void put_when(struct json *json, const char *name, int64_t at_us)
{
	if (at_us == 0)
		json_null(json, name);
	else
		json_time(json, name, at_us);
}

/* Of the other side's words only what stands before an address could: the code. */
static struct bytes short_error(struct bytes words)
{
	size_t len = 0;

	while (len < words.len && len < 60 && words.ptr[len] != '<' && words.ptr[len] != '@')
		len++;
	if (len < words.len && words.ptr[len] == '@') /* what stands before it is part of the address */
		while (len > 0 && words.ptr[len - 1] != ' ')
			len--;
	return (struct bytes){words.ptr, len};
}

static err put(struct call *call, const struct letter *letter)
{
	bool waits = letter->state == LETTER_WAITING;
	OWN(buf) to = {0};

	TRY(put_to(call, letter, &to));
	json_object(&call->out, NULL);
	json_id(&call->out, "id", letter->row.id);
	json_int(&call->out, "number", letter->number);
	json_str(&call->out, "channel", letter_channels[letter->channel]);
	json_text(&call->out, "kind", letter->kind);
	json_str(&call->out, "state", state_of(call, letter));
	json_text(&call->out, "to", bytes_of(&to));
	json_int(&call->out, "attempts", letter->attempts);
	json_time(&call->out, "created_at", letter->created_at);
	put_when(&call->out, "next_at", waits ? letter->next_at : 0);
	put_when(&call->out, "sent_at", letter->sent_at);
	put_when(&call->out, "done_at", letter->done_at);
	json_text(&call->out, "error", short_error(letter->error));
	json_object_end(&call->out);
	return OK;
}

/* ---- the list ---- */

struct span {
	int64_t before;
	size_t limit, count;
	struct letter *list;
};

static err bind(struct call *call, struct query *query, const struct span *span)
{
	const struct value *state = call_value(call, "state");
	const struct value *channel = call_value(call, "channel");

	TRY(query_int(query, "probe", call->actor.probe));
	TRY(query_int(query, "before", span->before));
	TRY(query_int(query, "state", state->present ? state->as.choice : -1));
	TRY(query_int(query, "channel", channel->present ? channel->as.choice : -1));
	return query_int(query, "limit", (int64_t)span->limit);
}

static err read_span(struct call *call, struct span *span)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(call->rows.db, page.statement, &query);

	if (err_is_ok(e))
		e = bind(call, query, span);
	while (err_is_ok(e) && row && span->count < span->limit) {
		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = row_read(&call->rows, &letter_entity, query, false, &span->list[span->count++]);
	}
	query_end(&query);
	return e;
}

/* A cursor that is no letter of this side: nothing follows it. */
static err find_start(struct call *call, int64_t *before_out)
{
	struct letter last = {0};
	err e;

	*before_out = INT64_MAX;
	if (!call_value(call, "cursor")->present)
		return OK;
	e = row_get(&call->rows, &letter_entity, call_id(call, "cursor"), &last);
	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && last.probe != call->actor.probe)) {
		*before_out = 0;
		return OK;
	}
	*before_out = last.number;
	return e;
}

static err list_apply(struct call *call)
{
	size_t limit = call_value(call, "limit")->present ? (size_t)call_value(call, "limit")->as.integer : PAGE_DEFAULT;
	struct span span = {.limit = (limit > PAGE_MAX ? PAGE_MAX : limit) + 1};

	span.list = arena_alloc(call->arena, span.limit * sizeof(*span.list));
	if (span.list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(find_start(call, &span.before));
	TRY(read_span(call, &span));
	json_array(&call->out, "items");
	for (size_t i = 0; i < span.count && i + 1 < span.limit; i++)
		TRY(put(call, &span.list[i]));
	json_array_end(&call->out);
	if (span.count == span.limit)
		json_id(&call->out, "next", span.list[span.limit - 2].row.id);
	else
		json_null(&call->out, "next");
	return OK;
}

static const struct grant readers[] = {
	{ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct grant keepers[] = {
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const char *const shown_states[] = {"waiting", "sent", "delivered", "failed", "bounced", "held", NULL};

#define TIME(text, label_ja, label_en) {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2}
#define CHANNEL .name = "channel", .ja = "送り方", .en = "Channel", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = letter_channels

static const struct field list_output[] = {
	{.name = "id", .ja = "便り", .en = "Letter", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "number", .ja = "番号", .en = "Number", .type = FIELD_INT, .grade = GRADE_2},
	{CHANNEL},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = shown_states},
	{.name = "to", .ja = "宛先（一部だけ）", .en = "To, masked", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "attempts", .ja = "試した回数", .en = "Attempts", .type = FIELD_INT, .grade = GRADE_2},
	TIME("created_at", "作成日時", "Created"),
	TIME("next_at", "次に試す日時", "Next attempt"),
	TIME("sent_at", "送信日時", "Sent"),
	TIME("done_at", "完了日時", "Done"),
	{.name = "error", .ja = "送れない理由", .en = "Why not", .type = FIELD_TEXT, .grade = GRADE_2},
	{0},
};
static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = letter_states}},
	{.place = IN_QUERY, .field = {CHANNEL}},
	OP_INPUT_CURSOR,
	OP_INPUT_LIMIT,
	{0},
};

#define PURPOSE .purpose_ja = "知らせが届いたか、届かないのはなぜかを確かめるため", .purpose_en = "To see whether notices arrive, and why one does not"

const struct op letterbox_list = {
	.id = "letter.list",
	.ja = "送った便りの一覧を見る",
	.en = "List the letters that were sent",
	.method = "GET",
	.path = "/v1/letters",
	.kind = OP_READ,
	.grants = readers,
	.policy = "letter see",
	.inputs = list_inputs,
	.entity = &letter_entity,
	.output_fields = list_output,
	.list = true,
	.status = 200,
	PURPOSE,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "T-3 T-9 K-39",
	.apply = list_apply,
};

/* ---- trying again ---- */

static err retry_apply(struct call *call)
{
	struct letter letter = {0};

	TRY(row_get(&call->rows, &letter_entity, call_id(call, "letter"), &letter));
	call->event_facility = letter.facility;
	if (letter.state == LETTER_SENT || letter.state == LETTER_DELIVERED)
		return FAIL(CONFLICT);
	if (letter.state != LETTER_WAITING)
		letter.created_at = call->now_us; /* it is given its time again */
	letter.state = LETTER_WAITING;
	letter.next_at = call->now_us;
	letter.done_at = 0;
	letter.sent_at = 0;
	return row_update(&call->rows, &letter_entity, &letter);
}

static const struct input retry_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "letter", .ja = "便り", .en = "Letter", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "letter"}},
	{0},
};

const struct op letterbox_retry = {
	.id = "letter.retry",
	.ja = "便りをもう一度送る",
	.en = "Send a letter again",
	.method = "POST",
	.path = "/v1/letters/{letter}/retry",
	.kind = OP_WRITE,
	.grants = keepers,
	.policy = "letter retry",
	.inputs = retry_inputs,
	.entity = &letter_entity,
	.status = 204,
	PURPOSE,
	.event = true,
	.grade = GRADE_2,
	.requirements = "T-3 T-9 K-39",
	.apply = retry_apply,
};

/* ---- does anything arrive? ---- */

static err try_apply(struct call *call)
{
	const struct letter_spec spec = {.template = "trial", .grade = GRADE_1, .cause = call->actor.account, .probe = call->actor.probe};
	const struct letter whole = {.kind = BYTES_LIT("trial"), .object = call->actor.account, .probe = call->actor.probe};

	TRY(letter_mail(&call->rows, call->actor.account, &spec, call->now_us));
	return target_spread(&call->rows, &whole, call->now_us);
}

static const struct input no_inputs[] = {{0}};

const struct op letterbox_try = {
	.id = "letter.try",
	.ja = "自分宛てに試しの便りを送る",
	.en = "Send a trial letter to oneself",
	.method = "POST",
	.path = "/v1/letters/try",
	.kind = OP_WRITE,
	.grants = keepers,
	.policy = "letter try",
	.inputs = no_inputs,
	.entity = &letter_entity,
	.status = 204,
	PURPOSE,
	.event = true,
	.grade = GRADE_2,
	.requirements = "T-3 T-9 K-39",
	.apply = try_apply,
};
