#include "identity/identity_int.h"

#include "identity/notice.h"

static const char *const kinds[NOTICE_KIND_COUNT + 1] = {
	[NOTICE_PASSWORD_CHANGED] = "password-changed",
	[NOTICE_FACTOR_ADDED] = "factor-added",
	[NOTICE_FACTOR_REMOVED] = "factor-removed",
	[NOTICE_RECOVERY_CODES] = "recovery-codes-made",
	[NOTICE_PIN_SET] = "pin-set",
	[NOTICE_PIN_REMOVED] = "pin-removed",
	[NOTICE_RECOVERY_ISSUED] = "recovery-issued",
	[NOTICE_RECOVERY_USED] = "recovery-used",
	[NOTICE_NEW_DEVICE] = "new-device-sign-in",
	[NOTICE_LOCKED] = "locked",
	[NOTICE_UNLOCKED] = "unlocked",
	[NOTICE_SUSPENDED] = "suspended",
	[NOTICE_REACTIVATED] = "reactivated",
	[NOTICE_MEMBERSHIP_ADDED] = "membership-added",
	[NOTICE_MEMBERSHIP_ENDED] = "membership-ended",
	[NOTICE_SESSIONS_ENDED] = "sessions-ended",
	[NOTICE_RECOVERY_CODE_USED] = "recovery-code-used",
};

static const struct { const char *ja, *en; } words[NOTICE_KIND_COUNT] = {
	[NOTICE_PASSWORD_CHANGED] = {"パスワードが変更されました。覚えがないときは、すぐに園または市の担当者に知らせてください。",
	    "Your password was changed. If it was not you, tell your facility or the city at once."},
	[NOTICE_FACTOR_ADDED] = {"確認コードのアプリが登録されました。", "An authenticator app was registered."},
	[NOTICE_FACTOR_REMOVED] = {"確認コードのアプリの登録が外されました。覚えがないときは、すぐに園または市の担当者に知らせてください。",
	    "Your authenticator app was removed. If it was not you, tell your facility or the city at once."},
	[NOTICE_RECOVERY_CODES] = {"予備のコードが新しく作られました。前のコードは使えません。",
	    "New recovery codes were made. The former ones no longer work."},
	[NOTICE_PIN_SET] = {"端末用の暗証番号（PIN）が設定されました。", "A PIN for the shared tablet was set."},
	[NOTICE_PIN_REMOVED] = {"端末用の暗証番号（PIN）が削除されました。", "The PIN for the shared tablet was removed."},
	[NOTICE_RECOVERY_ISSUED] = {"パスワードを設定し直すための案内が発行されました。頼んでいないときは、園または市の担当者に知らせてください。",
	    "A link to set a new password was issued. If you did not ask for it, tell your facility or the city."},
	[NOTICE_RECOVERY_USED] = {"案内を使ってパスワードが設定し直され、すべての端末からサインアウトしました。",
	    "A new password was set with the link, and all devices were signed out."},
	[NOTICE_NEW_DEVICE] = {"これまでと違う端末からサインインがありました。覚えがないときは、パスワードを変更してください。",
	    "There was a sign-in from a device not seen before. If it was not you, change your password."},
	[NOTICE_LOCKED] = {"パスワードの誤りが続いたため、アカウントが一時的にロックされました。",
	    "Your account was locked for a while after several wrong passwords."},
	[NOTICE_UNLOCKED] = {"アカウントのロックが解除されました。", "Your account was unlocked."},
	[NOTICE_SUSPENDED] = {"アカウントの利用が一時停止されました。", "Your account was suspended."},
	[NOTICE_REACTIVATED] = {"アカウントの利用が再開されました。", "Your account was reactivated."},
	[NOTICE_MEMBERSHIP_ADDED] = {"新しい所属（役割または園）が追加されました。", "A new role or facility was added to your account."},
	[NOTICE_MEMBERSHIP_ENDED] = {"所属（役割または園）の一つが終了しました。", "One of your roles or facilities has ended."},
	[NOTICE_SESSIONS_ENDED] = {"すべての端末からサインアウトしました。", "All devices were signed out."},
	[NOTICE_RECOVERY_CODE_USED] = {"予備のコードが一つ使われました。残りが少ないときは、新しく作ってください。",
	    "One of your recovery codes was used. Make new ones before they run out."},
};

