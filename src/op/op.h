/*
 * op - operations: the only way in. One row says everything about an operation; the engine (op/engine) does the rest:
 *
 *   parse → authenticate → authorise → guard → apply → record → commit → reply
 *
 * `parse` is the edge's, checked again by the core; everything from `authenticate` on happens in the core, for writes
 * inside the committer's savepoint. O1: apply functions never open a transaction. O2: a personal read or any write
 * that is not in the ledger is not answered.
 */
#ifndef OP_OP_H
#define OP_OP_H

#include "access/access.h"
#include "entity/json.h"
#include "entity/row.h"
#include "op/media.h"

enum op_shape { SHAPE_CALL, SHAPE_JOB, SHAPE_STREAM };
enum op_guard { GUARD_PLAIN, GUARD_CONFIRM, GUARD_APPROVE };
enum op_kind { OP_READ, OP_WRITE };
/* How the edge finds the compartment: by the session's cookie or bearer token, by the city in the login, by the name of the log in the
 * path, by what stands before the first '.' of the body's `token`, by the query's `city` (else as by the session). */
enum op_route { ROUTE_SESSION, ROUTE_LOGIN, ROUTE_LOG, ROUTE_TOKEN, ROUTE_CITY };
enum op_reply { REPLY_JSON, REPLY_TEXT, REPLY_OCTETS };

enum input_place { IN_PATH, IN_QUERY, IN_BODY };

struct input {
	enum input_place place;
	struct field field;         /* FIELD_ID with refers: the engine checks that the actor may see it (404 otherwise) */
	bool object;                /* path id the grants are decided on (the last one marked); others need field.refers */
	const char *within;         /* column of the object's table that must equal the path input of that name (nested paths), or NULL */
	bool rest;                  /* path only: takes the rest of the path, slashes included */
	bool raw;                   /* body only: the whole body as application/octet-stream (FIELD_BYTES) */
};

/* The two inputs of every list. */
#define OP_INPUT_CURSOR \
	{.place = IN_QUERY, .field = {.name = "cursor", .ja = "続きの位置", .en = "Cursor", .type = FIELD_ID}}
#define OP_INPUT_LIMIT \
	{.place = IN_QUERY, .field = {.name = "limit", .ja = "件数", .en = "Limit", .type = FIELD_INT, .min = 1, .max = 200}}

/* What an operation that waits for a second person may take besides: when it is to take effect, and why. The engine keeps both. */
#define OP_INPUT_EFFECTIVE \
	{.place = IN_BODY, .field = {.name = "effective_at", .ja = "適用日時", .en = "Takes effect", .type = FIELD_TIME, .grade = GRADE_2}}
#define OP_INPUT_WHY \
	{.place = IN_BODY, .field = {.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .max = 200}}

struct op_words { const char *ja, *en; };

struct call;
typedef err (*op_apply)(struct call *call);

