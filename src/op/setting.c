#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "entity/yaml.h"

#include "op/setting.h"

#define CODE_MAX 40
#define ROWS_MAX 64
#define ARENA_MAX ((size_t)1 << 20)
#define VALUE_MAX INT64_C(1000000000)

static const char *const names[SETTING_COUNT] = {
	[SETTING_SIGN_IN_ATTEMPTS] = "sign-in-attempts",
	[SETTING_SESSION_IDLE] = "session-idle",
	[SETTING_SESSION_TOTAL] = "session-total",
	[SETTING_SESSION_GUARDIAN_IDLE] = "session-guardian-idle",
	[SETTING_SESSION_GUARDIAN_TOTAL] = "session-guardian-total",
	[SETTING_STEP_UP] = "step-up",
	[SETTING_INVITATION] = "invitation",
	[SETTING_REMINDER_MAIL] = "reminder-mail",
};

static struct setting_definition definitions[SETTING_COUNT]; /* code NULL: not loaded */

/* ---- the file ---- */

static err read_words(const struct yaml_node *map, const char *name, struct op_words *out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_MAP, &node));
	TRY(yaml_only(node, "ja en"));
	TRY(yaml_text(node, "ja", &out->ja));
	return yaml_text(node, "en", &out->en);
}

static err read_number(const struct yaml_node *map, const char *name, int64_t *out)
{
	const struct yaml_node *node = NULL;
	char *end = NULL;
	long long value;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	errno = 0;
	value = strtoll(node->text, &end, 10);
	if (end == node->text || *end != '\0' || errno != 0 || value < 0 || value > VALUE_MAX)
		return yaml_wrong(node, "%s is a whole number from 0", name);
	*out = value;
	return OK;
}

static err read_choice(const struct yaml_node *map, const char *name, const char *const *choices, int *out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(node->text, choices[i]) == 0) {
			*out = i;
			return OK;
		}
	return yaml_wrong(node, "%s does not know \"%s\"", name, node->text);
}

static err read_range(const struct yaml_node *node, struct setting_definition *one)
{
	TRY(read_number(node, "default", &one->value));
	TRY(read_number(node, "baseline", &one->baseline));
	if (one->is_switch) {
		if (yaml_find(node, "min") != NULL || yaml_find(node, "max") != NULL || yaml_find(node, "unit") != NULL)
			return yaml_wrong(node, "a switch has no unit and no range");
		one->max = 1;
	} else {
		TRY(read_words(node, "unit", &one->unit));
		TRY(read_number(node, "min", &one->min));
		TRY(read_number(node, "max", &one->max));
	}
	if (one->min >= one->max || !setting_fits(one, one->value) || !setting_fits(one, one->baseline))
		return yaml_wrong(node, "default and baseline lie between min and max");
	return OK;
}

#define MEMBERS "code title home type unit min max default baseline stricter widens impact"

static err read_one(const struct yaml_node *node, struct setting_definition *one)
{
	static const char *const homes[] = {"each", "customer", "provider", NULL};
	static const char *const types[] = {"number", "switch", NULL};
	static const char *const ways[] = {"none", "lower", "higher", NULL};
	static const char *const flags[] = {"no", "yes", NULL};
	int home = 0, type = 0, way = 0, widens = 0;

	if (node->kind != YAML_MAP)
		return yaml_wrong(node, "a setting is a map");
	TRY(yaml_only(node, MEMBERS));
	TRY(yaml_text(node, "code", &one->code));
	TRY(read_words(node, "title", &one->title));
	TRY(read_words(node, "impact", &one->impact));
	TRY(read_choice(node, "home", homes, &home));
	TRY(read_choice(node, "type", types, &type));
	TRY(read_choice(node, "stricter", ways, &way));
	TRY(read_choice(node, "widens", flags, &widens));
	one->home = (enum setting_home)home;
	one->is_switch = type == 1;
	one->stricter = (enum setting_stricter)way;
	one->widens = widens == 1;
	return read_range(node, one);
}

