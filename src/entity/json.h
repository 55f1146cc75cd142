/*
 * json - JSON in (jansson, strict) and out (our own appender).
 *
 * In: UTF-8 only, depth <= 32, no duplicate keys, no unknown members, numbers that are integers within +-2^53, at most 64 KiB.
 */
#ifndef ENTITY_JSON_H
#define ENTITY_JSON_H

#include "entity/value.h"

#define JSON_IN_MAX 65536
#define JSON_DEPTH_MAX 32

/* libjansson calls functions of these names: ours must not take their place in the linked program. */
#define json_object entity_json_object
#define json_array entity_json_array
#define json_null entity_json_null

/* One object -> values[i] for fields[i]. Every flaw of every field is reported. INVALID: problems has entries (field "" = the body itself). */
MUST_USE err json_read(struct bytes body, const struct field *const *fields, size_t count, struct arena *arena,
    struct value *values_out, struct problems *problems);

struct json { struct buf *out; bool comma; err state; };  /* first error is kept; the rest becomes no-ops */
void json_init(struct json *json, struct buf *out);
void json_object(struct json *json, const char *name);  /* name NULL inside arrays and at the root */
void json_object_end(struct json *json);
void json_array(struct json *json, const char *name);
void json_array_end(struct json *json);
void json_text(struct json *json, const char *name, struct bytes text);
void json_str(struct json *json, const char *name, const char *text);
void json_int(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
void json_id(struct json *json, const char *name, struct id id);      /* zero -> null */
void json_time(struct json *json, const char *name, int64_t at_us);   /* 0 -> null */
void json_date(struct json *json, const char *name, int32_t date);
void json_base64(struct json *json, const char *name, struct bytes raw);
void json_members(struct json *json, const char *name, struct bytes raw); /* of a FIELD_FORM: an object of texts */
/* One field, or all fields of a row whose group is in groups (comma-separated names, "*" = all), with id first. BYTES and secret ones never. */
void json_field(struct json *json, const struct field *field, const void *row);
void json_row(struct json *json, const struct entity *entity, const void *row, const char *groups); /* members only, inside an open object */

/* application/problem+json */
MUST_USE err json_problem(struct buf *out, err e, enum language language, const char *detail, struct bytes request, const struct problems *problems);

#endif
