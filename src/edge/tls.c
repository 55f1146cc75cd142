#include <errno.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/log.h"
#include "edge/tls.h"

#define PEM_MAX 65536
#define CHAIN_MAX 8

static const char suites_13[] = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
static const char suites_12[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
				"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
				"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
static const char groups[] = "P-256:P-384:P-521";
static const char signatures[] = "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ed25519:rsa_pss_rsae_sha256:"
				 "rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384";

#define OPTIONS                                                                                        \
	(SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |           \
	    SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_TICKET)

/* SSL_CTX_set_read_ahead is never called: bodies of several records would stall. */
static err set_up(SSL_CTX *context)
{
	SSL_CTX_set_options(context, OPTIONS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* An idle connection keeps neither 34 KiB nor the last reply's plaintext. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(context, suites_13) != 1 || SSL_CTX_set_cipher_list(context, suites_12) != 1 ||
	    SSL_CTX_set1_groups_list(context, groups) != 1 || SSL_CTX_set1_sigalgs_list(context, signatures) != 1 ||
	    SSL_CTX_set_num_tickets(context, 0) != 1 || SSL_CTX_set_max_early_data(context, 0) != 1)
		return FAIL(UNAVAILABLE);
	return OK;
}

static err read_file(int fd, struct buf *text_out)
{
	size_t len = 0;

	TRY(buf_reserve(text_out, PEM_MAX));
	while (len < PEM_MAX) {
		ssize_t got = pread(fd, text_out->ptr + len, PEM_MAX - len, (off_t)len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FAIL(INVALID);
		if (got == 0)
			break;
		len += (size_t)got;
	}
	text_out->len = len;
	return len > 0 && len < PEM_MAX ? OK : FAIL(INVALID);
}

/* No pass phrase is ever asked for. */
static int refuse_phrase(char *phrase, int max, int writing, void *context)
{
	(void)phrase;
	(void)max;
	(void)writing;
	(void)context;
	return 0;
}

static err use_chain(SSL_CTX *context, BIO *pem)
{
	X509 *certificate = PEM_read_bio_X509(pem, NULL, refuse_phrase, NULL);
	bool taken = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1;

	X509_free(certificate);
	if (!taken)
		return FAIL(INVALID);
	for (int i = 0; i < CHAIN_MAX; i++) {
		certificate = PEM_read_bio_X509(pem, NULL, refuse_phrase, NULL);
		if (certificate == NULL)
			break;
		if (SSL_CTX_add0_chain_cert(context, certificate) != 1) {
			X509_free(certificate);
			return FAIL(INVALID);
		}
	}
	ERR_clear_error(); /* the end of the file is one */
	return OK;
}

static err use_key(SSL_CTX *context, BIO *pem)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, refuse_phrase, NULL);
	bool taken = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;

	EVP_PKEY_free(key);
	return taken ? OK : FAIL(INVALID);
}

static err use_file(SSL_CTX *context, int fd, err (*use)(SSL_CTX *context, BIO *pem))
{
	OWN(buf) text = {0};
	BIO *pem;
	err e;

	TRY(read_file(fd, &text));
	pem = BIO_new_mem_buf(text.ptr, (int)text.len);
	if (pem == NULL)
		return FAIL(UNAVAILABLE);
	e = use(context, pem);
	BIO_free(pem);
	return e;
}

static void log_reasons(const char *what)
{
	char words[256];
	unsigned long code;

	log_error("TLS: %s", what);
	while ((code = ERR_get_error()) != 0) {
		ERR_error_string_n(code, words, sizeof(words));
		log_error("TLS: %s", words);
	}
}

err tls_new(int certificate_fd, int key_fd, SSL_CTX **context_out)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	err e = context == NULL ? FAIL(UNAVAILABLE) : set_up(context);

	if (!err_is_ok(e))
		log_reasons("settings");
	if (err_is_ok(e)) {
		e = use_file(context, certificate_fd, use_chain);
		if (!err_is_ok(e))
			log_reasons("certificate");
	}
	if (err_is_ok(e)) {
		e = use_file(context, key_fd, use_key);
		if (!err_is_ok(e))
			log_reasons("private key");
	}
	if (!err_is_ok(e)) {
		SSL_CTX_free(context);
		return e;
	}
	*context_out = context;
	return OK;
}

void tls_free(SSL_CTX **context)
{
	SSL_CTX_free(*context);
	*context = NULL;
}
