
#include "base/clock.h"
#include "crypto/crypto.h"
#include "identity/invitation.h"
#include "identity/reach.h"

#include "identity/letter.h"

#define TITLE "「関守（せきもり）」のご案内"

/* ---- the words ---- */

/* 2026年12月5日（土）14:22 */
static err say_time(int64_t at_us, struct buf *out)
{
	static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
	int32_t date = clock_date_jst(at_us);
	int weekday = clock_weekday(date);
	int64_t minute = (at_us / 60000000 + 9 * 60) % (24 * 60);

	REQUIRE(weekday >= 0 && weekday < 7);
	return buf_printf(out, "%d年%d月%d日（%s）%02d:%02d", date / 10000, date / 100 % 100, date % 100, weekdays[weekday],
	    (int)(minute / 60), (int)(minute % 60));
}

static err say(struct buf *out, const char *before, struct bytes text, const char *after)
{
	TRY(buf_append_str(out, before));
	TRY(buf_append(out, text));
	return buf_append_str(out, after);
}

static const char *greeting(const struct letter_text *text)
{
	if (text->recovery)
		return "パスワードをお忘れとのご連絡をいただきました。この手紙のQRコードから、新しいパスワードを決めていただけます。"
		       "お心当たりがないときは、使わずに、下のお問い合わせ先までお知らせください。";
	if (text->guardian)
		return "お子さまの欠席や遅刻の連絡、園からのお知らせを、スマートフォンでやり取りできるようになりました。"
		       "この手紙は、あなた専用のアカウントをお使いいただくためのご案内です。";
	return "仕事で使っていただく、あなた専用のアカウントのご案内です。";
}

static const char first_steps[] =
    "1. スマートフォンのカメラで、下のQRコードを読み取ってください。\n"
    "2. 開いた画面に、ご自分のお名前が出ていることを確かめてください。\n"
    "3. 自分だけのパスワードを決めてください。10文字以上で、英語の大文字・小文字・数字・記号をどれも入れます。\n"
    "4. 次からは、上のログイン名と、決めたパスワードでサインインします。";

static const char recovery_steps[] =
    "1. スマートフォンのカメラで、下のQRコードを読み取ってください。\n"
    "2. 開いた画面に、ご自分のお名前が出ていることを確かめてください。\n"
    "3. 新しいパスワードを決めてください。確認コードのアプリを登録しているときは、そのコードも入れます。\n"
    "4. ほかの端末はすべてサインアウトされます。新しいパスワードでサインインし直してください。";

static const char cautions[] =
    "・このご案内は一度だけ使えます。ほかの人に見せたり、写真に撮って送ったりしないでください。\n"
    "・期限が過ぎたとき、なくしたときは、新しいご案内をお作りします。遠慮なくお申し出ください。\n"
    "・園や市の職員が、パスワードをお聞きすることは決してありません。";

static err write_facts(struct render *render, const struct letter_text *text)
{
	OWN(buf) facts = {0};

	TRY(say(&facts, "ログイン名： ", text->login, "\n"));
	TRY(buf_append_str(&facts, "期限： "));
	TRY(say_time(text->expires_us, &facts));
	TRY(buf_append_str(&facts, " まで"));
	render_text(render, bytes_of(&facts));
	return OK;
}

static err write_contact(struct render *render, const struct letter_text *text)
{
	OWN(buf) contact = {0};

	TRY(say(&contact, "お問い合わせ： ", text->sender, ""));
	if (text->telephone.len > 0)
		TRY(say(&contact, "　電話 ", text->telephone, ""));
	render_text(render, bytes_of(&contact));
	return OK;
}

static err write_letter(struct render *render, const struct letter_text *text)
{
	OWN(buf) name = {0};
	OWN(buf) address = {0};

	TRY(say(&name, "", text->name, " 様"));
	render_heading(render, bytes_of(&name));
	render_text(render, bytes_str(greeting(text)));
	TRY(write_facts(render, text));
	render_heading(render, BYTES_LIT("はじめにすること"));
	render_text(render, bytes_str(text->recovery ? recovery_steps : first_steps));
	render_qr(render, text->link, BYTES_LIT("カメラで読み取ってください"));
	TRY(say(&address, "読み取れないときは、次のアドレスをブラウザーに入れてください。\n", text->link, ""));
	render_note(render, bytes_of(&address));
	render_note(render, bytes_str(cautions));
	return write_contact(render, text);
}

