/*
 * channel - a queue of whole frames in front of a SEQPACKET socket.
 *
 * C1  The queue holds whole frames only; from `sent` on they are still to be sent.
 * C2  A message on the socket is one or more whole frames, as many as fit.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/wire.h"

#define SEND_BUFFER (1 << 20)
#define KEEP_MAX ((size_t)1 << 20)   /* an emptied queue larger than this is given back */
#define FRAME_LENGTH_LEN 4

struct channel {
	int fd;
	pthread_mutex_t lock;
	struct buf queue;
	size_t sent;
};

err channel_new(int fd, struct channel **channel_out)
{
	struct channel *channel = calloc(1, sizeof(*channel));
	int size = SEND_BUFFER;

	if (channel == NULL)
		return FAIL(UNAVAILABLE);
	if (pthread_mutex_init(&channel->lock, NULL) != 0) {
		free(channel);
		return FAIL(UNAVAILABLE);
	}
	/* The kernel gives as much as it allows; less only means more messages. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	channel->fd = fd;
	*channel_out = channel;
	return OK;
}

void channel_free(struct channel **channel)
{
	if (*channel == NULL)
		return;
	close((*channel)->fd);
	buf_free(&(*channel)->queue);
	pthread_mutex_destroy(&(*channel)->lock);
	free(*channel);
	*channel = NULL;
}

int channel_fd(const struct channel *channel)
{
	return channel->fd;
}

static void lock(struct channel *channel)
{
	REQUIRE(pthread_mutex_lock(&channel->lock) == 0);
}

static void unlock(struct channel *channel)
{
	REQUIRE(pthread_mutex_unlock(&channel->lock) == 0);
}

static bool has_room(const struct channel *channel, size_t more)
{
	return more <= WIRE_QUEUE_MAX && channel->queue.len - channel->sent <= WIRE_QUEUE_MAX - more;
}

err channel_put(struct channel *channel, struct bytes frames)
{
	err e = FAIL(LIMITED);

	lock(channel);
	if (has_room(channel, frames.len))
		e = buf_append(&channel->queue, frames);
	unlock(channel);
	return e;
}

/* All parts or none. */
static err put_parts(struct buf *queue, const struct wire_reply *reply, struct bytes body)
{
	size_t start = queue->len;
	struct wire_reply part = *reply;

	do {
		err e;

		part.body = (struct bytes){body.ptr, body.len < WIRE_PART_MAX ? body.len : WIRE_PART_MAX};
		part.more = part.body.len < body.len;
		e = wire_put_reply(queue, &part);
		if (!err_is_ok(e)) {
			if (queue->len > start)
				wipe(queue->ptr + start, queue->len - start);
			queue->len = start;
			return e;
		}
		if (part.more != 0)
			body = (struct bytes){body.ptr + part.body.len, body.len - part.body.len};
	} while (part.more != 0);
	return OK;
}

err channel_put_reply(struct channel *channel, const struct wire_reply *reply, struct bytes body)
{
	err e = FAIL(LIMITED);

	if (body.len > WIRE_REPLY_MAX)
		return FAIL(TOO_LARGE);
	lock(channel);
	if (has_room(channel, body.len))
		e = put_parts(&channel->queue, reply, body);
	unlock(channel);
	return e;
}

static size_t frame_len(const uint8_t *frame)
{
	return FRAME_LENGTH_LEN + ((size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3]);
}

/* As many whole frames as fit into one message. */
static size_t next_message(const struct channel *channel)
{
	size_t left = channel->queue.len - channel->sent;
	size_t len = 0;

	while (left - len >= FRAME_LENGTH_LEN) {
		size_t next = frame_len(channel->queue.ptr + channel->sent + len);

		REQUIRE(next <= left - len && next <= WIRE_MESSAGE_MAX);
		if (len + next > WIRE_MESSAGE_MAX)
			break;
		len += next;
	}
	return len;
}

static void forget_sent(struct channel *channel)
{
	struct buf *queue = &channel->queue;

	if (channel->sent == queue->len) {
		channel->sent = 0;
		if (queue->cap > KEEP_MAX)
			buf_free(queue);
		else
			buf_clear(queue);
	} else if (channel->sent > queue->len / 2) {
		size_t left = queue->len - channel->sent;

		memmove(queue->ptr, queue->ptr + channel->sent, left);
		wipe(queue->ptr + left, queue->len - left);
		queue->len = left;
		channel->sent = 0;
	}
}

static err send_queue(struct channel *channel)
{
	while (channel->sent < channel->queue.len) {
		size_t len = next_message(channel);
		ssize_t done = send(channel->fd, channel->queue.ptr + channel->sent, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM))
			break;
		if (done != (ssize_t)len)
			return FAIL(UNAVAILABLE);
		channel->sent += len;
	}
	forget_sent(channel);
	return OK;
}

err channel_flush(struct channel *channel)
{
	err e;

	lock(channel);
	e = send_queue(channel);
	unlock(channel);
	return e;
}

bool channel_pending(struct channel *channel)
{
	bool pending;

	lock(channel);
	pending = channel->sent < channel->queue.len;
	unlock(channel);
	return pending;
}

err channel_receive(struct channel *channel, uint8_t *message, size_t max, size_t *len_out)
{
	ssize_t len;

	do
		len = recv(channel->fd, message, max, MSG_DONTWAIT | MSG_TRUNC);
	while (len < 0 && errno == EINTR);
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return FAIL(NOT_FOUND);
	if (len <= 0)
		return FAIL(UNAVAILABLE);
	if ((size_t)len > max)
		return FAIL(INVALID);
	*len_out = (size_t)len;
	return OK;
}
