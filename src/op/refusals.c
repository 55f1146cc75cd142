#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "op/refusals.h"

#define REFUSAL_ENTRY_MAX 256 /* of one, described: network, an operation's id, two numbers */

struct refusal {
	uint8_t network[16];        /* /24 of IPv4, /64 of IPv6 */
	const char *operation;      /* of the table: lives for ever */
	int status;
	uint64_t count;
};

struct refusals {
	pthread_mutex_t lock;
	struct refusal list[REFUSAL_MAX + 1]; /* the last: all others */
	size_t count;
	int64_t minute;
};

err refusals_new(struct refusals **refusals_out)
{
	struct refusals *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return FAIL(UNAVAILABLE);
	if (pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return FAIL(UNAVAILABLE);
	}
	*refusals_out = r;
	return OK;
}

void refusals_free(struct refusals **refusals)
{
	if (*refusals == NULL)
		return;
	pthread_mutex_destroy(&(*refusals)->lock);
	free(*refusals);
	*refusals = NULL;
}

static void network_of(const uint8_t address[static 16], uint8_t network_out[static 16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = memcmp(address, mapped, sizeof(mapped)) == 0;

	memcpy(network_out, address, 16);
	if (four)
		network_out[15] = 0;
	else
		memset(network_out + 8, 0, 8);
}

void refusals_count(struct refusals *r, const uint8_t address[static 16], const char *operation, int status)
{
	uint8_t network[16];
	size_t i = 0;

	network_of(address, network);
	pthread_mutex_lock(&r->lock);
	while (i < r->count && (r->list[i].operation != operation || r->list[i].status != status ||
	    memcmp(r->list[i].network, network, sizeof(network)) != 0))
		i++;
	if (i == r->count && r->count < REFUSAL_MAX) {
		r->list[i] = (struct refusal){.operation = operation, .status = status};
		memcpy(r->list[i].network, network, sizeof(network));
		r->count++;
	} else if (i == r->count) {
		i = REFUSAL_MAX;
		r->list[i].operation = "other";
	}
	r->list[i].count++;
	pthread_mutex_unlock(&r->lock);
}

static err describe(const struct refusal *refusal, const char *comma, struct buf *out)
{
	TRY(buf_printf(out, "%s{\"network\":\"", comma));
	TRY(hex_append(out, (struct bytes){refusal->network, 16}));
	return buf_printf(out, "\",\"operation\":\"%s\",\"status\":%d,\"count\":%llu}", refusal->operation, refusal->status,
	    (unsigned long long)refusal->count);
}

/* As many as one event holds, from the first; the "others" when all before them are out. */
static err describe_some(const struct refusals *r, struct buf *out, size_t *taken_out)
{
	size_t total = r->count + (r->list[REFUSAL_MAX].count > 0);
	size_t i = 0;

	for (; i < total && out->len <= REFUSAL_TEXT_MAX - REFUSAL_ENTRY_MAX; i++)
		TRY(describe(&r->list[i < r->count ? i : REFUSAL_MAX], i > 0 ? "," : "", out));
	*taken_out = i;
	return OK;
}

static void drop(struct refusals *r, size_t taken)
{
	if (taken > r->count) {
		r->list[REFUSAL_MAX] = (struct refusal){0};
		taken = r->count;
	}
	memmove(r->list, r->list + taken, (r->count - taken) * sizeof(r->list[0]));
	r->count -= taken;
}

err refusals_take(struct refusals *r, int64_t now_us, struct buf *members_out, bool *due_out)
{
	int64_t minute = now_us / 60000000;
	OWN(buf) text = {0};
	size_t taken = 0;
	bool any;
	err e = OK;

	pthread_mutex_lock(&r->lock);
	any = r->count > 0 || r->list[REFUSAL_MAX].count > 0;
	if (minute != r->minute && any) {
		e = buf_append_str(&text, "\"refusals\":[");
		if (err_is_ok(e))
			e = describe_some(r, &text, &taken);
		if (err_is_ok(e))
			e = buf_append_str(&text, "]");
		if (err_is_ok(e))
			e = buf_append(members_out, bytes_of(&text));
		if (err_is_ok(e))
			drop(r, taken);
	}
	if (r->count == 0 && r->list[REFUSAL_MAX].count == 0)
		r->minute = minute; /* else what is left is due at once */
	pthread_mutex_unlock(&r->lock);
	*due_out = taken > 0;
	return e;
}
