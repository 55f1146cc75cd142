/*
 * json_problem - application/problem+json, RFC 9457.
 */
#include "entity/json.h"

#define TYPE_BASE "https://sekimori.example/problems/"

static void put_errors(struct json *json, const struct problems *problems)
{
	json_array(json, "errors");
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem_field *entry = &problems->list[i];

		json_object(json, NULL);
		json_str(json, "field", entry->field);
		json_str(json, "code", flaw_code(entry->flaw));
		json_str(json, "message", entry->message);
		json_object_end(json);
	}
	json_array_end(json);
}

err json_problem(struct buf *out, err e, enum language language, const char *detail, struct bytes request, const struct problems *problems)
{
	const struct err_row *row = err_row(e);
	const char *title = language == LANGUAGE_JA ? row->ja : row->en;
	OWN(buf) type = {0};
	struct json json;

	TRY(buf_append_str(&type, TYPE_BASE));
	TRY(buf_append_str(&type, row->slug));
	json_init(&json, out);
	json_object(&json, NULL);
	json_text(&json, "type", bytes_of(&type));
	json_str(&json, "title", title);
	json_int(&json, "status", row->status);
	json_str(&json, "detail", detail == NULL ? title : detail);
	json_text(&json, "instance", request);
	if (problems != NULL && problems->count != 0)
		put_errors(&json, problems);
	json_object_end(&json);
	return json.state;
}
