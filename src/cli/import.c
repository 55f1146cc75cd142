/*
 * import - a facility list from the command line, for a compartment that is not being served.
 *
 * Done by a person: --login names an account of the city, the password and the code of the second factor come from
 * standard input, a line each. The file is read by a reader process in its sandbox, as behind the server.
 */
#include <jansson.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/catalog.h"
#include "cli/cli.h"
#include "cli/prompt.h"
#include "identity/identity.h"
#include "op/compartment.h"
#include "op/local.h"
#include "op/stream.h"
#include "proc/proc.h"

#define PASSWORD_MAX 256
#define POLLS_MAX 1200
#define POLL_NS 50000000

struct session {
	const struct cli_options *options;
	struct local *local;
	struct id import;
	pid_t reader;
};

static const struct actor nobody; /* the session says who */

/* ---- the person ---- */

static err sign_in(struct session *s)
{
	char password[PASSWORD_MAX];
	char code[PASSWORD_MAX] = "";
	char login[128];
	const struct local_person person = {login, password, code};
	err e;

	if (snprintf(login, sizeof(login), "%s", s->options->login) >= (int)sizeof(login) ||
	    !prompt_line("Password", password, sizeof(password)))
		return FAIL(UNAUTHENTICATED);
	if (!prompt_line("Code of the second factor (none: Enter)", code, sizeof(code)))
		code[0] = '\0';
	login[strcspn(login, "@")] = '\0';
	e = local_sign_in(s->local, &person);
	wipe(password, sizeof(password));
	wipe(code, sizeof(code));
	return e;
}

/* ---- the reader ---- */

_Noreturn static void become_reader(const char *name, int core, int control)
{
	static struct boot boot;

	boot.kind = PROCESS_READER;
	(void)snprintf(boot.name, sizeof(boot.name), "%s", name);
	boot.fds[0] = (struct boot_fd){.role = FD_CORE, .fd = core};
	boot.fds[1] = (struct boot_fd){.role = FD_CONTROL, .fd = control};
	(void)snprintf(boot.fds[0].peer, sizeof(boot.fds[0].peer), "%s", name);
	boot.fd_count = 2;
	_exit(proc_reader(&boot));
}

/* Before this process has threads. */
static err start_reader(struct session *s, int *channel_out)
{
	int core[2], control[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, core) != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0)
		return FAIL(UNAVAILABLE);
	s->reader = fork();
	if (s->reader < 0)
		return FAIL(UNAVAILABLE);
	if (s->reader == 0) {
		close(core[0]);
		close(control[0]);
		become_reader(s->options->customer, core[1], control[1]);
	}
	close(core[1]);
	close(control[1]);
	*channel_out = core[0]; /* the control channel's end closes with this process, and the reader with it */
	return OK;
}

/* ---- the file ---- */

static err read_file(const char *path, struct buf *file_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	ssize_t got = -1;

	if (fd < 0)
		return FAIL(NOT_FOUND);
	if (fstat(fd, &stat) == 0 && stat.st_size > 0 && stat.st_size <= STREAM_SIZE_MAX &&
	    err_is_ok(buf_reserve(file_out, (size_t)stat.st_size)))
		while ((got = read(fd, file_out->ptr + file_out->len, (size_t)stat.st_size - file_out->len)) > 0)
			file_out->len += (size_t)got;
	close(fd);
	return got == 0 && file_out->len > 0 ? OK : FAIL(INVALID);
}

static json_t *parse(const struct buf *reply)
{
	return json_loadb((const char *)reply->ptr, reply->len, 0, NULL);
}

static err begin(struct session *s, size_t size)
{
	const char *name = strrchr(s->options->file, '/');
	OWN(buf) body = {0};
	OWN(buf) reply = {0};
	struct json json;
	json_t *made;
	err e;

	json_init(&json, &body);
	json_object(&json, NULL);
	json_str(&json, "entity", "facility");
	json_str(&json, "encoding", "auto");
	json_str(&json, "name", name != NULL ? name + 1 : s->options->file);
	json_int(&json, "size", (int64_t)size);
	json_object_end(&json);
	TRY(json.state);
	TRY(local_call(s->local, &nobody, "import.begin", NULL, bytes_of(&body), &reply));
	made = parse(&reply);
	e = id_parse(bytes_str(json_string_value(json_object_get(made, "id"))), &s->import);
	json_decref(made);
	return e;
}

static err send_file(struct session *s, struct bytes file)
{
	for (size_t at = 0; at < file.len; at += STREAM_CHUNK_MAX) {
		size_t len = file.len - at < STREAM_CHUNK_MAX ? file.len - at : STREAM_CHUNK_MAX;
		struct local_input inputs[] = {
			{.name = "import", .id = s->import}, {.name = "offset", .integer = (int64_t)at},
			{.name = "chunk", .raw = {file.ptr + at, len}}, {0},
		};

		TRY(local_call(s->local, &nobody, "import.put", inputs, (struct bytes){0}, NULL));
	}
	return OK;
}

/* ---- check, problems, apply ---- */

static err on_import(struct session *s, const char *op, json_t **reply_out)
{
	struct local_input inputs[] = {{.name = "import", .id = s->import}, {0}};
	OWN(buf) reply = {0};

	TRY(local_call(s->local, &nobody, op, inputs, BYTES_LIT("{}"), &reply));
	if (reply_out != NULL)
		*reply_out = parse(&reply);
	return OK;
}

