#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#include "govern/recordkind.h"

#define KINDS_MAX 400
#define DAY_US (INT64_C(86400) * 1000000)
#define TABLE_NAME_MAX 64

_Static_assert(FORM_FIELDS_MAX + RECORDKIND_COLUMNS <= FIELD_MAX, "a register's file has room for its columns");

static struct recordkind *kinds;
static struct form_table *tables;
static size_t count;

/* Behind the form's own, in every file. What 状態 and 版 say is not taken over. */
static const struct field columns[RECORDKIND_COLUMNS] = {
	[RECORDKIND_NUMBER] = {.name = "number", .ja = "番号", .en = "Number", .type = FIELD_INT, .min = 1, .max = 1000000000},
	[RECORDKIND_FROM] = {.name = "valid_from", .ja = "有効期間の始め", .en = "Valid from", .type = FIELD_DATE},
	[RECORDKIND_UNTIL] = {.name = "valid_until", .ja = "有効期限", .en = "Valid until", .type = FIELD_DATE},
	[RECORDKIND_STATE] = {.name = "state", .ja = "登録の状態", .en = "State of the record", .type = FIELD_TEXT, .max = 40},
	[RECORDKIND_EDITION] = {.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .min = 0, .max = 1000000000},
};

/* A register of controls.yaml. */
struct known {
	const char *name;
	struct describe_words title;
	int64_t valid_s;                /* the strictest of what controls ask; 0: nothing is asked */
	bool described;
};

struct loading {
	const char *folder;
	struct arena *arena;
	struct known *known;
	size_t known_count;
};

static void *reserve(struct arena *arena, size_t wanted, size_t size)
{
	size_t len;

	return size_mul(wanted + 1, size, &len) ? arena_alloc(arena, len) : NULL;
}

static err open_file(const struct loading *l, const char *name, struct yaml_node **root_out)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", l->folder, name) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	return yaml_load(path, l->arena, root_out);
}

static struct known *known_find(struct loading *l, const char *name)
{
	for (size_t i = 0; i < l->known_count; i++)
		if (strcmp(l->known[i].name, name) == 0)
			return &l->known[i];
	return NULL;
}

/* ---- controls.yaml: names, titles, how old a record may be ---- */

static err read_known(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(root, "registers", YAML_LIST, &list));
	l->known = reserve(l->arena, list->count, sizeof(*l->known));
	if (l->known == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct known *one = &l->known[l->known_count++];

		*one = (struct known){0};
		TRY(describe_code(node, "name", &one->name));
		TRY(describe_words_read(node, "title", &one->title));
	}
	return OK;
}

static err read_need(struct loading *l, const struct yaml_node *node)
{
	struct known *known;
	const char *name = NULL;
	int64_t valid_s = 0;

	if (yaml_find(node, "valid") == NULL)
		return OK;
	TRY(yaml_text(node, "name", &name));
	TRY(describe_span(node, "valid", &valid_s));
	known = known_find(l, name);
	if (known == NULL)
		return yaml_wrong(node, "register %s does not exist", name);
	if (known->valid_s == 0 || valid_s < known->valid_s)
		known->valid_s = valid_s;
	return OK;
}

static err read_needs(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(root, "controls", YAML_LIST, &list));
	for (const struct yaml_node *control = list->first; control != NULL; control = control->next) {
		const struct yaml_node *needs = NULL;

		TRY(yaml_member(control, "registers", YAML_LIST, &needs));
		for (const struct yaml_node *need = needs->first; need != NULL; need = need->next)
			TRY(read_need(l, need));
	}
	return OK;
}

/* ---- registers.yaml ---- */

static err read_grade(const struct yaml_node *node, enum grade *out)
{
	static const char *const words[] = {[GRADE_3A] = "3a", [GRADE_3B] = "3b", [GRADE_3C] = "3c", [GRADE_2] = "2", [GRADE_1] = "1", NULL};
	int grade = 0;

	TRY(describe_choice(node, "grade", words, &grade));
	*out = (enum grade)grade;
	return OK;
}

