#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include "assure/checks_host.h"
#include "assure/host.h"
#include "assure/trial_int.h"
#include "base/clock.h"

#define DAY_US INT64_C(86400000000)
#define CERTIFICATE_DAYS 21
#define CLOCK_MOST_US 100000
#define DOORS_MAX 8
#define FILE_PART 65536
#define TREE_FILES_MAX 4096
#define TREE_DEPTH_MAX 6

/* ---- LG-3: the clock ---- */

static err clock_offset(struct trial *trial)
{
	struct timex state = {0};
	int answer = adjtimex(&state);
	int64_t offset_us;

	if (answer < 0)
		return FAIL(UNAVAILABLE);
	offset_us = (state.status & STA_NANO) != 0 ? state.offset / 1000 : state.offset;
	if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
		trial_step(trial, false, 1, "この機械の時計は、時刻同期に合わせられていません。", "The clock of this machine is not synchronised.",
		    "unsynchronised, maximum error %ld ms", state.maxerror / 1000);
		return OK;
	}
	trial_step(trial, true, 1, "この機械の時計は、時刻同期に合わせられています。", "The clock of this machine is synchronised.", "synchronised");
	trial_step(trial, labs((long)offset_us) <= CLOCK_MOST_US && state.esterror <= CLOCK_MOST_US, 1, "時計のずれが100ミリ秒以内です。",
	    "The clock is within 100 milliseconds.", "offset %" PRId64 " us, estimated error %ld us", offset_us, state.esterror);
	return OK;
}

/* ---- what is ours ---- */

struct doors {
	struct { uint16_t port; uint64_t inode; } at[DOORS_MAX];
	size_t count;
	uint32_t user_from, user_to;    /* our processes' own; 0: they have the supervisor's */
	uint64_t *foreign;              /* inodes of others with the same user */
	size_t foreign_count;
};

static bool take_number(const char **at, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(*at, &end, 10);
	if (end == *at || errno != 0)
		return false;
	*at = end;
	return true;
}

/* "8443=12345,…" and "61000-61039" */
static err doors_read(const struct trial *trial, struct doors *doors)
{
	const char *at = trial_setting(trial, "doors");
	const char *users = trial_setting(trial, "users");
	uint64_t value;

	if (at == NULL)
		return FAIL(NOT_FOUND);
	while (*at != '\0' && doors->count < DOORS_MAX) {
		if (!take_number(&at, &value) || value > UINT16_MAX || *at++ != '=' || !take_number(&at, &doors->at[doors->count].inode))
			return FAIL(INVALID);
		doors->at[doors->count++].port = (uint16_t)value;
		if (*at == ',')
			at++;
	}
	if (users == NULL)
		return OK;
	if (!take_number(&users, &value) || *users++ != '-')
		return FAIL(INVALID);
	doors->user_from = (uint32_t)value;
	if (!take_number(&users, &value))
		return FAIL(INVALID);
	doors->user_to = (uint32_t)value;
	return OK;
}

static bool is_door(const struct doors *doors, const struct host_socket *socket)
{
	for (size_t i = 0; i < doors->count; i++)
		if (doors->at[i].inode == socket->inode && doors->at[i].port == socket->local_port)
			return true;
	return false;
}

static bool is_door_port(const struct doors *doors, uint16_t port)
{
	for (size_t i = 0; i < doors->count; i++)
		if (doors->at[i].port == port)
			return true;
	return false;
}

/* By its user; where that is not ours alone, whatever no other process with it admits to. */
static bool is_ours(const struct doors *doors, const struct host_socket *socket)
{
	if (doors->user_from != 0)
		return socket->user >= doors->user_from && socket->user <= doors->user_to;
	if (socket->user != (uint32_t)geteuid() || socket->inode == 0)
		return false;
	for (size_t i = 0; i < doors->foreign_count; i++)
		if (doors->foreign[i] == socket->inode)
			return false;
	return true;
}

struct view {
	struct doors doors;
	struct host_socket *sockets;
	size_t count;
};

static void view_free(struct view *view)
{
	free(view->sockets);
	free(view->doors.foreign);
}

