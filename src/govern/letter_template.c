#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "entity/yaml.h"
#include "govern/form.h"

#include "govern/letter_template.h"

#define SPAN_MAX_S (400LL * 86400)
#define SECOND_US INT64_C(1000000)

static struct letter_template templates[LETTER_TEMPLATE_MAX];
static size_t template_count;
static struct letter_pace paces[LETTER_CHANNEL_COUNT];

/* Places that every text may have. */
static const char *const everywhere[] = {"service", "link", NULL};

#define LETTERS_CODE "abcdefghijklmnopqrstuvwxyz0123456789-"
#define LETTERS_NAME "abcdefghijklmnopqrstuvwxyz0123456789_"

/* ---- reading the file ---- */

/* 30s, 15m, 6h, 3d */
static err read_span(const struct yaml_node *map, const char *name, int64_t *us_out)
{
	static const struct { char unit; int64_t seconds; } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const struct yaml_node *node = NULL;
	char *end = NULL;
	long number;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	number = strtol(node->text, &end, 10);
	if (node->text[0] >= '1' && node->text[0] <= '9' && number > 0 && number < 1000000)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (end[0] == units[i].unit && end[1] == '\0' && number * units[i].seconds <= SPAN_MAX_S) {
				*us_out = number * units[i].seconds * SECOND_US;
				return OK;
			}
	return yaml_wrong(node, "a number of s, m, h or d is wanted, as in 15m");
}

static err read_pace(const struct yaml_node *root, const char *name, bool endless, struct letter_pace *pace_out)
{
	const struct yaml_node *node = NULL;
	struct letter_pace pace = {0};

	TRY(yaml_member(root, name, YAML_MAP, &node));
	TRY(yaml_only(node, endless ? "first longest" : "first longest give_up"));
	TRY(read_span(node, "first", &pace.first_us));
	TRY(read_span(node, "longest", &pace.longest_us));
	if (!endless)
		TRY(read_span(node, "give_up", &pace.give_up_us));
	if (pace.first_us > pace.longest_us)
		return yaml_wrong(node, "the first wait is longer than the longest");
	*pace_out = pace;
	return OK;
}

static bool is_among(const char *const *names, const char *name, size_t len)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return true;
	return false;
}

static err read_values(const struct yaml_node *map, struct letter_template *template)
{
	const struct yaml_node *list = NULL;
	size_t count = 0;

	TRY(yaml_member(map, "values", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
		size_t len = strlen(node->text);

		if (node->kind != YAML_TEXT || len == 0 || len > LETTER_NAME_MAX || strspn(node->text, LETTERS_NAME) != len)
			return yaml_wrong(node, "a name of small letters, digits and _ is wanted, %d at most", LETTER_NAME_MAX);
		if (is_among(template->values, node->text, len) || strcmp(node->text, "service") == 0)
			return yaml_wrong(node, "\"%s\" is there already", node->text);
		if (count == LETTER_TEMPLATE_VALUES)
			return yaml_wrong(node, "there are more than %d values", LETTER_TEMPLATE_VALUES);
		template->values[count++] = node->text;
	}
	return OK;
}

/* Every {name} is known; a brace stands for nothing else. */
static err check_places(const struct yaml_node *at, const struct letter_template *template)
{
	const char *text = at->text;

	while ((text = strpbrk(text, "{}")) != NULL) {
		size_t len = strspn(text + 1, LETTERS_NAME);

		if (text[0] == '}' || len == 0 || text[1 + len] != '}')
			return yaml_wrong(at, "a place is written {name}");
		if (!is_among(template->values, text + 1, len) && !is_among(everywhere, text + 1, len))
			return yaml_wrong(at, "\"%.*s\" is not among the values", (int)len, text + 1);
		text += len + 2;
	}
	return OK;
}

static err read_words(const struct yaml_node *map, const char *name, bool line, const struct letter_template *template, const char **ja_out,
    const char **en_out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_MAP, &node));
	TRY(yaml_only(node, "ja en"));
	TRY(yaml_text(node, "ja", ja_out));
	TRY(yaml_text(node, "en", en_out));
	for (const struct yaml_node *text = node->first; text != NULL; text = text->next) {
		TRY(check_places(text, template));
		if (line && strpbrk(text->text, "\r\n") != NULL)
			return yaml_wrong(text, "a subject is one line");
	}
	return OK;
}

static err read_template(const struct yaml_node *map)
{
	struct letter_template template = {0};
	size_t len;

	TRY(yaml_only(map, "code values subject body"));
	TRY(yaml_text(map, "code", &template.code));
	len = strlen(template.code);
	if (len < 2 || len > LETTER_NAME_MAX || strspn(template.code, LETTERS_CODE) != len)
		return yaml_wrong(yaml_find(map, "code"), "a code has 2 to %d small letters, digits and -", LETTER_NAME_MAX);
	if (letter_template_find(template.code) != NULL)
		return yaml_wrong(map, "\"%s\" is there twice", template.code);
	TRY(read_values(map, &template));
	TRY(read_words(map, "subject", true, &template, &template.subject_ja, &template.subject_en));
	TRY(read_words(map, "body", false, &template, &template.body_ja, &template.body_en));
	if (template_count == LETTER_TEMPLATE_MAX)
		return yaml_wrong(map, "there are more than %d letters", LETTER_TEMPLATE_MAX);
	templates[template_count++] = template;
	return OK;
}

