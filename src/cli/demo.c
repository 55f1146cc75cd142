/*
 * demo - two invented cities and their provider, to try everything with.
 *
 *   <dir>/.making        stands while the data are made; what is found beside it is begun anew
 *   <dir>/<city>/        one compartment each
 *   <dir>/probe/         the one that is made for checks
 *   accounts file        who can sign in, with passwords (0600)
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/agree.h"
#include "cli/catalog.h"
#include "cli/demo_fill.h"
#include "cli/probe.h"
#include "cli/serve_int.h"
#include "crypto/crypto.h"
#include "entity/csv.h"
#include "entity/json.h"
#include "op/compartment.h"

#define CITY_COUNT 3
#define FACILITIES_DEFAULT 10
#define FACILITIES_MAX 528
#define CHILDREN_PER_CLASS 20

/* data/sapporo-facilities-utf8.csv, put in by tools/embed */
extern const uint8_t demo_facilities_csv[];
extern const size_t demo_facilities_csv_len;

static const struct demo_city blank[CITY_COUNT] = {
	{.name = "sapporo", .title_ja = "札幌市（デモ）", .title_en = "City of Sapporo (demonstration)", .annexes = "K P"},
	{.name = "hinoki", .title_ja = "檜市（架空）", .title_en = "City of Hinoki (invented)", .annexes = "K S"},
	{.name = "provider", .title_ja = "サービス提供者（デモ）", .title_en = "Provider (demonstration)", .annexes = AGREE_ALL, .provider = true},
};

/* ---- facilities ---- */

static const struct invented {
	const char *code;
	const char *name;
	const char *address;
	const char *latitude, *longitude;
	const char *telephone;
	int capacity;
} hinoki[] = {
	{"HNK00001", "檜中央", "檜市本町1丁目1番1号", "35.000100", "137.000100", "0999-00-0001", 90},
	{"HNK00002", "みずほの森", "檜市瑞穂町2丁目3番4号", "35.000200", "137.000200", "0999-00-0002", 75},
	{"HNK00003", "川べり", "檜市川端町5丁目6番7号", "35.000300", "137.000300", "0999-00-0003", 60},
	{"HNK00004", "桜坂", "檜市桜坂町8丁目9番10号", "35.000400", "137.000400", "0999-00-0004", 80},
};

/* What addresses there begin with: everything before the first digit. */
static void set_area(struct demo_facility *facility, struct bytes address)
{
	size_t len = 0;

	while (len < address.len && len + 1 < sizeof(facility->area) && (address.ptr[len] < '0' || address.ptr[len] > '9'))
		len++;
	memcpy(facility->area, address.ptr, len);
	facility->area[len] = '\0';
}

static err invent_facilities(struct demo_city *city)
{
	city->facility_count = sizeof(hinoki) / sizeof(hinoki[0]);
	city->facilities = calloc(city->facility_count, sizeof(*city->facilities));
	if (city->facilities == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < city->facility_count; i++) {
		struct json json;

		json_init(&json, &city->facilities[i].body);
		json_object(&json, NULL);
		json_str(&json, "municipality_code", "999999");
		json_str(&json, "code", hinoki[i].code);
		json_str(&json, "municipality", "檜市");
		json_str(&json, "name", hinoki[i].name);
		json_str(&json, "kind", "幼稚園");
		json_str(&json, "address", hinoki[i].address);
		json_str(&json, "latitude", hinoki[i].latitude);
		json_str(&json, "longitude", hinoki[i].longitude);
		json_str(&json, "telephone", hinoki[i].telephone);
		json_int(&json, "capacity", hinoki[i].capacity);
		json_str(&json, "accepted_ages", "3歳児～就学前");
		json_str(&json, "opens", "8:30");
		json_str(&json, "closes", "16:30");
		json_str(&json, "operator", "市");
		json_object_end(&json);
		TRY(json.state);
		set_area(&city->facilities[i], bytes_str(hinoki[i].address));
	}
	return OK;
}

/* Municipal kindergartens first, then other kindergartens, then the rest. */
struct choosing {
	struct demo_city *city;
	const struct entity *entity;
	size_t wanted;
	int rank;
};

static struct bytes cell(const struct choosing *choosing, const struct value *values, const char *name)
{
	const struct field *field = entity_field(choosing->entity, name);

	REQUIRE(field != NULL && field->type == FIELD_TEXT);
	return values[field - choosing->entity->fields].as.text;
}

static int rank_of(const struct choosing *choosing, const struct value *values)
{
	if (!bytes_is(cell(choosing, values, "kind"), "幼稚園"))
		return 2;
	return bytes_is(cell(choosing, values, "operator"), "市") ? 0 : 1;
}

