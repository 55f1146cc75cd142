#include <string.h>

#include "govern/announce_receipt.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 200
#define GROUPS_MAX 1000         /* facilities times roles */

#define AT(member) .offset = offsetof(struct announce_receipt, member)

static const struct field fields[] = {
	{.name = "announcement", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "announcement",
	    AT(announcement)},
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "account", AT(account)},
	{.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_1, AT(edition)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_1, AT(probe)},
	{.name = "text_digest", .ja = "同意した本文の照合値", .en = "Digest accepted", .type = FIELD_TEXT, .grade = GRADE_1, .max = 64, AT(digest)},
	{.name = "delivered_at", .ja = "届いた日時", .en = "Delivered", .type = FIELD_TIME, .grade = GRADE_1, AT(delivered_at)},
	{.name = "seen_at", .ja = "確認した日時", .en = "Seen", .type = FIELD_TIME, .grade = GRADE_1, AT(seen_at)},
	{.name = "accepted_at", .ja = "同意した日時", .en = "Accepted", .type = FIELD_TIME, .grade = GRADE_1, AT(accepted_at)},
};

static const char *const unique[] = {"announcement,account", NULL};
static const char *const indexes[] = {"account,accepted_at", NULL};

const struct entity announce_receipt_entity = {
	.name = "announcement_receipt", .ja = "告知の受領", .en = "Receipt of an announcement", .size = sizeof(struct announce_receipt), .seal = SEAL_NONE,
	.unique = unique, .indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list one_list = {
	.name = "govern.announcement-receipt", .entity = &announce_receipt_entity, .where = "announcement = :announcement AND account = :account LIMIT 1",
};

/* account.state 1 = active, membership.state 0 = in force; roles as in enum role. */
#define REACHED \
	" FROM membership JOIN account ON account.id = membership.account" \
	" LEFT JOIN announcement_receipt AS receipt ON receipt.announcement = :announcement AND receipt.account = account.id" \
	" WHERE membership.state = 0 AND account.state = 1 AND account.probe = :probe AND (:roles & (CAST(1 AS BIGINT) << CAST(membership.role AS INTEGER))) <> 0" \
	" AND (membership.facility = :facility OR :facility IS NULL) AND (membership.facility = :actor_facility OR :actor_facility IS NULL)"

static const struct statement progress = {"govern.announcement-progress",
    "SELECT membership.facility, membership.role, COUNT(DISTINCT account.id),"
    " COUNT(DISTINCT CASE WHEN receipt.seen_at IS NOT NULL THEN account.id END),"
    " COUNT(DISTINCT CASE WHEN receipt.accepted_at IS NOT NULL THEN account.id END)" REACHED
    " GROUP BY membership.facility, membership.role ORDER BY membership.facility, membership.role LIMIT :limit"};
static const struct statement people = {"govern.announcement-people",
    "SELECT DISTINCT account.id, receipt.seen_at, receipt.accepted_at" REACHED " AND account.id > :cursor ORDER BY account.id LIMIT :limit"};

err announce_receipt_start(void)
{
	return row_list_make(&one_list);
}

err announce_receipt_of(struct row_context *c, struct id announcement, struct id account, struct announce_receipt *receipt_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, one_list.statement, &query);

	*receipt_out = (struct announce_receipt){.announcement = announcement, .account = account};
	if (err_is_ok(e))
		e = query_id(query, "announcement", &announcement);
	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(c, &announce_receipt_entity, query, false, receipt_out);
	query_end(&query);
	return e;
}

static err keep(struct call *call, struct announce_receipt *receipt)
{
	return receipt->row.version == 0 ? row_insert(&call->rows, &announce_receipt_entity, receipt) :
	    row_update(&call->rows, &announce_receipt_entity, receipt);
}

static err mine(struct call *call, struct announce *announce, struct announce_receipt *receipt)
{
	TRY(row_get(&call->rows, &announce_entity, call_id(call, "announcement"), announce));
	call->event_facility = call->actor.facility;
	TRY(announce_receipt_of(&call->rows, announce->row.id, call->actor.account, receipt));
	receipt->edition = announce->edition;
	receipt->probe = call->actor.probe;
	if (receipt->delivered_at == 0)
		receipt->delivered_at = announce->published_at;
	if (receipt->seen_at == 0)
		receipt->seen_at = call->now_us;
	return OK;
}

static err seen_apply(struct call *call)
{
	struct announce announce = {0};
	struct announce_receipt receipt;

	TRY(mine(call, &announce, &receipt));
	TRY(keep(call, &receipt));
	return call_object(call, "announcement", announce.row.id);
}

