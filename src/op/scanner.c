#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "op/letterbox.h"
#include "op/scanner.h"

/* The compartment is our caller's to read; the letter box in it is everybody's to use. */
static _Atomic int *letter_box(const struct compartment *compartment)
{
	return (_Atomic int *)(uintptr_t)&compartment->scan_fd;
}

static err send_file(const struct letterbox_talk *talk, uint32_t number, struct bytes file)
{
	struct scanwire_frame frame = {.type = SCANWIRE_BEGIN, .number = number, .size = (uint32_t)file.len};
	OWN(buf) message = {0};

	TRY(scanwire_put(&message, &frame));
	TRY(letterbox_send(talk, bytes_of(&message)));
	frame.type = SCANWIRE_DATA;
	for (size_t at = 0; at < file.len; at += frame.data.len) {
		frame.data.ptr = file.ptr + at;
		frame.data.len = file.len - at < SCANWIRE_DATA_MAX ? file.len - at : SCANWIRE_DATA_MAX;
		buf_clear(&message);
		TRY(scanwire_put(&message, &frame));
		TRY(letterbox_send(talk, bytes_of(&message)));
	}
	return OK;
}

static void keep(const struct scanwire_answer *answer, struct scanner_verdict *verdict_out)
{
	*verdict_out = (struct scanner_verdict){
		.verdict = answer->verdict, .media = answer->media, .signatures_us = answer->signatures_s * 1000000,
	};
	if (answer->engine.len > 0)
		memcpy(verdict_out->engine, answer->engine.ptr, answer->engine.len);
	if (answer->found.len > 0)
		memcpy(verdict_out->found, answer->found.ptr, answer->found.len);
}

static err converse(const struct letterbox_talk *talk, uint32_t number, struct bytes file, struct scanner_verdict *verdict_out)
{
	uint8_t received[SCANWIRE_MESSAGE_MAX];
	struct scanwire_frame frame;
	struct bytes message;

	TRY(send_file(talk, number, file));
	TRY(letterbox_receive(talk, received, sizeof(received), &message));
	TRY(scanwire_cut(message, &frame));
	if (frame.type != SCANWIRE_ANSWER || frame.number != number)
		return FAIL(INVALID);
	/* A file passes only as some kind of file. */
	if (frame.answer.verdict == SCANWIRE_PASSED && (frame.answer.media == MEDIA_NONE) != (file.len == 0))
		return FAIL(INVALID);
	keep(&frame.answer, verdict_out);
	return OK;
}

/* The channel is broken off when anything is not as it should be, and the process begins anew. */
static err ask(const struct compartment *compartment, uint32_t number, int64_t until_us, struct bytes file, struct scanner_verdict *verdict_out)
{
	struct letterbox_talk talk = {.until_us = until_us};
	err e;

	TRY(letterbox_take(letter_box(compartment), SCANNER_CHANNEL_WAIT_MS, &talk.fd));
	e = converse(&talk, number, file, verdict_out);
	if (err_is_ok(e)) {
		letterbox_give(letter_box(compartment), talk.fd);
		return OK;
	}
	(void)close(talk.fd);
	if (err_is(e, ERR_INVALID))
		log_error("the scan process sent what is not a frame of ours and is cut off");
	return FAIL(UNAVAILABLE);
}

err scanner_ask(const struct compartment *compartment, struct bytes file, struct scanner_verdict *verdict_out)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	static uint32_t numbers;
	int64_t until_us = clock_mono_us() + (int64_t)SCANNER_WAIT_MS * 1000;
	err e;

	REQUIRE(file.len <= SCANWIRE_SIZE_MAX);
	pthread_mutex_lock(&turn);
	/* Who has waited too long for others leaves the channel alone. */
	e = clock_mono_us() < until_us ? ask(compartment, ++numbers, until_us, file, verdict_out) : FAIL(UNAVAILABLE);
	pthread_mutex_unlock(&turn);
	return e;
}
