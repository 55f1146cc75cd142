/*
 * cast - the probe accounts: who there is, with which role, where. Their login is "probe-<code>".
 */
#ifndef ASSURE_CAST_H
#define ASSURE_CAST_H

#include <stddef.h>

#include "access/access.h"
#include "assure/check.h"

#define CAST_MAX 24
#define CAST_CODE_MAX 24        /* with the final NUL */
#define CAST_LOGIN "probe-"

struct cast {
	const char *code;
	enum role role;
	char facility;          /* 'a', 'b', 'c'; 0: the whole compartment */
	unsigned where;         /* mask of CHECK_CUSTOMER, CHECK_PROBE, CHECK_PROVIDER */
	const char *name;       /* as it is displayed */
};

/* Ends with code == NULL. */
extern const struct cast cast_table[];
const struct cast *cast_find(const char *code, unsigned where);  /* NULL: not in that compartment */
bool cast_has_factor(const struct cast *cast);
/* Index in cast_table, for tables beside it. */
size_t cast_index(const struct cast *cast);

#endif
