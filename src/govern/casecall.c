#include <stdio.h>
#include <string.h>

#include "govern/casemove.h"
#include "govern/casepost.h"
#include "govern/caseview.h"
#include "govern/named.h"
#include "govern/newestid.h"

#include "govern/casecall.h"

#define DESCRIBED_CASE "description.kind = 1 AND description.retired = 0" /* place in describe_kinds */

/* Refused with words of its own beside the usual ones of a conflict. */
static err conflict(struct call *call, const char *field, const char *ja, const char *en)
{
	problems_add(call->problems, field, NULL, FLAW_RULE, call->language == LANGUAGE_EN ? en : ja);
	return FAIL(CONFLICT);
}

static bool in_reach(const struct call *call, const struct casefile *casefile)
{
	return casefile->probe == call->actor.probe &&
	    (id_is_zero(casefile->facility) || id_is_zero(call->actor.facility) || id_equal(casefile->facility, call->actor.facility));
}

struct casecall_standing casecall_stands(const struct call *call, const struct casekind *kind, const struct casefile *casefile)
{
	unsigned mine = 1u << call->actor.role;
	bool own = !id_is_zero(casefile->opener) && id_equal(casefile->opener, call->actor.account);
	bool handles = (kind->described.handle & mine) != 0 && in_reach(call, casefile);
	bool here = casefile_handled_here(kind, casefile);

	return (struct casecall_standing){
		.opener = own || (handles && !here), /* K2 of casekind.h */
		.handler = handles && here,
		.approver = (kind->described.approve & mine) != 0 && in_reach(call, casefile) && !own,
	};
}

/* Whom the event is about, and whose key its sealed part is under. */
static err name_case(struct call *call, const struct casefile *casefile)
{
	call->event_facility = casefile->facility;
	if (!id_is_zero(casefile->owner)) {
		call->seal_kind = KEY_PERSON;
		call->seal_owner = casefile->owner;
	}
	return OK;
}

/* The kind of an open case in which something is done. */
static err load(struct call *call, struct casefile *casefile, const struct casekind **kind_out)
{
	TRY(row_get(&call->rows, &casefile_entity, call_id(call, "case"), casefile));
	*kind_out = casekind_of(casefile->description);
	if (*kind_out == NULL)
		return conflict(call, "case", "この種類の案件は廃止されました。", "Cases of this kind are no longer handled.");
	return name_case(call, casefile);
}

static err reply(struct call *call, struct id id)
{
	struct casefile casefile = {0};

	TRY(row_get(&call->rows, &casefile_entity, id, &casefile));
	return caseview_whole(call, casekind_of(casefile.description), &casefile);
}

static err new_entry(struct call *call, enum casefile_entry_kind kind, const struct casefile *casefile, struct casefile_entry *entry)
{
	*entry = (struct casefile_entry){
		.at = call->now_us, .taken_at = call->now_us, .kind = (int32_t)kind, .author = call->actor.account,
		.side = casefile_home(casefile) ? CASEFILE_HOME : CASEFILE_MIRROR, .state = casefile->state,
	};
	return named_account(&call->rows, call->actor.account, &entry->author_name);
}

static err note(struct call *call, struct casefile *casefile, struct casefile_entry *entry)
{
	if (casefile->entries >= CASEFILE_ENTRIES_MAX)
		return conflict(call, "case", "やりとりが上限に達しました。新しい案件を出してください。", "There are as many entries as there can be. Open another case.");
	return casefile_note(&call->rows, casefile, entry);
}

#define PATH_KIND .name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description"
#define PATH_CASE {.place = IN_PATH, .object = true, .field = {.name = "case", .ja = "案件", .en = "Case", .type = FIELD_ID, .grade = GRADE_2, \
	.required = true, .refers = "casefile"}}
#define SEALED .grade = GRADE_3B, .personal = true
#define FIELDS(must) {.place = IN_BODY, .field = {.name = "fields", .ja = "記入欄", .en = "Fields", .type = FIELD_FORM, SEALED, .required = must}}

