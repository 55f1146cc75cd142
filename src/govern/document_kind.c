#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "entity/yaml.h"
#include "govern/announce.h"
#include "govern/attachment.h"
#include "govern/casefile.h"
#include "govern/record.h"

#include "govern/document_kind.h"

enum { RECORD, CASE, ANNOUNCEMENT, REGISTER, PLACE_COUNT };

const char *const document_kind_places[] = {
	[RECORD] = "record", [CASE] = "case", [ANNOUNCEMENT] = "announcement", [REGISTER] = "register", [PLACE_COUNT] = NULL,
};

static const struct entity *const entities_of[PLACE_COUNT] = {
	[RECORD] = &record_entity, [CASE] = &casefile_entity, [ANNOUNCEMENT] = &announce_entity, [REGISTER] = &describe_entity,
};

#define RECORDS_SQL_MAX 1000
static char records_where[RECORDS_SQL_MAX];

struct row_list document_kind_lists[DOCUMENT_LISTS] = {
	{"document.editions", &record_edition_entity, "record = :object ORDER BY number LIMIT :limit", NULL},
	{"document.entries", &casefile_entry_entity, "casefile = :object ORDER BY number LIMIT :limit", NULL},
	{"document.attachments", &attachment_entity, "object = :object AND state = 2 ORDER BY opened_at, id LIMIT :limit", NULL}, /* clean */
	{"document.records", &record_entity, records_where, NULL},
};

/* A word of the file's `words`. */
struct word {
	const char *of, *code;
	struct describe_words words;
};

static struct document_kind kinds[DOCUMENT_KINDS_MAX];
static size_t kind_count;
static struct word words[DOCUMENT_WORDS_MAX];
static size_t word_count;

const struct entity *document_kind_entity(int32_t place)
{
	REQUIRE(place >= 0 && place < PLACE_COUNT);
	return entities_of[place];
}

/* Of a register only what the caller sees. */
err document_kind_start(void)
{
	const char *sees = access_predicate(record_entity.name, RELATION_SEES);
	int len;

	REQUIRE(sees != NULL);
	len = snprintf(records_where, sizeof(records_where), "record.description = :object AND (%s) ORDER BY record.number LIMIT :limit", sees);
	REQUIRE(len > 0 && (size_t)len < sizeof(records_where));
	for (size_t i = 0; i < DOCUMENT_LISTS; i++)
		TRY(row_list_make(&document_kind_lists[i]));
	return OK;
}

/* ---- reading ---- */

static err read_fields(const struct yaml_node *map, const char *name, const struct entity *entity, struct document_section *section)
{
	const struct yaml_node *node = NULL;
	const char *at;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	for (at = node->text; *at != '\0'; at += strspn(at, " ")) {
		char field[64];
		size_t len = strcspn(at, " ");

		if (len >= sizeof(field) || section->count == DOCUMENT_FIELDS_MAX)
			return yaml_wrong(node, "there are more than %d fields, or one has too long a name", DOCUMENT_FIELDS_MAX);
		memcpy(field, at, len);
		field[len] = '\0';
		section->fields[section->count] = entity_field(entity, field);
		if (section->fields[section->count] == NULL || section->fields[section->count]->secret)
			return yaml_wrong(node, "%s has no field \"%s\"", entity->name, field);
		section->count++;
		at += len;
	}
	return section->count > 0 ? OK : yaml_wrong(node, "at least one field is wanted");
}

static err read_one_field(const struct yaml_node *map, const char *name, const struct entity *entity, enum field_type type,
    struct document_section *section)
{
	TRY(read_fields(map, name, entity, section));
	return section->count == 1 && section->fields[0]->type == type ? OK : yaml_wrong(yaml_find(map, name), "one field of the right kind is wanted");
}

static err read_rows(const struct yaml_node *map, struct document_section *section)
{
	const char *entity = NULL;

	TRY(yaml_text(map, "rows", &entity));
	for (section->rows = 0; section->rows < DOCUMENT_LISTS; section->rows++)
		if (strcmp(document_kind_lists[section->rows].entity->name, entity) == 0) {
			TRY(describe_flag(map, "form", &section->form));
			return read_fields(map, "columns", document_kind_lists[section->rows].entity, section);
		}
	return yaml_wrong(map, "\"%s\" is no table that can stand in a document", entity);
}

static err read_section(const struct yaml_node *map, const struct entity *entity, struct document_section *section)
{
	TRY(yaml_only(map, "title fields form text rows columns"));
	TRY(describe_words_read(map, "title", &section->title));
	if (yaml_find(map, "rows") != NULL) {
		section->what = DOCUMENT_ROWS;
		return read_rows(map, section);
	}
	if (yaml_find(map, "form") != NULL) {
		section->what = DOCUMENT_FORM;
		return read_one_field(map, "form", entity, FIELD_FORM, section);
	}
	if (yaml_find(map, "text") != NULL) {
		section->what = DOCUMENT_TEXT;
		return read_one_field(map, "text", entity, FIELD_TEXT, section);
	}
	section->what = DOCUMENT_FIELDS;
	return read_fields(map, "fields", entity, section);
}

