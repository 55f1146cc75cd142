/*
 * The supervisor with small processes of the test's own: this program is started again as each of them.
 *
 *   test ── TCP ──▶ edge ─ "who" ─▶ core ─ "who" ─▶ keys, reader, render  the answers carry the numbers of all that answered
 *
 * A fake edge answers one line a connection: "who COMPARTMENT LOOP" or "ready COMPARTMENT"; a fake core that reads
 * "sulk" or "smile" reports unready or ready.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/unit_test.h"
#include "proc/sandbox.h"
#include "proc/supervisor.h"
#include "proc/table.h"

#define TEXT_MAX 256
#define PATIENCE_US INT64_C(10000000)
#define HEALED_US INT64_C(2000000) /* far above what it takes, far below what somebody would do by hand */

/* ---- the processes ---- */

struct fake {
	struct boot *boot;
	bool stopping;
	char ready[8][PROC_NAME_MAX]; /* edge: compartments said to be ready */
};

static struct boot_fd *channel_of(struct boot *boot, enum fd_role role, const char *peer, unsigned index)
{
	for (size_t i = 0; i < boot->fd_count; i++)
		if (boot->fds[i].role == role && strcmp(boot->fds[i].peer, peer) == 0 && boot->fds[i].index == index)
			return &boot->fds[i];
	return NULL;
}

static void mark_ready(struct fake *fake, const char *peer, bool ready)
{
	size_t at = 0;

	while (at < 7 && fake->ready[at][0] != '\0' && strcmp(fake->ready[at], peer) != 0)
		at++;
	memcpy(fake->ready[at], ready ? peer : "-", ready ? strlen(peer) + 1 : 2);
}

static bool is_ready(const struct fake *fake, const char *peer)
{
	for (size_t at = 0; at < 8; at++)
		if (strcmp(fake->ready[at], peer) == 0)
			return true;
	return false;
}

static void fake_control(struct fake *fake)
{
	struct control_message message;
	struct boot_fd *old;

	if (!err_is_ok(control_receive(boot_control(fake->boot), 0, &message)))
		_exit(9);
	switch (message.kind) {
	case CONTROL_STOP:
		fake->stopping = true;
		return;
	case CONTROL_CHANNEL:
		old = channel_of(fake->boot, message.role, message.peer, message.index);
		if (old == NULL)
			_exit(8);
		close(old->fd);
		old->fd = message.fd;
		return;
	default:
		mark_ready(fake, message.peer, message.kind == CONTROL_READY);
	}
}

/* The answer to text over a channel, or false. */
static bool ask_over(const struct boot_fd *channel, const char *text, char answer[static TEXT_MAX])
{
	struct pollfd wait = {.fd = channel->fd, .events = POLLIN};
	ssize_t got;

	if (send(channel->fd, text, strlen(text), MSG_NOSIGNAL) < 0 || poll(&wait, 1, 2000) != 1)
		return false;
	got = recv(channel->fd, answer, TEXT_MAX - 1, 0);
	if (got <= 0)
		return false;
	answer[got] = '\0';
	return true;
}

static void core_answers(struct fake *fake, const char *question, char answer[static TEXT_MAX])
{
	char keys[TEXT_MAX];
	char reader[TEXT_MAX];
	char render[TEXT_MAX];

	if (strcmp(question, "who") != 0) {
		snprintf(answer, TEXT_MAX, "%s", err_is_ok(control_ready(boot_control(fake->boot), strcmp(question, "smile") == 0)) ? "told" : "lost");
		return;
	}
	if (!ask_over(channel_of(fake->boot, FD_KEYS, fake->boot->name, 0), "who", keys) ||
	    !ask_over(channel_of(fake->boot, FD_READER, fake->boot->name, 0), "who", reader) ||
	    !ask_over(channel_of(fake->boot, FD_RENDER, fake->boot->name, 0), "who", render))
		snprintf(answer, TEXT_MAX, "lost");
	else
		snprintf(answer, TEXT_MAX, "%d %.20s %.20s %.20s", (int)getpid(), keys, reader, render);
}

static void serve_channel(struct fake *fake, struct boot_fd *channel)
{
	char question[TEXT_MAX];
	char answer[TEXT_MAX];
	ssize_t got = recv(channel->fd, question, sizeof(question) - 1, 0);

	if (got <= 0) {
		/* P2: gone until the supervisor sends the new one. */
		close(channel->fd);
		channel->fd = -1;
		return;
	}
	question[got] = '\0';
	if (fake->boot->kind == PROCESS_CORE)
		core_answers(fake, question, answer);
	else
		snprintf(answer, sizeof(answer), "%d", (int)getpid());
	(void)!send(channel->fd, answer, strlen(answer), MSG_NOSIGNAL);
}

