/*
 * The tables of the program: the lists that the modules declare, joined before main. Every entity and operation that
 * exists is in one of them.
 */
#include "assure/assure.h"
#include "assure/catalogue.h"
#include "govern/describe.h"
#include "govern/govern.h"
#include "govern/recordkind.h"
#include "identity/identity.h"
#include "kinder/kinder.h"
#include "op/change.h"
#include "op/cosign.h"
#include "op/contract.h"
#include "op/events.h"
#include "op/evidence.h"
#include "op/export.h"
#include "op/op_entity.h"
#include "op/readwire.h"
#include "op/schedule.h"
#include "op/setting.h"
#include "op/setting_ops.h"

#define TABLE_MAX 512

static const struct entity *joined_entities[TABLE_MAX];
static const struct op *joined_ops[TABLE_MAX];

const struct entity *const *const entities = joined_entities;
const struct op *const *const ops = joined_ops;

static const struct job_kind *joined_jobs[JOB_KIND_MAX + 1];

const struct job_kind *const *const job_kinds = joined_jobs;

const op_start op_starts[] = {change_start, contract_start, setting_start, identity_start, kinder_start, govern_start, assure_start, NULL};

const op_loader op_loaders[] = {setting_load, govern_load, assure_load, NULL};

const struct op_settle op_settles[] = {{&describe_settle, describe_due}, {0}};

static const struct entity *const *const entity_lists[] = {op_entity_list, contract_entities, setting_entities, identity_entities, kinder_entities, govern_entities, assure_entities, NULL};
static const struct op *const *const op_lists[] = {identity_ops, kinder_ops, govern_ops, assure_ops, change_ops, contract_ops, setting_ops, events_ops, evidence_ops, cosign_ops, export_ops, schedule_ops, NULL};
static const struct job_kind *const *const job_lists[] = {change_jobs, kinder_jobs, govern_jobs, assure_jobs, NULL};

/* Before the catalogue is loaded there is nothing to compare with. */
static bool annex_known(struct bytes annex)
{
	const struct catalogue *catalogue = catalogue_get();

	for (size_t i = 0; i < catalogue->annex_count; i++)
		if (bytes_is(annex, catalogue->annexes[i].id))
			return true;
	return catalogue->annex_count == 0;
}

__attribute__((constructor)) static void join(void)
{
	size_t count = 0;

	readwire_forms(kinder_forms);
	readwire_described(recordkind_table_find);
	contract_catalogue(annex_known);
	for (size_t i = 0; entity_lists[i] != NULL; i++)
		for (size_t k = 0; entity_lists[i][k] != NULL; k++) {
			REQUIRE(count < TABLE_MAX - 1);
			joined_entities[count++] = entity_lists[i][k];
		}
	count = 0;
	for (size_t i = 0; op_lists[i] != NULL; i++)
		for (size_t k = 0; op_lists[i][k] != NULL; k++) {
			REQUIRE(count < TABLE_MAX - 1);
			joined_ops[count++] = op_lists[i][k];
		}
	count = 0;
	for (size_t i = 0; job_lists[i] != NULL; i++)
		for (size_t k = 0; job_lists[i][k] != NULL; k++) {
			REQUIRE(count < JOB_KIND_MAX);
			joined_jobs[count++] = job_lists[i][k];
		}
}
