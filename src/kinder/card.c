#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kinder/attendance.h"
#include "kinder/child.h"
#include "kinder/class.h"
#include "kinder/facility.h"
#include "kinder/kinder_int.h"
#include "kinder/printout.h"

#include "kinder/card.h"

#define AT(member) .offset = offsetof(struct card, member)

static const struct field fields[] = {
	{.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "child", AT(child)},
	{.name = "token_hash", .ja = "カードのハッシュ", .en = "Card's hash", .type = FIELD_BYTES, .grade = GRADE_2,
	    .required = true, .min = HASH_LEN, .max = HASH_LEN, AT(token_hash)},
	{.name = "issued_at", .ja = "発行日時", .en = "Issued at", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(issued_at)},
	{.name = "issuer", .ja = "発行した人", .en = "Issuer", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(issuer)},
};

static const char *const unique[] = {"child", "token_hash", NULL};

const struct entity card_entity = {
	.name = "card",
	.ja = "登降園カード",
	.en = "Card",
	.size = sizeof(struct card),
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_hash = {
	.name = "kinder.card-by-hash",
	.entity = &card_entity,
	.where = "token_hash = :token_hash",
};
static struct row_list of_child = {
	.name = "kinder.card-of-child",
	.entity = &card_entity,
	.where = "child = :child",
};

err card_start(void)
{
	TRY(row_list_make(&by_hash));
	return row_list_make(&of_child);
}

void card_write(const struct id *token, char text_out[static CARD_TEXT_MAX])
{
	memcpy(text_out, CARD_PREFIX, sizeof(CARD_PREFIX) - 1);
	id_format(*token, text_out + sizeof(CARD_PREFIX) - 1);
}

err card_read(struct bytes text, struct id *token_out)
{
	size_t prefix = sizeof(CARD_PREFIX) - 1;

	if (text.len != prefix + ID_TEXT_LEN || memcmp(text.ptr, CARD_PREFIX, prefix) != 0)
		return FAIL(INVALID);
	return id_parse((struct bytes){text.ptr + prefix, ID_TEXT_LEN}, token_out);
}

/* NOT_FOUND */
static err find(struct call *call, const struct row_list *list, const char *name, struct bytes value, struct card *card_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, list->statement, &query);

	if (err_is_ok(e))
		e = query_blob(query, name, value);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(&call->rows, &card_entity, query, false, card_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

/* ---- issue ---- */

struct issue {
	struct id token;
	struct bytes child_name, kana, class_name;
	struct bytes pdf;
};

static err issue_prepare(struct call *call)
{
	struct issue *issue = arena_alloc(call->arena, sizeof(*issue));
	struct child child = {0};
	struct class class = {0};

	if (issue == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, &child_entity, call_id(call, "child"), &child));
	if (!id_is_zero(child.class))
		TRY(row_get(&call->rows, &class_entity, child.class, &class));
	*issue = (struct issue){.child_name = child.name, .kana = child.kana, .class_name = class.name};
	TRY(id_new(&issue->token));
	call->state = issue;
	call->event_facility = child.facility;
	return call_object(call, "child", child.row.id);
}

static void describe(struct render *render, const struct issue *issue, bool english)
{
	char text[CARD_TEXT_MAX];

	card_write(&issue->token, text);
	render_heading(render, issue->child_name);
	render_text(render, issue->kana);
	if (issue->class_name.len > 0)
		render_text(render, issue->class_name);
	render_qr(render, bytes_str(text), english ? BYTES_LIT("Show this at the door.") : BYTES_LIT("玄関のタブレットにかざしてください。"));
	render_note(render, english ?
	    BYTES_LIT("This card works at the child's own facility only. If it is lost, tell the facility: when a new card is made,"
	              " the former one no longer works.") :
	    BYTES_LIT("このカードは、お子さんの園でだけ使えます。なくしたときは園にお知らせください。"
	              "新しいカードを作ると、前のカードは使えなくなります。"));
	wipe(text, sizeof(text));
}

static err issue_slow(struct call *call)
{
	struct issue *issue = call->state;
	bool english = call->language == LANGUAGE_EN;
	struct printout printout = {.title = english ? BYTES_LIT("Card for coming and leaving") : BYTES_LIT("登降園カード")};
	OWN(render) *render = NULL;

	TRY(printout_begin(call, &printout, &render));
	describe(render, issue, english);
	return printout_make(call, render, &issue->pdf);
}

static err keep(struct call *call, struct id child, struct bytes hash, struct card *card_out)
{
	struct card card = {0};
	err e = find(call, &of_child, "child", id_bytes(&child), &card);
	bool first = err_is(e, ERR_NOT_FOUND);

	if (!first)
		TRY(e);
	card.child = child;
	card.token_hash = hash;
	card.issued_at = call->now_us;
	card.issuer = call->actor.account;
	TRY(first ? row_insert(&call->rows, &card_entity, &card) : row_update(&call->rows, &card_entity, &card));
	*card_out = card;
	return OK;
}

static err issue_apply(struct call *call)
{
	struct issue *issue = call->state;
	struct child child = {0};
	struct card card;
	uint8_t hash[HASH_LEN];

	TRY(child_place(&call->rows, call_id(call, "child"), &child));
	TRY(hash_sha256(id_bytes(&issue->token), hash));
	TRY(keep(call, child.row.id, (struct bytes){hash, sizeof(hash)}, &card));
	wipe(&issue->token, sizeof(issue->token));
	call->event_facility = child.facility;
	TRY(call_object(call, "child", child.row.id));
	TRY(call_object(call, "card", card.row.id));
	return buf_append(call->out.out, issue->pdf);
}

static const struct grant issue_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};
static const struct input issue_inputs[] = {{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}}, {0}};

