#include "base/clock.h"
#include "cli/agree.h"
#include "entity/json.h"

err agree_install(struct local *local, const char *annexes)
{
	const struct actor nobody = {0};
	struct json json;
	OWN(buf) body = {0};

	json_init(&json, &body);
	json_object(&json, NULL);
	json_str(&json, "annexes", annexes);
	json_date(&json, "started", clock_date_jst(clock_now_us()));
	json_object_end(&json);
	TRY(json.state);
	return local_call(local, &nobody, "contract.install", NULL, bytes_of(&body), NULL);
}
