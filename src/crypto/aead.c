/*
 * aead - AES-256-GCM.
 *
 * Setting up a key costs as much as sealing a short value, so each thread keeps the contexts of the keys it used last,
 * in a table indexed by the key's serial number.
 *
 * A1  A context is only used under the lock of its table, by the thread that owns the table.
 * A2  No context outlives its key: aead_free empties the key's place in every table.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/aead_int.h"

#include "crypto/crypto.h"

#define PLACE_COUNT 64

struct aead {
	uint64_t serial; /* unique within the process, from 1 */
	uint8_t key[AEAD_KEY_LEN];
};

struct place {
	uint64_t serial; /* 0: the context holds no key */
	EVP_CIPHER_CTX *context;
};

struct table {
	pthread_mutex_t lock;
	struct table *next;
	struct place places[PLACE_COUNT];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_CIPHER *cipher; /* NULL: not to be had */
static pthread_key_t own_table;
static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER;
static struct table *tables;

static void lock(pthread_mutex_t *mutex)
{
	REQUIRE(pthread_mutex_lock(mutex) == 0);
}

static void unlock(pthread_mutex_t *mutex)
{
	REQUIRE(pthread_mutex_unlock(mutex) == 0);
}

static void place_clear(struct place *place)
{
	EVP_CIPHER_CTX_free(place->context); /* wipes the key schedule */
	*place = (struct place){0};
}

static void table_free(void *ended)
{
	struct table *table = ended;
	struct table **link = &tables;

	lock(&tables_lock);
	while (*link != table)
		link = &(*link)->next;
	*link = table->next;
	unlock(&tables_lock);
	for (size_t i = 0; i < PLACE_COUNT; i++)
		place_clear(&table->places[i]);
	REQUIRE(pthread_mutex_destroy(&table->lock) == 0);
	free(table);
}

static void start(void)
{
	if (pthread_key_create(&own_table, table_free) != 0)
		return;
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static bool started(void)
{
	return pthread_once(&once, start) == 0 && cipher != NULL;
}

static struct table *table_new(void)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	if (pthread_mutex_init(&table->lock, NULL) != 0) {
		free(table);
		return NULL;
	}
	if (pthread_setspecific(own_table, table) != 0) {
		REQUIRE(pthread_mutex_destroy(&table->lock) == 0);
		free(table);
		return NULL;
	}
	lock(&tables_lock);
	table->next = tables;
	tables = table;
	unlock(&tables_lock);
	return table;
}

static struct table *table_of_thread(void)
{
	struct table *table = pthread_getspecific(own_table);

	return table != NULL ? table : table_new();
}

static struct place *place_of(struct table *table, const struct aead *aead)
{
	return &table->places[aead->serial % PLACE_COUNT];
}

/* The key's place with a context that is ready for a nonce. */
static bool place_ready(struct place *place, const struct aead *aead)
{
	const EVP_CIPHER *set_up = place->context == NULL ? cipher : NULL;

	if (place->serial == aead->serial)
		return true;
	place->serial = 0;
	if (place->context == NULL)
		place->context = EVP_CIPHER_CTX_new();
	if (place->context == NULL)
		return false;
	if (EVP_EncryptInit_ex2(place->context, set_up, aead->key, NULL, NULL) != 1) {
		place_clear(place);
		return false;
	}
	place->serial = aead->serial;
	return true;
}

err aead_new(const uint8_t key[static AEAD_KEY_LEN], struct aead **aead_out)
{
	static atomic_uint_fast64_t serial_last;
	struct aead *aead;

	if (!started())
		return FAIL(UNAVAILABLE);
	aead = malloc(sizeof(*aead));
	if (aead == NULL)
		return FAIL(UNAVAILABLE);
	aead->serial = atomic_fetch_add(&serial_last, 1) + 1;
	memcpy(aead->key, key, sizeof(aead->key));
	*aead_out = aead;
	return OK;
}

void aead_free(struct aead **aead)
{
	if (*aead == NULL)
		return;
	lock(&tables_lock);
	for (struct table *table = tables; table != NULL; table = table->next) {
		struct place *place = place_of(table, *aead);

		lock(&table->lock);
		if (place->serial == (*aead)->serial)
			place_clear(place);
		unlock(&table->lock);
	}
	unlock(&tables_lock);
	wipe(*aead, sizeof(**aead));
	free(*aead);
	*aead = NULL;
}

/* One message: what goes in, where the result of as many bytes goes, and the tag that is made or checked. */
struct message {
	const uint8_t *nonce;
	struct bytes aad;
	struct bytes in;
	uint8_t *out;
	uint8_t *tag;
};

static bool feed(EVP_CIPHER_CTX *context, const struct message *message)
{
	int len = 0;

	if (message->aad.len != 0 &&
	    EVP_CipherUpdate(context, NULL, &len, message->aad.ptr, (int)message->aad.len) != 1)
		return false;
	if (message->in.len != 0 &&
	    EVP_CipherUpdate(context, message->out, &len, message->in.ptr, (int)message->in.len) != 1)
		return false;
	return message->in.len == 0 || (size_t)len == message->in.len;
}

static err encrypt(EVP_CIPHER_CTX *context, const struct message *message)
{
	uint8_t none[AEAD_TAG_LEN];
	int len = 0;

	if (EVP_EncryptInit_ex2(context, NULL, NULL, message->nonce, NULL) != 1 || !feed(context, message) ||
	    EVP_EncryptFinal_ex(context, none, &len) != 1 || len != 0 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, message->tag) != 1)
		return FAIL(UNAVAILABLE);
	return OK;
}