struct op {
	const char *id;             /* "absence.report" */
	const char *ja, *en;        /* what it does, in words */
	const char *method, *path;  /* "/v1/children/{child}/absences" */
	enum op_kind kind;
	enum op_shape shape;
	enum op_guard guard;
	enum op_route route;
	enum op_reply reply;
	const char *media;          /* REPLY_OCTETS: the content type; NULL = application/octet-stream */
	const char *file;           /* REPLY_TEXT, REPLY_OCTETS: the name under which it is downloaded; NULL = shown in place */
	bool papers;                /* SLOW: what is slow is a document, though the reply is none */
	bool named;                 /* REPLY_OCTETS: each reply says its own name and kind (call->file, call->media), and is only ever downloaded */
	bool open;                  /* PUBLIC: may be called without a session; grants are then not asked */
	bool while_locked;          /* may be called in a locked session */
	bool form_login;            /* sign-in: refuse when Sec-Fetch-Site says cross-site even without a cookie */
	const struct grant *grants; /* ends with roles == 0 */
	const char *policy;         /* "entity action" of catalog/access.yaml that this row implements */
	const struct input *inputs; /* ends with field.name == NULL */
	const struct entity *entity;/* what the grants are decided on: the object's entity, or for operations without an object the entity listed or made */
	const struct entity *output;/* rows in the reply; NULL = described by output_fields or nothing */
	const struct field *output_fields; /* documentation of replies that are not rows; ends with name == NULL; may be NULL */
	bool list;                  /* reply is {items,next} */
	const char *where;          /* list: which of the rows in reach; names inputs as :parameters; NULL = all */
	int status;                 /* of success: 200, 201, 202, 204 */
	const char *purpose_ja, *purpose_en; /* why personal data is used */
	int step_up_s;              /* the session's last proof (sign-in or step-up) must not be older; 0 = no demand */
	bool outside_trial;         /* not while an auditor acts as somebody else: it gives or changes what that account signs in with */
	bool before_factor;         /* may be called by a privileged person who has no second factor yet */
	bool while_unaccepted;      /* may be called by a person who has not accepted what must be accepted first; before_factor ones may, too */
	bool once;                  /* the reply is shown once: it is not kept for a repetition */
	const char *manual;         /* doc/ page for guarded ones */
	const char *phrase;         /* CONFIRM: phrase to type, NULL = none */
	unsigned approver;          /* APPROVE: mask of roles */
	const char *undo;           /* APPROVE: operation id that undoes it, or "IRREVERSIBLE" */
	/* Asked after authorisation: does the guard apply to this call? false: `otherwise` does. NULL = always. It only looks, and
	 * refuses nothing: what is wrong is said by impact and apply. */
	bool (*guarded)(struct call *call);
	enum op_guard otherwise;    /* PLAIN or CONFIRM */
	bool event;                 /* success is recorded (refusals always are) */
	const char *reveals;        /* "child": tells of children that it does not name one by one; its event names them, else their classes, else their facility */
	const char *alert;          /* rule words, NULL = none */
	enum grade grade;           /* highest grade it touches */
	const char *requirements;   /* "K-1 K-27" */
	/* CONFIRM and APPROVE: say number of objects and impact (both languages by call->language); CONFLICT etc. refuse early. */
	err (*impact)(struct call *call, int64_t *objects_out, char *words_out, size_t words_max);
	/* APPROVE, or NULL: the values of the inputs as they are now, in the order of inputs; what is not known stays absent. They are
	 * shown beside what is asked for, what undoes the change is filed with them, and of an operation without an object they are the
	 * state that must not have moved. */
	err (*current)(struct call *call, struct value *values_out);
	/* APPROVE, or NULL: what the second person is warned of, above all widened visibility; no words: nothing. AC-5 */
	struct op_words (*warning)(struct call *call);
	/*
	 * SLOW calls (password hashing, documents): prepare, then slow in a pool without a database, then apply. NULL otherwise.
	 * Those that answer octets, or say `papers`, are taken for documents: one at a time, and never before or behind a password.
	 * Of a write, prepare is committed on its own. Of a read, prepare copies what it needs into call->arena (call->state) on
	 * the reader's connection and nothing is recorded yet; apply, with the permission decided anew, fills the reply and the event.
	 */
	op_apply prepare, slow;
	const char *turns;          /* SLOW: the text input whose equal values are served one after another; NULL = side by side */
	op_apply apply;
	/* What a refusal by apply leaves behind all the same, after everything else is taken back; NULL = nothing. Its rows stand in the
	 * event of the refusal, which must be one that is recorded. Only when call->state is set. */
	op_apply refused;
};

struct call {
	const struct op *op;
	struct arena *arena;
	struct row_context rows;    /* db, keys, arena, changes */
	struct actor actor;
	const struct grant *grant;  /* the deciding one; NULL for open operations */
	int64_t now_us;
	enum language language;
	struct id request;
	uint8_t address[16];        /* as edge says (IPv4 mapped) */
	struct bytes agent;         /* User-Agent as edge says, cut */
	struct value values[FIELD_MAX]; /* in the order of op->inputs */
	struct problems *problems;  /* add (or call_flaw), then return FAIL(INVALID) */
	struct json out;            /* REPLY_JSON: the root object is already open, add members; REPLY_TEXT, _OCTETS: append to out.out */
	int status;                 /* 0 = op->status */
	/* The event: objects named in clear, detail sealed under `seal_kind` key of `seal_owner` (default: the actor's person key). */
	struct event_object objects[EVENT_OBJECT_MAX];
	size_t object_count;
	struct buf detail;          /* words for the sealed part, UTF-8 JSON members without braces */
	enum key_kind seal_kind;
	struct id seal_owner;
	struct id event_facility;
	const char *reason;         /* of a refusal, for the event's rule; a literal */
	/* Sessions: what the reply does to the cookie. */
	enum { COOKIE_KEEP, COOKIE_SET, COOKIE_CLEAR, COOKIE_DEVICE } cookie; /* _DEVICE: this browser is a registered tablet from now on */
	uint8_t token[32];          /* with COOKIE_SET and COOKIE_DEVICE; wiped by the engine */
	uint32_t cookie_age_s;      /* COOKIE_SET: how long the browser keeps it; 0 = until it is closed */
	uint8_t token_hash[32];     /* SHA-256 of the caller's token; zero = none */
	uint8_t device_hash[32];    /* SHA-256 of the registered tablet's token; zero = none */
	bool touch_due;             /* a read in a session whose last use has to be noted: the committer does it */
	bool held;                  /* there is something that the person has not accepted yet */
	int64_t accepted_us;        /* not 0: what began to hold up to this moment is accepted, to be noted on the session with touch_due */
	struct bytes file;          /* `named`: under which it is downloaded, at most MEDIA_NAME_MAX bytes of UTF-8 */
	enum media media;
	bool immutable;             /* the reply may be cached for ever */
	void *state;                /* between prepare, slow and apply; in the arena */
	const struct compartment *compartment;
};

