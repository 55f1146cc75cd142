#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "cli/check_table.h"

#define STATUSES 4
#define OPEN_COLUMNS 9

struct word {
	const char *name, *ja, *en;
};

/* In the order in which they matter. */
static const struct word statuses[STATUSES + 1] = {
	{"failing", "不適合", "Failing"}, {"stale", "期限切れ", "Out of date"}, {"open", "未実証", "Unproven"}, {"proven", "実証済み", "Proven"}, {0},
};
static const struct word states[] = {
	{"passed", "合格", "Passed"}, {"failed", "不合格", "Failed"}, {"stale", "期限切れ", "Out of date"}, {"unable", "実行できず", "Could not run"},
	{"never", "未実行", "Not yet run"}, {"off", "停止中", "Switched off"}, {"open", "準備中", "In preparation"},
	{"held", "記録あり", "Recorded"}, {"expired", "期限切れ", "Out of date"}, {"empty", "記録なし", "No record"},
	{"unapproved", "未承認", "Not approved"}, {0},
};

/* ---- small look-ups ---- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static const char *said(const json_t *object, bool ja)
{
	return text_of(object, ja ? "ja" : "en");
}

static long long number_of(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static const char *word_of(const struct word *words, const char *name, bool ja)
{
	for (const struct word *word = words; word->name != NULL; word++)
		if (strcmp(word->name, name) == 0)
			return ja ? word->ja : word->en;
	return name;
}

/* Columns on the terminal: a Japanese character takes two. Control characters are shown as '?': a reply does not steer it. */
static int put(const char *text, int columns)
{
	const uint8_t *at = (const uint8_t *)text;
	utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(text);
	int used = 0;

	while (left > 0) {
		utf8proc_int32_t point;
		utf8proc_ssize_t len = utf8proc_iterate(at, left, &point);
		utf8proc_category_t category = len > 0 ? utf8proc_category(point) : UTF8PROC_CATEGORY_CC;

		if (len <= 0 || category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF) {
			putchar('?');
			used++;
			len = len > 0 ? len : 1;
		} else {
			(void)fwrite(at, 1, (size_t)len, stdout); /* a closed terminal is no error of ours */
			used += utf8proc_charwidth(point);
		}
		at += len;
		left -= len;
	}
	for (int i = used; i < columns; i++)
		putchar(' ');
	return used;
}

static void put_line(const char *text)
{
	(void)put(text, 0);
	putchar('\n');
}

static void put_number(long long number, int columns)
{
	printf("%*lld", columns, number);
}

static void put_right(const char *text, int columns)
{
	const uint8_t *at = (const uint8_t *)text;
	utf8proc_int32_t point;
	utf8proc_ssize_t len;
	int used = 0;

	for (; *at != 0 && (len = utf8proc_iterate(at, -1, &point)) > 0; at += len)
		used += utf8proc_charwidth(point);
	printf("%*s", columns > used ? columns - used : 0, "");
	(void)put(text, 0);
}

/* ---- the whole ---- */

static void put_totals(const json_t *reply, bool ja)
{
	const json_t *annex;
	size_t index;

	(void)put(ja ? "別紙" : "Annex", 50);
	put_right(ja ? "要件" : "Rows", 6);
	for (size_t i = STATUSES; i > 0; i--)
		put_right(ja ? statuses[i - 1].ja : statuses[i - 1].en, 12);
	putchar('\n');
	json_array_foreach(json_object_get(reply, "catalogues"), index, annex) {
		(void)put(text_of(annex, "id"), 3);
		if (put(said(json_object_get(annex, "title"), ja), 47) > 47)
			printf("\n%*s", 50, "");
		put_number(number_of(annex, "rows"), 6);
		for (size_t i = STATUSES; i > 0; i--)
			put_number(number_of(annex, statuses[i - 1].name), 12);
		putchar('\n');
	}
}

static void put_rows(const json_t *reply, const char *status, bool ja)
{
	const json_t *item;
	size_t index;
	bool any = false;

	json_array_foreach(json_object_get(reply, "items"), index, item) {
		if (strcmp(text_of(item, "status"), status) != 0)
			continue;
		if (!any)
			printf("\n%s\n", word_of(statuses, status, ja));
		any = true;
		(void)put("  ", 0);
		(void)put(text_of(item, "id"), 8);
		put_line(said(item, ja));
	}
}

