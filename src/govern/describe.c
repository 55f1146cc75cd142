#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/crypto.h"

#include "govern/describe.h"

#define NAME_TEXT_MAX 128
#define CHANGED_MAX 40          /* named in the event's detail; all of them stand in its rows */

const char *const describe_kinds[] = {"register", "case", "announcement", "campaign", "alert", "setting", NULL};
static const char *const homes[] = {[HOME_PROVIDER] = "provider", [HOME_CUSTOMER] = "customer", [HOME_EACH] = "each", NULL};

#define AT(member) .offset = offsetof(struct description, member)
#define MASK .type = FIELD_INT, .grade = GRADE_1, .min = 0, .max = ROLES_ANY

static const struct field fields[] = {
	{.name = "kind", .ja = "種類", .en = "Kind", .type = FIELD_CHOICE, .grade = GRADE_1, .required = true, .choices = describe_kinds, AT(kind)},
	{.name = "code", .ja = "記号", .en = "Code", .type = FIELD_TEXT, .grade = GRADE_1, .required = true, .max = DESCRIBE_CODE_MAX, AT(code)},
	{.name = "see", .ja = "見る役割", .en = "Roles that see", MASK, AT(see)},
	{.name = "file", .ja = "登録する役割", .en = "Roles that file", MASK, AT(file)},
	{.name = "handle", .ja = "対応する役割", .en = "Roles that handle", MASK, AT(handle)},
	{.name = "approve", .ja = "承認する役割", .en = "Roles that approve", MASK, AT(approve)},
	{.name = "content", .ja = "定義の照合値", .en = "Digest of the description", .type = FIELD_TEXT, .grade = GRADE_1, .required = true, .max = 64, AT(content)},
	{.name = "retired", .ja = "廃止", .en = "Retired", .type = FIELD_BOOL, .grade = GRADE_1, AT(retired)},
};

static const char *const unique[] = {"kind,code", NULL};

const struct entity describe_entity = {
	.name = "description", .ja = "定義", .en = "Description", .size = sizeof(struct description), .seal = SEAL_NONE,
	.authority = true, .unique = unique, .fields = fields, .field_count = sizeof(fields) / sizeof(fields[0]),
};

static struct row_list all_rows = {"govern.descriptions", &describe_entity, "1 = 1", NULL};

static const struct described *list[DESCRIBE_MAX];
static struct id ids[DESCRIBE_MAX];
static size_t count;

/* ---- reading ---- */

err describe_code(const struct yaml_node *map, const char *name, const char **code_out)
{
	const char *code = NULL;
	size_t len;

	TRY(yaml_text(map, name, &code));
	len = strlen(code);
	if (len < 2 || len > DESCRIBE_CODE_MAX || strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return yaml_wrong(yaml_find(map, name), "\"%s\" is no code: 2 to %d of a-z, 0-9 and -", code, DESCRIBE_CODE_MAX);
	*code_out = code;
	return OK;
}

err describe_words_read(const struct yaml_node *map, const char *name, struct describe_words *out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_MAP, &node));
	TRY(yaml_only(node, "ja en"));
	TRY(yaml_text(node, "ja", &out->ja));
	return yaml_text(node, "en", &out->en);
}

static err add_role(const struct yaml_node *node, unsigned *roles)
{
	for (unsigned role = ROLE_GUARDIAN; node->kind == YAML_TEXT && role < ROLE_COUNT; role++)
		if (strcmp(access_role_names[role], node->text) == 0) {
			if ((*roles & (1u << role)) != 0)
				return yaml_wrong(node, "\"%s\" stands here twice", node->text);
			*roles |= 1u << role;
			return OK;
		}
	return yaml_wrong(node, "\"%s\" is no role", node->text);
}

err describe_roles(const struct yaml_node *map, const char *name, unsigned *roles_out)
{
	const struct yaml_node *node = yaml_find(map, name);
	unsigned roles = 0;

	if (node == NULL) {
		*roles_out = 0;
		return OK;
	}
	if (node->kind == YAML_TEXT && strcmp(node->text, "any") == 0) {
		*roles_out = ROLES_ANY;
		return OK;
	}
	if (node->kind != YAML_LIST)
		return yaml_wrong(node, "\"%s\" is a list of roles, or any", name);
	for (const struct yaml_node *one = node->first; one != NULL; one = one->next)
		TRY(add_role(one, &roles));
	*roles_out = roles;
	return OK;
}

err describe_choice(const struct yaml_node *map, const char *name, const char *const *choices, int *out)
{
	const char *text = NULL;

	TRY(yaml_text(map, name, &text));
	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], text) == 0) {
			*out = i;
			return OK;
		}
	return yaml_wrong(yaml_find(map, name), "\"%s\" is not among what \"%s\" may be", text, name);
}

err describe_flag(const struct yaml_node *map, const char *name, bool *out)
{
	static const char *const words[] = {"no", "yes", NULL};
	int which = 0;

	if (yaml_find(map, name) != NULL)
		TRY(describe_choice(map, name, words, &which));
	*out = which == 1;
	return OK;
}

