#include <stddef.h>

#include "op/change.h"
#include "op/job.h"
#include "op/op_entity.h"
#include "op/stream.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {"waiting", "applied", "rejected", "withdrawn", "stale", "scheduled", "failed", NULL};
static const char *const whys[] = {"state-moved", "requester-left", "approver-left", "refused", NULL};

static const struct field change_fields[] = {
	{.name = "operation", .ja = "操作", .en = "Operation", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = 96, .offset = offsetof(struct change, operation)},
	{.name = "object", .ja = "対象", .en = "Object", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct change, object)},
	{.name = "before", .ja = "変更前の照合値", .en = "Digest before", .type = FIELD_BYTES, .grade = GRADE_2, .max = 32, .offset = offsetof(struct change, before)},
	{.name = "requester", .ja = "申請者", .en = "Requester", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .offset = offsetof(struct change, requester)},
	{.name = "membership", .ja = "申請者の所属", .en = "Requester's membership", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct change, membership)},
	{.name = "role", .ja = "申請者の役割", .en = "Requester's role", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = 64, .offset = offsetof(struct change, role)},
	{.name = "facility", .ja = "施設", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct change, facility)},
	{.name = "approver", .ja = "承認者の役割", .en = "Approving roles", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = INT32_MAX, .offset = offsetof(struct change, approver)},
	{.name = "inputs", .ja = "内容", .en = "Input", .type = FIELD_BYTES, .grade = GRADE_3B, .sealed = true, .max = 8192, .offset = offsetof(struct change, inputs)},
	{.name = "impact", .ja = "影響", .en = "Impact", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true, .group = "person", .max = 400, .offset = offsetof(struct change, impact)},
	{.name = "state", .ja = "状態", .en = "State", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = states, .offset = offsetof(struct change, state)},
	{.name = "filed_at", .ja = "申請日時", .en = "Filed", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct change, filed_at)},
	{.name = "decided_by", .ja = "決定者", .en = "Decided by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .offset = offsetof(struct change, decided_by)},
	{.name = "decided_at", .ja = "決定日時", .en = "Decided", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct change, decided_at)},
	{.name = "decided_membership", .ja = "決定者の所属", .en = "Decider's membership", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct change, decided_membership)},
	{.name = "decided_role", .ja = "決定者の役割", .en = "Decider's role", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = 64, .offset = offsetof(struct change, decided_role)},
	{.name = "decided_facility", .ja = "決定者の施設", .en = "Decider's facility", .type = FIELD_ID, .grade = GRADE_2, .offset = offsetof(struct change, decided_facility)},
	{.name = "effective_at", .ja = "適用日時", .en = "Takes effect", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct change, effective_at)},
	{.name = "applied_at", .ja = "適用した日時", .en = "Applied", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct change, applied_at)},
	{.name = "undoes", .ja = "元に戻す変更", .en = "Undoes", .type = FIELD_ID, .grade = GRADE_2, .refers = "change", .offset = offsetof(struct change, undoes)},
	{.name = "undone_by", .ja = "元に戻した変更", .en = "Undone by", .type = FIELD_ID, .grade = GRADE_2, .refers = "change", .offset = offsetof(struct change, undone_by)},
	{.name = "made", .ja = "適用の対象", .en = "Applied to", .type = FIELD_BYTES, .grade = GRADE_2, .max = 2048, .offset = offsetof(struct change, made)},
	{.name = "was", .ja = "変更前の内容", .en = "Values before", .type = FIELD_BYTES, .grade = GRADE_3B, .sealed = true, .max = 8192, .offset = offsetof(struct change, was)},
	{.name = "reason", .ja = "理由", .en = "Reason", .type = FIELD_TEXT, .grade = GRADE_3B, .personal = true, .sealed = true, .group = "person", .max = 200, .offset = offsetof(struct change, reason)},
	{.name = "warning_ja", .ja = "警告", .en = "Warning in Japanese", .type = FIELD_TEXT, .grade = GRADE_3B, .sealed = true, .max = 200, .offset = offsetof(struct change, warning_ja)},
	{.name = "warning_en", .ja = "警告（英語）", .en = "Warning in English", .type = FIELD_TEXT, .grade = GRADE_3B, .sealed = true, .max = 200, .offset = offsetof(struct change, warning_en)},
	{.name = "why", .ja = "適用されなかったわけ", .en = "Why it was not applied", .type = FIELD_CHOICE, .grade = GRADE_2, .choices = whys, .offset = offsetof(struct change, why)},
};
static const char *const change_indexes[] = {"requester", "state,effective_at", NULL};

