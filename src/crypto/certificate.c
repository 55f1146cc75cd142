/*
 * certificate - a self-signed ECDSA P-256 certificate for a server on this machine.
 */
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/crypto.h"

#define HOST_MAX 253
#define LABEL_MAX 63
#define DAYS_MAX 3650
#define DAY_S 86400L
#define SKEW_S 300L /* a client whose clock is behind accepts it too */
#define SERIAL_LEN 16

static bool is_label_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Labels of a-z, 0-9 and '-' between dots: nothing that the name list below could misread. */
static bool host_is_valid(const char *host)
{
	struct bytes text = bytes_str(host);
	size_t label_len = 0;

	if (text.len == 0 || text.len > HOST_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool is_dot = host[i] == '.';

		if (is_dot ? label_len == 0 : !is_label_character(host[i]) || label_len == LABEL_MAX)
			return false;
		label_len = is_dot ? 0 : label_len + 1;
	}
	return label_len != 0;
}

static bool set_serial(X509 *certificate)
{
	uint8_t raw[SERIAL_LEN];
	BIGNUM *number;
	bool done;

	if (!err_is_ok(random_bytes(raw, sizeof(raw))))
		return false;
	raw[0] = (raw[0] & 0x3f) | 0x40; /* positive, and never short */
	number = BN_bin2bn(raw, sizeof(raw), NULL);
	done = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return done;
}

static bool set_names(X509 *certificate, const char *host)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	/* A common name has at most 64 characters; clients read the alternative names anyway. */
	const char *common = bytes_str(host).len <= 64 ? host : "localhost";

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(certificate, subject) == 1;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context = {0};
	X509_EXTENSION *extension;
	bool done;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

static bool add_extensions(X509 *certificate, const char *host)
{
	static const struct {
		int nid;
		const char *value;
	} fixed[] = {
		{NID_basic_constraints, "critical,CA:FALSE"},
		{NID_key_usage, "critical,digitalSignature"},
		{NID_ext_key_usage, "serverAuth"},
		{NID_subject_key_identifier, "hash"},
	};
	OWN(buf) names = {0};

	if (!bytes_is(bytes_str(host), "localhost") && !err_is_ok(buf_printf(&names, "DNS:%s,", host)))
		return false;
	if (!err_is_ok(buf_append_str(&names, "DNS:localhost,IP:127.0.0.1,IP:::1")) || !err_is_ok(buf_u8(&names, '\0')))
		return false;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!add_extension(certificate, fixed[i].nid, fixed[i].value))
			return false;
	return add_extension(certificate, NID_subject_alt_name, (const char *)names.ptr);
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *host, int days)
{
	return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -SKEW_S) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), days * DAY_S) != NULL &&
	    set_names(certificate, host) && X509_set_pubkey(certificate, key) == 1 && add_extensions(certificate, host);
}

static bool sign_with(X509 *certificate, EVP_PKEY *key)
{
	EVP_MD *hash = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	bool done = hash != NULL && X509_sign(certificate, key, hash) > 0;

	EVP_MD_free(hash);
	return done;
}

/* What BIO holds; its memory is wiped when it is freed. */
static err take_text(BIO *memory, struct buf *text_out)
{
	char *text = NULL;
	long len = BIO_get_mem_data(memory, &text);

	if (len <= 0 || text == NULL)
		return FAIL(UNAVAILABLE);
	return buf_append(text_out, (struct bytes){(const uint8_t *)text, (size_t)len});
}

static err write_certificate(X509 *certificate, struct buf *text_out)
{
	BIO *memory = BIO_new(BIO_s_mem());
	err e = memory != NULL && PEM_write_bio_X509(memory, certificate) == 1 ? take_text(memory, text_out)
	                                                                       : FAIL(UNAVAILABLE);

	BIO_free(memory);
	return e;
}

static err write_key(EVP_PKEY *key, struct buf *text_out)
{
	BIO *memory = BIO_new(BIO_s_mem());
	err e = memory != NULL && PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1
	    ? take_text(memory, text_out)
	    : FAIL(UNAVAILABLE);

	BIO_free(memory);
	return e;
}

static err make(X509 *certificate, EVP_PKEY *key, const char *host, int days, struct buf *certificate_out,
    struct buf *key_out)
{
	OWN(buf) certificate_text = {0};
	OWN(buf) key_text = {0};

	if (certificate == NULL || key == NULL || !fill(certificate, key, host, days) || !sign_with(certificate, key))
		return FAIL(UNAVAILABLE);
	TRY(write_certificate(certificate, &certificate_text));
	TRY(write_key(key, &key_text));
	buf_free(certificate_out);
	buf_free(key_out);
	*certificate_out = buf_take(&certificate_text);
	*key_out = buf_take(&key_text);
	return OK;
}

err certificate_self_signed(const char *host, int days, struct buf *certificate_out, struct buf *key_out)
{
	X509 *certificate;
	EVP_PKEY *key;
	err e;

	if (!host_is_valid(host) || days < 1 || days > DAYS_MAX)
		return FAIL(INVALID);
	certificate = X509_new();
	key = EVP_EC_gen("P-256");
	e = make(certificate, key, host, days, certificate_out, key_out);
	X509_free(certificate);
	EVP_PKEY_free(key);
	if (!err_is_ok(e))
		ERR_clear_error();
	return e;
}
