/*
 * access - who may reach what: roles, relations, and the one rule that serves detail, list and "what may I do".
 *
 * A relation between the acting membership and a row of an entity is one SQL predicate over that entity's table
 * (access/relations.c). Detail evaluates it for one id, lists put it into WHERE: they cannot differ.
 * P1  What is made for checks (facility.probe, account.probe) and what is real are apart: nobody reaches across, by whatever
 *     relation. Relations to a whole compartment compare the side of the row; the others start from the actor's account,
 *     membership or facility, which are on one side: access_same_side is asked before a session acts in a membership, and
 *     whatever joins people, children and facilities stays on the side of who does it.
 * Source: catalog/access.yaml; AC-1, AC-2.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "base/id.h"
#include "store/store.h"

enum role {
	ROLE_NONE, ROLE_GUARDIAN, ROLE_STAFF, ROLE_PRINCIPAL, ROLE_OFFICER, ROLE_OFFICER_ADMIN, ROLE_AUDITOR, ROLE_SERVICE,
	ROLE_OPERATOR, ROLE_OPERATOR_ADMIN, ROLE_COUNT
};
#define ROLE(name) (1u << ROLE_##name)
#define ROLES_ANY (ROLE(GUARDIAN) | ROLE(STAFF) | ROLE(PRINCIPAL) | ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR) | ROLE(SERVICE) | ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))

extern const char *const access_role_names[]; /* "none", "guardian", … "officer-admin" …; ends with NULL; also the choices of membership.role */

enum relation {
	RELATION_NONE,      /* PUBLIC operations */
	RELATION_OWN,       /* the person's own account or session, or a change the person asked for */
	RELATION_OWN_CHILD, /* guardianship in force and not blocked */
	RELATION_CLASS,     /* assigned class */
	RELATION_FACILITY,  /* active membership's facility */
	RELATION_CUSTOMER,  /* the whole compartment (of a customer) */
	RELATION_PROVIDER,  /* the whole compartment (of the provider) */
	RELATION_APPROVER,  /* the role named by the change's operation, never its requester */
	/* To what is described in catalog/: the description's row names the role (P1 holds; a facility's object is for those of the facility). */
	RELATION_SEES, RELATION_FILES, RELATION_HANDLES,
	RELATION_SIGNS,     /* approves it, and did not open it */
	RELATION_AUDIENCE,  /* it has been published, and reaches the role (at the facility, where it is for one) */
	RELATION_COUNT
};
extern const char *const access_relation_names[];

/* One row of who may: ends with roles == 0. The first that fits decides; so list the widest fields first. */
struct grant {
	unsigned roles;          /* mask of ROLE() */
	enum relation relation;
	const char *groups;      /* field groups of the reply, comma-separated; "*" = all */
};

struct actor {
	struct id account;       /* zero = nobody */
	struct id membership;
	struct id session;
	struct id facility;      /* of the active membership; zero = none */
	enum role role;
	int64_t signed_in_us;    /* when the session last proved who it is: sign-in or step-up */
	bool factor;             /* that proof had a second factor */
	int64_t accepted_us;     /* what began to hold up to this moment is known to be accepted; 0: nothing is known */
	bool probe;              /* an account made for checks: it and whoever is real never reach each other */
	struct id trial;         /* the auditor who acts as this account, on trial; zero: nobody, it is its own person */
};

/* Who may do nothing before a second factor is enrolled: privileged roles. K-27 T-33 U-04 */
#define ROLES_PRIVILEGED (ROLE(PRINCIPAL) | ROLE(OFFICER_ADMIN) | ROLE(OPERATOR) | ROLE(OPERATOR_ADMIN))
/* A session of a privileged role without its second factor. On trial the auditor's proof stands for it: nothing real is in reach. */
static inline bool access_factor_due(const struct actor *actor)
{
	return !id_is_zero(actor->session) && id_is_zero(actor->trial) && !actor->factor && ((1u << actor->role) & ROLES_PRIVILEGED) != 0;
}

/* One row: how an actor stands to a row of an entity's table. */
struct access_rule {
	const char *entity;
	enum relation relation;
	const char *predicate;   /* SQL; parameters :actor_account :actor_membership :actor_facility :actor_role (mask) :actor_probe */
};
extern const struct access_rule relations_rules[]; /* access/relations.c; ends with entity == NULL */

/*
 * What hangs on an object of another entity, and whoever stands so to the object stands so to it: `relation` to the row of `followed`
 * whose id stands in `object`, where `kind` holds `place`, is `as` to the row of `entity`. What nobody has any relation to, nobody reaches.
 */
struct access_follow {
	const char *entity, *kind;
	int place;
	const char *object, *followed;
	enum relation relation, as;
	const char *also;        /* SQL that must hold as well; NULL = nothing */
};
extern const struct access_follow relations_follows[]; /* access/relations.c; ends with entity == NULL */

/* Derives the statements of every rule; once, before threads. */
MUST_USE err access_start(void);
const struct statement *access_statement(size_t index);  /* all derived statements, NULL past the end */
/* The predicate of a relation over the entity's table, or NULL when the entity does not have it. */
const char *access_predicate(const char *entity, enum relation relation);
/* Bind whichever of the actor's parameters the query has. */
MUST_USE err access_bind(struct query *query, const struct actor *actor);
/*
 * The first grant that fits actor and object. NOT_FOUND: no such object within the grants' relations (also when it
 * does not exist). grant_out: the deciding one.
 */
MUST_USE err access_decide(struct db *db, const struct actor *actor, const struct grant *grants, const char *entity,
    struct id object, const struct grant **grant_out);
/* Is an account, or a facility, made for checks? What does not exist is not. */
MUST_USE err access_probe_account(struct db *db, struct id account, bool *probe_out);
MUST_USE err access_probe_facility(struct db *db, struct id facility, bool *probe_out);
/* P1. NOT_FOUND: account and facility (zero: none) are not on one side. */
MUST_USE err access_same_side(struct db *db, struct id account, struct id facility);
/* Account active and membership in force, in the same role and facility: asked again for those who are not here themselves. NOT_FOUND: not. */
MUST_USE err access_in_office(struct db *db, const struct actor *actor);

#endif
