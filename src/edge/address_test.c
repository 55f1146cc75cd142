/*
 * Counting by address: the limit, one past it, and tables that fill and empty.
 */
#include "base/unit_test.h"
#include "edge/address.h"

#define MAX 3

static struct address v4(uint32_t number)
{
	struct address address = {{[10] = 0xff, [11] = 0xff}};

	for (unsigned i = 0; i < 4; i++)
		address.b[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	return address;
}

static struct address v6(uint8_t network, uint8_t host)
{
	return (struct address){{0x20, 0x01, 0x0d, 0xb8, [7] = network, [15] = host}};
}

static void at_the_limit_and_one_past_it(void **state)
{
	struct address_table *table;

	(void)state;
	assert_ok(address_table_new(MAX, &table));
	for (unsigned i = 0; i < MAX; i++)
		assert_ok(address_table_add(table, v4(1)));
	assert_err(LIMITED, address_table_add(table, v4(1)));
	assert_ok(address_table_add(table, v4(2)));
	address_table_remove(table, v4(1));
	assert_ok(address_table_add(table, v4(1)));
	assert_err(LIMITED, address_table_add(table, v4(1)));
	for (unsigned i = 0; i < MAX * ADDRESS_WAITING; i++)
		assert_ok(address_table_wait(table, v4(1)));
	assert_err(LIMITED, address_table_wait(table, v4(1)));
	address_table_leave(table, v4(1));
	assert_ok(address_table_wait(table, v4(1)));
	address_table_remove(table, v4(9)); /* was never added */
	assert_ok(address_table_add(table, v4(9)));
	address_table_free(&table);
	assert_null(table);
}

static void a_network_of_version_6_is_one_address(void **state)
{
	struct address_table *table;

	(void)state;
	assert_ok(address_table_new(MAX, &table));
	for (unsigned i = 0; i < MAX; i++)
		assert_ok(address_table_add(table, v6(1, (uint8_t)i)));
	assert_err(LIMITED, address_table_add(table, v6(1, 99)));
	assert_ok(address_table_add(table, v6(2, 99)));
	address_table_free(&table);
}

/* Far more addresses than slots pass through; those that stay are counted all the time. */
static void many_come_and_go(void **state)
{
	struct address_table *table;

	(void)state;
	assert_ok(address_table_new(1, &table));
	for (uint32_t i = 0; i < 4000; i++)
		assert_ok(address_table_add(table, v4(i)));
	for (uint32_t i = 100000; i < 200000; i++) {
		assert_ok(address_table_add(table, v4(i)));
		address_table_remove(table, v4(i));
	}
	for (uint32_t i = 0; i < 4000; i++)
		assert_err(LIMITED, address_table_add(table, v4(i)));
	for (uint32_t i = 0; i < 4000; i++)
		address_table_remove(table, v4(i));
	for (uint32_t i = 0; i < 4000; i++)
		assert_ok(address_table_add(table, v4(i)));
	address_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_limit_and_one_past_it),
		cmocka_unit_test(a_network_of_version_6_is_one_address),
		cmocka_unit_test(many_come_and_go),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
