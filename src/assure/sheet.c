#include <stdio.h>

#include "assure/show.h"
#include "assure/view.h"
#include "base/clock.h"
#include "op/render.h"

#include "assure/sheet.h"

#define REASONS_MAX 6   /* written out of one row; the screen has them all */

struct sheet {
	struct view view;
	struct bytes only;      /* one catalogue; empty: those of the contract */
	struct bytes file;      /* made in slow */
	bool english;
};

static const struct catalogue_words statuses[MATRIX_STATUS_COUNT] = {
	[MATRIX_FAILING] = {"不適合", "Failing"},
	[MATRIX_STALE] = {"期限切れ", "Out of date"},
	[MATRIX_OPEN] = {"未実証", "Unproven"},
	[MATRIX_PROVEN] = {"実証済み", "Proven"},
};

static const struct catalogue_words duties[] = {
	[CATALOGUE_PROVIDER] = {"事業者", "Provider"},
	[CATALOGUE_CUSTOMER] = {"契約団体", "Customer"},
	[CATALOGUE_BOTH] = {"双方", "Both"},
};

static const struct column {
	struct catalogue_words head;
	unsigned weight;
} columns[] = {
	{{"要件", "Demand"}, 6}, {{"項番", "Item"}, 6}, {{"区分", "Heading"}, 14}, {{"内容", "What is demanded"}, 40},
	{{"担い手", "Whose duty"}, 6}, {{"状況", "Status"}, 7}, {{"いつから", "Since"}, 12}, {{"対策", "Controls"}, 26},
	{{"検査（合格／全数）", "Checks (passed/all)"}, 8}, {{"記録（そろい／全数）", "Registers (in order/all)"}, 8},
	{{"直近の検査", "Last check"}, 12}, {{"理由", "Why"}, 40},
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static struct bytes in_words(const struct sheet *sheet, const struct catalogue_words *words)
{
	return bytes_str(sheet->english ? words->en : words->ja);
}

static bool wanted(const struct sheet *sheet, const struct catalogue_annex *annex)
{
	return sheet->only.len > 0 ? bytes_is(sheet->only, annex->id) : view_applies(&sheet->view, annex);
}

/* 2026-11-24 08:30 */
static void time_text(int64_t at_us, char text_out[static CLOCK_TEXT_MAX])
{
	text_out[0] = '\0';
	if (at_us == 0)
		return;
	clock_time_format(at_us, text_out);
	text_out[10] = ' ';
	text_out[16] = '\0';
}

static void put_time(struct render *render, int64_t at_us)
{
	char text[CLOCK_TEXT_MAX];

	time_text(at_us, text);
	render_cell(render, bytes_str(text), 0);
}

static void put_table_head(struct render *render, const struct sheet *sheet)
{
	struct render_column heads[COLUMN_COUNT];

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		heads[i] = (struct render_column){in_words(sheet, &columns[i].head), columns[i].weight, RENDER_ALIGN_LEFT};
	render_table(render, heads, COLUMN_COUNT);
}

/* ---- one row ---- */

struct count {
	unsigned checks, passed, registers, held;
	int64_t last_at;
};

static struct count count_of(const struct sheet *sheet, const struct catalogue_requirement *requirement)
{
	const struct facts *facts = &sheet->view.facts;
	struct count count = {0};

	for (size_t i = 0; i < requirement->control_count; i++) {
		const struct catalogue_control *control = requirement->controls[i];

		for (size_t k = 0; k < control->check_count; k++) {
			int64_t last_at = facts->rows[catalogue_check_index(&control->checks[k])].last_at;

			count.checks++;
			count.passed += show_check_state(facts, &control->checks[k]) == MATRIX_PASSED;
			count.last_at = last_at > count.last_at ? last_at : count.last_at;
		}
		for (size_t k = 0; k < control->need_count; k++) {
			count.registers++;
			count.held += show_register_state(facts, &control->needs[k]) == MATRIX_HELD;
		}
	}
	return count;
}

static err put_controls(struct render *render, const struct sheet *sheet, const struct catalogue_requirement *requirement)
{
	OWN(buf) text = {0};

	for (size_t i = 0; i < requirement->control_count; i++)
		TRY(buf_printf(&text, "%s%s %s", i > 0 ? "\n" : "", requirement->controls[i]->id,
		    (const char *)in_words(sheet, &requirement->controls[i]->title).ptr));
	render_cell(render, bytes_of(&text), 0);
	return OK;
}

struct reasons {
	struct buf text;
	unsigned count;
};

static err add_reason(const struct sheet *sheet, struct reasons *reasons, const char *id, const struct show_said *said)
{
	if (reasons->count++ >= REASONS_MAX)
		return OK;
	return buf_printf(&reasons->text, "%s%s: %s", reasons->count > 1 ? "\n" : "", id, sheet->english ? said->en : said->ja);
}

static err add_reasons(const struct sheet *sheet, const struct catalogue_control *control, enum matrix_status worst, struct reasons *reasons)
{
	struct show_said said;

	for (size_t i = 0; i < control->check_count; i++) {
		enum matrix_check state = show_check_state(&sheet->view.facts, &control->checks[i]);

		if (matrix_check_status(state) != worst)
			continue;
		show_say_check(control->checks[i].id, state, &said);
		TRY(add_reason(sheet, reasons, control->checks[i].id, &said));
	}
	for (size_t i = 0; i < control->need_count; i++) {
		enum matrix_register state = show_register_state(&sheet->view.facts, &control->needs[i]);

		if (matrix_register_status(state) != worst)
			continue;
		show_say_register(control->needs[i].of, state, &said);
		TRY(add_reason(sheet, reasons, control->needs[i].of->name, &said));
	}
	return OK;
}

static err say_reasons(const struct sheet *sheet, const struct catalogue_requirement *requirement, enum matrix_status worst, struct reasons *reasons)
{
	for (size_t i = 0; worst != MATRIX_PROVEN && i < requirement->control_count; i++)
		TRY(add_reasons(sheet, requirement->controls[i], worst, reasons));
	if (reasons->count > REASONS_MAX)
		return buf_printf(&reasons->text, sheet->english ? "\nand %u more" : "\nほか%u件", reasons->count - REASONS_MAX);
	return OK;
}

static err put_reasons(struct render *render, const struct sheet *sheet, const struct catalogue_requirement *requirement, enum matrix_status worst)
{
	struct reasons reasons = {{0}};
	err e = say_reasons(sheet, requirement, worst, &reasons);

	if (err_is_ok(e))
		render_cell(render, bytes_of(&reasons.text), 0);
	buf_free(&reasons.text);
	return e;
}

static void put_share(struct render *render, unsigned part, unsigned whole)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%u/%u", part, whole);
	render_cell(render, bytes_str(whole > 0 ? text : ""), 0);
}

