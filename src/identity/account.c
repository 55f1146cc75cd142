#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "identity/account_probe.h"
#include "identity/credential.h"
#include "identity/identity_int.h"
#include "identity/membership.h"
#include "identity/password.h"
#include "identity/reach.h"

#include "identity/account.h"

const char *const account_states[] = {
	[ACCOUNT_INVITED] = "invited",
	[ACCOUNT_ACTIVE] = "active",
	[ACCOUNT_SUSPENDED] = "suspended",
	[ACCOUNT_LEFT] = "left",
	NULL,
};

#define AT(member) .offset = offsetof(struct account, member)

static const struct field fields[] = {
	{.name = "login", ACCOUNT_LOGIN_WORDS, .sealed = true, .required = true, .lookup = true,
	    .min = ACCOUNT_LOGIN_MIN, .max = ACCOUNT_LOGIN_MAX, AT(login)},
	{.name = "name", ACCOUNT_NAME_WORDS, .sealed = true, AT(name)},
	{.name = "mail", ACCOUNT_MAIL_WORDS, .sealed = true, .group = "contact", AT(mail)},
	{.name = "telephone", ACCOUNT_TELEPHONE_WORDS, .sealed = true, .group = "contact", AT(telephone)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = account_states, AT(state)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
};

static const char *const unique[] = {"login_ix", NULL};

const struct entity account_entity = {
	.name = "account",
	.ja = "アカウント",
	.en = "Account",
	.size = sizeof(struct account),
	.seal = SEAL_PERSON,
	.owner = "id",
	.authority = true,
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_login = {
	.name = "identity.account-by-login",
	.entity = &account_entity,
	.where = "login_ix = :login_ix",
};
static struct row_list by_id = {
	.name = "identity.account-by-id",
	.entity = &account_entity,
	.where = "id = :id",
};

err account_start(void)
{
	TRY(row_list_make(&by_login));
	return row_list_make(&by_id);
}

struct bytes account_local_part(struct bytes login, const struct compartment *compartment)
{
	size_t city = strlen(compartment->name);

	if (login.len > city && login.ptr[login.len - city - 1] == '@' &&
	    memcmp(login.ptr + login.len - city, compartment->name, city) == 0)
		login.len -= city + 1;
	return login;
}

err account_by_login(struct row_context *c, struct bytes local_part, struct account *account_out)
{
	uint8_t index[HASH_LEN];

	TRY(row_lookup(c, &account_entity, &fields[0], local_part, index));
	return identity_find(c, &by_login, "login_ix", (struct bytes){index, sizeof(index)}, true, account_out);
}

err account_by_id(struct row_context *c, struct id id, struct account *account_out)
{
	return identity_find(c, &by_id, "id", id_bytes(&id), true, account_out);
}

#define ROLES_OF_FACILITY (ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL))
#define ROLES_OF_PROVIDER (ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))

static err may_issue(struct call *call, enum role role)
{
	if ((reach_roles(call->actor.role) & (1u << role)) == 0) {
		call->reason = "role not issuable";
		return FAIL(DENIED);
	}
	return ((1u << role) & ROLES_PRIVILEGED) != 0 ? call_proved(call, OP_STEP_UP_S) : OK;
}

/* The checking process makes its people by these logins. */
static err not_reserved(struct call *call, struct bytes login)
{
	static const char begins[] = ACCOUNT_PROBE_LOGIN;

	if (call->actor.probe || call->compartment->probe || login.len < sizeof(begins) - 1 ||
	    memcmp(login.ptr, begins, sizeof(begins) - 1) != 0)
		return OK;
	return call_flaw(call, "login", FLAW_RULE, "「" ACCOUNT_PROBE_LOGIN "」で始まるログイン名は、検査のために空けてあります。",
	    "Logins that begin with \"" ACCOUNT_PROBE_LOGIN "\" are kept for checks.");
}

static err check_login(struct call *call, struct bytes login)
{
	bool good = login.len >= ACCOUNT_LOGIN_MIN && login.len <= ACCOUNT_LOGIN_MAX;

	for (size_t i = 0; i < login.len && good; i++) {
		uint8_t c = login.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		good = plain || (i > 0 && (c == '.' || c == '_' || c == '-'));
	}
	if (!good)
		return call_flaw(call, "login", FLAW_FORMAT,
		    "ログイン名は、英小文字・数字・「.」「_」「-」の3～64文字で、英小文字か数字で始めてください。",
		    "A login has 3 to 64 lower-case letters, digits, '.', '_' or '-' and starts with a letter or digit.");
	return not_reserved(call, login);
}

err account_check_facility(struct call *call, enum role role, struct id facility)
{
	bool wanted = (ROLES_OF_FACILITY & (1u << role)) != 0;

	if (wanted && id_is_zero(facility))
		return call_flaw(call, "facility", FLAW_MISSING, "この役割には園の指定が必要です。",
		    "This role needs a facility.");
	if (!wanted && !id_is_zero(facility))
		return call_flaw(call, "facility", FLAW_RULE, "この役割に園は指定できません。",
		    "This role has no facility.");
	return OK;
}

static err login_taken(struct call *call)
{
	problems_add(call->problems, "login", NULL, FLAW_DUPLICATE,
	    call->language == LANGUAGE_EN ? "This login is taken. Choose another one." :
	    "このログイン名は使われています。別のものにしてください。");
	return FAIL(CONFLICT);
}

/* The person's key is durable before the row that needs it: a sealed row without a key could never be opened. */
static err account_make(struct call *call, struct account *account, struct membership *membership)
{
	struct account other = {0};
	err e = account_by_login(&call->rows, account->login, &other);

	if (err_is_ok(e))
		return login_taken(call);
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	TRY(id_new(&account->row.id));
	TRY(keys_create(call->rows.keys, KEY_PERSON, &account->row.id, 1));
	TRY(row_insert(&call->rows, &account_entity, account));
	membership->account = account->row.id;
	return row_insert(&call->rows, &membership_entity, membership);
}

/* Room for the hash in call->state, once the password is found good. */
static err accept_password(struct call *call, struct bytes login)
{
	unsigned flaws = identity_password_check(call_text(call, "password"), login);

	for (unsigned i = 0; i < IDENTITY_PASSWORD_FLAW_COUNT; i++) {
		const struct identity_password_words *words = identity_password_words((enum identity_password_flaw)i);

		if ((flaws & (1u << i)) != 0)
			err_ignore(call_flaw(call, "password", FLAW_RULE, words->ja, words->en)); /* all are told */
	}
	if (flaws != 0)
		return FAIL(INVALID);
	call->state = arena_alloc(call->arena, PASSWORD_PHC_MAX);
	return call->state != NULL ? OK : FAIL(UNAVAILABLE);
}

static err password_slow(struct call *call)
{
	if (call->state == NULL) /* no password is given yet */
		return OK;
	return password_hash(call_text(call, "password"), call->compartment->password_rounds, call->state);
}

static err issue(struct call *call, struct id facility)
{
	struct account account = {.state = ACCOUNT_INVITED, .probe = call->actor.probe};
	struct membership membership = {
		.role = call_value(call, "role")->as.choice,
		.facility = facility,
		.since = clock_date_jst(call->now_us),
	};

	call_store(call, &account_entity, &account);
	account.login = account_local_part(account.login, call->compartment);
	account.state = call->state != NULL ? ACCOUNT_ACTIVE : ACCOUNT_INVITED;
	TRY(check_login(call, account.login));
	TRY(account_check_facility(call, (enum role)membership.role, facility));
	TRY(account_make(call, &account, &membership));
	if (call->state != NULL)
		TRY(credential_set(call, account.row.id, bytes_str(call->state)));
	TRY(call_object(call, "account", account.row.id));
	TRY(buf_printf(&call->detail, "\"role\":\"%s\"", access_role_names[membership.role]));
	call->event_facility = facility;
	json_row(&call->out, &account_entity, &account, "*");
	json_str(&call->out, "role", access_role_names[membership.role]);
	json_id(&call->out, "facility", facility);
	return OK;
}

/* A principal's people are of the principal's facility. */
static err issue_facility(struct call *call, struct id *facility_out)
{
	struct id facility = call_id(call, "facility");

	if (call->actor.role == ROLE_PRINCIPAL) {
		if (!id_is_zero(facility) && !id_equal(facility, call->actor.facility))
			return FAIL(NOT_FOUND);
		facility = call->actor.facility;
	}
	*facility_out = facility;
	return OK;
}

static err issue_apply(struct call *call)
{
	struct id facility;

	TRY(may_issue(call, (enum role)call_value(call, "role")->as.choice));
	TRY(issue_facility(call, &facility));
	return issue(call, facility);
}

/* A second person looks at whoever is to have a privileged role. */
static bool issue_guarded(struct call *call)
{
	return ((1u << call_value(call, "role")->as.choice) & ROLES_PRIVILEGED) != 0;
}

#define NAME_SHOWN_MAX 150

struct bytes account_cut_name(struct bytes name)
{
	if (name.len <= NAME_SHOWN_MAX)
		return name;
	name.len = NAME_SHOWN_MAX;
	while (name.len > 0 && (name.ptr[name.len] & 0xc0) == 0x80)
		name.len--;
	return name;
}

/* What would be refused later is refused now. */
static err issue_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	enum role role = (enum role)call_value(call, "role")->as.choice;
	struct bytes login = account_local_part(call_text(call, "login"), call->compartment);
	struct bytes name = call_text(call, "name");
	struct account other = {0};
	struct id facility;
	err e;

	TRY(may_issue(call, role));
	TRY(issue_facility(call, &facility));
	TRY(check_login(call, login));
	TRY(account_check_facility(call, role, facility));
	e = account_by_login(&call->rows, login, &other);
	if (err_is_ok(e))
		return login_taken(call);
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	name = account_cut_name(name);
	(void)snprintf(words_out, words_max, call->language == LANGUAGE_EN ? "A new account: %.*s (%.*s), role %s." :
	    "新しいアカウント: %.*s（%.*s）、役割 %s。", (int)name.len, (const char *)name.ptr, (int)login.len,
	    (const char *)login.ptr, access_role_names[role]);
	*objects_out = 1;
	return OK;
}

/* AC-5 */
static struct op_words issue_warning(struct call *call)
{
	(void)call;
	return (struct op_words){"承認すると、この人に見える範囲が広がります。役割と相手が正しいことを確かめてください。", "Once approved, this person sees more. Make sure that role and person are right."};
}

static err install_prepare(struct call *call)
{
	call->state = NULL;
	if (!call_value(call, "password")->present)
		return OK;
	return accept_password(call, account_local_part(call_text(call, "login"), call->compartment));
}

static err install_apply(struct call *call)
{
	unsigned role = 1u << call_value(call, "role")->as.choice;

	if ((role & ROLES_ANY) == 0 || ((role & ROLES_OF_PROVIDER) != 0) != call->compartment->provider)
		return call_flaw(call, "role", FLAW_CHOICE, "ここではこの役割を使えません。", "This role does not exist here.");
	return issue(call, call_id(call, "facility"));
}

static const struct grant issue_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

#define ISSUE_INPUTS                                                                                                 \
	{.place = IN_BODY, .field = {.name = "login", ACCOUNT_LOGIN_WORDS, .required = true,                         \
	    .min = ACCOUNT_LOGIN_MIN, .max = ACCOUNT_LOGIN_INPUT_MAX}},                                              \
	{.place = IN_BODY, .field = {.name = "name", ACCOUNT_NAME_WORDS}},                                           \
	{.place = IN_BODY, .field = {.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE,               \
	    .grade = GRADE_2, .required = true, .choices = access_role_names}},                                             \
	{.place = IN_BODY, .field = {.name = "mail", ACCOUNT_MAIL_WORDS}},                                           \
	{.place = IN_BODY, .field = {.name = "telephone", ACCOUNT_TELEPHONE_WORDS}}

static const struct input issue_inputs[] = {
	ISSUE_INPUTS,
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID,
	    .grade = GRADE_2, .refers = "facility"}},
	{0},
};

