#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "proc/mailtext.h"

#include "proc/errand.h"

#define CONNECT_MS 15000L
#define WHOLE_MS 60000L
#define ANSWER_MAX 65536        /* bytes that a receiver of webhooks may say */
#define GROUPS "P-256:P-384:P-521"
#define SUITES_13 "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"
#define SUITES_12 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

/* How far the talk with the relay has come: whose fault a refusal is. */
enum stage { STAGE_GREETING, STAGE_FROM, STAGE_TO, STAGE_DATA };

struct errand {
	struct errand_office *office;
	CURL *easy;
	struct curl_slist *list, *resolve;
	struct id letter;
	bool mail, asking;      /* asking: what the relay can */
	bool offers_dsn;
	enum stage stage;
	struct buf from, to, payload;
	size_t sent, received;
	char said[ERRAND_WORDS_MAX + 1];    /* the last line of the other side */
	char words[ERRAND_WORDS_MAX + 1];
};

CURL *errand_handle(struct errand *errand)
{
	return errand->easy;
}

struct id errand_letter(const struct errand *errand)
{
	return errand->letter;
}

void errand_free(struct errand **errand_in)
{
	struct errand *errand = *errand_in;

	if (errand == NULL)
		return;
	if (errand->easy != NULL)
		curl_easy_cleanup(errand->easy);
	curl_slist_free_all(errand->list);
	curl_slist_free_all(errand->resolve);
	buf_free(&errand->from);
	buf_free(&errand->to);
	buf_free(&errand->payload);
	free(errand);
	*errand_in = NULL;
}

/* ---- what libcurl calls ---- */

static size_t give(char *out, size_t size, size_t count, void *context)
{
	struct errand *errand = context;
	size_t len = errand->payload.len - errand->sent;

	if (len > size * count)
		len = size * count;
	if (len > 0)
		memcpy(out, errand->payload.ptr + errand->sent, len);
	errand->sent += len;
	return len;
}

/* N3: less than was given ends the transfer. */
static size_t take(char *data, size_t size, size_t count, void *context)
{
	struct errand *errand = context;

	(void)data;
	errand->received += size * count;
	return errand->received > ANSWER_MAX ? 0 : size * count;
}

/* N2 */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct errand *errand = context;

	if (purpose != CURLSOCKTYPE_IPCXN || address->socktype != SOCK_STREAM || !outward_has(&errand->office->outward, &address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void keep_line(struct errand *errand, const char *data, size_t len)
{
	size_t kept = 0;

	if (errand->said[0] == '4' || errand->said[0] == '5') /* what comes after a refusal is farewell */
		return;
	for (size_t i = 0; i < len && kept < ERRAND_WORDS_MAX; i++)
		if (data[i] >= ' ' && data[i] < 0x7f)
			errand->said[kept++] = data[i];
	errand->said[kept] = '\0';
	if (kept >= 7 && strncasecmp(errand->said + 4, "DSN", 3) == 0 && (kept == 7 || errand->said[7] == ' '))
		errand->offers_dsn = true;
}

static int watch(CURL *easy, curl_infotype type, char *data, size_t len, void *context)
{
	static const struct { const char *begins; enum stage stage; } commands[] = {
		{"MAIL ", STAGE_FROM}, {"RCPT ", STAGE_TO}, {"DATA", STAGE_DATA},
	};
	struct errand *errand = context;

	(void)easy;
	if (type == CURLINFO_HEADER_IN)
		keep_line(errand, data, len);
	if (type == CURLINFO_HEADER_OUT && errand->mail)
		for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
			if (len >= strlen(commands[i].begins) && memcmp(data, commands[i].begins, strlen(commands[i].begins)) == 0)
				errand->stage = commands[i].stage;
	return 0;
}

/* ---- setting up ---- */

#define SET(option, value)                                                     \
	do {                                                                   \
		if (curl_easy_setopt(errand->easy, option, value) != CURLE_OK) \
			return FAIL(UNAVAILABLE);                              \
	} while (0)

static err set_always(struct errand *errand, struct buf *authorities)
{
	struct curl_blob blob = {.data = authorities->ptr, .len = authorities->len, .flags = CURL_BLOB_NOCOPY};

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, WHOLE_MS);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* N1 */
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_CAINFO, NULL);
	SET(CURLOPT_CAINFO_BLOB, &blob);
	SET(CURLOPT_SSL_CIPHER_LIST, SUITES_12);
	SET(CURLOPT_TLS13_CIPHERS, SUITES_13);
	SET(CURLOPT_SSL_EC_CURVES, GROUPS);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, errand);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, errand);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, watch);
	SET(CURLOPT_DEBUGDATA, errand);
	SET(CURLOPT_PRIVATE, errand);
	SET(CURLOPT_RESOLVE, errand->resolve);
	return OK;
}

