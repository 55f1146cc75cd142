#include "base/unit_test.h"
#include "kinder/facility.h"

static const struct shape_row {
	const char *field;
	const char *text;
	bool good;
} rows[] = {
	{"municipality_code", "011002", true},
	{"municipality_code", "01100", false},
	{"municipality_code", "0110020", false},
	{"municipality_code", "01100x", false},
	{"opens", "7:00", true},
	{"opens", "07:00", true},
	{"opens", "0:00", true},
	{"opens", "24:00", true},
	{"opens", "24:01", false},
	{"opens", "25:00", false},
	{"opens", "7:60", false},
	{"opens", "7:0", false},
	{"opens", ":00", false},
	{"opens", "7.00", false},
	{"opens", "007:00", false},
	{"closes", "18:30", true},
	{"closes", "1830", false},
	{"telephone", "011-511-0447", true},
	{"telephone", "0120-0123-13", true},
	{"telephone", "", true},
	{"telephone", "11-511-0447", false},
	{"telephone", "011--511-0447", false},
	{"telephone", "011-511-0447-", false},
	{"telephone", "011-511-04x7", false},
	{"telephone", "0", false},
	{"latitude", "43.045613", true},
	{"latitude", "-43", true},
	{"latitude", "43.04.56", false},
	{"latitude", ".", false},
	{"longitude", "141.343758E", false},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value values[FIELD_MAX] = {{0}};
		struct problems problems = {.language = LANGUAGE_EN};
		const struct field *field = entity_field(&facility_entity, rows[i].field);
		struct value *value;

		assert_non_null(field);
		value = &values[field - facility_entity.fields];
		value->present = true;
		value->as.text = bytes_str(rows[i].text);
		if (facility_check(values, &problems) != rows[i].good)
			fail_msg("%s \"%s\"", rows[i].field, rows[i].text);
		assert_int_equal(problems.count, rows[i].good ? 0 : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
