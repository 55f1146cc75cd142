/*
 * placement - where a child was, and since which version of its row: a list that was read told of the child when the child was in
 * the list's facility or class at that moment.
 *
 * Written with the child's row, whoever writes it (entity.follow); never changed.
 * M1  The placement in force at version v is the one with the greatest version not above v.
 */
#ifndef KINDER_PLACEMENT_H
#define KINDER_PLACEMENT_H

#include "op/op.h"

struct placement {
	struct row row;
	struct id child;
	int64_t since;          /* version of the child's row */
	struct id facility;
	struct id class;        /* zero = none */
};

extern const struct entity placement_entity;

#define PLACEMENT_MAX 128       /* of one child */

MUST_USE err placement_start(void);
/* child_entity.follow: notes a new placement when facility or class differ from the newest one. */
MUST_USE err placement_follow(struct row_context *c, const void *child);
/* All of a child, oldest first, in c->arena. TOO_LARGE: more than PLACEMENT_MAX. */
MUST_USE err placement_list(struct row_context *c, struct id child, struct placement **list_out, size_t *count_out);

#endif
