/*
 * trial - one run of one check in one compartment, in a process of its own: it goes through the doors as everybody does.
 *
 * T1  A trial acts as probe accounts only; their passwords and second factors come from `prove` when they are asked for.
 * T2  A check says what it tried and saw by trial_step; without a step on at least one object nothing is passed.
 * T3  What the check gets is borrowed until the next call of the same kind, unless said otherwise.
 */
#ifndef ASSURE_TRIAL_H
#define ASSURE_TRIAL_H

#include "assure/check.h"
#include "base/bytes.h"

struct trial;
struct person;                  /* a signed-in probe account; lives as long as the trial */

/* One reply. body is valid until the next request; it ends with a NUL that len does not count. */
struct seen {
	int status;             /* 0: no reply (refused before, or ended by the server) */
	char type[48];          /* slug of the problem, or "" */
	struct bytes body;
	char request[27];       /* Request-Id, or "" */
	bool cookie_set;        /* a session's */
	char cookie[96];        /* of this reply: NAME.TOKEN; "" none */
	char headers[2048];     /* as they came, a line each, cut at a whole line */
};

/* How to connect; zero: as everybody does. */
struct wish_tls {
	const char *versions;   /* "1.0" … "1.3": this one only; NULL: what is allowed */
	const char *suites;     /* OpenSSL's names, of TLS 1.2 and below, or of 1.3; NULL: what is allowed */
	const char *groups;
	const char *name;       /* server name asked for; NULL: the service's */
};

/* A request with something out of the ordinary. */
struct wish {
	const struct person *who;       /* NULL: nobody */
	const char *cookie;             /* this cookie instead of who's; NULL: who's */
	const char *method, *path;      /* "GET", "/v1/…" */
	const char *json;               /* body, or NULL */
	struct bytes raw;               /* body instead of json, with raw_type */
	const char *raw_type;
	const char *const *headers;     /* further lines "Name: value"; ends with NULL; may be NULL */
	const char *confirm, *phrase, *key; /* Confirm, Confirm-Phrase, Idempotency-Key; NULL: without */
	const char *source;             /* from this address: "127.66.x.y"; NULL: any. UNAVAILABLE where the door is not reached from there */
	const struct wish_tls *tls;     /* a connection of its own; NULL: the usual */
	bool alone;                     /* a connection of its own */
	const char *site;               /* Sec-Fetch-Site; NULL: "same-origin" with a cookie, else none */
};

/* A sign-in; zero: the right one. */
struct sign_in {
	const char *login;              /* NULL: the cast's own */
	const char *password;           /* NULL: the right one */
	const char *code;               /* NULL: a fresh one where the account has a factor; "": none */
	const char *source;             /* as in wish */
	const char *const *headers;
	const char *site;
};

/*
 * cast: a code of assure/cast.h; "other.CODE" is that of the other compartment (the probe compartment's, seen from a customer;
 * a customer's, seen from the probe compartment).
 *
 * person   signed in, from an earlier run or anew. UNAVAILABLE: it could not be signed in (a step says so)
 * sign_in  signs in as told; out: the reply. person_out (may be NULL) is set to NULL when it was refused
 * code     a fresh one-time code, not used before; waits for the next half minute when it must
 * password the right one, until the next renewal
 * renew    a new password and factor, unlocked, reactivated, its sessions ended
 */
MUST_USE err trial_person(struct trial *trial, const char *cast, const struct person **out);
MUST_USE err trial_sign_in(struct trial *trial, const char *cast, const struct sign_in *how, struct seen *out, const struct person **person_out);
MUST_USE err trial_code(struct trial *trial, const char *cast, char code_out[static 16]);
MUST_USE err trial_password(struct trial *trial, const char *cast, const char **password_out);
MUST_USE err trial_renew(struct trial *trial, const char *cast);
/* Proves again who it is (step-up), where the last proof is older than a few minutes. */
MUST_USE err trial_prove(struct trial *trial, const struct person *who);
/* The cookie as it is sent: NAME.TOKEN */
const char *trial_cookie(const struct person *who);
/* Not signed in any more as far as we know; the next trial_person signs in anew. */
void trial_forget(struct trial *trial, const char *cast);

/* UNAVAILABLE: no reply (out->status 0); any reply is OK. who NULL: nobody; json NULL: no body. */
MUST_USE err trial_ask(struct trial *trial, const struct person *who, const char *method, const char *path, const char *json, struct seen *out);
MUST_USE err trial_ask_raw(struct trial *trial, const struct wish *wish, struct seen *out);
/* Without TLS: sends `first` to the door and takes what comes back, at most max bytes. For what no library says any more (SSL 3.0). */
MUST_USE err trial_knock(struct trial *trial, struct bytes first, uint8_t *out, size_t max, size_t *got_out);
/* Of the last connection made: version, suite, certificate; why it was refused. See crypto/tlsclient.h. */
struct tlsclient_info;
const struct tlsclient_info *trial_connection(const struct trial *trial);
/* printf for a path or a body; valid until 8 further calls. */
const char *trial_text(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Ids as text, from the probes' world; NULL: there is none (a step "unable" says so).
 *   facility-a|b|c   class-a   child-a1 child-a2 (of one class; guardian-a1, guardian-a2)   child-b (guardian-b)   absence-a1 absence-b
 *   <cast>.account  <cast>.membership      other.<any of these>: the other compartment's
 */
const char *trial_fact(struct trial *trial, const char *name);

/* Where we are. */
const char *trial_compartment(const struct trial *trial);    /* "sapporo" */
unsigned trial_where(const struct trial *trial);             /* one of CHECK_… */
bool trial_is_demo(const struct trial *trial);
MUST_USE err trial_wait(struct trial *trial, unsigned seconds); /* INVALID: longer than the check's time limit */

/* A word with the core: see assure/inspect.h. Its steps become the trial's. */
struct inspected {
	enum check_outcome outcome;
	unsigned objects;
	struct bytes data;      /* valid until the next inspection */
};
MUST_USE err trial_inspect(struct trial *trial, const char *name, struct bytes params, struct inspected *out);

/* One line of what was tried and seen. ok false fails the check. objects: on how many things this was tried. Same words are joined and counted. */
void trial_step(struct trial *trial, bool ok, unsigned objects, const char *ja, const char *en, const char *seen_format, ...)
    __attribute__((format(printf, 6, 7)));
void trial_unable(struct trial *trial, const char *ja, const char *en);
/* The commonest step: was it refused as it should? Writes what was seen ("403 denied") and returns the same as ok. */
bool trial_expect(struct trial *trial, const struct seen *seen, int status, const char *type /* NULL: any */, const char *ja, const char *en);

/* Look-up in a JSON body by a path like "items.0.id" or "items.#" (how many). 0, "" or false: not there, or of another type. */
int64_t trial_json_int(const struct seen *seen, const char *path);
/* Valid until 8 further calls. */
const char *trial_json_text(const struct seen *seen, const char *path);
bool trial_json_bool(const struct seen *seen, const char *path);
bool trial_json_has(const struct seen *seen, const char *path);

#endif
