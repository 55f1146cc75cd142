#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proc/listen.h"

#define BACKLOG 4096 /* the kernel takes the smaller of this and net.core.somaxconn */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static err address_parse(const char *text, uint16_t port, union address *address_out, socklen_t *len_out)
{
	union address address;

	memset(&address, 0, sizeof(address));
	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
		*len_out = sizeof(address.v4);
	} else if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(port);
		*len_out = sizeof(address.v6);
	} else {
		return FAIL(INVALID);
	}
	*address_out = address;
	return OK;
}

static err bind_and_listen(int fd, const union address *address, socklen_t len)
{
	const int yes = 1;
	const int no = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0)
		return FAIL(UNAVAILABLE);
	if (address->any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) != 0)
		return FAIL(UNAVAILABLE);
	if (bind(fd, &address->any, len) != 0)
		return errno == EADDRINUSE ? FAIL(CONFLICT) : FAIL(UNAVAILABLE);
	return listen(fd, BACKLOG) == 0 ? OK : FAIL(UNAVAILABLE);
}

static err port_of(int fd, uint16_t *port_out)
{
	union address address;
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) != 0)
		return FAIL(UNAVAILABLE);
	*port_out = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
	return OK;
}

err listen_open(const char *address_text, uint16_t port, int *fd_out, uint16_t *port_out)
{
	union address address;
	socklen_t len;
	int fd;
	err result;

	TRY(address_parse(address_text, port, &address, &len));
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	result = bind_and_listen(fd, &address, len);
	if (err_is_ok(result))
		result = port_of(fd, port_out);
	if (!err_is_ok(result)) {
		(void)close(fd); /* nothing came through it */
		return result;
	}
	*fd_out = fd;
	return OK;
}

err listen_local(const char *path, int *fd_out)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) >= (int)sizeof(at.sun_path))
		return FAIL(UNAVAILABLE);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return FAIL(UNAVAILABLE);
	(void)unlink(path); /* of the run before; else bind says so */
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || chmod(path, 0666) != 0 || listen(fd, 8) != 0) {
		(void)close(fd);
		return FAIL(UNAVAILABLE);
	}
	*fd_out = fd;
	return OK;
}
