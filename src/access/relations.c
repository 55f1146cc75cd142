/*
 * The relations of catalog/access.yaml, each a predicate over one table. Choices are stored as their index:
 * state 0 is "active" everywhere; roles as in enum role (1 guardian, 2 staff).
 */
#include "access/access.h"

#define MY_LIVE_LINK(child) \
	"EXISTS (SELECT 1 FROM guardianship AS mine WHERE mine.child = " child \
	" AND mine.account = :actor_account AND mine.state = 0)"
#define CHILD_IN_FACILITY(child) \
	"EXISTS (SELECT 1 FROM child AS subject WHERE subject.id = " child " AND subject.facility = :actor_facility)"
#define MY_CLASS(class) \
	"EXISTS (SELECT 1 FROM assignment AS mine WHERE mine.class = " class " AND mine.membership = :actor_membership)"
#define HELD_BY(account) \
	"EXISTS (SELECT 1 FROM membership AS held WHERE held.account = " account " AND held.state = 0 AND "
/* Whose accounts an auditor, an officer, an officer-admin sees. */
#define SEEN_ROLES \
	"((:actor_role & 64) <> 0 OR ((:actor_role & 16) <> 0 AND held.role IN (2, 3, 4))" \
	" OR ((:actor_role & 32) <> 0 AND held.role IN (3, 4, 5, 6)))"
/* P1: on the actor's side of what is made for checks. */
#define ACCOUNT_SIDE(account) "EXISTS (SELECT 1 FROM account AS side WHERE side.id = " account " AND side.probe = :actor_probe)"
#define IMPORT_OF(import, whose) \
	"EXISTS (SELECT 1 FROM import AS whole WHERE whole.id = " import " AND whole." whose ")"
#define OF_THE_CITY "facility IS NULL AND " ACCOUNT_SIDE("whole.requester")
/* Waits for me, for my role here, or was escalated to my role. */
#define MY_PLACE(table) "(" table ".facility IS NULL OR " table ".facility = :actor_facility OR :actor_facility IS NULL)"
#define WAITS_FOR_ME \
	"(todo.account = :actor_account OR (" MY_PLACE("todo") " AND ((todo.account IS NULL AND (todo.roles & :actor_role) <> 0)" \
	" OR (todo.escalated_at IS NOT NULL AND (todo.escalate & :actor_role) <> 0))))"

/*
 * What is described: the row of `description` says which roles. Every such table has description, facility (NULL: the whole
 * compartment) and probe. P1; an object of a facility is for those of that facility, and for those who have none.
 */
#define DESCRIBED(table, mask) \
	"EXISTS (SELECT 1 FROM description AS kind WHERE kind.id = " table ".description AND (kind." mask " & :actor_role) <> 0)" \
	" AND " table ".probe = :actor_probe" \
	" AND " MY_PLACE(table)
/* Nobody approves what is their own. */
#define DESCRIBED_SIGNS(table) DESCRIBED(table, "approve") " AND (" table ".opener IS NULL OR " table ".opener <> :actor_account)"
#define DESCRIBED_ALL(table) \
	{table, RELATION_SEES, DESCRIBED(table, "see")}, {table, RELATION_FILES, DESCRIBED(table, "file")}, \
	{table, RELATION_HANDLES, DESCRIBED(table, "handle")}, {table, RELATION_SIGNS, DESCRIBED_SIGNS(table)}

