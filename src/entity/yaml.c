#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <yaml.h>

#include "base/log.h"

#include "entity/yaml.h"

struct reading {
	yaml_parser_t parser;
	const char *file;
	struct arena *arena;
	size_t nodes;
};

err yaml_wrong(const struct yaml_node *at, const char *format, ...)
{
	char words[300];
	va_list args;

	va_start(args, format);
	if (vsnprintf(words, sizeof(words), format, args) < 0)
		words[0] = '\0';
	va_end(args);
	log_error("%s:%u:%u: %s", at->file, at->line, at->column, words);
	return FAIL(INVALID);
}

static struct yaml_node place(const struct reading *reading, const yaml_mark_t *mark)
{
	return (struct yaml_node){.file = reading->file, .line = (unsigned)mark->line + 1, .column = (unsigned)mark->column + 1};
}

/* The parser's own words, which say what it met. */
static err no_yaml(const struct reading *reading)
{
	const yaml_parser_t *parser = &reading->parser;
	struct yaml_node at = place(reading, &parser->problem_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		return FAIL(UNAVAILABLE);
	return yaml_wrong(&at, "is no YAML: %s", parser->problem != NULL ? parser->problem : "it cannot be read");
}

static err next_event(struct reading *reading, yaml_event_t *event_out)
{
	return yaml_parser_parse(&reading->parser, event_out) ? OK : no_yaml(reading);
}

static err new_node(struct reading *reading, const yaml_event_t *event, enum yaml_kind kind, struct yaml_node **node_out)
{
	struct yaml_node at = place(reading, &event->start_mark);
	struct yaml_node *node;

	if (++reading->nodes > YAML_NODES_MAX)
		return yaml_wrong(&at, "the file has more than %d values", YAML_NODES_MAX);
	node = arena_alloc(reading->arena, sizeof(*node));
	if (node == NULL)
		return FAIL(UNAVAILABLE);
	*node = at;
	node->kind = kind;
	node->text = "";
	*node_out = node;
	return OK;
}

static err take_text(struct reading *reading, const yaml_event_t *event, const char **text_out)
{
	struct bytes text = {event->data.scalar.value, event->data.scalar.length};
	struct yaml_node at = place(reading, &event->start_mark);
	char *copy;

	if (text.len > YAML_TEXT_MAX)
		return yaml_wrong(&at, "the text is longer than %d bytes", YAML_TEXT_MAX);
	if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)
		return yaml_wrong(&at, "the text has a NUL character");
	if (!err_is_ok(utf8_check(text, NULL)))
		return yaml_wrong(&at, "the text is not UTF-8");
	copy = arena_alloc(reading->arena, text.len + 1);
	if (copy == NULL)
		return FAIL(UNAVAILABLE);
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	*text_out = copy;
	return OK;
}

static bool has_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
	default:
		return event->type == YAML_ALIAS_EVENT;
	}
}

static err read_value(struct reading *reading, const yaml_event_t *event, unsigned depth, struct yaml_node **node_out);

static err put_child(struct yaml_node *parent, struct yaml_node **last, struct yaml_node *child)
{
	if (parent->kind == YAML_MAP && yaml_find(parent, child->name) != NULL)
		return yaml_wrong(child, "\"%s\" is given twice", child->name);
	if (parent->kind == YAML_MAP && parent->count == YAML_MEMBERS_MAX)
		return yaml_wrong(child, "the map has more than %d members", YAML_MEMBERS_MAX);
	if (*last == NULL)
		parent->first = child;
	else
		(*last)->next = child;
	*last = child;
	parent->count++;
	return OK;
}

/* name NULL: of a list. */
static err read_child(struct reading *reading, const yaml_event_t *event, const char *name, unsigned depth, struct yaml_node *parent,
    struct yaml_node **last)
{
	struct yaml_node *child = NULL;

	TRY(read_value(reading, event, depth + 1, &child));
	child->name = name;
	return put_child(parent, last, child);
}

static err read_entry(struct reading *reading, yaml_event_t *event, unsigned depth, struct yaml_node *parent, struct yaml_node **last)
{
	struct yaml_node at = place(reading, &event->start_mark);
	const char *name = NULL;

	if (parent->kind == YAML_LIST)
		return read_child(reading, event, NULL, depth, parent, last);
	if (event->type != YAML_SCALAR_EVENT || has_anchor(event))
		return yaml_wrong(&at, "the name of a member is a plain text");
	TRY(take_text(reading, event, &name));
	yaml_event_delete(event);
	TRY(next_event(reading, event));
	return read_child(reading, event, name, depth, parent, last);
}

static err read_children(struct reading *reading, unsigned depth, struct yaml_node *parent)
{
	const yaml_event_type_t end = parent->kind == YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	struct yaml_node *last = NULL;
	bool more = true;
	err e = OK;

	if (depth >= YAML_DEPTH_MAX)
		return yaml_wrong(parent, "lists and maps are nested more than %d deep", YAML_DEPTH_MAX);
	while (err_is_ok(e) && more) {
		yaml_event_t event = {0};

		TRY(next_event(reading, &event));
		more = event.type != end;
		if (more)
			e = read_entry(reading, &event, depth, parent, &last);
		yaml_event_delete(&event);
	}
	return e;
}

