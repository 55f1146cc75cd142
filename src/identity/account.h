/*
 * account - a person who may sign in.
 *
 * Its personal fields are sealed under the person's own key, which is made before the row.
 */
#ifndef IDENTITY_ACCOUNT_H
#define IDENTITY_ACCOUNT_H

#include "op/op.h"

enum account_state { ACCOUNT_INVITED, ACCOUNT_ACTIVE, ACCOUNT_SUSPENDED, ACCOUNT_LEFT };

struct account {
	struct row row;
	struct bytes login;     /* without the city */
	struct bytes name;
	struct bytes mail;
	struct bytes telephone;
	int32_t state;          /* enum account_state */
	bool probe;             /* made for checks; the side on which it was issued */
};

#define ACCOUNT_LOGIN_MIN 3
#define ACCOUNT_LOGIN_MAX 64

/* Of inputs that carry a login: with "@city" it is longer. */
#define ACCOUNT_LOGIN_INPUT_MAX 100
#define ACCOUNT_PASSWORD_INPUT_MAX 128
#define ACCOUNT_LOGIN_WORDS .ja = "ログイン名", .en = "Login", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true
#define ACCOUNT_NAME_WORDS                                                                                           \
	.ja = "氏名", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .required = true, .max = 100
#define ACCOUNT_MAIL_WORDS                                                                                           \
	.ja = "メールアドレス", .en = "Mail address", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .max = 254
#define ACCOUNT_TELEPHONE_WORDS                                                                                      \
	.ja = "電話番号", .en = "Telephone", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .max = 20

extern const struct entity account_entity;
extern const char *const account_states[]; /* as enum account_state; ends with NULL */
extern const struct op account_issue;
extern const struct op account_install;
extern const struct op account_set_password;

MUST_USE err account_start(void);
/* As much of a name as fits into a sentence; never cut within a letter. */
struct bytes account_cut_name(struct bytes name);
/* INVALID, told at the input `facility`: a role of a facility without one, or another with one. */
MUST_USE err account_check_facility(struct call *call, enum role role, struct id facility);
/* "taro@sapporo" and "taro" are the same person in sapporo: cuts the compartment's name off. */
struct bytes account_local_part(struct bytes login, const struct compartment *compartment);
/* By login or id with every sealed field left out (only state and id are read). NOT_FOUND. */
MUST_USE err account_by_login(struct row_context *c, struct bytes local_part, struct account *account_out);
MUST_USE err account_by_id(struct row_context *c, struct id id, struct account *account_out);

#endif
