#include "op/label.h"

err label_of(struct row_context *c, const char *entity, struct id id, struct bytes *name_out)
{
	const struct entity *named = entity_find(bytes_str(entity));
	const struct field *name = named == NULL ? NULL : entity_field(named, "name");
	void *row;
	err e;

	*name_out = (struct bytes){0};
	if (name == NULL || name->type != FIELD_TEXT || id_is_zero(id))
		return OK;
	row = arena_alloc(c->arena, named->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	e = row_get(c, named, id, row);
	if (err_is(e, ERR_NOT_FOUND))
		return OK;
	TRY(e);
	*name_out = *(const struct bytes *)field_in(row, name);
	return OK;
}
