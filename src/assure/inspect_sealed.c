#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "assure/inspect_rows.h"
#include "assure/inspect_sealed.h"
#include "base/clock.h"

#define SECOND_LOOKS 25
#define SECOND_LOOK_NS 20000000
#define SUSPECTS_MAX 64
#define DAY_S 86400
#define PATH_LEN 512

struct first_bad {
	unsigned count;
	char what[120];           /* the first one: entity, id, what is wrong */
};

static void note_bad(struct first_bad *bad, const char *entity, struct id id, const char *what)
{
	char text[ID_TEXT_MAX];

	id_format(id, text);
	if (bad->count++ == 0)
		(void)snprintf(bad->what, sizeof(bad->what), "%s %s: %s", entity, text, what);
}

static bool is_sealed(const struct entity *entity)
{
	for (size_t i = 0; i < entity->field_count; i++)
		if (entity->fields[i].sealed)
			return true;
	return false;
}

/* ---- graded-field-unsealed-none, stored-algorithms-all-listed ---- */

struct seals {
	unsigned rows, envelopes, keys;
	struct id last_key;
	bool last_good;
	struct first_bad bad;
};

static bool open_grade(const struct field *field)
{
	return field->personal && field->grade <= GRADE_3C && !field->sealed;
}

static void declared(struct inspect *in)
{
	unsigned fields = 0, open = 0;
	const char *first = "";

	for (size_t i = 0; entities[i] != NULL; i++)
		for (size_t k = 0; k < entities[i]->field_count; k++) {
			const struct field *field = &entities[i]->fields[k];

			fields += field->personal;
			if (open_grade(field) && open++ == 0)
				first = field->name;
		}
	inspect_step(in, open == 0, fields, "個人に関する格付3の項目が、すべて封印する定義になっているかを調べた",
	    "Looked whether every personal field of grade 3 is declared as sealed", "personal fields %u, not sealed %u %s", fields, open, first);
}

/* Rows of one person come one after another: their key is asked for once. */
static err key_in_force(struct inspect *in, struct seals *seals, struct id key, bool *good_out)
{
	struct data_key found;
	err e;

	*good_out = seals->last_good;
	if (seals->keys > 0 && id_equal(key, seals->last_key))
		return OK;
	e = keys_by_id(in->rows.keys, key, &found);
	if (err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_LIMITED))
		return e;
	seals->keys++;
	seals->last_key = key;
	seals->last_good = err_is_ok(e);
	*good_out = seals->last_good;
	return OK;
}

static err look_sealed(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct seals *seals = context;
	struct row_group groups[GRADE_COUNT];
	struct id id = {{0}};
	size_t count = 0;
	err e;

	TRY(column_id(query, 0, &id));
	seals->rows++;
	e = row_groups(&in->rows, entity, query, groups, &count);
	if (err_is(e, ERR_CORRUPT)) {
		note_bad(&seals->bad, entity->name, id, "no envelope");
		return OK;
	}
	TRY(e);
	for (size_t i = 0; i < count; i++) {
		bool good = false;

		seals->envelopes++;
		TRY(key_in_force(in, seals, groups[i].key, &good));
		if (!good)
			note_bad(&seals->bad, entity->name, id, "its key is not in force");
	}
	return OK;
}

static err graded_fields(struct inspect *in)
{
	struct seals seals = {0};

	declared(in);
	TRY(inspect_rows_each(in, is_sealed, look_sealed, &seals));
	if (seals.envelopes == 0 && seals.bad.count == 0) {
		inspect_unable(in, "封印された記録がまだない。", "There is no sealed record yet.");
		return OK;
	}
	inspect_step(in, seals.bad.count == 0, seals.envelopes, "保存されたすべての記録で、封印する項目が有効な鍵による封筒になっているかを調べた",
	    "Looked in every stored record whether its sealed fields are envelopes under a key in force",
	    "records %u, envelopes %u, not so %u %s", seals.rows, seals.envelopes, seals.bad.count, seals.bad.what);
	return OK;
}

/* ---- sealed-record-tamper-refused ---- */

struct tamper {
	struct db *copy;
	unsigned records, changed, opened, unread;
	struct first_bad bad;
};

static err ddl_of(struct db *db, const struct entity *entity)
{
	OWN(buf) ddl = {0};

	TRY(row_ddl(entity, "sqlite", &ddl));
	TRY(buf_u8(&ddl, '\0'));
	return db_script(db, (const char *)ddl.ptr);
}

/* The one row of the copy, opened as the engine opens it. */
static err open_copy(struct inspect *in, struct tamper *t, const struct entity *entity)
{
	struct row_context rows = {.db = t->copy, .keys = in->rows.keys, .arena = in->rows.arena, .tentative = true};
	void *row = arena_alloc(in->rows.arena, entity->size);
	struct query *query;
	bool found = false;
	err e;

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(query_start(t->copy, row_statement(entity, "all"), &query));
	e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(&rows, entity, query, false, row) : FAIL(INTERNAL);
	query_end(&query);
	return e;
}

