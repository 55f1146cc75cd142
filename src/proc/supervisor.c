#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "proc/folder.h"
#include "proc/launch.h"
#include "proc/links.h"
#include "proc/listen.h"
#include "proc/supervisor.h"
#include "proc/table.h"

#define CHILDREN_MAX (SUPERVISOR_DOORS_MAX + (size_t)PROCESS_KIND_COUNT * SUPERVISOR_COMPARTMENTS_MAX)
#define SETTINGS_ADDED 8               /* for edges and prove, to those that all have */
#define ONCE_NAME "host"
#define YOUNG_US INT64_C(1000000)      /* dying sooner after being ready counts as a crash loop */
#define BACKOFF_FIRST_US INT64_C(50000)
#define BACKOFF_MOST_US INT64_C(5000000)
#define BACKOFF_DOUBLINGS_MAX 7u
#define HOPELESS_TRIES 3u              /* that end by themselves before the first readiness of all */
#define DESCRIPTORS_WANTED 4096

/*
 *            child_start            READY
 *   absent ─────────────▶ running ─────────▶ running, ready
 *     ▲                      │ ends: on_child
 *     └── start_at_us ◀──────┘
 */
struct child {
	enum process_kind kind;
	size_t index;          /* of its door or compartment */
	pid_t pid;             /* 0: absent */
	int control;           /* our end; -1: none */
	bool ready;
	bool ever_ready;
	int64_t ready_us;
	unsigned young;        /* deaths in a row soon after the start */
	int64_t start_at_us;   /* when absent; 0: not to be started */
};

struct door {
	int fd;
	uint16_t port;
};

struct supervisor {
	const struct supervisor_config *config;
	char directories[SUPERVISOR_COMPARTMENTS_MAX][PATH_MAX];
	struct door doors[SUPERVISOR_DOORS_MAX];
	struct child children[CHILDREN_MAX];
	size_t child_count;
	struct links links;
	int bounces;           /* listens for the courier; -1: nobody does */
	bool compartment_ready[SUPERVISOR_COMPARTMENTS_MAX];
	int signals;
	bool told_ready;
	bool hopeless;         /* a process cannot even be started once */
	unsigned stage;        /* of the orderly stop; 0: not stopping */
	int64_t deadline_us;   /* of this stage */
};

/* ---- configuration ---- */

/* Names stand in logs, arguments and messages. */
static bool name_fits(const char *name)
{
	size_t len = name == NULL ? 0 : strlen(name);

	if (len == 0 || len >= PROC_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("-_.", name[i]) == NULL)
			return false;
	return true;
}

static size_t compartment_find(const struct supervisor_config *config, const char *name)
{
	size_t i = 0;

	while (i < config->compartment_count && strcmp(config->compartments[i].name, name) != 0)
		i++;
	return i;
}

static bool compartment_served(const struct supervisor_door *door, const char *name)
{
	for (size_t i = 0; i < door->compartment_count; i++)
		if (strcmp(door->compartments[i], name) == 0)
			return true;
	return false;
}

static err check_door(const struct supervisor_config *config, size_t index)
{
	const struct supervisor_door *door = &config->doors[index];

	if (!name_fits(door->name) || door->address == NULL || door->certificate == NULL || door->private_key == NULL ||
	    (door->web != NULL && strlen(door->web) >= BOOT_SETTING_MAX) || door->compartment_count > SUPERVISOR_COMPARTMENTS_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < index; i++)
		if (strcmp(config->doors[i].name, door->name) == 0)
			return FAIL(INVALID);
	for (size_t i = 0; i < door->compartment_count; i++) {
		if (compartment_find(config, door->compartments[i]) == config->compartment_count)
			return FAIL(INVALID);
		for (size_t j = 0; j < i; j++)
			if (strcmp(door->compartments[i], door->compartments[j]) == 0)
				return FAIL(INVALID);
	}
	return OK;
}

static err check_config(const struct supervisor_config *config)
{
	if (config->door_count > SUPERVISOR_DOORS_MAX || config->compartment_count > SUPERVISOR_COMPARTMENTS_MAX ||
	    config->setting_count + SETTINGS_ADDED > BOOT_SETTINGS_MAX)
		return FAIL(INVALID);
	for (size_t i = 0; i < config->compartment_count; i++)
		if (!name_fits(config->compartments[i].name) || compartment_find(config, config->compartments[i].name) != i)
			return FAIL(INVALID);
	for (size_t i = 0; i < config->door_count; i++)
		TRY(check_door(config, i));
	return OK;
}

