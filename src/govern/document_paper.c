#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "govern/casekind.h"
#include "govern/form.h"
#include "govern/recordkind.h"
#include "op/render.h"

#include "govern/document_paper.h"

#define CELL_MAX 4000               /* bytes of a text in a table; a longer one is cut and says so */

struct writing {
	struct call *call;
	struct render *render;
	const struct document_kind *kind;
	const struct form *form;        /* that of the thing's description; NULL: it has none */
	const struct casekind *casekind;
	bool english;
	struct buf text;                /* scratch of one cell */
};

static struct bytes in_words(const struct writing *w, const struct describe_words *words)
{
	return bytes_str(w->english ? words->en : words->ja);
}

/* ---- one value ---- */

static err put_date(struct writing *w, int32_t date)
{
	return date == 0 ? OK : w->english ? buf_printf(&w->text, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100) :
	    buf_printf(&w->text, "%d年%d月%d日", date / 10000, date / 100 % 100, date % 100);
}

static err put_time(struct writing *w, int64_t at_us)
{
	char time[CLOCK_TEXT_MAX];

	if (at_us == 0)
		return OK;
	TRY(put_date(w, clock_date_jst(at_us)));
	clock_time_format(at_us, time);
	return buf_printf(&w->text, " %.5s", time + 11);
}

/* States of a case are its kind's words. */
static struct bytes word_of(const struct writing *w, const struct entity *entity, const struct field *field, struct bytes code)
{
	bool state = strcmp(field->name, "state") == 0;

	if (w->casekind == NULL || field->type != FIELD_TEXT || (!state && strcmp(field->name, "outcome") != 0))
		return document_kind_word(entity, field, code, w->call->language);
	for (size_t i = 0; i < (state ? w->casekind->state_count : w->casekind->outcome_count); i++) {
		const struct casekind_word *word = state ? &w->casekind->states[i] : &w->casekind->outcomes[i];

		if (bytes_is(code, word->code))
			return in_words(w, &word->title);
	}
	return code;
}

static err put_value(struct writing *w, const struct entity *entity, const struct field *field, const void *row)
{
	struct value value;

	buf_clear(&w->text);
	if (value_empty(field, row) && field->type != FIELD_BOOL && field->type != FIELD_INT)
		return OK;
	value_load(field, row, &value);
	switch (field->type) {
	case FIELD_DATE: return put_date(w, value.as.date);
	case FIELD_TIME: return put_time(w, value.as.time_us);
	case FIELD_INT: return buf_printf(&w->text, "%" PRId64, value.as.integer);
	case FIELD_BOOL: return buf_append_str(&w->text, w->english ? (value.as.boolean ? "Yes" : "No") : value.as.boolean ? "はい" : "いいえ");
	case FIELD_CHOICE: return buf_append(&w->text, word_of(w, entity, field, bytes_str(field->choices[value.as.choice])));
	case FIELD_TEXT: return buf_append(&w->text, word_of(w, entity, field, value.as.text));
	default: return OK; /* ids, bytes and forms are no words */
	}
}

/* A letter is not cut in two. */
static struct bytes fitting(struct bytes text, size_t max)
{
	if (text.len <= max)
		return text;
	text.len = max;
	while (text.len > 0 && !err_is_ok(utf8_check(text, NULL)))
		text.len--;
	return text;
}

static err put_form_value(struct writing *w, const struct form_field *field, struct bytes text)
{
	int32_t date = 0;

	buf_clear(&w->text);
	for (size_t i = 0; field->type == FORM_CHOICE && i < field->choice_count; i++)
		if (bytes_is(text, field->choices[i].code))
			return buf_append_str(&w->text, w->english ? field->choices[i].en : field->choices[i].ja);
	if (field->type == FORM_BOOL)
		return buf_append_str(&w->text, w->english ? (bytes_is(text, "true") ? "Yes" : text.len > 0 ? "No" : "") :
		    bytes_is(text, "true") ? "はい" : text.len > 0 ? "いいえ" : "");
	if (field->type == FORM_DATE && err_is_ok(clock_date_parse(text, &date)))
		return put_date(w, date);
	return buf_append(&w->text, text);
}

