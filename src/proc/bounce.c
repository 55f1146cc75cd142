#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proc/mailtext.h"

#include "proc/bounce.h"

/* The next line, without its end; a bare LF ends one too, since mail servers hand over either. */
static bool next_line(struct bytes *rest, struct bytes *line_out)
{
	const uint8_t *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	*line_out = (struct bytes){rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr)};
	rest->ptr += line_out->len + (end != NULL ? 1 : 0);
	rest->len -= line_out->len + (end != NULL ? 1 : 0);
	if (line_out->len > 0 && line_out->ptr[line_out->len - 1] == '\r')
		line_out->len--;
	return true;
}

/* The value of a line "Name: value". */
static bool field(struct bytes line, const char *name, struct bytes *value_out)
{
	size_t len = strlen(name);

	if (line.len <= len || strncasecmp((const char *)line.ptr, name, len) != 0 || line.ptr[len] != ':')
		return false;
	*value_out = (struct bytes){line.ptr + len + 1, line.len - len - 1};
	while (value_out->len > 0 && (value_out->ptr[0] == ' ' || value_out->ptr[0] == '\t')) {
		value_out->ptr++;
		value_out->len--;
	}
	return true;
}

static bool begins(struct bytes text, const char *with)
{
	return text.len >= strlen(with) && strncasecmp((const char *)text.ptr, with, strlen(with)) == 0;
}

/* Each word with an '@' in it, without what stands around it. */
static bool find_return(struct bytes value, struct bounce *bounce)
{
	for (size_t at = 0; at < value.len;) {
		struct bytes word = {value.ptr + at, 0};

		while (at + word.len < value.len && memchr(" \t,;<>\"()", value.ptr[at + word.len], 9) == NULL)
			word.len++;
		if (word.len > 0 && mailtext_address(word) && err_is_ok(mailtext_returned(word, &bounce->compartment, &bounce->letter)))
			return true;
		at += word.len + 1;
	}
	return false;
}

static bool read_head(struct bytes *rest, struct bounce *bounce)
{
	static const char *const names[] = {"To", "Delivered-To", "X-Original-To", "Envelope-To"};
	struct bytes line, value;
	bool found = false;

	while (next_line(rest, &line) && line.len > 0)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++)
			found = field(line, names[i], &value) && find_return(value, bounce);
	return found;
}

/* Printable ASCII, and no address: that of the receiver is known already. */
static void add_words(struct bounce *bounce, struct bytes text)
{
	size_t len = strlen(bounce->words);

	if (len > 0 && len < BOUNCE_WORDS_MAX)
		bounce->words[len++] = ' ';
	for (size_t i = 0; i < text.len && len < BOUNCE_WORDS_MAX; i++)
		if (text.ptr[i] >= ' ' && text.ptr[i] < 0x7f)
			bounce->words[len++] = (char)text.ptr[i];
	bounce->words[len] = '\0';
}

/* The fields of all receivers, until the part ends. */
static bool read_status(struct bytes *rest, struct bounce *bounce)
{
	struct bytes line, value;
	bool any = false;

	while (next_line(rest, &line) && !begins(line, "--")) {
		if (field(line, "Action", &value)) {
			any = true;
			bounce->failed = bounce->failed || begins(value, "failed");
		}
		if (field(line, "Status", &value) || field(line, "Diagnostic-Code", &value))
			add_words(bounce, value);
	}
	return any;
}

/* To the beginning of the part that says what happened, behind its headers. */
static bool find_status(struct bytes *rest)
{
	struct bytes line, value;

	while (next_line(rest, &line))
		if (field(line, "Content-Type", &value) && begins(value, "message/delivery-status")) {
			while (next_line(rest, &line) && line.len > 0)
				;
			return true;
		}
	return false;
}

err bounce_read(struct bytes mail, struct bounce *bounce_out)
{
	struct bounce bounce = {.failed = false};

	if (mail.len > BOUNCE_MAX)
		return FAIL(INVALID);
	if (!read_head(&mail, &bounce))
		return FAIL(NOT_FOUND);
	if (!find_status(&mail) || !read_status(&mail, &bounce))
		return FAIL(INVALID);
	*bounce_out = bounce;
	return OK;
}