/* ---- kinds ---- */

static err put_kind(struct call *call, const void *row, const char *groups)
{
	const struct description *description = row;
	const struct casekind *kind = casekind_of(description->row.id);

	(void)groups;
	if (kind != NULL)
		caseview_kind(call, kind);
	else
		json_id(&call->out, "id", description->row.id);
	return OK;
}

static err kinds_apply(struct call *call)
{
	return call_list(call, put_kind);
}

static const struct grant kind_grants[] = {
	{ROLES_ANY, RELATION_SEES, "*"}, {ROLES_ANY, RELATION_FILES, "*"}, {ROLES_ANY, RELATION_HANDLES, "*"}, {ROLES_ANY, RELATION_SIGNS, "*"}, {0},
};

static const struct input kinds_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};

const struct op casecall_kinds = {
	.id = "case.kinds", .ja = "案件の種類を見る", .en = "List kinds of cases", .method = "GET", .path = "/v1/case-kinds", .kind = OP_READ,
	.grants = kind_grants, .policy = "description see", .inputs = kinds_inputs, .entity = &describe_entity, .output = &describe_entity, .list = true,
	.where = DESCRIBED_CASE, .status = 200, .grade = GRADE_1, .requirements = "S-29 P-1.7", .apply = kinds_apply,
};

/* ---- seeing ---- */

static const struct grant see_grants[] = {
	{ROLES_ANY, RELATION_SEES, "*"}, {ROLES_ANY, RELATION_HANDLES, "*"}, {ROLES_ANY, RELATION_SIGNS, "*"}, {ROLES_ANY, RELATION_OWN, "*"}, {0},
};

static err put_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return caseview_item(call, row);
}

static err list_apply(struct call *call)
{
	return call_list(call, put_item);
}

static const char *const which_states[] = {"open", "closed", NULL};

static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1}},
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_1, .choices = which_states}},
	{.place = IN_QUERY, .field = {.name = "mine", .ja = "自分のもの", .en = "One's own", .type = FIELD_BOOL, .grade = GRADE_1}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};

const struct op casecall_list = {
	.id = "case.list", .ja = "案件の一覧を見る", .en = "List cases", .method = "GET", .path = "/v1/cases", .kind = OP_READ, .grants = see_grants,
	.policy = "casefile see", .inputs = list_inputs, .entity = &casefile_entity, .output = &casefile_entity, .list = true,
	.where = "(casefile.description = :kind OR :kind IS NULL)"
	    " AND ((:state = 0 AND casefile.closed_at IS NULL) OR (:state = 1 AND casefile.closed_at IS NOT NULL) OR :state IS NULL)"
	    " AND (:mine = 0 OR casefile.opener = :actor_account OR casefile.assignee = :actor_account OR :mine IS NULL)",
	.status = 200, .purpose_ja = "問合せや求めに、期限までに答えるため", .purpose_en = "To answer inquiries and requests in time", .event = true,
	.grade = GRADE_3B, .requirements = "S-29 P-1.7", .apply = list_apply,
};

static err see_apply(struct call *call)
{
	struct casefile casefile = {0};

	TRY(row_get(&call->rows, &casefile_entity, call_id(call, "case"), &casefile));
	TRY(name_case(call, &casefile));
	return caseview_whole(call, casekind_of(casefile.description), &casefile);
}

static const struct input see_inputs[] = {PATH_CASE, {0}};

#define IN_REPLY(label, japanese, english) {.name = label, .ja = japanese, .en = english, .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true}
static const struct field whole_output[] = {
	{.name = "id", .ja = "識別子", .en = "Id", .type = FIELD_ID, .grade = GRADE_2},
	IN_REPLY("kind", "種類", "Kind"), IN_REPLY("number", "番号", "Number"), IN_REPLY("title", "件名", "Title"), IN_REPLY("state", "状態", "State"),
	IN_REPLY("fields", "記入欄", "Fields"), IN_REPLY("entries", "やりとり", "Entries"), IN_REPLY("clocks", "時計", "Clocks"),
	IN_REPLY("moves", "できること", "Moves"), IN_REPLY("handlers", "担当できる人", "Whom it may be given to"), {0},
};

