/*
 * announce_kind - what catalog/announcements.yaml says of each kind of announcement. Nothing in the program knows one by its code.
 */
#ifndef GOVERN_ANNOUNCE_KIND_H
#define GOVERN_ANNOUNCE_KIND_H

#include "govern/describe.h"
#include "govern/form.h"
#include "govern/lead.h"

#define ANNOUNCE_KINDS_MAX 64
#define ANNOUNCE_MATTERS_MAX 16         /* of one kind */
#define ANNOUNCE_COLUMNS_MAX FORM_FIELDS_MAX

enum announce_channel { ANNOUNCE_SCREEN = 1, ANNOUNCE_MAIL = 2, ANNOUNCE_SIGN_IN = 4 }; /* a mask */
enum announce_acknowledge { ANNOUNCE_NONE, ANNOUNCE_SEEN, ANNOUNCE_ACCEPT };
extern const char *const announce_kind_acknowledge[];  /* "none", "seen", "accept"; ends with NULL */

/* What it may be about. */
struct announce_matter {
	const char *code;
	const char *ja, *en;
	struct lead lead;
	const char *contract;           /* field of the contract that may ask for more, in months or days by its name; NULL: none */
};

struct announce_kind {
	struct described described;
	struct id id;
	unsigned channels;              /* mask of enum announce_channel */
	unsigned audience;              /* mask of ROLE() */
	enum announce_acknowledge acknowledge;
	bool hold;                      /* use is held until it is accepted */
	bool versions;                  /* one text in editions */
	bool open;                      /* readable without an account */
	bool list;                      /* the body is a line for each item, with the columns apart by | */
	bool first_apart;               /* a first edition has a lead of its own */
	struct lead first;
	struct announce_matter matters[ANNOUNCE_MATTERS_MAX];
	size_t matter_count;
	struct form form;               /* of a list: its columns */
};

/* A loader of govern_load. INVALID, NOT_FOUND: logged. */
MUST_USE err announce_kind_load(const char *folder, struct arena *arena);
const struct announce_kind *announce_kind_at(size_t index);         /* NULL past the end */
const struct announce_kind *announce_kind_find(struct id description); /* NULL: retired, or none */
const struct announce_kind *announce_kind_code(struct bytes code);  /* NULL */
const struct announce_matter *announce_kind_matter(const struct announce_kind *kind, struct bytes code); /* NULL */
/*
 * A body that is a list: each line that is not empty has its columns, and each cell fits. flaw_out: what is wrong, in words for a person,
 * with the number of the line. INVALID.
 */
#define ANNOUNCE_FLAW_MAX 240
MUST_USE err announce_kind_check_list(const struct announce_kind *kind, struct bytes body, enum language language, char flaw_out[static ANNOUNCE_FLAW_MAX]);
/* The next line of a list that is not empty, as cells, one for each column. count_out: how many there were. false: there is no further line. */
bool announce_kind_line(const struct announce_kind *kind, struct bytes *rest, struct bytes cells_out[static ANNOUNCE_COLUMNS_MAX], size_t *count_out);

#endif
