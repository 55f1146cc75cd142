/*
 * What is done with the post that comes, by its kind. One line for each.
 */
#include "govern/alert_post.h"
#include "govern/announce_post.h"
#include "govern/casepost.h"
#include "govern/post.h"
#include "govern/recordpost.h"

const struct post_kind *const post_kinds[] = {
	&alert_post_copy,
	&alert_post_judged,
	&announce_post_arrival,
	&announce_post_answer,
	&casepost_kind,
	&recordpost_kind,
	NULL,
};