static void edge_answers(struct fake *fake, const char *line, char answer[static TEXT_MAX])
{
	char copy[TEXT_MAX];
	char *rest = copy;
	char got[TEXT_MAX];
	const char *word;
	const char *name;
	struct boot_fd *channel;

	snprintf(copy, sizeof(copy), "%s", line);
	word = strsep(&rest, " ");
	name = strsep(&rest, " ");
	if (name == NULL) {
		snprintf(answer, TEXT_MAX, "what?");
		return;
	}
	channel = channel_of(fake->boot, FD_CORE, name, rest == NULL ? 0 : (unsigned)strtoul(rest, NULL, 10));
	if (strcmp(word, "ready") == 0)
		snprintf(answer, TEXT_MAX, "%s", is_ready(fake, name) ? "yes" : "no");
	else if (channel == NULL || channel->fd < 0 || !ask_over(channel, word, got))
		snprintf(answer, TEXT_MAX, "lost");
	else
		snprintf(answer, TEXT_MAX, "%d %.200s", (int)getpid(), got);
}

static void serve_listener(struct fake *fake, int listener)
{
	char line[TEXT_MAX] = "";
	char answer[TEXT_MAX];
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ssize_t got;

	if (client < 0)
		return;
	got = recv(client, line, sizeof(line) - 1, 0);
	if (got > 0) {
		edge_answers(fake, line, answer);
		(void)!send(client, answer, strlen(answer), MSG_NOSIGNAL);
	}
	close(client);
}

static bool serves(const struct boot *boot, enum fd_role role)
{
	return role == FD_EDGE || role == FD_LISTEN || role == FD_CONTROL || (role == FD_CORE && boot->kind != PROCESS_EDGE);
}

static void fake_turn(struct fake *fake)
{
	struct pollfd watched[BOOT_FDS_MAX];
	size_t count = fake->boot->fd_count;

	for (size_t i = 0; i < count; i++)
		watched[i] = (struct pollfd){.fd = serves(fake->boot, fake->boot->fds[i].role) ? fake->boot->fds[i].fd : -1, .events = POLLIN};
	if (poll(watched, count, -1) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct boot_fd *fd = &fake->boot->fds[i];

		if (watched[i].revents == 0 || watched[i].fd != fd->fd)
			continue;
		if (fd->role == FD_CONTROL)
			fake_control(fake);
		else if (fd->role == FD_LISTEN)
			serve_listener(fake, fd->fd);
		else
			serve_channel(fake, fd);
	}
}

static bool setting_is(const struct boot *boot, const char *name, const char *value)
{
	const char *found = boot_setting(boot, name);

	return found != NULL && strcmp(found, value) == 0;
}

static int fake_main(int argc, char **argv)
{
	static struct boot boot;
	static struct fake fake = {.boot = &boot};

	if (argc < 5 || strcmp(argv[3], "--boot") != 0 || strcmp(argv[4], "3") != 0 || !err_is_ok(boot_receive(3, &boot)))
		return 7;
	if (setting_is(&boot, "fails", table_process(boot.kind)->name))
		return 3;
	if (!err_is_ok(sandbox_boot(&boot)) || !err_is_ok(control_ready(boot_control(&boot), true)))
		return 6;
	while (!fake.stopping)
		fake_turn(&fake);
	return setting_is(&boot, "ends", "badly") ? 5 : 0;
}

/* ---- the supervisor under test ---- */

static const char base_template[] = "/tmp/supervisor-test-XXXXXX";
static char base[sizeof(base_template)];
static char paths[2][80];
static const char *const names[2] = {"sapporo", "hakodate"};
static int news[2];
static pid_t supervisor;
static uint16_t ports[2];

static void on_listening(void *context, const char *door, uint16_t port)
{
	(void)context;
	(void)door;
	(void)!write(news[1], &port, sizeof(port));
}

static void on_ready(void *context)
{
	const uint16_t done = 0;

	(void)context;
	(void)!write(news[1], &done, sizeof(done));
}

static void quiet(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (getenv("LOUD") == NULL)
		dup2(null, STDERR_FILENO);
}

static struct supervisor_compartment compartments[2];
static struct supervisor_door doors[2];

