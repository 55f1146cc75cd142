/*
 * CSV: the city's real files in both encodings, every kind of problem with its place, and out and in again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit_test.h"
#include "entity/csv.h"
#include "entity/example.h"

const struct entity *const *const entities = example_entities;

/* A facility of the city's list, as far as these tests look at it. */
struct listed {
	struct row row;
	struct bytes municipality, code, name, kind, address, telephone;
	int64_t capacity;
	struct bytes ages, opens, closes, operator_, url, notes;
};

#define AT(member) .offset = offsetof(struct listed, member)
#define TEXT(column_, name_) .name = name_, .ja = column_, .en = name_, .column = column_, .type = FIELD_TEXT, .grade = GRADE_1
static const struct field listed_fields[] = {
	{TEXT("全国地方公共団体コード", "municipality"), .required = true, .min = 6, .max = 6, AT(municipality)},
	{TEXT("ID", "code"), .required = true, .max = 20, AT(code)},
	{TEXT("名称", "name"), .required = true, .max = 100, AT(name)},
	{TEXT("種別", "kind"), .required = true, .max = 40, AT(kind)},
	{TEXT("所在地_連結表記", "address"), .required = true, AT(address)},
	{TEXT("電話番号", "telephone"), .max = 20, AT(telephone)},
	{.name = "capacity", .ja = "収容定員", .en = "Capacity", .type = FIELD_INT, .grade = GRADE_1, .min = 0, .max = 1000,
	    AT(capacity)},
	{TEXT("受入年齢", "ages"), .max = 100, AT(ages)},
	{TEXT("利用開始時間", "opens"), .max = 10, AT(opens)},
	{TEXT("利用終了時間", "closes"), .max = 10, AT(closes)},
	{TEXT("設置主体", "operator"), .max = 20, AT(operator_)},
	{TEXT("URL", "url"), AT(url)},
	{TEXT("備考", "notes"), .max = 1000, AT(notes)},
};
#define FIELD_KIND 3
#define FIELD_OPERATOR 10
#define FIELD_COUNT (sizeof(listed_fields) / sizeof(listed_fields[0]))

static const struct entity listed = {
	.name = "listed",
	.ja = "施設",
	.en = "Facility",
	.size = sizeof(struct listed),
	.fields = listed_fields,
	.field_count = FIELD_COUNT,
};

static struct arena arena;

static void read_file(const char *name, struct buf *out)
{
	char path[1024];
	FILE *file;
	size_t len;

	assert_true((size_t)snprintf(path, sizeof(path), "%s/%s", SEKIMORI_TEST_DATA, name) < sizeof(path));
	file = fopen(path, "rbe");
	assert_non_null(file);
	assert_true(err_is_ok(buf_reserve(out, (size_t)1 << 20)));
	len = fread(out->ptr, 1, out->cap, file);
	assert_true(len > 0 && len < out->cap);
	out->len = len;
	assert_int_equal(fclose(file), 0);
}

/* Each row as one line of text, so that the two encodings can be compared. */
struct gathered {
	size_t count;
	size_t municipal;
	size_t problems;
	struct buf lines[600];
};

static err gather_row(void *context, uint32_t row, const struct value *values)
{
	struct gathered *all = context;

	assert_true(all->count < 600);
	assert_int_equal(row, all->count + 2);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		TRY(value_text(&listed_fields[i], &values[i], &all->lines[all->count]));
		TRY(buf_u8(&all->lines[all->count], '|'));
	}
	all->municipal += bytes_is(values[FIELD_KIND].as.text, "幼稚園") && values[FIELD_OPERATOR].present &&
	    bytes_is(values[FIELD_OPERATOR].as.text, "市");
	all->count++;
	return OK;
}

static err gather_problem(void *context, const struct csv_problem *problem)
{
	struct gathered *all = context;

	print_message("row %u column %u %s: %s\n", problem->row, problem->column, problem->heading, problem->message_ja);
	all->problems++;
	return OK;
}

static struct gathered *gather(const char *name, enum csv_encoding encoding)
{
	struct gathered *all = calloc(1, sizeof(*all));
	const struct csv_sink sink = {.context = all, .row = gather_row, .problem = gather_problem};
	OWN(buf) file = {0};

	assert_non_null(all);
	read_file(name, &file);
	assert_true(err_is_ok(csv_read(bytes_of(&file), encoding, &listed, &arena, &sink)));
	return all;
}

static void gathered_free(struct gathered *all)
{
	for (size_t i = 0; i < all->count; i++)
		buf_free(&all->lines[i]);
	free(all);
}