static err wait_checked(struct session *s, json_t **import_out)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};

	for (int i = 0; i < POLLS_MAX; i++) {
		json_t *import = NULL;
		const char *state;

		TRY(on_import(s, "import.see", &import));
		state = json_string_value(json_object_get(import, "state"));
		if (state != NULL && strcmp(state, "checking") != 0) {
			*import_out = import;
			return strcmp(state, "checked") == 0 ? OK : FAIL(UNAVAILABLE);
		}
		json_decref(import);
		(void)nanosleep(&pause, NULL); /* the job's steps are commits of their own; there is no event to wait for here */
	}
	return FAIL(TIMEOUT);
}

static long long count_of(const json_t *import, const char *name)
{
	return (long long)json_integer_value(json_object_get(import, name));
}

static err tell_problems(struct session *s)
{
	json_t *page = NULL;
	json_t *item;
	size_t index;

	TRY(on_import(s, "import.problems", &page));
	json_array_foreach(json_object_get(page, "items"), index, item) {
		const char *message = json_string_value(json_object_get(item, "message"));

		printf("row %lld, column %lld: %s\n", count_of(item, "row"), count_of(item, "column"), message != NULL ? message : "");
	}
	json_decref(page);
	return OK;
}

/* The promise of a 428, kept for the call that follows. */
static void keep_confirmation(void *context, const struct answer *answer)
{
	struct buf *token = context;
	json_t *problem = answer->status == 428 ? json_loadb((const char *)answer->body.ptr, answer->body.len, 0, NULL) : NULL;
	const char *text = json_string_value(json_object_get(json_object_get(problem, "confirm"), "token"));

	if (text != NULL)
		err_ignore(buf_append_str(token, text)); /* an empty one is refused */
	json_decref(problem);
}

static err apply(struct session *s)
{
	struct local_input inputs[] = {{.name = "import", .id = s->import}, {0}};
	OWN(buf) token = {0};
	err e;

	TRY(local_put(s->local, &nobody, "import.apply", inputs, BYTES_LIT("{}"), keep_confirmation, &token));
	e = local_wait(s->local);
	if (!err_is(e, ERR_CONFIRM))
		return e;
	local_confirm(s->local, bytes_of(&token)); /* --apply is the person's word */
	return on_import(s, "import.apply", NULL);
}

static err tell(struct session *s, const json_t *import, bool applied)
{
	if (s->options->json) {
		char *text = json_dumps(import, JSON_COMPACT);

		printf("%s\n", text != NULL ? text : "");
		free(text);
		return OK;
	}
	printf("%lld rows: %lld new, %lld changed, %lld unchanged, %lld problems%s\n", count_of(import, "rows"),
	    count_of(import, "created"), count_of(import, "changed"), count_of(import, "unchanged"),
	    count_of(import, "problem_count"), applied ? "; applied" : "; nothing is applied");
	return OK;
}

static err carry_out(struct session *s, struct bytes file)
{
	json_t *import = NULL;
	bool sound;
	err e;

	TRY(sign_in(s));
	TRY(begin(s, file.len));
	TRY(send_file(s, file));
	TRY(on_import(s, "import.check", NULL));
	TRY(wait_checked(s, &import));
	sound = count_of(import, "problem_count") == 0;
	e = sound ? OK : tell_problems(s);
	if (err_is_ok(e) && sound && s->options->apply)
		e = apply(s);
	if (err_is_ok(e))
		e = tell(s, import, sound && s->options->apply);
	json_decref(import);
	TRY(e);
	return sound ? OK : FAIL(INVALID);
}

int cli_import(const struct cli_options *o)
{
	struct session s = {.options = o};
	char directory[PATH_MAX];
	char catalog[PATH_MAX];
	OWN(buf) file = {0};
	int channel = -1;
	err e;

	if (o->customer == NULL || o->file == NULL || o->login == NULL ||
	    snprintf(directory, sizeof(directory), "%s/%s", o->dir, o->customer) >= (int)sizeof(directory)) {
		(void)fprintf(stderr, "import needs --customer NAME, --file CSV and --login NAME; password and code are read from standard input, a line each\n");
		return CLI_USAGE;
	}
	if (!catalog_load(o, catalog))
		return CLI_USAGE;
	e = crypto_start();
	if (err_is_ok(e))
		e = compartment_start();
	if (err_is_ok(e))
		e = read_file(o->file, &file);
	if (err_is_ok(e))
		e = start_reader(&s, &channel);
	if (err_is_ok(e))
		e = local_open(directory, identity_authenticate, &s.local);
	if (err_is_ok(e)) {
		local_reader(s.local, channel);
		e = carry_out(&s, bytes_of(&file));
	}
	local_close(&s.local);
	if (s.reader > 0) {
		(void)kill(s.reader, SIGTERM);
		(void)waitpid(s.reader, NULL, 0);
	}
	if (!err_is_ok(e))
		(void)fprintf(stderr, "import: %s\n", err_row(e)->en);
	return err_is_ok(e) ? CLI_DONE : CLI_WRONG;
}
