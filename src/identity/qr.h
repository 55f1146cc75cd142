/*
 * qr - our own text as a QR code: rows of "1" (dark) and "0", to be drawn by whoever shows it.
 */
#ifndef IDENTITY_QR_H
#define IDENTITY_QR_H

#include "entity/json.h"

/* An array of as many strings as the code has rows. TOO_LARGE: no code holds the text. */
MUST_USE err qr_put(struct json *json, const char *name, struct bytes text);

#endif
