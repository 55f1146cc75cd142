/*
 * weak - the program with protections taken away, to show that each check of the annex can fail.
 *
 * The same objects as the program's are linked into `sekimori-weak`, which is built with the sanitizers only, never
 * installed and never part of `sekimori`. Which protections are gone says the environment:
 *
 *     SEKIMORI_WEAK="name,name,…" sekimori-weak demo …      nothing set: the program as it is
 *
 * Two ways to take one away; both are written in a file of this folder (doors.c, …), in its table of struct weakness:
 *   patch  runs in every process before main, after all tables are joined: changes a row of an operation, a relation, …
 *          in place (weak_op, weak_rule, weak_writable). Such a row may be one that the start itself checks: then the
 *          program refuses to start, and the weakening has to be another one.
 *   wrap   `__wrap_NAME` stands for the function NAME, which is still there as `__real_NAME`, wherever one file of the
 *          program calls another's; asks weak("name") and calls the real one unless it is. Add NAME to weak_wraps in
 *          meson.build. Calls within one file cannot be caught so; then patch what the function reads, or wrap what it calls.
 * A new file: its table below and in weak.h, itself in meson.build. A name that no table has stops the program.
 *
 * To be used by test/fault/80-weak.test.mjs: each check passes on the program as it is and fails on the weakened one.
 * Weakenings of one start must not hide one another there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "weak.h"

#define LIST_MAX 4096
#define ENVIRONMENT "SEKIMORI_WEAK"

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);

static const struct weakness *const tables[] = {weak_doors, weak_inside, NULL};

static char list[LIST_MAX]; /* ",name,name," */

_Noreturn void weak_fail(const char *words, const char *name)
{
	(void)fprintf(stderr, "sekimori-weak: %s: %s\n", name, words);
	_exit(2);
}

bool weak(const char *name)
{
	char wanted[128];

	(void)snprintf(wanted, sizeof(wanted), ",%s,", name);
	return strstr(list, wanted) != NULL;
}

void *weak_writable(const void *at, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)at & ~(page - 1);
	uintptr_t end = ((uintptr_t)at + len + page - 1) & ~(page - 1);

	if (mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) != 0)
		weak_fail("the table cannot be written", "mprotect");
	return (void *)(uintptr_t)at;
}

struct op *weak_op(const char *id)
{
	const struct op *op = op_find(id);

	if (op == NULL)
		weak_fail("no such operation", id);
	return weak_writable(op, sizeof(*op));
}

struct access_rule *weak_rule(const char *entity, enum relation relation)
{
	for (const struct access_rule *rule = relations_rules; rule->entity != NULL; rule++)
		if (rule->relation == relation && strcmp(rule->entity, entity) == 0)
			return weak_writable(rule, sizeof(*rule));
	weak_fail("no such relation", entity);
}

static const struct weakness *find(const char *name)
{
	for (size_t t = 0; tables[t] != NULL; t++)
		for (const struct weakness *one = tables[t]; one->name != NULL; one++)
			if (strcmp(one->name, name) == 0)
				return one;
	weak_fail("no such weakening", name);
}

static void weaken(const char *names)
{
	char copy[LIST_MAX];
	char *rest = copy;
	char *name;

	if (snprintf(copy, sizeof(copy), "%s", names) >= (int)sizeof(copy) - 2)
		weak_fail("the list is too long", ENVIRONMENT);
	(void)snprintf(list, sizeof(list), ",%.*s,", (int)sizeof(list) - 3, names);
	while ((name = strsep(&rest, ",")) != NULL) {
		const struct weakness *one = find(name);

		if (one->patch != NULL)
			one->patch();
	}
}

int __wrap_main(int argc, char **argv)
{
	const char *names = getenv(ENVIRONMENT);

	if (names != NULL && names[0] != '\0')
		weaken(names);
	return __real_main(argc, argv);
}

/* The supervisor gives its processes an environment of its own; they are weak like itself. */
int __wrap_execve(const char *path, char *const argv[], char *const envp[])
{
	static char own[LIST_MAX + sizeof(ENVIRONMENT) + 1];
	char *longer[64];
	size_t count = 0;
	const char *names = getenv(ENVIRONMENT);

	while (envp[count] != NULL && count < sizeof(longer) / sizeof(longer[0]) - 2) {
		longer[count] = envp[count];
		count++;
	}
	if (names != NULL) {
		(void)snprintf(own, sizeof(own), ENVIRONMENT "=%s", names);
		longer[count++] = own;
	}
	longer[count] = NULL;
	return __real_execve(path, argv, longer);
}
