#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "entity/json.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/local.h"

#include "cli/agree.h"
#include "cli/demo_fill.h"
#include "cli/demo_records.h"

#define IN_FLIGHT 256 /* calls that wait for one commit */

struct fill {
	struct local *local;
	struct demo_city *city;
	struct json json;
	struct buf body;
	size_t open;
};

/* Every reply begins with the id of what was made. */
static void take_id(void *context, const struct answer *answer)
{
	static const char head[] = "{\"id\":\"";
	struct bytes body = answer->body;
	struct bytes text = {0};
	struct id id;

	if (answer->problem || body.len < sizeof(head) - 1 + ID_TEXT_LEN || memcmp(body.ptr, head, sizeof(head) - 1) != 0)
		return;
	text = (struct bytes){body.ptr + sizeof(head) - 1, ID_TEXT_LEN};
	if (err_is_ok(id_parse(text, &id)))
		*(struct id *)context = id;
}

static void ignore(void *context, const struct answer *answer)
{
	(void)context;
	(void)answer;
}

static struct json *begin(struct fill *fill)
{
	buf_clear(&fill->body);
	json_init(&fill->json, &fill->body);
	json_object(&fill->json, NULL);
	return &fill->json;
}

static err settle(struct fill *fill)
{
	fill->open = 0;
	return local_wait(fill->local);
}

/* id_out: where the id of what is made goes, when the reply comes; NULL = nowhere. */
static err put(struct fill *fill, const struct actor *actor, const char *op, const struct local_input *path, struct bytes body,
    struct id *id_out)
{
	TRY(local_put(fill->local, actor, op, path, body, id_out != NULL ? take_id : ignore, id_out));
	return ++fill->open < IN_FLIGHT ? OK : settle(fill);
}

static err put_json(struct fill *fill, const struct actor *actor, const char *op, const struct local_input *path,
    struct id *id_out)
{
	json_object_end(&fill->json);
	TRY(fill->json.state);
	return put(fill, actor, op, path, bytes_of(&fill->body), id_out);
}

static const struct actor *nobody(void)
{
	static const struct actor actor;

	return &actor;
}

static struct actor acting(const struct demo_city *city, size_t person)
{
	const struct demo_person *p = &city->people[person];

	return (struct actor){
		.account = p->id,
		.facility = p->facility == DEMO_NOWHERE ? (struct id){{0}} : city->facilities[p->facility].id,
		.role = p->role,
	};
}

static err put_account(struct fill *fill, const struct actor *actor, const char *op, struct demo_person *person)
{
	struct json *json = begin(fill);

	json_str(json, "login", person->login);
	json_str(json, "name", person->name);
	json_str(json, "role", access_role_names[person->role]);
	json_str(json, "mail", person->mail);
	json_str(json, "telephone", person->telephone);
	if (person->facility != DEMO_NOWHERE)
		json_id(json, "facility", fill->city->facilities[person->facility].id);
	return put_json(fill, actor, op, NULL, &person->id);
}

/* Those whom nobody there may issue yet, or not alone. */
static err install_admins(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->person_count; i++)
		if (city->provider || i == city->admins[0] || i == city->admins[1])
			TRY(put_account(fill, nobody(), "account.install", &city->people[i]));
	return settle(fill);
}

static err open_facilities(struct fill *fill)
{
	struct demo_city *city = fill->city;
	struct actor admin = acting(city, city->admins[0]);

	for (size_t i = 0; i < city->facility_count; i++)
		TRY(put(fill, &admin, "facility.open", NULL, bytes_of(&city->facilities[i].body), &city->facilities[i].id));
	return settle(fill);
}

static err issue_offices(struct fill *fill)
{
	struct demo_city *city = fill->city;
	struct actor admin = acting(city, city->admins[0]);

	for (size_t i = 0; i < city->person_count; i++) {
		struct demo_person *person = &city->people[i];

		if (person->role == ROLE_PRINCIPAL || person->role == ROLE_OFFICER || person->role == ROLE_AUDITOR)
			TRY(put_account(fill, &admin, "account.issue", person));
	}
	return settle(fill);
}

static err issue_people(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->person_count; i++) {
		struct demo_person *person = &city->people[i];
		struct actor principal;

		if (person->role != ROLE_GUARDIAN && person->role != ROLE_STAFF)
			continue;
		principal = acting(city, city->facilities[person->facility].principal);
		TRY(put_account(fill, &principal, "account.issue", person));
	}
	return settle(fill);
}

static err open_classes(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->facility_count; i++) {
		struct demo_facility *facility = &city->facilities[i];
		struct actor principal = acting(city, facility->principal);
		const struct local_input path[] = {{"facility", facility->id}, {0}};

		for (size_t k = 0; k < DEMO_CLASSES; k++) {
			struct json *json = begin(fill);

			json_str(json, "name", demo_plan_class_names[k]);
			json_int(json, "age", 3 + (int64_t)k);
			json_int(json, "year", city->year);
			TRY(put_json(fill, &principal, "class.open", path, &facility->classes[k]));
		}
	}
	return settle(fill);
}

