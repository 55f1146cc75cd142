#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "kinder/person.h"

#include "kinder/import_people.h"

#define PERSON_MAX ((size_t)IMPORT_GUARDIAN_MAX * CSV_ROW_MAX)
#define SLOT_COUNT ((size_t)1 << 17)    /* more than twice PERSON_MAX */
#define LOGIN_TRIES 32

enum { AT_NAME, AT_RELATION, AT_LOGIN, AT_TELEPHONE, AT_MAIL };

struct known {
	uint8_t key[HASH_LEN];
	struct id account;
	struct bytes login, name;
	uint32_t row;               /* in which the person stands first; 0: slot is free */
};

struct import_people {
	struct known slots[SLOT_COUNT];
};

err import_people_new(struct import_compare *c, struct import_people **people_out)
{
	*people_out = arena_alloc(&c->stored, sizeof(**people_out));
	return *people_out == NULL ? FAIL(UNAVAILABLE) : OK;
}

/* The slot of a person, taken or free. */
static err find_slot(struct import_people *people, char kind, struct bytes first, struct bytes second, struct known **slot_out)
{
	OWN(buf) text = {0};
	uint8_t key[HASH_LEN];
	size_t at = 0;

	TRY(buf_u8(&text, (uint8_t)kind));
	TRY(buf_blob(&text, first));
	TRY(buf_blob(&text, second));
	TRY(hash_sha256(bytes_of(&text), key));
	memcpy(&at, key, sizeof(at));
	for (at %= SLOT_COUNT; people->slots[at].row != 0; at = (at + 1) % SLOT_COUNT)
		if (memcmp(people->slots[at].key, key, sizeof(key)) == 0)
			break;
	memcpy(people->slots[at].key, key, sizeof(key));
	*slot_out = &people->slots[at];
	return OK;
}

/* Under another spelling it may be the very person that is kept away: somebody has to look. */
static err beside_blocked(struct import_compare *c, uint32_t row, const struct import_person *person)
{
	return import_compare_problem(c, row, person->column + AT_NAME, FLAW_RULE,
	    "この園児には閲覧を止めた保護者がいるため、新しい保護者は名簿では登録できません。園児の画面で登録してください。",
	    "A guardian of this child is blocked: add another one on the child's page, not by a roster.");
}

static bool mail_fits(struct bytes mail)
{
	const uint8_t *at = mail.len < 3 ? NULL : memchr(mail.ptr + 1, '@', mail.len - 2);

	return at != NULL && memchr(mail.ptr, ' ', mail.len) == NULL && memchr(at + 1, '@', mail.len - (size_t)(at - mail.ptr) - 1) == NULL;
}

static err check_cells(struct import_compare *c, uint32_t row, const struct import_person *person)
{
	if (person->name.len == 0)
		TRY(import_compare_problem(c, row, person->column + AT_NAME, FLAW_MISSING, "保護者の氏名を入れてください。",
		    "Enter the guardian's name."));
	if (person->relation.len == 0)
		TRY(import_compare_problem(c, row, person->column + AT_RELATION, FLAW_MISSING, "続柄を入れてください（父、母など）。",
		    "Enter how the guardian is related to the child."));
	if (person->login.len > 0 && !person_desk->login_fits(person->login))
		TRY(import_compare_problem(c, row, person->column + AT_LOGIN, FLAW_FORMAT,
		    "ログイン名は、英小文字・数字・「.」「_」「-」の3～64文字で、英小文字か数字で始めてください。空なら自動で決めます。",
		    "A login has 3 to 64 lower-case letters, digits, '.', '_' or '-' and starts with a letter or digit; left empty, one is made."));
	if (person->telephone.len > 0 && !facility_telephone(person->telephone))
		TRY(import_compare_problem(c, row, person->column + AT_TELEPHONE, FLAW_FORMAT,
		    "電話番号は「090-1234-5678」のように書いてください。", "Write a telephone number like 090-1234-5678."));
	if (person->mail.len > 0 && !mail_fits(person->mail))
		TRY(import_compare_problem(c, row, person->column + AT_MAIL, FLAW_FORMAT,
		    "メールアドレスは「hanako@example.com」のように書いてください。", "Write a mail address like hanako@example.com."));
	return OK;
}

