#include <stdlib.h>
#include <string.h>

#include "assure/inspect_notice.h"
#include "base/clock.h"
#include "crypto/crypto.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define HOUR_US (INT64_C(3600) * 1000000)
#define IDS_MAX 2000
#define PART 50                 /* texts opened before the look rests */

/* ---- terms-version-unaltered ---- */

/* state 2 = published, 3 = withdrawn; what was published once must stay as it was. */
static const struct statement published = {"inspect.published-announcements",
    "SELECT id FROM announcement WHERE published_at IS NOT NULL ORDER BY id LIMIT :limit"};

static err read_ids(struct inspect *in, struct id *ids, size_t max, size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(in->rows.db, &published, &query);

	if (err_is_ok(e))
		e = query_int(query, "limit", (int64_t)max);
	while (err_is_ok(e) && count < max) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = column_id(query, 0, &ids[count++]);
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

static struct bytes text_of(const struct entity *entity, const void *row, const char *name)
{
	const struct field *field = entity_field(entity, name);
	struct bytes text;

	REQUIRE(field != NULL && field->type == FIELD_TEXT);
	memcpy(&text, field_in(row, field), sizeof(text));
	return text;
}

/* The digest is that of title and text, each behind its length. */
static err is_unaltered(struct inspect *in, struct id id, bool *same_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("announcement"));
	uint8_t digest[HASH_LEN];
	OWN(buf) text = {0};
	OWN(buf) hex = {0};
	void *row;
	err e;

	REQUIRE(entity != NULL);
	row = arena_alloc(in->rows.arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	*same_out = false;
	e = row_get(&in->rows, entity, id, row); /* compared with the ledger, too */
	if (err_is(e, ERR_CORRUPT))
		return OK;
	TRY(e);
	TRY(buf_blob(&text, text_of(entity, row, "title")));
	TRY(buf_blob(&text, text_of(entity, row, "body")));
	TRY(hash_sha256(bytes_of(&text), digest));
	TRY(hex_append(&hex, (struct bytes){digest, sizeof(digest)}));
	*same_out = bytes_equal(bytes_of(&hex), text_of(entity, row, "text_digest"));
	return OK;
}

static err unaltered(struct inspect *in)
{
	struct id *ids = malloc(IDS_MAX * sizeof(*ids));
	size_t count = 0, altered = 0;
	err e;

	if (ids == NULL)
		return FAIL(UNAVAILABLE);
	e = read_ids(in, ids, IDS_MAX, &count);
	for (size_t i = 0; err_is_ok(e) && i < count; i++) {
		bool same = false;

		e = is_unaltered(in, ids[i], &same);
		altered += err_is_ok(e) && !same ? 1 : 0;
		if (err_is_ok(e) && i % PART == PART - 1)
			e = inspect_breathe(in);
	}
	free(ids);
	TRY(e);
	if (count == 0) {
		inspect_unable(in, "公開された規約や告知がまだない。", "Nothing has been published yet.");
		return OK;
	}
	inspect_step(in, altered == 0, (unsigned)count, "公開された規約と告知の全版について、本文の照合値を計算し、公開したときの値と比べた",
	    "Computed the digest of every published edition and compared it with the one of its publication", "editions %zu, altered %zu", count, altered);
	return OK;
}

/* ---- change-effective-before-lead-none ---- */

/*
 * In effect by today, with the day on which it reached this compartment: here the day of its publication, of what came by post that of
 * its arrival. Minor ones and those for security go at once; so does a first edition, and the day to which somebody here agreed.
 */
static const struct statement effective = {"inspect.effective-announcements",
    "SELECT announcement.matters, announcement.effective_on,"
    " CASE WHEN announcement.origin = '' THEN announcement.published_at ELSE announcement.filed_at END,"
    " CASE WHEN announcement.urgency <> 0 OR (announcement.edition = 1 AND description.code IN ('terms', 'domain-list'))"
    " OR (announcement.consented_on = announcement.effective_on AND announcement.consent_digest = announcement.text_digest) THEN 1 ELSE 0 END"
    " FROM announcement JOIN description ON description.id = announcement.description"
    " WHERE announcement.state = 2 AND announcement.probe = 0 AND announcement.effective_on <= :today ORDER BY announcement.id LIMIT :limit"};

/* By the annexes, and not by what the program was told: months, else days. */
static const struct { const char *matter; int months, days; } leads[] = {
	{"service-end", 6, 0}, {"service-change", 0, 14}, {"terms-or-settings", 2, 0}, {"terms", 2, 0}, {"destinations", 0, 14},
};

static int32_t months_before(int32_t date, int months)
{
	int month = date / 100 % 100 - 1 - months;
	int32_t year = date / 10000;
	int32_t day;

	while (month < 0) {
		month += 12;
		year--;
	}
	day = year * 10000 + (month + 1) * 100 + date % 100;
	while (clock_weekday(day) < 0)
		day--;
	return day;
}

static bool is_about(struct bytes matters, const char *matter)
{
	size_t len = strlen(matter);

	for (size_t i = 0; i + len <= matters.len; i++)
		if ((i == 0 || matters.ptr[i - 1] == ' ') && memcmp(matters.ptr + i, matter, len) == 0 &&
		    (i + len == matters.len || matters.ptr[i + len] == ' '))
			return true;
	return false;
}

struct looked { size_t bound, at_once, early; };

static void look_at(struct query *query, struct looked *looked)
{
	struct bytes matters = column_bytes(query, 0);
	int32_t day = (int32_t)column_int(query, 1);
	int32_t told = clock_date_jst(column_int(query, 2));
	bool about = false, early = false;

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		int32_t latest;

		if (!is_about(matters, leads[i].matter))
			continue;
		about = true;
		latest = leads[i].months > 0 ? months_before(day, leads[i].months) : clock_date_add(day, -leads[i].days);
		early = early || told > latest;
	}
	if (!about)
		return;
	if (column_int(query, 3) != 0)
		looked->at_once++;
	else
		looked->bound++;
	looked->early += early && column_int(query, 3) == 0 ? 1 : 0;
}