static const char *child_name(const struct supervisor *s, const struct child *child)
{
	switch (table_process(child->kind)->scope) {
	case PER_DOOR:
		return s->config->doors[child->index].name;
	case PER_COMPARTMENT:
		return s->config->compartments[child->index].name;
	default:
		return ONCE_NAME;
	}
}

/* ---- starting ---- */

static bool give_end(void *context, size_t peer, const struct control_message *message)
{
	struct supervisor *s = context;
	struct child *child = &s->children[peer];

	if (child->pid == 0)
		return false;
	if (err_is_ok(control_send(child->control, message)))
		return true;
	/* It does not read what we say: better a new one than one without its channels. The end waits for that one. */
	log_warn("%s %s does not take its messages; killed", table_process(child->kind)->name, child_name(s, child));
	(void)kill(child->pid, SIGKILL);
	return false;
}

static err open_file(struct boot *boot, enum fd_role role, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		log_error("%s cannot be read: %s", path, strerror(errno));
		return FAIL(UNAVAILABLE);
	}
	boot->fds[boot->fd_count++] = (struct boot_fd){.role = role, .fd = fd};
	return OK;
}

static void add_setting(struct boot *boot, const char *name, const char *value)
{
	struct boot_setting *setting = &boot->settings[boot->setting_count++];

	snprintf(setting->name, sizeof(setting->name), "%s", name);
	snprintf(setting->value, sizeof(setting->value), "%s", value);
}

static err fill_edge(const struct supervisor *s, const struct child *child, struct boot *boot)
{
	const struct supervisor_door *door = &s->config->doors[child->index];
	char port[8];
	int listener = fcntl(s->doors[child->index].fd, F_DUPFD_CLOEXEC, 0);

	if (listener < 0)
		return FAIL(UNAVAILABLE);
	boot->fds[boot->fd_count++] = (struct boot_fd){.role = FD_LISTEN, .fd = listener};
	snprintf(port, sizeof(port), "%u", s->doors[child->index].port);
	add_setting(boot, "address", door->address);
	add_setting(boot, "port", port);
	if (door->web != NULL)
		add_setting(boot, "web", door->web);
	TRY(open_file(boot, FD_CERTIFICATE, door->certificate));
	return open_file(boot, FD_PRIVATE_KEY, door->private_key);
}

/* The sockets that listen by our will, for whoever compares them with those there are: DOOR=INODE,… */
static err doors_text(const struct supervisor *s, char *text, size_t max)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < s->config->door_count; i++) {
		struct stat status;
		int more;

		if (fstat(s->doors[i].fd, &status) != 0)
			return FAIL(UNAVAILABLE);
		more = snprintf(text + len, max - len, "%s%u=%llu", i == 0 ? "" : ",", s->doors[i].port, (unsigned long long)status.st_ino);
		if (more < 0 || (size_t)more >= max - len)
			return FAIL(TOO_LARGE);
		len += (size_t)more;
	}
	return OK;
}

/* Where the compartments lie, when they lie in one place. */
static void add_folder(const struct supervisor *s, struct boot *boot)
{
	char folder[BOOT_SETTING_MAX];
	char *slash;

	if (s->config->compartment_count == 0 || snprintf(folder, sizeof(folder), "%s", s->directories[0]) >= (int)sizeof(folder))
		return;
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return;
	slash[1] = '\0';
	for (size_t i = 1; i < s->config->compartment_count; i++)
		if (strncmp(s->directories[i], folder, strlen(folder)) != 0)
			return;
	*slash = '\0';
	add_setting(boot, "folder", folder);
}

