#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "govern/announce_post.h"
#include "govern/announce_receipt.h"
#include "govern/announce_write.h"
#include "govern/difference.h"

#include "govern/announce_read.h"

#define SHOWN_MAX 50            /* on one screen */
#define EDITIONS_MAX 50
#define SQL_MAX 1600

/* ---- one announcement as it is told ---- */

const struct field announce_read_output[] = {
	{.name = "id", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_1},
	{.name = "number", .ja = "番号", .en = "Number", .type = FIELD_INT, .grade = GRADE_1},
	{.name = "title", .ja = "題名", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_1, .choices = announce_states},
	{.name = "urgency", .ja = "緊急度", .en = "Urgency", .type = FIELD_CHOICE, .grade = GRADE_1, .choices = announce_urgencies},
	{.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_1},
	{.name = "effective_on", .ja = "適用日", .en = "Effective on", .type = FIELD_DATE, .grade = GRADE_1},
	{.name = "published_at", .ja = "公開日時", .en = "Published", .type = FIELD_TIME, .grade = GRADE_1},
	{.name = "digest", .ja = "照合値", .en = "Digest", .type = FIELD_TEXT, .grade = GRADE_1},
	{0},
};

static void put_words(struct json *json, const char *name, const char *ja, const char *en)
{
	json_object(json, name);
	json_str(json, "ja", ja);
	json_str(json, "en", en);
	json_object_end(json);
}

static void put_kind(struct call *call, const struct announce *announce)
{
	const struct announce_kind *kind = announce_kind_of(announce);

	json_object(&call->out, "kind");
	if (kind != NULL)
		describe_json(&call->out, &kind->described);
	else
		json_id(&call->out, "id", announce->description);
	json_object_end(&call->out);
	json_str(&call->out, "acknowledge", announce_kind_acknowledge[kind == NULL ? ANNOUNCE_NONE : kind->acknowledge]);
	json_bool(&call->out, "hold", kind != NULL && kind->hold);
}

static void put_matters(struct call *call, const struct announce *announce)
{
	const struct announce_kind *kind = announce_kind_of(announce);
	struct bytes rest = announce->matters;

	json_array(&call->out, "matters");
	while (rest.len > 0) {
		struct bytes code = announce_word(&rest);
		const struct announce_matter *matter = kind == NULL ? NULL : announce_kind_matter(kind, code);

		json_object(&call->out, NULL);
		json_text(&call->out, "code", code);
		if (matter != NULL)
			put_words(&call->out, "title", matter->ja, matter->en);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
}

static void put_consent(struct call *call, const struct announce *announce)
{
	json_bool(&call->out, "early", announce->early);
	if (announce->consented_at == 0) {
		json_null(&call->out, "consent");
		return;
	}
	json_object(&call->out, "consent");
	json_date(&call->out, "on", announce->consented_on);
	json_time(&call->out, "at", announce->consented_at);
	json_text(&call->out, "reason", announce->consent_reason);
	json_object_end(&call->out);
}

static err put_receipt(struct call *call, const struct announce *announce)
{
	struct announce_receipt receipt;

	TRY(announce_receipt_of(&call->rows, announce->row.id, call->actor.account, &receipt));
	json_time(&call->out, "seen_at", receipt.seen_at);
	json_time(&call->out, "accepted_at", receipt.accepted_at);
	return OK;
}

static void put_may(struct call *call, const struct announce *announce)
{
	static const struct { const char *name; const struct op *op; bool here, draft; } rights[] = {
		{"change", &announce_write_change, true, true}, {"propose", &announce_write_propose, true, true},
		{"publish", &announce_write_publish, true, true}, {"withdraw", &announce_write_withdraw, true, false},
		{"consent", &announce_write_consent, false, true}, {"receipts", &announce_receipt_list, false, false},
		{"seen", &announce_receipt_seen, false, false}, {"accept", &announce_receipt_accept, false, false},
	};
	const struct announce_kind *kind = announce_kind_of(announce);
	bool draft = announce->state == ANNOUNCE_DRAFT || announce->state == ANNOUNCE_WAITING;

	json_object(&call->out, "may");
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		bool may = kind != NULL && !(rights[i].here && announce->origin.len > 0) && !(rights[i].draft && !draft) &&
		    !(rights[i].op == &announce_write_withdraw && announce->state == ANNOUNCE_WITHDRAWN) &&
		    !(rights[i].op == &announce_write_consent && (!announce->early || announce->state != ANNOUNCE_WAITING ||
		    id_equal(announce->opener, call->actor.account))) &&
		    !(rights[i].op == &announce_receipt_accept && kind->acknowledge != ANNOUNCE_ACCEPT);

		json_bool(&call->out, rights[i].name, may && call_may(call, rights[i].op, announce->row.id));
	}
	json_object_end(&call->out);
}

