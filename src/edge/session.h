/*
 * session - what a request brings to say who it comes from: cookie or bearer token, the tablet it is sent from, the city in a
 * login or in front of a one-time token, the site.
 *
 *   __Host-sid    = <compartment> "." <43 characters: 32 random bytes in base64url>
 *   __Host-device = the same form: the browser of a registered tablet. Alone it opens nothing.
 */
#ifndef EDGE_SESSION_H
#define EDGE_SESSION_H

#include "base/bytes.h"

#define SESSION_COOKIE "__Host-sid"
#define SESSION_DEVICE "__Host-device"
#define SESSION_TOKEN_LEN 32
#define SESSION_COMPARTMENT_MAX 31
#define SESSION_TEXT_MAX (SESSION_COMPARTMENT_MAX + 1 + 43 + 1)

enum session_by { SESSION_NOBODY, SESSION_BY_COOKIE, SESSION_BY_BEARER };

struct session {
	enum session_by by;
	struct bytes compartment;               /* borrows from the header */
	uint8_t token[SESSION_TOKEN_LEN];       /* zero for nobody */
	struct bytes device_compartment;        /* likewise; empty: not a registered tablet */
	uint8_t device[SESSION_TOKEN_LEN];
};

/*
 * From the values of the Cookie and Authorization headers (empty: not sent). A value that is not one of ours is nobody's.
 * INVALID: one of our cookies twice, or both a cookie and a bearer token of ours.
 */
MUST_USE err edge_session_read(struct bytes cookie, struct bytes authorization, struct session *session_out);
MUST_USE err edge_session_parse(struct bytes text, struct session *session_out);  /* the value alone; INVALID */
void edge_session_format(const char *compartment, const uint8_t token[static SESSION_TOKEN_LEN], char text_out[static SESSION_TEXT_MAX]);

struct bytes edge_session_city(struct bytes login);  /* what follows the last '@'; empty if none */
struct bytes edge_session_home(struct bytes token);  /* what stands before the first '.'; empty if none */

/* Does the request come from a page of another site? Empty: header not sent. */
struct session_site { enum session_by by; struct bytes site, origin, host; };
bool edge_session_cross_site(const struct session_site *from);

#endif
