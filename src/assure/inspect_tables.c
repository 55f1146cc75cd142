#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assure/catalogue.h"
#include "assure/eventlist.h"
#include "assure/inspect_rows.h"
#include "assure/inspect_tables.h"
#include "assure/policy.h"
#include "entity/json.h"
#include "ledger/blob.h"
#include "ledger/event.h"
#include "ledger/ledger.h"

#define WORD_LEN 64

struct first_bad {
	unsigned count;
	char what[140];
};

static void __attribute__((format(printf, 2, 3))) note_bad(struct first_bad *bad, const char *format, ...)
{
	va_list words;

	if (bad->count++ > 0)
		return;
	va_start(words, format);
	if (vsnprintf(bad->what, sizeof(bad->what), format, words) < 0)
		bad->what[0] = '\0';
	va_end(words);
}

/* ---- operation-without-entry-none ---- */

static bool is_local(const struct op *op)
{
	return strcmp(op->method, "LOCAL") == 0;
}

/* "child see" */
static bool split(const char *policy, char entity[static WORD_LEN], char action[static WORD_LEN])
{
	const char *space = strchr(policy, ' ');

	return space != NULL && snprintf(entity, WORD_LEN, "%.*s", (int)(space - policy), policy) < WORD_LEN &&
	    snprintf(action, WORD_LEN, "%s", space + 1) < WORD_LEN && action[0] != '\0';
}

/* Each of these includes those before it. */
static int width(int relation)
{
	static const int widening[] = {RELATION_CLASS, RELATION_FACILITY, RELATION_CUSTOMER};

	for (int i = 0; i < (int)(sizeof(widening) / sizeof(widening[0])); i++)
		if (widening[i] == relation)
			return i;
	return -1;
}

static bool reaches(int allowed, int granted)
{
	/* The masks of the descriptions are compared by the relation itself, for each object. */
	if (allowed == (int)POLICY_DESCRIBED)
		return granted == RELATION_SEES || granted == RELATION_FILES || granted == RELATION_HANDLES || granted == RELATION_SIGNS;
	return allowed == granted || (width(granted) >= 0 && width(allowed) >= width(granted));
}

static bool list_has(const char *const *list, const char *word)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

static bool has_group(const struct entity *entity, const char *group)
{
	for (size_t i = 0; entity != NULL && i < entity->field_count; i++)
		if (entity->fields[i].group != NULL && strcmp(entity->fields[i].group, group) == 0)
			return true;
	return false;
}

/* Does what the policy calls by this word hold every field of the group? */
static bool word_covers(const struct entity *entity, const char *word, const char *group)
{
	const struct catalogue *all = catalogue_get();

	if (strcmp(word, group) == 0)
		return true;
	for (size_t i = 0; i < all->group_count; i++) {
		bool covers = strcmp(all->groups[i].entity, entity->name) == 0 && strcmp(all->groups[i].name, word) == 0;

		for (size_t k = 0; covers && k < entity->field_count; k++) {
			const struct field *field = &entity->fields[k];

			covers = field->group == NULL || strcmp(field->group, group) != 0 || list_has(all->groups[i].fields, field->name);
		}
		if (covers)
			return true;
	}
	return false;
}

static bool covered(const struct entity *entity, const char *const *words, const char *group)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (word_covers(entity, words[i], group))
			return true;
	return false;
}

/* Fields named by the policy as groups of what the operation tells: no other group may be told. */
static bool groups_within(const struct op *op, const struct policy_rule *rule, const char *groups)
{
	char list[WORD_LEN * 2];
	char *rest = NULL;

	if (rule->fields == NULL || op->output == NULL || groups == NULL)
		return true;
	for (size_t i = 0; rule->fields[i] != NULL; i++)
		if (!has_group(op->output, rule->fields[i]))
			return true; /* words of its own: another check compares what is really told */
	if (strcmp(groups, "*") == 0 || snprintf(list, sizeof(list), "%s", groups) >= (int)sizeof(list))
		return false;
	for (const char *group = strtok_r(list, ",", &rest); group != NULL; group = strtok_r(NULL, ",", &rest))
		if (!covered(op->output, rule->fields, group))
			return false;
	return true;
}

