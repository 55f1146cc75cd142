/*
 * form - fields that a description names: what people fill in of a record, a case, an announcement, a campaign's item.
 *
 *   catalog/….yaml  fields: [{name, ja, en, type, required?, min?, max?, choices?}]  ─form_load─▶ struct form
 *   JSON object ─edge─▶ FIELD_FORM (entity/members) ─form_check─▶ the same in canonical words ─▶ a sealed field of a row
 *
 * F1  What form_check has passed has every required field, each by its type, in the form's order, and nothing else.
 * F2  What is stored may be older than the form: who reads it shows what he knows of by its type, the rest as texts.
 */
#ifndef GOVERN_FORM_H
#define GOVERN_FORM_H

#include "entity/csv.h"
#include "entity/members.h"
#include "entity/yaml.h"
#include "op/op.h"

enum form_type { FORM_TEXT, FORM_LONG, FORM_DATE, FORM_TIME, FORM_INT, FORM_BOOL, FORM_CHOICE, FORM_TYPE_COUNT };
extern const char *const form_type_names[]; /* "text", "long", … ; ends with NULL */

struct form_choice { const char *code, *ja, *en; };

struct form_field {
	const char *name;               /* [a-z][a-z0-9_]{0,39} */
	const char *ja, *en;
	enum form_type type;
	bool required, personal;
	int64_t min, max;               /* characters, or the number; 0 0: the type's own */
	const struct form_choice *choices;
	size_t choice_count;
	struct field field;             /* the same for entity/value: how a text of it is judged */
};

#define FORM_FIELDS_MAX 35              /* so that a file of them has room for columns of its own */
#define FORM_NAME(name) "fields." name  /* what a flaw of a member is called */

struct form {
	const struct form_field *fields;
	size_t count;
};

/* list: a list of maps as above. In the arena, which lives as long as the form. INVALID: logged. */
MUST_USE err form_load(const struct yaml_node *list, struct arena *arena, struct form *out);
const struct form_field *form_find(const struct form *form, struct bytes name); /* NULL */

/*
 * Judges what was given. Flaws are added to the call's problems as "fields.NAME". whole: every required field must be there;
 * otherwise only what was given is judged.
 * INVALID: there are flaws; clean_out is not to be used.
 */
MUST_USE err form_check(struct call *call, const struct form *form, struct bytes given, bool whole, struct buf *clean_out);
/* The same without a call. INVALID: problems has entries. UNAVAILABLE: no memory. */
MUST_USE err form_judge(const struct form *form, struct bytes given, bool whole, struct arena *arena, struct problems *problems, struct buf *clean_out);

struct bytes form_get(struct bytes body, const char *name);     /* empty: not given */
MUST_USE err form_put(struct buf *out, const char *name, struct bytes text);

/* The body as an object: numbers, truths and texts by the form's types, null for what was not given; name NULL inside arrays. */
void form_json(struct json *json, const char *name, const struct form *form, struct bytes body);
/* What the fields are, for whoever draws the form: [{name, ja, en, type, required, min, max, choices}]. */
void form_json_fields(struct json *json, const char *name, const struct form *form);

/*
 * As a table: an entity with one text, date, number … a field, which csv_read and the reader process know how to read.
 * name lives as long as the entity. Choices are read by their codes or their Japanese words (form_cell).
 */
struct form_table {
	struct entity entity;
	struct field fields[FIELD_MAX];
};
void form_table(const struct form *form, const char *name, struct form_table *table_out);
/* A row of such a table, as bytes for form_judge. */
MUST_USE err form_of_row(const struct form *form, const struct value *values, struct buf *out);
/* Heading and cells of a form in a file for people: a choice by its Japanese words, a truth as はい or いいえ. */
MUST_USE err form_csv_cell(const struct form_field *field, struct bytes text, struct buf *out);

#endif
