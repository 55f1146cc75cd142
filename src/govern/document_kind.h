/*
 * document_kind - what catalog/documents.yaml says of each document that can be issued: from which entity, of which sections. Nothing in the
 * program knows one by its code.
 */
#ifndef GOVERN_DOCUMENT_KIND_H
#define GOVERN_DOCUMENT_KIND_H

#include "govern/describe.h"

#define DOCUMENT_KINDS_MAX 32
#define DOCUMENT_SECTIONS_MAX 16        /* of one kind */
#define DOCUMENT_FIELDS_MAX 24          /* of one section */
#define DOCUMENT_SEALS_MAX 6
#define DOCUMENT_WORDS_MAX 200

enum document_what { DOCUMENT_FIELDS, DOCUMENT_FORM, DOCUMENT_TEXT, DOCUMENT_ROWS };

struct document_section {
	struct describe_words title;
	enum document_what what;
	size_t rows;                        /* ROWS: place in document_kind_lists */
	bool form;                          /* ROWS: with what the description names */
	const struct field *fields[DOCUMENT_FIELDS_MAX]; /* FORM, TEXT: the one that holds it */
	size_t count;
};

struct document_kind {
	const char *code;
	struct describe_words title;
	int32_t place;                      /* in document_kind_places */
	bool sheet;                         /* a workbook, not pages */
	struct describe_words seals[DOCUMENT_SEALS_MAX];
	size_t seal_count;
	struct document_section sections[DOCUMENT_SECTIONS_MAX];
	size_t section_count;
};

/* What documents are made from: codes, and the entity of each. Only grows: stored by number, and named so in access/relations.c. */
extern const char *const document_kind_places[]; /* "record", "case", "announcement", "register"; ends with NULL */
const struct entity *document_kind_entity(int32_t place);

/* Tables that can stand in a document: rows that hang on the thing, in their order; parameters :object, :limit and the actor's. */
#define DOCUMENT_LISTS 4
extern struct row_list document_kind_lists[DOCUMENT_LISTS];

MUST_USE err document_kind_load(const char *folder, struct arena *arena); /* a loader of govern_load */
MUST_USE err document_kind_start(void);
const struct document_kind *document_kind_find(struct bytes code); /* NULL */
/* How a choice is called: its words, or else the code itself. */
struct bytes document_kind_word(const struct entity *entity, const struct field *field, struct bytes code, enum language language);

#endif
