#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/proc.h"
#include "proc/table.h"

#define EXIT_USAGE 64
#define BOOT_ARGUMENTS 5 /* program --process KIND --boot FD; a name may follow, for whoever reads the list of processes */

static int (*const mains[PROCESS_KIND_COUNT])(struct boot *boot) = {
	[PROCESS_EDGE] = proc_edge,
	[PROCESS_CORE] = proc_core,
	[PROCESS_KEYS] = proc_keys,
	[PROCESS_READER] = proc_reader,
	[PROCESS_RENDER] = proc_render,
	[PROCESS_SCAN] = proc_scan,
	[PROCESS_PROVE] = proc_prove,
	[PROCESS_POST] = proc_post,
	[PROCESS_COURIER] = proc_courier,
	[PROCESS_INTRUDER] = proc_intruder,
};

bool proc_is_child(int argc, char **argv)
{
	return argc >= 2 && strcmp(argv[1], "--process") == 0;
}

static int descriptor(const char *text)
{
	/* One or two digits: the supervisor passes 3. */
	size_t len = strlen(text);

	if (len == 0 || len > 2 || strspn(text, "0123456789") != len)
		return -1;
	return len == 1 ? text[0] - '0' : (text[0] - '0') * 10 + (text[1] - '0');
}

static void take_name(const struct boot *boot)
{
	char name[PROC_NAME_MAX + 16];

	snprintf(name, sizeof(name), "%s %s", table_process(boot->kind)->name, boot->name);
	log_name(name);
	(void)prctl(PR_SET_NAME, table_process(boot->kind)->name, 0, 0, 0); /* only for the list of threads */
}

int proc_enter(int argc, char **argv)
{
	static struct boot boot;
	enum process_kind kind;

	if (argc < BOOT_ARGUMENTS || !proc_is_child(argc, argv) || strcmp(argv[3], "--boot") != 0 ||
	    !err_is_ok(table_kind(argv[2], &kind)) || !err_is_ok(boot_receive(descriptor(argv[4]), &boot)) || boot.kind != kind) {
		log_error("this is for the supervisor to call");
		return EXIT_USAGE;
	}
	take_name(&boot);
	/* Without exit handlers: libraries' would run with what the sandbox has left them. */
	_exit(mains[kind](&boot));
}