err describe_span_of(const struct yaml_node *node, int64_t *seconds_out)
{
	static const struct { const char *unit; int64_t seconds; } units[] = {
		{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"mo", 30 * 86400},
	};
	char *end = NULL;
	long number = node->kind == YAML_TEXT && node->text[0] >= '1' && node->text[0] <= '9' ? strtol(node->text, &end, 10) : 0;

	for (size_t i = 0; number > 0 && number < 100000 && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0) {
			*seconds_out = number * units[i].seconds;
			return OK;
		}
	return yaml_wrong(node, "a number of s, m, h, d or mo is wanted, as in 48h");
}

err describe_span(const struct yaml_node *map, const char *name, int64_t *seconds_out)
{
	const struct yaml_node *node = NULL;

	TRY(yaml_member(map, name, YAML_TEXT, &node));
	return describe_span_of(node, seconds_out);
}

/* Kind, name, text and children, each behind its length: what means the same has the same bytes, wherever it stands. */
static err put_node(const struct yaml_node *node, struct buf *out)
{
	TRY(buf_u8(out, (uint8_t)node->kind));
	TRY(buf_blob(out, bytes_str(node->name != NULL ? node->name : "")));
	TRY(buf_blob(out, bytes_str(node->text)));
	TRY(buf_u32(out, (uint32_t)node->count));
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next)
		TRY(put_node(child, out));
	return OK;
}

err describe_digest(const struct yaml_node *node, struct arena *arena, const char **hex_out)
{
	uint8_t digest[HASH_LEN];
	OWN(buf) text = {0};
	OWN(buf) hex = {0};
	struct bytes kept;

	TRY(put_node(node, &text));
	TRY(hash_sha256(bytes_of(&text), digest));
	TRY(hex_append(&hex, (struct bytes){digest, sizeof(digest)}));
	TRY(buf_u8(&hex, 0));
	TRY(arena_copy(arena, bytes_of(&hex), &kept));
	*hex_out = (const char *)kept.ptr;
	return OK;
}

err describe_access(const struct yaml_node *node, struct arena *arena, struct described *out)
{
	int home = 0;

	TRY(describe_choice(node, "home", homes, &home));
	out->home = (enum home)home;
	TRY(describe_roles(node, "see", &out->see));
	TRY(describe_roles(node, "file", &out->file));
	TRY(describe_roles(node, "handle", &out->handle));
	TRY(describe_roles(node, "approve", &out->approve));
	return describe_digest(node, arena, &out->digest);
}

err describe_read(const struct yaml_node *node, const char *kind, struct arena *arena, struct described *out)
{
	struct described one = {.kind = kind};

	TRY(describe_code(node, "code", &one.code));
	TRY(describe_words_read(node, "title", &one.title));
	TRY(describe_access(node, arena, &one));
	*out = one;
	return OK;
}

/* ---- the list ---- */

struct id describe_id(const char *kind, const char *code)
{
	uint8_t digest[HASH_LEN];
	char text[NAME_TEXT_MAX];
	struct id id;
	int len = snprintf(text, sizeof(text), "%s %s", kind, code);

	REQUIRE(len > 0 && (size_t)len < sizeof(text));
	REQUIRE(err_is_ok(hash_sha256(bytes_str(text), digest)));
	memcpy(id.b, digest, sizeof(id.b));
	return id;
}

err describe_add(const struct described *one)
{
	struct id id = describe_id(one->kind, one->code);

	if (describe_find(id) != NULL) {
		log_error("the %s %s is described twice", one->kind, one->code);
		return FAIL(CONFLICT);
	}
	if (count == DESCRIBE_MAX) {
		log_error("there are more than %d descriptions", DESCRIBE_MAX);
		return FAIL(TOO_LARGE);
	}
	ids[count] = id;
	list[count++] = one;
	return OK;
}

void describe_forget(void)
{
	count = 0;
}

const struct described *describe_find(struct id id)
{
	for (size_t i = 0; i < count; i++)
		if (id_equal(ids[i], id))
			return list[i];
	return NULL;
}

const struct described *describe_at(size_t index)
{
	return index < count ? list[index] : NULL;
}

bool describe_sent(const struct described *one, const struct compartment *compartment)
{
	return one->shared && one->home == HOME_PROVIDER && !compartment->provider;
}

bool describe_here(const struct described *one, const struct compartment *compartment)
{
	if (one->home == HOME_EACH || describe_sent(one, compartment))
		return true;
	return (one->home == HOME_PROVIDER) == compartment->provider;
}

const char *describe_title(const struct described *one, enum language language)
{
	return language == LANGUAGE_EN ? one->title.en : one->title.ja;
}

void describe_json(struct json *json, const struct described *one)
{
	json_id(json, "id", describe_id(one->kind, one->code));
	json_str(json, "code", one->code);
	json_object(json, "title");
	json_str(json, "ja", one->title.ja);
	json_str(json, "en", one->title.en);
	json_object_end(json);
}

/* ---- the rows ---- */

