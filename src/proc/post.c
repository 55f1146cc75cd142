/*
 * post - carries letters between the compartments of one machine, and keeps none.
 *
 *   core of A ── PARCEL (to B) ─▶ post ── PARCEL (from A) ─▶ core of B
 *       ▲                         │ ▲                          │
 *       └──────── ANSWER ─────────┘ └──────── ANSWER ──────────┘ after its commit
 *
 * O5  From whom a letter comes is the channel on which it came; an answer counts only from whom the letter was given.
 * O6  Nothing is kept: who is not there, does not read or has gone before its answer is told to be absent at once, and the sender, who
 *     holds the letter, tries again. So the end of any process at any point loses nothing, and nobody waits for somebody else.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "govern/letterwire.h"
#include "govern/post.h"
#include "proc/postroute.h"
#include "proc/sandbox.h"

struct post {
	struct postroute table;
	int fds[POSTROUTE_PLACES_MAX];              /* -1: not there */
	char names[POSTROUTE_PLACES_MAX][PROC_NAME_MAX];
	int control;
	uint8_t message[LETTERWIRE_MAX];
};

/* Whoever does not read what is sent to him is as good as gone. */
static err send_to(struct post *post, size_t place, const struct letterwire *frame)
{
	OWN(buf) message = {0};
	ssize_t sent;

	if (post->fds[place] < 0)
		return FAIL(UNAVAILABLE);
	TRY(letterwire_put(&message, frame));
	do
		sent = send(post->fds[place], message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)message.len ? OK : FAIL(UNAVAILABLE);
}

/* Lost when the sender does not read: it asks again by itself. */
static void answer(struct post *post, size_t place, struct id letter, enum letterwire_outcome outcome)
{
	const struct letterwire frame = {.kind = LETTERWIRE_ANSWER, .letter = letter, .outcome = outcome};

	err_ignore(send_to(post, place, &frame));
}

/* ---- places ---- */

static void place_lost(struct post *post, size_t place)
{
	struct postroute_way way;

	if (post->fds[place] >= 0)
		(void)close(post->fds[place]); /* nothing more to be said */
	post->fds[place] = -1;
	postroute_forget_from(&post->table, place);
	while (err_is_ok(postroute_next_to(&post->table, place, &way)))
		answer(post, way.from, way.letter, LETTERWIRE_ABSENT);
}

/* Whom the provider means by all: the customers; and for what is made for checks the one made for checks. */
static err say_places(struct post *post, size_t place)
{
	OWN(buf) customers = {0};
	struct letterwire frame = {.kind = LETTERWIRE_PLACES, .name = bytes_str(post->names[place])};

	if (post->table.places[place].side == POSTROUTE_PROVIDER)
		for (size_t i = 0; i < post->table.place_count; i++) {
			if (post->table.places[i].side == POSTROUTE_PROBE)
				frame.topic = bytes_str(post->names[i]);
			if (post->table.places[i].side == POSTROUTE_CUSTOMER)
				TRY(buf_printf(&customers, "%s%s", customers.len == 0 ? "" : " ", post->names[i]));
		}
	frame.text = bytes_of(&customers);
	return send_to(post, place, &frame);
}

static void place_found(struct post *post, size_t place, int fd)
{
	place_lost(post, place);
	post->fds[place] = fd;
	if (!err_is_ok(say_places(post, place)))
		place_lost(post, place);
}

static void place_returns(struct post *post, const struct control_message *message)
{
	size_t place = postroute_find(&post->table, bytes_str(message->peer));

	if (message->role != FD_CORE || place == POSTROUTE_NONE)
		(void)close(message->fd); /* of nobody we know */
	else
		place_found(post, place, message->fd);
}

/* ---- letters ---- */

static enum letterwire_outcome pass_on(struct post *post, size_t from, const struct letterwire *parcel)
{
	struct letterwire frame = *parcel;
	struct postroute_way way = {.letter = parcel->letter, .from = from};
	bool probe;

	if (!err_is_ok(postroute_to(&post->table, from, parcel->name, (parcel->flags & LETTERWIRE_PROBE) != 0, &way.to, &probe)))
		return LETTERWIRE_REFUSED;
	if (!err_is_ok(postroute_begin(&post->table, &way)))
		return LETTERWIRE_ABSENT;
	frame.name = bytes_str(post->names[from]); /* O5 */
	frame.flags = (probe ? LETTERWIRE_PROBE : 0) | (post->table.places[from].side == POSTROUTE_PROVIDER ? LETTERWIRE_PROVIDER : 0);
	if (err_is_ok(send_to(post, way.to, &frame)))
		return LETTERWIRE_TAKEN;
	err_ignore(postroute_end(&post->table, &way)); /* it was noted just now */
	return LETTERWIRE_ABSENT;
}