/* The addresses of the list, so that nothing is looked up. */
static err pin(struct errand *errand, const struct outward_place *place)
{
	OWN(buf) line = {0};
	char text[64];

	TRY(buf_printf(&line, "%s:%u:", place->host, place->port));
	for (size_t i = 0; i < place->address_count; i++) {
		const struct sockaddr *address = (const struct sockaddr *)(const void *)&place->addresses[i];

		if (!outward_text(address, text))
			return FAIL(UNAVAILABLE);
		TRY(buf_printf(&line, "%s%s", i == 0 ? "" : ",", text));
	}
	TRY(buf_u8(&line, 0));
	errand->resolve = curl_slist_append(NULL, (const char *)line.ptr);
	return errand->resolve != NULL ? OK : FAIL(UNAVAILABLE);
}

/* RFC 3461 section 4: xtext */
static err put_xtext(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '+' || text.ptr[i] == '=')
			TRY(buf_printf(out, "+%02X", text.ptr[i]));
		else
			TRY(buf_u8(out, text.ptr[i]));
	return OK;
}

/* libcurl puts '>' behind all that it is given: it closes what was opened last, which xtext allows. */
static err put_envelope(struct errand *errand, struct bytes to)
{
	char id[ID_TEXT_MAX];
	OWN(buf) from = buf_take(&errand->from);
	OWN(buf) rcpt = {0};

	id_format(errand->letter, id);
	if (errand->office->dsn == DSN_YES)
		TRY(buf_printf(&errand->from, "<%.*s> RET=HDRS ENVID=<%s", (int)from.len, (const char *)from.ptr, id));
	else
		TRY(buf_printf(&errand->from, "<%.*s>", (int)from.len, (const char *)from.ptr));
	TRY(buf_u8(&errand->from, 0));
	TRY(buf_printf(&rcpt, "<%.*s>", (int)to.len, (const char *)to.ptr));
	if (errand->office->dsn == DSN_YES) {
		TRY(buf_append_str(&rcpt, " NOTIFY=FAILURE,DELAY ORCPT=rfc822;<"));
		TRY(put_xtext(&rcpt, to));
	}
	TRY(buf_u8(&rcpt, 0));
	errand->list = curl_slist_append(NULL, (const char *)rcpt.ptr);
	return errand->list != NULL ? OK : FAIL(UNAVAILABLE);
}

static err set_relay(struct errand *errand)
{
	struct errand_office *office = errand->office;

	TRY(set_always(errand, &office->relay_ca));
	SET(CURLOPT_URL, office->relay);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_USE_SSL, (long)CURLUSESSL_ALL); /* N1 */
	if (office->secret.len > 0)
		SET(CURLOPT_USERPWD, (const char *)office->secret.ptr);
	return OK;
}

static err set_mail(struct errand *errand)
{
	TRY(put_envelope(errand, bytes_of(&errand->to)));
	curl_easy_reset(errand->easy);
	TRY(set_relay(errand));
	SET(CURLOPT_MAIL_FROM, (const char *)errand->from.ptr);
	SET(CURLOPT_MAIL_RCPT, errand->list);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give);
	SET(CURLOPT_READDATA, errand);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)errand->payload.len);
	return OK;
}

