#include <stdio.h>
#include <string.h>

#include "assure/trial.h"
#include "assure/trial_int.h"

/* ---- what was tried and seen ---- */

void trial_step(struct trial *trial, bool ok, unsigned objects, const char *ja, const char *en, const char *seen_format, ...)
{
	va_list words;

	va_start(words, seen_format);
	steps_add_format(&trial->steps, ok, objects, ja, en, seen_format, words);
	va_end(words);
}

void trial_unable(struct trial *trial, const char *ja, const char *en)
{
	steps_unable(&trial->steps, ja, en);
}

bool trial_expect(struct trial *trial, const struct seen *seen, int status, const char *type, const char *ja, const char *en)
{
	bool ok = seen->status == status && (type == NULL || strcmp(seen->type, type) == 0);

	trial_step(trial, ok, 1, ja, en, "%d%s%s", seen->status, seen->type[0] == '\0' ? "" : " ", seen->type);
	return ok;
}

const char *trial_text(struct trial *trial, const char *format, ...)
{
	char *text = trial->texts[trial->next_text++ % TRIAL_TEXTS];
	va_list words;
	int len;

	va_start(words, format);
	len = vsnprintf(text, TRIAL_TEXT_MAX, format, words);
	va_end(words);
	REQUIRE(len >= 0 && len < TRIAL_TEXT_MAX);
	return text;
}

/* ---- where we are ---- */

const char *trial_compartment(const struct trial *trial)
{
	return trial->compartment;
}

unsigned trial_where(const struct trial *trial)
{
	return trial->where;
}

bool trial_is_demo(const struct trial *trial)
{
	return trial->demo;
}
