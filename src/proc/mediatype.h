/*
 * mediatype - which of the kinds that may be attached a file is, judged by its content alone.
 *
 *   pdf         %PDF-n.n at the beginning, %%EOF near the end
 *   png         signature, whole chunks from IHDR to IEND, nothing behind
 *   jpeg        SOI, whole segments with a frame header up to the first scan
 *   xlsx, docx  a ZIP that holds one document of its kind, only parts of known kinds, no macros, nothing embedded, nothing encrypted
 *   csv, text   UTF-8 or CP932 without controls; csv when its first line has a comma
 *
 * Whoever gives the file is a stranger: everything else is none of them.
 */
#ifndef PROC_MEDIATYPE_H
#define PROC_MEDIATYPE_H

#include "op/media.h"

#define MEDIATYPE_PARTS_MAX 4000               /* of a document */
#define MEDIATYPE_UNPACKED_MAX ((uint64_t)256 << 20)
#define MEDIATYPE_LIST_MAX ((size_t)512 << 10) /* of its list of parts, unpacked */

/* MEDIA_NONE: none of them. */
enum media mediatype_of(struct bytes file);

#endif
