#include <stdio.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "identity/identity_int.h"
#include "identity/invitation.h"
#include "identity/notice.h"
#include "identity/reach.h"
#include "identity/session.h"

#include "identity/join.h"

#define CODE_DIGITS 10   /* 50 bits: not to be guessed in a quarter of an hour */
#define CODE_HALF 5
#define CODE_TEXT_MAX 16
#define AHEAD_DAYS_MAX 366

#define AT(member) .offset = offsetof(struct join_code, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "code_hash", .ja = "コードのハッシュ", .en = "Hash of the code", .type = FIELD_BYTES, .grade = GRADE_2,
	    .required = true, .min = HASH_LEN, .max = HASH_LEN, AT(code_hash)},
	{.name = "expires", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(expires)},
	{.name = "used", .ja = "使用日時", .en = "Used at", .type = FIELD_TIME, .grade = GRADE_2, AT(used)},
	{.name = "reserved_by", .ja = "申請した人", .en = "Reserved by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account",
	    AT(reserved_by)},
};

static const char *const unique[] = {"account", "code_hash", NULL};

const struct entity join_code_entity = {
	.name = "join_code",
	.ja = "所属追加のコード",
	.en = "Code for a further membership",
	.size = sizeof(struct join_code),
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_hash = {
	.name = "identity.join-code-by-hash",
	.entity = &join_code_entity,
	.where = "code_hash = :code_hash",
};
static struct row_list by_account = {
	.name = "identity.join-code-by-account",
	.entity = &join_code_entity,
	.where = "account = :account",
};

err join_start(void)
{
	TRY(row_list_make(&by_hash));
	return row_list_make(&by_account);
}

/* ---- the code ---- */

/* Crockford's digits: none is mistaken for another, and what people type for them all the same is read as meant. */
static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

static uint8_t plain_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		c = (uint8_t)(c | 0x20);
	if (c == 'o')
		return '0';
	return c == 'i' || c == 'l' ? '1' : c;
}

/* Keyed, so that the store alone does not give codes away. INVALID: not so many digits. J1 */
static err hash_of(struct call *call, struct bytes typed, uint8_t hash_out[static HASH_LEN])
{
	static const struct field code = {.name = "code"};
	uint8_t plain[CODE_DIGITS];
	size_t count = 0;

	for (size_t i = 0; i < typed.len; i++) {
		if (typed.ptr[i] == '-' || typed.ptr[i] == ' ')
			continue;
		if (count == CODE_DIGITS)
			return FAIL(INVALID);
		plain[count++] = plain_digit(typed.ptr[i]);
	}
	return count == CODE_DIGITS ? row_lookup(&call->rows, &join_code_entity, &code, (struct bytes){plain, count}, hash_out) : FAIL(INVALID);
}

static err new_code(char text_out[static CODE_TEXT_MAX])
{
	uint8_t random[CODE_DIGITS];
	size_t at = 0;

	TRY(random_bytes(random, sizeof(random)));
	for (size_t i = 0; i < CODE_DIGITS; i++) {
		if (i == CODE_HALF)
			text_out[at++] = '-';
		text_out[at++] = digits[random[i] & 31];
	}
	text_out[at] = '\0';
	wipe(random, sizeof(random));
	return OK;
}

static err store_code(struct call *call, const char *text)
{
	struct join_code code = {0};
	uint8_t hash[HASH_LEN];
	err e = identity_find(&call->rows, &by_account, "account", id_bytes(&call->actor.account), false, &code);
	bool former = err_is_ok(e);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	TRY(hash_of(call, bytes_str(text), hash));
	code.account = call->actor.account;
	code.code_hash = (struct bytes){hash, sizeof(hash)};
	code.expires = call->now_us + JOIN_CODE_US;
	code.used = 0;
	code.reserved_by = (struct id){{0}};
	return former ? row_update(&call->rows, &join_code_entity, &code) : row_insert(&call->rows, &join_code_entity, &code);
}

