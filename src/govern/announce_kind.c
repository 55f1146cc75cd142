#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "op/contract.h"

#include "govern/announce_kind.h"

#define FILE_NAME "announcements.yaml"
#define MEMBERS DESCRIBE_MEMBERS "shared channels audience acknowledge hold versions public body first matters fields"

const char *const announce_kind_acknowledge[] = {
	[ANNOUNCE_NONE] = "none", [ANNOUNCE_SEEN] = "seen", [ANNOUNCE_ACCEPT] = "accept", NULL,
};

static struct announce_kind kinds[ANNOUNCE_KINDS_MAX];
static size_t kind_count;

/* ---- reading ---- */

static err read_lead(const struct yaml_node *map, const char *name, struct lead *out)
{
	const char *text = NULL;

	TRY(yaml_text(map, name, &text));
	if (!err_is_ok(lead_parse(bytes_str(text), out)))
		return yaml_wrong(yaml_find(map, name), "a lead is wanted, as in 6mo, 14d or 0");
	return OK;
}

static err read_contract(const struct yaml_node *map, const char **out)
{
	const struct yaml_node *node = yaml_find(map, "contract");
	const struct field *field;

	if (node == NULL)
		return OK;
	TRY(yaml_text(map, "contract", out));
	field = entity_field(&contract_entity, *out);
	if (field == NULL || field->type != FIELD_INT || (strstr(*out, "_months") == NULL && strstr(*out, "_days") == NULL))
		return yaml_wrong(node, "the contract has no number of months or days named \"%s\"", *out);
	return OK;
}

static err read_matter(const struct yaml_node *node, struct announce_kind *kind)
{
	struct announce_matter *matter = &kind->matters[kind->matter_count];

	if (kind->matter_count == ANNOUNCE_MATTERS_MAX)
		return yaml_wrong(node, "more than %d matters", ANNOUNCE_MATTERS_MAX);
	TRY(yaml_only(node, "code ja en lead firm contract"));
	TRY(describe_code(node, "code", &matter->code));
	if (announce_kind_matter(kind, bytes_str(matter->code)) != NULL)
		return yaml_wrong(node, "the matter %s stands here twice", matter->code);
	TRY(yaml_text(node, "ja", &matter->ja));
	TRY(yaml_text(node, "en", &matter->en));
	TRY(read_lead(node, "lead", &matter->lead));
	TRY(describe_flag(node, "firm", &matter->lead.firm));
	TRY(read_contract(node, &matter->contract));
	kind->matter_count++;
	return OK;
}

static err read_matters(const struct yaml_node *node, struct announce_kind *kind)
{
	const struct yaml_node *list = NULL;

	TRY(yaml_member(node, "matters", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next)
		TRY(read_matter(one, kind));
	return kind->matter_count > 0 ? OK : yaml_wrong(list, "there is nothing that it may be about");
}

static err read_channels(const struct yaml_node *node, struct announce_kind *kind)
{
	static const struct { const char *name; unsigned channel; } names[] = {
		{"screen", ANNOUNCE_SCREEN}, {"mail", ANNOUNCE_MAIL}, {"sign-in", ANNOUNCE_SIGN_IN},
	};
	const struct yaml_node *list = NULL;

	TRY(yaml_member(node, "channels", YAML_LIST, &list));
	for (const struct yaml_node *one = list->first; one != NULL; one = one->next) {
		size_t i = 0;

		while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i].name, one->text) != 0)
			i++;
		if (i == sizeof(names) / sizeof(names[0]) || (kind->channels & names[i].channel) != 0)
			return yaml_wrong(one, "\"%s\" is no channel, or stands here twice: screen, mail, sign-in", one->text);
		kind->channels |= names[i].channel;
	}
	return (kind->channels & ANNOUNCE_SCREEN) != 0 ? OK : yaml_wrong(list, "what is announced is on the screen, too");
}