static err read_seals(const struct yaml_node *map, struct document_kind *kind)
{
	const struct yaml_node *list = yaml_find(map, "seals");

	if (list == NULL)
		return OK;
	TRY(yaml_member(map, "seals", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		if (kind->seal_count == DOCUMENT_SEALS_MAX)
			return yaml_wrong(node, "there are more than %d boxes for seals", DOCUMENT_SEALS_MAX);
		TRY(yaml_only(node, "ja en"));
		TRY(yaml_text(node, "ja", &kind->seals[kind->seal_count].ja));
		TRY(yaml_text(node, "en", &kind->seals[kind->seal_count].en));
		kind->seal_count++;
	}
	return OK;
}

static err read_place(const struct yaml_node *map, struct document_kind *kind)
{
	const char *of = NULL;

	TRY(yaml_text(map, "of", &of));
	for (kind->place = 0; kind->place < PLACE_COUNT; kind->place++)
		if (strcmp(entities_of[kind->place]->name, of) == 0)
			return OK;
	return yaml_wrong(yaml_find(map, "of"), "nothing is issued from \"%s\"", of);
}

static err read_kind(const struct yaml_node *map, struct document_kind *kind)
{
	static const char *const formats[] = {"pdf", "xlsx", NULL};
	const struct yaml_node *sections = NULL;
	int format = 0;

	TRY(yaml_only(map, "code of format seals sections"));
	TRY(describe_code(map, "code", &kind->code));
	if (document_kind_find(bytes_str(kind->code)) != NULL)
		return yaml_wrong(map, "\"%s\" is there already", kind->code);
	TRY(read_place(map, kind));
	TRY(describe_choice(map, "format", formats, &format));
	kind->sheet = format == 1;
	TRY(read_seals(map, kind));
	TRY(yaml_member(map, "sections", YAML_LIST, &sections));
	for (const struct yaml_node *node = sections->first; node != NULL; node = node->next) {
		if (kind->section_count == DOCUMENT_SECTIONS_MAX)
			return yaml_wrong(node, "there are more than %d sections", DOCUMENT_SECTIONS_MAX);
		TRY(read_section(node, entities_of[kind->place], &kind->sections[kind->section_count]));
		kind->section_count++;
	}
	return kind->section_count > 0 ? OK : yaml_wrong(sections, "at least one section is wanted");
}

static err read_word(const struct yaml_node *map)
{
	struct word *word = &words[word_count];

	if (word_count == DOCUMENT_WORDS_MAX)
		return yaml_wrong(map, "there are more than %d words", DOCUMENT_WORDS_MAX);
	TRY(yaml_only(map, "of code ja en"));
	TRY(yaml_text(map, "of", &word->of));
	TRY(yaml_text(map, "code", &word->code));
	TRY(yaml_text(map, "ja", &word->words.ja));
	TRY(yaml_text(map, "en", &word->words.en));
	word_count++;
	return OK;
}

static err read_all(const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	const char *version = NULL;

	TRY(yaml_only(root, "version words documents"));
	TRY(yaml_text(root, "version", &version));
	if (strcmp(version, "1") != 0)
		return yaml_wrong(root, "version 1 is wanted");
	TRY(yaml_member(root, "words", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next)
		TRY(read_word(node));
	TRY(yaml_member(root, "documents", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		struct document_kind *kind = &kinds[kind_count];

		if (kind_count == DOCUMENT_KINDS_MAX)
			return yaml_wrong(node, "there are more than %d documents", DOCUMENT_KINDS_MAX);
		*kind = (struct document_kind){0};
		TRY(read_kind(node, kind));
		kind_count++;
	}
	return OK;
}

err document_kind_load(const char *folder, struct arena *arena)
{
	static char path[PATH_MAX]; /* the tree names it as long as it lives */
	struct yaml_node *root = NULL;

	kind_count = word_count = 0;
	if (snprintf(path, sizeof(path), "%s/documents.yaml", folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	TRY(yaml_load(path, arena, &root));
	return read_all(root);
}

/* ---- asking ---- */

const struct document_kind *document_kind_find(struct bytes code)
{
	for (size_t i = 0; i < kind_count; i++)
		if (bytes_is(code, kinds[i].code))
			return &kinds[i];
	return NULL;
}

struct bytes document_kind_word(const struct entity *entity, const struct field *field, struct bytes code, enum language language)
{
	char of[128];

	(void)snprintf(of, sizeof(of), "%s.%s", entity->name, field->name);
	for (size_t i = 0; i < word_count; i++)
		if (strcmp(words[i].of, of) == 0 && bytes_is(code, words[i].code))
			return bytes_str(language == LANGUAGE_EN ? words[i].words.en : words[i].words.ja);
	return code;
}
