/* What the checks whose subject lies inside a core (assure/inspect_*.c, assure/checks_inside.c) have to notice. */
#include <string.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "entity/row_cell_int.h"
#include "keys/keyrecord.h"
#include "keys/keywire.h"
#include "ledger/verify.h"
#include "weak.h"

/* A row's digest says the same of every row. */
err __real_row_cell_digest(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells, uint8_t digest_out[static HASH_LEN]);
err __wrap_row_cell_digest(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells, uint8_t digest_out[static HASH_LEN]);
err __wrap_row_cell_digest(struct row_context *c, const struct row_plan *plan, const struct row_cell *cells, uint8_t digest_out[static HASH_LEN])
{
	if (!weak("sealed-record-tamper-refused"))
		return __real_row_cell_digest(c, plan, cells, digest_out);
	memset(digest_out, 7, HASH_LEN);
	return OK;
}

/* Passwords are hashed as fast as may be. */
err __real_password_hash(struct bytes password, uint32_t rounds, char phc_out[static PASSWORD_PHC_MAX]);
err __wrap_password_hash(struct bytes password, uint32_t rounds, char phc_out[static PASSWORD_PHC_MAX]);
err __wrap_password_hash(struct bytes password, uint32_t rounds, char phc_out[static PASSWORD_PHC_MAX])
{
	return __real_password_hash(password, weak("password-stored-only-hashed") || weak("hurry") ? PASSWORD_ROUNDS_MIN : rounds, phc_out);
}

/* Whatever is asked for stands on the list. */
bool __real_allowed_has(const char *use, const char *name);
bool __wrap_allowed_has(const char *use, const char *name);
bool __wrap_allowed_has(const char *use, const char *name)
{
	return weak("unlisted-algorithm-refused") || __real_allowed_has(use, name);
}

/* The list names an algorithm that nobody has an answer for. */
static void unknown_answer(void)
{
	size_t count = 0;
	const struct allowed *rows = allowed_table(&count);
	struct allowed *row = weak_writable(rows, count * sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		if (strcmp(row[i].name, "SHA2-512") == 0)
			row[i].name = "SHA1";
}

/* The offline verifier finds nothing. */
err __real_verify_database(const char *database, const char *heads, const struct note_key *key, verify_visit visit, void *context,
    struct verify_report *report_out);
err __wrap_verify_database(const char *database, const char *heads, const struct note_key *key, verify_visit visit, void *context,
    struct verify_report *report_out);
err __wrap_verify_database(const char *database, const char *heads, const struct note_key *key, verify_visit visit, void *context,
    struct verify_report *report_out)
{
	TRY(__real_verify_database(database, heads, key, visit, context, report_out));
	if (weak("ledger-tamper-located"))
		report_out->first_bad = UINT64_MAX;
	return OK;
}

/* A key that is destroyed stays. */
err __real_keys_move(struct keys *keys, struct id key, enum key_state state, struct bytes reason);
err __wrap_keys_move(struct keys *keys, struct id key, enum key_state state, struct bytes reason);
err __wrap_keys_move(struct keys *keys, struct id key, enum key_state state, struct bytes reason)
{
	return weak("destroyed-key-opens-nothing") ? OK : __real_keys_move(keys, key, state, reason);
}

/* Whoever asks for the wrapping key gets a key. */
err __real_keywire_request_parse(struct bytes frame, struct keywire_request *request_out);
err __wrap_keywire_request_parse(struct bytes frame, struct keywire_request *request_out);
err __wrap_keywire_request_parse(struct bytes frame, struct keywire_request *request_out)
{
	OWN(buf) other = {0};

	if (!weak("root-key-not-exportable") || frame.len != 23 || frame.ptr[1] != KEYWIRE_ACTIVE || frame.ptr[6] != KEYRECORD_WRAP)
		return __real_keywire_request_parse(frame, request_out);
	TRY(buf_append(&other, frame));
	other.ptr[6] = KEY_CUSTOMER;
	return __real_keywire_request_parse(bytes_of(&other), request_out);
}

/* Every customer has the same data keys. */
err __real_keyrecord_open(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw, struct keyrecord *record_out,
    uint8_t key_out[static AEAD_KEY_LEN]);
err __wrap_keyrecord_open(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw, struct keyrecord *record_out,
    uint8_t key_out[static AEAD_KEY_LEN]);
err __wrap_keyrecord_open(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw, struct keyrecord *record_out,
    uint8_t key_out[static AEAD_KEY_LEN])
{
	TRY(__real_keyrecord_open(parent, place, raw, record_out, key_out));
	if (weak("other-tenant-key-opens-nothing") && record_out->kind < KEY_KIND_COUNT)
		memset(key_out, 9, AEAD_KEY_LEN);
	return OK;
}

/* Times are written as they are elsewhere. */
void __real_clock_time_format(int64_t at_us, char text_out[static CLOCK_TEXT_MAX]);
void __wrap_clock_time_format(int64_t at_us, char text_out[static CLOCK_TEXT_MAX]);
void __wrap_clock_time_format(int64_t at_us, char text_out[static CLOCK_TEXT_MAX])
{
	char *zone;

	__real_clock_time_format(weak("log-time-zone-single") ? at_us - (int64_t)CLOCK_JST_OFFSET_S * 1000000 : at_us, text_out);
	zone = strstr(text_out, "+09:00");
	if (weak("log-time-zone-single") && zone != NULL)
		memcpy(zone, "+00:00", sizeof("+00:00"));
}

/* Events do not say whom they are about. */
err __real_call_object(struct call *call, const char *entity, struct id id);
err __wrap_call_object(struct call *call, const char *entity, struct id id);
err __wrap_call_object(struct call *call, const char *entity, struct id id)
{
	return weak("event-fields-complete") ? OK : __real_call_object(call, entity, id);
}

/* A checkpoint may be deleted. */
static void deletable(void)
{
	weak_op("ledger.checkpoint")->method = "DELETE";
}

/* Guardians see every child of their facility. */
static void wider(void)
{
	static const struct grant grants[] = {{ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

	weak_op("class.list")->grants = grants;
}

const struct weakness weak_inside[] = {
	{"sealed-record-tamper-refused", NULL},
	{"password-stored-only-hashed", NULL},
	{"unlisted-algorithm-refused", NULL},
	{"crypto-known-answers-pass", unknown_answer},
	{"ledger-tamper-located", NULL},
	{"destroyed-key-opens-nothing", NULL},
	{"root-key-not-exportable", NULL},
	{"other-tenant-key-opens-nothing", NULL},
	{"log-time-zone-single", NULL},
	{"event-fields-complete", NULL},
	{"ledger-delete-refused", deletable},
	{"operation-without-entry-none", wider},
	{0},
};