static err read_columns(const struct yaml_node *node, struct arena *arena, struct announce_kind *kind)
{
	static const char *const bodies[] = {"text", "list", NULL};
	const struct yaml_node *list = yaml_find(node, "fields");
	int body = 0;

	TRY(describe_choice(node, "body", bodies, &body));
	kind->list = body == 1;
	if (kind->list != (list != NULL))
		return yaml_wrong(node, "a list has fields, and a text has none");
	return list == NULL ? OK : form_load(list, arena, &kind->form);
}

static err read_duties(const struct yaml_node *node, struct announce_kind *kind)
{
	int acknowledge = 0;

	TRY(describe_roles(node, "audience", &kind->audience));
	if (kind->audience == 0)
		return yaml_wrong(node, "nobody is named as its audience");
	TRY(describe_choice(node, "acknowledge", announce_kind_acknowledge, &acknowledge));
	kind->acknowledge = (enum announce_acknowledge)acknowledge;
	TRY(describe_flag(node, "hold", &kind->hold));
	if (kind->hold && kind->acknowledge != ANNOUNCE_ACCEPT)
		return yaml_wrong(node, "only what is accepted can hold anybody");
	if (kind->acknowledge == ANNOUNCE_ACCEPT && (kind->audience & ROLE(SERVICE)) != 0)
		return yaml_wrong(node, "a machine accepts nothing");
	TRY(describe_flag(node, "versions", &kind->versions));
	TRY(describe_flag(node, "public", &kind->open));
	kind->first_apart = yaml_find(node, "first") != NULL;
	return kind->first_apart ? read_lead(node, "first", &kind->first) : OK;
}

static err read_kind(const struct yaml_node *node, struct arena *arena, struct announce_kind *kind)
{
	TRY(yaml_only(node, MEMBERS));
	TRY(describe_read(node, "announcement", arena, &kind->described));
	TRY(describe_flag(node, "shared", &kind->described.shared));
	if (kind->described.shared && kind->described.home == HOME_CUSTOMER)
		return yaml_wrong(node, "what a customer announces is shared with nobody");
	if (kind->described.file == 0 || kind->described.approve == 0)
		return yaml_wrong(node, "somebody writes it, and somebody publishes it");
	TRY(read_channels(node, kind));
	TRY(read_duties(node, kind));
	TRY(read_matters(node, kind));
	TRY(read_columns(node, arena, kind));
	kind->id = describe_id("announcement", kind->described.code);
	return describe_add(&kind->described);
}

