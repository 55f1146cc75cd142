#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assure/policy.h"
#include "entity/yaml.h"
#include "base/log.h"

#include "assure/catalogue.h"

#define ARENA_MAX ((size_t)16 << 20)
#define EVERY_MAX_S (400LL * 86400)

const char *const catalogue_kind_names[] = {"enforced", "operated", "attested", NULL};
const char *const catalogue_duty_names[] = {"provider", "customer", "both", NULL};
const char *const catalogue_event_kinds[] = {"sign-in", "access", "operation", "setting", "platform", NULL};

/* What an event may carry. */
static const char *const event_fields[] = {
	"time", "operation", "outcome", "actor", "role", "rule", "request", "facility", "objects", "rows", "origin", "agent", "session",
	"purpose", "detail", NULL,
};

struct loading {
	const char *folder;
	struct arena *arena;
	struct catalogue *out;
	bool *used;             /* of each control */
};

static void *reserve(struct loading *l, size_t count, size_t size)
{
	size_t len;

	return size_mul(count + 1, size, &len) ? arena_alloc(l->arena, len) : NULL;
}

/* ---- pieces ---- */

static err read_words(const struct yaml_node *map, const char *name, struct catalogue_words *out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_MAP, &node));
	TRY(yaml_only(node, "ja en"));
	TRY(yaml_text(node, "ja", &out->ja));
	return yaml_text(node, "en", &out->en);
}

/* An id stands in paths, events and file names. */
static err read_id(const struct yaml_node *map, const char *name, const char *letters, const char **id_out)
{
	const char *id = NULL;

	TRY(yaml_text(map, name, &id));
	if (strspn(id, letters) != strlen(id) || strlen(id) > 48)
		return yaml_wrong(yaml_find(map, name), "\"%s\" is no id: only %s, 48 at most", id, letters);
	*id_out = id;
	return OK;
}

#define LETTERS_LOW "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LETTERS_ID "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
#define LETTERS_OP "abcdefghijklmnopqrstuvwxyz0123456789-."

static err read_choice(const struct yaml_node *map, const char *name, const char *const *choices, int *out)
{
	const char *text = NULL;

	TRY(yaml_text(map, name, &text));
	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], text) == 0) {
			*out = i;
			return OK;
		}
	return yaml_wrong(yaml_find(map, name), "\"%s\" is not among what \"%s\" may be", text, name);
}

/* 15m, 1h, 365d */
static err read_span(const struct yaml_node *node, int64_t *seconds_out)
{
	static const struct { char unit; int64_t seconds; } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	char *end = NULL;
	long number = strtol(node->text, &end, 10);

	if (node->kind == YAML_TEXT && node->text[0] >= '1' && node->text[0] <= '9' && number > 0 && number < 100000)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (end[0] == units[i].unit && end[1] == '\0' && number * units[i].seconds <= EVERY_MAX_S) {
				*seconds_out = number * units[i].seconds;
				return OK;
			}
	return yaml_wrong(node, "a number of m, h or d is wanted, as in 15m");
}

static err load(struct loading *l, const char *name, struct yaml_node **root_out)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", l->folder, name) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	return yaml_load(path, l->arena, root_out);
}

/* ---- controls.yaml ---- */

static err read_families(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	struct catalogue_family *families;

	TRY(yaml_member(root, "families", YAML_LIST, &list));
	families = reserve(l, list->count, sizeof(*families));
	if (families == NULL)
		return FAIL(UNAVAILABLE);
	l->out->families = families;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct catalogue_family *family = &families[l->out->family_count];

		TRY(yaml_only(node, "id title"));
		TRY(read_id(node, "id", LETTERS_ID, &family->id));
		TRY(read_words(node, "title", &family->title));
		for (size_t i = 0; i < l->out->family_count; i++)
			if (strcmp(families[i].id, family->id) == 0)
				return yaml_wrong(node, "family %s is there twice", family->id);
		l->out->family_count++;
	}
	return OK;
}

static const struct catalogue_register *register_find(const struct catalogue *c, const char *name)
{
	for (size_t i = 0; i < c->register_count; i++)
		if (strcmp(c->registers[i].name, name) == 0)
			return &c->registers[i];
	return NULL;
}