static err read_file(const struct yaml_node *root)
{
	const struct yaml_node *list = NULL;
	const char *version = NULL;

	TRY(yaml_only(root, "version mail webhook post letters"));
	TRY(yaml_text(root, "version", &version));
	if (strcmp(version, "1") != 0)
		return yaml_wrong(root, "version 1 is wanted");
	TRY(read_pace(root, "mail", false, &paces[LETTER_MAIL]));
	TRY(read_pace(root, "webhook", false, &paces[LETTER_WEBHOOK]));
	TRY(read_pace(root, "post", true, &paces[LETTER_POST])); /* a compartment comes back */
	TRY(yaml_member(root, "letters", YAML_LIST, &list));
	for (const struct yaml_node *node = list->first; node != NULL; node = node->next)
		TRY(read_template(node));
	return OK;
}

err letter_template_load(const char *folder, struct arena *arena)
{
	struct yaml_node *root = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/letters.yaml", folder) >= (int)sizeof(path))
		return FAIL(TOO_LARGE);
	template_count = 0;
	TRY(yaml_load(path, arena, &root));
	return read_file(root);
}

/* ---- use ---- */

const struct letter_template *letter_template_find(const char *code)
{
	for (size_t i = 0; code != NULL && i < template_count; i++)
		if (strcmp(templates[i].code, code) == 0)
			return &templates[i];
	return NULL;
}

const struct letter_template *letter_template_of(struct bytes code)
{
	for (size_t i = 0; i < template_count; i++)
		if (bytes_is(code, templates[i].code))
			return &templates[i];
	return NULL;
}

const struct letter_pace *letter_template_pace(enum letter_channel channel)
{
	REQUIRE((unsigned)channel < LETTER_CHANNEL_COUNT);
	return &paces[channel];
}

/* u8 length | name | u16 length | text */
static err cut_member(struct bytes *form, struct bytes *name_out, struct bytes *text_out)
{
	uint8_t name_len;
	uint16_t text_len;

	TRY(cut_u8(form, &name_len));
	TRY(cut_bytes(form, name_len, name_out));
	TRY(cut_u16(form, &text_len));
	TRY(cut_bytes(form, text_len, text_out));
	return utf8_check(*text_out, NULL);
}

err letter_template_check(const struct letter_template *template, struct bytes values)
{
	struct bytes name, text;

	while (values.len > 0) {
		TRY(cut_member(&values, &name, &text));
		if (!is_among(template->values, (const char *)name.ptr, name.len) && !bytes_is(name, "link"))
			return FAIL(INVALID);
	}
	return OK;
}

/* ---- filling ---- */

struct filling {
	struct bytes values;
	const struct letter_service *service;
	bool english;
};

/* W1: on one line, whatever it is. */
static err put_value(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		TRY(buf_u8(out, text.ptr[i] < ' ' || text.ptr[i] == 0x7f ? ' ' : text.ptr[i]));
	return OK;
}

static err put_link(struct buf *out, const struct filling *filling)
{
	struct bytes path = form_get(filling->values, "link");

	TRY(buf_append_str(out, filling->service->url));
	return path.len > 0 && path.ptr[0] == '/' ? put_value(out, path) : OK;
}

static err put_place(struct buf *out, const char *name, size_t len, const struct filling *filling)
{
	char known[LETTER_NAME_MAX + 1];

	REQUIRE(len < sizeof(known));
	memcpy(known, name, len);
	known[len] = '\0';
	if (strcmp(known, "link") == 0)
		return put_link(out, filling);
	if (strcmp(known, "service") == 0)
		return put_value(out, bytes_str(filling->english ? filling->service->en : filling->service->ja));
	return put_value(out, form_get(filling->values, known));
}

static err fill(struct buf *out, const char *text, const struct filling *filling)
{
	while (text[0] != '\0') {
		size_t len = strcspn(text, "{");

		TRY(buf_append(out, (struct bytes){(const uint8_t *)text, len}));
		text += len;
		if (text[0] == '{') {
			len = strcspn(text + 1, "}"); /* check_places has seen that there is one */
			TRY(put_place(out, text + 1, len, filling));
			text += len + 2;
		}
	}
	return OK;
}

err letter_template_fill(const struct letter_template *template, struct bytes values, const struct letter_service *service,
    struct buf *subject_out, struct buf *body_out)
{
	const struct filling ja = {.values = values, .service = service}, en = {.values = values, .service = service, .english = true};

	TRY(letter_template_check(template, values));
	TRY(fill(subject_out, template->subject_ja, &ja));
	TRY(buf_append_str(subject_out, " / "));
	TRY(fill(subject_out, template->subject_en, &en));
	TRY(fill(body_out, template->body_ja, &ja));
	TRY(buf_append_str(body_out, "\n----\n\n"));
	TRY(fill(body_out, template->body_en, &en));
	return buf_printf(body_out, "\n%s / %s\n", service->ja, service->en);
}

err letter_template_json(const struct letter_template *template, const struct letter *letter, const struct letter_service *service,
    struct buf *json_out)
{
	const struct filling ja = {.values = letter->values, .service = service};
	const struct filling en = {.values = letter->values, .service = service, .english = true};
	struct json json;
	OWN(buf) text = {0};

	TRY(letter_template_check(template, letter->values));
	json_init(&json, json_out);
	json_object(&json, NULL);
	json_id(&json, "id", letter->row.id);
	json_text(&json, "letter", letter->kind);
	json_time(&json, "at", letter->created_at);
	if (id_is_zero(letter->object))
		json_null(&json, "about");
	else
		json_id(&json, "about", letter->object);
	json_object(&json, "subject");
	TRY(fill(&text, template->subject_ja, &ja));
	json_text(&json, "ja", bytes_of(&text));
	buf_clear(&text);
	TRY(fill(&text, template->subject_en, &en));
	json_text(&json, "en", bytes_of(&text));
	json_object_end(&json);
	buf_clear(&text);
	TRY(put_link(&text, &ja));
	json_text(&json, "link", bytes_of(&text));
	json_object_end(&json);
	return json.state;
}
