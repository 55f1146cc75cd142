/*
 * A ZIP, read from its end; what its directory says must agree with what stands before each part. Little-endian.
 *
 *   part …        "PK\3\4" … u16 flags u16 method … u16 name u16 extra | name | extra | content
 *   directory …   "PK\1\2" … u16 flags u16 method … u32 packed u32 unpacked u16 name u16 extra u16 comment … u32 place | name | extra | comment
 *   end           "PK\5\6" u16 disk u16 disk u16 here u16 entries u32 size u32 place u16 comment=0
 *
 * Source: PKWARE APPNOTE 6.3; ECMA-376 part 2.
 */
#include <string.h>
#include <strings.h>

#include <zlib.h>

#include "proc/mediatype_int.h"

#define END_LEN 22
#define ENTRY_LEN 46
#define PART_LEN 30
#define FLAG_ENCRYPTED 0x2041u /* as a whole, strongly, or its directory */
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
#define LIST_NAME "[Content_Types].xml"

struct part {
	struct bytes name;
	uint16_t method;
	uint32_t packed, unpacked;
	struct bytes content;
};

struct office {
	struct bytes file;
	size_t directory;       /* where it begins */
	uint64_t unpacked;
	struct part list;       /* of content types; name.len == 0: not found */
	bool word, sheet;       /* the main part of a document, of a workbook */
};

static uint16_t at_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t at_u32(const uint8_t *at)
{
	return (uint32_t)at_u16(at) | (uint32_t)at_u16(at + 2) << 16;
}

static bool ends(struct bytes name, const char *with)
{
	size_t len = strlen(with);

	return name.len >= len && strncasecmp((const char *)name.ptr + name.len - len, with, len) == 0;
}

/* What a document consists of. Programs, objects and other documents within it are not among them. */
static bool is_known_part(struct bytes name)
{
	static const char *const kinds[] = {
		".xml", ".rels", ".vml", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".odttf",
	};
	static const char settings[] = "printerSettings/printerSettings";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ends(name, kinds[i]))
			return true;
	return ends(name, ".bin") && memmem(name.ptr, name.len, settings, sizeof(settings) - 1) != NULL;
}

static bool is_forbidden(struct bytes name)
{
	static const char *const words[] = {"vbaproject", "vbadata", "macrosheets", "dialogsheets", "activex", "embeddings", ".."};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (size_t at = 0; at + strlen(words[i]) <= name.len; at++)
			if (strncasecmp((const char *)name.ptr + at, words[i], strlen(words[i])) == 0)
				return true;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] < 0x20 || name.ptr[i] > 0x7e || name.ptr[i] == '\\' || name.ptr[i] == ':')
			return true;
	return name.len == 0 || name.ptr[0] == '/';
}

/* What stands before the content must name the same part. */
static bool find_content(const struct office *office, size_t place, struct part *part)
{
	const uint8_t *head = office->file.ptr + place;
	size_t name, extra, from;

	if (place > office->directory || office->directory - place < PART_LEN || memcmp(head, "PK\3\4", 4) != 0)
		return false;
	name = at_u16(head + 26);
	extra = at_u16(head + 28);
	from = place + PART_LEN + name + extra;
	if ((at_u16(head + 6) & FLAG_ENCRYPTED) != 0 || at_u16(head + 8) != part->method || name != part->name.len ||
	    from > office->directory || office->directory - from < part->packed ||
	    memcmp(head + PART_LEN, part->name.ptr, name) != 0)
		return false;
	part->content = (struct bytes){office->file.ptr + from, part->packed};
	return true;
}

static bool take_part(struct office *office, const struct part *part)
{
	bool folder = part->name.ptr[part->name.len - 1] == '/' && part->unpacked == 0;

	office->unpacked += part->unpacked;
	if (office->unpacked > MEDIATYPE_UNPACKED_MAX || (!folder && !is_known_part(part->name)))
		return false;
	if (bytes_is(part->name, LIST_NAME)) {
		if (office->list.name.len > 0)
			return false;
		office->list = *part;
	}
	office->word = office->word || bytes_is(part->name, "word/document.xml");
	office->sheet = office->sheet || bytes_is(part->name, "xl/workbook.xml");
	return true;
}

