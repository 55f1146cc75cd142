/*
 * demo_plan - who lives in an invented city: facilities, classes, families, staff, offices. Nothing here touches a store.
 *
 * The same seed gives the same people, logins and passwords. All of them are invented; only the facilities of the first
 * city are real (data/sapporo-facilities-utf8.csv).
 */
#ifndef CLI_DEMO_PLAN_H
#define CLI_DEMO_PLAN_H

#include "access/access.h"
#include "base/bytes.h"
#include "base/id.h"

#define DEMO_CLASSES 3       /* per facility: three, four and five years old */
#define DEMO_STAFF 4         /* per facility: a teacher for each class and one who covers */
#define DEMO_GUARDIANS_MAX 2 /* per child */
#define DEMO_NOWHERE SIZE_MAX

struct demo_person {
	enum role role;
	size_t facility;         /* index; DEMO_NOWHERE: the whole city */
	char login[32];
	char name[64];
	char mail[64];
	char telephone[20];
	char password[24];       /* "" = stands invited */
	char totp_secret[56];    /* base 32; "" = no second factor */
	struct id id;            /* when the account has been made */
};

struct demo_child {
	size_t facility;
	size_t class;            /* 0..DEMO_CLASSES-1 */
	char name[64];
	char kana[96];
	int32_t birth_date;
	int32_t entry_date;
	char address[120];
	const char *allergies;   /* NULL: none */
	const char *medical;
	const char *notes;
	const char *fetchers;
	char contacts[120];
	size_t guardians[DEMO_GUARDIANS_MAX]; /* indexes of people */
	const char *relations[DEMO_GUARDIANS_MAX];
	size_t guardian_count;
	struct id id;
};

struct demo_facility {
	struct buf body;         /* input of facility.open as JSON */
	char area[80];           /* what addresses of its families begin with */
	struct id id;
	struct id classes[DEMO_CLASSES];
	size_t principal;        /* indexes of people */
	size_t staff[DEMO_STAFF];
	size_t families[8];      /* the first guardians of the first families */
	size_t family_count;
};

struct demo_city {
	const char *name;
	const char *title_ja, *title_en;
	bool provider;
	const char *annexes;     /* that apply by contract */
	int year;                /* school year */
	struct demo_facility *facilities;
	size_t facility_count;
	struct demo_person *people;
	size_t person_count, person_cap;
	struct demo_child *children;
	size_t child_count, child_cap;
	size_t admins[2];        /* who makes the rest */
	size_t *signins;         /* indexes of people, in the order in which sign-ins are given out */
	size_t signin_count;
};

struct demo_size {
	uint64_t seed;
	unsigned children;       /* per class, about */
	int32_t today;
};

extern const char *const demo_plan_class_names[DEMO_CLASSES];

/* Facilities must be there; everything else is filled in. UNAVAILABLE: no memory. */
MUST_USE err demo_plan_city(struct demo_city *city, const struct demo_size *size);
/* Gives sign-ins to people of all cities by turns until `count` are given or nobody is left; then everybody has a login. */
void demo_plan_signins(struct demo_city *cities, size_t city_count, unsigned count, uint64_t seed);
void demo_plan_free(struct demo_city *city);

#endif