static bool role_granted(const struct op *op, const char *entity, const char *action, unsigned role, const struct grant *grant)
{
	for (const struct policy_rule *rule = policy_next(entity, action, role, NULL); rule != NULL;
	    rule = policy_next(entity, action, role, rule))
		if (reaches(rule->relation, (int)grant->relation) && groups_within(op, rule, grant->groups))
			return true;
	return false;
}

static const struct policy_rule *special_rule(const char *entity, const char *action, bool open)
{
	const struct catalogue *all = catalogue_get();

	for (size_t i = 0; i < all->rule_count; i++) {
		const struct policy_rule *rule = &all->rules[i];

		if (strcmp(rule->entity, entity) == 0 && (open ? rule->open : rule->approver) && policy_has_action(rule, action))
			return rule;
	}
	return NULL;
}

static void look_grant(const struct op *op, const char *entity, const char *action, const struct grant *grant, struct first_bad *wider)
{
	if (grant->relation == RELATION_APPROVER) {
		if (special_rule(entity, action, false) == NULL)
			note_bad(wider, "%s: approver", op->id);
		return;
	}
	for (unsigned role = ROLE_GUARDIAN; role < ROLE_COUNT; role++) {
		unsigned mask = 1u << role;

		if ((grant->roles & mask) != 0 && !role_granted(op, entity, action, mask, grant))
			note_bad(wider, "%s: %s %s", op->id, access_role_names[role], access_relation_names[grant->relation]);
	}
}

struct policy_look {
	unsigned operations, grants;
	struct first_bad unnamed, wider;
};

static void look_operation(const struct op *op, struct policy_look *look)
{
	char entity[WORD_LEN], action[WORD_LEN];

	look->operations++;
	if (!split(op->policy, entity, action)) {
		note_bad(&look->unnamed, "%s", op->id);
		return;
	}
	if (op->open) {
		if (special_rule(entity, action, true) == NULL)
			note_bad(&look->wider, "%s: public", op->id);
		return;
	}
	for (const struct grant *grant = op->grants; grant->roles != 0; grant++) {
		look->grants++;
		look_grant(op, entity, action, grant, &look->wider);
	}
}

static err operations(struct inspect *in)
{
	struct policy_look look = {0};
	unsigned local = 0;

	if (catalogue_get()->rule_count == 0) {
		inspect_unable(in, "アクセス方針が読み込まれていない。", "The access policy has not been read.");
		return OK;
	}
	for (size_t i = 0; ops[i] != NULL; i++) {
		if (is_local(ops[i]))
			local++;
		else
			look_operation(ops[i], &look);
	}
	inspect_step(in, look.unnamed.count == 0, look.operations, "入口から呼べる全操作が、アクセス方針の対象と動作を名乗っているかを調べた",
	    "Looked whether every operation with a door names an entity and an action of the access policy", "operations %u, unnamed %u %s; without a door %u",
	    look.operations, look.unnamed.count, look.unnamed.what, local);
	inspect_step(in, look.wider.count == 0, look.grants, "操作の許可が、役割・関係・項目のどれでも方針より広くないかを比べた",
	    "Compared whether any grant is wider than the policy in role, relation or fields", "grants %u, wider %u %s", look.grants, look.wider.count,
	    look.wider.what);
	return OK;
}

/* ---- unclassified-field-none ---- */

/* What is no entity: the engine's own tables. Nothing personal stands in them: random ids, numbers, sealed and hashed events. */
static const struct own_table {
	const char *name, *columns;
	enum grade grade;
} own_tables[] = {
	{"compartment", " one name title_ja title_en provider demo probe origin id ", GRADE_2},
	{"heartbeat", " one beats ", GRADE_1},
	{"schema_version", " version name applied_us ", GRADE_1},
	{"ledger_blob", " first count last_us entries ", GRADE_2},
	{"ledger_tile", " level number hashes ", GRADE_2},
	{"schedule", " code last_at took_ms outcome next_at running_at missed_at failed_at late_at ", GRADE_2},
	{"job_place", " code position ", GRADE_2},
	{"history_trace", " object event ", GRADE_2},
	{"history_version", " object version event ", GRADE_2},
	{"history_position", " one next traces ", GRADE_2},
};

static bool own_column(const char *table, const char *column)
{
	char word[WORD_LEN + 2];

	(void)snprintf(word, sizeof(word), " %s ", column);
	for (size_t i = 0; i < sizeof(own_tables) / sizeof(own_tables[0]); i++)
		if (strcmp(own_tables[i].name, table) == 0)
			return strstr(own_tables[i].columns, word) != NULL;
	return false;
}

