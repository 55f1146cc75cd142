#include <string.h>

#include "crypto/crypto.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/identity_int.h"
#include "identity/notice.h"
#include "identity/password.h"
#include "identity/reach.h"
#include "identity/recovery.h"
#include "identity/session.h"
#include "op/setting.h"

#include "identity/invitation.h"

static const char *const purposes[] = {[INVITATION_FIRST] = "invitation", [INVITATION_RECOVERY] = "recovery", NULL};

#define AT(member) .offset = offsetof(struct invitation, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "purpose", .ja = "目的", .en = "Purpose", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = purposes, AT(purpose)},
	{.name = "token_hash", .ja = "トークンのハッシュ", .en = "Token hash", .type = FIELD_BYTES, .grade = GRADE_2,
	    .required = true, .min = HASH_LEN, .max = HASH_LEN, AT(token_hash)},
	{.name = "issuer", .ja = "発行した人", .en = "Issued by", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(issuer)},
	{.name = "issued", .ja = "発行日時", .en = "Issued at", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(issued)},
	{.name = "expires", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(expires)},
	{.name = "used", .ja = "使用日時", .en = "Used at", .type = FIELD_TIME, .grade = GRADE_2, AT(used)},
	{.name = "voided", .ja = "無効にした日時", .en = "Voided at", .type = FIELD_TIME, .grade = GRADE_2, AT(voided)},
};

static const char *const unique[] = {"token_hash", NULL};
static const char *const indexes[] = {"account,issued", NULL};

