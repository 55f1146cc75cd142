#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/announce_post.h"
#include "govern/announce_read.h"
#include "govern/attachment.h"
#include "govern/todo.h"

#include "govern/announce_write.h"

#define TODO_PUBLISH "announcement-publish"
#define LINK "/announcements/"

/* ---- what is refused ---- */

static err conflict(struct call *call, const char *field, const char *ja, const char *en)
{
	err_ignore(call_flaw(call, field, FLAW_RULE, ja, en)); /* the refusal itself goes up */
	return FAIL(CONFLICT);
}

/* It is written here, by this compartment's people, and its kind is still described. */
static err own(struct call *call, struct announce *announce, const struct announce_kind **kind_out)
{
	TRY(row_get(&call->rows, &announce_entity, call_id(call, "announcement"), announce));
	call->event_facility = announce->facility;
	*kind_out = announce_kind_of(announce);
	if (announce->origin.len > 0)
		return conflict(call, "announcement", "届いた告知は、ここでは変えられません。", "What was sent here is not changed here.");
	if (*kind_out == NULL)
		return conflict(call, "announcement", "この種類の告知は、もう使われていません。", "This kind of announcement is no longer used.");
	return OK;
}

static err own_draft(struct call *call, struct announce *announce, const struct announce_kind **kind_out)
{
	TRY(own(call, announce, kind_out));
	if (announce->state != ANNOUNCE_DRAFT && announce->state != ANNOUNCE_WAITING)
		return conflict(call, "announcement", "公開または取り下げをした告知は、変えられません。", "It has been published or withdrawn.");
	return OK;
}

/* Who publishes or agrees means what was before the eyes: it may have been changed meanwhile. */
static err as_seen(struct call *call, const struct announce *announce)
{
	const struct value *seen = call_value(call, "revision");

	if (!seen->present || seen->as.integer == announce->row.version)
		return OK;
	return conflict(call, "revision", "ご覧のあとで直されています。もう一度読んでください。", "It has been changed since. Read it again.");
}

static err too_early(struct call *call, int32_t first)
{
	char words[CLOCK_TEXT_MAX], ja[160], en[160];

	clock_date_format(first, words);
	(void)snprintf(ja, sizeof(ja), "告知の期間が足りません。適用日は、早くても%d年%d月%d日です。", first / 10000, first / 100 % 100, first % 100);
	(void)snprintf(en, sizeof(en), "This day is too soon. The first possible day is %s.", words);
	return call_flaw(call, "effective_on", FLAW_RULE, ja, en);
}

/* ---- what is written ---- */

static err check_matters(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	struct bytes rest = announce->matters, seen = announce->matters;

	if (rest.len == 0 && kind->matter_count == 1) {
		announce->matters = bytes_str(kind->matters[0].code);
		return OK;
	}
	if (rest.len == 0)
		return call_flaw(call, "matters", FLAW_MISSING, "何についての告知かを選んでください。", "Say what it is about.");
	while (rest.len > 0) {
		struct bytes word = announce_word(&rest);

		if (announce_kind_matter(kind, word) == NULL)
			return call_flaw(call, "matters", FLAW_CHOICE, "この種類の告知にはない内容です。", "This kind of announcement is not about that.");
		seen = rest;
		while (seen.len > 0)
			if (bytes_equal(announce_word(&seen), word))
				return call_flaw(call, "matters", FLAW_DUPLICATE, "同じ内容が二度あります。", "This stands here twice.");
	}
	return OK;
}

static err check_body(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	char words[ANNOUNCE_FLAW_MAX] = "";

	if (announce->body.len > ANNOUNCE_BODY_BYTES_MAX)
		return call_flaw(call, "body", FLAW_TOO_LONG, NULL, NULL);
	if (!kind->list || err_is_ok(announce_kind_check_list(kind, announce->body, call->language, words)))
		return OK;
	return call_flaw(call, "body", FLAW_FORMAT, words, words);
}

