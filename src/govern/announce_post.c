#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "entity/members.h"

#include "govern/announce_post.h"

#define KIND "announcement"
#define ANSWER "announcement-answer"
#define PLACES_MAX 200

#define AT(member) .offset = offsetof(struct announce_post_delivery, member)

static const struct field fields[] = {
	{.name = "announcement", .ja = "告知", .en = "Announcement", .type = FIELD_ID, .grade = GRADE_1, .required = true, .refers = "announcement",
	    AT(announcement)},
	{.name = "probe", .ja = "検査用", .en = "For checks", .type = FIELD_BOOL, .grade = GRADE_1, AT(probe)},
	{.name = "place", .ja = "届け先の区画", .en = "Customer", .type = FIELD_TEXT, .grade = GRADE_1, .required = true, .max = 40, AT(place)},
	{.name = "delivered_at", .ja = "届いた日時", .en = "Arrived", .type = FIELD_TIME, .grade = GRADE_1, .required = true, AT(delivered_at)},
	{.name = "published", .ja = "公開されたものとして届いた", .en = "Arrived as published", .type = FIELD_BOOL, .grade = GRADE_1, AT(published)},
	{.name = "late", .ja = "契約の告知期間に足りない", .en = "Too late by the contract", .type = FIELD_BOOL, .grade = GRADE_1, AT(late)},
	{.name = "text_digest", .ja = "照合値", .en = "Digest", .type = FIELD_TEXT, .grade = GRADE_1, .max = 64, AT(digest)},
	{.name = "consented_on", .ja = "同意された適用日", .en = "Day agreed to", .type = FIELD_DATE, .grade = GRADE_1, AT(consented_on)},
	{.name = "consented_at", .ja = "同意の日時", .en = "Agreed at", .type = FIELD_TIME, .grade = GRADE_1, AT(consented_at)},
};

static const char *const unique[] = {"announcement,place", NULL};

const struct entity announce_post_delivery_entity = {
	.name = "announcement_delivery", .ja = "告知の到着", .en = "Delivery of an announcement", .size = sizeof(struct announce_post_delivery),
	.seal = SEAL_NONE, .unique = unique, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list of_place = {
	.name = "govern.announcement-delivery", .entity = &announce_post_delivery_entity,
	.where = "announcement = :announcement AND place = :place LIMIT 1",
};
static struct row_list of_announcement = {
	.name = "govern.announcement-deliveries", .entity = &announce_post_delivery_entity,
	.where = "announcement = :announcement ORDER BY place LIMIT :limit",
};
/* letter.channel 2 = post */
static const struct statement places = {"govern.announcement-places",
    "SELECT COUNT(DISTINCT place) FROM letter WHERE object = :announcement AND channel = 2 AND kind = '" KIND "' AND place <> '" POST_ALL "'"};

err announce_post_start(void)
{
	TRY(row_list_make(&of_place));
	return row_list_make(&of_announcement);
}

bool announce_post_shared(const struct call *call, const struct announce_kind *kind)
{
	return call->compartment->provider && kind->described.shared;
}

/* ---- numbers as texts ---- */

static err put_text(struct buf *out, const char *name, struct bytes text)
{
	return members_put(out, bytes_str(name), text);
}

static err put_number(struct buf *out, const char *name, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	return members_put(out, bytes_str(name), bytes_str(text));
}

/* What we wrote ourselves, and nothing else. */
static err get_number(struct bytes form, const char *name, int64_t max, int64_t *out)
{
	struct bytes text = members_get(form, name);
	int64_t number = 0;

	if (text.len == 0 || text.len > 18 || (text.len > 1 && text.ptr[0] == '0'))
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		number = number * 10 + (text.ptr[i] - '0');
	}
	if (number > max)
		return FAIL(INVALID);
	*out = number;
	return OK;
}

static err get_date(struct bytes form, const char *name, int32_t *out)
{
	int64_t number = 0;

	TRY(get_number(form, name, 99991231, &number));
	if (number != 0 && clock_weekday((int32_t)number) < 0)
		return FAIL(INVALID);
	*out = (int32_t)number;
	return OK;
}

static err put_id(struct buf *out, const char *name, struct id id)
{
	char text[ID_TEXT_MAX];

	id_format(id, text);
	return members_put(out, bytes_str(name), bytes_str(text));
}