const struct op card_issue = {
	.id = "card.issue",
	.ja = "登降園カードを作る",
	.en = "Make a child's card",
	.method = "POST",
	.path = "/v1/children/{child}/card",
	.kind = OP_WRITE,
	.grants = issue_grants,
	.policy = "card issue",
	.inputs = issue_inputs,
	.entity = &child_entity,
	.reply = REPLY_OCTETS,
	.media = "application/pdf",
	.file = "card.pdf",
	.status = 201,
	.once = true,
	.purpose_ja = "登園と降園をカードで記録できるようにするため",
	.purpose_en = "To record by a card that a child comes and leaves",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-26 K-27",
	.prepare = issue_prepare,
	.slow = issue_slow,
	.apply = issue_apply,
};

/* ---- use ---- */

/* C2: whose card it is, when it is one and the child is here. NOT_FOUND */
static err holder(struct call *call, struct id facility, struct child *child_out)
{
	struct id token = {{0}};
	struct card card = {0};
	uint8_t hash[HASH_LEN];

	call->reason = "unknown card";
	if (!err_is_ok(card_read(call_text(call, "card"), &token)))
		return FAIL(NOT_FOUND);
	TRY(hash_sha256(id_bytes(&token), hash));
	wipe(&token, sizeof(token));
	TRY(find(call, &by_hash, "token_hash", (struct bytes){hash, sizeof(hash)}, &card));
	TRY(row_get(&call->rows, &child_entity, card.child, child_out));
	if (!id_equal(child_out->facility, facility))
		return FAIL(NOT_FOUND);
	call->reason = NULL;
	return OK;
}

/* in if the child is not in yet, else out; right after it came in it is the same card, shown once more. */
static enum attendance_kind kind_of(const struct call *call, const struct attendance_day *day)
{
	const struct value *kind = call_value(call, "kind");

	if (kind->present)
		return (enum attendance_kind)kind->as.choice;
	if (id_is_zero(day->in.row.id) || call->now_us - day->in.entered_at < CARD_AGAIN_US)
		return ATTENDANCE_IN;
	return ATTENDANCE_OUT;
}

static err use_apply(struct call *call)
{
	struct child child = {0};
	struct attendance_day day = {0};

	TRY(holder(call, call_id(call, "facility"), &child));
	TRY(attendance_day_read(call, child.row.id, child.facility, clock_date_jst(call->now_us), &day));
	TRY(attendance_put(call, &child, kind_of(call, &day), &day));
	json_text(&call->out, "name", child.name);
	return OK;
}

static const struct grant use_grants[] = {{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "record"}, {0}};

static const struct input use_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_BODY, .field = {.name = "card", .ja = "カード", .en = "Card", .type = FIELD_TEXT, .grade = GRADE_2,
	    .required = true, .secret = true, .max = 80}},
	{.place = IN_BODY, .field = {ATTENDANCE_KIND_FIELD}},
	{.place = IN_BODY, .field = {ATTENDANCE_TIME_FIELD}},
	{0},
};

const struct op card_use = {
	.id = "attendance.card",
	.ja = "カードで登園・降園を記録する",
	.en = "Record by a card that a child came or was fetched",
	.method = "POST",
	.path = "/v1/facilities/{facility}/attendance/card",
	.kind = OP_WRITE,
	.grants = use_grants,
	.policy = "attendance record",
	.inputs = use_inputs,
	.entity = &facility_entity,
	.output = &attendance_entity,
	.status = 201,
	.purpose_ja = "園児がいま園にいるかを確かめるため",
	.purpose_en = "To know which children are there",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-26 K-27",
	.apply = use_apply,
};