void letter_write(struct render *render, const struct letter_text *text)
{
	err_ignore(write_letter(render, text)); /* short of memory here means short of memory there: the builder keeps that error */
}

/* ---- what a document is made of ---- */

struct recipient {
	struct id account;
	struct bytes name, login;     /* with the city */
	bool guardian;
	struct invitation_token token;
};

struct batch {
	enum invitation_purpose purpose;
	struct bytes sender, telephone;
	int64_t issued_us;
	struct recipient *list;
	size_t count;
	struct bytes pdf;
};

static struct bytes text_of(const struct entity *entity, const void *row, const char *name)
{
	const struct field *field = entity_field(entity, name);

	REQUIRE(field != NULL && field->type == FIELD_TEXT);
	return *(const struct bytes *)field_in(row, field);
}

/* The facility belongs to another module; its descriptor is enough. */
static err sender_of(struct call *call, struct id facility, struct batch *batch)
{
	const struct entity *entity = entity_find(BYTES_LIT("facility"));
	void *row;

	if (id_is_zero(facility)) {
		batch->sender = bytes_str(call->compartment->title_ja);
		return OK;
	}
	REQUIRE(entity != NULL);
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, entity, facility, row));
	batch->sender = text_of(entity, row, "name");
	batch->telephone = text_of(entity, row, "telephone");
	return OK;
}

static err add_recipient(struct call *call, struct batch *batch, const struct reach *reach)
{
	struct recipient *to = &batch->list[batch->count];
	OWN(buf) login = {0};

	*to = (struct recipient){.account = reach->account.row.id, .guardian = reach->membership.role == ROLE_GUARDIAN};
	TRY(buf_append(&login, reach->account.login));
	TRY(buf_printf(&login, "@%s", call->compartment->name));
	TRY(arena_copy(call->arena, bytes_of(&login), &to->login));
	TRY(arena_copy(call->arena, reach->account.name, &to->name));
	TRY(invitation_token_new(call, batch->purpose, &to->token));
	TRY(invitation_limit(call, batch->purpose, &to->token));
	batch->count++;
	return OK;
}

static struct batch *batch_new(struct call *call, enum invitation_purpose purpose, size_t max)
{
	struct batch *batch = arena_alloc(call->arena, sizeof(*batch));

	if (batch == NULL)
		return NULL;
	*batch = (struct batch){.purpose = purpose, .issued_us = call->now_us};
	batch->list = arena_alloc(call->arena, max * sizeof(*batch->list));
	return batch->list != NULL ? batch : NULL;
}

static err prepare_one(struct call *call, enum invitation_purpose purpose)
{
	struct batch *batch = batch_new(call, purpose, 1);
	struct reach reach;

	if (batch == NULL)
		return FAIL(UNAVAILABLE);
	TRY(invitation_due(call, call_id(call, "account"), purpose, &reach));
	TRY(sender_of(call, reach.membership.facility, batch));
	TRY(add_recipient(call, batch, &reach));
	call->state = batch;
	return OK;
}

static err prepare_invitation(struct call *call)
{
	return prepare_one(call, INVITATION_FIRST);
}

static err prepare_recovery(struct call *call)
{
	return prepare_one(call, INVITATION_RECOVERY);
}

static void forget(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		wipe(batch->list[i].token.secret, sizeof(batch->list[i].token.secret));
}

static err write_all(struct call *call, const struct batch *batch, struct render *render)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct recipient *to = &batch->list[i];
		struct letter_text text = {
			.recovery = batch->purpose == INVITATION_RECOVERY, .guardian = to->guardian, .name = to->name, .login = to->login,
			.sender = batch->sender, .telephone = batch->telephone, .expires_us = to->token.expires,
		};
		OWN(buf) link = {0};

		TRY(invitation_link(call, batch->purpose, &to->token, &link));
		text.link = bytes_of(&link);
		if (i > 0) {
			render_break(render);
			render_heading(render, BYTES_LIT(TITLE));
			render_text(render, batch->sender);
		}
		letter_write(render, &text);
	}
	return OK;
}