static err take(const struct yaml_node *node, struct setting_definition *all)
{
	struct setting_definition one = {0};

	TRY(read_one(node, &one));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strcmp(names[i], one.code) == 0) {
			if (all[i].code != NULL)
				return yaml_wrong(node, "%s is there twice", one.code);
			all[i] = one;
			return OK;
		}
	return yaml_wrong(node, "nothing reads a setting %s", one.code); /* T1 */
}

static err read_all(const struct yaml_node *root, struct setting_definition *all)
{
	const struct yaml_node *version = NULL;
	const struct yaml_node *list = NULL;

	TRY(yaml_only(root, "version settings"));
	TRY(yaml_member(root, "version", YAML_TEXT, &version));
	if (strcmp(version->text, "1") != 0)
		return yaml_wrong(version, "version 1 is read here");
	TRY(yaml_member(root, "settings", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next)
		TRY(take(node, all));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (all[i].code == NULL)
			return yaml_wrong(list, "the setting %s is missing", names[i]);
	return OK;
}

err setting_load(const char *folder)
{
	static struct arena kept;
	struct arena arena;
	struct setting_definition all[SETTING_COUNT] = {{0}};
	struct yaml_node *root = NULL;
	char path[512];
	err e;

	if (snprintf(path, sizeof(path), "%s/settings.yaml", folder) >= (int)sizeof(path))
		return FAIL(INVALID);
	arena_init(&arena, ARENA_MAX);
	e = yaml_load(path, &arena, &root);
	if (err_is_ok(e))
		e = read_all(root, all);
	if (!err_is_ok(e)) {
		arena_free(&arena);
		return e;
	}
	arena_free(&kept);
	kept = arena;
	memcpy(definitions, all, sizeof(definitions));
	return OK;
}

/* ---- definitions ---- */

const struct setting_definition *setting_at(enum setting_code code)
{
	REQUIRE(code < SETTING_COUNT && definitions[code].code != NULL);
	return &definitions[code];
}

static bool is_here(const struct setting_definition *one, const struct compartment *compartment)
{
	return one->home == SETTING_EACH || (one->home == SETTING_PROVIDER) == compartment->provider;
}

const struct setting_definition *setting_find(struct bytes code, const struct compartment *compartment, enum setting_code *code_out)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (definitions[i].code != NULL && bytes_is(code, names[i]) && is_here(&definitions[i], compartment)) {
			*code_out = (enum setting_code)i;
			return &definitions[i];
		}
	return NULL;
}

bool setting_fits(const struct setting_definition *definition, int64_t value)
{
	return value >= definition->min && value <= definition->max;
}

bool setting_in_line(const struct setting_definition *definition, int64_t value)
{
	switch (definition->stricter) {
	case SETTING_LOWER:
		return value <= definition->baseline;
	case SETTING_HIGHER:
		return value >= definition->baseline;
	case SETTING_NONE:
		return value == definition->baseline;
	}
	REQUIRE(false);
}

/* ---- rows ---- */

#define AT(member) .offset = offsetof(struct setting, member)

static const struct field fields[] = {
	{.name = "code", .ja = "設定", .en = "Setting", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = CODE_MAX, AT(code)},
	{.name = "value", .ja = "値", .en = "Value", .type = FIELD_INT, .grade = GRADE_2, .max = VALUE_MAX, AT(value)},
	{.name = "since", .ja = "適用日時", .en = "Since", .type = FIELD_TIME, .grade = GRADE_2, AT(since)},
	{.name = "by", .ja = "申請者", .en = "Asked by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", AT(by)},
};
static const char *const unique[] = {"code", NULL};