static err before_lead(struct inspect *in)
{
	struct looked looked = {0};
	struct query *query = NULL;
	bool found = true;
	err e = query_start(in->rows.db, &effective, &query);

	if (err_is_ok(e))
		e = query_int(query, "today", clock_date_jst(clock_now_us()));
	if (err_is_ok(e))
		e = query_int(query, "limit", IDS_MAX);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		look_at(query, &looked);
	}
	query_end(&query);
	TRY(e);
	if (looked.bound + looked.at_once == 0) {
		inspect_unable(in, "告知の期間が定められた変更で、すでに適用されたものがまだない。", "No change with a lead time has taken effect yet.");
		return OK;
	}
	inspect_step(in, looked.early == 0, (unsigned)(looked.bound + looked.at_once),
	    "適用されたすべての変更について、告知が届いた日から適用日までの期間を調べた",
	    "Looked, for every change in effect, how long before its day the announcement had arrived",
	    "with lead %zu, minor, for security, first or agreed to %zu, too early %zu", looked.bound, looked.at_once, looked.early);
	return OK;
}

/* ---- deliveries; params: the code of a kind, or nothing ---- */

/* letter.channel 2 = post. What was published here for customers, each customer to whom it went, and when it arrived there. */
static const struct statement deliveries = {"inspect.announcement-deliveries",
    "SELECT sent.published_at, sent.effective_on, sent.urgency, delivery.delivered_at FROM"
    " (SELECT DISTINCT announcement.id, announcement.published_at, announcement.effective_on, announcement.urgency, letter.place"
    " FROM announcement JOIN description ON description.id = announcement.description JOIN letter ON letter.object = announcement.id"
    " WHERE announcement.published_at IS NOT NULL AND announcement.probe = 0 AND announcement.origin = '' AND letter.channel = 2"
    " AND letter.kind = 'announcement' AND letter.place <> '*' AND (description.code = :code OR :code IS NULL)) AS sent"
    " LEFT JOIN announcement_delivery AS delivery ON delivery.announcement = sent.id AND delivery.place = sent.place"
    " AND delivery.published <> 0 LIMIT :limit"};

struct arrived { size_t sent, late, open, after_day; };

static err look_at_delivery(struct query *query, struct arrived *arrived)
{
	int64_t published_us = column_int(query, 0), midnight = 0;
	int64_t delivered_us = column_null(query, 3) ? 0 : column_int(query, 3);
	bool waits = delivered_us == 0 && clock_now_us() - published_us < DAY_US;

	TRY(clock_midnight((int32_t)column_int(query, 1), &midnight));
	arrived->sent++;
	arrived->open += waits ? 1 : 0;
	arrived->late += !waits && (delivered_us == 0 || delivered_us - published_us > DAY_US) ? 1 : 0;
	/* What goes at once applies from its publication on. */
	if (midnight < published_us + HOUR_US)
		midnight = published_us + HOUR_US;
	arrived->after_day += (delivered_us == 0 ? clock_now_us() : delivered_us) > midnight ? 1 : 0;
	return OK;
}

static err read_deliveries(struct inspect *in, struct arrived *arrived)
{
	struct query *query = NULL;
	bool found = true;
	err e = query_start(in->rows.db, &deliveries, &query);

	if (err_is_ok(e))
		e = in->params.len == 0 ? query_null(query, "code") : query_text(query, "code", in->params);
	if (err_is_ok(e))
		e = query_int(query, "limit", IDS_MAX);
	while (err_is_ok(e)) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = look_at_delivery(query, arrived);
	}
	query_end(&query);
	return e;
}

static err delivered(struct inspect *in)
{
	struct arrived arrived = {0};

	TRY(read_deliveries(in, &arrived));
	if (arrived.sent == 0)
		return OK; /* what the check itself has sent was looked at there */
	if (in->params.len == 0)
		inspect_step(in, arrived.late == 0, (unsigned)arrived.sent, "公開したすべての告知が、関係するすべての団体に1日以内に届いたかを調べた",
		    "Looked whether everything published has arrived at every customer concerned within a day", "sent %zu, on their way %zu, not arrived in time %zu",
		    arrived.sent, arrived.open, arrived.late);
	else
		inspect_step(in, arrived.after_day == 0, (unsigned)arrived.sent, "一覧のすべての版が、適用の前に各団体へ届いたかを調べた",
		    "Looked whether every edition of the list had arrived at each customer before it applied", "sent %zu, arrived too late %zu", arrived.sent,
		    arrived.after_day);
	return OK;
}

const struct inspection inspect_notice[] = {
	{"terms-version-unaltered", unaltered},
	{"change-effective-before-lead-none", before_lead},
	{"announcement-deliveries", delivered},
	{0},
};

#define CITY (CHECK_CUSTOMER | CHECK_PROBE)

const struct check inspect_notice_checks[] = {
	{.id = "terms-version-unaltered", .where = CITY | CHECK_PROVIDER, .inspection = "terms-version-unaltered"}, /* T-9 K-46 U-38 */
	{.id = "change-effective-before-lead-none", .where = CHECK_CUSTOMER, .inspection = "change-effective-before-lead-none"}, /* T-3 T-9 K-59 */
	{0},
};
