#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/links.h"

#define ROWS_FIRST 64

err links_add(struct links *links, const struct links_row *row)
{
	if (links->count == links->cap) {
		size_t cap = links->cap == 0 ? ROWS_FIRST : links->cap * 2;
		struct links_row *rows = reallocarray(links->rows, cap, sizeof(*rows));

		if (rows == NULL)
			return FAIL(UNAVAILABLE);
		links->rows = rows;
		links->cap = cap;
	}
	links->rows[links->count] = *row;
	links->rows[links->count].ends[0].waiting = -1;
	links->rows[links->count].ends[1].waiting = -1;
	links->count++;
	return OK;
}

static void drop(struct links_end *end)
{
	if (end->waiting >= 0)
		(void)close(end->waiting); /* a socket that nobody has used */
	end->waiting = -1;
}

static err boot_add(struct boot *boot, const struct links_row *row, const struct links_end *own, int fd)
{
	struct boot_fd *out = &boot->fds[boot->fd_count];

	if (boot->fd_count == BOOT_FDS_MAX)
		return FAIL(TOO_LARGE);
	*out = (struct boot_fd){.role = own->role, .index = row->index, .fd = fd};
	memcpy(out->peer, own->peer, sizeof(out->peer));
	boot->fd_count++;
	return OK;
}

static err pair_new(struct links_row *row, int side, struct boot *boot,
    bool (*give)(void *context, size_t peer, const struct control_message *message), void *context)
{
	struct links_end *own = &row->ends[side];
	struct links_end *other = &row->ends[1 - side];
	struct control_message message = {.kind = CONTROL_CHANNEL, .role = other->role, .index = row->index};
	int pair[2];
	err result;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return FAIL(UNAVAILABLE);
	result = boot_add(boot, row, own, pair[0]);
	if (!err_is_ok(result)) {
		(void)close(pair[0]); /* unused */
		(void)close(pair[1]); /* unused */
		return result;
	}
	message.fd = pair[1];
	memcpy(message.peer, other->peer, sizeof(message.peer));
	drop(other);
	if (give(context, other->child, &message))
		(void)close(pair[1]); /* the peer has its own now */
	else
		other->waiting = pair[1];
	return OK;
}

/* The peer has made the pair already when an end waits; otherwise it is on us. */
static err start_end(struct links_row *row, int side, struct boot *boot,
    bool (*give)(void *context, size_t peer, const struct control_message *message), void *context)
{
	struct links_end *own = &row->ends[side];
	err result;

	if (own->waiting < 0)
		return pair_new(row, side, boot, give, context);
	result = boot_add(boot, row, own, own->waiting);
	if (err_is_ok(result))
		own->waiting = -1; /* the boot message's now */
	return result;
}

err links_start(struct links *links, size_t child, struct boot *boot,
    bool (*give)(void *context, size_t peer, const struct control_message *message), void *context)
{
	for (size_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (links->rows[i].ends[side].child == child)
				TRY(start_end(&links->rows[i], side, boot, give, context));
	return OK;
}

void links_end(struct links *links, size_t child)
{
	for (size_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (links->rows[i].ends[side].child == child) {
				drop(&links->rows[i].ends[0]);
				drop(&links->rows[i].ends[1]);
			}
}

void links_wipe(struct links *links)
{
	for (size_t i = 0; i < links->count; i++) {
		drop(&links->rows[i].ends[0]);
		drop(&links->rows[i].ends[1]);
	}
	free(links->rows);
	*links = (struct links){0};
}
