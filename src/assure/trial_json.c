#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "assure/trial.h"

#define PART_MAX 64
#define TEXTS 8
#define TEXT_MAX 512

/* "items" of an object, "3" of an array. */
static const json_t *member(const json_t *of, const char *name)
{
	size_t index = 0;

	if (json_is_object(of))
		return json_object_get(of, name);
	if (!json_is_array(of) || name[0] == '\0' || strspn(name, "0123456789") != strlen(name) || strlen(name) > 6)
		return NULL;
	for (const char *c = name; *c != '\0'; c++)
		index = index * 10 + (size_t)(*c - '0');
	return json_array_get(of, index);
}

static const json_t *look_up(const json_t *root, const char *path, bool *count_out)
{
	const json_t *at = root;

	*count_out = false;
	while (at != NULL && *path != '\0') {
		char part[PART_MAX];
		size_t len = strcspn(path, ".");

		if (len >= sizeof(part))
			return NULL;
		memcpy(part, path, len);
		part[len] = '\0';
		path += len + (path[len] == '.' ? 1 : 0);
		if (strcmp(part, "#") == 0) {
			*count_out = true;
			return json_is_array(at) ? at : NULL;
		}
		at = member(at, part);
	}
	return at;
}

static json_t *parse(const struct seen *seen)
{
	return json_loadb((const char *)seen->body.ptr, seen->body.len, JSON_REJECT_DUPLICATES, NULL);
}

int64_t trial_json_int(const struct seen *seen, const char *path)
{
	json_t *root = parse(seen);
	bool count;
	const json_t *at = look_up(root, path, &count);
	int64_t value = 0;

	if (count && at != NULL)
		value = (int64_t)json_array_size(at);
	else if (json_is_integer(at))
		value = json_integer_value(at);
	json_decref(root);
	return value;
}

const char *trial_json_text(const struct seen *seen, const char *path)
{
	static char texts[TEXTS][TEXT_MAX];
	static unsigned next;
	char *text = texts[next++ % TEXTS];
	json_t *root = parse(seen);
	bool count;
	const json_t *at = look_up(root, path, &count);

	text[0] = '\0';
	if (!count && json_is_string(at) && json_string_length(at) < TEXT_MAX)
		(void)snprintf(text, TEXT_MAX, "%s", json_string_value(at));
	json_decref(root);
	return text;
}

bool trial_json_bool(const struct seen *seen, const char *path)
{
	json_t *root = parse(seen);
	bool count;
	bool value = json_is_true(look_up(root, path, &count));

	json_decref(root);
	return value;
}

bool trial_json_has(const struct seen *seen, const char *path)
{
	json_t *root = parse(seen);
	bool count;
	bool has = look_up(root, path, &count) != NULL;

	json_decref(root);
	return has;
}