static err view_open(struct trial *trial, struct view *view)
{
	view->sockets = calloc(HOST_SOCKETS_MAX, sizeof(*view->sockets));
	view->doors.foreign = calloc(HOST_SOCKETS_MAX, sizeof(*view->doors.foreign));
	if (view->sockets == NULL || view->doors.foreign == NULL)
		return FAIL(UNAVAILABLE);
	TRY(doors_read(trial, &view->doors));
	TRY(host_sockets(view->sockets, HOST_SOCKETS_MAX, &view->count));
	/* After the sockets: one that has come since then is nobody's in the list. */
	return view->doors.user_from != 0 ? OK : host_foreign(view->doors.foreign, HOST_SOCKETS_MAX, &view->doors.foreign_count);
}

/* ---- DT-4: who listens ---- */

static void name_others(struct trial *trial, const struct view *view)
{
	char text[STEPS_SEEN_MAX] = "";
	size_t len = 0;
	unsigned count = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct host_socket *socket = &view->sockets[i];
		int more;

		if ((socket->udp ? socket->local_port == 0 : socket->state != HOST_LISTENS) || is_door(&view->doors, socket) || is_ours(&view->doors, socket))
			continue;
		count++;
		more = snprintf(text + len, sizeof(text) - len, "%s%s%s/%u", len == 0 ? "" : " ", socket->udp ? "udp" : "tcp", host_is_loopback(socket, false) ? "(lo)" : "",
		    socket->local_port);
		if (more > 0 && (size_t)more < sizeof(text) - len)
			len += (size_t)more;
		else
			text[len] = '\0';
	}
	trial_step(trial, true, 0, "この機械でほかのプログラムが待ち受けている数と場所（Sekimoriのものではありません）。",
	    "Where other programs of this machine listen, none of them Sekimori's.", "%u: %s", count, count == 0 ? "-" : text);
}

static err listeners_seen(struct trial *trial, const struct view *view)
{
	const struct doors *doors = &view->doors;

	for (size_t d = 0; d < doors->count; d++) {
		bool found = false;

		for (size_t i = 0; i < view->count; i++)
			found = found || (view->sockets[i].inode == doors->at[d].inode && view->sockets[i].state == HOST_LISTENS && is_door(doors, &view->sockets[i]));
		trial_step(trial, found, 1, "許可一覧にある入口が待ち受けています。", "A door of the allow-list listens.", "tcp/%u", doors->at[d].port);
	}
	for (size_t i = 0; i < view->count; i++) {
		const struct host_socket *socket = &view->sockets[i];

		if (is_ours(doors, socket) && !is_door(doors, socket) && (socket->udp || socket->state == HOST_LISTENS))
			trial_step(trial, false, 1, "許可一覧にない待ち受けがあります。", "Something listens that is not on the allow-list.", "%s/%u", socket->udp ? "udp" : "tcp",
			    socket->local_port);
	}
	name_others(trial, view);
	return OK;
}

static err listeners(struct trial *trial)
{
	struct view view = {0};
	err e = view_open(trial, &view);

	if (err_is_ok(e))
		e = listeners_seen(trial, &view);
	view_free(&view);
	return e;
}

/* ---- DT-4: who is connected ---- */

/* Ours listen at the doors alone (listeners above): what comes in elsewhere is at somebody else's door. */
static bool came_in(const struct view *view, const struct host_socket *socket)
{
	for (size_t i = 0; i < view->count; i++)
		if (!view->sockets[i].udp && view->sockets[i].state == HOST_LISTENS && view->sockets[i].local_port == socket->local_port)
			return true;
	return false;
}

/* A second installation on this machine has the same users; its runs go to its own door as ours do to ours. */
static bool of_another_installation(const struct view *view, const struct host_socket *socket)
{
	if (socket->user != (uint32_t)geteuid() || !host_is_loopback(socket, true))
		return false;
	for (size_t i = 0; i < view->count; i++)
		if (!view->sockets[i].udp && view->sockets[i].state == HOST_LISTENS && view->sockets[i].local_port == socket->remote_port && view->sockets[i].user == 0)
			return true;
	return false;
}

static err peers_seen(struct trial *trial, const struct view *view)
{
	const struct doors *doors = &view->doors;
	unsigned clients = 0;
	unsigned own = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct host_socket *socket = &view->sockets[i];

		if (socket->udp || socket->state != HOST_ESTABLISHED || !is_ours(doors, socket))
			continue;
		if (is_door_port(doors, socket->local_port))
			clients++;
		else if (is_door_port(doors, socket->remote_port))
			own++; /* a run of ours at our own door */
		else if (!came_in(view, socket) && !of_another_installation(view, socket))
			trial_step(trial, false, 1, "許可一覧にない相手との接続があります。", "There is a connection to a peer that is not on the allow-list.",
			    "local port %u, remote port %u", socket->local_port, socket->remote_port);
	}
	trial_step(trial, own > 0, clients + own, "Sekimoriのプロセスの接続は、入口への接続だけです。", "The connections of our processes are those at the doors, and no others.",
	    "%u at the door, %u of the checks themselves", clients, own);
	return OK;
}