const struct op casecall_see = {
	.id = "case.see", .ja = "案件を見る", .en = "See a case", .method = "GET", .path = "/v1/cases/{case}", .kind = OP_READ, .grants = see_grants,
	.policy = "casefile see", .inputs = see_inputs, .entity = &casefile_entity, .output_fields = whole_output, .status = 200,
	.purpose_ja = "問合せや求めに、期限までに答えるため", .purpose_en = "To answer inquiries and requests in time", .event = true, .grade = GRADE_3B,
	.requirements = "S-29 P-1.7", .apply = see_apply,
};

/* ---- opening ---- */

/* Whoever has the fewest open ones of those who may handle it; nobody, when there is nobody. */
static const struct statement load_of = {"govern.cases-of-handler",
    "SELECT COUNT(*) FROM casefile WHERE assignee = :assignee AND closed_at IS NULL"};

static err open_ones(struct call *call, const struct id *account, int64_t *count_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, &load_of, &query);

	if (err_is_ok(e))
		e = query_id(query, "assignee", account);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		*count_out = column_int(query, 0);
	query_end(&query);
	return e;
}

static err give_to_somebody(struct call *call, const struct casekind *kind, struct casefile *casefile)
{
	const struct named_wish wish = {.roles = kind->described.handle, .facility = casefile->facility, .probe = casefile->probe};
	struct named list[NAMED_LIST_MAX];
	int64_t fewest = INT64_MAX;
	size_t count = 0;

	TRY(named_list(&call->rows, &wish, call->now_us, list, &count));
	for (size_t i = 0; i < count; i++) {
		int64_t load = 0;

		TRY(open_ones(call, &list[i].account, &load));
		if (load >= fewest)
			continue;
		fewest = load;
		casefile->assignee = list[i].account;
	}
	return id_is_zero(casefile->assignee) ? OK : named_account(&call->rows, casefile->assignee, &casefile->assignee_name);
}

/* As much of a text as a title has room for; never cut within a letter. */
static struct bytes cut_title(struct bytes text)
{
	size_t count = 0, len = 0;

	while (len < text.len && text.ptr[len] != '\n') {
		size_t next = len + 1;

		while (next < text.len && (text.ptr[next] & 0xc0) == 0x80)
			next++;
		if (count++ == CASEFILE_TITLE_MAX)
			break;
		len = next;
	}
	return (struct bytes){text.ptr, len};
}

static struct bytes title_of(const struct call *call, const struct casekind *kind, struct bytes body)
{
	struct bytes title = call_text(call, "title");

	if (title.len == 0 && kind->title_field != NULL)
		title = cut_title(form_get(body, kind->title_field));
	return title.len > 0 ? title : bytes_str(kind->described.title.ja);
}

static err place_of(struct call *call, struct casefile *casefile)
{
	const struct value *given = call_value(call, "facility");

	casefile->facility = call->actor.facility;
	if (!given->present || id_equal(given->as.id, call->actor.facility))
		return OK;
	if (!id_is_zero(call->actor.facility))
		return call_flaw(call, "facility", FLAW_RULE, "自分の園のものだけ出せます。", "Only of one's own facility.");
	casefile->facility = given->as.id;
	return OK;
}

