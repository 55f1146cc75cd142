#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/prompt.h"

static bool read_line(char *line, size_t max)
{
	size_t len;

	if (fgets(line, (int)max, stdin) == NULL)
		return false;
	len = strcspn(line, "\r\n");
	line[len] = '\0';
	return len > 0;
}

bool prompt_line(const char *question, char *line, size_t max)
{
	struct termios before, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	if (terminal) {
		(void)fprintf(stderr, "%s: ", question);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		terminal = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
	}
	got = read_line(line, max);
	if (terminal && tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) == 0)
		(void)fprintf(stderr, "\n");
	return got;
}

bool prompt_japanese(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = getenv(names[i]);

		if (text != NULL && text[0] != '\0')
			return strncmp(text, "ja", 2) == 0;
	}
	return false;
}
