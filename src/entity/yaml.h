/*
 * yaml - the YAML that people write under catalog/, as a small tree in an arena.
 *
 * What is allowed: maps, lists and texts. Anchors, aliases, tags, a second document, a name given twice, and more than the limits below
 * are refused. Every scalar is text; who reads it decides what it means, so that YAML 1.1 and 1.2 cannot differ.
 * Whatever is wrong is logged with file, line and column.
 */
#ifndef ENTITY_YAML_H
#define ENTITY_YAML_H

#include "base/arena.h"

#define YAML_FILE_MAX ((size_t)1 << 20)
#define YAML_DEPTH_MAX 12
#define YAML_NODES_MAX 65536
#define YAML_MEMBERS_MAX 400    /* of one map */
#define YAML_TEXT_MAX 2000      /* bytes of one scalar */

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line, column;          /* where it begins, from 1 */
	const char *file;
	const char *name;               /* member of a map; NULL elsewhere */
	const char *text;               /* YAML_TEXT, with its NUL; "" elsewhere */
	struct yaml_node *first, *next; /* children in order; the sibling after this one */
	size_t count;                   /* children */
};

/* file: shown in what is said of mistakes; must live as long as the tree. INVALID: said in the log. UNAVAILABLE: no memory. */
MUST_USE err yaml_parse(struct bytes text, const char *file, struct arena *arena, struct yaml_node **root_out);
/* The same for a file. NOT_FOUND: it cannot be opened (logged). */
MUST_USE err yaml_load(const char *path, struct arena *arena, struct yaml_node **root_out);

/* Logs "FILE:LINE:COLUMN: …" and returns INVALID. */
err yaml_wrong(const struct yaml_node *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Is a map with no other members than these, separated by spaces. INVALID: logged. */
MUST_USE err yaml_only(const struct yaml_node *map, const char *names);
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *name); /* NULL */
/* The member of that kind. INVALID: it is missing or of another kind (logged). */
MUST_USE err yaml_member(const struct yaml_node *map, const char *name, enum yaml_kind kind, const struct yaml_node **node_out);
MUST_USE err yaml_text(const struct yaml_node *map, const char *name, const char **text_out); /* not empty */

#endif
