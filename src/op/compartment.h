/*
 * compartment - making and opening what one customer's (or the provider's) core works on.
 *
 *   <directory>/core/data.db  entities, ledger, engine's own tables
 *   <directory>/core/heads    signed heads of the ledger, one after another, each after a line with its length
 *   <directory>/core/heads.cosigned  the newest head with the witness's line (op/cosigned)
 *   <directory>/keys/root.key, keys.store   the keys process's, never in data backups
 */
#ifndef OP_COMPARTMENT_H
#define OP_COMPARTMENT_H

#include "op/op.h"

#define COMPARTMENT_DATABASE "data.db"
#define COMPARTMENT_HEADS "heads"
#define COMPARTMENT_LOCK "lock"
#define COMPARTMENT_ROOT_KEY "root.key"
#define COMPARTMENT_KEY_STORE "keys.store"

extern const char compartment_schema[];  /* DDL of what is no entity */

struct compartment_spec {
	const char *name;       /* [a-z][a-z0-9-]{0,30} */
	const char *title_ja, *title_en;
	bool provider, demo, probe;
};

/* What depends only on the tables of the program: descriptors checked, statements derived. Once, before threads. */
MUST_USE err compartment_start(void);
/* Makes directory, key store and database. CONFLICT: there is one already. INVALID: the name. */
MUST_USE err compartment_make(const char *directory, const struct compartment_spec *spec);
/* Opens the write connection (schema brought up to date) and reads who we are; out->keys, heads and reader stay as they are.
 * core: path of the core folder. NOT_FOUND: no database.
 * CONFLICT: another process works on it. */
MUST_USE err compartment_open(const char *core, struct compartment *out, struct db **write_out);
void compartment_close(struct compartment *compartment); /* ledger and heads */
/* Every table and statement, as SQL: `driver` "sqlite" or "postgresql". */
MUST_USE err compartment_ddl(const char *driver, struct buf *sql_out);

#endif
