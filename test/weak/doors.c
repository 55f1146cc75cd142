/* What the checks that go through the doors (assure/checks_*.c) have to notice. */
#include "identity/password.h"
#include "weak.h"

unsigned __real_identity_password_check(struct bytes password, struct bytes login);
unsigned __wrap_identity_password_check(struct bytes password, struct bytes login);

unsigned __wrap_identity_password_check(struct bytes password, struct bytes login)
{
	return weak("password-policy-refuses-weak") ? 0 : __real_identity_password_check(password, login);
}

/* A guardian reaches every child of the own facility. */
static void guardian_other_child(void)
{
	weak_rule("child", RELATION_OWN_CHILD)->predicate = "child.facility = :actor_facility";
}

const struct weakness weak_doors[] = {
	{"password-policy-refuses-weak", NULL},
	{"guardian-other-child-refused", guardian_other_child},
	{0},
};
