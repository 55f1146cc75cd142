#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "op/op.h"

size_t op_count(void)
{
	static size_t count;

	if (count == 0)
		while (ops[count] != NULL)
			count++;
	return count;
}

const struct op *op_find(const char *id)
{
	for (size_t i = 0; ops[i] != NULL; i++)
		if (strcmp(ops[i]->id, id) == 0)
			return ops[i];
	return NULL;
}

int op_index(const struct op *op)
{
	for (size_t i = 0; ops[i] != NULL; i++)
		if (ops[i] == op)
			return (int)i;
	return -1;
}

/* The part of text up to the next '/', or all of it. */
static struct bytes segment(struct bytes text)
{
	const uint8_t *slash = text.len == 0 ? NULL : memchr(text.ptr, '/', text.len);

	return (struct bytes){text.ptr, slash == NULL ? text.len : (size_t)(slash - text.ptr)};
}

static struct bytes after(struct bytes text, size_t len)
{
	return (struct bytes){text.ptr + len, text.len - len};
}

static bool takes_rest(const struct op *op, struct bytes name)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->place == IN_PATH && bytes_is(name, in->field.name))
			return in->rest;
	return false;
}

static bool path_matches(const struct op *op, struct bytes path, struct bytes parts_out[static OP_PATH_INPUT_MAX])
{
	struct bytes pattern = bytes_str(op->path);
	size_t count = 0;

	while (pattern.len > 0 && path.len > 0) {
		struct bytes want = segment(pattern);
		struct bytes have = segment(path);

		if (want.len >= 2 && want.ptr[0] == '{') {
			struct bytes name = {want.ptr + 1, want.len - 2};

			if (have.len == 0 || count == OP_PATH_INPUT_MAX)
				return false;
			if (takes_rest(op, name)) {
				parts_out[count] = path;
				return true;
			}
			parts_out[count++] = have;
		} else if (!bytes_equal(want, have)) {
			return false;
		}
		pattern = after(pattern, want.len);
		path = after(path, have.len);
		if ((pattern.len == 0) != (path.len == 0))
			return false;
		if (pattern.len > 0) { /* both stand on '/' */
			pattern = after(pattern, 1);
			path = after(path, 1);
			if ((pattern.len == 0) != (path.len == 0))
				return false;
		}
	}
	return pattern.len == 0 && path.len == 0;
}

/* A path without inputs stands for itself, whatever else fits it: "/v1/announcements/current" is no announcement. */
static bool is_written_out(struct bytes path)
{
	for (size_t i = 0; ops[i] != NULL; i++)
		if (ops[i]->path != NULL && bytes_is(path, ops[i]->path))
			return true;
	return false;
}

err op_route_find(const char *method, struct bytes path, const struct op **op_out,
    struct bytes parts_out[static OP_PATH_INPUT_MAX], char allow_out[static 64])
{
	struct bytes parts[OP_PATH_INPUT_MAX] = {{0}};
	char allow[64] = "";
	bool written_out = is_written_out(path);

	for (size_t i = 0; ops[i] != NULL; i++) {
		const struct op *op = ops[i];
		size_t used = strlen(allow);

		if (op->path == NULL || (written_out ? !bytes_is(path, op->path) : !path_matches(op, path, parts)))
			continue;
		if (strcmp(op->method, method) == 0) {
			memcpy(parts_out, parts, sizeof(parts));
			*op_out = op;
			return OK;
		}
		if (strstr(allow, op->method) == NULL && used + strlen(op->method) + 3 < sizeof(allow))
			(void)snprintf(allow + used, sizeof(allow) - used, "%s%s", used > 0 ? ", " : "", op->method);
	}
	if (allow[0] == '\0')
		return FAIL(NOT_FOUND);
	memcpy(allow_out, allow, sizeof(allow));
	return FAIL(METHOD);
}

static bool op_complain(const struct op *op, const char *what)
{
	log_error("operation %s: %s", op->id, what);
	return false;
}

