#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/unit_test.h"

#include "crypto/crypto.h"

static X509 *read_certificate(const struct buf *text)
{
	BIO *memory = BIO_new_mem_buf(text->ptr, (int)text->len);
	X509 *certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);

	BIO_free(memory);
	assert_non_null(certificate);
	return certificate;
}

static EVP_PKEY *read_key(const struct buf *text)
{
	BIO *memory = BIO_new_mem_buf(text->ptr, (int)text->len);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);

	BIO_free(memory);
	assert_non_null(key);
	return key;
}

static void it_names_the_host_and_this_machine(void **state)
{
	OWN(buf) certificate_text = {0};
	OWN(buf) key_text = {0};
	X509 *certificate;
	EVP_PKEY *key;
	char group[32] = "";
	size_t len = 0;

	(void)state;
	assert_ok(certificate_self_signed("sekimori.example", 30, &certificate_text, &key_text));
	certificate = read_certificate(&certificate_text);
	key = read_key(&key_text);
	assert_int_equal(X509_verify(certificate, key), 1);
	assert_int_equal(X509_check_private_key(certificate, key), 1);
	assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof(group), &len), 1);
	assert_string_equal(group, "prime256v1");
	assert_int_equal(X509_get_signature_nid(certificate), NID_ecdsa_with_SHA256);
	assert_int_equal(X509_check_host(certificate, "sekimori.example", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(certificate, "other.example", 0, 0, NULL), 0);
	assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "::1", 0), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.2", 0), 0);
	assert_int_equal(X509_check_ca(certificate), 0);
	assert_int_equal(X509_get_extended_key_usage(certificate), XKU_SSL_SERVER);
	assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_version(certificate), X509_VERSION_3);
	assert_true(X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0);
	assert_true(X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void serials_and_keys_differ(void **state)
{
	OWN(buf) a = {0};
	OWN(buf) b = {0};
	OWN(buf) a_key = {0};
	OWN(buf) b_key = {0};
	X509 *first;
	X509 *second;

	(void)state;
	assert_ok(certificate_self_signed("localhost", 1, &a, &a_key));
	assert_ok(certificate_self_signed("localhost", 1, &b, &b_key));
	assert_false(bytes_equal(bytes_of(&a_key), bytes_of(&b_key)));
	first = read_certificate(&a);
	second = read_certificate(&b);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(first), X509_get0_serialNumber(second)), 0);
	X509_free(first);
	X509_free(second);
}

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void hosts(void **state)
{
	static const struct {
		const char *host;
		bool good;
	} rows[] = {
		{"a", true}, {"a.b-c.example", true}, {LABEL_63, true}, {"xn--fiqs8s.example", true},
		{LABEL_63 "." LABEL_63 "." LABEL_63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
		{LABEL_63 "." LABEL_63 "." LABEL_63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
		{NULL, false}, {"", false}, {".", false}, {"a..b", false}, {".a", false}, {"a.", false}, {"A", false},
		{LABEL_63 "a", false}, {"a,DNS:b", false}, {"*.a", false}, {"a b", false}, {"園", false}, {"a\n", false},
		{"a_b", false}, {"DNS:a", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		OWN(buf) certificate = {0};
		OWN(buf) key = {0};
		err e = certificate_self_signed(rows[i].host, 1, &certificate, &key);

		if (rows[i].good) {
			assert_ok(e);
		} else {
			assert_err(INVALID, e);
			assert_null(certificate.ptr);
			assert_null(key.ptr);
		}
	}
}

static void days(void **state)
{
	OWN(buf) certificate = {0};
	OWN(buf) key = {0};

	(void)state;
	assert_err(INVALID, certificate_self_signed("a", 0, &certificate, &key));
	assert_err(INVALID, certificate_self_signed("a", -1, &certificate, &key));
	assert_err(INVALID, certificate_self_signed("a", 3651, &certificate, &key));
	assert_null(certificate.ptr);
	assert_ok(certificate_self_signed("a", 3650, &certificate, &key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_names_the_host_and_this_machine),
		cmocka_unit_test(serials_and_keys_differ),
		cmocka_unit_test(hosts),
		cmocka_unit_test(days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