static err issue_apply(struct call *call)
{
	char text[CODE_TEXT_MAX];

	TRY(new_code(text));
	TRY(store_code(call, text));
	json_str(&call->out, "code", text);
	json_time(&call->out, "expires_at", call->now_us + JOIN_CODE_US);
	wipe(text, sizeof(text));
	call->event_facility = call->actor.facility;
	return call_object(call, "account", call->actor.account);
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input no_inputs[] = {{0}};

static const struct field issue_output[] = {
	{.name = "code", .ja = "コード", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op join_code_issue = {
	.id = "me.link-code",
	.outside_trial = true,
	.ja = "所属を追加してもらうためのコードを出す",
	.en = "Make a code for a further membership",
	.method = "POST",
	.path = "/v1/me/link-code",
	.kind = OP_WRITE,
	.grants = own,
	.policy = "membership offer",
	.inputs = no_inputs,
	.entity = &membership_entity,
	.output_fields = issue_output,
	.status = 201,
	.purpose_ja = "二つ目の園や役割を、同じアカウントで使えるようにするため",
	.purpose_en = "To use a second facility or role with the same account",
	.once = true,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 K-27",
	.apply = issue_apply,
};

/* ---- adding ---- */

static err bad_code(struct call *call)
{
	return call_flaw(call, "code", FLAW_RULE, "このコードは使えません。本人に新しいコードを出してもらってください。",
	    "This code cannot be used. Ask the person for a new one.");
}

/* INVALID: told as one and the same, whatever is wrong with it. */
static err find_code(struct call *call, struct join_code *code_out)
{
	uint8_t hash[HASH_LEN];
	err e = hash_of(call, call_text(call, "code"), hash);

	if (err_is_ok(e))
		e = identity_find(&call->rows, &by_hash, "code_hash", (struct bytes){hash, sizeof(hash)}, false, code_out);
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_INVALID))
		return bad_code(call);
	TRY(e);
	if (code_out->used != 0 || call->now_us >= code_out->expires)
		return bad_code(call);
	if (!id_is_zero(code_out->reserved_by) && !id_equal(code_out->reserved_by, call->actor.account))
		return bad_code(call); /* J2 */
	return OK;
}

/* What is to be added, checked as far as it can be before a second person looks. */
struct addition {
	struct join_code code;
	struct account account;
	struct membership membership;
};

static err check_since(struct call *call, int32_t *since_out)
{
	int32_t today = clock_date_jst(call->now_us);
	int32_t since = call_value(call, "since")->present ? call_value(call, "since")->as.date : today;

	if (since > clock_date_add(today, AHEAD_DAYS_MAX))
		return call_flaw(call, "since", FLAW_RULE, "1年より先の日は指定できません。", "The day is more than a year ahead.");
	*since_out = since > today ? since : today; /* an approval may take until after the day */
	return OK;
}

static err check_place(struct call *call, enum role role, struct id *facility_out)
{
	struct id facility = call_id(call, "facility");

	if ((reach_roles(call->actor.role) & (1u << role)) == 0) {
		call->reason = "role not to be given";
		return FAIL(DENIED);
	}
	if (call->actor.role == ROLE_PRINCIPAL) {
		if (!id_is_zero(facility) && !id_equal(facility, call->actor.facility))
			return FAIL(NOT_FOUND);
		facility = call->actor.facility;
	}
	*facility_out = facility;
	return account_check_facility(call, role, facility);
}

static err check_new(struct call *call, const struct addition *a)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;
	const char *ja = NULL, *en = NULL;

	TRY(membership_all(&call->rows, a->account.row.id, all, &count));
	if (count == MEMBERSHIP_MAX) {
		ja = "所属の数が上限に達しています。";
		en = "This account has as many memberships as there may be.";
	}
	for (size_t i = 0; i < count; i++)
		if (all[i].state == MEMBERSHIP_ACTIVE && all[i].role == a->membership.role &&
		    id_equal(all[i].facility, a->membership.facility) && (all[i].until == 0 || all[i].until >= a->membership.since)) {
			ja = "この人はもうこの所属を持っています。";
			en = "This person has this membership already.";
		}
	if (ja == NULL)
		return OK;
	problems_add(call->problems, "role", NULL, FLAW_DUPLICATE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

static err check(struct call *call, struct addition *a)
{
	enum role role = (enum role)call_value(call, "role")->as.choice;

	*a = (struct addition){.membership = {.role = (int32_t)role}};
	TRY(check_place(call, role, &a->membership.facility));
	TRY(check_since(call, &a->membership.since));
	TRY(find_code(call, &a->code));
	if (id_equal(a->code.account, call->actor.account)) {
		call->reason = "own account";
		return FAIL(DENIED);
	}
	TRY(row_get(&call->rows, &account_entity, a->code.account, &a->account));
	if (a->account.state != ACCOUNT_ACTIVE || a->account.probe != call->actor.probe) /* P1 of access.h: as if there were none */
		return bad_code(call);
	a->membership.account = a->account.row.id;
	return check_new(call, a);
}

static bool add_guarded(struct call *call)
{
	return ((1u << call_value(call, "role")->as.choice) & ROLES_PRIVILEGED) != 0;
}

/* Before a change is filed. J2: the code outlives its quarter of an hour, for whoever files. */
static err add_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct addition a;
	struct bytes name;

	TRY(check(call, &a));
	TRY(call_proved(call, OP_STEP_UP_S));
	a.code.reserved_by = call->actor.account;
	a.code.expires = call->now_us + JOIN_RESERVED_US;
	TRY(row_update(&call->rows, &join_code_entity, &a.code));
	name = account_cut_name(a.account.name);
	/* The role first: whatever somebody is called, the second person reads it. */
	(void)snprintf(words_out, words_max, call->language == LANGUAGE_EN ? "The role %s is also given to: %.*s (%.*s)." :
	    "役割 %s を追加します: %.*s（%.*s）。", access_role_names[a.membership.role], (int)name.len, (const char *)name.ptr,
	    (int)a.account.login.len, (const char *)a.account.login.ptr);
	*objects_out = 1;
	return OK;
}

/* AC-5 */
static struct op_words add_warning(struct call *call)
{
	(void)call;
	return (struct op_words){"承認すると、この人に見える範囲が広がります。役割と相手が正しいことを確かめてください。", "Once approved, this person sees more. Make sure that role and person are right."};
}

static err add_apply(struct call *call)
{
	struct addition a;

	TRY(check(call, &a));
	a.code.used = call->now_us;
	TRY(row_update(&call->rows, &join_code_entity, &a.code));
	TRY(row_insert(&call->rows, &membership_entity, &a.membership));
	TRY(invitation_void(call, a.account.row.id)); /* it was issued for less */
	TRY(notice_put(call, a.account.row.id, NOTICE_MEMBERSHIP_ADDED));
	json_id(&call->out, "id", a.membership.row.id);
	json_id(&call->out, "account", a.account.row.id);
	json_text(&call->out, "name", a.account.name);
	json_str(&call->out, "role", access_role_names[a.membership.role]);
	json_id(&call->out, "facility", a.membership.facility);
	call->event_facility = a.membership.facility;
	TRY(call_object(call, "account", a.account.row.id));
	return call_object(call, "membership", a.membership.row.id);
}

static const struct grant manage_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

static const struct input add_inputs[] = {
	{.place = IN_BODY, .field = {.name = "code", .ja = "コード", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .secret = true, .min = 1, .max = 40}},
	{.place = IN_BODY, .field = {.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2,
	    .required = true, .choices = access_role_names}},
	{.place = IN_BODY, .field = {.name = "since", .ja = "開始日", .en = "Since", .type = FIELD_DATE, .grade = GRADE_2}},
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2,
	    .refers = "facility"}},
	{0},
};

