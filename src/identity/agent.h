/*
 * agent - browser and system in words, from a User-Agent header: "Safari / iPhone".
 *
 * Only words of our own tables come out, so that nothing a browser says of itself is kept.
 */
#ifndef IDENTITY_AGENT_H
#define IDENTITY_AGENT_H

#include "base/bytes.h"

#define AGENT_NAME_MAX 64

/* Empty when neither is known. */
void agent_name(struct bytes header, char name_out[static AGENT_NAME_MAX]);

#endif
