#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "govern/campaignkind.h"

#define SECOND_US INT64_C(1000000)

static struct campaignkind kinds[CAMPAIGNKIND_MAX];
static struct id ids[CAMPAIGNKIND_MAX];
static size_t count;

/* ---- pieces ---- */

static err read_unit(const struct yaml_node *node, enum campaignkind_task task, struct campaignkind_unit *unit)
{
	static const char *const pers[] = {"facility", "compartment", "account", NULL};
	int per = 0;

	if (node->kind != YAML_MAP)
		return yaml_wrong(node, "a unit is a map");
	TRY(yaml_only(node, "per by examines"));
	TRY(describe_choice(node, "per", pers, &per));
	TRY(describe_roles(node, "by", &unit->by));
	TRY(describe_roles(node, "examines", &unit->examines));
	unit->per = (enum campaignkind_per)per;
	if (unit->by == 0)
		return yaml_wrong(node, "a unit names who has its task: by");
	if ((unit->examines != 0) != (task == CAMPAIGNKIND_ACCOUNTS))
		return yaml_wrong(node, "examines stands where task is accounts, and only there");
	if (unit->per == CAMPAIGNKIND_ACCOUNT && task == CAMPAIGNKIND_ACCOUNTS)
		return yaml_wrong(node, "accounts are examined by facility or compartment");
	return OK;
}

static err read_units(const struct yaml_node *node, struct campaignkind *kind)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(node, "units", YAML_LIST, &list));
	if (list->count == 0 || list->count > CAMPAIGNKIND_UNITS_MAX)
		return yaml_wrong(list, "1 to %d units", CAMPAIGNKIND_UNITS_MAX);
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next)
		TRY(read_unit(one, kind->task, &kind->units[kind->unit_count++]));
	return OK;
}

static err read_span(const struct yaml_node *node, const char *name, int64_t *us_out)
{
	int64_t seconds = 0;

	if (yaml_find(node, name) == NULL)
		return OK;
	TRY(describe_span(node, name, &seconds));
	*us_out = seconds * SECOND_US;
	return OK;
}

/* Every element is read like a member of its own. */
static err read_reminders(const struct yaml_node *node, struct campaignkind *kind)
{
	const struct yaml_node *list = yaml_find(node, "reminders");
	size_t at = 0;

	if (list == NULL)
		return OK;
	if (list->kind != YAML_LIST || list->count > TODO_REMINDERS_MAX)
		return yaml_wrong(list, "reminders is a list of at most %d", TODO_REMINDERS_MAX);
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		struct yaml_node member = *one;
		struct yaml_node map = {.kind = YAML_MAP, .line = one->line, .column = one->column, .file = one->file, .first = &member, .count = 1};

		member.name = "reminders";
		member.next = NULL;
		TRY(read_span(&map, "reminders", &kind->reminders_us[at++]));
	}
	return OK;
}

static err read_number(const struct yaml_node *map, const char *name, int64_t *out)
{
	const struct yaml_node *node = NULL;
	char *end = NULL;
	long long value;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	errno = 0;
	value = strtoll(node->text, &end, 10);
	if (end == node->text || *end != '\0' || errno != 0 || value < 0 || value > INT64_C(1000000000))
		return yaml_wrong(node, "%s is a whole number from 0", name);
	*out = value;
	return OK;
}

static err read_form(const struct yaml_node *node, struct arena *arena, struct campaignkind *kind)
{
	const struct yaml_node *fields = yaml_find(node, "fields");
	const struct yaml_node *pass = yaml_find(node, "pass");
	const struct form_field *field;

	if (fields != NULL) {
		if (kind->task != CAMPAIGNKIND_CONFIRM)
			return yaml_wrong(fields, "answers are asked where task is confirm");
		TRY(form_load(fields, arena, &kind->form));
	}
	if (pass == NULL)
		return OK;
	if (pass->kind != YAML_MAP)
		return yaml_wrong(pass, "pass is a map");
	TRY(yaml_only(pass, "field min"));
	TRY(yaml_text(pass, "field", &kind->pass_field));
	TRY(read_number(pass, "min", &kind->pass_min));
	field = form_find(&kind->form, bytes_str(kind->pass_field));
	if (field == NULL || field->type != FORM_INT || !field->required)
		return yaml_wrong(pass, "pass names a required number of the fields");
	return OK;
}

static err read_consequence(const struct yaml_node *node, struct campaignkind *kind)
{
	static const char *const deeds[] = {"none", "hold", NULL};
	const struct yaml_node *map = NULL;
	int deed = 0;

	TRY(yaml_member(node, "consequence", YAML_MAP, &map));
	TRY(yaml_only(map, "do after"));
	TRY(describe_choice(map, "do", deeds, &deed));
	kind->hold = deed == 1;
	TRY(read_span(map, "after", &kind->hold_after_us));
	for (size_t i = 0; kind->hold && i < kind->unit_count; i++)
		if (kind->units[i].per != CAMPAIGNKIND_ACCOUNT)
			return yaml_wrong(map, "only a person's own task can hold the person");
	return OK;
}

