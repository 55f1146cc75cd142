#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "entity/row.h"
#include "govern/letter_template.h"

#include "govern/target.h"

#define SECRET_LEN 32
#define TARGETS_MAX 50          /* of a compartment, of each side, that have not ended */

static const char *const states[] = {[TARGET_WAITING] = "waiting", [TARGET_ACTIVE] = "active", [TARGET_ENDED] = "ended", NULL};
static const char *allowed;

#define AT(member) .offset = offsetof(struct target, member)
#define TITLE .name = "title", .ja = "受信先の名前", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 100
#define URL .name = "url", .ja = "送り先のURL", .en = "URL", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .min = 10, .max = 400
#define LETTERS .name = "letters", .ja = "送る便りの種類", .en = "Kinds of letters", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 400
#define STATE .name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states
#define WHO(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_ID, .grade = GRADE_2, .refers = "account"
#define TIME(text, label_ja, label_en) .name = text, .ja = label_ja, .en = label_en, .type = FIELD_TIME, .grade = GRADE_2

static const struct field fields[] = {
	{TITLE, AT(title)},
	{URL, AT(url)},
	{LETTERS, AT(letters)},
	{.name = "secret", .ja = "署名の鍵", .en = "Secret", .type = FIELD_BYTES, .grade = GRADE_3B, .sealed = true, .max = SECRET_LEN, AT(secret)},
	{STATE, AT(state)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_2, AT(probe)},
	{WHO("opener", "申請した人", "Filed by"), AT(opener)},
	{WHO("approver", "承認した人", "Approved by"), AT(approver)},
	{TIME("created_at", "申請日時", "Filed"), AT(created_at)},
	{TIME("decided_at", "決定日時", "Decided"), AT(decided_at)},
};

static const char *const indexes[] = {"state,probe", NULL};

