#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "assure/trial_link.h"
#include "base/clock.h"

err trial_link_say(struct trial *trial, const struct provewire *frame)
{
	OWN(buf) message = {0};
	ssize_t sent;

	TRY(provewire_put(&message, frame));
	do
		sent = send(trial->channel, message.ptr, message.len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)message.len ? OK : FAIL(UNAVAILABLE);
}

err trial_link_ask(struct trial *trial, const struct provewire *frame, enum provewire_kind kind, struct provewire *reply_out)
{
	ssize_t got;

	TRY(trial_link_say(trial, frame));
	do
		got = recv(trial->channel, trial->message, sizeof(trial->message), 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return FAIL(UNAVAILABLE);
	TRY(provewire_cut((struct bytes){trial->message, (size_t)got}, reply_out));
	return reply_out->kind == kind ? OK : FAIL(INVALID);
}