static const struct field add_output[] = {
	{.name = "id", .ja = "所属", .en = "Membership", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2},
	{.name = "name", ACCOUNT_NAME_WORDS},
	{.name = "role", .ja = "役割", .en = "Role", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = access_role_names},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};

const struct op join_add = {
	.id = "membership.add",
	.ja = "所属を追加する",
	.en = "Add a membership",
	.method = "POST",
	.path = "/v1/memberships",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.guarded = add_guarded,
	.approver = ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN),
	.undo = "membership.end",
	.manual = "doc/manual/account.md",
	.grants = manage_grants,
	.policy = "membership add",
	.inputs = add_inputs,
	.entity = &membership_entity,
	.output_fields = add_output,
	.status = 201,
	.purpose_ja = "二つ目の園や役割を、同じアカウントで使えるようにするため",
	.purpose_en = "To let people use a second facility or role with the same account",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-3 K-27",
	.impact = add_impact,
	.warning = add_warning,
	.apply = add_apply,
};

/* ---- ending ---- */

static err end_conflict(struct call *call, const char *ja, const char *en)
{
	problems_add(call->problems, "membership", NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

/* One's right over this role is enough: what the person is elsewhere stays untouched. */
static err membership_here(struct call *call, struct membership *membership_out)
{
	TRY(row_get(&call->rows, &membership_entity, call_id(call, "membership"), membership_out));
	if (membership_out->state != MEMBERSHIP_ACTIVE)
		return end_conflict(call, "この所属はもう終わっています。", "This membership has ended already.");
	if (!reach_manages(&call->actor, membership_out)) {
		call->reason = "out of reach";
		return FAIL(NOT_FOUND);
	}
	if (id_equal(membership_out->account, call->actor.account)) {
		call->reason = "own account";
		return FAIL(DENIED);
	}
	if (((1u << membership_out->role) & ROLES_PRIVILEGED) != 0)
		TRY(call_proved(call, OP_STEP_UP_S));
	call->event_facility = membership_out->facility;
	call->seal_kind = KEY_PERSON;
	call->seal_owner = membership_out->account;
	return OK;
}

static bool end_guarded(struct call *call)
{
	struct membership membership = {0};
	err e = row_get(&call->rows, &membership_entity, call_id(call, "membership"), &membership);

	return !err_is_ok(e) || ((1u << membership.role) & ROLES_PRIVILEGED) != 0;
}

static err end_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	struct membership membership = {0};

	TRY(membership_here(call, &membership));
	(void)snprintf(words_out, words_max, call->language == LANGUAGE_EN ? "The role %s of this person ends at once." :
	    "この人の役割 %s が今すぐ終わります。", access_role_names[membership.role]);
	*objects_out = 1;
	return OK;
}

static err is_last(struct call *call, const struct membership *ended, int32_t today, bool *last_out)
{
	struct membership all[MEMBERSHIP_MAX];
	size_t count = 0;

	TRY(membership_all(&call->rows, ended->account, all, &count));
	*last_out = true;
	for (size_t i = 0; i < count; i++)
		if (all[i].state == MEMBERSHIP_ACTIVE && !id_equal(all[i].row.id, ended->row.id) &&
		    (all[i].until == 0 || all[i].until >= today))
			*last_out = false;
	return OK;
}

/* Link state 0 is active, child state 0 enrolled. */
const struct statement join_children_here = {"identity.join-children-here",
    "SELECT 1 FROM guardianship AS link JOIN child AS subject ON subject.id = link.child WHERE link.account = :account"
    " AND link.state = 0 AND subject.facility = :facility AND subject.state = 0 LIMIT 1"};

/* Through another membership the person would go on seeing the children that are here: the link is what has to be stopped. */
static err no_children_here(struct call *call, const struct membership *ended)
{
	struct query *query = NULL;
	bool row = false;
	err e;

	if (ended->role != ROLE_GUARDIAN)
		return OK;
	e = query_start(call->rows.db, &join_children_here, &query);
	if (err_is_ok(e))
		e = query_id(query, "account", &ended->account);
	if (err_is_ok(e))
		e = query_id(query, "facility", &ended->facility);
	if (err_is_ok(e))
		e = query_step(query, &row);
	query_end(&query);
	TRY(e);
	return !row ? OK : end_conflict(call, "この人は、この園にいる園児の保護者です。先に園児の画面で閲覧を止めるか、退園・転園の手続きをしてください。",
	    "This person is a guardian of a child here. First block the guardian on the child's page, or let the child leave or move.");
}

static err end_apply(struct call *call)
{
	struct membership membership = {0};
	bool last = false;
	int32_t today = clock_date_jst(call->now_us);
	struct json detail = {.out = &call->detail, .comma = call->detail.len > 0};

	TRY(membership_here(call, &membership));
	TRY(no_children_here(call, &membership));
	TRY(is_last(call, &membership, today, &last));
	if (last)
		return end_conflict(call, "この人の最後の所属です。アカウントの終了の手続きをしてください。",
		    "This is the person's last membership. End the account instead.");
	membership.state = MEMBERSHIP_ENDED;
	membership.until = today > membership.since ? today : membership.since;
	TRY(row_update(&call->rows, &membership_entity, &membership));
	TRY(session_end_others(call, membership.account, (struct id){{0}})); /* one of them may act in it */
	TRY(invitation_void(call, membership.account)); /* by whoever looks after it no longer */
	TRY(notice_put(call, membership.account, NOTICE_MEMBERSHIP_ENDED));
	json_text(&detail, "reason", call_text(call, "reason"));
	TRY(detail.state);
	json_row(&call->out, &membership_entity, &membership, "*");
	TRY(call_object(call, "account", membership.account));
	return call_object(call, "membership", membership.row.id);
}

static const struct input end_inputs[] = {
	{.place = IN_PATH, .field = {.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "account"}},
	{.place = IN_PATH, .object = true, .within = "account", .field = {.name = "membership", .ja = "所属", .en = "Membership",
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "membership"}},
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .personal = true, .required = true, .min = 1, .max = 200}},
	{0},
};

const struct op join_end = {
	.id = "membership.end",
	.ja = "所属を終える",
	.en = "End a membership",
	.method = "POST",
	.path = "/v1/accounts/{account}/memberships/{membership}/end",
	.kind = OP_WRITE,
	.guard = GUARD_APPROVE,
	.guarded = end_guarded,
	.approver = ROLE(OFFICER_ADMIN) | ROLE(OPERATOR_ADMIN),
	.undo = "IRREVERSIBLE",
	.manual = "doc/manual/account.md",
	.grants = manage_grants,
	.policy = "membership end",
	.inputs = end_inputs,
	.entity = &membership_entity,
	.output = &membership_entity,
	.status = 200,
	.purpose_ja = "異動・転園した人の、こちらでの利用を終えるため",
	.purpose_en = "To end the use here by somebody who has moved on",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-3 K-27",
	.impact = end_impact,
	.apply = end_apply,
};
