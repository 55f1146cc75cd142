/*
 * sign - checking Ed25519 signatures.
 */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"

static err verify_with(EVP_PKEY *key, EVP_MD_CTX *context, struct bytes text, const uint8_t signature[static SIGN_LEN])
{
	if (key == NULL || context == NULL || EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) != 1)
		return FAIL(UNAVAILABLE);
	return EVP_DigestVerify(context, signature, SIGN_LEN, text.ptr, text.len) == 1 ? OK : FAIL(CORRUPT);
}

err sign_verify(const uint8_t public_key[static SIGN_PUBLIC_LEN], struct bytes text,
    const uint8_t signature[static SIGN_LEN])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, SIGN_PUBLIC_LEN);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	err e = verify_with(key, context, text, signature);

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	if (!err_is_ok(e))
		ERR_clear_error();
	return e;
}