#define OP_REPLY_MAX ((size_t)2 << 20)  /* of one reply; a longer list asks for a smaller page */
#define OP_STEP_UP_S 900            /* how recent the proof of a critical operation's caller must be */
#define OP_PASSWORD_ROUNDS 600000   /* OWASP, for PBKDF2-HMAC-SHA-256 */

#define OP_URL_MAX 200

struct compartment {
	char name[32];              /* "sapporo": city part of logins, name of the log, first part of the cookie */
	char title_ja[128], title_en[128];
	bool provider, demo;
	bool probe;                 /* made for checks as a whole: nothing in it is flagged */
	struct id id;
	char origin[96];            /* of the ledger */
	char directory[256];
	struct ledger *ledger;
	struct keys *keys;
	struct head_signer *signer;
	int lock_fd;                /* held while open: one committer only */
	_Atomic int reader_fd;            /* SEQPACKET to the reader, -1 = none */
	_Atomic int render_fd;            /* SEQPACKET to the render process, -1 = none */
	_Atomic int scan_fd;              /* SEQPACKET to the scan process, -1 = none */
	uint32_t password_rounds;
	char url[OP_URL_MAX];       /* where people find the service: what links in letters begin with; no '/' at its end */
};

/* What a module derives from its tables at start; cli/tables.c, ends with NULL. */
typedef err (*op_start)(void);
extern const op_start op_starts[];
/* What a module reads from the catalogue's folder; before threads and before the sandbox. cli/tables.c, ends with NULL. */
typedef err (*op_loader)(const char *folder);
extern const op_loader op_loaders[];
MUST_USE err op_load(const char *folder); /* all of them, in order. NOT_FOUND, INVALID: said in the log */

/* What each start puts in order before anybody is served, where something is due: LOCAL operations without input. cli/tables.c, ends with op == NULL. */
struct op_settle {
	const struct op *op;
	err (*due)(struct row_context *rows, const struct compartment *compartment, bool *due_out); /* reads only */
};
extern const struct op_settle op_settles[];

extern const struct op *const *const ops; /* all operations, ends with NULL; cli/tables.c */
size_t op_count(void);
const struct op *op_find(const char *id);
int op_index(const struct op *op);
/* Matches method and path. NOT_FOUND: no such path. METHOD: the path exists with other methods (allow_out: "GET, POST").
 * parts_out[i] = raw text of the i-th path input in op->inputs order. */
#define OP_PATH_INPUT_MAX 4
MUST_USE err op_route_find(const char *method, struct bytes path, const struct op **op_out, struct bytes parts_out[static OP_PATH_INPUT_MAX],
    char allow_out[static 64]);
MUST_USE err op_check(void); /* our own mistakes in the table, found at start */

/* For apply functions. name must be an input of the operation. */
const struct value *call_value(const struct call *call, const char *name);
struct id call_id(const struct call *call, const char *name);
struct bytes call_text(const struct call *call, const char *name);
MUST_USE err call_object(struct call *call, const char *entity, struct id id);   /* name it in the event */
/* STEP_UP: the caller's session has not proved its person within these seconds. Not asked where no session acts. */
MUST_USE err call_proved(struct call *call, int seconds);
/* Body inputs whose names are fields of entity -> row (present ones only). */
void call_store(const struct call *call, const struct entity *entity, void *row);
err call_flaw(struct call *call, const char *field, enum flaw flaw, const char *ja, const char *en); /* adds and returns FAIL(INVALID) */
/*
 * A list within the caller's reach: rows of op->output for which a grant's predicate and op->where hold, ordered by the
 * entity's `sort` field, else by id. Emits "items" and "next"; each writes the members of one item, NULL = json_row
 * with the groups of the row's own grant.
 */
MUST_USE err call_list(struct call *call, err (*each)(struct call *call, const void *row, const char *groups));
/* May this call's actor do `op` on `object`? For "what may I do". */
bool call_may(struct call *call, const struct op *op, struct id object);

#endif
