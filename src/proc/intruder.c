/*
 * The intruder: a run that has what a taken-over core has, for the check that a breach stays within its compartment. Started by the
 * supervisor when `prove` asks for it, as the probe compartment's core would be: its user, its folder, its Landlock rules, no capability.
 * The core's filter is taken by each deed's own process: what it forbids ends whoever tries.
 */
#include "assure/run.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "proc/proc.h"
#include "proc/sandbox.h"

static err narrow(void)
{
	return sandbox_filter(sandbox_of(PROCESS_CORE));
}

int proc_intruder(struct boot *boot)
{
	const struct boot_fd *prove = boot_find(boot, FD_PROVE, NULL, 0);
	const struct sandbox_paths paths = {.folder = boot->directory, .user = boot->user, .supervisor = boot->supervisor};
	err e = prove == NULL ? FAIL(INVALID) : crypto_start();

	if (err_is_ok(e))
		e = sandbox_confine(sandbox_of(PROCESS_CORE), &paths);
	if (err_is_ok(e))
		return run_main(prove->fd, narrow);
	log_error("cannot start: %s", err_row(e)->slug);
	return 1;
}
