#include "identity/account.h"
#include "identity/account_probe.h"
#include "identity/credential.h"
#include "identity/device.h"
#include "identity/enlist.h"
#include "identity/enrol.h"
#include "identity/factor.h"
#include "identity/identity_int.h"
#include "identity/invitation.h"
#include "identity/join.h"
#include "identity/letter.h"
#include "identity/live.h"
#include "identity/lock.h"
#include "identity/me.h"
#include "identity/me_history.h"
#include "identity/membership.h"
#include "identity/notice.h"
#include "identity/people.h"
#include "identity/pin.h"
#include "identity/recovery.h"
#include "identity/session.h"
#include "identity/session_trial.h"
#include "identity/switch.h"

#include "identity/identity.h"

const struct entity *const identity_entities[] = {
	&account_entity,
	&membership_entity,
	&credential_entity,
	&device_entity,
	&pin_entity,
	&session_entity,
	&factor_entity,
	&recovery_code_entity,
	&notice_entity,
	&invitation_entity,
	&recovery_entity,
	&join_code_entity,
	NULL,
};

const struct op *const identity_ops[] = {
	&session_create,
	&session_step_up,
	&session_end,
	&session_trial_begin,
	&session_trial_see,
	&session_trial_end,
	&people_see, /* before me.see: it tells who may see an account */
	&people_list,
	&people_suspend,
	&people_reactivate,
	&people_unlock,
	&people_leave,
	&people_reset_factor,
	&join_code_issue,
	&join_add,
	&join_end,
	&invitation_issue,
	&invitation_recover,
	&letter_invitation,
	&letter_recovery,
	&letter_class,
	&invitation_look,
	&invitation_accept,
	&lock_session,
	&lock_unlock,
	&switch_membership,
	&live_list,
	&live_end,
	&live_end_all,
	&device_list,
	&device_register,
	&device_claim,
	&device_end,
	&account_issue,
	&account_install,
	&account_set_password,
	&account_probe,
	&me_see,
	&me_history,
	&me_operations,
	&me_password,
	&pin_set,
	&pin_clear,
	&enrol_see,
	&enrol_begin,
	&enrol_confirm,
	&enrol_remove,
	&enrol_codes,
	&enrol_install,
	&recovery_ask,
	&recovery_list,
	&recovery_dismiss,
	&notice_list,
	&notice_seen,
	NULL,
};

const struct statement *const identity_statements[] = {&session_browsers, &join_children_here, NULL};

err identity_start(void)
{
	TRY(account_start());
	TRY(membership_start());
	TRY(enlist_start());
	TRY(credential_start());
	TRY(device_start());
	TRY(pin_start());
	TRY(factor_start());
	TRY(recovery_code_start());
	TRY(notice_start());
	TRY(invitation_start());
	TRY(recovery_start());
	TRY(join_start());
	return session_start();
}

err identity_find(struct row_context *c, const struct row_list *list, const char *parameter, struct bytes value,
    bool skip_sealed, void *row_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, list->statement, &query);

	if (err_is_ok(e))
		e = query_blob(query, parameter, value);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, list->entity, query, skip_sealed, row_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

static err refuse(struct call *call, const char *reason)
{
	call->reason = reason;
	return FAIL(UNAUTHENTICATED);
}

/* Absent rows are refusals; a store that does not answer is none. */
static err absent(struct call *call, err e, const char *reason)
{
	return err_is(e, ERR_NOT_FOUND) ? refuse(call, reason) : e;
}

err identity_authenticate(struct call *call)
{
	static const uint8_t nobody[sizeof(call->token_hash)];
	struct session session = {0};
	struct membership membership = {0};
	struct account account = {0};
	struct session_limits limits;
	enum session_standing standing;
	err e;

	if (ct_equal(call->token_hash, nobody, sizeof(nobody)))
		return refuse(call, "no session");
	e = session_by_hash(&call->rows, call->token_hash, &session);
	if (!err_is_ok(e))
		return absent(call, e, "unknown session");
	e = membership_by_id(&call->rows, session.membership, &membership);
	if (!err_is_ok(e))
		return absent(call, e, "membership ended");
	TRY(session_limits_at(call, &session, (enum role)membership.role, membership.facility, &limits));
	standing = session_standing(&session, &limits, call->now_us);
	if (standing == SESSION_OVER)
		return refuse(call, session.ended != 0 ? "session ended" : "session expired");
	if (!membership_in_force(&membership, call->now_us) || !id_equal(membership.account, session.account))
		return refuse(call, "membership ended");
	e = account_by_id(&call->rows, session.account, &account);
	if (!err_is_ok(e))
		return absent(call, e, "account not active");
	if (account.state != ACCOUNT_ACTIVE)
		return refuse(call, "account not active");
	if (!id_is_zero(session.trial_of))
		TRY(session_trial_stands(call, &session));
	if (standing == SESSION_LOCKED && !call->op->while_locked) {
		call->reason = "session locked";
		return FAIL(LOCKED);
	}
	call->actor = (struct actor){
		.account = session.account,
		.membership = membership.row.id,
		.session = session.row.id,
		.facility = membership.facility,
		.role = (enum role)membership.role,
		.signed_in_us = session.proved,
		.factor = session.factor,
		.probe = account.probe,
		.trial = session.trial_of,
		.accepted_us = session.accepted,
	};
	return standing == SESSION_LOCKED ? OK : session_touch(call, &session, &limits); /* S2 */
}

err identity_touch(struct call *call)
{
	struct session session = {0};
	struct session_limits limits;

	TRY(row_get(&call->rows, &session_entity, call->actor.session, &session));
	TRY(session_limits_at(call, &session, call->actor.role, call->actor.facility, &limits));
	if (call->accepted_us == 0 || !id_equal(session.membership, call->actor.membership))
		return session_touch(call, &session, &limits);
	session.accepted = call->accepted_us;
	session.seen = call->now_us;
	return row_update(&call->rows, &session_entity, &session);
}