static bool entity_column(const struct entity *entity, const char *column)
{
	char word[2 * WORD_LEN];

	(void)snprintf(word, sizeof(word), "\"%s\".\"%s\"", entity->name, column);
	return strstr(row_columns(entity), word) != NULL;
}

struct schema_look {
	unsigned columns;
	struct first_bad unknown;
	unsigned *counts;         /* columns found of entity i */
};

static void look_column(struct schema_look *look, const char *table, const char *column)
{
	const struct entity *entity = entity_find(bytes_str(table));

	look->columns++;
	if (entity == NULL ? !own_column(table, column) : !entity_column(entity, column))
		note_bad(&look->unknown, "%s.%s", table, column);
	for (size_t i = 0; entity != NULL && entities[i] != NULL; i++)
		look->counts[i] += entities[i] == entity;
}

static bool copy_word(struct bytes text, char out[static WORD_LEN])
{
	return snprintf(out, WORD_LEN, "%.*s", (int)text.len, (const char *)text.ptr) < WORD_LEN;
}

static err take_column(void *context, struct bytes table, struct bytes column)
{
	struct schema_look *look = context;
	char names[2][WORD_LEN];

	if (copy_word(table, names[0]) && copy_word(column, names[1]))
		look_column(look, names[0], names[1]);
	else
		note_bad(&look->unknown, "a name too long");
	return OK;
}

static err look_schema(struct inspect *in, struct schema_look *look)
{
	TRY(db_columns(in->rows.db, take_column, look));
	for (size_t i = 0; entities[i] != NULL; i++)
		if (look->counts[i] != row_column_count(entities[i]))
			note_bad(&look->unknown, "%s: columns lack", entities[i]->name);
	return OK;
}

static bool graded(const struct field *field)
{
	return (unsigned)field->grade < GRADE_COUNT && (!field->personal || field->grade <= GRADE_3C);
}

static unsigned look_replies(struct first_bad *bad)
{
	unsigned count = 0;

	for (size_t i = 0; ops[i] != NULL; i++)
		for (const struct field *field = ops[i]->output_fields; field != NULL && field->name != NULL; field++) {
			count++;
			if (!graded(field))
				note_bad(bad, "%s %s", ops[i]->id, field->name);
			else if (field->grade < ops[i]->grade)
				note_bad(bad, "%s %s is above the operation's grade", ops[i]->id, field->name);
		}
	return count;
}

static unsigned look_inputs(struct first_bad *bad)
{
	unsigned count = 0;

	for (size_t i = 0; ops[i] != NULL; i++)
		for (const struct input *input = ops[i]->inputs; input != NULL && input->field.name != NULL; input++) {
			count++;
			if (!graded(&input->field))
				note_bad(bad, "%s %s", ops[i]->id, input->field.name);
		}
	return count;
}

static err classified(struct inspect *in)
{
	struct first_bad fields = {0}, replies = {0};
	struct schema_look schema = {0};
	unsigned count = 0, told;
	size_t list = 0;
	err e;

	for (; entities[list] != NULL; list++)
		for (size_t k = 0; k < entities[list]->field_count; k++) {
			count++;
			if (!graded(&entities[list]->fields[k]))
				note_bad(&fields, "%s.%s", entities[list]->name, entities[list]->fields[k].name);
		}
	inspect_step(in, fields.count == 0, count, "全種類の記録の全項目に格付があり、個人の項目は格付3かを調べた",
	    "Looked whether every field of every record has a grade, and every personal one grade 3", "fields %u, without %u %s", count, fields.count,
	    fields.what);
	told = look_replies(&replies) + look_inputs(&replies);
	inspect_step(in, replies.count == 0, told, "全操作の入力と応答の項目に格付があるかを調べた", "Looked whether every input and reply field has a grade",
	    "fields %u, without %u %s", told, replies.count, replies.what);
	schema.counts = calloc(list + 1, sizeof(*schema.counts));
	if (schema.counts == NULL)
		return FAIL(UNAVAILABLE);
	e = look_schema(in, &schema);
	free(schema.counts);
	TRY(e);
	inspect_step(in, schema.unknown.count == 0, schema.columns, "データベースの全列が、格付のある定義と一致するかを比べた",
	    "Compared every column of the database with what has a grade", "columns %u, unknown or lacking %u %s", schema.columns, schema.unknown.count,
	    schema.unknown.what);
	return OK;
}