/* This run's own connection is there to be seen. */
static err peers(struct trial *trial)
{
	struct view view = {0};
	struct seen seen;
	err e = trial_ask(trial, NULL, "GET", "/readyz", NULL, &seen);

	if (err_is_ok(e))
		e = view_open(trial, &view);
	if (err_is_ok(e))
		e = peers_seen(trial, &view);
	view_free(&view);
	return e;
}

/* ---- CR-1: the certificate ---- */

static err certificate(struct trial *trial)
{
	const struct tlsclient_info *info;
	struct seen seen;
	int64_t days;

	TRY(trial_ask(trial, NULL, "GET", "/readyz", NULL, &seen));
	info = trial_connection(trial);
	days = (info->not_after_us - clock_now_us()) / DAY_US;
	trial_step(trial, info->not_before_us <= clock_now_us() && info->not_after_us > clock_now_us(), 1, "証明書が有効期間内です。", "The certificate is valid now.", "%" PRId64 " days left", days);
	trial_step(trial, days >= CERTIFICATE_DAYS, 1, "証明書の残りが21日以上あります。", "The certificate has at least 21 days left.", "%" PRId64, days);
	trial_step(trial, info->name_fits, 1, "証明書が、利用者に知らせているホスト名のものです。", "The certificate is for the host name that people are told.", "%s", trial->server_name);
	return OK;
}

/* ---- DT-8: the roles keep apart ---- */

/* `prove`, its nursery and its runs are one role; the intruder is what a core would be that has been taken over. */
static bool shares_user(const struct host_process *process)
{
	static const char *const kinds[] = {"supervisor", "nursery", "run", "intruder"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(process->kind, kinds[i]) == 0)
			return true;
	return false;
}

static void role_seen(struct trial *trial, const struct host_process *process)
{
	bool supervisor = strcmp(process->kind, "supervisor") == 0;

	trial_step(trial, process->seccomp == 2 && process->no_new_privileges, 1, "使えるシステムコールが役割ごとに絞られ、権限を得る道がありません。",
	    "The system calls are narrowed to the role, and no right can be gained.", "%s: seccomp %u, no-new-privileges %d", process->kind, process->seccomp, process->no_new_privileges);
	if (!supervisor)
		trial_step(trial, process->capabilities == 0, 1, "管理者の権能を一つも持っていません。", "It has none of root's capabilities.", "%s: %" PRIx64, process->kind, process->capabilities);
	/* /proc gives what must not be looked into to root. */
	trial_step(trial, process->owner == 0, 1, "同じ利用者のプロセスからもメモリーをのぞけません。", "Nobody with the same user can look into its memory.", "%s", process->kind);
}

static void users_seen(struct trial *trial, const struct host_process *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool own = processes[i].user != 0;

		if (shares_user(&processes[i]))
			continue;
		for (size_t k = 0; k < count; k++)
			if (k != i && processes[k].user == processes[i].user && !shares_user(&processes[k]))
				own = false;
		trial_step(trial, own, 1, "役割と団体ごとに別のOS利用者で動いています。", "It runs under an operating-system user of its own.", "%s", processes[i].kind);
	}
}

/* A port that this role has no business with: any but the door's. */
static void other_port(struct trial *trial)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)(trial->target.port == 1 ? 2 : 1))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&to, sizeof(to));
	int reason = errno;

	if (fd >= 0)
		(void)close(fd); /* nothing was sent */
	if (result != 0 && reason == ECONNREFUSED)
		trial_step(trial, true, 0, "検査のプロセスのポート制限を、このOSのカーネルは行いません（版が古い）。", "The kernel of this machine is too old to narrow the ports of the checks' own process.", "refused by nobody listening");
	else
		trial_step(trial, result != 0 && reason == EACCES, 1, "検査のプロセスは、入口のほかのポートにつなげません。", "The process of the checks cannot connect to any port but the door's.", "%s",
		    result == 0 ? "connected" : strerrorname_np(reason));
}

/* ---- digests ---- */

struct digest {
	uint8_t of[HASH_LEN];
	unsigned files;
};