err announce_read_put(struct call *call, const struct announce *announce)
{
	int32_t today = clock_date_jst(call->now_us);

	json_id(&call->out, "id", announce->row.id);
	put_kind(call, announce);
	json_int(&call->out, "number", announce->number);
	json_text(&call->out, "title", announce->title);
	json_str(&call->out, "state", announce_states[announce->state]);
	json_str(&call->out, "urgency", announce_urgencies[announce->urgency]);
	put_matters(call, announce);
	json_int(&call->out, "edition", announce->edition);
	json_id(&call->out, "series", announce->series);
	json_id(&call->out, "facility", announce->facility);
	json_text(&call->out, "origin", announce->origin);
	json_time(&call->out, "filed_at", announce->filed_at);
	json_time(&call->out, "published_at", announce->published_at);
	json_time(&call->out, "withdrawn_at", announce->withdrawn_at);
	json_date(&call->out, "effective_on", announce->effective_on);
	json_date(&call->out, "until", announce->until);
	json_bool(&call->out, "in_force", announce->state == ANNOUNCE_PUBLISHED && announce->effective_on <= today);
	json_text(&call->out, "digest", announce->digest);
	json_int(&call->out, "revision", announce->row.version);
	put_consent(call, announce);
	TRY(put_receipt(call, announce));
	put_may(call, announce);
	return OK;
}

/* ---- the text ---- */