static err fill(struct call *call, const struct casekind *kind, struct casefile *casefile, struct buf *body)
{
	TRY(form_check(call, &kind->form, call_text(call, "fields"), true, body));
	if (body->len > CASEFILE_BODY_MAX)
		return call_flaw(call, "fields", FLAW_TOO_LONG, "内容が長すぎます。", "This is too long.");
	casefile->body = bytes_of(body);
	casefile->title = title_of(call, kind, casefile->body);
	TRY(place_of(call, casefile));
	TRY(named_account(&call->rows, call->actor.account, &casefile->opener_name));
	if (call->actor.role == ROLE_GUARDIAN)
		casefile->owner = call->actor.account; /* F3 of casefile.h */
	TRY(casefile_number(&call->rows, casefile->description, &casefile->number));
	return kind->assigned ? give_to_somebody(call, kind, casefile) : OK;
}

static err open_apply(struct call *call)
{
	const struct casekind *kind = casekind_of(call_id(call, "kind"));
	struct casefile casefile = {.description = call_id(call, "kind"), .probe = call->actor.probe, .opener = call->actor.account,
		.opened_at = call->now_us, .changed_at = call->now_us};
	struct casefile_entry entry;
	OWN(buf) body = {0};

	if (kind == NULL || (kind->mirrored && call->compartment->provider))
		return conflict(call, "kind", "この種類の案件はここでは出せません。", "Cases of this kind are not opened here.");
	casefile.state = bytes_str(kind->states[0].code);
	TRY(fill(call, kind, &casefile, &body));
	TRY(newestid_make(casefile.opened_at, &casefile.row.id));
	TRY(row_insert(&call->rows, &casefile_entity, &casefile));
	TRY(new_entry(call, CASEFILE_OPENING, &casefile, &entry));
	TRY(note(call, &casefile, &entry));
	TRY(casemove_settle(&call->rows, kind, &casefile, &entry, true, call->now_us));
	TRY(name_case(call, &casefile));
	TRY(call_object(call, "casefile", casefile.row.id));
	return reply(call, casefile.row.id);
}

static const struct grant open_grants[] = {{ROLES_ANY, RELATION_FILES, "*"}, {0}};

static const struct input open_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {PATH_KIND}},
	{.place = IN_BODY, .field = {.name = "title", .ja = "件名", .en = "Title", .type = FIELD_TEXT, SEALED, .max = CASEFILE_TITLE_MAX}},
	FIELDS(true),
	{.place = IN_BODY, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility"}},
	{0},
};

const struct op casecall_open = {
	.id = "case.open", .ja = "問合せ・求めを出す", .en = "Open a case", .method = "POST", .path = "/v1/case-kinds/{kind}/cases", .kind = OP_WRITE,
	.grants = open_grants, .policy = "casefile file", .inputs = open_inputs, .entity = &describe_entity, .output_fields = whole_output, .status = 201,
	.purpose_ja = "問合せや求めを受け付け、期限と担当を付けるため", .purpose_en = "To take in an inquiry or a request, with its due date and who has it",
	.event = true, .grade = GRADE_3B, .requirements = "S-29 P-1.7", .apply = open_apply,
};

/* ---- writing, moving on ---- */

static const struct grant act_grants[] = {
	{ROLES_ANY, RELATION_HANDLES, "*"}, {ROLES_ANY, RELATION_SIGNS, "*"}, {ROLES_ANY, RELATION_OWN, "*"}, {0},
};

static err message_apply(struct call *call)
{
	const struct casekind *kind = NULL;
	struct casefile casefile = {0};
	struct casefile_entry entry;

	TRY(load(call, &casefile, &kind));
	if (casefile.closed_at != 0)
		return conflict(call, "case", "この案件は終わっています。", "This case is closed.");
	TRY(new_entry(call, CASEFILE_MESSAGE, &casefile, &entry));
	entry.text = call_text(call, "text");
	TRY(note(call, &casefile, &entry));
	TRY(casemove_settle(&call->rows, kind, &casefile, &entry, false, call->now_us));
	return reply(call, casefile.row.id);
}

#define TEXT(must) {.place = IN_BODY, .field = {.name = "text", .ja = "本文", .en = "Text", .type = FIELD_TEXT, SEALED, .multiline = true, \
	.max = CASEFILE_TEXT_MAX, .required = must}}

