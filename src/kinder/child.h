/*
 * child - a child of a facility; everything about it is sealed under its own key.
 *
 *   enrolled ── child_leave (at its day), a roll-over ──▶ left
 *            ── a roll-over ────────────────────────────▶ graduated
 *
 * Guardianships stay; board, lists and counts show those that are enrolled. A child has no class when it has come from
 * another facility, until its principal gives it one. The number is the facility's own: it does not move with the child.
 */
#ifndef KINDER_CHILD_H
#define KINDER_CHILD_H

#include "op/op.h"

enum child_state { CHILD_ENROLLED, CHILD_LEFT, CHILD_GRADUATED };

struct child {
	struct row row;
	struct id facility;
	struct id class;             /* zero: none yet */
	struct bytes code;           /* 園児番号; empty: none */
	struct bytes name;
	struct bytes kana;
	int32_t birth_date;
	struct bytes address;
	int32_t entry_date;
	int32_t leaving_date;
	struct bytes allergies;
	struct bytes medical;
	struct bytes emergency_contacts;
	struct bytes fetchers;       /* who fetches the child */
	struct bytes notes;
	int64_t leaves_at;           /* when a leaving that is still to come takes effect; 0 = none */
	int32_t state;               /* enum child_state */
};

/* Groups as in catalog/access.yaml; allergies stand alone because whoever covers for a class sees them too. */
#define CHILD_RECORD(kind) .type = kind, .grade = GRADE_3B, .personal = true, .sealed = true
#define CHILD_CARE .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true, .multiline = true
#define CHILD_ENTRY .ja = "入園日", .en = "Entry", CHILD_RECORD(FIELD_DATE), .required = true, .group = "record"

/* What is known of a child and may be corrected. must: whether the necessary ones have to be given. */
#define CHILD_FACTS(field, must)                                                                                     \
	field(code, .ja = "園児番号", .en = "Number", CHILD_RECORD(FIELD_TEXT), .lookup = true, .max = 20,           \
	    .group = "basic")                                                                                        \
	field(name, .ja = "氏名", .en = "Name", CHILD_RECORD(FIELD_TEXT), .required = must, .max = 100,              \
	    .group = "basic")                                                                                        \
	field(kana, .ja = "ふりがな", .en = "Reading", CHILD_RECORD(FIELD_TEXT), .required = must, .sort = true,     \
	    .max = 100, .group = "basic")                                                                            \
	field(birth_date, .ja = "生年月日", .en = "Date of birth", CHILD_RECORD(FIELD_DATE), .required = must,       \
	    .group = "record")                                                                                       \
	field(address, .ja = "住所", .en = "Address", CHILD_RECORD(FIELD_TEXT), .required = must, .max = 200,        \
	    .group = "record")                                                                                       \
	field(allergies, .ja = "アレルギー", .en = "Allergies", CHILD_CARE, .max = 500, .group = "allergies")        \
	field(medical, .ja = "健康上の注意", .en = "Medical", CHILD_CARE, .max = 1000, .group = "care")              \
	field(emergency_contacts, .ja = "緊急連絡先", .en = "Emergency contacts", CHILD_CARE, .max = 500,            \
	    .group = "care")                                                                                         \
	field(fetchers, .ja = "お迎えの人", .en = "Fetched by", CHILD_RECORD(FIELD_TEXT), .multiline = true,         \
	    .max = 500, .group = "basic")                                                                            \
	field(notes, .ja = "連絡事項", .en = "Notes", CHILD_CARE, .max = 1000, .group = "care")

extern const struct entity child_entity;
extern const struct op child_list;
extern const struct op child_see;
extern const struct op child_enrol;

extern const struct statement child_my_classes;

MUST_USE err child_start(void);
/* Only what is not sealed: where it is. NOT_FOUND. */
MUST_USE err child_place(struct row_context *c, struct id id, struct child *child_out);

/* The class is one of the facility; NOT_FOUND otherwise. */
MUST_USE err child_check_class(struct call *call, struct id class, struct id facility);
MUST_USE err child_check_dates(struct call *call, const struct child *child);
/* CONFLICT, and says which number is taken. */
MUST_USE err child_code_taken(struct call *call);

#endif
