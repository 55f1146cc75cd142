#include "base/unit_test.h"

#include "govern/difference.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)16 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static size_t compare(const char *from, const char *to, struct difference **list_out)
{
	size_t count = 0;

	arena_reset(&arena);
	assert_ok(difference_make(bytes_str(from), bytes_str(to), &arena, list_out, &count));
	return count;
}

/* "=text|" for what stayed, "-" and "+". */
static void written(const struct difference *list, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		assert_ok(buf_u8(out, (uint8_t)"=-+"[list[i].kind]));
		assert_ok(buf_append(out, list[i].text));
		assert_ok(buf_append_str(out, "|"));
	}
}

static void what_changed_is_found(void **state)
{
	static const struct { const char *from, *to, *found; } rows[] = {
		{"", "", ""},
		{"同じです。", "同じです。", "=同じです。|"},
		{"", "新しい。", "+新しい。|"},
		{"古い。", "", "-古い。|"},
		{"一。二。三。", "一。弐。三。", "=一。|-二。|+弐。|=三。|"},
		{"一。二。三。", "一。三。", "=一。|-二。|=三。|"},
		{"一。三。", "一。二。三。", "=一。|+二。|=三。|"},
		{"第1条\n利用者は、18時までに申し込む。夜は使えない。\n第2条\n", "第1条\n利用者は、17時までに申し込む。夜は使えない。\n第2条\n",
		    "=第1条\n|-利用者は、18時までに申し込む。|+利用者は、17時までに申し込む。|=夜は使えない。\n第2条\n|"},
		{"「困る。」と言う。次。", "「よい。」と言う。次。", "-「困る。」|+「よい。」|=と言う。次。|"},
		{"本当！？次。", "本当！？別。", "=本当！？|-次。|+別。|"},
		{"a\nb\nc", "a\nx\nc", "=a\n|-b\n|+x\n|=c|"},
		{"a\nb", "a\nb\n", "=a\n|-b|+b\n|"},
		{"a\nb\nc\n", "c\na\nb\n", "+c\n|=a\nb\n|-c\n|"},
		{"a. b. c.", "a. b. d.", "-a. b. c.|+a. b. d.|"},
	};

	(void)state;
	REQ("T-9");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct difference *list = NULL;
		size_t count = compare(rows[i].from, rows[i].to, &list);
		OWN(buf) found = {0};

		written(list, count, &found);
		assert_bytes(bytes_of(&found), bytes_str(rows[i].found));
	}
}

/* ---- any texts at all ---- */

/* A row of numbers that is the same in every run. */
static uint64_t chosen;

static int choose(int below)
{
	chosen ^= chosen << 13;
	chosen ^= chosen >> 7;
	chosen ^= chosen << 17;
	return (int)(chosen % (unsigned)below);
}

static void random_text(struct buf *out, int pieces, int kinds)
{
	static const char *const ends[] = {"。", "\n", "。\n", "！", "。」"};

	buf_clear(out);
	for (int i = 0; i < pieces; i++)
		assert_ok(buf_printf(out, "文%d%s", choose(kinds), ends[choose(5)]));
}

/* A few pieces taken out, put in, put elsewhere: what people do to a text. */
static void edit(const struct buf *from, struct buf *to)
{
	size_t at = 0;

	buf_clear(to);
	while (at < from->len) {
		size_t end = at + 1;

		while (end < from->len && from->ptr[end - 1] != '\n')
			end++;
		if (choose(9) == 0)
			assert_ok(buf_printf(to, "新しい文%d。\n", choose(50)));
		if (choose(9) != 0)
			assert_ok(buf_append(to, (struct bytes){from->ptr + at, end - at}));
		at = end;
	}
}

/* D1, D2 */
static void check_whole(struct bytes from, struct bytes to, const struct difference *list, size_t count)
{
	OWN(buf) former = {0};
	OWN(buf) now = {0};

	for (size_t i = 0; i < count; i++) {
		assert_true(list[i].text.len > 0);
		if (list[i].kind != DIFFERENCE_NEW)
			assert_ok(buf_append(&former, list[i].text));
		if (list[i].kind != DIFFERENCE_GONE)
			assert_ok(buf_append(&now, list[i].text));
		if (i > 0) {
			assert_int_not_equal(list[i].kind, list[i - 1].kind);
			assert_false(list[i].kind == DIFFERENCE_GONE && list[i - 1].kind == DIFFERENCE_NEW);
		}
	}
	assert_bytes(bytes_of(&former), from);
	assert_bytes(bytes_of(&now), to);
}

