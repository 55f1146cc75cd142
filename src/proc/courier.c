/*
 * courier - takes mail to the relay and webhooks to their receivers: the only process that speaks outwards.
 *
 *   core ── MAIL, HOOK ─▶ courier ══ TLS ══▶ relay, receivers       (proc/errand)
 *     ▲                      │ ▲
 *     └────── RESULT ────────┘ └── bounces, by a local socket ── sekimori bounce ◀─ mail server
 *
 * K1  It holds no letter: what is under way when it ends was not answered, and the core sends it again with the same id.
 * K2  It reaches nobody but those on the list (proc/outward): by the addresses it found before it gave up looking, by ports (Landlock).
 * K3  Several errands at once, few to one host: a receiver that hangs is in nobody's way.
 * K4  It begins anew by itself, when nothing is under way, to look the names up again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "proc/bounce.h"
#include "proc/errand.h"
#include "proc/mailtext.h"
#include "proc/sandbox.h"

#define CORES_MAX 64
#define CLIENTS_MAX 4
#define CLIENT_US INT64_C(20000000)
#define ERRANDS_EACH 8              /* of one core; it holds back by itself */
#define HOST_CONNECTIONS 4L
#define CONNECTIONS 64L
#define FILE_MAX ((size_t)1 << 20)
#define RENEW_US (INT64_C(6) * 3600 * 1000000)
#define RENEW_SOON_US INT64_C(60000000)  /* after something could not be reached */
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

/* A mail server that hands over a bounce. */
struct client {
	int fd;                     /* -1: none */
	struct buf mail;
	int64_t until_us;
};

struct place {
	char name[PROC_NAME_MAX];
	int fd;                     /* -1: not there */
	struct errand *errands[ERRANDS_EACH];
};

struct courier {
	struct errand_office office;
	struct place places[CORES_MAX];
	size_t place_count;
	CURLM *multi;
	int control;
	int listener;               /* -1: none */
	struct client clients[CLIENTS_MAX];
	int64_t began_us;           /* monotonic */
	bool unreached;
	uint16_t ports[OUTWARD_PLACES_MAX];
	uint8_t message[LETTERWIRE_MAX];
};

/* ---- cores ---- */

static err say(const struct place *place, const struct letterwire *frame)
{
	OWN(buf) message = {0};
	ssize_t sent;

	if (place->fd < 0)
		return FAIL(UNAVAILABLE);
	TRY(letterwire_put(&message, frame));
	do
		sent = send(place->fd, message.ptr, message.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)message.len ? OK : FAIL(UNAVAILABLE);
}

static void errand_drop(struct courier *courier, struct errand **errand)
{
	if (*errand == NULL)
		return;
	(void)curl_multi_remove_handle(courier->multi, errand_handle(*errand)); /* it may have been taken out before */
	errand_free(errand);
}

static void place_lost(struct courier *courier, struct place *place)
{
	if (place->fd >= 0)
		(void)close(place->fd); /* nothing more to be said */
	place->fd = -1;
	for (size_t i = 0; i < ERRANDS_EACH; i++)
		errand_drop(courier, &place->errands[i]); /* K1 */
}

static err say_able(const struct courier *courier, const struct place *place)
{
	const struct letterwire frame = {
		.kind = LETTERWIRE_ABLE,
		.flags = (courier->office.relay[0] != '\0' ? LETTERWIRE_MAILS : 0) |
		    (courier->office.outward.count > (courier->office.relay[0] != '\0' ? 1u : 0u) ? LETTERWIRE_HOOKS : 0),
	};

	return say(place, &frame);
}

static struct place *place_find(struct courier *courier, const char *name)
{
	for (size_t i = 0; i < courier->place_count; i++)
		if (strcmp(courier->places[i].name, name) == 0)
			return &courier->places[i];
	return NULL;
}

static void place_returns(struct courier *courier, const struct control_message *message)
{
	struct place *place = message->role == FD_CORE ? place_find(courier, message->peer) : NULL;

	if (place == NULL) {
		(void)close(message->fd); /* of nobody we know */
		return;
	}
	place_lost(courier, place);
	place->fd = message->fd;
	if (!err_is_ok(say_able(courier, place)))
		place_lost(courier, place);
}

static void tell(struct courier *courier, struct place *place, struct id letter, enum letterwire_outcome outcome, const char *words)
{
	struct letterwire frame = {.kind = LETTERWIRE_RESULT, .letter = letter, .outcome = outcome};

	if (outcome == LETTERWIRE_TAKEN)
		frame.name = bytes_str(words);
	else
		frame.text = bytes_str(words);
	courier->unreached = courier->unreached || outcome == LETTERWIRE_ABSENT;
	/* Whoever does not read it sends the letter again. */
	if (!err_is_ok(say(place, &frame)))
		place_lost(courier, place);
}