static err read_title(const struct yaml_node *node, struct recordkind *kind)
{
	const char *name = NULL;

	TRY(yaml_text(node, "title_field", &name));
	kind->title = form_find(&kind->form, bytes_str(name));
	return kind->title != NULL ? OK : yaml_wrong(yaml_find(node, "title_field"), "there is no field %s", name);
}

/* For how long people are reminded before a record ends: 60, 30 and 7 days unless the register says otherwise. */
static err read_reminders(const struct yaml_node *node, struct recordkind *kind)
{
	static const int64_t usual[] = {60 * DAY_US, 30 * DAY_US, 7 * DAY_US, 0};
	const struct yaml_node *list = yaml_find(node, "reminders");
	size_t at = 0;

	if (list == NULL) {
		memcpy(kind->reminders_us, usual, sizeof(usual));
		return OK;
	}
	if (list->kind != YAML_LIST || list->count > TODO_REMINDERS_MAX)
		return yaml_wrong(list, "a list of at most %d spans is wanted", TODO_REMINDERS_MAX);
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		int64_t seconds = 0;

		TRY(describe_span_of(one, &seconds));
		kind->reminders_us[at++] = seconds * 1000000;
	}
	return OK;
}

static err read_valid(const struct yaml_node *node, const struct known *known, struct recordkind *kind)
{
	int64_t seconds = known->valid_s;

	if (yaml_find(node, "valid") != NULL)
		TRY(describe_span(node, "valid", &seconds));
	if (seconds % 86400 != 0)
		return yaml_wrong(node, "a record holds for whole days");
	kind->valid_days = seconds / 86400;
	return OK;
}

static err check_shared(const struct yaml_node *node, const struct recordkind *kind)
{
	if (kind->share == RECORDKIND_OWN)
		return kind->confirm == 0 ? OK : yaml_wrong(node, "only what the provider sends is confirmed");
	if (kind->described.home != HOME_PROVIDER)
		return yaml_wrong(node, "only the provider's registers are shared");
	for (size_t i = 0; i < kind->form.count; i++)
		if (strlen(kind->form.fields[i].name) > RECORDKIND_SHARED_NAME_MAX)
			return yaml_wrong(node, "a field of a shared register has a name of %d letters at most", RECORDKIND_SHARED_NAME_MAX);
	if (kind->share == RECORDKIND_NAMED) {
		const struct form_field *customer = form_find(&kind->form, BYTES_LIT(RECORDKIND_CUSTOMER));

		if (customer == NULL || customer->type != FORM_TEXT || !customer->required)
			return yaml_wrong(node, "a register whose records go to the one they name has the required text \"" RECORDKIND_CUSTOMER "\"");
	}
	return OK;
}

static err read_kept(const struct yaml_node *node, struct loading *l, const struct known *known, struct recordkind *kind)
{
	static const char *const shares[] = {[RECORDKIND_OWN] = "no", [RECORDKIND_NAMED] = "named", [RECORDKIND_ALL] = "all", NULL};
	const struct yaml_node *fields = NULL;
	int share = 0;

	TRY(yaml_only(node, "register kept title home shared see file approve confirm grade valid reminders retention fields title_field"));
	TRY(describe_access(node, l->arena, &kind->described));
	TRY(describe_choice(node, "shared", shares, &share));
	kind->share = (enum recordkind_share)share;
	kind->described.shared = share != RECORDKIND_OWN;
	TRY(describe_roles(node, "confirm", &kind->confirm));
	kind->described.handle = kind->confirm;
	TRY(read_grade(node, &kind->grade));
	TRY(yaml_member(node, "fields", YAML_LIST, &fields));
	TRY(form_load(fields, l->arena, &kind->form));
	TRY(read_title(node, kind));
	TRY(read_reminders(node, kind));
	TRY(read_valid(node, known, kind));
	return check_shared(node, kind);
}

/* Those who oversee see that it is kept, and by what. */
static err read_entity(const struct yaml_node *node, struct arena *arena, struct recordkind *kind)
{
	const char *entity = NULL;

	TRY(yaml_only(node, "register kept entity title"));
	TRY(yaml_text(node, "entity", &entity));
	kind->entity = true;
	kind->described.home = HOME_EACH;
	kind->described.see = ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR) | ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN);
	return describe_digest(node, arena, &kind->described.digest);
}

