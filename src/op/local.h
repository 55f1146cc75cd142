/*
 * local - operations carried out in this process, for the offline commands (`init`, `demo`): the same engine, the
 * same events; no socket. Its keys process is a thread.
 */
#ifndef OP_LOCAL_H
#define OP_LOCAL_H

#include "op/engine.h"

struct local;

/* directory: of the compartment, with core/ and keys/. compartment_start must have been called. */
MUST_USE err local_open(const char *directory, op_apply authenticate, struct local **local_out);
void local_close(struct local **local);     /* signs a last head */
const struct compartment *local_compartment(const struct local *local);

/* What is not in the JSON body, by the type of the input: ids, whole numbers (a choice by its place), texts and a raw body. Ends with name == NULL. */
struct local_input { const char *name; struct id id; int64_t integer; struct bytes raw; int32_t date; };
/*
 * Act as `actor` (zero account: the system, only for operations with method "LOCAL").
 * body: JSON of the body inputs, may be empty. reply_out (may be NULL) gets the reply's JSON.
 * The reply's error: as the operation's; INVALID is logged with its problems' field names.
 */
MUST_USE err local_call(struct local *local, const struct actor *actor, const char *op_id, const struct local_input *path,
    struct bytes body, struct buf *reply_out);
/* Everything after this is done by that person, by the session's rights and with its guards; login without city, code may be "". */
struct local_person { const char *login, *password, *code; };
MUST_USE err local_sign_in(struct local *local, const struct local_person *person);
/* The next call carries this confirmation (43 letters of base64url). */
void local_confirm(struct local *local, struct bytes token);
/* What a server does once a second. */
void local_tick(struct local *local);
/* A reader process for imports; its end of the channel. */
void local_reader(struct local *local, int fd);
/* Several at once: put any number, then wait; the first failure is returned by local_wait. reply is called on another thread. */
MUST_USE err local_put(struct local *local, const struct actor *actor, const char *op_id, const struct local_input *path,
    struct bytes body, void (*reply)(void *context, const struct answer *answer), void *context);
MUST_USE err local_wait(struct local *local);

#endif