static err assign_teachers(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->facility_count; i++) {
		struct demo_facility *facility = &city->facilities[i];
		struct actor principal = acting(city, facility->principal);

		for (size_t k = 0; k < DEMO_CLASSES; k++) {
			const struct local_input path[] = {{"facility", facility->id}, {"class", facility->classes[k]}, {0}};
			struct json *json = begin(fill);

			json_id(json, "account", city->people[facility->staff[k]].id);
			TRY(put_json(fill, &principal, "class.assign", path, NULL));
		}
	}
	return settle(fill);
}

static void child_json(struct json *json, const struct demo_city *city, const struct demo_child *child)
{
	json_id(json, "class", city->facilities[child->facility].classes[child->class]);
	json_str(json, "name", child->name);
	json_str(json, "kana", child->kana);
	json_date(json, "birth_date", child->birth_date);
	json_str(json, "address", child->address);
	json_date(json, "entry_date", child->entry_date);
	json_str(json, "emergency_contacts", child->contacts);
	json_str(json, "fetchers", child->fetchers);
	if (child->allergies != NULL)
		json_str(json, "allergies", child->allergies);
	if (child->medical != NULL)
		json_str(json, "medical", child->medical);
	if (child->notes != NULL)
		json_str(json, "notes", child->notes);
}

static err enrol_children(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->child_count; i++) {
		struct demo_child *child = &city->children[i];
		const struct demo_facility *facility = &city->facilities[child->facility];
		struct actor principal = acting(city, facility->principal);
		const struct local_input path[] = {{"facility", facility->id}, {0}};

		child_json(begin(fill), city, child);
		TRY(put_json(fill, &principal, "child.enrol", path, &child->id));
	}
	return settle(fill);
}

static err link_guardians(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->child_count; i++) {
		const struct demo_child *child = &city->children[i];
		struct actor principal = acting(city, city->facilities[child->facility].principal);
		const struct local_input path[] = {{"child", child->id}, {0}};

		for (size_t k = 0; k < child->guardian_count; k++) {
			struct json *json = begin(fill);

			json_id(json, "account", city->people[child->guardians[k]].id);
			json_str(json, "relation", child->relations[k]);
			TRY(put_json(fill, &principal, "guardianship.link", path, NULL));
		}
	}
	return settle(fill);
}

static err set_passwords(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->person_count; i++) {
		const struct demo_person *person = &city->people[i];
		struct json *json;

		if (person->password[0] == '\0')
			continue;
		json = begin(fill);
		json_id(json, "account", person->id);
		json_str(json, "password", person->password);
		TRY(put_json(fill, nobody(), "account.set-password", NULL, NULL));
		if (fill->open % 64 == 0) /* the pool of slow calls is bounded */
			TRY(settle(fill));
	}
	return settle(fill);
}

static err set_factors(struct fill *fill)
{
	struct demo_city *city = fill->city;

	for (size_t i = 0; i < city->person_count; i++) {
		const struct demo_person *person = &city->people[i];
		struct json *json;

		if (person->totp_secret[0] == '\0')
			continue;
		json = begin(fill);
		json_id(json, "account", person->id);
		json_str(json, "secret", person->totp_secret);
		TRY(put_json(fill, nobody(), "account.set-factor", NULL, NULL));
	}
	return settle(fill);
}

static err agree(struct fill *fill)
{
	return agree_install(fill->local, fill->city->annexes);
}

static err carry_out(struct fill *fill)
{
	static err (*const steps[])(struct fill *fill) = {
		agree, install_admins, open_facilities, issue_offices, issue_people, open_classes, assign_teachers, enrol_children,
		link_guardians, set_passwords, set_factors,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		TRY(steps[i](fill));
	return OK;
}

err demo_fill_city(const char *directory, struct demo_city *city, int32_t today, unsigned days)
{
	const struct compartment_spec spec = {
		.name = city->name,
		.title_ja = city->title_ja,
		.title_en = city->title_en,
		.provider = city->provider,
		.demo = true,
	};
	struct fill fill = {.city = city};
	err e;

	TRY(demo_month_begin(today, days));
	TRY(compartment_make(directory, &spec));
	TRY(local_open(directory, identity_authenticate, &fill.local));
	e = carry_out(&fill);
	if (err_is_ok(e))
		e = demo_month_fill(fill.local, city, today, days);
	if (err_is_ok(e))
		e = demo_records_fill(fill.local, city, today);
	if (!err_is_ok(e))
		err_ignore(local_wait(fill.local)); /* the first failure is told */
	local_close(&fill.local);
	buf_free(&fill.body);
	return e;
}