/* Two doors: one for both cities, one for the second only. */
static struct supervisor_config config_of(const struct boot_setting *setting)
{
	for (int i = 0; i < 2; i++) {
		compartments[i] = (struct supervisor_compartment){.name = names[i], .directory = paths[i]};
		doors[i] = (struct supervisor_door){.name = i == 0 ? "guardians" : "provider", .address = "127.0.0.1",
			.certificate = "/dev/null", .private_key = "/dev/null", .web = "/tmp",
			.compartments = names + i, .compartment_count = (size_t)(2 - i)};
	}
	return (struct supervisor_config){.doors = doors, .door_count = 2, .compartments = compartments, .compartment_count = 2,
		.settings = setting, .setting_count = setting == NULL ? 0 : 1, .user_base = SUPERVISOR_USER_BASE,
		.listening = on_listening, .ready = on_ready};
}

static void start_with(const struct boot_setting *setting)
{
	const struct supervisor_config config = config_of(setting);

	supervisor = fork();
	assert_true(supervisor >= 0);
	if (supervisor == 0) {
		quiet();
		_exit(supervisor_run(&config).code);
	}
}

static void wait_ready(void)
{
	uint16_t number = 0;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(read(news[0], &ports[i], sizeof(ports[i])), sizeof(ports[i]));
		assert_int_not_equal(ports[i], 0);
	}
	assert_int_equal(read(news[0], &number, sizeof(number)), sizeof(number));
	assert_int_equal(number, 0);
}

static int setup(void **state)
{
	(void)state;
	memcpy(base, base_template, sizeof(base));
	if (mkdtemp(base) == NULL || pipe2(news, O_CLOEXEC) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", base, names[i]);
		if (mkdir(paths[i], 0700) != 0)
			return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	char path[176];

	(void)state;
	close(news[0]);
	close(news[1]);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/core", paths[i]);
		rmdir(path);
		snprintf(path, sizeof(path), "%s/keys", paths[i]);
		rmdir(path);
		if (rmdir(paths[i]) != 0)
			return -1;
	}
	return rmdir(base);
}

static int status_of_end(void)
{
	int status = 0;

	assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void stop(void)
{
	assert_int_equal(kill(supervisor, SIGTERM), 0);
	assert_int_equal(status_of_end(), ERR_OK);
}

static bool ask_edge(int door, const char *line, char answer[static TEXT_MAX])
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(ports[door]), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const struct timeval limit = {.tv_sec = 3};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t got = -1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 && send(fd, line, strlen(line), MSG_NOSIGNAL) > 0)
		got = recv(fd, answer, TEXT_MAX - 1, 0);
	close(fd);
	answer[got > 0 ? got : 0] = '\0';
	return got > 0;
}

struct who {
	int edge;
	int core;
	int keys;
	int reader;
	int render;
};

#define PROCESSES 5

static int *member(struct who *who, int number)
{
	int *const members[] = {&who->edge, &who->core, &who->keys, &who->reader, &who->render};

	return members[number];
}

static bool who(int door, const char *name, unsigned index, struct who *who_out)
{
	char line[TEXT_MAX];
	char answer[TEXT_MAX];
	char *rest = answer;

	snprintf(line, sizeof(line), "who %s %u", name, index);
	if (!ask_edge(door, line, answer))
		return false;
	for (int i = 0; i < PROCESSES; i++) {
		const char *number = strsep(&rest, " ");

		*member(who_out, i) = number == NULL ? 0 : (int)strtol(number, NULL, 10);
		if (*member(who_out, i) <= 0)
			return false;
	}
	return rest == NULL;
}

/* Waits until every channel works; the processes of the first city as its first door sees them. */
static struct who all_work(void)
{
	static const struct {
		int door;
		int name;
	} ways[] = {{0, 0}, {0, 1}, {1, 1}};
	int64_t end_us = clock_mono_us() + PATIENCE_US;
	struct who found = {0};
	struct who other;

	for (size_t i = 0; i < COUNT_OF(ways); i++)
		for (unsigned index = 0; index < EDGE_LOOPS; index++)
			while (!who(ways[i].door, names[ways[i].name], index, &other)) {
				assert_true(clock_mono_us() < end_us);
				poll(NULL, 0, 2);
			}
	assert_true(who(0, names[0], 0, &found));
	return found;
}

/* ---- ---- */