const struct access_rule relations_rules[] = { /* AC-1 AC-2 */
	{"account", RELATION_OWN, "account.id = :actor_account"},
	{"account", RELATION_FACILITY,
	    "EXISTS (SELECT 1 FROM membership AS held WHERE held.account = account.id"
	    " AND held.facility = :actor_facility AND held.state = 0 AND held.role IN (1, 2)) AND account.probe = :actor_probe"},
	{"account", RELATION_CUSTOMER, HELD_BY("account.id") SEEN_ROLES ") AND account.probe = :actor_probe"},
	{"account", RELATION_PROVIDER, HELD_BY("account.id") "held.role IN (8, 9)) AND account.probe = :actor_probe"},
	{"membership", RELATION_OWN, "membership.account = :actor_account"},
	{"membership", RELATION_FACILITY, "membership.facility = :actor_facility AND membership.role IN (1, 2)"},
	{"membership", RELATION_CUSTOMER, "membership.role IN (3, 4, 5, 6) AND " ACCOUNT_SIDE("membership.account")},
	{"membership", RELATION_PROVIDER, "membership.role IN (8, 9) AND " ACCOUNT_SIDE("membership.account")},
	{"invitation", RELATION_FACILITY, HELD_BY("invitation.account") "held.facility = :actor_facility AND held.role IN (1, 2))"},
	{"invitation", RELATION_CUSTOMER, HELD_BY("invitation.account") "held.role IN (3, 4, 5, 6)) AND " ACCOUNT_SIDE("invitation.account")},
	{"invitation", RELATION_PROVIDER, HELD_BY("invitation.account") "held.role IN (8, 9)) AND " ACCOUNT_SIDE("invitation.account")},
	{"recovery", RELATION_FACILITY, HELD_BY("recovery.account") "held.facility = :actor_facility AND held.role IN (1, 2))"},
	{"recovery", RELATION_CUSTOMER, HELD_BY("recovery.account") "held.role IN (3, 4, 5, 6)) AND " ACCOUNT_SIDE("recovery.account")},
	{"recovery", RELATION_PROVIDER, HELD_BY("recovery.account") "held.role IN (8, 9)) AND " ACCOUNT_SIDE("recovery.account")},
	{"notice", RELATION_OWN, "notice.account = :actor_account"},
	{"session", RELATION_OWN, "session.account = :actor_account"},
	{"session", RELATION_FACILITY,
	    "EXISTS (SELECT 1 FROM membership AS held WHERE held.id = session.membership"
	    " AND held.facility = :actor_facility AND held.state = 0 AND held.role IN (1, 2))"},
	{"session", RELATION_CUSTOMER, ACCOUNT_SIDE("session.account")},
	{"session", RELATION_PROVIDER, ACCOUNT_SIDE("session.account")},
	{"device", RELATION_FACILITY, "device.facility = :actor_facility"},
	{"facility", RELATION_FACILITY, "facility.id = :actor_facility AND facility.probe = :actor_probe"},
	{"facility", RELATION_CUSTOMER, "facility.probe = :actor_probe"},
	{"class", RELATION_OWN_CHILD,
	    "EXISTS (SELECT 1 FROM child AS subject WHERE subject.class = class.id AND " MY_LIVE_LINK("subject.id") ")"},
	{"class", RELATION_CLASS, MY_CLASS("class.id") " AND class.facility = :actor_facility"},
	{"class", RELATION_FACILITY, "class.facility = :actor_facility"},
	{"child", RELATION_OWN_CHILD, MY_LIVE_LINK("child.id")},
	{"child", RELATION_CLASS, MY_CLASS("child.class") " AND child.facility = :actor_facility"},
	{"child", RELATION_FACILITY, "child.facility = :actor_facility"},
	/* A blocked guardian is not shown to the others, nor they to the blocked one. */
	{"guardianship", RELATION_OWN_CHILD, MY_LIVE_LINK("guardianship.child") " AND guardianship.state = 0"},
	{"guardianship", RELATION_CLASS,
	    "EXISTS (SELECT 1 FROM child AS subject WHERE subject.id = guardianship.child AND subject.facility = :actor_facility AND "
	    MY_CLASS("subject.class") ")"},
	{"guardianship", RELATION_FACILITY, CHILD_IN_FACILITY("guardianship.child")},
	{"absence", RELATION_OWN_CHILD, MY_LIVE_LINK("absence.child")},
	{"absence", RELATION_FACILITY, "absence.facility = :actor_facility"},
	{"attendance", RELATION_OWN_CHILD, MY_LIVE_LINK("attendance.child")},
	{"attendance", RELATION_FACILITY, "attendance.facility = :actor_facility"},
	/* A facility's imports are about children: the city's administrator has no part in them. */
	{"import", RELATION_CUSTOMER, "import.facility IS NULL AND " ACCOUNT_SIDE("import.requester")},
	{"import", RELATION_FACILITY, "import.facility = :actor_facility"},
	{"import_problem", RELATION_CUSTOMER, IMPORT_OF("import_problem.import", OF_THE_CITY)},
	{"import_problem", RELATION_FACILITY, IMPORT_OF("import_problem.import", "facility = :actor_facility")},
	{"import_line", RELATION_CUSTOMER, IMPORT_OF("import_line.import", OF_THE_CITY)},
	{"import_line", RELATION_FACILITY, IMPORT_OF("import_line.import", "facility = :actor_facility")},
	DESCRIBED_ALL("alert"),
	{"todo", RELATION_OWN, WAITS_FOR_ME " AND todo.probe = :actor_probe"},
	{"contract", RELATION_CUSTOMER, "contract.facility IS NULL"},
	{"contract", RELATION_PROVIDER, "contract.facility IS NULL"},
	{"work_calendar", RELATION_CUSTOMER, "work_calendar.edition > 0"},
	{"work_calendar", RELATION_PROVIDER, "work_calendar.edition > 0"},
	/* Settings are of the real side: what is made for checks has none. */
	{"setting", RELATION_CUSTOMER, "setting.value >= 0 AND :actor_probe = 0"},
	{"setting", RELATION_PROVIDER, "setting.value >= 0 AND :actor_probe = 0"},
	{"letter", RELATION_CUSTOMER, "letter.probe = :actor_probe"},
	{"letter", RELATION_PROVIDER, "letter.probe = :actor_probe"},
	{"target", RELATION_CUSTOMER, "target.probe = :actor_probe"},
	{"target", RELATION_PROVIDER, "target.probe = :actor_probe"},
	{"change", RELATION_OWN, "change.requester = :actor_account"},
	{"change", RELATION_CUSTOMER, ACCOUNT_SIDE("change.requester")},
	{"change", RELATION_PROVIDER, ACCOUNT_SIDE("change.requester")},
	{"change", RELATION_APPROVER,
	    "change.requester <> :actor_account AND (change.approver & :actor_role) <> 0 AND " ACCOUNT_SIDE("change.requester")},
	DESCRIBED_ALL("casefile"),
	{"casefile", RELATION_OWN, "casefile.opener = :actor_account AND casefile.probe = :actor_probe"},
	DESCRIBED_ALL("record"),
	DESCRIBED_ALL("campaign"),
	{"campaign_task", RELATION_OWN, "campaign_task.account = :actor_account"},
	{"campaign_task", RELATION_SEES, DESCRIBED("campaign_task", "see")},
	{"campaign_task", RELATION_HANDLES, "campaign_task.account IS NULL AND (campaign_task.roles & :actor_role) <> 0"
	    " AND campaign_task.probe = :actor_probe AND " MY_PLACE("campaign_task")},
	{"description", RELATION_SEES, "(description.see & :actor_role) <> 0"},
	{"description", RELATION_FILES, "(description.file & :actor_role) <> 0"},
	{"description", RELATION_HANDLES, "(description.handle & :actor_role) <> 0"},
	{"description", RELATION_SIGNS, "(description.approve & :actor_role) <> 0"},
	DESCRIBED_ALL("announcement"),
	/* state 2 = published */
	{"announcement", RELATION_AUDIENCE, "announcement.state = 2 AND (announcement.roles & :actor_role) <> 0 AND announcement.probe = :actor_probe"
	    " AND (announcement.facility IS NULL OR announcement.facility = :actor_facility)"},
	{0},
};