/* The digest so far and the next file's name and content, hashed together. */
static err digest_file(struct digest *digest, int folder, const char *name)
{
	uint8_t *part = malloc(FILE_PART);
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	err e = part == NULL || fd < 0 ? FAIL(UNAVAILABLE) : hash_parts((struct bytes[]){{digest->of, HASH_LEN}, bytes_str(name)}, 2, digest->of);

	while (err_is_ok(e)) {
		ssize_t got = read(fd, part, FILE_PART);

		if (got <= 0) {
			e = got == 0 ? OK : FAIL(UNAVAILABLE);
			break;
		}
		e = hash_parts((struct bytes[]){{digest->of, HASH_LEN}, {part, (size_t)got}}, 2, digest->of);
	}
	if (fd >= 0)
		(void)close(fd); /* only read */
	free(part);
	digest->files++;
	return e;
}

static err digest_tree(struct digest *digest, const char *path, unsigned depth)
{
	struct dirent **list = NULL;
	int count = scandir(path, &list, NULL, alphasort);
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err e = count < 0 || folder < 0 || depth > TREE_DEPTH_MAX ? FAIL(UNAVAILABLE) : OK;

	for (int i = 0; i < count; i++) {
		char below[1024];

		if (err_is_ok(e) && digest->files > TREE_FILES_MAX)
			e = FAIL(TOO_LARGE);
		if (err_is_ok(e) && list[i]->d_name[0] != '.') {
			if (list[i]->d_type == DT_DIR)
				e = snprintf(below, sizeof(below), "%s/%s", path, list[i]->d_name) < (int)sizeof(below) ? digest_tree(digest, below, depth + 1) : FAIL(TOO_LARGE);
			else
				e = digest_file(digest, folder, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
	if (folder >= 0)
		(void)close(folder); /* only read */
	return e;
}

static void digest_tell(struct trial *trial, const struct digest *digest, err e, const char *ja, const char *en)
{
	OWN(buf) text = {0};

	if (!err_is_ok(e) || !err_is_ok(hex_append(&text, (struct bytes){digest->of, HASH_LEN})) || !err_is_ok(buf_u8(&text, 0)))
		trial_step(trial, true, 0, ja, en, "cannot be read by this process");
	else
		trial_step(trial, true, 0, ja, en, "%u files, chained SHA-256 %.32s…", digest->files, (const char *)text.ptr);
}

/* What runs, so that a change of it shows in the record; nothing is compared: there is no signed release yet. */
static void digests(struct trial *trial)
{
	static const struct { const char *setting, *ja, *en; } trees[] = {
		{"web", "画面のファイルのダイジェスト。", "Digest of the files of the user interface."},
		{"catalog", "要件と統制の一覧のダイジェスト。", "Digest of the catalogue of requirements and controls."},
	};
	struct digest program = {{0}};

	digest_tell(trial, &program, digest_file(&program, AT_FDCWD, "/proc/self/exe"), "動いているプログラムのダイジェスト。", "Digest of the running program.");
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		const char *path = trial_setting(trial, trees[i].setting);
		struct digest digest = {{0}};

		if (path != NULL && path[0] == '/')
			digest_tell(trial, &digest, digest_tree(&digest, path, 0), trees[i].ja, trees[i].en);
	}
}

/* K-4 T-15 P-2.8: what stands in /proc of each process of ours; the ports of other roles from here; what is running. */
static err roles_seen(struct trial *trial, const struct host_process *processes, size_t count)
{
	bool apart = false;

	for (size_t i = 0; i < count; i++)
		role_seen(trial, &processes[i]);
	apart = trial_setting(trial, "users") != NULL;
	if (apart)
		users_seen(trial, processes, count);
	else
		trial_unable(trial, "管理者権限なしで起動したため、OS利用者は分けられていません（プロセスごとの制限だけで隔てています）。",
		    "Not started by root: all processes share one user, and are kept apart by their sandboxes only.");
	other_port(trial);
	digests(trial);
	return OK;
}

/* Without those that there always are, the list is not one of our processes: /proc may be hidden. */
static const char *not_seen(const struct host_process *processes, size_t count)
{
	static const char *const always[] = {"supervisor", "edge", "core", "keys", "reader", "render", "prove", "post", "courier"};

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		bool seen = false;

		for (size_t k = 0; k < count; k++)
			seen = seen || strcmp(processes[k].kind, always[i]) == 0;
		if (!seen)
			return always[i];
	}
	return NULL;
}

#define STARTING "sekimori" /* a process of ours that does not have its own name yet, and not its limits either */
#define STARTS_WAITED 5

static bool any_starting(const struct host_process *processes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(processes[i].kind, STARTING) == 0)
			return true;
	return false;
}

