#include <stdio.h>

#include "base/unit_test.h"
#include "crypto/crypto.h"
#include "ledger/ledger.h"
#include "op/compartment.h"
#include "op/local.h"
#include "store/temp_test.h"

#include "govern/describe.h"

static err read_one(const char *text, struct arena *arena, struct described *out)
{
	struct yaml_node *root = NULL;

	TRY(yaml_parse(bytes_str(text), "t.yaml", arena, &root));
	TRY(yaml_only(root, DESCRIBE_MEMBERS "fields"));
	return describe_read(root, "case", arena, out);
}

#define GOOD "code: inquiry\ntitle: {ja: \"問い合わせ\", en: \"Inquiry\"}\nhome: customer\n"

static void description_is_read(void **state)
{
	struct described one, other, moved;
	OWN(arena) arena = {0};

	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	assert_ok(read_one(GOOD "see: any\nfile: [officer, principal]\nhandle: [operator]\n", &arena, &one));
	assert_string_equal(one.code, "inquiry");
	assert_string_equal(one.title.en, "Inquiry");
	assert_int_equal(one.home, HOME_CUSTOMER);
	assert_int_equal(one.see, ROLES_ANY);
	assert_int_equal(one.file, ROLE(OFFICER) | ROLE(PRINCIPAL));
	assert_int_equal(one.approve, 0);
	assert_int_equal(strlen(one.digest), 64);
	/* The same words elsewhere are the same description; other words are another. */
	assert_ok(read_one("# words\n\n" GOOD "see: any\nfile: [ officer, principal ]\nhandle: [operator]\n", &arena, &moved));
	assert_string_equal(one.digest, moved.digest);
	assert_ok(read_one(GOOD "see: any\nfile: [officer]\nhandle: [operator]\n", &arena, &other));
	assert_string_not_equal(one.digest, other.digest);
}

static const struct { const char *name, *text; } refused[] = {
	{"no code", "title: {ja: a, en: a}\nhome: each\n"},
	{"a code of one letter", "code: a\ntitle: {ja: a, en: a}\nhome: each\n"},
	{"a code in capitals", "code: Inquiry\ntitle: {ja: a, en: a}\nhome: each\n"},
	{"a code of 41 letters", "code: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\ntitle: {ja: a, en: a}\nhome: each\n"},
	{"no title", "code: inquiry\nhome: each\n"},
	{"half a title", "code: inquiry\ntitle: {ja: a}\nhome: each\n"},
	{"a third language", "code: inquiry\ntitle: {ja: a, en: a, fr: a}\nhome: each\n"},
	{"no home", "code: inquiry\ntitle: {ja: a, en: a}\n"},
	{"a home that is none", "code: inquiry\ntitle: {ja: a, en: a}\nhome: moon\n"},
	{"a role that is none", GOOD "see: [officer, pirate]\n"},
	{"nobody's role", GOOD "see: [none]\n"},
	{"a role twice", GOOD "see: [officer, officer]\n"},
	{"a role that is a list", GOOD "see: [[officer]]\n"},
	{"roles that are no list", GOOD "see: officer\n"},
	{"an unknown member", GOOD "sea: any\n"},
};

static void mistakes_are_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct described one;
		OWN(arena) arena = {0};

		arena_init(&arena, (size_t)1 << 20);
		if (!err_is(read_one(refused[i].text, &arena, &one), ERR_INVALID))
			fail_msg("accepted: %s", refused[i].name);
	}
}

