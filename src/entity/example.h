/*
 * example - a child as the tests and fuzzers of this folder know it: every kind of field, in every grade that is sealed.
 */
#ifndef ENTITY_EXAMPLE_H
#define ENTITY_EXAMPLE_H

#include "entity/entity.h"

enum example_kind { EXAMPLE_DAY, EXAMPLE_HALF };

struct example {
	struct row row;
	struct id facility;
	struct id class_;
	int32_t kind;
	int64_t seat;
	bool active;
	int64_t seen_us;
	int32_t entry_date;
	struct bytes code;
	struct bytes name;
	struct bytes kana;
	int32_t birth_date;
	struct bytes address;
	struct bytes allergies;
	struct bytes notes;
	int32_t blood;
	struct bytes photo;
	struct bytes form;
};

static const char *const example_kinds[] = {"day", "half", NULL};
static const char *const example_bloods[] = {"A", "B", "O", "AB", NULL};
static const char *const example_unique[] = {"facility, code", "name_ix", NULL};
static const char *const example_indexes[] = {"facility,class", NULL};

#define AT(member) .offset = offsetof(struct example, member)
static const struct field example_fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "place", .required = true,
	    AT(facility)},
	{.name = "class", .ja = "クラス", .en = "Class", .type = FIELD_ID, .grade = GRADE_2, .refers = "place", AT(class_)},
	{.name = "kind", .ja = "区分", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = example_kinds, AT(kind)},
	{.name = "seat", .ja = "席", .en = "Seat", .type = FIELD_INT, .grade = GRADE_2, .min = -5, .max = 40, AT(seat)},
	{.name = "active", .ja = "在籍", .en = "Active", .type = FIELD_BOOL, .grade = GRADE_2, AT(active)},
	{.name = "seen", .ja = "最終確認", .en = "Seen", .type = FIELD_TIME, .grade = GRADE_2, AT(seen_us)},
	{.name = "entry_date", .ja = "入園日", .en = "Entry", .type = FIELD_DATE, .grade = GRADE_2, .min = 20000101,
	    .max = 20991231, .group = "record", AT(entry_date)},
	{.name = "code", .ja = "番号", .en = "Code", .column = "ID", .type = FIELD_TEXT, .grade = GRADE_2, .min = 2, .max = 8,
	    .required = true, AT(code)},
	{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true, .sealed = true,
	    .required = true, .lookup = true, .sort = true, .max = 40, .group = "basic", AT(name)},
	{.name = "kana", .ja = "ふりがな", .en = "Reading", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true,
	    .sealed = true, .max = 40, .group = "basic", AT(kana)},
	{.name = "birth_date", .ja = "生年月日", .en = "Date of birth", .type = FIELD_DATE, .grade = GRADE_3B, .personal = true,
	    .sealed = true, .group = "record", AT(birth_date)},
	{.name = "address", .ja = "住所", .en = "Address", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true,
	    .sealed = true, .group = "record", AT(address)},
	{.name = "allergies", .ja = "アレルギー", .en = "Allergies", .type = FIELD_TEXT, .grade = GRADE_3A, .personal = true,
	    .sealed = true, .multiline = true, .max = 1000, .group = "care", AT(allergies)},
	{.name = "notes", .ja = "備考", .en = "Notes", .type = FIELD_TEXT, .grade = GRADE_3C, .personal = true, .sealed = true,
	    .multiline = true, .max = TEXT_MAX, .group = "care", AT(notes)},
	{.name = "blood", .ja = "血液型", .en = "Blood group", .type = FIELD_CHOICE, .grade = GRADE_3A, .personal = true,
	    .sealed = true, .choices = example_bloods, .group = "care", AT(blood)},
	{.name = "photo", .ja = "写真", .en = "Photo", .type = FIELD_BYTES, .grade = GRADE_3C, .personal = true, .sealed = true,
	    .max = 100, AT(photo)},
	{.name = "form", .ja = "様式", .en = "Form", .type = FIELD_FORM, .grade = GRADE_3C, .personal = true, .sealed = true, .group = "care", AT(form)},
};
#undef AT
#define EXAMPLE_FIELD_COUNT (sizeof(example_fields) / sizeof(example_fields[0]))

static const struct entity example = {
	.name = "example",
	.ja = "園児",
	.en = "Child",
	.size = sizeof(struct example),
	.seal = SEAL_PERSON,
	.owner = "id",
	.facility = "facility",
	.authority = true,
	.unique = example_unique,
	.indexes = example_indexes,
	.fields = example_fields,
	.field_count = EXAMPLE_FIELD_COUNT,
};

/* What facility and class refer to; nothing is sealed in it. */
struct place {
	struct row row;
	struct bytes title;
};

static const struct field place_fields[] = {
	{.name = "title", .ja = "名称", .en = "Title", .type = FIELD_TEXT, .grade = GRADE_1, .required = true,
	    .offset = offsetof(struct place, title)},
};

static const struct entity place = {
	.name = "place",
	.ja = "場所",
	.en = "Place",
	.size = sizeof(struct place),
	.seal = SEAL_NONE,
	.fields = place_fields,
	.field_count = 1,
};

static const struct entity *const example_entities[] = {&example, &place, NULL};

#endif
