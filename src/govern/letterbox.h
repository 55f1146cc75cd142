/*
 * letterbox - letters as people look after them: which there are, why one does not leave, and to try it again.
 */
#ifndef GOVERN_LETTERBOX_H
#define GOVERN_LETTERBOX_H

#include "govern/letter.h"

extern const struct op letterbox_list;  /* letter.list: GET /v1/letters; addresses are masked */
extern const struct op letterbox_retry; /* letter.retry: POST /v1/letters/{letter}/retry */
extern const struct op letterbox_try;   /* letter.try: POST /v1/letters/try: to one's own address and the targets that ask for it */

MUST_USE err letterbox_start(void);

#endif