static bool source_known(const struct campaignkind *kind, const char *source)
{
	static const char *const known[] = {"unit", "round", "person", "login", "count", "keep", "change", "delete", "started", "due", "done", NULL};

	if (source[0] == '=')
		return source[1] != '\0';
	if (source[0] == '.')
		return form_find(&kind->form, bytes_str(source + 1)) != NULL;
	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], source) == 0)
			return true;
	return false;
}

static err read_record(const struct yaml_node *node, struct campaignkind *kind)
{
	const struct yaml_node *map = yaml_find(node, "record");
	const struct yaml_node *values = NULL;

	if (map == NULL)
		return OK;
	if (map->kind != YAML_MAP)
		return yaml_wrong(map, "record is a map");
	TRY(yaml_only(map, "register values"));
	TRY(describe_code(map, "register", &kind->register_code));
	TRY(yaml_member(map, "values", YAML_MAP, &values));
	if (values->count > CAMPAIGNKIND_VALUES_MAX)
		return yaml_wrong(values, "at most %d values", CAMPAIGNKIND_VALUES_MAX);
	for (const struct yaml_node *one = values->first; one != NULL; one = one->next) {
		if (one->kind != YAML_TEXT || !source_known(kind, one->text))
			return yaml_wrong(one, "no such value to put into a record");
		kind->values[kind->value_count++] = (struct campaignkind_value){one->name, one->text};
	}
	return OK;
}

/* ---- one kind ---- */

static err read_kind(const struct yaml_node *node, struct arena *arena, struct campaignkind *kind)
{
	static const char *const tasks[] = {"accounts", "confirm", NULL};
	int task = 0;

	if (node->kind != YAML_MAP)
		return yaml_wrong(node, "a campaign is a map");
	TRY(yaml_only(node, DESCRIBE_MEMBERS "task units due every reminders escalate text fields pass consequence record"));
	TRY(describe_read(node, CAMPAIGNKIND, arena, &kind->described));
	TRY(describe_choice(node, "task", tasks, &task));
	kind->task = (enum campaignkind_task)task;
	TRY(read_units(node, kind));
	TRY(read_span(node, "due", &kind->due_us));
	TRY(read_span(node, "every", &kind->every_us));
	if (kind->due_us == 0)
		return yaml_wrong(node, "due is missing");
	if (kind->every_us != 0 && kind->every_us < kind->due_us)
		return yaml_wrong(node, "the next one starts before this one is due");
	TRY(read_reminders(node, kind));
	TRY(describe_roles(node, "escalate", &kind->escalate));
	TRY(describe_words_read(node, "text", &kind->text));
	TRY(read_form(node, arena, kind));
	TRY(read_consequence(node, kind));
	TRY(read_record(node, kind));
	return describe_add(&kind->described);
}

err campaignkind_load(const char *folder, struct arena *arena)
{
	const struct yaml_node *list = NULL;
	const struct yaml_node *version = NULL;
	struct yaml_node *root = NULL;
	char path[PATH_MAX];

	count = 0;
	memset(kinds, 0, sizeof(kinds));
	if (snprintf(path, sizeof(path), "%s/campaigns.yaml", folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	TRY(yaml_load(path, arena, &root));
	TRY(yaml_only(root, "version campaigns"));
	TRY(yaml_member(root, "version", YAML_TEXT, &version));
	if (strcmp(version->text, "1") != 0)
		return yaml_wrong(version, "version 1 is read here");
	TRY(yaml_member(root, "campaigns", YAML_LIST, &list));
	if (list->count > CAMPAIGNKIND_MAX)
		return yaml_wrong(list, "at most %d campaigns", CAMPAIGNKIND_MAX);
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		TRY(read_kind(node, arena, &kinds[count]));
		ids[count] = describe_id(CAMPAIGNKIND, kinds[count].described.code);
		count++;
	}
	return OK;
}

const struct campaignkind *campaignkind_find(struct id description)
{
	for (size_t i = 0; i < count; i++)
		if (id_equal(ids[i], description))
			return &kinds[i];
	return NULL;
}

const struct campaignkind *campaignkind_at(size_t index)
{
	return index < count ? &kinds[index] : NULL;
}

unsigned campaignkind_elsewhere(const struct campaignkind *kind, size_t unit)
{
	unsigned roles = 0;

	if (kind->units[unit].per == CAMPAIGNKIND_FACILITY)
		for (size_t i = 0; i < kind->unit_count; i++)
			if (kind->units[i].per == CAMPAIGNKIND_COMPARTMENT)
				roles |= kind->units[i].examines;
	return roles;
}