static err login_taken(struct import_compare *c, uint32_t row, const struct import_person *person)
{
	return import_compare_problem(c, row, person->column + AT_LOGIN, FLAW_DUPLICATE,
	    "このログイン名は、この園の保護者ではない人に使われています。空にするか、別のものにしてください。",
	    "Somebody who is not at this facility has this login; leave it empty or choose another one.");
}

static err other_person(struct import_compare *c, uint32_t row, const struct import_person *person, uint32_t first)
{
	char ja[240], en[240];

	(void)snprintf(ja, sizeof(ja), "%u行目では、同じログイン名が別の氏名の人に付いています。", first);
	(void)snprintf(en, sizeof(en), "In row %u the same login belongs to a person of another name.", first);
	return import_compare_problem(c, row, person->column + AT_LOGIN, FLAW_DUPLICATE, ja, en);
}

static void tell(struct import_content *content, const struct import_person *person, enum import_guardian_what what, struct id account)
{
	content->guardians[content->guardian_count++] = (struct import_guardian){
		.place = person->place, .what = (uint8_t)what, .account = account, .login = person->login, .name = person->name,
		.relation = person->relation, .telephone = person->telephone, .mail = person->mail,
	};
}

/* g and eight digits that nobody has, here or in the file. */
static err make_login(struct import_compare *c, struct import_people *people, uint32_t row, struct bytes *login_out)
{
	for (int i = 0; i < LOGIN_TRIES; i++) {
		uint32_t number;
		char text[16];
		struct known *slot = NULL;
		struct bytes login;
		struct id other;
		err e;

		TRY(random_bytes((uint8_t *)&number, sizeof(number)));
		(void)snprintf(text, sizeof(text), "g%08u", number % 100000000);
		login = bytes_str(text);
		TRY(find_slot(people, 'l', login, (struct bytes){0}, &slot));
		e = slot->row != 0 ? OK : person_desk->find(&c->rows, login, &other);
		if (err_is(e, ERR_NOT_FOUND)) {
			slot->row = row;
			TRY(arena_copy(&c->stored, login, login_out));
			slot->login = *login_out;
			return OK;
		}
		TRY(e);
	}
	return FAIL(UNAVAILABLE);
}

static err take_new(struct import_compare *c, struct import_people *people, struct known *slot, uint32_t row, struct import_person person,
    struct import_content *content)
{
	struct id account;

	TRY(id_new(&account));
	TRY(arena_copy(&c->stored, person.name, &slot->name));
	slot->row = row;
	slot->account = account;
	if (person.login.len == 0)
		TRY(make_login(c, people, row, &person.login));
	slot->login = person.login;
	TRY(arena_copy(&c->stored, person.login, &slot->login));
	c->result->accounts++;
	tell(content, &person, IMPORT_GUARDIAN_NEW, account);
	return OK;
}

/* With a login: known in the file, known at the facility, taken by somebody else, or new. */
static err take_login(struct import_compare *c, struct import_people *people, uint32_t row, const struct import_person *person,
    struct import_content *content)
{
	struct known *slot = NULL;
	struct id account = {{0}};
	bool at = false;
	err e;