static err read_registers(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	struct catalogue_register *registers;

	TRY(yaml_member(root, "registers", YAML_LIST, &list));
	registers = reserve(l, list->count, sizeof(*registers));
	if (registers == NULL)
		return FAIL(UNAVAILABLE);
	l->out->registers = registers;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct catalogue_register *one = &registers[l->out->register_count];

		TRY(yaml_only(node, "name title holds"));
		TRY(read_id(node, "name", LETTERS_LOW, &one->name));
		TRY(read_words(node, "title", &one->title));
		TRY(yaml_text(node, "holds", &one->holds));
		if (register_find(l->out, one->name) != NULL)
			return yaml_wrong(node, "register %s is there twice", one->name);
		l->out->register_count++;
	}
	return OK;
}

static const struct catalogue_check *check_find(const struct catalogue *c, const char *id)
{
	for (size_t i = 0; i < c->check_count; i++)
		if (strcmp(c->checks[i].id, id) == 0)
			return &c->checks[i];
	return NULL;
}

static err read_check(struct loading *l, const struct yaml_node *node, struct catalogue_check *check)
{
	const struct yaml_node *every = NULL, *empty = yaml_find(node, "empty");

	TRY(yaml_only(node, "id every what empty"));
	TRY(read_id(node, "id", LETTERS_LOW, &check->id));
	TRY(yaml_member(node, "every", YAML_TEXT, &every));
	TRY(read_span(every, &check->every_s));
	TRY(yaml_text(node, "what", &check->what));
	if (empty != NULL && strcmp(empty->text, "pass") != 0)
		return yaml_wrong(empty, "\"empty\" is pass, or is not there");
	check->empty = empty != NULL;
	if (check_find(l->out, check->id) != NULL)
		return yaml_wrong(node, "check %s is there twice", check->id);
	return OK;
}

static err read_checks(struct loading *l, const struct yaml_node *list, struct catalogue_check *all, struct catalogue_control *control)
{
	control->checks = &all[l->out->check_count];
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct catalogue_check *check = &all[l->out->check_count];

		TRY(read_check(l, node, check));
		check->control = control;
		l->out->check_count++;
		control->check_count++;
	}
	return OK;
}

static err read_needs(struct loading *l, const struct yaml_node *list, struct catalogue_control *control)
{
	struct catalogue_need *needs = reserve(l, list->count, sizeof(*needs));

	if (needs == NULL)
		return FAIL(UNAVAILABLE);
	control->needs = needs;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct catalogue_need *need = &needs[control->need_count];
		const struct yaml_node *valid = yaml_find(node, "valid");
		const char *name = NULL;

		TRY(yaml_only(node, "name valid"));
		TRY(yaml_text(node, "name", &name));
		need->of = register_find(l->out, name);
		if (need->of == NULL)
			return yaml_wrong(node, "register %s does not exist", name);
		for (size_t i = 0; i < control->need_count; i++)
			if (needs[i].of == need->of)
				return yaml_wrong(node, "register %s stands here twice", name);
		if (valid != NULL)
			TRY(read_span(valid, &need->valid_s));
		control->need_count++;
	}
	return OK;
}

static const struct catalogue_family *family_of(const struct catalogue *c, const char *id)
{
	const char *dash = strchr(id, '-');

	for (size_t i = 0; dash != NULL && i < c->family_count; i++)
		if (strlen(c->families[i].id) == (size_t)(dash - id) && strncmp(c->families[i].id, id, (size_t)(dash - id)) == 0)
			return &c->families[i];
	return NULL;
}

static const struct catalogue_control *control_find(const struct catalogue *c, const char *id)
{
	for (size_t i = 0; i < c->control_count; i++)
		if (strcmp(c->controls[i].id, id) == 0)
			return &c->controls[i];
	return NULL;
}

