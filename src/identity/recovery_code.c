#include <string.h>

#include "crypto/crypto.h"
#include "identity/identity_int.h"

#include "identity/recovery_code.h"

#define RAW_LEN 16
#define DIGITS 26            /* of base 32 */
#define GROUP 4
#define FORMER_MAX 64

#define AT(member) .offset = offsetof(struct recovery_code, member)

static const struct field fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "hash", .ja = "コードのハッシュ", .en = "Hash of the code", .type = FIELD_BYTES, .grade = GRADE_2,
	    .required = true, .min = HASH_LEN, .max = HASH_LEN, AT(hash)},
	{.name = "made", .ja = "発行日時", .en = "Made", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(made)},
	{.name = "used", .ja = "使用日時", .en = "Used", .type = FIELD_TIME, .grade = GRADE_2, AT(used)},
};

static const char *const unique[] = {"hash", NULL};
static const char *const indexes[] = {"account", NULL};

const struct entity recovery_code_entity = {
	.name = "recovery_code",
	.ja = "回復コード",
	.en = "Recovery code",
	.size = sizeof(struct recovery_code),
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list by_hash = {
	.name = "identity.recovery-code-by-hash",
	.entity = &recovery_code_entity,
	.where = "hash = :hash",
};
static struct row_list of_account = {
	.name = "identity.recovery-code-of-account",
	.entity = &recovery_code_entity,
	.where = "account = :account LIMIT :limit",
};

err recovery_code_start(void)
{
	TRY(row_list_make(&by_hash));
	return row_list_make(&of_account);
}

/* The account is hashed with it: a code says nothing to anybody else. */
static err hash_of(struct id account, const uint8_t raw[static RAW_LEN], uint8_t hash_out[static HASH_LEN])
{
	const struct bytes parts[] = {BYTES_LIT("sekimori-recovery-code-1"), id_bytes(&account), {raw, RAW_LEN}};

	return hash_parts(parts, 3, hash_out);
}

/* What looks like a letter of the alphabet but is a digit outside of it. */
static char letter(uint8_t c)
{
	static const struct {
		char digit;
		char letter;
	} alike[] = {{'0', 'O'}, {'1', 'I'}, {'8', 'B'}};

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (c == (uint8_t)alike[i].digit)
			return alike[i].letter;
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static err read_code(struct bytes text, uint8_t raw_out[static RAW_LEN])
{
	char digits[DIGITS];
	size_t count = 0;
	err e;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '-' || text.ptr[i] == ' ')
			continue;
		if (count == DIGITS)
			return FAIL(NOT_FOUND);
		digits[count++] = letter(text.ptr[i]);
	}
	e = base32_decode((struct bytes){(const uint8_t *)digits, count}, raw_out, RAW_LEN);
	wipe(digits, sizeof(digits));
	return err_is_ok(e) ? OK : FAIL(NOT_FOUND);
}

static err put_code(struct json *json, const uint8_t raw[static RAW_LEN])
{
	OWN(buf) digits = {0};
	OWN(buf) text = {0};

	TRY(base32_append(&digits, (struct bytes){raw, RAW_LEN}));
	for (size_t at = 0; at < digits.len; at += GROUP) {
		size_t len = digits.len - at < GROUP ? digits.len - at : GROUP;

		if (at > 0)
			TRY(buf_append_str(&text, "-"));
		TRY(buf_append(&text, (struct bytes){digits.ptr + at, len}));
	}
	json_text(json, NULL, bytes_of(&text));
	return json->state;
}

static err make_code(struct call *call, struct id account)
{
	uint8_t raw[RAW_LEN];
	uint8_t hash[HASH_LEN];
	struct recovery_code code = {.account = account, .hash = {hash, sizeof(hash)}, .made = call->now_us};
	err e;

	TRY(random_bytes(raw, sizeof(raw)));
	e = hash_of(account, raw, hash);
	if (err_is_ok(e))
		e = row_insert(&call->rows, &recovery_code_entity, &code);
	if (err_is_ok(e))
		e = put_code(&call->out, raw);
	wipe(raw, sizeof(raw));
	return e;
}

static err codes_of(struct row_context *c, struct id account, struct recovery_code list[static FORMER_MAX], size_t *count_out)
{
	struct query *query = NULL;
	size_t count = 0;
	bool found = true;
	err e = query_start(c->db, of_account.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "account", &account);
	if (err_is_ok(e))
		e = query_int(query, "limit", FORMER_MAX);
	while (err_is_ok(e) && count < FORMER_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(c, &recovery_code_entity, query, false, &list[count]);
		if (err_is_ok(e))
			count++;
	}
	query_end(&query);
	TRY(e);
	*count_out = count;
	return OK;
}

err recovery_code_void(struct call *call, struct id account)
{
	struct recovery_code list[FORMER_MAX];
	size_t count = 0;

	TRY(codes_of(&call->rows, account, list, &count));
	for (size_t i = 0; i < count; i++)
		TRY(row_delete(&call->rows, &recovery_code_entity, &list[i]));
	return OK;
}

err recovery_code_renew(struct call *call, struct id account)
{
	TRY(recovery_code_void(call, account));
	json_array(&call->out, "recovery_codes");
	for (int i = 0; i < RECOVERY_CODE_COUNT; i++)
		TRY(make_code(call, account));
	json_array_end(&call->out);
	return call->out.state;
}

err recovery_code_left(struct row_context *c, struct id account, int64_t *left_out)
{
	struct recovery_code list[FORMER_MAX];
	size_t count = 0;
	int64_t left = 0;

	TRY(codes_of(c, account, list, &count));
	for (size_t i = 0; i < count; i++)
		left += list[i].used == 0;
	*left_out = left;
	return OK;
}

err recovery_code_find(struct row_context *c, struct id account, struct bytes text, struct recovery_code *code_out)
{
	struct recovery_code code = {0};
	uint8_t raw[RAW_LEN];
	uint8_t hash[HASH_LEN];
	err e;

	TRY(read_code(text, raw));
	e = hash_of(account, raw, hash);
	wipe(raw, sizeof(raw));
	TRY(e);
	TRY(identity_find(c, &by_hash, "hash", (struct bytes){hash, sizeof(hash)}, false, &code));
	if (!id_equal(code.account, account) || code.used != 0)
		return FAIL(NOT_FOUND);
	*code_out = code;
	return OK;
}

err recovery_code_use(struct call *call, struct recovery_code *code)
{
	code->used = call->now_us;
	return row_update(&call->rows, &recovery_code_entity, code);
}