const struct entity op_entity_change = {
	.name = "change", .ja = "変更申請", .en = "Change", .size = sizeof(struct change), .seal = SEAL_CUSTOMER,
	.indexes = change_indexes, .fields = change_fields, .field_count = COUNT(change_fields), .follow = change_follow_row,
};

static const struct field confirmation_fields[] = {
	{.name = "token_hash", .ja = "確認の札", .en = "Token", .type = FIELD_BYTES, .grade = GRADE_2, .required = true, .max = 32, .offset = offsetof(struct confirmation, token_hash)},
	{.name = "bound", .ja = "結び付き", .en = "Bound to", .type = FIELD_BYTES, .grade = GRADE_2, .required = true, .max = 32, .offset = offsetof(struct confirmation, bound)},
	{.name = "expires_at", .ja = "期限", .en = "Expires", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct confirmation, expires_at)},
};
static const char *const confirmation_unique[] = {"token_hash", NULL};
static const char *const confirmation_indexes[] = {"expires_at", NULL};

const struct entity op_entity_confirmation = {
	.name = "confirmation", .ja = "確認", .en = "Confirmation", .size = sizeof(struct confirmation), .seal = SEAL_NONE,
	.unique = confirmation_unique, .indexes = confirmation_indexes,
	.fields = confirmation_fields, .field_count = COUNT(confirmation_fields),
};

static const struct field kept_fields[] = {
	{.name = "account", .ja = "アカウント", .en = "Account", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .required = true, .offset = offsetof(struct kept_reply, account)},
	{.name = "key_hash", .ja = "鍵", .en = "Key", .type = FIELD_BYTES, .grade = GRADE_2, .required = true, .max = 32, .offset = offsetof(struct kept_reply, key_hash)},
	{.name = "input", .ja = "入力の照合値", .en = "Input digest", .type = FIELD_BYTES, .grade = GRADE_2, .required = true, .max = 32, .offset = offsetof(struct kept_reply, input)},
	{.name = "made_at", .ja = "日時", .en = "Made", .type = FIELD_TIME, .grade = GRADE_2, .offset = offsetof(struct kept_reply, made_at)},
	{.name = "status", .ja = "状態", .en = "Status", .type = FIELD_INT, .grade = GRADE_2, .min = 0, .max = 999, .offset = offsetof(struct kept_reply, status)},
	{.name = "body", .ja = "返答", .en = "Reply", .type = FIELD_BYTES, .grade = GRADE_3A, .personal = true, .sealed = true, .max = 65536, .offset = offsetof(struct kept_reply, body)},
};
static const char *const kept_unique[] = {"key_hash", NULL};
static const char *const kept_indexes[] = {"made_at", NULL};

const struct entity op_entity_kept_reply = {
	.name = "kept_reply", .ja = "控えた返答", .en = "Kept reply", .size = sizeof(struct kept_reply), .seal = SEAL_PERSON,
	.owner = "account", .unique = kept_unique, .indexes = kept_indexes,
	.fields = kept_fields, .field_count = COUNT(kept_fields),
};

const struct entity *const op_entity_list[] = {&op_entity_change, &op_entity_confirmation, &op_entity_kept_reply, &job_entity,
	&stream_chunk_entity, NULL};