static err choose_row(void *context, uint32_t row, const struct value *values)
{
	struct choosing *choosing = context;
	struct demo_city *city = choosing->city;
	struct demo_facility *facility;
	struct json json;

	(void)row;
	if (city->facility_count == choosing->wanted || rank_of(choosing, values) != choosing->rank)
		return OK;
	facility = &city->facilities[city->facility_count++];
	json_init(&json, &facility->body);
	json_object(&json, NULL);
	for (size_t i = 0; i < choosing->entity->field_count; i++) {
		const struct field *field = &choosing->entity->fields[i];

		if (values[i].present && field->type == FIELD_TEXT && values[i].as.text.len > 0)
			json_text(&json, field->name, values[i].as.text);
		else if (values[i].present && field->type == FIELD_INT)
			json_int(&json, field->name, values[i].as.integer);
	}
	json_object_end(&json);
	set_area(facility, cell(choosing, values, "address"));
	return json.state;
}

static err tell_problem(void *context, const struct csv_problem *problem)
{
	(void)context;
	log_error("facilities: row %u, %s: %s", problem->row, problem->heading, problem->message_en);
	return FAIL(CORRUPT);
}

static err choose_facilities(struct demo_city *city, unsigned wanted)
{
	struct choosing choosing = {.city = city, .entity = entity_find(BYTES_LIT("facility"))};
	const struct csv_sink sink = {.context = &choosing, .row = choose_row, .problem = tell_problem};
	const struct bytes file = {demo_facilities_csv, demo_facilities_csv_len};
	struct arena arena;
	err e = OK;

	choosing.wanted = wanted == 0 ? FACILITIES_DEFAULT : wanted > FACILITIES_MAX ? FACILITIES_MAX : wanted;
	city->facilities = calloc(choosing.wanted, sizeof(*city->facilities));
	if (city->facilities == NULL || choosing.entity == NULL)
		return FAIL(UNAVAILABLE);
	arena_init(&arena, (size_t)1 << 20);
	for (choosing.rank = 0; choosing.rank < 3 && err_is_ok(e); choosing.rank++)
		e = csv_read(file, CSV_UTF8, choosing.entity, &arena, &sink);
	arena_free(&arena);
	return e;
}

/* ---- the accounts file ---- */

static void put_facilities(struct json *json, const struct demo_city *city, const struct demo_person *person)
{
	json_array(json, "facilities");
	for (size_t i = 0; i < city->facility_count; i++)
		if (person->facility == DEMO_NOWHERE || person->facility == i)
			json_id(json, NULL, city->facilities[i].id);
	json_array_end(json);
	json_id(json, "facility",
	    person->facility == DEMO_NOWHERE ? (struct id){{0}} : city->facilities[person->facility].id);
}

static void put_children(struct json *json, const struct demo_city *city, size_t person)
{
	json_array(json, "children");
	for (size_t i = 0; i < city->child_count; i++)
		for (size_t k = 0; k < city->children[i].guardian_count; k++)
			if (city->children[i].guardians[k] == person)
				json_id(json, NULL, city->children[i].id);
	json_array_end(json);
}

static void put_account(struct json *json, const struct demo_city *city, size_t index)
{
	const struct demo_person *person = &city->people[index];
	char login[80];

	(void)snprintf(login, sizeof(login), "%s@%s", person->login, city->name);
	json_object(json, NULL);
	json_str(json, "login", login);
	json_str(json, "password", person->password);
	if (person->totp_secret[0] != '\0')
		json_str(json, "totp_secret", person->totp_secret);
	else
		json_null(json, "totp_secret");
	json_str(json, "role", access_role_names[person->role]);
	json_str(json, "customer", city->name);
	put_facilities(json, city, person);
	put_children(json, city, index);
	json_object_end(json);
}

static err accounts_text(const struct demo_city *cities, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_array(&json, NULL);
	for (size_t i = 0; i < CITY_COUNT; i++)
		for (size_t k = 0; k < cities[i].signin_count; k++)
			if (cities[i].people[cities[i].signins[k]].password[0] != '\0')
				put_account(&json, &cities[i], cities[i].signins[k]);
	json_array_end(&json);
	TRY(json.state);
	return buf_append_str(out, "\n");
}

static err write_secret(const char *path, struct bytes text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good;

	if (fd < 0) {
		log_error("%s cannot be written: %s", path, strerror(errno));
		return FAIL(UNAVAILABLE);
	}
	good = fchmod(fd, 0600) == 0;
	for (size_t at = 0; good && at < text.len;) {
		ssize_t len = write(fd, text.ptr + at, text.len - at);

		good = len > 0 || (len < 0 && errno == EINTR);
		at += len > 0 ? (size_t)len : 0;
	}
	good = good && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	return good ? OK : FAIL(UNAVAILABLE);
}

/* ---- making ---- */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static err join_path(char path[static PATH_MAX], const char *dir, const char *name)
{
	int len = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	return len > 0 && len < PATH_MAX ? OK : FAIL(TOO_LARGE);
}

/* What an interrupted making has left. */
static err clear_cities(const char *dir)
{
	char path[PATH_MAX];

	for (size_t i = 0; i <= CITY_COUNT; i++) {
		TRY(join_path(path, dir, i < CITY_COUNT ? blank[i].name : PROBE_NAME));
		if (access(path, F_OK) == 0 && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
			log_error("%s cannot be removed: %s", path, strerror(errno));
			return FAIL(UNAVAILABLE);
		}
	}
	return OK;
}

