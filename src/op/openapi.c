#include <stdio.h>
#include <string.h>

#include "entity/schema.h"
#include "op/openapi.h"

static const char *const shapes[] = {[SHAPE_CALL] = "call", [SHAPE_JOB] = "job", [SHAPE_STREAM] = "stream"};
static const char *const guards[] = {[GUARD_PLAIN] = "plain", [GUARD_CONFIRM] = "confirm", [GUARD_APPROVE] = "approve"};
static const char *const media[] = {
	[REPLY_JSON] = "application/json", [REPLY_TEXT] = "text/plain", [REPLY_OCTETS] = "application/octet-stream",
};

static void str_or_null(struct json *json, const char *name, const char *text)
{
	if (text == NULL)
		json_null(json, name);
	else
		json_str(json, name, text);
}

static void write_roles(struct json *json, const char *name, unsigned roles)
{
	json_array(json, name);
	for (unsigned role = 0; role < ROLE_COUNT; role++)
		if ((roles & (1u << role)) != 0)
			json_str(json, NULL, access_role_names[role]);
	json_array_end(json);
}

static void write_grants(struct json *json, const struct op *op)
{
	json_array(json, "grants");
	for (const struct grant *g = op->grants; g != NULL && g->roles != 0; g++) {
		json_object(json, NULL);
		write_roles(json, "roles", g->roles);
		json_str(json, "relation", access_relation_names[g->relation]);
		str_or_null(json, "groups", g->groups);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_requirements(struct json *json, const struct op *op)
{
	const char *at = op->requirements != NULL ? op->requirements : "";

	json_array(json, "requirements");
	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		json_text(json, NULL, (struct bytes){(const uint8_t *)at, len});
		at += len;
		at += strspn(at, " ");
	}
	json_array_end(json);
}

static const char *object_name(const struct op *op)
{
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		if (in->object)
			return in->field.name;
	return NULL;
}

static void write_row(struct json *json, const struct op *op)
{
	json_object(json, "x-sekimori");
	json_str(json, "policy", op->policy);
	json_str(json, "kind", op->kind == OP_WRITE ? "write" : "read");
	json_str(json, "shape", shapes[op->shape]);
	json_str(json, "guard", guards[op->guard]);
	if (op->guarded != NULL) /* the guard depends on what is asked for; this one where it does not apply */
		json_str(json, "otherwise", guards[op->otherwise]);
	json_bool(json, "open", op->open);
	write_grants(json, op);
	str_or_null(json, "object", object_name(op));
	str_or_null(json, "entity", op->entity != NULL ? op->entity->name : NULL);
	json_bool(json, "list", op->list);
	json_object(json, "purpose");
	str_or_null(json, "ja", op->purpose_ja);
	str_or_null(json, "en", op->purpose_en);
	json_object_end(json);
	json_int(json, "step_up_s", op->step_up_s);
	json_bool(json, "before_factor", op->before_factor);
	json_bool(json, "while_unaccepted", op->while_unaccepted || op->before_factor);
	json_bool(json, "once", op->once);
	str_or_null(json, "manual", op->manual);
	write_roles(json, "approver", op->approver);
	str_or_null(json, "undo", op->undo);
	json_bool(json, "event", op->event);
	str_or_null(json, "alert", op->alert);
	json_str(json, "grade", schema_grade(op->grade));
	write_requirements(json, op);
	json_object_end(json);
}

static void write_parameters(struct json *json, const struct op *op)
{
	json_array(json, "parameters");
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++) {
		if (in->place == IN_BODY)
			continue;
		json_object(json, NULL);
		json_str(json, "name", in->field.name);
		json_str(json, "in", in->place == IN_PATH ? "path" : "query");
		json_bool(json, "required", in->place == IN_PATH || in->field.required);
		json_object(json, "schema");
		schema_field(json, &in->field);
		json_object_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

static size_t body_fields(const struct op *op, const struct field **fields, bool *raw_out)
{
	size_t count = 0;

	*raw_out = false;
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++) {
		if (in->place != IN_BODY)
			continue;
		*raw_out = *raw_out || in->raw;
		fields[count++] = &in->field;
	}
	return count;
}

static void write_body(struct json *json, const struct op *op)
{
	const struct field *fields[FIELD_MAX];
	bool raw;
	size_t count = body_fields(op, fields, &raw);

	if (count == 0)
		return;
	json_object(json, "requestBody");
	json_bool(json, "required", true);
	json_object(json, "content");
	json_object(json, raw ? "application/octet-stream" : "application/json");
	json_object(json, "schema");
	if (raw) {
		json_str(json, "type", "string");
		json_str(json, "format", "binary");
	} else {
		schema_inputs(json, fields, count);
	}
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void write_reply_schema(struct json *json, const struct op *op)
{
	json_object(json, "schema");
	if (op->reply != REPLY_JSON) {
		json_str(json, "type", "string");
		if (op->reply == REPLY_OCTETS)
			json_str(json, "format", "binary");
	} else if (op->list && op->output != NULL) {
		json_str(json, "type", "object");
		json_object(json, "properties");
		json_object(json, "items");
		json_str(json, "type", "array");
		json_object(json, "items");
		schema_entity(json, op->output);
		json_object_end(json);
		json_object_end(json);
		json_object(json, "next");
		json_array(json, "type");
		json_str(json, NULL, "string");
		json_str(json, NULL, "null");
		json_array_end(json);
		json_object_end(json);
		json_object_end(json);
	} else if (op->output != NULL) {
		schema_entity(json, op->output);
	} else {
		json_str(json, "type", "object");
	}
	json_object_end(json);
}

/* NULL: each reply says its own. */
static void write_file_name(struct json *json, const char *file)
{
	char value[200] = "";

	if (file != NULL)
		(void)snprintf(value, sizeof(value), "attachment; filename=\"%s\"", file);
	json_object(json, "headers");
	json_object(json, "Content-Disposition");
	json_object(json, "schema");
	json_str(json, "type", "string");
	if (file != NULL)
		json_str(json, "const", value);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void write_kind(struct json *json, const struct op *op, const char *type)
{
	json_object(json, type);
	write_reply_schema(json, op);
	json_object_end(json);
}

static void write_content(struct json *json, const struct op *op)
{
	json_object(json, "content");
	if (!op->named)
		write_kind(json, op, op->media != NULL ? op->media : media[op->reply]);
	for (unsigned kind = MEDIA_NONE + 1; op->named && kind < MEDIA_COUNT; kind++)
		write_kind(json, op, media_type((enum media)kind));
	json_object_end(json);
}

static void write_replies(struct json *json, const struct op *op)
{
	char status[8];

	(void)snprintf(status, sizeof(status), "%d", op->status);
	json_object(json, "responses");
	json_object(json, status);
	json_str(json, "description", op->en);
	if (op->file != NULL || op->named)
		write_file_name(json, op->file);
	if (op->status != 204)
		write_content(json, op);
	json_object_end(json);
	json_object(json, "default");
	json_str(json, "description", "Refused; problem details (RFC 9457)");
	json_object(json, "content");
	json_object(json, "application/problem+json");
	json_object(json, "schema");
	json_str(json, "$ref", "#/components/schemas/Problem");
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void write_operation(struct json *json, const struct op *op)
{
	char method[8] = "";

	for (size_t i = 0; op->method[i] != '\0' && i < sizeof(method) - 1; i++)
		method[i] = (char)(op->method[i] | 0x20); /* upper to lower case */
	json_object(json, method);
	json_str(json, "operationId", op->id);
	json_str(json, "summary", op->en);
	json_str(json, "description", op->ja);
	write_parameters(json, op);
	write_body(json, op);
	write_replies(json, op);
	if (op->open) {
		json_array(json, "security");
		json_array_end(json);
	}
	write_row(json, op);
	json_object_end(json);
}

static bool first_of_path(size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (ops[i]->path != NULL && strcmp(ops[i]->path, ops[index]->path) == 0)
			return false;
	return true;
}

static void write_paths(struct json *json)
{
	json_object(json, "paths");
	for (size_t i = 0; ops[i] != NULL; i++) {
		if (ops[i]->path == NULL || !first_of_path(i))
			continue;
		json_object(json, ops[i]->path);
		for (size_t k = i; ops[k] != NULL; k++)
			if (ops[k]->path != NULL && strcmp(ops[k]->path, ops[i]->path) == 0)
				write_operation(json, ops[k]);
		json_object_end(json);
	}
	json_object_end(json);
}

static void text_property(struct json *json, const char *name)
{
	json_object(json, name);
	json_str(json, "type", "string");
	json_object_end(json);
}

static void write_components(struct json *json)
{
	json_object(json, "components");
	json_object(json, "schemas");
	json_object(json, "Problem");
	json_str(json, "type", "object");
	json_object(json, "properties");
	text_property(json, "type");
	text_property(json, "title");
	json_object(json, "status");
	json_str(json, "type", "integer");
	json_object_end(json);
	text_property(json, "detail");
	text_property(json, "instance");
	json_object(json, "errors");
	json_str(json, "type", "array");
	json_object(json, "items");
	json_str(json, "type", "object");
	json_object(json, "properties");
	text_property(json, "field");
	text_property(json, "code");
	text_property(json, "message");
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object(json, "securitySchemes");
	json_object(json, "session");
	json_str(json, "type", "apiKey");
	json_str(json, "in", "cookie");
	json_str(json, "name", "__Host-sid");
	json_object_end(json);
	json_object(json, "bearer");
	json_str(json, "type", "http");
	json_str(json, "scheme", "bearer");
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void write_security(struct json *json)
{
	static const char *const schemes[] = {"session", "bearer"};

	json_array(json, "security");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		json_object(json, NULL);
		json_array(json, schemes[i]);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

err openapi_write(struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "openapi", "3.1.0");
	json_object(&json, "info");
	json_str(&json, "title", "Sekimori");
	json_str(&json, "version", SEKIMORI_VERSION);
	json_object_end(&json);
	write_security(&json);
	write_paths(&json);
	write_components(&json);
	json_object_end(&json);
	return json.state;
}

err openapi_list_json(struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_array(&json, NULL);
	for (size_t i = 0; ops[i] != NULL; i++) {
		json_object(&json, NULL);
		json_str(&json, "id", ops[i]->id);
		json_str(&json, "method", ops[i]->method);
		str_or_null(&json, "path", ops[i]->path);
		write_row(&json, ops[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	return json.state;
}

static err list_grants(const struct op *op, struct buf *out)
{
	if (op->open)
		return buf_append_str(out, "PUBLIC");
	for (const struct grant *g = op->grants; g->roles != 0; g++) {
		const char *comma = g != op->grants ? ", " : "";

		for (unsigned role = 0; role < ROLE_COUNT; role++) {
			if ((g->roles & (1u << role)) == 0)
				continue;
			TRY(buf_printf(out, "%s%s", comma, (g->roles & ROLES_ANY) == ROLES_ANY ? "any" : access_role_names[role]));
			comma = "|";
			if ((g->roles & ROLES_ANY) == ROLES_ANY)
				break;
		}
		TRY(buf_printf(out, ":%s", access_relation_names[g->relation]));
	}
	return OK;
}

err openapi_list_text(struct buf *out)
{
	for (size_t i = 0; ops[i] != NULL; i++) {
		const struct op *op = ops[i];

		TRY(buf_printf(out, "%-24s %-6s %-58s %-6s %-7s %-5s %-3s ", op->id, op->method, op->path != NULL ? op->path : "-",
		    shapes[op->shape], guards[op->guard], op->event ? "event" : "-", schema_grade(op->grade)));
		TRY(list_grants(op, out));
		TRY(buf_append_str(out, "\n"));
	}
	return OK;
}
