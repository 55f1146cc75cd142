/*
 * describe - what the files under catalog/ say there is: kinds of registers, cases, announcements, campaigns, alerts, settings.
 *
 *   YAML ─describe_read─▶ struct described ─describe_add─▶ the list ─description.settle─▶ rows of `description`
 *
 * A row says which roles may see, file, handle and approve objects of its kind; the relations of the access policy ask nothing else
 * (access/relations.c). A core compares rows and list at its start, before anybody is served, and makes the rows equal.
 *
 * D1  The id of a description follows from kind and code, so that every compartment knows it by the same name.
 * D2  A description that the files no longer have is retired: its objects stay readable, nothing new is filed or decided.
 */
#ifndef GOVERN_DESCRIBE_H
#define GOVERN_DESCRIBE_H

#include "entity/yaml.h"
#include "op/op.h"

/* Which compartments have it. One that is made for checks as a whole counts as a customer. */
enum home { HOME_PROVIDER, HOME_CUSTOMER, HOME_EACH };

struct describe_words { const char *ja, *en; };

struct described {
	const char *kind;           /* of describe_kinds */
	const char *code;
	struct describe_words title;
	enum home home;
	bool shared;                /* home is the provider; customers have what it sends them: they see it and handle it, no more */
	unsigned see, file, handle, approve;    /* masks of ROLE() */
	const char *digest;         /* hex of the SHA-256 of the node it was read from */
};

/* A row of the entity `description`. */
struct description {
	struct row row;
	int32_t kind;               /* place in describe_kinds */
	struct bytes code;
	int64_t see, file, handle, approve;
	struct bytes content;       /* the digest */
	bool retired;
};

#define DESCRIBE_MAX 512
#define DESCRIBE_CODE_MAX 40

extern const char *const describe_kinds[]; /* "register", "case", "announcement", "campaign", "alert", "setting"; ends with NULL */
extern const struct entity describe_entity;
extern const struct op describe_settle;  /* LOCAL, without input */

/* ---- for loaders ---- */

/* The members that every description has. Others are the caller's to read and to allow: yaml_only(node, DESCRIBE_MEMBERS "fields …").
 * arena: of govern_load, kept as long as the process. INVALID: logged. */
#define DESCRIBE_MEMBERS "code title home see file handle approve "
MUST_USE err describe_read(const struct yaml_node *node, const char *kind, struct arena *arena, struct described *out);
/* Of them: home, see, file, handle, approve, and the digest. The rest of out stays. */
MUST_USE err describe_access(const struct yaml_node *node, struct arena *arena, struct described *out);
/* Pieces of it. Absent roles are none; an absent `yes or no` is no. */
MUST_USE err describe_code(const struct yaml_node *map, const char *name, const char **code_out);
MUST_USE err describe_words_read(const struct yaml_node *map, const char *name, struct describe_words *out);
MUST_USE err describe_roles(const struct yaml_node *map, const char *name, unsigned *roles_out);
MUST_USE err describe_choice(const struct yaml_node *map, const char *name, const char *const *choices, int *out); /* required */
MUST_USE err describe_flag(const struct yaml_node *map, const char *name, bool *out);
/* "90s", "15m", "48h", "30d", "6mo" -> seconds (a month counts 30 days) */
MUST_USE err describe_span(const struct yaml_node *map, const char *name, int64_t *seconds_out);
MUST_USE err describe_span_of(const struct yaml_node *text, int64_t *seconds_out);
MUST_USE err describe_digest(const struct yaml_node *node, struct arena *arena, const char **hex_out);
/* Joins the list; borrowed for good. CONFLICT (logged): kind and code are there already. TOO_LARGE: DESCRIBE_MAX. */
MUST_USE err describe_add(const struct described *one);
void describe_forget(void); /* the list is empty again: before everything is read anew */

/* ---- for everybody ---- */

struct id describe_id(const char *kind, const char *code);
const struct described *describe_find(struct id id);            /* NULL: retired, or none */
const struct described *describe_at(size_t index);              /* in the order of the files; NULL past the end */
/* Does this compartment have it (as its own, or as what the provider shares)? */
bool describe_here(const struct described *one, const struct compartment *compartment);
/* Is it sent here by the provider, so that nothing is filed here? */
bool describe_sent(const struct described *one, const struct compartment *compartment);
const char *describe_title(const struct described *one, enum language language);
/* "id", "code" and "title" of a description as members; the object is open. */
void describe_json(struct json *json, const struct described *one);

/* Derives statements; after row_plan_make. */
MUST_USE err describe_start(void);
/* Do rows and list differ here? For op_settles. */
MUST_USE err describe_due(struct row_context *rows, const struct compartment *compartment, bool *due_out);

#endif
