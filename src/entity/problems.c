/*
 * problems - what is wrong with an input, collected field by field.
 */
#include <string.h>

#include "entity/flaw_int.h"
#include "entity/text_int.h"

void problems_add(struct problems *problems, const char *name, const struct field *field, enum flaw flaw, const char *words)
{
	struct problem_field *entry;

	REQUIRE(flaw > FLAW_NONE && flaw < FLAW_COUNT);
	if (problems->count >= PROBLEM_FIELD_MAX)
		return;
	if (name == NULL)
		name = field == NULL ? "" : field->name;
	entry = &problems->list[problems->count++];
	*entry = (struct problem_field){.flaw = flaw};
	text_show(bytes_str(name), entry->field, sizeof(entry->field));
	if (words != NULL)
		text_show(bytes_str(words), entry->message, sizeof(entry->message));
	else
		flaw_message(flaw, field, entry->field, problems->language, entry->message);
}
