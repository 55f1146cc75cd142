#include <stdio.h>
#include <string.h>

#include "identity/agent.h"

struct mark { const char *text, *name; };

/* The first that is found decides: what others also claim to be stands further down. */
static const struct mark browsers[] = {
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"YaBrowser/", "Yandex"}, {"FxiOS/", "Firefox"},
	{"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}, {NULL, NULL},
};
static const struct mark systems[] = {
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
	{"Macintosh", "Mac"}, {"Linux", "Linux"}, {NULL, NULL},
};

static const char *first_of(const struct mark *marks, struct bytes header)
{
	for (; marks->text != NULL; marks++)
		if (header.len > 0 && memmem(header.ptr, header.len, marks->text, strlen(marks->text)) != NULL)
			return marks->name;
	return NULL;
}

void agent_name(struct bytes header, char name_out[static AGENT_NAME_MAX])
{
	const char *browser = first_of(browsers, header);
	const char *system = first_of(systems, header);

	(void)snprintf(name_out, AGENT_NAME_MAX, "%s%s%s", browser != NULL ? browser : "",
	    browser != NULL && system != NULL ? " / " : "", system != NULL ? system : "");
}