/* ---- event-catalogue-equals-program ---- */

static void take_difference(void *context, const char *words)
{
	note_bad(context, "%s", words);
}

static err events_equal(struct inspect *in)
{
	struct first_bad bad = {0};
	size_t count = eventlist_count();

	if (count == 0) {
		inspect_unable(in, "取得ログ定義書が読み込まれていない。", "The event catalogue has not been read.");
		return OK;
	}
	(void)eventlist_compare(take_difference, &bad);
	inspect_step(in, bad.count == 0, (unsigned)count, "稼働中のプログラムが書き得る全事象を、取得ログ定義書と両方向で比べた",
	    "Compared every event that the program can write with the event catalogue, both ways", "events %zu, differences %u %s", count, bad.count,
	    bad.what);
	return OK;
}

/* ---- event-fields-complete ---- */

#define EVENTS_BACK 8192       /* newest entries looked at */
#define KIND_MAX 1000          /* of one kind */

struct fields_look {
	unsigned events, opened;
	unsigned *counts;         /* of catalogue event i */
	struct first_bad bad;
	struct event_object objects[EVENT_OBJECT_MAX];
	struct event_row rows[EVENT_ROW_MAX];
};

/* The sealed part; empty where its key is gone. */
static err open_detail(struct inspect *in, const struct event *event, struct buf *plain)
{
	struct bytes rest = event->sealed, raw;
	struct data_key key;
	struct id id;
	uint8_t version;
	OWN(buf) aad = {0};
	err e;

	if (!err_is_ok(cut_u8(&rest, &version)) || version != 1 || !err_is_ok(cut_bytes(&rest, ID_LEN, &raw)))
		return FAIL(CORRUPT);
	memcpy(id.b, raw.ptr, ID_LEN);
	e = keys_by_id(in->rows.keys, id, &key);
	if (err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_DENIED))
		return OK;
	TRY(e);
	TRY(buf_append_str(&aad, "sekimori-event-1"));
	TRY(buf_append(&aad, id_bytes(&event->request)));
	TRY(buf_append(&aad, raw));
	return aead_open(key.aead, bytes_of(&aad), rest, plain);
}

static bool detail_has(struct bytes detail, const char *member)
{
	char word[WORD_LEN];

	(void)snprintf(word, sizeof(word), "\"%s\":", member);
	return memmem(detail.ptr, detail.len, word, strlen(word)) != NULL;
}

/* detail empty: it could not be opened, so what stands in it is not asked. */
static bool carries(const struct event *event, struct bytes detail, const char *field)
{
	if (strcmp(field, "time") == 0)
		return event->time_us > 0;
	if (strcmp(field, "operation") == 0)
		return event->operation.len > 0;
	if (strcmp(field, "outcome") == 0)
		return event->outcome >= 100 && event->outcome < 600;
	if (strcmp(field, "rule") == 0)
		return event->rule.len > 0;
	if (strcmp(field, "request") == 0)
		return !id_is_zero(event->request);
	if (strcmp(field, "detail") == 0)
		return event->sealed.len > 0;
	if (strcmp(field, "actor") == 0)
		return !id_is_zero(event->actor);
	if (strcmp(field, "role") == 0)
		return event->role.len > 0 && !bytes_is(event->role, "none");
	if (strcmp(field, "objects") == 0)
		return event->object_count > 0;
	if (strcmp(field, "rows") == 0)
		return event->row_count > 0;
	if (detail.len == 0)
		return true;
	return detail_has(detail, strcmp(field, "origin") == 0 ? "address" : field);
}

static const char *const refusal_fields[] = {"time", "operation", "outcome", "rule", "request", "detail", NULL};
static const char *const further_fields[] = {"time", "operation", "outcome", "request", "rows", NULL};

static const char *const *fields_of(const struct event *event, const struct catalogue_event *known)
{
	if (bytes_is(event->rule, "continued"))
		return further_fields;
	if (event->outcome < 200 || event->outcome > 299)
		return refusal_fields;
	return known->fields;
}

/* By the clock of the machine itself, nobody is signed in: what is done without a door has no session, origin or role of a person. */
static bool without_door(const char *id)
{
	const struct op *op = op_find(id);

	return op != NULL && is_local(op);
}

