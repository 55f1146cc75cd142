/*
 * allowed - the algorithms that may be used, and the row of the list each rests on.
 *
 * The list: CRYPTREC LS-0001-2022R2, updated 2026-03-30, table 1. The list has no class for key derivation and none
 * for TLS: such rows name the listed primitives they are made of. Nothing below 128 bits of strength is here.
 */
#include "crypto/crypto.h"

static const struct allowed table[] = {
	{.name = "SHA2-256", .use = "hash", .listed = "Hash: SHA-256", .bits = 128},
	{.name = "SHA2-384", .use = "hash", .listed = "Hash: SHA-384", .bits = 192},
	{.name = "SHA2-512", .use = "hash", .listed = "Hash: SHA-512", .bits = 256},
	{.name = "HMAC", .use = "mac", .listed = "MAC: HMAC, with SHA-256", .bits = 256},
	{.name = "AES-256-GCM", .use = "aead", .listed = "128-bit block: AES; AE mode: GCM, 96-bit IV", .bits = 256},
	{.name = "ED25519", .use = "signature", .listed = "Signature: EdDSA", .bits = 128},
	{.name = "ECDSA", .use = "signature", .listed = "Signature: ECDSA, with P-256 and SHA-256", .bits = 128},
	{.name = "HKDF", .use = "kdf", .listed = "composed of MAC: HMAC and Hash: SHA-256", .bits = 256},
	{.name = "PBKDF2", .use = "kdf", .listed = "composed of MAC: HMAC and Hash: SHA-256", .bits = 256},
	{.name = "P-256", .use = "tls-group", .listed = "Key agreement: ECDH", .bits = 128},
	{.name = "P-384", .use = "tls-group", .listed = "Key agreement: ECDH", .bits = 192},
	{.name = "P-521", .use = "tls-group", .listed = "Key agreement: ECDH", .bits = 256},
	{.name = "TLS_AES_256_GCM_SHA384", .use = "tls-suite", .listed = "AES, GCM, HMAC, SHA-384", .bits = 256},
	{.name = "TLS_AES_128_GCM_SHA256", .use = "tls-suite", .listed = "AES, GCM, HMAC, SHA-256", .bits = 128},
	{.name = "TLS_CHACHA20_POLY1305_SHA256", .use = "tls-suite", .listed = "ChaCha20-Poly1305, HMAC, SHA-256", .bits = 256},
	{.name = "ECDHE-ECDSA-AES256-GCM-SHA384", .use = "tls-suite", .listed = "ECDH, ECDSA, AES, GCM, SHA-384", .bits = 256},
	{.name = "ECDHE-RSA-AES256-GCM-SHA384", .use = "tls-suite", .listed = "ECDH, RSA, AES, GCM, SHA-384", .bits = 256},
	{.name = "ECDHE-ECDSA-AES128-GCM-SHA256", .use = "tls-suite", .listed = "ECDH, ECDSA, AES, GCM, SHA-256", .bits = 128},
	{.name = "ECDHE-RSA-AES128-GCM-SHA256", .use = "tls-suite", .listed = "ECDH, RSA, AES, GCM, SHA-256", .bits = 128},
	{.name = "ECDHE-ECDSA-CHACHA20-POLY1305", .use = "tls-suite", .listed = "ECDH, ECDSA, ChaCha20-Poly1305", .bits = 256},
	{.name = "ECDHE-RSA-CHACHA20-POLY1305", .use = "tls-suite", .listed = "ECDH, RSA, ChaCha20-Poly1305", .bits = 256},
};

const struct allowed *allowed_table(size_t *count_out)
{
	*count_out = sizeof(table) / sizeof(table[0]);
	return table;
}

bool allowed_has(const char *use, const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (bytes_is(bytes_str(table[i].use), use) && bytes_is(bytes_str(table[i].name), name))
			return true;
	return false;
}
