/*
 * target - who is told by webhook: an address on the provider's list, of which letters, and the secret by which they are signed.
 *
 *   target.create ─▶ waiting ─ target.approve, another person ─▶ active ─ target.end ─▶ ended
 *
 * H1  The secret is shown once, to whoever files the target; it signs (Sekimori-Signature: t=…,v1=HMAC-SHA-256 over "t.body"), and leaves
 *     the core for the courier alone.
 * H2  Nothing of grade 3 goes there: what a mail would say in its subject, and where to look.
 */
#ifndef GOVERN_TARGET_H
#define GOVERN_TARGET_H

#include "govern/letter.h"

enum target_state { TARGET_WAITING, TARGET_ACTIVE, TARGET_ENDED };

struct target {
	struct row row;
	struct bytes title, url;
	struct bytes letters;       /* codes of catalog/letters.yaml, separated by spaces */
	struct bytes secret;        /* sealed */
	int32_t state;
	bool probe;
	struct id opener, approver;
	int64_t created_at, decided_at;
};

extern const struct entity target_entity;
extern const struct op target_list, target_create, target_approve, target_end;

MUST_USE err target_start(void);
/* HOST:PORT,… of the start; NULL: nobody may be told. The text lives as long as the process. */
void target_allow(const char *list);
/* Of a letter to roles, one to each target that asked for its kind. */
MUST_USE err target_spread(struct row_context *c, const struct letter *whole, int64_t now_us);

#endif
