#include <string.h>

#include <zlib.h>

#include "proc/zip.h"

#define LOCAL_HEADER 0x04034b50u
#define CENTRAL_HEADER 0x02014b50u
#define END_RECORD 0x06054b50u
#define VERSION 20              /* 2.0: deflate */
#define METHOD_DEFLATE 8
#define DATE 0x0021             /* 1 January 1980, the first there is */
#define CONTENT_MAX ((size_t)32 << 20)

static err put_u16(struct buf *out, unsigned value)
{
	const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};

	return buf_append(out, (struct bytes){bytes, sizeof(bytes)});
}

static err put_u32(struct buf *out, size_t value)
{
	TRY(put_u16(out, (unsigned)(value & 0xffff)));
	return put_u16(out, (unsigned)(value >> 16 & 0xffff));
}

static err deflate_all(struct bytes content, struct buf *out)
{
	z_stream stream = {0};
	size_t room;
	int done;

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return FAIL(UNAVAILABLE);
	room = deflateBound(&stream, (uLong)content.len);
	if (!err_is_ok(buf_reserve(out, room))) {
		(void)deflateEnd(&stream);
		return FAIL(UNAVAILABLE);
	}
	stream.next_in = (z_const Bytef *)content.ptr;
	stream.avail_in = (uInt)content.len;
	stream.next_out = out->ptr;
	stream.avail_out = (uInt)room;
	done = deflate(&stream, Z_FINISH);
	out->len = room - stream.avail_out;
	(void)deflateEnd(&stream);
	return done == Z_STREAM_END ? OK : FAIL(UNAVAILABLE);
}

/* From "version needed" to the lengths of the name and of nothing more: the same in both headers. */
static err put_facts(struct buf *out, uint32_t crc, size_t packed, size_t plain, const char *name)
{
	TRY(put_u16(out, VERSION));
	TRY(put_u16(out, 0));
	TRY(put_u16(out, METHOD_DEFLATE));
	TRY(put_u16(out, 0));
	TRY(put_u16(out, DATE));
	TRY(put_u32(out, crc));
	TRY(put_u32(out, packed));
	TRY(put_u32(out, plain));
	TRY(put_u16(out, (unsigned)strlen(name)));
	return put_u16(out, 0);
}

static err put_central(struct zip *zip, size_t offset, uint32_t crc, size_t packed, size_t plain, const char *name)
{
	TRY(put_u32(&zip->directory, CENTRAL_HEADER));
	TRY(put_u16(&zip->directory, VERSION));
	TRY(put_facts(&zip->directory, crc, packed, plain, name));
	TRY(put_u16(&zip->directory, 0)); /* comment */
	TRY(put_u16(&zip->directory, 0)); /* disk */
	TRY(put_u16(&zip->directory, 0)); /* attributes */
	TRY(put_u32(&zip->directory, 0));
	TRY(put_u32(&zip->directory, offset));
	return buf_append_str(&zip->directory, name);
}

err zip_add(struct zip *zip, const char *name, struct bytes content)
{
	size_t offset = zip->out.len;
	OWN(buf) packed = {0};
	uint32_t crc;

	if (zip->count == ZIP_FILES_MAX || content.len > CONTENT_MAX)
		return FAIL(TOO_LARGE);
	crc = (uint32_t)crc32(crc32(0, NULL, 0), content.ptr, (uInt)content.len);
	TRY(deflate_all(content, &packed));
	TRY(put_u32(&zip->out, LOCAL_HEADER));
	TRY(put_facts(&zip->out, crc, packed.len, content.len, name));
	TRY(buf_append_str(&zip->out, name));
	TRY(buf_append(&zip->out, bytes_of(&packed)));
	TRY(put_central(zip, offset, crc, packed.len, content.len, name));
	zip->count++;
	return OK;
}

err zip_end(struct zip *zip, struct buf *package_out)
{
	size_t offset = zip->out.len;

	TRY(buf_append(&zip->out, bytes_of(&zip->directory)));
	TRY(put_u32(&zip->out, END_RECORD));
	TRY(put_u16(&zip->out, 0));
	TRY(put_u16(&zip->out, 0));
	TRY(put_u16(&zip->out, zip->count));
	TRY(put_u16(&zip->out, zip->count));
	TRY(put_u32(&zip->out, zip->directory.len));
	TRY(put_u32(&zip->out, offset));
	TRY(put_u16(&zip->out, 0));
	buf_free(package_out);
	*package_out = buf_take(&zip->out);
	return OK;
}

void zip_free(struct zip *zip)
{
	buf_free(&zip->out);
	buf_free(&zip->directory);
}