static err accept_apply(struct call *call)
{
	struct announce announce = {0};
	struct announce_receipt receipt;
	const struct announce_kind *kind;

	TRY(mine(call, &announce, &receipt));
	kind = announce_kind_of(&announce);
	if (kind == NULL || kind->acknowledge != ANNOUNCE_ACCEPT) {
		err_ignore(call_flaw(call, "announcement", FLAW_RULE, "これは同意を求める告知ではありません。", "Nobody is asked to accept this."));
		return FAIL(CONFLICT);
	}
	if (call_value(call, "edition")->as.integer != announce.edition || !bytes_equal(call_text(call, "digest"), announce.digest)) { /* R2 */
		err_ignore(call_flaw(call, "digest", FLAW_RULE, "本文が変わっています。もう一度読んでから同意してください。", "The text is another one. Read it again."));
		return FAIL(CONFLICT);
	}
	if (receipt.accepted_at == 0)
		receipt.accepted_at = call->now_us;
	receipt.digest = announce.digest;
	TRY(keep(call, &receipt));
	TRY(buf_printf(&call->detail, "\"edition\":%lld,\"digest\":\"%.*s\"", (long long)announce.edition, (int)announce.digest.len,
	    (const char *)announce.digest.ptr));
	return call_object(call, "announcement", announce.row.id);
}

/* ---- who has ---- */

static err start(struct call *call, const struct statement *statement, const struct announce *announce, struct query **query_out)
{
	const struct id *facility = &announce->facility;
	struct query *query = NULL;

	TRY(query_start(call->rows.db, statement, &query));
	*query_out = query; /* ended by the caller, whatever comes */
	TRY(query_id(query, "announcement", &announce->row.id));
	TRY(query_int(query, "probe", announce->probe ? 1 : 0));
	TRY(query_int(query, "roles", announce->roles));
	TRY(id_is_zero(*facility) ? query_null(query, "facility") : query_id(query, "facility", facility));
	return access_bind(query, &call->actor);
}

static err put_progress(struct call *call, const struct announce *announce)
{
	struct query *query = NULL;
	int64_t all = 0, saw = 0, took = 0;
	bool found = true;
	err e = start(call, &progress, announce, &query);

	if (err_is_ok(e))
		e = query_int(query, "limit", GROUPS_MAX);
	json_array(&call->out, "groups");
	while (err_is_ok(e)) {
		struct id facility = {{0}};
		int64_t role;

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		role = column_int(query, 1);
		e = column_null(query, 0) ? OK : column_id(query, 0, &facility);
		if (err_is_ok(e) && (role <= 0 || role >= ROLE_COUNT))
			e = FAIL(CORRUPT);
		if (!err_is_ok(e))
			break;
		json_object(&call->out, NULL);
		json_id(&call->out, "facility", facility);
		json_str(&call->out, "role", access_role_names[role]);
		json_int(&call->out, "audience", column_int(query, 2));
		json_int(&call->out, "seen", column_int(query, 3));
		json_int(&call->out, "accepted", column_int(query, 4));
		json_object_end(&call->out);
		all += column_int(query, 2);
		saw += column_int(query, 3);
		took += column_int(query, 4);
	}
	json_array_end(&call->out);
	query_end(&query);
	TRY(e);
	json_object(&call->out, "counts");
	json_int(&call->out, "audience", all);
	json_int(&call->out, "seen", saw);
	json_int(&call->out, "accepted", took);
	json_object_end(&call->out);
	return OK;
}

/* The account belongs to another module; its descriptor is enough. */
static err put_name(struct call *call, struct id id)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	const struct field *name;
	void *row;

	REQUIRE(entity != NULL);
	name = entity_field(entity, "name");
	REQUIRE(name != NULL);
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, entity, id, row));
	json_field(&call->out, name, row);
	return OK;
}

struct person { struct id account; int64_t seen_at, accepted_at; };

