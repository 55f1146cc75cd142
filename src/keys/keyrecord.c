#include <string.h>

#include "keys/keyrecord.h"
#include "keys/keystate.h"

#define VERSION 1
#define HEADER_MAC_AT 168
#define OPEN_LEN 124                  /* of a record: what stands in clear */
#define COMMITMENT_AT 92
#define SEALED_LEN (AEAD_OVERHEAD + AEAD_KEY_LEN)

_Static_assert(OPEN_LEN + SEALED_LEN == KEYRECORD_LEN, "the drawing in keyrecord.h");

static const struct bytes root_magic = BYTES_LIT("SKMRROOT");
static const struct bytes store_magic = BYTES_LIT("SKMRKEYS");

static err put_id(struct buf *out, const struct id *id)
{
	return buf_append(out, id_bytes(id));
}

static err cut_into(struct bytes *from, void *out, size_t len)
{
	struct bytes raw;

	TRY(cut_bytes(from, len, &raw));
	memcpy(out, raw.ptr, len);
	return OK;
}

static err cut_magic(struct bytes *from, struct bytes magic)
{
	struct bytes found;
	uint16_t version;
	uint16_t zero;

	TRY(cut_bytes(from, magic.len, &found));
	TRY(cut_u16(from, &version));
	TRY(cut_u16(from, &zero));
	return bytes_equal(found, magic) && version == VERSION && zero == 0 ? OK : FAIL(CORRUPT);
}

static err put_magic(struct buf *out, struct bytes magic)
{
	TRY(buf_append(out, magic));
	TRY(buf_u16(out, VERSION));
	return buf_u16(out, 0);
}

err keyrecord_root_format(const struct keyrecord_root *root, struct buf *out)
{
	TRY(put_magic(out, root_magic));
	TRY(put_id(out, &root->id));
	return buf_append(out, (struct bytes){root->raw, sizeof(root->raw)});
}

err keyrecord_root_parse(struct bytes file, struct keyrecord_root *root_out)
{
	if (file.len != KEYRECORD_ROOT_LEN)
		return FAIL(CORRUPT);
	TRY(cut_magic(&file, root_magic));
	TRY(cut_into(&file, root_out->id.b, ID_LEN));
	return cut_into(&file, root_out->raw, sizeof(root_out->raw));
}

static err header_mac(const struct keyrecord_root *root, const struct id *generation, struct bytes text, uint8_t tag_out[static HASH_LEN])
{
	uint8_t key[HASH_LEN];
	struct mac *mac = NULL;
	err result;

	TRY(hkdf_sha256((struct bytes){root->raw, sizeof(root->raw)}, id_bytes(generation), BYTES_LIT("sekimori key store header 1"), key, sizeof(key)));
	result = mac_new(key, sizeof(key), &mac);
	if (err_is_ok(result))
		result = mac_compute(mac, text, tag_out);
	mac_free(&mac);
	wipe(key, sizeof(key));
	return result;
}

err keyrecord_header_format(const struct keyrecord_root *root, const struct keyrecord_header *header, struct buf *out)
{
	OWN(buf) text = {0};
	size_t origin_len = strnlen(header->origin, sizeof(header->origin));
	char origin[KEYRECORD_ORIGIN_MAX - 1] = {0};
	uint8_t tag[HASH_LEN];

	REQUIRE(origin_len > 0 && origin_len < KEYRECORD_ORIGIN_MAX);
	memcpy(origin, header->origin, origin_len);
	TRY(put_magic(&text, store_magic));
	TRY(buf_u32(&text, KEYRECORD_LEN));
	TRY(put_id(&text, &header->generation));
	TRY(buf_u64(&text, (uint64_t)header->created_us));
	TRY(buf_u8(&text, (uint8_t)origin_len));
	TRY(buf_append(&text, (struct bytes){(const uint8_t *)origin, sizeof(origin)}));
	REQUIRE(text.len == HEADER_MAC_AT);
	TRY(header_mac(root, &header->generation, bytes_of(&text), tag));
	TRY(buf_append(&text, (struct bytes){tag, sizeof(tag)}));
	return buf_append(out, bytes_of(&text));
}

static bool origin_fits(const char *origin, size_t len)
{
	for (size_t i = 0; i < KEYRECORD_ORIGIN_MAX - 1; i++)
		if ((i < len) != (origin[i] != '\0'))
			return false;
	return true;
}

static err cut_header(struct bytes from, struct keyrecord_header *header)
{
	uint32_t record_len;
	uint64_t created_us;
	uint8_t origin_len;

	TRY(cut_magic(&from, store_magic));
	TRY(cut_u32(&from, &record_len));
	TRY(cut_into(&from, header->generation.b, ID_LEN));
	TRY(cut_u64(&from, &created_us));
	TRY(cut_u8(&from, &origin_len));
	TRY(cut_into(&from, header->origin, KEYRECORD_ORIGIN_MAX - 1));
	if (record_len != KEYRECORD_LEN || origin_len == 0 || origin_len >= KEYRECORD_ORIGIN_MAX || !origin_fits(header->origin, origin_len))
		return FAIL(CORRUPT);
	header->created_us = (int64_t)created_us;
	return OK;
}