/* ---- from the provider ---- */

static err write_announcement(struct call *call, const struct announce *announce, const struct announce_kind *kind, struct buf *out)
{
	(void)call;
	TRY(put_text(out, "kind", bytes_str(kind->described.code)));
	TRY(put_text(out, "title", announce->title));
	TRY(put_text(out, "body", announce->body));
	TRY(put_text(out, "matters", announce->matters));
	TRY(put_text(out, "digest", announce->digest));
	TRY(put_id(out, "series", announce->series));
	TRY(put_number(out, "number", announce->number));
	TRY(put_number(out, "edition", announce->edition));
	TRY(put_number(out, "state", announce->state));
	TRY(put_number(out, "urgency", announce->urgency));
	TRY(put_number(out, "early", announce->early ? 1 : 0));
	TRY(put_number(out, "effective_on", announce->effective_on));
	TRY(put_number(out, "until", announce->until));
	TRY(put_number(out, "published_at", announce->published_at));
	return put_number(out, "consented_on", announce->consented_on);
}

err announce_post_send(struct call *call, const struct announce *announce)
{
	const struct announce_kind *kind = announce_kind_of(announce);
	struct post_letter letter = {
		.to = POST_ALL, .kind = KIND, .object = announce->row.id, .edition = announce->row.version, .probe = announce->probe,
	};
	OWN(buf) body = {0};

	REQUIRE(kind != NULL);
	TRY(write_announcement(call, announce, kind, &body));
	letter.body = bytes_of(&body);
	return post_put(&call->rows, &letter, call->now_us);
}

/* ---- at the customer's ---- */

struct arrival {
	struct announce announce;   /* as it comes */
	const struct announce_kind *kind;
};

static err read_words(struct call *call, struct bytes form, struct announce *out)
{
	char digest[ANNOUNCE_DIGEST_MAX];

	TRY(arena_copy(call->arena, members_get(form, "title"), &out->title));
	TRY(arena_copy(call->arena, members_get(form, "body"), &out->body));
	TRY(arena_copy(call->arena, members_get(form, "matters"), &out->matters));
	TRY(arena_copy(call->arena, members_get(form, "digest"), &out->digest));
	TRY(announce_digest(out->title, out->body, digest));
	return bytes_is(out->digest, digest) ? OK : FAIL(INVALID);
}

static err read_arrival(struct call *call, const struct post_item *item, struct arrival *out)
{
	struct announce *announce = &out->announce;
	int64_t state = 0, urgency = 0, early = 0;

	if (members_check(item->body, NULL) != FLAW_NONE)
		return FAIL(INVALID);
	out->kind = announce_kind_code(members_get(item->body, "kind"));
	if (out->kind == NULL || !out->kind->described.shared || call->compartment->provider)
		return FAIL(INVALID);
	announce->description = out->kind->id;
	TRY(read_words(call, item->body, announce));
	TRY(id_parse(members_get(item->body, "series"), &announce->series));
	TRY(get_number(item->body, "number", INT32_MAX, &announce->number));
	TRY(get_number(item->body, "edition", INT32_MAX, &announce->edition));
	TRY(get_number(item->body, "state", ANNOUNCE_WITHDRAWN, &state));
	TRY(get_number(item->body, "urgency", LEAD_SECURITY, &urgency));
	TRY(get_number(item->body, "early", 1, &early));
	TRY(get_date(item->body, "effective_on", &announce->effective_on));
	TRY(get_date(item->body, "until", &announce->until));
	TRY(get_number(item->body, "published_at", INT64_MAX, &announce->published_at));
	TRY(get_date(item->body, "consented_on", &announce->consented_on));
	announce->state = (int32_t)state;
	announce->urgency = (int32_t)urgency;
	announce->early = early == 1;
	return announce->state != ANNOUNCE_DRAFT ? OK : FAIL(INVALID);
}

