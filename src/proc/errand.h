/*
 * errand - one letter on its way out: a mail to the relay, or a webhook; by libcurl, one transfer at a time.
 *
 *   errand_mail ─▶ (NOOP, to learn what the relay can) ─▶ MAIL, RCPT, DATA ─▶ errand_outcome
 *   errand_hook ─▶ POST ─▶ errand_outcome
 *
 * N1  Always over TLS, 1.2 or newer, with a certificate that is checked against the name; nothing is sent otherwise.
 * N2  Only to addresses of the list (outward.h): also what libcurl finds by itself goes through the same question. No redirects, no proxy.
 * N3  What the other side answers is bounded, and becomes words without control characters.
 */
#ifndef PROC_ERRAND_H
#define PROC_ERRAND_H

#include <curl/curl.h>

#include "govern/letterwire.h"
#include "proc/outward.h"

#define ERRAND_WORDS_MAX 200

/* What all errands have in common; filled once, before the sandbox. */
struct errand_office {
	struct outward outward;
	char relay[1024];  /* smtp://host:port/name or smtps:…; name: by which it greets; "" = none */
	char from[OUTWARD_HOST_MAX + 1];        /* who writes */
	struct buf relay_ca, hook_ca;           /* PEM: who vouches for them */
	struct buf secret;                      /* name:password for the relay; empty = none */
	enum { DSN_UNKNOWN, DSN_YES, DSN_NO } dsn; /* RFC 3461 */
};

struct errand;

/* frame: MAIL or HOOK. INVALID: it can never be sent; words_out says why. UNAVAILABLE: no memory. */
MUST_USE err errand_new(struct errand_office *office, const struct letterwire *frame, struct bytes compartment, const char **words_out,
    struct errand **errand_out);
void errand_free(struct errand **errand);
CURL *errand_handle(struct errand *errand);
struct id errand_letter(const struct errand *errand);
/* The transfer has ended. true: it goes on with another one (the handle is to be added again). */
bool errand_goes_on(struct errand *errand, CURLcode code);
/* Why not, or by what name the other side knows it; valid as long as the errand. */
enum letterwire_outcome errand_outcome(struct errand *errand, CURLcode code, const char **words_out);

#endif