static err make_pdf(struct call *call, struct batch *batch)
{
	OWN(buf) issued = {0};
	OWN(buf) pdf = {0};
	struct render *render = NULL;
	struct render_head head = {
		.title = BYTES_LIT(TITLE), .subtitle = batch->sender, .footer = bytes_str(call->compartment->title_ja),
		.issued_us = batch->issued_us, .language = LANGUAGE_JA,
	};
	err e;

	TRY(say_time(batch->issued_us, &issued));
	TRY(buf_append_str(&issued, " 作成"));
	head.issued = bytes_of(&issued);
	TRY(render_new(&head, &render));
	e = write_all(call, batch, render);
	if (err_is_ok(e))
		e = render_pdf(call->compartment, render, &pdf);
	render_free(&render);
	TRY(e);
	return arena_copy(call->arena, bytes_of(&pdf), &batch->pdf);
}

static err letter_slow(struct call *call)
{
	struct batch *batch = call->state;
	err e = make_pdf(call, batch);

	if (!err_is_ok(e))
		forget(batch);
	return e;
}

static err put_pdf(struct call *call, const struct batch *batch)
{
	TRY(buf_printf(&call->detail, "%s\"letters\":%zu", call->detail.len > 0 ? "," : "", batch->count));
	return buf_append(call->out.out, batch->pdf);
}

/* L2 */
static err apply_one(struct call *call)
{
	struct batch *batch = call->state;
	struct reach reach;
	err e = invitation_due(call, call_id(call, "account"), batch->purpose, &reach);

	if (err_is_ok(e))
		e = invitation_make(call, batch->list[0].account, batch->purpose, &batch->list[0].token);
	forget(batch);
	TRY(e);
	return put_pdf(call, batch);
}

static const struct grant issue_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input one_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "account", .ja = "アカウント", .en = "Account",
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "account"}},
	{0},
};

#define LETTER_OP                                                                                                    \
	.method = "POST", .kind = OP_WRITE, .reply = REPLY_OCTETS, .media = "application/pdf", .status = 201, .once = true, \
	.event = true, .grade = GRADE_3B, .requirements = "K-1 K-27", .slow = letter_slow

const struct op letter_invitation = {
	LETTER_OP,
	.id = "invitation.letter",
	.outside_trial = true,
	.ja = "招待の手紙を作る",
	.en = "Make an invitation as a letter",
	.path = "/v1/accounts/{account}/invitation/letter",
	.grants = issue_grants,
	.policy = "invitation issue",
	.inputs = one_inputs,
	.entity = &account_entity,
	.file = "invitation.pdf",
	.purpose_ja = "本人が最初のパスワードを決められるようにするため",
	.purpose_en = "To let people choose their first password themselves",
	.prepare = prepare_invitation,
	.apply = apply_one,
};

const struct op letter_recovery = {
	LETTER_OP,
	.id = "recovery.letter",
	.outside_trial = true,
	.ja = "パスワードを設定し直す手紙を作る",
	.en = "Make a link to set a new password as a letter",
	.path = "/v1/accounts/{account}/recovery/letter",
	.grants = issue_grants,
	.policy = "recovery issue",
	.inputs = one_inputs,
	.entity = &account_entity,
	.file = "recovery.pdf",
	.purpose_ja = "パスワードを忘れた本人が設定し直せるようにするため",
	.purpose_en = "To let people who forgot their password set a new one",
	.prepare = prepare_recovery,
	.apply = apply_one,
};

/* ---- a class ---- */

static const struct statement class_here = {"identity.letter-class",
    "SELECT 1 FROM class WHERE id = :class AND facility = :facility"};

/* Guardians of its children, link in force, who have not signed in yet. Link state 0 = active, account state 0 = invited. */
static const struct statement class_guardians = {"identity.letter-guardians",
    "SELECT DISTINCT link.account FROM guardianship AS link JOIN child AS subject ON subject.id = link.child"
    " JOIN account ON account.id = link.account WHERE subject.class = :class AND subject.facility = :facility"
    " AND link.state = 0 AND account.state = 0 ORDER BY link.account LIMIT :limit"};

static err class_is_here(struct call *call, struct id class, struct id facility)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &class_here, &query);

	if (err_is_ok(e))
		e = query_id(query, "class", &class);
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	return row && id_equal(facility, call->actor.facility) ? OK : FAIL(NOT_FOUND);
}