/* One entry of the directory, which advances. */
static bool take_entry(struct office *office, struct bytes *rest)
{
	struct part part;
	struct bytes entry;
	size_t more;

	if (!err_is_ok(cut_bytes(rest, ENTRY_LEN, &entry)) || memcmp(entry.ptr, "PK\1\2", 4) != 0)
		return false;
	part = (struct part){.method = at_u16(entry.ptr + 10), .packed = at_u32(entry.ptr + 20), .unpacked = at_u32(entry.ptr + 24)};
	more = (size_t)at_u16(entry.ptr + 30) + at_u16(entry.ptr + 32);
	if (!err_is_ok(cut_bytes(rest, at_u16(entry.ptr + 28), &part.name)) || !err_is_ok(cut_bytes(rest, more, &(struct bytes){0})))
		return false;
	if ((at_u16(entry.ptr + 8) & FLAG_ENCRYPTED) != 0 || (part.method != METHOD_STORED && part.method != METHOD_DEFLATED) ||
	    is_forbidden(part.name))
		return false;
	return find_content(office, at_u32(entry.ptr + 42), &part) && take_part(office, &part);
}

static bool read_directory(struct office *office)
{
	struct bytes file = office->file;
	const uint8_t *end;
	struct bytes rest;
	size_t count, size;

	if (file.len < END_LEN || memcmp(file.ptr, "PK\3\4", 4) != 0)
		return false;
	end = file.ptr + file.len - END_LEN;
	count = at_u16(end + 10);
	size = at_u32(end + 12);
	office->directory = at_u32(end + 16);
	if (memcmp(end, "PK\5\6", 4) != 0 || at_u16(end + 4) != 0 || at_u16(end + 6) != 0 || at_u16(end + 8) != count || at_u16(end + 20) != 0 ||
	    count == 0 || count > MEDIATYPE_PARTS_MAX || office->directory > file.len - END_LEN ||
	    size != file.len - END_LEN - office->directory)
		return false;
	rest = (struct bytes){file.ptr + office->directory, size};
	for (size_t i = 0; i < count; i++)
		if (!take_entry(office, &rest))
			return false;
	return rest.len == 0;
}

static err unpack(const struct part *part, struct buf *out)
{
	z_stream stream = {0};
	int result;

	if (part->unpacked == 0 || part->unpacked > MEDIATYPE_LIST_MAX)
		return FAIL(INVALID);
	if (part->method == METHOD_STORED)
		return part->packed == part->unpacked ? buf_append(out, part->content) : FAIL(INVALID);
	TRY(buf_reserve(out, part->unpacked));
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return FAIL(UNAVAILABLE);
	stream.next_in = (Bytef *)(uintptr_t)part->content.ptr;
	stream.avail_in = (uInt)part->content.len;
	stream.next_out = out->ptr;
	stream.avail_out = (uInt)part->unpacked;
	result = inflate(&stream, Z_FINISH);
	out->len = part->unpacked - stream.avail_out;
	if (inflateEnd(&stream) != Z_OK || result != Z_STREAM_END || stream.avail_in != 0 || out->len != part->unpacked)
		return FAIL(INVALID);
	return OK;
}

static bool contains(struct bytes text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* Entities, comments and other encodings could hide a word that we look for: no program writes them there. */
static enum media kind_by_list(struct bytes list)
{
	bool word = contains(list, "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml");
	bool sheet = contains(list, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");

	if (!err_is_ok(utf8_check(list, NULL)) || contains(list, "&") || contains(list, "<!") || contains(list, "macroEnabled") ||
	    contains(list, "vbaProject") || contains(list, "activeX") || contains(list, "oleObject") || word == sheet)
		return MEDIA_NONE;
	return word ? MEDIA_DOCX : MEDIA_XLSX;
}

enum media mediatype_office(struct bytes file)
{
	struct office office = {.file = file};
	OWN(buf) list = {0};
	enum media kind;

	if (!read_directory(&office) || office.list.name.len == 0 || office.word == office.sheet || !err_is_ok(unpack(&office.list, &list)))
		return MEDIA_NONE;
	kind = kind_by_list(bytes_of(&list));
	return (kind == MEDIA_DOCX && office.word) || (kind == MEDIA_XLSX && office.sheet) ? kind : MEDIA_NONE;
}