/* Nobody acts yet, so there is nobody whose reach the facility could be checked against. */
static const struct input install_inputs[] = {
	ISSUE_INPUTS,
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID,
	    .grade = GRADE_2}},
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .secret = true, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{0},
};

static const struct field issue_output[] = {
	{.name = "id", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "login", ACCOUNT_LOGIN_WORDS},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "mail", ACCOUNT_MAIL_WORDS},
	{.name = "telephone", ACCOUNT_TELEPHONE_WORDS},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = account_states},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};

const struct op account_issue = { /* K-1 K-27 */
	.id = "account.issue",
	.ja = "アカウントを発行する",
	.en = "Issue an account",
	.method = "POST",
	.path = "/v1/accounts",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.guarded = issue_guarded,
	.approver = ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN),
	.undo = "account.leave",
	.manual = "doc/manual/account.md",
	.impact = issue_impact,
	.warning = issue_warning,
	.grants = issue_grants,
	.policy = "account issue",
	.inputs = issue_inputs,
	.entity = &account_entity,
	.output_fields = issue_output,
	.status = 201,
	.purpose_ja = "園や市が利用者を登録するため",
	.purpose_en = "To register a user of a facility or the city",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = issue_apply,
};

const struct op account_install = {
	.id = "account.install",
	.ja = "最初のアカウントを用意する",
	.en = "Install the first accounts",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.open = true,
	.policy = "account issue",
	.inputs = install_inputs,
	.entity = &account_entity,
	.output_fields = issue_output,
	.status = 201,
	.purpose_ja = "市や事業者の最初の管理者を登録するため",
	.purpose_en = "To register the first administrators of a city or the provider",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.prepare = install_prepare,
	.slow = password_slow,
	.apply = install_apply,
};

