/*
 * facts - what the compartment knows of its checks and registers at one moment, from one snapshot of its database.
 */
#ifndef ASSURE_FACTS_H
#define ASSURE_FACTS_H

#include "assure/checkrow.h"
#include "assure/matrix.h"

struct facts {
	struct matrix_facts known;
	const struct checkrow *rows;    /* in the order of the catalogue's checks; row.version 0: there is none */
};

/* In c->arena. */
MUST_USE err facts_read(struct row_context *c, int64_t now_us, struct facts *facts_out);

extern const struct statement *const facts_statements[]; /* ends with NULL */

#endif
