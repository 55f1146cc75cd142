#include <stdio.h>

#include "kinder/child.h"
#include "kinder/kinder_int.h"
#include "kinder/person.h"

#include "kinder/guardianship.h"

static const char *const states[] = {
	[GUARDIANSHIP_ACTIVE] = "active",
	[GUARDIANSHIP_BLOCKED] = "blocked",
	[GUARDIANSHIP_ENDED] = "ended",
	NULL,
};

#define AT(member) .offset = offsetof(struct guardianship, member)
#define SEALED_TEXT .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true
#define RELATION_WORDS .ja = "続柄", .en = "Relation", SEALED_TEXT, .required = true, .max = 20, .group = "name"

static const struct field fields[] = {
	{.name = "child", .ja = "園児", .en = "Child", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "child", AT(child)},
	{.name = "account", .ja = "保護者", .en = "Guardian", .type = FIELD_ID, .grade = GRADE_2, .required = true,
	    .refers = "account", AT(account)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = states, AT(state)},
	{.name = "relation", RELATION_WORDS, AT(relation)},
	{.name = "name", .ja = "氏名", .en = "Name", SEALED_TEXT, .required = true, .max = 100, .group = "name", AT(name)},
	{.name = "telephone", .ja = "電話番号", .en = "Telephone", SEALED_TEXT, .max = 20, .group = "contact",
	    AT(telephone)},
	{.name = "mail", .ja = "メールアドレス", .en = "Mail address", SEALED_TEXT, .max = 254, .group = "contact",
	    AT(mail)},
	{.name = "address", .ja = "住所", .en = "Address", SEALED_TEXT, .max = 200, .group = "contact", AT(address)},
};

static const char *const unique[] = {"child,account", NULL};
static const char *const indexes[] = {"account", NULL};

const struct entity guardianship_entity = {
	.name = "guardianship",
	.ja = "保護者の登録",
	.en = "Guardianship",
	.size = sizeof(struct guardianship),
	.seal = SEAL_PERSON,
	.owner = "account",
	.authority = true,
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static err list_apply(struct call *call)
{
	call->event_facility = call->actor.facility;
	return call_list(call, NULL);
}

static const struct grant list_grants[] = {
	{ROLE(PRINCIPAL), RELATION_FACILITY, "*"},
	{ROLE(STAFF), RELATION_CLASS, "name,contact"},
	{ROLE(GUARDIAN), RELATION_OWN_CHILD, "name"},
	{0},
};

static const struct input list_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	KINDER_PAGE_INPUTS,
	{0},
};

const struct op guardianship_list = {
	.id = "guardianship.list",
	.ja = "園児の保護者を見る",
	.en = "List a child's guardians",
	.method = "GET",
	.path = "/v1/children/{child}/guardians",
	.kind = OP_READ,
	.grants = list_grants,
	.policy = "guardianship see",
	.inputs = list_inputs,
	.entity = &guardianship_entity,
	.output = &guardianship_entity,
	.list = true,
	.where = "guardianship.child = :child",
	.status = 200,
	.purpose_ja = "園児の保護者と連絡先を確かめるため",
	.purpose_en = "To know a child's guardians and how to reach them",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.apply = list_apply,
};

static err put(struct call *call, const struct guardianship *guardianship)
{
	call->event_facility = call->actor.facility;
	json_row(&call->out, &guardianship_entity, guardianship, "*");
	return call_object(call, "guardianship", guardianship->row.id);
}

static err link_apply(struct call *call)
{
	struct guardianship guardianship = {
		.child = call_id(call, "child"),
		.account = call_id(call, "account"),
		.relation = call_text(call, "relation"),
		.state = GUARDIANSHIP_ACTIVE,
	};
	struct kinder_person person = {0};
	err e;

	TRY(kinder_person_get(&call->rows, guardianship.account, &person));
	guardianship.name = person.name;
	guardianship.telephone = person.telephone;
	guardianship.mail = person.mail;
	e = row_insert(&call->rows, &guardianship_entity, &guardianship);
	if (err_is(e, ERR_CONFLICT))
		return kinder_conflict(call, "account", "この保護者はもう登録されています。",
		    "This guardian is linked to the child already.");
	TRY(e);
	return put(call, &guardianship);
}

static const struct grant manage_grants[] = {{ROLE(PRINCIPAL), RELATION_FACILITY, "*"}, {0}};