/* What it tries goes through the first door. */
static err fill_prove(const struct supervisor *s, struct boot *boot)
{
	const struct supervisor_door *door = &s->config->doors[0];
	char text[BOOT_SETTING_MAX];

	if (s->config->door_count == 0)
		return OK;
	TRY(doors_text(s, text, sizeof(text)));
	add_setting(boot, "doors", text);
	add_setting(boot, "address", door->address);
	(void)snprintf(text, sizeof(text), "%u", s->doors[0].port);
	add_setting(boot, "port", text);
	if (door->web != NULL)
		add_setting(boot, "web", door->web);
	add_folder(s, boot);
	if (boot->user != 0) {
		size_t users = s->config->compartment_count > s->config->door_count ? s->config->compartment_count : s->config->door_count;

		(void)snprintf(text, sizeof(text), "%u-%u", s->config->user_base, table_user(s->config->user_base, PROCESS_SUPERVISOR, users) - 1);
		add_setting(boot, "users", text);
	}
	return open_file(boot, FD_CERTIFICATE, door->certificate);
}

static err fill_courier(const struct supervisor *s, struct boot *boot)
{
	int listener = s->bounces < 0 ? -1 : fcntl(s->bounces, F_DUPFD_CLOEXEC, 0);

	if (s->bounces >= 0 && listener < 0)
		return FAIL(UNAVAILABLE);
	if (listener >= 0)
		boot->fds[boot->fd_count++] = (struct boot_fd){.role = FD_LISTEN, .fd = listener};
	if (s->config->relay_ca != NULL)
		TRY(open_file(boot, FD_RELAY_CA, s->config->relay_ca));
	return s->config->relay_secret != NULL ? open_file(boot, FD_RELAY_SECRET, s->config->relay_secret) : OK;
}

static err fill_folder(const struct supervisor *s, const struct child *child, struct boot *boot)
{
	const struct process_row *row = table_process(child->kind);
	int len;

	if (row->folder == NULL)
		return OK;
	len = snprintf(boot->directory, sizeof(boot->directory), "%s/%s", s->directories[child->index], row->folder);
	return len > 0 && len < (int)sizeof(boot->directory) ? OK : FAIL(INVALID);
}

/* control: the child's end. Whatever happens, the descriptors in boot are to be closed afterwards. */
static err fill_boot(struct supervisor *s, size_t number, int control, struct boot *boot)
{
	const struct child *child = &s->children[number];

	boot->kind = child->kind;
	boot->supervisor = getpid();
	boot->user = geteuid() == 0 ? table_user(s->config->user_base, child->kind, child->index) : 0;
	boot->fds[boot->fd_count++] = (struct boot_fd){.role = FD_CONTROL, .fd = control};
	snprintf(boot->name, sizeof(boot->name), "%s", child_name(s, child));
	for (size_t i = 0; i < s->config->setting_count; i++)
		boot->settings[boot->setting_count++] = s->config->settings[i];
	TRY(fill_folder(s, child, boot));
	if (child->kind == PROCESS_EDGE)
		TRY(fill_edge(s, child, boot));
	if (child->kind == PROCESS_PROVE)
		TRY(fill_prove(s, boot));
	if (child->kind == PROCESS_COURIER)
		TRY(fill_courier(s, boot));
	if (child->kind == PROCESS_POST && s->config->probe != NULL)
		add_setting(boot, "probe", s->config->probe);
	return links_start(&s->links, number, boot, give_end, s);
}

static void tell_readiness(const struct supervisor *s, const struct child *edge, size_t compartment)
{
	struct control_message message = {.kind = s->compartment_ready[compartment] ? CONTROL_READY : CONTROL_UNREADY, .role = FD_CORE, .fd = -1};

	if (edge->pid == 0 || !compartment_served(&s->config->doors[edge->index], s->config->compartments[compartment].name))
		return;
	snprintf(message.peer, sizeof(message.peer), "%s", s->config->compartments[compartment].name);
	if (!err_is_ok(control_send(edge->control, &message))) {
		log_warn("edge %s does not take its messages; killed", s->config->doors[edge->index].name);
		(void)kill(edge->pid, SIGKILL);
	}
}

static err child_start(struct supervisor *s, size_t number)
{
	static struct boot boot;
	struct child *child = &s->children[number];
	int pair[2];
	err result;

	child->start_at_us = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return FAIL(UNAVAILABLE);
	memset(&boot, 0, sizeof(boot));
	result = fill_boot(s, number, pair[1], &boot);
	if (err_is_ok(result))
		result = launch_process(&boot, &child->pid);
	for (size_t i = 0; i < boot.fd_count; i++)
		(void)close(boot.fds[i].fd); /* the child has its own */
	if (!err_is_ok(result)) {
		(void)close(pair[0]); /* nobody is at the other end */
		links_end(&s->links, number);
		return result;
	}
	child->control = pair[0];
	if (child->kind == PROCESS_EDGE)
		for (size_t i = 0; i < s->config->compartment_count; i++)
			tell_readiness(s, child, i);
	return OK;
}

