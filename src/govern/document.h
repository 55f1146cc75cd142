/*
 * document - what was issued: a file with a number, an edition and a day, made from something as it was then.
 *
 *   document.issue: read (prepare) ─▶ set by the render process (slow) ─▶ kept with its digest (apply)
 *
 * I1  What was issued never changes and is never removed. What is issued anew from the same thing is its next edition; when nothing of it
 *     has changed, the edition that there is stands.
 * I2  The digest of the file stands in its row and in its event.
 * I3  Who sees the thing sees what was issued from it; of a register, what people of a facility issued, only they and who has none.
 */
#ifndef GOVERN_DOCUMENT_H
#define GOVERN_DOCUMENT_H

#include "govern/document_kind.h"
#include "op/stream.h"

#define DOCUMENT_EDITIONS_MAX 500       /* of one thing */

struct document {
	struct row row;
	struct bytes kind;              /* code */
	int32_t object_kind;            /* place in document_kind_places */
	struct id object, description, facility;
	bool probe;
	int64_t number, edition;
	struct bytes title, issuer_name;
	int32_t media;
	int64_t size;
	struct bytes digest, source;    /* hex of the SHA-256: of the file; of what it says */
	int64_t issued_at;
	struct id opener;               /* who issued it */
};

extern const struct entity document_entity;
extern const struct op document_issue, document_list, document_see, document_content;

MUST_USE err document_start(void);

#endif
