/* Who may write to whom, and how many letters are under way at most. */
#include <stdio.h>

#include "base/unit_test.h"
#include "proc/postroute.h"

enum { PROVIDER, PROBE, SAPPORO, OTARU, PLACES };

static struct postroute table;

static int make(void **state)
{
	(void)state;
	table = (struct postroute){0};
	assert_ok(postroute_add(&table, "provider", POSTROUTE_PROVIDER));
	assert_ok(postroute_add(&table, "probe", POSTROUTE_PROBE));
	assert_ok(postroute_add(&table, "sapporo", POSTROUTE_CUSTOMER));
	assert_ok(postroute_add(&table, "otaru", POSTROUTE_CUSTOMER));
	return 0;
}

/* What is made for checks never reaches what is real, and the other way round. P1 of access.h */
static void who_to_whom(void **state)
{
	static const struct {
		size_t from, to;
		bool probe, may, probe_there;
	} rows[] = {
		{SAPPORO, PROVIDER, false, true, false},
		{SAPPORO, PROVIDER, true, true, true},
		{PROBE, PROVIDER, false, true, true},       /* whatever it says of itself */
		{PROBE, PROVIDER, true, true, true},
		{PROVIDER, SAPPORO, false, true, false},
		{PROVIDER, SAPPORO, true, true, true},
		{PROVIDER, PROBE, true, true, false},
		{PROVIDER, PROBE, false, false, false},
		{PROVIDER, PROVIDER, false, false, false},
		{SAPPORO, OTARU, false, false, false},
		{SAPPORO, OTARU, true, false, false},
		{SAPPORO, SAPPORO, false, false, false},
		{SAPPORO, PROBE, true, false, false},
		{PROBE, SAPPORO, true, false, false},
		{PROBE, SAPPORO, false, false, false},
		{PROBE, PROBE, true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t to = 77;
		bool probe = false;
		err e = postroute_to(&table, rows[i].from, bytes_str(table.places[rows[i].to].name), rows[i].probe, &to, &probe);

		if (err_is_ok(e) != rows[i].may || (rows[i].may && (to != rows[i].to || probe != rows[i].probe_there)))
			fail_msg("row %zu", i);
		if (!rows[i].may)
			assert_err(DENIED, e);
	}
}

static void strange_names(void **state)
{
	static const char *const names[] = {"", "*", "Sapporo", "sapporo ", "sapporox", "sappor", "nowhere"};
	size_t to;
	bool probe;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_err(DENIED, postroute_to(&table, PROVIDER, bytes_str(names[i]), false, &to, &probe));
		assert_err(DENIED, postroute_to(&table, SAPPORO, bytes_str(names[i]), false, &to, &probe));
	}
}

static struct postroute_way way(uint8_t letter, size_t from, size_t to)
{
	return (struct postroute_way){.letter = {{letter}}, .from = from, .to = to};
}

static err begin(uint8_t letter, size_t from, size_t to)
{
	const struct postroute_way new = way(letter, from, to);

	return postroute_begin(&table, &new);
}

static err end(uint8_t letter, size_t from, size_t to)
{
	const struct postroute_way old = way(letter, from, to);

	return postroute_end(&table, &old);
}

static void under_way(void **state)
{
	struct postroute_way next;

	(void)state;
	for (uint8_t i = 0; i < POSTROUTE_PAIR_MAX; i++) {
		assert_ok(begin(i, PROVIDER, SAPPORO));
		assert_ok(begin(i, PROVIDER, SAPPORO)); /* sent again */
	}
	assert_err(LIMITED, begin(99, PROVIDER, SAPPORO));
	assert_ok(begin(99, PROVIDER, OTARU));          /* one that does not answer stands in nobody's way */
	assert_ok(begin(99, SAPPORO, PROVIDER));
	/* Only who got it answers, and only once. */
	assert_err(NOT_FOUND, end(99, PROVIDER, SAPPORO));
	assert_err(NOT_FOUND, end(99, OTARU, PROVIDER));
	assert_ok(end(99, PROVIDER, OTARU));
	assert_err(NOT_FOUND, end(99, PROVIDER, OTARU));
	assert_ok(end(3, PROVIDER, SAPPORO));
	assert_ok(begin(99, PROVIDER, SAPPORO));
	for (size_t i = 0; i < POSTROUTE_PAIR_MAX; i++) {
		assert_ok(postroute_next_to(&table, SAPPORO, &next));
		assert_int_equal(next.from, PROVIDER);
	}
	assert_err(NOT_FOUND, postroute_next_to(&table, SAPPORO, &next));
	assert_int_equal(table.way_count, 1);
	postroute_forget_from(&table, SAPPORO);
	assert_int_equal(table.way_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_to_whom, make),
		cmocka_unit_test_setup(strange_names, make),
		cmocka_unit_test_setup(under_way, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