static err make_folders(const char *dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s", dir) >= PATH_MAX)
		return FAIL(TOO_LARGE);
	for (char *at = path + 1;; at++) {
		char end = *at;

		if (end != '/' && end != '\0')
			continue;
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			log_error("%s cannot be made: %s", path, strerror(errno));
			return FAIL(UNAVAILABLE);
		}
		if (end == '\0')
			return OK;
		*at = end;
	}
}

static err plan_all(struct demo_city *cities, const struct cli_options *options, int32_t today)
{
	const struct demo_size size = {
		.seed = options->seed,
		.children = CHILDREN_PER_CLASS,
		.today = today,
	};

	TRY(choose_facilities(&cities[0], options->facilities));
	TRY(invent_facilities(&cities[1]));
	for (size_t i = 0; i < CITY_COUNT; i++)
		TRY(demo_plan_city(&cities[i], &size));
	demo_plan_signins(cities, CITY_COUNT, options->signins, options->seed);
	return OK;
}

static err make_cities(struct demo_city *cities, const struct cli_options *options, const char *accounts)
{
	OWN(buf) text = {0};
	int32_t today = clock_date_jst(clock_now_us());
	char path[PATH_MAX];

	TRY(plan_all(cities, options, today));
	for (size_t i = 0; i < CITY_COUNT; i++) {
		TRY(join_path(path, options->dir, cities[i].name));
		TRY(demo_fill_city(path, &cities[i], today, options->days));
		log_info("%s: %zu facilities, %zu children, %zu accounts", cities[i].name, cities[i].facility_count,
		    cities[i].child_count, cities[i].person_count);
	}
	TRY(probe_make(options->dir, true));
	TRY(accounts_text(cities, &text));
	return write_secret(accounts, bytes_of(&text));
}

static err make_new(const struct cli_options *options, const char *accounts, const char *making)
{
	struct demo_city cities[CITY_COUNT];
	err e;

	memcpy(cities, blank, sizeof(cities));
	TRY(make_folders(options->dir));
	TRY(write_secret(making, (struct bytes){0}));
	TRY(clear_cities(options->dir));
	e = make_cities(cities, options, accounts);
	for (size_t i = 0; i < CITY_COUNT; i++)
		demo_plan_free(&cities[i]);
	TRY(e);
	return unlink(making) == 0 ? OK : FAIL(UNAVAILABLE);
}

static err prepare(const struct cli_options *options, const char *accounts)
{
	char making[PATH_MAX];
	char first[PATH_MAX];

	TRY(join_path(making, options->dir, ".making"));
	TRY(join_path(first, options->dir, blank[CITY_COUNT - 1].name));
	if (access(making, F_OK) != 0 && access(first, F_OK) == 0)
		return OK; /* made before: kept as it is */
	return make_new(options, accounts, making);
}

/* ---- the table on the console ---- */

static char shown_accounts[PATH_MAX];

static const char *text_of(const json_t *account, const char *name)
{
	const char *text = json_string_value(json_object_get(account, name));

	return text != NULL ? text : "";
}

static bool same(const json_t *a, const json_t *b, const char *name)
{
	return strcmp(text_of(a, name), text_of(b, name)) == 0;
}

static bool shown_before(const json_t *accounts, size_t index)
{
	const json_t *account = json_array_get(accounts, index);

	for (size_t i = 0; i < index; i++)
		if (same(json_array_get(accounts, i), account, "role") && same(json_array_get(accounts, i), account, "customer"))
			return true;
	return false;
}

/* The first sign-in of each role and city. */
static void show_table(void)
{
	json_t *accounts = json_load_file(shown_accounts, 0, NULL);

	if (accounts == NULL) {
		log_warn("%s cannot be read; without it, begin anew in an empty --dir", shown_accounts);
		return;
	}
	printf("\n  %-24s %-20s %-15s %s\n", "login", "password", "role", "secret of the second factor (TOTP, SHA-256, 6 digits, 30 s)");
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		const json_t *account = json_array_get(accounts, i);

		if (!shown_before(accounts, i))
			printf("  %-24s %-20s %-15s %s\n", text_of(account, "login"), text_of(account, "password"),
			    text_of(account, "role"), text_of(account, "totp_secret"));
	}
	json_decref(accounts);
	printf("  all of them: %s\n\n", shown_accounts);
	(void)fflush(stdout);
}

int cli_demo(const struct cli_options *options)
{
	struct cli_options serving = *options;
	char certificate[PATH_MAX];
	char key[PATH_MAX];
	char catalog[PATH_MAX];

	if (options->accounts != NULL)
		(void)snprintf(shown_accounts, sizeof(shown_accounts), "%s", options->accounts);
	else if (!err_is_ok(join_path(shown_accounts, options->dir, "accounts.json")))
		return CLI_USAGE;
	if (!catalog_load(options, catalog))
		return CLI_USAGE;
	if (!err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) || !err_is_ok(prepare(options, shown_accounts)) ||
	    !err_is_ok(serve_certificate(options->dir, certificate, key)))
		return CLI_WRONG;
	clock_settle();
	serving.demo = true;
	serving.catalog = catalog;
	return serve_run(&serving, certificate, key, options->address != NULL ? options->address : "127.0.0.1", show_table);
}