/* ---- errands ---- */

static struct errand **slot_of(struct place *place, struct id letter)
{
	struct errand **free_slot = NULL;

	for (size_t i = 0; i < ERRANDS_EACH; i++) {
		if (place->errands[i] == NULL)
			free_slot = &place->errands[i];
		else if (id_equal(errand_letter(place->errands[i]), letter))
			return NULL; /* under way already */
	}
	return free_slot;
}

static void begin(struct courier *courier, struct place *place, const struct letterwire *frame)
{
	const char *words = "";
	struct errand **slot = slot_of(place, frame->letter);
	err e;

	if (slot == NULL)
		return;
	e = errand_new(&courier->office, frame, bytes_str(place->name), &words, slot);
	if (!err_is_ok(e)) {
		tell(courier, place, frame->letter, err_is(e, ERR_INVALID) ? LETTERWIRE_REFUSED : LETTERWIRE_ABSENT, words);
		return;
	}
	if (curl_multi_add_handle(courier->multi, errand_handle(*slot)) != CURLM_OK)
		errand_free(slot); /* not answered: it comes again */
}

static void ended(struct courier *courier, CURL *easy, CURLcode code)
{
	for (size_t i = 0; i < courier->place_count; i++)
		for (size_t k = 0; k < ERRANDS_EACH; k++) {
			struct place *place = &courier->places[i];
			struct errand *errand = place->errands[k];
			enum letterwire_outcome outcome;
			const char *words;

			if (errand == NULL || errand_handle(errand) != easy)
				continue;
			(void)curl_multi_remove_handle(courier->multi, easy);
			if (errand_goes_on(errand, code) && curl_multi_add_handle(courier->multi, easy) == CURLM_OK)
				return;
			outcome = errand_outcome(errand, code, &words);
			place->errands[k] = NULL;
			tell(courier, place, errand_letter(errand), outcome, words);
			errand_free(&errand);
			return;
		}
}

static void look_for_ended(struct courier *courier)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(courier->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			ended(courier, message->easy_handle, message->data.result);
}

static err take(struct courier *courier, struct place *place, struct bytes message)
{
	struct letterwire frame;

	TRY(letterwire_cut(message, &frame));
	if (frame.kind != LETTERWIRE_MAIL && frame.kind != LETTERWIRE_HOOK)
		return FAIL(INVALID);
	begin(courier, place, &frame);
	return OK;
}

static void on_place(struct courier *courier, struct place *place)
{
	ssize_t got = recv(place->fd, courier->message, sizeof(courier->message), MSG_DONTWAIT | MSG_TRUNC);
	err e = FAIL(UNAVAILABLE);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > (ssize_t)sizeof(courier->message))
		e = FAIL(INVALID);
	else if (got > 0)
		e = take(courier, place, (struct bytes){courier->message, (size_t)got});
	wipe(courier->message, got > 0 && got <= (ssize_t)sizeof(courier->message) ? (size_t)got : 0);
	if (err_is_ok(e))
		return;
	if (err_is(e, ERR_INVALID))
		log_error("core %s sent what is not a frame of ours and is cut off", place->name);
	place_lost(courier, place);
}

/* ---- bounces ---- */

static void client_end(struct client *client, const char *answer)
{
	if (answer != NULL)
		(void)send(client->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL); /* or it hears nothing, and comes again */
	(void)close(client->fd);
	buf_free(&client->mail);
	client->fd = -1;
}

/* "taken": nothing more is to be done with it. "later": the core is not there. */
static const char *bounced(struct courier *courier, struct bytes mail)
{
	struct letterwire frame = {.kind = LETTERWIRE_BOUNCE};
	struct bounce bounce;
	struct place *place = NULL;
	char name[PROC_NAME_MAX];

	if (!err_is_ok(bounce_read(mail, &bounce)))
		return "strange\n";
	if (!bounce.failed)
		return "taken\n";
	if (bounce.compartment.len < sizeof(name)) {
		memcpy(name, bounce.compartment.ptr, bounce.compartment.len);
		name[bounce.compartment.len] = '\0';
		place = place_find(courier, name);
	}
	if (place == NULL)
		return "strange\n";
	frame.letter = bounce.letter;
	frame.text = bytes_str(bounce.words);
	return err_is_ok(say(place, &frame)) ? "taken\n" : "later\n";
}

