#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "assure/checks.h"
#include "assure/run.h"
#include "assure/trial_int.h"
#include "assure/trial_link.h"
#include "assure/world.h"
#include "base/clock.h"
#include "base/log.h"

err run_limits(const char *id, unsigned *seconds_out, enum rights *rights_out)
{
	const struct check *check = checks_find(id);

	if (strcmp(id, RUN_WORLD) == 0) {
		*seconds_out = RUN_WORLD_SECONDS;
		*rights_out = RIGHTS_DOOR;
		return OK;
	}
	if (check == NULL)
		return FAIL(INVALID);
	*seconds_out = check->seconds == 0 ? CHECK_SECONDS : check->seconds;
	*rights_out = check->rights;
	return OK;
}

/* ---- the order ---- */

static bool copy(char *out, size_t max, struct bytes text)
{
	if (text.len >= max)
		return false;
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

static err take_facts(struct trial *trial, struct bytes body)
{
	struct bytes name;
	struct bytes text;

	while (body.len > 0) {
		struct trial_fact *fact = &trial->facts[trial->fact_count];

		TRY(provewire_cut_pair(&body, &name, &text));
		if (trial->fact_count == TRIAL_FACTS || !copy(fact->name, sizeof(fact->name), name) || !copy(fact->text, sizeof(fact->text), text))
			return FAIL(INVALID);
		trial->fact_count++;
	}
	return OK;
}

static err take_setting(struct trial *trial, struct bytes name, struct bytes text)
{
	struct trial_fact *setting = &trial->settings[trial->setting_count];

	if (trial->setting_count == sizeof(trial->settings) / sizeof(trial->settings[0]) || !copy(setting->name, sizeof(setting->name), name) ||
	    !copy(setting->text, sizeof(setting->text), text))
		return FAIL(INVALID);
	trial->setting_count++;
	return OK;
}

static err number(struct bytes text, uint16_t *out)
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 5)
		return FAIL(INVALID);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return FAIL(INVALID);
		value = value * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (value == 0 || value > UINT16_MAX)
		return FAIL(INVALID);
	*out = (uint16_t)value;
	return OK;
}

static err take_door(struct trial *trial, struct bytes data)
{
	struct bytes name;
	struct bytes text;

	trial->target = (struct tlsclient_target){.host = trial->host, .name = trial->server_name, .pin = trial->pin, .any_name = true};
	while (data.len > 0) {
		err e = OK;

		TRY(provewire_cut_pair(&data, &name, &text));
		if (bytes_is(name, "host"))
			e = copy(trial->host, sizeof(trial->host), text) ? OK : FAIL(INVALID);
		else if (bytes_is(name, "port"))
			e = number(text, &trial->target.port);
		else if (bytes_is(name, "name"))
			e = copy(trial->server_name, sizeof(trial->server_name), text) ? OK : FAIL(INVALID);
		else if (bytes_is(name, "pin"))
			e = hex_decode(text, trial->pin, sizeof(trial->pin));
		else
			e = take_setting(trial, name, text);
		TRY(e);
	}
	return trial->target.port != 0 && trial->host[0] != '\0' ? OK : FAIL(INVALID);
}

static err take_order(struct trial *trial)
{
	struct provewire order;
	ssize_t got;

	do
		got = recv(trial->channel, trial->message, sizeof(trial->message), 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	TRY(provewire_cut((struct bytes){trial->message, (size_t)got}, &order));
	if (order.kind != PROVEWIRE_ORDER || !copy(trial->name, sizeof(trial->name), order.name) ||
	    !copy(trial->compartment, sizeof(trial->compartment), order.text))
		return FAIL(INVALID);
	trial->where = order.flags & (CHECK_CUSTOMER | CHECK_PROBE | CHECK_PROVIDER | CHECK_HOST);
	trial->demo = (order.flags & PROVEWIRE_ORDER_DEMO) != 0;
	trial->empty_passes = (order.flags & PROVEWIRE_ORDER_EMPTY) != 0;
	TRY(take_facts(trial, order.body));
	return take_door(trial, order.data);
}

/* ---- the run ---- */

static err inspect_only(struct trial *trial)
{
	struct inspected seen;

	return trial_inspect(trial, trial->check->inspection, (struct bytes){0}, &seen);
}

static err carry_out(struct trial *trial)
{
	unsigned seconds;
	enum rights rights;

	TRY(run_limits(trial->name, &seconds, &rights));
	/* With a core's rights nothing else is run, and that nowhere else. */
	if ((trial->narrow != NULL) != (rights == RIGHTS_HOSTILE))
		return FAIL(INVALID);
	trial->until_us = clock_mono_us() + (int64_t)seconds * 1000000;
	TRY(ask_open(&trial->target, TRIAL_ASK_MS, &trial->ask));
	trial->check = checks_find(trial->name);
	if (trial->check == NULL)
		return world_make(trial);
	return trial->check->run != NULL ? trial->check->run(trial) : inspect_only(trial);
}

static err report(struct trial *trial, int64_t began_us, int64_t began_mono_us)
{
	OWN(buf) json = {0};
	const struct provewire result = {
		.kind = PROVEWIRE_RESULT, .outcome = steps_outcome(&trial->steps, trial->empty_passes), .objects = trial->steps.objects,
		.took_ms = (uint32_t)((clock_mono_us() - began_mono_us) / 1000), .at_us = began_us, .name = bytes_str(trial->name),
	};
	struct provewire whole = result;

	TRY(steps_json(&trial->steps, &json));
	whole.body = bytes_of(&json);
	return trial_link_say(trial, &whole);
}

int run_main(int channel, err (*narrow)(void))
{
	struct trial *trial = calloc(1, sizeof(*trial));
	int64_t began_us = clock_now_us();
	int64_t began_mono_us = clock_mono_us();
	err e;

	if (trial == NULL)
		return 1;
	trial->channel = channel;
	trial->narrow = narrow;
	e = take_order(trial);
	if (!err_is_ok(e)) {
		log_error("a run was ordered in words that it does not know: %s", err_row(e)->slug);
		return 1;
	}
	e = carry_out(trial);
	if (!err_is_ok(e) && !trial->steps.unable)
		trial_unable(trial, trial_text(trial, "検査を最後まで行えませんでした（%s）。", err_row(e)->slug),
		    trial_text(trial, "The check could not be carried through (%s).", err_row(e)->slug));
	e = report(trial, began_us, began_mono_us);
	ask_free(&trial->ask);
	ask_free(&trial->lone);
	buf_free(&trial->data);
	wipe(trial, sizeof(*trial));
	free(trial);
	return err_is_ok(e) ? 0 : 1;
}
