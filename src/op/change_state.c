/* What a change was asked for with, and what it is compared with: values and digests. */
#include <string.h>

#include "op/change_int.h"

int change_state_input(const struct op *op, const char *name)
{
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (strcmp(op->inputs[i].field.name, name) == 0)
			return i;
	return -1;
}

static int object_input(const struct op *op)
{
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (op->inputs[i].object)
			return i;
	return -1;
}

err change_state_encode(struct call *call, const struct op *op, const struct value *values, struct bytes *encoded_out)
{
	OWN(buf) encoded = {0};

	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		TRY(value_encode(&op->inputs[i].field, &values[i], &encoded));
	return arena_copy(call->arena, bytes_of(&encoded), encoded_out);
}

err change_state_decode(const struct op *op, struct bytes encoded, struct value *values_out)
{
	for (int i = 0; op->inputs != NULL && op->inputs[i].field.name != NULL; i++)
		if (!err_is_ok(value_decode(&op->inputs[i].field, &encoded, &values_out[i])))
			return FAIL(CORRUPT);
	return encoded.len == 0 ? OK : FAIL(CORRUPT);
}

err change_state_was(struct call *call, struct bytes *encoded_out)
{
	struct value *values;

	*encoded_out = (struct bytes){0};
	if (call->op->current == NULL)
		return OK;
	values = arena_alloc(call->arena, FIELD_MAX * sizeof(*values));
	if (values == NULL)
		return FAIL(UNAVAILABLE);
	memset(values, 0, FIELD_MAX * sizeof(*values));
	TRY(call->op->current(call, values));
	return change_state_encode(call, call->op, values, encoded_out);
}

static err digest_of_row(struct call *call, struct id object, struct bytes *digest_out)
{
	struct row *row = arena_alloc(call->arena, call->op->entity->size);

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(&call->rows, call->op->entity, object, row));
	return arena_copy(call->arena, (struct bytes){row->digest, sizeof(row->digest)}, digest_out);
}

err change_state_before(struct call *call, struct bytes *digest_out)
{
	int object = object_input(call->op);
	uint8_t digest[HASH_LEN];
	struct bytes was;

	*digest_out = (struct bytes){0};
	if (object >= 0)
		return id_is_zero(call->values[object].as.id) ? OK : digest_of_row(call, call->values[object].as.id, digest_out);
	TRY(change_state_was(call, &was));
	if (was.len == 0)
		return OK;
	TRY(hash_sha256(was, digest));
	return arena_copy(call->arena, (struct bytes){digest, sizeof(digest)}, digest_out);
}

err change_state_op(const struct change *change, const struct op **op_out)
{
	char name[EVENT_TEXT_MAX];
	const struct op *op;

	if (change->operation.len >= sizeof(name))
		return FAIL(CORRUPT);
	memcpy(name, change->operation.ptr, change->operation.len);
	name[change->operation.len] = '\0';
	op = op_find(name);
	if (op == NULL)
		return FAIL(CONFLICT);
	*op_out = op;
	return OK;
}
