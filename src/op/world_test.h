/*
 * world_test - a compartment with no entities and operations but the engine's own and those of one test; in a folder
 * of its own. The test defines world_ops and world_jobs.
 */
#ifndef OP_WORLD_TEST_H
#define OP_WORLD_TEST_H

#include "op/compartment.h"
#include "op/contract.h"
#include "op/job.h"
#include "op/local.h"
#include "op/op_entity.h"
#include "op/setting.h"
#include "op/stream.h"
#include "store/temp_test.h"

extern const struct op *const world_ops[];   /* ends with NULL */
extern const struct job_kind *const world_jobs[]; /* ends with NULL */

/* What the engine's own entities refer to. */
static const struct field account_fields[] = {{.name = "name", .ja = "名前", .en = "Name", .type = FIELD_TEXT, .grade = GRADE_2, .offset = sizeof(struct row)}};
struct world_account {
	struct row row;
	struct bytes name;
};
static const struct entity account = {
	.name = "account", .ja = "アカウント", .en = "Account", .size = sizeof(struct world_account), .fields = account_fields, .field_count = 1,
};

static const struct entity place = {
	.name = "facility", .ja = "園", .en = "Facility", .size = sizeof(struct world_account), .fields = account_fields, .field_count = 1,
};

/* What a test adds: defined before this file is included, with a comma behind each. */
#ifndef WORLD_ENTITIES
#define WORLD_ENTITIES
#endif
#ifndef WORLD_STARTS
#define WORLD_STARTS
#endif

static const struct entity *const world_entities[] = {
	&op_entity_change, &op_entity_confirmation, &op_entity_kept_reply, &job_entity, &stream_chunk_entity, &account, &contract_entity, &setting_entity, &place,
	WORLD_ENTITIES NULL,
};

const struct entity *const *const entities = world_entities;
const struct op *const *const ops = world_ops;
const struct job_kind *const *const job_kinds = world_jobs;
const op_start op_starts[] = {stream_start, contract_start, setting_start, WORLD_STARTS NULL};
const op_loader op_loaders[] = {NULL};
const struct op_settle op_settles[] = {{0}};

static struct local *world;
static const struct actor nobody;

static inline void world_open(void)
{
	assert_ok(local_open(temp_file("city"), NULL, &world));
}

static inline int world_make(void **state)
{
	const struct compartment_spec spec = {.name = "city", .title_ja = "市", .title_en = "City", .demo = true};

	if (temp_make(state) != 0 || !err_is_ok(crypto_start()) || !err_is_ok(compartment_start()) ||
	    !err_is_ok(compartment_make(temp_file("city"), &spec)))
		return -1;
	world_open();
	return 0;
}

static inline int world_remove(void **state)
{
	local_close(&world);
	return temp_remove(state);
}

static inline err world_call(const char *op)
{
	return local_call(world, &nobody, op, NULL, (struct bytes){0}, NULL);
}

#define WORLD_OP(name, function) \
	{.id = name, .ja = name, .en = name, .method = "LOCAL", .kind = OP_WRITE, .grants = world_grants, .policy = "local", .status = 200, \
	    .event = true, .grade = GRADE_2, .apply = function}

static const struct grant world_grants[] = {{ROLES_ANY, RELATION_NONE, "*"}, {0}};

#endif