static err read_kind(struct loading *l, const struct yaml_node *node, struct recordkind *kind)
{
	static const char *const keepers[] = {"record", "entity", NULL};
	struct known *known;
	int keeper = 0;

	kind->described.kind = RECORDKIND;
	TRY(describe_code(node, "register", &kind->described.code));
	known = known_find(l, kind->described.code);
	if (known == NULL)
		return yaml_wrong(node, "controls.yaml has no register %s", kind->described.code);
	if (known->described)
		return yaml_wrong(node, "the register %s is there twice", kind->described.code);
	known->described = true;
	kind->described.title = known->title;
	if (yaml_find(node, "title") != NULL)
		TRY(describe_words_read(node, "title", &kind->described.title));
	TRY(describe_choice(node, "kept", keepers, &keeper));
	TRY(keeper == 1 ? read_entity(node, l->arena, kind) : read_kept(node, l, known, kind));
	return describe_add(&kind->described);
}

static err make_table(struct arena *arena, const struct recordkind *kind, struct form_table *table)
{
	char name[TABLE_NAME_MAX];
	struct bytes kept;

	(void)snprintf(name, sizeof(name), RECORDKIND ":%s", kind->described.code);
	TRY(arena_copy(arena, (struct bytes){(const uint8_t *)name, strlen(name) + 1}, &kept));
	form_table(&kind->form, (const char *)kept.ptr, table);
	memcpy(&table->fields[kind->form.count], columns, sizeof(columns));
	table->entity.fields = table->fields;
	table->entity.field_count = kind->form.count + RECORDKIND_COLUMNS;
	return OK;
}

static err read_all(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	const char *version = NULL;

	TRY(yaml_only(root, "version registers"));
	TRY(yaml_text(root, "version", &version));
	if (strcmp(version, "1") != 0)
		return yaml_wrong(root, "version 1 is wanted");
	TRY(yaml_member(root, "registers", YAML_LIST, &list));
	if (list->count > KINDS_MAX)
		return yaml_wrong(list, "more than %d registers", KINDS_MAX);
	kinds = reserve(l->arena, list->count, sizeof(*kinds));
	tables = reserve(l->arena, list->count, sizeof(*tables));
	if (kinds == NULL || tables == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		kinds[count] = (struct recordkind){0};
		TRY(read_kind(l, node, &kinds[count]));
		if (!kinds[count].entity)
			TRY(make_table(l->arena, &kinds[count], &tables[count]));
		count++;
	}
	for (size_t i = 0; i < l->known_count; i++)
		if (!l->known[i].described)
			return yaml_wrong(list, "the register %s is not described", l->known[i].name);
	return OK;
}

err recordkind_load(const char *folder, struct arena *arena)
{
	struct loading l = {.folder = folder, .arena = arena};
	struct yaml_node *root = NULL;

	count = 0;
	TRY(open_file(&l, "controls.yaml", &root));
	TRY(read_known(&l, root));
	TRY(read_needs(&l, root));
	TRY(open_file(&l, "registers.yaml", &root));
	return read_all(&l, root);
}

const struct recordkind *recordkind_find(struct id description)
{
	const struct described *described = describe_find(description);

	for (size_t i = 0; described != NULL && i < count; i++)
		if (&kinds[i].described == described)
			return &kinds[i];
	return NULL;
}

int64_t recordkind_notice(const struct recordkind *kind)
{
	int64_t longest = 0;

	for (size_t i = 0; kind->reminders_us[i] != 0; i++)
		longest = kind->reminders_us[i] > longest ? kind->reminders_us[i] : longest;
	return longest;
}

const struct entity *recordkind_table(const struct recordkind *kind)
{
	REQUIRE(!kind->entity);
	return &tables[kind - kinds].entity;
}

const struct entity *recordkind_table_find(struct bytes name)
{
	for (size_t i = 0; i < count; i++)
		if (!kinds[i].entity && bytes_is(name, tables[i].entity.name))
			return &tables[i].entity;
	return NULL;
}