static const struct input message_inputs[] = {PATH_CASE, TEXT(true), {0}};

const struct op casecall_message = {
	.id = "case.message", .ja = "案件にメッセージを書く", .en = "Write a message in a case", .method = "POST", .path = "/v1/cases/{case}/messages",
	.kind = OP_WRITE, .grants = act_grants, .policy = "casefile message", .inputs = message_inputs, .entity = &casefile_entity,
	.output_fields = whole_output, .status = 201, .purpose_ja = "問合せや求めについてやりとりするため",
	.purpose_en = "To write to each other about an inquiry or a request", .event = true, .grade = GRADE_3B, .requirements = "S-29 P-1.7",
	.apply = message_apply,
};

static err check_side(struct call *call, const struct casekind_move *move, const struct casekind *kind, const struct casefile *casefile)
{
	struct casecall_standing standing = casecall_stands(call, kind, casefile);
	const bool by[] = {[CASEKIND_OPENER] = standing.opener, [CASEKIND_HANDLER] = standing.handler, [CASEKIND_APPROVER] = standing.approver};

	if (by[move->by])
		return OK;
	call->reason = "not granted";
	return FAIL(DENIED);
}

static err check_message(struct call *call, const struct casekind_move *move)
{
	bool given = call_text(call, "text").len > 0;

	if (move->message == CASEKIND_REQUIRED && !given)
		return call_flaw(call, "text", FLAW_MISSING, "本文を入力してください。", "Write a message.");
	if (move->message == CASEKIND_NONE && given)
		return call_flaw(call, "text", FLAW_RULE, "この操作には本文を付けられません。", "There is no message with this.");
	return OK;
}

/* Fields that the move fills in, all of them and no others. */
static err check_needs(struct call *call, const struct casekind *kind, const struct casekind_move *move, struct casefile *casefile)
{
	OWN(buf) clean = {0};
	struct bytes rest;
	struct member member;

	TRY(form_check(call, &kind->form, call_text(call, "fields"), false, &clean));
	for (rest = bytes_of(&clean); err_is_ok(members_next(&rest, &member));) {
		size_t i = 0;

		while (move->needs[i] != NULL && !bytes_is(member.name, move->needs[i]))
			i++;
		if (member.text.len > 0 && move->needs[i] == NULL)
			return call_flaw(call, "fields", FLAW_RULE, "この操作で記入する欄ではありません。", "This is not filled in here.");
	}
	for (size_t i = 0; move->needs[i] != NULL; i++)
		if (form_get(bytes_of(&clean), move->needs[i]).len == 0) {
			char name[64];

			(void)snprintf(name, sizeof(name), FORM_NAME("%s"), move->needs[i]);
			return call_flaw(call, name, FLAW_MISSING, "入力してください。", "Fill this in.");
		}
	TRY(casemove_fill(kind, move, bytes_of(&clean), casefile, call->arena));
	if (casefile->body.len > CASEFILE_BODY_MAX)
		return call_flaw(call, "fields", FLAW_TOO_LONG, "内容が長すぎます。", "This is too long.");
	return OK;
}

static err move_apply(struct call *call)
{
	const struct casekind *kind = NULL;
	const struct casekind_move *move;
	struct casefile casefile = {0};
	struct casefile_entry entry;

	TRY(load(call, &casefile, &kind));
	move = casekind_move(kind, call_text(call, "move"));
	if (move == NULL)
		return call_flaw(call, "move", FLAW_CHOICE, "この案件にはない操作です。", "There is no such move in this case.");
	TRY(check_side(call, move, kind, &casefile));
	if (!casekind_from(kind, move, casefile.state))
		return conflict(call, "move", "いまの状態ではこの操作はできません。最新の内容を確かめてください。", "This cannot be done in the present state. Look at the case again.");
	TRY(check_message(call, move));
	TRY(check_needs(call, kind, move, &casefile));
	casemove_go(kind, move, &casefile, call->now_us);
	TRY(new_entry(call, CASEFILE_MOVE, &casefile, &entry));
	entry.move = bytes_str(move->code);
	entry.text = call_text(call, "text");
	TRY(note(call, &casefile, &entry));
	TRY(casemove_settle(&call->rows, kind, &casefile, &entry, move->needs[0] != NULL, call->now_us));
	return reply(call, casefile.row.id);
}

