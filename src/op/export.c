#include <string.h>

#include "ledger/heads.h"
#include "op/cosign.h"
#include "op/export.h"
#include "op/head_signer.h"

#define LEVELS 8

extern const uint8_t export_readme_ja[], export_readme_en[], export_verify_go[];
extern const size_t export_readme_ja_len, export_readme_en_len, export_verify_go_len;

static struct bytes text_of(unsigned number, const char **name_out)
{
	switch (number) {
	case 0:
		*name_out = "README.ja.md";
		return (struct bytes){export_readme_ja, export_readme_ja_len};
	case 1:
		*name_out = "README.en.md";
		return (struct bytes){export_readme_en, export_readme_en_len};
	default:
		*name_out = "verify.go";
		return (struct bytes){export_verify_go, export_verify_go_len};
	}
}

/* Everything before the mark goes out, then what stands for it. */
static err put_until(struct bytes *rest, const char *mark, struct bytes instead, struct buf *out)
{
	const uint8_t *at = memmem(rest->ptr, rest->len, mark, strlen(mark));
	size_t before = at == NULL ? rest->len : (size_t)(at - rest->ptr);

	TRY(buf_append(out, (struct bytes){rest->ptr, before}));
	if (at == NULL) {
		rest->len = 0;
		return OK;
	}
	*rest = (struct bytes){at + strlen(mark), rest->len - before - strlen(mark)};
	return buf_append(out, instead);
}

err export_text(unsigned number, const char *origin, struct bytes vkey, const char **name_out, struct buf *text_out)
{
	struct bytes rest = text_of(number, name_out);

	REQUIRE(number < EXPORT_TEXTS);
	TRY(put_until(&rest, "@ORIGIN@", bytes_str(origin), text_out));
	TRY(put_until(&rest, "@KEY@", vkey, text_out));
	return buf_append(text_out, rest);
}

static void tell_file(struct json *json, const char *name, struct bytes text)
{
	json_object(json, NULL);
	json_str(json, "name", name);
	json_text(json, "text", text);
	json_object_end(json);
}

static err tell_files(struct call *call, const struct note_key *key, struct bytes checkpoint)
{
	OWN(buf) vkey = {0};
	OWN(buf) line = {0};

	TRY(note_vkey_format(key, &vkey));
	TRY(buf_append(&line, bytes_of(&vkey)));
	TRY(buf_append_str(&line, "\n"));
	json_array(&call->out, "files");
	tell_file(&call->out, "checkpoint", checkpoint);
	tell_file(&call->out, "vkey", bytes_of(&line));
	for (unsigned i = 0; i < EXPORT_TEXTS; i++) {
		OWN(buf) text = {0};
		const char *name;

		TRY(export_text(i, key->name, bytes_of(&vkey), &name, &text));
		tell_file(&call->out, name, bytes_of(&text));
	}
	json_array_end(&call->out);
	return OK;
}

static void tell_levels(struct call *call, uint64_t size)
{
	json_array(&call->out, "levels");
	for (unsigned level = 0; level < LEVELS && size >> (8 * level) != 0; level++) {
		uint64_t count = size >> (8 * level);

		json_object(&call->out, NULL);
		json_int(&call->out, "level", (int64_t)level);
		json_int(&call->out, "full", (int64_t)(count / LEDGER_BUNDLE));
		json_int(&call->out, "partial", (int64_t)(count % LEDGER_BUNDLE));
		json_object_end(&call->out);
	}
	json_array_end(&call->out);
}

/* What to fetch, of one head, with the operations that serve it: whoever asks puts the archive together. */
static err export_plan(struct call *call)
{
	struct note_key key;
	struct ledger_head head;
	OWN(buf) checkpoint = {0};

	if (!bytes_is(call_text(call, "log"), call->compartment->name))
		return FAIL(NOT_FOUND);
	TRY(head_signer_key(call->compartment->signer, &key));
	TRY(head_signer_current(call->compartment->signer, &checkpoint));
	TRY(heads_check(bytes_of(&checkpoint), NULL, &head));
	TRY(cosign_add(call, &checkpoint));
	json_str(&call->out, "log", call->compartment->name);
	json_str(&call->out, "origin", key.name);
	json_int(&call->out, "size", (int64_t)head.size);
	tell_levels(call, head.size);
	return tell_files(call, &key, bytes_of(&checkpoint));
}

static const struct grant grants[] = {
	{ROLE(OFFICER) | ROLE(OFFICER_ADMIN) | ROLE(AUDITOR), RELATION_CUSTOMER, "*"}, {0},
};
static const struct input inputs[] = {
	{.place = IN_PATH, .field = {.name = "log", .ja = "記録簿", .en = "Log", .type = FIELD_TEXT, .max = 31, .required = true}}, {0},
};

static const struct op plan_op = {
	.id = "ledger.export", .ja = "記録簿を持ち出す", .en = "Take the ledger away", .method = "GET",
	.path = "/v1/ledger/{log}/export", .kind = OP_READ, .grants = grants, .policy = "ledger export", .inputs = inputs,
	.status = 200, .event = true, .grade = GRADE_2, .requirements = "K-27", .apply = export_plan,
};

const struct op *const export_ops[] = {&plan_op, NULL};