static err read_control(struct loading *l, const struct yaml_node *node, struct catalogue_check *all, struct catalogue_control *control)
{
	const struct yaml_node *checks = NULL, *registers = NULL;
	int kind = 0;

	TRY(yaml_only(node, "id kind title statement checks registers"));
	TRY(read_id(node, "id", LETTERS_ID, &control->id));
	if (control_find(l->out, control->id) != NULL)
		return yaml_wrong(node, "control %s is there twice", control->id);
	control->family = family_of(l->out, control->id);
	if (control->family == NULL)
		return yaml_wrong(node, "control %s is of no family", control->id);
	TRY(read_choice(node, "kind", catalogue_kind_names, &kind));
	control->kind = (enum catalogue_kind)kind;
	TRY(read_words(node, "title", &control->title));
	TRY(read_words(node, "statement", &control->statement));
	TRY(yaml_member(node, "checks", YAML_LIST, &checks));
	TRY(yaml_member(node, "registers", YAML_LIST, &registers));
	TRY(read_checks(l, checks, all, control));
	TRY(read_needs(l, registers, control));
	if (control->kind == CATALOGUE_ENFORCED && control->check_count == 0)
		return yaml_wrong(node, "control %s is enforced and no check tries it", control->id);
	if (control->check_count == 0 && control->need_count == 0)
		return yaml_wrong(node, "control %s has neither check nor register", control->id);
	return OK;
}

static err read_controls(struct loading *l, const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	struct catalogue_control *controls;
	struct catalogue_check *checks;
	size_t check_count = 0;

	TRY(yaml_member(root, "controls", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		const struct yaml_node *own = NULL;

		TRY(yaml_member(node, "checks", YAML_LIST, &own));
		check_count += own->count;
	}
	controls = reserve(l, list->count, sizeof(*controls));
	checks = reserve(l, check_count, sizeof(*checks));
	l->used = reserve(l, list->count, sizeof(*l->used));
	if (controls == NULL || checks == NULL || l->used == NULL)
		return FAIL(UNAVAILABLE);
	l->out->controls = controls;
	l->out->checks = checks;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		TRY(read_control(l, node, checks, &controls[l->out->control_count]));
		l->out->control_count++;
	}
	return OK;
}

static err read_controls_file(struct loading *l, struct yaml_node **root_out)
{
	struct yaml_node *root = NULL;

	TRY(load(l, "controls.yaml", &root));
	TRY(yaml_only(root, "catalogue families registers controls"));
	TRY(read_families(l, root));
	TRY(read_registers(l, root));
	TRY(read_controls(l, root));
	*root_out = root;
	return OK;
}

/* ---- requirements-*.yaml ---- */

static err read_demands(struct loading *l, const struct yaml_node *list, struct catalogue_requirement *out)
{
	const struct catalogue_control **controls;

	if (list->count == 0)
		return yaml_wrong(list, "requirement %s names no control", out->id);
	controls = reserve(l, list->count, sizeof(*controls));
	if (controls == NULL)
		return FAIL(UNAVAILABLE);
	out->controls = controls;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		const struct catalogue_control *control = control_find(l->out, node->text);

		if (control == NULL)
			return yaml_wrong(node, "control %s does not exist", node->text);
		for (size_t i = 0; i < out->control_count; i++)
			if (controls[i] == control)
				return yaml_wrong(node, "control %s stands here twice", control->id);
		l->used[control - l->out->controls] = true;
		controls[out->control_count++] = control;
	}
	return OK;
}

static err read_requirement(struct loading *l, const struct yaml_node *node, struct catalogue_requirement *out)
{
	const struct yaml_node *controls = NULL;
	int duty = 0;

	TRY(yaml_only(node, "id ref group ja en duty controls shown"));
	TRY(read_id(node, "id", LETTERS_ID, &out->id));
	if (strncmp(out->id, out->annex->id, strlen(out->annex->id)) != 0 || out->id[strlen(out->annex->id)] != '-')
		return yaml_wrong(node, "the id %s does not begin with %s-", out->id, out->annex->id);
	for (size_t i = 0; i < l->out->requirement_count; i++)
		if (strcmp(l->out->requirements[i].id, out->id) == 0)
			return yaml_wrong(node, "requirement %s is there twice", out->id);
	TRY(yaml_text(node, "ref", &out->ref));
	TRY(read_words(node, "group", &out->group));
	TRY(yaml_text(node, "ja", &out->text.ja));
	TRY(yaml_text(node, "en", &out->text.en));
	TRY(read_choice(node, "duty", catalogue_duty_names, &duty));
	out->duty = (enum catalogue_duty)duty;
	TRY(yaml_text(node, "shown", &out->shown));
	TRY(yaml_member(node, "controls", YAML_LIST, &controls));
	return read_demands(l, controls, out);
}