static err decrypt(EVP_CIPHER_CTX *context, const struct message *message)
{
	uint8_t none[AEAD_TAG_LEN];
	int len = 0;

	if (EVP_DecryptInit_ex2(context, NULL, NULL, message->nonce, NULL) != 1 || !feed(context, message) ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN, message->tag) != 1)
		return FAIL(UNAVAILABLE);
	return EVP_DecryptFinal_ex(context, none, &len) == 1 && len == 0 ? OK : FAIL(CORRUPT);
}

static err with_context(const struct aead *aead, err (*run)(EVP_CIPHER_CTX *, const struct message *),
    const struct message *message)
{
	struct table *table = table_of_thread();
	struct place *place;
	err e = FAIL(UNAVAILABLE);

	if (table == NULL)
		return e;
	place = place_of(table, aead);
	lock(&table->lock);
	if (place_ready(place, aead)) {
		e = run(place->context, message);
		if (err_is(e, ERR_UNAVAILABLE))
			place_clear(place);
	}
	unlock(&table->lock);
	if (!err_is_ok(e))
		ERR_clear_error(); /* a TLS connection of this thread must not find it */
	return e;
}

err aead_seal_with(const struct aead *aead, const uint8_t nonce[static AEAD_NONCE_LEN], struct bytes aad,
    struct bytes plain, struct buf *sealed_out)
{
	uint8_t *to;
	err e;

	if (plain.len > AEAD_PLAIN_MAX || aad.len > AEAD_AAD_MAX)
		return FAIL(TOO_LARGE);
	TRY(buf_reserve(sealed_out, plain.len + AEAD_OVERHEAD));
	to = sealed_out->ptr + sealed_out->len;
	memcpy(to, nonce, AEAD_NONCE_LEN);
	e = with_context(aead, encrypt, &(struct message){
		.nonce = nonce,
		.aad = aad,
		.in = plain,
		.out = to + AEAD_NONCE_LEN,
		.tag = to + AEAD_NONCE_LEN + plain.len,
	});
	if (err_is_ok(e))
		sealed_out->len += plain.len + AEAD_OVERHEAD;
	return e;
}

err aead_seal(const struct aead *aead, struct bytes aad, struct bytes plain, struct buf *sealed_out)
{
	uint8_t nonce[AEAD_NONCE_LEN];

	TRY(random_bytes(nonce, sizeof(nonce)));
	return aead_seal_with(aead, nonce, aad, plain, sealed_out);
}

err aead_open(const struct aead *aead, struct bytes aad, struct bytes sealed, struct buf *plain_out)
{
	uint8_t tag[AEAD_TAG_LEN];
	size_t plain_len;
	uint8_t *to;
	err e;

	if (sealed.len < AEAD_OVERHEAD || sealed.len > AEAD_PLAIN_MAX + AEAD_OVERHEAD || aad.len > AEAD_AAD_MAX)
		return FAIL(CORRUPT);
	plain_len = sealed.len - AEAD_OVERHEAD;
	TRY(buf_reserve(plain_out, plain_len));
	to = plain_len == 0 ? NULL : plain_out->ptr + plain_out->len;
	memcpy(tag, sealed.ptr + sealed.len - sizeof(tag), sizeof(tag));
	e = with_context(aead, decrypt, &(struct message){
		.nonce = sealed.ptr,
		.aad = aad,
		.in = {sealed.ptr + AEAD_NONCE_LEN, plain_len},
		.out = to,
		.tag = tag,
	});
	if (err_is_ok(e))
		plain_out->len += plain_len;
	else
		wipe(to, plain_len); /* nothing decrypted is left without its tag */
	return e;
}