/* All of them, none just starting; one that never gets further is looked at as it is. */
static err family(struct trial *trial, pid_t supervisor, struct host_process *processes, size_t *count_out)
{
	err e = host_family(supervisor, processes, HOST_PROCESSES_MAX, count_out);

	for (int i = 0; err_is_ok(e) && i < STARTS_WAITED && any_starting(processes, *count_out); i++) {
		TRY(trial_wait(trial, 1));
		e = host_family(supervisor, processes, HOST_PROCESSES_MAX, count_out);
	}
	return e;
}

static err roles(struct trial *trial)
{
	const char *supervisor = trial_setting(trial, "supervisor");
	struct host_process *processes = calloc(HOST_PROCESSES_MAX, sizeof(*processes));
	size_t count = 0;
	uint64_t pid = 0;
	err e = processes == NULL ? FAIL(UNAVAILABLE) : OK;

	if (err_is_ok(e) && (supervisor == NULL || !take_number(&supervisor, &pid)))
		e = FAIL(INVALID);
	if (err_is_ok(e))
		e = family(trial, (pid_t)pid, processes, &count);
	if (err_is_ok(e) && not_seen(processes, count) != NULL)
		trial_unable(trial, trial_text(trial, "/procで、動いているはずのプロセス（%s）が見えません。", not_seen(processes, count)),
		    trial_text(trial, "A process that must be there (%s) is not to be seen in /proc.", not_seen(processes, count)));
	if (err_is_ok(e))
		e = roles_seen(trial, processes, count);
	free(processes);
	return e;
}

/* ---- LG-5: the files of the others ---- */

static const char *const closed_files[] = {"core/data.db", "core/data.db-wal", "core/heads", "keys/root.key", "keys/keys.store"};

/* Refused, or not even to be found: both is well. What is not there at all is none to try. */
static void try_file(struct trial *trial, const char *folder, const char *compartment, const char *file)
{
	const char *path = trial_text(trial, "%s/%s/%s", folder, compartment, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int reason = errno;

	if (fd < 0 && reason == ENOENT)
		return;
	trial_step(trial, fd < 0 && (reason == EACCES || reason == EPERM), 1, "別のOS利用者からは、データベースや鍵のファイルを開けません。",
	    "The files of data and keys cannot be opened by another user.", "%s: %s", file, fd >= 0 ? "opened" : strerrorname_np(reason));
	if (fd >= 0)
		(void)close(fd); /* nothing was read */
}

static err files_refused(struct trial *trial)
{
	const char *folder = trial_setting(trial, "folder");
	const char *names = trial_setting(trial, "compartments");

	if (folder == NULL || names == NULL)
		return FAIL(NOT_FOUND);
	if (trial_setting(trial, "users") == NULL) {
		trial_unable(trial, "管理者権限なしで起動したため、すべてのプロセスが同じOS利用者で動いており、別の利用者として試すことができません。",
		    "Not started by root: all processes share one user, so that it cannot be tried as another one.");
		return OK;
	}
	while (*names != '\0') {
		size_t len = strcspn(names, ",");
		const char *name = trial_text(trial, "%.*s", (int)len, names);

		for (size_t i = 0; i < sizeof(closed_files) / sizeof(closed_files[0]); i++)
			try_file(trial, folder, name, closed_files[i]);
		names += len + (names[len] == ',' ? 1 : 0);
	}
	return OK;
}

const struct check checks_host[] = {
	{.id = "clock-offset-within", .where = CHECK_HOST, .run = clock_offset, .rights = RIGHTS_HOST},
	{.id = "listener-equals-allow-list", .where = CHECK_HOST, .run = listeners, .rights = RIGHTS_HOST},
	{.id = "unlisted-peer-none", .where = CHECK_HOST, .run = peers, .rights = RIGHTS_HOST},
	{.id = "tls-certificate-days-left", .where = CHECK_HOST, .run = certificate, .rights = RIGHTS_DOOR},
	{.id = "server-role-boundary-holds", .where = CHECK_HOST, .run = roles, .rights = RIGHTS_HOST},
	{.id = "direct-database-read-refused", .where = CHECK_HOST, .run = files_refused, .rights = RIGHTS_HOST},
	{0},
};