/* A2: no day is written that could not be kept, unless the customer is asked to agree to it. */
static err check_day(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	int32_t first = 0;

	TRY(announce_first(call, kind, announce, &first));
	if (announce->effective_on == 0)
		return OK;
	if (announce->effective_on < clock_date_jst(call->now_us) || (announce->effective_on < first && !announce->early))
		return too_early(call, announce->effective_on < first && announce->early ? clock_date_jst(call->now_us) : first);
	if (announce->until != 0 && announce->until < announce->effective_on)
		return call_flaw(call, "until", FLAW_RULE, "適用日より前です。", "This is before the day on which it takes effect.");
	return OK;
}

/* A4: which edition of which text it would be, published now. */
static err place(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	struct announce latest = {0};
	err e;

	announce->series = announce->row.id;
	announce->edition = 1;
	if (!kind->versions)
		return OK;
	e = announce_latest(&call->rows, announce, &latest);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	announce->series = latest.series;
	announce->edition = latest.edition + 1;
	return OK;
}

static err note_digest(struct call *call, struct announce *announce)
{
	char hex[ANNOUNCE_DIGEST_MAX];

	TRY(announce_digest(announce->title, announce->body, hex));
	return arena_copy(call->arena, bytes_str(hex), &announce->digest);
}

static err take_inputs(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	announce->title = call_text(call, "title");
	announce->body = call_text(call, "body");
	announce->matters = call_text(call, "matters");
	announce->urgency = call_value(call, "urgency")->present ? call_value(call, "urgency")->as.choice : LEAD_NORMAL;
	announce->effective_on = call_value(call, "effective_on")->present ? call_value(call, "effective_on")->as.date : 0;
	announce->until = call_value(call, "until")->present ? call_value(call, "until")->as.date : 0;
	announce->early = call_value(call, "early")->present && call_value(call, "early")->as.boolean;
	announce->opener = call->actor.account;
	announce->state = ANNOUNCE_DRAFT;
	TRY(check_matters(call, kind, announce));
	TRY(check_body(call, kind, announce));
	TRY(note_digest(call, announce));
	TRY(place(call, kind, announce));
	return check_day(call, kind, announce);
}

static err ask_second_person(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	struct todo_spec todo = {
		.kind = TODO_PUBLISH, .object_kind = "announcement", .object = announce->row.id, .facility = announce->facility,
		.probe = announce->probe, .roles = kind->described.approve, .link = LINK, .mail = true, .grade = GRADE_2,
	};
	OWN(buf) ja = {0};
	OWN(buf) en = {0};

	TRY(buf_printf(&ja, "%sの公開を確かめる", kind->described.title.ja));
	TRY(buf_printf(&en, "Look at and publish: %s", kind->described.title.en));
	todo.ja = bytes_of(&ja);
	todo.en = bytes_of(&en);
	return todo_put(&call->rows, &todo, call->now_us);
}

static err finish(struct call *call, const struct announce *announce)
{
	call->event_facility = announce->facility;
	TRY(announce_read_put(call, announce));
	TRY(buf_printf(&call->detail, "\"edition\":%lld,\"digest\":\"%.*s\"", (long long)announce->edition, (int)announce->digest.len,
	    (const char *)announce->digest.ptr));
	return call_object(call, "announcement", announce->row.id);
}

/* Whoever is of a facility writes for that facility alone. */
static err choose_facility(struct call *call, struct announce *announce)
{
	announce->facility = call_id(call, "facility");
	if (id_is_zero(announce->facility))
		announce->facility = call->actor.facility;
	if (!id_is_zero(call->actor.facility) && !id_equal(announce->facility, call->actor.facility))
		return FAIL(NOT_FOUND);
	return access_same_side(call->rows.db, call->actor.account, announce->facility);
}