static void put_cell(struct writing *w, unsigned flags)
{
	struct bytes text = bytes_of(&w->text);
	struct bytes fits = fitting(text, CELL_MAX);

	if (fits.len < text.len) {
		w->text.len = fits.len;
		err_ignore(buf_append_str(&w->text, w->english ? " (goes on)" : "（以下略）")); /* without it, it is shorter still */
	}
	render_cell(w->render, bytes_of(&w->text), flags);
}

/* ---- sections ---- */

static void begin_pairs(struct writing *w)
{
	const struct render_column columns[] = {
		{.head = w->english ? BYTES_LIT("Item") : BYTES_LIT("項目"), .weight = 25},
		{.head = w->english ? BYTES_LIT("Content") : BYTES_LIT("内容"), .weight = 75},
	};

	render_table(w->render, columns, 2);
}

static err put_fields(struct writing *w, const struct document_section *section, const void *row)
{
	const struct entity *entity = document_kind_entity(w->kind->place);

	begin_pairs(w);
	for (size_t i = 0; i < section->count; i++) {
		const struct field *field = section->fields[i];

		render_cell(w->render, bytes_str(w->english ? field->en : field->ja), RENDER_SHADE);
		TRY(put_value(w, entity, field, row));
		put_cell(w, 0);
	}
	render_table_end(w->render);
	return OK;
}

/* In the form's order; what the form no longer knows comes last, under its own name. */
static err put_form(struct writing *w, struct bytes body)
{
	struct member member;

	begin_pairs(w);
	for (size_t i = 0; w->form != NULL && i < w->form->count; i++) {
		const struct form_field *field = &w->form->fields[i];

		render_cell(w->render, bytes_str(w->english ? field->en : field->ja), RENDER_SHADE);
		TRY(put_form_value(w, field, form_get(body, field->name)));
		put_cell(w, 0);
	}
	while (err_is_ok(members_next(&body, &member))) {
		if (w->form != NULL && form_find(w->form, member.name) != NULL)
			continue;
		render_cell(w->render, member.name, RENDER_SHADE);
		buf_clear(&w->text);
		TRY(buf_append(&w->text, member.text));
		put_cell(w, 0);
	}
	render_table_end(w->render);
	return OK;
}

static struct bytes text_at(const struct field *field, const void *row)
{
	return *(const struct bytes *)field_in(row, field);
}

/* Long: paragraph by paragraph. */
static void put_long(struct writing *w, struct bytes text)
{
	while (text.len > 0) {
		struct bytes piece = fitting(text, RENDERWIRE_TEXT_MAX);

		render_text(w->render, piece);
		text.ptr += piece.len;
		text.len -= piece.len;
	}
}

static const struct field *body_of(const struct entity *entity)
{
	const struct field *body = entity_field(entity, "body");

	return body != NULL && body->type == FIELD_FORM ? body : NULL;
}

static unsigned weight_of(enum field_type type)
{
	return type == FIELD_INT || type == FIELD_BOOL ? 8 : type == FIELD_DATE || type == FIELD_CHOICE ? 14 : type == FIELD_TIME ? 18 : 24;
}

static size_t put_heads(struct writing *w, const struct document_section *section)
{
	struct render_column columns[RENDERWIRE_COLUMN_MAX];
	size_t count = 0;

	for (size_t i = 0; i < section->count; i++)
		columns[count++] = (struct render_column){
			.head = bytes_str(w->english ? section->fields[i]->en : section->fields[i]->ja), .weight = weight_of(section->fields[i]->type),
		};
	for (size_t i = 0; section->form && w->form != NULL && i < w->form->count && count < RENDERWIRE_COLUMN_MAX; i++)
		columns[count++] = (struct render_column){
			.head = bytes_str(w->english ? w->form->fields[i].en : w->form->fields[i].ja), .weight = 24,
		};
	render_table(w->render, columns, count);
	return count;
}

