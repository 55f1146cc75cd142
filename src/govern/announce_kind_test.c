/* The announcements' file: the real one, and every mistake that can be made in it; and lines of a list. */
#include <stdio.h>
#include <string.h>

#include "base/unit_test.h"
#include "store/temp_test.h"

#include "govern/announce_kind.h"

static struct arena arena;

static int set_up(void **state)
{
	arena_init(&arena, (size_t)32 << 20);
	return temp_make(state);
}

static int tear_down(void **state)
{
	describe_forget();
	arena_free(&arena);
	return temp_remove(state);
}

static err load(const char *folder)
{
	describe_forget();
	return announce_kind_load(folder, &arena);
}

static bool has_lead(const char *kind, const char *matter, int32_t months, int32_t days, bool firm)
{
	const struct announce_kind *of = announce_kind_code(bytes_str(kind));
	const struct announce_matter *about = of == NULL ? NULL : announce_kind_matter(of, bytes_str(matter));

	return about != NULL && about->lead.months == months && about->lead.days == days && about->lead.firm == firm;
}

static void the_real_one(void **state)
{
	const struct announce_kind *kind;
	size_t count = 0;

	(void)state;
	REQ("T-3 T-9 K-46 K-58");
	assert_ok(load(SEKIMORI_ROOT "/catalog"));
	for (; (kind = announce_kind_at(count)) != NULL; count++) {
		assert_ptr_equal(announce_kind_find(kind->id), kind);
		assert_true(kind->matter_count > 0 && kind->audience != 0 && (kind->channels & ANNOUNCE_SCREEN) != 0);
		assert_true(!kind->hold || kind->acknowledge == ANNOUNCE_ACCEPT);
		assert_int_equal(kind->list, kind->form.count > 0);
	}
	assert_true(count >= 4);
	/* The numbers of the annexes. */
	assert_true(has_lead("service-notice", "service-end", 6, 0, true));
	assert_true(has_lead("service-notice", "service-change", 0, 14, false));
	assert_true(has_lead("service-notice", "terms-or-settings", 2, 0, false));
	assert_true(has_lead("terms", "terms", 2, 0, false));
	assert_null(announce_kind_code(BYTES_LIT("moon")));
}

/* A kind that loads, with one line of it replaced; NULL: as it is. */
static const char *const good[][2] = {
	{"code", "  - code: picnic\n"},
	{"title", "    title: {ja: \"遠足\", en: \"Picnic\"}\n"},
	{"home", "    home: customer\n"},
	{"see", "    see: [officer]\n"},
	{"file", "    file: [officer]\n"},
	{"approve", "    approve: [officer-admin]\n"},
	{"channels", "    channels: [screen, mail]\n"},
	{"audience", "    audience: [guardian]\n"},
	{"acknowledge", "    acknowledge: seen\n"},
	{"body", "    body: text\n"},
	{"matters", "    matters: [{code: outing, ja: \"外出\", en: \"Outing\", lead: 7d}]\n"},
	{"more", ""},
};

static err load_with(const char *line, const char *words)
{
	char path[600];
	OWN(buf) text = {0};
	FILE *file;

	assert_ok(buf_append_str(&text, "version: 1\nannouncements:\n"));
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_ok(buf_append_str(&text, line != NULL && strcmp(good[i][0], line) == 0 ? words : good[i][1]));
	(void)snprintf(path, sizeof(path), "%s", temp_file("announcements.yaml"));
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
	*strrchr(path, '/') = '\0';
	return load(path);
}

static const struct { const char *line, *words; } wrong[] = {
	{"code", "  - code: P\n"}, {"title", "    title: {ja: \"遠足\"}\n"}, {"home", "    home: moon\n"}, {"file", ""}, {"approve", ""},
	{"channels", "    channels: [mail]\n"}, {"channels", "    channels: [screen, screen]\n"}, {"channels", "    channels: [screen, pigeon]\n"},
	{"channels", ""}, {"audience", ""}, {"audience", "    audience: [pirate]\n"}, {"acknowledge", "    acknowledge: perhaps\n"},
	{"more", "    hold: \"yes\"\n"}, {"more", "    shared: \"yes\"\n"}, {"more", "    colour: red\n"}, {"more", "    first: soon\n"},
	{"acknowledge", "    acknowledge: accept\n    audience: [service]\n"}, {"body", "    body: song\n"}, {"body", "    body: list\n"},
	{"more", "    fields: [{name: a, ja: あ, en: a, type: text}]\n"}, {"matters", "    matters: []\n"}, {"matters", ""},
	{"matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7w}]\n"}, {"matters", "    matters: [{code: outing, ja: あ, en: a}]\n"},
	{"matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7d, contract: weather}]\n"},
	{"matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7d, contract: lock_attempts}]\n"},
	{"matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7d}, {code: outing, ja: い, en: b, lead: 7d}]\n"},
	{"matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7d, firm: perhaps}]\n"},
};

static void mistakes_are_said(void **state)
{
	(void)state;
	assert_ok(load_with(NULL, NULL));
	assert_ok(load_with("more", "    first: \"0\"\n    versions: \"yes\"\n"));
	assert_ok(load_with("matters", "    matters: [{code: outing, ja: あ, en: a, lead: 7d, contract: notice_change_days}]\n"));
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (!err_is(load_with(wrong[i].line, wrong[i].words), ERR_INVALID))
			fail_msg("accepted: %s", wrong[i].words);
	assert_err(NOT_FOUND, load("/nowhere"));
}

static void lines_of_a_list(void **state)
{
	static const struct { const char *body; bool fits; } rows[] = {
		{"a.example.jp | 443 | 画面 | 2026-04-01 |", true}, {"a.example.jp|443|画面|2026-04-01", true},
		{"\n a.example.jp | 443 | 画面 | 2026-04-01 | 2027-03-31 \n\nb.jp|80|時刻|2026-04-01\n", true},
		{"", false}, {" \n\n", false}, {"a.example.jp", false}, {"a.example.jp | 443 | 画面 |  |", false}, {"| 443 | 画面 | 2026-04-01", false},
		{"a.jp | 0 | 画面 | 2026-04-01", false}, {"a.jp | 65536 | 画面 | 2026-04-01", false}, {"a.jp | https | 画面 | 2026-04-01", false},
		{"a.jp | 443 | 画面 | 2026-02-29", false}, {"a.jp | 443 | 画面 | 2026-04-01 | 2027-03-31 | 余り", false},
		{"a.jp | 443 | 画面 | 2026-04-01\nb.jp | 443", false},
	};
	const struct announce_kind *kind;
	char words[ANNOUNCE_FLAW_MAX];

	(void)state;
	REQ("K-58");
	assert_ok(load(SEKIMORI_ROOT "/catalog"));
	kind = announce_kind_code(BYTES_LIT("domain-list"));
	assert_non_null(kind);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (int language = 0; language < 2; language++) {
			err e = announce_kind_check_list(kind, bytes_str(rows[i].body), (enum language)language, words);

			if (err_is_ok(e) != rows[i].fits || !(rows[i].fits || err_is(e, ERR_INVALID)))
				fail_msg("%s: %s", rows[i].body, err_row(e)->name);
		}
	assert_err(INVALID, announce_kind_check_list(kind, BYTES_LIT("a.jp|443|画面|2026-04-01\nb.jp||画面|2026-04-01"), LANGUAGE_JA, words));
	assert_non_null(strstr(words, "2件目"));
	assert_non_null(strstr(words, "ポート"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_one),
		cmocka_unit_test(mistakes_are_said),
		cmocka_unit_test(lines_of_a_list),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