static void spans(void **state)
{
	static const struct { const char *text; int64_t seconds; } rows[] = {
		{"90s", 90}, {"15m", 900}, {"48h", 172800}, {"30d", 2592000}, {"6mo", 15552000}, {"99999d", INT64_C(8639913600)},
		{"0d", 0}, {"d", 0}, {"-1d", 0}, {"1", 0}, {"1w", 0}, {"100000d", 0}, {"1 d", 0}, {"1dd", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct yaml_node *root = NULL;
		int64_t seconds = 0;
		char text[64];
		OWN(arena) arena = {0};

		arena_init(&arena, (size_t)1 << 20);
		(void)snprintf(text, sizeof(text), "span: \"%s\"\n", rows[i].text);
		assert_ok(yaml_parse(bytes_str(text), "t.yaml", &arena, &root));
		assert_int_equal(err_is_ok(describe_span(root, "span", &seconds)), rows[i].seconds != 0);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

/* ---- rows ---- */

#define ONE(name, place, is_shared) \
	{.kind = "register", .code = name, .title = {"あ", "a"}, .home = place, .shared = is_shared, .see = ROLES_ANY, .file = ROLE(OFFICER), \
	    .approve = ROLE(OFFICER_ADMIN), .digest = "00"}

static struct described known[] = {
	ONE("ours", HOME_CUSTOMER, false), ONE("theirs", HOME_PROVIDER, false), ONE("sent", HOME_PROVIDER, true), ONE("both", HOME_EACH, false),
};

static void list_of(size_t count)
{
	describe_forget();
	for (size_t i = 0; i < count; i++)
		assert_ok(describe_add(&known[i]));
}

static uint64_t events_of_a_start(struct local **local_out)
{
	struct ledger_head head;
	struct local *local = NULL;

	assert_ok(local_open(temp_file("city"), NULL, &local));
	ledger_head(local_compartment(local)->ledger, &head);
	*local_out = local;
	return head.size;
}

static uint64_t start_and_stop(void)
{
	struct local *local = NULL;
	uint64_t size = events_of_a_start(&local);

	local_close(&local);
	return size;
}

static int64_t count_rows(const char *where)
{
	struct statement statement = {"test.count", NULL};
	struct query *query = NULL;
	struct db *db = NULL;
	int64_t rows;
	bool found = false;
	char sql[160];

	(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM description WHERE %s", where);
	statement.sql = sql;
	assert_ok(db_open(temp_file("city/core/" COMPARTMENT_DATABASE), DB_READ, &db));
	assert_ok(query_start(db, &statement, &query));
	assert_ok(query_step(query, &found));
	rows = column_int(query, 0);
	query_end(&query);
	db_close(&db);
	return rows;
}

static void rows_follow_the_list(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City"};
	uint64_t first, size;

	(void)state;
	list_of(4);
	assert_ok(crypto_start());
	assert_ok(compartment_start());
	assert_ok(compartment_make(temp_file("city"), &spec));
	first = start_and_stop();
	assert_int_equal(count_rows("1 = 1"), 3);           /* what is only the provider's is not here */
	assert_int_equal(count_rows("file <> 0"), 2);       /* what is sent here is not filed here */
	assert_int_equal(count_rows("code = 'sent' AND file = 0 AND approve = 0 AND see <> 0"), 1);
	assert_int_equal(start_and_stop(), first);          /* nothing has changed: no event */
	known[0].file = ROLE(PRINCIPAL);
	known[0].digest = "01";
	size = start_and_stop();
	assert_int_equal(size, first + 1);
	assert_int_equal(count_rows("file = 4 OR file = 8"), 1);
	list_of(1);
	assert_int_equal(start_and_stop(), size + 1);
	assert_int_equal(count_rows("retired = 1 AND file = 0 AND approve = 0 AND see <> 0"), 2); /* D2 */
	assert_int_equal(start_and_stop(), size + 1);
	list_of(4);
	assert_int_equal(start_and_stop(), size + 2);
	assert_int_equal(count_rows("retired = 1"), 0);
	describe_forget(); /* who has read no files retires nothing */
	assert_int_equal(start_and_stop(), size + 2);
	assert_int_equal(count_rows("retired = 1"), 0);
}

static void twice_is_refused(void **state)
{
	(void)state;
	list_of(1);
	assert_err(CONFLICT, describe_add(&known[0]));
	assert_ptr_equal(describe_find(describe_id("register", "ours")), &known[0]);
	assert_null(describe_find(describe_id("case", "ours")));
	assert_null(describe_at(1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(description_is_read),
		cmocka_unit_test(mistakes_are_said),
		cmocka_unit_test(spans),
		cmocka_unit_test(twice_is_refused),
		cmocka_unit_test_setup_teardown(rows_follow_the_list, temp_make, temp_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