static void test_real_files(void **state)
{
	struct gathered *utf8 = gather("sapporo-facilities-utf8.csv", CSV_AUTO);
	struct gathered *cp932 = gather("sapporo-facilities-cp932.csv", CSV_AUTO);
	size_t differ = 0;

	(void)state;
	assert_int_equal(utf8->count, 528);
	assert_int_equal(cp932->count, 528);
	assert_int_equal(utf8->problems + cp932->problems, 0);
	assert_int_equal(utf8->municipal, 10);
	assert_int_equal(cp932->municipal, 10);
	for (size_t i = 0; i < 528; i++)
		differ += !bytes_equal(bytes_of(&utf8->lines[i]), bytes_of(&cp932->lines[i]));
	assert_int_equal(differ, 17);
	gathered_free(utf8);
	gathered_free(cp932);
}

static void test_wrong_encoding(void **state)
{
	struct gathered all = {0};
	const struct csv_sink sink = {.context = &all, .row = gather_row, .problem = gather_problem};
	OWN(buf) file = {0};

	(void)state;
	read_file("sapporo-facilities-cp932.csv", &file);
	assert_true(err_is(csv_read(bytes_of(&file), CSV_UTF8, &listed, &arena, &sink), ERR_INVALID));
	assert_true(all.problems > 0 && all.count == 0);
}

/* What a small file says: rows as [name=text …], problems as (row,column,heading,code). */
static err tell_row(void *context, uint32_t row, const struct value *values)
{
	struct buf *out = context;

	TRY(buf_printf(out, "[%u", row));
	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++) {
		if (!values[i].present)
			continue;
		TRY(buf_printf(out, " %s=", example_fields[i].name));
		TRY(value_text(&example_fields[i], &values[i], out));
	}
	return buf_append_str(out, "]");
}

static err tell_problem(void *context, const struct csv_problem *problem)
{
	assert_true(problem->message_ja[0] != '\0' && problem->message_en[0] != '\0');
	return buf_printf(context, "(%u,%u,%s,%s)", problem->row, problem->column, problem->heading, flaw_code(problem->flaw));
}

#define F "00000000000000000000000001"
#define HEAD "facility,ID,name,席,備考\r\n"
#define GOOD "[2 facility=" F " code=A1 name=n]"

