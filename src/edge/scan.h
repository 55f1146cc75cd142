/*
 * scan - looks at the raw bytes of a request before the HTTP library does, and refuses what is not exactly HTTP/1.1.
 *
 *              scan_feed            scan_head                scan_feed
 *   SCAN_LINES ───────▶ SCAN_HEAD ─────┬─────▶ SCAN_LENGTH ─────────▶ SCAN_DONE
 *                                      ├─────▶ SCAN_CHUNK… ─────────▶ SCAN_DONE
 *                                      └────────────────────────────▶ SCAN_DONE
 *
 * S1  A request of which every byte was accepted means the same to every HTTP parser.
 * S2  Nothing is consumed beyond the last byte of the request.
 * S3  How the bytes are cut into pieces changes nothing.
 */
#ifndef EDGE_SCAN_H
#define EDGE_SCAN_H

#include "base/bytes.h"

enum scan_state {
	SCAN_LINES,         /* request line and header lines */
	SCAN_HEAD,          /* the empty line has come: scan_head is next */
	SCAN_LENGTH,        /* a body of known length */
	SCAN_CHUNK_SIZE,
	SCAN_CHUNK_DATA,
	SCAN_CHUNK_END,     /* CR LF after a chunk's data */
	SCAN_LAST_END,      /* CR LF after the last chunk; trailers are refused */
	SCAN_DONE,
};

struct scan {
	enum scan_state state;
	size_t head_len;    /* bytes up to and including the empty line */
	size_t raw_len;     /* of the body, with its framing */
	size_t body_len;
	size_t left;        /* of body or chunk */
	unsigned line_len, lines, digits;
	bool cr;            /* the byte before was CR */
	bool close;         /* asks for the connection to be closed */
	bool expect;        /* waits for 100 Continue */
};

void scan_init(struct scan *scan);
bool scan_started(const struct scan *scan);   /* a byte has come */

/*
 * Take bytes until the state is SCAN_HEAD or SCAN_DONE or there are no more.
 * INVALID, URI_TOO_LONG, HEADERS_TOO_LARGE, TOO_LARGE: refuse the request and read no other from this connection.
 */
MUST_USE err scan_feed(struct scan *scan, struct bytes data, size_t *used_out);

/* In state SCAN_HEAD, with the head_len bytes of the head. METHOD and MEDIA_TYPE besides the errors above. */
MUST_USE err scan_head(struct scan *scan, struct bytes head);

#endif
