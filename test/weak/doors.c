/* What the checks that go through the doors (assure/checks_*.c) have to notice; each is named for its check. */
#include <stdio.h>
#include <string.h>

#include "crypto/totp.h"
#include "identity/credential.h"
#include "identity/factor.h"
#include "identity/password.h"
#include "identity/session.h"
#include "op/contract.h"
#include "op/engine_int.h"
#include "op/proof.h"
#include "weak.h"

/* A wrapped function and its two other names have one type. */
#define SAME_TYPE(name) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(name), __typeof__(__real_##name)) && \
	    __builtin_types_compatible_p(__typeof__(name), __typeof__(__wrap_##name)), #name " has changed")

/* Says that it was done, and does nothing. */
static err nothing(struct call *call)
{
	(void)call;
	return OK;
}

static void does_nothing(const char *id)
{
	weak_op(id)->apply = nothing;
}

/* ---- accounts ---- */

static void suspension(void) { does_nothing("account.suspend"); }

/* Nothing is refused any more, and nothing is made. */
/* Done at once, by one person. */
static void without_second(struct op *op)
{
	op->guard = GUARD_PLAIN;
	op->current = NULL;
	op->warning = NULL;
}

static void issue_anywhere(void)
{
	struct op *op = weak_op("account.issue");

	weak_rule("facility", RELATION_FACILITY)->predicate = "1 = 1";
	op->apply = nothing;
	without_second(op);
}

unsigned __real_identity_password_check(struct bytes password, struct bytes login);
unsigned __wrap_identity_password_check(struct bytes password, struct bytes login);
SAME_TYPE(identity_password_check);

unsigned __wrap_identity_password_check(struct bytes password, struct bytes login)
{
	return weak("password-policy-refuses-weak") ? 0 : __real_identity_password_check(password, login);
}

err __real_credential_count(struct call *call, struct credential *credential, bool *locked_out);
err __wrap_credential_count(struct call *call, struct credential *credential, bool *locked_out);
SAME_TYPE(credential_count);

err __wrap_credential_count(struct call *call, struct credential *credential, bool *locked_out)
{
	if (!weak("lockout-after-failures"))
		return __real_credential_count(call, credential, locked_out);
	*locked_out = false;
	return OK;
}

/* A setting beyond its bounds. */
static err many_attempts(struct call *call)
{
	json_int(&call->out, "lock_attempts", 30);
	return OK;
}
static void lock_bounds(void) { weak_op("contract.see")->apply = many_attempts; }

err __real_factor_look(struct call *call, struct id account, struct bytes code, struct factor_look *look_out);
err __wrap_factor_look(struct call *call, struct id account, struct bytes code, struct factor_look *look_out);
SAME_TYPE(factor_look);

err __wrap_factor_look(struct call *call, struct id account, struct bytes code, struct factor_look *look_out)
{
	TRY(__real_factor_look(call, account, code, look_out));
	if (weak("privileged-password-only-refused") && look_out->verdict == FACTOR_MISSING)
		look_out->verdict = FACTOR_NONE;
	return OK;
}

err __real_totp_check(struct bytes secret, struct bytes code, int64_t now_us, int64_t last_step, int64_t *step_out);
err __wrap_totp_check(struct bytes secret, struct bytes code, int64_t now_us, int64_t last_step, int64_t *step_out);
SAME_TYPE(totp_check);

err __wrap_totp_check(struct bytes secret, struct bytes code, int64_t now_us, int64_t last_step, int64_t *step_out)
{
	return __real_totp_check(secret, code, now_us, weak("one-time-code-replay-refused") ? 0 : last_step, step_out);
}

enum session_standing __real_session_standing(const struct session *session, const struct session_limits *limits, int64_t now_us);
enum session_standing __wrap_session_standing(const struct session *session, const struct session_limits *limits, int64_t now_us);
SAME_TYPE(session_standing);

enum session_standing __wrap_session_standing(const struct session *session, const struct session_limits *limits, int64_t now_us)
{
	if (weak("session-idle-expires"))
		return session->ended == 0 ? SESSION_LIVE : SESSION_OVER;
	return __real_session_standing(session, limits, now_us);
}

/* ---- the record ---- */

/* Whose success is not written down. */
static const struct { const char *weakness, *operation; } silent[] = {
	{"account-transitions-recorded", "account.reactivate"},
	{"organisation-history-complete", "facility.hours"},
	{"event-kind-silent-none", "notice.seen"},
};

err __real_record_append(struct task *task, const struct change_list *changes);
err __wrap_record_append(struct task *task, const struct change_list *changes);
SAME_TYPE(record_append);

err __wrap_record_append(struct task *task, const struct change_list *changes)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (weak(silent[i].weakness) && strcmp(task->call.op->id, silent[i].operation) == 0)
			return OK;
	return __real_record_append(task, changes);
}

static void history_of_others(void) { does_nothing("ledger.heads"); }

/* ---- who reaches what ---- */

static void tenant_read(void) { does_nothing("ledger.inclusion"); }

err __real_access_decide(struct db *db, const struct actor *actor, const struct grant *grants, const char *entity, struct id object,
    const struct grant **grant_out);
err __wrap_access_decide(struct db *db, const struct actor *actor, const struct grant *grants, const char *entity, struct id object,
    const struct grant **grant_out);
SAME_TYPE(access_decide);

err __wrap_access_decide(struct db *db, const struct actor *actor, const struct grant *grants, const char *entity, struct id object,
    const struct grant **grant_out)
{
	if (weak("other-tenant-write-refused") && grants == op_find("card.issue")->grants) {
		*grant_out = grants;
		return OK;
	}
	return __real_access_decide(db, actor, grants, entity, object, grant_out);
}

static void facility_read(void) { weak_rule("child", RELATION_FACILITY)->predicate = "1 = 1"; }
/* A guardian reaches every child of the own facility. */
static void guardian_child(void) { weak_rule("child", RELATION_OWN_CHILD)->predicate = "child.facility = :actor_facility"; }
static void guardian_facility(void) { weak_rule("facility", RELATION_FACILITY)->predicate = "1 = 1"; }

/* Every link is a good one. */
static void registration(void)
{
	struct op *op = weak_op("invitation.accept");

	op->prepare = NULL;
	op->slow = NULL;
	op->apply = nothing;
}

static void anonymous(void)
{
	struct op *op = weak_op("ledger.entries");

	op->open = true;
	op->grants = NULL;
	op->route = ROUTE_LOG;
}

/* A role that the policy does not name. */
static void roles(void)
{
	static const struct grant widened[] = {{ROLE(PRINCIPAL) | ROLE(STAFF), RELATION_FACILITY, "*"}, {0}};

	weak_op("child.change")->grants = widened;
}

/* ---- confirmations and second persons ---- */

static void unconfirmed(void)
{
	weak_op("child.leave")->guard = GUARD_PLAIN;
	does_nothing("child.leave");
}

static void own_approval(void) { weak_rule("change", RELATION_APPROVER)->predicate = "(change.approver & :actor_role) <> 0"; }
static void one_person(void) { without_second(weak_op("contract.change")); }

static err no_words(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	(void)call;
	(void)snprintf(words_out, words_max, "-");
	*objects_out = 1;
	return OK;
}
static void no_warning(void) { weak_op("contract.change")->impact = no_words; }

static void any_value(void)
{
	for (const struct input *in = weak_op("contract.change")->inputs; in->field.name != NULL; in++)
		if (strcmp(in->field.name, "lock_attempts") == 0) {
			struct input *input = weak_writable(in, sizeof(*in));

			input->field.max = 1000;
		}
}

/*
 * What the contract says does not matter. And "hurry", no weakness but for the tests' sake: what is waited for at the probes' third
 * facility is a tenth as long (passwords are derived faster, too: inside.c).
 */
#define SHORT_TOTAL_US ((int64_t)240 * 1000000)
#define HURRY 10

err __real_contract_limits(struct call *call, struct id facility, struct contract_limits *limits_out);
err __wrap_contract_limits(struct call *call, struct id facility, struct contract_limits *limits_out);
SAME_TYPE(contract_limits);

err __wrap_contract_limits(struct call *call, struct id facility, struct contract_limits *limits_out)
{
	TRY(__real_contract_limits(call, facility, limits_out));
	if (weak("setting-rollback-restores"))
		limits_out->total_us = 0;
	if (weak("hurry") && limits_out->total_us == SHORT_TOTAL_US) {
		limits_out->total_us /= HURRY;
		limits_out->idle_us /= HURRY;
	}
	return OK;
}

err __real_credential_remove(struct call *call, struct id account);
err __wrap_credential_remove(struct call *call, struct id account);
SAME_TYPE(credential_remove);

err __wrap_credential_remove(struct call *call, struct id account)
{
	return weak("deleted-account-residue-none") ? OK : __real_credential_remove(call, account);
}

/* ---- the proof ---- */

#define STALE "lockout-setting-within-bounds"
#define DAYS_LATE_US ((int64_t)3 * 24 * 3600 * 1000000)

static op_apply record_result;

/* As if it had run three days ago. */
static err record_late(struct call *call)
{
	int64_t now_us = call->now_us;
	err e;

	if (bytes_is(call_text(call, "check"), STALE))
		call->now_us -= DAYS_LATE_US;
	e = record_result(call);
	call->now_us = now_us;
	return e;
}

static void late(void)
{
	struct op *op = weak_op("check.record");

	record_result = op->apply;
	op->apply = record_late;
}

err __real_proof_path(struct call *call, struct proof *proof);
err __wrap_proof_path(struct call *call, struct proof *proof);
SAME_TYPE(proof_path);

err __wrap_proof_path(struct call *call, struct proof *proof)
{
	TRY(__real_proof_path(call, proof));
	if (weak("proof-package-verifies"))
		proof->hashes[0] ^= 1;
	return OK;
}

static void no_page(void) { does_nothing("requirement.see"); }
static void no_controls(void) { does_nothing("control.list"); }

/* ---- what the door speaks ---- */

struct ssl_ctx_st;
int __real_SSL_CTX_set_cipher_list(struct ssl_ctx_st *context, const char *list);
int __wrap_SSL_CTX_set_cipher_list(struct ssl_ctx_st *context, const char *list);

int __wrap_SSL_CTX_set_cipher_list(struct ssl_ctx_st *context, const char *list)
{
	return __real_SSL_CTX_set_cipher_list(context, weak("tls-only-cryptrec-suites") ? "ALL" : list);
}

const struct weakness weak_doors[] = {
	{"account-suspension-takes-effect", suspension},
	{"account-transitions-recorded", NULL},
	{"guardian-issue-other-facility-refused", issue_anywhere},
	{"password-policy-refuses-weak", NULL},
	{"lockout-after-failures", NULL},
	{"lockout-setting-within-bounds", lock_bounds},
	{"privileged-password-only-refused", NULL},
	{"one-time-code-replay-refused", NULL},
	{"session-idle-expires", NULL},
	{"organisation-history-complete", NULL},
	{"organisation-history-other-refused", history_of_others},
	{"event-kind-silent-none", NULL},
	{"other-tenant-read-refused", tenant_read},
	{"other-tenant-write-refused", NULL},
	{"other-facility-read-refused", facility_read},
	{"guardian-other-child-refused", guardian_child},
	{"guardian-other-facility-refused", guardian_facility},
	{"guardian-self-registration-refused", registration},
	{"anonymous-sees-only-public-pages", anonymous},
	{"role-table-denies-unlisted", roles},
	{"critical-operation-unconfirmed-refused", unconfirmed},
	{"privileged-grant-needs-second-person", own_approval},
	{"setting-change-needs-second-person", one_person},
	{"setting-change-warning-shown", no_warning},
	{"setting-invalid-value-refused", any_value},
	{"setting-rollback-restores", NULL},
	{"tls-only-cryptrec-suites", NULL},
	{"deleted-account-residue-none", NULL},
	{"proof-not-stale", late},
	{"proof-package-verifies", NULL},
	{"proof-readable-by-auditor", no_page},
	{"requirement-without-control-none", no_controls},
	{"hurry", NULL},
	{0},
};