static const struct {
	const char *file;
	size_t len; /* 0: to the NUL */
	enum csv_encoding encoding;
	enum err_code result;
	const char *told;
} rows[] = {
	{HEAD F ",A1,n,,\r\n", 0, CSV_AUTO, ERR_OK, GOOD},
	{HEAD F ",A1,n,,", 0, CSV_AUTO, ERR_OK, GOOD},
	{HEAD F ",A1,n,,\r\n\r\n", 0, CSV_AUTO, ERR_OK, GOOD},
	{"facility,ID,name,席,備考\n" F ",A1,n,,\n", 0, CSV_AUTO, ERR_OK, GOOD},
	{"\xef\xbb\xbf" HEAD F ",A1,n,,\r\n", 0, CSV_AUTO, ERR_OK, GOOD},
	{"\xef\xbb\xbf" HEAD F ",A1,n,,\r\n", 0, CSV_UTF8, ERR_OK, GOOD},
	{"園,extra,code,名前\r\n" F ",?,A1,n\r\n", 0, CSV_AUTO, ERR_OK, GOOD}, /* by its name */
	{"園,extra,番号,名前\r\n" F ",?,A1,n\r\n", 0, CSV_AUTO, ERR_OK, GOOD},
	{HEAD F ",A1,\"n\"\"\r\n,m\",-5,\"a\r\nb\"\r\n", 0, CSV_AUTO, ERR_OK, "(2,3,name,control)"},
	{HEAD F ",A1,\"n\"\"m\",-5,\"a\r\nb\"\r\n" F ",A2,o,,\r\n", 0, CSV_AUTO, ERR_OK,
	    "[2 facility=" F " seat=-5 code=A1 name=n\"m notes=a\nb][3 facility=" F " code=A2 name=o]"},
	{HEAD F ",A1,'=1,'-3,''+x\r\n", 0, CSV_AUTO, ERR_OK, "[2 facility=" F " seat=-3 code=A1 name==1 notes='+x]"},
	{HEAD F ",A1,'a,,'\r\n", 0, CSV_AUTO, ERR_OK, "[2 facility=" F " code=A1 name='a notes=']"},
	/* every problem of every row */
	{HEAD "x,A,,41,\xc2\x80\r\n" F ",A1,n,,\r\n,,,,\r\n", 0, CSV_AUTO, ERR_OK,
	    "(2,1,facility,format)(2,2,ID,too-short)(2,3,name,missing)(2,4,席,too-large)(2,5,備考,control)"
	    "[3 facility=" F " code=A1 name=n](4,1,facility,missing)(4,2,ID,missing)(4,3,name,missing)"},
	{HEAD F ",A1,n,\r\n" F ",A1,n,,,\r\n", 0, CSV_AUTO, ERR_OK, "(2,0,,format)(3,0,,format)"},
	{HEAD F ",A1,n\"x,,\r\n" F ",\"A1\"x,n,,\r\n" F ",A1,\"n,,\r\n", 0, CSV_AUTO, ERR_OK,
	    "(2,3,name,format)(3,2,ID,format)(4,3,name,format)"},
	{HEAD F ",A1,n\rm,,\r\n", 0, CSV_AUTO, ERR_OK, "(2,3,name,format)"},
	{HEAD F ",A1,a\xff,,\r\n", 0, CSV_UTF8, ERR_OK, "(2,3,name,encoding)"},
	{HEAD F ",A1,a\0b,,\r\n", sizeof(HEAD F ",A1,a\0b,,\r\n") - 1, CSV_UTF8, ERR_OK, "(2,3,name,control)"},
	{"", 0, CSV_AUTO, ERR_INVALID, "(0,0,,missing)"},
	{"\xef\xbb\xbf", 0, CSV_AUTO, ERR_INVALID, "(0,0,,missing)"},
	{"\"\r\n", 0, CSV_AUTO, ERR_INVALID, "(1,1,,format)"},
	{"facility,ID,name,name\r\n", 0, CSV_AUTO, ERR_INVALID, "(1,4,name,duplicate)"},
	{"facility\r\n", 0, CSV_AUTO, ERR_INVALID, "(1,0,ID,missing)(1,0,名前,missing)"},
	/* CP932: 髙 FBFC, 﨑 FAB1, ① 8740, Ⅰ 8754 (NEC), ﾊ CA, ～ 8160, a quote and a comma never are second bytes */
	{"facility,ID,name,\x94\xf5\x8dl\r\n" F ",A1,\xfb\xfc\xfa\xb1,\x87\x40\x87\x54\xca\x81\x60\x83\x5c\r\n", 0, CSV_AUTO, ERR_OK,
	    "[2 facility=" F " code=A1 name=髙﨑 notes=①Ⅰﾊ～ソ]"},
	{"facility,ID,name,\x94\xf5\x8dl\r\n" F ",A1,\xed\x95\x81,\xee\xfc\x81\r\n", 0, CSV_CP932, ERR_OK,
	    "(2,3,name,encoding)(2,4,備考,encoding)"},
	{"facility,ID,name\r\n" F ",A1,\xa0\r\n" F ",A1,\x85\x40\r\n", 0, CSV_CP932, ERR_OK, "(2,3,name,encoding)(3,3,name,encoding)"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = rows[i].len == 0 ? strlen(rows[i].file) : rows[i].len;
		OWN(buf) told = {0};
		const struct csv_sink sink = {.context = &told, .row = tell_row, .problem = tell_problem};
		err e = csv_read((struct bytes){(const uint8_t *)rows[i].file, len}, rows[i].encoding, &example, &arena, &sink);

		assert_true(err_is_ok(buf_u8(&told, '\0')));
		if (!err_is(e, rows[i].result) || strcmp((const char *)told.ptr, rows[i].told) != 0)
			fail_msg("row %zu: %s: %s", i, err_row(e)->name, (const char *)told.ptr);
	}
}

static err count_row(void *context, uint32_t row, const struct value *values)
{
	(void)row;
	(void)values;
	++*(size_t *)context;
	return OK;
}

static err keep_columns(void *context, const uint32_t columns[static FIELD_MAX])
{
	memcpy(context, columns, FIELD_MAX * sizeof(*columns));
	return OK;
}

static err skip_row(void *context, uint32_t row, const struct value *values)
{
	(void)context;
	(void)row;
	(void)values;
	return OK;
}

static void test_heading(void **state)
{
	uint32_t columns[FIELD_MAX] = {0};
	const struct csv_sink sink = {.context = columns, .heading = keep_columns, .row = skip_row};

	(void)state;
	assert_ok(csv_read(bytes_str("名前,?,園,ID\r\n"), CSV_AUTO, &example, &arena, &sink));
	for (size_t i = 0; i < EXAMPLE_FIELD_COUNT; i++)
		assert_int_equal(columns[i], i == 8 ? 1 : i == 0 ? 3 : i == 7 ? 4 : 0);
}

static err stop_problem(void *context, const struct csv_problem *problem)
{
	(void)context;
	return problem->flaw == FLAW_TOO_LONG ? FAIL(DENIED) : OK;
}