const struct entity invitation_entity = {
	.name = "invitation",
	.ja = "招待",
	.en = "Invitation",
	.size = sizeof(struct invitation),
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_hash = {
	.name = "identity.invitation-by-hash",
	.entity = &invitation_entity,
	.where = "token_hash = :token_hash",
};
static struct row_list open_of_account = {
	.name = "identity.invitation-open",
	.entity = &invitation_entity,
	.where = "account = :account AND used IS NULL AND voided IS NULL ORDER BY issued DESC, id LIMIT :limit",
};

err invitation_start(void)
{
	TRY(row_list_make(&by_hash));
	return row_list_make(&open_of_account);
}

bool invitation_live(const struct invitation *invitation, enum account_state state, int64_t now_us)
{
	enum account_state wanted = invitation->purpose == INVITATION_FIRST ? ACCOUNT_INVITED : ACCOUNT_ACTIVE;

	return invitation->used == 0 && invitation->voided == 0 && now_us < invitation->expires && state == wanted;
}

/* ---- making and voiding ---- */

#define DAY_US (INT64_C(24) * 3600 * 1000000)
#define OPEN_MAX 4 /* of one account: a new one voids the former, so there is one */

static err open_ones(struct call *call, struct id account, struct invitation list[static OPEN_MAX], size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = false;
	err e = query_start(call->rows.db, open_of_account.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_int(query, "limit", OPEN_MAX);
	while (err_is_ok(e) && count < OPEN_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		list[count] = (struct invitation){0};
		e = row_read(&call->rows, &invitation_entity, query, false, &list[count]);
		count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

err invitation_open(struct call *call, struct id account, enum invitation_purpose purpose, struct invitation *invitation_out)
{
	struct invitation list[OPEN_MAX];
	size_t count = 0;

	TRY(open_ones(call, account, list, &count));
	for (size_t i = 0; i < count; i++)
		if (list[i].purpose == (int32_t)purpose && call->now_us < list[i].expires) {
			*invitation_out = list[i];
			return OK;
		}
	return FAIL(NOT_FOUND);
}

err invitation_void(struct call *call, struct id account)
{
	struct invitation list[OPEN_MAX];
	size_t count = 0;

	do { /* each turn voids what it found, so the next finds less */
		TRY(open_ones(call, account, list, &count));
		for (size_t i = 0; i < count; i++) {
			list[i].voided = call->now_us;
			TRY(row_update(&call->rows, &invitation_entity, &list[i]));
		}
	} while (count == OPEN_MAX);
	return OK;
}

err invitation_token_new(const struct call *call, enum invitation_purpose purpose, struct invitation_token *token_out)
{
	TRY(random_bytes(token_out->secret, sizeof(token_out->secret)));
	token_out->expires = call->now_us + (purpose == INVITATION_FIRST ? INVITATION_US : INVITATION_RECOVERY_US);
	return OK;
}

err invitation_limit(struct call *call, enum invitation_purpose purpose, struct invitation_token *token)
{
	int64_t days = 0;

	if (purpose != INVITATION_FIRST)
		return OK;
	TRY(setting_of(call, SETTING_INVITATION, &days));
	if (token->expires > call->now_us + days * DAY_US)
		token->expires = call->now_us + days * DAY_US;
	return OK;
}

err invitation_make(struct call *call, struct id account, enum invitation_purpose purpose, const struct invitation_token *token)
{
	uint8_t hash[HASH_LEN];
	struct invitation invitation = {
		.account = account,
		.purpose = (int32_t)purpose,
		.token_hash = {hash, sizeof(hash)},
		.issuer = call->actor.account,
		.issued = call->now_us,
		.expires = token->expires,
	};

	TRY(hash_sha256((struct bytes){token->secret, sizeof(token->secret)}, hash)); /* V1 */
	TRY(invitation_void(call, account));
	TRY(row_insert(&call->rows, &invitation_entity, &invitation));
	if (purpose != INVITATION_RECOVERY)
		return OK;
	TRY(recovery_settle(call, account));
	return notice_put(call, account, NOTICE_RECOVERY_ISSUED);
}

err invitation_text(const struct call *call, const struct invitation_token *token, struct buf *out)
{
	TRY(buf_printf(out, "%s.", call->compartment->name));
	return base64url_append(out, (struct bytes){token->secret, sizeof(token->secret)});
}

err invitation_link(const struct call *call, enum invitation_purpose purpose, const struct invitation_token *token, struct buf *out)
{
	TRY(buf_printf(out, "%s/#/%s/", call->compartment->url, purposes[purpose]));
	return invitation_text(call, token, out);
}

static err not_due(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "account", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

err invitation_due(struct call *call, struct id account, enum invitation_purpose purpose, struct reach *reach_out)
{
	TRY(reach_account(call, account, reach_out));
	if (purpose == INVITATION_FIRST && reach_out->account.state != ACCOUNT_INVITED)
		return not_due(call, "この人は招待を待っている状態ではありません。", "This person is not waiting for an invitation.");
	if (purpose == INVITATION_RECOVERY && reach_out->account.state != ACCOUNT_ACTIVE)
		return not_due(call, "パスワードを設定し直せるのは、利用中のアカウントだけです。",
		    "A new password can be set for an active account only.");
	return call_object(call, "account", account);
}

static err issue(struct call *call, enum invitation_purpose purpose)
{
	struct reach reach;
	struct invitation_token token = {0};
	OWN(buf) link = {0};
	OWN(buf) text = {0};
	err e;

	TRY(invitation_due(call, call_id(call, "account"), purpose, &reach));
	TRY(invitation_token_new(call, purpose, &token));
	TRY(invitation_limit(call, purpose, &token));
	e = invitation_make(call, reach.account.row.id, purpose, &token);
	if (err_is_ok(e))
		e = invitation_text(call, &token, &text);
	if (err_is_ok(e))
		e = invitation_link(call, purpose, &token, &link);
	wipe(token.secret, sizeof(token.secret));
	TRY(e);
	json_text(&call->out, "link", bytes_of(&link));
	json_text(&call->out, "token", bytes_of(&text));
	json_time(&call->out, "expires_at", token.expires);
	return OK;
}

static err invite_apply(struct call *call)
{
	return issue(call, INVITATION_FIRST);
}

static err recover_apply(struct call *call)
{
	return issue(call, INVITATION_RECOVERY);
}

static const struct grant issue_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input issue_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "account", .ja = "アカウント", .en = "Account",
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "account"}},
	{0},
};

static const struct field issue_output[] = {
	{.name = "link", .ja = "リンク", .en = "Link", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "token", .ja = "トークン", .en = "Token", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op invitation_issue = {
	.id = "invitation.issue",
	.outside_trial = true,
	.ja = "招待のリンクを発行する",
	.en = "Issue an invitation",
	.method = "POST",
	.path = "/v1/accounts/{account}/invitation",
	.kind = OP_WRITE,
	.grants = issue_grants,
	.policy = "invitation issue",
	.inputs = issue_inputs,
	.entity = &account_entity,
	.output_fields = issue_output,
	.status = 201,
	.purpose_ja = "本人が最初のパスワードを決められるようにするため",
	.purpose_en = "To let people choose their first password themselves",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = invite_apply,
};

const struct op invitation_recover = {
	.id = "invitation.recover",
	.outside_trial = true,
	.ja = "パスワードを設定し直すリンクを発行する",
	.en = "Issue a link to set a new password",
	.method = "POST",
	.path = "/v1/accounts/{account}/recovery",
	.kind = OP_WRITE,
	.grants = issue_grants,
	.policy = "recovery issue",
	.inputs = issue_inputs,
	.entity = &account_entity,
	.output_fields = issue_output,
	.status = 201,
	.purpose_ja = "パスワードを忘れた本人が設定し直せるようにするため",
	.purpose_en = "To let people who forgot their password set a new one",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = recover_apply,
};

/* ---- using ---- */

/* "<city>.<43>" of this city -> its hash. NOT_FOUND: it is none. */
static err hash_of(const struct call *call, struct bytes text, uint8_t hash_out[static HASH_LEN])
{
	uint8_t secret[INVITATION_TOKEN_LEN];
	size_t city = strlen(call->compartment->name);
	err e;

	if (text.len <= city + 1 || memcmp(text.ptr, call->compartment->name, city) != 0 || text.ptr[city] != '.')
		return FAIL(NOT_FOUND);
	text = (struct bytes){text.ptr + city + 1, text.len - city - 1};
	if (!err_is_ok(base64url_decode(text, secret, sizeof(secret))))
		return FAIL(NOT_FOUND);
	e = hash_sha256((struct bytes){secret, sizeof(secret)}, hash_out);
	wipe(secret, sizeof(secret));
	return e;
}

/* V2, V3: the same look for everybody who asks, in the transaction that answers. */
static err find_live(struct call *call, struct invitation *invitation_out, struct account *account_out)
{
	uint8_t hash[HASH_LEN];

	TRY(hash_of(call, call_text(call, "token"), hash));
	TRY(identity_find(&call->rows, &by_hash, "token_hash", (struct bytes){hash, sizeof(hash)}, false, invitation_out));
	TRY(row_get(&call->rows, &account_entity, invitation_out->account, account_out));
	if (!invitation_live(invitation_out, (enum account_state)account_out->state, call->now_us))
		return FAIL(NOT_FOUND);
	call->seal_kind = KEY_PERSON;
	call->seal_owner = account_out->row.id;
	return call_object(call, "account", account_out->row.id);
}

static err has_factor(struct call *call, struct id account, bool *has_out)
{
	struct factor factor = {0};
	err e = factor_of(&call->rows, account, FACTOR_ACTIVE, &factor);

	*has_out = err_is_ok(e);
	return err_is(e, ERR_NOT_FOUND) ? OK : e;
}

static err put_login(struct call *call, struct bytes login)
{
	OWN(buf) whole = {0};

	TRY(buf_append(&whole, login));
	TRY(buf_printf(&whole, "@%s", call->compartment->name));
	json_text(&call->out, "login", bytes_of(&whole));
	return OK;
}

static err look_apply(struct call *call)
{
	struct invitation invitation = {0};
	struct account account = {0};
	struct membership membership = {0};
	bool factor = false;
	err e;

	TRY(find_live(call, &invitation, &account));
	e = membership_of(&call->rows, account.row.id, call->now_us, &membership);
	if (!err_is(e, ERR_NOT_FOUND)) /* it begins later: no role yet */
		TRY(e);
	TRY(has_factor(call, account.row.id, &factor));
	call->event_facility = membership.facility;
	json_str(&call->out, "purpose", purposes[invitation.purpose]);
	TRY(put_login(call, account.login));
	json_text(&call->out, "name", account.name);
	json_str(&call->out, "role", access_role_names[membership.role]);
	json_str(&call->out, "customer", call->language == LANGUAGE_EN ? call->compartment->title_en : call->compartment->title_ja);
	json_bool(&call->out, "second_factor", factor && invitation.purpose == INVITATION_RECOVERY);
	json_time(&call->out, "expires_at", invitation.expires);
	return OK;
}

/* What an acceptance carries from step to step. */
struct acceptance {
	bool factor;                     /* a code has to be shown */
	char phc[PASSWORD_PHC_MAX];
};

static err password_fits(struct call *call, struct bytes login)
{
	unsigned flaws = identity_password_check(call_text(call, "password"), login);

	for (unsigned i = 0; i < IDENTITY_PASSWORD_FLAW_COUNT; i++) {
		const struct identity_password_words *words = identity_password_words((enum identity_password_flaw)i);

		if ((flaws & (1u << i)) != 0)
			err_ignore(call_flaw(call, "password", FLAW_RULE, words->ja, words->en)); /* all are told */
	}
	return flaws == 0 ? OK : FAIL(INVALID);
}

static err refuse(struct call *call, err e, const char *reason)
{
	call->reason = reason;
	return e;
}

/* V4: guessing codes through a link counts like guessing them at the door; counted before one is looked at. */
static err count_code(struct call *call, struct id account)
{
	struct credential credential = {0};
	bool locked = false;

	if (call_text(call, "totp").len == 0)
		return refuse(call, FAIL(SECOND_FACTOR), "no code");
	TRY(credential_of(&call->rows, account, &credential));
	TRY(credential_count(call, &credential, &locked));
	return !locked && credential.locked_at != 0 ? notice_put(call, account, NOTICE_LOCKED) : OK;
}

static err accept_prepare(struct call *call)
{
	struct acceptance *a = arena_alloc(call->arena, sizeof(*a));
	struct invitation invitation = {0};
	struct account account = {0};

	if (a == NULL)
		return FAIL(UNAVAILABLE);
	*a = (struct acceptance){0};
	TRY(find_live(call, &invitation, &account));
	TRY(password_fits(call, account.login));
	if (invitation.purpose == INVITATION_RECOVERY)
		TRY(has_factor(call, account.row.id, &a->factor));
	if (a->factor)
		TRY(count_code(call, account.row.id));
	call->state = a;
	return OK;
}

static err accept_slow(struct call *call)
{
	struct acceptance *a = call->state;

	return password_hash(call_text(call, "password"), call->compartment->password_rounds, a->phc);
}

static err show_code(struct call *call, const struct acceptance *a, struct id account)
{
	struct credential credential = {0};
	struct factor_look look = {0};
	int64_t max = 0;

	TRY(factor_look(call, account, call_text(call, "totp"), &look));
	if (look.verdict == FACTOR_NONE && !a->factor)
		return OK;
	TRY(credential_of(&call->rows, account, &credential));
	TRY(credential_failures_max(call, account, &max));
	/* The attempt itself has been counted: the last in a row may still be right, one during a lock may not. */
	if (credential.failures > max)
		return refuse(call, FAIL(UNAUTHENTICATED), "locked");
	if (look.verdict != FACTOR_RIGHT || !a->factor)
		return refuse(call, FAIL(UNAUTHENTICATED), "wrong code");
	return factor_use(call, &look);
}

static err accept_apply(struct call *call)
{
	struct acceptance *a = call->state;
	struct invitation invitation = {0};
	struct account account = {0};

	TRY(find_live(call, &invitation, &account)); /* V2 */
	if (invitation.purpose == INVITATION_RECOVERY)
		TRY(show_code(call, a, account.row.id));
	invitation.used = call->now_us;
	TRY(row_update(&call->rows, &invitation_entity, &invitation));
	TRY(credential_set(call, account.row.id, bytes_str(a->phc)));
	wipe(a->phc, sizeof(a->phc));
	if (invitation.purpose == INVITATION_RECOVERY) {
		TRY(session_end_others(call, account.row.id, (struct id){{0}}));
		TRY(recovery_settle(call, account.row.id));
		TRY(notice_put(call, account.row.id, NOTICE_RECOVERY_USED));
	} else {
		account.state = ACCOUNT_ACTIVE;
		TRY(row_update(&call->rows, &account_entity, &account));
	}
	return put_login(call, account.login);
}

#define TOKEN_INPUT                                                                                                  \
	{.place = IN_BODY, .field = {.name = "token", .ja = "リンクのトークン", .en = "Token of the link",           \
	    .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1, .max = 100}}

static const struct input look_inputs[] = {TOKEN_INPUT, {0}};

static const struct field look_output[] = {
	{.name = "purpose", .ja = "目的", .en = "Purpose", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = purposes},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "customer", .ja = "市", .en = "Customer", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "second_factor", .ja = "確認コードが必要", .en = "A code will be asked for", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op invitation_look = {
	.id = "invitation.look",
	.ja = "招待の内容を見る",
	.en = "See what an invitation is for",
	.method = "POST",
	.path = "/v1/invitation/see",
	.kind = OP_WRITE, /* the token stands in the body, never in an address */
	.route = ROUTE_TOKEN,
	.open = true, /* PUBLIC: whoever holds the link */
	.form_login = true,
	.policy = "invitation look",
	.inputs = look_inputs,
	.entity = &invitation_entity,
	.output_fields = look_output,
	.status = 200,
	.purpose_ja = "招待された本人に、だれの招待かを示すため",
	.purpose_en = "To show the invited person whose invitation it is",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.apply = look_apply,
};

static const struct input accept_inputs[] = {
	TOKEN_INPUT,
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .min = 1, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{.place = IN_BODY, .field = {.name = "totp", .ja = "確認コード", .en = "Code of the second factor", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .secret = true, .min = 6, .max = RECOVERY_CODE_TEXT_MAX}},
	{0},
};

static const struct field accept_output[] = {{.name = "login", ACCOUNT_LOGIN_WORDS}, {0}};

const struct op invitation_accept = { /* K-1 */
	.id = "invitation.accept",
	.ja = "招待を受けてパスワードを決める",
	.en = "Accept an invitation and choose a password",
	.method = "POST",
	.path = "/v1/invitation/accept",
	.kind = OP_WRITE,
	.route = ROUTE_TOKEN,
	.open = true, /* PUBLIC: whoever holds the link */
	.form_login = true,
	.policy = "invitation accept",
	.inputs = accept_inputs,
	.entity = &invitation_entity,
	.output_fields = accept_output,
	.status = 200,
	.purpose_ja = "本人がパスワードを決めるため",
	.purpose_en = "To let people choose their password themselves",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-2",
	.turns = "token",
	.prepare = accept_prepare,
	.slow = accept_slow,
	.apply = accept_apply,
};