/* ---- readiness ---- */

static bool compartment_is_ready(const struct supervisor *s, size_t compartment)
{
	for (size_t i = 0; i < s->child_count; i++) {
		const struct process_row *row = table_process(s->children[i].kind);

		if (row->scope == PER_COMPARTMENT && row->needed && s->children[i].index == compartment && !s->children[i].ready)
			return false;
	}
	return true;
}

static bool all_ready(const struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (!s->children[i].ready && table_process(s->children[i].kind)->scope != ONCE && !table_process(s->children[i].kind)->on_request)
			return false;
	return true;
}

/* Nobody waits for them. */
static void start_once(struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (table_process(s->children[i].kind)->scope == ONCE)
			s->children[i].start_at_us = 1;
}

static void readiness_changed(struct supervisor *s, const struct child *changed)
{
	bool now;

	if (table_process(changed->kind)->scope == PER_COMPARTMENT) {
		now = compartment_is_ready(s, changed->index);
		if (now != s->compartment_ready[changed->index]) {
			s->compartment_ready[changed->index] = now;
			for (size_t i = 0; i < s->child_count; i++)
				if (s->children[i].kind == PROCESS_EDGE)
					tell_readiness(s, &s->children[i], changed->index);
		}
	}
	if (s->told_ready || !all_ready(s))
		return;
	s->told_ready = true;
	if (s->config->listening != NULL)
		for (size_t i = 0; i < s->config->door_count; i++)
			s->config->listening(s->config->context, s->config->doors[i].name, s->doors[i].port);
	if (s->config->ready != NULL)
		s->config->ready(s->config->context);
	start_once(s);
}

static void set_ready(struct supervisor *s, struct child *child, bool ready)
{
	if (child->ready == ready)
		return;
	child->ready = ready;
	if (ready && !child->ever_ready) {
		child->ever_ready = true;
		log_info("%s %s is ready", table_process(child->kind)->name, child_name(s, child));
	}
	if (ready)
		child->ready_us = clock_mono_us();
	readiness_changed(s, child);
}

/* ---- ends ---- */

static int64_t backoff_us(unsigned young)
{
	unsigned doublings = young <= 2 ? 0 : young - 2;
	int64_t delay;

	if (young <= 1)
		return 0;
	delay = BACKOFF_FIRST_US << (doublings > BACKOFF_DOUBLINGS_MAX ? BACKOFF_DOUBLINGS_MAX : doublings);
	return delay > BACKOFF_MOST_US ? BACKOFF_MOST_US : delay;
}

static void control_close(struct child *child)
{
	if (child->control >= 0)
		(void)close(child->control); /* nothing more to be said */
	child->control = -1;
}

