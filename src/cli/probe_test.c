/* What checks work with: made and renewed by local operations, and apart from what is real. Source: access.h P1; GV-14. */
#include <string.h>

#include "cli/probe.h"
#include "crypto/crypto.h"
#include "entity/json.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/local.h"
#include "op/setting.h"
#include "store/temp_test.h"

#define CODE_LEN 11 /* XXXXX-XXXXX */
#define SECRET "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSQ"

static struct local *city;
static const struct actor nobody;

static int city_make(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};

	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) || !err_is_ok(setting_load(SEKIMORI_ROOT "/catalog")) ||
	    !err_is_ok(compartment_make(temp_file("city"), &spec)) || !err_is_ok(local_open(temp_file("city"), identity_authenticate, &city)))
		return -1;
	return 0;
}

/* Nobody is signed in any more. */
static void city_reopen(void)
{
	local_close(&city);
	assert_ok(local_open(temp_file("city"), identity_authenticate, &city));
}

static int city_remove(void **state)
{
	local_close(&city);
	return temp_remove(state);
}

static err call(const struct actor *actor, const char *op, const char *body, struct buf *reply_out)
{
	return local_call(city, actor, op, NULL, bytes_str(body), reply_out);
}

/* The id in a reply that begins with it. */
static struct id first_id(const struct buf *reply)
{
	static const char head[] = "{\"id\":\"";
	struct id id = {{0}};

	assert_true(reply->len > sizeof(head) + ID_TEXT_LEN && memcmp(reply->ptr, head, sizeof(head) - 1) == 0);
	assert_ok(id_parse((struct bytes){reply->ptr + sizeof(head) - 1, ID_TEXT_LEN}, &id));
	return id;
}

static bool tells(const struct buf *reply, const char *words)
{
	return memmem(reply->ptr, reply->len, words, strlen(words)) != NULL;
}

static struct id make_facility(const char *code)
{
	OWN(buf) reply = {0};
	char body[32];

	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\"}", code);
	assert_ok(call(&nobody, "facility.probe", body, &reply));
	return first_id(&reply);
}

/* The role is what the code begins with: "principal-a", "officer-admin". */
static void account_body(char *body, size_t max, const char *code, struct id facility)
{
	char text[ID_TEXT_MAX];
	char role[32];

	(void)snprintf(role, sizeof(role), "%s", code);
	if (!id_is_zero(facility))
		*strchrnul(role, '-') = '\0';
	id_format(facility, text);
	(void)snprintf(body, max, "{\"code\":\"%s\",\"role\":\"%s\",\"name\":\"検査\",\"password\":\"Kensa-1234+nara\"%s%s%s,\"totp_secret\":\"%s\"}",
	    code, role, id_is_zero(facility) ? "" : ",\"facility\":\"", id_is_zero(facility) ? "" : text, id_is_zero(facility) ? "" : "\"", SECRET);
}

static void plain_account(const char *code, const char *role, struct id facility)
{
	char body[400];
	char text[ID_TEXT_MAX];

	id_format(facility, text);
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\",\"role\":\"%s\",\"name\":\"検査\",\"password\":\"Kensa-1234+nara\",\"facility\":\"%s\"}",
	    code, role, text);
	assert_ok(call(&nobody, "account.probe", body, NULL));
}

static struct id make_account(const char *code, struct id facility)
{
	OWN(buf) reply = {0};
	char body[400];

	account_body(body, sizeof(body), code, facility);
	assert_ok(call(&nobody, "account.probe", body, &reply));
	return first_id(&reply);
}

static void the_same_ones_are_found_again(void **state)
{
	struct id a = make_facility("a");
	struct id person = make_account("principal", a);

	(void)state;
	assert_true(id_equal(make_facility("a"), a));
	assert_false(id_equal(make_facility("b"), a));
	assert_true(id_equal(make_account("principal", a), person));
}

static void only_facilities_for_checks_take_them(void **state)
{
	const struct actor admin = {.role = ROLE_OFFICER_ADMIN};
	OWN(buf) reply = {0};
	char body[400];

	(void)state;
	assert_ok(call(&admin, "facility.open", "{\"municipality_code\":\"999999\",\"code\":\"X1\",\"municipality\":\"市\",\"name\":\"本物\","
	    "\"kind\":\"幼稚園\",\"address\":\"町1\"}", &reply));
	account_body(body, sizeof(body), "staff", first_id(&reply));
	assert_err(INVALID, call(&nobody, "account.probe", body, NULL));
}

