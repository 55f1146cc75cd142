#include "base/unit_test.h"
#include "kinder/day.h"

static void test_tally(void **state)
{
	struct day_tally tally = {0};

	(void)state;
	day_tally_add(&tally, -1, true, false);
	day_tally_add(&tally, -1, true, true);
	day_tally_add(&tally, -1, false, false);
	day_tally_add(&tally, ABSENCE_ABSENCE, false, false);
	day_tally_add(&tally, ABSENCE_ABSENCE, true, false);
	day_tally_add(&tally, ABSENCE_LATE, false, false);
	day_tally_add(&tally, ABSENCE_LATE, true, false);
	day_tally_add(&tally, ABSENCE_EARLY, true, true);
	day_tally_add(&tally, ABSENCE_EARLY, false, false);
	assert_int_equal(tally.enrolled, 9);
	assert_int_equal(tally.present, 5);
	assert_int_equal(tally.left, 2);
	assert_int_equal(tally.absent, 1);
	assert_int_equal(tally.late, 2);
	assert_int_equal(tally.early, 2);
	assert_int_equal(tally.unknown, 2);
}

static void test_mark(void **state)
{
	(void)state;
	assert_string_equal(day_mark(true, -1, true), "○");
	assert_string_equal(day_mark(true, ABSENCE_ABSENCE, true), "○");
	assert_string_equal(day_mark(true, ABSENCE_LATE, true), "遅");
	assert_string_equal(day_mark(true, ABSENCE_EARLY, true), "早");
	assert_string_equal(day_mark(true, ABSENCE_ABSENCE, false), "×");
	assert_string_equal(day_mark(true, ABSENCE_LATE, false), "");
	assert_string_equal(day_mark(true, -1, false), "");
	assert_string_equal(day_mark(false, -1, false), "／");
	assert_string_equal(day_mark(false, -1, true), "○");
}

static struct absence absences[] = {
	{.child = {{1}}, .date = 20261124, .kind = ABSENCE_LATE},
	{.child = {{1}}, .date = 20261124, .kind = ABSENCE_ABSENCE}, /* the earlier report */
	{.child = {{1}}, .date = 20261125, .kind = ABSENCE_EARLY},
	{.child = {{3}}, .date = 20261123, .kind = ABSENCE_ABSENCE},
};
static struct attendance attendances[] = {
	{.child = {{1}}, .date = 20261124, .kind = ATTENDANCE_IN},
	{.child = {{1}}, .date = 20261124, .kind = ATTENDANCE_OUT},
	{.child = {{2}}, .date = 20261124, .kind = ATTENDANCE_IN},
	{.child = {{3}}, .date = 20261201, .kind = ATTENDANCE_IN},
};

static void test_find(void **state)
{
	void *absence_rows[] = {&absences[0], &absences[1], &absences[2], &absences[3]};
	void *attendance_rows[] = {&attendances[0], &attendances[1], &attendances[2], &attendances[3]};
	struct day_book book = {.absences = {absence_rows, 4, 4}, .attendances = {attendance_rows, 4, 4}};
	struct id one = {{1}};
	struct id two = {{2}};
	struct id three = {{3}};

	(void)state;
	assert_ptr_equal(day_absence(&book, one, 20261124), &absences[0]);
	assert_ptr_equal(day_absence(&book, one, 20261125), &absences[2]);
	assert_null(day_absence(&book, one, 20261126));
	assert_null(day_absence(&book, two, 20261124));
	assert_ptr_equal(day_absence(&book, three, 20261123), &absences[3]);
	assert_null(day_absence(&book, three, 20261124));
	assert_ptr_equal(day_attendance(&book, one, 20261124, ATTENDANCE_IN), &attendances[0]);
	assert_ptr_equal(day_attendance(&book, one, 20261124, ATTENDANCE_OUT), &attendances[1]);
	assert_ptr_equal(day_attendance(&book, two, 20261124, ATTENDANCE_IN), &attendances[2]);
	assert_null(day_attendance(&book, two, 20261124, ATTENDANCE_OUT));
	assert_null(day_attendance(&book, three, 20261124, ATTENDANCE_IN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tally), cmocka_unit_test(test_mark), cmocka_unit_test(test_find)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