static err read_annex(struct loading *l, const struct yaml_node *root, struct catalogue_annex *annex, struct catalogue_requirement *all)
{
	const struct yaml_node *head = NULL, *list = NULL;

	TRY(yaml_only(root, "catalogue requirements"));
	TRY(yaml_member(root, "catalogue", YAML_MAP, &head));
	TRY(yaml_only(head, "id source title customer parameters"));
	TRY(read_id(head, "id", LETTERS_ID, &annex->id));
	for (size_t i = 0; i < l->out->annex_count; i++)
		if (strcmp(l->out->annexes[i].id, annex->id) == 0)
			return yaml_wrong(head, "catalogue %s is there twice", annex->id);
	TRY(yaml_text(head, "source", &annex->source));
	TRY(read_words(head, "title", &annex->title));
	TRY(read_words(head, "customer", &annex->customer));
	TRY(yaml_member(root, "requirements", YAML_LIST, &list));
	annex->requirements = &all[l->out->requirement_count];
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct catalogue_requirement *out = &all[l->out->requirement_count];

		out->annex = annex;
		TRY(read_requirement(l, node, out));
		l->out->requirement_count++;
		annex->requirement_count++;
	}
	l->out->annex_count++;
	return annex->requirement_count > 0 ? OK : yaml_wrong(list, "catalogue %s has no requirement", annex->id);
}

static int wanted_name(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return strncmp(entry->d_name, "requirements-", 13) == 0 && len > 18 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

static err load_annexes(struct loading *l, struct dirent **names, size_t count, struct yaml_node **roots)
{
	if (count == 0 || count > CATALOGUE_ANNEXES_MAX) {
		log_error("%s: between 1 and %d files requirements-….yaml are wanted", l->folder, CATALOGUE_ANNEXES_MAX);
		return FAIL(INVALID);
	}
	for (size_t i = 0; i < count; i++)
		TRY(load(l, names[i]->d_name, &roots[i]));
	return OK;
}

static err read_annexes(struct loading *l)
{
	struct yaml_node *roots[CATALOGUE_ANNEXES_MAX] = {NULL};
	struct dirent **names = NULL;
	int count = scandir(l->folder, &names, wanted_name, alphasort);
	struct catalogue_annex *annexes;
	struct catalogue_requirement *all;
	size_t demands = 0;
	err e;

	if (count < 0) {
		log_error("%s cannot be read: %s", l->folder, strerror(errno));
		return FAIL(NOT_FOUND);
	}
	e = load_annexes(l, names, (size_t)count, roots);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	TRY(e);
	for (int i = 0; i < count; i++) {
		const struct yaml_node *list = NULL;

		TRY(yaml_member(roots[i], "requirements", YAML_LIST, &list));
		demands += list->count;
	}
	annexes = reserve(l, (size_t)count, sizeof(*annexes));
	all = reserve(l, demands, sizeof(*all));
	if (annexes == NULL || all == NULL)
		return FAIL(UNAVAILABLE);
	l->out->annexes = annexes;
	l->out->requirements = all;
	for (int i = 0; i < count; i++)
		TRY(read_annex(l, roots[i], &annexes[i], all));
	return OK;
}

/* K1: a control that no requirement rests on is checked for nobody. */
static err all_used(const struct loading *l, const struct yaml_node *controls_root)
{
	const struct yaml_node *node = yaml_find(controls_root, "controls")->first;

	for (size_t i = 0; i < l->out->control_count; i++, node = node->next)
		if (!l->used[i])
			return yaml_wrong(node, "control %s is used by no requirement", l->out->controls[i].id);
	return OK;
}

/* ---- events.yaml ---- */

static err read_event_fields(struct loading *l, const struct yaml_node *list, struct catalogue_event *event)
{
	const char **fields = reserve(l, list->count, sizeof(*fields));
	size_t count = 0;

	if (fields == NULL)
		return FAIL(UNAVAILABLE);
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		bool known = false;

		for (size_t i = 0; event_fields[i] != NULL; i++)
			known = known || strcmp(event_fields[i], node->text) == 0;
		if (!known)
			return yaml_wrong(node, "\"%s\" is no field of an event", node->text);
		fields[count++] = node->text;
	}
	event->fields = fields;
	return count > 0 ? OK : yaml_wrong(list, "an event carries at least one field");
}