/* flip: the column of which one bit changes; SIZE_MAX: the copy as it is. */
static err try_copy(struct inspect *in, struct tamper *t, const struct entity *entity, struct query *query, size_t flip)
{
	bool flipped = false;
	err e;

	TRY(db_begin(t->copy, DB_WRITE));
	e = ddl_of(t->copy, entity);
	if (err_is_ok(e))
		e = row_copy(t->copy, entity, query, flip, &flipped);
	if (err_is_ok(e) && (flipped || flip == SIZE_MAX)) {
		err opened = open_copy(in, t, entity);

		if (err_is(opened, ERR_UNAVAILABLE) || err_is(opened, ERR_LIMITED) || err_is(opened, ERR_INTERNAL))
			e = opened;
		else if (flip == SIZE_MAX)
			t->unread += !err_is_ok(opened);
		else
			t->opened += !err_is(opened, ERR_CORRUPT) && !err_is(opened, ERR_NOT_FOUND);
		t->changed += flipped;
	}
	db_rollback(t->copy);
	return e;
}

static err look_tampered(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct tamper *t = context;
	unsigned before = t->opened + t->unread;
	struct id id = {{0}};

	TRY(column_id(query, 0, &id));
	TRY(try_copy(in, t, entity, query, SIZE_MAX));
	for (size_t i = 0; i < row_column_count(entity); i++)
		TRY(try_copy(in, t, entity, query, i));
	if (t->opened + t->unread > before)
		note_bad(&t->bad, entity->name, id, t->unread > 0 ? "cannot be read" : "opened");
	t->records++;
	return OK;
}

/* A row somewhere in the table, another one each time. */
static err tamper_entity(struct inspect *in, struct tamper *t, const struct entity *entity)
{
	struct query *query = NULL;
	struct id from;
	err e;

	TRY(id_new(&from));
	TRY(inspect_rows_near(in, entity, &from, &query));
	if (query == NULL)
		return OK;
	e = look_tampered(in, entity, query, t);
	query_end(&query);
	TRY(e);
	return inspect_breathe(in);
}

static void copy_path(const struct inspect *in, const char *end, char path[static PATH_LEN])
{
	(void)snprintf(path, PATH_LEN, "%s/changed.db%s", in->compartment->directory, end);
}

static void forget_copy(const struct inspect *in)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[PATH_LEN];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		copy_path(in, ends[i], path);
		(void)unlink(path); /* may not be there */
	}
}

static err tampered_records(struct inspect *in)
{
	struct tamper t = {0};
	char path[PATH_LEN];
	err e;

	forget_copy(in);
	copy_path(in, "", path);
	e = db_open(path, DB_WRITE, &t.copy);
	for (size_t i = 0; err_is_ok(e) && entities[i] != NULL; i++)
		if (is_sealed(entities[i]))
			e = tamper_entity(in, &t, entities[i]);
	db_close(&t.copy);
	forget_copy(in);
	TRY(e);
	if (t.changed == 0) {
		inspect_unable(in, "封印された記録がまだない。", "There is no sealed record yet.");
		return OK;
	}
	inspect_step(in, t.unread == 0, t.records, "各種の記録の写しを、変えずに開いた", "Opened the copy of a record of each kind, unchanged",
	    "records %u, not opened %u %s", t.records, t.unread, t.unread > 0 ? t.bad.what : "");
	inspect_step(in, t.opened == 0, t.changed, "写しの項目ごとに1ビットだけ変えて開こうとした",
	    "Changed one bit in each column of the copy and tried to open it", "changed %u, refused %u, opened %u %s", t.changed,
	    t.changed - t.opened, t.opened, t.opened > 0 ? t.bad.what : "");
	return OK;
}

/* ---- record-authentication-verifies ---- */

struct authentic {
	unsigned rows;
	struct id suspects[SUSPECTS_MAX];
	size_t suspect_count;
	struct first_bad bad;
};

static err look_authentic(struct inspect *in, const struct entity *entity, struct query *query, void *context)
{
	struct authentic *a = context;
	void *row = arena_alloc(in->rows.arena, entity->size);
	err e = row == NULL ? FAIL(UNAVAILABLE) : row_read(&in->rows, entity, query, false, row);

	a->rows++;
	if (err_is_ok(e) || err_is(e, ERR_NOT_FOUND)) /* its key was destroyed */
		return OK;
	if (!err_is(e, ERR_CORRUPT))
		return e;
	if (a->suspect_count < SUSPECTS_MAX)
		return column_id(query, 0, &a->suspects[a->suspect_count++]);
	a->bad.count++;
	return OK;
}