/* What is known of it here: who agreed stays, as long as it is the same text and day. */
static err merge(struct call *call, const struct post_item *item, struct arrival *arrival, bool *published_before_out)
{
	struct announce *announce = &arrival->announce;
	struct announce known = {0};
	err e = row_get(&call->rows, &announce_entity, item->object, &known);

	*published_before_out = false;
	announce->row.id = item->object;
	announce->probe = item->probe;
	announce->filed_at = call->now_us;
	TRY(arena_copy(call->arena, item->from, &announce->origin));
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	if (!bytes_equal(known.origin, item->from) || known.probe != item->probe || !id_equal(known.description, announce->description))
		return FAIL(INVALID);
	*published_before_out = known.state == ANNOUNCE_PUBLISHED;
	/* A1 */
	if (known.published_at != 0 && !bytes_equal(known.digest, announce->digest))
		return FAIL(INVALID);
	announce->row = known.row;
	announce->filed_at = known.filed_at;
	announce->withdrawn_at = known.withdrawn_at;
	announce->roles = known.roles;
	announce->shown_until = known.shown_until;
	announce->consenter = known.consenter;
	announce->consented_at = known.consented_at;
	announce->consent_reason = known.consent_reason;
	announce->consent_digest = known.consent_digest;
	announce->consented_on = known.consented_on;
	return OK;
}

/* G1 of the contract: by the number agreed here, which the provider may not know. */
static err is_late(struct call *call, const struct arrival *arrival, bool *late_out)
{
	int32_t first = 0;

	*late_out = false;
	if (arrival->announce.state == ANNOUNCE_WITHDRAWN || arrival->announce.effective_on == 0)
		return OK;
	TRY(announce_first(call, arrival->kind, &arrival->announce, &first));
	*late_out = arrival->announce.effective_on < first;
	return OK;
}

static err answer(struct call *call, const struct announce *announce, bool late)
{
	struct post_letter letter = {
		.to = POST_PROVIDER, .kind = ANSWER, .object = announce->row.id, .edition = announce->row.version, .probe = announce->probe,
	};
	OWN(buf) body = {0};

	TRY(put_text(&body, "digest", announce->digest));
	TRY(put_number(&body, "delivered_at", call->now_us));
	TRY(put_number(&body, "published", announce->state == ANNOUNCE_PUBLISHED ? 1 : 0));
	TRY(put_number(&body, "late", late ? 1 : 0));
	TRY(put_number(&body, "consented_on", announce->consented_on));
	TRY(put_number(&body, "consented_at", announce->consented_at));
	letter.body = bytes_of(&body);
	return post_put(&call->rows, &letter, call->now_us);
}

static err keep(struct call *call, struct announce *announce)
{
	return announce->row.version == 0 ? row_insert(&call->rows, &announce_entity, announce) : row_update(&call->rows, &announce_entity, announce);
}

static err take_announcement(struct call *call, const struct post_item *item)
{
	struct arrival arrival = {.announce = {.row = {.id = item->object}}};
	struct announce *announce = &arrival.announce;
	bool published_before = false, late = false;

	if (!item->from_provider)
		return FAIL(DENIED);
	TRY(read_arrival(call, item, &arrival));
	TRY(merge(call, item, &arrival, &published_before));
	TRY(is_late(call, &arrival, &late));
	if (announce->state == ANNOUNCE_PUBLISHED && !published_before)
		TRY(announce_spread(call, arrival.kind, announce));
	else if (announce->state == ANNOUNCE_WITHDRAWN)
		announce->withdrawn_at = announce->withdrawn_at != 0 ? announce->withdrawn_at : call->now_us;
	TRY(keep(call, announce));
	TRY(call_object(call, "announcement", announce->row.id));
	if (announce->state != ANNOUNCE_WAITING)
		TRY(announce_end_consent(call, announce, false));
	else if (announce->early && !(announce->consented_on == announce->effective_on && bytes_equal(announce->consent_digest, announce->digest)))
		TRY(announce_ask_consent(call, arrival.kind, announce));
	return answer(call, announce, late);
}

err announce_post_consent(struct call *call, const struct announce *announce)
{
	return answer(call, announce, false);
}

const struct post_kind announce_post_arrival = {KIND, take_announcement};

/* ---- back at the provider's ---- */

static err find_delivery(struct row_context *c, struct id announcement, struct bytes place, struct announce_post_delivery *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, of_place.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "announcement", &announcement);
	if (err_is_ok(e))
		e = query_text(query, "place", place);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e) && found)
		e = row_read(c, &announce_post_delivery_entity, query, false, out);
	query_end(&query);
	return e;
}

