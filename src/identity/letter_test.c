/* What a letter says. */
#include <string.h>

#include "base/unit_test.h"
#include "identity/letter.h"

#define LINK "https://seki.example/#/invitation/sapporo.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct letter_text plain = {
	.guardian = true, .name = BYTES_LIT("山田 花子"), .login = BYTES_LIT("hanako@sapporo"), .sender = BYTES_LIT("さくら幼稚園"),
	.telephone = BYTES_LIT("011-000-0000"), .link = BYTES_LIT(LINK),
	.expires_us = INT64_C(1796449320000000), /* 2026-12-05 14:42 JST */
};

static struct render *written(const struct letter_text *text)
{
	const struct render_head head = {.title = BYTES_LIT("案内"), .issued = BYTES_LIT("2026"), .language = LANGUAGE_JA};
	struct render *render = NULL;

	assert_ok(render_new(&head, &render));
	letter_write(render, text);
	return render;
}

static bool says(const struct render *render, const char *words)
{
	struct bytes document = render_document(render);

	return memmem(document.ptr, document.len, words, strlen(words)) != NULL;
}

static void a_guardian(void **state)
{
	static const char *const wanted[] = {
		"山田 花子 様", "お子さま", "ログイン名： hanako@sapporo", "2026年12月5日（土）14:42 まで", "はじめにすること", "一度だけ",
		"お問い合わせ： さくら幼稚園　電話 011-000-0000", LINK,
	};
	struct render *render = written(&plain);

	(void)state;
	REQ("K-1");
	assert_ok(renderwire_check(render_document(render)));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!says(render, wanted[i]))
			fail_msg("the letter does not say: %s", wanted[i]);
	render_free(&render);
}

/* The code that a camera reads is the link, and nothing else. */
static void the_code(void **state)
{
	struct render *render = written(&plain);
	struct bytes document = render_document(render);
	struct renderwire_head head;
	struct renderwire_item item = {0};
	size_t codes = 0;

	(void)state;
	assert_ok(renderwire_cut_head(&document, &head));
	while (document.len > 0) {
		assert_ok(renderwire_cut_item(&document, &item));
		if (item.kind != RENDERWIRE_QR)
			continue;
		codes++;
		assert_true(bytes_is(item.payload, LINK));
	}
	assert_int_equal(codes, 1);
	render_free(&render);
}

static void others(void **state)
{
	struct letter_text text = plain;
	struct render *render;

	(void)state;
	text.guardian = false;
	text.telephone = (struct bytes){0};
	render = written(&text);
	assert_false(says(render, "お子さま"));
	assert_false(says(render, "電話"));
	assert_true(says(render, "仕事で使っていただく"));
	render_free(&render);
	text.recovery = true;
	render = written(&text);
	assert_true(says(render, "新しいパスワード"));
	assert_true(says(render, "確認コード"));
	render_free(&render);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_guardian), cmocka_unit_test(the_code), cmocka_unit_test(others)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
