#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "entity/members.h"
#include "govern/letter.h"
#include "govern/todo.h"
#include "op/contract.h"

#include "govern/announce.h"

#define SHOWN_DAYS 14           /* after it has taken effect, if nothing else is said */

const char *const announce_states[] = {
	[ANNOUNCE_DRAFT] = "draft", [ANNOUNCE_WAITING] = "waiting", [ANNOUNCE_PUBLISHED] = "published", [ANNOUNCE_WITHDRAWN] = "withdrawn", NULL,
};
const char *const announce_urgencies[] = {[LEAD_NORMAL] = "normal", [LEAD_MINOR] = "minor", [LEAD_SECURITY] = "security", NULL};

#define AT(member) .offset = offsetof(struct announce, member)
#define ACCOUNT .type = FIELD_ID, .grade = GRADE_2, .refers = "account"
#define WORDS .type = FIELD_TEXT, .grade = GRADE_2, .sealed = true, .multiline = true

static const struct field fields[] = {
	{.name = "description", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "description", AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_1, AT(probe)},
	{.name = "opener", .ja = "書いた人", .en = "Writer", ACCOUNT, AT(opener)},
	{.name = "origin", .ja = "送り元", .en = "Origin", .type = FIELD_TEXT, .grade = GRADE_1, .max = 32, AT(origin)},
	{.name = "number", .ja = "番号", .en = "Number", .type = FIELD_INT, .grade = GRADE_1, AT(number)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_1, .required = true, .choices = announce_states, AT(state)},
	{.name = "urgency", .ja = "緊急度", .en = "Urgency", .type = FIELD_CHOICE, .grade = GRADE_1, .required = true, .choices = announce_urgencies, AT(urgency)},
	{.name = "matters", .ja = "内容の種別", .en = "What it is about", .type = FIELD_TEXT, .grade = GRADE_1, .max = ANNOUNCE_MATTERS_TEXT_MAX, AT(matters)},
	{.name = "title", .ja = "題名", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_2, .sealed = true, .max = ANNOUNCE_TITLE_MAX, AT(title)},
	{.name = "body", .ja = "本文", .en = "Text", WORDS, .max = ANNOUNCE_BODY_MAX, AT(body)},
	{.name = "series", .ja = "最初の版", .en = "First edition", .type = FIELD_ID, .grade = GRADE_1, .refers = "announcement", AT(series)},
	{.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_1, AT(edition)},
	{.name = "effective_on", .ja = "適用日", .en = "Effective on", .type = FIELD_DATE, .grade = GRADE_1, AT(effective_on)},
	{.name = "until", .ja = "表示の終わり", .en = "Shown until", .type = FIELD_DATE, .grade = GRADE_1, AT(until)},
	{.name = "early", .ja = "早い適用日の同意を求める", .en = "Asks for consent to an earlier day", .type = FIELD_BOOL, .grade = GRADE_1, AT(early)},
	{.name = "text_digest", .ja = "照合値", .en = "Digest", .type = FIELD_TEXT, .grade = GRADE_1, .max = 64, AT(digest)},
	{.name = "filed_at", .ja = "作成日時", .en = "Filed", .type = FIELD_TIME, .grade = GRADE_1, AT(filed_at)},
	{.name = "published_at", .ja = "公開日時", .en = "Published", .type = FIELD_TIME, .grade = GRADE_1, AT(published_at)},
	{.name = "withdrawn_at", .ja = "取り下げた日時", .en = "Withdrawn", .type = FIELD_TIME, .grade = GRADE_1, AT(withdrawn_at)},
	{.name = "publisher", .ja = "公開した人", .en = "Publisher", ACCOUNT, AT(publisher)},
	{.name = "withdraw_reason", .ja = "取り下げの理由", .en = "Reason of the withdrawal", WORDS, .max = 500, AT(withdraw_reason)},
	{.name = "consented_on", .ja = "同意された適用日", .en = "Day agreed to", .type = FIELD_DATE, .grade = GRADE_1, AT(consented_on)},
	{.name = "consented_at", .ja = "同意の日時", .en = "Agreed at", .type = FIELD_TIME, .grade = GRADE_1, AT(consented_at)},
	{.name = "consenter", .ja = "同意した人", .en = "Who agreed", ACCOUNT, AT(consenter)},
	{.name = "consent_reason", .ja = "同意の理由", .en = "Reason of the consent", WORDS, .max = 500, AT(consent_reason)},
	{.name = "consent_digest", .ja = "同意した本文の照合値", .en = "Digest agreed to", .type = FIELD_TEXT, .grade = GRADE_1, .max = 64, AT(consent_digest)},
	{.name = "roles", .ja = "届ける役割", .en = "Audience", .type = FIELD_INT, .grade = GRADE_1, .max = ROLES_ANY, AT(roles)},
	{.name = "holds_from", .ja = "同意を求める日時", .en = "Holds from", .type = FIELD_TIME, .grade = GRADE_1, AT(holds_from)},
	{.name = "shown_until", .ja = "表示する最後の日", .en = "Last day shown", .type = FIELD_DATE, .grade = GRADE_1, AT(shown_until)},
};

