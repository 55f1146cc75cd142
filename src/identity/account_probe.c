#include <string.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "crypto/totp.h"
#include "identity/account.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/invitation.h"
#include "identity/membership.h"
#include "identity/password.h"
#include "identity/pin.h"
#include "identity/session.h"

#include "identity/account_probe.h"

#define CODE_MAX 32
#define SECRET_TEXT_LEN 52 /* TOTP_SECRET_LEN bytes in base 32 */
#define ROLES_OF_PROVIDER (ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))

static err prepare(struct call *call)
{
	call->state = arena_alloc(call->arena, PASSWORD_PHC_MAX);
	return call->state != NULL ? OK : FAIL(UNAVAILABLE);
}

static err slow(struct call *call)
{
	return password_hash(call_text(call, "password"), call->compartment->password_rounds, call->state);
}

static err check(struct call *call, enum role role, struct id facility)
{
	struct bytes code = call_text(call, "code");
	bool provider = ((1u << role) & ROLES_OF_PROVIDER) != 0;

	for (size_t i = 0; i < code.len; i++)
		if ((code.ptr[i] < 'a' || code.ptr[i] > 'z') && (code.ptr[i] < '0' || code.ptr[i] > '9') && code.ptr[i] != '-')
			return call_flaw(call, "code", FLAW_FORMAT, "英小文字・数字・「-」で指定してください。", "Lower-case letters, digits and '-'.");
	if (((1u << role) & ROLES_ANY) == 0 || provider != call->compartment->provider)
		return call_flaw(call, "role", FLAW_CHOICE, "ここではこの役割を使えません。", "This role does not exist here.");
	TRY(account_check_facility(call, role, facility));
	return OK;
}

/* The person's key is durable before the row that needs it. */
static err make(struct call *call, struct bytes login, struct account *account)
{
	*account = (struct account){.login = login, .probe = !call->compartment->probe};
	TRY(id_new(&account->row.id));
	TRY(keys_create(call->rows.keys, KEY_PERSON, &account->row.id, 1));
	account->name = call_text(call, "name");
	account->state = ACCOUNT_ACTIVE;
	return row_insert(&call->rows, &account_entity, account);
}

static err renew(struct call *call, struct account *account)
{
	TRY(row_get(&call->rows, &account_entity, account->row.id, account));
	if (account->probe == call->compartment->probe) {
		call->reason = "not made for checks";
		return FAIL(CONFLICT);
	}
	account->name = call_text(call, "name");
	account->state = ACCOUNT_ACTIVE;
	return row_update(&call->rows, &account_entity, account);
}

static err make_or_renew(struct call *call, struct account *account)
{
	OWN(buf) text = {0};
	struct bytes login;
	err e;

	TRY(buf_append_str(&text, ACCOUNT_PROBE_LOGIN));
	TRY(buf_append(&text, call_text(call, "code")));
	TRY(arena_copy(call->arena, bytes_of(&text), &login));
	e = account_by_login(&call->rows, login, account);
	if (err_is(e, ERR_NOT_FOUND))
		return make(call, login, account);
	TRY(e);
	return renew(call, account);
}

static bool is_wanted(const struct membership *membership, enum role role, struct id facility)
{
	return membership->role == (int32_t)role && id_equal(membership->facility, facility);
}

static err set_state(struct call *call, struct membership *membership, enum membership_state state)
{
	int32_t today = clock_date_jst(call->now_us);

	if (membership->state == (int32_t)state && (state == MEMBERSHIP_ENDED || membership_in_force(membership, call->now_us)))
		return OK;
	membership->state = (int32_t)state;
	membership->until = 0;
	if (state == MEMBERSHIP_ENDED)
		membership->until = today > membership->since ? today : membership->since;
	else if (membership->since > today)
		membership->since = today;
	return row_update(&call->rows, &membership_entity, membership);
}

