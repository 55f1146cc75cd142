#include <stdio.h>

#include "base/clock.h"
#include "kinder/board.h"
#include "kinder/class.h"
#include "kinder/kinder_int.h"
#include "kinder/printout.h"

#include "kinder/morning.h"

struct morning {
	struct board board;
	struct bytes pdf;
};

static err list_prepare(struct call *call)
{
	struct morning *morning = arena_alloc(call->arena, sizeof(*morning));

	if (morning == NULL)
		return FAIL(UNAVAILABLE);
	TRY(board_read(call, call_id(call, "facility"), (struct id){{0}}, board_date(call), &morning->board));
	call->state = morning;
	return OK;
}

static const char *const kinds[][3] = {
	[LANGUAGE_JA] = {"欠席", "遅刻", "早退"},
	[LANGUAGE_EN] = {"Absent", "Late", "Leaves early"},
};

/* What was reported, in one cell: kind, reason, who comes for the child. */
static err report_words(const struct absence *absence, enum language language, struct buf *out)
{
	if (absence == NULL)
		return OK;
	TRY(buf_append_str(out, kinds[language][absence->kind]));
	TRY(buf_append_str(out, "\n"));
	TRY(buf_append(out, absence->reason));
	if (absence->fetch.len == 0)
		return OK;
	TRY(buf_append_str(out, language == LANGUAGE_EN ? "\nFetched by: " : "\nお迎え："));
	return buf_append(out, absence->fetch);
}

static err put_child(struct render *render, const struct board_child *one, enum language language)
{
	unsigned flags = one->absence != NULL && one->absence->kind == ABSENCE_ABSENCE ? RENDER_SHADE : 0;
	OWN(buf) words = {0};

	TRY(report_words(one->absence, language, &words));
	render_cell(render, one->in != NULL ? BYTES_LIT("○") : BYTES_LIT("□"), flags | RENDER_CENTER);
	render_cell(render, one->child->name, flags);
	render_cell(render, one->child->kana, flags);
	render_cell(render, one->child->allergies, flags | RENDER_BOLD);
	render_cell(render, bytes_of(&words), flags);
	render_cell(render, one->child->fetchers, flags);
	return OK;
}

static void begin_table(struct render *render, bool english)
{
	const struct render_column columns[] = {
		{english ? BYTES_LIT("In") : BYTES_LIT("登園"), 40, RENDER_ALIGN_CENTER},
		{english ? BYTES_LIT("Name") : BYTES_LIT("氏名"), 110, RENDER_ALIGN_LEFT},
		{english ? BYTES_LIT("Reading") : BYTES_LIT("ふりがな"), 110, RENDER_ALIGN_LEFT},
		{english ? BYTES_LIT("Allergies") : BYTES_LIT("アレルギー"), 120, RENDER_ALIGN_LEFT},
		{english ? BYTES_LIT("Reported") : BYTES_LIT("連絡"), 180, RENDER_ALIGN_LEFT},
		{english ? BYTES_LIT("Fetched by") : BYTES_LIT("お迎えの人"), 140, RENDER_ALIGN_LEFT},
	};

	render_table(render, columns, sizeof(columns) / sizeof(columns[0]));
}

static err put_class(struct render *render, const struct board *board, struct id class, struct bytes name, enum language language)
{
	struct day_tally tally;
	char heading[300];

	board_tally(board, class, &tally);
	if (tally.enrolled == 0)
		return OK;
	(void)snprintf(heading, sizeof(heading),
	    language == LANGUAGE_EN ? "%.*s: %d children, %d absent, %d late, %d leaving early" : "%.*s　在籍%d　欠席%d　遅刻%d　早退%d",
	    (int)name.len, (const char *)name.ptr, (int)tally.enrolled, (int)tally.absent, (int)tally.late, (int)tally.early);
	render_heading(render, bytes_str(heading));
	begin_table(render, language == LANGUAGE_EN);
	for (size_t i = 0; i < board->children.count; i++) {
		struct board_child one;

		board_child(board, board->children.rows[i], &one);
		if (id_equal(one.child->class, class))
			TRY(put_child(render, &one, language));
	}
	render_table_end(render);
	return OK;
}

static err put_classes(struct call *call, const struct board *board, struct render *render)
{
	for (size_t i = 0; i < board->classes.count; i++) {
		const struct class *class = board->classes.rows[i];

		TRY(put_class(render, board, class->row.id, class->name, call->language));
	}
	return put_class(render, board, (struct id){{0}}, board_classless(call->language), call->language);
}

static err list_slow(struct call *call)
{
	struct morning *morning = call->state;
	const struct board *board = &morning->board;
	bool english = call->language == LANGUAGE_EN;
	char date[PRINTOUT_DATE_MAX];
	char subtitle[512];
	OWN(render) *render = NULL;
	struct printout printout = {
		.title = english ? BYTES_LIT("Morning list") : BYTES_LIT("朝の一覧"),
		.footer = english ? BYTES_LIT("Personal data: shred after the day.") : BYTES_LIT("個人情報：その日のうちに細断してください。"),
	};

	printout_date(board->scope.date, call->language, date);
	(void)snprintf(subtitle, sizeof(subtitle), "%.*s  %s", (int)board->facility.name.len, (const char *)board->facility.name.ptr, date);
	printout.subtitle = bytes_str(subtitle);
	TRY(printout_begin(call, &printout, &render));
	TRY(put_classes(call, board, render));
	return printout_make(call, render, &morning->pdf);
}

static err list_apply(struct call *call)
{
	struct morning *morning = call->state;
	char date[CLOCK_TEXT_MAX];

	TRY(buf_append(call->out.out, morning->pdf));
	clock_date_format(morning->board.scope.date, date);
	call->event_facility = morning->board.scope.facility;
	return buf_printf(&call->detail, "\"date\":\"%s\",\"children\":%zu", date, morning->board.children.count);
}

static const struct grant list_grants[] = {{ROLE(STAFF) | ROLE(PRINCIPAL), RELATION_FACILITY, "basic,allergies"}, {0}};

static const struct input list_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_FACILITY}},
	{.place = IN_QUERY, .field = {.name = "date", .ja = "日付", .en = "Date", .type = FIELD_DATE, .grade = GRADE_2}},
	{0},
};

const struct op morning_list = { /* K-26 */
	.id = "board.print",
	.ja = "朝の一覧を印刷用に作る",
	.en = "Print the morning list",
	.method = "GET",
	.path = "/v1/facilities/{facility}/morning-list",
	.kind = OP_READ,
	.grants = list_grants,
	.policy = "absence see",
	.inputs = list_inputs,
	.entity = &facility_entity,
	.reply = REPLY_OCTETS,
	.media = "application/pdf",
	.file = "morning-list.pdf",
	.status = 200,
	.purpose_ja = "朝、その日の園児と連絡を紙で確かめるため",
	.purpose_en = "To have the day's children and reports on paper in the morning",
	.event = true,
	.reveals = "child",
	.grade = GRADE_3A,
	.requirements = "K-26 K-27",
	.prepare = list_prepare,
	.slow = list_slow,
	.apply = list_apply,
};