static void log_end(const struct supervisor *s, const struct child *child, int status)
{
	const char *kind = table_process(child->kind)->name;

	if (WIFSIGNALED(status))
		log_warn("%s %s was ended by signal %d", kind, child_name(s, child), WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warn("%s %s ended with status %d", kind, child_name(s, child), WEXITSTATUS(status));
	else
		log_info("%s %s has ended", kind, child_name(s, child));
}

static void schedule(struct supervisor *s, struct child *child, int status, bool was_ready)
{
	int64_t now_us = clock_mono_us();

	child->young = was_ready && now_us - child->ready_us >= YOUNG_US ? 1 : child->young + 1;
	if (!s->told_ready && !child->ever_ready && !WIFSIGNALED(status) && child->young >= HOPELESS_TRIES) {
		log_error("%s %s cannot be started", table_process(child->kind)->name, child_name(s, child));
		s->hopeless = true;
		return;
	}
	child->start_at_us = now_us + backoff_us(child->young);
	if (child->start_at_us == 0)
		child->start_at_us = 1;
}

static void on_end(struct supervisor *s, size_t number, int status)
{
	struct child *child = &s->children[number];
	bool was_ready = child->ready;

	if (s->stage == 0 || WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
		log_end(s, child, status);
	child->pid = 0;
	control_close(child);
	links_end(&s->links, number);
	set_ready(s, child, false);
	if (s->stage == 0 && table_process(child->kind)->restart)
		schedule(s, child, status, was_ready);
}

static void reap(struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++) {
		int status;

		if (s->children[i].pid != 0 && waitpid(s->children[i].pid, &status, WNOHANG) == s->children[i].pid)
			on_end(s, i, status);
	}
}

static void start_due(struct supervisor *s)
{
	int64_t now_us = clock_mono_us();

	for (size_t i = 0; i < s->child_count; i++) {
		struct child *child = &s->children[i];

		if (child->start_at_us == 0 || child->start_at_us > now_us)
			continue;
		if (!err_is_ok(child_start(s, i))) {
			log_error("%s %s cannot be started for now", table_process(child->kind)->name, child_name(s, child));
			child->start_at_us = clock_mono_us() + BACKOFF_MOST_US;
			s->hopeless = s->hopeless || !s->told_ready;
		}
	}
}

/* ---- the orderly stop ---- */

static bool stage_empty(const struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid != 0 && table_process(s->children[i].kind)->stage == s->stage)
			return false;
	return true;
}

static void stage_begin(struct supervisor *s, unsigned stage)
{
	const struct control_message stop = {.kind = CONTROL_STOP, .role = FD_CONTROL, .fd = -1};
	int64_t most_us = 0;

	s->stage = stage;
	for (size_t i = 0; i < s->child_count; i++) {
		const struct process_row *row = table_process(s->children[i].kind);

		s->children[i].start_at_us = 0;
		if (s->children[i].pid == 0 || row->stage != stage)
			continue;
		if (!err_is_ok(control_send(s->children[i].control, &stop)))
			(void)kill(s->children[i].pid, SIGKILL); /* it does not listen */
		if (row->stop_us > most_us)
			most_us = row->stop_us;
	}
	s->deadline_us = clock_mono_us() + most_us;
}

static void stage_overdue(struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++) {
		const struct child *child = &s->children[i];

		if (child->pid == 0 || table_process(child->kind)->stage != s->stage)
			continue;
		log_warn("%s %s did not stop in time; killed", table_process(child->kind)->name, child_name(s, child));
		(void)kill(child->pid, SIGKILL);
	}
	s->deadline_us = INT64_MAX; /* SIGKILL needs no second one */
}

/* False: all have ended. */
static bool stage_turn(struct supervisor *s)
{
	while (s->stage != 0 && stage_empty(s)) {
		if (s->stage == TABLE_STAGES)
			return false;
		stage_begin(s, s->stage + 1);
	}
	if (s->stage != 0 && clock_mono_us() >= s->deadline_us)
		stage_overdue(s);
	return true;
}

/* ---- the loop ---- */

/* One at a time, none while we stop, and none with the rights of a compartment that holds anything real. */
static void start_wanted(struct supervisor *s, const char *compartment)
{
	if (s->config->probe == NULL || strcmp(compartment, s->config->probe) != 0) {
		log_error("an intruder is wanted in %s, which was not made for checks: refused", compartment);
		return;
	}
	for (size_t i = 0; i < s->child_count; i++) {
		struct child *child = &s->children[i];

		if (child->kind == PROCESS_INTRUDER && strcmp(child_name(s, child), compartment) == 0 && child->pid == 0 && s->stage == 0)
			child->start_at_us = 1;
	}
}

static void on_control(struct supervisor *s, struct child *child)
{
	struct control_message message;
	err result = control_receive(child->control, MSG_DONTWAIT, &message);

	if (err_is_ok(result) && (message.kind == CONTROL_READY || message.kind == CONTROL_UNREADY)) {
		set_ready(s, child, message.kind == CONTROL_READY);
		return;
	}
	if (err_is_ok(result) && message.kind == CONTROL_WANTED && child->kind == PROCESS_PROVE) {
		start_wanted(s, message.peer);
		return;
	}
	if (err_is(result, ERR_TIMEOUT))
		return;
	if (err_is_ok(result) && message.fd >= 0)
		(void)close(message.fd); /* children hand us nothing */
	/* It has closed its end, or says what none of ours says. */
	if (s->stage == 0)
		(void)kill(child->pid, SIGKILL);
	control_close(child);
}

