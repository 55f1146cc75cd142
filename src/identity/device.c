#include <string.h>

#include "crypto/crypto.h"
#include "identity/account.h"
#include "identity/identity_int.h"
#include "identity/session.h"

#include "identity/device.h"

#define NAME_WORDS .name = "name", .ja = "端末の名前", .en = "Name of the tablet", .type = FIELD_TEXT, .grade = GRADE_2, \
	.required = true, .max = 60
#define LIST_MAX 200
#define TOKEN_TEXT_MAX 60

static const char *const states[] = {
	[DEVICE_WAITING] = "waiting", [DEVICE_ACTIVE] = "active", [DEVICE_ENDED] = "ended", NULL,
};

#define AT(member) .offset = offsetof(struct device, member)

static const struct field fields[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "facility",
	    AT(facility)},
	{NAME_WORDS, AT(name)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states,
	    AT(state)},
	{.name = "registered_by", .ja = "登録した人", .en = "Registered by", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(registered_by)},
	{.name = "registered_at", .ja = "登録日時", .en = "Registered at", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(registered_at)},
	{.name = "seen", .ja = "最後の利用", .en = "Last seen", .type = FIELD_TIME, .grade = GRADE_2, AT(seen)},
	{.name = "expires", .ja = "コードの期限", .en = "Code expires", .type = FIELD_TIME, .grade = GRADE_2, .required = true,
	    AT(expires)},
	{.name = "code_hash", .ja = "コードのハッシュ", .en = "Code hash", .type = FIELD_BYTES, .grade = GRADE_2, .max = HASH_LEN,
	    AT(code_hash)},
	{.name = "token_hash", .ja = "トークンのハッシュ", .en = "Token hash", .type = FIELD_BYTES, .grade = GRADE_2,
	    .max = HASH_LEN, AT(token_hash)},
	{.name = "ended", .ja = "終了", .en = "Ended", .type = FIELD_TIME, .grade = GRADE_2, AT(ended)},
};

static const char *const indexes[] = {"facility", "code_hash", "token_hash", NULL};

const struct entity device_entity = {
	.name = "device",
	.ja = "登録端末",
	.en = "Registered tablet",
	.size = sizeof(struct device),
	.facility = "facility",
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* 0 = waiting, 1 = active */
static struct row_list by_code = {
	.name = "identity.device-by-code",
	.entity = &device_entity,
	.where = "code_hash = :code_hash AND state = 0",
};
static struct row_list by_token = {
	.name = "identity.device-by-token",
	.entity = &device_entity,
	.where = "token_hash = :token_hash AND state = 1",
};
static struct row_list of_facility = {
	.name = "identity.device-of-facility",
	.entity = &device_entity,
	.where = "facility = :facility ORDER BY registered_at DESC LIMIT :limit",
};

err device_start(void)
{
	TRY(row_list_make(&by_code));
	TRY(row_list_make(&by_token));
	return row_list_make(&of_facility);
}

/* ---- whose tablet is it ---- */

err device_of_request(struct call *call, struct device *device_out)
{
	static const uint8_t none[sizeof(call->device_hash)];

	if (ct_equal(call->device_hash, none, sizeof(none)))
		return FAIL(NOT_FOUND);
	return identity_find(&call->rows, &by_token, "token_hash", (struct bytes){call->device_hash, sizeof(call->device_hash)}, false,
	    device_out);
}

err device_of_session(struct call *call, struct id *device_out)
{
	struct device device = {0};
	err e = device_of_request(call, &device);

	*device_out = (struct id){{0}};
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	device.seen = call->now_us;
	TRY(row_update(&call->rows, &device_entity, &device));
	*device_out = device.row.id;
	return OK;
}

/* ---- codes: 40 random bits in Crockford's letters, XXXX-XXXX ---- */

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static err code_new(char code_out[static DEVICE_CODE_LEN])
{
	uint8_t random[DEVICE_CODE_LEN];

	TRY(random_bytes(random, sizeof(random)));
	for (size_t i = 0; i < sizeof(random); i++)
		code_out[i] = letters[random[i] & 31];
	wipe(random, sizeof(random));
	return OK;
}

static char letter_of(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return c != 0 && strchr(letters, c) != NULL ? (char)c : '\0';
}

err device_code_read(struct bytes text, char code_out[static DEVICE_CODE_LEN])
{
	char code[DEVICE_CODE_LEN] = {0};
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char letter = letter_of(text.ptr[i]);

		if (text.ptr[i] == '-' && len == DEVICE_CODE_LEN / 2 && i == len)
			continue;
		if (letter == '\0' || len == DEVICE_CODE_LEN)
			return FAIL(INVALID);
		code[len++] = letter;
	}
	if (len != DEVICE_CODE_LEN)
		return FAIL(INVALID);
	memcpy(code_out, code, sizeof(code));
	return OK;
}

