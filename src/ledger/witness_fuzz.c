/*
 * What a stranger sends to a witness: a request that is taken can be written to the same bytes, and nothing but a
 * checkpoint of the log's own key is ever followed.
 */
#include <inttypes.h>
#include <string.h>

#include "crypto/crypto.h"
#include "ledger/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_again(struct bytes body, const struct witness_request *request)
{
	OWN(buf) again = {0};

	REQUIRE(err_is_ok(buf_printf(&again, "old %" PRIu64 "\n", request->old)));
	for (size_t i = 0; i < request->count; i++) {
		REQUIRE(err_is_ok(base64_append(&again, (struct bytes){request->hashes + i * LEDGER_HASH_LEN, LEDGER_HASH_LEN})));
		REQUIRE(err_is_ok(buf_u8(&again, '\n')));
	}
	REQUIRE(err_is_ok(buf_u8(&again, '\n')));
	REQUIRE(err_is_ok(buf_append(&again, request->checkpoint)));
	REQUIRE(bytes_equal(bytes_of(&again), body));
}

/* The key of a published test log: whoever has no signature of it gets no further than 403. */
static void check_reply(const struct witness_request *request)
{
	static struct note_key key;
	const struct ledger_head held = {.size = request->old};
	struct witness_reply reply;

	if (key.name[0] == '\0')
		REQUIRE(err_is_ok(note_vkey_parse(
		    BYTES_LIT("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"), &key)));
	REQUIRE(err_is_ok(witness_decide(&key, &held, request, &reply)));
	REQUIRE(reply.status == 200 || reply.status == 400 || reply.status == 403 || reply.status == 404 || reply.status == 409 ||
	    reply.status == 422);
	REQUIRE(reply.status != 200 || reply.text.len > 0);
	REQUIRE(!reply.fork || reply.status == 422);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes body = {data, len};
	struct witness_request request;
	struct bytes rest = body;
	uint64_t number;

	if (err_is_ok(witness_parse(body, &request))) {
		check_again(body, &request);
		check_reply(&request);
	}
	err_ignore(witness_number(&rest, &number)); /* both ways are fine */
	return 0;
}