#define ON(entity, kind, place, followed, relation, as) {(entity), (kind), (place), "object", (followed), (relation), (as), NULL}
/* place: as in the choices of attachment.object_kind and document.object_kind. */
#define ATTACHED(place, followed, relation, as) ON("attachment", "object_kind", place, followed, relation, as)

#define ISSUED(place, followed) ON("document", "object_kind", place, followed, RELATION_SEES, RELATION_SEES)

/* What hangs on an object is seen by whoever sees the object, and added by whoever files or handles it. */
const struct access_follow relations_follows[] = { /* AC-1 AC-2 */
	ATTACHED(0, "record", RELATION_SEES, RELATION_SEES),
	ATTACHED(0, "record", RELATION_FILES, RELATION_FILES),
	ATTACHED(1, "casefile", RELATION_SEES, RELATION_SEES),
	ATTACHED(1, "casefile", RELATION_OWN, RELATION_SEES),
	ATTACHED(1, "casefile", RELATION_OWN, RELATION_FILES),
	ATTACHED(1, "casefile", RELATION_HANDLES, RELATION_FILES),
	ATTACHED(2, "announcement", RELATION_SEES, RELATION_SEES),
	ATTACHED(2, "announcement", RELATION_AUDIENCE, RELATION_SEES),
	ATTACHED(2, "announcement", RELATION_FILES, RELATION_FILES),
	ATTACHED(3, "campaign", RELATION_SEES, RELATION_SEES),
	ATTACHED(3, "campaign", RELATION_HANDLES, RELATION_FILES),
	ISSUED(0, "record"),
	ISSUED(1, "casefile"),
	ISSUED(2, "announcement"),
	/* Of a whole register: what people of a facility issued holds what they see, what others issued holds more. */
	{"document", "object_kind", 3, "object", "description", RELATION_SEES, RELATION_SEES,
	    "document.probe = :actor_probe AND (document.facility = :actor_facility OR :actor_facility IS NULL)"},
	{0},
};