static void channels_work(void **state)
{
	struct who first;
	struct who second;
	char answer[TEXT_MAX];

	(void)state;
	start_with(NULL);
	wait_ready();
	first = all_work();
	assert_true(who(1, names[1], 1, &second));
	assert_int_not_equal(first.core, second.core);
	assert_int_not_equal(first.keys, second.keys);
	assert_int_not_equal(first.edge, second.edge);
	/* A city that is not served at a door has no channel there. */
	assert_true(ask_edge(1, "who sapporo 0", answer));
	assert_string_equal(answer, "lost");
	assert_true(ask_edge(0, "who sapporo 2", answer));
	assert_string_equal(answer, "lost");
	assert_true(ask_edge(0, "ready sapporo", answer));
	assert_string_equal(answer, "yes");
	assert_true(ask_edge(1, "ready sapporo", answer));
	assert_string_equal(answer, "no");
	stop();
}

static void wait_answer(const char *line, const char *wanted)
{
	int64_t end_us = clock_mono_us() + PATIENCE_US;
	char answer[TEXT_MAX] = "";

	while (!ask_edge(0, line, answer) || strcmp(answer, wanted) != 0) {
		assert_true(clock_mono_us() < end_us);
		poll(NULL, 0, 2);
	}
}

static void readiness_is_told(void **state)
{
	struct who found;
	char answer[TEXT_MAX];

	(void)state;
	start_with(NULL);
	wait_ready();
	found = all_work();
	assert_true(ask_edge(0, "sulk sapporo 0", answer));
	wait_answer("ready sapporo", "no");
	wait_answer("ready hakodate", "yes");
	assert_true(ask_edge(0, "smile sapporo 0", answer));
	wait_answer("ready sapporo", "yes");
	/* A stopped process cannot answer; a dead one is not ready until it is back. */
	assert_int_equal(kill(found.keys, SIGKILL), 0);
	all_work();
	wait_answer("ready sapporo", "yes");
	stop();
}

static void each_returns(void **state)
{
	struct who before;

	(void)state;
	start_with(NULL);
	wait_ready();
	before = all_work();
	for (int victim = 0; victim < PROCESSES; victim++) {
		int64_t start_us = clock_mono_us();
		struct who after;

		assert_int_equal(kill(*member(&before, victim), SIGKILL), 0);
		do
			after = all_work();
		while (*member(&after, victim) == *member(&before, victim));
		assert_true(clock_mono_us() - start_us < HEALED_US);
		/* The others went on. */
		for (int other = 0; other < PROCESSES; other++)
			assert_int_equal(*member(&after, other) == *member(&before, other), other != victim);
		before = after;
	}
	stop();
}

/* Two at once, in all pairs, so that the new ends cross. */
static void pairs_return(void **state)
{
	struct who before;

	(void)state;
	start_with(NULL);
	wait_ready();
	for (int left = 0; left < PROCESSES; left++)
		for (int right = left + 1; right < PROCESSES; right++) {
			before = all_work();
			assert_int_equal(kill(*member(&before, left), SIGKILL), 0);
			assert_int_equal(kill(*member(&before, right), SIGKILL), 0);
			all_work();
		}
	stop();
}

static void assert_gone(int pid)
{
	int64_t end_us = clock_mono_us() + PATIENCE_US;

	while (kill(pid, 0) == 0 || errno != ESRCH) {
		char path[40];
		char text[256] = "";
		FILE *file;

		/* An orphan may wait for whoever adopts it: dead all the same. */
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		file = fopen(path, "r");
		if (file == NULL)
			return;
		if (fgets(text, sizeof(text), file) == NULL || strstr(text, ") Z ") != NULL) {
			fclose(file);
			return;
		}
		fclose(file);
		assert_true(clock_mono_us() < end_us);
		poll(NULL, 0, 2);
	}
}

static void children_follow(void **state)
{
	struct who found;
	int status;

	(void)state;
	start_with(NULL);
	wait_ready();
	found = all_work();
	assert_int_equal(kill(supervisor, SIGKILL), 0);
	assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
	for (int i = 0; i < PROCESSES; i++)
		assert_gone(*member(&found, i));
}

static void stop_is_complete(void **state)
{
	struct who found;
	char answer[TEXT_MAX];

	(void)state;
	start_with(&(struct boot_setting){.name = "ends", .value = "badly"});
	wait_ready();
	found = all_work();
	stop();
	for (int i = 0; i < PROCESSES; i++)
		assert_gone(*member(&found, i));
	assert_false(ask_edge(0, "ready sapporo", answer));
}

static void assert_status(int pid, const char *name, const char *value)
{
	char path[40];
	char line[256];
	FILE *file;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0) {
			assert_memory_equal(line + strlen(name), value, strlen(value));
			found = true;
		}
	fclose(file);
	assert_true(found);
}