static err file_apply(struct call *call)
{
	struct announce announce = {.description = call_id(call, "kind"), .probe = call->actor.probe, .filed_at = call->now_us};
	const struct announce_kind *kind = announce_kind_find(announce.description);

	if (kind == NULL)
		return conflict(call, "kind", "これは告知の種類ではありません。", "This is no kind of announcement.");
	TRY(choose_facility(call, &announce));
	TRY(announce_count(&call->rows, &announce, &announce.number));
	announce.number++;
	TRY(id_new(&announce.row.id));
	TRY(take_inputs(call, kind, &announce));
	TRY(row_insert(&call->rows, &announce_entity, &announce));
	TRY(ask_second_person(call, kind, &announce));
	return finish(call, &announce);
}

static err change_apply(struct call *call)
{
	struct announce announce = {0};
	const struct announce_kind *kind = NULL;

	TRY(own_draft(call, &announce, &kind));
	TRY(take_inputs(call, kind, &announce));
	TRY(row_update(&call->rows, &announce_entity, &announce));
	TRY(announce_end_consent(call, &announce, false)); /* it was asked for another text */
	TRY(ask_second_person(call, kind, &announce));
	return finish(call, &announce);
}

/* ---- from draft to published ---- */

static err propose_apply(struct call *call)
{
	struct announce announce = {0};
	const struct announce_kind *kind = NULL;

	TRY(own_draft(call, &announce, &kind));
	if (announce.early && announce.effective_on == 0)
		return conflict(call, "announcement", "適用日を入れてから、同意を求めてください。", "Say the day to which the customers are to agree.");
	announce.state = ANNOUNCE_WAITING;
	TRY(row_update(&call->rows, &announce_entity, &announce));
	if (!announce.early)
		return finish(call, &announce);
	TRY(announce_post_shared(call, kind) ? announce_post_send(call, &announce) : announce_ask_consent(call, kind, &announce));
	return finish(call, &announce);
}

/* Of what goes to customers each of them has to agree; else whoever agreed here. */
static err consented(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	bool agreed = false;

	if (!announce_post_shared(call, kind))
		return OK;
	TRY(announce_post_agreed(call, announce, &agreed));
	announce->consented_on = agreed ? announce->effective_on : 0;
	announce->consented_at = agreed ? call->now_us : 0;
	announce->consent_digest = agreed ? announce->digest : (struct bytes){0};
	return OK;
}

static err check_publishable(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	int32_t today = clock_date_jst(call->now_us);
	int32_t first = 0;
	char digest[ANNOUNCE_DIGEST_MAX];

	TRY(announce_digest(announce->title, announce->body, digest));
	if (!bytes_is(announce->digest, digest))
		return FAIL(CORRUPT);
	TRY(check_matters(call, kind, announce)); /* the kind may have been described anew meanwhile */
	TRY(place(call, kind, announce));
	TRY(consented(call, kind, announce));
	TRY(announce_first(call, kind, announce, &first));
	if (announce->effective_on == 0 && first <= today)
		announce->effective_on = today;
	if (announce->effective_on < first || announce->effective_on < today)
		return too_early(call, first);
	return OK;
}

/* A file is part of what is published: whoever added one has written a part of it. */
static err nothing_own(struct call *call, const struct announce *announce)
{
	bool own = false;

	TRY(attachment_added_by(&call->rows, "announcement", announce->row.id, call->actor.account, &own));
	if (!own)
		return OK;
	return conflict(call, "announcement", "自分が添付したファイルのある告知は、自分では公開できません。別の人が公開するか、その添付を取り除いてください。",
	    "You attached a file to it: somebody else publishes it, or take that file away.");
}

static err publish_apply(struct call *call)
{
	struct announce announce = {0};
	const struct announce_kind *kind = NULL;

	TRY(own_draft(call, &announce, &kind));
	TRY(as_seen(call, &announce));
	TRY(nothing_own(call, &announce));
	TRY(check_publishable(call, kind, &announce));
	announce.state = ANNOUNCE_PUBLISHED;
	announce.published_at = call->now_us;
	announce.publisher = call->actor.account;
	TRY(announce_spread(call, kind, &announce));
	TRY(row_update(&call->rows, &announce_entity, &announce));
	TRY(todo_done(&call->rows, TODO_PUBLISH, announce.row.id, (struct id){{0}}, TODO_DONE, call->now_us));
	TRY(announce_end_consent(call, &announce, false));
	if (announce_post_shared(call, kind))
		TRY(announce_post_send(call, &announce));
	return finish(call, &announce);
}