static void on_client(struct courier *courier, struct client *client)
{
	ssize_t got;

	if (!err_is_ok(buf_reserve(&client->mail, 16384))) {
		client_end(client, "later\n");
		return;
	}
	got = recv(client->fd, client->mail.ptr + client->mail.len, 16384, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		client->mail.len += (size_t)got;
	if (got < 0 || client->mail.len > BOUNCE_MAX)
		client_end(client, "strange\n");
	else if (got == 0)
		client_end(client, bounced(courier, bytes_of(&client->mail)));
}

static void on_listener(struct courier *courier)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (courier->clients[i].fd < 0) {
			courier->clients[i].fd = accept4(courier->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
			courier->clients[i].until_us = clock_mono_us() + CLIENT_US;
			return;
		}
}

static void clients_expire(struct courier *courier)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (courier->clients[i].fd >= 0 && clock_mono_us() >= courier->clients[i].until_us)
			client_end(&courier->clients[i], NULL);
}

static bool clients_full(const struct courier *courier)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (courier->clients[i].fd < 0)
			return false;
	return true;
}

/* ---- the loop ---- */

static bool idle(const struct courier *courier)
{
	for (size_t i = 0; i < courier->place_count; i++)
		for (size_t k = 0; k < ERRANDS_EACH; k++)
			if (courier->places[i].errands[k] != NULL)
				return false;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (courier->clients[i].fd >= 0)
			return false;
	return true;
}

/* K4 */
static bool renew_due(const struct courier *courier)
{
	int64_t age_us = clock_mono_us() - courier->began_us;

	return courier->office.outward.count > 0 && age_us > (courier->unreached ? RENEW_SOON_US : RENEW_US) && idle(courier);
}

/* 0 goes on; 1 after an orderly stop; -1: the supervisor is gone (P3). */
static int on_control(struct courier *courier)
{
	struct control_message message = {.fd = -1};

	if (!err_is_ok(control_receive(courier->control, 0, &message)))
		return -1;
	if (message.kind == CONTROL_CHANNEL)
		place_returns(courier, &message);
	return message.kind == CONTROL_STOP ? 1 : 0;
}

struct watched {
	struct curl_waitfd fds[CORES_MAX + CLIENTS_MAX + 2];
	unsigned count;
};

static void watch(struct watched *watched, int fd)
{
	if (fd >= 0)
		watched->fds[watched->count++] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
}

/* Something came, or its end has come. */
static bool stirred(const struct watched *watched, int fd)
{
	for (unsigned i = 0; fd >= 0 && i < watched->count; i++)
		if (watched->fds[i].fd == fd)
			return watched->fds[i].revents != 0;
	return false;
}

static int turn(struct courier *courier)
{
	struct watched watched = {.count = 0};
	int running = 0;

	watch(&watched, courier->control);
	if (!clients_full(courier))
		watch(&watched, courier->listener);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		watch(&watched, courier->clients[i].fd);
	for (size_t i = 0; i < courier->place_count; i++)
		watch(&watched, courier->places[i].fd);
	if (curl_multi_poll(courier->multi, watched.fds, watched.count, 1000, NULL) != CURLM_OK ||
	    curl_multi_perform(courier->multi, &running) != CURLM_OK)
		return -1;
	look_for_ended(courier);
	for (size_t i = 0; i < courier->place_count; i++)
		if (stirred(&watched, courier->places[i].fd))
			on_place(courier, &courier->places[i]);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (stirred(&watched, courier->clients[i].fd))
			on_client(courier, &courier->clients[i]);
	clients_expire(courier);
	if (stirred(&watched, courier->listener))
		on_listener(courier);
	return stirred(&watched, courier->control) ? on_control(courier) : 0;
}

static int loop(struct courier *courier)
{
	for (;;) {
		int end = turn(courier);

		if (end != 0)
			return end > 0 ? 0 : 1;
		if (renew_due(courier))
			return 0;
	}
}

/* ---- the beginning ---- */

static err read_fd(int fd, struct buf *out)
{
	for (;;) {
		ssize_t len;

		TRY(buf_reserve(out, 65536));
		len = read(fd, out->ptr + out->len, 65536);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return FAIL(UNAVAILABLE);
		out->len += (size_t)len;
		if (out->len > FILE_MAX)
			return FAIL(TOO_LARGE);
		if (len == 0)
			return OK;
	}
}

/* Without the system's list whoever has no authority of his own is not believed. */
static err read_system(struct buf *out)
{
	int fd = open(SYSTEM_CA, O_RDONLY | O_CLOEXEC);
	err e;

	if (fd < 0) {
		log_warn(SYSTEM_CA " cannot be read: no certificate is believed that --relay-ca does not vouch for");
		return OK;
	}
	e = read_fd(fd, out);
	(void)close(fd); /* only read */
	return e;
}