static err look_event(struct inspect *in, struct fields_look *look, uint64_t index, struct bytes leaf)
{
	char id[EVENT_TEXT_MAX + 1] = "";
	const struct catalogue_event *known;
	struct event event;
	OWN(buf) detail = {0};

	if (!err_is_ok(event_decode(leaf, &event, look->objects, look->rows))) {
		note_bad(&look->bad, "entry %llu is no event", (unsigned long long)index);
		return OK;
	}
	memcpy(id, event.operation.ptr, event.operation.len);
	known = catalogue_event_find(id);
	if (known == NULL) {
		note_bad(&look->bad, "entry %llu: %s is not described", (unsigned long long)index, id);
		return OK;
	}
	if (look->counts[known - catalogue_get()->events]++ >= KIND_MAX)
		return OK;
	look->events++;
	if (event.sealed.len > 0) {
		err e = open_detail(in, &event, &detail);

		if (err_is(e, ERR_CORRUPT))
			note_bad(&look->bad, "entry %llu: its sealed part does not open", (unsigned long long)index);
		else
			TRY(e);
		look->opened += detail.len > 0;
	}
	for (const char *const *field = fields_of(&event, known); *field != NULL; field++)
		if (!carries(&event, bytes_of(&detail), *field) && !(without_door(id) && (strcmp(*field, "actor") == 0 || strcmp(*field, "role") == 0)))
			note_bad(&look->bad, "entry %llu: %s lacks %s", (unsigned long long)index, id, *field);
	return OK;
}

static err look_bundle(struct inspect *in, struct fields_look *look, uint64_t first, unsigned count)
{
	OWN(buf) entries = {0};
	struct bytes rest, leaf;

	TRY(ledger_entries(in->rows.db, first, count, &entries));
	rest = bytes_of(&entries);
	for (unsigned i = 0; i < count; i++) {
		TRY(blob_next(&rest, &leaf));
		TRY(look_event(in, look, first + i, leaf));
	}
	return OK;
}

static err look_back(struct inspect *in, struct fields_look *look)
{
	uint64_t size = 0, end;

	TRY(ledger_size(in->rows.db, &size));
	for (end = size; end > 0 && size - end < EVENTS_BACK;) {
		uint64_t first = (end - 1) / LEDGER_BUNDLE * LEDGER_BUNDLE;

		TRY(look_bundle(in, look, first, (unsigned)(end - first)));
		TRY(inspect_breathe(in));
		end = first;
	}
	return OK;
}

static err fields_complete(struct inspect *in)
{
	struct fields_look *look = calloc(1, sizeof(*look));
	err e = look == NULL ? FAIL(UNAVAILABLE) : OK;

	if (err_is_ok(e)) {
		look->counts = calloc(catalogue_get()->event_count + 1, sizeof(*look->counts));
		e = look->counts == NULL ? FAIL(UNAVAILABLE) : look_back(in, look);
	}
	if (err_is_ok(e) && look->events + look->bad.count == 0)
		inspect_unable(in, "記録がまだない。", "There is no entry yet.");
	else if (err_is_ok(e))
		inspect_step(in, look->bad.count == 0, look->events, "新しい記録を種類ごとに開き、定義書が求める項目がそろっているかを調べた",
		    "Opened the newest events of each kind and looked whether they carry every field of their definition",
		    "events %u, opened %u, incomplete %u %s", look->events, look->opened, look->bad.count, look->bad.what);
	if (look != NULL)
		free(look->counts);
	free(look);
	return e;
}

const struct inspection inspect_tables[] = {
	{"operation-without-entry-none", operations},
	{"unclassified-field-none", classified},
	{"event-catalogue-equals-program", events_equal},
	{"event-fields-complete", fields_complete},
	{0},
};

#define EVERYWHERE (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER)

const struct check inspect_tables_checks[] = {
	{.id = "operation-without-entry-none", .where = EVERYWHERE, .inspection = "operation-without-entry-none"},
	{.id = "unclassified-field-none", .where = EVERYWHERE, .inspection = "unclassified-field-none"},
	{.id = "event-catalogue-equals-program", .where = EVERYWHERE, .inspection = "event-catalogue-equals-program"},
	{.id = "event-fields-complete", .where = EVERYWHERE, .inspection = "event-fields-complete", .seconds = 120},
	{0},
};
