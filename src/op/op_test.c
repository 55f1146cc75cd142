#include <string.h>

#include "base/unit_test.h"
#include "op/compartment.h"

struct route_row {
	const char *method, *path;
	const char *id;        /* of the operation; NULL: not found; "405" */
	const char *first;     /* raw text of the first path input */
};

static const struct route_row rows[] = {
	{"GET", "/v1/children", "child.list", NULL},
	{"GET", "/v1/children/abc", "child.see", "abc"},
	{"GET", "/v1/children/abc/absences", "absence.list", "abc"},
	{"POST", "/v1/children/abc/absences", "absence.report", "abc"},
	{"GET", "/v1/ledger/sapporo/checkpoint", "ledger.checkpoint", "sapporo"},
	{"GET", "/v1/ledger/sapporo/tile/0/x001/234", "ledger.tile", "sapporo"},
	{"GET", "/v1/announcements/current", "announcement.current", NULL},
	{"PUT", "/v1/announcements/abc", "announcement.change", "abc"},
	{"PATCH", "/v1/children/abc", "405", NULL},
	{"GET", "/v1/children/", NULL, NULL},
	{"GET", "/v1/children//absences", NULL, NULL},
	{"GET", "/v1/childre", NULL, NULL},
	{"GET", "/v1/children/abc/absences/x", NULL, NULL},
	{"GET", "/v1", NULL, NULL},
	{"GET", "", NULL, NULL},
	{"GET", "v1/children", NULL, NULL},
};

static void test_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes parts[OP_PATH_INPUT_MAX];
		char allow[64] = "";
		const struct op *op = NULL;
		err e = op_route_find(rows[i].method, bytes_str(rows[i].path), &op, parts, allow);

		if (rows[i].id == NULL) {
			assert_err(NOT_FOUND, e);
		} else if (strcmp(rows[i].id, "405") == 0) {
			assert_err(METHOD, e);
			assert_string_equal(allow, "GET, PUT");
		} else {
			assert_ok(e);
			assert_string_equal(op->id, rows[i].id);
			if (rows[i].first != NULL)
				assert_true(bytes_is(parts[0], rows[i].first));
		}
	}
}

/* Every row of the table is complete and consistent: the program would not start otherwise. */
static void test_tables_fit(void **state)
{
	(void)state;
	assert_ok(compartment_start());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_fit),
		cmocka_unit_test(test_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