static void put_rows(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	struct bytes cells[ANNOUNCE_COLUMNS_MAX];
	struct bytes rest = announce->body;
	size_t count = 0;

	json_array(&call->out, "columns");
	for (size_t i = 0; i < kind->form.count; i++) {
		json_object(&call->out, NULL);
		json_str(&call->out, "name", kind->form.fields[i].name);
		put_words(&call->out, "title", kind->form.fields[i].ja, kind->form.fields[i].en);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	json_array(&call->out, "rows");
	while (announce_kind_line(kind, &rest, cells, &count)) {
		json_object(&call->out, NULL);
		for (size_t i = 0; i < kind->form.count; i++)
			json_text(&call->out, kind->form.fields[i].name, cells[i]);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
}

static void put_text(struct call *call, const struct announce *announce)
{
	const struct announce_kind *kind = announce_kind_of(announce);

	json_text(&call->out, "body", announce->body);
	if (kind != NULL && kind->list)
		put_rows(call, kind, announce);
}

static err put_difference(struct call *call, const struct announce *announce)
{
	struct announce former = {0};
	struct difference *list = NULL;
	size_t count = 0;
	err e = announce_former(&call->rows, announce, &former);

	if (err_is(e, ERR_NOT_FOUND)) {
		json_null(&call->out, "difference");
		return OK;
	}
	TRY(e);
	TRY(difference_make(former.body, announce->body, call->arena, &list, &count));
	json_array(&call->out, "difference");
	for (size_t i = 0; i < count; i++) {
		json_object(&call->out, NULL);
		json_str(&call->out, "op", difference_names[list[i].kind]);
		json_text(&call->out, "text", list[i].text);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	return OK;
}

static struct row_list editions_list = {
	.name = "govern.announcement-editions", .entity = &announce_entity,
	.where = "series = :series AND published_at IS NOT NULL ORDER BY edition DESC LIMIT :limit",
};

static err put_editions(struct call *call, const struct announce *announce)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, editions_list.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "series", &announce->series);
	if (err_is_ok(e))
		e = query_int(query, "limit", EDITIONS_MAX);
	json_array(&call->out, "editions");
	while (err_is_ok(e)) {
		struct announce one = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &announce_entity, query, true, &one);
		if (!err_is_ok(e))
			break;
		json_object(&call->out, NULL);
		json_id(&call->out, "id", one.row.id);
		json_int(&call->out, "edition", one.edition);
		json_str(&call->out, "state", announce_states[one.state]);
		json_time(&call->out, "published_at", one.published_at);
		json_date(&call->out, "effective_on", one.effective_on);
		json_text(&call->out, "digest", one.digest);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	query_end(&query);
	return e;
}

/* The first day that a draft may have, for whoever writes it. */
static err put_first(struct call *call, const struct announce *announce)
{
	const struct announce_kind *kind = announce_kind_of(announce);
	int32_t first = 0;
	err e;

	if (kind == NULL || announce->origin.len > 0 || announce->state > ANNOUNCE_WAITING) {
		json_null(&call->out, "first_possible");
		return OK;
	}
	e = announce_first(call, kind, announce, &first);
	if (!err_is(e, ERR_INVALID)) /* the kind may have been described anew: then there is none */
		TRY(e);
	json_date(&call->out, "first_possible", first);
	return OK;
}

static err see_apply(struct call *call)
{
	struct announce announce = {0};

	TRY(row_get(&call->rows, &announce_entity, call_id(call, "announcement"), &announce));
	TRY(announce_read_put(call, &announce));
	put_text(call, &announce);
	TRY(put_difference(call, &announce));
	TRY(put_editions(call, &announce));
	TRY(put_first(call, &announce));
	if (call->grant->relation == RELATION_SEES)
		TRY(announce_post_put(call, &announce));
	call->event_facility = announce.facility;
	return call_object(call, "announcement", announce.row.id);
}

/* ---- lists ---- */

static err put_item(struct call *call, const void *row, const char *groups)
{
	(void)groups;
	return announce_read_put(call, row);
}

static err list_apply(struct call *call)
{
	return call_list(call, put_item);
}

/* On the screen until it is seen or accepted, and as long as it is ahead: what holds somebody first. */
#define SUPERSEDED \
	"EXISTS (SELECT 1 FROM announcement AS newer WHERE newer.series = announcement.series AND newer.edition > announcement.edition" \
	" AND newer.state = 2 AND newer.effective_on <= :today)"

static char current_where[SQL_MAX];
static struct row_list current_list = {.name = "govern.announcement-current", .entity = &announce_entity, .where = current_where};
static struct row_list sign_in_list = {
	.name = "govern.announcement-sign-in", .entity = &announce_entity,
	.where = "state = 2 AND probe = 0 AND facility IS NULL AND description = :description AND shown_until >= :today"
	    " AND NOT " SUPERSEDED " ORDER BY published_at DESC LIMIT :limit",
};
static struct row_list public_list = {
	.name = "govern.announcement-public", .entity = &announce_entity,
	.where = "state = 2 AND probe = 0 AND facility IS NULL AND description = :description AND NOT " SUPERSEDED
	    " ORDER BY edition LIMIT :limit",
};

err announce_read_start(void)
{
	const char *audience = access_predicate("announcement", RELATION_AUDIENCE);
	int len;

	REQUIRE(audience != NULL);
	len = snprintf(current_where, sizeof(current_where),
	    "(%s) AND NOT " SUPERSEDED " AND (announcement.effective_on > :today OR (announcement.shown_until >= :today AND NOT EXISTS"
	    " (SELECT 1 FROM announcement_receipt AS mine WHERE mine.announcement = announcement.id AND mine.account = :actor_account"
	    " AND mine.seen_at IS NOT NULL)) OR (announcement.holds_from IS NOT NULL AND NOT EXISTS"
	    " (SELECT 1 FROM announcement_receipt AS mine WHERE mine.announcement = announcement.id AND mine.account = :actor_account"
	    " AND mine.accepted_at IS NOT NULL))) ORDER BY CASE WHEN announcement.holds_from IS NULL THEN 1 ELSE 0 END,"
	    " announcement.published_at DESC LIMIT :limit", audience);
	REQUIRE(len > 0 && (size_t)len < sizeof(current_where));
	TRY(row_list_make(&current_list));
	TRY(row_list_make(&sign_in_list));
	TRY(row_list_make(&public_list));
	return row_list_make(&editions_list);
}

struct chosen {
	const struct row_list *list;
	const struct announce_kind *kind;       /* NULL: any */
};

/* Items of a list, each as `put` writes it; a list is read to its end before anything else is asked. */
static err put_chosen(struct call *call, const struct chosen *chosen, err (*put)(struct call *call, const struct announce *announce))
{
	struct announce *all = arena_alloc(call->arena, SHOWN_MAX * sizeof(*all));
	struct query *query = NULL;
	bool found = true;
	size_t count = 0;
	err e;

	if (all == NULL)
		return FAIL(UNAVAILABLE);
	e = query_start(call->rows.db, chosen->list->statement, &query);
	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(call->now_us));
	if (err_is_ok(e))
		e = query_int(query, "limit", SHOWN_MAX);
	if (err_is_ok(e))
		e = chosen->kind != NULL ? query_id(query, "description", &chosen->kind->id) : access_bind(query, &call->actor);
	while (err_is_ok(e) && count < SHOWN_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &announce_entity, query, false, &all[count]);
		count += err_is_ok(e) ? 1 : 0;
	}
	query_end(&query);
	TRY(e);
	for (size_t i = 0; i < count; i++) {
		json_object(&call->out, NULL);
		TRY(put(call, &all[i]));
		json_object_end(&call->out);
	}
	return OK;
}

