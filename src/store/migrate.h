/*
 * migrate - brings a database from any earlier version of its tables to the program's.
 *
 * Each step is one transaction together with the row that says it was made, so that a crash leaves a whole number of steps.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/store.h"

extern const char migrate_schema[];  /* the table of steps made */

struct migration {
	int number;       /* 1, 2, 3 … without a gap; never changed once released */
	const char *name;
	const char *sql;  /* DDL of this driver; no BEGIN or COMMIT */
};

/*
 * Applies what db (DB_WRITE, no transaction open) has not had yet.
 *
 * CONFLICT  the database is newer than the program, or a step of it has another name than ours: leave it alone
 */
MUST_USE err migrate_run(struct db *db, const struct migration *list, size_t count);
/* The number of the last step made; 0 for a new database. */
MUST_USE err migrate_version(struct db *db, int *version_out);

#endif
