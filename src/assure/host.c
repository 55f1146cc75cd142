#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assure/host.h"

#define TEXT_MAX ((size_t)1 << 20)
#define STATUS_MAX 8192

/* ---- text ---- */

/* Read whole, NUL at the end; at most max - 1 bytes. */
static err read_text(const char *path, char *text, size_t max, size_t *len_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = -1;

	if (fd < 0)
		return FAIL(UNAVAILABLE);
	while (len < max - 1 && (got = read(fd, text + len, max - 1 - len)) > 0)
		len += (size_t)got;
	(void)close(fd); /* only read */
	text[len] = '\0';
	if (len_out != NULL)
		*len_out = len;
	return got >= 0 ? OK : FAIL(UNAVAILABLE);
}

static bool hex_number(const char **at, size_t digits_max, uint64_t *out)
{
	uint64_t value = 0;
	size_t digits = 0;

	while (digits < digits_max) {
		char c = **at;
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;

		if (digit == 16)
			break;
		value = value * 16 + digit;
		digits++;
		(*at)++;
	}
	*out = value;
	return digits > 0;
}

static bool number(const char **at, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	const char *start = *at;

	while (**at >= '0' && **at <= '9') {
		if (value > max / 10)
			return false;
		value = value * 10 + (uint64_t)(**at - '0');
		(*at)++;
	}
	*out = value;
	return *at != start && value <= max;
}

static void skip_spaces(const char **at)
{
	while (**at == ' ' || **at == '\t')
		(*at)++;
}

static void skip_word(const char **at)
{
	while (**at != ' ' && **at != '\0')
		(*at)++;
	skip_spaces(at);
}

/* ---- sockets ---- */

/* 0100007F:20FB; each four bytes stand in the machine's order, as in memory. */
static bool cut_address(const char **at, bool v6, uint8_t address[static 16], uint16_t *port)
{
	uint64_t value;

	memset(address, 0, 16);
	for (size_t word = 0; word < (v6 ? 4u : 1u); word++) {
		uint32_t four;

		if (!hex_number(at, 8, &value))
			return false;
		four = (uint32_t)value;
		memcpy(address + 4 * word, &four, sizeof(four));
	}
	if (**at != ':')
		return false;
	(*at)++;
	if (!hex_number(at, 4, &value))
		return false;
	*port = (uint16_t)value;
	skip_spaces(at);
	return true;
}

err host_socket_cut(const char *line, bool v6, bool udp, struct host_socket *socket_out)
{
	struct host_socket socket = {.v6 = v6, .udp = udp};
	const char *at = line;
	uint64_t value;

	skip_spaces(&at);
	skip_word(&at); /* its place in the table */
	if (!cut_address(&at, v6, socket.local, &socket.local_port) || !cut_address(&at, v6, socket.remote, &socket.remote_port) ||
	    !hex_number(&at, 2, &value))
		return FAIL(INVALID);
	socket.state = (unsigned)value;
	skip_spaces(&at);
	for (int i = 0; i < 3; i++)
		skip_word(&at); /* queues, timer, retransmissions */
	if (!number(&at, UINT32_MAX, &value))
		return FAIL(INVALID);
	socket.user = (uint32_t)value;
	skip_spaces(&at);
	skip_word(&at); /* timeout */
	if (!number(&at, UINT64_MAX / 10, &socket.inode))
		return FAIL(INVALID);
	*socket_out = socket;
	return OK;
}

static err sockets_of(const char *path, bool v6, bool udp, char *text, struct host_socket *sockets, size_t max, size_t *count)
{
	char *line;
	char *rest = text;
	size_t len;

	TRY(read_text(path, text, TEXT_MAX, &len));
	if (len == TEXT_MAX - 1)
		return FAIL(TOO_LARGE);
	rest = text;
	(void)strsep(&rest, "\n"); /* the heads of the columns */
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == 0)
			continue;
		if (*count == max)
			return FAIL(TOO_LARGE);
		TRY(host_socket_cut(line, v6, udp, &sockets[*count]));
		(*count)++;
	}
	return OK;
}

err host_sockets(struct host_socket *sockets, size_t max, size_t *count_out)
{
	static const struct { const char *path; bool v6, udp; } tables[] = {
		{"/proc/net/tcp", false, false}, {"/proc/net/tcp6", true, false}, {"/proc/net/udp", false, true}, {"/proc/net/udp6", true, true},
	};
	char *text = malloc(TEXT_MAX);
	err e = text == NULL ? FAIL(UNAVAILABLE) : OK;

	*count_out = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && err_is_ok(e); i++) {
		e = sockets_of(tables[i].path, tables[i].v6, tables[i].udp, text, sockets, max, count_out);
		if (err_is(e, ERR_UNAVAILABLE) && tables[i].v6)
			e = OK; /* a machine without IPv6 */
	}
	free(text);
	return e;
}

bool host_is_loopback(const struct host_socket *socket, bool remote)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t one[16] = {[15] = 1};
	const uint8_t *address = remote ? socket->remote : socket->local;

	if (!socket->v6)
		return address[0] == 127;
	return memcmp(address, one, sizeof(one)) == 0 || (memcmp(address, mapped, sizeof(mapped)) == 0 && address[12] == 127);
}

static bool is_number(const char *name)
{
	return name[0] != '\0' && strspn(name, "0123456789") == strlen(name) && strlen(name) < 10;
}