static const char *const indexes[] = {"description,probe,edition", "series,edition", "state,probe,shown_until", "holds_from", NULL};

const struct entity announce_entity = {
	.name = "announcement", .ja = "告知", .en = "Announcement", .size = sizeof(struct announce), .seal = SEAL_CUSTOMER, .facility = "facility",
	.indexes = indexes, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

#define SAME_PLACE "description = :description AND probe = :probe AND origin = '' AND (facility = :facility OR (facility IS NULL AND :facility IS NULL))"

static struct row_list latest_list = {
	.name = "govern.announcement-latest", .entity = &announce_entity,
	.where = SAME_PLACE " AND published_at IS NOT NULL ORDER BY edition DESC, published_at DESC LIMIT 1",
};
static struct row_list former_list = {
	.name = "govern.announcement-former", .entity = &announce_entity,
	.where = "series = :series AND edition < :edition AND published_at IS NOT NULL ORDER BY edition DESC LIMIT 1",
};
static const struct statement count_all = {"govern.announcement-count",
    "SELECT COUNT(*) FROM announcement WHERE description = :description AND probe = :probe AND origin = ''"};

err announce_start(void)
{
	TRY(row_list_make(&latest_list));
	return row_list_make(&former_list);
}

const struct announce_kind *announce_kind_of(const struct announce *announce)
{
	return announce_kind_find(announce->description);
}

static err bind_place(struct query *query, const struct announce *announce)
{
	TRY(query_id(query, "description", &announce->description));
	TRY(query_int(query, "probe", announce->probe ? 1 : 0));
	if (!query_has(query, "facility"))
		return OK;
	return id_is_zero(announce->facility) ? query_null(query, "facility") : query_id(query, "facility", &announce->facility);
}

err announce_latest(struct row_context *c, const struct announce *announce, struct announce *latest_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, latest_list.statement, &query);

	if (err_is_ok(e))
		e = bind_place(query, announce);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &announce_entity, query, false, latest_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err announce_former(struct row_context *c, const struct announce *announce, struct announce *former_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, former_list.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "series", &announce->series);
	if (err_is_ok(e))
		e = query_int(query, "edition", announce->edition);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &announce_entity, query, false, former_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

err announce_count(struct row_context *c, const struct announce *announce, int64_t *count_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, &count_all, &query);

	if (err_is_ok(e))
		e = bind_place(query, announce);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		*count_out = found ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

err announce_digest(struct bytes title, struct bytes body, char hex_out[static ANNOUNCE_DIGEST_MAX])
{
	uint8_t digest[HASH_LEN];
	OWN(buf) text = {0};
	OWN(buf) hex = {0};

	TRY(buf_blob(&text, title));
	TRY(buf_blob(&text, body));
	TRY(hash_sha256(bytes_of(&text), digest));
	TRY(hex_append(&hex, (struct bytes){digest, sizeof(digest)}));
	REQUIRE(hex.len == ANNOUNCE_DIGEST_MAX - 1);
	memcpy(hex_out, hex.ptr, hex.len);
	hex_out[hex.len] = '\0';
	return OK;
}

/* ---- lead times ---- */

struct bytes announce_word(struct bytes *rest)
{
	const uint8_t *space = rest->len == 0 ? NULL : memchr(rest->ptr, ' ', rest->len);
	struct bytes word = {rest->ptr, space == NULL ? rest->len : (size_t)(space - rest->ptr)};
	size_t used = word.len + (space != NULL ? 1 : 0);

	*rest = (struct bytes){rest->ptr + used, rest->len - used};
	return word;
}

/* What the contract asks for beside the product's own; at once where it is silent. */
static struct lead agreed(const struct contract *contract, const struct announce_matter *matter)
{
	const struct field *field = matter->contract == NULL ? NULL : entity_field(&contract_entity, matter->contract);
	struct lead lead = {.firm = matter->lead.firm};
	int64_t number;

	if (field == NULL)
		return lead;
	memcpy(&number, field_in(contract, field), sizeof(number));
	if (strstr(matter->contract, "_months") != NULL)
		lead.months = number < 0 || number > LEAD_MONTHS_MAX ? LEAD_MONTHS_MAX : (int32_t)number;
	else
		lead.days = number < 0 || number > LEAD_DAYS_MAX ? LEAD_DAYS_MAX : (int32_t)number;
	return lead;
}

err announce_first(struct call *call, const struct announce_kind *kind, const struct announce *announce, int32_t *date_out)
{
	struct lead leads[2 * ANNOUNCE_MATTERS_MAX] = {{0}};
	struct lead_case of = {.leads = leads, .urgency = (enum lead_urgency)announce->urgency, .published = clock_date_jst(call->now_us)};
	struct contract contract = {0};
	struct bytes rest = announce->matters;
	err e = contract_of(&call->rows, (struct id){{0}}, &contract);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	if (kind->first_apart && announce->edition == 1)
		leads[of.count++] = kind->first;
	else
		while (rest.len > 0) {
			const struct announce_matter *matter = announce_kind_matter(kind, announce_word(&rest));

			if (matter == NULL || of.count + 2 > sizeof(leads) / sizeof(leads[0]))
				return FAIL(INVALID);
			leads[of.count++] = matter->lead;
			leads[of.count++] = agreed(&contract, matter);
		}
	if (announce->consented_on != 0 && announce->consented_on == announce->effective_on && bytes_equal(announce->consent_digest, announce->digest))
		of.consented = announce->consented_on;
	*date_out = lead_case_first(&of);
	return *date_out != 0 ? OK : FAIL(INVALID);
}

/* ---- an earlier day ---- */

#define TODO_CONSENT "announcement-consent"

err announce_ask_consent(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	struct todo_spec todo = {
		.kind = TODO_CONSENT, .object_kind = "announcement", .object = announce->row.id, .facility = announce->facility, .probe = announce->probe,
		.roles = kind->described.handle, .link = "/announcements/", .mail = true, .grade = GRADE_2,
	};
	OWN(buf) ja = {0};
	OWN(buf) en = {0};

	TRY(buf_printf(&ja, "%sの早い適用日に同意するかを決める", kind->described.title.ja));
	TRY(buf_printf(&en, "Decide on an earlier day: %s", kind->described.title.en));
	todo.ja = bytes_of(&ja);
	todo.en = bytes_of(&en);
	return todo_put(&call->rows, &todo, call->now_us);
}

err announce_end_consent(struct call *call, const struct announce *announce, bool given)
{
	return todo_done(&call->rows, TODO_CONSENT, announce->row.id, (struct id){{0}}, given ? TODO_DONE : TODO_VOID, call->now_us);
}

/* ---- published ---- */

static int32_t later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* A link, and of what kind it is: nothing of the content. */
static err mail(struct call *call, const struct announce_kind *kind, const struct announce *announce)
{
	struct letter_spec spec = {
		.template = "announcement", .grade = GRADE_1, .cause = announce->row.id, .facility = announce->facility, .probe = announce->probe,
	};
	char id[ID_TEXT_MAX], link[64];
	OWN(buf) values = {0};

	id_format(announce->row.id, id);
	(void)snprintf(link, sizeof(link), "/announcements/%s", id);
	TRY(members_put(&values, BYTES_LIT("title_ja"), bytes_str(kind->described.title.ja)));
	TRY(members_put(&values, BYTES_LIT("title_en"), bytes_str(kind->described.title.en)));
	TRY(members_put(&values, BYTES_LIT("link"), bytes_str(link)));
	spec.values = bytes_of(&values);
	return letter_mail_roles(&call->rows, (unsigned)announce->roles, &spec, call->now_us);
}

err announce_spread(struct call *call, const struct announce_kind *kind, struct announce *announce)
{
	int32_t today = clock_date_jst(call->now_us);
	int64_t midnight = 0;

	announce->roles = kind->audience;
	announce->shown_until = announce->until != 0 ? announce->until : clock_date_add(later(today, announce->effective_on), SHOWN_DAYS);
	announce->holds_from = 0;
	if (kind->hold) {
		TRY(clock_midnight(announce->effective_on, &midnight));
		announce->holds_from = midnight > call->now_us ? midnight : call->now_us;
	}
	return (kind->channels & ANNOUNCE_MAIL) != 0 ? mail(call, kind, announce) : OK;
}