/* D2: keyed, or whoever has the file tries all 40 bits. */
static err code_hash(struct call *call, const char code[static DEVICE_CODE_LEN], uint8_t hash_out[static HASH_LEN])
{
	static const struct field field = {.name = "code"};

	return row_lookup(&call->rows, &device_entity, &field, (struct bytes){(const uint8_t *)code, DEVICE_CODE_LEN}, hash_out);
}

/* ---- the principal's list ---- */

static err put_registrant(struct call *call, struct id id)
{
	struct account account = {0};
	err e = row_get(&call->rows, &account_entity, id, &account);

	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	json_text(&call->out, "registered_by_name", account.name);
	return OK;
}

static err put_device(struct call *call, const struct device *device)
{
	json_id(&call->out, "id", device->row.id);
	json_text(&call->out, "name", device->name);
	json_str(&call->out, "state", states[device->state]);
	json_time(&call->out, "registered_at", device->registered_at);
	TRY(put_registrant(call, device->registered_by));
	json_time(&call->out, "seen", device->seen);
	return OK;
}

static err read_devices(struct call *call, struct id facility, struct device *list, size_t *count_out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(call->rows.db, of_facility.statement, &query);

	*count_out = 0;
	if (err_is_ok(e))
		e = query_id(query, "facility", &facility);
	if (err_is_ok(e))
		e = query_int(query, "limit", LIST_MAX);
	while (err_is_ok(e) && *count_out < LIST_MAX) {
		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(&call->rows, &device_entity, query, false, &list[*count_out]);
		*count_out += err_is_ok(e);
	}
	query_end(&query);
	return e;
}

/* A code that nobody used in time leaves nothing to look at. */
static bool expired(const struct device *device, int64_t now_us)
{
	return device->state == DEVICE_WAITING && device->expires <= now_us;
}

static err devices_of(struct call *call, struct device **list_out, size_t *count_out)
{
	struct device *list = arena_alloc(call->arena, LIST_MAX * sizeof(*list));
	struct id facility = call_id(call, "facility");
	size_t count = 0;
	size_t kept = 0;

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(read_devices(call, facility, list, &count));
	for (size_t i = 0; i < count; i++)
		if (!expired(&list[i], call->now_us))
			list[kept++] = list[i];
	*list_out = list;
	*count_out = kept;
	call->event_facility = facility;
	return OK;
}

