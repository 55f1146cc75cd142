#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/http.h"
#include "edge/link.h"
#include "edge/loop.h"

void link_free(struct link *link)
{
	if (link->read != NULL)
		event_free(link->read);
	if (link->write != NULL)
		event_free(link->write);
	link->read = link->write = NULL;
	channel_free(&link->channel);
	link->dirty = false;
}

static void link_lost(struct link *link, const char *why)
{
	log_warn("channel to %s: %s", link->loop->shared->compartments[link->index], why);
	link_free(link);
	http_link_lost(link->loop, link->index);
}

/* false: the core may not say that. */
static bool take_frame(struct link *link, const struct wire_frame *frame)
{
	struct loop *loop = link->loop;

	switch (frame->type) {
	case WIRE_HELLO:
		if (ct_equal(frame->as.hello.digest, loop->shared->digest, sizeof(loop->shared->digest)))
			return true;
		log_error("%s has another table of operations", loop->shared->compartments[link->index]);
		return false;
	case WIRE_REPLY:
		return err_is_ok(http_core_reply(loop, link->index, &frame->as.reply));
	case WIRE_READY:
		http_core_ready(loop, link->index, frame->as.plain.number, frame->as.plain.value == 1);
		return true;
	case WIRE_REQUEST:
	case WIRE_READY_ASK:
		break;
	}
	return false;
}

static bool take_message(struct link *link, struct bytes message)
{
	struct wire_frame frame;

	while (message.len > 0)
		if (!err_is_ok(wire_cut(&message, &frame)) || !take_frame(link, &frame))
			return false;
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct link *link = context;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < LIMIT_MESSAGES && link->channel != NULL; i++) {
		uint8_t *message = link->loop->message;
		size_t len = 0;
		err e = channel_receive(link->channel, message, WIRE_MESSAGE_MAX, &len);
		bool good;

		if (err_is(e, ERR_NOT_FOUND))
			return;
		if (!err_is_ok(e)) {
			link_lost(link, "closed");
			return;
		}
		good = take_message(link, (struct bytes){message, len});
		wipe(message, len);
		if (!good) {
			link_lost(link, "not our frames");
			return;
		}
	}
}

static void send_frames(struct link *link)
{
	link->dirty = false;
	if (!err_is_ok(channel_flush(link->channel)))
		link_lost(link, "closed");
	else if (channel_pending(link->channel) && event_add(link->write, NULL) != 0)
		link_lost(link, "no event");
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	send_frames(context);
}

/* The first frame on a channel says which operations the numbers mean. */
static err say_hello(struct link *link)
{
	struct wire_hello hello;
	OWN(buf) frame = {0};

	memcpy(hello.digest, link->loop->shared->digest, sizeof(hello.digest));
	TRY(wire_put_hello(&frame, &hello));
	return link_put(link, bytes_of(&frame));
}

static err open_link(struct link *link, int fd)
{
	err e = evutil_make_socket_nonblocking(fd) == 0 ? channel_new(fd, &link->channel) : FAIL(UNAVAILABLE);

	if (!err_is_ok(e)) {
		close(fd);
		return e;
	}
	link->read = event_new(link->loop->base, fd, EV_READ | EV_PERSIST, on_readable, link);
	link->write = event_new(link->loop->base, fd, EV_WRITE, on_writable, link);
	if (link->read == NULL || link->write == NULL || event_add(link->read, NULL) != 0)
		return FAIL(UNAVAILABLE);
	return say_hello(link);
}

void link_set(struct link *link, int fd)
{
	if (link->channel != NULL)
		link_lost(link, "replaced");
	if (!err_is_ok(open_link(link, fd)))
		link_lost(link, "cannot be used");
}

err link_put(struct link *link, struct bytes frame)
{
	if (link->channel == NULL || !err_is_ok(channel_put(link->channel, frame)))
		return FAIL(UNAVAILABLE);
	link->dirty = true;
	return OK;
}

void link_flush(struct link *link)
{
	if (link->dirty)
		send_frames(link);
}