static err withdraw_apply(struct call *call)
{
	struct announce announce = {0};
	const struct announce_kind *kind = NULL;
	bool told;

	TRY(own(call, &announce, &kind));
	if (announce.state == ANNOUNCE_WITHDRAWN)
		return conflict(call, "announcement", "この告知は、もう取り下げられています。", "It has been withdrawn already.");
	/* Its writers take back a draft; what is published, those who answer for it. */
	if (announce.state == ANNOUNCE_PUBLISHED && call->grant->relation != RELATION_HANDLES) {
		call->reason = "not granted";
		return FAIL(DENIED);
	}
	told = announce.state != ANNOUNCE_DRAFT;
	announce.state = ANNOUNCE_WITHDRAWN;
	announce.withdrawn_at = call->now_us;
	announce.withdraw_reason = call_text(call, "reason");
	announce.holds_from = 0;
	TRY(row_update(&call->rows, &announce_entity, &announce));
	TRY(todo_done(&call->rows, TODO_PUBLISH, announce.row.id, (struct id){{0}}, TODO_VOID, call->now_us));
	TRY(announce_end_consent(call, &announce, false));
	if (told && announce_post_shared(call, kind))
		TRY(announce_post_send(call, &announce));
	return finish(call, &announce);
}

/* ---- an earlier day ---- */

static err consent_apply(struct call *call)
{
	struct announce announce = {0};

	TRY(row_get(&call->rows, &announce_entity, call_id(call, "announcement"), &announce));
	if (announce.state != ANNOUNCE_WAITING || !announce.early || announce.effective_on == 0)
		return conflict(call, "announcement", "早い適用日への同意を求められていません。", "Nobody asks for consent to an earlier day.");
	if (id_equal(announce.opener, call->actor.account)) {
		call->reason = "own announcement";
		return FAIL(DENIED);
	}
	TRY(as_seen(call, &announce));
	announce.consented_on = announce.effective_on;
	announce.consented_at = call->now_us;
	announce.consenter = call->actor.account;
	announce.consent_reason = call_text(call, "reason");
	announce.consent_digest = announce.digest;
	TRY(row_update(&call->rows, &announce_entity, &announce));
	TRY(announce_end_consent(call, &announce, true));
	if (announce.origin.len > 0)
		TRY(announce_post_consent(call, &announce));
	return finish(call, &announce);
}

/* ---- operations ---- */

#define ANNOUNCEMENT \
	{.place = IN_PATH, .object = true, .field = {.name = "announcement", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1, \
	    .required = true, .refers = "announcement"}}
#define REASON \
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, \
	    .multiline = true, .max = 500}}
#define CONTENT \
	{.place = IN_BODY, .field = {.name = "title", .ja = "題名", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, \
	    .min = 1, .max = ANNOUNCE_TITLE_MAX}}, \
	{.place = IN_BODY, .field = {.name = "body", .ja = "本文", .en = "Text", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, \
	    .multiline = true, .min = 1, .max = ANNOUNCE_BODY_MAX}}, \
	{.place = IN_BODY, .field = {.name = "matters", .ja = "内容の種別", .en = "What it is about", .type = FIELD_TEXT, .grade = GRADE_1, \
	    .max = ANNOUNCE_MATTERS_TEXT_MAX}}, \
	{.place = IN_BODY, .field = {.name = "urgency", .ja = "緊急度", .en = "Urgency", .type = FIELD_CHOICE, .grade = GRADE_1, \
	    .choices = announce_urgencies}}, \
	{.place = IN_BODY, .field = {.name = "effective_on", .ja = "適用日", .en = "Effective on", .type = FIELD_DATE, .grade = GRADE_1}}, \
	{.place = IN_BODY, .field = {.name = "until", .ja = "表示の終わり", .en = "Shown until", .type = FIELD_DATE, .grade = GRADE_1}}, \
	{.place = IN_BODY, .field = {.name = "early", .ja = "早い適用日の同意を求める", .en = "Asks for consent to an earlier day", .type = FIELD_BOOL, \
	    .grade = GRADE_1}}

