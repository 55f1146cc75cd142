#include <stdio.h>
#include <string.h>

#include "assure/steps.h"
#include "entity/json.h"

/* Never half a character. */
static void copy_words(char *out, size_t max, const char *words)
{
	size_t len = strnlen(words, max - 1);

	if (words[len] != '\0')
		while (len > 0 && ((unsigned char)words[len] & 0xc0u) == 0x80u)
			len--;
	memcpy(out, words, len);
	out[len] = '\0';
}

/* Seen by a check is what others sent: control characters do not go on. */
static void copy_seen(char *out, const char *seen)
{
	copy_words(out, STEPS_SEEN_MAX, seen);
	for (char *c = out; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	if (!err_is_ok(utf8_check(bytes_str(out), NULL)))
		copy_words(out, STEPS_SEEN_MAX, "?");
}

static struct steps_line *line_find(struct steps *steps, const struct steps_line *like)
{
	for (size_t i = 0; i < steps->count; i++) {
		struct steps_line *line = &steps->lines[i];

		if (line->ok == like->ok && strcmp(line->ja, like->ja) == 0 && strcmp(line->en, like->en) == 0 && strcmp(line->seen, like->seen) == 0)
			return line;
	}
	return NULL;
}

/* A new line; when there is no room, the last one that is well gives way to one that is not. */
static struct steps_line *line_new(struct steps *steps, bool ok)
{
	if (steps->count < STEPS_MAX)
		return &steps->lines[steps->count++];
	if (ok)
		return NULL;
	for (size_t i = STEPS_MAX; i > 0; i--)
		if (steps->lines[i - 1].ok) {
			memmove(&steps->lines[i - 1], &steps->lines[i], (STEPS_MAX - i) * sizeof(steps->lines[0]));
			return &steps->lines[STEPS_MAX - 1];
		}
	return NULL;
}

void steps_add(struct steps *steps, bool ok, unsigned objects, const char *ja, const char *en, const char *seen)
{
	struct steps_line fresh = {.ok = ok, .count = 1};
	struct steps_line *line;

	copy_words(fresh.ja, sizeof(fresh.ja), ja);
	copy_words(fresh.en, sizeof(fresh.en), en);
	copy_seen(fresh.seen, seen);
	if (steps->objects > UINT32_MAX - objects)
		objects = 0;
	steps->objects += objects;
	steps->failed = steps->failed || !ok;
	line = line_find(steps, &fresh);
	if (line != NULL) {
		line->count++;
		return;
	}
	line = line_new(steps, ok);
	if (line != NULL)
		*line = fresh;
}

void steps_add_format(struct steps *steps, bool ok, unsigned objects, const char *ja, const char *en, const char *format, va_list words)
{
	char seen[STEPS_SEEN_MAX * 2];

	(void)vsnprintf(seen, sizeof(seen), format, words);
	steps_add(steps, ok, objects, ja, en, seen);
}

void steps_unable(struct steps *steps, const char *ja, const char *en)
{
	bool failed = steps->failed;

	steps_add(steps, false, 0, ja, en, "");
	steps->failed = failed;
	steps->unable = true;
}

enum check_outcome steps_outcome(const struct steps *steps, bool empty_passes)
{
	if (steps->failed)
		return CHECK_FAILED;
	if (steps->unable || steps->count == 0 || (steps->objects == 0 && !empty_passes))
		return CHECK_UNABLE;
	return CHECK_PASSED;
}

static err line_json(const struct steps_line *line, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json, NULL);
	json_str(&json, "ja", line->ja);
	json_str(&json, "en", line->en);
	json_str(&json, "seen", line->seen);
	json_bool(&json, "ok", line->ok);
	json_int(&json, "count", line->count);
	json_object_end(&json);
	return json.state;
}

/* What is well is left out first when the room does not suffice; those that are not come in their order all the same. */
static err lines_json(const struct steps *steps, size_t room_for_good, struct buf *json_out)
{
	size_t good = 0;

	TRY(buf_append_str(json_out, "["));
	for (size_t i = 0; i < steps->count; i++) {
		OWN(buf) line = {0};

		TRY(line_json(&steps->lines[i], &line));
		if (steps->lines[i].ok && good + line.len > room_for_good)
			continue;
		if (json_out->len + line.len + 2 > STEPS_JSON_MAX)
			break;
		if (steps->lines[i].ok)
			good += line.len;
		if (json_out->len > 1)
			TRY(buf_append_str(json_out, ","));
		TRY(buf_append(json_out, bytes_of(&line)));
	}
	return buf_append_str(json_out, "]");
}

err steps_json(const struct steps *steps, struct buf *json_out)
{
	OWN(buf) text = {0};
	size_t bad = 0;

	for (size_t i = 0; i < steps->count; i++)
		if (!steps->lines[i].ok) {
			OWN(buf) line = {0};

			TRY(line_json(&steps->lines[i], &line));
			bad += line.len + 1;
		}
	TRY(lines_json(steps, bad < STEPS_JSON_MAX ? STEPS_JSON_MAX - bad : 0, &text));
	return buf_append(json_out, bytes_of(&text));
}
