/*
 * stand - how a probe account stands to a probe object, and what catalog/access.yaml owes it: entry, 403 or 404.
 *
 * Nothing here looks at the grants of the operations or at the relations of the server: only at the policy and at what the probes'
 * world is known to be.
 */
#ifndef ASSURE_STAND_H
#define ASSURE_STAND_H

#include "assure/cast.h"
#include "assure/knock.h"

#define STAND_FACTS_MAX 64

/* An object and all that is known of it. */
struct stand_fact {
	enum knock_thing kind;
	char id[KNOCK_TEXT_MAX];
	bool nothing;                   /* there is no such thing */
	bool elsewhere;                 /* another customer's */
	char facility;                  /* 'a', 'b', 'c'; 0 none */
	bool class_a;                   /* of class a */
	const char *guardians[2];       /* cast codes with a link in force to its child; NULL none */
	const char *owner;              /* cast code: whose account, session or change it is; NULL nobody's */
	unsigned of;                    /* role of the account that it is or is about; 0 unknown */
	const char *word;               /* imports: of what */
	const char *approver;           /* changes: name of the role */
	char child[KNOCK_TEXT_MAX];     /* under which it stands; "" none */
	char account[KNOCK_TEXT_MAX];   /* likewise */
};

struct stand_actor {
	const struct cast *cast;
	bool class_a;                   /* teaches it */
};

enum stand_owed { STAND_ENTER, STAND_DENIED, STAND_ABSENT, STAND_EITHER /* 403 or 404 */ };
extern const char *const stand_owed_names[];

/*
 * facts: of the things in the address, in its order; the last one is the object. policy: "entity action".
 */
enum stand_owed stand_owed(const struct op *op, const struct stand_actor *actor, const struct stand_fact *const *facts, size_t count);
/* Which relations there are between them, as bits: equal ones need not be tried twice. */
unsigned stand_relations(const struct stand_actor *actor, const struct stand_fact *fact);

#endif