static void test_limits(void **state)
{
	size_t count = 0;
	const struct csv_sink sink = {.context = &count, .row = count_row, .problem = stop_problem};
	OWN(buf) file = {0};

	(void)state;
	assert_true(err_is_ok(buf_append_str(&file, "facility,ID,name,備考\r\n")));
	for (size_t i = 0; i < CSV_ROW_MAX; i++)
		assert_true(err_is_ok(buf_append_str(&file, F ",A1,n,\r\n")));
	assert_true(err_is_ok(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink)));
	assert_int_equal(count, CSV_ROW_MAX);
	assert_true(err_is_ok(buf_append_str(&file, F ",A1,n,\r\n")));
	assert_true(err_is(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink), ERR_TOO_LARGE));

	buf_clear(&file);
	assert_true(err_is_ok(buf_append_str(&file, "facility,ID,name,備考\r\n" F ",A1,n,")));
	for (size_t i = 0; i < CSV_CELL_MAX / 4; i++)
		assert_true(err_is_ok(buf_append_str(&file, "\xf0\x9f\x8c\xb8")));
	count = 0;
	assert_true(err_is_ok(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink)));
	assert_int_equal(count, 1);
	assert_true(err_is_ok(buf_append_str(&file, "x")));
	/* the sink's own error passes through */
	assert_true(err_is(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink), ERR_DENIED));

	buf_clear(&file);
	for (size_t i = 0; i < CSV_COLUMN_MAX; i++)
		assert_true(err_is_ok(buf_printf(&file, "c%zu,", i)));
	assert_true(err_is(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink), ERR_INVALID));

	buf_clear(&file);
	assert_true(err_is_ok(buf_reserve(&file, CSV_SIZE_MAX + 1)));
	memset(file.ptr, '\n', CSV_SIZE_MAX + 1);
	file.len = CSV_SIZE_MAX + 1;
	assert_true(err_is(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink), ERR_TOO_LARGE));
	file.len--;
	assert_true(err_is(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink), ERR_INVALID));
}

static const char *const cells[] = {
	"plain", "=1+1", "+81", "-x", "@a", "'=1", "''-2", "'a", "'", "a,b", "a\"b", " a ", "\"", "髙﨑",
};

static void test_out_and_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct example row = {
			.row.id = {{1}},
			.facility = {{[15] = 1}},
			.kind = 1,
			.seat = -5,
			.active = true,
			.entry_date = 20260401,
			.code = bytes_str("A1"),
			.name = bytes_str(cells[i]),
			.notes = bytes_str("x\ny"),
			.blood = -1,
		};
		OWN(buf) file = {0};
		OWN(buf) told = {0};
		OWN(buf) wanted = {0};
		const struct csv_sink sink = {.context = &told, .row = tell_row, .problem = tell_problem};

		assert_true(err_is_ok(csv_head(&example, &file)));
		assert_memory_equal(file.ptr, "\xef\xbb\xbfid,園,", 10);
		assert_true(err_is_ok(csv_row(&example, &row, "*", &file)));
		assert_true(err_is_ok(csv_read(bytes_of(&file), CSV_AUTO, &example, &arena, &sink)));
		assert_true(err_is_ok(buf_printf(&wanted, "[2 facility=" F " kind=half seat=-5 active=true entry_date=2026-04-01 "
		                                          "code=A1 name=%s notes=x\ny]", cells[i])));
		if (!bytes_equal(bytes_of(&told), bytes_of(&wanted)))
			fail_msg("%s: %.*s from %.*s", cells[i], (int)told.len, (const char *)told.ptr, (int)file.len,
			    (const char *)file.ptr);
	}
}

static void test_out_guards(void **state)
{
	static const char *const guarded[] = {"=1", "+1", "-1", "@1", "\t1", "\r1", "'=1"};
	struct place row = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++) {
		OWN(buf) out = {0};

		row.title = bytes_str(guarded[i]);
		assert_true(err_is_ok(csv_row(&place, &row, NULL, &out)));
		assert_true(err_is_ok(buf_u8(&out, '\0')));
		assert_non_null(strchr((const char *)out.ptr, '\''));
		assert_non_null(strstr((const char *)out.ptr, "\r\n"));
	}
}

static void test_out_groups(void **state)
{
	struct example row = {.name = bytes_str("秘密"), .code = bytes_str("A1"), .kind = -1, .blood = -1};
	OWN(buf) out = {0};

	(void)state;
	assert_true(err_is_ok(csv_row(&example, &row, NULL, &out)));
	assert_true(err_is_ok(buf_u8(&out, '\0')));
	assert_string_equal((const char *)out.ptr, "00000000000000000000000000,,,,0,false,,,A1,,,,,,,\r\n");
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)1 << 20);
	return err_is_ok(csv_start()) ? 0 : 1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_files),
		cmocka_unit_test(test_wrong_encoding),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_heading),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_out_and_in),
		cmocka_unit_test(test_out_guards),
		cmocka_unit_test(test_out_groups),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
