/*
 * archive - adds to a PDF that cairo has made what a document to be kept needs: ISO 19005-2, level B (PDF/A-2b).
 *
 *   cairo's file, unchanged | catalog anew, metadata (XMP), output intent, its profile | xref | trailer with an identifier
 *
 * An incremental update as ISO 32000-1 section 7.5.6 has it. cairo gives the rest: fonts embedded and with their letters, no script,
 * no encryption, nothing from outside.
 * A1  The same file gives the same bytes: the identifier is made from them.
 */
#ifndef PROC_ARCHIVE_H
#define PROC_ARCHIVE_H

#include "base/bytes.h"

struct archive_about {
	struct bytes title;     /* UTF-8 */
	const char *creator;    /* as in the file's own Info, like the date */
	const char *producer;
	const char *date;       /* 2026-11-24T08:30:00+09:00 */
	const char *language;   /* "ja" */
};

/* INVALID: not a PDF as cairo writes it. */
MUST_USE err archive_add(struct buf *pdf, const struct archive_about *about);

#endif