static err put_row(struct writing *w, const struct document_section *section, size_t columns, const void *row)
{
	const struct entity *entity = document_kind_lists[section->rows].entity;
	const struct field *body = body_of(entity);

	for (size_t i = 0; i < columns; i++) {
		if (i < section->count)
			TRY(put_value(w, entity, section->fields[i], row));
		else if (body != NULL)
			TRY(put_form_value(w, &w->form->fields[i - section->count], form_get(text_at(body, row), w->form->fields[i - section->count].name)));
		put_cell(w, 0);
	}
	return OK;
}

static err start_rows(struct writing *w, const struct document_section *section, const struct id *object, struct query **query_out)
{
	struct query *query = NULL;
	err e = query_start(w->call->rows.db, document_kind_lists[section->rows].statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "object", object);
	if (err_is_ok(e))
		e = query_int(query, "limit", DOCUMENT_ROWS_MAX + 1);
	if (err_is_ok(e))
		e = access_bind(query, &w->call->actor);
	if (!err_is_ok(e)) {
		query_end(&query);
		return e;
	}
	*query_out = query;
	return OK;
}

static err put_rows(struct writing *w, const struct document_section *section, const struct id *object)
{
	const struct entity *entity = document_kind_lists[section->rows].entity;
	struct row_context one = w->call->rows;
	struct query *query = NULL;
	size_t columns = put_heads(w, section);
	size_t count = 0;
	bool row = true;
	err e;

	TRY(start_rows(w, section, object, &query));
	for (e = query_step(query, &row); err_is_ok(e) && row; e = query_step(query, &row)) {
		struct arena arena;
		void *read;

		arena_init(&arena, (size_t)1 << 20);
		one.arena = &arena;
		read = arena_alloc(&arena, entity->size);
		e = read == NULL ? FAIL(UNAVAILABLE) : ++count > DOCUMENT_ROWS_MAX ? FAIL(TOO_LARGE) : OK;
		if (err_is_ok(e)) {
			memset(read, 0, entity->size);
			e = row_read(&one, entity, query, false, read);
		}
		if (err_is_ok(e))
			e = put_row(w, section, columns, read);
		arena_free(&arena);
		if (!err_is_ok(e))
			break;
	}
	query_end(&query);
	render_table_end(w->render);
	if (count == 0)
		render_note(w->render, w->english ? BYTES_LIT("There are none.") : BYTES_LIT("該当するものはありません。"));
	return e;
}

static err put_section(struct writing *w, const struct document_section *section, const struct id *object, const void *row)
{
	render_heading(w->render, in_words(w, &section->title));
	switch (section->what) {
	case DOCUMENT_FIELDS: return put_fields(w, section, row);
	case DOCUMENT_FORM: return put_form(w, text_at(section->fields[0], row));
	case DOCUMENT_TEXT: put_long(w, text_at(section->fields[0], row)); return OK;
	case DOCUMENT_ROWS: return put_rows(w, section, object);
	}
	return FAIL(INVALID);
}

/* ---- the whole ---- */

static err put_body(struct writing *w, const struct id *object, const void *row)
{
	struct bytes seals[DOCUMENT_SEALS_MAX];

	if (!w->kind->sheet) {
		for (size_t i = 0; i < w->kind->seal_count; i++)
			seals[i] = in_words(w, &w->kind->seals[i]);
		if (w->kind->seal_count > 0)
			render_seals(w->render, seals, w->kind->seal_count);
		render_break(w->render);
		render_contents(w->render, w->english ? BYTES_LIT("Contents") : BYTES_LIT("目次"));
		render_break(w->render);
	}
	for (size_t i = 0; i < w->kind->section_count; i++)
		TRY(put_section(w, &w->kind->sections[i], object, row));
	return OK;
}

