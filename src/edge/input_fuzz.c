/*
 * From a request to fields: any method, target and body for any operation; what is sent to the core is decoded there, exactly.
 *
 *   input = method index, target up to LF, body
 */
#include <string.h>

#include "edge/input.h"
#include "edge/limits.h"
#include "edge/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};

static void decode(const struct op *op, const struct wire_request *request)
{
	struct bytes rest = request->fields;
	struct value value;

	for (size_t i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if ((request->present & UINT32_C(1) << i) != 0)
			REQUIRE(err_is_ok(value_decode(&op->inputs[i].field, &rest, &value)));
	REQUIRE(rest.len == 0);
}

static void carry(const struct op *op, const struct input_values *values)
{
	OWN(buf) fields = {0};
	OWN(buf) message = {0};
	static struct wire_request request;
	struct wire_frame frame;
	struct bytes rest;
	err e;

	memset(&request, 0, sizeof(request));
	e = input_encode(op, values, &fields, &request);
	if (!err_is_ok(e)) {
		REQUIRE(err_is(e, ERR_TOO_LARGE));
		return;
	}
	REQUIRE(err_is_ok(wire_put_request(&message, &request)));
	rest = bytes_of(&message);
	REQUIRE(err_is_ok(wire_cut(&rest, &frame)) && rest.len == 0);
	REQUIRE(frame.as.request.flaw_count == request.flaw_count);
	decode(op, &frame.as.request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct input_values values;
	struct bytes parts[OP_PATH_INPUT_MAX] = {{0}};
	struct input_source source = {.parts = parts};
	struct route route;
	OWN(arena) arena = {0};
	char allow[64];
	const uint8_t *end;

	if (len < 2 || len > LIMIT_BODY + LIMIT_URI)
		return 0;
	end = memchr(data + 1, '\n', len - 1);
	if (end == NULL)
		end = data + len;
	arena_init(&arena, LIMIT_ARENA);
	if (!err_is_ok(route_split((struct bytes){data + 1, (size_t)(end - data) - 1}, &arena, &route)))
		return 0;
	if (!err_is_ok(op_route_find(methods[data[0] % 4], route.path, &source.op, parts, allow)))
		return 0;
	source.query = route.query;
	if (end < data + len)
		source.body = (struct bytes){end + 1, (size_t)(data + len - end) - 1};
	if (err_is_ok(input_read(&source, &arena, &values)))
		carry(source.op, &values);
	return 0;
}
