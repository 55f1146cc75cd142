#include "govern/person.h"

err person_name(struct row_context *c, struct id account, struct bytes *name_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	const struct field *field = entity != NULL ? entity_field(entity, "name") : NULL;
	void *row;

	REQUIRE(field != NULL && field->type == FIELD_TEXT);
	*name_out = (struct bytes){0};
	if (id_is_zero(account))
		return OK;
	row = arena_alloc(c->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(c, entity, account, row));
	*name_out = *(const struct bytes *)field_in(row, field);
	return OK;
}
