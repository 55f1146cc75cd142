/*
 * The store file: records of any kind, state and order, each well sealed, then bytes changed, cut or put behind; and
 * requests to whatever opened. Nothing may crash, and what is opened must open again the same way.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "keys/keystore.h"

#define ITEMS_MAX 12
#define ITEM_LEN 4
#define FRAMES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint8_t kinds[] = {KEY_CUSTOMER, KEY_FACILITY, KEY_PERSON, KEY_INDEX, KEY_DIGEST, KEYRECORD_WRAP, KEYRECORD_LEDGER, 200};

static void paths(char root[static 64], char store[static 64])
{
	static bool made;
	static char folder[] = "/dev/shm/keystore-fuzz-XXXXXX";

	if (!made && mkdtemp(folder) == NULL)
		abort();
	made = true;
	snprintf(root, 64, "%s/root", folder);
	snprintf(store, 64, "%s/store", folder);
}

static size_t items_of(struct bytes *data, struct keyfile_item *items)
{
	size_t count = 1;

	/* The ledger's key first, or nothing would ever open. */
	items[0] = (struct keyfile_item){.record = {.kind = KEYRECORD_LEDGER, .state = KEY_ACTIVE, .key = {{1}}}};
	for (uint8_t wanted = 0; err_is_ok(cut_u8(data, &wanted)) && (wanted & 1) != 0 && count < ITEMS_MAX; count++) {
		struct bytes raw;

		if (!err_is_ok(cut_bytes(data, ITEM_LEN, &raw)))
			break;
		items[count] = (struct keyfile_item){.record = {
			.kind = kinds[raw.ptr[0] % sizeof(kinds)],
			.state = raw.ptr[1] % 8,
			.key = {{2, raw.ptr[2] % 4}},
			.owner = {{raw.ptr[3] % 3}},
		}};
	}
	return count;
}

static void damage(const char *store, struct bytes *data)
{
	uint16_t at;
	uint8_t with;
	int fd = open(store, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		abort();
	while (err_is_ok(cut_u16(data, &at)) && at != 0xffff && err_is_ok(cut_u8(data, &with)))
		if (pwrite(fd, &with, 1, at % 4096) != 1)
			abort();
	close(fd);
}

static void ask(struct keystore *store, struct bytes *data)
{
	struct bytes frame;

	for (int i = 0; i < FRAMES_MAX && err_is_ok(cut_blob(data, 512, &frame)); i++) {
		OWN(buf) reply = {0};

		if (!err_is_ok(keystore_answer(store, frame, &reply)) || reply.len == 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool started;
	struct bytes rest = {data, len};
	struct keyfile_item items[ITEMS_MAX];
	struct keystore *store = NULL;
	char root_path[64];
	char store_path[64];
	size_t count;

	if (!started && !err_is_ok(crypto_start()))
		abort();
	started = true;
	paths(root_path, store_path);
	unlink(root_path);
	unlink(store_path);
	count = items_of(&rest, items);
	if (!err_is_ok(keyfile_create(root_path, store_path, "fuzz/origin", items, count)))
		abort();
	damage(store_path, &rest);
	if (!err_is_ok(keystore_open(root_path, store_path, &store)))
		return 0;
	ask(store, &rest);
	keystore_close(&store);
	if (!err_is_ok(keystore_open(root_path, store_path, &store)))
		abort();
	keystore_close(&store);
	return 0;
}