const struct entity setting_entity = {
	.name = "setting", .ja = "設定", .en = "Setting", .size = sizeof(struct setting), .seal = SEAL_NONE, .unique = unique,
	.fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

const struct entity *const setting_entities[] = {&setting_entity, NULL};

static struct row_list by_code = {"setting.by-code", &setting_entity, "code = :code LIMIT 1", NULL};
static struct row_list all_rows = {"setting.all", &setting_entity, "id > :cursor ORDER BY id LIMIT :limit", NULL};

err setting_start(void)
{
	TRY(row_list_make(&by_code));
	return row_list_make(&all_rows);
}

err setting_row(struct row_context *c, struct bytes code, struct setting *setting_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(c->db, by_code.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "code", code);
	if (err_is_ok(e))
		e = query_step(query, &found);
	if (err_is_ok(e))
		e = found ? row_read(c, &setting_entity, query, false, setting_out) : FAIL(NOT_FOUND);
	query_end(&query);
	return e;
}

/* Whoever has read before this looks again. */
static _Atomic unsigned writes;

err setting_put(struct row_context *c, struct bytes code, int64_t value, struct id by, int64_t now_us)
{
	struct setting setting = {0};
	err e = setting_row(c, code, &setting);
	bool new = err_is(e, ERR_NOT_FOUND);

	if (!new)
		TRY(e);
	atomic_fetch_add(&writes, 1);
	setting.code = code;
	setting.value = value;
	setting.since = now_us;
	setting.by = by;
	return new ? row_insert(c, &setting_entity, &setting) : row_update(c, &setting_entity, &setting);
}

/* ---- what holds, as each thread keeps it ---- */

struct kept {
	struct id compartment;
	int64_t read_us;
	unsigned writes;
	int64_t values[SETTING_COUNT];
};

/* T2 */
static void keep(struct kept *kept, const struct compartment *compartment, const struct setting *setting)
{
	enum setting_code code = SETTING_COUNT;
	const struct setting_definition *definition = setting_find(setting->code, compartment, &code);

	if (definition != NULL && setting_fits(definition, setting->value))
		kept->values[code] = setting->value;
}

static err read_rows(struct row_context *c, const struct compartment *compartment, struct kept *kept)
{
	const struct id first = {{0}};
	struct query *query = NULL;
	bool found = true;
	err e = query_start(c->db, all_rows.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "cursor", &first);
	if (err_is_ok(e))
		e = query_int(query, "limit", ROWS_MAX);
	while (err_is_ok(e)) {
		struct setting setting = {0};

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &setting_entity, query, false, &setting);
		if (err_is_ok(e))
			keep(kept, compartment, &setting);
	}
	query_end(&query);
	return e;
}

err setting_value(struct row_context *c, const struct compartment *compartment, int64_t now_us, enum setting_code code, int64_t *value_out)
{
	static _Thread_local struct kept kept;
	int64_t age = now_us - kept.read_us;
	unsigned written = atomic_load(&writes);

	if (age < 0 || age >= SETTING_FRESH_US || kept.writes != written || !id_equal(kept.compartment, compartment->id)) {
		kept = (struct kept){.compartment = compartment->id};
		for (size_t i = 0; i < SETTING_COUNT; i++)
			kept.values[i] = setting_at((enum setting_code)i)->value;
		TRY(read_rows(c, compartment, &kept)); /* on failure it stays too old to be used */
		kept.read_us = now_us;
		kept.writes = written;
	}
	*value_out = kept.values[code];
	return OK;
}

err setting_of(struct call *call, enum setting_code code, int64_t *value_out)
{
	return setting_value(&call->rows, call->compartment, call->now_us, code, value_out);
}

#define MINUTE_US INT64_C(60000000)

/* T3 */
int64_t setting_agreed(enum setting_code code, const struct contract_limits *agreed)
{
	switch (code) {
	case SETTING_SIGN_IN_ATTEMPTS:
		return agreed->lock_attempts;
	case SETTING_SESSION_IDLE:
		return agreed->idle_us / MINUTE_US;
	case SETTING_SESSION_TOTAL:
		return agreed->total_us / (60 * MINUTE_US);
	case SETTING_SESSION_GUARDIAN_IDLE:
		return agreed->idle_us / (24 * 60 * MINUTE_US);
	case SETTING_SESSION_GUARDIAN_TOTAL:
		return agreed->total_us / (24 * 60 * MINUTE_US);
	default:
		return 0;
	}
}

int64_t setting_effective(const struct setting_definition *definition, int64_t value, int64_t agreed)
{
	if (agreed == 0 || definition->stricter == SETTING_NONE)
		return value;
	return (agreed < value) == (definition->stricter == SETTING_LOWER) ? agreed : value;
}
