#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cairo-ft.h>
#include <hb-subset.h>
#include <hb.h>
#include <utf8proc.h>

#include "base/log.h"
#include "proc/type.h"

#define FAMILY "Noto Sans CJK JP"
#define FONT_FILE_MAX ((off_t)64 << 20)
#define FACES_MAX 32          /* of one file */
#define BASELINE (0.25 + 0.88) /* of the line, in sizes: half the leading, then the ideographic ascent */
#define SLACK 0.01            /* points; a sum of widths is not exact */

/* Debian, Fedora, Arch. */
static const char *const folders[] = {"/usr/share/fonts/opentype/noto", "/usr/share/fonts/google-noto-cjk", "/usr/share/fonts/noto-cjk"};
static const char *const files[TYPE_WEIGHT_COUNT] = {"NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"};

struct font {
	hb_face_t *face;
	hb_font_t *shaper;        /* in font units */
	double units;
	/* of one document */
	hb_set_t *used;           /* glyphs */
	hb_subset_plan_t *plan;   /* knows the new numbers of the glyphs */
	hb_blob_t *cut;
	FT_Face cut_face;
	cairo_font_face_t *drawn;
};

static struct font fonts[TYPE_WEIGHT_COUNT];
static FT_Library library;
static cairo_font_options_t *exact;

struct type_glyph {
	uint32_t index;
	uint32_t at, end;         /* bytes of its cluster */
	double advance, dx, dy;   /* points */
};

/* ---- fonts ---- */

static bool map_file(const char *name, struct bytes *file_out)
{
	struct stat status;
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	void *all = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && status.st_size > 0 && status.st_size <= FONT_FILE_MAX)
		all = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (all == MAP_FAILED)
		return false;
	*file_out = (struct bytes){all, (size_t)status.st_size}; /* until the process ends */
	return true;
}

/* A file holds a family for each language. */
static bool find_face(struct bytes file, unsigned *index_out)
{
	for (unsigned i = 0; i < FACES_MAX; i++) {
		FT_Face face;
		bool ours;

		if (FT_New_Memory_Face(library, file.ptr, (FT_Long)file.len, (FT_Long)i, &face) != 0)
			return false;
		ours = face->family_name != NULL && strcmp(face->family_name, FAMILY) == 0;
		FT_Done_Face(face);
		*index_out = i;
		if (ours)
			return true;
	}
	return false;
}

static bool open_font(struct bytes file, struct font *font)
{
	hb_blob_t *blob;
	unsigned index;

	if (!find_face(file, &index))
		return false;
	blob = hb_blob_create((const char *)file.ptr, (unsigned)file.len, HB_MEMORY_MODE_READONLY, NULL, NULL);
	font->face = hb_face_create(blob, index);
	hb_blob_destroy(blob);
	font->units = hb_face_get_upem(font->face);
	font->shaper = hb_font_create(font->face);
	font->used = hb_set_create();
	return font->shaper != hb_font_get_empty() && hb_set_allocation_successful(font->used);
}

static bool find_font(enum type_weight weight)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		OWN(buf) name = {0};
		struct bytes file;

		if (!err_is_ok(buf_printf(&name, "%s/%s", folders[i], files[weight])) || !err_is_ok(buf_u8(&name, 0)))
			return false;
		if (map_file((const char *)name.ptr, &file))
			return open_font(file, &fonts[weight]);
	}
	return false;
}

