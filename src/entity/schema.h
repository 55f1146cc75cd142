/*
 * schema - what descriptors say to people and other programs: JSON Schema for OpenAPI 3.1, and the data dictionary.
 */
#ifndef ENTITY_SCHEMA_H
#define ENTITY_SCHEMA_H

#include "entity/json.h"

/* Members of an object that is open: type, title, description, properties, required … ; x-grade, x-personal, x-label beside. */
void schema_field(struct json *json, const struct field *field);
/* A whole row as json_row writes it with all groups; id first. Members of an object that is open. */
void schema_entity(struct json *json, const struct entity *entity);
/* What json_read accepts for these fields. Members of an object that is open. */
void schema_inputs(struct json *json, const struct field *const *fields, size_t count);

/* The data dictionary: one row a field, in the order of list. CSV: UTF-8 with BOM, CRLF, headings in both languages. */
MUST_USE err schema_dictionary_json(const struct entity *const *list, struct buf *out);
MUST_USE err schema_dictionary_csv(const struct entity *const *list, struct buf *out);

const char *schema_grade(enum grade grade);  /* "3A" */
const char *schema_type(enum field_type type); /* "text" */

#endif