static void on_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD && s->stage == 0) {
			log_info("stopping");
			stage_begin(s, 1);
		}
	reap(s);
}

static int timeout_ms(const struct supervisor *s)
{
	int64_t next_us = s->stage != 0 ? s->deadline_us : INT64_MAX;
	int64_t left_us;

	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].start_at_us != 0 && s->children[i].start_at_us < next_us)
			next_us = s->children[i].start_at_us;
	if (next_us == INT64_MAX)
		return -1;
	left_us = next_us - clock_mono_us();
	return left_us <= 0 ? 0 : left_us / 1000 >= 60000 ? 60000 : (int)(left_us / 1000) + 1;
}

static err wait_and_handle(struct supervisor *s)
{
	struct pollfd watched[CHILDREN_MAX + 1] = {{.fd = s->signals, .events = POLLIN}};
	pid_t pids[CHILDREN_MAX];

	for (size_t i = 0; i < s->child_count; i++) {
		watched[i + 1] = (struct pollfd){.fd = s->children[i].control, .events = POLLIN};
		pids[i] = s->children[i].pid;
	}
	if (poll(watched, s->child_count + 1, timeout_ms(s)) < 0 && errno != EINTR)
		return FAIL(UNAVAILABLE);
	/* First what a child has said, then that it has died. */
	for (size_t i = 0; i < s->child_count; i++)
		if (watched[i + 1].revents != 0 && s->children[i].pid == pids[i] && s->children[i].control >= 0)
			on_control(s, &s->children[i]);
	if (watched[0].revents != 0)
		on_signals(s);
	return OK;
}

static err loop(struct supervisor *s)
{
	err result = OK;

	while (stage_turn(s)) {
		if (s->hopeless && s->stage == 0) {
			result = FAIL(UNAVAILABLE);
			stage_begin(s, 1);
			continue;
		}
		start_due(s);
		TRY(wait_and_handle(s));
	}
	return result;
}

/* ---- the beginning and the end ---- */

/* In the order of starting: who holds data before who asks for it. */
static void list_children(struct supervisor *s)
{
	static const enum process_kind order[] = {PROCESS_KEYS, PROCESS_READER, PROCESS_RENDER, PROCESS_SCAN, PROCESS_CORE, PROCESS_EDGE, PROCESS_POST, PROCESS_COURIER, PROCESS_PROVE, PROCESS_INTRUDER};
	_Static_assert(sizeof(order) / sizeof(order[0]) == PROCESS_KIND_COUNT - 1, "every kind but the supervisor is started");

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum process_scope scope = table_process(order[i])->scope;
		bool waits = scope == ONCE || table_process(order[i])->on_request;
		size_t count = scope == PER_DOOR ? s->config->door_count : scope == ONCE ? 1 : s->config->compartment_count;

		for (size_t index = 0; index < count; index++)
			s->children[s->child_count++] = (struct child){.kind = order[i], .index = index, .control = -1, .start_at_us = waits ? 0 : 1};
	}
}

static bool joined(const struct supervisor *s, const struct child *left, const struct child *right)
{
	if (table_process(left->kind)->scope == PER_DOOR)
		return compartment_served(&s->config->doors[left->index], child_name(s, right));
	if (table_process(right->kind)->scope == ONCE)
		return true;
	return left->index == right->index;
}

static err link_children(struct supervisor *s, const struct channel_row *row, size_t left, size_t right)
{
	struct links_row link = {.ends = {{.child = left, .role = row->left_role}, {.child = right, .role = row->right_role}}};

	snprintf(link.ends[0].peer, sizeof(link.ends[0].peer), "%s", child_name(s, &s->children[right]));
	snprintf(link.ends[1].peer, sizeof(link.ends[1].peer), "%s", child_name(s, &s->children[left]));
	for (link.index = 0; link.index < row->count; link.index++)
		TRY(links_add(&s->links, &link));
	return OK;
}

static err list_links(struct supervisor *s)
{
	size_t count;
	const struct channel_row *rows = table_channels(&count);

	for (size_t row = 0; row < count; row++)
		for (size_t left = 0; left < s->child_count; left++)
			for (size_t right = 0; right < s->child_count; right++)
				if (s->children[left].kind == rows[row].left && s->children[right].kind == rows[row].right &&
				    joined(s, &s->children[left], &s->children[right]))
					TRY(link_children(s, &rows[row], left, right));
	return OK;
}

