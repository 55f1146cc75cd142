#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "op/compartment.h"
#include "op/head_signer.h"
#include "op/keyhold.h"
#include "op/local.h"

#define LOCAL_POOL 2

struct local {
	struct compartment compartment;
	char database[PATH_MAX];
	struct keyhold *hold;
	struct engine *engine;
	struct engine_reader *reader;
	pthread_mutex_t lock;
	pthread_cond_t settled;
	size_t open;             /* calls without reply */
	err first_failure;
	struct arena arena;
	bool signed_in;
	uint8_t token[32];       /* of the session */
	struct buf confirm;      /* for the next call */
};

struct local_wish {
	struct local *local;
	const char *op_id;
	void (*reply)(void *context, const struct answer *answer);
	void *context;
};

static err open_all(struct local *local, const char *directory, op_apply authenticate)
{
	char core[PATH_MAX], heads[PATH_MAX];
	struct engine_config config = {.compartment = &local->compartment, .authenticate = authenticate, .pool_threads = LOCAL_POOL};
	struct db *write = NULL;

	if (snprintf(core, sizeof(core), "%s/core", directory) >= (int)sizeof(core) ||
	    snprintf(heads, sizeof(heads), "%s/core/" COMPARTMENT_HEADS, directory) >= (int)sizeof(heads) ||
	    snprintf(local->database, sizeof(local->database), "%s/core/" COMPARTMENT_DATABASE, directory) >= (int)sizeof(local->database))
		return FAIL(TOO_LARGE);
	TRY(compartment_open(core, &local->compartment, &write));
	config.database = local->database;
	TRY(keyhold_open(directory, &local->hold));
	local->compartment.keys = keyhold_keys(local->hold);
	TRY(head_signer_open(heads, local->compartment.origin, local->compartment.ledger, local->compartment.keys,
	    &local->compartment.signer));
	TRY(engine_start(write, &config, &local->engine));
	return engine_reader_open(local->engine, &local->reader);
}

err local_open(const char *directory, op_apply authenticate, struct local **local_out)
{
	struct local *local = calloc(1, sizeof(*local));
	err e;

	if (local == NULL)
		return FAIL(UNAVAILABLE);
	local->compartment.reader_fd = -1;
	local->compartment.render_fd = -1;
	local->compartment.scan_fd = -1;
	local->compartment.password_rounds = OP_PASSWORD_ROUNDS;
	arena_init(&local->arena, (size_t)4 << 20);
	e = FAIL(UNAVAILABLE);
	if (pthread_mutex_init(&local->lock, NULL) == 0 && pthread_cond_init(&local->settled, NULL) == 0)
		e = open_all(local, directory, authenticate);
	if (!err_is_ok(e)) {
		local_close(&local);
		return e;
	}
	*local_out = local;
	return OK;
}

void local_close(struct local **local_in)
{
	struct local *local = *local_in;

	if (local == NULL)
		return;
	engine_reader_close(&local->reader);
	engine_stop(&local->engine);
	if (local->compartment.signer != NULL && !err_is_ok(head_signer_tick(local->compartment.signer)))
		log_warn("the last head of %s was not signed", local->compartment.name);
	compartment_close(&local->compartment);
	keyhold_close(&local->hold);
	arena_free(&local->arena);
	buf_free(&local->confirm);
	wipe(local->token, sizeof(local->token));
	free(local);
	*local_in = NULL;
}

const struct compartment *local_compartment(const struct local *local)
{
	return &local->compartment;
}

static void settle(struct local *local, err e)
{
	pthread_mutex_lock(&local->lock);
	if (!err_is_ok(e) && err_is_ok(local->first_failure))
		local->first_failure = e;
	local->open--;
	pthread_cond_broadcast(&local->settled);
	pthread_mutex_unlock(&local->lock);
}

static err failure_of(int status)
{
	for (unsigned char code = 0; code < ERR_COUNT; code++)
		if (err_row((err){code})->status == status)
			return (err){code};
	return FAIL(INTERNAL);
}

/* Of a sign-in, or in place of the one before. Whoever waits for the reply uses it next. */
static void keep_token(struct local *local, const struct answer *answer)
{
	pthread_mutex_lock(&local->lock);
	memcpy(local->token, answer->token, sizeof(local->token));
	local->signed_in = true;
	pthread_mutex_unlock(&local->lock);
}

static void replied(void *context, uint64_t number, const struct answer *answer)
{
	struct local_wish *wish = context;
	err e = answer->problem ? failure_of(answer->status) : OK;

	(void)number;
	if (answer->problem && answer->status != 428)
		log_warn("%s was answered %d: %.*s", wish->op_id, answer->status, (int)answer->body.len, (const char *)answer->body.ptr);
	if (wish->reply != NULL)
		wish->reply(wish->context, answer);
	if (answer->cookie == COOKIE_SET)
		keep_token(wish->local, answer);
	settle(wish->local, e);
	free(wish);
}