static err put_row(struct render *render, const struct sheet *sheet, const struct catalogue_requirement *requirement)
{
	enum matrix_status status = view_status(&sheet->view, requirement);
	struct count count = count_of(sheet, requirement);

	render_cell(render, bytes_str(requirement->id), RENDER_BOLD);
	render_cell(render, bytes_str(requirement->ref), 0);
	render_cell(render, in_words(sheet, &requirement->group), 0);
	render_cell(render, in_words(sheet, &requirement->text), 0);
	render_cell(render, in_words(sheet, &duties[requirement->duty]), 0);
	render_cell(render, in_words(sheet, &statuses[status]), RENDER_BOLD);
	put_time(render, view_since(&sheet->view, requirement, status));
	TRY(put_controls(render, sheet, requirement));
	put_share(render, count.passed, count.checks);
	put_share(render, count.held, count.registers);
	put_time(render, count.last_at);
	return put_reasons(render, sheet, requirement, status);
}

/* ---- the whole ---- */

static void put_summary(struct render *render, const struct sheet *sheet)
{
	static const struct catalogue_words heads[] = {{"別紙", "Annex"}, {"表題", "Title"}, {"件数", "Rows"}};
	static const enum matrix_status order[] = {MATRIX_PROVEN, MATRIX_FAILING, MATRIX_STALE, MATRIX_OPEN};
	struct render_column shown[7];

	for (size_t i = 0; i < 3; i++)
		shown[i] = (struct render_column){in_words(sheet, &heads[i]), i == 1 ? 60 : 10, RENDER_ALIGN_LEFT};
	for (size_t i = 0; i < 4; i++)
		shown[3 + i] = (struct render_column){in_words(sheet, &statuses[order[i]]), 10, RENDER_ALIGN_LEFT};
	render_table(render, shown, 7);
	for (size_t i = 0; i < sheet->view.all->annex_count; i++) {
		const struct catalogue_annex *annex = &sheet->view.all->annexes[i];
		unsigned counts[MATRIX_STATUS_COUNT] = {0};
		char number[16];

		if (!wanted(sheet, annex))
			continue;
		for (size_t k = 0; k < annex->requirement_count; k++)
			counts[view_status(&sheet->view, &annex->requirements[k])]++;
		render_cell(render, bytes_str(annex->id), RENDER_BOLD);
		render_cell(render, in_words(sheet, &annex->title), 0);
		(void)snprintf(number, sizeof(number), "%zu", annex->requirement_count);
		render_cell(render, bytes_str(number), 0);
		for (size_t k = 0; k < 4; k++) {
			(void)snprintf(number, sizeof(number), "%u", counts[order[k]]);
			render_cell(render, bytes_str(number), 0);
		}
	}
	render_table_end(render);
}

