#include <string.h>

#include "assure/hello.h"

#define RECORD_HANDSHAKE 0x16
#define MESSAGE_CLIENT 1
#define MESSAGE_SERVER 2
#define MESSAGE_AT 5            /* behind the head of the record */

/* Names of crypto/allowed.c. */
static const struct { const char *name; uint16_t number; } numbers[] = {
	{"TLS_AES_128_GCM_SHA256", 0x1301}, {"TLS_AES_256_GCM_SHA384", 0x1302}, {"TLS_CHACHA20_POLY1305_SHA256", 0x1303},
	{"ECDHE-ECDSA-AES128-GCM-SHA256", 0xc02b}, {"ECDHE-ECDSA-AES256-GCM-SHA384", 0xc02c}, {"ECDHE-RSA-AES128-GCM-SHA256", 0xc02f},
	{"ECDHE-RSA-AES256-GCM-SHA384", 0xc030}, {"ECDHE-RSA-CHACHA20-POLY1305", 0xcca8}, {"ECDHE-ECDSA-CHACHA20-POLY1305", 0xcca9},
};

/* Registered numbers, from and to: https://www.iana.org/assignments/tls-parameters (TLS Cipher Suites). */
static const struct { uint16_t from, to; } ranges_12[] = {
	{0x0001, 0x001b}, {0x001e, 0x006d}, {0x0084, 0x00c7}, {0xc001, 0xc0b7}, {0xc100, 0xc106}, {0xcca8, 0xccae}, {0xd001, 0xd005},
};
static const struct { uint16_t from, to; } ranges_13[] = {{0x1301, 0x1307}, {0xc0b4, 0xc0b5}};

uint16_t hello_suite(const char *name)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return numbers[i].number;
	return 0;
}

size_t hello_suites(uint16_t version, uint16_t *out, size_t max)
{
	bool newest = version == HELLO_TLS_1_3;
	size_t ranges = newest ? sizeof(ranges_13) / sizeof(ranges_13[0]) : sizeof(ranges_12) / sizeof(ranges_12[0]);
	size_t count = 0;

	for (size_t i = 0; i < ranges; i++) {
		uint32_t from = newest ? ranges_13[i].from : ranges_12[i].from;
		uint32_t to = newest ? ranges_13[i].to : ranges_12[i].to;

		for (uint32_t suite = from; suite <= to && count < max; suite++)
			out[count++] = (uint16_t)suite;
	}
	return count;
}

static err put_u8(struct buf *out, unsigned value)
{
	return buf_u8(out, (uint8_t)value);
}

static err put_u16(struct buf *out, size_t value)
{
	TRY(put_u8(out, (unsigned)(value >> 8) & 0xff));
	return put_u8(out, (unsigned)value & 0xff);
}

static err put_list(struct buf *out, const uint16_t *list, size_t count)
{
	TRY(put_u16(out, 2 * count));
	for (size_t i = 0; i < count; i++)
		TRY(put_u16(out, list[i]));
	return OK;
}

static err put_extension(struct buf *out, unsigned type, struct bytes body)
{
	TRY(put_u16(out, type));
	TRY(put_u16(out, body.len));
	return buf_append(out, body);
}

/* Every scheme there is for the certificates in use: it is not this that is tried. */
static const uint8_t signatures[] = {0, 18, 4, 3, 5, 3, 6, 3, 8, 7, 8, 4, 8, 5, 8, 6, 4, 1, 5, 1};
static const uint8_t points[] = {1, 0};
static const uint8_t newest_only[] = {2, 3, 4};
static const uint8_t no_share[] = {0, 0};

static err put_extensions(struct buf *out, const struct hello *hello)
{
	OWN(buf) groups = {0};

	TRY(put_list(&groups, hello->groups, hello->group_count));
	TRY(put_extension(out, 10, bytes_of(&groups)));
	TRY(put_extension(out, 11, (struct bytes){points, sizeof(points)}));
	if (hello->version >= HELLO_TLS_1_2)
		TRY(put_extension(out, 13, (struct bytes){signatures, sizeof(signatures)}));
	if (hello->version < HELLO_TLS_1_3)
		return OK;
	TRY(put_extension(out, 43, (struct bytes){newest_only, sizeof(newest_only)}));
	return put_extension(out, 51, (struct bytes){no_share, sizeof(no_share)});
}

static err put_body(struct buf *out, const struct hello *hello)
{
	static const uint8_t random[32] = "what is sent here is not secret";
	OWN(buf) extensions = {0};

	TRY(put_u16(out, hello->version > HELLO_TLS_1_2 ? HELLO_TLS_1_2 : hello->version));
	TRY(buf_append(out, (struct bytes){random, sizeof(random)}));
	TRY(put_u8(out, 0)); /* no session */
	TRY(put_list(out, hello->suites, hello->suite_count));
	TRY(put_u16(out, 0x0100)); /* no compression */
	if (hello->version == HELLO_SSL_3)
		return OK;
	TRY(put_extensions(&extensions, hello));
	TRY(put_u16(out, extensions.len));
	return buf_append(out, bytes_of(&extensions));
}

err hello_write(const struct hello *hello, struct buf *out)
{
	OWN(buf) body = {0};

	TRY(put_body(&body, hello));
	TRY(put_u8(out, RECORD_HANDSHAKE));
	TRY(put_u16(out, hello->version > HELLO_TLS_1_0 ? HELLO_TLS_1_0 : hello->version));
	TRY(put_u16(out, body.len + 4));
	TRY(put_u8(out, MESSAGE_CLIENT));
	TRY(put_u8(out, 0));
	TRY(put_u16(out, body.len));
	return buf_append(out, bytes_of(&body));
}

bool hello_accepted(struct bytes reply)
{
	return reply.len > MESSAGE_AT && reply.ptr[0] == RECORD_HANDSHAKE && reply.ptr[MESSAGE_AT] == MESSAGE_SERVER;
}
