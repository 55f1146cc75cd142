/*
 * What is done with the post that comes, by its kind. One line for each.
 */
#include "govern/post.h"

const struct post_kind *const post_kinds[] = {
	NULL,
};
