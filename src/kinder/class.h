/*
 * class - a class of one facility and school year, and which teachers it has.
 */
#ifndef KINDER_CLASS_H
#define KINDER_CLASS_H

#include "op/op.h"

struct class {
	struct row row;
	struct id facility;
	struct bytes name;
	int64_t age;   /* of the children, in years */
	int64_t year;  /* school year, April to March */
};

struct class_assignment {
	struct row row;
	struct id class;
	struct id membership;
};

extern const struct entity class_entity;
extern const struct entity class_assignment_entity;
extern const struct op class_list;
extern const struct op class_open;
extern const struct op class_assign;

MUST_USE err class_start(void);

#endif