/* What its description calls it, and its number; the workbook of a register has the register's name. */
static err make_title(struct writing *w, struct id description, const struct entity *entity, const void *row, struct bytes *title_out)
{
	const struct described *one = describe_find(description);
	const struct field *number = entity_field(entity, "number");
	OWN(buf) title = {0};

	TRY(buf_append_str(&title, one != NULL ? describe_title(one, w->call->language) : w->english ? entity->en : entity->ja));
	if (number != NULL && number->type == FIELD_INT)
		TRY(buf_printf(&title, w->english ? " no. %" PRId64 : "　第%" PRId64 "号", *(const int64_t *)field_in(row, number)));
	return arena_copy(w->call->arena, bytes_of(&title), title_out);
}

static struct bytes own_title(const struct entity *entity, const void *row)
{
	const struct field *title = entity_field(entity, "title");

	return title != NULL && title->type == FIELD_TEXT ? text_at(title, row) : (struct bytes){0};
}

/* day 0: for the digest of what it says. */
static err write_document(struct writing *w, struct document_paper *paper, int32_t day, const struct entity *entity, const void *row, struct buf *out)
{
	struct bytes own = fitting(own_title(entity, row), RENDERWIRE_LINE_MAX);
	struct render_head head = {.title = paper->title, .language = w->call->language, .cover = !w->kind->sheet, .sheet = w->kind->sheet};
	char footer[256], issued[64] = "";
	err e;

	head.subtitle = own.len > 0 ? own : bytes_str(w->english ? w->call->compartment->title_en : w->call->compartment->title_ja);
	(void)snprintf(footer, sizeof(footer), w->english ? "%.120s  Document %" PRId64 ", edition %" PRId64 : "%.120s　文書番号%" PRId64 "　第%" PRId64 "版",
	    w->english ? w->call->compartment->title_en : w->call->compartment->title_ja, day == 0 ? 0 : paper->number, day == 0 ? 0 : paper->edition);
	head.footer = fitting(bytes_str(footer), RENDERWIRE_LINE_MAX);
	if (day != 0) {
		(void)snprintf(issued, sizeof(issued), w->english ? "Issued on %04d-%02d-%02d" : "%d年%d月%d日 発行", day / 10000, day / 100 % 100, day % 100);
		TRY(clock_midnight(day, &head.issued_us)); /* B1 */
	}
	head.issued = bytes_str(issued);
	TRY(render_new(&head, &w->render));
	e = put_body(w, &paper->object, row);
	if (err_is_ok(e))
		e = render_built(w->render, out);
	render_free(&w->render);
	return e;
}

static struct id description_of(const struct entity *entity, const void *row)
{
	const struct field *field = entity_field(entity, "description");

	return field != NULL ? *(const struct id *)field_in(row, field) : ((const struct row *)row)->id;
}

static void find_form(struct writing *w, struct id description)
{
	const struct recordkind *register_kind = recordkind_find(description);

	w->casekind = casekind_of(description);
	w->form = register_kind != NULL ? &register_kind->form : w->casekind != NULL ? &w->casekind->form : NULL;
}

static err write_both(struct writing *w, struct document_paper *paper, const struct entity *entity, const void *row)
{
	OWN(buf) source = {0};
	OWN(buf) content = {0};

	find_form(w, description_of(entity, row));
	TRY(make_title(w, description_of(entity, row), entity, row, &paper->title));
	TRY(write_document(w, paper, 0, entity, row, &source));
	TRY(hash_sha256(bytes_of(&source), paper->source));
	TRY(write_document(w, paper, clock_date_jst(w->call->now_us), entity, row, &content));
	return arena_copy(w->call->arena, bytes_of(&content), &paper->content);
}

err document_paper_write(struct call *call, struct document_paper *paper)
{
	struct writing w = {.call = call, .kind = paper->kind, .english = call->language == LANGUAGE_EN};
	const struct entity *entity = document_kind_entity(paper->kind->place);
	void *row = arena_alloc(call->arena, entity->size);
	err e;

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	memset(row, 0, entity->size);
	TRY(row_get(&call->rows, entity, paper->object, row));
	e = write_both(&w, paper, entity, row);
	buf_free(&w.text);
	return e;
}