static void every_difference_gives_both_texts(void **state)
{
	OWN(buf) from = {0};
	OWN(buf) to = {0};

	(void)state;
	chosen = 4711;
	for (int turn = 0; turn < 3000; turn++) {
		struct difference *list = NULL;
		size_t count = 0;

		random_text(&from, choose(60), 1 + choose(20));
		if (turn % 2 == 0)
			random_text(&to, choose(60), 1 + choose(20));
		else
			edit(&from, &to);
		arena_reset(&arena);
		assert_ok(difference_make(bytes_of(&from), bytes_of(&to), &arena, &list, &count));
		check_whole(bytes_of(&from), bytes_of(&to), list, count);
	}
}

/* Of lines of one letter each: no other way keeps more of them. */
static size_t longest_common(const char *a, const char *b)
{
	static size_t best[64][64];

	memset(best, 0, sizeof(best));
	for (size_t i = 1; a[i - 1] != '\0'; i++)
		for (size_t k = 1; b[k - 1] != '\0'; k++) {
			best[i][k] = best[i - 1][k] > best[i][k - 1] ? best[i - 1][k] : best[i][k - 1];
			if (a[i - 1] == b[k - 1] && best[i - 1][k - 1] + 1 > best[i][k])
				best[i][k] = best[i - 1][k - 1] + 1;
		}
	return best[strlen(a)][strlen(b)];
}

static void as_lines(const char *letters, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; letters[i] != '\0'; i++)
		assert_ok(buf_printf(out, "%c\n", letters[i]));
}

static void of_short_texts_as_much_as_possible_stays(void **state)
{
	OWN(buf) from = {0};
	OWN(buf) to = {0};

	(void)state;
	chosen = 815;
	for (int turn = 0; turn < 3000; turn++) {
		char a[41] = {0}, b[41] = {0};
		struct difference *list = NULL;
		size_t count = 0, stayed = 0;

		for (int i = choose(40); i > 0; i--)
			a[strlen(a)] = (char)('a' + choose(6));
		for (int i = choose(40); i > 0; i--)
			b[strlen(b)] = (char)('a' + choose(6));
		as_lines(a, &from);
		as_lines(b, &to);
		arena_reset(&arena);
		assert_ok(difference_make(bytes_of(&from), bytes_of(&to), &arena, &list, &count));
		check_whole(bytes_of(&from), bytes_of(&to), list, count);
		for (size_t i = 0; i < count; i++)
			stayed += list[i].kind == DIFFERENCE_SAME ? list[i].text.len / 2 : 0;
		assert_int_equal(stayed, longest_common(a, b));
	}
}

/* Long ones go another way: what stayed is still found between what was changed. */
static void long_texts(void **state)
{
	OWN(buf) from = {0};
	OWN(buf) to = {0};
	struct difference *list = NULL;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		assert_ok(buf_printf(&from, "文%d。\n", i));
		if (i % 100 != 50)
			assert_ok(buf_printf(&to, "文%d。\n", i));
		if (i % 100 == 70)
			assert_ok(buf_printf(&to, "間に入った文%d。\n", i));
	}
	arena_reset(&arena);
	assert_ok(difference_make(bytes_of(&from), bytes_of(&to), &arena, &list, &count));
	check_whole(bytes_of(&from), bytes_of(&to), list, count);
	assert_int_equal(count, 30 * 4 + 1);

	/* Nothing in common, and everything the same many times over. */
	for (int turn = 0; turn < 2; turn++) {
		buf_clear(&from);
		buf_clear(&to);
		for (int i = 0; i < 7000; i++) {
			assert_ok(buf_append_str(&from, turn == 0 ? "あ。" : i % 3 == 0 ? "あ。" : "い。"));
			assert_ok(buf_append_str(&to, turn == 0 ? "い。" : i % 5 == 0 ? "い。" : "あ。"));
		}
		arena_reset(&arena);
		assert_ok(difference_make(bytes_of(&from), bytes_of(&to), &arena, &list, &count));
		check_whole(bytes_of(&from), bytes_of(&to), list, count);
	}
}

static void too_long_ones_are_refused(void **state)
{
	static const uint8_t zeros[DIFFERENCE_TEXT_MAX + 1];
	struct difference *list = NULL;
	size_t count = 9;

	(void)state;
	arena_reset(&arena);
	assert_err(TOO_LARGE, difference_make((struct bytes){zeros, sizeof(zeros)}, (struct bytes){0}, &arena, &list, &count));
	assert_err(TOO_LARGE, difference_make((struct bytes){0}, (struct bytes){zeros, sizeof(zeros)}, &arena, &list, &count));
	assert_int_equal(count, 9);
	assert_ok(difference_make((struct bytes){zeros, sizeof(zeros) - 1}, (struct bytes){0}, &arena, &list, &count));
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_changed_is_found),
		cmocka_unit_test(every_difference_gives_both_texts),
		cmocka_unit_test(of_short_texts_as_much_as_possible_stays),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(too_long_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