static err set_prepare(struct call *call)
{
	struct account account = {0};

	TRY(row_get(&call->rows, &account_entity, call_id(call, "account"), &account));
	return accept_password(call, account.login);
}

static err set_apply(struct call *call)
{
	struct account account = {0};

	TRY(row_get(&call->rows, &account_entity, call_id(call, "account"), &account));
	TRY(credential_set(call, account.row.id, bytes_str(call->state)));
	if (account.state == ACCOUNT_INVITED) {
		account.state = ACCOUNT_ACTIVE;
		TRY(row_update(&call->rows, &account_entity, &account));
	}
	return call_object(call, "account", account.row.id);
}

static const struct input set_inputs[] = {
	{.place = IN_BODY, .field = {.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true}},
	{.place = IN_BODY, .field = {.name = "password", .ja = "パスワード", .en = "Password", .type = FIELD_TEXT,
	    .grade = GRADE_3B, .personal = true, .required = true, .secret = true, .max = ACCOUNT_PASSWORD_INPUT_MAX}},
	{0},
};

const struct op account_set_password = {
	.id = "account.set-password",
	.ja = "最初のパスワードを設定する",
	.en = "Set the first password",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.open = true,
	.policy = "account issue",
	.inputs = set_inputs,
	.entity = &account_entity,
	.status = 200,
	.purpose_ja = "最初の管理者がサインインできるようにするため",
	.purpose_en = "To let the first administrators sign in",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.prepare = set_prepare,
	.slow = password_slow,
	.apply = set_apply,
};
