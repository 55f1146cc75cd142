#include <stdio.h>

#include "cli/cli.h"
#include "cli/ops_int.h"
#include "op/compartment.h"
#include "op/openapi.h"

int ops_print(err e, const struct buf *text)
{
	if (!err_is_ok(e) || (text->len > 0 && fwrite(text->ptr, 1, text->len, stdout) != text->len) || fflush(stdout) != 0)
		return CLI_WRONG;
	return CLI_DONE;
}

int cli_ops(const struct cli_options *options)
{
	OWN(buf) text = {0};
	err e = compartment_start();

	if (err_is_ok(e))
		e = options->json ? openapi_list_json(&text) : openapi_list_text(&text);
	if (err_is_ok(e) && options->json)
		e = buf_append_str(&text, "\n");
	return ops_print(e, &text);
}
