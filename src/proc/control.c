#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/control.h"

#define VERSION 1
#define FDS_MAX 4  /* more than we send, so that none is lost unseen when somebody else does */
#define FRAME_LEN (4 + PROC_NAME_MAX)

/* u8 version | u8 kind | u8 role | u8 index | 64 peer, padded with zeros; one descriptor with CONTROL_CHANNEL, none else */

static void frame_write(const struct control_message *message, uint8_t frame[static FRAME_LEN])
{
	memset(frame, 0, FRAME_LEN);
	frame[0] = VERSION;
	frame[1] = (uint8_t)message->kind;
	frame[2] = (uint8_t)message->role;
	frame[3] = (uint8_t)message->index;
	memcpy(frame + 4, message->peer, strnlen(message->peer, PROC_NAME_MAX - 1));
}

static err frame_read(const uint8_t *frame, size_t len, struct control_message *message)
{
	if (len != FRAME_LEN || frame[0] != VERSION || frame[1] >= CONTROL_KIND_COUNT || frame[2] >= FD_ROLE_COUNT || frame[FRAME_LEN - 1] != 0)
		return FAIL(INVALID);
	message->kind = (enum control_kind)frame[1];
	message->role = (enum fd_role)frame[2];
	message->index = frame[3];
	memcpy(message->peer, frame + 4, PROC_NAME_MAX);
	return OK;
}

union ancillary {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(int) * FDS_MAX)];
};

err control_send(int control, const struct control_message *message)
{
	uint8_t frame[FRAME_LEN];
	union ancillary ancillary = {.space = {0}};
	struct iovec part = {.iov_base = frame, .iov_len = sizeof(frame)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	REQUIRE((message->kind == CONTROL_CHANNEL) == (message->fd >= 0));
	frame_write(message, frame);
	if (message->fd >= 0) {
		struct cmsghdr *rights;

		header.msg_control = ancillary.space;
		header.msg_controllen = CMSG_SPACE(sizeof(int));
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(rights), &message->fd, sizeof(int));
	}
	do
		sent = sendmsg(control, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof(frame) ? OK : FAIL(UNAVAILABLE);
}

/* All that came with the message; those we do not want are closed by the caller. */
static size_t take_fds(struct msghdr *header, int fds_out[static FDS_MAX])
{
	size_t count = 0;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
		size_t here;

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		here = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here && count < FDS_MAX; i++)
			memcpy(&fds_out[count++], CMSG_DATA(part) + i * sizeof(int), sizeof(int));
	}
	return count;
}

static err judge(const uint8_t *frame, const struct msghdr *header, size_t len, size_t fd_count, struct control_message *message)
{
	if ((header->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return FAIL(INVALID);
	TRY(frame_read(frame, len, message));
	return fd_count == (message->kind == CONTROL_CHANNEL ? 1 : 0) ? OK : FAIL(INVALID);
}

err control_receive(int control, int flags, struct control_message *message_out)
{
	uint8_t frame[FRAME_LEN];
	union ancillary ancillary;
	struct iovec part = {.iov_base = frame, .iov_len = sizeof(frame)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.space, .msg_controllen = sizeof(ancillary.space)};
	struct control_message message = {.fd = -1};
	int fds[FDS_MAX] = {-1, -1, -1, -1};
	size_t fd_count;
	ssize_t got;
	err result;

	do
		got = recvmsg(control, &header, flags | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? FAIL(TIMEOUT) : FAIL(UNAVAILABLE);
	fd_count = take_fds(&header, fds);
	result = got == 0 ? FAIL(UNAVAILABLE) : judge(frame, &header, (size_t)got, fd_count, &message);
	if (!err_is_ok(result)) {
		for (size_t i = 0; i < fd_count; i++)
			(void)close(fds[i]); /* not ours to use */
		return result;
	}
	message.fd = fds[0];
	*message_out = message;
	return OK;
}

err control_ready(int control, bool ready)
{
	struct control_message message = {.kind = ready ? CONTROL_READY : CONTROL_UNREADY, .role = FD_CONTROL, .fd = -1};

	return control_send(control, &message);
}
