#include "base/unit_test.h"
#include "op/scanwire.h"

static void pair_begin_and_data(void **state)
{
	static const uint8_t most[SCANWIRE_DATA_MAX + 1] = {1, 2, 3};
	struct scanwire_frame frame = {.type = SCANWIRE_BEGIN, .number = 7, .size = SCANWIRE_SIZE_MAX};
	struct scanwire_frame got;
	OWN(buf) message = {0};

	(void)state;
	assert_ok(scanwire_put(&message, &frame));
	assert_ok(scanwire_cut(bytes_of(&message), &got));
	assert_int_equal(got.type, SCANWIRE_BEGIN);
	assert_int_equal(got.number, 7);
	assert_int_equal(got.size, SCANWIRE_SIZE_MAX);
	message.ptr[message.len - 1]++;
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
	buf_clear(&message);
	frame = (struct scanwire_frame){.type = SCANWIRE_DATA, .number = 8, .data = {most, SCANWIRE_DATA_MAX}};
	assert_ok(scanwire_put(&message, &frame));
	assert_ok(scanwire_cut(bytes_of(&message), &got));
	assert_bytes(got.data, frame.data);
	assert_ok(buf_u8(&message, 0));
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
	message.len = 6;
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
}

static void pair_answer(void **state)
{
	struct scanwire_frame frame = {
		.type = SCANWIRE_ANSWER, .number = 9,
		.answer = {.verdict = SCANWIRE_PASSED, .media = MEDIA_DOCX, .signatures_s = 1795476600, .engine = BYTES_LIT("ClamAV 1.4.3/27450")},
	};
	struct scanwire_frame got;
	OWN(buf) message = {0};

	(void)state;
	assert_ok(scanwire_put(&message, &frame));
	assert_ok(scanwire_cut(bytes_of(&message), &got));
	assert_int_equal(got.answer.verdict, SCANWIRE_PASSED);
	assert_int_equal(got.answer.media, MEDIA_DOCX);
	assert_int_equal(got.answer.signatures_s, 1795476600);
	assert_bytes(got.answer.engine, frame.answer.engine);
	buf_clear(&message);
	frame.answer = (struct scanwire_answer){.verdict = SCANWIRE_FOUND, .found = BYTES_LIT("Eicar-Test-Signature")};
	assert_ok(scanwire_put(&message, &frame));
	assert_ok(scanwire_cut(bytes_of(&message), &got));
	assert_bytes(got.answer.found, frame.answer.found);
}

/* Where verdict and media stand in an answer. */
#define AT_VERDICT 6
#define AT_MEDIA 7

static void contradictions(void **state)
{
	struct scanwire_frame frame = {.type = SCANWIRE_ANSWER, .answer = {.verdict = SCANWIRE_FOUND, .found = BYTES_LIT("x")}};
	struct scanwire_frame got;
	OWN(buf) message = {0};

	(void)state;
	assert_ok(scanwire_put(&message, &frame));
	for (uint8_t verdict = 0; verdict <= SCANWIRE_VERDICT_COUNT; verdict++) {
		message.ptr[AT_VERDICT] = verdict;
		if (verdict == SCANWIRE_FOUND || verdict == SCANWIRE_FAILED)
			assert_ok(scanwire_cut(bytes_of(&message), &got));
		else
			assert_err(INVALID, scanwire_cut(bytes_of(&message), &got)); /* names what it has not found */
	}
	message.ptr[AT_VERDICT] = SCANWIRE_FOUND;
	message.ptr[AT_MEDIA] = MEDIA_PDF; /* found, and yet of a kind that passes */
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
	message.ptr[AT_MEDIA] = MEDIA_NONE;
	message.ptr[message.len - 1] = 0x1b; /* no escapes for whoever prints it */
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
	buf_clear(&message);
	frame.answer = (struct scanwire_answer){.verdict = SCANWIRE_PASSED};
	assert_ok(scanwire_put(&message, &frame));
	message.ptr[AT_MEDIA] = MEDIA_COUNT;
	assert_err(INVALID, scanwire_cut(bytes_of(&message), &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pair_begin_and_data),
		cmocka_unit_test(pair_answer),
		cmocka_unit_test(contradictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