err type_start(void)
{
	if (FT_Init_FreeType(&library) != 0)
		return FAIL(UNAVAILABLE);
	for (unsigned weight = 0; weight < TYPE_WEIGHT_COUNT; weight++)
		if (!find_font((enum type_weight)weight)) {
			log_error("the font %s (%s) is not installed", FAMILY, files[weight]);
			return FAIL(UNAVAILABLE);
		}
	exact = cairo_font_options_create();
	cairo_font_options_set_hint_style(exact, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(exact, CAIRO_HINT_METRICS_OFF);
	return cairo_font_options_status(exact) == CAIRO_STATUS_SUCCESS ? OK : FAIL(UNAVAILABLE);
}

/* ---- the fonts of one document ---- */

static hb_subset_plan_t *plan_cut(const struct font *font)
{
	static const hb_tag_t dropped[] = {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'), HB_TAG('B', 'A', 'S', 'E'),
	    HB_TAG('V', 'O', 'R', 'G'), HB_TAG('v', 'h', 'e', 'a'), HB_TAG('v', 'm', 't', 'x'), HB_TAG('D', 'S', 'I', 'G')};
	hb_subset_input_t *input = hb_subset_input_create_or_fail();
	hb_subset_plan_t *plan;

	if (input == NULL)
		return NULL;
	hb_set_union(hb_subset_input_glyph_set(input), font->used);
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		hb_set_add(hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG), dropped[i]);
	hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_DESUBROUTINIZE | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
	plan = hb_subset_plan_create_or_fail(font->face, input);
	hb_subset_input_destroy(input);
	return plan;
}

static bool cut_font(struct font *font)
{
	hb_face_t *face;
	const char *data;
	unsigned len;

	font->plan = plan_cut(font);
	face = font->plan != NULL ? hb_subset_plan_execute_or_fail(font->plan) : NULL;
	if (face == NULL)
		return false;
	font->cut = hb_face_reference_blob(face);
	hb_face_destroy(face);
	data = hb_blob_get_data(font->cut, &len);
	if (FT_New_Memory_Face(library, (const FT_Byte *)data, (FT_Long)len, 0, &font->cut_face) != 0)
		return false;
	font->drawn = cairo_ft_font_face_create_for_ft_face(font->cut_face, FT_LOAD_NO_HINTING);
	return cairo_font_face_status(font->drawn) == CAIRO_STATUS_SUCCESS;
}

err type_cut(void)
{
	for (unsigned weight = 0; weight < TYPE_WEIGHT_COUNT; weight++)
		if (!hb_set_is_empty(fonts[weight].used) && !cut_font(&fonts[weight]))
			return FAIL(UNAVAILABLE);
	return OK;
}

void type_forget(void)
{
	for (unsigned weight = 0; weight < TYPE_WEIGHT_COUNT; weight++)
		cairo_font_face_destroy(fonts[weight].drawn);
	cairo_debug_reset_static_data(); /* scaled fonts that it keeps for another time */
	for (unsigned weight = 0; weight < TYPE_WEIGHT_COUNT; weight++) {
		struct font *font = &fonts[weight];

		if (font->cut_face != NULL)
			FT_Done_Face(font->cut_face);
		hb_blob_destroy(font->cut);
		hb_subset_plan_destroy(font->plan);
		hb_set_clear(font->used);
		font->drawn = NULL;
		font->cut_face = NULL;
		font->cut = NULL;
		font->plan = NULL;
	}
}

/* ---- where a line may end ---- */

static bool among(uint32_t letter, const char *set)
{
	char text[5] = "";

	text[utf8proc_encode_char((utf8proc_int32_t)letter, (utf8proc_uint8_t *)text)] = '\0';
	return letter != 0 && strstr(set, text) != NULL;
}