static err set_asking(struct errand *errand)
{
	errand->asking = true;
	TRY(set_relay(errand));
	SET(CURLOPT_CUSTOMREQUEST, "NOOP");
	return OK;
}

static err begin_mail(struct errand *errand, const struct letterwire *frame, struct bytes compartment, const char **words_out)
{
	struct errand_office *office = errand->office;
	const struct mailtext mail = {
		.from = bytes_str(office->from), .to = frame->name, .subject = frame->text, .body = frame->body, .letter = frame->letter,
		.compartment = compartment, .at_us = frame->at_us,
	};

	errand->mail = true;
	if (office->relay[0] == '\0')
		return FAIL(UNAVAILABLE);
	if (!mailtext_address(frame->name)) {
		*words_out = "not an address";
		return FAIL(INVALID);
	}
	TRY(mailtext_write(&mail, &errand->payload));
	TRY(mailtext_return(&mail, &errand->from));
	TRY(buf_append(&errand->to, frame->name));
	TRY(pin(errand, &office->outward.places[0])); /* the relay comes first */
	return office->dsn == DSN_UNKNOWN ? set_asking(errand) : set_mail(errand);
}

/* ---- webhooks ---- */

static err add_header(struct errand *errand, const struct buf *line)
{
	struct curl_slist *list = curl_slist_append(errand->list, (const char *)line->ptr);

	if (list == NULL)
		return FAIL(UNAVAILABLE);
	errand->list = list;
	return OK;
}

/* Sekimori-Signature: t=SECONDS,v1=HMAC-SHA-256 over "SECONDS.BODY" */
static err sign(struct errand *errand, struct bytes secret)
{
	uint8_t tag[HASH_LEN];
	struct mac *mac = NULL;
	int64_t now_s = clock_now_us() / 1000000;
	OWN(buf) text = {0};
	OWN(buf) line = {0};
	err e;

	TRY(buf_printf(&text, "%lld.", (long long)now_s));
	TRY(buf_append(&text, bytes_of(&errand->payload)));
	TRY(mac_new(secret.ptr, secret.len, &mac));
	e = mac_compute(mac, bytes_of(&text), tag);
	mac_free(&mac);
	TRY(e);
	TRY(buf_printf(&line, "Sekimori-Signature: t=%lld,v1=", (long long)now_s));
	TRY(hex_append(&line, (struct bytes){tag, sizeof(tag)}));
	TRY(buf_u8(&line, 0));
	return add_header(errand, &line);
}

static err put_headers(struct errand *errand, const struct letterwire *frame)
{
	char id[ID_TEXT_MAX];
	OWN(buf) line = {0};

	id_format(frame->letter, id);
	TRY(buf_printf(&line, "Sekimori-Letter: %s", id));
	TRY(buf_u8(&line, 0));
	TRY(add_header(errand, &line));
	buf_clear(&line);
	TRY(buf_append_str(&line, "Content-Type: application/json"));
	TRY(buf_u8(&line, 0));
	TRY(add_header(errand, &line));
	buf_clear(&line);
	TRY(buf_append_str(&line, "Expect:"));
	TRY(buf_u8(&line, 0));
	TRY(add_header(errand, &line));
	return sign(errand, frame->data);
}

