#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "proc/archive.h"

#define TAIL_MAX 400        /* the last trailer stands there */
#define ADDED 3             /* metadata, intent, profile; the catalog keeps its number */
#define ID_LEN 16

struct archive {
	unsigned size, root, info;          /* of the trailer */
	unsigned long xref;
	size_t catalog, catalog_len;        /* what stands between << and >> */
	size_t places[1 + ADDED];           /* of what is added */
	char id[ID_LEN * 2 + 1];
};

/* ---- reading what cairo wrote ---- */

static bool number_behind(struct bytes text, const char *word, unsigned long *number_out)
{
	const uint8_t *at = memmem(text.ptr, text.len, word, strlen(word));
	unsigned long number = 0;
	size_t digits = 0;

	if (at == NULL)
		return false;
	for (at += strlen(word); at < text.ptr + text.len && *at >= '0' && *at <= '9' && digits < 10; at++, digits++)
		number = number * 10 + (unsigned long)(*at - '0');
	*number_out = number;
	return digits > 0 && digits < 10;
}

static err read_trailer(struct bytes pdf, struct archive *a)
{
	size_t from = pdf.len > TAIL_MAX ? pdf.len - TAIL_MAX : 0;
	struct bytes tail = {pdf.ptr + from, pdf.len - from};
	unsigned long size, root, info;

	if (!number_behind(tail, "/Size ", &size) || !number_behind(tail, "/Root ", &root) || !number_behind(tail, "/Info ", &info) ||
	    !number_behind(tail, "startxref\n", &a->xref) || root >= size || info >= size || a->xref >= pdf.len)
		return FAIL(INVALID);
	a->size = (unsigned)size;
	a->root = (unsigned)root;
	a->info = (unsigned)info;
	return OK;
}

/* cairo writes it last of its objects. */
static err find_catalog(struct bytes pdf, struct archive *a)
{
	struct bytes rest = pdf;
	const uint8_t *at = NULL, *next, *end;
	char head[40];
	int len = snprintf(head, sizeof(head), "\n%u 0 obj\n<<", a->root);

	while ((next = memmem(rest.ptr, rest.len, head, (size_t)len)) != NULL) {
		at = next + len;
		rest = (struct bytes){at, (size_t)(pdf.ptr + pdf.len - at)};
	}
	if (at == NULL)
		return FAIL(INVALID);
	end = memmem(at, rest.len, ">>\nendobj", 9);
	if (end == NULL || memmem(at, (size_t)(end - at), "/Catalog", 8) == NULL)
		return FAIL(INVALID);
	a->catalog = (size_t)(at - pdf.ptr);
	a->catalog_len = (size_t)(end - at);
	return OK;
}

/* ---- the profile: an RGB of the sRGB primaries with a gamma of 2.2, ICC.1:2001-04 ---- */

struct tag { char name[5]; uint32_t place, len; };

static err put_xyz(struct buf *out, uint32_t x, uint32_t y, uint32_t z)
{
	TRY(buf_append_str(out, "XYZ "));
	TRY(buf_u32(out, 0));
	TRY(buf_u32(out, x));
	TRY(buf_u32(out, y));
	return buf_u32(out, z);
}

static err put_name(struct buf *out, const char *name)
{
	TRY(buf_append_str(out, "desc"));
	TRY(buf_u32(out, 0));
	TRY(buf_u32(out, (uint32_t)strlen(name) + 1));
	TRY(buf_append(out, (struct bytes){(const uint8_t *)name, strlen(name) + 1}));
	for (size_t i = 0; i < 4 + 4 + 2 + 1 + 67; i++) /* no other languages */
		TRY(buf_u8(out, 0));
	return OK;
}

static err put_text(struct buf *out, const char *text)
{
	TRY(buf_append_str(out, "text"));
	TRY(buf_u32(out, 0));
	return buf_append(out, (struct bytes){(const uint8_t *)text, strlen(text) + 1});
}