#define AT(member) .offset = offsetof(struct notice, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = kinds, AT(kind)},
	{.name = "at", .ja = "日時", .en = "At", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(at)},
	{.name = "seen", .ja = "確認済み", .en = "Seen", .type = FIELD_BOOL, .grade = GRADE_2, AT(seen)},
};

static const char *const indexes[] = {"account,at", NULL};

const struct entity notice_entity = {
	.name = "notice",
	.ja = "お知らせ",
	.en = "Notice",
	.size = sizeof(struct notice),
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* Newest first; of two at one moment the greater id. after_at NULL: from the beginning. */
static struct row_list page = {
	.name = "identity.notice-page",
	.entity = &notice_entity,
	.where = "account = :account AND (at < :after_at OR (at = :after_at AND id < :after)) ORDER BY at DESC, id DESC LIMIT :limit",
};
static struct row_list unseen = {
	.name = "identity.notice-unseen",
	.entity = &notice_entity,
	.where = "account = :account AND seen = 0 ORDER BY at, id LIMIT :limit",
};
static struct row_list surplus = {
	.name = "identity.notice-surplus",
	.entity = &notice_entity,
	.where = "account = :account ORDER BY at DESC, id DESC LIMIT :limit OFFSET 100",
};
_Static_assert(NOTICE_KEEP == 100, "the statement above says so");

err notice_start(void)
{
	TRY(row_list_make(&page));
	TRY(row_list_make(&unseen));
	return row_list_make(&surplus);
}

struct span { const struct row_list *list; struct id account; int64_t after_at; struct id after; size_t limit; };

static err read_span(struct call *call, const struct span *span, struct notice *list, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(call->rows.db, span->list->statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &span->account);
	if (err_is_ok(e) && query_has(query, "after")) {
		e = query_int(query, "after_at", span->after_at);
		if (err_is_ok(e))
			e = query_id(query, "after", &span->after);
	}
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)span->limit);
	while (err_is_ok(e) && count < span->limit) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &notice_entity, query, false, &list[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

#define FORGET_AT_ONCE 8

static err forget_surplus(struct call *call, struct id account)
{
	struct span span = {.list = &surplus, .account = account, .limit = FORGET_AT_ONCE};
	struct notice list[FORGET_AT_ONCE];
	size_t count = 0;

	TRY(read_span(call, &span, list, &count));
	for (size_t i = 0; i < count; i++)
		TRY(row_delete(&call->rows, &notice_entity, &list[i]));
	return OK;
}

err notice_put(struct call *call, struct id account, enum notice_kind kind)
{
	struct notice notice = {.account = account, .kind = (int32_t)kind, .at = call->now_us};

	REQUIRE(kind < NOTICE_KIND_COUNT);
	TRY(row_insert(&call->rows, &notice_entity, &notice));
	return forget_surplus(call, account); /* N2 */
}

static const struct statement count_unseen = {"identity.notice-count",
    "SELECT COUNT(*) FROM notice WHERE account = :account AND seen = 0"};

err notice_unseen(struct call *call, struct id account, int64_t *count_out)
{
	struct query *query = NULL;
	bool row = false;
	int64_t count = 0;
	err e = query_start(call->rows.db, &count_unseen, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		count = column_int(query, 0);
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

static void put(struct call *call, const struct notice *notice)
{
	json_object(&call->out, NULL);
	json_id(&call->out, "id", notice->row.id);
	json_str(&call->out, "kind", kinds[notice->kind]);
	json_time(&call->out, "at", notice->at);
	json_str(&call->out, "words", call->language == LANGUAGE_EN ? words[notice->kind].en : words[notice->kind].ja);
	json_bool(&call->out, "seen", notice->seen);
	json_object_end(&call->out);
}

#define PAGE_DEFAULT 100
#define PAGE_MAX 200

/* A cursor that is no notice of one's own: nothing follows it. */
static err start_after(struct call *call, struct span *span)
{
	struct notice last = {0};
	err e;

	if (!call_value(call, "cursor")->present)
		return OK;
	e = row_get(&call->rows, &notice_entity, call_id(call, "cursor"), &last);
	if (err_is(e, ERR_NOT_FOUND) || (err_is_ok(e) && !id_equal(last.account, call->actor.account))) {
		span->after_at = 0;
		return OK;
	}
	span->after_at = last.at;
	span->after = last.row.id;
	return e;
}

static err list_apply(struct call *call)
{
	struct span span = {.list = &page, .account = call->actor.account, .after_at = INT64_MAX};
	size_t limit = call_value(call, "limit")->present ? (size_t)call_value(call, "limit")->as.integer : PAGE_DEFAULT;
	struct notice *list;
	size_t count = 0;

	limit = limit > PAGE_MAX ? PAGE_MAX : limit;
	span.limit = limit + 1;
	list = arena_alloc(call->arena, span.limit * sizeof(*list));
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(start_after(call, &span));
	TRY(read_span(call, &span, list, &count));
	json_array(&call->out, "items");
	for (size_t i = 0; i < count && i < limit; i++)
		put(call, &list[i]);
	json_array_end(&call->out);
	if (count > limit)
		json_id(&call->out, "next", list[limit - 1].row.id);
	else
		json_null(&call->out, "next");
	return OK;
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct field list_output[] = {
	{.name = "id", .ja = "お知らせ", .en = "Notice", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = kinds},
	{.name = "at", .ja = "日時", .en = "At", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "words", .ja = "内容", .en = "Words", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "seen", .ja = "確認済み", .en = "Seen", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};

static const struct input list_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};
static const struct input no_inputs[] = {{0}};

const struct op notice_list = {
	.id = "notice.list",
	.ja = "自分のアカウントのお知らせを見る",
	.en = "List the notices about one's own account",
	.method = "GET",
	.path = "/v1/me/notices",
	.kind = OP_READ,
	.grants = own,
	.policy = "notice see",
	.inputs = list_inputs,
	.entity = &notice_entity,
	.output_fields = list_output,
	.list = true,
	.status = 200,
	.purpose_ja = "アカウントに起きたことを本人に知らせるため",
	.purpose_en = "To tell people what happened to their account",
	.grade = GRADE_2,
	.requirements = "K-1",
	.apply = list_apply,
};

#define SEE_AT_ONCE (NOTICE_KEEP + FORGET_AT_ONCE)

static err seen_apply(struct call *call)
{
	struct span span = {.list = &unseen, .account = call->actor.account, .limit = SEE_AT_ONCE};
	struct notice *list = arena_alloc(call->arena, SEE_AT_ONCE * sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_span(call, &span, list, &count));
	for (size_t i = 0; i < count; i++) {
		list[i].seen = true;
		TRY(row_update(&call->rows, &notice_entity, &list[i]));
	}
	return call_object(call, "account", call->actor.account);
}

const struct op notice_seen = {
	.id = "notice.seen",
	.ja = "お知らせを確認済みにする",
	.en = "Mark one's notices as seen",
	.method = "POST",
	.path = "/v1/me/notices/seen",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "notice see",
	.inputs = no_inputs,
	.entity = &notice_entity,
	.status = 204,
	.purpose_ja = "アカウントに起きたことを本人に知らせるため",
	.purpose_en = "To tell people what happened to their account",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1",
	.apply = seen_apply,
};
