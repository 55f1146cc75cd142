/* A body in chunks: where each may begin, and that it comes back whole. */
#include "op/world_test.h"

enum { SIZE = STREAM_CHUNK_MAX + 5000 };

const struct job_kind *const world_jobs[] = {NULL};
static struct stream stream;
static uint8_t body[SIZE];
static int64_t offset;
static struct bytes piece;
static struct buf found;
static size_t most;
static size_t removed;

static err put(struct call *call)
{
	return stream_put(call, &stream, "offset", offset, piece);
}

static err read_back(struct call *call)
{
	return stream_read(&call->rows, &stream, &found);
}

static err read_part(struct call *call)
{
	return stream_read_part(&call->rows, &stream, offset, most, &found);
}

static err take_away(struct call *call)
{
	return stream_remove(&call->rows, stream.owner, STREAM_REMOVE_MAX, &removed);
}

static const struct op put_op = WORLD_OP("test.put", put);
static const struct op read_op = WORLD_OP("test.read", read_back);
static const struct op part_op = WORLD_OP("test.part", read_part);
static const struct op remove_op = WORLD_OP("test.remove", take_away);
const struct op *const world_ops[] = {&put_op, &read_op, &part_op, &remove_op, NULL};

static err send(int64_t at, size_t from, size_t len)
{
	offset = at;
	piece = (struct bytes){body + from, len};
	return world_call("test.put");
}

static void begin(uint8_t owner)
{
	for (size_t i = 0; i < SIZE; i++)
		body[i] = (uint8_t)(i * 31 + i / 256);
	stream = (struct stream){.owner = {{owner}}, .size = SIZE};
}

static void goes_through(void **state)
{
	(void)state;
	begin(1);
	assert_false(stream_complete(&stream));
	assert_ok(send(0, 0, STREAM_CHUNK_MAX));
	assert_int_equal(stream.received, STREAM_CHUNK_MAX);
	assert_err(INTERNAL, world_call("test.read")); /* not all there; of all 500s this is the first */
	assert_ok(send(STREAM_CHUNK_MAX, STREAM_CHUNK_MAX, 5000));
	assert_true(stream_complete(&stream));
	assert_ok(world_call("test.read"));
	assert_bytes(bytes_of(&found), ((struct bytes){body, SIZE}));
	buf_free(&found);
	assert_ok(world_call("test.remove"));
	assert_int_equal(removed, 2);
	assert_ok(world_call("test.remove"));
	assert_int_equal(removed, 0);
}

static void exact_places_only(void **state)
{
	(void)state;
	begin(2);
	assert_err(CONFLICT, send(1, 0, 2000));
	assert_ok(send(0, 0, 2000));
	assert_ok(send(0, 0, 2000));                    /* the same again */
	assert_int_equal(stream.received, 2000);
	assert_err(CONFLICT, send(0, 1, 2000));         /* not the same */
	assert_err(CONFLICT, send(0, 0, 1999));
	assert_err(CONFLICT, send(1000, 1000, 2000));   /* not at an edge */
	assert_err(CONFLICT, send(2001, 2001, 2000));
	assert_int_equal(stream.received, 2000);
}

static void parts(void **state)
{
	static const struct { int64_t offset; size_t most; } rows[] = {
		{0, 1}, {0, SIZE}, {0, SIZE * 2}, {1, 1}, {1999, 1}, {1999, 2}, {2000, 1}, {2000, 3000}, {1500, 40000}, {SIZE - 1, 1}, {SIZE - 1, 9}, {SIZE, 5},
	};

	(void)state;
	begin(4);
	assert_ok(send(0, 0, 2000));
	assert_ok(send(2000, 2000, 1024));
	assert_ok(send(3024, 3024, STREAM_CHUNK_MAX));
	assert_ok(send(3024 + STREAM_CHUNK_MAX, 3024 + STREAM_CHUNK_MAX, SIZE - STREAM_CHUNK_MAX - 3024));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t rest = SIZE - (size_t)rows[i].offset;

		offset = rows[i].offset;
		most = rows[i].most;
		assert_ok(world_call("test.part"));
		assert_bytes(bytes_of(&found), ((struct bytes){body + offset, most < rest ? most : rest}));
		buf_free(&found);
	}
}

/* Behind the engine's back, in the file. */
static void meddle(const char *sql)
{
	char path[1024];
	struct db *db = NULL;

	(void)snprintf(path, sizeof(path), "%s/core/" COMPARTMENT_DATABASE, temp_file("city"));
	assert_ok(db_open(path, DB_WRITE, &db));
	assert_ok(db_script(db, sql));
	db_close(&db);
}

#define OF(owner) "owner = x'" owner "000000000000000000000000000000'"

/* Chunks that change places, owners, lengths or contents, that are gone or come back: nothing of it passes for the body. */
static void order_and_end(void **state)
{
	static const char *const deeds[] = {
		"UPDATE upload_chunk SET position = 9999 WHERE " OF("@@") " AND position = 0;"
		    "UPDATE upload_chunk SET position = 0 WHERE " OF("@@") " AND position = 2048;"
		    "UPDATE upload_chunk SET position = 2048 WHERE " OF("@@") " AND position = 9999",
		"DELETE FROM upload_chunk WHERE " OF("@@") " AND position = 2048",
		"DELETE FROM upload_chunk WHERE " OF("@@") " AND position = 0",
		"UPDATE upload_chunk SET length = 1000 WHERE " OF("@@") " AND position = 2048",
		"UPDATE upload_chunk SET sealed_3a = (SELECT other.sealed_3a FROM upload_chunk AS other WHERE other." OF("@@") " AND other.position = 0) WHERE "
		    OF("@@") " AND position = 1024",
		"UPDATE upload_chunk SET owner = x'ee000000000000000000000000000000' WHERE " OF("@@") " AND position = 1024",
	};
	uint8_t owner = 0x10;

	(void)state;
	REQ("K-52 S-71");
	for (size_t i = 0; i < COUNT_OF(deeds); i++, owner++) {
		char sql[1024] = "", *at;

		begin(owner);
		stream.size = 3072;
		assert_ok(send(0, 0, 1024));
		assert_ok(send(1024, 1024, 1024));
		assert_ok(send(2048, 2048, 1024));
		(void)snprintf(sql, sizeof(sql), "%s", deeds[i]);
		while ((at = strstr(sql, "@@")) != NULL) {
			char hex[3];

			(void)snprintf(hex, sizeof(hex), "%02x", owner);
			memcpy(at, hex, 2);
		}
		meddle(sql);
		assert_err(INTERNAL, world_call("test.read"));
		offset = 0;
		most = 3072;
		assert_err(INTERNAL, world_call("test.part"));
	}
}

static void sizes(void **state)
{
	(void)state;
	begin(3);
	assert_err(INVALID, send(0, 0, 0));
	assert_err(INVALID, send(0, 0, STREAM_CHUNK_MIN - 1));
	assert_err(INVALID, send(0, 0, STREAM_CHUNK_MAX + 1));
	assert_ok(send(0, 0, STREAM_CHUNK_MAX));
	assert_err(INVALID, send(STREAM_CHUNK_MAX, 0, 5001));
	assert_ok(send(STREAM_CHUNK_MAX, STREAM_CHUNK_MAX, 4999));
	assert_ok(send(SIZE - 1, SIZE - 1, 1));
	assert_true(stream_complete(&stream));
	assert_err(INVALID, send(SIZE, 0, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_through), cmocka_unit_test(exact_places_only), cmocka_unit_test(sizes),
		cmocka_unit_test(parts), cmocka_unit_test(order_and_end),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}