static void input_store(const struct field *field, const struct local_input *input, struct value *value_out)
{
	*value_out = (struct value){.present = true};
	if (field->type == FIELD_ID)
		value_out->as.id = input->id;
	else if (field->type == FIELD_INT)
		value_out->as.integer = input->integer;
	else if (field->type == FIELD_CHOICE)
		value_out->as.choice = (int32_t)input->integer;
	else if (field->type == FIELD_BOOL)
		value_out->as.boolean = input->integer != 0;
	else if (field->type == FIELD_DATE)
		value_out->as.date = input->date;
	else
		value_out->as.text = input->raw;
}

static err read_inputs(struct local *local, const struct op *op, const struct local_input *path, struct bytes body,
    struct value *values_out)
{
	const struct field *fields[FIELD_MAX];
	struct value from_body[FIELD_MAX] = {{0}};
	struct problems problems = {.language = LANGUAGE_EN};
	int place[FIELD_MAX];
	size_t count = 0;

	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++) {
		const struct input *in = &op->inputs[i];

		if (in->place == IN_BODY && !in->raw) {
			fields[count] = &in->field;
			place[count++] = i;
			continue;
		}
		for (const struct local_input *p = path; p != NULL && p->name != NULL; p++)
			if (strcmp(p->name, in->field.name) == 0)
				input_store(&in->field, p, &values_out[i]);
	}
	if (count == 0 || body.len == 0)
		return OK;
	if (!err_is_ok(json_read(body, fields, count, &local->arena, from_body, &problems))) {
		for (size_t i = 0; i < problems.count; i++)
			log_error("%s: %s: %s", op->id, problems.list[i].field, problems.list[i].message);
		return FAIL(INVALID);
	}
	for (size_t i = 0; i < count; i++)
		values_out[place[i]] = from_body[i];
	return OK;
}

err local_put(struct local *local, const struct actor *actor, const char *op_id, const struct local_input *path,
    struct bytes body, void (*reply)(void *context, const struct answer *answer), void *context)
{
	const struct op *op = op_find(op_id);
	struct value values[FIELD_MAX] = {{0}};
	struct local_wish *wish;
	struct submission submission = {
		.op = op, .language = LANGUAGE_JA, .signed_by = SIGNED_LOCAL, .values = values, .local = *actor, .reply = replied,
	};
	err e;

	REQUIRE(op != NULL);
	TRY(id_new(&submission.request));
	e = read_inputs(local, op, path, body, values);
	if (!err_is_ok(e)) {
		arena_reset(&local->arena);
		return e;
	}
	wish = calloc(1, sizeof(*wish));
	if (wish == NULL)
		return FAIL(UNAVAILABLE);
	*wish = (struct local_wish){local, op->id, reply, context};
	submission.context = wish;
	if (local->signed_in) {
		submission.signed_by = SIGNED_BEARER;
		memcpy(submission.token, local->token, sizeof(submission.token));
		submission.confirm = bytes_of(&local->confirm);
	}
	pthread_mutex_lock(&local->lock);
	local->open++;
	pthread_mutex_unlock(&local->lock);
	engine_submit(local->reader, &submission);
	engine_burst_end(local->reader);
	arena_reset(&local->arena);
	buf_clear(&local->confirm);
	wipe(submission.token, sizeof(submission.token));
	return OK;
}

err local_sign_in(struct local *local, const struct local_person *person)
{
	const struct actor nobody = {0};
	struct json json;
	OWN(buf) body = {0};
	OWN(buf) full = {0};

	TRY(buf_printf(&full, "%s@%s", person->login, local->compartment.name));
	json_init(&json, &body);
	json_object(&json, NULL);
	json_text(&json, "login", bytes_of(&full));
	json_str(&json, "password", person->password);
	if (person->code[0] != '\0')
		json_str(&json, "totp", person->code);
	json_object_end(&json);
	TRY(json.state);
	TRY(local_put(local, &nobody, "session.create", NULL, bytes_of(&body), NULL, NULL));
	return local_wait(local);
}

void local_confirm(struct local *local, struct bytes token)
{
	buf_clear(&local->confirm);
	err_ignore(buf_append(&local->confirm, token)); /* without it the call is asked to confirm again */
}

void local_reader(struct local *local, int fd)
{
	atomic_store(&local->compartment.reader_fd, fd);
}

void local_tick(struct local *local)
{
	engine_tick(local->engine);
}

err local_wait(struct local *local)
{
	err e;

	pthread_mutex_lock(&local->lock);
	while (local->open > 0)
		pthread_cond_wait(&local->settled, &local->lock);
	e = local->first_failure;
	local->first_failure = OK;
	pthread_mutex_unlock(&local->lock);
	return e;
}

static void keep_reply(void *context, const struct answer *answer)
{
	if (context != NULL)
		err_ignore(buf_append(context, answer->body)); /* the caller finds it empty */
}

err local_call(struct local *local, const struct actor *actor, const char *op_id, const struct local_input *path,
    struct bytes body, struct buf *reply_out)
{
	TRY(local_put(local, actor, op_id, path, body, keep_reply, reply_out));
	return local_wait(local);
}