	TRY(find_slot(people, 'l', person->login, (struct bytes){0}, &slot));
	if (slot->row != 0 && !bytes_equal(slot->name, person->name))
		return other_person(c, row, person, slot->row);
	if (slot->row != 0) {
		tell(content, person, IMPORT_GUARDIAN_LINK, slot->account);
		return OK;
	}
	e = person_desk->find(&c->rows, person->login, &account);
	if (err_is(e, ERR_NOT_FOUND))
		return take_new(c, people, slot, row, *person, content);
	TRY(e);
	TRY(person_desk->is_at(&c->rows, account, c->import->facility, &at));
	if (!at)
		return login_taken(c, row, person);
	slot->row = row;
	slot->account = account;
	TRY(arena_copy(&c->stored, person->name, &slot->name));
	tell(content, person, IMPORT_GUARDIAN_LINK, account);
	return OK;
}

/* Without: the same name and telephone, here or in the file, are the same person. */
static err take_name(struct import_compare *c, struct import_people *people, uint32_t row, const struct import_person *person,
    struct import_content *content)
{
	const struct guardianship *known = NULL;
	struct known fresh = {.row = 0};
	struct known *slot = &fresh;

	if (person->telephone.len > 0) {
		TRY(find_slot(people, 'n', person->name, person->telephone, &slot));
		known = import_pupils_person(c->own, person->name, person->telephone);
	}
	if (slot->row == 0 && known == NULL)
		return take_new(c, people, slot, row, *person, content);
	tell(content, person, IMPORT_GUARDIAN_LINK, slot->row != 0 ? slot->account : known->account);
	if (slot->row != 0)
		content->guardians[content->guardian_count - 1].login = slot->login;
	return OK;
}

/* A column that the file does not have says nothing. */
static struct bytes cell(const struct import_compare *c, size_t column, struct bytes given, struct bytes stored)
{
	return c->columns[column] != 0 ? given : stored;
}

static err take_linked(struct import_compare *c, const struct import_person *person, const struct guardianship *link,
    struct import_content *content)
{
	struct import_person now = *person;

	now.relation = cell(c, person->column + AT_RELATION, person->relation, link->relation);
	now.telephone = cell(c, person->column + AT_TELEPHONE, person->telephone, link->telephone);
	now.mail = cell(c, person->column + AT_MAIL, person->mail, link->mail);
	if (bytes_equal(now.name, link->name) && bytes_equal(now.relation, link->relation) &&
	    bytes_equal(now.telephone, link->telephone) && bytes_equal(now.mail, link->mail))
		return OK;
	tell(content, &now, IMPORT_GUARDIAN_FIX, link->account);
	content->guardians[content->guardian_count - 1].link = link->row.id;
	return OK;
}

static err find_link(struct import_compare *c, const struct import_person *person, const struct guardianship *links, size_t count,
    const struct guardianship **link_out)
{
	struct id account = {{0}};
	err e;

	*link_out = NULL;
	if (person->login.len > 0) {
		e = person_desk->find(&c->rows, person->login, &account);
		if (err_is(e, ERR_NOT_FOUND))
			return OK;
		TRY(e);
	}
	for (size_t i = 0; i < count && *link_out == NULL; i++)
		if (person->login.len > 0 ? id_equal(links[i].account, account) : bytes_equal(links[i].name, person->name))
			*link_out = &links[i];
	return OK;
}

err import_people_take(struct import_compare *c, struct import_people *people, uint32_t row, const struct import_person *person,
    const struct guardianship *links, size_t link_count, struct import_content *content)
{
	const struct guardianship *link = NULL;
	int64_t before = c->result->problem_count;

	if (person->name.len == 0 && person->relation.len == 0 && person->login.len == 0 && person->telephone.len == 0 &&
	    person->mail.len == 0)
		return OK;
	TRY(check_cells(c, row, person));
	if (c->result->problem_count != before)
		return OK;
	TRY(find_link(c, person, links, link_count, &link));
	if (link != NULL)
		return take_linked(c, person, link, content);
	for (size_t i = 0; i < link_count; i++)
		if (links[i].state == GUARDIANSHIP_BLOCKED)
			return beside_blocked(c, row, person);
	return person->login.len > 0 ? take_login(c, people, row, person, content) : take_name(c, people, row, person, content);
}