static err current_apply(struct call *call)
{
	const struct chosen chosen = {.list = &current_list};

	json_array(&call->out, "items");
	TRY(put_chosen(call, &chosen, announce_read_put));
	json_array_end(&call->out);
	json_bool(&call->out, "held", call->held);
	json_null(&call->out, "next");
	return OK;
}

/* ---- without an account ---- */

static err put_public(struct call *call, const struct announce *announce)
{
	put_kind(call, announce);
	json_id(&call->out, "id", announce->row.id);
	json_text(&call->out, "title", announce->title);
	json_int(&call->out, "edition", announce->edition);
	json_time(&call->out, "published_at", announce->published_at);
	json_date(&call->out, "effective_on", announce->effective_on);
	json_bool(&call->out, "in_force", announce->effective_on <= clock_date_jst(call->now_us));
	json_text(&call->out, "digest", announce->digest);
	put_text(call, announce);
	return OK;
}

static err put_kinds(struct call *call, const struct row_list *list, bool (*fits)(const struct announce_kind *kind))
{
	const struct announce_kind *kind;

	json_array(&call->out, "items");
	for (size_t i = 0; (kind = announce_kind_at(i)) != NULL; i++) {
		const struct chosen chosen = {list, kind};

		if (fits(kind) && describe_here(&kind->described, call->compartment))
			TRY(put_chosen(call, &chosen, put_public));
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

static bool is_open(const struct announce_kind *kind)
{
	return kind->open;
}

static bool is_before_sign_in(const struct announce_kind *kind)
{
	return (kind->channels & ANNOUNCE_SIGN_IN) != 0;
}

static err public_apply(struct call *call)
{
	return put_kinds(call, &public_list, is_open);
}

static err sign_in_apply(struct call *call)
{
	return put_kinds(call, &sign_in_list, is_before_sign_in);
}

/* ---- kinds ---- */

static err put_lead(struct call *call, const struct announce_kind *kind, const struct announce_matter *matter)
{
	struct announce draft = {.matters = bytes_str(matter->code), .edition = 2};
	char words[LEAD_TEXT_MAX];
	int32_t first = 0;

	TRY(announce_first(call, kind, &draft, &first));
	json_object(&call->out, NULL);
	json_str(&call->out, "code", matter->code);
	put_words(&call->out, "title", matter->ja, matter->en);
	lead_words(matter->lead, call->language == LANGUAGE_EN, words);
	json_str(&call->out, "lead", words);
	json_date(&call->out, "first_possible", first);
	json_object_end(&call->out);
	return OK;
}

static void put_audience(struct call *call, const struct announce_kind *kind)
{
	json_array(&call->out, "audience");
	for (unsigned role = ROLE_GUARDIAN; role < ROLE_COUNT; role++)
		if ((kind->audience & (1u << role)) != 0)
			json_str(&call->out, NULL, access_role_names[role]);
	json_array_end(&call->out);
	json_array(&call->out, "channels");
	json_str(&call->out, NULL, "screen");
	if ((kind->channels & ANNOUNCE_MAIL) != 0)
		json_str(&call->out, NULL, "mail");
	if ((kind->channels & ANNOUNCE_SIGN_IN) != 0)
		json_str(&call->out, NULL, "sign-in");
	json_array_end(&call->out);
}

static err put_one_kind(struct call *call, const struct announce_kind *kind)
{
	json_object(&call->out, NULL);
	describe_json(&call->out, &kind->described);
	json_str(&call->out, "acknowledge", announce_kind_acknowledge[kind->acknowledge]);
	json_bool(&call->out, "hold", kind->hold);
	json_bool(&call->out, "versions", kind->versions);
	json_bool(&call->out, "public", kind->open);
	json_str(&call->out, "body", kind->list ? "list" : "text");
	put_audience(call, kind);
	json_array(&call->out, "matters");
	for (size_t i = 0; i < kind->matter_count; i++)
		TRY(put_lead(call, kind, &kind->matters[i]));
	json_array_end(&call->out);
	form_json_fields(&call->out, "fields", &kind->form);
	json_object(&call->out, "may");
	json_bool(&call->out, "file", call_may(call, &announce_write_file, kind->id));
	json_object_end(&call->out);
	json_object_end(&call->out);
	return OK;
}

static err kinds_apply(struct call *call)
{
	const struct announce_kind *kind;

	json_array(&call->out, "items");
	for (size_t i = 0; (kind = announce_kind_at(i)) != NULL; i++) {
		bool sees = (kind->described.see & (1u << call->actor.role)) != 0;

		if (sees && describe_here(&kind->described, call->compartment))
			TRY(put_one_kind(call, kind));
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

/* ---- operations ---- */

static const struct grant sees_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};
static const struct grant both_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {ROLES_ANY, RELATION_AUDIENCE, "*"}, {0}};
static const struct grant audience_grants[] = {{ROLES_ANY, RELATION_AUDIENCE, "*"}, {0}};

#define CITY \
	{.place = IN_QUERY, .field = {.name = "city", .ja = "市", .en = "City", .type = FIELD_TEXT, .grade = GRADE_1, .max = 31}}

static const struct input no_inputs[] = {{0}};
static const struct input city_inputs[] = {CITY, {0}};
static const struct input see_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {.name = "announcement", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1,
	    .required = true, .refers = "announcement"}},
	{0},
};
static const struct input list_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_1, .max = DESCRIBE_CODE_MAX}},
	{.place = IN_QUERY, .field = {.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_1, .choices = announce_states}},
	OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0},
};