static void neither_side_sees_the_other(void **state)
{
	struct actor real = {.role = ROLE_OFFICER_ADMIN};
	struct actor probe = {.role = ROLE_OFFICER_ADMIN, .probe = true, .account = make_account("officer-admin", (struct id){{0}})};
	const struct local_input path[] = {{.name = "facility", .id = make_facility("a")}, {0}};
	OWN(buf) of_real = {0};
	OWN(buf) of_probe = {0};

	(void)state;
	assert_ok(call(&real, "facility.list", "", &of_real));
	assert_true(tells(&of_real, "本物") && !tells(&of_real, "検査園"));
	assert_ok(call(&probe, "facility.list", "", &of_probe));
	assert_true(!tells(&of_probe, "本物") && tells(&of_probe, "検査園A"));
	assert_err(NOT_FOUND, local_call(city, &real, "facility.see", path, (struct bytes){0}, NULL));
	assert_ok(local_call(city, &probe, "facility.see", path, (struct bytes){0}, NULL));
}

static void nothing_of_the_whole_city_is_written_by_a_probe(void **state)
{
	struct actor probe = {.role = ROLE_OFFICER_ADMIN, .probe = true, .account = make_account("officer-admin", (struct id){{0}})};

	OWN(buf) opened = {0};
	OWN(buf) issued = {0};

	(void)state;
	assert_false(err_is_ok(call(&probe, "facility.open", "{\"municipality_code\":\"999999\",\"code\":\"X2\",\"municipality\":\"市\","
	    "\"name\":\"検査\",\"kind\":\"幼稚園\",\"address\":\"町1\"}", &opened)));
	assert_true(tells(&opened, "problems/denied"));
	assert_false(err_is_ok(call(&probe, "account.issue", "{\"login\":\"nobody-1\",\"name\":\"名\",\"role\":\"officer\"}", &issued)));
	assert_true(tells(&issued, "problems/denied"));
}

/* A code of the one side is as good as none on the other. */
static void a_code_does_not_cross(void **state)
{
	static const char head[] = "{\"code\":\"";
	const struct local_person person = {"probe-staff-b", "Kensa-1234+nara", ""};
	const struct actor admin = {.role = ROLE_OFFICER_ADMIN};
	struct actor principal = {.role = ROLE_PRINCIPAL};
	OWN(buf) opened = {0};
	OWN(buf) code = {0};
	OWN(buf) body = {0};
	OWN(buf) refused = {0};

	(void)state;
	assert_ok(call(&admin, "facility.open", "{\"municipality_code\":\"999999\",\"code\":\"X9\",\"municipality\":\"市\",\"name\":\"次の園\","
	    "\"kind\":\"幼稚園\",\"address\":\"町9\"}", &opened));
	principal.facility = first_id(&opened);
	/* Without a factor: the one that account.probe was given is not at hand here. */
	plain_account("staff-b", "staff", make_facility("b"));
	assert_ok(local_sign_in(city, &person));
	assert_ok(call(&nobody, "me.link-code", "{}", &code));
	assert_true(code.len > sizeof(head) + CODE_LEN && memcmp(code.ptr, head, sizeof(head) - 1) == 0);
	assert_ok(buf_append_str(&body, head));
	assert_ok(buf_append(&body, (struct bytes){code.ptr + sizeof(head) - 1, CODE_LEN}));
	assert_ok(buf_append_str(&body, "\",\"role\":\"staff\"}"));
	city_reopen();
	assert_false(err_is_ok(local_call(city, &principal, "membership.add", NULL, bytes_of(&body), &refused)));
	assert_true(tells(&refused, "problems/invalid-input"));
	principal.probe = true;
	principal.facility = make_facility("a");
	buf_clear(&refused);
	assert_ok(local_call(city, &principal, "membership.add", NULL, bytes_of(&body), &refused));
}

/* ---- trials ---- */

static const struct actor *const in_session = &nobody; /* who acts is said by the session that local_sign_in has opened */