static err list_apply(struct call *call)
{
	struct device *list = NULL;
	size_t count = 0;

	TRY(devices_of(call, &list, &count));
	json_array(&call->out, "items");
	for (size_t i = 0; i < count; i++) {
		json_object(&call->out, NULL);
		TRY(put_device(call, &list[i]));
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
	json_null(&call->out, "next");
	return OK;
}

#define PATH_FACILITY \
	{.place = IN_PATH, .field = {.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, \
	    .required = true, .refers = "facility"}}

/* The facility in the path is the principal's own: no other is visible to one. */
static const struct grant grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};
static const struct input list_inputs[] = {PATH_FACILITY, {0}};
static const struct field list_output[] = {
	{.name = "id", .ja = "端末", .en = "Tablet", .type = FIELD_ID, .grade = GRADE_2},
	{NAME_WORDS},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = states},
	{.name = "registered_at", .ja = "登録日時", .en = "Registered at", .type = FIELD_TIME, .grade = GRADE_2},
	{.name = "registered_by_name", .ja = "登録した人", .en = "Registered by", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "seen", .ja = "最後の利用", .en = "Last seen", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op device_list = {
	.id = "device.list",
	.ja = "登録端末を見る",
	.en = "List the registered tablets",
	.method = "GET",
	.path = "/v1/facilities/{facility}/devices",
	.kind = OP_READ,
	.grants = grants,
	.policy = "device see",
	.inputs = list_inputs,
	.entity = &device_entity,
	.output_fields = list_output,
	.list = true,
	.status = 200,
	.purpose_ja = "園で使う端末を管理するため",
	.purpose_en = "To keep track of the tablets of a facility",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = list_apply,
};

static err check_waiting(struct call *call)
{
	struct device *list = NULL;
	size_t count = 0;
	size_t waiting = 0;

	TRY(devices_of(call, &list, &count));
	for (size_t i = 0; i < count; i++)
		waiting += list[i].state == DEVICE_WAITING;
	if (waiting < DEVICE_WAITING_MAX)
		return OK;
	call->reason = "too many codes";
	return FAIL(LIMITED);
}

static err register_apply(struct call *call)
{
	char code[DEVICE_CODE_LEN];
	uint8_t hash[HASH_LEN];
	OWN(buf) token = {0};
	struct device device = {
		.facility = call_id(call, "facility"), .name = call_text(call, "name"), .state = DEVICE_WAITING,
		.registered_by = call->actor.account, .registered_at = call->now_us, .expires = call->now_us + DEVICE_CODE_US,
		.code_hash = {hash, sizeof(hash)},
	};

	TRY(check_waiting(call));
	TRY(code_new(code));
	TRY(code_hash(call, code, hash));
	TRY(row_insert(&call->rows, &device_entity, &device));
	TRY(buf_printf(&token, "%s.%.4s-%.4s", call->compartment->name, code, code + DEVICE_CODE_LEN / 2));
	json_id(&call->out, "id", device.row.id);
	json_text(&call->out, "name", device.name);
	json_text(&call->out, "code", bytes_of(&token));
	json_time(&call->out, "expires_at", device.expires);
	wipe(code, sizeof(code));
	return call_object(call, "device", device.row.id);
}

static const struct input register_inputs[] = {
	PATH_FACILITY,
	{.place = IN_BODY, .field = {NAME_WORDS}},
	{0},
};
static const struct field register_output[] = {
	{.name = "id", .ja = "端末", .en = "Tablet", .type = FIELD_ID, .grade = GRADE_2},
	{NAME_WORDS},
	{.name = "code", .ja = "登録コード", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_3B},
	{.name = "expires_at", .ja = "期限", .en = "Expires at", .type = FIELD_TIME, .grade = GRADE_2},
	{0},
};

const struct op device_register = {
	.id = "device.register",
	.ja = "端末の登録を始める",
	.en = "Begin to register a tablet",
	.method = "POST",
	.path = "/v1/facilities/{facility}/devices",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "device register",
	.inputs = register_inputs,
	.entity = &device_entity,
	.output_fields = register_output,
	.status = 201,
	.purpose_ja = "園の端末で暗証番号によるロック解除を使えるようにするため",
	.purpose_en = "To allow unlocking by PIN on a facility's tablet",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1 K-27",
	.apply = register_apply,
};

/* ---- the tablet's side ---- */

static err find_waiting(struct call *call, struct device *device_out)
{
	struct bytes text = call_text(call, "token");
	size_t city = strlen(call->compartment->name);
	char code[DEVICE_CODE_LEN];
	uint8_t hash[HASH_LEN];

	if (text.len <= city + 1 || memcmp(text.ptr, call->compartment->name, city) != 0 || text.ptr[city] != '.')
		return FAIL(NOT_FOUND);
	if (!err_is_ok(device_code_read((struct bytes){text.ptr + city + 1, text.len - city - 1}, code)))
		return FAIL(NOT_FOUND);
	TRY(code_hash(call, code, hash));
	wipe(code, sizeof(code));
	TRY(identity_find(&call->rows, &by_code, "code_hash", (struct bytes){hash, sizeof(hash)}, false, device_out));
	return expired(device_out, call->now_us) ? FAIL(NOT_FOUND) : OK;
}

/* The facility belongs to another module; its descriptor is enough. */
static err put_facility(struct call *call, struct id id)
{
	const struct entity *entity = entity_find(BYTES_LIT("facility"));
	void *row;

	REQUIRE(entity != NULL);
	row = arena_alloc(call->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, entity, id, row));
	json_object(&call->out, "facility");
	json_id(&call->out, "id", id);
	json_field(&call->out, entity_field(entity, "name"), row);
	json_object_end(&call->out);
	return OK;
}