static err open_doors(struct supervisor *s)
{
	for (size_t i = 0; i < s->config->door_count; i++) {
		const struct supervisor_door *door = &s->config->doors[i];
		err result = listen_open(door->address, door->port, &s->doors[i].fd, &s->doors[i].port);

		if (!err_is_ok(result)) {
			log_error("door %s cannot listen on %s port %u: %s", door->name, door->address, door->port, err_row(result)->slug);
			return err_is(result, ERR_INVALID) ? result : FAIL(UNAVAILABLE);
		}
	}
	return OK;
}

/* Before any process runs: a user number that another compartment had before must not reach its files. */
static err prepare_folders(struct supervisor *s)
{
	for (size_t i = 0; i < s->config->compartment_count; i++)
		if (realpath(s->config->compartments[i].directory, s->directories[i]) == NULL) {
			log_error("%s: %s", s->config->compartments[i].directory, strerror(errno));
			return FAIL(UNAVAILABLE);
		}
	for (size_t i = 0; i < s->child_count; i++) {
		struct boot boot = {0};
		uint32_t user = geteuid() == 0 ? table_user(s->config->user_base, s->children[i].kind, s->children[i].index) : 0;
		err result = fill_folder(s, &s->children[i], &boot);

		if (err_is_ok(result) && boot.directory[0] != '\0')
			result = folder_prepare(boot.directory, user);
		if (!err_is_ok(result)) {
			log_error("the folder of %s %s cannot be prepared", table_process(s->children[i].kind)->name, child_name(s, &s->children[i]));
			return result;
		}
	}
	return OK;
}

static err watch_signals(struct supervisor *s, sigset_t *before_out)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	if (sigprocmask(SIG_BLOCK, &wanted, before_out) != 0)
		return FAIL(UNAVAILABLE);
	s->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals >= 0 ? OK : FAIL(UNAVAILABLE);
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	/* As many as the children may have; fewer show when a start fails. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < DESCRIPTORS_WANTED)
			log_info("only %llu open files are allowed", (unsigned long long)limit.rlim_cur);
	}
}

static err run(struct supervisor *s)
{
	list_children(s); /* as many as check_config has let through */
	TRY(list_links(s));
	raise_descriptors();
	TRY(prepare_folders(s));
	TRY(open_doors(s));
	if (s->config->bounces != NULL && !err_is_ok(listen_local(s->config->bounces, &s->bounces)))
		log_warn("%s cannot be made: mail that comes back is not noticed", s->config->bounces);
	if (geteuid() != 0)
		log_info("not started by root: all processes share this user and are kept apart by their sandboxes only");
	TRY(sandbox_supervisor());
	return loop(s);
}

static void kill_all(struct supervisor *s)
{
	for (size_t i = 0; i < s->child_count; i++)
		if (s->children[i].pid != 0) {
			(void)kill(s->children[i].pid, SIGKILL);
			(void)waitpid(s->children[i].pid, NULL, 0);
			control_close(&s->children[i]);
		}
}

err supervisor_run(const struct supervisor_config *config)
{
	struct supervisor *s;
	sigset_t before;
	err result = check_config(config);

	if (!err_is_ok(result)) {
		log_error("the doors and compartments contradict each other");
		return result;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return FAIL(UNAVAILABLE);
	s->config = config;
	s->bounces = -1;
	for (size_t i = 0; i < SUPERVISOR_DOORS_MAX; i++)
		s->doors[i].fd = -1;
	result = watch_signals(s, &before);
	if (err_is_ok(result)) {
		result = run(s);
		kill_all(s);
		(void)close(s->signals);
		(void)sigprocmask(SIG_SETMASK, &before, NULL); /* fails only for a wrong first argument */
	}
	for (size_t i = 0; i < config->door_count; i++)
		if (s->doors[i].fd >= 0)
			(void)close(s->doors[i].fd); /* only listened */
	if (s->bounces >= 0)
		(void)close(s->bounces); /* likewise */
	links_wipe(&s->links);
	free(s);
	return result;
}
