/*
 * json_scan_int - looks through a JSON text before the parser does.
 *
 * The parser stops at the first thing it cannot represent. What is wrong inside one string or number is found here, reported
 * under the member's name, and made harmless in the text, so that the parser can go on and every other member be judged as well.
 */
#ifndef ENTITY_JSON_SCAN_INT_H
#define ENTITY_JSON_SCAN_INT_H

#include "base/bytes.h"
#include "entity/value.h"

struct json_scan {
	uint8_t *text;        /* changed in place, length stays */
	size_t len;
	/* name: raw, as written between its quotes; empty: the body itself */
	void (*found)(void *context, struct bytes name, enum flaw flaw);
	void *context;
};

/* false: nested deeper than JSON_DEPTH_MAX (reported); do not parse. */
bool json_scan(struct json_scan *scan);

#endif
