#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "entity/json.h"
#include "entity/yaml.h"
#include "govern/describe.h"

#include "cli/demo_records.h"

#define WORDS_MAX 600
#define ARENA_MAX ((size_t)4 << 20)

/* data/demo-records.yaml, put in by tools/embed */
extern const uint8_t demo_records_yaml[];
extern const size_t demo_records_yaml_len;

struct filling {
	struct local *local;
	struct actor files, approves;
	int32_t today;
};

/* The first who holds the role. */
static err find_actor(const struct demo_city *city, enum role role, struct actor *actor_out)
{
	for (size_t i = 0; i < city->person_count; i++)
		if (city->people[i].role == role) {
			*actor_out = (struct actor){.account = city->people[i].id, .role = role};
			return OK;
		}
	return FAIL(NOT_FOUND);
}

/* "@-30" is a day, "@-30 09:00" a time of it. */
static err put_day(const char *text, int32_t today, char out[static WORDS_MAX])
{
	char day[CLOCK_TEXT_MAX];
	char *rest = NULL;
	long days = strtol(text + 1, &rest, 10);

	if (rest == text + 1 || days < -3660 || days > 3660 || (*rest != '\0' && strlen(rest) != sizeof(" 09:00") - 1))
		return FAIL(INVALID);
	clock_date_format(clock_date_add(today, (int32_t)days), day);
	if (*rest == '\0')
		(void)snprintf(out, WORDS_MAX, "%s", day);
	else
		(void)snprintf(out, WORDS_MAX, "%sT%s:00+09:00", day, rest + 1);
	return OK;
}

/* Days and the last full month in words of the file. */
static err put_words(const char *text, int32_t today, char out[static WORDS_MAX])
{
	int32_t last = clock_date_add(today - today % 100 + 1, -1);
	const int32_t days[] = {last - last % 100 + 1, last};
	static const char *const names[] = {"{month_first}", "{month_last}"};

	if (text[0] == '@')
		return put_day(text, today, out);
	if (strcmp(text, "{month}") == 0) {
		(void)snprintf(out, WORDS_MAX, "%04d-%02d", last / 10000, last / 100 % 100);
		return OK;
	}
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			clock_date_format(days[i], out);
			return OK;
		}
	return snprintf(out, WORDS_MAX, "%s", text) < WORDS_MAX ? OK : FAIL(TOO_LARGE);
}

/* What a line of the file is, by the member that names its kind: how it is filed, and who signs it as a second person. */
static const struct deed {
	const char *kind;               /* of describe_kinds, and the member */
	const char *file, *file_path;
	const char *sign, *sign_path;   /* NULL: nobody */
} deeds[] = {
	{"register", "record.file", "register", "record.approve", "record"},
	{"case", "case.open", "kind", NULL, NULL},
};

static const struct deed *find_deed(const struct yaml_node *line)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (yaml_find(line, deeds[i].kind) != NULL)
			return &deeds[i];
	return NULL;
}

static err put_body(const struct yaml_node *record, int32_t today, struct buf *body)
{
	const struct yaml_node *fields, *until = yaml_find(record, "valid_until");
	char words[WORDS_MAX];
	struct json json;

	TRY(yaml_only(record, "register case fields valid_until"));
	TRY(yaml_member(record, "fields", YAML_MAP, &fields));
	json_init(&json, body);
	json_object(&json, NULL);
	json_object(&json, "fields");
	for (const struct yaml_node *field = fields->first; field != NULL; field = field->next) {
		TRY(put_words(field->text, today, words));
		json_str(&json, field->name, words);
	}
	json_object_end(&json);
	if (until != NULL) {
		TRY(put_words(until->text, today, words));
		json_str(&json, "valid_until", words);
	}
	json_object_end(&json);
	return json.state;
}

/* Every reply begins with the id of what was made. */
static err made(struct bytes reply, struct id *id_out)
{
	static const char head[] = "{\"id\":\"";

	if (reply.len < sizeof(head) - 1 + ID_TEXT_LEN || memcmp(reply.ptr, head, sizeof(head) - 1) != 0)
		return FAIL(INTERNAL);
	return id_parse((struct bytes){reply.ptr + sizeof(head) - 1, ID_TEXT_LEN}, id_out);
}

static err file_one(const struct filling *filling, const struct yaml_node *line)
{
	const struct deed *deed = find_deed(line);
	const char *name;
	OWN(buf) body = {0};
	OWN(buf) reply = {0};
	struct local_input path[2] = {{0}};
	struct id id;

	if (deed == NULL)
		return FAIL(INVALID);
	TRY(yaml_text(line, deed->kind, &name));
	TRY(put_body(line, filling->today, &body));
	path[0] = (struct local_input){.name = deed->file_path, .id = describe_id(deed->kind, name)};
	TRY(local_call(filling->local, &filling->files, deed->file, path, bytes_of(&body), &reply));
	if (deed->sign == NULL)
		return OK;
	TRY(made(bytes_of(&reply), &id));
	path[0] = (struct local_input){.name = deed->sign_path, .id = id};
	return local_call(filling->local, &filling->approves, deed->sign, path, (struct bytes){0}, NULL);
}

static err file_all(const struct filling *filling, const struct yaml_node *list)
{
	for (const struct yaml_node *record = list->first; record != NULL; record = record->next) {
		err e = file_one(filling, record);

		if (!err_is_ok(e)) {
			log_error("%s:%u: this record of the demonstration cannot be filed", record->file, record->line);
			return e;
		}
	}
	return OK;
}

err demo_records_fill(struct local *local, const struct demo_city *city, int32_t today)
{
	struct arena arena;
	struct filling filling = {.local = local, .today = today};
	struct yaml_node *root = NULL;
	const struct yaml_node *list;
	err e;

	TRY(find_actor(city, city->provider ? ROLE_OPERATOR : ROLE_OFFICER, &filling.files));
	TRY(find_actor(city, city->provider ? ROLE_OPERATOR_ADMIN : ROLE_OFFICER_ADMIN, &filling.approves));
	arena_init(&arena, ARENA_MAX);
	e = yaml_parse((struct bytes){demo_records_yaml, demo_records_yaml_len}, "data/demo-records.yaml", &arena, &root);
	if (err_is_ok(e))
		e = yaml_member(root, city->provider ? "provider" : "customer", YAML_LIST, &list);
	if (err_is_ok(e))
		e = file_all(&filling, list);
	arena_free(&arena);
	return e;
}