static void users_and_sandboxes(void **state)
{
	struct who found;
	struct who second;
	struct stat status;
	char path[176];
	char uid[16];

	(void)state;
	REQ("K-60");
	start_with(NULL);
	wait_ready();
	found = all_work();
	for (int i = 0; i < PROCESSES; i++) {
		assert_status(*member(&found, i), "Seccomp:\t", "2\n");
		assert_status(*member(&found, i), "NoNewPrivs:\t", "1\n");
		assert_status(*member(&found, i), "CapEff:\t", "0000000000000000\n");
	}
	assert_status(supervisor, "NoNewPrivs:\t", "1\n");
	assert_status(supervisor, "Seccomp:\t", "2\n");
	if (geteuid() == 0) {
		assert_true(who(1, names[1], 0, &second));
		snprintf(uid, sizeof(uid), "%u\t", SUPERVISOR_USER_BASE + PROCESS_CORE);
		assert_status(found.core, "Uid:\t", uid);
		snprintf(uid, sizeof(uid), "%u\t", SUPERVISOR_USER_BASE + TABLE_USERS_EACH + PROCESS_CORE);
		assert_status(second.core, "Uid:\t", uid);
		snprintf(path, sizeof(path), "%s/keys", paths[1]);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_uid, SUPERVISOR_USER_BASE + TABLE_USERS_EACH + PROCESS_KEYS);
		assert_int_equal(status.st_mode & 07777, 0700);
	}
	stop();
}

static void hopeless(void **state)
{
	(void)state;
	start_with(&(struct boot_setting){.name = "fails", .value = "core"});
	assert_int_equal(status_of_end(), ERR_UNAVAILABLE);
}

/* ---- configurations that contradict themselves ---- */

static void bad_name(struct supervisor_config *config) { (void)config; compartments[0].name = "a b"; }
static void no_name(struct supervisor_config *config) { (void)config; compartments[0].name = ""; }
static void same_name(struct supervisor_config *config) { (void)config; compartments[1].name = compartments[0].name; }
static void same_door(struct supervisor_config *config) { (void)config; doors[1].name = doors[0].name; }
static void unknown_compartment(struct supervisor_config *config) { (void)config; compartments[1].name = "otaru"; }
static void no_certificate(struct supervisor_config *config) { (void)config; doors[0].certificate = NULL; }
static void too_many_doors(struct supervisor_config *config) { config->door_count = SUPERVISOR_DOORS_MAX + 1; }
static void too_many_compartments(struct supervisor_config *config) { config->compartment_count = SUPERVISOR_COMPARTMENTS_MAX + 1; }
static void too_many_settings(struct supervisor_config *config) { config->setting_count = BOOT_SETTINGS_MAX; }
static void no_address(struct supervisor_config *config) { (void)config; doors[0].address = "localhost"; }
static void no_file(struct supervisor_config *config) { (void)config; doors[0].private_key = "/nonexistent"; }
static void no_folder(struct supervisor_config *config) { (void)config; compartments[0].directory = "/nonexistent"; }

static const struct {
	void (*spoil)(struct supervisor_config *config);
	enum err_code expected;
} spoiled[] = {
	{bad_name, ERR_INVALID},
	{no_name, ERR_INVALID},
	{same_name, ERR_INVALID},
	{same_door, ERR_INVALID},
	{unknown_compartment, ERR_INVALID},
	{no_certificate, ERR_INVALID},
	{too_many_doors, ERR_INVALID},
	{too_many_compartments, ERR_INVALID},
	{too_many_settings, ERR_INVALID},
	{no_address, ERR_INVALID},
	{no_file, ERR_UNAVAILABLE},
	{no_folder, ERR_UNAVAILABLE},
};

static void refused_configurations(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
		struct supervisor_config config = config_of(NULL);

		spoiled[i].spoil(&config);
		supervisor = fork();
		if (supervisor == 0) {
			quiet();
			_exit(supervisor_run(&config).code);
		}
		assert_int_equal(status_of_end(), (int)spoiled[i].expected);
	}
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ROW(channels_work),
		ROW(readiness_is_told),
		ROW(each_returns),
		ROW(pairs_return),
		ROW(children_follow),
		ROW(stop_is_complete),
		ROW(users_and_sandboxes),
		ROW(hopeless),
		ROW(refused_configurations),
	};

	if (argc > 1 && strcmp(argv[1], "--process") == 0)
		_exit(fake_main(argc, argv));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
