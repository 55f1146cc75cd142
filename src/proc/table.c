#include <string.h>

#include "proc/table.h"

#define SECONDS(n) ((n) * INT64_C(1000000))

_Static_assert(PROCESS_KIND_COUNT <= TABLE_USERS_EACH, "users are numbered by kind");

static const struct process_row processes[PROCESS_KIND_COUNT] = {
	[PROCESS_SUPERVISOR] = {
		.name = "supervisor",
		.scope = PER_NOBODY,
	},
	[PROCESS_EDGE] = {
		.name = "edge",
		.scope = PER_DOOR,
		.restart = true,
		.stage = 1,
		.stop_us = SECONDS(5),
	},
	[PROCESS_CORE] = {
		.name = "core",
		.scope = PER_COMPARTMENT,
		.folder = "core",
		.needed = true,
		.restart = true,
		.stage = 2,
		.stop_us = SECONDS(10),
	},
	[PROCESS_KEYS] = {
		.name = "keys",
		.scope = PER_COMPARTMENT,
		.folder = "keys",
		.needed = true,
		.restart = true,
		.stage = 3,
		.stop_us = SECONDS(2),
	},
	[PROCESS_READER] = {
		.name = "reader",
		.scope = PER_COMPARTMENT,
		.restart = true,
		.stage = 3,
		.stop_us = SECONDS(2),
	},
	[PROCESS_RENDER] = {
		.name = "render",
		.scope = PER_COMPARTMENT,
		.restart = true,
		.stage = 3,
		.stop_us = SECONDS(2),
	},
	[PROCESS_SCAN] = {
		.name = "scan",
		.scope = PER_COMPARTMENT,
		.restart = true,
		.stage = 3,
		.stop_us = SECONDS(2),
	},
	[PROCESS_PROVE] = {
		.name = "prove",
		.scope = ONCE,
		.restart = true,
		.stage = 1,
		.stop_us = SECONDS(3),
	},
	[PROCESS_POST] = {
		.name = "post",
		.scope = ONCE,
		.restart = true,
		.stage = 1,
		.stop_us = SECONDS(2),
	},
	[PROCESS_COURIER] = {
		.name = "courier",
		.scope = ONCE,
		.restart = true,
		.stage = 1,
		.stop_us = SECONDS(2),
	},
	/* The core's user and folder: see table_user. */
	[PROCESS_INTRUDER] = {
		.name = "intruder",
		.scope = PER_COMPARTMENT,
		.folder = "core",
		.on_request = true,
		.stage = 1,
		.stop_us = SECONDS(1),
	},
};

static const struct channel_row channels[] = {
	{.left = PROCESS_EDGE, .left_role = FD_CORE, .right = PROCESS_CORE, .right_role = FD_EDGE, .count = EDGE_LOOPS},
	{.left = PROCESS_CORE, .left_role = FD_KEYS, .right = PROCESS_KEYS, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_READER, .right = PROCESS_READER, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_RENDER, .right = PROCESS_RENDER, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_SCAN, .right = PROCESS_SCAN, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_PROVE, .right = PROCESS_PROVE, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_POST, .right = PROCESS_POST, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_CORE, .left_role = FD_COURIER, .right = PROCESS_COURIER, .right_role = FD_CORE, .count = 1},
	{.left = PROCESS_INTRUDER, .left_role = FD_PROVE, .right = PROCESS_PROVE, .right_role = FD_INTRUDER, .count = 1},
};

const struct process_row *table_process(enum process_kind kind)
{
	REQUIRE((unsigned)kind < PROCESS_KIND_COUNT);
	return &processes[kind];
}

err table_kind(const char *name, enum process_kind *kind_out)
{
	for (unsigned kind = PROCESS_SUPERVISOR + 1; kind < PROCESS_KIND_COUNT; kind++)
		if (strcmp(processes[kind].name, name) == 0) {
			*kind_out = (enum process_kind)kind;
			return OK;
		}
	return FAIL(NOT_FOUND);
}

const struct channel_row *table_channels(size_t *count_out)
{
	*count_out = sizeof(channels) / sizeof(channels[0]);
	return channels;
}

uint32_t table_user(uint32_t base, enum process_kind kind, size_t index)
{
	if (kind == PROCESS_INTRUDER)
		kind = PROCESS_CORE;
	return base == 0 ? 0 : base + (uint32_t)index * TABLE_USERS_EACH + (uint32_t)kind;
}