static const struct input link_inputs[] = {
	{.place = IN_PATH, .object = true, .field = {KINDER_PATH_CHILD}},
	{.place = IN_BODY, .field = {.name = "account", .ja = "保護者", .en = "Guardian", .type = FIELD_ID,
	    .grade = GRADE_2, .required = true, .refers = "account"}},
	{.place = IN_BODY, .field = {.name = "relation", RELATION_WORDS}},
	{0},
};

const struct op guardianship_link = { /* K-27 */
	.id = "guardianship.link",
	.ja = "保護者を園児に結び付ける",
	.en = "Link a guardian to a child",
	.method = "POST",
	.path = "/v1/children/{child}/guardians",
	.kind = OP_WRITE,
	.grants = manage_grants,
	.policy = "guardianship link",
	.inputs = link_inputs,
	.entity = &child_entity,
	.output = &guardianship_entity,
	.status = 201,
	.purpose_ja = "保護者が自分の子の情報だけを見られるようにするため",
	.purpose_en = "To let guardians see their own child and no other",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.apply = link_apply,
};

static err change_state(struct call *call, enum guardianship_state from, enum guardianship_state to)
{
	struct guardianship guardianship = {0};

	TRY(row_get(&call->rows, &guardianship_entity, call_id(call, "guardianship"), &guardianship));
	if (guardianship.state != (int32_t)from)
		return kinder_conflict(call, "guardianship", "この保護者はもうその状態です。",
		    "This guardian is in that state already.");
	guardianship.state = (int32_t)to;
	TRY(row_update(&call->rows, &guardianship_entity, &guardianship));
	return put(call, &guardianship);
}

static err block_impact(struct call *call, int64_t *objects_out, char *words_out, size_t words_max)
{
	(void)snprintf(words_out, words_max, "%s",
	    call->language == LANGUAGE_EN ?
	    "From now on this guardian sees nothing of the child and receives nothing about it." :
	    "この保護者は、今からこの園児の情報を一切見られなくなり、お知らせも届かなくなります。");
	*objects_out = 1;
	return OK;
}

static err block_apply(struct call *call)
{
	return change_state(call, GUARDIANSHIP_ACTIVE, GUARDIANSHIP_BLOCKED);
}

static err unblock_apply(struct call *call)
{
	return change_state(call, GUARDIANSHIP_BLOCKED, GUARDIANSHIP_ACTIVE);
}

static const struct input one_inputs[] = {
	{.place = IN_PATH, .field = {KINDER_PATH_CHILD}},
	{.place = IN_PATH, .object = true, .within = "child", .field = {.name = "guardianship", .ja = "保護者の登録",
	    .en = "Guardianship", .type = FIELD_ID, .grade = GRADE_2, .required = true, .refers = "guardianship"}},
	{0},
};

const struct op guardianship_block = { /* K-27 */
	.id = "guardianship.block",
	.ja = "保護者の閲覧を止める",
	.en = "Block a guardian",
	.method = "POST",
	.path = "/v1/children/{child}/guardians/{guardianship}/block",
	.kind = OP_WRITE,
	.guard = GUARD_CONFIRM,
	.grants = manage_grants,
	.policy = "guardianship block",
	.inputs = one_inputs,
	.entity = &guardianship_entity,
	.output = &guardianship_entity,
	.status = 200,
	.purpose_ja = "園児を守るため、保護者の閲覧を止める",
	.purpose_en = "To protect a child from a guardian",
	.step_up_s = OP_STEP_UP_S,
	.manual = "doc/manual/guardian-block.md",
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-3 K-27",
	.impact = block_impact,
	.apply = block_apply,
};

const struct op guardianship_unblock = {
	.id = "guardianship.unblock",
	.ja = "保護者の閲覧をまた許す",
	.en = "Unblock a guardian",
	.method = "POST",
	.path = "/v1/children/{child}/guardians/{guardianship}/unblock",
	.kind = OP_WRITE,
	.grants = manage_grants,
	.policy = "guardianship block",
	.inputs = one_inputs,
	.entity = &guardianship_entity,
	.output = &guardianship_entity,
	.status = 200,
	.purpose_ja = "閲覧の停止を解くため",
	.purpose_en = "To lift a block",
	.step_up_s = OP_STEP_UP_S,
	.event = true,
	.grade = GRADE_3B,
	.requirements = "K-27",
	.apply = unblock_apply,
};
