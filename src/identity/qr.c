#include <limits.h>

#include <qrencode.h>

#include "identity/qr.h"

#define DARK 1u  /* the lowest bit of a module */

static err put_row(struct json *json, const unsigned char *modules, size_t width)
{
	OWN(buf) row = {0};

	TRY(buf_reserve(&row, width));
	for (size_t i = 0; i < width; i++)
		row.ptr[row.len++] = (modules[i] & DARK) != 0 ? '1' : '0';
	json_text(json, NULL, bytes_of(&row));
	return json->state;
}

err qr_put(struct json *json, const char *name, struct bytes text)
{
	QRcode *code;
	size_t width;
	err e = OK;

	if (text.len == 0 || text.len > INT_MAX)
		return FAIL(TOO_LARGE);
	code = QRcode_encodeData((int)text.len, text.ptr, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return FAIL(TOO_LARGE);
	width = (size_t)code->width;
	json_array(json, name);
	for (size_t i = 0; err_is_ok(e) && i < width; i++)
		e = put_row(json, code->data + i * width, width);
	json_array_end(json);
	wipe(code->data, width * width);
	QRcode_free(code);
	return e;
}
