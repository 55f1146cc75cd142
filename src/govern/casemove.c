#include <string.h>

#include "govern/casepost.h"

#include "govern/casemove.h"

static bool needed(const struct casekind_move *move, const char *name)
{
	for (size_t i = 0; move->needs[i] != NULL; i++)
		if (strcmp(move->needs[i], name) == 0)
			return true;
	return false;
}

err casemove_fill(const struct casekind *kind, const struct casekind_move *move, struct bytes given, struct casefile *casefile, struct arena *arena)
{
	OWN(buf) body = {0};

	for (size_t i = 0; i < kind->form.count; i++) {
		const char *name = kind->form.fields[i].name;
		struct bytes text = form_get(needed(move, name) ? given : casefile->body, name);

		if (text.len > 0)
			TRY(form_put(&body, name, text));
	}
	return arena_copy(arena, bytes_of(&body), &casefile->body);
}

void casemove_go(const struct casekind *kind, const struct casekind_move *move, struct casefile *casefile, int64_t now_us)
{
	const struct casekind_word *after = &kind->states[move->to];

	casefile->state = bytes_str(after->code);
	if (move->outcome != NULL)
		casefile->outcome = bytes_str(move->outcome);
	if (after->final)
		casefile->closed_at = now_us;
}

err casemove_settle(struct row_context *c, const struct casekind *kind, struct casefile *casefile, const struct casefile_entry *entry, bool body,
    int64_t now_us)
{
	casefile->changed_at = now_us;
	if (casefile_home(casefile))
		TRY(casefile_count(c, kind, casefile, now_us));
	TRY(casepost_tell(c, kind, casefile, entry, body, now_us));
	TRY(row_update(c, &casefile_entity, casefile));
	return casefile_todos(c, kind, casefile, now_us);
}
