/* checks_upload - what comes in from outside is scanned: the harmless test file of the industry is kept away, and the scanner is up to date. */
#ifndef ASSURE_CHECKS_UPLOAD_H
#define ASSURE_CHECKS_UPLOAD_H

#include "assure/check.h"

extern const struct check checks_upload[];

#endif