#define ITEMS(of_grade) \
	{.name = "items", .ja = "一覧", .en = "Items", .type = FIELD_TEXT, .grade = of_grade}, \
	{.name = "next", .ja = "続き", .en = "Next", .type = FIELD_ID, .grade = of_grade}

static const struct field current_output[] = {
	ITEMS(GRADE_2),
	{.name = "held", .ja = "同意を待っている", .en = "Held until terms are accepted", .type = FIELD_BOOL, .grade = GRADE_2},
	{0},
};
static const struct field open_output[] = {ITEMS(GRADE_1), {0}};

const struct op announce_read_kinds = {
	.id = "announcement.kinds", .ja = "告知の種類を見る", .en = "List the kinds of announcements", .method = "GET", .path = "/v1/announcement-kinds",
	.kind = OP_READ, .grants = sees_grants, .policy = "description see", .inputs = no_inputs, .entity = &describe_entity,
	.output_fields = open_output, .status = 200, .grade = GRADE_1, .requirements = "T-3 T-9", .apply = kinds_apply,
};
const struct op announce_read_list = {
	.id = "announcement.list", .ja = "告知の一覧を見る", .en = "List announcements", .method = "GET", .path = "/v1/announcements", .kind = OP_READ,
	.grants = both_grants, .policy = "announcement see", .inputs = list_inputs, .entity = &announce_entity, .output = &announce_entity,
	.list = true,
	.where = "(announcement.description IN (SELECT id FROM description WHERE code = :kind) OR :kind IS NULL)"
	    " AND (announcement.state = :state OR :state IS NULL)",
	.status = 200, .grade = GRADE_2, .requirements = "T-3 T-9 K-46", .apply = list_apply,
};
const struct op announce_read_see = { /* NT-3 */
	.id = "announcement.see", .while_unaccepted = true, .ja = "告知を見る", .en = "See an announcement", .method = "GET",
	.path = "/v1/announcements/{announcement}", .kind = OP_READ, .grants = both_grants, .policy = "announcement see", .inputs = see_inputs,
	.entity = &announce_entity, .output_fields = announce_read_output, .status = 200, .grade = GRADE_2, .requirements = "T-3 T-9 K-46",
	.apply = see_apply,
};
const struct op announce_read_current = {
	.id = "announcement.current", .while_unaccepted = true, .ja = "いま届いている告知を見る", .en = "See what is announced to oneself now",
	.method = "GET", .path = "/v1/announcements/current", .kind = OP_READ, .grants = audience_grants, .policy = "announcement see-own",
	.inputs = no_inputs, .entity = &announce_entity, .output_fields = current_output, .status = 200, .grade = GRADE_2,
	.requirements = "T-3 T-9 K-59", .apply = current_apply,
};
const struct op announce_read_public = { /* PUBLIC: terms are read before there is an account */
	.id = "announcement.public", .ja = "利用規約などを見る", .en = "Read terms and lists that are public", .method = "GET", .path = "/v1/terms",
	.kind = OP_READ, .route = ROUTE_CITY, .open = true, .policy = "announcement read", .inputs = city_inputs, .entity = &announce_entity,
	.output_fields = open_output, .status = 200, .grade = GRADE_1, .requirements = "K-46 K-58", .apply = public_apply,
};
const struct op announce_read_sign_in = { /* PUBLIC: an outage is told before the sign-in that may fail */
	.id = "announcement.sign-in", .ja = "サインインの前のお知らせを見る", .en = "Read what is announced before the sign-in", .method = "GET",
	.path = "/v1/sign-in-notices", .kind = OP_READ, .route = ROUTE_CITY, .open = true, .policy = "announcement read", .inputs = city_inputs,
	.entity = &announce_entity, .output_fields = open_output, .status = 200, .grade = GRADE_1, .requirements = "K-48 K-59",
	.apply = sign_in_apply,
};
