/* Whatever is a document becomes a PDF or is refused. */
#include "proc/paper.h"
#include "proc/type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* As in paper_test.c. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libcairo.so";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	OWN(buf) pdf = {0};

	if (!started)
		REQUIRE(err_is_ok(type_start()));
	started = true;
	err_ignore(paper_make((struct bytes){data, size}, &pdf)); /* that it ends is all that is asked */
	return 0;
}