static err begin_hook(struct errand *errand, const struct letterwire *frame, const char **words_out)
{
	const struct outward_place *known = NULL;
	struct outward_place place;
	OWN(buf) url = {0};

	if (err_is_ok(outward_url(frame->text, &place)))
		known = outward_find(&errand->office->outward, bytes_str(place.host), place.port);
	if (known == NULL || frame->data.len == 0) {
		*words_out = "not on the list of allowed targets";
		return FAIL(INVALID);
	}
	TRY(pin(errand, known));
	TRY(buf_append(&errand->payload, frame->body));
	TRY(put_headers(errand, frame));
	TRY(buf_append(&url, frame->text));
	TRY(buf_u8(&url, 0));
	TRY(set_always(errand, &errand->office->hook_ca));
	SET(CURLOPT_URL, (const char *)url.ptr);
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_USERAGENT, "Sekimori");
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)errand->payload.len);
	SET(CURLOPT_POSTFIELDS, (const char *)errand->payload.ptr);
	SET(CURLOPT_HTTPHEADER, errand->list);
	return OK;
}

err errand_new(struct errand_office *office, const struct letterwire *frame, struct bytes compartment, const char **words_out,
    struct errand **errand_out)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	err e;

	if (errand == NULL)
		return FAIL(UNAVAILABLE);
	*words_out = "cannot be reached for now";
	errand->office = office;
	errand->letter = frame->letter;
	errand->easy = curl_easy_init();
	e = errand->easy == NULL ? FAIL(UNAVAILABLE) : frame->kind == LETTERWIRE_MAIL ? begin_mail(errand, frame, compartment, words_out) :
	    begin_hook(errand, frame, words_out);
	if (!err_is_ok(e)) {
		errand_free(&errand);
		return e;
	}
	*errand_out = errand;
	return OK;
}

/* ---- the end ---- */

bool errand_goes_on(struct errand *errand, CURLcode code)
{
	if (!errand->asking || code != CURLE_OK)
		return false;
	errand->asking = false;
	errand->office->dsn = errand->offers_dsn ? DSN_YES : DSN_NO;
	errand->stage = STAGE_GREETING;
	errand->said[0] = '\0';
	return err_is_ok(set_mail(errand));
}

static enum letterwire_outcome mail_outcome(const struct errand *errand, CURLcode code)
{
	if (errand->asking)
		return LETTERWIRE_ABSENT;
	if (code == CURLE_OK)
		return LETTERWIRE_TAKEN;
	/* The receiver's, or the letter's; before that it is between the relay and us. */
	if (errand->stage >= STAGE_TO && errand->said[0] == '5')
		return LETTERWIRE_REFUSED;
	return errand->stage >= STAGE_TO ? LETTERWIRE_LATER : LETTERWIRE_ABSENT;
}

/* A receiver may be set right; 410 says that it never will be. */
static enum letterwire_outcome hook_outcome(struct errand *errand, CURLcode code, long status)
{
	if (code == CURLE_OK && status >= 200 && status < 300)
		return LETTERWIRE_TAKEN;
	if (code == CURLE_OK)
		(void)snprintf(errand->said, sizeof(errand->said), "HTTP %ld", status);
	else
		errand->said[0] = '\0';
	return code == CURLE_OK && status == 410 ? LETTERWIRE_REFUSED : LETTERWIRE_LATER;
}

enum letterwire_outcome errand_outcome(struct errand *errand, CURLcode code, const char **words_out)
{
	enum letterwire_outcome outcome;
	long status = 0;

	if (errand->mail)
		outcome = mail_outcome(errand, code);
	else {
		(void)curl_easy_getinfo(errand->easy, CURLINFO_RESPONSE_CODE, &status); /* 0 then */
		outcome = hook_outcome(errand, code, status);
	}
	/* A relay's own word says more than libcurl's about it; where there is none, as when the certificate is wrong, there is libcurl's. */
	if (errand->said[0] >= '1' && errand->said[0] <= '5' && (code == CURLE_OK || errand->said[0] >= '4'))
		(void)snprintf(errand->words, sizeof(errand->words), "%s", errand->said);
	else if (code != CURLE_OK)
		(void)snprintf(errand->words, sizeof(errand->words), "%s", curl_easy_strerror(code));
	else
		(void)snprintf(errand->words, sizeof(errand->words), "%s", errand->said);
	*words_out = errand->words;
	return outcome;
}