static int32_t kind_place(const char *kind)
{
	int32_t place = 0;

	while (strcmp(describe_kinds[place], kind) != 0) {
		place++;
		REQUIRE(describe_kinds[place] != NULL);
	}
	return place;
}

/* What the row of a description says here. */
static struct description wanted(const struct described *one, const struct compartment *compartment)
{
	bool sent = describe_sent(one, compartment);

	return (struct description){
		.row.id = describe_id(one->kind, one->code), .kind = kind_place(one->kind), .code = bytes_str(one->code),
		.see = one->see, .file = sent ? 0 : one->file, .handle = one->handle, .approve = sent ? 0 : one->approve,
		.content = bytes_str(one->digest),
	};
}

/* D2 */
static struct description retired(const struct description *row)
{
	struct description out = *row;

	out.file = out.handle = out.approve = 0;
	out.retired = true;
	return out;
}

static bool same(const struct description *a, const struct description *b)
{
	return a->see == b->see && a->file == b->file && a->handle == b->handle && a->approve == b->approve && a->retired == b->retired &&
	    bytes_equal(a->content, b->content);
}

struct difference {
	struct description rows[2 * DESCRIBE_MAX];  /* as they are to be; version 0: new */
	size_t count;
};

static err compare_rows(struct row_context *rows, const struct compartment *compartment, bool known[static DESCRIBE_MAX],
    struct difference *out)
{
	struct query *query = NULL;
	bool found = false;
	err e = query_start(rows->db, all_rows.statement, &query);

	while (err_is_ok(e)) {
		struct description row = {0}, next;
		size_t i = 0;

		e = query_step(query, &found);
		if (!err_is_ok(e) || !found)
			break;
		e = row_read(rows, &describe_entity, query, false, &row);
		if (!err_is_ok(e))
			break;
		while (i < count && !(id_equal(ids[i], row.row.id) && describe_here(list[i], compartment)))
			i++;
		next = i < count ? wanted(list[i], compartment) : retired(&row);
		next.row = row.row;
		if (i < count)
			known[i] = true;
		if (same(&row, &next))
			continue;
		if (out->count == sizeof(out->rows) / sizeof(out->rows[0]))
			e = FAIL(TOO_LARGE);
		else
			out->rows[out->count++] = next;
	}
	query_end(&query);
	return e;
}

static err compare(struct row_context *rows, const struct compartment *compartment, struct difference **out)
{
	bool known[DESCRIBE_MAX] = {false};
	struct difference *difference = arena_alloc(rows->arena, sizeof(*difference));

	if (difference == NULL)
		return FAIL(UNAVAILABLE);
	difference->count = 0;
	if (count > 0) /* no files were read: nothing is known of them */
		TRY(compare_rows(rows, compartment, known, difference));
	for (size_t i = 0; i < count; i++)
		if (!known[i] && describe_here(list[i], compartment) && difference->count < sizeof(difference->rows) / sizeof(difference->rows[0]))
			difference->rows[difference->count++] = wanted(list[i], compartment);
	*out = difference;
	return OK;
}

err describe_due(struct row_context *rows, const struct compartment *compartment, bool *due_out)
{
	struct difference *difference = NULL;

	TRY(compare(rows, compartment, &difference));
	*due_out = difference->count > 0;
	return OK;
}

static err put_changed(struct call *call, const struct difference *difference)
{
	TRY(buf_printf(&call->detail, "\"changed\":%zu,\"codes\":[", difference->count));
	for (size_t i = 0; i < difference->count && i < CHANGED_MAX; i++)
		TRY(buf_printf(&call->detail, "%s\"%s %.*s\"", i > 0 ? "," : "", describe_kinds[difference->rows[i].kind],
		    (int)difference->rows[i].code.len, (const char *)difference->rows[i].code.ptr));
	return buf_append_str(&call->detail, "]");
}

static err settle_apply(struct call *call)
{
	struct difference *difference = NULL;

	TRY(compare(&call->rows, call->compartment, &difference));
	for (size_t i = 0; i < difference->count; i++) {
		struct description *row = &difference->rows[i];

		if (row->row.version == 0)
			TRY(row_insert(&call->rows, &describe_entity, row));
		else
			TRY(row_update(&call->rows, &describe_entity, row));
	}
	json_int(&call->out, "changed", (int64_t)difference->count);
	return put_changed(call, difference);
}

static const struct input no_inputs[] = {{0}};
static const struct field settle_output[] = {
	{.name = "changed", .ja = "変わった定義の数", .en = "Descriptions changed", .type = FIELD_INT, .grade = GRADE_1},
	{0},
};

const struct op describe_settle = {
	.id = "description.settle", .ja = "定義を取り込む", .en = "Take over the descriptions", .method = "LOCAL", .kind = OP_WRITE, .open = true,
	.policy = "description settle", .inputs = no_inputs, .entity = &describe_entity, .output_fields = settle_output, .status = 200,
	.event = true, .grade = GRADE_1, .requirements = "T-7 P-2.4 S-33", .apply = settle_apply,
};

err describe_start(void)
{
	return row_list_make(&all_rows);
}