static err take_answer(struct call *call, const struct post_item *item)
{
	struct announce_post_delivery delivery = {0};
	struct announce announce = {0};
	int64_t published = 0, late = 0;

	if (!call->compartment->provider || members_check(item->body, NULL) != FLAW_NONE)
		return FAIL(INVALID);
	TRY(row_get(&call->rows, &announce_entity, item->object, &announce));
	if (announce.probe != item->probe) /* what is made for checks agrees to nothing real */
		return FAIL(INVALID);
	TRY(find_delivery(&call->rows, item->object, item->from, &delivery));
	TRY(get_number(item->body, "delivered_at", INT64_MAX, &delivery.delivered_at));
	TRY(get_number(item->body, "published", 1, &published));
	TRY(get_number(item->body, "late", 1, &late));
	TRY(get_date(item->body, "consented_on", &delivery.consented_on));
	TRY(get_number(item->body, "consented_at", INT64_MAX, &delivery.consented_at));
	TRY(arena_copy(call->arena, members_get(item->body, "digest"), &delivery.digest));
	delivery.announcement = announce.row.id;
	delivery.probe = announce.probe;
	delivery.place = item->from;
	delivery.published = published == 1;
	delivery.late = late == 1;
	TRY(call_object(call, "announcement", announce.row.id));
	return delivery.row.version == 0 ? row_insert(&call->rows, &announce_post_delivery_entity, &delivery) :
	    row_update(&call->rows, &announce_post_delivery_entity, &delivery);
}

const struct post_kind announce_post_answer = {ANSWER, take_answer};

static err count_places(struct call *call, const struct announce *announce, int64_t *count_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, &places, &query);

	if (err_is_ok(e))
		e = query_id(query, "announcement", &announce->row.id);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		*count_out = found ? column_int(query, 0) : 0;
	query_end(&query);
	return e;
}

static err each_delivery(struct call *call, const struct announce *announce,
    void (*each)(void *context, const struct announce_post_delivery *delivery), void *context)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(call->rows.db, of_announcement.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "announcement", &announce->row.id);
	if (err_is_ok(e))
		e = query_int(query, "limit", PLACES_MAX);
	while (err_is_ok(e)) {
		struct announce_post_delivery delivery = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &announce_post_delivery_entity, query, false, &delivery);
		if (err_is_ok(e))
			each(context, &delivery);
	}
	query_end(&query);
	return e;
}

struct agreeing { const struct announce *announce; int64_t count; };

static void note_agreement(void *context, const struct announce_post_delivery *delivery)
{
	struct agreeing *agreeing = context;
	const struct announce *announce = agreeing->announce;

	agreeing->count += delivery->consented_on != 0 && delivery->consented_on == announce->effective_on &&
	    bytes_equal(delivery->digest, announce->digest) ? 1 : 0;
}

err announce_post_agreed(struct call *call, const struct announce *announce, bool *agreed_out)
{
	struct agreeing agreeing = {.announce = announce};
	int64_t addressed = 0;

	TRY(count_places(call, announce, &addressed));
	TRY(each_delivery(call, announce, note_agreement, &agreeing));
	*agreed_out = addressed > 0 && agreeing.count >= addressed;
	return OK;
}

static void put_delivery(void *context, const struct announce_post_delivery *delivery)
{
	struct json *json = context;

	json_object(json, NULL);
	json_text(json, "place", delivery->place);
	json_time(json, "delivered_at", delivery->delivered_at);
	json_bool(json, "published", delivery->published);
	json_bool(json, "late", delivery->late);
	json_date(json, "consented_on", delivery->consented_on);
	json_time(json, "consented_at", delivery->consented_at);
	json_object_end(json);
}

err announce_post_put(struct call *call, const struct announce *announce)
{
	int64_t addressed = 0;

	if (!call->compartment->provider)
		return OK;
	TRY(count_places(call, announce, &addressed));
	json_int(&call->out, "addressed", addressed);
	json_array(&call->out, "deliveries");
	TRY(each_delivery(call, announce, put_delivery, &call->out));
	json_array_end(&call->out);
	return OK;
}