static err guardians_of(struct call *call, struct id list[static LETTER_MAX], size_t *count_out)
{
	struct id class = call_id(call, "class");
	struct id facility = call_id(call, "facility");
	struct query *query = NULL;
	size_t count = 0;
	bool row = false;
	err e = query_start(call->rows.db, &class_guardians, &query);

	if (err_is_ok(e))
		e = query_id(query, "class", &class);
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_int(query, "limit", LETTER_MAX);
	while (err_is_ok(e) && count < LETTER_MAX) {
		e = query_step(query, &row);
		if (!err_is_ok(e) || !row)
			break;
		e = column_id(query, 0, &list[count++]);
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

/* Who is somebody else's to look after is left out, without a word of why. */
static err reach_or_skip(struct call *call, struct id account, struct reach *reach, bool *fits_out)
{
	size_t objects = call->object_count;
	size_t flaws = call->problems->count;
	err e = reach_account(call, account, reach);

	*fits_out = err_is_ok(e) && reach->account.state == ACCOUNT_INVITED;
	if (!err_is(e, ERR_NOT_FOUND) && !err_is(e, ERR_DENIED))
		return e;
	call->object_count = objects;
	call->problems->count = flaws;
	call->reason = NULL;
	return OK;
}

static err sort_out(struct call *call, struct batch *batch)
{
	struct id list[LETTER_MAX];
	size_t count = 0;

	TRY(guardians_of(call, list, &count));
	for (size_t i = 0; i < count; i++) {
		struct reach reach;
		bool fits = false;

		TRY(reach_or_skip(call, list[i], &reach, &fits));
		if (fits)
			TRY(add_recipient(call, batch, &reach));
	}
	return OK;
}

static err prepare_class(struct call *call)
{
	struct batch *batch = batch_new(call, INVITATION_FIRST, LETTER_MAX);
	struct id facility = call_id(call, "facility");

	if (batch == NULL)
		return FAIL(UNAVAILABLE);
	TRY(class_is_here(call, call_id(call, "class"), facility));
	TRY(sender_of(call, facility, batch));
	TRY(sort_out(call, batch));
	if (batch->count == 0) {
		problems_add(call->problems, "class", NULL, FLAW_RULE, call->language == LANGUAGE_EN ?
		    "Every guardian of this class has signed in already." : "この組の保護者は、全員がもうサインインしています。");
		return FAIL(CONFLICT);
	}
	call->state = batch;
	return OK;
}

static err make_good(struct call *call, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct reach reach;
		bool fits = false;

		TRY(reach_or_skip(call, batch->list[i].account, &reach, &fits));
		if (fits) /* else that one letter stays without effect */
			TRY(invitation_make(call, batch->list[i].account, batch->purpose, &batch->list[i].token));
	}
	return OK;
}

static err apply_class(struct call *call)
{
	struct batch *batch = call->state;
	err e = class_is_here(call, call_id(call, "class"), call_id(call, "facility"));

	if (err_is_ok(e))
		e = make_good(call, batch);
	forget(batch);
	TRY(e);
	call->seal_owner = (struct id){{0}}; /* it is about many: sealed under the caller's key */
	call->event_facility = call->actor.facility;
	return put_pdf(call, batch);
}

static const struct grant class_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input class_inputs[] = {
	{.place = IN_PATH, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "facility"}},
	{.place = IN_PATH, .field = {.name = "class", .ja = "組", .en = "Class", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "class"}},
	{0},
};

const struct op letter_class = {
	LETTER_OP,
	.id = "invitation.class",
	.outside_trial = true,
	.ja = "組の保護者全員の招待の手紙を作る",
	.en = "Make the invitations of a class's guardians as letters",
	.path = "/v1/facilities/{facility}/classes/{class}/invitations",
	.grants = class_grants,
	.policy = "invitation issue-class",
	.inputs = class_inputs,
	.entity = &invitation_entity,
	.file = "invitations.pdf",
	.purpose_ja = "組の保護者が最初のパスワードを決められるようにするため",
	.purpose_en = "To let the guardians of a class choose their first passwords",
	.prepare = prepare_class,
	.apply = apply_class,
};
