/*
 * Catalogue files: never a crash; what is accepted is a tree within the limits, each value with its place.
 */
#include <string.h>

#include "entity/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t walk(const struct yaml_node *node, unsigned depth)
{
	size_t count = 1, children = 0;

	REQUIRE(depth <= YAML_DEPTH_MAX && node->line > 0 && node->column > 0);
	REQUIRE(strlen(node->text) <= YAML_TEXT_MAX);
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		REQUIRE(node->kind != YAML_TEXT && (node->kind == YAML_MAP) == (child->name != NULL));
		children++;
		count += walk(child, depth + 1);
	}
	REQUIRE(children == node->count);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct yaml_node *root = NULL;
	OWN(arena) arena = {0};

	arena_init(&arena, (size_t)16 << 20);
	if (err_is_ok(yaml_parse((struct bytes){data, len}, "fuzz.yaml", &arena, &root)))
		REQUIRE(walk(root, 0) <= YAML_NODES_MAX);
	return 0;
}