static err put_annex(struct render *render, const struct sheet *sheet, const struct catalogue_annex *annex)
{
	OWN(buf) name = {0};

	TRY(buf_printf(&name, "%s %s", annex->id, (const char *)in_words(sheet, &annex->title).ptr));
	render_heading(render, bytes_of(&name));
	put_table_head(render, sheet);
	for (size_t i = 0; i < annex->requirement_count; i++)
		TRY(put_row(render, sheet, &annex->requirements[i]));
	render_table_end(render);
	return OK;
}

static err put_all(struct render *render, const struct sheet *sheet)
{
	put_summary(render, sheet);
	for (size_t i = 0; i < sheet->view.all->annex_count; i++)
		if (wanted(sheet, &sheet->view.all->annexes[i]))
			TRY(put_annex(render, sheet, &sheet->view.all->annexes[i]));
	return OK;
}

static err prepare(struct call *call)
{
	const struct value *only = call_value(call, "catalogue");
	struct sheet *sheet = arena_alloc(call->arena, sizeof(*sheet));
	size_t found = 0;

	if (sheet == NULL)
		return FAIL(UNAVAILABLE);
	TRY(view_open(call, &sheet->view));
	sheet->english = call->language == LANGUAGE_EN;
	sheet->only = only->present ? only->as.text : (struct bytes){0};
	for (size_t i = 0; i < sheet->view.all->annex_count; i++)
		found += wanted(sheet, &sheet->view.all->annexes[i]);
	if (found == 0)
		return FAIL(NOT_FOUND);
	call->state = sheet;
	return OK;
}

static err slow(struct call *call)
{
	struct sheet *sheet = call->state;
	char at[CLOCK_TEXT_MAX], issued[CLOCK_TEXT_MAX + 32];
	struct render_head head = {
		.title = sheet->english ? BYTES_LIT("How the demands are met") : BYTES_LIT("要件適合表"),
		.subtitle = bytes_str(sheet->english ? call->compartment->title_en : call->compartment->title_ja),
		.issued_us = call->now_us, .language = call->language, .sheet = true,
	};
	OWN(render) *render = NULL;
	OWN(buf) file = {0};

	time_text(call->now_us, at);
	(void)snprintf(issued, sizeof(issued), sheet->english ? "As of %s" : "%s 現在", at);
	head.issued = bytes_str(issued);
	TRY(render_new(&head, &render));
	TRY(put_all(render, sheet));
	TRY(render_pdf(call->compartment, render, &file));
	return arena_copy(call->arena, bytes_of(&file), &sheet->file);
}

static err apply(struct call *call)
{
	const struct sheet *sheet = call->state;

	return buf_append(call->out.out, sheet->file);
}

static const struct grant grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"},
	{ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN), RELATION_PROVIDER, "*"},
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{0},
};

static const struct input inputs[] = {
	{.place = IN_QUERY, .field = {.name = "catalogue", .ja = "別紙", .en = "Catalogue", .type = FIELD_TEXT, .grade = GRADE_2, .min = 1,
	    .max = 48}},
	{0},
};

const struct op sheet_requirements = { /* GV-14 */
	.id = "requirement.sheet",
	.ja = "要件適合表を作る",
	.en = "Make a workbook of how the demands are met",
	.method = "GET",
	.path = "/v1/requirement-sheet",
	.kind = OP_READ,
	.reply = REPLY_OCTETS,
	.media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	.file = "requirements.xlsx",
	.grants = grants,
	.policy = "requirement see",
	.inputs = inputs,
	.status = 200,
	.event = true,
	.grade = GRADE_2,
	.requirements = "K-25 S-09 S-21 T-6",
	.prepare = prepare,
	.slow = slow,
	.apply = apply,
};