/* Many: ids alone, in columns. */
static void put_open(const json_t *reply, bool ja)
{
	const json_t *item;
	size_t index;
	int count = 0;

	json_array_foreach(json_object_get(reply, "items"), index, item) {
		if (strcmp(text_of(item, "status"), "open") != 0)
			continue;
		if (count == 0)
			printf("\n%s", word_of(statuses, "open", ja));
		if (count++ % OPEN_COLUMNS == 0)
			printf("\n  ");
		(void)put(text_of(item, "id"), 8);
	}
	if (count > 0)
		putchar('\n');
}

void check_table_all(const json_t *reply, bool ja)
{
	put_totals(reply, ja);
	put_rows(reply, "failing", ja);
	put_rows(reply, "stale", ja);
	put_open(reply, ja);
}

/* ---- one check ---- */

static void put_waits(const json_t *check, bool ja)
{
	const json_t *waits = json_object_get(check, "waits_for");

	if (!json_is_object(waits))
		return;
	(void)put(ja ? "      待っているもの: " : "      waits for: ", 0);
	put_line(said(waits, ja));
}

static void put_steps(const json_t *steps, bool ja)
{
	const json_t *step;
	size_t index;

	json_array_foreach(steps, index, step) {
		(void)put(json_is_true(json_object_get(step, "ok")) ? "      o " : "      x ", 0);
		(void)put(said(step, ja), 0);
		if (number_of(step, "count") > 1)
			printf(" (%lld)", number_of(step, "count"));
		if (text_of(step, "seen")[0] != '\0') {
			(void)put(": ", 0);
			(void)put(text_of(step, "seen"), 0);
		}
		putchar('\n');
	}
}

static void put_check(const json_t *check, bool ja)
{
	const char *last = text_of(check, "last_at");

	(void)put("    ", 0);
	(void)put(word_of(states, text_of(check, "state"), ja), 15);
	(void)put(text_of(check, "id"), 40);
	putchar(' ');
	if (last[0] != '\0')
		printf(ja ? "対象 %lld 件  %.19s" : "%lld objects  %.19s", number_of(check, "objects"), last);
	putchar('\n');
	put_waits(check, ja);
}

void check_table_check(const json_t *reply, bool ja)
{
	const json_t *turn = json_array_get(json_object_get(reply, "turns"), 0);

	put_check(reply, ja);
	(void)put("      ", 0);
	put_line(text_of(reply, "what"));
	put_steps(json_is_array(json_object_get(reply, "steps")) ? json_object_get(reply, "steps") : json_object_get(turn, "steps"), ja);
}

/* ---- one demand ---- */

static void put_control(const json_t *control, bool ja)
{
	const json_t *part;
	size_t index;

	(void)put("  ", 0);
	(void)put(word_of(statuses, text_of(control, "status"), ja), 13);
	(void)put(text_of(control, "id"), 7);
	put_line(said(json_object_get(control, "title"), ja));
	json_array_foreach(json_object_get(control, "checks"), index, part) {
		put_check(part, ja);
		if (strcmp(text_of(part, "state"), "failed") == 0)
			put_steps(json_object_get(part, "steps"), ja);
	}
	json_array_foreach(json_object_get(control, "registers"), index, part) {
		(void)put("    ", 0);
		(void)put(word_of(states, text_of(part, "state"), ja), 15);
		(void)put(said(json_object_get(part, "title"), ja), 40);
		printf(ja ? " 記録 %lld 件\n" : " %lld records\n", number_of(part, "records"));
		put_waits(part, ja);
	}
}

void check_table_requirement(const json_t *reply, bool ja)
{
	const json_t *control;
	size_t index;

	(void)put(text_of(reply, "id"), 8);
	put_line(said(reply, ja));
	printf("%s  %.19s\n\n", word_of(statuses, text_of(reply, "status"), ja), text_of(reply, "since"));
	json_array_foreach(json_object_get(reply, "controls"), index, control)
		put_control(control, ja);
}