static err put_gamma(struct buf *out)
{
	TRY(buf_append_str(out, "curv"));
	TRY(buf_u32(out, 0));
	TRY(buf_u32(out, 1));
	return buf_u16(out, 0x0233); /* 2.2 in u8Fixed8 */
}

static err put_element(struct buf *out, size_t which)
{
	switch (which) {
	case 0: return put_name(out, "RGB, gamma 2.2");
	case 1: return put_text(out, "No rights reserved");
	case 2: return put_xyz(out, 0xf6d6, 0x10000, 0xd32d);
	case 3: return put_xyz(out, 0x6fa2, 0x38f5, 0x0390);
	case 4: return put_xyz(out, 0x6299, 0xb785, 0x18da);
	case 5: return put_xyz(out, 0x24a0, 0x0f84, 0xb6cf);
	default: return put_gamma(out);
	}
}

#define ELEMENTS 7          /* the last is shared by three */
#define PROFILE_HEAD 128

static err put_profile_head(struct buf *out, uint32_t len)
{
	TRY(buf_u32(out, len));
	TRY(buf_u32(out, 0));
	TRY(buf_u32(out, 0x02400000));
	TRY(buf_append_str(out, "mntrRGB XYZ "));
	TRY(buf_u16(out, 2026));
	for (size_t i = 0; i < 2; i++)
		TRY(buf_u16(out, 1));
	for (size_t i = 0; i < 3; i++)
		TRY(buf_u16(out, 0));
	TRY(buf_append_str(out, "acsp"));
	while (out->len < 68)
		TRY(buf_u8(out, 0));
	TRY(buf_u32(out, 0xf6d6)); /* D50 */
	TRY(buf_u32(out, 0x10000));
	TRY(buf_u32(out, 0xd32d));
	while (out->len < PROFILE_HEAD)
		TRY(buf_u8(out, 0));
	return OK;
}

static err put_profile(struct buf *out)
{
	static const char names[][5] = {"desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"};
	enum { TAGS = sizeof(names) / sizeof(names[0]) };
	struct tag tags[TAGS];
	OWN(buf) elements = {0};
	uint32_t first = PROFILE_HEAD + 4 + TAGS * 12;

	for (size_t i = 0; i < TAGS; i++) {
		size_t at = elements.len;

		if (i >= ELEMENTS) {
			tags[i] = tags[ELEMENTS - 1];
			continue;
		}
		TRY(put_element(&elements, i));
		tags[i].place = first + (uint32_t)at;
		tags[i].len = (uint32_t)(elements.len - at);
		while (elements.len % 4 != 0)
			TRY(buf_u8(&elements, 0));
	}
	TRY(put_profile_head(out, first + (uint32_t)elements.len));
	TRY(buf_u32(out, TAGS));
	for (size_t i = 0; i < TAGS; i++) {
		TRY(buf_append_str(out, names[i]));
		TRY(buf_u32(out, tags[i].place));
		TRY(buf_u32(out, tags[i].len));
	}
	return buf_append(out, bytes_of(&elements));
}

/* ---- the metadata ---- */

static err put_xml(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '&': TRY(buf_append_str(out, "&amp;")); break;
		case '<': TRY(buf_append_str(out, "&lt;")); break;
		case '>': TRY(buf_append_str(out, "&gt;")); break;
		default: TRY(buf_append(out, (struct bytes){text.ptr + i, 1})); break;
		}
	return OK;
}

