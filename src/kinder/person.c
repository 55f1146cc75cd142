#include "kinder/person.h"

static struct bytes text_of(const struct entity *entity, const void *row, const char *name)
{
	const struct field *field = entity_field(entity, name);

	REQUIRE(field != NULL && field->type == FIELD_TEXT);
	return *(const struct bytes *)field_in(row, field);
}

err kinder_person_get(struct row_context *c, struct id account, struct kinder_person *person_out)
{
	const struct entity *entity = entity_find(BYTES_LIT("account"));
	void *row;

	REQUIRE(entity != NULL);
	row = arena_alloc(c->arena, entity->size);
	if (row == NULL)
		return FAIL(UNAVAILABLE);
	TRY(row_get(c, entity, account, row));
	*person_out = (struct kinder_person){
		.name = text_of(entity, row, "name"),
		.telephone = text_of(entity, row, "telephone"),
		.mail = text_of(entity, row, "mail"),
	};
	return OK;
}