static err claim_apply(struct call *call)
{
	struct device device = {0};
	uint8_t hash[HASH_LEN];

	TRY(find_waiting(call, &device));
	TRY(random_bytes(call->token, sizeof(call->token)));
	TRY(hash_sha256((struct bytes){call->token, sizeof(call->token)}, hash));
	device.state = DEVICE_ACTIVE;
	device.code_hash = (struct bytes){0}; /* D2 */
	device.token_hash = (struct bytes){hash, sizeof(hash)};
	device.seen = call->now_us;
	TRY(row_update(&call->rows, &device_entity, &device));
	call->cookie = COOKIE_DEVICE;
	TRY(put_facility(call, device.facility));
	json_text(&call->out, "name", device.name);
	call->event_facility = device.facility;
	return call_object(call, "device", device.row.id);
}

static const struct input claim_inputs[] = {
	{.place = IN_BODY, .field = {.name = "token", .ja = "登録コード", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_3B,
	    .required = true, .secret = true, .min = 1, .max = TOKEN_TEXT_MAX}},
	{0},
};
static const struct field claim_output[] = {
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2},
	{NAME_WORDS},
	{0},
};

const struct op device_claim = {
	.id = "device.claim",
	.ja = "この端末を登録する",
	.en = "Register this tablet",
	.method = "POST",
	.path = "/v1/devices/claim",
	.kind = OP_WRITE,
	.route = ROUTE_TOKEN,
	.open = true, /* PUBLIC: whoever has the code holds the tablet */
	.form_login = true,
	.policy = "device claim",
	.inputs = claim_inputs,
	.entity = &device_entity,
	.output_fields = claim_output,
	.status = 200,
	.purpose_ja = "園の端末で暗証番号によるロック解除を使えるようにするため",
	.purpose_en = "To allow unlocking by PIN on a facility's tablet",
	.once = true,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-1",
	.apply = claim_apply,
};

static err end_apply(struct call *call)
{
	struct device device = {0};

	TRY(row_get(&call->rows, &device_entity, call_id(call, "device"), &device));
	call->event_facility = device.facility;
	if (device.state == DEVICE_ENDED)
		return OK;
	device.state = DEVICE_ENDED;
	device.ended = call->now_us;
	device.code_hash = (struct bytes){0};
	TRY(row_update(&call->rows, &device_entity, &device));
	return session_end_on_device(call, device.row.id, call->actor.session); /* D3 */
}

static const struct input end_inputs[] = {
	PATH_FACILITY,
	{.place = IN_PATH, .object = true, .within = "facility", .field = {.name = "device", .ja = "端末", .en = "Tablet",
	    .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "device"}},
	{0},
};

const struct op device_end = {
	.id = "device.end",
	.ja = "端末の登録を終える",
	.en = "End the registration of a tablet",
	.method = "POST",
	.path = "/v1/facilities/{facility}/devices/{device}/end",
	.kind = OP_WRITE,
	.grants = grants,
	.policy = "device end",
	.inputs = end_inputs,
	.entity = &device_entity,
	.status = 204,
	.purpose_ja = "使わなくなった端末やなくした端末の登録を終えるため",
	.purpose_en = "To end the registration of a tablet that is lost or no longer used",
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-1 K-27",
	.apply = end_apply,
};
