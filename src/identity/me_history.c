#include "identity/account.h"
#include "op/history_item.h"

#include "identity/me_history.h"

static bool about_child(const struct history_entry *entry)
{
	for (size_t i = 0; i < entry->event.object_count; i++)
		if (bytes_is(entry->objects[i].entity, "child") || bytes_is(entry->objects[i].entity, "guardianship"))
			return true;
	for (size_t i = 0; i < entry->event.row_count; i++)
		if (bytes_is(entry->rows[i].entity, "child") || bytes_is(entry->rows[i].entity, "guardianship"))
			return true;
	return false;
}

static err shows(struct call *call, void *context, const struct history_entry *entry, struct history_view *view_out)
{
	bool own = id_equal(entry->event.actor, call->actor.account);

	(void)context;
	if ((!history_item_done(entry) && !history_item_refused(entry)) || about_child(entry) || (own && entry->op == &me_history))
		return OK;
	view_out->shown = true;
	/* Other guardians' names are no business of this list. */
	view_out->named = own || !bytes_is(entry->event.role, access_role_names[ROLE_GUARDIAN]);
	return OK;
}

static err history_apply(struct call *call)
{
	struct history history = {0};
	struct history_span span = {.object = call->actor.account, .from = 0, .until = INT64_MAX};

	TRY(history_begin(&call->rows, &span.object, 1, &history));
	TRY(history_item_list(call, &history, &span, 1, shows, NULL));
	return call_object(call, "account", call->actor.account);
}

static const struct grant own[] = {{ROLES_ANY, RELATION_OWN, "*"}, {0}};
static const struct input inputs[] = {HISTORY_CURSOR, OP_INPUT_LIMIT, {0}};

const struct op me_history = {
	.id = "me.history",
	.ja = "自分のアカウントの記録を見る",
	.en = "See the history of one's own account",
	.method = "GET",
	.path = "/v1/me/history",
	.kind = OP_READ,
	.grants = own,
	.policy = "access-history see-own",
	.inputs = inputs,
	.entity = &account_entity,
	.output_fields = history_item_fields,
	.list = true,
	.status = 200,
	.purpose_ja = "本人が自分のアカウントの使われ方を確かめるため",
	.purpose_en = "To let people check how their account was used",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.apply = history_apply,
};