static const struct input file_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1, .required = true,
	    .refers = "description"}},
	CONTENT,
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility"}},
	{0},
};
static const struct input change_inputs[] = {ANNOUNCEMENT, CONTENT, {0}};
static const struct input one_inputs[] = {ANNOUNCEMENT, {0}};
static const struct input reason_inputs[] = {ANNOUNCEMENT, REASON, {0}};
#define REVISION \
	{.place = IN_BODY, .field = {.name = "revision", .ja = "読んだ時点の版", .en = "Revision that was read", .type = FIELD_INT, .grade = GRADE_1, \
	    .min = 1, .max = INT32_MAX}}
static const struct input publish_inputs[] = {ANNOUNCEMENT, REVISION, {0}};
static const struct input consent_inputs[] = {ANNOUNCEMENT, REASON, REVISION, {0}};

static const struct grant file_grants[] = {{ROLES_ANY, RELATION_FILES, "*"}, {0}};
static const struct grant sign_grants[] = {{ROLES_ANY, RELATION_SIGNS, "*"}, {0}};
static const struct grant handle_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {0}};
static const struct grant withdraw_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {ROLES_ANY, RELATION_FILES, "*"}, {0}};

#define REQUIREMENTS "T-3 T-9 K-46 K-59"

const struct op announce_write_file = { /* NT-1 */
	.id = "announcement.file", .ja = "告知を書く", .en = "Write an announcement", .method = "POST",
	.path = "/v1/announcement-kinds/{kind}/announcements", .kind = OP_WRITE, .grants = file_grants, .policy = "announcement file",
	.inputs = file_inputs, .entity = &describe_entity, .output_fields = announce_read_output, .status = 201, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = file_apply,
};
const struct op announce_write_change = {
	.id = "announcement.change", .ja = "告知の下書きを直す", .en = "Change an announcement's draft", .method = "PUT",
	.path = "/v1/announcements/{announcement}", .kind = OP_WRITE, .grants = file_grants, .policy = "announcement file",
	.inputs = change_inputs, .entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = change_apply,
};
const struct op announce_write_propose = {
	.id = "announcement.propose", .ja = "告知の公開を願い出る", .en = "Put an announcement forward", .method = "POST",
	.path = "/v1/announcements/{announcement}/propose", .kind = OP_WRITE, .grants = file_grants, .policy = "announcement file",
	.inputs = one_inputs, .entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = propose_apply,
};
const struct op announce_write_publish = { /* NT-1 */
	.id = "announcement.publish", .ja = "告知を公開する", .en = "Publish an announcement", .method = "POST",
	.path = "/v1/announcements/{announcement}/publish", .kind = OP_WRITE, .grants = sign_grants, .policy = "announcement approve",
	.inputs = publish_inputs, .entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = publish_apply,
};
const struct op announce_write_withdraw = {
	.id = "announcement.withdraw", .ja = "告知を取り下げる", .en = "Withdraw an announcement", .method = "POST",
	.path = "/v1/announcements/{announcement}/withdraw", .kind = OP_WRITE, .grants = withdraw_grants, .policy = "announcement withdraw",
	.inputs = reason_inputs, .entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = withdraw_apply,
};
const struct op announce_write_consent = { /* NT-1 */
	.id = "announcement.consent", .ja = "早い適用日に同意する", .en = "Agree to an earlier day", .method = "POST",
	.path = "/v1/announcements/{announcement}/consent", .kind = OP_WRITE, .grants = handle_grants, .policy = "announcement handle",
	.inputs = consent_inputs, .entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .event = true, .grade = GRADE_2,
	.requirements = REQUIREMENTS, .apply = consent_apply,
};