err keyrecord_header_parse(const struct keyrecord_root *root, struct bytes raw, struct keyrecord_header *header_out)
{
	struct keyrecord_header header = {0};
	uint8_t tag[HASH_LEN];

	if (raw.len != KEYRECORD_HEADER_LEN || !err_is_ok(cut_header((struct bytes){raw.ptr, HEADER_MAC_AT}, &header)))
		return FAIL(CORRUPT);
	TRY(header_mac(root, &header.generation, (struct bytes){raw.ptr, HEADER_MAC_AT}, tag));
	if (!ct_equal(tag, raw.ptr + HEADER_MAC_AT, HASH_LEN))
		return FAIL(CORRUPT);
	*header_out = header;
	return OK;
}

/* GCM does not commit to its key: without this a record could be made that opens to two keys. */
static err commitment_of(const struct id *id, const uint8_t key[static AEAD_KEY_LEN], uint8_t commitment_out[static HASH_LEN])
{
	return hkdf_sha256((struct bytes){key, AEAD_KEY_LEN}, id_bytes(id), BYTES_LIT("sekimori key commitment 1"), commitment_out, HASH_LEN);
}

static err aad_of(struct bytes clear, const struct keyrecord_place *place, struct buf *aad)
{
	TRY(buf_append(aad, clear));
	TRY(put_id(aad, &place->generation));
	return buf_u64(aad, place->index);
}

err keyrecord_seal(const struct aead *parent, const struct keyrecord_place *place, const struct keyrecord *record,
    const uint8_t key[static AEAD_KEY_LEN], struct buf *out)
{
	OWN(buf) text = {0};
	OWN(buf) aad = {0};
	uint8_t commitment[HASH_LEN];

	TRY(commitment_of(&record->key, key, commitment));
	TRY(buf_u8(&text, VERSION));
	TRY(buf_u8(&text, record->kind));
	TRY(buf_u8(&text, record->state));
	TRY(buf_u8(&text, 0));
	TRY(put_id(&text, &record->key));
	TRY(put_id(&text, &record->owner));
	TRY(put_id(&text, &record->parent));
	TRY(buf_u64(&text, (uint64_t)record->at_us));
	TRY(buf_append(&text, (struct bytes){record->reason, sizeof(record->reason)}));
	TRY(buf_append(&text, (struct bytes){commitment, sizeof(commitment)}));
	REQUIRE(text.len == OPEN_LEN);
	TRY(aad_of(bytes_of(&text), place, &aad));
	TRY(aead_seal(parent, bytes_of(&aad), (struct bytes){key, AEAD_KEY_LEN}, &text));
	REQUIRE(text.len == KEYRECORD_LEN);
	return buf_append(out, bytes_of(&text));
}

static bool kind_known(uint8_t kind)
{
	return kind < KEY_KIND_COUNT || kind == KEYRECORD_WRAP || kind == KEYRECORD_LEDGER;
}

static err cut_record(struct bytes from, struct keyrecord *record)
{
	uint8_t version;
	uint8_t zero;
	uint64_t at_us;

	TRY(cut_u8(&from, &version));
	TRY(cut_u8(&from, &record->kind));
	TRY(cut_u8(&from, &record->state));
	TRY(cut_u8(&from, &zero));
	TRY(cut_into(&from, record->key.b, ID_LEN));
	TRY(cut_into(&from, record->owner.b, ID_LEN));
	TRY(cut_into(&from, record->parent.b, ID_LEN));
	TRY(cut_u64(&from, &at_us));
	TRY(cut_into(&from, record->reason, sizeof(record->reason)));
	record->at_us = (int64_t)at_us;
	return version == VERSION && zero == 0 && kind_known(record->kind) && record->state < KEYSTATE_COUNT ? OK : FAIL(CORRUPT);
}

static err unwrap(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw, struct buf *key)
{
	OWN(buf) aad = {0};

	TRY(aad_of((struct bytes){raw.ptr, OPEN_LEN}, place, &aad));
	TRY(aead_open(parent, bytes_of(&aad), (struct bytes){raw.ptr + OPEN_LEN, SEALED_LEN}, key));
	return key->len == AEAD_KEY_LEN ? OK : FAIL(CORRUPT);
}

err keyrecord_open(const struct aead *parent, const struct keyrecord_place *place, struct bytes raw,
    struct keyrecord *record_out, uint8_t key_out[static AEAD_KEY_LEN])
{
	OWN(buf) key = {0};
	struct keyrecord record = {0};
	uint8_t commitment[HASH_LEN];

	if (raw.len != KEYRECORD_LEN || !err_is_ok(cut_record(raw, &record)))
		return FAIL(CORRUPT);
	TRY(unwrap(parent, place, raw, &key));
	TRY(commitment_of(&record.key, key.ptr, commitment));
	if (!ct_equal(commitment, raw.ptr + COMMITMENT_AT, HASH_LEN))
		return FAIL(CORRUPT);
	*record_out = record;
	memcpy(key_out, key.ptr, AEAD_KEY_LEN);
	return OK;
}
