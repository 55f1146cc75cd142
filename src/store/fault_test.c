/*
 * C2 and C3 with a disk that fails: SQLite runs over a file layer that fails one call, or all from one on.
 *
 * A full disk: a batch is wholly there or wholly not, what was acknowledged is there, and the next batch works.
 * A failed fsync, write, or growth of the index: the process ends with COMMITTER_EXIT and acknowledges nothing after it.
 */
#include <pthread.h>

#include <sqlite3.h>

#include "store/committer.h"
#include "store/temp_test.h"

/* ---- The file layer ---- */

enum fault { FAULT_NONE, FAULT_WRITE, FAULT_SYNC, FAULT_SYNC_MAIN, FAULT_INDEX };

static struct {
	enum fault fault;
	int code;       /* what it returns */
	int left;       /* calls that still succeed */
	bool lasting;   /* and all after it fail too */
	bool hit;
} disk;

struct shim {
	sqlite3_file base; /* first */
	bool main;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static bool fails(enum fault fault)
{
	if (disk.fault != fault)
		return false;
	if (disk.left > 0) {
		disk.left--;
		return false;
	}
	if (disk.hit && !disk.lasting)
		return false;
	disk.hit = true;
	return true;
}

static sqlite3_file *real(sqlite3_file *file)
{
	return ((struct shim *)file)->real;
}

static int shim_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int shim_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	return real(file)->pMethods->xRead(real(file), out, len, at);
}

static int shim_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	return fails(FAULT_WRITE) ? disk.code : real(file)->pMethods->xWrite(real(file), data, len, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	return real(file)->pMethods->xTruncate(real(file), len);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	if (fails(FAULT_SYNC) || (((struct shim *)file)->main && fails(FAULT_SYNC_MAIN)))
		return disk.code;
	return real(file)->pMethods->xSync(real(file), flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *len)
{
	return real(file)->pMethods->xFileSize(real(file), len);
}

static int shim_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int shim_reserved(sqlite3_file *file, int *out)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

static int shim_control(sqlite3_file *file, int op, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), op, argument);
}

static int shim_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int shim_features(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int shim_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	return fails(FAULT_INDEX) ? disk.code : real(file)->pMethods->xShmMap(real(file), region, size, extend, out);
}

static int shim_index_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void shim_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int shim_unmap(sqlite3_file *file, int remove_it)
{
	return real(file)->pMethods->xShmUnmap(real(file), remove_it);
}

static const sqlite3_io_methods methods = {
	2, shim_close, shim_read, shim_write, shim_truncate, shim_sync, shim_size, shim_lock, shim_unlock, shim_reserved,
	shim_control, shim_sector, shim_features, shim_map, shim_index_lock, shim_barrier, shim_unmap, NULL, NULL,
};

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *flags_out)
{
	struct shim *shim = (struct shim *)file;
	int code;

	(void)vfs;
	shim->base.pMethods = NULL;
	shim->main = (flags & SQLITE_OPEN_MAIN_DB) != 0;
	shim->real = (sqlite3_file *)(void *)(shim + 1);
	code = real_vfs->xOpen(real_vfs, name, shim->real, flags, flags_out);
	if (shim->real->pMethods != NULL)
		shim->base.pMethods = &methods;
	return code;
}

static int install(void **state)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	if (real_vfs == NULL)
		return -1;
	vfs = *real_vfs;
	vfs.zName = "fault";
	vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	vfs.xOpen = shim_open;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		return -1;
	return temp_make(state);
}

static void break_disk(enum fault fault, int code, int left, bool lasting)
{
	disk.code = code;
	disk.left = left;
	disk.lasting = lasting;
	disk.hit = false;
	disk.fault = fault;
}

/* ---- The work ---- */

enum { BATCH = 12 };

static const struct statement add = {"test.add", "INSERT INTO thing (id, data) VALUES (:id, :data)"};
static const struct statement add_event = {"test.event", "INSERT INTO event (id) VALUES (:id)"};
static const struct statement count_things = {"test.things", "SELECT count(*) FROM thing"};
static const struct statement count_events = {"test.events", "SELECT count(*) FROM event"};
static const struct statement count_alike = {"test.alike", "SELECT count(*) FROM thing JOIN event USING (id)"};

enum { SMALL = 6000, LARGE = 1600000 };

static uint8_t data[LARGE];
static size_t data_len = SMALL;

struct work {
	struct commit_call call; /* first */
	int64_t id;
	struct meter *meter;
	bool holds;              /* the committer's thread, while the test has the gate */
	bool is_done;
	err outcome;
};

struct meter {
	struct committer *committer;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	pthread_mutex_t gate;
	unsigned open;
	int report;              /* a pipe: one byte per done; -1: none */
};

