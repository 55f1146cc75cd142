#include "crypto/crypto.h"
#include "op/op.h"
#include "wire/ops.h"

static err add_text(struct buf *all, const char *text)
{
	return buf_blob(all, bytes_str(text));
}

static err add_input(struct buf *all, const struct input *in)
{
	const struct field *field = &in->field;

	TRY(add_text(all, field->name));
	TRY(buf_u8(all, (uint8_t)in->place));
	TRY(buf_u8(all, (uint8_t)field->type));
	TRY(buf_u8(all, (uint8_t)(in->raw | in->rest << 1 | field->required << 2 | field->multiline << 3)));
	TRY(buf_u64(all, (uint64_t)field->min));
	TRY(buf_u64(all, (uint64_t)field->max));
	for (const char *const *choice = field->choices; choice != NULL && *choice != NULL; choice++)
		TRY(add_text(all, *choice));
	return buf_u8(all, 0);
}

static err add_op(struct buf *all, const struct op *op)
{
	TRY(add_text(all, op->id));
	TRY(add_text(all, op->method));
	TRY(add_text(all, op->path));
	TRY(buf_u8(all, (uint8_t)op->route));
	TRY(buf_u8(all, (uint8_t)op->reply));
	TRY(add_text(all, op->media));
	TRY(add_text(all, op->file));
	TRY(buf_u8(all, op->named ? 1 : 0));
	for (const struct input *in = op->inputs; in != NULL && in->field.name != NULL; in++)
		TRY(add_input(all, in));
	return buf_u8(all, 0);
}

err wire_ops_digest(uint8_t out[static 32])
{
	OWN(buf) all = {0};

	for (size_t i = 0; ops[i] != NULL; i++)
		TRY(add_op(&all, ops[i]));
	return hash_sha256(bytes_of(&all), out);
}
