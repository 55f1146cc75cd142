#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assure/provewire.h"
#include "assure/run.h"
#include "base/clock.h"
#include "base/log.h"
#include "proc/nursery.h"
#include "proc/sandbox.h"

#define LOOK_MS 100             /* how late an end may be noticed */
#define START_MAX 64
#define EXIT_SANDBOX 72

struct ward {
	pid_t pid;              /* 0: free */
	uint32_t number;
	int64_t until_us;
};

struct nursery {
	int channel;
	uint16_t port;
	struct ward wards[NURSERY_RUNS_MAX];
};

/* ---- in the run's process ---- */

_Noreturn static void become_run(const struct nursery *nursery, enum rights rights, int channel, pid_t parent)
{
	const struct sandbox_paths paths = {.supervisor = parent, .keep = &channel, .keep_count = 1, .port = nursery->port};
	err e;

	log_name("run");
	(void)prctl(PR_SET_NAME, "run", 0, 0, 0); /* only for the list of processes */
	e = sandbox_narrow(sandbox_run(rights), &paths);
	if (!err_is_ok(e)) {
		log_error("a run's rights could not be given up: %s", err_row(e)->slug);
		_exit(EXIT_SANDBOX);
	}
	_exit(run_main(channel, NULL));
}

/* ---- in the nursery ---- */

static err say_ended(const struct nursery *nursery, uint32_t number, int status)
{
	OWN(buf) message = {0};
	const struct provewire ended = {.kind = PROVEWIRE_ENDED, .number = number, .flags = (uint32_t)status};

	TRY(provewire_put(&message, &ended));
	return send(nursery->channel, message.ptr, message.len, MSG_NOSIGNAL) == (ssize_t)message.len ? OK : FAIL(UNAVAILABLE);
}

static struct ward *ward_free(struct nursery *nursery)
{
	for (size_t i = 0; i < NURSERY_RUNS_MAX; i++)
		if (nursery->wards[i].pid == 0)
			return &nursery->wards[i];
	return NULL;
}

static err start(struct nursery *nursery, const struct provewire *order, int run)
{
	struct ward *ward = ward_free(nursery);
	pid_t self = getpid();
	pid_t pid;

	if (ward == NULL || order->flags >= RIGHTS_HOSTILE || run < 0 || order->took_ms > CHECK_SECONDS_MAX * 1000u + 60000u)
		return FAIL(INVALID);
	pid = fork();
	if (pid == 0)
		become_run(nursery, (enum rights)order->flags, run, self);
	if (pid < 0)
		return say_ended(nursery, order->number, SIGKILL);
	*ward = (struct ward){.pid = pid, .number = order->number, .until_us = clock_mono_us() + (int64_t)order->took_ms * 1000};
	return OK;
}

/* A message, and the one descriptor that may come with it (-1: none). */
static err receive(int channel, uint8_t *out, size_t max, size_t *len_out, int *fd_out)
{
	union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec part = {.iov_base = out, .iov_len = max};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t got;

	*fd_out = -1;
	do
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at))
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS && at->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(fd_out, CMSG_DATA(at), sizeof(int));
	*len_out = (size_t)got;
	return (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? OK : FAIL(INVALID);
}

static err take_order(struct nursery *nursery)
{
	uint8_t message[START_MAX];
	struct provewire order;
	size_t len = 0;
	int run = -1;
	err e = receive(nursery->channel, message, sizeof(message), &len, &run);

	if (err_is_ok(e))
		e = provewire_cut((struct bytes){message, len}, &order);
	if (err_is_ok(e))
		e = order.kind == PROVEWIRE_START ? start(nursery, &order, run) : FAIL(INVALID);
	if (run >= 0)
		(void)close(run); /* the run has its own */
	return e;
}

static err reap(struct nursery *nursery)
{
	for (size_t i = 0; i < NURSERY_RUNS_MAX; i++) {
		struct ward *ward = &nursery->wards[i];
		int status;

		if (ward->pid == 0)
			continue;
		if (waitpid(ward->pid, &status, WNOHANG) == ward->pid) {
			ward->pid = 0;
			TRY(say_ended(nursery, ward->number, status));
		} else if (clock_mono_us() > ward->until_us) {
			(void)kill(ward->pid, SIGKILL);
			ward->until_us = INT64_MAX; /* once is enough */
		}
	}
	return OK;
}

static bool busy(const struct nursery *nursery)
{
	for (size_t i = 0; i < NURSERY_RUNS_MAX; i++)
		if (nursery->wards[i].pid != 0)
			return true;
	return false;
}

static err turn(struct nursery *nursery)
{
	struct pollfd one = {.fd = nursery->channel, .events = POLLIN};
	int count = poll(&one, 1, busy(nursery) ? LOOK_MS : -1);

	if (count < 0 && errno != EINTR)
		return FAIL(UNAVAILABLE);
	if (count > 0)
		TRY(take_order(nursery));
	return reap(nursery);
}

_Noreturn static void become_nursery(int channel, const struct boot *boot, uint16_t port, pid_t parent)
{
	static struct nursery nursery;
	const struct sandbox_paths paths = {.user = boot->user, .supervisor = parent, .keep = &channel, .keep_count = 1, .port = port};
	err e;

	nursery = (struct nursery){.channel = channel, .port = port};
	log_name("nursery");
	(void)prctl(PR_SET_NAME, "nursery", 0, 0, 0); /* only for the list of processes */
	e = sandbox_enter(sandbox_nursery(), &paths);
	if (!err_is_ok(e))
		log_error("cannot start: %s", err_row(e)->slug);
	while (err_is_ok(e))
		e = turn(&nursery);
	/* Runs follow whoever started them. */
	_exit(1);
}

/* ---- in `prove` ---- */

err nursery_start(const struct boot *boot, uint16_t port, int *channel_out)
{
	pid_t self = getpid();
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return FAIL(UNAVAILABLE);
	pid = fork();
	if (pid == 0)
		become_nursery(pair[1], boot, port, self);
	(void)close(pair[1]); /* the nursery's */
	if (pid < 0) {
		(void)close(pair[0]); /* nobody is at the other end */
		return FAIL(UNAVAILABLE);
	}
	*channel_out = pair[0];
	return OK;
}

err nursery_order(int channel, uint32_t number, unsigned rights, uint32_t limit_ms, int run)
{
	union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control = {.space = {0}};
	const struct provewire order = {.kind = PROVEWIRE_START, .number = number, .flags = rights, .took_ms = limit_ms};
	OWN(buf) text = {0};
	struct iovec part;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	TRY(provewire_put(&text, &order));
	part = (struct iovec){.iov_base = text.ptr, .iov_len = text.len};
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &run, sizeof(int));
	return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)text.len ? OK : FAIL(UNAVAILABLE);
}