static const struct input move_inputs[] = {
	PATH_CASE,
	{.place = IN_BODY, .field = {.name = "move", .ja = "操作", .en = "Move", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,
	    .max = DESCRIBE_CODE_MAX}},
	TEXT(false), FIELDS(false), {0},
};

const struct op casecall_move = {
	.id = "case.move", .ja = "案件を進める", .en = "Move a case on", .method = "POST", .path = "/v1/cases/{case}/moves", .kind = OP_WRITE,
	.grants = act_grants, .policy = "casefile move", .inputs = move_inputs, .entity = &casefile_entity, .output_fields = whole_output, .status = 200,
	.purpose_ja = "問合せや求めに答え、結果を残すため", .purpose_en = "To answer an inquiry or a request, and to keep what came of it", .event = true,
	.grade = GRADE_3B, .requirements = "S-29 P-1.7", .apply = move_apply,
};

/* ---- giving it to somebody ---- */

static err assign_apply(struct call *call)
{
	const struct casekind *kind = NULL;
	struct named_wish wish = {.names = true};
	struct named list[NAMED_LIST_MAX];
	struct casefile casefile = {0};
	struct casefile_entry entry;
	size_t count = 0;

	TRY(load(call, &casefile, &kind));
	if (!casecall_stands(call, kind, &casefile).handler) {
		call->reason = "not granted";
		return FAIL(DENIED);
	}
	if (casefile.closed_at != 0)
		return conflict(call, "case", "この案件は終わっています。", "This case is closed.");
	wish.roles = kind->described.handle;
	wish.facility = casefile.facility;
	wish.probe = casefile.probe;
	wish.account = call_id(call, "account");
	if (!id_is_zero(wish.account))
		TRY(named_list(&call->rows, &wish, call->now_us, list, &count));
	if (count == 0)
		return call_flaw(call, "account", FLAW_RULE, "この案件を担当できる人ではありません。", "This person cannot have this case.");
	TRY(casefile_release(&call->rows, kind, &casefile, call->now_us));
	casefile.assignee = list[0].account;
	casefile.assignee_name = list[0].name;
	TRY(new_entry(call, CASEFILE_ASSIGN, &casefile, &entry));
	entry.text = list[0].name;
	TRY(note(call, &casefile, &entry));
	casefile.changed_at = call->now_us;
	TRY(row_update(&call->rows, &casefile_entity, &casefile));
	TRY(casefile_todos(&call->rows, kind, &casefile, call->now_us));
	return reply(call, casefile.row.id);
}

static const struct grant assign_grants[] = {{ROLES_ANY, RELATION_HANDLES, "*"}, {0}};

static const struct input assign_inputs[] = {
	PATH_CASE,
	{.place = IN_BODY, .field = {.name = "account", .ja = "担当者", .en = "Person", .type = FIELD_ID, .grade = GRADE_2, .required = true}}, {0},
};

const struct op casecall_assign = {
	.id = "case.assign", .ja = "案件の担当者を決める", .en = "Give a case to somebody", .method = "POST", .path = "/v1/cases/{case}/assign", .kind = OP_WRITE,
	.grants = assign_grants, .policy = "casefile assign", .inputs = assign_inputs, .entity = &casefile_entity, .output_fields = whole_output,
	.status = 200, .purpose_ja = "問合せや求めの担当を決めるため", .purpose_en = "To say who answers an inquiry or a request", .event = true, .grade = GRADE_3B,
	.requirements = "S-29 P-1.7", .apply = assign_apply,
};
