/*
 * clamd - asking ClamAV's daemon on its Unix socket; each question is a connection of its own.
 *
 *   zVERSION\0                                  → ClamAV 1.4.3/27450/Fri Nov 20 08:26:33 2026\0
 *   zINSTREAM\0 { u32 length, bytes } … u32 0   → stream: OK\0 | stream: NAME FOUND\0 | … ERROR\0
 *
 * Source: clamd(8); STANDARDS section 10. Anything but "stream: OK" is not OK.
 */
#ifndef PROC_CLAMD_H
#define PROC_CLAMD_H

#include "base/bytes.h"

#define CLAMD_TEXT_MAX 120
#define CLAMD_REPLY_MAX 1024
#define CLAMD_LOOK_MS 5000          /* for who it is */
#define CLAMD_FILE_MS 60000         /* for one file */

struct clamd_about {
	char engine[CLAMD_TEXT_MAX + 1];    /* printable ASCII: "ClamAV 1.4.3/27450" */
	int64_t signatures_s;               /* since 1970; 0: it does not say */
};

enum clamd_found { CLAMD_CLEAN, CLAMD_FOUND, CLAMD_ERROR };

struct clamd_reply {
	enum clamd_found found;
	char name[CLAMD_TEXT_MAX + 1];      /* of what was found, or of what is wrong; printable ASCII, never empty unless CLEAN */
};

/* socket: a path as in the working directory. UNAVAILABLE: nobody answers there, or not as clamd does. */
MUST_USE err clamd_ask(const char *socket, struct clamd_about *about_out);
/* UNAVAILABLE: it broke off, or takes too long. */
MUST_USE err clamd_scan(const char *socket, struct bytes file, struct clamd_reply *reply_out);

/* The replies, with the NUL that ends them. INVALID: not clamd's. */
MUST_USE err clamd_parse_about(struct bytes text, struct clamd_about *about_out);
void clamd_parse_reply(struct bytes text, struct clamd_reply *reply_out); /* what cannot be read is an ERROR */

#endif
