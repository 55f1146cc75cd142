/*
 * media - the kinds of file that may be attached, and what each is called at the door.
 *
 * Which kind a file is says its content (proc/mediatype), never its name. What is served is always downloaded, never shown in place.
 */
#ifndef OP_MEDIA_H
#define OP_MEDIA_H

#include "base/bytes.h"

enum media { MEDIA_NONE, MEDIA_PDF, MEDIA_PNG, MEDIA_JPEG, MEDIA_XLSX, MEDIA_DOCX, MEDIA_CSV, MEDIA_TEXT, MEDIA_COUNT };

#define MEDIA_NAME_MAX 800 /* bytes of a file's name: 200 letters */

extern const char *const media_names[]; /* "none", "pdf" …; ends with NULL */
const char *media_type(enum media media); /* of Content-Type; NULL: none */

#endif