static bool inputs_fit(const struct op *op)
{
	size_t count = 0;
	bool object = false;

	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++, count++) {
		char piece[80];

		if (in->place == IN_PATH && op->path != NULL) {
			(void)snprintf(piece, sizeof(piece), "{%s}", in->field.name);
			if (strstr(op->path, piece) == NULL)
				return op_complain(op, "a path input is not in the path");
		}
		if (in->field.refers != NULL && (in->field.type != FIELD_ID || entity_find(bytes_str(in->field.refers)) == NULL))
			return op_complain(op, "an input refers to an unknown entity");
		if (in->object && in->field.refers == NULL)
			return op_complain(op, "the object input names no entity");
		object = object || in->object;
	}
	if (count > 32 || count > FIELD_MAX)
		return op_complain(op, "too many inputs");
	if (object && op->entity == NULL)
		return op_complain(op, "has an object and no entity");
	return true;
}

static bool grants_fit(const struct op *op)
{
	if (op->open)
		return op->grants == NULL || op_complain(op, "is open and has grants");
	if (op->grants == NULL || op->grants[0].roles == 0)
		return op_complain(op, "is neither open nor granted to anybody");
	for (const struct grant *g = op->grants; g->roles != 0; g++)
		if (op->entity != NULL && g->relation != RELATION_NONE &&
		    access_predicate(op->entity->name, g->relation) == NULL)
			return op_complain(op, "grants by a relation that its entity does not have");
	return true;
}

/* O2: what is about a person is shown only with an event, and under its own grade. */
static bool fields_fit(const struct op *op, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!fields[i].personal)
			continue;
		if (op->kind == OP_READ && !op->event)
			return op_complain(op, "shows what is personal without an event");
		if (fields[i].grade < op->grade)
			return op_complain(op, "shows more than its grade");
	}
	return true;
}

static bool output_fits(const struct op *op)
{
	size_t count = 0;

	while (op->output_fields != NULL && op->output_fields[count].name != NULL)
		count++;
	if (op->output != NULL && !fields_fit(op, op->output->fields, op->output->field_count))
		return false;
	return fields_fit(op, op->output_fields, count);
}

static bool op_fits(const struct op *op)
{
	if (op->ja == NULL || op->en == NULL || op->policy == NULL || op->apply == NULL || op->status == 0)
		return op_complain(op, "lacks words, policy, status or function");
	if (op->kind == OP_WRITE && !op->event)
		return op_complain(op, "writes without an event");
	if (op->guard != GUARD_PLAIN && (op->impact == NULL || op->manual == NULL))
		return op_complain(op, "is guarded without impact or manual");
	if (op->guard == GUARD_APPROVE && (op->approver == 0 || op->undo == NULL))
		return op_complain(op, "needs approval and names no approver or undo");
	if (op->guard == GUARD_APPROVE && strcmp(op->undo, "IRREVERSIBLE") != 0 && op_find(op->undo) == NULL)
		return op_complain(op, "is undone by an operation that does not exist");
	if (op->guard != GUARD_APPROVE && (op->current != NULL || op->warning != NULL))
		return op_complain(op, "waits for nobody and has a state before");
	if (op->otherwise == GUARD_APPROVE || (op->otherwise != GUARD_PLAIN && op->guarded == NULL))
		return op_complain(op, "has a second guard that never applies");
	if (op->guard == GUARD_APPROVE && op->slow != NULL)
		return op_complain(op, "is slow and would be applied without its preparation");
	if ((op->slow == NULL) != (op->prepare == NULL))
		return op_complain(op, "has only one of prepare and slow");
	if (op->media != NULL && op->reply != REPLY_OCTETS)
		return op_complain(op, "names a media type and does not answer octets");
	if (op->named && (op->reply != REPLY_OCTETS || op->media != NULL || op->file != NULL || op->status == 204))
		return op_complain(op, "says the name of its reply twice, or has none to name");
	if (op->file != NULL && (op->reply == REPLY_JSON || strpbrk(op->file, "\"\\\r\n/") != NULL))
		return op_complain(op, "names a file that cannot be one");
	return inputs_fit(op) && grants_fit(op) && output_fits(op);
}

err op_check(void)
{
	bool fit = true;

	for (size_t i = 0; ops[i] != NULL; i++) {
		fit = op_fits(ops[i]) && fit;
		if (op_find(ops[i]->id) != ops[i])
			fit = op_complain(ops[i], "is there twice");
	}
	return fit ? OK : FAIL(INTERNAL);
}

err op_load(const char *folder)
{
	for (size_t i = 0; op_loaders[i] != NULL; i++)
		TRY(op_loaders[i](folder));
	return OK;
}
