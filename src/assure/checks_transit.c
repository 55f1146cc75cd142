/*
 * checks_transit - what the door speaks: only TLS 1.2 and 1.3, only with suites and groups of the allow-list (crypto/allowed.c), and
 * it tells browsers never to come without.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "assure/hello.h"
#include "assure/tried.h"
#include "assure/trial_int.h"
#include "base/clock.h"
#include "crypto/crypto.h"

#include "assure/checks_transit.h"

#define SUITES_MAX 640
#define KNOCK_US ((int64_t)5 * 1000000)
#define HSTS "strict-transport-security: max-age="
#define HSTS_MIN_S 15552000     /* half a year */

static const uint16_t listed_groups[] = {23, 24, 25};       /* P-256, P-384, P-521 */
static const uint16_t unlisted_groups[] = {29, 30, 22, 26}; /* X25519, X448, secp256k1, brainpoolP256r1 */

static bool is_listed(uint16_t suite)
{
	size_t count;
	const struct allowed *table = allowed_table(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].use, "tls-suite") == 0 && hello_suite(table[i].name) == suite)
			return true;
	return false;
}

/* Those of a version that are on the list, or those that are not. */
static size_t suites_of(uint16_t version, bool listed, uint16_t out[static SUITES_MAX])
{
	uint16_t all[SUITES_MAX];
	size_t count = hello_suites(version, all, SUITES_MAX);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (is_listed(all[i]) == listed)
			out[kept++] = all[i];
	return kept;
}

/* Does the door go on with this hello? */
static err offered(struct trial *trial, const struct hello *hello, bool *accepted_out)
{
	uint8_t reply[512];
	OWN(buf) first = {0};
	size_t got = 0;

	TRY(hello_write(hello, &first));
	TRY(tlsclient_knock(&trial->target, bytes_of(&first), clock_mono_us() + KNOCK_US, reply, sizeof(reply), &got));
	*accepted_out = hello_accepted((struct bytes){reply, got});
	return OK;
}

static err must_refuse(struct trial *trial, const struct hello *hello, size_t objects, const char *ja, const char *en, const char *what)
{
	bool accepted = true;

	TRY(offered(trial, hello, &accepted));
	trial_step(trial, !accepted, (unsigned)objects, ja, en, "%s: %s (%zu)", what, accepted ? "accepted" : "refused", objects);
	return OK;
}

static err old_versions(struct trial *trial)
{
	static const struct { uint16_t version; const char *name; } old[] = {
		{HELLO_SSL_3, "SSL 3.0"}, {HELLO_TLS_1_0, "TLS 1.0"}, {HELLO_TLS_1_1, "TLS 1.1"},
	};
	uint16_t suites[SUITES_MAX];
	size_t count = hello_suites(HELLO_TLS_1_2, suites, SUITES_MAX);

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		const struct hello hello = {old[i].version, suites, count, listed_groups, 3};

		TRY(must_refuse(trial, &hello, 1, "SSL 3.0、TLS 1.0、TLS 1.1 は拒否される", "SSL 3.0, TLS 1.0 and TLS 1.1 are refused", old[i].name));
	}
	return OK;
}

static err unlisted_suites(struct trial *trial)
{
	static const struct { uint16_t version; const char *name; } versions[] = {{HELLO_TLS_1_2, "TLS 1.2"}, {HELLO_TLS_1_3, "TLS 1.3"}};
	uint16_t suites[SUITES_MAX];

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		size_t count = suites_of(versions[i].version, false, suites);
		const struct hello hello = {versions[i].version, suites, count, listed_groups, 3};

		TRY(must_refuse(trial, &hello, count, "一覧にない暗号スイートは、どれも拒否される", "Every suite outside the list is refused", versions[i].name));
		count = suites_of(versions[i].version, true, suites);
		const struct hello groups = {versions[i].version, suites, count, unlisted_groups, 4};
		TRY(must_refuse(trial, &groups, 4, "一覧にない鍵共有の曲線は、どれも拒否される", "Every group outside the list is refused", versions[i].name));
	}
	return OK;
}

/* The same hand-made message with what is on the list goes on, so its refusals mean something. */
static err listed_hello(struct trial *trial)
{
	static const uint16_t versions[] = {HELLO_TLS_1_2, HELLO_TLS_1_3};
	uint16_t suites[SUITES_MAX];

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const struct hello hello = {versions[i], suites, suites_of(versions[i], true, suites), listed_groups, 3};
		bool accepted = false;

		TRY(offered(trial, &hello, &accepted));
		trial_step(trial, accepted, 0, "一覧にある暗号スイートなら、同じ呼びかけに応じる", "The same message with suites of the list is answered", "%s", accepted ? "+" : "-");
	}
	return OK;
}

static const char *header(const struct seen *seen, const char *name)
{
	for (const char *line = seen->headers; line[0] != '\0';) {
		const char *end = strchr(line, '\n');

		if (strncasecmp(line, name, strlen(name)) == 0)
			return line + strlen(name);
		if (end == NULL)
			break;
		line = end + 1;
	}
	return NULL;
}

static err hsts(struct trial *trial, const struct seen *seen)
{
	const char *age = header(seen, HSTS);
	long long seconds = 0;

	for (size_t i = 0; age != NULL && i < 12 && age[i] >= '0' && age[i] <= '9'; i++)
		seconds = seconds * 10 + (age[i] - '0');
	trial_step(trial, seconds >= HSTS_MIN_S, 1, "応答に HSTS が付いている", "Replies carry HSTS", "%lld", seconds);
	return OK;
}

/* One whole conversation with each suite of the list; those made for the other kind of certificate cannot succeed. */
static err speak(struct trial *trial, const char *version)
{
	size_t count;
	const struct allowed *table = allowed_table(&count);
	unsigned spoke = 0;
	struct seen seen = {0};
	struct seen last = {0};

	for (size_t i = 0; i < count; i++) {
		bool newest = strncmp(table[i].name, "TLS_", 4) == 0;
		const struct wish_tls tls = {.versions = version, .suites = table[i].name};
		const struct wish wish = {.method = "GET", .path = "/healthz", .tls = &tls};

		if (strcmp(table[i].use, "tls-suite") != 0 || newest != (strcmp(version, "1.3") == 0))
			continue;
		if (err_is_ok(trial_ask_raw(trial, &wish, &seen)) && seen.status == 200) {
			last = seen;
			spoke++;
		}
	}
	trial_step(trial, spoke > 0, spoke, strcmp(version, "1.3") == 0 ? "TLS 1.3 は、一覧の暗号スイートで通信できる" : "TLS 1.2 は、一覧の暗号スイートで通信できる",
	    strcmp(version, "1.3") == 0 ? "TLS 1.3 works with suites of the list" : "TLS 1.2 works with suites of the list", "%u", spoke);
	return spoke > 0 ? hsts(trial, &last) : OK;
}

static err run_tls(struct trial *trial)
{
	TRY(listed_hello(trial));
	TRY(old_versions(trial));
	TRY(unlisted_suites(trial));
	TRY(speak(trial, "1.2"));
	return speak(trial, "1.3");
}

const struct check checks_transit[] = {
	{.id = "tls-only-cryptrec-suites", .where = CHECK_PROVIDER, .run = run_tls, .seconds = 90},
	{.id = NULL},
};
