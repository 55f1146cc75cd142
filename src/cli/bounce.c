/*
 * bounce - what a mail server calls with each mail that comes back: hands it from standard input to the running service.
 *
 * Exit: 0 taken, 1 it is about no letter of ours, 75 not now, which mail servers take for "try again".
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "cli/cli.h"
#include "proc/bounce.h"

#define TRY_AGAIN 75
#define WAIT_S 20

static int complain(int status, const char *what)
{
	(void)fprintf(stderr, "bounce: %s\n", what);
	return status;
}

static bool read_mail(struct buf *mail)
{
	for (;;) {
		ssize_t got;

		if (mail->len > BOUNCE_MAX || !err_is_ok(buf_reserve(mail, 16384)))
			return false;
		got = read(STDIN_FILENO, mail->ptr + mail->len, 16384);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		mail->len += (size_t)got;
	}
}

static int reach(const char *dir)
{
	const struct timeval wait = {.tv_sec = WAIT_S};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(to.sun_path, sizeof(to.sun_path), "%s/" BOUNCE_SOCKET, dir) >= (int)sizeof(to.sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0)) {
		(void)close(fd); /* nothing was said */
		return -1;
	}
	return fd;
}

static bool hand_over(int fd, struct bytes mail, char answer[static 16])
{
	ssize_t got;

	while (mail.len > 0) {
		ssize_t sent = send(fd, mail.ptr, mail.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		mail.ptr += sent;
		mail.len -= (size_t)sent;
	}
	if (shutdown(fd, SHUT_WR) != 0)
		return false;
	got = recv(fd, answer, 15, 0);
	answer[got > 0 ? got : 0] = '\0';
	return got > 0;
}

int cli_bounce(const struct cli_options *options)
{
	OWN(buf) mail = {0};
	char answer[16] = "";
	int fd;
	bool done;

	if (!read_mail(&mail))
		return complain(CLI_WRONG, "the mail cannot be read, or is too large");
	fd = reach(options->dir);
	if (fd < 0)
		return complain(TRY_AGAIN, "the service is not there");
	done = hand_over(fd, bytes_of(&mail), answer);
	(void)close(fd); /* all is said */
	if (!done || strcmp(answer, "later\n") == 0)
		return complain(TRY_AGAIN, "not now");
	return strcmp(answer, "taken\n") == 0 ? CLI_DONE : complain(CLI_WRONG, "this is about no letter of ours");
}
