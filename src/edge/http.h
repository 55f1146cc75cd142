/*
 * http - from a request to its answer: what is answered here, what becomes a frame, and what comes back.
 */
#ifndef EDGE_HTTP_H
#define EDGE_HTTP_H

#include <event2/http.h>

#include "wire/wire.h"

struct loop;

/* For evhttp_set_gencb; context is the loop. Every request ends here, the stand-ins of refused ones too. */
void http_request(struct evhttp_request *request, void *context);

/* INVALID: a reply that no honest core sends. To a request that is no more: ignored. */
MUST_USE err http_core_reply(struct loop *loop, unsigned link, const struct wire_reply *reply);
void http_core_ready(struct loop *loop, unsigned link, uint64_t number, bool ready);
void http_link_lost(struct loop *loop, unsigned link);   /* all that hung on it: 503 */
void http_sweep(struct loop *loop);                      /* all that waits too long: 503 */

#endif