static err put_metadata(struct buf *out, const struct archive_about *about)
{
	TRY(buf_append_str(out, "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
	    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
	    "<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
	    " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n"
	    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n"
	    "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">"));
	TRY(put_xml(out, about->title));
	TRY(buf_append_str(out, "</rdf:li></rdf:Alt></dc:title>\n<xmp:CreatorTool>"));
	TRY(put_xml(out, bytes_str(about->creator)));
	TRY(buf_append_str(out, "</xmp:CreatorTool>\n<pdf:Producer>"));
	TRY(put_xml(out, bytes_str(about->producer)));
	TRY(buf_printf(out, "</pdf:Producer>\n<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>\n", about->date, about->date));
	return buf_append_str(out, "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
}

/* ---- the update ---- */

static err begin_object(struct buf *pdf, struct archive *a, size_t which, unsigned number)
{
	a->places[which] = pdf->len;
	return buf_printf(pdf, "%u 0 obj\n", number);
}

static err put_stream(struct buf *pdf, const char *about, struct bytes content)
{
	TRY(buf_printf(pdf, "<< %s /Length %zu >>\nstream\n", about, content.len));
	TRY(buf_append(pdf, content));
	return buf_append_str(pdf, "\nendstream\nendobj\n");
}

static err put_catalog(struct buf *pdf, struct archive *a, const char *language)
{
	OWN(buf) old = {0};

	TRY(buf_append(&old, (struct bytes){pdf->ptr + a->catalog, a->catalog_len})); /* the file may move while it grows */
	TRY(begin_object(pdf, a, 0, a->root));
	TRY(buf_printf(pdf, "<< /Metadata %u 0 R /OutputIntents [ %u 0 R ] /Lang (%s)", a->size, a->size + 1, language));
	TRY(buf_append(pdf, bytes_of(&old)));
	return buf_append_str(pdf, ">>\nendobj\n");
}

static err put_objects(struct buf *pdf, struct archive *a, const struct archive_about *about)
{
	OWN(buf) metadata = {0};
	OWN(buf) profile = {0};

	TRY(put_metadata(&metadata, about));
	TRY(put_profile(&profile));
	TRY(put_catalog(pdf, a, about->language));
	TRY(begin_object(pdf, a, 1, a->size));
	TRY(put_stream(pdf, "/Type /Metadata /Subtype /XML", bytes_of(&metadata)));
	TRY(begin_object(pdf, a, 2, a->size + 1));
	TRY(buf_printf(pdf, "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (RGB gamma 2.2) /Info (RGB gamma 2.2)"
	    " /DestOutputProfile %u 0 R >>\nendobj\n", a->size + 2));
	TRY(begin_object(pdf, a, 3, a->size + 2));
	return put_stream(pdf, "/N 3", bytes_of(&profile));
}

static err put_trailer(struct buf *pdf, const struct archive *a)
{
	size_t xref = pdf->len;

	TRY(buf_printf(pdf, "xref\n%u 1\n%010zu 00000 n \n%u %d\n", a->root, a->places[0], a->size, ADDED));
	for (size_t i = 1; i <= ADDED; i++)
		TRY(buf_printf(pdf, "%010zu 00000 n \n", a->places[i]));
	return buf_printf(pdf, "trailer\n<< /Size %u /Root %u 0 R /Info %u 0 R /Prev %lu /ID [ <%s> <%s> ] >>\nstartxref\n%zu\n%%%%EOF\n",
	    a->size + ADDED, a->root, a->info, a->xref, a->id, a->id, xref);
}

static err make_id(struct bytes pdf, char id_out[static ID_LEN * 2 + 1])
{
	uint8_t digest[HASH_LEN];
	OWN(buf) hex = {0};

	TRY(hash_sha256(pdf, digest));
	TRY(hex_append(&hex, (struct bytes){digest, ID_LEN}));
	memcpy(id_out, hex.ptr, ID_LEN * 2);
	id_out[ID_LEN * 2] = '\0';
	return OK;
}

err archive_add(struct buf *pdf, const struct archive_about *about)
{
	struct archive a = {.size = 0};

	TRY(read_trailer(bytes_of(pdf), &a));
	TRY(find_catalog(bytes_of(pdf), &a));
	TRY(make_id(bytes_of(pdf), a.id));
	TRY(put_objects(pdf, &a, about));
	return put_trailer(pdf, &a);
}