static err read_event(struct loading *l, const struct yaml_node *node, struct catalogue_event *event)
{
	static const char *const records[] = {"all", "refusals", NULL};
	const struct yaml_node *fields = NULL;
	int kind = 0, what = 0;

	TRY(yaml_only(node, "id kind records why fields retention"));
	TRY(read_id(node, "id", LETTERS_OP, &event->id));
	for (size_t i = 0; i < l->out->event_count; i++)
		if (strcmp(l->out->events[i].id, event->id) == 0)
			return yaml_wrong(node, "event %s is there twice", event->id);
	TRY(read_choice(node, "kind", catalogue_event_kinds, &kind));
	event->kind = (enum catalogue_event_kind)kind;
	TRY(read_choice(node, "records", records, &what));
	event->refusals = what == 1;
	TRY(read_words(node, "why", &event->why));
	TRY(yaml_text(node, "retention", &event->retention));
	event->line = node->line;
	TRY(yaml_member(node, "fields", YAML_LIST, &fields));
	return read_event_fields(l, fields, event);
}

static err read_events(struct loading *l)
{
	struct yaml_node *root = NULL;
	const struct yaml_node *list = NULL;
	struct catalogue_event *events;

	TRY(load(l, "events.yaml", &root));
	TRY(yaml_only(root, "version events"));
	TRY(yaml_member(root, "events", YAML_LIST, &list));
	events = reserve(l, list->count, sizeof(*events));
	if (events == NULL)
		return FAIL(UNAVAILABLE);
	l->out->events = events;
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		TRY(read_event(l, node, &events[l->out->event_count]));
		l->out->event_count++;
	}
	return OK;
}

/* ---- all of it ---- */

static err read_policy(struct loading *l)
{
	struct yaml_node *root = NULL;

	TRY(load(l, "access.yaml", &root));
	TRY(policy_read_groups(root, l->arena, &l->out->groups, &l->out->group_count));
	return policy_read(root, l->arena, &l->out->rules, &l->out->rule_count);
}

err catalogue_read(const char *folder, struct arena *arena, struct catalogue *out)
{
	struct catalogue made = {0};
	struct loading l = {.folder = folder, .arena = arena, .out = &made};
	struct yaml_node *controls = NULL;

	TRY(read_controls_file(&l, &controls));
	TRY(read_annexes(&l));
	TRY(all_used(&l, controls));
	TRY(read_policy(&l));
	TRY(read_events(&l));
	*out = made;
	return OK;
}

static struct catalogue loaded;
static struct arena memory;     /* of what is loaded, as long as the process */

err catalogue_load(const char *folder)
{
	err e;

	REQUIRE(loaded.requirement_count == 0);
	arena_init(&memory, ARENA_MAX);
	e = catalogue_read(folder, &memory, &loaded);
	if (!err_is_ok(e))
		arena_free(&memory);
	return e;
}

const struct catalogue *catalogue_get(void)
{
	return &loaded;
}

const struct catalogue_check *catalogue_check_find(const char *id)
{
	return check_find(&loaded, id);
}

const struct catalogue_requirement *catalogue_requirement_find(struct bytes id)
{
	for (size_t i = 0; i < loaded.requirement_count; i++)
		if (bytes_is(id, loaded.requirements[i].id))
			return &loaded.requirements[i];
	return NULL;
}

const struct catalogue_event *catalogue_event_find(const char *id)
{
	for (size_t i = 0; i < loaded.event_count; i++)
		if (strcmp(loaded.events[i].id, id) == 0)
			return &loaded.events[i];
	return NULL;
}

size_t catalogue_check_index(const struct catalogue_check *check)
{
	return (size_t)(check - loaded.checks);
}

size_t catalogue_register_index(const struct catalogue_register *of)
{
	return (size_t)(of - loaded.registers);
}

size_t catalogue_control_index(const struct catalogue_control *control)
{
	return (size_t)(control - loaded.controls);
}

size_t catalogue_requirement_index(const struct catalogue_requirement *requirement)
{
	return (size_t)(requirement - loaded.requirements);
}
