#include "govern/attachment.h"
#include "govern/announce_hold.h"
#include "govern/announce_post.h"
#include "govern/announce_read.h"
#include "govern/announce_receipt.h"
#include "govern/announce_write.h"
#include "govern/casecall.h"
#include "govern/caserecount.h"
#include "govern/alert.h"
#include "govern/alert_op.h"
#include "govern/alert_post.h"
#include "govern/alert_scan.h"
#include "govern/baseline.h"
#include "govern/campaign_hold.h"
#include "govern/campaign_record.h"
#include "govern/campaign_task.h"
#include "govern/campaign_turn.h"
#include "govern/campaign_view.h"
#include "govern/describe.h"
#include "govern/desk.h"
#include "govern/document.h"
#include "govern/letter.h"
#include "govern/letter_template.h"
#include "govern/letterbox.h"
#include "govern/post.h"
#include "govern/record.h"
#include "govern/recorddesk.h"
#include "govern/recordexpire.h"
#include "govern/recordfile.h"
#include "govern/recordkind.h"
#include "govern/target.h"
#include "govern/todo.h"
#include "govern/workcalendar.h"

#include "govern/govern.h"

#define ARENA_MAX ((size_t)16 << 20)

const struct entity *const govern_entities[] = {
	&record_entity,
	&record_edition_entity,
	&todo_entity,
	&attachment_entity,
	&alert_entity,
	&alert_silence_entity,
	&document_entity,
	&describe_entity,
	&workcalendar_entity,
	&casefile_entity,
	&casefile_entry_entity,
	&caseclock_entity,
	&letter_entity,
	&target_entity,
	&post_receipt_entity,
	&announce_entity,
	&announce_receipt_entity,
	&announce_post_delivery_entity,
	&campaign_entity,
	&campaign_task_entity,
	&campaign_item_entity,
	NULL,
};

const struct op *const govern_ops[] = {
	&attachment_begin,
	&attachment_put,
	&attachment_finish,
	&attachment_see,
	&attachment_list,
	&attachment_content,
	&attachment_remove,
	&document_issue,
	&document_list,
	&document_see,
	&document_content,
	&desk_see,
	&desk_count,
	&alert_op_list,
	&alert_op_see,
	&alert_op_acknowledge,
	&alert_op_assign,
	&alert_op_judge,
	&alert_op_close,
	&alert_op_rules,
	&alert_op_silence,
	&describe_settle,
	&recorddesk_registers,
	&recorddesk_list,
	&recorddesk_see,
	&recorddesk_file,
	&recorddesk_change,
	&recorddesk_renew,
	&recorddesk_approve,
	&recorddesk_reject,
	&recorddesk_withdraw,
	&recorddesk_confirm,
	&recordfile_export,
	&recordfile_import,
	&workcalendar_list,
	&workcalendar_change,
	&workcalendar_measure,
	&casecall_kinds,
	&casecall_list,
	&casecall_see,
	&casecall_open,
	&casecall_message,
	&casecall_move,
	&casecall_assign,
	&letter_settle,
	&letter_spread,
	&post_receive,
	&announce_read_kinds,
	&announce_read_list,
	&announce_read_current, /* before announcement.see, whose path fits it, too */
	&announce_read_see,
	&announce_read_public,
	&announce_read_sign_in,
	&announce_write_file,
	&announce_write_change,
	&announce_write_propose,
	&announce_write_publish,
	&announce_write_withdraw,
	&announce_write_consent,
	&announce_receipt_seen,
	&announce_receipt_accept,
	&announce_receipt_list,
	&baseline_see,
	&campaign_view_kinds,
	&campaign_view_list,
	&campaign_view_see,
	&campaign_view_tasks,
	&campaign_view_begin,
	&campaign_view_close,
	&campaign_task_mine,
	&campaign_task_see,
	&campaign_task_decide,
	&campaign_task_finish,
	&letterbox_list,
	&letterbox_retry,
	&letterbox_try,
	&target_list,
	&target_create,
	&target_approve,
	&target_end,
	NULL,
};

const struct job_kind *const govern_jobs[] = {
	&recordexpire_job,
	&todo_remind,
	&campaign_turn,
	&attachment_job_scan,
	&attachment_job_clean,
	&caserecount_job,
	&alert_scan,
	NULL,
};

/* Who reads which file; each adds what it finds by describe_add. The arena lives as long as the process. */
typedef err (*govern_loader)(const char *folder, struct arena *arena);
static const govern_loader loaders[] = {
	recordkind_load,
	letter_template_load,
	document_kind_load,
	announce_kind_load,
	casekind_load,
	alert_rule_load,
	campaignkind_load,
	NULL,
};

err govern_load(const char *folder)
{
	static struct arena arena;

	arena_free(&arena);
	arena_init(&arena, ARENA_MAX);
	describe_forget();
	for (size_t i = 0; loaders[i] != NULL; i++)
		TRY(loaders[i](folder, &arena));
	return OK;
}

/* What derives statements: one line for each file that has any. */
typedef err (*govern_starter)(void);
static const govern_starter starters[] = {
	describe_start,
	record_start,
	recordexpire_start,
	recordfile_start,
	todo_start,
	attachment_start,
	alert_start,
	alert_op_start,
	alert_post_start,
	document_start,
	desk_start,
	workcalendar_start,
	casefile_start,
	letter_start,
	letterbox_start,
	target_start,
	post_start,
	announce_start,
	announce_read_start,
	announce_receipt_start,
	announce_post_start,
	announce_hold_start,
	baseline_start,
	campaign_start,
	campaign_record_start,
	campaign_turn_start,
	NULL,
};

err govern_start(void)
{
	for (size_t i = 0; starters[i] != NULL; i++)
		TRY(starters[i]());
	return OK;
}

err govern_held(struct call *call)
{
	TRY(announce_hold(call));
	return call->held ? OK : campaign_hold(call);
}