static void sign_in_auditor(const char *login)
{
	const struct local_person person = {login, "Kansa-1234+nara", ""};
	char body[200];

	(void)snprintf(body, sizeof(body), "{\"login\":\"%s\",\"name\":\"監査 花子\",\"role\":\"auditor\",\"password\":\"%s\"}", login,
	    person.password);
	assert_ok(call(in_session, "account.install", body, NULL));
	assert_ok(local_sign_in(city, &person));
}

static void tells_of(const char *op, const char *body, const char *words)
{
	OWN(buf) reply = {0};

	err_ignore(call(in_session, op, body, &reply)); /* the words say it */
	if (!tells(&reply, words))
		print_error("%s: %.*s\n", op, (int)reply.len, (const char *)reply.ptr);
	assert_true(tells(&reply, words));
}

/* X1, X3 */
static void an_auditor_tries_a_role_and_comes_back(void **state)
{
	REQ("K-27");
	(void)state;
	(void)make_account("principal-a", make_facility("a"));
	sign_in_auditor("auditor-1");
	tells_of("me.see", "", "\"trial\":null");
	tells_of("trial.see", "", "\"items\":[]");
	tells_of("trial.end", "", "problems/conflict");
	tells_of("facility.list", "", "本物");
	tells_of("trial.begin", "{\"role\":\"principal\"}", "\"role\":\"principal\"");
	tells_of("me.see", "", "\"by\":\"監査 花子\"");
	tells_of("facility.list", "", "検査園A");
	tells_of("trial.begin", "{\"role\":\"principal\"}", "problems/denied");
	tells_of("facility.open", "{\"municipality_code\":\"999999\",\"code\":\"X3\",\"municipality\":\"市\",\"name\":\"検査\","
	    "\"kind\":\"幼稚園\",\"address\":\"町1\"}", "problems/denied");
	tells_of("trial.see", "", "\"operation\":\"facility.open\"");
	tells_of("trial.end", "", "\"role\":\"auditor\"");
	tells_of("me.see", "", "\"trial\":null");
	tells_of("facility.list", "", "本物");
}

static void nothing_to_sign_in_with_is_given_or_changed(void **state)
{
	static const struct { const char *op, *body; } rows[] = {
		{"session.step-up", "{\"password\":\"Kensa-1234+nara\"}"},
		{"me.password", "{\"current\":\"Kensa-1234+nara\",\"new\":\"Kensa-5678+nara\"}"},
		{"me.totp", "{}"}, {"me.recovery-codes", "{}"}, {"me.link-code", "{}"}, {"session.end-all", "{}"},
	};

	(void)state;
	(void)make_account("officer", (struct id){{0}});
	sign_in_auditor("auditor-2");
	tells_of("trial.begin", "{\"role\":\"officer\"}", "\"role\":\"officer\"");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		tells_of(rows[i].op, rows[i].body, "problems/denied");
	tells_of("trial.begin", "{\"role\":\"officer\",\"facility\":\"a\"}", "problems/denied");
	tells_of("trial.end", "", "\"role\":\"auditor\"");
	tells_of("trial.begin", "{\"role\":\"officer\",\"facility\":\"a\"}", "problems/invalid-input");
	tells_of("trial.begin", "{\"role\":\"staff\"}", "problems/conflict"); /* there is no such account yet */
}

static void the_compartment_is_made_once(void **state)
{
	char folder[64];

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s", temp_path);
	assert_ok(probe_make(folder, true));
	assert_ok(probe_make(folder, true));
	assert_true(access(temp_file("probe/core/data.db"), F_OK) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_ones_are_found_again),
		cmocka_unit_test(only_facilities_for_checks_take_them),
		cmocka_unit_test(neither_side_sees_the_other),
		cmocka_unit_test(nothing_of_the_whole_city_is_written_by_a_probe),
		cmocka_unit_test(a_code_does_not_cross),
		cmocka_unit_test(an_auditor_tries_a_role_and_comes_back),
		cmocka_unit_test(nothing_to_sign_in_with_is_given_or_changed),
		cmocka_unit_test(the_compartment_is_made_once),
	};

	return cmocka_run_group_tests(tests, city_make, city_remove);
}