/* One membership is in force; an ended one like it begins again, so that they do not become ever more. */
static err place(struct call *call, struct id account, struct membership *membership_out)
{
	enum role role = (enum role)call_value(call, "role")->as.choice;
	struct id facility = call_id(call, "facility");
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;
	bool placed = false;

	TRY(membership_all(&call->rows, account, all, &count));
	for (size_t i = 0; i < count; i++) {
		bool wanted = !placed && is_wanted(&all[i], role, facility);

		TRY(set_state(call, &all[i], wanted ? MEMBERSHIP_ACTIVE : MEMBERSHIP_ENDED));
		if (wanted)
			*membership_out = all[i];
		placed = placed || wanted;
	}
	if (placed)
		return OK;
	*membership_out = (struct membership){
		.account = account, .role = (int32_t)role, .facility = facility, .since = clock_date_jst(call->now_us),
	};
	return row_insert(&call->rows, &membership_entity, membership_out);
}

static err set_factor(struct call *call, struct id account)
{
	struct factor factor = {.account = account, .made = call->now_us};
	uint8_t secret[TOTP_SECRET_LEN];
	bool found = false;
	err e;

	TRY(factor_remove(call, account, &found));
	TRY(pin_remove(call, account, &found));
	if (call_text(call, "totp_secret").len == 0)
		return OK;
	if (!err_is_ok(base32_decode(call_text(call, "totp_secret"), secret, sizeof(secret))))
		return call_flaw(call, "totp_secret", FLAW_FORMAT, "32バイトのBase32で指定してください。", "Give 32 bytes in base 32.");
	factor.secret = (struct bytes){secret, sizeof(secret)};
	e = factor_activate(call, &factor, 0);
	wipe(secret, sizeof(secret));
	return e;
}

static err put(struct call *call, const struct account *account, const struct membership *membership)
{
	OWN(buf) login = {0};

	TRY(buf_append(&login, account->login));
	TRY(buf_printf(&login, "@%s", call->compartment->name));
	json_id(&call->out, "id", account->row.id);
	json_id(&call->out, "membership", membership->row.id);
	json_text(&call->out, "login", bytes_of(&login));
	call->event_facility = membership->facility;
	return call_object(call, "account", account->row.id);
}

static err apply(struct call *call)
{
	enum role role = (enum role)call_value(call, "role")->as.choice;
	struct account account = {0};
	struct membership membership = {0};

	TRY(check(call, role, call_id(call, "facility")));
	TRY(make_or_renew(call, &account));
	if (!err_is_ok(access_same_side(call->rows.db, account.row.id, call_id(call, "facility")))) /* P1 of access.h */
		return call_flaw(call, "facility", FLAW_RULE, "検査用の園を指定してください。", "Name a facility that is made for checks.");
	TRY(place(call, account.row.id, &membership));
	TRY(credential_set(call, account.row.id, bytes_str(call->state)));
	TRY(set_factor(call, account.row.id));
	TRY(invitation_void(call, account.row.id));
	TRY(session_end_others(call, account.row.id, (struct id){{0}}));
	return put(call, &account, &membership);
}

static const struct input inputs[] = {
	{.place = IN_BODY, .field = {.name = "code", .ja = "検査用アカウントの記号", .en = "Which one", .type = FIELD_TEXT, .grade = GRADE_2,
	    .required = true, .min = 1, .max = CODE_MAX}},
	{.place = IN_BODY, .field = {.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = access_role_names}},
	/* Nobody acts, so there is nobody whose reach the facility could be checked against. */
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2}},
	{.place = IN_BODY, .field = {.name = "name", ACCOUNT_NAME_WORDS}},
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .secret = true, .min = IDENTITY_PASSWORD_MIN, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{.place = IN_BODY, .field = {.name = "totp_secret", .ja = "秘密の文字列", .en = "Secret of the second factor", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .secret = true, .min = SECRET_TEXT_LEN, .max = SECRET_TEXT_LEN}},
	{0},
};

static const struct field output[] = {
	{.name = "id", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "membership", .ja = "所属", .en = "Membership", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{0},
};

const struct op account_probe = {
	.id = "account.probe",
	.ja = "検査用のアカウントを用意する",
	.en = "Make or renew an account for checks",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.open = true,
	.policy = "account issue",
	.inputs = inputs,
	.entity = &account_entity,
	.output_fields = output,
	.status = 200,
	.purpose_ja = "仕組みが働いていることを、実在の人に触れずに検査するため",
	.purpose_en = "To check that the protections work without touching a real person",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.prepare = prepare,
	.slow = slow,
	.apply = apply,
};