static err read_people(struct call *call, const struct announce *announce, size_t max, struct person *list, size_t *count_out)
{
	struct id cursor = call_id(call, "cursor");
	struct query *query = NULL;
	bool found = true;
	size_t count = 0;
	err e = start(call, &people, announce, &query);

	if (err_is_ok(e))
		e = query_id(query, "cursor", &cursor);
	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	while (err_is_ok(e) && count < max) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = column_id(query, 0, &list[count].account);
		list[count].seen_at = column_null(query, 1) ? 0 : column_int(query, 1);
		list[count++].accepted_at = column_null(query, 2) ? 0 : column_int(query, 2);
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

/* Only people whose accounts the caller may see anyway. */
static err put_people(struct call *call, const struct announce *announce)
{
	size_t limit = call_value(call, "limit")->present ? (size_t)call_value(call, "limit")->as.integer : PAGE_DEFAULT;
	const struct op *see = op_find("account.see");
	struct person *list;
	size_t count = 0;

	REQUIRE(see != NULL);
	limit = limit > PAGE_MAX ? PAGE_MAX : limit;
	list = arena_alloc(call->arena, (limit + 1) * sizeof(*list));
	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_people(call, announce, limit + 1, list, &count));
	json_array(&call->out, "items");
	for (size_t i = 0; i < count && i < limit; i++) {
		if (!call_may(call, see, list[i].account))
			continue;
		json_object(&call->out, NULL);
		json_id(&call->out, "account", list[i].account);
		TRY(put_name(call, list[i].account));
		json_time(&call->out, "seen_at", list[i].seen_at);
		json_time(&call->out, "accepted_at", list[i].accepted_at);
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	if (count > limit)
		json_id(&call->out, "next", list[limit - 1].account);
	else
		json_null(&call->out, "next");
	return OK;
}

static err list_apply(struct call *call)
{
	struct announce announce = {0};

	TRY(row_get(&call->rows, &announce_entity, call_id(call, "announcement"), &announce));
	call->event_facility = !id_is_zero(announce.facility) ? announce.facility : call->actor.facility;
	TRY(put_progress(call, &announce));
	TRY(put_people(call, &announce));
	return call_object(call, "announcement", announce.row.id);
}

#define ANNOUNCEMENT \
	{.place = IN_PATH, .object = true, .field = {.name = "announcement", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1, \
	    .required = true, .refers = "announcement"}}

static const struct input seen_inputs[] = {ANNOUNCEMENT, {0}};
static const struct input accept_inputs[] = {
	ANNOUNCEMENT,
	{.place = IN_BODY, .field = {.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_1, .required = true, .min = 1,
	    .max = 100000}},
	{.place = IN_BODY, .field = {.name = "digest", .ja = "本文の照合値", .en = "Digest of the text", .type = FIELD_TEXT, .grade = GRADE_1,
	    .required = true, .min = 64, .max = 64}},
	{0},
};
static const struct input list_inputs[] = {ANNOUNCEMENT, OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};
static const struct grant audience_grants[] = {{ROLES_ANY, RELATION_AUDIENCE, "*"}, {0}};
static const struct grant list_grants[] = {{ROLES_ANY, RELATION_SEES, "*"}, {0}};
static const struct field list_output[] = {
	{.name = "counts", .ja = "届ける人・確認・同意の数", .en = "Audience, seen, accepted", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "groups", .ja = "園と役割ごとの数", .en = "By facility and role", .type = FIELD_TEXT, .grade = GRADE_2},
	{.name = "items", .ja = "人ごとの状態", .en = "By person", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true},
	{.name = "next", .ja = "続き", .en = "Next", .type = FIELD_ID, .grade = GRADE_2},
	{0},
};

const struct op announce_receipt_seen = {
	.id = "announcement.seen", .outside_trial = true, .while_unaccepted = true, .ja = "告知を確認済みにする", .en = "Mark an announcement as seen", .method = "POST",
	.path = "/v1/announcements/{announcement}/seen", .kind = OP_WRITE, .grants = audience_grants, .policy = "announcement acknowledge",
	.inputs = seen_inputs, .entity = &announce_entity, .status = 204, .event = true, .grade = GRADE_2, .requirements = "T-3 T-9 K-59",
	.apply = seen_apply,
};
const struct op announce_receipt_accept = { /* NT-3 */
	.id = "announcement.accept", .outside_trial = true, .while_unaccepted = true, .ja = "規約に同意する", .en = "Accept terms", .method = "POST",
	.path = "/v1/announcements/{announcement}/accept", .kind = OP_WRITE, .grants = audience_grants, .policy = "announcement acknowledge",
	.inputs = accept_inputs, .entity = &announce_entity, .status = 204, .event = true, .grade = GRADE_2, .requirements = "T-9 K-46 U-38",
	.apply = accept_apply,
};
const struct op announce_receipt_list = {
	.id = "announcement.receipts", .ja = "告知を確認した人の数を見る", .en = "See who has seen an announcement", .method = "GET",
	.path = "/v1/announcements/{announcement}/receipts", .kind = OP_READ, .grants = list_grants, .policy = "announcement receipts",
	.inputs = list_inputs, .entity = &announce_entity, .output_fields = list_output, .status = 200,
	.purpose_ja = "告知が届いたかを確かめるため", .purpose_en = "To make sure that an announcement has reached people", .event = true,
	.grade = GRADE_3B, .requirements = "T-3 T-9 K-46", .apply = list_apply,
};
