#include "op/event_side.h"

static err account_probe(struct db *db, struct event_sides *sides, struct id id, bool *probe_out)
{
	size_t at = id.b[ID_LEN - 1] % EVENT_SIDE_KEPT;

	if (!id_equal(sides->accounts[at].id, id)) {
		TRY(access_probe_account(db, id, &sides->accounts[at].probe));
		sides->accounts[at].id = id;
	}
	*probe_out = sides->accounts[at].probe;
	return OK;
}

static err facility_probe(struct db *db, struct event_sides *sides, struct id id, bool *probe_out)
{
	size_t at = id.b[ID_LEN - 1] % EVENT_SIDE_KEPT;

	if (!id_equal(sides->facilities[at].id, id)) {
		TRY(access_probe_facility(db, id, &sides->facilities[at].probe));
		sides->facilities[at].id = id;
	}
	*probe_out = sides->facilities[at].probe;
	return OK;
}

/* Its first half names nobody: there may be no account yet. */
static bool makes_probes(struct bytes operation)
{
	return bytes_is(operation, "account.probe") || bytes_is(operation, "facility.probe");
}

static err by_objects(struct db *db, struct event_sides *sides, const struct event *event, enum event_side *side_out)
{
	enum event_side side = makes_probes(event->operation) ? EVENT_PROBE : EVENT_NEITHER;
	bool probe = false;

	for (size_t i = 0; i < event->object_count && side != EVENT_PROBE; i++) {
		const struct event_object *object = &event->objects[i];

		if (bytes_is(object->entity, "account"))
			TRY(account_probe(db, sides, object->id, &probe));
		else if (bytes_is(object->entity, "facility"))
			TRY(facility_probe(db, sides, object->id, &probe));
		else
			continue;
		side = probe ? EVENT_PROBE : EVENT_REAL;
	}
	*side_out = side;
	return OK;
}

err event_side(struct db *db, struct event_sides *sides, const struct event *event, enum event_side *side_out)
{
	bool actor = false;
	bool facility = false;

	if (id_is_zero(event->actor) && id_is_zero(event->facility))
		return by_objects(db, sides, event, side_out);
	if (!id_is_zero(event->actor))
		TRY(account_probe(db, sides, event->actor, &actor));
	if (!id_is_zero(event->facility))
		TRY(facility_probe(db, sides, event->facility, &facility));
	*side_out = actor || facility ? EVENT_PROBE : EVENT_REAL;
	return OK;
}

bool event_side_told(const struct actor *actor, enum event_side side)
{
	return !actor->probe || side != EVENT_REAL;
}