/* The relay is believed by its own authority where one is given, receivers of webhooks by that or the system's. */
static err read_authorities(struct errand_office *office, const struct boot *boot)
{
	const struct boot_fd *own = boot_find(boot, FD_RELAY_CA, NULL, 0);

	if (own != NULL)
		TRY(read_fd(own->fd, &office->relay_ca));
	else
		TRY(read_system(&office->relay_ca));
	TRY(read_system(&office->hook_ca));
	TRY(buf_append_str(&office->hook_ca, "\n"));
	if (own != NULL)
		TRY(buf_append(&office->hook_ca, bytes_of(&office->relay_ca)));
	return OK;
}

/* One line: name:password */
static err read_secret(struct errand_office *office, const struct boot *boot)
{
	const struct boot_fd *file = boot_find(boot, FD_RELAY_SECRET, NULL, 0);

	if (file == NULL)
		return OK;
	TRY(read_fd(file->fd, &office->secret));
	while (office->secret.len > 0 && (office->secret.ptr[office->secret.len - 1] == '\n' || office->secret.ptr[office->secret.len - 1] == '\r'))
		office->secret.len--;
	return buf_u8(&office->secret, 0);
}

static err read_relay(struct errand_office *office, const struct boot *boot)
{
	const char *relay = boot_setting(boot, "relay");
	const char *from = boot_setting(boot, "mail-from");
	const char *place;

	if (relay == NULL)
		return OK;
	place = strstr(relay, "://");
	if (place == NULL || from == NULL || !mailtext_address(bytes_str(from)) || strlen(from) >= sizeof(office->from) ||
	    /* How it greets: by the host of its mail, not by the machine's name. */
	    snprintf(office->relay, sizeof(office->relay), "%s/%s", relay, strchr(from, '@') + 1) >= (int)sizeof(office->relay))
		return FAIL(INVALID);
	(void)snprintf(office->from, sizeof(office->from), "%s", from);
	return outward_add(&office->outward, bytes_str(place + 3), true);
}

static err read_list(struct errand_office *office, const struct boot *boot)
{
	const char *text = boot_setting(boot, "allow");

	while (text != NULL && text[0] != '\0') {
		size_t len = strcspn(text, ",");

		TRY(outward_add(&office->outward, (struct bytes){(const uint8_t *)text, len}, false));
		text += len + (text[len] == ',' ? 1 : 0);
	}
	return OK;
}

static err find_places(struct courier *courier, const struct boot *boot)
{
	for (size_t i = 0; i < boot->fd_count; i++) {
		struct place *place = &courier->places[courier->place_count];

		if (boot->fds[i].role != FD_CORE)
			continue;
		if (courier->place_count == CORES_MAX)
			return FAIL(TOO_LARGE);
		memcpy(place->name, boot->fds[i].peer, sizeof(place->name));
		place->fd = boot->fds[i].fd;
		courier->place_count++;
	}
	return OK;
}

static err start_curl(struct courier *courier)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return FAIL(UNAVAILABLE);
	courier->multi = curl_multi_init();
	if (courier->multi == NULL || curl_multi_setopt(courier->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS) != CURLM_OK ||
	    curl_multi_setopt(courier->multi, CURLMOPT_MAX_HOST_CONNECTIONS, HOST_CONNECTIONS) != CURLM_OK)
		return FAIL(UNAVAILABLE);
	return OK;
}

static err narrow(struct courier *courier, const struct boot *boot)
{
	for (size_t i = 0; i < courier->office.outward.count; i++)
		courier->ports[i] = courier->office.outward.places[i].port;
	return sandbox_boot_ports(boot, courier->ports, courier->office.outward.count);
}

static err open_all(struct courier *courier, const struct boot *boot)
{
	const struct boot_fd *listener = boot_find(boot, FD_LISTEN, NULL, 0);

	courier->control = boot_control(boot);
	courier->listener = listener != NULL ? listener->fd : -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		courier->clients[i].fd = -1;
	courier->began_us = clock_mono_us();
	TRY(crypto_start());
	TRY(find_places(courier, boot));
	TRY(read_authorities(&courier->office, boot));
	TRY(read_secret(&courier->office, boot));
	TRY(read_relay(&courier->office, boot));
	TRY(read_list(&courier->office, boot));
	TRY(start_curl(courier));
	TRY(narrow(courier, boot));
	return control_ready(courier->control, true);
}

int proc_courier(struct boot *boot)
{
	static struct courier courier;
	err e = open_all(&courier, boot);

	if (!err_is_ok(e)) {
		log_error("ends: %s", err_row(e)->slug);
		return 1;
	}
	for (size_t i = 0; i < courier.place_count; i++)
		if (courier.places[i].fd >= 0 && !err_is_ok(say_able(&courier, &courier.places[i])))
			place_lost(&courier, &courier.places[i]);
	return loop(&courier);
}