const struct entity target_entity = {
	.name = "target",
	.ja = "ウェブフックの受信先",
	.en = "Target of webhooks",
	.size = sizeof(struct target),
	.seal = SEAL_CUSTOMER,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list all = {
	.name = "govern.target-all",
	.entity = &target_entity,
	.where = "state <> 2 AND probe = :probe ORDER BY created_at, id LIMIT :limit",
};
static struct row_list active = {
	.name = "govern.target-active",
	.entity = &target_entity,
	.where = "state = 1 AND probe = :probe ORDER BY created_at, id LIMIT :limit",
};
_Static_assert(TARGET_ACTIVE == 1 && TARGET_ENDED == 2, "the statements say so");

err target_start(void)
{
	TRY(row_list_make(&all));
	return row_list_make(&active);
}

void target_allow(const char *list)
{
	allowed = list;
}

typedef err (*target_each)(void *context, const struct target *target);

static err each_of(struct row_context *c, const struct row_list *list, bool probe, target_each each, void *context)
{
	struct query *query = NULL;
	bool row = true;
	err e = query_start(c->db, list->statement, &query);

	if (err_is_ok(e))
		e = query_int(query, "probe", probe);
	if (err_is_ok(e))
		e = query_int(query, "limit", TARGETS_MAX);
	while (err_is_ok(e) && row) {
		struct target target = {0};

		e = query_step(query, &row);
		if (err_is_ok(e) && row)
			e = row_read(c, &target_entity, query, false, &target);
		if (err_is_ok(e) && row)
			e = each(context, &target);
	}
	query_end(&query);
	return e;
}

/* ---- letters ---- */

/* One word after another. false: there is none any more. */
static bool next_word(struct bytes *text, struct bytes *word_out)
{
	const uint8_t *end;

	while (text->len > 0 && text->ptr[0] == ' ') {
		text->ptr++;
		text->len--;
	}
	if (text->len == 0)
		return false;
	end = memchr(text->ptr, ' ', text->len);
	*word_out = (struct bytes){text->ptr, end == NULL ? text->len : (size_t)(end - text->ptr)};
	text->ptr += word_out->len;
	text->len -= word_out->len;
	return true;
}

struct spreading {
	struct row_context *c;
	const struct letter *whole;
	int64_t now_us;
	struct id found[TARGETS_MAX];
	size_t count;
};

static err find_wanting(void *context, const struct target *target)
{
	struct spreading *spreading = context;
	struct bytes letters = target->letters;
	struct bytes word;

	while (next_word(&letters, &word))
		if (bytes_equal(word, spreading->whole->kind)) {
			spreading->found[spreading->count++] = target->row.id;
			break;
		}
	return OK;
}

err target_spread(struct row_context *c, const struct letter *whole, int64_t now_us)
{
	struct spreading spreading = {.c = c, .whole = whole, .now_us = now_us};

	TRY(each_of(c, &active, whole->probe, find_wanting, &spreading));
	for (size_t i = 0; i < spreading.count; i++) {
		struct letter letter = {
			.channel = LETTER_WEBHOOK, .hook = spreading.found[i], .kind = whole->kind, .object = whole->object,
			.facility = whole->facility, .probe = whole->probe, .values = whole->values, .parent = whole->row.id,
		};

		TRY(letter_put(c, &letter, now_us));
	}
	return OK;
}

/* ---- what is filed ---- */

/* HOST:PORT of "https://HOST[:PORT]/…" against the list; the courier asks again, by address. */
static bool is_allowed(struct bytes url)
{
	static const char scheme[] = "https://";
	char place[300];
	size_t len = 0;
	bool port = false;

	if (url.len <= sizeof(scheme) || memcmp(url.ptr, scheme, sizeof(scheme) - 1) != 0 || allowed == NULL)
		return false;
	for (size_t i = sizeof(scheme) - 1; i < url.len && url.ptr[i] != '/' && url.ptr[i] != '?' && len < sizeof(place) - 8; i++) {
		uint8_t c = url.ptr[i];

		port = c == ':' ? true : c == ']' ? false : port;
		place[len++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	(void)snprintf(place + len, sizeof(place) - len, "%s", port ? "" : ":443");
	len = strlen(place);
	for (const char *at = allowed; at != NULL; at = strchr(at, ',')) {
		at += at[0] == ',' ? 1 : 0;
		if (strncmp(at, place, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

static err check_url(struct call *call)
{
	struct bytes url = call_text(call, "url");

	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7f || strchr("\"<>\\^`{|}#@", url.ptr[i]) != NULL)
			return call_flaw(call, "url", FLAW_FORMAT, "URLに使えない文字があります。", "There is a character that no URL may have here.");
	if (url.len <= 8 || memcmp(url.ptr, "https://", 8) != 0)
		return call_flaw(call, "url", FLAW_FORMAT, "https:// で始まるURLを入力してください。", "Give a URL that begins with https://.");
	return OK;
}

static err check_letters(struct call *call)
{
	struct bytes letters = call_text(call, "letters");
	struct bytes word;
	bool any = false;

	while (next_word(&letters, &word)) {
		any = true;
		if (letter_template_of(word) == NULL)
			return call_flaw(call, "letters", FLAW_CHOICE, "この種類の便りはありません。", "There is no such kind of letter.");
	}
	return any ? OK : call_flaw(call, "letters", FLAW_MISSING, "送る便りの種類を選んでください。", "Choose at least one kind of letter.");
}

static err count_one(void *context, const struct target *target)
{
	(void)target;
	(*(size_t *)context)++;
	return OK;
}

static void put(struct json *json, const char *name, const struct target *target)
{
	json_object(json, name);
	json_id(json, "id", target->row.id);
	json_text(json, "title", target->title);
	json_text(json, "url", target->url);
	json_text(json, "letters", target->letters);
	json_str(json, "state", states[target->state]);
	json_time(json, "created_at", target->created_at);
	if (target->decided_at == 0)
		json_null(json, "decided_at");
	else
		json_time(json, "decided_at", target->decided_at);
	json_object_end(json);
}

/* H1: told this once. Nothing of it is left in memory, whatever the end. */
static err insert_with_secret(struct call *call, struct target *target)
{
	uint8_t secret[SECRET_LEN];
	OWN(buf) text = {0};
	err e = random_bytes(secret, sizeof(secret));

	target->secret = (struct bytes){secret, sizeof(secret)};
	if (err_is_ok(e))
		e = row_insert(&call->rows, &target_entity, target);
	if (err_is_ok(e))
		e = hex_append(&text, target->secret);
	if (err_is_ok(e))
		json_text(&call->out, "secret", bytes_of(&text));
	target->secret = (struct bytes){0};
	wipe(secret, sizeof(secret));
	return e;
}

static err create_apply(struct call *call)
{
	struct target target = {.state = TARGET_WAITING, .probe = call->actor.probe, .opener = call->actor.account, .created_at = call->now_us};
	size_t count = 0;

	TRY(check_url(call));
	TRY(check_letters(call));
	TRY(each_of(&call->rows, &all, call->actor.probe, count_one, &count));
	if (count == TARGETS_MAX)
		return call_flaw(call, "url", FLAW_RULE, "受信先は50件までです。使わないものを終了してください。",
		    "There are 50 targets already. End one that is not used.");
	call_store(call, &target_entity, &target);
	TRY(insert_with_secret(call, &target));
	put(&call->out, "target", &target);
	return call_object(call, "target", target.row.id);
}

static err approve_apply(struct call *call)
{
	struct target target = {0};

	TRY(row_get(&call->rows, &target_entity, call_id(call, "target"), &target));
	if (id_equal(target.opener, call->actor.account)) {
		call->reason = "own";
		return FAIL(DENIED);
	}
	if (target.state != TARGET_WAITING)
		return FAIL(CONFLICT);
	if (!is_allowed(target.url)) {
		problems_add(call->problems, "url", NULL, FLAW_RULE, call->language == LANGUAGE_EN ?
		    "The provider has not allowed this host yet. Ask the provider, then approve." :
		    "この送り先は、サービス提供者がまだ許可していません。提供者に依頼してから承認してください。");
		return FAIL(CONFLICT);
	}
	target.state = TARGET_ACTIVE;
	target.approver = call->actor.account;
	target.decided_at = call->now_us;
	return row_update(&call->rows, &target_entity, &target);
}

static err end_apply(struct call *call)
{
	struct target target = {0};

	TRY(row_get(&call->rows, &target_entity, call_id(call, "target"), &target));
	if (target.state == TARGET_ENDED)
		return OK;
	target.state = TARGET_ENDED;
	target.decided_at = call->now_us;
	return row_update(&call->rows, &target_entity, &target);
}

static err put_item(void *context, const struct target *target)
{
	put(context, NULL, target);
	return OK;
}

static err list_apply(struct call *call)
{
	json_array(&call->out, "items");
	TRY(each_of(&call->rows, &all, call->actor.probe, put_item, &call->out));
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

/* ---- the rows ---- */

static const struct grant readers[] = {
	{ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};
static const struct grant keepers[] = {
	{ROLE(OFFICER_ADMIN), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{0},
};

#define TARGET_OUTPUT                                                                                                           \
	{.name = "id", .ja = "受信先", .en = "Target", .type = FIELD_ID, .grade = GRADE_2},                                     \
	{TITLE}, {URL}, {LETTERS}, {STATE},                                                                                      \
	{TIME("created_at", "申請日時", "Filed")}, {TIME("decided_at", "決定日時", "Decided")}

static const struct field list_output[] = {TARGET_OUTPUT, {0}};
static const struct field create_output[] = {
	{.name = "secret", .ja = "署名の鍵", .en = "Secret", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "target", .ja = "受信先", .en = "Target", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};
static const struct input no_inputs[] = {{0}};
static const struct input create_inputs[] = {
	{.place = IN_BODY, .field = {TITLE}},
	{.place = IN_BODY, .field = {URL}},
	{.place = IN_BODY, .field = {LETTERS}},
	{0},
};
static const struct input one_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "target", .ja = "受信先", .en = "Target", .type = FIELD_ID, .grade = GRADE_2,
	    .required = true, .refers = "target"}},
	{0},
};

#define PURPOSE .purpose_ja = "市や事業者の別の仕組みに、することや警告を知らせるため", .purpose_en = "To tell another system of the city or the provider what there is to do"

const struct op target_list = {
	.id = "target.list",
	.ja = "ウェブフックの受信先の一覧を見る",
	.en = "List the targets of webhooks",
	.method = "GET",
	.path = "/v1/targets",
	.kind = OP_READ,
	.grants = readers,
	.policy = "target see",
	.inputs = no_inputs,
	.entity = &target_entity,
	.output_fields = list_output,
	.list = true,
	.status = 200,
	PURPOSE,
	.grade = GRADE_2,
	.requirements = "P-2.10 S-36 K-39",
	.apply = list_apply,
};

const struct op target_create = {
	.id = "target.create",
	.ja = "ウェブフックの受信先を申請する",
	.en = "File a target of webhooks",
	.method = "POST",
	.path = "/v1/targets",
	.kind = OP_WRITE,
	.grants = keepers,
	.policy = "target file",
	.inputs = create_inputs,
	.entity = &target_entity,
	.output_fields = create_output,
	.status = 201,
	PURPOSE,
	.step_up_s = OP_STEP_UP_S,
	.outside_trial = true,
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "P-2.10 S-36 K-39",
	.apply = create_apply,
};

const struct op target_approve = {
	.id = "target.approve",
	.ja = "ウェブフックの受信先を承認する",
	.en = "Approve a target of webhooks",
	.method = "POST",
	.path = "/v1/targets/{target}/approve",
	.kind = OP_WRITE,
	.grants = keepers,
	.policy = "target approve",
	.inputs = one_inputs,
	.entity = &target_entity,
	.status = 204,
	PURPOSE,
	.step_up_s = OP_STEP_UP_S,
	.outside_trial = true,
	.event = true,
	.grade = GRADE_2,
	.requirements = "P-2.10 S-36 K-39",
	.apply = approve_apply,
};

const struct op target_end = {
	.id = "target.end",
	.ja = "ウェブフックの受信先を終了する",
	.en = "End a target of webhooks",
	.method = "POST",
	.path = "/v1/targets/{target}/end",
	.kind = OP_WRITE,
	.grants = keepers,
	.policy = "target end",
	.inputs = one_inputs,
	.entity = &target_entity,
	.status = 204,
	PURPOSE,
	.event = true,
	.grade = GRADE_2,
	.requirements = "P-2.10 S-36 K-39",
	.apply = end_apply,
};
