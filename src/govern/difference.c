/*
 * difference - trim what is equal at both ends; small rest: longest common subsequence; large rest: cut it at the pieces that
 * occur exactly once on each side (the longest run of them that is in order on both), and each part the same way.
 */
#include <stdlib.h>
#include <string.h>

#include "govern/difference.h"

#define CELLS_MAX ((size_t)1 << 19)     /* of the table of one part */
#define DEPTH_MAX 12
#define PIECES_MAX 4096                 /* of one text; the last takes the rest */

const char *const difference_names[] = {"same", "gone", "new", NULL};

struct piece {
	struct bytes text;
	uint64_t hash;
};

struct side {
	struct piece *pieces;
	size_t count;
};

struct work {
	struct arena *arena;
	struct difference *list;
	size_t count, room;
	uint16_t *table;
	size_t cells;                   /* that it has; it grows */
};

/* ---- pieces ---- */

static uint64_t hash_of(struct bytes text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.ptr[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static size_t starts_with(struct bytes text, const char *const *marks)
{
	for (size_t i = 0; marks[i] != NULL; i++) {
		size_t len = strlen(marks[i]);

		if (text.len >= len && memcmp(text.ptr, marks[i], len) == 0)
			return len;
	}
	return 0;
}

/* How long the first piece is. */
static size_t piece_len(struct bytes text)
{
	static const char *const ends[] = {"。", "．", "！", "？", NULL};
	static const char *const closers[] = {"。", "．", "！", "？", "」", "』", "）", "】", "〉", "》", NULL};
	size_t at = 0;

	while (at < text.len) {
		struct bytes rest = {text.ptr + at, text.len - at};
		size_t mark = starts_with(rest, ends);

		if (rest.ptr[0] == '\n')
			return at + 1;
		at += mark == 0 ? 1 : mark;
		if (mark == 0)
			continue;
		do {
			mark = starts_with((struct bytes){text.ptr + at, text.len - at}, closers);
			at += mark;
		} while (mark != 0);
		return at < text.len && text.ptr[at] == '\n' ? at + 1 : at;
	}
	return at;
}

static err cut_pieces(struct bytes text, struct arena *arena, struct side *side_out)
{
	size_t count = 0;

	for (size_t at = 0; at < text.len && count < PIECES_MAX; at += piece_len((struct bytes){text.ptr + at, text.len - at}))
		count++;
	*side_out = (struct side){arena_alloc(arena, (count + 1) * sizeof(struct piece)), count};
	if (side_out->pieces == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0, at = 0; i < count; i++) {
		struct bytes rest = {text.ptr + at, text.len - at};
		struct bytes piece = {rest.ptr, i == PIECES_MAX - 1 ? rest.len : piece_len(rest)};

		side_out->pieces[i] = (struct piece){piece, hash_of(piece)};
		at += piece.len;
	}
	return OK;
}

static bool alike(const struct piece *a, const struct piece *b)
{
	return a->hash == b->hash && bytes_equal(a->text, b->text);
}

/* ---- what is said ---- */

/* Pieces follow one another in their text: neighbours of one kind are one stretch of it. */
static void say(struct work *work, enum difference_kind kind, const struct piece *piece)
{
	struct difference *last = work->count == 0 ? NULL : &work->list[work->count - 1];
	struct difference *before = work->count < 2 ? NULL : &work->list[work->count - 2];

	if (kind == DIFFERENCE_GONE && last != NULL && last->kind == DIFFERENCE_NEW) { /* D2 */
		if (before != NULL && before->kind == DIFFERENCE_GONE) {
			before->text.len += piece->text.len;
			return;
		}
		REQUIRE(work->count < work->room);
		work->list[work->count++] = *last;
		*last = (struct difference){kind, piece->text};
		return;
	}
	if (last != NULL && last->kind == kind) {
		last->text.len += piece->text.len;
		return;
	}
	REQUIRE(work->count < work->room);
	work->list[work->count++] = (struct difference){kind, piece->text};
}

static void say_all(struct work *work, enum difference_kind kind, struct side side)
{
	for (size_t i = 0; i < side.count; i++)
		say(work, kind, &side.pieces[i]);
}

static struct side part(struct side of, size_t from, size_t to)
{
	return (struct side){of.pieces + from, to - from};
}

/* ---- small parts ---- */

/* table[i][k]: how many pieces the rest of `from` after i and the rest of `to` after k have in common. */
static err by_table(struct work *work, struct side from, struct side to)
{
	size_t width = to.count + 1, cells = (from.count + 1) * width, i = 0, k = 0;
	uint16_t *table;

	REQUIRE(cells <= CELLS_MAX);
	if (cells > work->cells) {
		work->table = arena_alloc(work->arena, cells * sizeof(*work->table));
		work->cells = cells;
	}
	table = work->table;
	if (table == NULL)
		return FAIL(UNAVAILABLE);
	memset(table, 0, cells * sizeof(*table));
	for (size_t a = from.count; a-- > 0;)
		for (size_t b = to.count; b-- > 0;) {
			uint16_t down = table[(a + 1) * width + b], right = table[a * width + b + 1];

			if (alike(&from.pieces[a], &to.pieces[b]))
				table[a * width + b] = (uint16_t)(table[(a + 1) * width + b + 1] + 1);
			else
				table[a * width + b] = down > right ? down : right;
		}
	while (i < from.count && k < to.count) {
		if (alike(&from.pieces[i], &to.pieces[k])) {
			say(work, DIFFERENCE_SAME, &to.pieces[k++]);
			i++;
		} else if (table[(i + 1) * width + k] >= table[i * width + k + 1]) {
			say(work, DIFFERENCE_GONE, &from.pieces[i++]);
		} else {
			say(work, DIFFERENCE_NEW, &to.pieces[k++]);
		}
	}
	say_all(work, DIFFERENCE_GONE, part(from, i, from.count));
	say_all(work, DIFFERENCE_NEW, part(to, k, to.count));
	return OK;
}

/* ---- large parts ---- */

struct mark {
	const struct piece *piece;
	size_t index;
	bool second;                    /* of `to` */
};

struct pair {
	size_t from, to;
	size_t before;                  /* the pair before it in the longest run; SIZE_MAX: none */
};

static int by_text(const void *a_, const void *b_)
{
	const struct mark *a = a_, *b = b_;
	size_t len = a->piece->text.len < b->piece->text.len ? a->piece->text.len : b->piece->text.len;
	int order;

	if (a->piece->hash != b->piece->hash)
		return a->piece->hash < b->piece->hash ? -1 : 1;
	order = memcmp(a->piece->text.ptr, b->piece->text.ptr, len);
	if (order != 0)
		return order;
	if (a->piece->text.len != b->piece->text.len)
		return a->piece->text.len < b->piece->text.len ? -1 : 1;
	if (a->second != b->second)
		return a->second ? 1 : -1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int by_from(const void *a_, const void *b_)
{
	const struct pair *a = a_, *b = b_;

	return a->from < b->from ? -1 : a->from > b->from;
}

/* The pieces that occur once on each side, in the order of `from`. */
static err pairs_of(struct work *work, struct side from, struct side to, struct pair **pairs_out, size_t *count_out)
{
	size_t all = from.count + to.count, count = 0;
	struct mark *marks = arena_alloc(work->arena, all * sizeof(*marks));
	struct pair *pairs = arena_alloc(work->arena, all * sizeof(*pairs));

	if (marks == NULL || pairs == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < all; i++)
		marks[i] = i < from.count ? (struct mark){&from.pieces[i], i, false} : (struct mark){&to.pieces[i - from.count], i - from.count, true};
	qsort(marks, all, sizeof(*marks), by_text);
	for (size_t i = 0; i < all;) {
		size_t end = i + 1;

		while (end < all && alike(marks[i].piece, marks[end].piece))
			end++;
		if (end == i + 2 && !marks[i].second && marks[i + 1].second)
			pairs[count++] = (struct pair){marks[i].index, marks[i + 1].index, SIZE_MAX};
		i = end;
	}
	qsort(pairs, count, sizeof(*pairs), by_from);
	*pairs_out = pairs;
	*count_out = count;
	return OK;
}

/* Patience: heap[n] is the pair with the least `to` that ends a run of n + 1. Leaves the longest run in pairs, in order. */
static err longest_run(struct work *work, struct pair *pairs, size_t *count)
{
	size_t *heaps = arena_alloc(work->arena, (*count + 1) * sizeof(*heaps));
	struct pair *run = arena_alloc(work->arena, (*count + 1) * sizeof(*run));
	size_t heap_count = 0;

	if (heaps == NULL || run == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < *count; i++) {
		size_t low = 0, high = heap_count;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (pairs[heaps[middle]].to < pairs[i].to)
				low = middle + 1;
			else
				high = middle;
		}
		pairs[i].before = low == 0 ? SIZE_MAX : heaps[low - 1];
		heaps[low] = i;
		heap_count += low == heap_count ? 1 : 0;
	}
	for (size_t n = heap_count, at = heap_count == 0 ? SIZE_MAX : heaps[heap_count - 1]; n-- > 0; at = pairs[at].before)
		run[n] = pairs[at];
	memcpy(pairs, run, heap_count * sizeof(*pairs));
	*count = heap_count;
	return OK;
}

static err compare(struct work *work, struct side from, struct side to, unsigned depth);

static err by_anchors(struct work *work, struct side from, struct side to, unsigned depth)
{
	struct pair *pairs = NULL;
	size_t count = 0, i = 0, k = 0;

	TRY(pairs_of(work, from, to, &pairs, &count));
	TRY(longest_run(work, pairs, &count));
	if (count == 0 || depth == 0) {
		say_all(work, DIFFERENCE_GONE, from);
		say_all(work, DIFFERENCE_NEW, to);
		return OK;
	}
	for (size_t n = 0; n < count; n++) {
		TRY(compare(work, part(from, i, pairs[n].from), part(to, k, pairs[n].to), depth - 1));
		say(work, DIFFERENCE_SAME, &to.pieces[pairs[n].to]);
		i = pairs[n].from + 1;
		k = pairs[n].to + 1;
	}
	return compare(work, part(from, i, from.count), part(to, k, to.count), depth - 1);
}

static err compare(struct work *work, struct side from, struct side to, unsigned depth)
{
	size_t head = 0, tail = 0;
	struct side a, b;

	while (head < from.count && head < to.count && alike(&from.pieces[head], &to.pieces[head]))
		head++;
	while (tail < from.count - head && tail < to.count - head && alike(&from.pieces[from.count - 1 - tail], &to.pieces[to.count - 1 - tail]))
		tail++;
	say_all(work, DIFFERENCE_SAME, part(to, 0, head));
	a = part(from, head, from.count - tail);
	b = part(to, head, to.count - tail);
	if (a.count == 0 || b.count == 0) {
		say_all(work, DIFFERENCE_GONE, a);
		say_all(work, DIFFERENCE_NEW, b);
	} else if (a.count < CELLS_MAX && b.count < CELLS_MAX / (a.count + 1)) {
		TRY(by_table(work, a, b));
	} else {
		TRY(by_anchors(work, a, b, depth));
	}
	say_all(work, DIFFERENCE_SAME, part(to, to.count - tail, to.count));
	return OK;
}

err difference_make(struct bytes from, struct bytes to, struct arena *arena, struct difference **list_out, size_t *count_out)
{
	struct work work = {.arena = arena};
	struct side a = {0}, b = {0};

	if (from.len > DIFFERENCE_TEXT_MAX || to.len > DIFFERENCE_TEXT_MAX)
		return FAIL(TOO_LARGE);
	TRY(cut_pieces(from, arena, &a));
	TRY(cut_pieces(to, arena, &b));
	work.room = a.count + b.count + 1;
	work.list = arena_alloc(arena, work.room * sizeof(*work.list));
	if (work.list == NULL)
		return FAIL(UNAVAILABLE);
	TRY(compare(&work, a, b, DEPTH_MAX));
	*list_out = work.list;
	*count_out = work.count;
	return OK;
}