static err read_value(struct reading *reading, const yaml_event_t *event, unsigned depth, struct yaml_node **node_out)
{
	struct yaml_node at = place(reading, &event->start_mark);

	if (has_anchor(event))
		return yaml_wrong(&at, "anchors, aliases and tags are not used here");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		TRY(new_node(reading, event, YAML_TEXT, node_out));
		return take_text(reading, event, &(*node_out)->text);
	case YAML_SEQUENCE_START_EVENT:
		TRY(new_node(reading, event, YAML_LIST, node_out));
		return read_children(reading, depth, *node_out);
	case YAML_MAPPING_START_EVENT:
		TRY(new_node(reading, event, YAML_MAP, node_out));
		return read_children(reading, depth, *node_out);
	default:
		return yaml_wrong(&at, "a value is missing");
	}
}

static err expect(struct reading *reading, yaml_event_type_t type, const char *otherwise)
{
	yaml_event_t event = {0};
	struct yaml_node at;
	bool good;

	TRY(next_event(reading, &event));
	at = place(reading, &event.start_mark);
	good = event.type == type;
	yaml_event_delete(&event);
	return good ? OK : yaml_wrong(&at, "%s", otherwise);
}

static err read_document(struct reading *reading, struct yaml_node **root_out)
{
	yaml_event_t event = {0};
	err e;

	TRY(expect(reading, YAML_STREAM_START_EVENT, "the file is not text"));
	TRY(expect(reading, YAML_DOCUMENT_START_EVENT, "the file is empty"));
	TRY(next_event(reading, &event));
	e = read_value(reading, &event, 0, root_out);
	yaml_event_delete(&event);
	TRY(e);
	TRY(expect(reading, YAML_DOCUMENT_END_EVENT, "the document does not end where it should"));
	return expect(reading, YAML_STREAM_END_EVENT, "the file has a second document");
}

err yaml_parse(struct bytes text, const char *file, struct arena *arena, struct yaml_node **root_out)
{
	struct reading reading = {.file = file, .arena = arena};
	struct yaml_node *root = NULL;
	err e;

	if (text.len > YAML_FILE_MAX) {
		log_error("%s: the file is larger than %zu bytes", file, YAML_FILE_MAX);
		return FAIL(INVALID);
	}
	if (!yaml_parser_initialize(&reading.parser))
		return FAIL(UNAVAILABLE);
	yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reading.parser, text.len > 0 ? text.ptr : (const uint8_t *)"", text.len);
	e = read_document(&reading, &root);
	yaml_parser_delete(&reading.parser);
	TRY(e);
	*root_out = root;
	return OK;
}

static err read_all(int fd, struct buf *out)
{
	for (;;) {
		ssize_t len;

		TRY(buf_reserve(out, 65536));
		len = read(fd, out->ptr + out->len, 65536);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return FAIL(UNAVAILABLE);
		out->len += (size_t)len;
		if (len == 0 || out->len > YAML_FILE_MAX)
			return OK;
	}
}

err yaml_load(const char *path, struct arena *arena, struct yaml_node **root_out)
{
	OWN(buf) text = {0};
	struct bytes name;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	err e;

	if (fd < 0) {
		log_error("%s cannot be read: %s", path, strerror(errno));
		return FAIL(NOT_FOUND);
	}
	e = read_all(fd, &text);
	close(fd);
	TRY(e);
	TRY(arena_copy(arena, (struct bytes){(const uint8_t *)path, strlen(path) + 1}, &name));
	return yaml_parse(bytes_of(&text), (const char *)name.ptr, arena, root_out);
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *name)
{
	for (const struct yaml_node *child = map->first; map->kind == YAML_MAP && child != NULL; child = child->next)
		if (strcmp(child->name, name) == 0)
			return child;
	return NULL;
}

static bool is_among(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; len > 0 && (at = strstr(at, name)) != NULL; at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

err yaml_only(const struct yaml_node *map, const char *names)
{
	if (map->kind != YAML_MAP)
		return yaml_wrong(map, "a map with the members %s is wanted", names);
	for (const struct yaml_node *child = map->first; child != NULL; child = child->next)
		if (strchr(child->name, ' ') != NULL || !is_among(names, child->name))
			return yaml_wrong(child, "\"%s\" is not one of %s", child->name, names);
	return OK;
}

err yaml_member(const struct yaml_node *map, const char *name, enum yaml_kind kind, const struct yaml_node **node_out)
{
	static const char *const kinds[] = {[YAML_TEXT] = "text", [YAML_LIST] = "list", [YAML_MAP] = "map"};
	const struct yaml_node *child = yaml_find(map, name);

	if (child == NULL)
		return yaml_wrong(map, "\"%s\" is missing", name);
	if (child->kind != kind)
		return yaml_wrong(child, "\"%s\" is a %s here", name, kinds[kind]);
	*node_out = child;
	return OK;
}

err yaml_text(const struct yaml_node *map, const char *name, const char **text_out)
{
	const struct yaml_node *child = NULL;

	TRY(yaml_member(map, name, YAML_TEXT, &child));
	if (child->text[0] == '\0')
		return yaml_wrong(child, "\"%s\" is empty", name);
	*text_out = child->text;
	return OK;
}
