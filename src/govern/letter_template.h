/*
 * letter_template - the words of mail, from catalog/letters.yaml, and how often a letter is tried.
 *
 *   {code: todo-reminder, values: [title_ja, title_en, due], subject: {ja, en}, body: {ja, en}}
 *
 * Places in the texts are written {name}; besides the values there are {service}, the service's name, and {link}, of which the value `link`
 * is what follows the address of the service ("/desk"). A mail says all in Japanese, then in English.
 * W1  No word of a mail comes from elsewhere; what a value says is put in as it is, on one line.
 */
#ifndef GOVERN_LETTER_TEMPLATE_H
#define GOVERN_LETTER_TEMPLATE_H

#include "govern/letter.h"

#define LETTER_TEMPLATE_VALUES 16
#define LETTER_TEMPLATE_MAX 64

struct letter_template {
	const char *code;
	const char *subject_ja, *subject_en, *body_ja, *body_en;
	const char *values[LETTER_TEMPLATE_VALUES + 1]; /* ends with NULL */
};

/* Of a channel: how long until it is tried again, at first and at most; after how long it has failed (0: never). */
struct letter_pace {
	int64_t first_us, longest_us, give_up_us;
};

/* Before threads; arena holds the texts as long as they are used. NOT_FOUND, INVALID: what is wrong was logged with file and line. */
MUST_USE err letter_template_load(const char *folder, struct arena *arena);
const struct letter_template *letter_template_find(const char *code); /* NULL */
const struct letter_template *letter_template_of(struct bytes code);    /* NULL */
const struct letter_pace *letter_template_pace(enum letter_channel channel);
/* INVALID: a value that the template does not name, or what is no form. */
MUST_USE err letter_template_check(const struct letter_template *template, struct bytes values);

/* What {service} and {link} come from. */
struct letter_service {
	const char *url, *ja, *en;
};

/* The words of a mail. INVALID: what is no form. */
MUST_USE err letter_template_fill(const struct letter_template *template, struct bytes values, const struct letter_service *service,
    struct buf *subject_out, struct buf *body_out);
/* The same for a webhook: {id, letter, at, about, subject {ja, en}, link}. */
MUST_USE err letter_template_json(const struct letter_template *template, const struct letter *letter, const struct letter_service *service,
    struct buf *json_out);

#endif