static err run(struct commit_call *call, struct db *db)
{
	struct query *query;

	TRY(query_start(db, &add, &query));
	REQUIRE(err_is_ok(query_int(query, "id", ((struct work *)call)->id)));
	REQUIRE(err_is_ok(query_blob(query, "data", (struct bytes){data, data_len})));
	return query_run(&query);
}

static err record(struct commit_call *call, struct db *db, err outcome)
{
	struct query *query;

	(void)outcome;
	TRY(query_start(db, &add_event, &query));
	REQUIRE(err_is_ok(query_int(query, "id", ((struct work *)call)->id)));
	return query_run(&query);
}

/* To the parent: acknowledged, refused, or the one thing that must not be, acknowledged after the disk failed. */
static void done(struct commit_call *call, err outcome)
{
	struct work *work = (struct work *)call;
	struct meter *meter = work->meter;
	bool holds = work->holds;
	char byte = !err_is_ok(outcome) ? 'n' : disk.hit ? '!' : 'y';

	work->outcome = outcome;
	work->is_done = true;
	if (meter->report >= 0)
		REQUIRE(write(meter->report, &byte, 1) == 1);
	(void)pthread_mutex_lock(&meter->lock);
	meter->open--;
	(void)pthread_cond_signal(&meter->finished);
	(void)pthread_mutex_unlock(&meter->lock);
	if (!holds)
		return;
	(void)pthread_mutex_lock(&meter->gate);
	(void)pthread_mutex_unlock(&meter->gate);
}

/* The small cache makes SQLite write inside savepoints, where a failure ends the transaction. */
static void meter_start(struct meter *meter, const char *name, int report)
{
	const struct committer_hooks hooks = {0};
	struct db *db = NULL;

	*meter = (struct meter){.lock = PTHREAD_MUTEX_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER,
	    .gate = PTHREAD_MUTEX_INITIALIZER, .report = report};
	REQUIRE(err_is_ok(db_open(temp_file(name), DB_WRITE, &db)));
	REQUIRE(err_is_ok(db_script(db,
	    "CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
	    "CREATE TABLE IF NOT EXISTS event (id INTEGER NOT NULL) STRICT;"
	    "PRAGMA cache_size = 10; PRAGMA cache_spill = 10;")));
	REQUIRE(err_is_ok(committer_start(db, &hooks, &meter->committer)));
}

static void push(struct meter *meter, struct work *work)
{
	work->call = (struct commit_call){.run = run, .record = record, .done = done};
	work->meter = meter;
	(void)pthread_mutex_lock(&meter->lock);
	meter->open++;
	(void)pthread_mutex_unlock(&meter->lock);
	if (err_is_ok(committer_push(meter->committer, &work->call)))
		return;
	REQUIRE(disk.hit); /* the process is ending, as soon as it may pass the gate */
	(void)pthread_mutex_unlock(&meter->gate);
	for (;;)
		(void)pause();
}

static void wait_all(struct meter *meter)
{
	(void)pthread_mutex_lock(&meter->lock);
	while (meter->open > 0)
		(void)pthread_cond_wait(&meter->finished, &meter->lock);
	(void)pthread_mutex_unlock(&meter->lock);
}

/* As one batch: the thread is held behind a first call until all are queued, and only then does the disk begin to fail. */
static void push_batch(struct meter *meter, struct work *works, int64_t first_id, enum fault fault, int code, int left, bool lasting)
{
	struct work first = {.id = first_id, .holds = true};

	(void)pthread_mutex_lock(&meter->gate);
	push(meter, &first);
	wait_all(meter);
	for (int i = 0; i < BATCH; i++) {
		works[i] = (struct work){.id = first_id + 1 + i};
		push(meter, &works[i]);
	}
	break_disk(fault, code, left, lasting);
	(void)pthread_mutex_unlock(&meter->gate);
	wait_all(meter);
}

static int64_t count(const char *name, const struct statement *statement)
{
	struct db *db = NULL;
	struct query *query;
	bool row;
	int64_t number;

	assert_ok(db_open(temp_file(name), DB_READ, &db));
	assert_ok(query_start(db, statement, &query));
	assert_ok(query_step(query, &row));
	number = column_int(query, 0);
	query_end(&query);
	db_close(&db);
	return number;
}

/* ---- A full disk ---- */

