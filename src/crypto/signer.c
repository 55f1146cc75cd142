/*
 * signer - Ed25519 signatures with a seed.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"

struct signer {
	EVP_PKEY *key;
	uint8_t public_key[SIGN_PUBLIC_LEN];
};

static bool load(struct signer *signer, const uint8_t seed[static SIGN_SEED_LEN])
{
	size_t len = sizeof(signer->public_key);

	signer->key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, SIGN_SEED_LEN);
	return signer->key != NULL && EVP_PKEY_get_raw_public_key(signer->key, signer->public_key, &len) == 1 &&
	    len == sizeof(signer->public_key);
}

err signer_new(const uint8_t seed[static SIGN_SEED_LEN], struct signer **signer_out)
{
	struct signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL)
		return FAIL(UNAVAILABLE);
	if (!load(signer, seed)) {
		signer_free(&signer);
		ERR_clear_error();
		return FAIL(UNAVAILABLE);
	}
	*signer_out = signer;
	return OK;
}

void signer_free(struct signer **signer)
{
	if (*signer == NULL)
		return;
	EVP_PKEY_free((*signer)->key); /* wipes the seed */
	free(*signer);
	*signer = NULL;
}

void signer_public(const struct signer *signer, uint8_t public_out[static SIGN_PUBLIC_LEN])
{
	memcpy(public_out, signer->public_key, SIGN_PUBLIC_LEN);
}

err signer_sign(const struct signer *signer, struct bytes text, uint8_t signature_out[static SIGN_LEN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGN_LEN];
	size_t len = sizeof(signature);
	bool done = context != NULL &&
	    EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, signer->key, NULL) == 1 &&
	    EVP_DigestSign(context, signature, &len, text.ptr, text.len) == 1 && len == sizeof(signature);

	EVP_MD_CTX_free(context);
	if (!done) {
		ERR_clear_error();
		return FAIL(UNAVAILABLE);
	}
	memcpy(signature_out, signature, sizeof(signature));
	return OK;
}
