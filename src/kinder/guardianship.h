/*
 * guardianship - that an account is guardian of a child.
 *
 *   active ──guardianship_block──▶ blocked ──guardianship_unblock──▶ active
 *
 * From the moment of the block the guardian reaches nothing of the child: the relation asks for `active`.
 */
#ifndef KINDER_GUARDIANSHIP_H
#define KINDER_GUARDIANSHIP_H

#include "op/op.h"

enum guardianship_state { GUARDIANSHIP_ACTIVE, GUARDIANSHIP_BLOCKED, GUARDIANSHIP_ENDED };

struct guardianship {
	struct row row;
	struct id child;
	struct id account;
	int32_t state;           /* enum guardianship_state */
	struct bytes relation;
	struct bytes name;       /* of the guardian, and how to reach them; as of the linking */
	struct bytes telephone;
	struct bytes mail;
	struct bytes address;
};

extern const struct entity guardianship_entity;
extern const struct op guardianship_list;
extern const struct op guardianship_link;
extern const struct op guardianship_block;
extern const struct op guardianship_unblock;

#endif