/* True when the batch was too short to reach the fault. */
static bool full_disk_at(const char *name, enum fault fault, int code, int left, bool lasting)
{
	struct work works[BATCH], after[BATCH];
	struct meter meter;
	bool reached;
	int good = 0;

	meter_start(&meter, name, -1);
	push_batch(&meter, works, 0, fault, code, left, lasting);
	reached = disk.hit;
	disk.fault = FAULT_NONE; /* space again */
	for (int i = 0; i < BATCH; i++) {
		assert_true(works[i].is_done);
		good += err_is_ok(works[i].outcome);
		if (!err_is_ok(works[i].outcome))
			assert_err(UNAVAILABLE, works[i].outcome);
	}
	assert_true(good == 0 || good == BATCH);
	if (!reached)
		assert_int_equal(good, BATCH);
	push_batch(&meter, after, 1000, FAULT_NONE, 0, 0, false);
	for (int i = 0; i < BATCH; i++)
		assert_ok(after[i].outcome);
	committer_stop(&meter.committer);
	assert_int_equal(count(name, &count_things), 1 + good + 1 + BATCH);
	assert_int_equal(count(name, &count_events), 1 + good + 1 + BATCH);
	assert_int_equal(count(name, &count_alike), 1 + good + 1 + BATCH);
	return !reached;
}

static void full_disk(void **state)
{
	char name[32];

	(void)state;
	for (int lasting = 0; lasting < 2; lasting++) {
		int left = 0;
		bool past = false;

		for (; !past; left++) {
			(void)snprintf(name, sizeof(name), "full%d-%d.db", lasting, left);
			past = full_disk_at(name, FAULT_WRITE, SQLITE_FULL, left, lasting != 0);
		}
		assert_true(left > BATCH); /* so the fault has stood inside savepoints as well as in the commit */
	}
}

/* ---- A disk that fails ---- */

struct verdict {
	int yes, no, wrong;
	bool reached;
};

/* The fault in a process of its own. It ends by itself with COMMITTER_EXIT, or with 0 when the fault was not reached. */
static struct verdict failing_disk_at(const char *name, enum fault fault, int code, int left, int batches)
{
	struct verdict verdict = {0};
	int ends[2], status;
	char byte;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct work works[BATCH];
		struct meter meter;

		(void)alarm(60);
		meter_start(&meter, name, ends[1]);
		push_batch(&meter, works, 0, fault, code, left, true);
		for (int i = 1; i < batches; i++)
			push_batch(&meter, works, 1000 * i, fault, code, left, true);
		if (!disk.hit)
			disk.fault = FAULT_NONE; /* closing writes and syncs too */
		committer_stop(&meter.committer);
		_exit(disk.hit ? 1 : 0);
	}
	assert_int_equal(close(ends[1]), 0);
	while (read(ends[0], &byte, 1) == 1) {
		verdict.yes += byte == 'y';
		verdict.no += byte == 'n';
		verdict.wrong += byte == '!';
	}
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == COMMITTER_EXIT);
	verdict.reached = WEXITSTATUS(status) == COMMITTER_EXIT;
	return verdict;
}

static void check_failing(enum fault fault, int code, const char *stem)
{
	char name[32];
	struct verdict verdict;
	int left = 0;

	do {
		(void)snprintf(name, sizeof(name), "%s-%d.db", stem, left);
		verdict = failing_disk_at(name, fault, code, left, 1);
		assert_int_equal(verdict.wrong, 0);
		assert_int_equal(verdict.yes + verdict.no, 1 + BATCH); /* every call is done once */
		if (verdict.reached) {
			assert_int_equal(verdict.yes, 1);
			/* What was acknowledged is there; the rest is there wholly or not at all. */
			assert_int_equal(count(name, &count_things), count(name, &count_events));
			assert_true(count(name, &count_things) == 1 || count(name, &count_things) == 1 + BATCH);
		}
		left++;
	} while (verdict.reached);
	assert_int_equal(verdict.yes, 1 + BATCH);
	assert_true(left > 1);
}

static void failing_sync(void **state)
{
	(void)state;
	check_failing(FAULT_SYNC, SQLITE_IOERR_FSYNC, "sync");
}

static void failing_write(void **state)
{
	(void)state;
	check_failing(FAULT_WRITE, SQLITE_IOERR_WRITE, "write");
}

/* The log is copied into the database after the replies; its fsync counts like any other. */
static void failing_copy(void **state)
{
	struct verdict verdict;

	(void)state;
	verdict = failing_disk_at("copy.db", FAULT_SYNC_MAIN, SQLITE_IOERR_FSYNC, 0, 100);
	assert_true(verdict.reached);
	assert_int_equal(verdict.wrong, 0);
	assert_int_equal(count("copy.db", &count_things), verdict.yes);
	assert_int_equal(count("copy.db", &count_events), verdict.yes);
}

/* No space for the index reads like an I/O error, but is a full disk: the process goes on. */
static void full_index(void **state)
{
	(void)state;
	data_len = LARGE; /* so that a batch outgrows the index's first part */
	assert_false(full_disk_at("index.db", FAULT_INDEX, SQLITE_IOERR_SHMSIZE, 0, true));
	data_len = SMALL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_disk),
		cmocka_unit_test(full_index),
		cmocka_unit_test(failing_sync),
		cmocka_unit_test(failing_write),
		cmocka_unit_test(failing_copy),
	};

	return cmocka_run_group_tests(tests, install, temp_remove);
}
