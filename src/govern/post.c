#include <string.h>

#include "entity/row.h"
#include "govern/letter.h"

#include "govern/post.h"

/* O1: the newest that has come. */
struct receipt {
	struct row row;
	struct bytes origin, kind;
	struct id object;
	int64_t edition;
	int64_t at;
};

#define AT(member) .offset = offsetof(struct receipt, member)

static const struct field fields[] = {
	{.name = "origin", .ja = "差出区画", .en = "From", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = LETTER_NAME_MAX, AT(origin)},
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .max = LETTER_NAME_MAX, AT(kind)},
	{.name = "object", .ja = "対象", .en = "Object", .type = FIELD_ID, .grade = GRADE_2, .required = true, AT(object)},
	{.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_2, .required = true, .min = 1, .max = INT64_MAX, AT(edition)},
	{.name = "at", .ja = "受信日時", .en = "Received", .type = FIELD_TIME, .grade = GRADE_2, .required = true, AT(at)},
};

static const char *const unique[] = {"origin,kind,object", NULL};

const struct entity post_receipt_entity = {
	.name = "post_receipt",
	.ja = "便りの受信控え",
	.en = "Receipt of post",
	.size = sizeof(struct receipt),
	.unique = unique,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list known = {
	.name = "govern.post-receipt",
	.entity = &post_receipt_entity,
	.where = "origin = :origin AND kind = :kind AND object = :object",
};

err post_start(void)
{
	return row_list_make(&known);
}

static bool is_name(const char *name, size_t max)
{
	size_t len = strlen(name);

	return len > 0 && len <= max && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

err post_put(struct row_context *c, const struct post_letter *letter, int64_t now_us)
{
	struct letter row = {
		.channel = LETTER_POST, .place = bytes_str(letter->to), .kind = bytes_str(letter->kind), .object = letter->object,
		.edition = letter->edition, .facility = letter->facility, .probe = letter->probe, .values = letter->body,
	};

	if ((!is_name(letter->to, LETTER_NAME_MAX) && strcmp(letter->to, POST_ALL) != 0) || !is_name(letter->kind, LETTER_NAME_MAX) ||
	    id_is_zero(letter->object) || letter->edition < 1)
		return FAIL(INVALID);
	if (letter->body.len > POST_BODY_MAX)
		return FAIL(TOO_LARGE);
	return letter_put(c, &row, now_us);
}

/* ---- receiving ---- */

static err find_receipt(struct row_context *c, const struct post_item *item, struct receipt *receipt_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(c->db, known.statement, &query);

	if (err_is_ok(e))
		e = query_text(query, "origin", item->from);
	if (err_is_ok(e))
		e = query_text(query, "kind", item->kind);
	if (err_is_ok(e))
		e = query_id(query, "object", &item->object);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = row_read(c, &post_receipt_entity, query, false, receipt_out);
	query_end(&query);
	return e;
}

static const struct post_kind *kind_find(struct bytes kind)
{
	for (size_t i = 0; post_kinds[i] != NULL; i++)
		if (bytes_is(kind, post_kinds[i]->kind))
			return post_kinds[i];
	return NULL;
}

static err note_receipt(struct call *call, const struct post_item *item, struct receipt *receipt)
{
	receipt->origin = item->from;
	receipt->kind = item->kind;
	receipt->object = item->object;
	receipt->edition = item->edition;
	receipt->at = call->now_us;
	return receipt->row.version == 0 ? row_insert(&call->rows, &post_receipt_entity, receipt) :
	    row_update(&call->rows, &post_receipt_entity, receipt);
}

static err receive_apply(struct call *call)
{
	struct post_item item = {
		.from = call_text(call, "from"), .from_provider = call_value(call, "from_provider")->as.boolean, .kind = call_text(call, "kind"),
		.object = call_id(call, "object"), .edition = call_value(call, "edition")->as.integer,
		.probe = call_value(call, "probe")->as.boolean, .body = call_text(call, "body"),
	};
	const struct post_kind *kind = kind_find(item.kind);
	struct receipt receipt = {0};

	if (kind == NULL)
		return call_flaw(call, "kind", FLAW_CHOICE, "この種類の便りは扱えません。", "Letters of this kind are not known here.");
	TRY(find_receipt(&call->rows, &item, &receipt));
	if (receipt.row.version != 0 && receipt.edition >= item.edition) { /* O1 */
		call->reason = "known already";
		return OK;
	}
	call->reason = kind->kind;
	TRY(kind->take(call, &item));
	return note_receipt(call, &item, &receipt);
}

#define FLAG(text, label_ja, label_en) \
	{.place = IN_QUERY, .field = {.name = text, .ja = label_ja, .en = label_en, .type = FIELD_BOOL, .grade = GRADE_2, .required = true}}

static const struct input receive_inputs[] = {
	{.place = IN_QUERY, .field = {.name = "from", .ja = "差出区画", .en = "From", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,
	    .max = LETTER_NAME_MAX}},
	FLAG("from_provider", "事業者から", "From the provider"),
	{.place = IN_QUERY, .field = {.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_TEXT, .grade = GRADE_2, .required = true,
	    .max = LETTER_NAME_MAX}},
	{.place = IN_QUERY, .field = {.name = "object", .ja = "対象", .en = "Object", .type = FIELD_ID, .grade = GRADE_2, .required = true}},
	{.place = IN_QUERY, .field = {.name = "edition", .ja = "版", .en = "Edition", .type = FIELD_INT, .grade = GRADE_2, .required = true,
	    .min = 1, .max = INT64_MAX}},
	FLAG("probe", "検査用", "For checks"),
	{.place = IN_BODY, .raw = true, .field = {.name = "body", .ja = "内容", .en = "Content", .type = FIELD_BYTES, .grade = GRADE_3C,
	    .max = POST_BODY_MAX}},
	{0},
};

static const struct grant system_grants[] = {{ROLES_ANY, RELATION_NONE, "*"}, {0}};

const struct op post_receive = {
	.id = "post.receive",
	.ja = "ほかの区画からの便りを受け取る",
	.en = "Take what another compartment has sent",
	.method = "LOCAL",
	.kind = OP_WRITE,
	.grants = system_grants,
	.policy = "letter receive",
	.inputs = receive_inputs,
	.status = 204,
	.purpose_ja = "市と事業者のあいだで知らせを届けるため",
	.purpose_en = "To carry what the city and the provider tell each other",
	.event = true,
	.grade = GRADE_3C,
	.requirements = "S-29 T-3 K-39",
	.apply = receive_apply,
};