static bool begins_no_line(uint32_t letter)
{
	return among(letter,
	    "、。，．・：；？！゛゜ヽヾゝゞ々〻ー–〜～）］｝」』】〉》〕〗〙〟’”»)]}!?,.:;%％‰℃°…‥"
	    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ");
}

static bool ends_no_line(uint32_t letter)
{
	return among(letter, "（［｛「『【〈《〔〖〘〝‘“«([{￥¥＄$£№＃#");
}

/* Letters that stand each for themselves: kana, ideographs, full-width forms, Hangul. */
static bool stands_alone(uint32_t letter)
{
	return (letter >= 0x2e80 && letter <= 0x9fff) || (letter >= 0xac00 && letter <= 0xd7a3) || (letter >= 0xf900 && letter <= 0xfaff) ||
	    (letter >= 0xfe30 && letter <= 0xfe4f) || (letter >= 0xff01 && letter <= 0xffef) || (letter >= 0x20000 && letter <= 0x3ffff);
}

static bool may_break(uint32_t before, uint32_t after)
{
	if (begins_no_line(after) || ends_no_line(before) || after == ' ')
		return false;
	return before == ' ' || before == 0x3000 || before == '-' || before == '/' || stands_alone(before) || stands_alone(after);
}

static uint32_t letter_at(struct bytes text, size_t at)
{
	utf8proc_int32_t letter = 0;

	if (at >= text.len || utf8proc_iterate(text.ptr + at, (utf8proc_ssize_t)(text.len - at), &letter) <= 0)
		return 0;
	return (uint32_t)letter;
}

/* ---- setting ---- */

void type_lines_free(struct type_lines *lines)
{
	free(lines->glyphs);
	free(lines->lines);
	*lines = (struct type_lines){0};
}

static err grow(void **list, size_t count, size_t more, size_t each)
{
	size_t size;
	void *grown;

	/* Twice the size at powers of two, exactly what is asked for when more than one comes at once. */
	if (more == 1 && count != 0 && (count & (count - 1)) != 0)
		return OK;
	if (more == 1 && count != 0)
		more = count;
	if (!size_mul(count + more, each, &size))
		return FAIL(UNAVAILABLE);
	grown = realloc(*list, size == 0 ? 1 : size);
	if (grown == NULL)
		return FAIL(UNAVAILABLE);
	*list = grown;
	return OK;
}

static err shape(struct type_lines *t, size_t at, size_t len)
{
	const struct font *font = &fonts[t->style.weight];
	double scale = t->style.size / font->units;
	hb_buffer_t *buffer = hb_buffer_create();
	const hb_glyph_info_t *info;
	const hb_glyph_position_t *position;
	uint32_t end = (uint32_t)(at + len);
	unsigned count;
	err e;

	hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
	hb_buffer_set_script(buffer, HB_SCRIPT_HAN);
	hb_buffer_set_language(buffer, hb_language_from_string("ja", 2));
	hb_buffer_add_utf8(buffer, (const char *)t->text.ptr, (int)(at + len), (unsigned)at, (int)len);
	hb_shape(font->shaper, buffer, NULL, 0);
	info = hb_buffer_get_glyph_infos(buffer, &count);
	position = hb_buffer_get_glyph_positions(buffer, &count);
	e = hb_buffer_allocation_successful(buffer) ? grow((void **)&t->glyphs, t->glyph_count, count, sizeof(*t->glyphs)) : FAIL(UNAVAILABLE);
	for (unsigned i = count; err_is_ok(e) && i-- > 0;) {
		bool last = i + 1 == count || info[i + 1].cluster != info[i].cluster;

		t->glyphs[t->glyph_count + i] = (struct type_glyph){
			.index = info[i].codepoint, .at = info[i].cluster, .end = last ? end : t->glyphs[t->glyph_count + i + 1].end,
			.advance = position[i].x_advance * scale, .dx = position[i].x_offset * scale, .dy = position[i].y_offset * scale,
		};
		end = i > 0 && info[i - 1].cluster != info[i].cluster ? info[i].cluster : end;
	}
	for (unsigned i = 0; err_is_ok(e) && i < count; i++)
		hb_set_add(font->used, info[i].codepoint);
	t->glyph_count += err_is_ok(e) ? count : 0;
	hb_buffer_destroy(buffer);
	return e;
}

static err add_line(struct type_lines *t, size_t first, size_t end)
{
	struct type_line line = {.first = first};

	/* Spaces at the end are not seen. */
	while (end > first && letter_at(t->text, t->glyphs[end - 1].at) == ' ')
		end--;
	line.count = end - first;
	for (size_t i = first; i < end; i++)
		line.width += t->glyphs[i].advance;
	TRY(grow((void **)&t->lines, t->count, 1, sizeof(*t->lines)));
	t->lines[t->count++] = line;
	return OK;
}

static size_t cluster_end(const struct type_lines *t, size_t at)
{
	size_t end = at + 1;

	while (end < t->glyph_count && t->glyphs[end].at == t->glyphs[at].at)
		end++;
	return end;
}

/* From glyph `first` on: as many clusters as fit, back to where a line may end. */
static size_t line_end(const struct type_lines *t, size_t first, double width)
{
	size_t good = first;          /* a line may end before this one */
	double used = 0;

	for (size_t at = first, end; at < t->glyph_count; at = end) {
		uint32_t letter = letter_at(t->text, t->glyphs[at].at);

		end = cluster_end(t, at);
		if (at > first && may_break(letter_at(t->text, t->glyphs[at - 1].at), letter))
			good = at;
		for (size_t i = at; i < end; i++)
			used += t->glyphs[i].advance;
		if (used > width + SLACK && at > first && letter != ' ')
			return good > first ? good : at;
	}
	return t->glyph_count;
}

static err set_paragraph(struct type_lines *t, size_t at, size_t len, double width)
{
	size_t first = t->glyph_count;

	TRY(shape(t, at, len));
	if (first == t->glyph_count)
		return add_line(t, first, first);
	while (first < t->glyph_count) {
		size_t end = line_end(t, first, width);

		TRY(add_line(t, first, end));
		first = end;
	}
	return OK;
}

err type_set(struct bytes text, struct type_style style, double width, struct type_lines *lines_out)
{
	OWN(type_lines) t = {.text = text, .style = style};

	for (size_t at = 0, len; at <= text.len; at += len + 1) {
		const uint8_t *feed = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;

		len = feed != NULL ? (size_t)(feed - (text.ptr + at)) : text.len - at;
		TRY(set_paragraph(&t, at, len, width));
	}
	*lines_out = t;
	t = (struct type_lines){0};
	return OK;
}

/* ---- drawing ---- */

/* With the text below, so that it can be searched and copied. */
static err draw_line(const struct type_lines *t, const struct type_line *line, cairo_t *cairo, double x, double y)
{
	const struct type_glyph *from = t->glyphs + line->first;
	cairo_glyph_t *glyphs = calloc(line->count + 1, sizeof(*glyphs));
	cairo_text_cluster_t *clusters = calloc(line->count + 1, sizeof(*clusters));
	const hb_map_t *numbers = hb_subset_plan_old_to_new_glyph_mapping(fonts[t->style.weight].plan);
	int count = 0;

	for (size_t i = 0; glyphs != NULL && clusters != NULL && i < line->count; i++) {
		glyphs[i] = (cairo_glyph_t){hb_map_get(numbers, from[i].index), x + from[i].dx, y - from[i].dy};
		x += from[i].advance;
		if (i == 0 || from[i].at != from[i - 1].at)
			clusters[count++].num_bytes = (int)(from[i].end - from[i].at);
		clusters[count - 1].num_glyphs++;
	}
	if (glyphs != NULL && clusters != NULL && line->count > 0)
		cairo_show_text_glyphs(cairo, (const char *)t->text.ptr + from[0].at, (int)(from[line->count - 1].end - from[0].at),
		    glyphs, (int)line->count, clusters, count, 0);
	free(glyphs);
	free(clusters);
	return glyphs != NULL && clusters != NULL ? OK : FAIL(UNAVAILABLE);
}

err type_draw(const struct type_lines *lines, size_t first, size_t count, enum type_side side, cairo_t *cairo, double x, double y, double width)
{
	if (lines->glyph_count == 0)
		return OK;
	if (fonts[lines->style.weight].drawn == NULL)
		return FAIL(INVALID);
	cairo_set_font_face(cairo, fonts[lines->style.weight].drawn);
	cairo_set_font_size(cairo, lines->style.size);
	cairo_set_font_options(cairo, exact);
	for (size_t i = first; i < first + count && i < lines->count; i++) {
		const struct type_line *line = &lines->lines[i];
		double left = side == TYPE_LEFT ? 0 : (width - line->width) / (side == TYPE_CENTER ? 2 : 1);

		TRY(draw_line(lines, line, cairo, x + left, y + BASELINE * lines->style.size));
		y += TYPE_LEADING * lines->style.size;
	}
	return OK;
}