/* What was written after our snapshot differs from the ledger, which is newer: a fresh look tells. */
static err look_again(struct inspect *in, const struct entity *entity, struct id id, bool *good_out)
{
	const struct timespec pause = {.tv_nsec = SECOND_LOOK_NS};

	*good_out = false;
	for (int i = 0; i < SECOND_LOOKS && !*good_out; i++) {
		void *row;
		err e;

		(void)nanosleep(&pause, NULL); /* cut short by a signal: looks sooner */
		TRY(inspect_breathe(in));
		row = arena_alloc(in->rows.arena, entity->size);
		e = row == NULL ? FAIL(UNAVAILABLE) : row_get(&in->rows, entity, id, row);
		if (!err_is(e, ERR_CORRUPT) && !err_is(e, ERR_NOT_FOUND))
			TRY(e);
		*good_out = !err_is(e, ERR_CORRUPT);
	}
	return OK;
}

static err settle_suspects(struct inspect *in, const struct entity *entity, struct authentic *a)
{
	for (size_t i = 0; i < a->suspect_count; i++) {
		bool good = false;

		TRY(look_again(in, entity, a->suspects[i], &good));
		if (!good)
			note_bad(&a->bad, entity->name, a->suspects[i], "does not verify");
	}
	a->suspect_count = 0;
	return OK;
}

/* Ids are random: equal parts of their range hold equally many rows. */
static void part_of_rows(unsigned part, struct id *after_out, struct id *last_out)
{
	unsigned from = part * 65536 / INSPECT_SEALED_DAYS;
	unsigned to = (part + 1) * 65536 / INSPECT_SEALED_DAYS - 1;

	memset(after_out->b, 0, sizeof(after_out->b));
	memset(last_out->b, 0xff, sizeof(last_out->b));
	after_out->b[0] = (uint8_t)(from >> 8);
	after_out->b[1] = (uint8_t)from;
	last_out->b[0] = (uint8_t)(to >> 8);
	last_out->b[1] = (uint8_t)to;
}

static err authentic_entity(struct inspect *in, const struct entity *entity, unsigned part, struct authentic *a)
{
	struct inspect_rows rows;
	struct id after, last;

	part_of_rows(part, &after, &last);
	inspect_rows_range(&rows, entity, &after, &last);
	while (!rows.done) {
		TRY(inspect_rows_part(in, &rows, look_authentic, a));
		TRY(settle_suspects(in, entity, a));
		TRY(inspect_breathe(in));
	}
	return OK;
}

/* The part, and where nothing falls into it (there are few records), the next that holds something. */
static err authentic_part(struct inspect *in, unsigned part, unsigned parts, struct authentic *a)
{
	for (unsigned tried = 0; tried < parts && a->rows == 0; tried++)
		for (size_t i = 0; entities[i] != NULL; i++)
			TRY(authentic_entity(in, entities[i], (part + tried) % INSPECT_SEALED_DAYS, a));
	return OK;
}

/* params: u8, another day's part than today's. */
static err authentic_records(struct inspect *in)
{
	struct authentic a = {0};
	uint8_t part = (uint8_t)(clock_now_us() / 1000000 / DAY_S % INSPECT_SEALED_DAYS);
	struct bytes params = in->params;
	bool before = in->rows.tentative;
	bool given = params.len > 0;
	err e;

	if (given && (!err_is_ok(cut_u8(&params, &part)) || part >= INSPECT_SEALED_DAYS))
		return FAIL(INVALID);
	in->rows.tentative = true;
	e = authentic_part(in, part, given ? 1 : INSPECT_SEALED_DAYS, &a);
	in->rows.tentative = before;
	TRY(e);
	if (a.rows == 0) {
		inspect_unable(in, "調べる記録がまだない。", "There is no record to look at yet.");
		return OK;
	}
	inspect_step(in, a.bad.count == 0, a.rows,
	    "全記録のうち今日の分（14日で一巡）を開き、認証符号・封印・台帳の記載を照合した",
	    "Opened today's part of all records (all in 14 days) and compared authentication code, seal and ledger",
	    "records %u, not authentic %u %s", a.rows, a.bad.count, a.bad.what);
	return OK;
}

const struct inspection inspect_sealed[] = {
	{"graded-field-unsealed-none", graded_fields},
	{"sealed-record-tamper-refused", tampered_records},
	{"record-authentication-verifies", authentic_records},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_sealed_checks[] = {
	{.id = "graded-field-unsealed-none", .where = EVERYWHERE, .inspection = "graded-field-unsealed-none", .seconds = 300}, /* K-6 T-17 */
	{.id = "sealed-record-tamper-refused", .where = EVERYWHERE, .inspection = "sealed-record-tamper-refused", .seconds = 60},
	{.id = "record-authentication-verifies", .where = EVERYWHERE, .inspection = "record-authentication-verifies", .seconds = 600},
	{0},
};