err announce_kind_load(const char *folder, struct arena *arena)
{
	const struct yaml_node *list = NULL;
	struct yaml_node *root = NULL;
	const char *version = NULL;
	char path[PATH_MAX];

	kind_count = 0;
	memset(kinds, 0, sizeof(kinds));
	if (snprintf(path, sizeof(path), "%s/" FILE_NAME, folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	TRY(yaml_load(path, arena, &root));
	TRY(yaml_only(root, "version announcements"));
	TRY(yaml_text(root, "version", &version));
	if (strcmp(version, "1") != 0)
		return yaml_wrong(root, "this is version %s; 1 is wanted", version);
	TRY(yaml_member(root, "announcements", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		if (kind_count == ANNOUNCE_KINDS_MAX)
			return yaml_wrong(node, "more than %d kinds of announcements", ANNOUNCE_KINDS_MAX);
		TRY(read_kind(node, arena, &kinds[kind_count]));
		kind_count++;
	}
	return OK;
}

/* ---- looking up ---- */

const struct announce_kind *announce_kind_at(size_t index)
{
	return index < kind_count ? &kinds[index] : NULL;
}

const struct announce_kind *announce_kind_find(struct id description)
{
	for (size_t i = 0; i < kind_count; i++)
		if (id_equal(kinds[i].id, description))
			return &kinds[i];
	return NULL;
}

const struct announce_kind *announce_kind_code(struct bytes code)
{
	for (size_t i = 0; i < kind_count; i++)
		if (bytes_is(code, kinds[i].described.code))
			return &kinds[i];
	return NULL;
}

const struct announce_matter *announce_kind_matter(const struct announce_kind *kind, struct bytes code)
{
	for (size_t i = 0; i < kind->matter_count; i++)
		if (bytes_is(code, kind->matters[i].code))
			return &kind->matters[i];
	return NULL;
}

/* ---- lists ---- */

static struct bytes until_byte(struct bytes *rest, uint8_t byte)
{
	const uint8_t *at = rest->len == 0 ? NULL : memchr(rest->ptr, byte, rest->len);
	struct bytes part = {rest->ptr, at == NULL ? rest->len : (size_t)(at - rest->ptr)};
	size_t used = part.len + (at != NULL ? 1 : 0);

	*rest = (struct bytes){rest->ptr + used, rest->len - used};
	return part;
}

static struct bytes trimmed(struct bytes text)
{
	while (text.len > 0 && text.ptr[0] == ' ')
		text = (struct bytes){text.ptr + 1, text.len - 1};
	while (text.len > 0 && text.ptr[text.len - 1] == ' ')
		text.len--;
	return text;
}

bool announce_kind_line(const struct announce_kind *kind, struct bytes *rest, struct bytes cells_out[static ANNOUNCE_COLUMNS_MAX], size_t *count_out)
{
	while (rest->len > 0) {
		struct bytes line = trimmed(until_byte(rest, '\n'));
		size_t count = 0;

		if (line.len == 0)
			continue;
		for (size_t i = 0; i < kind->form.count; i++)
			cells_out[i] = (struct bytes){0};
		while (line.len > 0) {
			struct bytes cell = trimmed(until_byte(&line, '|'));

			if (count < kind->form.count)
				cells_out[count] = cell;
			count += count < SIZE_MAX ? 1 : 0;
		}
		*count_out = count;
		return true;
	}
	return false;
}

#define SCRATCH_MAX ((size_t)256 << 10)

/* One line as what a form holds, judged as such. flaw_out: what is wrong first. */
static err check_line(const struct announce_kind *kind, const struct bytes *cells, enum language language, char flaw_out[static ANNOUNCE_FLAW_MAX])
{
	struct problems problems = {.language = language};
	struct arena scratch;
	OWN(buf) line = {0};
	OWN(buf) clean = {0};
	const struct form_field *field;
	err e;

	for (size_t i = 0; i < kind->form.count; i++)
		if (cells[i].len > 0)
			TRY(form_put(&line, kind->form.fields[i].name, cells[i]));
	arena_init(&scratch, SCRATCH_MAX);
	e = form_judge(&kind->form, bytes_of(&line), true, &scratch, &problems, &clean);
	arena_free(&scratch);
	if (!err_is(e, ERR_INVALID) || problems.count == 0)
		return e;
	field = form_find(&kind->form, bytes_str(problems.list[0].field + strlen(FORM_NAME(""))));
	(void)snprintf(flaw_out, ANNOUNCE_FLAW_MAX, language == LANGUAGE_EN ? "%s: %.100s" : "「%s」：%.100s",
	    field == NULL ? "" : language == LANGUAGE_EN ? field->en : field->ja, problems.list[0].message);
	return e;
}

err announce_kind_check_list(const struct announce_kind *kind, struct bytes body, enum language language, char flaw_out[static ANNOUNCE_FLAW_MAX])
{
	bool english = language == LANGUAGE_EN;
	struct bytes cells[ANNOUNCE_COLUMNS_MAX];
	size_t count = 0, line = 0;

	while (announce_kind_line(kind, &body, cells, &count)) {
		char words[ANNOUNCE_FLAW_MAX] = "";
		err e = check_line(kind, cells, language, words);

		line++;
		if (err_is_ok(e) && count > kind->form.count) {
			(void)snprintf(words, sizeof(words), english ? "There are more than %zu parts." : "項目が%zu個より多くあります。", kind->form.count);
			e = FAIL(INVALID);
		}
		if (err_is(e, ERR_INVALID))
			(void)snprintf(flaw_out, ANNOUNCE_FLAW_MAX, english ? "Entry %zu. %.180s" : "%zu件目　%.180s", line, words);
		TRY(e);
	}
	if (line > 0)
		return OK;
	(void)snprintf(flaw_out, ANNOUNCE_FLAW_MAX, "%s", english ? "There is nothing in the list." : "一覧に何も入っていません。");
	return FAIL(INVALID);
}
