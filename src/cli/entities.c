#include "cli/cli.h"
#include "cli/ops_int.h"
#include "entity/schema.h"

int cli_entities(const struct cli_options *options)
{
	OWN(buf) text = {0};

	return ops_print(options->json ? schema_dictionary_json(entities, &text) : schema_dictionary_csv(entities, &text), &text);
}