static void take_answer(struct post *post, size_t by, const struct letterwire *given)
{
	const struct postroute_way way = {.letter = given->letter, .from = postroute_find(&post->table, given->name), .to = by};

	if (way.from != POSTROUTE_NONE && err_is_ok(postroute_end(&post->table, &way)))
		answer(post, way.from, way.letter, given->outcome);
}

static err take(struct post *post, size_t place, struct bytes message)
{
	struct letterwire frame;
	enum letterwire_outcome outcome;

	TRY(letterwire_cut(message, &frame));
	switch (frame.kind) {
	case LETTERWIRE_PARCEL:
		if ((frame.flags & ~LETTERWIRE_PROBE) != 0)
			return FAIL(INVALID);
		outcome = pass_on(post, place, &frame);
		if (outcome != LETTERWIRE_TAKEN) /* else who gets it answers */
			answer(post, place, frame.letter, outcome);
		return OK;
	case LETTERWIRE_ANSWER:
		take_answer(post, place, &frame);
		return OK;
	default:
		return FAIL(INVALID);
	}
}

static void on_place(struct post *post, size_t place)
{
	ssize_t got = recv(post->fds[place], post->message, sizeof(post->message), MSG_DONTWAIT | MSG_TRUNC);
	err e = FAIL(UNAVAILABLE);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > (ssize_t)sizeof(post->message))
		e = FAIL(INVALID);
	else if (got > 0)
		e = take(post, place, (struct bytes){post->message, (size_t)got});
	wipe(post->message, got > 0 && got <= (ssize_t)sizeof(post->message) ? (size_t)got : 0);
	if (err_is_ok(e))
		return;
	if (err_is(e, ERR_INVALID))
		log_error("core %s sent what is not a frame of ours and is cut off", post->names[place]);
	place_lost(post, place);
}

/* ---- the loop ---- */

/* 0 goes on; 1 after an orderly stop; -1: the supervisor is gone (P3). */
static int on_control(struct post *post)
{
	struct control_message message = {.fd = -1};

	if (!err_is_ok(control_receive(post->control, 0, &message)))
		return -1;
	if (message.kind == CONTROL_CHANNEL)
		place_returns(post, &message);
	return message.kind == CONTROL_STOP ? 1 : 0;
}

static int loop(struct post *post)
{
	for (;;) {
		struct pollfd watched[POSTROUTE_PLACES_MAX + 1] = {{.fd = post->control, .events = POLLIN}};
		int turn = 0;

		for (size_t i = 0; i < post->table.place_count; i++)
			watched[i + 1] = (struct pollfd){.fd = post->fds[i], .events = POLLIN};
		if (poll(watched, post->table.place_count + 1, -1) < 0 && errno != EINTR)
			return 1;
		/* One message of each, so that nobody who writes much is served before others. */
		for (size_t i = 0; i < post->table.place_count; i++)
			if (watched[i + 1].revents != 0 && post->fds[i] == watched[i + 1].fd)
				on_place(post, i);
		if (watched[0].revents != 0)
			turn = on_control(post);
		if (turn != 0)
			return turn > 0 ? 0 : 1;
	}
}

static enum postroute_side side_of(const struct boot *boot, const char *name)
{
	const char *probe = boot_setting(boot, "probe");

	if (strcmp(name, POST_PROVIDER) == 0)
		return POSTROUTE_PROVIDER;
	return probe != NULL && strcmp(name, probe) == 0 ? POSTROUTE_PROBE : POSTROUTE_CUSTOMER;
}

static err find_places(struct post *post, const struct boot *boot)
{
	for (size_t i = 0; i < boot->fd_count; i++) {
		size_t place = post->table.place_count;

		if (boot->fds[i].role != FD_CORE)
			continue;
		if (place == POSTROUTE_PLACES_MAX)
			return FAIL(TOO_LARGE);
		memcpy(post->names[place], boot->fds[i].peer, sizeof(post->names[place]));
		post->fds[place] = boot->fds[i].fd;
		TRY(postroute_add(&post->table, post->names[place], side_of(boot, post->names[place])));
	}
	return OK;
}

int proc_post(struct boot *boot)
{
	static struct post post;
	err e = find_places(&post, boot);

	post.control = boot_control(boot);
	if (err_is_ok(e))
		e = sandbox_boot(boot);
	if (err_is_ok(e))
		e = control_ready(post.control, true);
	if (!err_is_ok(e)) {
		log_error("ends: %s", err_row(e)->slug);
		return 1;
	}
	for (size_t i = 0; i < post.table.place_count; i++)
		if (post.fds[i] >= 0 && !err_is_ok(say_places(&post, i)))
			place_lost(&post, i);
	return loop(&post);
}