static err foreign_of(const char *pid, uint64_t *inodes, size_t max, size_t *count)
{
	char path[64];
	char target[64];
	DIR *folder;
	const struct dirent *entry;
	err e = OK;

	(void)snprintf(path, sizeof(path), "/proc/%.10s/fd", pid);
	folder = opendir(path);
	if (folder == NULL)
		return OK; /* it does not let us look */
	while (err_is_ok(e) && (entry = readdir(folder)) != NULL) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		const char *at = target + 8;

		if (len <= 8 || memcmp(target, "socket:[", 8) != 0)
			continue;
		target[len] = '\0';
		if (*count == max)
			e = FAIL(TOO_LARGE);
		else if (number(&at, UINT64_MAX / 10, &inodes[*count]))
			(*count)++;
	}
	(void)closedir(folder); /* only read */
	return e;
}

err host_foreign(uint64_t *inodes, size_t max, size_t *count_out)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	err e = OK;

	*count_out = 0;
	if (folder == NULL)
		return FAIL(UNAVAILABLE);
	while (err_is_ok(e) && (entry = readdir(folder)) != NULL)
		if (is_number(entry->d_name))
			e = foreign_of(entry->d_name, inodes, max, count_out);
	(void)closedir(folder); /* only read */
	return e;
}

/* ---- processes ---- */

/* What follows "NAME:" and white space at the beginning of a line. */
static const char *status_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		if (*at == '\n')
			at++;
		if (strncmp(at, name, len) == 0 && at[len] == ':') {
			at += len + 1;
			skip_spaces(&at);
			return at;
		}
	}
	return NULL;
}

static bool status_number(const char *text, const char *name, unsigned column, uint64_t *out)
{
	const char *at = status_line(text, name);

	if (at == NULL)
		return false;
	for (unsigned i = 0; i < column; i++) {
		if (!number(&at, UINT32_MAX, out))
			return false;
		skip_spaces(&at);
	}
	return number(&at, UINT32_MAX, out);
}

err host_status_cut(const char *text, struct host_process *process_out)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
	struct host_process process = {0};
	uint64_t pid, parent, user, group, seccomp, no_new;
	const char *name = status_line(text, "Name");

	if (name == NULL || !status_number(text, "Pid", 0, &pid) || !status_number(text, "PPid", 0, &parent) || !status_number(text, "Uid", 1, &user) ||
	    !status_number(text, "Gid", 1, &group) || !status_number(text, "Seccomp", 0, &seccomp) || !status_number(text, "NoNewPrivs", 0, &no_new))
		return FAIL(INVALID);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const char *at = status_line(text, sets[i]);
		uint64_t set;

		if (at == NULL || !hex_number(&at, 16, &set))
			return FAIL(INVALID);
		process.capabilities |= set;
	}
	process.pid = (pid_t)pid;
	process.parent = (pid_t)parent;
	process.user = (uint32_t)user;
	process.group = (uint32_t)group;
	process.seccomp = (unsigned)seccomp;
	process.no_new_privileges = no_new == 1;
	(void)snprintf(process.kind, sizeof(process.kind), "%.*s", (int)strcspn(name, "\n"), name);
	*process_out = process;
	return OK;
}

/* sekimori --process KIND --boot FD NAME */
static void take_words(pid_t pid, struct host_process *process)
{
	char path[32];
	char words[256];
	const char *found[6] = {0};
	size_t len = 0;
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	if (!err_is_ok(read_text(path, words, sizeof(words), &len)))
		return;
	for (size_t at = 0; at < len && count < 6; at += strlen(words + at) + 1)
		found[count++] = words + at;
	/* Those that were forked and not started afresh have their parent's words, and a name of their own. */
	if (count < 6 || strcmp(found[1], "--process") != 0 || strcmp(process->kind, found[2]) != 0)
		return;
	(void)snprintf(process->name, sizeof(process->name), "%s", found[5]);
}

static err process_read(const char *pid, struct host_process *process_out)
{
	char path[64];
	char text[STATUS_MAX];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%.10s/status", pid);
	TRY(read_text(path, text, sizeof(text), NULL));
	TRY(host_status_cut(text, process_out));
	if (stat(path, &status) != 0)
		return FAIL(UNAVAILABLE);
	process_out->owner = status.st_uid;
	return OK;
}

static bool below(const struct host_process *process, pid_t supervisor, const struct host_process *known, size_t count)
{
	if (process->pid == supervisor || process->parent == supervisor)
		return true;
	for (size_t i = 0; i < count; i++)
		if (known[i].pid == process->parent)
			return true;
	return false;
}

static bool known_already(const struct host_process *known, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (known[i].pid == pid)
			return true;
	return false;
}

static err look_once(pid_t supervisor, struct host_process *processes, size_t max, size_t *count)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	err e = OK;

	if (folder == NULL)
		return FAIL(UNAVAILABLE);
	while (err_is_ok(e) && (entry = readdir(folder)) != NULL) {
		struct host_process process;

		/* One that ends while we look is none. */
		if (!is_number(entry->d_name) || !err_is_ok(process_read(entry->d_name, &process)) || known_already(processes, *count, process.pid) ||
		    !below(&process, supervisor, processes, *count))
			continue;
		if (*count == max) {
			e = FAIL(TOO_LARGE);
			break;
		}
		take_words(process.pid, &process);
		if (process.pid == supervisor)
			(void)snprintf(process.kind, sizeof(process.kind), "supervisor");
		processes[(*count)++] = process;
	}
	(void)closedir(folder); /* only read */
	return e;
}

err host_family(pid_t supervisor, struct host_process *processes, size_t max, size_t *count_out)
{
	size_t before;

	/* Again as long as children of children turn up. */
	*count_out = 0;
	do {
		before = *count_out;
		TRY(look_once(supervisor, processes, max, count_out));
	} while (*count_out != before);
	return OK;
}
